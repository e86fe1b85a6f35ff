"""Rows as a workbook or csv an office can edit and send back; formulas in the data stay text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

import xlsxwriter
from django.db import models

from .cells import is_amount, plain
from .declaration import Column, Ledger

#: what a spreadsheet would take for a formula at the beginning of a cell; some fold full-width signs
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def defused(value: Any) -> Any:
    """For csv: text that a spreadsheet would run as a formula gets an apostrophe in front; figures stay.

    So does text that already begins with apostrophes before such a sign: the import desk takes one off again,
    and what comes back is what went out.
    """
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(_FORMULA) else value


def table(ledger: Ledger, columns: list[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The values of rows, column by column."""
    for obj in rows:
        yield [plain(ledger, column, obj) for column in columns]


def csv_bytes(heads: list[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    """A csv in pieces, UTF-8 with a mark so that office programs read Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(heads)
    for number, row in enumerate(rows, 1):
        writer.writerow(["" if value is None else defused(_written(value)) for value in row])
        if number % 500 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _written(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, dt.date) else value


def workbook(
    sheets: Iterable[tuple[str, list[str], Iterable[list[Any]]]],
    *,
    widths: dict[str, float] | None = None,
    notes: dict[str, str] | None = None,
    choices: dict[str, list[str]] | None = None,
    text_heads: Iterable[str] = (),
) -> Any:
    """Write sheets of (title, heads, rows) to a temporary file and return it, open at its start.

    ``notes`` puts a remark on a head, ``choices`` a list to choose from into the cells below it.
    Memory stays flat: rows go to disk as they come.
    """
    target = tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    head_format = book.add_format(
        {"bold": True, "bg_color": "#EEF2F6", "border": 1, "border_color": "#C8D0D9"}
    )
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    as_text = book.add_format({"num_format": "@"})
    # stays text even after somebody edits the cell
    quoted = book.add_format({"quote_prefix": True})
    for title, heads, rows in sheets:
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        for number, head in enumerate(heads):
            form = as_text if head in text_heads else None
            sheet.set_column(
                number, number, (widths or {}).get(head, max(10, min(40, len(head) * 2 + 4))), form
            )
            sheet.write_string(0, number, head, head_format)
            if notes and notes.get(head):
                sheet.write_comment(0, number, notes[head])
            if choices and choices.get(head):
                _offer(sheet, number, choices[head])
        last = 0
        for last, row in enumerate(rows, 1):  # noqa: B007
            _write_row(sheet, last, row, day, moment, quoted)
        if last:
            sheet.autofilter(0, 0, last, len(heads) - 1)
    book.close()
    target.seek(0)
    return target


def _offer(sheet: Any, number: int, words: list[str]) -> None:
    # a workbook takes at most 255 characters of choices in a cell's rule
    if sum(len(word) + 1 for word in words) <= 255:
        sheet.data_validation(
            1,
            number,
            5000,
            number,
            {"validate": "list", "source": words, "ignore_blank": True, "error_type": "warning"},
        )


def _write_row(sheet: Any, number: int, row: list[Any], day: Any, moment: Any, quoted: Any) -> None:
    for place, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, dt.datetime):
            sheet.write_datetime(number, place, value.replace(tzinfo=None), moment)
        elif isinstance(value, dt.date):
            sheet.write_datetime(number, place, dt.datetime(value.year, value.month, value.day), day)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            sheet.write_number(number, place, value)
        else:
            text = str(value)[:32_000]
            # in a workbook the cell's format keeps a formula text; an apostrophe of the text itself is kept by one
            # more, as in a csv, because the import desk takes one off
            text = defused(text) if text.startswith("'") else text
            sheet.write_string(number, place, text, quoted if text.startswith(_FORMULA) else None)


def streamed(rows: models.QuerySet) -> Iterator[Any]:
    """Rows as the database gives them, some at a time: memory stays flat however many there are."""
    return rows.iterator(chunk_size=1000)


def ledger_workbook(ledger: Ledger, columns: list[Column], rows: Iterable[Any]) -> Any:
    """A ledger's rows as a workbook: an open file."""
    heads = [column.head for column in columns]
    widths = {column.head: 14.0 if is_amount(ledger, column) else 22.0 for column in columns}
    return workbook([(ledger.title, heads, table(ledger, columns, rows))], widths=widths)


def ledger_csv(ledger: Ledger, columns: list[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """A ledger's rows as csv in pieces."""
    return csv_bytes([column.head for column in columns], table(ledger, columns, rows))


def write(file: Any, form: str, ledger: Ledger, columns: list[Column], rows: Iterable[Any]) -> None:
    """Write a ledger's rows into an open binary file; ``form`` is xlsx or csv."""
    if form == "xlsx":
        with ledger_workbook(ledger, columns, rows) as book:
            shutil.copyfileobj(book, file)
    else:
        file.writelines(ledger_csv(ledger, columns, rows))
