"""Where the items of a reading stand in the original: spans to colour, for a page or a reading desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lianshu.policy.model import Item


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the original with the items that cover it (indexes into the items given, the shortest
    first) and those that begin at its start."""

    start: int
    end: int
    items: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()


def segments(length: int, items: Sequence[Item]) -> list[Segment]:
    """Cut a text of ``length`` characters at every edge of an item. The segments cover the text without
    gap or overlap; items may overlap and nest."""
    edges = sorted({0, length, *(i.start for i in items), *(i.end for i in items)})
    opening: dict[int, list[int]] = {}
    for index, item in enumerate(items):
        if item.start < item.end:
            opening.setdefault(item.start, []).append(index)
    active: list[int] = []
    out: list[Segment] = []
    for start, end in zip(edges, edges[1:], strict=False):
        begins = tuple(opening.get(start, ()))
        active = [index for index in active if items[index].end > start]
        active.extend(begins)
        covering = sorted(active, key=lambda index: (items[index].end - items[index].start, index))
        out.append(Segment(start, end, tuple(covering), begins))
    return out
