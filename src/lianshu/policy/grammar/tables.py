"""Target tables: one figure per indicator and year column.

Rules (``policies/SCHEMA.md``, "Tables"): a year column gives ``year:YYYY``, a cell or indicator marked cumulative ``by:YYYY``; a
base year's column is no target; a score sheet is no target table. Tables come from the format itself
(``Source.tables``), or are found in plain text: cells parted by tabs, strokes or runs of blanks, or one cell per line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lianshu.policy.grammar.periods import Calendar
from lianshu.policy.model import Source
from lianshu.reference.numerals import Number, number_or_none
from lianshu.reference.quantity import find_quantities, unit_kinds


@dataclass(frozen=True, slots=True)
class Field:
    """A cell: its text and its place in the original."""

    text: str
    start: int
    end: int


Grid = list[list[Field]]

_YEAR = re.compile(r"(20\d\d)")
_YEAR_LINE = re.compile(r"(?:到)?20\d\d年?(?:度)?(?:目标|目标值|预期|计划|实际|完成|基数|基期|现状)?(?:值)?")
_BASE = re.compile(r"基期|基数|现状|实际|完成|实绩|基准|现值|已达|上年")
_GOAL = re.compile(r"目标|预期|计划|规划|任务数|指标值")
_GROWTH = re.compile(r"年均(?:增长|增速|增幅)?|增长率|增速")
_CUMULATIVE = re.compile(r"累计|〔|\[")
_UNIT_HEAD = re.compile(r"^(?:计量)?单位$")
_NAME_HEAD = re.compile(r"指标|名称|项目|内容|产业链|产业|任务|领域|类型")
_NUMBER_HEAD = re.compile(r"^(?:序号|编号|No\.?|#|类别|分类|属性|备注|性质)$")
_SCORES = re.compile(r"分值|权重|得分|评分|计分|考核")
_BRACKET_UNIT = re.compile(r"[(（]([^()（）]{1,8})[)）]\s*$")
_CELL = re.compile(
    r"[\[〔(（]?(?P<op>[≥≤>＞<＜约]|不低于|不少于|不超过|达到|累计)?\s?\+?(?P<low>\d[\d,]*(?:\.\d+)?)"
    r"(?:\s?[-－–—~～至]\s?(?P<high>\d[\d,]*(?:\.\d+)?))?\s?(?P<unit>[^\d\s,，;；()（）\[\]〔〕以左≥≤]{0,6})"
    r"(?P<after>以上|左右|以内|以下)?[\]〕)）]?(?:[(（]?累计[)）]?)?"
)
_OPS = {"≥": ">=", ">": ">=", "＞": ">=", "不低于": ">=", "不少于": ">=", "达到": ">=", "≤": "<=", "<": "<=", "＜": "<=", "不超过": "<=", "约": "~", "以上": ">=", "左右": "~", "以内": "<=", "以下": "<="}  # fmt: skip
_HEAD_LINE = re.compile(
    r"序号|指标|指标名称|主要指标|名称|单位|计量单位|类别|分类|属性|备注|责任单位|牵头单位|项目|产业链|产业链名称"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure of a target table; ``start``/``end`` reach from the indicator's name to its cell."""

    name: str
    low: Number
    high: Number | None
    unit: str
    op: str
    period: str
    growth: bool
    start: int
    end: int


def _fields(line: str, offset: int, separator: str) -> list[Field]:
    """The cells of a line of text, with their places."""
    out, at = [], 0
    for part in re.split(f"({separator})", line):
        stripped = part.strip(" \u3000|")
        if stripped and not re.fullmatch(separator, part):
            start = offset + at + part.index(stripped)
            out.append(Field(stripped, start, start + len(stripped)))
        at += len(part)
    return out


def _text_grids(text: str) -> Iterator[Grid]:
    """Tables written as lines of plain text whose first line names two or more columns with a year."""
    lines: list[tuple[int, str]] = []
    at = 0
    for line in text.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    i = 0
    while i < len(lines):
        offset, line = lines[i]
        if not _YEAR.search(line):
            i += 1
            continue
        separator = (
            r"\t" if "\t" in line else r"\|" if line.count("|") > 1 else r"[ \u3000]{2,}|(?<=年)[ \u3000]"
        )
        head = _fields(line, offset, separator)
        if (
            len(head) >= 2
            and sum(bool(_YEAR.search(f.text)) and len(f.text) <= 14 for f in head) >= 1
            and _is_head(head)
        ):
            rows, last = [head], i + 1
            while last < len(lines):
                row = _fields(
                    lines[last][1], lines[last][0], separator if separator[0] != "[" else r"[ \u3000]+"
                )
                if not row and not lines[last][1].strip(" \u3000|-:"):
                    last += 1
                    continue
                if len(row) != len(head) or not any(_CELL.fullmatch(f.text) for f in row):
                    if re.fullmatch(r"[\s|:\-]+", lines[last][1]):
                        last += 1
                        continue
                    break
                rows.append(row)
                last += 1
            if len(rows) > 1:
                yield rows
                i = last
                continue
        grid, last = _stacked(lines, i)
        if grid:
            yield grid
        i = max(last, i + 1)


def _is_head(head: Sequence[Field]) -> bool:
    return any(_NAME_HEAD.search(f.text) and len(f.text) <= 10 for f in head)


