"""A matter's way: who may take which step from which state, and what the clock then says.

The time limits are the defaults seen in published closing rules (receive and hand out in 1 working day,
sign in 1, answer in 10, confirm in 5; urgent ones 3 days for the answer): see `LIMITS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.ledger.services import plain_update
from lianshu.core.notices import notify
from lianshu.core.numbering import next_number
from lianshu.core.scope import SystemActor, may, recheck, require, require_in
from lianshu.obligations.services import follow
from lianshu.organisation.models import Unit
from lianshu.organisation.selectors import people_of
from lianshu.reference.workdays import add_workdays, workdays_between

from .models import Assignment, Matter, Step

State = Matter.State

#: Working days for each stage.
LIMITS = {"hand_out": 1, "sign": 1, "answer": 10, "answer_urgent": 3, "confirm": 5, "decide": 3, "close": 2}


def _today(on: dt.date | None) -> dt.date:
    return on or timezone.localdate()


def _expect(matter: Matter, states: Iterable[str], action: str) -> None:
    if matter.state not in states:
        raise LianshuError("E3001", what=matter, state=matter.get_state_display(), action=action)


def _lock(matter: Matter) -> Matter:
    """The row as it stands now, held until the transaction ends: two people never take the same step."""
    return Matter._base_manager.select_for_update().get(pk=matter.pk)


def _step(
    user: Any, matter: Matter, action: str, state: str, *, on: dt.date, due: dt.date | None, text: str = ""
) -> Matter:
    late = max(0, workdays_between(matter.due, on)) if matter.due and on > matter.due else 0
    before = matter.state
    matter.state, matter.due = state, due
    matter.save()
    Step.objects.create(
        matter=matter,
        on=on,
        actor=None if isinstance(user, SystemActor) else user,
        actor_name=str(user),
        action=action,
        text=text,
        state=state,
        late_days=late,
    )
    follow(matter)
    changes = {"状态": [State(before).label, State(state).label]} if before != state else {}
    audit.record(user, action, matter, changes=changes, note=text[:400])
    return matter


def _tell(units: Iterable[Unit], matter: Matter, words: str) -> None:
    notify(
        people_of(units), title=f"{words}：{matter}", url=reverse("matter", args=[matter.pk]), light="amber"
    )


@transaction.atomic
def matter_receive(user: Any, *, on: dt.date | None = None, **values: Any) -> Matter:
    """Register a matter. Raises E2001 without title, text or region; E1003 outside the person's scope."""
    require(user, "report")
    today = _today(on)
    problems = [
        (name, f"请填写{words}")
        for name, words in (("title", "标题"), ("text", "内容"), ("region", "地区"))
        if not values.get(name)
    ]
    if problems:
        raise invalid(*problems)
    require_in(user, "report", values["region"])
    matter = Matter(
        **values, received_on=today, by=None if isinstance(user, SystemActor) else user, state=State.RECEIVED
    )
    matter.number = next_number(Matter._base_manager.filter(region=matter.region), "number", "BJ", today.year)
    matter.full_clean(exclude=["by"])
    matter.save()
    recheck(user, matter, "view")
    return _step(user, matter, "受理", State.RECEIVED, on=today, due=add_workdays(today, LIMITS["hand_out"]))


matter_update = plain_update(Matter)


@transaction.atomic
def matter_hand_out(
    user: Any,
    matter: Matter,
    *,
    lead: Unit,
    support: Iterable[Unit] = (),
    kind: str = "",
    days: int | None = None,
    text: str = "",
    on: dt.date | None = None,
) -> Matter:
    """Sort the matter and hand it to a lead unit (and others) with a time limit in working days.

    Handing out again replaces the units that hold it. Raises E2001 for units of another region or a limit
    outside 1–90 working days.
    """
    require(user, "hand_out", matter)
    matter = _lock(matter)
    _expect(matter, (State.RECEIVED, State.HANDED_OUT, State.SIGNED, State.DECISION), "交办")
    today = _today(on)
    limit = days if days is not None else LIMITS["answer_urgent" if matter.urgent else "answer"]
    if not 1 <= limit <= 90:
        raise invalid(("days", "办理时限须在 1 到 90 个工作日之间"))
    units = [lead, *[unit for unit in support if unit != lead]]
    for unit in units:
        if not unit.region.path.startswith(matter.region.path) and not matter.region.path.startswith(
            unit.region.path
        ):
            raise invalid(("lead", f"{unit}不在{matter.region}，不能交办"))
    matter.assignments.filter(active=True).update(active=False)
    due = add_workdays(today, limit)
    Assignment.objects.bulk_create(
        Assignment(matter=matter, unit=unit, lead=unit == lead, due=due) for unit in units
    )
    if kind:
        matter.kind = kind
    names = "、".join(unit.name for unit in units)
    words = f"交{names}，{limit} 个工作日内答复。{text}"
    matter = _step(
        user, matter, "交办", State.HANDED_OUT, on=today, due=add_workdays(today, LIMITS["sign"]), text=words
    )
    _tell(units, matter, "新交办")
    return matter


