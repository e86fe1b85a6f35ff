"""What this room hangs on other rooms' pages: panels, agenda, board column, search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from lianshu.core.registries import BoardCell, BoardColumn, NavItem, Panel, registry
from lianshu.core.words import LIGHTS

from . import selectors

_LIMIT = 12


def _rows(user: Any, page: str, obj: Any) -> Any:
    rows = selectors.targets_visible(user)
    if page == "chain":
        return rows.filter(chain=obj)
    if page == "plan":
        return rows.filter(plan=obj)
    if page == "region":
        return rows.filter(region=obj, chain=None, whole=None)
    return rows.filter(unit=obj) | rows.filter(subject_unit=obj)


def _panel(page: str, order: int) -> Panel:
    def render(request: Any, obj: Any) -> str:
        lines = selectors.worst_first(selectors.lines(_rows(request.user, page, obj), timezone.localdate()))
        counts = [(c, sum(line.pace.light == c for line in lines)) for c in LIGHTS]
        more = reverse("targets") + (f"?chain={obj.pk}" if page == "chain" else "")
        context = {"lines": lines, "counts": [pair for pair in counts if pair[1]], "more": more}
        return render_to_string("targets/panel.html", context, request=request)

    return Panel(
        page, "targets", "目标", render, order, count=lambda user, obj: _rows(user, page, obj).count()
    )


def board_cells(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, BoardCell]:
    """A cell per chain: its worst light, how many are behind, of how many."""
    found = {}
    for pk, counts in selectors.lights_by_chain(user, chains, today).items():
        total = sum(counts.values())
        if not total:
            continue
        light = next((colour for colour in ("red", "amber", "green", "grey") if counts.get(colour)), "grey")
        words = f"滞后 {counts['red']}／共 {total}" if counts.get("red") else f"共 {total}"
        url = f"{reverse('targets')}?chain={pk}" + (f"&light={light}" if light in ("red", "amber") else "")
        found[pk] = BoardCell(light, counts.get(light, 0), words, url)
    return found


def search(user: Any, text: str) -> Iterable[tuple[str, str, str]]:
    """Targets by name."""
    rows = selectors.targets_visible(user, background=True).filter(name__icontains=text)
    for target in rows[:_LIMIT]:
        where = f"{target.region}{' · ' + target.chain.name if target.chain_id else ''}"
        yield f"{target.name}（{where}）", "目标", reverse("target-page", args=(target.pk,))


def install() -> None:
    """Register everything; called once from registration."""
    for page, order in (("chain", 40), ("plan", 30), ("unit", 40), ("region", 30)):
        registry.panels.append(_panel(page, order))
    registry.board.append(BoardColumn("targets", "目标", board_cells, 10))
    registry.searches.append(search)
    registry.navigation.append(
        NavItem(
            "目标任务",
            "targets",
            "target-arrow",
            70,
            prefixes=("/targets/", "/tasks/", "/duties/", "/supervision/"),
            children=(
                NavItem("目标进度", "targets", order=10),
                NavItem("填报", "targets-entry", order=12, action="report"),
                NavItem("审定填报数", "values-review", order=14, action="approve"),
                NavItem("承接上级目标", "targets-from-above", order=16, action="edit"),
            ),
        )
    )
    registry.creators.append(NavItem("目标", "ledger-create", "target", 20, action="edit", args=("targets",)))
