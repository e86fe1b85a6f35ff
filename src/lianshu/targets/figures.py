"""From single observations to the figure that counts: choosing between units, adding up periods.

Pure functions over plain values; the ORM stays in `selectors`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lianshu.reference.periods import Kind, Period

from .models import Indicator, Observation

#: which of several units' figures counts: the most firmly settled one, then the latest
_STANDING = {
    Observation.State.CONFIRMED: 3,
    Observation.State.APPROVED: 2,
    Observation.State.SUBMITTED: 1,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One period's amount of a subject, and whether two units state it differently."""

    period: Period
    amount: Decimal
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount up to a day; ``gaps`` are there when periods between have no figure."""

    amount: Decimal
    until: dt.date
    disputed: bool = False
    gaps: bool = False


def best(observations: Iterable[Observation]) -> Observation | None:
    """The observation that counts among those of one period; None when all were returned."""
    standing = [one for one in observations if one.state in _STANDING and not one.superseded]
    return max(standing, key=lambda one: (_STANDING[one.state], one.at, one.pk), default=None)


def figures(observations: Iterable[Observation]) -> list[Figure]:
    """One figure per period in order of time."""
    groups: dict[str, list[Observation]] = {}
    for one in observations:
        groups.setdefault(one.period, []).append(one)
    found = []
    for code, group in groups.items():
        chosen = best(group)
        if chosen is None:
            continue
        amounts = {one.value for one in group if one.state in _STANDING and not one.superseded}
        found.append(Figure(Period.from_code(code), chosen.value, len(amounts) > 1))
    return sorted(found, key=lambda figure: (figure.period.end, figure.period.start))


def latest(values: Sequence[Figure], day: dt.date) -> Sum | None:
    """The figure of the latest period ended by ``day`` or running on it."""
    known = [one for one in values if one.period.start <= day]
    if not known:
        return None
    last = known[-1]
    return Sum(last.amount, min(last.period.end, day), last.disputed)


def added(values: Sequence[Figure], start: dt.date, end: dt.date) -> Sum | None:
    """The sum of a flow over the periods inside ``start``..``end``: the longest ones first, none twice."""
    inside = sorted(
        (one for one in values if one.period.start >= start and one.period.end <= end),
        key=lambda one: (one.period.start, -one.period.days),
    )
    amount, until, disputed, gaps, pointer = Decimal(0), None, False, False, start
    for one in inside:
        if one.period.start < pointer:
            continue
        gaps = gaps or one.period.start > pointer
        amount, until, disputed = amount + one.amount, one.period.end, disputed or one.disputed
        pointer = one.period.end + dt.timedelta(days=1)
    return None if until is None else Sum(amount, until, disputed, gaps)


def span_total(
    values: Sequence[Figure], nature: str, start: dt.date, end: dt.date, today: dt.date
) -> Sum | None:
    """What came about from ``start`` to ``end`` as far as it is known: flows added up, figures cumulated
    from the year's beginning taken at each year's latest period."""
    if nature != Indicator.Nature.YTD:
        return added(values, start, end)
    total: Sum | None = None
    for year in range(start.year, min(end, today).year + 1):
        of_year = [one for one in values if one.period.year == year and one.period.kind is not Kind.FIVE_YEAR]
        part = latest(of_year, end)
        if part is None:
            continue
        gaps = total is not None and total.gaps
        amount = part.amount + (total.amount if total else 0)
        total = Sum(amount, part.until, part.disputed or bool(total and total.disputed), gaps)
    return total
