"""Reads on matters: what the person may do now, what waits for whom, counts for board and panels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from lianshu.core.scope import may
from lianshu.reference.workdays import workdays_between

from .models import Matter
from .services import may_press

State = Matter.State


def open_matters(user: Any) -> QuerySet:
    """Matters the person sees in which somebody still owes something."""
    return (
        Matter.objects.visible_to(user)
        .filter(state__in=Matter.OPEN)
        .select_related("region", "chain", "enterprise")
    )


def light_of(matter: Matter, today: dt.date) -> tuple[str, str]:
    """(light, why): red when the present step is late, amber from two working days before."""
    if matter.state in (State.CLOSED, State.WITHDRAWN):
        return "green", matter.get_state_display()
    if matter.due is None:
        return "grey", "没有时限"
    if today > matter.due:
        return "red", f"{matter.get_state_display()}，超期 {workdays_between(matter.due, today)} 个工作日"
    left = workdays_between(today, matter.due)
    return ("amber" if left <= 2 else "green"), f"{matter.get_state_display()}，还剩 {left} 个工作日"


def actions_for(user: Any, matter: Matter) -> list[str]:
    """The steps this person may take now, the likeliest first."""
    found: list[str] = []
    office = may(user, "hand_out", matter)
    own = matter.assignments.filter(active=True, unit=getattr(user, "unit_id", None)).exists()
    works = office or (own and may(user, "report", matter))
    raiser = matter.by_id is not None and matter.by_id == getattr(user, "pk", None)
    state = matter.state
    if state == State.RECEIVED and office:
        found.append("hand_out")
    if state == State.HANDED_OUT and works:
        found.append("sign")
    if state == State.SIGNED and works:
        found.append("answer")
    if state == State.DECISION and may(user, "decide", matter):
        found.append("decide")
    if state == State.ANSWERED and (raiser or office):
        found.append("confirm")
    if state == State.CONFIRMED and office:
        found.append("close")
    if state in (State.HANDED_OUT, State.SIGNED, State.DECISION) and office and "hand_out" not in found:
        found.append("hand_out")
    if state in (State.HANDED_OUT, State.SIGNED) and works:
        found.append("return")
    if state in (State.RECEIVED, State.HANDED_OUT, State.SIGNED):
        if may_press(user, matter):
            found.append("escalate")
        if raiser or office:
            found.append("withdraw")
    if state == State.CLOSED and may_press(user, matter):
        found.append("reopen")
    return found


def waiting_for(user: Any) -> list[tuple[Matter, str]]:
    """(matter, the step that is this person's now): what 我的工作 shows."""
    found = []
    handle = open_matters(user)
    unit = getattr(user, "unit_id", None)
    mine = Q(assignments__unit=unit, assignments__active=True) if unit else Q(pk__in=[])
    for matter in handle.filter(mine, state__in=(State.HANDED_OUT, State.SIGNED)).distinct():
        found.append((matter, "sign" if matter.state == State.HANDED_OUT else "answer"))
    office = Matter.objects.visible_to(user, "hand_out").select_related("region", "chain")
    offices_states = {State.RECEIVED: "hand_out", State.CONFIRMED: "close"}
    decider = may(user, "decide")
    if not decider:
        for matter in office.filter(state__in=offices_states):
            found.append((matter, offices_states[matter.state]))
    else:
        for matter in Matter.objects.visible_to(user, "decide").filter(state=State.DECISION):
            found.append((matter, "decide"))
    for matter in handle.filter(state=State.ANSWERED, by=getattr(user, "pk", None)):
        found.append((matter, "confirm"))
    return found


def counts_by_chain(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, tuple[int, int, int]]:
    """{chain id: (open, late, closed)}."""
    rows = (
        Matter.objects.visible_to(user)
        .filter(chain__in=list(chains))
        .values("chain_id")
        .annotate(
            open=Count("pk", filter=Q(state__in=Matter.OPEN), distinct=True),
            late=Count("pk", filter=Q(state__in=Matter.OPEN, due__lt=today), distinct=True),
            closed=Count("pk", filter=Q(state=State.CLOSED), distinct=True),
        )
    )
    return {row["chain_id"]: (row["open"], row["late"], row["closed"]) for row in rows}
