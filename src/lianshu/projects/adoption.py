"""Projects that a plan names become rows, with the amount and stage the text gives."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from lianshu.enterprises.adoption import find_enterprise
from lianshu.enterprises.models import Enterprise
from lianshu.plans.adoption.context import AdoptionContext
from lianshu.plans.adoption.registry import ORDER, Adopter, Proposal, register_adopter
from lianshu.plans.models import Item

from .models import Project

_STAGES = {
    "谋划": Project.Stage.PLANNED,
    "签约": Project.Stage.SIGNED,
    "开工": Project.Stage.STARTED,
    "建设": Project.Stage.BUILDING,
    "续建": Project.Stage.CONTINUED,
    "投产": Project.Stage.PRODUCING,
}


@register_adopter
class ProjectAdopter(Adopter):
    """Named projects."""

    kind = "projects"
    title = "项目"
    order = ORDER["projects"]
    model = Project

    def propose(self, context: AdoptionContext, item: Item) -> list[Proposal]:
        read = context.values(item)
        name = str(read.get("name") or "").strip()[:160]
        if not name:
            return [Proposal(item, "skip", label=item.label, question="没有名称")]
        values = {
            "name": name,
            "amount": read.get("amount"),
            "unit": read.get("unit") or "",
            "stage": read.get("stage") or "",
        }
        existing = (
            context.earlier(item, Project)
            or Project._base_manager.filter(region=context.region, name=name).first()
        )
        if existing is not None:
            return [Proposal(item, "match", name, values, match_id=existing.pk)]
        return [Proposal(item, "create", name, values)]

    def apply(self, context: AdoptionContext, proposal: Proposal) -> models.Model:
        values = proposal.values
        if proposal.match_id:
            return Project._base_manager.get(pk=proposal.match_id)
        same = Project._base_manager.filter(region=context.region, name=values["name"]).first()
        if same is not None:
            return same
        project = Project(
            region=context.region,
            name=values["name"],
            amount=Decimal(str(values["amount"])) if values["amount"] is not None else None,
            amount_unit=values["unit"] or "亿元",
            stage=_STAGES.get(values["stage"], ""),
            enterprise=self._firm(context, values["name"]),
            plan=context.plan,
            item=proposal.item,
            simulated=context.simulated,
        )
        project.full_clean()
        project.save()
        return project

    @staticmethod
    def _firm(context: AdoptionContext, name: str) -> Enterprise | None:
        exact = find_enterprise(context.region, name)
        if exact is not None:
            return exact
        fits = [
            firm
            for firm in Enterprise._base_manager.filter(region=context.region, plan=context.plan)
            if len(firm.name) >= 3 and name.startswith(firm.name)
        ]
        return max(fits, key=lambda firm: len(firm.name)) if fits else None
