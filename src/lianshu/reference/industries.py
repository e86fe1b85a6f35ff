"""Industrial classification of the national economy, GB/T 4754-2017.

Packaged: the 20 sections (门类), 97 divisions (大类) and the 179 groups (中类) of manufacturing. The full
official table with its classes (小类) and notes is loaded from the office's own file (:func:`load_industries`).

>>> table = industries()
>>> group = table.get("C383")
>>> group.name, group.level.value, table.path("383")
('电线、电缆、光缆及电工器材制造', '中类', ('C', '38', '383'))
>>> [hit.industry.code for hit in table.search("电子元件", limit=2)]
['398', '397']
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from lianshu.reference import packaged
from lianshu.reference.user_table import CellError, UserTableError, read_user_table

EDITION = "GB/T 4754-2017"


class IndustryLevel(StrEnum):
    """Levels of the classification, by their names in the standard."""

    SECTION = "门类"
    DIVISION = "大类"
    GROUP = "中类"
    CLASS = "小类"


_BY_LENGTH = {
    1: IndustryLevel.SECTION,
    2: IndustryLevel.DIVISION,
    3: IndustryLevel.GROUP,
    4: IndustryLevel.CLASS,
}
_CODE = re.compile(r"(?:[A-T]|[A-T]?\d{2,4})")


class IndustryError(ValueError):
    """No industry bears this code; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Industry:
    """One entry: ``code`` as in the standard (C, 38, 383, 3832), ``parent`` the code above, ``note`` the
    standard's explanation where the table has one."""

    code: str
    name: str
    level: IndustryLevel
    parent: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result. ``score`` from 0 to 1: how much of the query the name covers and the other way round."""

    industry: Industry
    score: float


def normalise_code(code: str) -> str:
    """Return the code as the standard has it: C3832 and 3832 are the same class.

    >>> normalise_code(" c3832 "), normalise_code("C")
    ('3832', 'C')
    """
    text = code.strip().upper()
    if not _CODE.fullmatch(text):
        raise IndustryError(f"行业代码“{code}”格式不对：应为门类字母，或 2 至 4 位数字（可带门类字母）。")
    return text if len(text) == 1 else text.lstrip("ABCDEFGHIJKLMNOPQRST")


class IndustryTable:
    """Entries of one edition by code, by name and in their tree."""

    def __init__(self, entries: Iterable[Industry], edition: str = EDITION) -> None:
        self.edition = edition
        self._by_code = {entry.code: entry for entry in entries}
        self._children: dict[str | None, list[Industry]] = defaultdict(list)
        self._by_name: dict[str, list[Industry]] = defaultdict(list)
        for entry in self._by_code.values():
            self._children[entry.parent].append(entry)
            self._by_name[_plain(entry.name)].append(entry)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Industry]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def get(self, code: str) -> Industry:
        """Return an entry. Raises IndustryError on a malformed or unknown code, or a wrong section letter."""
        entry = self._entry(code)
        letter, section = code.strip().upper()[0], self.path(entry.code)[0]
        if letter.isalpha() and section != letter:
            raise IndustryError(f"行业代码“{code}”的门类应为 {section}，不是 {letter}。")
        return entry

    def _entry(self, code: str) -> Industry:
        entry = self._by_code.get(normalise_code(code))
        if entry is None:
            raise IndustryError(
                f"{self.edition} 表中没有代码“{code}”，请核对；小类需先导入完整的行业分类表。"
            )
        return entry

    def children(self, code: str | None = None) -> list[Industry]:
        """Entries directly below ``code`` (None: the sections)."""
        return list(self._children.get(None if code is None else self.get(code).code, ()))

    def ancestors(self, code: str) -> list[Industry]:
        """Entries above ``code``, the section first."""
        found: list[Industry] = []
        parent = self.get(code).parent
        while parent is not None:
            found.append(self._by_code[parent])
            parent = self._by_code[parent].parent
        return found[::-1]

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from the section down to the entry itself."""
        entry = self._entry(code)
        return (*(self.path(entry.parent) if entry.parent else ()), entry.code)

    def is_within(self, code: str, above: str) -> bool:
        """Whether ``code`` is ``above`` or lies below it."""
        return self.get(above).code in self.path(self.get(code).code)

    def lookup(self, name: str) -> list[Industry]:
        """Entries with just this name, higher levels first (农业 is a division, 教育 a section and a division)."""
        return sorted(self._by_name.get(_plain(name), ()), key=lambda entry: (len(entry.code), entry.code))

    def search(self, query: str, *, limit: int = 10, within: str | None = None) -> list[Hit]:
        """Return the entries whose names share most with ``query``, the best first.

        Names and query are compared by pairs of characters after dropping words that say nothing
        (制造, 加工, 产业链 …). Notes count half: they hold the products' everyday names. A query of one
        character or only empty words finds the names that contain it.
        """
        wanted = _pairs(query)
        hits: list[Hit] = []
        for entry in self:
            if within is not None and not self.is_within(entry.code, within):
                continue
            score = (
                _score(wanted, entry)
                if wanted
                else float(bool(query.strip()) and query.strip() in entry.name)
            )
            if score > 0:
                hits.append(Hit(entry, round(score, 4)))
        return sorted(hits, key=lambda hit: (-hit.score, hit.industry.code))[:limit]


