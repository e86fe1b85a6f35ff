"""What this room hangs into the shell and the lower rooms' pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from lianshu.core.registries import NavItem, Panel, registry
from lianshu.organisation.models import Chain

from . import adoption  # noqa: F401
from .models import Mechanism


def plan_panel(request: Any, plan: Any) -> str:
    rows = Mechanism.objects.visible_to(request.user).filter(plan=plan).prefetch_related("items")
    return render_to_string("chains/plan_panel.html", {"rows": rows}, request)


def search(user: Any, text: str) -> Iterable[tuple[str, str, str]]:
    rows = Chain.objects.visible_to(user).filter(name__icontains=text).select_related("region")[:8]
    return [(f"{row.region} {row}", "产业链", reverse("chain", args=[row.pk])) for row in rows]


registry.navigation.append(
    NavItem(
        "产业链",
        "chains",
        "hierarchy-3",
        30,
        prefixes=("/chains/", "/mechanisms/", "/linkage/", "/chain-items/"),
        children=(
            NavItem("产业链", "chains", order=10),
            NavItem("工作机制", "mechanisms", order=20),
            NavItem("联系包保表", "linkage", order=30),
        ),
    )
)
registry.panels.append(Panel("plan", "mechanisms", "工作机制", plan_panel, 30))
registry.searches.append(search)
