"""Builds a ``Source`` line by line, with headings, tables and pages at their offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lianshu.policy import limits
from lianshu.policy.model import Cell, Source, Table

_BLANK = re.compile(r"[\s\u3000]+")


class SourceBuilder:
    """Collects the lines of a document in reading order."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._pages: list[int] = []
        self._headings: list[tuple[int, int, int]] = []
        self._tables: list[Table] = []
        self._cells = 0

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def _append(self, piece: str) -> tuple[int, int]:
        start = self._length
        if start + len(piece) > limits.CHARACTERS:
            raise limits.TooBigError(f"正文超过 {limits.CHARACTERS // 10000} 万字")
        self._parts.append(piece)
        self._length += len(piece)
        return start, self._length

    def page(self) -> None:
        """Begin a page here."""
        self._pages.append(self._length)

    def line(self, text: str, heading: int = 0) -> None:
        """Add a paragraph; ``heading`` is its level from 1, 0 for plain text."""
        start, end = self._append(text)
        if heading and text.strip():
            self._headings.append((start, end, heading))
        self._append("\n")

    def table(self, grid: Sequence[Sequence[tuple[int, str]]]) -> None:
        """Add a table. Each position of the grid holds (identity of the cell, its text): a merged cell
        stands at all its positions with one identity, its text is written once, at the upper left."""
        rows = len(grid)
        columns = max((len(row) for row in grid), default=0)
        if not columns:
            return
        self._cells += sum(map(len, grid))
        if self._cells > limits.ALL_CELLS:
            raise limits.TooBigError(f"表格超过 {limits.ALL_CELLS} 格", "请删去附表后再读")
        start = self._length
        spans: dict[int, tuple[int, int]] = {}
        cells: list[Cell] = []
        for r, row in enumerate(grid):
            for c, (identity, text) in enumerate(row):
                if c:
                    self._append("\t")
                if identity not in spans:
                    spans[identity] = self._append(_BLANK.sub(" ", text).strip())
                cells.append(Cell(r, c, *spans[identity]))
            self._append("\n")
        self._tables.append(Table(start, self._length - 1, rows, columns, tuple(cells)))

    def source(
        self, name: str, format: str, encoding: str | None = None, meta: dict[str, Any] | None = None
    ) -> Source:
        """The finished source."""
        return Source(
            name=name,
            text="".join(self._parts),
            format=format,
            encoding=encoding,
            pages=tuple(self._pages),
            headings=tuple(self._headings),
            tables=tuple(self._tables),
            meta=meta or {},
        )


def span_grid(rows: Sequence[Sequence[tuple[str, int, int]]]) -> list[list[tuple[int, str]]]:
    """Lay cells given as (text, columns spanned, rows spanned) out on a grid, as HTML does. Raises
    :class:`~lianshu.policy.limits.TooBigError` for a table beyond the bounds, before it is laid out."""
    taken: dict[tuple[int, int], tuple[int, str]] = {}
    identity = 0
    for r, row in enumerate(rows):
        c = 0
        for text, wide, high in row:
            while (r, c) in taken:
                c += 1
            identity += 1
            wide, high = max(1, min(wide, 100)), max(1, min(high, len(rows) - r))
            if len(taken) + wide * high > limits.CELLS or c + wide > limits.COLUMNS:
                raise limits.TooBigError(
                    f"表格过大（超过 {limits.COLUMNS} 列或 {limits.CELLS} 格）", "请删去附表后再读"
                )
            for i in range(high):
                for j in range(wide):
                    taken.setdefault((r + i, c + j), (identity, text))
            c += wide
    width = max((c for _, c in taken), default=-1) + 1
    if width * len(rows) > 2 * limits.CELLS:
        raise limits.TooBigError(f"表格过大（超过 {limits.CELLS} 格）", "请删去附表后再读")
    return [[taken.get((r, c), (-(r * width + c) - 1, "")) for c in range(width)] for r in range(len(rows))]
