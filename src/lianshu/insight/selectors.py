"""Reads behind 我的工作: what waits for a person, in groups by its day, and what he handed out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lianshu.core.registries import AgendaItem, registry
from lianshu.core.scope import may
from lianshu.core.words import ago
from lianshu.obligations import selectors as obligations
from lianshu.obligations.models import Obligation
from lianshu.obligations.sources import Fold, Kind, kind_of

#: agenda groups in the order of the page: key → title
GROUPS: dict[str, str] = {
    "late": "超期",
    "soon": "临期",
    "week": "本周",
    "later": "以后",
    "undated": "未定时限",
}


@dataclass(slots=True)
class Agenda:
    """What waits for one person on one day, by group; ``filings`` counts what is to be filed this month."""

    today: dt.date
    groups: dict[str, list[AgendaItem]] = field(default_factory=lambda: {key: [] for key in GROUPS})
    filings: int = 0

    @property
    def total(self) -> int:
        return sum(len(items) for items in self.groups.values())

    @property
    def shown(self) -> list[tuple[str, str, list[AgendaItem]]]:
        """(key, title, items) of the groups that hold something."""
        return [(key, title, self.groups[key]) for key, title in GROUPS.items() if self.groups[key]]

    @property
    def late(self) -> int:
        return len(self.groups["late"])

    @property
    def soon(self) -> int:
        return len(self.groups["soon"])


def group_of(due: dt.date | None, today: dt.date) -> str:
    """The group of a due day: late, soon (three working days), this week, later, undated."""
    if due is None:
        return "undated"
    if due < today:
        return "late"
    if due <= obligations.soon_day(today):
        return "soon"
    if due <= today + dt.timedelta(days=6 - today.weekday()):
        return "week"
    return "later"


def agenda(user: Any, today: dt.date) -> Agenda:
    """Everything that waits for ``user``, said once each, nearest first."""
    rows = list(obligations.mine(user, today))
    assigns = may(user, "adopt")
    found = _folded(rows, today, lambda kind: kind.fold, keep=lambda row: bool(row.action) and not assigns)
    for provider in registry.agenda:
        found += provider(user, today)
    found.sort(key=lambda item: (item.due is None, item.due or dt.date.max, item.title))
    result = Agenda(today)
    for item in found:
        result.groups[group_of(item.due, today)].append(item)
    month = (today.year, today.month)
    result.filings = sum(
        row.kind in obligations.filing_kinds()
        and row.due is not None
        and (row.due.year, row.due.month) <= month
        for row in rows
    )
    return result


def handed_out(user: Any, today: dt.date) -> list[AgendaItem]:
    """What the person has given to others and is still open: in whose hands, for how long."""
    rows = list(obligations.handed_out(user, today))
    found = _folded(rows, today, lambda kind: kind.fold_given, given=True)
    return sorted(found, key=lambda item: (item.due is None, item.due or dt.date.max, item.title))


def _folded(
    rows: Sequence[Obligation],
    today: dt.date,
    fold_of: Callable[[Kind], Fold | None],
    *,
    given: bool = False,
    keep: Callable[[Obligation], bool] = lambda row: False,
) -> list[AgendaItem]:
    """Rows as lines of the page; rows of one group that fold become one line with the earliest day. ``keep``
    names rows that stay lines of their own."""
    items: list[AgendaItem] = []
    groups: dict[tuple[str, str], list[Obligation]] = {}
    for row in rows:
        if fold_of(kind_of(row.kind)) is None or keep(row):
            items.append(_item(row, today, given=given))
        else:
            groups.setdefault((row.kind, row.group or row.kind), []).append(row)
    for (code, group), together in groups.items():
        fold = fold_of(kind_of(code))
        assert fold is not None  # noqa: S101 - only such rows are grouped
        title, verb, address = fold(together)
        line = _item(together[0], today, given=given)
        line.key, line.title, line.verb, line.url = f"{code}:{group}", title, verb, address
        line.due = min((row.due for row in together if row.due is not None), default=None)
        line.light = obligations.light_of(line.due, today)
        line.simulated = all(row.simulated for row in together)
        if len({row.chain_id for row in together}) > 1:
            line.chain, line.chain_id = "", None
        items.append(line)
    return items


def _item(row: Obligation, today: dt.date, *, given: bool) -> AgendaItem:
    why = row.note
    since = f"，{ago(row.given_on)}交办" if row.given_on else ""
    if given:
        why = f"在{row.unit or row.person or '未定单位'}{since}" + (f"，{row.note}" if row.note else "")
    return AgendaItem(
        key=row.key,
        kind=kind_of(row.kind).word,
        title=row.title,
        url=row.address,
        verb="看" if given else row.verb,
        due=row.due,
        light=obligations.light_of(row.due, today),
        why=why,
        region=str(row.region),
        chain=str(row.chain or ""),
        chain_id=row.chain_id,
        simulated=row.simulated,
    )


def on_chain(items: Iterable[AgendaItem], chain: int) -> list[AgendaItem]:
    """Those of some lines that belong to a chain."""
    return [item for item in items if item.chain_id == chain]
