"""Preview and adoption: every accepted item proposes, doubtful ones are asked, one transaction writes.

Taking an adoption back: :mod:`.undoing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models, transaction

from lianshu.core import audit
from lianshu.core.asked import key_of
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import SystemActor, recheck, require
from lianshu.obligations.services import collected
from lianshu.plans.models import Adoption, AdoptionEffect, Document, Item, Plan

from .context import AdoptionContext
from .registry import Adopter, Proposal, adopters
from .snapshots import changed, raw_values

Report = Callable[[int, str], None]


@dataclass(slots=True)
class Group:
    """The proposals of one kind, as the preview shows them."""

    adopter: Adopter
    proposals: list[Proposal] = field(default_factory=list)

    def count(self, *actions: str) -> int:
        return sum(proposal.action in actions for proposal in self.proposals)

    @property
    def counts(self) -> dict[str, int]:
        """How many proposals of each action there are, those that occur only."""
        found: dict[str, int] = {}
        for proposal in self.proposals:
            found[proposal.action] = found.get(proposal.action, 0) + 1
        return found


@dataclass(slots=True)
class Preview:
    """What adoption would do now. ``left_out`` counts items by the state that keeps them out;
    ``gone`` are rows adopted earlier whose item is no longer accepted or no longer in this edition."""

    context: AdoptionContext
    groups: list[Group]
    left_out: dict[str, int]
    gone: list[AdoptionEffect]
    without_room: dict[str, int]

    @property
    def proposals(self) -> list[Proposal]:
        return [proposal for group in self.groups for proposal in group.proposals]

    @property
    def questions(self) -> list[Proposal]:
        return [proposal for proposal in self.proposals if proposal.action == "ask"]

    @property
    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for proposal in self.proposals:
            found[proposal.action] = found.get(proposal.action, 0) + 1
        return found

    @property
    def changes_anything(self) -> bool:
        return any(proposal.action in ("create", "change", "ask") for proposal in self.proposals)


def preview(user: Any, document: Document, choices: dict[str, str] | None = None) -> Preview:
    """What adopting the accepted items of ``document`` would do; writes nothing.

    Raises E1001 unless the user may adopt in the plan's region.
    """
    require(user, "adopt", document.plan)
    items = list(document.items.taken().order_by("position", "id"))
    for item in items:
        item.document = document
    context = AdoptionContext(user, document, items, choices)
    groups = [Group(adopter) for adopter in adopters()]
    for group in groups:
        for item in context.items.get(group.adopter.kind, ()):
            group.proposals += group.adopter.propose(context, item)
    for group in groups:
        group.proposals += group.adopter.propose_wanted(context)
        for proposal in group.proposals:
            proposal.kind = group.adopter.kind
            proposal.model_label = proposal.model_label or group.adopter.model._meta.label_lower
        group.proposals = [_answered(proposal, context.choices) for proposal in group.proposals]
    known = {group.adopter.kind for group in groups}
    return Preview(
        context,
        [group for group in groups if group.proposals],
        _left_out(document),
        _gone(document, items),
        {kind: len(found) for kind, found in context.items.items() if kind not in known},
    )


def _answered(proposal: Proposal, choices: dict[str, str]) -> Proposal:
    """A doubtful proposal with the person's answer put in; unchanged while there is none."""
    answer = choices.get(proposal.key)
    if proposal.action != "ask" or not answer:
        return proposal
    if answer in ("create", "skip"):
        return replace(proposal, action=answer)
    if key_of(answer) in {pk for pk, _ in proposal.candidates}:
        return replace(proposal, action="match", match_id=key_of(answer))
    raise invalid((proposal.key, f"“{proposal.label}”的选择已失效，请重新选择"))


def _left_out(document: Document) -> dict[str, int]:
    rows = document.items.standing().exclude(state__in=[Item.State.ACCEPTED, Item.State.EDITED])
    found = rows.values_list("state").annotate(n=models.Count("id")).order_by()
    return {Item.State(state).label: count for state, count in found}


def _gone(document: Document, items: Sequence[Item]) -> list[AdoptionEffect]:
    here = {item.lineage for item in items}
    effects = AdoptionEffect.objects.filter(
        adoption__plan=document.plan,
        adoption__undone_at=None,
        lineage__gt="",
        action__in=[AdoptionEffect.Action.CREATE, AdoptionEffect.Action.CHANGE],
    )
    return [effect for effect in effects if effect.lineage not in here]


@dataclass(slots=True)
class Outcome:
    """What one adoption did. ``adoption`` is None when there was nothing left to do."""

    adoption: Adoption | None
    counts: dict[str, int]

    @property
    def words(self) -> str:
        """``新建 52、对应 3``."""
        return "、".join(f"{AdoptionEffect.Action(key).label} {count}" for key, count in self.counts.items())


