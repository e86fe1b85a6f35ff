"""Taking an adoption back: created rows go, changed rows get their former values, in one transaction.

Rows are fetched, asked about, restored and deleted by model, so that the number of statements follows the kinds
of rows a plan made and not their number; the audit log still gets one entry per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import SystemActor, require
from lianshu.obligations.services import collected, follow
from lianshu.plans.models import Adoption, AdoptionEffect, Plan

from .hanging import hanging
from .registry import Adopter, adopters
from .snapshots import raw_values_many, restore_many

Report = Callable[[int, str], None]
Key = tuple[str, Any]
Entry = tuple[str, models.Model, dict[str, list[Any]], str]


@dataclass(slots=True)
class _Made:
    """An effect with its adopter and the row, which several effects may share."""

    effect: AdoptionEffect
    adopter: Adopter
    obj: models.Model

    @property
    def key(self) -> Key:
        return self.obj._meta.label_lower, self.obj.pk

    @property
    def created(self) -> bool:
        return self.effect.action == AdoptionEffect.Action.CREATE


def undo(user: Any, adoption: Adoption, *, report: Report | None = None) -> Adoption:
    """Take an adoption back: created rows go, changed rows get their former values.

    Refuses with E2001 and one sentence per row on which work hangs, and with E3001 when a later adoption
    of the plan stands. Rows that others share (units still in use) are kept and say why.
    ``report(percent, words)`` is told the progress.
    """
    tell = report or (lambda percent, words: None)
    require(user, "adopt", adoption.plan)
    with transaction.atomic():
        plan = Plan.objects.select_for_update().get(pk=adoption.plan_id)
        adoption = Adoption.objects.select_for_update(of=("self",)).get(pk=adoption.pk)
        if adoption.undone_at is not None:
            raise LianshuError("E3001", what=str(adoption), state="已撤回", action="再次撤回")
        if plan.adoptions.filter(undone_at=None, pk__gt=adoption.pk).exists():
            raise LianshuError("E3001", what=str(adoption), state="之后又有采纳", action="先撤回它")
        tell(2, "核对采纳以来的工作")
        rows = _rows(adoption.effects.order_by("-position", "-id"))
        changed = [one for one in rows if not one.created]
        current = {key: values for group in _groups(changed) for key, values in _values(group).items()}
        _refuse_work(rows, current)
        tell(20, "恢复更新过的记录")
        with collected():
            entries = _give_back(changed, current)
            entries += _remove([one for one in rows if one.created], tell)
        adoption.undone_by = None if isinstance(user, SystemActor) else user
        adoption.undone_at = timezone.now()
        adoption.save(update_fields=["undone_by", "undone_at"])
        if not plan.adoptions.filter(undone_at=None).exists():
            plan.status = Plan.Status.DRAFT
            plan.save(update_fields=["status"])
        tell(95, "记入审计日志")
        audit.record_many(user, [*entries, ("撤回采纳", plan, {}, f"撤回 {len(entries)} 项")])
    return adoption


def _rows(effects: Iterable[AdoptionEffect]) -> list[_Made]:
    """The effects that made or changed a row that is still there; one query per kind of row."""
    by_kind = {adopter.kind: adopter for adopter in adopters()}
    wanted = [
        effect
        for effect in effects
        if effect.action != AdoptionEffect.Action.MATCH and effect.kind in by_kind
    ]
    keys: dict[tuple[str, str], list[str]] = {}
    for effect in wanted:
        keys.setdefault((effect.kind, effect.object_type), []).append(effect.object_id)
    found = {place: by_kind[place[0]].fetch_many(place[1], those) for place, those in keys.items()}
    made = []
    for effect in wanted:
        obj = found[effect.kind, effect.object_type].get(effect.object_id)
        if obj is not None:
            made.append(_Made(effect, by_kind[effect.kind], obj))
    return made


def _groups(rows: Iterable[_Made]) -> Iterator[list[_Made]]:
    """Rows by adopter and model, in the order in which each comes first."""
    found: dict[tuple[str, str], list[_Made]] = {}
    for one in rows:
        found.setdefault((one.adopter.kind, one.obj._meta.label_lower), []).append(one)
    yield from found.values()


def _objects(group: Sequence[_Made]) -> list[models.Model]:
    return list({one.obj.pk: one.obj for one in group}.values())


def _values(group: Sequence[_Made]) -> dict[Key, dict[str, Any]]:
    label = group[0].obj._meta.label_lower
    return {(label, pk): values for pk, values in raw_values_many(_objects(group)).items()}


def _in_use(rows: Iterable[_Made]) -> dict[Key, str]:
    """Rows on which somebody worked, with the reason."""
    return {
        (group[0].obj._meta.label_lower, pk): words
        for group in _groups(rows)
        for pk, words in group[0].adopter.in_use(_objects(group)).items()
    }


def _as_adopted(one: _Made, current: dict[Key, dict[str, Any]]) -> bool:
    return all(current[one.key].get(name) == value for name, value in one.effect.after.items())


def _refuse_work(rows: Sequence[_Made], current: dict[Key, dict[str, Any]]) -> None:
    own = [one for one in rows if not one.adopter.keep_if_used]
    used = _in_use(one for one in own if one.created)
    problems: list[tuple[str, str]] = []
    for one in own:
        if one.created:
            reason = used.get(one.key, "")
        else:
            reason = "" if _as_adopted(one, current) else "采纳之后又被修改过"
        if reason:
            problems.append((str(one.effect.pk), f"“{one.effect.label}”{reason}"))
    if problems:
        raise invalid(*problems)


def _give_back(changed: Sequence[_Made], current: dict[Key, dict[str, Any]]) -> list[Entry]:
    """Give changed rows their former values, the latest change first."""
    entries: list[Entry] = []
    back: list[_Made] = []
    for one in changed:
        if _as_adopted(one, current):
            back.append(one)
            # a row changed twice is judged a second time by what the first restoring left
            current[one.key] |= one.effect.before
            values = {name: [one.effect.after[name], value] for name, value in one.effect.before.items()}
            entries.append(("撤回更新", one.obj, values, ""))
    for group in _groups(back):
        restore_many([(one.obj, one.effect.before) for one in group])
        follow(*_objects(group))
    return entries


def _remove(made: list[_Made], tell: Report) -> list[Entry]:
    """Delete created rows. Rows of one adoption refer to each other in both directions (an office and the
    unit it sits in): take away what nothing hangs on until nothing more can go."""
    entries: list[Entry] = []
    total = max(1, len(made))
    hangs = _hanging(made)
    while made:
        going = [one for one in made if one.key not in hangs]
        if not going:
            break
        for group in _groups(going):
            group[0].adopter.remove(_objects(group))
        entries += [("撤回删除", one.obj, {}, "") for one in going]
        made = [one for one in made if one.key in hangs]
        tell(30 + 60 * (total - len(made)) // total, f"删除采纳时新建的记录 {total - len(made)}/{total}")
        hangs = _hanging(made)
    problems = []
    for one in made:
        words = hangs[one.key]
        if one.adopter.keep_if_used:
            one.effect.kept = words[:300]
        else:
            problems.append((str(one.effect.pk), f"“{one.effect.label}”{words}"))
    if problems:
        raise invalid(*problems)
    AdoptionEffect.objects.bulk_update([one.effect for one in made], ["kept"])
    return entries


def _hanging(made: Sequence[_Made]) -> dict[Key, str]:
    """What hangs on each row, asked once per kind of row."""
    found = {
        (group[0].obj._meta.label_lower, pk): words
        for group in _groups(made)
        for pk, words in hanging(
            type(group[0].obj), [one.obj.pk for one in group], group[0].adopter.owned
        ).items()
    }
    # a shared row on which somebody worked stays, like one that others refer to
    return _in_use(one for one in made if one.adopter.keep_if_used) | found