def _stacked(lines: list[tuple[int, str]], at: int) -> tuple[Grid, int]:
    """A table with one cell per line: the header's lines end with two or more years in a row."""
    if not _YEAR_LINE.fullmatch(lines[at][1].strip()):
        return [], at
    filled = [(offset, line) for offset, line in lines[at:] if line.strip()]
    years = 0
    while years < len(filled) and _YEAR_LINE.fullmatch(filled[years][1].strip()):
        years += 1
    before: list[tuple[int, str]] = []
    for offset, line in reversed(lines[:at]):
        if not line.strip():
            continue
        if not _HEAD_LINE.fullmatch(line.strip()):
            break
        before.insert(0, (offset, line))
    after = 0
    while years + after < len(filled) and _HEAD_LINE.fullmatch(filled[years + after][1].strip()):
        after += 1
    width = len(before) + years + after
    if years < 2 or not before:
        return [], at + years
    cells = [
        Field(line.strip(), o + line.index(line.strip()), o + len(line.rstrip()))
        for o, line in before + filled
    ]
    grid = [cells[:width]]
    for first in range(width, len(cells) - width + 1, width):
        row = cells[first : first + width]
        values = row[len(before) : len(before) + years]
        if any(len(f.text) > 30 for f in row) or not any(_CELL.fullmatch(f.text) for f in values):
            break
        grid.append(row)
    return (grid, at + years) if len(grid) > 1 else ([], at + years)


def grids(source: Source) -> Iterator[Grid]:
    """The tables of a source, as rows of cells; merged cells repeat their text."""
    for table in source.tables:
        rows: dict[int, list[Field]] = {}
        for cell in table.cells:
            text = source.text[cell.start : cell.end].strip()
            rows.setdefault(cell.row, []).append(Field(text, cell.start, cell.end))
        yield [rows[key] for key in sorted(rows)]
    if not source.tables:
        yield from _text_grids(source.text)


def _columns(head: Sequence[Field], calendar: Calendar) -> dict[int, tuple[str, int]]:
    """Per target column its kind (``year``, ``by`` or ``growth``) and year."""
    out: dict[int, tuple[str, int]] = {}
    for i, field in enumerate(head):
        year = _YEAR.search(field.text)
        if _GROWTH.search(field.text):
            out[i] = ("growth", 0)
        elif year and not _BASE.search(field.text):
            number = int(year[1])
            if not calendar.is_past(number) and not (
                calendar.text_year and number < calendar.text_year and not _GOAL.search(field.text)
            ):
                out[i] = ("year", number)
        elif re.search(r"五[”\"]?末", field.text) and calendar.end:
            out[i] = ("by", int(calendar.end))
    return out


def _value(field: Field) -> tuple[Number, Number | None, str, str] | None:
    """Low, high, op and unit of a cell; ``None`` for a dash or words."""
    match = _CELL.fullmatch(field.text.replace("％", "%"))
    if match is None:
        return None
    low = number_or_none(match["low"])
    high = number_or_none(match["high"]) if match["high"] else None
    if low is None or (match["high"] and high is None):
        return None
    op = "range" if high is not None else _OPS.get(match["op"] or match["after"] or "", "=")
    return low, high, op, match["unit"] or ""


def _split_name(text: str) -> tuple[str, str]:
    """The indicator's name and the unit in its brackets, if any."""
    match = _BRACKET_UNIT.search(text)
    if match and (match[1] in unit_kinds() or find_quantities("1" + match[1])):
        return text[: match.start()].strip(), match[1]
    return text, ""


def read_tables(source: Source, calendar: Calendar) -> Iterator[tuple[tuple[int, int], list[Entry]]]:
    """The span of each target table and its figures. Tables without year columns and score sheets are
    left to others."""
    for grid in grids(source):
        if len(grid) < 2 or any(_SCORES.search(f.text) for f in grid[0]):
            continue
        head = grid[0]
        columns = _columns(head, calendar)
        name_at = next(
            (
                i
                for i, f in enumerate(head)
                if i not in columns and _NAME_HEAD.search(f.text) and not _UNIT_HEAD.match(f.text)
            ),
            next(
                (i for i, f in enumerate(head) if i not in columns and not _NUMBER_HEAD.match(f.text)), None
            ),
        )
        if not columns or name_at is None or all(kind == "growth" for kind, _ in columns.values()):
            continue
        unit_at = next((i for i, f in enumerate(head) if _UNIT_HEAD.match(f.text.replace(" ", ""))), None)
        entries = [entry for row in grid[1:] for entry in _row(row, head, columns, name_at, unit_at)]
        if entries:
            cells = [f for row in grid for f in row]
            yield (min(f.start for f in cells), max(f.end for f in cells)), entries


def _row(
    row: Sequence[Field],
    head: Sequence[Field],
    columns: dict[int, tuple[str, int]],
    name_at: int,
    unit_at: int | None,
) -> Iterator[Entry]:
    if len(row) <= name_at or not row[name_at].text or _NAME_HEAD.fullmatch(row[name_at].text):
        return
    field = row[name_at]
    name, unit = _split_name(field.text)
    if unit_at is not None and len(row) > unit_at and row[unit_at].text:
        unit = row[unit_at].text
    for at, (kind, year) in columns.items():
        value = _value(row[at]) if at < len(row) and row[at].start != field.start else None
        if value is None:
            continue
        low, high, op, own_unit = value
        column, column_unit = _split_name(_YEAR.sub("", head[at].text).replace("年", "", 1))
        measured = column_unit and not unit
        cumulative = _CUMULATIVE.search(row[at].text) or "累计" in field.text or kind == "by"
        growth = kind == "growth"
        yield Entry(
            name=name + (column if measured else ""),
            low=low,
            high=high,
            unit="%" if growth else own_unit or unit or column_unit,
            op=op,
            period="annual" if growth else f"by:{year}" if cumulative else f"year:{year}",
            growth=growth,
            start=field.start,
            end=row[at].end,
        )
