"""Small reference tables that an office supplies as csv or xlsx, read with every error named.

The first row holds the headings. Cells come as text without surrounding blanks; dates of a workbook as
``2027-01-01``, whole numbers without ``.0``. Empty rows are passed over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from lianshu.reference.workbook_extent import WorkbookExtentError, refuse_oversized


@dataclass(frozen=True, slots=True)
class CellError:
    """One thing wrong in a table: ``row`` counts from 1 with the heading row as 1, ``message`` is Chinese."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.row} 行“{self.column}”：{self.message}"


class UserTableError(ValueError):
    """A table cannot be used. ``errors`` holds every bad cell (empty when the file itself is unusable)."""

    def __init__(self, name: str, message: str, errors: Sequence[CellError] = ()) -> None:
        self.errors = tuple(errors)
        listed = "\n".join(str(error) for error in self.errors[:20])
        more = f"\n……共 {len(self.errors)} 处" if len(self.errors) > 20 else ""
        super().__init__(f"{name}：{message}" + (f"\n{listed}{more}" if listed else ""))


def read_user_table(path: Path, required: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Return (row number, cells by heading) for each row of a csv (UTF-8 or GB18030) or xlsx file.

    Raises UserTableError when the file is missing, no table, or lacks a required heading.
    """
    try:
        grid = _workbook(path) if path.suffix.lower() in (".xlsx", ".xlsm", ".xls") else _csv(path)
    except OSError as error:
        raise UserTableError(path.name, f"文件打不开（{error.strerror or error}），请核对路径。") from error
    if not grid:
        raise UserTableError(path.name, "是空表，第一行应为列名。")
    headings = grid[0]
    missing = [name for name in required if name not in headings]
    if missing:
        raise UserTableError(
            path.name, f"缺少列“{'”“'.join(missing)}”，第一行应为列名：{'、'.join(required)}。"
        )
    return [
        (number, dict(zip(headings, cells + [""] * (len(headings) - len(cells)), strict=False)))
        for number, cells in enumerate(grid[1:], start=2)
        if any(cells)
    ]


def _csv(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UserTableError(path.name, "不是 UTF-8 或 GB18030 编码的文本表，请另存为 CSV UTF-8 或 xlsx。")
    try:
        return [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)
        ]
    except csv.Error as error:
        raise UserTableError(path.name, f"不是合规的 CSV（{error}），请另存为 CSV UTF-8 或 xlsx。") from error


def _workbook(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    data = path.read_bytes()
    try:
        refuse_oversized(data)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    except WorkbookExtentError as error:
        raise UserTableError(path.name, f"{error}。") from error
    except (CalamineError, IndexError) as error:
        raise UserTableError(path.name, "不是可读的工作簿，请另存为 xlsx。") from error
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
