"""Task tables: rows with a task, its units and its time limit, found by the words of the head row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lianshu.policy.lexicon import choice
from lianshu.policy.model import Cell, Table, Text

_TASK = re.compile(rf"^(?:\W*(?:主要|具体|重点|工作)?{choice('units', 'task_column')})")
_LEAD = re.compile(r"牵头|主办|主责")
_SUPPORT = re.compile(r"配合|协办|参与|协助")
_UNIT = re.compile(
    r"(?:责任|牵头|配合|承办|实施|落实|主办|协办|参与|协助).{0,4}(?:单位|部门|主体)|责任分工|责任者|单位|部门"
)
_DUE = re.compile(r"时限|完成时间|时间节点|时间安排|完成期限|进度")
_NUMBER = re.compile(r"序号|编号|^号$")


@dataclass(slots=True)
class TaskRow:
    """One row: offsets of the task's cell in the original text, title, printed number and units by role."""

    start: int
    end: int
    title: str
    number: str = "-"
    section: str = ""
    units: list[tuple[str | None, str]] = field(default_factory=list)
    due: str = ""


def words_of(text: Text, cell: Cell) -> str:
    """The repaired words of a cell, blanks within dropped; the original where the repair dropped them all."""
    span = text.locate(cell.start, cell.end) if cell.end > cell.start else None
    words = text.clean[slice(*span)] if span else text.source.text[cell.start : cell.end]
    return re.sub(r"[\r\t\u3000 ]+", "", words).strip()


def head_words(text: Text, table: Table, row: int = 0) -> dict[int, str]:
    """The words of a head row by column, line breaks dropped."""
    return {c.column: re.sub(r"\s", "", words_of(text, c)) for c in table.cells if c.row == row}


def _head(text: Text, table: Table) -> tuple[int, dict[int, str]] | None:
    """The row (of the first three) whose cells name a task column and a unit column."""
    for row in range(min(3, table.rows)):
        cells = head_words(text, table, row)
        has_task = any(_TASK.match(w) and len(w) <= 10 for w in cells.values())
        if has_task and any(_UNIT.search(w) and len(w) <= 12 for w in cells.values()):
            return row, cells
    return None


def task_rows(text: Text) -> list[TaskRow]:
    """The rows of all task tables in the document, in order; merged task cells give one row."""
    out: list[TaskRow] = []
    for table in text.source.tables:
        found = _head(text, table)
        if found is None:
            continue
        head_row, head = found
        unit_columns = [c for c, w in head.items() if _UNIT.search(w) and not _TASK.match(w)]
        task_columns = [c for c, w in head.items() if _TASK.match(w) and c not in unit_columns]
        task_column = _title_column(table, head_row, task_columns)
        due_columns = [c for c, w in head.items() if _DUE.search(w)]
        number_columns = [c for c, w in head.items() if _NUMBER.search(w)]
        by_row: dict[int, dict[int, Cell]] = {}
        for cell in table.cells:
            if cell.row > head_row:
                by_row.setdefault(cell.row, {})[cell.column] = cell
        last: tuple[int, int] | None = None
        for _, cells in sorted(by_row.items()):
            task = cells.get(task_column)
            title = words_of(text, task) if task else ""
            if task is None or len(title) < 4:
                continue
            if last == (task.start, task.end) and out:
                row = out[-1]
            else:
                row = TaskRow(task.start, task.end, _first_clause(title))
                row.number = (
                    next((words_of(text, cells[c]) for c in number_columns if c in cells), "-") or "-"
                )
                if task_columns[0] != task_column and task_columns[0] in cells:
                    row.section = words_of(text, cells[task_columns[0]])
                out.append(row)
                last = (task.start, task.end)
            for column in unit_columns:
                if column in cells and words_of(text, cells[column]) not in ("", "-", "—", "/"):
                    row.units.append((_role(head[column]), _unit_words(text, cells[column])))
            row.due = row.due or next((words_of(text, cells[c]) for c in due_columns if c in cells), "")
    return out


def _title_column(table: Table, head_row: int, columns: list[int]) -> int:
    """The column that names the row's task: the first whose cells are not shared by several rows (a shared
    cell names the section)."""
    for column in columns:
        spans = [(c.start, c.end) for c in table.cells if c.column == column and c.row > head_row]
        if len(set(spans)) == len(spans):
            return column
    return columns[-1]


def _unit_words(text: Text, cell: Cell) -> str:
    """A unit cell's words with its blanks and line breaks: they part the units."""
    span = text.locate(cell.start, cell.end)
    return text.clean[slice(*span)] if span else text.source.text[cell.start : cell.end]


def _role(head: str) -> str | None:
    if _LEAD.search(head) and not _SUPPORT.search(head):
        return "lead"
    if _SUPPORT.search(head) and not _LEAD.search(head):
        return "support"
    return "responsible"


def _first_clause(title: str) -> str:
    words = re.sub(r"^(?:\d+[.、]|[(（]?[一二三四五六七八九十\d]+[)）、.])", "", title.replace("\n", ""))
    first = re.match(r"[^。;；:：]{4,60}", words)
    return first[0] if first else words[:60]


def same_title(a: str, b: str) -> bool:
    """Whether two titles are one task's: equal or one the beginning of the other, punctuation dropped."""
    a, b = (re.sub(r"\W", "", t) for t in (a, b))
    short, long_ = sorted((a, b), key=len)
    return len(short) >= 6 and long_.startswith(short)