def _own_assignment(user: Any, matter: Matter) -> Assignment:
    """The assignment the person acts for: that of the own unit; the office may act for the lead unit."""
    active = matter.assignments.filter(active=True).select_related("unit")
    own = active.filter(unit=getattr(user, "unit_id", None)).first()
    if own is not None and may(user, "report", matter):
        return own
    if may(user, "hand_out", matter):
        lead = active.filter(lead=True).first()
        if lead is not None:
            return lead
    raise LianshuError("E1001", where=matter, action="填报")


def may_press(user: Any, matter: Matter) -> bool:
    """Whether a person may lay the matter before the chief or open it again: who keeps or hands out the
    region's matters, who raised it, and the units that hold it now, no longer those it was taken from."""
    if may(user, "edit", matter) or may(user, "hand_out", matter):
        return True
    if matter.by_id is not None and matter.by_id == getattr(user, "pk", None):
        return True
    held = matter.assignments.filter(active=True, unit=getattr(user, "unit_id", None)).exists()
    return held and may(user, "report", matter)


@transaction.atomic
def matter_sign(user: Any, matter: Matter, *, on: dt.date | None = None) -> Matter:
    """Sign for a matter: its answer's clock runs from the handing out."""
    matter = _lock(matter)
    _expect(matter, (State.HANDED_OUT,), "签收")
    assignment = _own_assignment(user, matter)
    today = _today(on)
    assignment.signed_on = today
    assignment.save(update_fields=["signed_on"])
    return _step(user, matter, "签收", State.SIGNED, on=today, due=assignment.due, text=assignment.unit.name)


@transaction.atomic
def matter_return(user: Any, matter: Matter, *, reason: str, on: dt.date | None = None) -> Matter:
    """Give a matter back to the office as not this unit's business; a reason is required."""
    matter = _lock(matter)
    _expect(matter, (State.HANDED_OUT, State.SIGNED), "退回")
    if not reason.strip():
        raise invalid(("reason", "请写明退回理由"))
    assignment = _own_assignment(user, matter)
    assignment.active = False
    assignment.save(update_fields=["active"])
    today = _today(on)
    return _step(
        user, matter, "退回", State.RECEIVED, on=today, due=add_workdays(today, LIMITS["hand_out"]),
        text=f"{assignment.unit.name}：{reason}",
    )  # fmt: skip


@transaction.atomic
def matter_answer(user: Any, matter: Matter, *, answer: str, on: dt.date | None = None) -> Matter:
    """Answer: the raiser then confirms. A technical question goes to the chief for decision."""
    matter = _lock(matter)
    _expect(matter, (State.SIGNED,), "答复")
    if not answer.strip():
        raise invalid(("answer", "请填写办理结果"))
    assignment = _own_assignment(user, matter)
    today = _today(on)
    assignment.answer, assignment.answered_on = answer.strip(), today
    assignment.save(update_fields=["answer", "answered_on"])
    state, limit = (
        (State.DECISION, "decide") if matter.nature == Matter.Nature.QUESTION else (State.ANSWERED, "confirm")
    )
    return _step(
        user, matter, "答复", state, on=today, due=add_workdays(today, LIMITS[limit]),
        text=f"{assignment.unit.name}：{answer.strip()}",
    )  # fmt: skip


@transaction.atomic
def matter_escalate(user: Any, matter: Matter, *, text: str, on: dt.date | None = None) -> Matter:
    """Lay a matter before the chief for decision."""
    if not may_press(user, matter):
        raise LianshuError("E1001", where=matter, action="提请批示")
    matter = _lock(matter)
    _expect(matter, (State.RECEIVED, State.HANDED_OUT, State.SIGNED), "提请批示")
    if not text.strip():
        raise invalid(("text", "请写明要链长决定什么"))
    today = _today(on)
    return _step(
        user,
        matter,
        "提请批示",
        State.DECISION,
        on=today,
        due=add_workdays(today, LIMITS["decide"]),
        text=text,
    )


