"""Recurring duties: made, changed, proven, waived; the daily refresh of the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.attachments import attachment_add
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.ledger import plain_create, plain_delete, plain_update
from lianshu.core.scope import may, require
from lianshu.core.settings import setting_of, setting_set
from lianshu.obligations.services import collected, follow, follow_keys
from lianshu.organisation.selectors import chief_chains
from lianshu.reference.periods import Period
from lianshu.tasks.byproducts import occurrence_recount
from lianshu.tasks.calendar import canonical_due, horizon, occurrences_rebuild, occurrences_refresh
from lianshu.tasks.models import Duty, Occurrence, OccurrenceEvidence

_create, _update, _delete = plain_create(Duty), plain_update(Duty), plain_delete(Duty)


def _checked(values: dict[str, Any]) -> str:
    """Refuse values of a duty that do not go together; returns the day named in canonical words."""
    starts, ends = values.get("starts"), values.get("ends")
    if starts and ends and starts > ends:
        raise invalid(("ends", "截止日早于起算日。"))
    times = values.get("times")
    if times is not None and times <= 0:
        raise invalid(("times", "每期次数应大于 0；两个月一次写 0.5。"))
    try:
        return canonical_due(values.get("every") or "", values.get("due") or "")
    except ValueError as error:
        raise invalid(("due", str(error))) from error


@transaction.atomic
def duty_create(user: Any, **values: Any) -> Duty:
    """A duty with its occurrences up to the end of next year; counted from today unless told otherwise."""
    values["due"] = _checked(values)
    values["starts"] = values.get("starts") or timezone.localdate()
    duty = _create(user, **values)
    occurrences_refresh(duty, today=timezone.localdate())
    return duty


@transaction.atomic
def duty_update(user: Any, duty: Duty, **values: Any) -> Duty:
    """Change a duty; occurrences nobody has proven follow the new cadence. An earlier ``starts`` brings
    the past back in."""
    names = ("starts", "ends", "times", "every", "due")
    values["due"] = _checked({name: getattr(duty, name) for name in names} | values)
    duty = _update(user, duty, **values)
    occurrences_rebuild(duty, today=timezone.localdate())
    return duty


def duty_delete(user: Any, duty: Duty) -> None:
    """Delete a duty nobody has proven; else it is ended, not deleted."""
    count = OccurrenceEvidence.objects.filter(occurrence__duty=duty).count()
    if count:
        raise LianshuError("E1005", what=duty.what, count=f" {count} ", children="履职凭证，可以改为停止执行")
    key = duty.pk
    _delete(user, duty)
    follow_keys(Duty, [key])


def may_prove(user: Any, occurrence: Occurrence) -> bool:
    """Whether a person proves a duty: who may report on it, and a chain's chief what the plan asks of the
    chief himself."""
    if may(user, "report", occurrence):
        return True
    duty = occurrence.duty
    chiefs_own = duty.unit_id is None and "链长" in duty.who
    return chiefs_own and duty.chain_id in chief_chains(user) and may(user, "view", occurrence)


def _require_prover(user: Any, occurrence: Occurrence) -> None:
    if not may_prove(user, occurrence):
        raise LianshuError("E1001", where=occurrence, action="填报")


@transaction.atomic
def evidence_record(
    user: Any,
    occurrence: Occurrence,
    *,
    text: str,
    on: dt.date | None = None,
    files: Iterable[File] = (),
    today: dt.date | None = None,
) -> OccurrenceEvidence:
    """Prove one time of a duty by a note (and files) where no by-product of the system does it."""
    _require_prover(user, occurrence)
    on, today = on or timezone.localdate(), today or timezone.localdate()
    if not text.strip():
        raise invalid(("text", "请写明做了什么。"))
    if on > today:
        raise invalid(("on", "日期还没有到。"))
    if occurrence.state == Occurrence.State.WAIVED:
        raise LianshuError("E3001", what=occurrence.duty.what, state="免除", action="登记")
    row = OccurrenceEvidence.objects.create(
        occurrence=occurrence,
        on=on,
        text=text.strip()[:300],
        by=user if getattr(user, "pk", None) else None,
        simulated=occurrence.duty.simulated,
    )
    occurrence_recount(occurrence)
    period = Period.from_code(occurrence.period).text
    audit.record(user, "登记履职", occurrence.duty, changes={period: [None, row.text]})
    for file in files:
        attachment_add(user, occurrence, file=file, action="view")
    return row


@transaction.atomic
def evidence_withdraw(user: Any, evidence: OccurrenceEvidence) -> None:
    """Take one's own note back; what a by-product counted goes with that by-product only."""
    occurrence = evidence.occurrence
    _require_prover(user, occurrence)
    own = evidence.by_id is not None and evidence.by_id == getattr(user, "pk", None)
    if evidence.object_id or not (own or may(user, "edit", occurrence)):
        raise LianshuError("E3001", what=evidence.text, state="自动计入或他人登记的凭证", action="撤回")
    audit.record(user, "撤回履职登记", occurrence.duty, changes={occurrence.period: [evidence.text, None]})
    evidence.delete()
    occurrence_recount(occurrence)


@transaction.atomic
def occurrence_waive(user: Any, occurrence: Occurrence, *, reason: str) -> Occurrence:
    """Waive one return of a duty with a reason, or take the waiver back (empty reason)."""
    require(user, "edit", occurrence)
    before = occurrence.get_state_display()
    if occurrence.state == Occurrence.State.DONE:
        raise LianshuError("E3001", what=occurrence.duty.what, state=before, action="免除")
    if occurrence.state == Occurrence.State.WAIVED:
        occurrence.state, occurrence.note = Occurrence.State.OPEN, ""
        occurrence.save(update_fields=["state", "note"])
        occurrence_recount(occurrence)
    else:
        if not reason.strip():
            raise invalid(("reason", "请写明免除原因。"))
        occurrence.state, occurrence.note = Occurrence.State.WAIVED, reason.strip()[:300]
        occurrence.save(update_fields=["state", "note"])
    follow(occurrence.duty)
    pair = [before, occurrence.get_state_display()]
    audit.record(user, "免除履职", occurrence.duty, changes={occurrence.period: pair}, note=reason)
    return occurrence


_HORIZON = "tasks.calendar_until"


def calendar_keep(*, today: dt.date | None = None) -> int:
    """Refresh the whole calendar when its horizon has moved (a new year has begun): one small query
    otherwise, so that the first page of the day may ask for it and no timer is needed."""
    today = today or timezone.localdate()
    until = horizon(today).isoformat()
    if setting_of(_HORIZON) == until:
        return 0
    with transaction.atomic():
        setting_set(_HORIZON, until)
        return occurrences_refresh_all(today=today)


@transaction.atomic
def occurrences_refresh_all(*, today: dt.date | None = None) -> int:
    """Write the missing occurrences of every active duty; returns how many. Safe to call any time."""
    today = today or timezone.localdate()
    rows = Duty._base_manager.filter(active=True).exclude(every__in=["", Duty.Every.EVENT])
    with collected():
        return sum(occurrences_refresh(duty, today=today) for duty in rows)
