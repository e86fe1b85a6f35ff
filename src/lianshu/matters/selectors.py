"""Reads on matters: what the person may do now, what waits for whom, counts for board and panels."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from lianshu.core.scope import may
from lianshu.obligations import selectors as obligations
from lianshu.reference.workdays import workdays_between

from .models import Matter
from .owing import MATTER
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
    """The steps this person's page offers now, the likeliest first: to each role what is its own to do.

    The gate lets a chief and a supervisor hand out as well, and whoever hands out may act for the lead unit.
    What the page offers is narrower: only the office that keeps the matters acts for others and closes; a chief
    decides what waits for a decision and may give a fresh matter straight to a unit, no more.
    """
    found: list[str] = []
    hands_out, decides = may(user, "hand_out", matter), may(user, "decide", matter)
    office = hands_out and may(user, "edit", matter)
    own = matter.assignments.filter(active=True, unit=getattr(user, "unit_id", None)).exists()
    works = office or (own and may(user, "report", matter))
    raiser = matter.by_id is not None and matter.by_id == getattr(user, "pk", None)
    state = matter.state
    if state == State.RECEIVED and hands_out:
        found.append("hand_out")
    if state == State.HANDED_OUT and works:
        found.append("sign")
    if state == State.SIGNED and works:
        found.append("answer")
    if state == State.DECISION and decides:
        found.append("decide")
    if state == State.ANSWERED and (raiser or office):
        found.append("confirm")
    if state == State.CONFIRMED and office:
        found.append("close")
    again = (State.HANDED_OUT, State.SIGNED, State.DECISION)
    if state in again and hands_out and (office or not decides):
        found.append("hand_out")
    if state in (State.HANDED_OUT, State.SIGNED) and works:
        found.append("return")
    if state in (State.RECEIVED, State.HANDED_OUT, State.SIGNED):
        # nobody lays a matter before himself
        if may_press(user, matter) and (office or not decides):
            found.append("escalate")
        if raiser or office:
            found.append("withdraw")
    if state == State.CLOSED and may_press(user, matter):
        found.append("reopen")
    return found


def waiting_for(user: Any, today: dt.date) -> list[tuple[Matter, str]]:
    """(matter, the verb of the step that is this person's now), nearest first."""
    rows = obligations.mine(user, today).filter(kind=MATTER.code).values_list("object_id", "verb")
    verbs = {int(pk): verb for pk, verb in rows}
    found = open_matters(user).in_bulk(list(verbs))
    return [(found[pk], verb) for pk, verb in verbs.items() if pk in found]
