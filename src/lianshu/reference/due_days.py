"""The day inside (or after) a period on which something that returns is due: 5日前, 末月25日前, 次月10日前.

A due day is kept as one short Chinese phrase, the canonical form of what a plan or a person wrote; the same
words stand in readings, in the database, in exports and on pages. The forms and the cadences they fit:

==================================  ==============================  ===========================================
phrase                              fits                            means
==================================  ==============================  ===========================================
``5日前``                           month                           the fifth; a shorter month's last day
``底前``                            any                             the period's last day
``第5个工作日前``                   any                             the fifth working day of the period
``最后一个工作日前``                any                             the last working day of the period
``首月10日前``                      quarter, half-year              in its first month
``第2个月15日前``                   quarter, half-year              in its second (third …) month
``末月25日前``                      quarter, half-year              in its last month
``1月底前``, ``6月30日前``          year                            in that month
``周五前``                          week                            that day of the week
``下周一前``                        week                            that day of the week after
``次月10日前``                      month, quarter, half-year, year in the month after the period
``次年1月底前``                     year                            in that month of the year after
``结束后10日内``                    any                             so many days after the period's last day
``结束后10个工作日内``              any                             so many working days after it
``结束后2个月内``                   any but week                    the last day of the second month after it
==================================  ==============================  ===========================================

The day named is itself still in time, as offices read 前. Every phrase with a month takes a day, 底 or a
working day.

>>> due = parse_due_day("每季度末月25日前", Kind.QUARTER)
>>> due.text, due.day_in(Period.from_code("2026Q1"))
('末月25日前', datetime.date(2026, 3, 25))
>>> parse_due_day("次月10号前", Kind.MONTH).day_in(Period.from_code("2026-12"))
datetime.date(2027, 1, 10)
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from lianshu.reference.numerals import parse_integer
from lianshu.reference.periods import Kind, Period
from lianshu.reference.workdays import add_workdays, work_calendar

#: The cadences of plans, as readings and duties spell them, by the period of which one return is asked.
KINDS = {
    "week": Kind.WEEK,
    "month": Kind.MONTH,
    "quarter": Kind.QUARTER,
    "half-year": Kind.HALF,
    "year": Kind.YEAR,
}
#: 底 as a day: every month is over by its 31st.
_LAST_DAY = 31
#: 最后一个 as the number of a working day.
_LAST = -1
_WEEKDAYS = "一二三四五六日"
_MONTHS_IN = {Kind.QUARTER: 3, Kind.HALF: 6, Kind.YEAR: 12}

_NUMBER = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_MONTH = (
    rf"(?:(?P<next_year>[次下]一?年度?的?(?P<next_year_month>{_NUMBER})月份?)"
    r"|(?P<next>[次下]一?个?月|[次下]一?个?季度?的?(?:首个?月|第一个?月)|季后首?月)"
    r"|(?P<first>首个?月)|(?P<last>末个?月|最后一?个?月)"
    rf"|第(?P<nth>{_NUMBER})个?月"
    rf"|(?P<month>{_NUMBER})月份?"
    r"|第?(?P<quarter>[一二三四1-4])季度?"
    r"|(?P<half>[上下])半年)的?"
)
_DAY = (
    rf"(?:(?:{_NUMBER}[日号]?[-—~至到])?(?P<day>{_NUMBER})[日号]"
    r"|(?P<ten>[上中下])旬"
    rf"|(?:前|头)(?P<first_days>{_NUMBER})[日天](?=内|之内|以内)"
    rf"|第(?P<nth_work>{_NUMBER})个?工作日"
    rf"|(?:前|头)(?P<first_work>{_NUMBER})个?工作日"
    rf"|(?P<work>{_NUMBER})个?工作日(?=前|之前|内|之内|以内)"
    r"|(?P<last_work>最后(?:一|1)?个工作日|末个工作日)"
    r"|(?P<end>最后(?:一|1)[天日]|(?:季度?|月|年)?(?:底|末)))"
)
_WEEK = r"(?:(?P<next_week>[下次]一?个?)?(?:周|星期))?(?P<weekday>[一二三四五六日天])"
_AFTER = (
    r"(?:(?:月度?|季度?|半年度?|年度?|周|期)?末?(?:结束|终了)(?:之?后)?|[月季年期]后|后)的?"
    rf"(?P<count>{_NUMBER}|半)个?(?P<unit>工作日|自然日|日|天|周|月)(?:之内|以内|内)"
)
_BEFORE = r"(?:之前|以前|前后|前|左右|之内|以内|内|为止|止)"
_TAIL = rf"(?P<tail>的?(?:上午|下午|中午|晚上?|下班){_BEFORE}?|{_BEFORE})?"
#: Several months before a day (3月、6月、9月、12月25日前): the last one counts.
_IN_MONTHS = re.compile(
    rf"(?:{_AFTER}|(?:(?P<listed>(?:{_NUMBER}月?[、和及至到—~-])*){_MONTH})?(?:{_DAY})?){_TAIL}"
)
_IN_WEEK = re.compile(rf"(?:{_AFTER}|{_WEEK}|{_DAY}){_TAIL}")
# Several days of one period (5日和20日前): all of them are done by the last one.
_AND = re.compile(r"以及|[、和及与或至到—~-]")
_EVERY = re.compile(r"每一?个?(?:年度?|季度?|半年度?|月|周|星期)")
_UNITS = {"day": "日", "workday": "个工作日", "month": "个月"}


@dataclass(frozen=True, slots=True)
class DueDay:
    """One due day. ``place``: "" (the period itself), 首月, 第2个月, 末月, 6月, 次月, 次年1月, 周, 下周 or
    结束后; ``unit``: ``day``, ``workday``, ``weekday`` (1 Monday) or, after 结束后, ``month``; ``number`` counts
    them (31 as a day is 底, −1 as a working day the last one)."""

    place: str
    number: int
    unit: str = "day"

    @property
    def text(self) -> str:
        """The canonical phrase; :func:`parse_due_day` reads it back."""
        if self.place == "结束后":
            return f"结束后{self.number}{_UNITS[self.unit]}内"
        if self.unit == "weekday":
            return f"{self.place}{_WEEKDAYS[self.number - 1]}前"
        if self.unit == "workday":
            words = "最后一个工作日" if self.number == _LAST else f"第{self.number}个工作日"
            return f"{self.place}{words}前"
        return f"{self.place}底前" if self.number == _LAST_DAY else f"{self.place}{self.number}日前"

    def fits(self, kind: Kind) -> bool:
        """Whether a period of ``kind`` has such a day."""
        place = self.place
        if place == "结束后":
            return kind is not Kind.WEEK or self.unit != "month"
        if place in ("周", "下周"):
            return kind is Kind.WEEK
        if place == "":
            return kind is Kind.MONTH or self.unit == "workday" or self.number == _LAST_DAY
        if place == "次月":
            return kind is not Kind.WEEK
        if place in ("首月", "末月") or place.startswith("第"):
            return kind in (Kind.QUARTER, Kind.HALF) and self._month(kind) <= _MONTHS_IN[kind]
        return kind is Kind.YEAR

    def day_in(self, period: Period) -> date:
        """The day for one period; after its end for 次月, 次年, 下周 and 结束后.

        A day that the month lacks is its last one. Raises ValueError when :meth:`fits` is false.
        """
        if not self.fits(period.kind):
            raise ValueError(f"“{self.text}”不适合以{period.kind.label}为周期。")
        if self.place == "结束后":
            return self._after(period.end)
        if self.unit == "weekday":
            start = period.end + timedelta(days=1) if self.place == "下周" else period.start
            return start + timedelta(days=self.number - 1)
        first, last = self._bounds(period)
        if self.unit == "workday":
            # A week of holidays has no working day at all: the day is then its last one.
            days = work_calendar().workdays(first, last) or [last]
            return days[-1] if self.number == _LAST else days[min(self.number, len(days)) - 1]
        return min(last, first + timedelta(days=self.number - 1))

    def in_the_next(self) -> DueDay:
        """The same day of the period after: 5日前 for a report about last month is 次月5日前 of that month.

        What has no such form (底前, 末月25日前) stays as it is.
        """
        last = self.number == (_LAST_DAY if self.unit == "day" else _LAST)
        if self.place in ("", "首月") and not last:
            return replace(self, place="次月")
        if self.place == "周":
            return replace(self, place="下周")
        if re.fullmatch(r"\d+月", self.place):
            return replace(self, place=f"次年{self.place}")
        return self

    def _month(self, kind: Kind) -> int:
        """Which month of the period ``place`` names, from 1."""
        if self.place == "首月":
            return 1
        if self.place == "末月":
            return _MONTHS_IN[kind]
        return int(re.sub(r"\D", "", self.place))

    def _bounds(self, period: Period) -> tuple[date, date]:
        """First and last day of what the day is counted in."""
        if self.place == "":
            return period.start, period.end
        if self.place == "次月":
            first = period.end + timedelta(days=1)
        elif self.place.startswith("次年"):
            first = date(period.year + 1, self._month(period.kind), 1)
        else:
            start = period.start
            first = date(start.year, start.month + self._month(period.kind) - 1, 1)
        return first, first.replace(day=monthrange(first.year, first.month)[1])

    def _after(self, end: date) -> date:
        if self.unit == "workday":
            return add_workdays(end, self.number)
        if self.unit == "day":
            return end + timedelta(days=self.number)
        months = end.year * 12 + end.month - 1 + self.number
        year, month = divmod(months, 12)
        return date(year, month + 1, monthrange(year, month + 1)[1])


def match_due_day(
    text: str, kind: Kind, start: int = 0, end: int | None = None
) -> tuple[DueDay, int, bool] | None:
    """Read a due day that begins at ``start``: (due day, where its words end, whether they say 前 or 内).

    Of several days joined (5日和20日前) the last one counts. None where no day of a ``kind`` begins.
    """
    end = len(text) if end is None else end
    found: tuple[DueDay, int, bool] | None = None
    at, place = start, ""
    pattern = _IN_WEEK if kind is Kind.WEEK else _IN_MONTHS
    while match := pattern.match(text, at, end):
        try:
            due = _due(match, kind, place)
        except ValueError:  # 一一十日: no number
            break
        if due is None or not due.fits(kind):
            break
        place = due.place
        found = due, match.end(), bool(match["tail"]) or due.place == "结束后"
        joined = _AND.match(text, match.end(), end)
        if joined is None:
            break
        at = joined.end()
    return found


@lru_cache(maxsize=512)
def parse_due_day(text: str, kind: Kind) -> DueDay:
    """Return the due day that a phrase names for something that returns every ``kind`` of period.

    每月5日前 and 5日前 say the same. Raises ValueError (Chinese: what was read, what is expected).
    """
    phrase = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    phrase = phrase[every.end() :] if (every := _EVERY.match(phrase)) else phrase
    found = match_due_day(phrase, kind)
    if found is None or found[1] != len(phrase):
        raise ValueError(f"看不懂时限“{text}”：每{kind.label}一期的，应如 {_EXAMPLES[kind]}。")
    return found[0]


def cadence_words(every: str, times: str, due: str) -> str:
    """A cadence with its due day: 每月5日前; 每月，次月10日前; 每年 4 次，12月底前.

    ``every`` is the cadence in words (每月), ``times`` how often in words ("" or 1 for once), ``due`` a phrase.
    """
    if times not in ("", "1"):
        every = f"{every} {times} 次"
    elif due.startswith("周"):
        return f"每{due}"
    elif due and due[0] not in "次下":
        return f"{every}{due}"
    return f"{every}，{due}" if due else every


_EXAMPLES = {
    Kind.WEEK: "周五前、下周一前、结束后3个工作日内",
    Kind.MONTH: "5日前、次月10日前、第5个工作日前、结束后10日内",
    Kind.QUARTER: "首月10日前、末月25日前、次月10日前、结束后10个工作日内",
    Kind.HALF: "首月15日前、末月25日前、次月10日前、结束后10个工作日内",
    Kind.YEAR: "1月底前、12月20日前、次年1月底前、结束后15日内",
}


def _due(match: re.Match[str], kind: Kind, before: str) -> DueDay | None:
    """The due day of one match; ``before`` is the month named just before it (6月5日和20日)."""
    if match["count"]:
        return _counted(match)
    if kind is Kind.WEEK and match["weekday"]:
        number = _WEEKDAYS.index(match["weekday"].replace("天", "日")) + 1
        return DueDay("下周" if match["next_week"] else "周", number, "weekday")
    place = "" if kind is Kind.WEEK else _place(match, kind)
    if place is None or not match[0].removesuffix(match["tail"] or ""):
        return None
    number, unit = _number(match)
    if not place and match["day"]:
        place = before
    return DueDay(place, number, unit) if number == _LAST or 1 <= number <= _LAST_DAY else None


def _counted(match: re.Match[str]) -> DueDay | None:
    """结束后10个工作日内, 结束后半个月内, 结束后两周内; None for 0."""
    count, unit = match["count"], match["unit"]
    if count == "半":
        return DueDay("结束后", 15) if unit == "月" else None
    number = parse_integer(count)
    if number < 1:
        return None
    if unit in ("工作日", "月"):
        return DueDay("结束后", number, "workday" if unit == "工作日" else "month")
    return DueDay("结束后", number * (7 if unit == "周" else 1))


def _place(match: re.Match[str], kind: Kind) -> str | None:
    """Where the day is counted; None for a month that no calendar has."""
    if match["next_year"]:
        month = parse_integer(match["next_year_month"])
        return f"次年{month}月" if 1 <= month <= 12 else None
    if match["next"]:
        return "次月"
    if match["first"]:
        return "首月"
    if match["last"]:
        return "末月"
    if match["nth"]:
        return _nth(parse_integer(match["nth"]), kind)
    if match["month"]:
        month = parse_integer(match["month"])
        if not 1 <= month <= 12:
            return None
        if match["listed"] and kind in (Kind.QUARTER, Kind.HALF):  # 3月、6月、9月、12月25日前
            return _nth((month - 1) % _MONTHS_IN[kind] + 1, kind)
        return f"{month}月"
    if match["quarter"]:
        return f"{parse_integer(match['quarter']) * 3}月"
    if match["half"]:
        return "6月" if match["half"] == "上" else "12月"
    return ""


def _nth(number: int, kind: Kind) -> str:
    """The words for a month of a period by its number in it."""
    return "首月" if number == 1 else "末月" if number == _MONTHS_IN.get(kind) else f"第{number}个月"


def _number(match: re.Match[str]) -> tuple[int, str]:
    """Which day, and of what. A month alone is over on its last day."""
    if match["last_work"]:
        return _LAST, "workday"
    for name in ("nth_work", "first_work", "work"):
        if match[name]:
            return parse_integer(match[name]), "workday"
    if match["day"] or match["first_days"]:
        return parse_integer(match["day"] or match["first_days"]), "day"
    if match["ten"]:
        return {"上": 10, "中": 20, "下": _LAST_DAY}[match["ten"]], "day"
    return _LAST_DAY, "day"
