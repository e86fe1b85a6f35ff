"""Supervision notices (督办单) and circulars (通报): sent, signed, answered, closed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.notices import notify
from lianshu.core.numbering import next_number
from lianshu.core.scope import SystemActor, may, require
from lianshu.obligations.services import follow
from lianshu.organisation.models import Chain, Unit
from lianshu.organisation.selectors import people_of
from lianshu.reference.workdays import add_workdays
from lianshu.tasks.models import Notice, Occurrence, Task

State = Notice.State
PREFIX = {Notice.Kind.SUPERVISION: "DB", Notice.Kind.CIRCULAR: "TB"}
#: working days to answer when the sender names no day
ANSWER_WORKDAYS = 5


@transaction.atomic
def notice_send(
    user: Any,
    *,
    to_unit: Unit,
    title: str,
    text: str,
    kind: str = Notice.Kind.SUPERVISION,
    due: dt.date | None = None,
    task: Task | None = None,
    occurrence: Occurrence | None = None,
    chain: Chain | None = None,
    today: dt.date | None = None,
    simulated: bool = False,
) -> Notice:
    """Send a supervision notice or a circular to a unit, about a task or a duty where there is one."""
    # about a task or a duty its own reach decides (a chief's chain), else that of the unit
    require(user, "hand_out", task or occurrence or to_unit)
    require(user, "view", to_unit)
    today = today or timezone.localdate()
    subject = task or (occurrence.duty if occurrence else None)
    problems = [
        (name, words)
        for name, value, words in (("title", title, "请填写标题。"), ("text", text, "请填写内容。"))
        if not value.strip()
    ]
    if due is not None and due < today:
        problems.append(("due", "反馈时限已经过去，请改成今天以后。"))
    if problems:
        raise invalid(*problems)
    asks = kind == Notice.Kind.SUPERVISION
    row = Notice(
        region=subject.region if subject else to_unit.region,
        chain=chain or (subject.chain if subject else None),
        kind=kind,
        title=title.strip()[:160],
        text=text.strip(),
        to_unit=to_unit,
        task=task,
        occurrence=occurrence,
        due=due or (add_workdays(today, ANSWER_WORKDAYS) if asks else None),
        sent_by=user if getattr(user, "pk", None) else None,
        simulated=simulated or bool(subject and subject.simulated),
    )
    series = Notice._base_manager.filter(region=row.region)
    row.number = next_number(series, "number", PREFIX[Notice.Kind(kind)], today.year)
    row.full_clean()
    row.save()
    follow(row)
    audit.record(user, "发出", row, note=str(to_unit))
    words = f"{row.get_kind_display()} {row.number}：{row.title}"
    notify(people_of([to_unit]), title=words, url=_url(row), light="red" if asks else "amber")
    return row


def _url(row: Notice) -> str:
    return reverse("notice-page", args=(row.pk,))


def _step(user: Any, row: Notice, state: str, verb: str, allowed: tuple[str, ...], note: str = "") -> Notice:
    if row.state not in allowed:
        raise LianshuError("E3001", what=row.number, state=row.get_state_display(), action=verb)
    before = row.get_state_display()
    row.state = state
    row.save()
    follow(row)
    audit.record(user, verb, row, changes={"状态": [before, row.get_state_display()]}, note=note[:300])
    return row


def may_answer(user: Any, notice: Notice) -> bool:
    """Whether a person signs and answers for the unit a notice is for: one of its own people."""
    if isinstance(user, SystemActor):
        return True
    return getattr(user, "unit_id", None) == notice.to_unit_id and may(user, "report", notice)


def _require_unit(user: Any, notice: Notice) -> None:
    if not may_answer(user, notice):
        raise LianshuError("E1001", where=f"发往{notice.to_unit}的{notice.number}", action="签收、反馈")


@transaction.atomic
def notice_sign(user: Any, notice: Notice) -> Notice:
    """The unit signs for it; a circular is done with that."""
    _require_unit(user, notice)
    notice.signed_by = user if getattr(user, "pk", None) else None
    notice.signed_at = timezone.now()
    if notice.kind == Notice.Kind.CIRCULAR:
        notice.closed_at = timezone.now()
        return _step(user, notice, State.CLOSED, "签收", (State.SENT,))
    return _step(user, notice, State.SIGNED, "签收", (State.SENT,))


@transaction.atomic
def notice_answer(user: Any, notice: Notice, *, answer: str) -> Notice:
    """The unit answers; answering signs as well."""
    _require_unit(user, notice)
    if not answer.strip():
        raise invalid(("answer", "请填写反馈内容。"))
    now = timezone.now()
    notice.answer, notice.answered_at = answer.strip(), now
    if notice.signed_at is None:
        notice.signed_by, notice.signed_at = user if getattr(user, "pk", None) else None, now
    _step(user, notice, State.ANSWERED, "反馈", (State.SENT, State.SIGNED), answer)
    if notice.sent_by is not None:
        notify([notice.sent_by], title=f"{notice.number} 已反馈：{notice.title}", url=_url(notice))
    return notice


@transaction.atomic
def notice_close(user: Any, notice: Notice) -> Notice:
    """Whoever may hand out accepts the answer: done."""
    require(user, "hand_out", notice)
    notice.closed_at = timezone.now()
    return _step(user, notice, State.CLOSED, "办结", (State.ANSWERED,))


@transaction.atomic
def notice_return(user: Any, notice: Notice, *, reason: str) -> Notice:
    """The answer does not do: back to the unit with a reason."""
    require(user, "hand_out", notice)
    if not reason.strip():
        raise invalid(("reason", "请写明退回原因。"))
    _step(user, notice, State.SIGNED, "退回", (State.ANSWERED,), reason)
    words = f"{notice.number} 反馈被退回：{reason.strip()}"
    notify(people_of([notice.to_unit]), title=words, url=_url(notice), light="red")
    return notice
