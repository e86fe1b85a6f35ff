"""Accepted tasks and recurring duties become rows of this room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from lianshu.organisation.models import Unit
from lianshu.plans.adoption.context import AdoptionContext
from lianshu.plans.adoption.registry import ORDER, Adopter, Proposal, register_adopter
from lianshu.plans.models import Item
from lianshu.policy.model import Source
from lianshu.policy.repair import repair
from lianshu.reference.time_limits import TimeLimit

from .byproducts import byproduct_for
from .calendar import canonical_due, occurrences_rebuild, occurrences_refresh, times_of
from .models import Duty, OccurrenceEvidence, Task, TaskReport
from .services.tasks import task_adopt

_LONGEST_TEXT = 3000
_SPLIT = re.compile(r"[、,，;；]|或者?|以及")
_NEXT_NUMBER = re.compile(r"\n\s*[（(]?(?:[一二三四五六七八九十]+|\d{1,2})[)）]?[、.．]?$")
_START_WORDS = re.compile(r"[年季月]初")


def _names(value: Any) -> list[str]:
    return [str(name).strip() for name in value or [] if str(name).strip()]


def _end(context: AdoptionContext, item: Item) -> int:
    """Where a task's text ends: at the next task or heading."""
    document = context.document
    ends = [entry["start"] for entry in document.outline if entry["start"] > item.start]
    ends += [other.start for other in context.items.get("tasks", []) if other.start > item.start]
    return min([*ends, item.start + _LONGEST_TEXT, len(document.text)])


def task_text(context: AdoptionContext, item: Item) -> str:
    """The task's whole text, repaired: from its evidence to the next task or heading."""
    document = context.document
    # the next heading's own number is not this task's text
    piece = _NEXT_NUMBER.sub("", document.text[item.start : _end(context, item)].strip()).strip()
    return repair(Source(document.name, piece)).clean.strip() if piece else ""


def task_measure(context: AdoptionContext, item: Item) -> str:
    """What a task is measured by: the quantified targets that stand in its text, in the text's words."""
    end = _end(context, item)
    inside = [one for one in context.items.get("targets", []) if item.start <= one.start < end]
    pieces = []
    for one in sorted(inside, key=lambda found: found.start):
        words = repair(Source(context.document.name, one.evidence)).clean.strip()
        if words and words not in pieces:
            pieces.append(words)
    return "；".join(pieces)[:400]


@register_adopter
class TaskAdopter(Adopter):
    """Numbered measures with their responsible units."""

    kind = "tasks"
    title = "重点任务"
    order = ORDER["tasks"]
    model = Task
    owned = ("reports", "support_units")

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        read = context.values(item)
        title = str(read.get("title") or "").strip()
        if not title:
            return [Proposal(item, "skip", label=item.label, question="没有标题")]
        lead, support = _names(read.get("lead")), _names(read.get("support"))
        others = [name for name in _names(read.get("responsible")) if name not in (*lead, *support)]
        units = [*lead, *others, *support]
        context.want_units(units, item)
        number = str(read.get("no") or "").strip("-")
        values = {
            "title": title[:200],
            "number": number[:40],
            "section": str(read.get("section") or "")[:120],
            "units": units,
            "due": str(read.get("due") or ""),
            "text": task_text(context, item),
            "measure": task_measure(context, item),
            "chain": next((name for name in context.chain_names() if name in title), ""),
        }
        existing = (
            context.earlier(item, Task)
            or Task._base_manager.filter(
                plan=context.plan, number=values["number"], title=values["title"]
            ).first()
        )
        label = f"{number} {title}".strip()
        if existing is None:
            return [Proposal(item, "create", label, values)]
        changes = context.revisions(item, Task)
        if context.revised(item, Task):
            for words, old, new in (
                ("任务", existing.title, values["title"]),
                ("编号", existing.number, values["number"]),
            ):
                if old != new:
                    changes[words] = (old, new)
        return [
            Proposal(
                item, "change" if changes else "match", label, values, match_id=existing.pk, changes=changes
            )
        ]

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        values, fresh = proposal.values, not proposal.match_id
        # who answers and when is the task page's to change, unless the plan itself was changed
        new_units = fresh or any("单位" in words for words in proposal.changes)
        new_limit = fresh or "完成时限" in proposal.changes
        return task_adopt(
            None if fresh else Task._base_manager.get(pk=proposal.match_id),
            item=proposal.item,
            plan=context.plan,
            chain=context.chain(values["chain"]),
            number=values["number"],
            section=values["section"],
            title=values["title"],
            text=values["text"],
            measure=values["measure"],
            limit=TimeLimit.read(values["due"], year=context.plan.only_year) if new_limit else None,
            units=context.units(values["units"]) if new_units else None,
            simulated=context.simulated,
        )

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        told = TaskReport._base_manager.filter(task__in=rows).order_by().values_list("task")
        return {pk: f"已填报 {count} 次进展" for pk, count in told.annotate(n=models.Count("pk"))}


