"""A document's text cut into pieces for the reading desk: paragraphs and tables, every piece with the items
that rest on it. Pure functions; templates only print what comes out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

#: (start, end, item number, kind)
Span = tuple[int, int, int, str]


@dataclass(slots=True)
class Piece:
    """A run of text with the same items under it; ``kind`` is that of the shortest of them."""

    start: int
    text: str
    items: list[int] = field(default_factory=list)
    kind: str = ""

    @property
    def ids(self) -> str:
        return " ".join(map(str, self.items))


@dataclass(slots=True)
class Cell:
    """A cell of a table, merged ones once."""

    row: int
    column: int
    rows: int
    columns: int
    pieces: list[Piece]


@dataclass(slots=True)
class Block:
    """``kind``: paragraph, heading (with ``level``), table, page (a page begins: ``number``)."""

    kind: str
    start: int
    end: int
    pieces: list[Piece] = field(default_factory=list)
    level: int = 0
    number: int = 0
    table: list[list[Cell]] = field(default_factory=list)


class _Cutter:
    """Cuts any range of the text at the edges of the spans."""

    def __init__(self, text: str, spans: Iterable[Span]) -> None:
        self.text = text
        self.spans = sorted(spans)
        self.edges = sorted({edge for span in self.spans for edge in span[:2]})
        self.starts = [span[0] for span in self.spans]
        self.longest = max((end - start for start, end, _, _ in self.spans), default=0)

    def pieces(self, start: int, end: int) -> list[Piece]:
        inside = self.edges[bisect_right(self.edges, start) : bisect_left(self.edges, end)]
        cuts = [start, *inside, end]
        near = self.spans[bisect_left(self.starts, start - self.longest) : bisect_left(self.starts, end)]
        found = []
        for first, last in zip(cuts, cuts[1:], strict=False):
            if first == last:
                continue
            over = sorted(
                (span for span in near if span[0] <= first and span[1] >= last),
                key=lambda span: (span[1] - span[0], span[2]),
            )
            ids = [span[2] for span in over]
            found.append(Piece(first, self.text[first:last], ids, over[0][3] if over else ""))
        return found


def blocks(
    text: str,
    spans: Iterable[Span],
    *,
    pages: Sequence[int] = (),
    outline: Sequence[dict[str, Any]] = (),
    tables: Sequence[dict[str, Any]] = (),
    broken_lines: bool = False,
) -> list[Block]:
    """The text as blocks in order. Every character that is not white space between blocks is in one piece.

    ``broken_lines``: line ends mean nothing (PDF); full lines are joined with the next one to paragraphs.
    """
    full = _full_line(text) if broken_lines else None
    cutter = _Cutter(text, spans)
    heads = {entry["start"]: entry for entry in outline}
    head_starts = sorted(heads)
    breaks = [(offset, number) for number, offset in enumerate(pages, 1) if number > 1]
    ordered = sorted(tables, key=lambda table: table["start"])
    found: list[Block] = []
    at = 0
    for table in [*ordered, None]:
        stop = table["start"] if table else len(text)
        for match in re.compile(r"[^\n]+").finditer(text, at, max(at, stop)):
            start, end = _trim(text, match.start(), match.end())
            if start == end:
                continue
            while breaks and breaks[0][0] <= start:
                offset, number = breaks.pop(0)
                found.append(Block("page", offset, offset, number=number))
            block = Block("paragraph", start, end, cutter.pieces(start, end))
            place = bisect_left(head_starts, start)
            if place < len(head_starts) and head_starts[place] < end:
                entry = heads[head_starts[place]]
                if entry["end"] - start >= 0.8 * (end - start):
                    block.kind, block.level = "heading", min(4, max(1, int(entry["level"])))
            above = found[-1] if found else None
            if full and above and above.kind == block.kind == "paragraph" and _goes_on(text, above, full):
                above.pieces += block.pieces
                above.end = block.end
            else:
                found.append(block)
        if table is not None and table["start"] >= at:
            found.append(_table(cutter, table))
            at = table["end"]
    return found


def _full_line(text: str) -> int:
    """Length from which a line of this text counts as full: the usual longest, a few characters off."""
    lengths = sorted(len(line.strip()) for line in text.splitlines() if line.strip())
    return max(12, lengths[int(len(lengths) * 0.9)] - 4) if lengths else 12


def _goes_on(text: str, block: Block, full: int) -> bool:
    """Whether a paragraph's last line runs on into the next one."""
    line = text[text.rfind("\n", 0, block.end) + 1 : block.end].strip()
    return len(line) >= full and not line.endswith(("。", "；", "：", "！", "？", ":", ";"))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    line = text[start:end]
    left = len(line) - len(line.lstrip())
    right = len(line) - len(line.rstrip())
    return (start + left, end - right) if left < len(line) else (start, start)


def _table(cutter: _Cutter, table: dict[str, Any]) -> Block:
    """Merged cells stand in the reading once per place they cover; here once, with their extent."""
    places: dict[tuple[int, int], list[tuple[int, int]]] = {}
    empty: list[tuple[int, int, int, int]] = []
    for row, column, start, end in table["cells"]:
        if start == end:
            empty.append((row, column, start, end))
        else:
            places.setdefault((start, end), []).append((row, column))
    cells = [
        Cell(
            min(row for row, _ in spots),
            min(column for _, column in spots),
            max(row for row, _ in spots) - min(row for row, _ in spots) + 1,
            max(column for _, column in spots) - min(column for _, column in spots) + 1,
            cutter.pieces(*span),
        )
        for span, spots in places.items()
    ]
    cells += [Cell(row, column, 1, 1, []) for row, column, _, _ in empty]
    rows: list[list[Cell]] = [[] for _ in range(table["rows"])]
    for cell in sorted(cells, key=lambda one: (one.row, one.column)):
        if cell.row < len(rows):
            rows[cell.row].append(cell)
    return Block("table", table["start"], table["end"], table=rows)
