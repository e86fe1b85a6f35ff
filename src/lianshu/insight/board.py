"""看板: chains side by side, a column per kind of work, with who is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lianshu.core.registries import BoardCell, BoardColumn, registry
from lianshu.organisation.models import Chain
from lianshu.reports.models import Report
from lianshu.tasks import selectors as tasks

from .chief import chains_of

_WORST = {"red": 0, "amber": 1, "green": 2, "grey": 3}


@dataclass(slots=True)
class BoardRow:
    """One chain with its cells in the order of the columns (None: nothing there)."""

    chain: Chain
    cells: list[BoardCell | None]
    titles: list[str]

    @property
    def pairs(self) -> list[tuple[str, BoardCell | None]]:
        """(title of the column, cell)."""
        return list(zip(self.titles, self.cells, strict=True))

    @property
    def weight(self) -> tuple[int, int]:
        """For ordering: most red cells first, then most amber ones."""
        lights = [cell.light for cell in self.cells if cell is not None]
        return -lights.count("red"), -lights.count("amber")


@dataclass(slots=True)
class Board:
    """The board of one day for one person."""

    columns: list[BoardColumn]
    rows: list[BoardRow]
    late: list[tuple[str, int]]
    reports: list[Report]

    @property
    def several_regions(self) -> bool:
        return len({row.chain.region_id for row in self.rows}) > 1


def columns() -> list[BoardColumn]:
    """What rooms offer, in order."""
    return sorted(registry.board, key=lambda column: column.order)


def board(user: Any, today: dt.date, *, region_path: str = "", worst: bool = False) -> Board:
    """All chains in sight; the number of queries depends on the columns, not on the chains."""
    rows = chains_of(user)
    if region_path:
        rows = rows.filter(region__path__startswith=region_path)
    chains: Sequence[Chain] = list(rows)
    found = columns()
    cells = [column.cells(user, chains, today) for column in found]
    titles = [column.title for column in found]
    lines = [BoardRow(chain, [column.get(chain.pk) for column in cells], titles) for chain in chains]
    if worst:
        lines.sort(key=lambda line: line.weight)
    lens = {"region_path": region_path}
    late = tasks.late_by_unit(
        tasks.late_tasks(user, today, **lens)[:500],
        tasks.late_occurrences(user, today, **lens)[:500],
        tasks.late_notices(user, today, **lens)[:500],
    )
    reports = Report.objects.visible_to(user).filter(state=Report.State.ISSUED).select_related("region")
    if region_path:
        reports = reports.filter(region__path__startswith=region_path)
    return Board(found, lines, late[:12], list(reports.order_by("-issued_on", "-id")[:6]))