#: what the desk calls the values that decide when a duty returns (`lianshu.plans.fields`)
_WHEN = {"多久一次", "每期次数", "时限"}


def _per_chain(who: str) -> bool:
    """Whether a duty falls on every chain: its office or its chief."""
    plain = who.replace("总链长", "").replace("总链办", "")
    return "链条办" in plain or "链长" in plain or "每条产业链" in plain or "各产业链" in plain


@register_adopter
class DutyAdopter(Adopter):
    """Recurring duties: one row, or one per chain where they fall on every chain's office or chief."""

    kind = "recurring"
    title = "常规职责"
    order = ORDER["recurring"]
    model = Duty
    owned = ("occurrences", "support_units")

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        read = context.values(item)
        what = str(read.get("what") or "").strip()
        if not what:
            return [Proposal(item, "skip", label=item.label, question="没有内容")]
        who = str(read.get("who") or "").strip()
        values = {
            "what": what[:200],
            "who": who[:120],
            "to": str(read.get("to") or "")[:120],
            "every": read.get("every") or "",
            "times": read.get("times"),
            "due": str(read.get("due") or ""),
            "anchor": "start" if _START_WORDS.search(what + item.evidence) else "end",
        }
        chains = context.chain_names() if _per_chain(who) else []
        proposals = []
        for slot in chains or [""]:
            existing = context.earlier(item, Duty, slot)
            label = f"{slot}：{what}" if slot else what
            proposal = Proposal(item, "create", label, {**values, "chain": slot}, slot=slot)
            if existing is not None:
                proposal.match_id, proposal.action = existing.pk, "match"
                if changes := context.revisions(item, Duty, slot):
                    proposal.action, proposal.changes = "change", changes
            proposals.append(proposal)
        return proposals

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        values = proposal.values
        today = timezone.localdate()
        if proposal.match_id:
            duty = Duty._base_manager.get(pk=proposal.match_id)
        else:
            duty = Duty(region=context.region, plan=context.plan, simulated=context.simulated, starts=today)
        duty.item = proposal.item
        duty.chain = context.chain(values["chain"])
        duty.what, duty.who, duty.to = values["what"], values["who"], values["to"]
        # how often and when is the duty page's to change, unless the plan itself was changed
        if not proposal.match_id or not _WHEN.isdisjoint(proposal.changes):
            duty.every, duty.times, duty.anchor = values["every"], times_of(values["times"]), values["anchor"]
            duty.due = canonical_due(values["every"], values["due"])
        units = self._units(context, duty)
        duty.unit = duty.unit or (units[0] if units else None)
        duty.counts = duty.counts or byproduct_for(duty.what)
        duty.full_clean()
        duty.save()
        if not proposal.match_id:
            duty.support_units.set(unit for unit in units if unit != duty.unit)
        if proposal.match_id:
            occurrences_rebuild(duty, today=today)
        else:
            occurrences_refresh(duty, today=today)
        return duty

    @staticmethod
    def _units(context: AdoptionContext, duty: Duty) -> list[Unit]:
        """The units named in 由谁: of the chain offices only the duty's own one."""
        if duty.chain_id and "链条办" in duty.who:
            own = [unit for unit in context.chain_offices() if unit.chain_id == duty.chain_id]
            if own:
                return own[:1]
        found = (context.unit(name.strip()) for name in _SPLIT.split(duty.who))
        return list(dict.fromkeys(unit for unit in found if unit is not None))

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        told = OccurrenceEvidence._base_manager.filter(occurrence__duty__in=rows).order_by()
        counts = told.values_list("occurrence__duty").annotate(n=models.Count("pk"))
        return {pk: f"已登记 {count} 次履职" for pk, count in counts}
