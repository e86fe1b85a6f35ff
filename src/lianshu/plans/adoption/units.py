"""Units that accepted items name: recognised, asked about, or made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import models

from lianshu.organisation.adopting import alias_add, unit_adopt
from lianshu.organisation.models import Unit

from .context import AdoptionContext
from .registry import ORDER, Adopter, Proposal, changed_since, register_adopter

_KINDS: tuple[tuple[str, str], ...] = (
    (r"^各.*(?:县市区|市县|市州|区县|县区|州、县|县政府|区政府)", Unit.Kind.GOVERNMENT),
    (r"^各(?:乡镇|镇|乡|街道)", Unit.Kind.TOWN),
    (r"总链办", Unit.Kind.GENERAL_OFFICE),
    (r"链条办|产业链办公室|链办", Unit.Kind.CHAIN_OFFICE),
    (r"领导小组办公室", Unit.Kind.GENERAL_OFFICE),
    (r"领导小组|指挥部", Unit.Kind.LEADING_GROUP),
    (r"专班|小分队|招商小组|工作组", Unit.Kind.TASK_FORCE),
    (r"专家委员会|专委会|咨询委员会", Unit.Kind.COMMITTEE),
    (r"智囊|专家团队|专家组|智库", Unit.Kind.EXPERT_TEAM),
    (r"协会|商会|联盟|联合会", Unit.Kind.ASSOCIATION),
    (r"银行|支行|农商行|信用社", Unit.Kind.BANK),
    (r"大学|学院|研究院|研究所|高研院", Unit.Kind.INSTITUTE),
    (r"高新区|开发区|经开区|园区|产业园|工业园|飞地园|管委会", Unit.Kind.PARK),
    (r"(?:镇|乡|街道)(?:人民政府|政府|办事处)?$", Unit.Kind.TOWN),
    (r"人民政府|(?:省|市|县|区|州)委(?:、|$)|县市区|市县|区县|县区", Unit.Kind.GOVERNMENT),
    (
        r"(?:局|厅|委|委员会|办|办公室|部|院|中心|总工会|工商联|团委|妇联|科协|部门|单位|公司)$",
        Unit.Kind.DEPARTMENT,
    ),
)


def kind_of(name: str) -> str:
    """The kind of a unit by its name; OTHER when the name does not say."""
    return next((kind for pattern, kind in _KINDS if re.search(pattern, name)), Unit.Kind.OTHER)


@register_adopter
class UnitAdopter(Adopter):
    """Units named in responsible lists and the like. They have no item of their own."""

    kind = "units"
    title = "单位"
    order = ORDER["units"]
    model = Unit
    keep_if_used = True

    def propose_wanted(self, context: AdoptionContext) -> list[Proposal]:
        proposals: list[Proposal] = []
        for mention, items in context.wanted_units.items():
            match = context.match_unit(mention)
            if match.unit is not None and match.unit.pk is None:
                continue  # another item makes it
            words = match.words
            values: dict[str, Any] = {
                "mention": mention,
                "name": words.name,
                "short_name": words.short_name,
                "kind": kind_of(words.name),
            }
            proposal = Proposal(None, "create", label=words.name, values=values, slot=mention)
            if match.unit is not None:
                proposal.action, proposal.match_id = "match", match.unit.pk
                proposal.label = match.unit.name
            elif match.candidates:
                proposal.action = "ask"
                proposal.label = mention
                proposal.candidates = [(unit.pk, unit.name) for unit, _ in match.candidates]
                proposal.question = f"方案里的“{mention}”（{len(items)} 处）是已有的哪个单位？"
            if proposal.action != "match":
                context.plan_unit(name=words.name, short_name=words.short_name, kind=values["kind"])
            proposals.append(proposal)
        return proposals

    def matched(self, context: AdoptionContext, proposal: Proposal, obj: models.Model) -> None:
        mention = proposal.values["mention"]
        context.add_unit(obj, mention)
        known = {obj.name, obj.short_name, *obj.aliases}
        if mention not in known and context.choices.get(proposal.key) == str(obj.pk):
            # a person said so: the next plan need not ask again
            alias_add(obj, mention)

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        return changed_since(rows)

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        values = proposal.values
        mention = values["mention"]
        unit = unit_adopt(
            region=context.region,
            name=values["name"],
            short_name=values["short_name"],
            aliases=[mention] if mention not in (values["name"], values["short_name"]) else [],
            kind=values["kind"],
            simulated=context.simulated,
        )
        context.add_unit(unit, mention)
        return unit
