"""Reads: what waits for a person, what he handed out, counts for the board, who is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from lianshu.core.scope import SystemActor, grants_of
from lianshu.core.words import SOON_WORKDAYS
from lianshu.organisation.models import Unit
from lianshu.reference.workdays import add_workdays

from .models import Obligation
from .sources import kinds

_SHOWN = ("region", "chain", "unit", "person")
_NOBODYS = Q(unit=None, person=None, role="", action__in=("", "adopt"))


def soon_day(today: dt.date) -> dt.date:
    """The last day that counts as close (临期)."""
    return add_workdays(today, SOON_WORKDAYS)


def light_of(due: dt.date | None, today: dt.date) -> str:
    """The light of something owed by a day: red late, amber close, green in time, grey without a day."""
    if due is None:
        return "grey"
    return "red" if due < today else "amber" if due <= soon_day(today) else "green"


def standing(today: dt.date) -> Q:
    """Rows that wait on a day."""
    return (Q(opens=None) | Q(opens__lte=today)) & (Q(closes=None) | Q(closes__gte=today))


def visible(
    user: Any, today: dt.date, *, action: str = "view", region_path: str = "", chain: int | None = None
) -> QuerySet[Obligation]:
    """What waits for anybody in a person's sight (through the gate), in the region and chain looked at."""
    rows = Obligation.objects.visible_to(user, action).filter(standing(today))
    if region_path:
        rows = rows.filter(region__path__startswith=region_path)
    if chain:
        rows = rows.filter(chain=chain)
    return rows.select_related(*_SHOWN)


def _held(user: Any) -> Q:
    """What a person holds: his own, his unit's where he may report for it, and what his rights let him do."""
    held = Q(person=getattr(user, "pk", None))
    unit = getattr(user, "unit_id", None)
    for grant in grants_of(user):
        here = Q(region__path__startswith=grant.region_path)
        # without a chain it belongs to the whole region: nobody limited to chains answers for it
        chains = Q(chain__in=grant.chains) if grant.chains else Q()
        if grant.unit is None:
            held |= Q(action__in=grant.actions) & here & chains
        if grant.chains:
            held |= Q(role=grant.role) & here & chains
        if unit is not None and "report" in grant.actions and grant.unit in (None, unit):
            held |= Q(unit=unit) & here & (chains | Q(chain=None) if grant.chains else Q())
            # what nobody holds yet on a chain falls to the chain's own office
            held |= _NOBODYS & here & Q(chain__in=Unit.objects.filter(pk=unit).values("chain"))
    return held


def mine(user: Any, today: dt.date) -> QuerySet[Obligation]:
    """What waits for a person, nearest first. Everything for the system itself."""
    rows = Obligation.objects.filter(standing(today)).select_related(*_SHOWN)
    return rows if isinstance(user, SystemActor) else rows.filter(_held(user))


def handed_out(user: Any, today: dt.date) -> QuerySet[Obligation]:
    """What a person gave to others that is still open, nearest first."""
    rows = Obligation.objects.visible_to(user).filter(standing(today), given_by=user, counted=True)
    return rows.exclude(person=user).select_related(*_SHOWN)


@dataclass(slots=True)
class Tally:
    """Open things: how many in all, late and close."""

    open: int = 0
    late: int = 0
    soon: int = 0

    @property
    def light(self) -> str:
        """The worst light among them."""
        return "red" if self.late else "amber" if self.soon else "green" if self.open else "grey"

    @property
    def words(self) -> str:
        """``滞后 1／共 3``, ``临期 2／共 3``, ``在办 3``."""
        if self.late:
            return f"滞后 {self.late}／共 {self.open}"
        return f"临期 {self.soon}／共 {self.open}" if self.soon else f"在办 {self.open}"

    def add(self, other: Tally) -> None:
        """Take another tally in."""
        self.open += other.open
        self.late += other.late
        self.soon += other.soon


def tallies(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, dict[str, Tally]]:
    """{chain id: {kind's code: tally}} of counted things in sight, in one query."""
    rows = (
        visible(user, today)
        .filter(chain__in=[chain.pk for chain in chains], counted=True)
        .select_related(None)
        .order_by()
        .values("chain_id", "kind")
        .annotate(
            open=Count("pk"),
            late=Count("pk", filter=Q(due__lt=today)),
            soon=Count("pk", filter=Q(due__gte=today, due__lte=soon_day(today))),
        )
    )
    found: dict[int, dict[str, Tally]] = {}
    for row in rows:
        tally = Tally(row["open"], row["late"], row["soon"])
        found.setdefault(row["chain_id"], {})[row["kind"]] = tally
    return found


def late(user: Any, today: dt.date, **lens: Any) -> QuerySet[Obligation]:
    """Counted things past their day in sight, longest first."""
    return visible(user, today, **lens).filter(counted=True, due__lt=today).order_by("due", "id")


def late_holders(user: Any, today: dt.date, **lens: Any) -> list[tuple[str, int]]:
    """(who, how many things are late), most first; 未定单位 where nobody holds them yet. One query."""
    rows = (
        late(user, today, **lens)
        .select_related(None)
        .order_by()
        .values("unit_id", "unit__name", "person__name")
        .annotate(number=Count("pk"))
    )
    found: dict[str, int] = {}
    for row in rows:
        name = row["unit__name"] or row["person__name"] or "未定单位"
        found[name] = found.get(name, 0) + row["number"]
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def filing_kinds() -> frozenset[str]:
    """Codes of the kinds that ask for a figure or a report."""
    return frozenset(kind.code for kind in kinds() if kind.files)