_EMPTY_WORDS = re.compile(
    "制造业|制造|加工业|加工|产业链|产业集群|产业|行业|企业|生产|专用|其他|及|和|与|的|、|业$"
)


def _pairs(text: str) -> frozenset[str]:
    pieces = [piece for piece in _EMPTY_WORDS.sub(" ", _plain(text)).split() if piece]
    return frozenset(
        piece[i : i + 2] for piece in pieces for i in range(max(len(piece) - 1, 1)) if len(piece) > 1
    )


@lru_cache(maxsize=4096)
def _entry_pairs(name: str, note: str) -> tuple[frozenset[str], frozenset[str]]:
    return _pairs(name), _pairs(note)


def _score(wanted: frozenset[str], entry: Industry) -> float:
    name, note = _entry_pairs(entry.name, entry.note)
    shared = len(wanted & name)
    in_name = 2 * shared / (len(wanted) + len(name)) if name else 0.0
    in_note = len((wanted & note) - name) / len(wanted)
    return min(in_name + in_note / 2, 1.0)


def _plain(name: str) -> str:
    """Names compare without blanks and with half-width brackets, which tables write either way."""
    return re.sub(r"\s", "", name).replace("（", "(").replace("）", ")")


@lru_cache(maxsize=1)
def industries() -> IndustryTable:
    """Return the packaged table: sections, divisions, groups of manufacturing."""
    return IndustryTable(
        Industry(row["code"], row["name"], IndustryLevel(row["level"]), row["parent"] or None)
        for row in packaged.rows("gbt4754_2017")
    )


# Headings that offices' tables use for the same thing. The printed standard has one column per level.
_CODE_COLUMNS = ("code", "代码", "行业代码")
_LEVEL_COLUMNS = {"小类": 4, "中类": 3, "大类": 2, "门类": 1}
_NAME_COLUMNS = ("name", "名称", "类别名称", "行业名称")
_NOTE_COLUMNS = ("note", "说明", "注释")


def load_industries(path: Path, edition: str = EDITION) -> IndustryTable:
    """Read a full table from csv or xlsx: a code column, or the four columns 门类 大类 中类 小类, and a name.

    Parents follow from the codes; a division belongs to the section row above it, to its ``parent`` cell,
    or to the packaged table's section. All or nothing: raises UserTableError naming every bad cell
    (malformed or repeated code, no name, no parent in the table).
    """
    rows = read_user_table(path, ())
    headings = set(rows[0][1]) if rows else set()
    name_column = next((c for c in _NAME_COLUMNS if c in headings), None)
    code_columns = [c for c in (*_CODE_COLUMNS, *_LEVEL_COLUMNS) if c in headings]
    if name_column is None or not code_columns:
        raise UserTableError(path.name, "需要“代码”（或“门类”“大类”“中类”“小类”四列）和“名称”两种列。")
    note_column = next((c for c in _NOTE_COLUMNS if c in headings), "")
    entries: dict[str, Industry] = {}
    lines: dict[str, int] = {}
    errors: list[CellError] = []
    section: str | None = None
    for number, row in rows:
        column, raw = next(((c, row[c]) for c in code_columns if row[c]), (code_columns[0], ""))
        try:
            # A workbook that keeps codes as numbers has lost the zero of 0111; its column tells the length.
            code = normalise_code(raw.zfill(_LEVEL_COLUMNS.get(column, 0)) if raw.isdigit() else raw)
        except IndustryError as error:
            errors.append(CellError(number, column, str(error)))
            continue
        if code in entries:
            errors.append(
                CellError(
                    number,
                    column,
                    f"代码“{code}”与第 {lines[code]} 行重复（代码列应存为文本，存为数字会丢掉开头的 0）。",
                )
            )
            continue
        if not row[name_column]:
            errors.append(CellError(number, name_column, f"代码“{code}”没有名称。"))
        level = _BY_LENGTH[len(code)]
        if level is IndustryLevel.SECTION:
            section = code
        parent = _parent(code, level, section, row)
        entries[code] = Industry(code, row[name_column], level, parent, row.get(note_column, ""))
        lines[code] = number
    for code, entry in entries.items():
        if entry.parent is None and entry.level is not IndustryLevel.SECTION:
            errors.append(CellError(lines[code], code_columns[0], f"大类“{code}”不知属于哪个门类。"))
        elif entry.parent is not None and entry.parent not in entries:
            errors.append(
                CellError(lines[code], code_columns[0], f"“{code}”的上级“{entry.parent}”不在表中。")
            )
    if errors:
        errors.sort(key=lambda error: error.row)
        raise UserTableError(path.name, f"有 {len(errors)} 处错误，未导入任何一行。", errors)
    return IndustryTable(entries.values(), edition)


def _parent(code: str, level: IndustryLevel, section: str | None, row: Mapping[str, str]) -> str | None:
    if level is IndustryLevel.SECTION:
        return None
    if level is not IndustryLevel.DIVISION:
        return code[:-1]
    stated = row.get("parent") or row.get("门类") or section
    if stated:
        return stated.strip().upper()
    known = industries()
    return known.get(code).parent if code in known else None
