"""When a duty returns: its occurrences on the calendar."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

from lianshu.obligations.services import follow
from lianshu.reference.due_days import KINDS, parse_due_day
from lianshu.reference.periods import Period

from .models import Duty, Occurrence

#: Days after a period's start within which something owed "at its start" is due.
_START_DAYS = {
    Duty.Every.WEEK: 2,
    Duty.Every.MONTH: 10,
    Duty.Every.QUARTER: 15,
    Duty.Every.HALF_YEAR: 30,
    Duty.Every.YEAR: 31,
}


def canonical_due(every: str, due: str) -> str:
    """The day named for a cadence in canonical words (每月5号前 → 5日前); "" for none.

    Raises ValueError (Chinese) for what is no day of such a period, and for a day without a fixed period.
    """
    if not due.strip():
        return ""
    if every not in KINDS:
        raise ValueError("没有固定周期的职责不排日历，不能写时限；请选周期，或清空时限。")
    return parse_due_day(due, KINDS[every]).text


def due_day(duty: Duty, period: Period) -> dt.date:
    """The day on which one return of a duty is owed: the day its plan names (次月10日前 lies after the
    period), else the period's end, or soon after its start."""
    if duty.due:
        return parse_due_day(duty.due, KINDS[duty.every]).day_in(period)
    if duty.anchor == Duty.Anchor.START:
        return min(period.end, period.start + dt.timedelta(days=_START_DAYS[duty.every] - 1))
    return period.end


def returns(duty: Duty, until: dt.date) -> list[tuple[Period, dt.date, int]]:
    """(period, due day, times needed) of a duty from its start to ``until``; none without a fixed cadence."""
    if duty.every not in KINDS or duty.starts is None:
        return []
    # 0.5 times a month is once in every second month
    stride = max(1, round(1 / float(duty.times))) if 0 < duty.times < 1 else 1
    needed = max(1, math.ceil(duty.times)) if duty.times >= 1 else 1
    last = min(until, duty.ends) if duty.ends else until
    period, found, index = Period.containing(duty.starts, KINDS[duty.every]), [], 0
    while period.start <= last:
        due = due_day(duty, period)
        if index % stride == 0 and due >= duty.starts:
            found.append((period, due, needed))
        period, index = period.next(), index + 1
    return found


def occurrences_refresh(duty: Duty, *, today: dt.date) -> int:
    """Write the missing occurrences up to the end of next year; returns how many. Safe to call daily."""
    if not duty.active:
        follow(duty)
        return 0
    known = set(duty.occurrences.values_list("period", flat=True))
    rows = [
        Occurrence(duty=duty, period=period.code, due=due, needed=needed)
        for period, due, needed in returns(duty, horizon(today))
        if period.code not in known
    ]
    Occurrence.objects.bulk_create(rows, batch_size=500)
    follow(duty)
    return len(rows)


def horizon(today: dt.date) -> dt.date:
    """The last day for which occurrences are written: the end of next year."""
    return dt.date(today.year + 1, 12, 31)


def occurrences_rebuild(duty: Duty, *, today: dt.date) -> None:
    """After a duty changed: drop untouched occurrences that no longer fit, correct days, add missing ones.

    A return proven in part keeps how many are needed and gets its new day.
    """
    wanted = {}
    if duty.active:
        wanted = {period.code: (due, needed) for period, due, needed in returns(duty, horizon(today))}
    for row in duty.occurrences.filter(state=Occurrence.State.OPEN):
        if row.period not in wanted:
            if not row.done and not row.notices.exists():
                row.delete()
            continue
        due, needed = wanted[row.period]
        needed = row.needed if row.done else needed
        if (row.due, row.needed) != (due, needed):
            row.due, row.needed = due, needed
            row.save(update_fields=["due", "needed"])
    occurrences_refresh(duty, today=today)


def occurrence_for(duty: Duty, day: dt.date) -> Occurrence:
    """The occurrence for which something done on ``day`` counts: the period that holds the day, or an
    earlier one that may still be answered (次月10日前) and is not."""
    period = Period.containing(day, KINDS[duty.every])
    if duty.due and due_day(duty, period.previous()) >= day:
        waiting = duty.occurrences.filter(
            state=Occurrence.State.OPEN, due__gte=day, due__lt=due_day(duty, period)
        )
        if row := waiting.order_by("due").first():
            return row
    return occurrence_about(duty, day)


def occurrence_about(duty: Duty, day: dt.date) -> Occurrence:
    """The occurrence of the period that holds ``day``; made when the calendar had none for it."""
    period = Period.containing(day, KINDS[duty.every])
    needed = max(1, math.ceil(duty.times)) if duty.times >= 1 else 1
    row, _ = Occurrence._base_manager.get_or_create(
        duty=duty, period=period.code, defaults={"due": due_day(duty, period), "needed": needed}
    )
    return row


def times_of(value: object) -> Decimal:
    """A reading's ``times`` as stored: None counts as once."""
    return Decimal(str(value)) if value else Decimal(1)
