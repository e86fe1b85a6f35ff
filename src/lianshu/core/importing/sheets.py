"""Reading what offices send: workbooks and csv files, with titles above the heads and in any encoding."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from charset_normalizer import from_bytes
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from lianshu.core.errors import LianshuError
from lianshu.reference.workbook_extent import CELL_LIMIT, WorkbookExtentError, refuse_oversized

#: a title, a unit line and a second head may stand above the heads
HEAD_ROWS = 10
LIMIT = 30 * 1024 * 1024
ROW_LIMIT = 200_000
COLUMN_LIMIT = 300
#: rows a sheet of an office program has, empty ones too
SHEET_ROWS = 1_048_576
SHEET_LIMIT = 20
#: characters of a head that are kept
HEAD_LONGEST = 120
#: characters of one line of a csv
_LINE_LIMIT = 1024 * 1024
#: bytes from which an unusual encoding is guessed
_SAMPLE = 200_000
_AGAIN = "请用 Excel 或 WPS 另存为 xlsx 后再传"
#: rows between filled ones are one and the same
_BLANK: list[Any] = []


@dataclass(slots=True)
class Sheet:
    """A table read from a file: heads and rows; ``first`` is the number of the first row in the file."""

    name: str
    heads: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    first: int = 2


def read_sheet(data: bytes, name: str, known: set[str]) -> Sheet:
    """The table of a file; of several sheets the one whose heads are best ``known`` (normalised).

    Raises E2002 with the cause for what cannot be read, E2003 for what is too large.
    """
    refuse_at_once(data, name)
    if _is_workbook(data):
        tables: Iterable[tuple[str, list[list[Any]]]] = _workbook(data, name)
    else:
        tables = [("", _kept_rows(_csv(data, name), name))]
    best: tuple[int, Sheet] | None = None
    for title, table in tables:
        found = _with_heads(title, table, known)
        if found is not None:
            score = sum(normal(head) in known for head in found.heads)
            if best is None or score > best[0]:
                best = (score, found)
    if best is None:
        raise LianshuError(
            "E2002",
            name=name,
            cause="里面没有表格",
            remedy="请把数据放在一张工作表里，第一行写列名，可先下载模板",
        )
    return best[1]


def refuse_at_once(data: bytes, name: str) -> None:
    """What a look at the first bytes tells: raises E2002 for an empty file and for one that is no workbook
    under a workbook's name."""
    if not data:
        raise LianshuError("E2002", name=name, cause="文件是空的", remedy="请检查后重新选择")
    if PurePath(name).suffix.lower() in (".xlsx", ".xls", ".et", ".ods") and not _is_workbook(data):
        raise LianshuError(
            "E2002",
            name=name,
            cause="内容不是 Excel 工作簿",
            remedy="请用 Excel 或 WPS 打开后另存为 xlsx 再传",
        )


def _is_workbook(data: bytes) -> bool:
    return data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _kept_rows(rows: Iterable[list[Any]], name: str) -> list[list[Any]]:
    """The rows without empty cells and rows at their ends; E2003, E2002 beyond the bounds, before more is read."""
    kept: list[list[Any]] = []
    blank = 0
    for number, row in enumerate(rows, 1):
        while row and (row[-1] is None or row[-1] == ""):
            row.pop()
        if not row:
            blank += 1
            if number > SHEET_ROWS:
                raise LianshuError("E2003", name=name, size=f"{SHEET_ROWS} 行以上", limit=f"{ROW_LIMIT} 行")
            continue
        if len(row) > COLUMN_LIMIT:
            raise LianshuError(
                "E2002",
                name=name,
                cause=f"第 {number} 行有 {len(row)} 列，最多 {COLUMN_LIMIT} 列",
                remedy="请只留要导入的列",
            )
        if number > ROW_LIMIT + HEAD_ROWS:
            raise LianshuError("E2003", name=name, size=f"{ROW_LIMIT} 行以上", limit=f"{ROW_LIMIT} 行")
        kept += [_BLANK] * blank
        blank = 0
        kept.append(row)
    return kept


