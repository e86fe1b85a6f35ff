"""What this room hangs into the shell and the lower rooms' pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from lianshu.core.registries import NavItem, Panel, registry

from . import ledgers, owing, selectors  # noqa: F401
from .models import Matter


def chain_panel(request: Any, chain: Any) -> str:
    today = timezone.localdate()
    rows = Matter.objects.visible_to(request.user).filter(chain=chain).select_related("enterprise")
    return render_to_string(
        "matters/panel.html",
        {"rows": [(matter, selectors.light_of(matter, today)) for matter in rows[:100]]},
        request,
    )


def chain_count(user: Any, chain: Any) -> int:
    return selectors.open_matters(user).filter(chain=chain).count()


def search(user: Any, text: str) -> Iterable[tuple[str, str, str]]:
    rows = Matter.objects.visible_to(user).filter(Q(number__icontains=text) | Q(title__icontains=text))
    return [(str(row), "办件", reverse("matter", args=[row.pk])) for row in rows[:8]]


registry.navigation.append(NavItem("办件", "matters", "inbox", 60, prefixes=("/matters/",)))
registry.menu_items.setdefault("办件", []).insert(0, NavItem("收件箱", "matters", order=10))
registry.creators.append(NavItem("办件", "matter-new", "inbox", 20, action="report"))
registry.panels.append(Panel("chain", "matters", "办件", chain_panel, 40, chain_count))
registry.searches.append(search)
registry.counts["matters"] = lambda: Matter._base_manager.count()
