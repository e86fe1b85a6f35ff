"""The light of a target: what is reached against what the time gone by asks for, with a sentence why.

The schedule is linear (时序进度): from the baseline, or from nothing at the start of the plan, to the
demanded value at the deadline. A yearly target is judged inside its year. What may not be exceeded is
judged the other way round. Without a figure the light is grey, never green.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from lianshu.reference.periods import Kind, Period
from lianshu.reference.plan_periods import PlanPeriodKind
from lianshu.reference.quantity import unit_kinds

from . import figures
from .models import Indicator, Target
from .wording import amount_words, day_words

#: on schedule from here, close behind from there; below it late
ON_PACE, NEAR = Decimal("0.995"), Decimal("0.9")
_COUNTED = ("count", "occurrence")
_FLOWS = (Indicator.Nature.FLOW, Indicator.Nature.YTD)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is demanded, between which days; ``base`` is the value at the start. ``deadline`` None: open."""

    goal: Decimal
    start: dt.date
    deadline: dt.date | None
    base: Decimal
    yearly: bool
    assumed: str = ""

    def expected(self, day: dt.date) -> Decimal:
        """The linear schedule's value on a day."""
        if self.deadline is None or day >= self.deadline:
            return self.goal
        whole = (self.deadline - self.start).days + 1
        gone = min(max((day - self.start).days + 1, 0), whole)
        return self.base + (self.goal - self.base) * Decimal(gone) / Decimal(whole)


@dataclass(frozen=True, slots=True)
class Pace:
    """A target's light and the figures behind it. ``share`` is actual/goal (None without a figure)."""

    light: str
    why: str
    actual: Decimal | None = None
    until: dt.date | None = None
    expected: Decimal | None = None
    goal: Decimal | None = None
    deadline: dt.date | None = None
    disputed: bool = False

    @property
    def gap(self) -> Decimal | None:
        """What is still missing from the demanded value; 0 when reached, None without a figure."""
        if self.actual is None or self.goal is None:
            return None
        return max(self.goal - self.actual, Decimal(0))

    @property
    def share(self) -> Decimal | None:
        """Actual as part of the demanded value (1 = reached)."""
        if self.actual is None or not self.goal:
            return None
        return self.actual / self.goal


def demanded(target: Target) -> Decimal | None:
    """The value that counts as reached: the lower end of a range, the upper limit of a cap."""
    if target.op == Target.Op.AT_MOST:
        return target.high if target.high is not None else target.low
    return target.low if target.low is not None else target.high


def counts_up(target: Target) -> bool:
    """Whether the periods' figures add up to what is demanded (新增, 次数, what a year brings)."""
    if target.indicator.nature not in _FLOWS:
        return False
    return target.basis in (Target.Basis.ADDED, Target.Basis.TIMES) or target.when.yearly


def deadline_of(target: Target) -> dt.date | None:
    """The last day of a target that does not return yearly; None when the plan names none."""
    when = target.when
    if when.kind in (PlanPeriodKind.BY, PlanPeriodKind.YEAR, PlanPeriodKind.WITHIN):
        return when.deadline(start_year(target))
    plan = target.plan
    return dt.date(plan.end_year, 12, 31) if plan is not None and plan.end_year else None


def start_year(target: Target) -> int | None:
    """The first year: the one after the baseline's, else the plan's, else the year it was issued in."""
    if target.baseline is not None and target.baseline_period[:4].isdigit():
        return int(target.baseline_period[:4]) + 1
    plan = target.plan
    if plan is None:
        return None
    issued = plan.issued or plan.published
    return plan.start_year or (issued.year if issued else None)


def schedule_of(
    target: Target,
    years: Mapping[int, Decimal],
    values: Sequence[figures.Figure],
    today: dt.date,
) -> Schedule | None:
    """The schedule that holds on ``today``; None for a target without a value."""
    goal = demanded(target)
    if goal is None:
        return None
    if target.when.yearly:
        return _year_schedule(target, goal, years, today)
    deadline = deadline_of(target)
    first = start_year(target)
    if first is None:
        first = values[0].period.year if values else (deadline or today).year
    start = dt.date(first, 1, 1)
    if today.year in years and (deadline is None or today.year <= deadline.year):
        base = years.get(today.year - 1, target.baseline or Decimal(0))
        # new ones and a year's amount begin at nothing every January
        adding = target.basis in (Target.Basis.ADDED, Target.Basis.TIMES)
        base = Decimal(0) if adding or target.indicator.nature in _FLOWS else base
        year = today.year
        return Schedule(years[year], dt.date(year, 1, 1), dt.date(year, 12, 31), base, yearly=True)
    if deadline is not None and deadline < start:
        start = dt.date(deadline.year, 1, 1)
    return _with_base(target, goal, start, deadline, values)


