"""Working days in China: counting them, adding them, and how a deadline stands.

Official arrangements (holidays and the weekends worked in exchange) come from ``chinesecalendar``; for later
years from ``data/workday_overrides.csv`` and from a table the office loads when the State Council has
announced a year. A year without an announced arrangement is *provisional*: weekends and the days that the
law itself names are off, and every answer that touches it says so.

The day on which a period begins does not count, and a period that would end on a day off ends on the next
working day (Civil Code, articles 201 and 203).

>>> calendar = work_calendar()
>>> calendar.is_workday(date(2026, 10, 1)), calendar.is_workday(date(2026, 10, 10))
(False, True)
>>> calendar.add_workdays(date(2026, 9, 30), 3)
datetime.date(2026, 10, 10)
>>> calendar.workdays_between(date(2026, 9, 30), date(2026, 10, 10))
3
>>> deadline_state(date(2026, 10, 9), today=date(2026, 9, 29)).text
'还剩 3 个工作日'
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import chinese_calendar
from chinese_calendar.constants import holidays

from lianshu.reference import packaged
from lianshu.reference.user_table import CellError, UserTableError, read_user_table

# The years for which chinesecalendar holds the announced arrangements.
FIRST_YEAR = min(holidays).year
LAST_YEAR = max(holidays).year

_WORKDAY_WORDS = {
    "休": False,
    "放假": False,
    "假": False,
    "班": True,
    "上班": True,
    "补班": True,
    "调休上班": True,
}


@dataclass(frozen=True, slots=True)
class Override:
    """A day that differs from the plain week. ``announced``: from the State Council's notice for its year
    (which settles the whole year), not merely a holiday that the law names."""

    day: date
    workday: bool
    name: str = ""
    announced: bool = True


class WorkCalendar:
    """Working days with overrides; later overrides win over earlier ones and over chinesecalendar."""

    def __init__(self, overrides: Iterable[Override] = ()) -> None:
        self._overrides: dict[date, Override] = {item.day: item for item in overrides}
        self._announced = {item.day.year for item in self._overrides.values() if item.announced}
        self._years: dict[int, list[int]] = {}

    def with_overrides(self, overrides: Iterable[Override]) -> WorkCalendar:
        """Return a calendar with further overrides."""
        return WorkCalendar([*self._overrides.values(), *overrides])

    def is_provisional(self, day: date) -> bool:
        """Whether the arrangement of the day's year is not announced (or, before 2004, not on record)."""
        return not FIRST_YEAR <= day.year <= LAST_YEAR and day.year not in self._announced

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``."""
        override = self._overrides.get(day)
        if override is not None:
            return override.workday
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5

    def holiday_name(self, day: date) -> str:
        """The holiday's Chinese name on a day off, 补班 on a weekend worked, else the empty string."""
        override = self._overrides.get(day)
        if override is not None:
            return override.name or ("补班" if override.workday and day.weekday() >= 5 else "")
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            return ""
        off, name = chinese_calendar.get_holiday_detail(day)
        if off:
            return _HOLIDAYS.get(name or "", "")
        return "补班" if day.weekday() >= 5 else ""

    def add_workdays(self, start: date, count: int) -> date:
        """Return the ``count``-th working day after ``start`` (before it when negative).

        With 0: ``start`` itself when it is a working day, else the next one, which is how a date that falls
        on a day off moves on.
        """
        if count == 0:
            return start if self.is_workday(start) else self.add_workdays(start, 1)
        ordinal = start.toordinal()
        year = start.year
        days = self._year(year)
        if count > 0:
            index = bisect_right(days, ordinal) + count - 1
            while index >= len(days):
                index -= len(days)
                year += 1
                days = self._year(year)
        else:
            index = bisect_right(days, ordinal - 1) + count
            while index < 0:
                year -= 1
                days = self._year(year)
                index += len(days)
        return date.fromordinal(days[index])

    def workdays_between(self, start: date, end: date) -> int:
        """Return the number of working days after ``start`` up to and including ``end``.

        Negative, by the same count, when ``end`` lies before ``start``. For a working day ``d`` after ``s``:
        ``add_workdays(s, workdays_between(s, d)) == d``.
        """
        if end < start:
            return -self.workdays_between(end, start)
        whole_years = sum(len(self._year(year)) for year in range(start.year, end.year))
        return (
            whole_years
            + bisect_right(self._year(end.year), end.toordinal())
            - bisect_right(self._year(start.year), start.toordinal())
        )

    def workdays(self, start: date, end: date) -> list[date]:
        """Return the working days from ``start`` to ``end``, both included."""
        span = range(start.toordinal(), end.toordinal() + 1)
        return [day for day in map(date.fromordinal, span) if self.is_workday(day)]

    def touches_provisional(self, start: date, end: date) -> bool:
        """Whether any year between the two days (in either order) is provisional."""
        first, last = sorted((start.year, end.year))
        return any(self.is_provisional(date(year, 1, 1)) for year in range(first, last + 1))

    def _year(self, year: int) -> list[int]:
        """Ordinals of a year's working days, ascending; built once."""
        days = self._years.get(year)
        if days is None:
            span = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
            days = [ordinal for ordinal in span if self.is_workday(date.fromordinal(ordinal))]
            self._years[year] = days
        return days


