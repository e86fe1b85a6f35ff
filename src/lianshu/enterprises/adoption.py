"""Firms that a plan names become files, with the place the plan gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import models

from lianshu.plans.adoption.context import AdoptionContext
from lianshu.plans.adoption.registry import ORDER, Adopter, Proposal, register_adopter
from lianshu.plans.models import Item

from .models import ChainRole, Enterprise, ServiceLog

_ROLES = {
    "链主": ChainRole.Role.LEAD,
    "龙头": ChainRole.Role.BACKBONE,
    "招引目标": ChainRole.Role.SOUGHT,
    "合作": ChainRole.Role.PARTNER,
}
_SUFFIX = re.compile(r"(?:股份)?(?:有限)?(?:责任)?公司$|集团(?=$|股份|有限)")


def core_name(name: str) -> str:
    """A firm's name without its legal form, to compare names of different length."""
    return _SUFFIX.sub("", re.sub(r"[（(].*?[）)]", "", name)).strip()


def find_enterprise(region: Any, name: str) -> Enterprise | None:
    """The region's firm of that name, short name or alias; None when none or several fit."""
    rows = Enterprise._base_manager.filter(region=region)
    exact = rows.filter(name=name).first()
    if exact is not None:
        return exact
    wanted = core_name(name)
    fits = [
        row
        for row in rows
        if wanted in {core_name(words) for words in (row.name, row.short_name, *row.aliases) if words}
    ]
    return fits[0] if len(fits) == 1 else None


@register_adopter
class EnterpriseAdopter(Adopter):
    """Named firms."""

    kind = "enterprises"
    title = "企业"
    order = ORDER["enterprises"]
    model = Enterprise
    owned = ("chain_roles",)

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        read = context.values(item)
        name = str(read.get("name") or "").strip()[:120]
        if not name:
            return [Proposal(item, "skip", label=item.label, question="没有名称")]
        values = {"name": name, "role": read.get("role") or "", "chain": read.get("chain") or ""}
        existing = context.earlier(item, Enterprise) or find_enterprise(context.region, name)
        if existing is not None:
            return [Proposal(item, "match", name, values, match_id=existing.pk)]
        return [Proposal(item, "create", name, values)]

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        values = proposal.values
        if proposal.match_id:
            firm = Enterprise._base_manager.get(pk=proposal.match_id)
        else:
            sought = values["role"] == "招引目标"
            # two items of one plan may name the same firm
            firm = find_enterprise(context.region, values["name"]) or Enterprise(
                region=context.region,
                name=values["name"],
                state=Enterprise.State.SOUGHT if sought else Enterprise.State.UNKNOWN,
                plan=context.plan,
                item=proposal.item,
                simulated=context.simulated,
            )
        firm.full_clean()
        firm.save()
        chain = context.chain(values["chain"])
        if chain is not None:
            ChainRole.objects.get_or_create(
                enterprise=firm,
                chain=chain,
                defaults={
                    "role": _ROLES.get(values["role"], ChainRole.Role.MEMBER),
                    "source": context.plan.title[:200],
                },
            )
        return firm

    def in_use(self, rows: Sequence[models.Model]) -> dict[Any, str]:
        logged = ServiceLog._base_manager.filter(enterprise__in=rows).order_by().values_list("enterprise")
        return {pk: f"已有 {count} 条服务记录" for pk, count in logged.annotate(n=models.Count("pk"))}
