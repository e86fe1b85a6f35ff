"""What ``lianshu read`` writes: JSON files and a workbook, each complete or not there at all."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lianshu.policy.model import KINDS, Item, Reading
from lianshu.policy.wording import COLUMNS, FACT_NAMES, KIND_NAMES

_PART = re.compile(r"\.lianshu-(\d+)-.*\.part")

Row = list[str]


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A path to write to which becomes ``target`` when the block ends well.

    The file is written beside the target under a hidden name, flushed to disk and renamed, so that a
    reader sees the old file or the whole new one. What a killed process left behind is removed by the
    next one.
    """
    for stale in target.parent.glob(".lianshu-*.part"):
        owner = _PART.fullmatch(stale.name)
        if owner and not _is_running(int(owner[1])):
            with suppress(OSError):
                stale.unlink()
    handle, name = tempfile.mkstemp(prefix=f".lianshu-{os.getpid()}-", suffix=".part", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_json(reading: Reading, target: Path) -> None:
    """Write a reading in the shape of ``Reading.as_dict``."""
    content = {**reading.as_dict(), "is_plan": reading.is_plan, "notes": reading.notes}
    content["reader_version"] = reading.reader_version
    with atomic_path(target) as part:
        part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def item_row(reading: Reading, item: Item) -> Row:
    """The cells of an item behind the document's name: its columns, evidence, confidence, reason, rule."""
    evidence = re.sub(r"\s+", " ", reading.source.text[item.start : item.end])
    values = [value(item.fields) for _, value in COLUMNS[item.kind]]
    return [*values, evidence, f"{item.confidence:.2f}", item.reason, item.rule]


def fact_row(reading: Reading) -> Row:
    """The cells of a document behind its name: its facts, whether it is a plan, notes."""
    facts = ["" if reading.facts.get(key) is None else str(reading.facts[key]) for key in FACT_NAMES]
    return [*facts, "是" if reading.is_plan else "否", "；".join(reading.notes)]


class Workbook:
    """A workbook with one sheet per kind that grows document by document.

    Rows are flushed as they are written. Every cell is a typed string; texts that a spreadsheet could
    take for a formula carry the quote prefix as well, so they stay text when they are edited or copied.
    """

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}
        )
        self._text = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._quoted = self._book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        self._sheets: dict[str, Any] = {}
        self._next: dict[str, int] = {}
        self._add("documents", "文件", [*FACT_NAMES.values(), "是否方案", "提示"])
        for kind in KINDS:
            headers = [header for header, _ in COLUMNS[kind]]
            self._add(kind, KIND_NAMES[kind], [*headers, "原文依据", "可信度", "说明", "规则"])

    def _add(self, key: str, title: str, headers: list[str]) -> None:
        sheet = self._book.add_worksheet(title)
        widths = {
            "原文依据": 60,
            "任务": 40,
            "事项": 40,
            "职责": 40,
            "内容": 40,
            "指标": 36,
            "标题": 50,
            "责任单位": 40,
        }
        for column, header in enumerate(["文件", *headers]):
            sheet.set_column(column, column, widths.get(header, 24 if column == 0 else 14))
        sheet.freeze_panes(1, 1)
        for column, header in enumerate(["文件", *headers]):
            sheet.write_string(0, column, header, self._head)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        self._sheets[key] = sheet
        self._next[key] = 1

    def add(self, key: str, name: str, row: Row) -> None:
        """Add a row to the sheet of a kind, or to ``documents``."""
        at = self._next[key]
        self._next[key] += 1
        for column, value in enumerate([name, *row]):
            text = _printable(value)[:32000]
            risky = text[:1] in ("=", "+", "-", "@", "\t", "\r")
            self._sheets[key].write_string(at, column, text, self._quoted if risky else self._text)

    def close(self) -> None:
        """Finish the file."""
        for key, sheet in self._sheets.items():
            if self._next[key] > 1:
                last = len(FACT_NAMES) + 2 if key == "documents" else len(COLUMNS[key]) + 4
                sheet.autofilter(0, 0, self._next[key] - 1, last)
        self._book.close()


def _printable(value: str) -> str:
    """Without the control characters that XML forbids."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", value)
