"""The left navigation: what exists in this installation and the person may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse

from .registries import NavItem, registry
from .scope import may

#: (label, icon) of the first level, in the order of the page
SECTIONS: tuple[tuple[str, str], ...] = (
    ("我的工作", "home"),
    ("看板", "layout-dashboard"),
    ("产业链", "hierarchy-3"),
    ("企业", "building-factory-2"),
    ("项目", "briefcase"),
    ("办件", "inbox"),
    ("目标任务", "target-arrow"),
    ("供需要素", "heart-handshake"),
    ("考核评价", "medal"),
    ("报告", "report-analytics"),
    ("网络分析", "topology-star-3"),
    ("方案文件", "file-text"),
    ("设置", "settings"),
)


@dataclass(slots=True)
class Entry:
    """A navigation entry as the page shows it."""

    label: str
    url: str
    icon: str
    current: bool = False
    children: list[Entry] = field(default_factory=list)

    @property
    def here(self) -> bool:
        """Whether the page itself is this entry, not one of its children."""
        return self.current and not any(child.current for child in self.children)


def _entry(user: Any, item: NavItem, path: str) -> Entry | None:
    if item.action is not None and not may(user, item.action):
        return None
    try:
        url = reverse(item.url_name, args=item.args)
    except NoReverseMatch:
        # a room that is not installed here
        return None
    current = path == url or any(path.startswith(prefix) for prefix in (url, *item.prefixes) if prefix != "/")
    return Entry(item.label, url, item.icon, current)


def menu(user: Any, path: str) -> list[Entry]:
    """The entries of the first level with their children; a section without anything is left out."""
    sections: list[Entry] = []
    for label, icon in SECTIONS:
        heads = [item for item in registry.navigation if item.label == label]
        head = next((entry for item in heads if (entry := _entry(user, item, path))), None)
        items = [child for item in heads for child in item.children]
        items += registry.menu_items.get(label, [])
        children = []
        for item in sorted(items, key=lambda item: item.order):
            if (child := _entry(user, item, path)) and child.url not in {one.url for one in children}:
                children.append(child)
        if head is None and not children:
            continue
        section = head or Entry(label, children[0].url, icon)
        section.icon = section.icon or icon
        _mark_current(section, children, path)
        sections.append(section)
    return sections


def _mark_current(section: Entry, children: list[Entry], path: str) -> None:
    """Only the child with the longest matching address is current; a child makes its section current."""
    matching = [child for child in children if child.current]
    nearest = max(matching, key=lambda child: len(child.url), default=None)
    for child in children:
        child.current = child is nearest
    section.children = children
    section.current = section.current or nearest is not None
