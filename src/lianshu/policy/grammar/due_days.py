"""Days named beside a cadence: 每月5日前, 每季度末月25日前, 于次月10日前, 每半年结束后10个工作日内.

The day stands right behind the word of cadence, or elsewhere in its clause where a word announces it (于, 在,
原则上, a bracket) and 前 or 内 closes it; other days of a clause belong to what it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lianshu.reference.due_days import KINDS, match_due_day, parse_due_day
from lianshu.reference.periods import Kind

from .cadences import Cadence

_FILLER = re.compile(r"(?:的|于|在|应|须|需|要|都|均|原则上|一般|定期|[(])*")
_ANNOUNCED = re.compile(
    r"(?:[于在(]|不迟于|不晚于|最迟|原则上)(?=[\d一二三四五六七八九十次下首末第最前上季半年月周星])"
    r"|(?=次月|次年\d|首月|末月|(?:季度|半年|年度|月度)(?:结束|终了))"
)
_CLOSED = re.compile(r"之前|以前|前(?!期)")
# 每周一调度 is once a week, 每周一召开 a Monday; 每周三次 is no Wednesday, 每周日常检查 no Sunday.
_MONDAY = re.compile(r"召开|组织召开|向|将|由|把|[,、(]")
_DAILY = re.compile("[常均报]")
_COUNTED = re.compile(r"[次场个天轮回期篇条件家项名批份户小至到-]")
_ABOUT_THE_LAST = {
    Kind.WEEK: re.compile("上一?个?周"),
    Kind.MONTH: re.compile("[上前]一?个?月"),
    Kind.QUARTER: re.compile("上一?个?季"),
    Kind.HALF: re.compile("上一个?半年"),
    Kind.YEAR: re.compile("上一?个?年|去年"),
}


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day beside a cadence: its canonical words (``text``) and where in the clean text its own words end;
    ``beside`` says that they follow the word of cadence, ``said`` that 前 or 内 closes them."""

    text: str
    end: int
    beside: bool = True
    said: bool = True


def day_in_clause(clean: str, cadence: Cadence, start: int, end: int) -> NamedDay | None:
    """The day that the clause ``[start, end)`` names for a cadence, ``None`` where it names none.

    A day early in a period on which the period before is reported (每月5日前报送上月情况) counts from that
    one (次月5日前), so that a return bears the name of the period it tells about.
    """
    kind = KINDS.get(str(cadence.every))
    if kind is None:
        return None
    inside = start <= cadence.start < end
    found = _beside(clean, cadence, kind, end) if inside else None
    found = found or _announced(clean, kind, start, end)
    if found and _ABOUT_THE_LAST[kind].search(clean, start, end):
        return replace(found, text=parse_due_day(found.text, kind).in_the_next().text)
    return found


def _beside(clean: str, cadence: Cadence, kind: Kind, end: int) -> NamedDay | None:
    at = cadence.end
    if cadence.rule in ("cadence.next_year", "cadence.next_month"):  # the cadence is the day: 次年1月底前
        at = cadence.start
    elif clean[at - 1] in "底末终" and (closed := _CLOSED.match(clean, at, end)):  # 每年年底|前
        return NamedDay("底前", closed.end())
    elif clean[at - 1] in "初末" and clean.startswith("月", at):  # 每季度|末月25日前
        at -= 1
    filler = _FILLER.match(clean, at, end)
    found = match_due_day(clean, kind, filler.end() if filler else at, end)
    if found is None:
        return None
    due, behind, said = found
    if due.unit == "weekday" and not said and _no_weekday(due.number, clean, behind):
        return None
    return NamedDay(due.text, behind, said=said)


def _no_weekday(number: int, clean: str, behind: int) -> bool:
    """Whether what looks like a day of the week counts something or begins another word."""
    if number == 1:
        return not _MONDAY.match(clean, behind)
    return bool(_COUNTED.match(clean, behind) or (number == 7 and _DAILY.match(clean, behind)))


def _announced(clean: str, kind: Kind, start: int, end: int) -> NamedDay | None:
    for word in _ANNOUNCED.finditer(clean, start, end):
        found = match_due_day(clean, kind, word.end(), end)
        # 在10个工作日内答复 is how long an answer takes
        if found and found[2] and not (found[0].unit == "workday" and clean[word.end()].isdigit()):
            return NamedDay(found[0].text, found[1], beside=False)
    return None
