"""The class matrix: how much a buyer's sector needs a supplier's sector (0 negligible, 1 non-essential,
2 essential), joined by sector code, never by position.

The default rule follows Diem et al. 2022: products of the goods sectors are essential to goods
producers, services are non-essential to them, and service firms have no essential input. In GB/T 4754
the goods sectors are the divisions 01-50 (sections A to E).
"""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianshu.network.tables import Workspace, open_table
from lianshu.network.tables_columns import Check, Column, flag_sql, match_columns, tell_flags, text_of
from lianshu.network.tables_problems import ERROR, InputError, Problem, Report

COLUMNS = (
    Column("supplier_sector", ("供方行业", "供应行业"), required=True),
    Column("buyer_sector", ("需方行业", "采购行业", "购方行业"), required=True),
    Column("class", ("级别", "类别", "重要性"), required=True),
)
CHECKS = (
    Check("M01", "supplier_sector", "supplier_sector = ''", "供方行业为空", "请补上行业代码"),
    Check("M02", "buyer_sector", "buyer_sector = ''", "需方行业为空", "请补上行业代码"),
    Check("M03", "class", "class NOT IN ('0', '1', '2')", "级别不是 0、1、2", "0 可忽略，1 一般，2 必需"),
)
LAST_GOODS_DIVISION = 50
DEFAULT_FINGERPRINT, DEFAULT_LABEL = "default-2022", "默认规则（2022）"


@dataclass(frozen=True)
class ClassMatrix:
    """Pairs of sector codes and their class, with the fingerprint of the file they came from."""

    pairs: dict[tuple[str, str], int]
    fingerprint: str
    label: str

    def sectors(self) -> list[str]:
        """All sector codes named, integer codes in numeric order first, then the others by text."""
        return sort_codes({code for pair in self.pairs for code in pair})

    def matrix(self, sectors: Sequence[str], present: Iterable[str]) -> NDArray[np.int8]:
        """Dense (m, m) matrix for ``sectors``, row = supplier, column = buyer.

        Raises
        ------
        InputError : a pair of two sectors that both occur among the firms (``present``) is missing.
        """
        needed = set(present)
        dense = np.zeros((len(sectors), len(sectors)), dtype=np.int8)
        missing: list[tuple[str, str]] = []
        for i, supplier in enumerate(sectors):
            for j, buyer in enumerate(sectors):
                value = self.pairs.get((supplier, buyer))
                if value is not None:
                    dense[i, j] = value
                elif supplier in needed and buyer in needed:
                    missing.append((supplier, buyer))
        if missing:
            problems = [
                Problem(
                    "M05", ERROR, self.label, f"缺少 {a} 供给 {b} 的级别", "请补上该组合", value=f"{a}→{b}"
                )
                for a, b in missing[:1000]
            ]
            raise InputError(problems, len(missing))
        return dense


def sort_codes(codes: Iterable[str]) -> list[str]:
    """Sector codes in a stable order: integers by value ("2" before "10"), then texts."""
    return sorted(set(codes), key=lambda code: (0, int(code), code) if code.isdecimal() else (1, 0, code))


def read_classes(work: Workspace, source: str) -> ClassMatrix:
    """Read a class matrix in long form.

    Raises
    ------
    InputError : any row is wrong; a what-if on half a matrix would mislead, so nothing is set aside.
    """
    raw = open_table(work, source)
    found = match_columns(raw, COLUMNS)
    staged = work.name("staged_classes")
    parts = ", ".join(f'{text_of(raw, found[c.name])} AS "{c.name}"' for c in COLUMNS)
    work.con.execute(
        f"CREATE TABLE {staged} AS SELECT *, {flag_sql(CHECKS)} AS flags FROM (SELECT _row, {parts} FROM {raw.relation})"
    )
    report = Report()
    report.extend(raw.report)
    tell_flags(work, raw, staged, CHECKS, report, found)
    report.raise_errors()
    rows = work.con.execute(
        f'SELECT _row, supplier_sector, buyer_sector, "class" FROM {staged} ORDER BY _row'
    ).fetchall()
    pairs: dict[tuple[str, str], int] = {}
    twice: list[tuple[int, str, str]] = []
    for record, supplier, buyer, value in rows:
        if pairs.setdefault((supplier, buyer), int(value)) != int(value):
            twice.append((int(record), supplier, buyer))
    if twice:
        places = raw.rows_of([record for record, _, _ in twice])
        raise InputError(
            [
                Problem(
                    "M04",
                    ERROR,
                    raw.label,
                    "同一组合给了不同的级别",
                    "只留一行",
                    places[r],
                    found["class"],
                    f"{a}→{b}",
                )
                for r, a, b in twice
            ]
        )
    if not pairs:
        raise InputError([Problem("M06", ERROR, raw.label, "重要性矩阵没有一行", "请核对是否只有表头")])
    return ClassMatrix(pairs, raw.fingerprint, raw.label)


def lost_zero(code: str) -> str:
    """What to do about a code whose leading zero a spreadsheet took for nothing."""
    return f"前面的零可能被电子表格去掉了：请把行业列设为文本，写成 0{code}"


def default_classes(sectors: Iterable[str]) -> ClassMatrix:
    """The class matrix of the 2022 rule over GB/T 4754 codes (``C39``, ``39``, ``3962``).

    Raises
    ------
    InputError : a code does not begin with a GB/T 4754 division, so goods and services cannot be told.
    """
    codes = sort_codes(sectors)
    goods: dict[str, bool] = {}
    wrong: list[Problem] = []
    for code in codes:
        match = re.match(r"^[A-T]?(\d{2})", code)
        if match and 1 <= int(match[1]) <= 97:
            goods[code] = int(match[1]) <= LAST_GOODS_DIVISION
        else:
            message = "不是 GB/T 4754 代码，无法按默认规则分货物与服务"
            remedy = "请用 --essential 给出重要性矩阵"
            if re.fullmatch("[1-9]", code):
                remedy = f"{lost_zero(code)}；不用国民经济行业代码的，{remedy}"
            wrong.append(Problem("M07", ERROR, "行业代码", message, remedy, value=code))
    if wrong:
        raise InputError(wrong)
    pairs = {(a, b): 2 if goods[a] and goods[b] else 1 for a in codes for b in codes}
    return ClassMatrix(pairs, DEFAULT_FINGERPRINT, DEFAULT_LABEL)
