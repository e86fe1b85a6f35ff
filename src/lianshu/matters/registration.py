"""What this room hangs into the shell and the lower rooms' pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from lianshu.core.registries import AgendaItem, BoardCell, BoardColumn, NavItem, Panel, registry

from . import ledgers, selectors  # noqa: F401
from .models import Matter
from .views import STEPS


def _agenda_item(matter: Matter, verb: str, today: dt.date) -> AgendaItem:
    light, why = selectors.light_of(matter, today)
    return AgendaItem(
        key=f"matter:{matter.pk}",
        kind="办件",
        title=str(matter),
        url=reverse("matter", args=[matter.pk]),
        verb=verb,
        due=matter.due,
        light=light,
        why=why,
        region=str(matter.region),
        chain=str(matter.chain or ""),
        simulated=matter.simulated,
    )


def agenda(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    return [_agenda_item(matter, STEPS[step][0], today) for matter, step in selectors.waiting_for(user)]


def handed_out(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    rows = selectors.open_matters(user).filter(
        Q(steps__action="交办", steps__actor=user), state__in=(Matter.State.HANDED_OUT, Matter.State.SIGNED)
    )
    return [_agenda_item(matter, "查看", today) for matter in rows.distinct()]


def board_cells(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, BoardCell]:
    cells = {}
    for chain, (count, late, closed) in selectors.counts_by_chain(user, chains, today).items():
        light = "red" if late else "green"
        words = f"在办 {count} 件，超期 {late} 件，已销号 {closed} 件"
        cells[chain] = BoardCell(
            light, count, words, reverse("ledger-list", args=["matters"]) + f"?chain={chain}"
        )
    return cells


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
registry.agenda.append(agenda)
registry.handed_out.append(handed_out)
registry.board.append(BoardColumn("matters", "办件", board_cells, 40))
registry.panels.append(Panel("chain", "matters", "办件", chain_panel, 40, chain_count))
registry.searches.append(search)
registry.counts["matters"] = lambda: Matter._base_manager.count()
