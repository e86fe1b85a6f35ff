"""Tables out: csv or a workbook, defused against formula injection, whole or not at all."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from lianshu.network.tables_problems import fatal

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SIMULATED_MARK = "模拟数据：本表由模拟数据算出，不代表任何真实企业"


@dataclass(frozen=True)
class Sheet:
    """A heading row and rows of texts and numbers; ``percent`` names the columns shown as shares."""

    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    percent: Sequence[str] = ()
    note: str = ""


def defused(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def write_sheets(path: Path, sheets: Mapping[str, Sheet], *, simulated: bool = False) -> None:
    """Write one sheet as csv, or all as a workbook, by the suffix of ``path``.

    Raises
    ------
    InputError : the suffix is neither csv nor xlsx, or the folder cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".xlsx"}:
        raise fatal("O01", path.name, "只能写成 csv 或 xlsx", "请改输出文件的扩展名")
    fresh = path.with_name(path.name + ".part")
    try:
        if suffix == ".csv":
            _write_csv(fresh, next(iter(sheets.values())), simulated)
        else:
            _write_book(fresh, sheets, simulated)
        fresh.replace(path)
    except OSError as error:
        raise fatal(
            "O02", path.name, f"写不了文件：{error.strerror}", "请检查文件夹是否存在、是否有权限"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)


def _write_csv(path: Path, sheet: Sheet, simulated: bool) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*sheet.head, *(["说明"] if simulated else [])])
        for row in sheet.rows:
            writer.writerow([*(defused(cell) for cell in row), *(["模拟"] if simulated else [])])


def _write_book(path: Path, sheets: Mapping[str, Sheet], simulated: bool) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    percent = book.add_format({"num_format": "0.0%"})
    number = book.add_format({"num_format": "#,##0.##"})
    mark = book.add_format({"bold": True, "font_color": "#B42318"})
    for name, sheet in sheets.items():
        page = book.add_worksheet(name[:31])
        at = 0
        for text in ([SIMULATED_MARK] if simulated else []) + ([sheet.note] if sheet.note else []):
            page.write_string(at, 0, text, mark if text == SIMULATED_MARK else None)
            at += 1
        for column, title in enumerate(sheet.head):
            page.write_string(at, column, title, bold)
            page.set_column(column, column, _width(title, [row[column] for row in sheet.rows]))
        page.freeze_panes(at + 1, 0)
        for row, cells in enumerate(sheet.rows, start=at + 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, bool):
                    page.write_string(row, column, "是" if cell else "否")
                elif isinstance(cell, (int, float)) and math.isfinite(cell):
                    page.write_number(
                        row, column, cell, percent if sheet.head[column] in sheet.percent else number
                    )
                elif cell is not None and not isinstance(cell, float):
                    page.write_string(row, column, str(cell))
        if simulated:
            page.set_header("&C模拟数据")
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
    book.close()


def _width(title: str, cells: Sequence[Any]) -> float:
    longest = max([len(title) * 2, *(sum(2 if ord(c) > 255 else 1 for c in str(v)) for v in cells[:200])])
    return float(min(max(longest + 2, 8), 60))