def _year_schedule(target: Target, goal: Decimal, years: Mapping[int, Decimal], today: dt.date) -> Schedule:
    year = target.when.year_near(today.year)
    goal = years.get(year, goal)
    # a rate or a stock demanded every year has no schedule inside the year: it holds or it does not
    base = Decimal(0) if counts_up(target) else goal
    return Schedule(goal, dt.date(year, 1, 1), dt.date(year, 12, 31), base, yearly=True)


def _with_base(
    target: Target,
    goal: Decimal,
    start: dt.date,
    deadline: dt.date | None,
    values: Sequence[figures.Figure],
) -> Schedule:
    if target.baseline is not None:
        return Schedule(goal, start, deadline, target.baseline, yearly=False)
    if target.indicator.nature == Indicator.Nature.RATE:
        return Schedule(goal, start, deadline, goal, yearly=False)
    if counts_up(target):
        return Schedule(goal, start, deadline, Decimal(0), yearly=False)
    if target.op == Target.Op.AT_MOST:
        return Schedule(goal, start, deadline, goal, yearly=False)
    yearly_values = target.indicator.nature not in _FLOWS
    if yearly_values and len(values) > 1 and (deadline is None or values[0].period.end < deadline):
        first = values[0]
        return Schedule(
            goal,
            min(first.period.end, deadline or first.period.end),
            deadline,
            first.amount,
            yearly=False,
            assumed=f"以{first.period.text}的数为起点",
        )
    return Schedule(goal, start, deadline, Decimal(0), yearly=False, assumed="没有基期值，从零匀速推算")


def _actual(
    target: Target, schedule: Schedule, values: Sequence[figures.Figure], today: dt.date
) -> figures.Sum | None:
    nature = target.indicator.nature
    if nature not in _FLOWS:
        known = values
        if schedule.yearly:
            known = [one for one in values if one.period.year == schedule.start.year]
        return figures.latest(known, today)
    end = schedule.deadline or dt.date(today.year, 12, 31)
    if counts_up(target):
        return figures.span_total(values, nature, schedule.start, end, today)
    # 年产值达到…: the latest year with figures is held against the schedule
    known = [one.period.year for one in values if one.period.year <= min(end.year, today.year)]
    if not known:
        return None
    year = max(known)
    return figures.span_total(values, nature, dt.date(year, 1, 1), dt.date(year, 12, 31), today)


def _floored(target: Target, expected: Decimal, goal: Decimal) -> Decimal:
    # nobody owes a third of a firm
    if unit_kinds().get(target.measure) in _COUNTED and goal == goal.to_integral_value():
        return expected.to_integral_value(ROUND_FLOOR)
    return expected


def pace_of(
    target: Target,
    years: Mapping[int, Decimal],
    values: Sequence[figures.Figure],
    today: dt.date,
) -> Pace:
    """The light of one target on a day."""
    if target.background:
        return Pace("grey", "上级目标，作为背景，不在本级考核。", goal=demanded(target))
    schedule = schedule_of(target, years, values, today)
    if schedule is None:
        return Pace("grey", "没有目标值。")
    goal, deadline = schedule.goal, schedule.deadline
    actual = _actual(target, schedule, values, today)
    if actual is None:
        where = f"{schedule.start.year}年" if schedule.yearly else ""
        return Pace("grey", f"{where}还没有填报数。", goal=goal, deadline=deadline)
    expected = _expected(target, schedule, actual.until)
    light, judged = _judge(target, schedule, actual, expected, today)
    parts = [f"{day_words(actual.until)}为 {amount_words(actual.amount, target.measure)}", judged]
    if schedule.assumed and light != "green":
        parts.append(schedule.assumed)
    if actual.gaps:
        parts.append("中间有月份没填")
    if actual.disputed:
        parts.append("两家填报的数不一致")
    return Pace(
        light,
        "，".join(parts) + "。",
        actual=actual.amount,
        until=actual.until,
        expected=expected,
        goal=goal,
        deadline=deadline,
        disputed=actual.disputed,
    )


