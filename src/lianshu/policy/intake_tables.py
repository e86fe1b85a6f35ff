"""Tables inside plain text: rows whose cells stand between bars or tabs, as page extractors print them."""

from __future__ import annotations

import re

from lianshu.policy.model import Cell, Table

_RULE = re.compile(r"[\s|:+=—-]+")
_FEWEST_ROWS = 2


def tables_in_text(text: str) -> tuple[Table, ...]:
    """Tables of a plain text: at least two consecutive rows with the same separator (``|`` or tab), most of
    them with the same number of cells. Rows of dashes between head and body are no rows."""
    if "|" not in text and "\t" not in text:
        return ()
    found: list[Table] = []
    block: list[tuple[int, str]] = []
    mark = ""
    at = 0
    for line in [*text.split("\n"), ""]:
        own = "|" if line.count("|") >= 2 or " | " in line else "\t" if "\t" in line.strip() else ""
        if block and own != mark:
            found += _table(block, mark)
            block = []
        if own:
            mark = own
            block.append((at, line))
        at += len(line) + 1
    return tuple(found)


def _cells(start: int, line: str, mark: str) -> list[tuple[int, int]]:
    """Spans of the cells of a row, without the blanks around their words."""
    spans: list[tuple[int, int]] = []
    begin = 0
    for piece in line.split(mark):
        left = len(piece) - len(piece.lstrip())
        body = piece.strip()
        spans.append((start + begin + left, start + begin + left + len(body)))
        begin += len(piece) + 1
    if mark == "|":  # bars at the edges enclose the row, they divide nothing
        if line.lstrip().startswith("|"):
            spans = spans[1:]
        if line.rstrip().endswith("|"):
            spans = spans[:-1]
    return spans


def _table(block: list[tuple[int, str]], mark: str) -> list[Table]:
    rows = [_cells(start, line, mark) for start, line in block if not _RULE.fullmatch(line)]
    widths = [len(row) for row in rows]
    if len(rows) < _FEWEST_ROWS or max(widths) < 2:
        return []
    common = max(set(widths), key=widths.count)
    if widths.count(common) * 2 < len(widths):
        return []
    cells = [Cell(r, c, a, b) for r, row in enumerate(rows) for c, (a, b) in enumerate(row)]
    first, last = block[0][0], block[-1][0] + len(block[-1][1])
    return [Table(first, last, len(rows), max(widths), tuple(cells))]