def adopt(
    user: Any,
    document: Document,
    *,
    choices: dict[str, str] | None = None,
    unanswered: str = "",
    seen_revision: int | None = None,
    report: Report | None = None,
) -> Outcome:
    """Adopt the accepted items in one transaction.

    ``unanswered`` answers the questions nobody answered (``create`` on the command line); empty refuses
    with the list of them. ``seen_revision`` is the document's revision that the person looked at: a later
    decision refuses (E1004). ``report(percent, words)`` is told the progress.
    Raises E1001 (may not adopt), E2001 (open questions), E3001 (the document was never read).
    """
    tell = report or (lambda percent, words: None)
    with transaction.atomic():
        plan = Plan.objects.select_for_update().get(pk=document.plan_id)
        if document.read_at is None:
            raise LianshuError("E3001", what=document.name, state="未读取", action="采纳")
        document = Document.objects.select_for_update().get(pk=document.pk)
        document.plan = plan
        if seen_revision is not None and document.revision != seen_revision:
            last = document.items.filter(revision=document.revision).select_related("decided_by").first()
            raise LianshuError("E1004", who=str((last and last.decided_by) or "别人"))
        tell(2, "核对条目")
        seen = preview(user, document, choices)
        if seen.questions:
            if not unanswered:
                raise invalid(*((one.key, f"{one.label}：{one.question}") for one in seen.questions))
            answers = {one.key: unanswered for one in seen.questions}
            seen = preview(user, document, {**(choices or {}), **answers})
        with collected():
            effects, entries = _apply(seen, tell)
        if not effects:
            return Outcome(None, {})
        return _record(user, plan, document, seen.context, effects, entries)


def _apply(
    seen: Preview, tell: Report
) -> tuple[list[AdoptionEffect], list[tuple[str, models.Model, dict[str, list[Any]], str]]]:
    context = seen.context
    effects: list[AdoptionEffect] = []
    entries: list[tuple[str, models.Model, dict[str, list[Any]], str]] = []
    total, done = max(1, len(seen.proposals)), 0
    for group in seen.groups:
        for proposal in group.proposals:
            done += 1
            if done % 10 == 0:
                tell(5 + 90 * done // total, f"写入{group.adopter.title} {done}/{total}")
            if proposal.action == "skip":
                continue
            effect, entry = _apply_one(context, group.adopter, proposal)
            if effect is not None:
                effect.position = done
                effects.append(effect)
            if entry is not None:
                entries.append(entry)
    context.finish()
    return effects, entries


def _apply_one(
    context: AdoptionContext, adopter: Adopter, proposal: Proposal
) -> tuple[AdoptionEffect | None, tuple[str, models.Model, dict[str, list[Any]], str] | None]:
    if proposal.action == "create":
        obj = adopter.apply(context, proposal)
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        action, verb = AdoptionEffect.Action.CREATE, "采纳新建"
    else:
        found = adopter.find(proposal)
        if found is None:
            raise LianshuError("E1004", who="别人")
        before = raw_values(found)
        if proposal.action == "change":
            obj = adopter.apply(context, proposal)
        else:
            obj = found
            adopter.matched(context, proposal, found)
        before, after = changed(before, raw_values(adopter.fresh(obj)))
        action = AdoptionEffect.Action.CHANGE if after else AdoptionEffect.Action.MATCH
        verb = "采纳更新"
    context.resolved[proposal.key] = obj
    lineage = proposal.item.lineage if proposal.item else ""
    if action == AdoptionEffect.Action.MATCH and context.known(proposal, obj):
        return None, None
    effect = AdoptionEffect(
        item=proposal.item,
        kind=proposal.kind,
        lineage=lineage,
        slot=proposal.slot,
        values=proposal.item.values if proposal.item else {},
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        label=(proposal.label or str(obj))[:300],
        before=before,
        after=after,
    )
    if action == AdoptionEffect.Action.MATCH:
        return effect, None
    changes = {key: [before.get(key), value] for key, value in after.items()}
    return effect, (verb, obj, changes, context.plan.title[:200])


def _record(
    user: Any,
    plan: Plan,
    document: Document,
    context: AdoptionContext,
    effects: list[AdoptionEffect],
    entries: list[tuple[str, models.Model, dict[str, list[Any]], str]],
) -> Outcome:
    counts: dict[str, int] = {}
    for effect in effects:
        counts[effect.action] = counts.get(effect.action, 0) + 1
    adoption = Adoption.objects.create(
        plan=plan,
        document=document,
        choices=context.choices,
        counts=counts,
        by=None if isinstance(user, SystemActor) else user,
    )
    for effect in effects:
        effect.adoption = adoption
    AdoptionEffect.objects.bulk_create(effects, batch_size=500)
    old = plan.status
    plan.status = Plan.Status.ADOPTED
    plan.save(update_fields=["status"])
    note = "、".join(f"{AdoptionEffect.Action(key).label} {count}" for key, count in counts.items())
    audit.record_many(user, [*entries, ("采纳", plan, {"status": [old, plan.status]}, note)])
    recheck(user, plan, "adopt")
    return Outcome(adoption, counts)
