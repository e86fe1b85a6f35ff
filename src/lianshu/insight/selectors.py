"""Reads behind 我的工作: the agenda gathered from all rooms, sorted into groups."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from lianshu.core.registries import AgendaItem, registry
from lianshu.core.words import SOON_WORKDAYS
from lianshu.reference.workdays import add_workdays

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
    if due <= add_workdays(today, SOON_WORKDAYS):
        return "soon"
    if due <= today + dt.timedelta(days=6 - today.weekday()):
        return "week"
    return "later"


def _sorted(items: dict[str, AgendaItem]) -> list[AgendaItem]:
    return sorted(items.values(), key=lambda item: (item.due is None, item.due or dt.date.max, item.title))


def agenda(user: Any, today: dt.date) -> Agenda:
    """Everything that waits for ``user``, said once each, ordered by due day."""
    found: dict[str, AgendaItem] = {}
    for provider in registry.agenda:
        for item in provider(user, today):
            found.setdefault(item.key, item)
    result = Agenda(today)
    for item in _sorted(found):
        result.groups[group_of(item.due, today)].append(item)
        if item.kind in FILINGS and item.due and (item.due.year, item.due.month) <= (today.year, today.month):
            result.filings += 1
    return result


#: kinds of agenda entries that ask for a figure or a report
FILINGS = frozenset({"填报", "报送"})


def handed_out(user: Any, today: dt.date) -> list[AgendaItem]:
    """What the person has given to others and is still open: in whose hands, for how long."""
    found: dict[str, AgendaItem] = {}
    for provider in registry.handed_out:
        for item in provider(user, today):
            found.setdefault(item.key, item)
    return _sorted(found)
