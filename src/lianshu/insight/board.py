"""看板: chains side by side, a column per kind of work, with who is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lianshu.core.registries import BoardCell, registry
from lianshu.obligations import selectors as obligations
from lianshu.obligations.selectors import Tally
from lianshu.obligations.sources import BoardColumn as Column
from lianshu.obligations.sources import columns, kinds
from lianshu.organisation.models import Chain
from lianshu.reports.models import Report

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

    titles: list[str]
    rows: list[BoardRow]
    late: list[tuple[str, int]]
    reports: list[Report]

    @property
    def several_regions(self) -> bool:
        return len({row.chain.region_id for row in self.rows}) > 1


def _counted(tallies: dict[int, dict[str, Tally]], column: Column) -> dict[int, BoardCell]:
    """A column's cells from the tallies of its kinds."""
    codes = {kind.code for kind in kinds() if kind.column is column}
    cells = {}
    for chain, by_kind in tallies.items():
        tally = Tally()
        for code, one in by_kind.items():
            if code in codes:
                tally.add(one)
        if tally.open:
            cells[chain] = BoardCell(
                tally.light, tally.open, tally.words, column.address(chain, bool(tally.late))
            )
    return cells


def board(user: Any, today: dt.date, *, region_path: str = "", worst: bool = False) -> Board:
    """All chains in sight; the number of queries depends neither on the chains nor on the rooms that owe."""
    rows = chains_of(user)
    if region_path:
        rows = rows.filter(region__path__startswith=region_path)
    chains: Sequence[Chain] = list(rows)
    tallies = obligations.tallies(user, chains, today)
    found = [(one.order, one.title, one.cells(user, chains, today)) for one in registry.board]
    found += [(one.order, one.title, _counted(tallies, one)) for one in columns()]
    found.sort(key=lambda column: column[0])
    titles = [title for _, title, _ in found]
    lines = [BoardRow(chain, [cells.get(chain.pk) for _, _, cells in found], titles) for chain in chains]
    if worst:
        lines.sort(key=lambda line: line.weight)
    late = obligations.late_holders(user, today, region_path=region_path)
    reports = Report.objects.visible_to(user).filter(state=Report.State.ISSUED).select_related("region")
    if region_path:
        reports = reports.filter(region__path__startswith=region_path)
    return Board(titles, lines, late[:12], list(reports.order_by("-issued_on", "-id")[:6]))
