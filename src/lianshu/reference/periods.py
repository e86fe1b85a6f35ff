"""Reporting periods: five-year plan, year, half, quarter, month, week, with codes, bounds and relations.

Codes sort and read well: ``FYP14``, ``2025``, ``2025H1``, ``2025Q3``, ``2025-03``, ``2025-W09`` (ISO week).

>>> q3 = Period.from_code("2025Q3")
>>> q3.start, q3.end, q3.text
(datetime.date(2025, 7, 1), datetime.date(2025, 9, 30), '2025年第三季度')
>>> q3.parent().code, [p.code for p in q3.children()], q3.next().code
('2025H2', ['2025-07', '2025-08', '2025-09'], '2025Q4')
>>> Period.containing(date(2025, 2, 3), Kind.FIVE_YEAR).text
'“十四五”时期'

Reading periods from Chinese text is in :mod:`lianshu.reference.period_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import total_ordering

from lianshu.reference.numerals import to_chinese


class PeriodError(ValueError):
    """A period cannot be understood; the message (Chinese) says what was read and what is expected."""


class Kind(StrEnum):
    """Kinds of period. The names of the members are stable, the values serve as codes in databases."""

    FIVE_YEAR = "five_year"
    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"

    @property
    def label(self) -> str:
        """The kind's Chinese name."""
        return _LABELS[self]