def normal(head: str) -> str:
    """A head without blanks, stars and the unit in brackets: " 投资额 (亿元)*" → "投资额"."""
    text = "".join(head.split()).replace("(", "（").replace(")", "）").strip("*＊:：")
    return text.partition("（")[0] or text


def _workbook(data: bytes, name: str) -> Iterator[tuple[str, list[list[Any]]]]:
    """(title, rows) sheet by sheet: only one is held at a time."""
    try:
        refuse_oversized(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        cells = 0
        for title in book.sheet_names[:SHEET_LIMIT]:
            sheet = book.get_sheet_by_name(title)
            cells += sheet.total_height * sheet.total_width
            if cells > 2 * CELL_LIMIT:
                raise WorkbookExtentError("几张工作表合起来过大，请只留要导入的一张")
            yield title, _kept_rows(_rows(sheet), name)
    except WorkbookExtentError as error:
        raise LianshuError("E2002", name=name, cause=str(error), remedy=_AGAIN) from error
    except CalamineError as error:
        cause = (
            "加了密码，打不开"
            if "assword" in str(error) or "ncrypt" in str(error)
            else "不是能读的工作簿，或已损坏"
        )
        raise LianshuError("E2002", name=name, cause=cause, remedy=f"请去掉密码、{_AGAIN[1:]}") from error
    except BaseException as error:
        # a reader written in Rust that meets what it thought impossible raises this past every `except Exception`
        if type(error).__name__ != "PanicException":
            raise
        raise LianshuError("E2002", name=name, cause="内容有错，读不下去", remedy=_AGAIN) from error


def _rows(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """Rows from the sheet's first row and column on, empty ones too."""
    left = sheet.start[1] if sheet.start else 0
    for row in sheet.iter_rows():
        yield [None] * left + row if left else row


def _csv(data: bytes, name: str) -> Iterator[list[Any]]:
    text = decoded(data, name)
    lines = [line for line in itertools.islice(io.StringIO(text, newline=None), 20) if line.strip()]
    sample = "\n".join(lines)
    delimiter = max(",\t;|", key=lambda sign: sample.count(sign))
    try:
        yield from csv.reader(_short_lines(text, name), delimiter=delimiter)
    except csv.Error as error:
        raise LianshuError("E2002", name=name, cause="不是规整的 CSV 表格", remedy=_AGAIN) from error


def _short_lines(text: str, name: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > _LINE_LIMIT:
            raise LianshuError("E2002", name=name, cause=f"第 {number} 行太长", remedy=_AGAIN)
        yield line


def decoded(data: bytes, name: str) -> str:
    """Text of a csv: UTF-8 (with or without a mark), GB18030, UTF-16, Big5 by what fits."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in data[:4096]:
        raise LianshuError(
            "E2002", name=name, cause="内容不是表格", remedy="请选择 Excel 工作簿（xlsx）或 CSV 文件"
        )
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding)
    best = from_bytes(data[:_SAMPLE]).best() if encodings != ["utf-16"] else None
    if best is not None:
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            return data.decode(best.encoding)
    raise LianshuError("E2002", name=name, cause="文字编码认不出来", remedy=_AGAIN)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _head(value: Any) -> str:
    """A head as it is shown and remembered: on one line, without characters that cannot be seen."""
    text = _text(value)[: HEAD_LONGEST * 4]
    return "".join(sign for sign in text if sign.isprintable() or sign == " ")[:HEAD_LONGEST]


def _with_heads(title: str, table: list[list[Any]], known: set[str]) -> Sheet | None:
    """Find the row of heads: the one with most known heads, else the first with at least two words."""
    best, best_score = None, 0
    for number, row in enumerate(table[:HEAD_ROWS]):
        texts = [_text(value) for value in row]
        score = sum(normal(text) in known for text in texts if text)
        if score > best_score:
            best, best_score = number, score
    if best is None:
        filled = (number for number, row in enumerate(table) if sum(bool(_text(value)) for value in row) >= 2)
        best = next(filled, None)
        if best is None:
            best = next(
                (number for number, row in enumerate(table) if any(_text(value) for value in row)), None
            )
    if best is None:
        return None
    heads = [_head(value) for value in table[best]]
    while heads and not heads[-1]:
        heads.pop()
    return Sheet(title, heads, table[best + 1 :], best + 2)
