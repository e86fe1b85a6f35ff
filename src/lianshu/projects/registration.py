"""What this room hangs into the shell and the lower rooms' pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from lianshu.core.registries import Panel, registry

from . import adoption, ledgers  # noqa: F401
from .models import Project


def _panel(page: str, order: int) -> Panel:
    def rows_of(user: Any, obj: Any) -> Any:
        return Project.objects.visible_to(user).filter(**{page: obj}).select_related("enterprise")

    def render(request: Any, obj: Any) -> str:
        return render_to_string("projects/panel.html", {"rows": rows_of(request.user, obj)[:100]}, request)

    return Panel(page, "projects", "项目", render, order, lambda user, obj: rows_of(user, obj).count())


def search(user: Any, text: str) -> Iterable[tuple[str, str, str]]:
    rows = Project.objects.visible_to(user).filter(name__icontains=text)[:8]
    return [(row.name, "项目", reverse("ledger-row", args=["projects", row.pk])) for row in rows]


registry.panels.extend(
    _panel(page, order) for page, order in (("chain", 30), ("plan", 80), ("enterprise", 40))
)
registry.searches.append(search)
registry.counts["projects"] = lambda: Project._base_manager.count()
