"""What matters ask of whom: the step that is somebody's now (see `lianshu.obligations.sources`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from lianshu.obligations.sources import BoardColumn, Kind, Owed, declare, source

from .models import Assignment, Matter

State = Matter.State


def _address(chain: int, late: bool) -> str:
    page = reverse("overdue") if late else reverse("ledger-list", args=("matters",))
    return f"{page}?chain={chain}"


MATTER = declare(Kind("matter", "办件", BoardColumn("matters", "办件", 40, _address)))

#: the step that is somebody's in each state: (verb, whose by the gate, "" for the units that hold it)
_NEXT = {
    State.RECEIVED: ("交办", "approve"),
    State.HANDED_OUT: ("签收", ""),
    State.SIGNED: ("答复", ""),
    State.DECISION: ("批示", "decide"),
    State.ANSWERED: ("确认", "approve"),
    State.CONFIRMED: ("销号", "approve"),
}


@source(Matter)
def owed_by_matters(rows: QuerySet, today: dt.date) -> Iterator[Owed]:
    """The present step of every open matter: of the units that hold it (the lead counts), of its raiser, of
    the office, of the chief."""
    for matter in rows.filter(state__in=Matter.OPEN).prefetch_related("assignments", "steps"):
        verb, action = _NEXT[State(matter.state)]
        given = next((step for step in reversed(matter.steps.all()) if step.action == "交办"), None)
        about: dict[str, Any] = {
            "kind": MATTER,
            "subject": matter,
            "region": matter.region_id,
            "chain": matter.chain_id,
            "title": str(matter),
            "address": reverse("matter", args=(matter.pk,)),
            "verb": verb,
            "note": matter.get_state_display(),
            "simulated": matter.simulated,
        }
        key = f"matter:{matter.pk}"
        if action:
            raiser = matter.by_id if matter.state == State.ANSWERED else None
            yield Owed(key, due=matter.due, person=raiser, action="" if raiser else action, **about)
            continue
        about |= {"given_on": given.on if given else None, "given_by": given.actor_id if given else None}
        held = [one for one in matter.assignments.all() if one.active]
        lead = next((one for one in held if one.lead), None)
        if lead is None:
            # nobody leads it any more: the office hands it out anew
            yield Owed(key, due=matter.due, action="approve", **about)
        for one in held:
            yield Owed(
                key if one is lead else f"{key}:{one.unit_id}",
                unit=one.unit_id,
                due=matter.due if one is lead else _own_due(matter, one),
                counted=one is lead,
                **about,
            )


def _own_due(matter: Matter, assignment: Assignment) -> dt.date | None:
    return matter.due if matter.state == State.HANDED_OUT else assignment.due
