"""Figures entered, approved, confirmed by the upper level, returned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.ledger import plain_update
from lianshu.core.scope import SystemActor, grants_of, recheck, require
from lianshu.obligations.services import collected, follow
from lianshu.organisation.models import Unit
from lianshu.reference.bounded import OutsideError, read_decimal
from lianshu.reference.periods import Kind, Period, PeriodError
from lianshu.targets.models import Observation, Target
from lianshu.targets.selectors import Key, key_of, reporting_unit

State = Observation.State
_LARGEST = Decimal(10) ** 13


def amount_read(text: object, *, field: str = "value") -> Decimal:
    """A figure as typed (thousands separators and full-width digits allowed); E2001 otherwise."""
    try:
        value = read_decimal(str(text))
    except OutsideError as error:
        raise invalid((field, f"{error}。请只填数字，单位已在表头。")) from None
    if abs(value) >= _LARGEST:
        raise invalid((field, f"“{text}”太大，请核对单位。"))
    if value != round(value, 6):
        raise invalid((field, f"“{text}”小数太多，最多六位。"))
    return value


def period_read(code: str, *, today: dt.date, field: str = "period") -> Period:
    """A period that has begun by ``today``; E2001 otherwise."""
    try:
        period = Period.from_code(str(code))
    except PeriodError as error:
        raise invalid((field, str(error))) from None
    if period.kind in (Kind.WEEK, Kind.FIVE_YEAR):
        raise invalid((field, "请按月、季度、半年或年填报。"))
    if period.start > today:
        raise invalid((field, f"{period.text}还没有开始，不能填报。"))
    return period


@transaction.atomic
def observation_record(
    user: Any,
    *,
    target: Target,
    period: str,
    value: object,
    unit: Unit | None = None,
    source_text: str = "",
    note: str = "",
    source: str = Observation.Source.ENTERED,
    today: dt.date | None = None,
    simulated: bool | None = None,
) -> Observation:
    """Enter one figure of a target's subject. An earlier figure of the same unit and period is kept as
    superseded; another unit's figure stays beside it. E3001 when the figure is locked."""
    require(user, "report", target)
    today = today or timezone.localdate()
    when = period_read(period, today=today)
    amount = amount_read(value)
    if target.measure == "%" and target.basis == Target.Basis.SHARE and not 0 <= amount <= 1000:
        raise invalid(("value", f"{amount}% 不合理，请核对。"))
    row, old = _put(
        user,
        Observation(
            indicator=target.indicator,
            region=target.region,
            chain=target.chain,
            subject_unit=target.subject_unit,
            period=when.code,
            value=amount,
            source=source,
            source_text=source_text[:300],
            unit=unit or reporting_unit(user, target),
            note=note[:400],
            simulated=target.simulated if simulated is None else simulated,
        ),
    )
    if row is not old:
        before = _shown(old) if old is not None else None
        audit.record(
            user, "填报", target, changes={when.text: [before, _shown(row)]}, note=str(row.unit or "")
        )
    return row


@transaction.atomic
def observation_create(user: Any, *, today: dt.date | None = None, **values: Any) -> Observation:
    """Enter a figure without a target (ledger, import): fields of `Observation`; the unit is the person's
    own where none is given. Replaces an earlier figure of the same unit like :func:`observation_record`."""
    require(user, "report")
    today = today or timezone.localdate()
    when = period_read(values["period"], today=today)
    row = Observation(**values)
    row.value, row.period = amount_read(values["value"]), when.code
    row.unit = row.unit or getattr(user, "unit", None)
    row, old = _put(user, row)
    if row is not old:
        recheck(user, row, "report")
        before = _shown(old) if old is not None else None
        audit.record(user, "填报", row, changes={"数值": [before, _shown(row)]})
    return row


_correct = plain_update(Observation, action="report")


@transaction.atomic
def observation_update(user: Any, observation: Observation, **values: Any) -> Observation:
    """Correct a figure that is not locked; the audit log keeps what stood there."""
    require(user, "report", observation)
    _refuse_locked(observation, "修改")
    if "value" in values:
        values["value"] = amount_read(values["value"])
    if "period" in values:
        values["period"] = period_read(values["period"], today=timezone.localdate()).code
    before = key_of(observation)
    row = _correct(user, observation, **values)
    _followed(row)
    _targets_followed({before} - {key_of(row)})
    return row


