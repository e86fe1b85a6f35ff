"""What calls to file ask of whom (see `lianshu.obligations.sources`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.urls import reverse

from lianshu.obligations.models import Obligation
from lianshu.obligations.sources import BoardColumn, Kind, Owed, declare, source

from .models import Filing

State = Filing.State


def _address(chain: int, late: bool) -> str:
    return f"{reverse('overdue')}?chain={chain}" if late else reverse("collections")


def _owing(rows: Sequence[Obligation]) -> tuple[str, str, str]:
    names = "、".join(dict.fromkeys(str(row.unit) for row in rows[:4])) + (" 等" if len(rows) > 4 else "")
    return f"{rows[0].title}：{len(rows)} 份未报（{names}）", "催报", _call(rows[0])


def _filed(rows: Sequence[Obligation]) -> tuple[str, str, str]:
    if len(rows) == 1:
        return rows[0].title, rows[0].verb, rows[0].address
    return f"{rows[0].title}：{len(rows)} 份待审收", "审收", _call(rows[0])


def _call(row: Obligation) -> str:
    return reverse("collection", args=(row.group.rpartition(":")[2],))


COLUMN = BoardColumn("reports", "报送", 60, _address)
FILING = declare(Kind("filing", "报送", COLUMN, files=True, fold_given=_owing))
FILED = declare(Kind("filed", "审收", fold=_filed))


@source(Filing)
def owed_by_filings(rows: QuerySet, today: dt.date) -> Iterator[Owed]:
    """Filings their units still owe, and those the office has to accept; none of a closed call."""
    waiting = rows.filter(collection__closed=False).exclude(state=State.ACCEPTED)
    for filing in waiting.select_related("collection", "unit"):
        call = filing.collection
        filed = filing.state == State.FILED
        yield Owed(
            f"filing:{filing.pk}",
            FILED if filed else FILING,
            filing,
            region=call.region_id,
            chain=filing.chain_id,
            title=call.title,
            address=reverse("filing", args=(filing.pk,)),
            verb="审收" if filed else "去填",
            unit=None if filed else filing.unit_id,
            action="approve" if filed else "",
            note=f"{filing.unit}报送" if filed else f"被退回：{filing.remark}" if filing.remark else "",
            group=f"collection:{call.pk}",
            due=None if filed else call.due,
            given_by=None if filed else call.by_id,
            simulated=filing.simulated,
        )
