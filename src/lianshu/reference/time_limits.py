"""By when a piece of work is due, as plans and offices write it: 2026年12月, 2025年9月底, 6月底前, 长期坚持.

The words are kept as they stand, because tables are printed with them; the day behind them is what lists,
lights and reminders count with. Words that name no day (长期坚持) are a limit all the same, and words nobody
can read are kept and told, never dropped.

>>> TimeLimit.read("2025年9月底前").day, TimeLimit.read("6月底前", year=2026).day
(datetime.date(2025, 9, 30), datetime.date(2026, 6, 30))
>>> TimeLimit.read("2024—2026年").day, TimeLimit.read("长期坚持").standing
(datetime.date(2026, 12, 31), True)
>>> TimeLimit.read("见附件").understood
False
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from lianshu.reference.period_text import parse_deadline
from lianshu.reference.periods import PeriodError

#: as long as a cell of a task table holds
LONGEST = 60

_GOING_ON = (
    r"(?:(?:长期|持续|常态化?|不断|逐年|每年)(?:坚持|推进|推动|实施|开展|抓好|进行|落实)?(?:实施|推进)?)"
)
_STANDING = re.compile(rf"(?:{_GOING_ON}|立即(?:实施|启动|执行)|即时启动|全年|每年|方案期内|年内持续推进)")
_AND_ON = re.compile(rf"[,，;；、]?(?:并|且|之?后)?{_GOING_ON}$")
_DONE = re.compile(r"(?:完成|建成|见效|取得成效|启动|落实|投用|到位)$")
_SPAN = re.compile(r"(?:20\d\d)年?(?:\d{1,2}月)?[—–~至到-](?=20\d\d)")
_LATEST = re.compile(r"[,，;；、]")


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A time limit: the words, the last day they allow (None where they name none), ``standing`` for work
    that goes on. The empty limit has no words."""

    words: str = ""
    day: date | None = None
    standing: bool = False

    @property
    def understood(self) -> bool:
        """Whether the words say something a calendar (or a standing task) can hold."""
        return not self.words or self.day is not None or self.standing

    @classmethod
    def read(cls, text: str | None, *, year: int | None = None) -> TimeLimit:
        """The limit that words state. ``year`` is meant where they name none (6月底前).

        Never raises: see ``understood``. Words beyond `LONGEST` characters are cut with an ellipsis.
        """
        words = re.sub(r"\s+", " ", text or "").strip().strip("。")
        if not words:
            return NO_LIMIT
        kept = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", words))
        if _STANDING.fullmatch(_DONE.sub("", plain)):
            return cls(kept, None, standing=True)
        dated = _AND_ON.sub("", plain)
        return cls(kept, _last_day(dated, year), standing=dated != plain)

    @classmethod
    def of_day(cls, day: date | None) -> TimeLimit:
        """The limit that a date alone states, in official words: 2026年底, 2026年12月15日."""
        if day is None:
            return NO_LIMIT
        if (day.month, day.day) == (12, 31):
            return cls(f"{day.year}年底", day)
        return cls(f"{day.year}年{day.month}月{day.day}日", day)

    def __str__(self) -> str:
        return self.words


def _last_day(text: str, year: int | None) -> date | None:
    """The latest day of one or several limits (6月底前启动，12月底前完成); None where one cannot be read."""
    today = date(year, 1, 1) if year is not None else None
    try:
        return parse_deadline(_SPAN.sub("", _DONE.sub("", text)), today)
    except PeriodError:
        parts = [part for part in _LATEST.split(text) if part]
    if len(parts) < 2:
        return None
    days = [_last_day(part, year) for part in parts]
    return max((day for day in days if day is not None), default=None) if all(days) else None


#: no limit stated
NO_LIMIT = TimeLimit()
