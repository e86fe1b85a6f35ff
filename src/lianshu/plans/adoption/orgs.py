"""Accepted bodies and roles become units and posts: 总链办 once, 链长 and 链条办 once for every chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from lianshu.organisation.adopting import (
    post_adopt,
    post_reword,
    post_seat,
    unit_adopt,
    unit_duty_set,
    unit_seat,
)
from lianshu.organisation.models import Appointment, Unit
from lianshu.plans.models import Item

from .chain_names import chain_core
from .context import AdoptionContext
from .org_roles import READER_KINDS, OrgMeaning, holder_of, meaning_of, seats_of
from .registry import ORDER, Adopter, Proposal, changed_since, register_adopter


@register_adopter
class OrgAdopter(Adopter):
    """Two kinds of rows come from it: `organisation.Unit` and `organisation.Appointment`."""

    kind = "orgs"
    title = "机构和角色"
    order = ORDER["orgs"]
    model = Unit
    keep_if_used = True

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        values = context.values(item)
        name = str(values.get("name") or "").strip()
        if not name:
            return [Proposal(item, "skip", label=item.label, question="没有名称")]
        own, chain = _of_one_chain(name, context.chain_names())
        meaning = meaning_of(own)
        chains: list[str | None] = [chain]
        if chain is None and meaning.each_chain:
            chains = list(context.chain_names()) or [None]
        build = self._propose_post if meaning.role else self._propose_body
        return [build(context, item, values, own, meaning, chain) for chain in chains]

    # --- posts ---------------------------------------------------------------------------------------

    def _propose_post(
        self,
        context: AdoptionContext,
        item: Item,
        values: dict[str, Any],
        name: str,
        meaning: OrgMeaning,
        chain: str | None,
    ) -> Proposal:
        words = str(values.get("role") or "")
        known = Appointment.Role(meaning.role).label
        holder = holder_of(str(meaning.role), str(values.get("leader") or ""), words)
        if meaning.role == Appointment.Role.OTHER:
            holder = name
        plain: dict[str, Any] = {
            "role": meaning.role,
            "post": holder,
            "chain": chain,
            "office": meaning.office,
            "seats": seats_of(words, len(context.chain_names()) if chain else 1),
            "note": _note(name, known, words),
        }
        label = name if holder == name else f"{name}：{holder or '待定'}"
        label += f"（{chain}产业链）" if chain else ""
        slot = f"chain:{chain_core(chain)}" if chain else ""
        proposal = Proposal(
            item, "create", label, plain, slot=slot, model_label=Appointment._meta.label_lower
        )
        existing = context.earlier(item, Appointment, slot) or self._same_post(context, plain, name)
        if existing is not None:
            proposal.match_id, proposal.action = existing.pk, "match"
            revised = context.revised(item, Appointment, slot)
            if revised and existing.person_id is None and existing.post != plain["post"]:
                proposal.action = "change"
                proposal.changes = {"职务": (existing.post or "待定", plain["post"] or "待定")}
        return proposal

    def _same_post(self, context: AdoptionContext, plain: dict[str, Any], name: str) -> Appointment | None:
        chain = context.chain(plain["chain"])
        if plain["chain"] and chain is None:
            return None
        found = Appointment._base_manager.filter(
            Appointment.in_force(), region=context.region, role=plain["role"], chain=chain
        ).order_by("id")
        if plain["office"] == "general":
            found = found.filter(unit__kind=Unit.Kind.GENERAL_OFFICE)
        elif plain["office"] == "chain":
            found = found.filter(unit__kind=Unit.Kind.CHAIN_OFFICE)
        if plain["role"] in (Appointment.Role.OTHER, Appointment.Role.LIAISON):
            found = found.filter(Q(post=plain["post"] or name) | Q(note__startswith=name))
        return found.first()

    # --- bodies --------------------------------------------------------------------------------------

    def _propose_body(
        self,
        context: AdoptionContext,
        item: Item,
        values: dict[str, Any],
        name: str,
        meaning: OrgMeaning,
        chain: str | None,
    ) -> Proposal:
        seat = str(values.get("seat") or "")
        if seat:
            context.want_units([seat], item)
        if chain and meaning.pattern:
            full, short, aliases = meaning.pattern.format(chain=chain), "", [f"{chain}产业链{name}"]
        else:
            words = context.match_unit(name).words
            full, short, aliases = words.name, words.short_name, [name] if words.name != name else []
        plain: dict[str, Any] = {
            "name": full,
            "short_name": short,
            "aliases": [alias for alias in aliases if alias not in (full, short)],
            "kind": self._kind(meaning, values),
            "chain": chain,
            "seat": seat,
            "duty": str(values.get("role") or "")[:1000],
        }
        slot = f"chain:{chain_core(chain)}" if chain else ""
        proposal = Proposal(item, "create", full, plain, slot=slot, model_label=Unit._meta.label_lower)
        existing = context.earlier(item, Unit, slot)
        if existing is None and chain:
            existing = self._office_of(context, meaning, chain)
        if existing is None:
            match = context.match_unit(full)
            if match.unit is not None and match.unit.pk is None:
                proposal.action = "skip"
                proposal.question = "与本方案另一条目是同一机构"
                return proposal
            existing = match.unit
            if existing is None and match.candidates:
                proposal.action = "ask"
                proposal.candidates = [(unit.pk, unit.name) for unit, _ in match.candidates]
                proposal.question = f"方案里的“{name}”是已有的哪个机构？"
        if existing is not None:
            proposal.label, proposal.match_id, proposal.action = existing.name, existing.pk, "match"
            if context.revised(item, Unit, slot) and plain["duty"] and existing.duty != plain["duty"]:
                proposal.action = "change"
                proposal.changes = {"职责": (existing.duty, plain["duty"])}
        else:
            context.plan_unit(name=full, short_name=short, aliases=plain["aliases"], kind=plain["kind"])
        return proposal

    @staticmethod
    def _kind(meaning: OrgMeaning, values: dict[str, Any]) -> str:
        if meaning.unit_kind == Unit.Kind.OTHER:
            return READER_KINDS.get(str(values.get("kind")), Unit.Kind.OTHER)
        return str(meaning.unit_kind)

    @staticmethod
    def _office_of(context: AdoptionContext, meaning: OrgMeaning, chain: str) -> Unit | None:
        body = context.chain(chain)
        if body is None or meaning.unit_kind != Unit.Kind.CHAIN_OFFICE:
            return None
        return next((unit for unit in context.chain_offices() if unit.chain_id == body.pk), None)

    # --- writing -------------------------------------------------------------------------------------

    def matched(self, context: AdoptionContext, proposal: Proposal, obj: models.Model) -> None:
        if isinstance(obj, Unit):
            context.add_unit(obj, proposal.values["name"], *proposal.values["aliases"])

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        return changed_since(rows)

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        if proposal.model_label == Appointment._meta.label_lower:
            return self._apply_post(context, proposal)
        return self._apply_body(context, proposal)

    def _apply_post(self, context: AdoptionContext, proposal: Proposal) -> Appointment:
        values = proposal.values
        if proposal.match_id:
            post = post_reword(Appointment._base_manager.get(pk=proposal.match_id), values["post"])
        else:
            post = post_adopt(
                region=context.region,
                role=values["role"],
                post=values["post"],
                chain=context.chain(values["chain"]),
                seats=values["seats"],
                note=values["note"],
                simulated=context.simulated,
            )
        if values["office"] and post.unit_id is None:
            context.afterwards(lambda: _seat_post(context, post, values["office"]))
        return post

    def _apply_body(self, context: AdoptionContext, proposal: Proposal) -> Unit:
        values = proposal.values
        if proposal.match_id:
            known = Unit._base_manager.select_related("region").get(pk=proposal.match_id)
            unit = unit_duty_set(known, values["duty"])
        else:
            unit = unit_adopt(
                region=context.region,
                name=values["name"],
                short_name=values["short_name"],
                aliases=values["aliases"],
                kind=values["kind"],
                chain=context.chain(values["chain"]),
                duty=values["duty"],
                simulated=context.simulated,
            )
        context.add_unit(unit, values["name"], *values["aliases"])
        if values["seat"] and unit.seat_id is None:
            context.afterwards(lambda: _seat_body(context, unit, values["seat"]))
        return unit


def _of_one_chain(name: str, chains: list[str]) -> tuple[str, str | None]:
    """A body named for one chain taken apart: (generic name, chain), or (name, None)."""
    for chain in sorted(chains, key=len, reverse=True):
        core = chain_core(chain)
        if name.startswith(core) and len(name) > len(core) + 1:
            rest = name[len(core) :].removeprefix("产业链").removeprefix("产业")
            if meaning_of(rest).each_chain:
                return rest, chain
    return name, None


def _note(name: str, known: str, words: str) -> str:
    text = words if name == known else f"{name}：{words}" if words else name
    return text[:400]


def _seat_post(context: AdoptionContext, post: Appointment, which: str) -> None:
    """Put a post into its office, which another item may have made only now."""
    if which == "general":
        kind = Unit.Kind.GENERAL_OFFICE
        office = next((unit for unit in context.all_units() if unit.kind == kind), None)
    else:
        office = next((unit for unit in context.chain_offices() if unit.chain_id == post.chain_id), None)
    if office is not None:
        post_seat(post, office)


def _seat_body(context: AdoptionContext, body: Unit, mention: str) -> None:
    """Note in which unit an office is seated."""
    seat = context.unit(mention)
    if seat is not None and seat != body:
        unit_seat(body, seat)
