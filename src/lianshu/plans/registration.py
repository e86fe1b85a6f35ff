"""What this room hangs into the shell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from lianshu.core.registries import AgendaItem, NavItem, registry

from . import jobs, selectors  # noqa: F401 - jobs registers its kinds
from .adoption import chains, orgs, units  # noqa: F401 - register the adopters of this room
from .models import Plan


def agenda(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    """Plans read but not adopted yet, for those who may go on with them."""
    for document in selectors.documents_waiting(user):
        plan = document.plan
        ready = document.n_open == 0
        yield AgendaItem(
            key=f"plans.document:{document.pk}",
            kind="方案",
            title=plan.title,
            url=reverse("plan-adopt" if ready else "plan-desk", args=[document.pk]),
            verb="采纳" if ready else "核对",
            light="grey",
            why="条目都已核对，可以采纳" if ready else f"还有 {document.n_open} 条待核",
            region=plan.region.name,
            simulated=plan.simulated,
        )


def search(user: Any, text: str) -> Iterable[tuple[str, str, str]]:
    """Plans by title, number and issuer."""
    for plan in selectors.plans_visible(user, words=text)[:8]:
        yield f"{plan.title}（{plan.region.name}）", "方案", reverse("plan-page", args=[plan.pk])


registry.counts["plans"] = lambda: Plan._base_manager.count()
registry.navigation.append(NavItem("方案文件", "plan-list", "file-text", 110, prefixes=("/plans/",)))
registry.creators.append(NavItem("方案文件", "plan-new", "file-text", 40, action="edit"))
registry.agenda.append(agenda)
registry.searches.append(search)