def _put(user: Any, row: Observation) -> tuple[Observation, Observation | None]:
    """Store a figure in place of the same unit's earlier one: (the standing row, the earlier one).

    Both are the same when nothing changed.
    """
    old = (
        Observation._base_manager.select_for_update()
        .filter(
            indicator=row.indicator_id,
            region=row.region_id,
            chain=row.chain_id,
            subject_unit=row.subject_unit_id,
            period=row.period,
            unit=row.unit_id,
            superseded=False,
        )
        .first()
    )
    if old is not None:
        if old.value == row.value and old.note == row.note and old.state != State.RETURNED:
            return old, old
        _refuse_locked(old, "修改")
        old.superseded = True
        old.save(update_fields=["superseded"])
    row.by = user if getattr(user, "pk", None) else None
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()
    _followed(*[one for one in (row, old) if one is not None])
    return row, old


def _followed(*rows: Observation) -> None:
    """A figure answers every target with the same indicator and subject, and waits for approval itself."""
    follow(*rows)
    _targets_followed({key_of(row) for row in rows})


def _targets_followed(keys: Iterable[Key]) -> None:
    about = Q(pk__in=[])
    for indicator, region, chain, unit in keys:
        about |= Q(indicator=indicator, region=region, chain=chain, subject_unit=unit)
    follow(*Target._base_manager.filter(about))


def _shown(row: Observation) -> str:
    return f"{row.value.normalize():f} {row.indicator.unit}".strip()


def _refuse_locked(row: Observation, verb: str) -> None:
    if row.state in Observation.LOCKED:
        what = f"{row.indicator.name} {Period.from_code(row.period).text}的数"
        raise LianshuError(
            "E3001", what=what, state=row.get_state_display(), action=f"{verb}，请先请审定单位退回"
        )


@transaction.atomic
def observation_withdraw(user: Any, observation: Observation, *, target: Target) -> None:
    """Take an own figure back (an emptied cell); it stays in the history."""
    require(user, "report", target)
    own = reporting_unit(user, target)
    if observation.unit_id != (own.pk if own else None):
        raise LianshuError("E1001", where=f"{observation.unit}的数", action="撤回")
    _refuse_locked(observation, "撤回")
    observation.superseded = True
    observation.save(update_fields=["superseded"])
    _followed(observation)
    period = Period.from_code(observation.period)
    audit.record(user, "撤回填报", target, changes={period.text: [_shown(observation), None]})


def _from_above(user: Any, observation: Observation, action: str) -> bool:
    """Whether a person's right comes from a region above the figure's own."""
    if isinstance(user, SystemActor):
        return False
    path = observation.region.path
    inside = [g for g in grants_of(user) if action in g.actions and path.startswith(g.region_path)]
    return bool(inside) and all(grant.region_path != path for grant in inside)


@transaction.atomic
def observation_approve(user: Any, observation: Observation) -> Observation:
    """Approve a figure: by the own level 已审, by a level above 上级已认. Either locks it."""
    require(user, "approve", observation)
    above = _from_above(user, observation, "approve")
    allowed = (State.SUBMITTED, State.APPROVED) if above else (State.SUBMITTED,)
    if observation.state not in allowed or observation.superseded:
        raise LianshuError(
            "E3001", what=str(observation), state=observation.get_state_display(), action="审定"
        )
    return _decided(user, observation, State.CONFIRMED if above else State.APPROVED)


@transaction.atomic
def observations_approve(user: Any, observations: Iterable[Observation]) -> int:
    """Approve several figures, all or none; returns how many."""
    rows = list(observations)
    with audit.collected(), collected():
        for row in rows:
            observation_approve(user, row)
    return len(rows)


@transaction.atomic
def observation_return(user: Any, observation: Observation, *, reason: str) -> Observation:
    """Give a figure back to the unit that entered it, with a reason; what the upper level confirmed only
    the upper level gives back."""
    require(user, "approve", observation)
    if not reason.strip():
        raise invalid(("reason", "请写明退回原因。"))
    locked_above = observation.state == State.CONFIRMED and not _from_above(user, observation, "approve")
    if locked_above and not isinstance(user, SystemActor):
        raise LianshuError(
            "E3001", what=str(observation), state=observation.get_state_display(), action="由本级退回"
        )
    if observation.state == State.RETURNED or observation.superseded:
        raise LianshuError(
            "E3001", what=str(observation), state=observation.get_state_display(), action="退回"
        )
    return _decided(user, observation, State.RETURNED, reason.strip()[:300])


def _decided(user: Any, row: Observation, state: str, reason: str = "") -> Observation:
    before = row.get_state_display()
    row.state, row.reason = state, reason
    row.decided_by = user if getattr(user, "pk", None) else None
    row.decided_at = timezone.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    _followed(row)
    verb = {State.APPROVED: "审定", State.CONFIRMED: "上级认定", State.RETURNED: "退回"}[State(state)]
    audit.record(user, verb, row, changes={"状态": [before, row.get_state_display()]}, note=reason)
    return row
