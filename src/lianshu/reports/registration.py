"""What this room hangs into the shell and the lower rooms' pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from lianshu.core.registries import NavItem, Panel, registry

from . import owing  # noqa: F401 - says what filings owe
from .models import Collection, Filing, Report


def chain_panel(request: Any, chain: Any) -> str:
    rows = Filing.objects.visible_to(request.user).filter(chain=chain).select_related("collection", "unit")
    return render_to_string("reports/panel.html", {"rows": rows.order_by("-collection__due")[:60]}, request)


def search(user: Any, text: str) -> Iterable[tuple[str, str, str]]:
    rows = Report.objects.visible_to(user).filter(Q(title__icontains=text), state=Report.State.ISSUED)[:5]
    found = [(row.title, "报告", reverse("report", args=[row.pk])) for row in rows]
    calls = Collection.objects.visible_to(user).filter(title__icontains=text)[:5]
    return found + [(row.title, "收报", reverse("collection", args=[row.pk])) for row in calls]


registry.navigation.append(
    NavItem(
        "报告",
        "collections",
        "report-analytics",
        100,
        prefixes=("/collections/", "/filings/", "/reports/"),
        children=(NavItem("收报", "collections", order=10), NavItem("报告", "reports", order=20)),
    )
)
registry.navigation.append(
    NavItem("考核评价", "score-sheets", "medal", 90, children=(NavItem("评分表", "score-sheets", order=10),))
)
registry.creators.append(NavItem("收报", "collection-new", "report-analytics", 30, action="hand_out"))
registry.panels.append(Panel("chain", "reports", "报告", chain_panel, 60))
registry.searches.append(search)
