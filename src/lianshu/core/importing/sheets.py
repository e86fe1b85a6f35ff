"""Reading what offices send: workbooks and csv files, with titles above the heads and in any encoding."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from charset_normalizer import from_bytes
from python_calamine import CalamineError, CalamineWorkbook

from lianshu.core.errors import LianshuError
from lianshu.reference.workbook_extent import WorkbookExtentError, refuse_oversized

#: a title, a unit line and a second head may stand above the heads
HEAD_ROWS = 10
LIMIT = 30 * 1024 * 1024
ROW_LIMIT = 200_000


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
    if not data:
        raise LianshuError("E2002", name=name, cause="文件是空的", remedy="请检查后重新选择")
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        tables = _workbook(data, name)
    elif PurePath(name).suffix.lower() in (".xlsx", ".xls", ".et", ".ods"):
        raise LianshuError(
            "E2002",
            name=name,
            cause="内容不是 Excel 工作簿",
            remedy="请用 Excel 或 WPS 打开后另存为 xlsx 再传",
        )
    else:
        tables = [("", _csv(data, name))]
    best: tuple[int, int, Sheet] | None = None
    for order, (title, table) in enumerate(tables):
        found = _with_heads(title, table, known)
        if found is not None:
            score = sum(normal(head) in known for head in found.heads)
            if best is None or score > best[0]:
                best = (score, order, found)
    if best is None:
        raise LianshuError(
            "E2002",
            name=name,
            cause="里面没有表格",
            remedy="请把数据放在一张工作表里，第一行写列名，可先下载模板",
        )
    sheet = best[2]
    if len(sheet.rows) > ROW_LIMIT:
        raise LianshuError("E2003", name=name, size=f"{len(sheet.rows)} 行", limit=f"{ROW_LIMIT} 行")
    return sheet


def normal(head: str) -> str:
    """A head without blanks, stars and the unit in brackets: " 投资额 (亿元)*" → "投资额"."""
    text = "".join(head.split()).replace("(", "（").replace(")", "）").strip("*＊:：")
    return text.partition("（")[0] or text


def _workbook(data: bytes, name: str) -> list[tuple[str, list[list[Any]]]]:
    try:
        refuse_oversized(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            (title, book.get_sheet_by_name(title).to_python(skip_empty_area=False))
            for title in book.sheet_names
        ]
    except WorkbookExtentError as error:
        raise LianshuError(
            "E2002", name=name, cause=str(error), remedy="请用 Excel 或 WPS 另存为 xlsx 后再传"
        ) from error
    except CalamineError as error:
        cause = (
            "加了密码，打不开"
            if "assword" in str(error) or "ncrypt" in str(error)
            else "不是能读的工作簿，或已损坏"
        )
        raise LianshuError(
            "E2002", name=name, cause=cause, remedy="请去掉密码、用 Excel 或 WPS 另存为 xlsx 后再传"
        ) from error


def _csv(data: bytes, name: str) -> list[list[Any]]:
    text = decoded(data, name)
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    sample = "\n".join(lines)
    delimiter = max(",\t;|", key=lambda sign: sample.count(sign))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise LianshuError(
            "E2002", name=name, cause="不是规整的 CSV 表格", remedy="请用 Excel 或 WPS 另存为 xlsx 后再传"
        ) from error


def decoded(data: bytes, name: str) -> str:
    """Text of a csv: UTF-8 (with or without a mark), GB18030, UTF-16, Big5 by what fits."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\x00" in data[:4096]:
        raise LianshuError(
            "E2002", name=name, cause="内容不是表格", remedy="请选择 Excel 工作簿（xlsx）或 CSV 文件"
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    best = from_bytes(data).best()
    if best is None:
        raise LianshuError(
            "E2002", name=name, cause="文字编码认不出来", remedy="请用 Excel 或 WPS 另存为 xlsx 后再传"
        )
    return str(best)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


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
    heads = [_text(value) for value in table[best]]
    while heads and not heads[-1]:
        heads.pop()
    return Sheet(title, heads, table[best + 1 :], best + 2)
