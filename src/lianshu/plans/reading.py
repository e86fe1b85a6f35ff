"""From a stored file to what the reader understands of it; touches no database."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, replace
from typing import Any

from lianshu.core.errors import LianshuError
from lianshu.policy import reader
from lianshu.policy.intake import SIZE_LIMIT, load, refuse_from_outside
from lianshu.policy.model import Item, Source, UnusableInputError
from lianshu.policy.outline import outline
from lianshu.policy.repair import repair

log = logging.getLogger("lianshu.plans")


@dataclass(frozen=True, slots=True)
class Understood:
    """A document's text, layout and items as they are stored."""

    source: Source
    facts: dict[str, Any]
    items: list[Item]
    outline: list[dict[str, Any]]
    tables: list[dict[str, Any]]
    notes: list[str]
    is_plan: bool


def refuse_unusable(name: str, data: bytes) -> None:
    """Raise E2002/E2003 for a file that can be told from outside not to be readable: empty, too large, of another
    format. It is not opened: that is done in the background, where a file that fills the memory harms nobody."""
    if len(data) > SIZE_LIMIT:
        size, limit = f"{len(data) / 1048576:.0f} MB", f"{SIZE_LIMIT // 1048576} MB"
        raise LianshuError("E2003", name=name, size=size, limit=limit)
    try:
        refuse_from_outside(data, name)
    except UnusableInputError as error:
        raise unusable(name, error) from error


def load_stored(name: str, data: bytes) -> Source:
    """The document as text. Raises E2002 with the cause and what to do."""
    try:
        source = load(data, name)
    except UnusableInputError as error:
        raise unusable(name, error) from error
    if "\0" in source.text:
        # PostgreSQL stores no NUL; a character for a character keeps every offset
        source = replace(source, text=source.text.replace("\0", "\ufffd"))
    return source


def unusable(name: str, error: UnusableInputError) -> LianshuError:
    """The reader's refusal as the catalogue says it."""
    words = str(error).removeprefix(f"{name}：").rstrip("。")
    cause, _, remedy = words.partition("，")
    return LianshuError("E2002", name=name, cause=cause, remedy=f"{remedy}。" if remedy else "请检查文件。")


def understand(source: Source) -> Understood:
    """Read a source: facts, items, headings to jump to. Raises E2002 for a text that is refused."""
    try:
        reading = reader.read(source)
    except UnusableInputError as error:
        raise unusable(source.name, error) from error
    except Exception as error:
        log.exception("%s could not be understood", source.name)
        raise LianshuError(
            "E2002",
            name=source.name,
            cause="读取时程序出错",
            remedy="原文件已保留，请把文件名告诉系统管理员，或另存为 txt 后再传。",
        ) from error
    return Understood(
        source=source,
        facts=reading.facts,
        items=reading.items,
        outline=headings_of(source),
        tables=[
            {
                "start": table.start,
                "end": table.end,
                "rows": table.rows,
                "columns": table.columns,
                "cells": [[cell.row, cell.column, cell.start, cell.end] for cell in table.cells],
            }
            for table in source.tables
        ],
        notes=list(reading.notes),
        is_plan=reading.is_plan,
    )


#: depth of a heading in the outline by the kind of its node
_LEVELS = {"title": 1, "part": 1, "section": 2, "item": 3}


def headings_of(source: Source) -> list[dict[str, Any]]:
    """Headings with offsets into the original text, for the outline to jump by."""
    text = repair(source)
    found = []
    for node in outline(text).root.walk():
        level = _LEVELS.get(node.kind)
        if level is None or not node.heading or node.heading_end <= node.heading_start:
            continue
        start, end = text.span(node.heading_start, node.heading_end)
        found.append(
            {
                "start": start,
                "end": end,
                "level": level,
                "number": node.path,
                "heading": node.heading[:60],
            }
        )
    return found


def day_of(value: Any) -> dt.date | None:
    """A fact's ISO date, or None when it is absent or no day of the calendar."""
    try:
        return dt.date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