def _expected(target: Target, schedule: Schedule, day: dt.date) -> Decimal:
    nature = target.indicator.nature
    if nature in _FLOWS and not counts_up(target) and not schedule.yearly:
        # a year's amount: the schedule of that whole year, prorated by what of the year is covered
        whole = schedule.expected(dt.date(day.year, 12, 31))
        return whole * Decimal(str(Period(Kind.YEAR, day.year).elapsed(day)))
    return _floored(target, schedule.expected(day), schedule.goal)


def _judge(
    target: Target, schedule: Schedule, actual: figures.Sum, expected: Decimal, today: dt.date
) -> tuple[str, str]:
    unit, goal, amount = target.measure, schedule.goal, actual.amount
    over = schedule.deadline is not None and today > schedule.deadline
    final = schedule.deadline is not None and actual.until >= schedule.deadline
    if target.op == Target.Op.AT_MOST:
        return _judge_cap(target, schedule, amount, expected, over=over and final)
    reached = amount >= goal * ON_PACE if target.op != Target.Op.ABOUT else amount >= goal * Decimal("0.95")
    if reached:
        return "green", f"已达到目标 {amount_words(goal, unit)}"
    missing = amount_words(goal - amount, unit)
    if over:
        if final:
            return "red", f"到期未达到，差 {missing}"
        return "grey", f"已过时限，还没有期末数（差 {missing}）"
    if schedule.deadline is None:
        return "grey", f"方案没有写时限，离目标差 {missing}"
    asked = amount_words(expected, unit)
    if amount >= expected * ON_PACE:
        return "green", f"时序应达 {asked}，跟得上进度"
    behind = amount_words(expected - amount, unit)
    if amount >= expected * NEAR:
        return "amber", f"时序应达 {asked}，略差 {behind}"
    return "red", f"时序应达 {asked}，落后 {behind}"


def _judge_cap(
    target: Target, schedule: Schedule, amount: Decimal, expected: Decimal, *, over: bool
) -> tuple[str, str]:
    unit, goal = target.measure, schedule.goal
    if counts_up(target) and amount > goal:
        return "red", f"已超过上限 {amount_words(goal, unit)}"
    if amount <= (goal if over else max(expected, Decimal(0))):
        return "green", f"在上限 {amount_words(goal, unit)} 以内"
    if over:
        return "red", f"到期仍高于上限 {amount_words(goal, unit)}"
    if counts_up(target):
        return "amber", f"用得比时序快（时序 {amount_words(expected, unit)}），未超上限"
    if amount * NEAR <= expected:
        return "amber", f"略高于时序应降到的 {amount_words(expected, unit)}"
    return "red", f"高于时序应降到的 {amount_words(expected, unit)}"


def path(
    target: Target, years: Mapping[int, Decimal], values: Sequence[figures.Figure], today: dt.date
) -> list[tuple[str, Decimal]]:
    """The demanded path for a chart: (year's code, value at its end), from start to deadline."""
    goal = demanded(target)
    if goal is None:
        return []
    if target.when.yearly:
        known = [*(one.period.year for one in values), today.year]
        first, last = (target.when.year_near(year) for year in (min(known), max(known)))
        if (ended := target.when.deadline()) is not None:
            first, last = target.when.first or first, ended.year
        return [(str(year), years.get(year, goal)) for year in range(first, last + 1)]
    schedule = schedule_of(target, {}, values, today)
    if schedule is None or schedule.deadline is None:
        return []
    found = []
    if target.baseline is not None and target.baseline_period[:4].isdigit():
        found.append((target.baseline_period[:4], target.baseline))
    for year in range(schedule.start.year, schedule.deadline.year + 1):
        found.append((str(year), years.get(year, schedule.expected(dt.date(year, 12, 31)))))
    return list(dict(found).items())
