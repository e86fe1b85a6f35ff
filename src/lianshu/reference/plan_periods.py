"""When a commitment of a plan holds: by a year, in one year, every year, within some years, or not said.

The code is that of a reading (``by:2025``, ``year:2022``, ``annual``, ``annual:2021-2025``, ``within:5y``,
``none``); it stands in readings, in the database and in exports. This module is the only place that takes a
code apart or puts one into words.

>>> PlanPeriod.from_code("annual:2021-2025").words
'2021—2025年每年'
>>> PlanPeriod.from_words("到2027年底").code
'by:2027'
>>> PlanPeriod.from_code("within:5y").deadline(first_year=2022)
datetime.date(2026, 12, 31)
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PlanPeriodError(ValueError):
    """A plan period cannot be understood; the message (Chinese) says what is expected."""


class PlanPeriodKind(StrEnum):
    """The ways in which a commitment is dated; the values head the codes."""

    BY = "by"
    YEAR = "year"
    ANNUAL = "annual"
    WITHIN = "within"
    NONE = "none"


_EXPECTED = "时间要写成“到2025年”“每年”“2021—2025年每年”“5年内”“2022年”或留空"
_CODE = re.compile(
    r"none|(?P<head>by|year):(?P<year>\d{4})|within:(?P<count>\d{1,2})y"
    r"|annual(?::(?P<first>\d{4})(?:-(?P<last>\d{4}))?)?"
)
_DASH = "[—–~至到-]"
_BY = re.compile(
    r"(?:(?:到|至)(?P<year>\d{4})(?:年年?)?(?:底|末)?"
    r"|(?P<ended>\d{4})年年?[底末](?:前|以前|之前)?|(?P<before>\d{4})年(?:前|以前|之前))"
)
_ANNUAL = re.compile(rf"(?P<first>\d{{4}})年?{_DASH}(?P<last>\d{{4}})年?(?:间|期间)?(?:每年|年均)")
_SINCE = re.compile(r"(?P<first>\d{4})年起每年")
_WITHIN = re.compile(r"(?P<count>\d{1,2})年(?:内|以内|之内)")
_YEAR = re.compile(r"(?P<year>\d{4})年?(?:全年|度)?")
_FIRST_YEAR, _LAST_YEAR = 1950, 2199


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """One dated (or undated) commitment.

    ``first`` is the year of ``by`` and ``year``, the number of years of ``within``, the first year of
    ``annual`` (None: every year there is); ``last`` only closes ``annual``. Raises PlanPeriodError when the
    parts do not fit the kind.
    """

    kind: PlanPeriodKind
    first: int | None = None
    last: int | None = None

    def __post_init__(self) -> None:
        years = [self.first, self.last]
        match self.kind:
            case PlanPeriodKind.NONE:
                sound = years == [None, None]
            case PlanPeriodKind.WITHIN:
                sound = self.last is None and self.first is not None and 1 <= self.first <= 99
                years = []
            case PlanPeriodKind.ANNUAL:
                sound = self.last is None or (self.first is not None and self.first <= self.last)
            case _:
                sound = self.last is None and self.first is not None
        if not sound or any(year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR for year in years):
            raise PlanPeriodError(_EXPECTED)

    # --- making

    @classmethod
    def from_code(cls, code: str | None) -> PlanPeriod:
        """The period of a code; an empty one is ``none``. Raises PlanPeriodError on anything else."""
        text = code or PlanPeriodKind.NONE
        match = _CODE.fullmatch(text)
        if match is None:
            raise PlanPeriodError(f"不认识的时限“{text[:20]}”：{_EXPECTED}")
        if match["head"]:
            return cls(PlanPeriodKind(match["head"]), int(match["year"]))
        if match["count"]:
            return cls(PlanPeriodKind.WITHIN, int(match["count"]))
        if text == PlanPeriodKind.NONE:
            return UNDATED
        first, last = match["first"], match["last"]
        return cls(PlanPeriodKind.ANNUAL, int(first) if first else None, int(last) if last else None)

    @classmethod
    def from_words(cls, words: str) -> PlanPeriod:
        """The period as people write it (到2025年, 每年, 5年内), or a code. Raises PlanPeriodError."""
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", words))
        if text in ("", "无", "未定"):
            return UNDATED
        if _CODE.fullmatch(text):
            return cls.from_code(text)
        if text in ("每年", "年均", "年度"):
            return cls(PlanPeriodKind.ANNUAL)
        if match := _BY.fullmatch(text):
            return cls(PlanPeriodKind.BY, int(match["year"] or match["ended"] or match["before"]))
        if match := _ANNUAL.fullmatch(text):
            return cls(PlanPeriodKind.ANNUAL, int(match["first"]), int(match["last"]))
        if match := _SINCE.fullmatch(text):
            return cls(PlanPeriodKind.ANNUAL, int(match["first"]))
        if match := _WITHIN.fullmatch(text):
            return cls(PlanPeriodKind.WITHIN, int(match["count"]))
        if match := _YEAR.fullmatch(text):
            return cls(PlanPeriodKind.YEAR, int(match["year"]))
        raise PlanPeriodError(_EXPECTED)

    # --- showing

    @property
    def code(self) -> str:
        """The code; :meth:`from_code` reads it back."""
        match self.kind:
            case PlanPeriodKind.NONE:
                return "none"
            case PlanPeriodKind.WITHIN:
                return f"within:{self.first}y"
            case PlanPeriodKind.ANNUAL if self.first is None:
                return "annual"
            case PlanPeriodKind.ANNUAL if self.last is not None:
                return f"annual:{self.first}-{self.last}"
            case _:
                return f"{self.kind}:{self.first}"

    @property
    def words(self) -> str:
        """The period as offices write it; "" where the plan names none."""
        match self.kind:
            case PlanPeriodKind.BY:
                return f"到{self.first}年"
            case PlanPeriodKind.YEAR:
                return f"{self.first}年"
            case PlanPeriodKind.WITHIN:
                return f"{self.first}年内"
            case PlanPeriodKind.ANNUAL if self.last is not None:
                return f"{self.first}—{self.last}年每年"
            case PlanPeriodKind.ANNUAL:
                return "每年" if self.first is None else f"{self.first}年起每年"
            case _:
                return ""

    def __str__(self) -> str:
        return self.code

    # --- what follows from it

    @property
    def yearly(self) -> bool:
        """Whether each year has its own reckoning (每年, one named year)."""
        return self.kind in (PlanPeriodKind.ANNUAL, PlanPeriodKind.YEAR)

    def deadline(self, first_year: int | None = None) -> date | None:
        """The last day; ``within`` counts from ``first_year``. None where none is named or it returns openly."""
        match self.kind:
            case PlanPeriodKind.BY | PlanPeriodKind.YEAR:
                assert self.first is not None  # noqa: S101 - held by __post_init__
                return date(self.first, 12, 31)
            case PlanPeriodKind.WITHIN if first_year is not None:
                assert self.first is not None  # noqa: S101
                return date(first_year + self.first - 1, 12, 31)
            case PlanPeriodKind.ANNUAL if self.last is not None:
                return date(self.last, 12, 31)
            case _:
                return None

    def year_near(self, year: int) -> int:
        """Of the years with a reckoning of their own, the one nearest to ``year`` (for yearly periods)."""
        if self.kind is PlanPeriodKind.YEAR or (self.first is not None and year < self.first):
            return self.first or year
        return min(year, self.last) if self.last is not None else year


#: what a plan dates by no word
UNDATED = PlanPeriod(PlanPeriodKind.NONE)
