"""Plans themselves: their facts, the plan above, ending and deleting them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import recheck, require
from lianshu.plans.models import Plan

#: what a person may correct about a plan
FIELDS = (
    "title",
    "region",
    "kind",
    "doc_no",
    "issuer",
    "issued",
    "published",
    "start_year",
    "end_year",
    "upper",
)


@transaction.atomic
def plan_update(user: Any, plan: Plan, *, values: Mapping[str, Any]) -> Plan:
    """Correct a plan's facts. Raises E1001, E1003 (out of scope afterwards), E2001 (wrong values),
    E3001 (another region while adopted)."""
    require(user, "edit", plan)
    plan = Plan.objects.select_for_update(of=("self",)).select_related("region").get(pk=plan.pk)
    before = audit.snapshot(plan, FIELDS)
    for name in FIELDS:
        if name in values:
            setattr(plan, name, values[name])
    if plan.region.name != before["region"] and plan.status == Plan.Status.ADOPTED:
        raise LianshuError("E3001", what=plan.title, state="已采纳", action="改地区")
    if plan.upper is not None:
        _check_upper(plan)
    try:
        plan.full_clean()
    except ValidationError as error:
        raise invalid(
            *(
                (name, f"{_label(name)}：{text}")
                for name, texts in error.message_dict.items()
                for text in texts
            )
        ) from error
    plan.save()
    recheck(user, plan)
    audit.record(user, "修改", plan, changes=audit.difference(before, audit.snapshot(plan, FIELDS)))
    return plan


def _label(name: str) -> str:
    return str(Plan._meta.get_field(name).verbose_name) if name in FIELDS else "方案"


def _check_upper(plan: Plan) -> None:
    upper = plan.upper
    if upper.region_id == plan.region_id or not plan.region.path.startswith(upper.region.path):
        raise invalid(("upper", "上级方案要选上级地区的方案"))


@transaction.atomic
def plan_delete(user: Any, plan: Plan) -> None:
    """Delete a plan that was not adopted, with its files and items. Raises E1001, E3001."""
    require(user, "delete", plan)
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.adoptions.filter(undone_at=None).exists():
        raise LianshuError("E3001", what=plan.title, state="已采纳", action="删除。请先撤回采纳")
    files = [document.file for document in plan.documents.all()]
    audit.record(user, "删除", plan, changes={"title": [plan.title, None]})
    plan.delete()
    for file in files:
        transaction.on_commit(lambda stored=file: stored.storage.delete(stored.name))
