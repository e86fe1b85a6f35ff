"""Influence and sensitivity coefficients from an input-output table the user supplies.

With flows Z (supplier row, buyer column) and output x: A = Z / x (columns), L = (I - A)^-1.
Influence (影响力系数) of j = column sum of L / mean column sum: the pull of one unit of final demand for j.
Sensitivity (感应度系数) of i = row sum of L / mean row sum: what i must deliver when every final demand
grows by one unit. Both need two linear solves; L itself is never formed.
"""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import LinAlgError, lu_factor, lu_solve

from lianshu.network.classes import sort_codes
from lianshu.network.network import FloatArray
from lianshu.network.tables import Workspace, open_table
from lianshu.network.tables_columns import Column, match_columns, number_of, text_of
from lianshu.network.tables_problems import ERROR, InputError, Problem, fatal

COLUMNS = (
    Column("supplier_sector", ("供方行业", "供应行业", "投入行业"), required=True),
    Column("buyer_sector", ("需方行业", "采购行业", "使用行业"), required=True),
    Column("amount", ("金额", "流量"), required=True, number=True),
)
FINAL_DEMAND = ("最终使用", "最终需求", "final")


@dataclass(frozen=True)
class IoTable:
    """Sector codes (m), flows Z (m, m) and output x (m,), one unit throughout; fingerprint of the input."""

    sectors: tuple[str, ...]
    flows: FloatArray
    output: FloatArray
    fingerprint: str


def read_io_table(work: Workspace, source: str) -> IoTable:
    """Read an input-output table in long form: supplier sector, buyer sector or 最终使用, amount.

    Raises
    ------
    InputError : a row lacks a code or a number, a cell stands twice, or nothing is final use.
    """
    raw = open_table(work, source)
    found = match_columns(raw, COLUMNS)
    supplier, buyer = text_of(raw, found["supplier_sector"]), text_of(raw, found["buyer_sector"])
    amount = number_of(raw, found["amount"])
    rows = work.con.execute(
        f"SELECT _row, {supplier}, {buyer}, {amount} FROM {raw.relation} ORDER BY 1"
    ).fetchall()
    places = raw.rows_of([int(row[0]) for row in rows])
    problems: list[Problem] = raw.report.errors()
    cells: dict[tuple[str, str], float] = {}
    for record, seller, user, value in rows:
        cell = (str(seller), "" if user in FINAL_DEMAND else str(user))
        message = ""
        if not seller or not user:
            message = "行业代码为空"
        elif value is None or not np.isfinite(value):
            message = "金额不是有限的数"
        elif cell in cells:
            message = "同一格出现两次"
        if message:
            shown = f"{seller}→{user}"
            problems.append(
                Problem("I01", ERROR, raw.label, message, "请更正", places[int(record)], "", shown)
            )
        else:
            cells[cell] = float(value)
    if problems:
        raise InputError(problems)
    sectors = sort_codes({code for cell in cells for code in cell if code})
    if not any(user == "" for _, user in cells):
        raise fatal("I02", raw.label, "没有最终使用的行，无法求总产出", "需方行业填“最终使用”")
    at = {code: i for i, code in enumerate(sectors)}
    flows = np.zeros((len(sectors), len(sectors)))
    final = np.zeros(len(sectors))
    for (seller, user), value in cells.items():
        if user:
            flows[at[seller], at[user]] = value
        else:
            final[at[seller]] = value
    return IoTable(tuple(sectors), flows, flows.sum(axis=1) + final, raw.fingerprint)


def coefficients(flows: ArrayLike, output: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Influence and sensitivity coefficients, each of shape (m,) with mean 1.

    Raises
    ------
    ValueError : shapes differ, an output is not positive though the sector buys, or I - A is singular.
    """
    Z = np.asarray(flows, dtype=np.float64)
    x = np.asarray(output, dtype=np.float64)
    if Z.ndim != 2 or Z.shape[0] != Z.shape[1] or x.shape != (Z.shape[0],):
        raise ValueError(f"流量表应为方阵且与总产出等长，得到 {Z.shape} 与 {x.shape}")
    bad = np.flatnonzero((x <= 0) & (Z.sum(axis=0) > 0))
    if bad.size:
        raise ValueError(f"第 {bad[0] + 1} 个行业有投入却没有总产出，请核对投入产出表")
    A = Z / np.where(x > 0, x, 1.0)
    try:
        with np.errstate(all="raise"):
            factors = lu_factor(np.eye(len(x)) - A)
            ones = np.ones(len(x))
            columns = lu_solve(factors, ones, trans=1)
            rows = lu_solve(factors, ones)
    except (LinAlgError, FloatingPointError) as error:
        raise ValueError("I−A 不可逆，请核对投入产出表") from error
    if not np.isfinite(columns).all() or (columns < 1 - 1e-9).any():
        raise ValueError("投入产出表不成立：某些行业的中间投入不小于总产出")
    return columns / columns.mean(), rows / rows.mean()