_HOLIDAYS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@lru_cache(maxsize=1)
def _packaged_calendar() -> WorkCalendar:
    return WorkCalendar(_override(row) for row in packaged.rows("workday_overrides"))


_office: WorkCalendar | None = None


def work_calendar() -> WorkCalendar:
    """Return the process's calendar: the packaged overrides and, over them, the office's own."""
    return _office or _packaged_calendar()


def use_office_overrides(overrides: Iterable[Override]) -> WorkCalendar:
    """Make the office's own days (:func:`load_overrides`) count in this process, replacing any set before.

    Called once at start-up and after the office has loaded a new table; an empty list takes them away.
    """
    global _office
    items = list(overrides)
    _office = _packaged_calendar().with_overrides(items) if items else None
    return work_calendar()


def is_workday(day: date) -> bool:
    """:meth:`WorkCalendar.is_workday` of the process's calendar."""
    return work_calendar().is_workday(day)


def add_workdays(start: date, count: int) -> date:
    """:meth:`WorkCalendar.add_workdays` of the process's calendar."""
    return work_calendar().add_workdays(start, count)


def workdays_between(start: date, end: date) -> int:
    """:meth:`WorkCalendar.workdays_between` of the process's calendar."""
    return work_calendar().workdays_between(start, end)


def _override(row: Mapping[str, str]) -> Override:
    """Raises KeyError or ValueError on a cell that cannot be read; callers say which."""
    return Override(
        date.fromisoformat(row["date"].replace("/", "-")),
        _WORKDAY_WORDS[row["workday"]],
        row.get("name", ""),
        row.get("status", "") != "法定",
    )


def load_overrides(path: Path) -> list[Override]:
    """Read an office's table of days: columns ``date``, ``workday`` (休 or 班), optionally ``name``, ``status``.

    ``status`` 法定 marks a day known before the year's arrangement is announced. csv or xlsx; all or
    nothing: raises UserTableError with every bad cell.
    """
    found: dict[date, Override] = {}
    errors: list[CellError] = []
    for number, row in read_user_table(path, ("date", "workday")):
        if row["workday"] not in _WORKDAY_WORDS:
            errors.append(CellError(number, "workday", f"“{row['workday']}”应为 休 或 班。"))
            continue
        try:
            override = _override(row)
        except ValueError:
            errors.append(CellError(number, "date", f"“{row['date']}”不是日期，应如 2027-02-06。"))
            continue
        if override.day in found:
            errors.append(CellError(number, "date", f"{override.day} 重复出现，请只留一行。"))
        found[override.day] = override
    if errors:
        raise UserTableError(path.name, f"有 {len(errors)} 处错误，未导入任何一行。", errors)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class DeadlineState:
    """How a deadline stands on a day.

    ``workdays`` is the number of working days left (after today, up to the deadline) or, once overdue,
    passed since the deadline. ``text`` is for users; ``note`` is not empty when the count is provisional.
    """

    deadline: date
    today: date
    overdue: bool
    workdays: int
    text: str
    note: str


def deadline_state(deadline: date, *, today: date, calendar: WorkCalendar | None = None) -> DeadlineState:
    """Return how ``deadline`` stands on ``today``: days left, due today, or overdue.

    >>> deadline_state(date(2026, 9, 28), today=date(2026, 9, 30)).text
    '超期 2 个工作日'
    >>> deadline_state(date(2026, 9, 30), today=date(2026, 9, 30)).text
    '今天到期'
    """
    calendar = calendar or work_calendar()
    count = abs(calendar.workdays_between(today, deadline))
    overdue = today > deadline
    if deadline == today:
        text = "今天到期"
    elif overdue:
        text = f"超期 {count} 个工作日" if count else "已超期，不足 1 个工作日"
    else:
        text = f"还剩 {count} 个工作日" if count else "还剩不足 1 个工作日"
    note = "放假安排尚未公布，工作日为暂计" if calendar.touches_provisional(today, deadline) else ""
    return DeadlineState(deadline, today, overdue, count, text, note)