_LABELS = {
    Kind.FIVE_YEAR: "五年规划",
    Kind.YEAR: "年",
    Kind.HALF: "半年",
    Kind.QUARTER: "季度",
    Kind.MONTH: "月",
    Kind.WEEK: "周",
}
_PER_YEAR = {Kind.YEAR: 1, Kind.HALF: 2, Kind.QUARTER: 4, Kind.MONTH: 12}
# A week belongs to no month or quarter, so it stands outside the ladder: its parent is its ISO year.
_LADDER = (Kind.FIVE_YEAR, Kind.YEAR, Kind.HALF, Kind.QUARTER, Kind.MONTH)
_CODES = (
    (Kind.FIVE_YEAR, re.compile(r"FYP(?P<number>[1-9]\d?)")),
    (Kind.YEAR, re.compile(r"(?P<year>\d{4})")),
    (Kind.HALF, re.compile(r"(?P<year>\d{4})H(?P<number>[12])")),
    (Kind.QUARTER, re.compile(r"(?P<year>\d{4})Q(?P<number>[1-4])")),
    (Kind.MONTH, re.compile(r"(?P<year>\d{4})-(?P<number>0[1-9]|1[0-2])")),
    (Kind.WEEK, re.compile(r"(?P<year>\d{4})-W(?P<number>\d{2})")),
)
_FIRST_YEAR, _LAST_YEAR = 1950, 2199


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """One period. ``number`` counts inside ``year`` from 1 (always 1 for a year).

    For a five-year plan ``number`` is the plan's (14 for 十四五) and ``year`` its first year. Periods order
    by start, the longer one first. Raises PeriodError when the parts fit no period.
    """

    kind: Kind
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        if not _FIRST_YEAR <= self.year <= _LAST_YEAR:
            raise PeriodError(f"年份 {self.year} 超出范围（{_FIRST_YEAR}—{_LAST_YEAR}）。")
        if self.kind is Kind.FIVE_YEAR:
            fits = self.number >= 1 and self.year == _plan_start(self.number)
        elif self.kind is Kind.WEEK:
            fits = 1 <= self.number <= date(self.year, 12, 28).isocalendar().week
        else:
            fits = 1 <= self.number <= _PER_YEAR[self.kind]
        if not fits:
            raise PeriodError(f"{self.year} 年没有第 {self.number} 个{self.kind.label}。")

    # --- making ---------------------------------------------------------------------------------------

    @classmethod
    def from_code(cls, code: str) -> Period:
        """Return the period of a code. Raises PeriodError on anything else."""
        text = code.strip().upper()
        for kind, pattern in _CODES:
            match = pattern.fullmatch(text)
            if match:
                parts = match.groupdict()
                number = int(parts.get("number") or 1)
                year = _plan_start(number) if kind is Kind.FIVE_YEAR else int(parts["year"])
                return cls(kind, year, number)
        raise PeriodError(f"周期代码“{code}”不对：应如 2025、2025H1、2025Q3、2025-03、2025-W09 或 FYP14。")

    @classmethod
    def five_year_plan(cls, number: int) -> Period:
        """Return a five-year plan's period: 14 gives 2021 to 2025.

        The third plan began in 1966 after three years of adjustment; since then they follow each other.
        """
        return cls(Kind.FIVE_YEAR, _plan_start(number), number)

    @classmethod
    def containing(cls, day: date, kind: Kind) -> Period:
        """Return the period of a kind that contains ``day``.

        Raises PeriodError for days outside any five-year plan (before 1953, 1963 to 1965).
        """
        if kind is Kind.FIVE_YEAR:
            number = (day.year - 1966) // 5 + 3 if day.year >= 1966 else (day.year - 1953) // 5 + 1
            if number < 1 or not _plan_start(number) <= day.year <= _plan_start(number) + 4:
                raise PeriodError(f"{day.year} 年不属于任何一个五年规划（计划）。")
            return cls.five_year_plan(number)
        if kind is Kind.WEEK:
            iso = day.isocalendar()
            return cls(kind, iso.year, iso.week)
        return cls(kind, day.year, (day.month - 1) * _PER_YEAR[kind] // 12 + 1)

    # --- showing --------------------------------------------------------------------------------------

    @property
    def code(self) -> str:
        """The period's code; :meth:`from_code` reads it back."""
        match self.kind:
            case Kind.FIVE_YEAR:
                return f"FYP{self.number}"
            case Kind.YEAR:
                return str(self.year)
            case Kind.HALF:
                return f"{self.year}H{self.number}"
            case Kind.QUARTER:
                return f"{self.year}Q{self.number}"
            case Kind.MONTH:
                return f"{self.year}-{self.number:02}"
            case Kind.WEEK:
                return f"{self.year}-W{self.number:02}"

    @property
    def text(self) -> str:
        """The period in official Chinese: 2025年第三季度, “十四五”时期."""
        match self.kind:
            case Kind.FIVE_YEAR:
                return f"“{to_chinese(self.number)}五”时期"
            case Kind.YEAR:
                return f"{self.year}年"
            case Kind.HALF:
                return f"{self.year}年{'上下'[self.number - 1]}半年"
            case Kind.QUARTER:
                return f"{self.year}年第{to_chinese(self.number)}季度"
            case Kind.MONTH:
                return f"{self.year}年{self.number}月"
            case Kind.WEEK:
                return f"{self.year}年第{self.number}周"

    def __str__(self) -> str:
        return self.code

    # --- bounds ---------------------------------------------------------------------------------------

    @property
    def start(self) -> date:
        """The first day."""
        if self.kind is Kind.FIVE_YEAR:
            return date(self.year, 1, 1)
        if self.kind is Kind.WEEK:
            return date.fromisocalendar(self.year, self.number, 1)
        return date(self.year, (self.number - 1) * 12 // _PER_YEAR[self.kind] + 1, 1)

    @property
    def end(self) -> date:
        """The last day (inclusive)."""
        if self.kind is Kind.FIVE_YEAR:
            return date(self.year + 4, 12, 31)
        if self.kind is Kind.WEEK:
            return date.fromisocalendar(self.year, self.number, 7)
        last_month = self.number * 12 // _PER_YEAR[self.kind]
        if last_month == 12:
            return date(self.year, 12, 31)
        return date(self.year, last_month + 1, 1) - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days + 1

    def __contains__(self, other: object) -> bool:
        """Whether a day or a whole period lies inside."""
        if isinstance(other, Period):
            return self.start <= other.start and other.end <= self.end
        return isinstance(other, date) and self.start <= other <= self.end

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.start, -self.days) < (other.start, -other.days)

    # --- neighbours and relatives ---------------------------------------------------------------------

    def shift(self, steps: int) -> Period:
        """Return the period ``steps`` later (earlier when negative), of the same kind."""
        if self.kind is Kind.FIVE_YEAR:
            return Period.five_year_plan(self.number + steps)
        if self.kind is Kind.WEEK:
            return Period.containing(self.start + timedelta(weeks=steps), Kind.WEEK)
        per_year = _PER_YEAR[self.kind]
        index = self.year * per_year + self.number - 1 + steps
        return Period(self.kind, index // per_year, index % per_year + 1)

    def next(self) -> Period:
        """The following period of the same kind."""
        return self.shift(1)

    def previous(self) -> Period:
        """The period before (环比 compares with it)."""
        return self.shift(-1)

    def year_before(self) -> Period:
        """The same period one year earlier (上年同期; 同比 compares with it).

        Raises PeriodError for five-year plans and for a 53rd week that the year before did not have.
        """
        if self.kind is Kind.FIVE_YEAR:
            raise PeriodError("五年规划没有上年同期。")
        return Period(self.kind, self.year - 1, self.number)

    def parent(self, kind: Kind | None = None) -> Period | None:
        """Return the next longer period, or the one of ``kind`` that holds this one.

        None for a five-year plan, and for a year outside any. Raises PeriodError when ``kind`` is not longer.
        """
        if self.kind is Kind.WEEK:
            if kind not in (None, Kind.YEAR):
                raise PeriodError("周不属于唯一的月、季度或半年，只能归到年。")
            return Period(Kind.YEAR, self.year)
        place = _LADDER.index(self.kind)
        if kind is None:
            if place == 0:
                return None
            kind = _LADDER[place - 1]
        elif kind is Kind.WEEK or _LADDER.index(kind) >= place:
            raise PeriodError(f"{kind.label}不比{self.kind.label}长，不能作为上级周期。")
        if kind is Kind.FIVE_YEAR and (self.year < 1953 or 1963 <= self.year <= 1965):
            return None
        return Period.containing(self.start, kind)

    def children(self, kind: Kind | None = None) -> list[Period]:
        """Return the next shorter periods inside, or all of ``kind``; weeks and months have none.

        >>> [p.code for p in Period.five_year_plan(14).children()]
        ['2021', '2022', '2023', '2024', '2025']
        """
        if self.kind is Kind.WEEK or (kind is None and self.kind is Kind.MONTH):
            return []
        place = _LADDER.index(self.kind)
        if kind is None:
            kind = _LADDER[place + 1]
        elif kind is Kind.WEEK or _LADDER.index(kind) <= place:
            raise PeriodError(f"{kind.label}不比{self.kind.label}短，不能作为下级周期。")
        return list(periods_between(self.start, self.end, kind))

    def elapsed(self, day: date) -> float:
        """Share of the period that has passed at the end of ``day``: 0.0 before it, 1.0 after it.

        The plain time schedule (时序进度) that progress is held against.

        >>> Period.from_code("2025").elapsed(date(2025, 6, 30))
        0.4958904109589041
        """
        return min(max(((day - self.start).days + 1) / self.days, 0.0), 1.0)


def _plan_start(number: int) -> int:
    return 1966 + 5 * (number - 3) if number >= 3 else 1953 + 5 * (number - 1)


def periods_between(start: date, end: date, kind: Kind) -> Iterator[Period]:
    """Yield the periods of a kind from the one holding ``start`` to the one holding ``end``.

    >>> [p.code for p in periods_between(date(2024, 11, 5), date(2025, 4, 1), Kind.QUARTER)]
    ['2024Q4', '2025Q1', '2025Q2']
    """
    period = Period.containing(start, kind)
    while period.start <= end:
        yield period
        period = period.next()
