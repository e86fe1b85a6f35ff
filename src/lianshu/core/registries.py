"""Registries by which higher rooms hang things on lower rooms' pages without being imported by them.

Each room fills them in its ``AppConfig.ready``. Order is by ``order``, then by time of registration.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the navigation. ``action`` is the gate action a person needs to see it (None: all).

    ``label`` is one of the words of :data:`lianshu.core.navigation.SECTIONS` for an entry of the first
    level. ``prefixes`` are further paths at which the entry counts as the current one (its own address
    and those of its children always do). ``args`` are the arguments of ``url_name``.
    """

    label: str
    url_name: str
    icon: str = ""
    order: int = 100
    action: str | None = "view"
    prefixes: tuple[str, ...] = ()
    children: tuple[NavItem, ...] = ()
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of another room's page: ``render(request, obj)`` returns safe HTML or "" for nothing.

    ``page`` names the host page (``chain``, ``plan``, ``enterprise``, ``region``, ``unit``, ``person``), ``key`` is the tab's
    slug, ``count(user, obj)`` an optional number for the tab.
    """

    page: str
    key: str
    title: str
    render: Callable[[Any, Any], str]
    order: int = 100
    count: Callable[[Any, Any], int] | None = None


@dataclass(slots=True)
class AgendaItem:
    """One thing that waits for a person on 我的工作.

    ``light`` is one of red, amber, green, grey; ``due`` a date or None; ``why`` one sentence;
    ``verb`` the label of the button leading to ``url``. ``key`` identifies it across providers.
    """

    key: str
    kind: str
    title: str
    url: str
    verb: str
    due: dt.date | None = None
    light: str = "grey"
    why: str = ""
    region: str = ""
    chain: str = ""
    chain_id: int | None = None
    simulated: bool = False


@dataclass(slots=True)
class BoardCell:
    """A cell of the board (看板): rows are chains, columns what rooms offer."""

    light: str
    count: int
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A column of the board; ``cells(user, chains, today)`` returns {chain id: BoardCell}."""

    key: str
    title: str
    cells: Callable[[Any, Iterable[Any], dt.date], dict[int, BoardCell]]
    order: int = 100


@dataclass(slots=True)
class Registry:
    """All registrations of one running system.

    ``navigation``: entries of the first level; ``menu_items``: section label → entries below it.
    ``searches``: ``(user, text)`` → (label, kind in words, address) of rows the user may see, best first.
    ``standing``: ``(user)`` → sentences that stand on every page of that person and cannot be cleared there.
    ``creators``: entries of 新建 ▾ on 我的工作, shown to whom ``action`` allows.
    ``counts``: the figures of ``lianshu status --json``.
    """

    navigation: list[NavItem] = field(default_factory=list)
    menu_items: dict[str, list[NavItem]] = field(default_factory=dict)
    panels: list[Panel] = field(default_factory=list)
    agenda: list[Callable[[Any, dt.date], Iterable[AgendaItem]]] = field(default_factory=list)
    board: list[BoardColumn] = field(default_factory=list)
    searches: list[Callable[[Any, str], Iterable[tuple[str, str, str]]]] = field(default_factory=list)
    counts: dict[str, Callable[[], int]] = field(default_factory=dict)
    creators: list[NavItem] = field(default_factory=list)
    standing: list[Callable[[Any], Iterable[str]]] = field(default_factory=list)

    def panels_of(self, page: str) -> list[Panel]:
        return sorted((panel for panel in self.panels if panel.page == page), key=lambda panel: panel.order)


registry = Registry()
