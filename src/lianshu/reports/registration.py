"""What this room hangs into the shell and the lower rooms' pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from lianshu.core.registries import AgendaItem, BoardCell, BoardColumn, NavItem, Panel, registry
from lianshu.reference.workdays import workdays_between

from .models import Collection, Filing, Report

State = Filing.State
_OWING = (State.OWED, State.RETURNED)


def _light(filing: Filing, today: dt.date) -> str:
    due = filing.collection.due
    if today > due:
        return "red"
    return "amber" if workdays_between(today, due) <= 2 else "green"


def agenda(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    rows = Filing.objects.visible_to(user).filter(
        unit=getattr(user, "unit_id", None) or 0, state__in=_OWING, collection__closed=False
    )
    items = []
    for filing in rows.select_related("collection__region", "chain"):
        items.append(
            AgendaItem(
                key=f"filing:{filing.pk}",
                kind="报送",
                title=filing.collection.title,
                url=reverse("filing", args=[filing.pk]),
                verb="去填",
                due=filing.collection.due,
                light=_light(filing, today),
                # how late it is the clock beside it says
                why=f"被退回：{filing.remark}" if filing.state == State.RETURNED else "",
                region=str(filing.collection.region),
                chain=str(filing.chain or ""),
                simulated=filing.simulated,
            )
        )
    return items


def handed_out(user: Any, today: dt.date) -> Iterable[AgendaItem]:
    items = []
    for collection in Collection.objects.visible_to(user).filter(by=user.pk, closed=False):
        owing = [one for one in collection.filings.select_related("unit") if one.state in _OWING]
        if owing:
            names = "、".join(one.unit.name for one in owing[:4]) + (" 等" if len(owing) > 4 else "")
            items.append(
                AgendaItem(
                    key=f"collection:{collection.pk}",
                    kind="收报",
                    title=f"{collection.title}：{len(owing)} 家未报（{names}）",
                    url=reverse("collection", args=[collection.pk]),
                    verb="催报",
                    due=collection.due,
                    light="red" if today > collection.due else "grey",
                    simulated=collection.simulated,
                )
            )
    return items


def board_cells(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, BoardCell]:
    rows = Filing.objects.visible_to(user).filter(
        chain__in=list(chains), state__in=_OWING, collection__closed=False
    )
    owed: dict[int, list[Filing]] = {}
    for filing in rows.select_related("collection"):
        owed.setdefault(filing.chain_id, []).append(filing)
    cells = {}
    for chain, filings in owed.items():
        late = sum(filing.collection.due < today for filing in filings)
        words = f"欠报 {len(filings)} 份" + (f"，超期 {late} 份" if late else "")
        cells[chain] = BoardCell("red" if late else "amber", len(filings), words, reverse("collections"))
    return cells


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
registry.agenda.append(agenda)
registry.handed_out.append(handed_out)
registry.board.append(BoardColumn("reports", "报送", board_cells, 60))
registry.panels.append(Panel("chain", "reports", "报告", chain_panel, 60))
registry.searches.append(search)