@transaction.atomic
def matter_decide(user: Any, matter: Matter, *, text: str, agree: bool, on: dt.date | None = None) -> Matter:
    """The chief decides: agreed matters go to the raiser for confirmation, others back to be handed out."""
    require(user, "decide", matter)
    matter = _lock(matter)
    _expect(matter, (State.DECISION,), "批示")
    if not text.strip():
        raise invalid(("text", "请填写批示意见"))
    today = _today(on)
    answered = matter.assignments.filter(active=True, answered_on__isnull=False).exists()
    state = State.ANSWERED if agree and answered else State.RECEIVED
    limit = "confirm" if state == State.ANSWERED else "hand_out"
    verb = "批示同意" if agree else "批示重办"
    return _step(
        user, matter, verb, state, on=today, due=add_workdays(today, LIMITS[limit]), text=text.strip()
    )


@transaction.atomic
def matter_confirm(
    user: Any, matter: Matter, *, satisfied: bool, text: str = "", on: dt.date | None = None
) -> Matter:
    """The raiser's word on the answer: satisfied matters wait for closing, others are handled again."""
    matter = _lock(matter)
    _expect(matter, (State.ANSWERED,), "确认")
    raiser = matter.by_id is not None and getattr(user, "pk", None) == matter.by_id
    if not raiser:
        require(user, "hand_out", matter)
    today = _today(on)
    matter.satisfied = satisfied
    if satisfied:
        return _step(
            user,
            matter,
            "确认解决",
            State.CONFIRMED,
            on=today,
            due=add_workdays(today, LIMITS["close"]),
            text=text,
        )
    if not text.strip():
        raise invalid(("text", "请写明还有什么没解决"))
    matter.reopened += 1
    lead = matter.assignments.filter(active=True, lead=True).first()
    if lead is None:
        return _step(
            user, matter, "确认未解决", State.RECEIVED, on=today,
            due=add_workdays(today, LIMITS["hand_out"]), text=text,
        )  # fmt: skip
    lead.due = add_workdays(today, LIMITS["answer"])
    lead.save(update_fields=["due"])
    return _step(user, matter, "确认未解决", State.SIGNED, on=today, due=lead.due, text=text)


@transaction.atomic
def matter_close(user: Any, matter: Matter, *, text: str = "", on: dt.date | None = None) -> Matter:
    """Close (销号): only what the raiser confirmed is solved."""
    require(user, "hand_out", matter)
    matter = _lock(matter)
    _expect(matter, (State.CONFIRMED,), "销号")
    today = _today(on)
    matter.closed_on = today
    return _step(user, matter, "销号", State.CLOSED, on=today, due=None, text=text)


@transaction.atomic
def matter_reopen(user: Any, matter: Matter, *, reason: str, on: dt.date | None = None) -> Matter:
    """Open a closed matter again because the problem came back."""
    if not may_press(user, matter):
        raise LianshuError("E1001", where=matter, action="重新办理")
    matter = _lock(matter)
    _expect(matter, (State.CLOSED,), "重新办理")
    if not reason.strip():
        raise invalid(("reason", "请写明重新办理的理由"))
    today = _today(on)
    matter.closed_on, matter.satisfied = None, None
    matter.reopened += 1
    return _step(
        user,
        matter,
        "重新办理",
        State.RECEIVED,
        on=today,
        due=add_workdays(today, LIMITS["hand_out"]),
        text=reason,
    )


@transaction.atomic
def matter_withdraw(user: Any, matter: Matter, *, reason: str, on: dt.date | None = None) -> Matter:
    """Take a matter back (entered twice, no longer wanted); it stays in the list as withdrawn."""
    matter = _lock(matter)
    _expect(matter, (State.RECEIVED, State.HANDED_OUT, State.SIGNED), "撤回")
    if matter.by_id is None or getattr(user, "pk", None) != matter.by_id:
        require(user, "hand_out", matter)
    if not reason.strip():
        raise invalid(("reason", "请写明撤回理由"))
    return _step(user, matter, "撤回", State.WITHDRAWN, on=_today(on), due=None, text=reason)
