"""What a chain buys and who delivers it: empty, thin, single-source and outside nodes, and who could fill.

A node here is an item the chain's local firms buy (or one named in a list of nodes). Classes:

* 空白 empty: no supplier known to be local;
* 薄弱 thin: at most ``THIN_SUPPLIERS`` local suppliers, or a local share below ``THIN_SHARE``;
* 单一来源 single-source: one supplier delivers at least ``SINGLE_SHARE`` of the amount;
* 外购为主 outside: more than half of the amount comes from firms known to be outside or abroad.

A node may carry several. The list is a list of questions (why is it bought outside: none here, price,
quality, terms, not known?), not an instruction to buy locally.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianshu.network.firms import IMPORT, OUTSIDE
from lianshu.network.links_trades import Trades, sums_by
from lianshu.network.network import FloatArray
from lianshu.network.tables import Workspace, open_table
from lianshu.network.tables_columns import Column, match_columns, text_of
from lianshu.network.tables_problems import ERROR, InputError, Problem

THIN_SUPPLIERS = 1
THIN_SHARE = 0.3
SINGLE_SHARE = 0.999
EMPTY, THIN, SINGLE, BOUGHT_OUTSIDE = "空白", "薄弱", "单一来源", "外购为主"

NODE_COLUMNS = (
    Column("node", ("环节", "环节名称"), required=True),
    Column("product", ("产品", "商品", "行业"), required=True),
)


@dataclass(frozen=True)
class Gap:
    """One node of a chain.

    amount : what the chain's local firms buy of it; low, high : bounds of the local share; local, outside,
    abroad, unknown : amounts by place of the supplier; largest : position of the largest supplier and
    ``largest_share``; fillers : who could fill it, each with a reason.
    """

    node: str
    item: str
    kinds: tuple[str, ...]
    amount: float
    local: float
    outside: float
    abroad: float
    unknown: float
    low: float
    high: float
    buyers: int
    suppliers: int
    local_suppliers: int
    largest: int | None
    largest_share: float
    fillers: tuple[str, ...]


def read_nodes(work: Workspace, source: str) -> dict[str, str]:
    """Read a list of nodes: product (or sector) code to the name of its node.

    Raises
    ------
    InputError : a cell is empty, or a product stands under two nodes.
    """
    raw = open_table(work, source)
    found = match_columns(raw, NODE_COLUMNS)
    node, product = text_of(raw, found["node"]), text_of(raw, found["product"])
    rows = work.con.execute(f"SELECT _row, {node}, {product} FROM {raw.relation} ORDER BY 1").fetchall()  # noqa: S608
    places = raw.rows_of([int(row[0]) for row in rows])
    problems = raw.report.errors()
    nodes: dict[str, str] = {}
    for record, name, item in rows:
        message = ""
        if not name or not item:
            message = "环节或产品为空"
        elif nodes.setdefault(str(item), str(name)) != name:
            message = "同一产品列在两个环节下"
        if message:
            problems.append(
                Problem("N01", ERROR, raw.label, message, "请更正", places[int(record)], "", f"{name}:{item}")
            )
    if problems:
        raise InputError(problems)
    return nodes


def gaps(trades: Trades, chain: str | None = None, nodes: dict[str, str] | None = None) -> list[Gap]:
    """Nodes of a chain, the largest outside or unknown amounts first.

    Parameters
    ----------
    nodes : item to node name; when given, items outside the list are left out and a listed item nobody
        buys or sells stands as empty with amount 0.
    """
    members = trades.inside(trades.members(chain)) & trades.local
    rows = np.flatnonzero(members[trades.buyer])
    found = []
    seen: set[str] = set()
    for item, part in trades.by_item(rows):
        name = trades.items[item]
        if nodes is not None and name not in nodes:
            continue
        seen.add(name)
        found.append(_gap(trades, (nodes or {}).get(name, name), item, part))
    found += [_silent(trades, node, item) for item, node in (nodes or {}).items() if item not in seen]
    found.sort(key=lambda g: (-(g.amount - g.local), -g.amount, g.item))
    return found


def _gap(trades: Trades, node: str, item: int, rows: NDArray[np.int64]) -> Gap:
    amount = trades.amount[rows]
    place = trades.place[trades.supplier[rows]]
    suppliers, sold = sums_by(trades.supplier[rows], amount)
    total = float(amount.sum())
    by_place = {p: float(amount[place == p].sum()) for p in ("local", "outside", "import", "unknown")}
    local_suppliers = int(trades.local[suppliers].sum())
    top = int(np.argmax(sold))
    low = by_place["local"] / total
    high = (by_place["local"] + by_place["unknown"]) / total
    kinds = []
    if local_suppliers == 0:
        kinds.append(EMPTY)
    elif local_suppliers <= THIN_SUPPLIERS or high < THIN_SHARE:
        kinds.append(THIN)
    if sold[top] / total >= SINGLE_SHARE:
        kinds.append(SINGLE)
    if (by_place["outside"] + by_place["import"]) / total > 0.5:
        kinds.append(BOUGHT_OUTSIDE)
    return Gap(
        node=node,
        item=trades.items[item],
        kinds=tuple(kinds),
        amount=total,
        local=by_place["local"],
        outside=by_place["outside"],
        abroad=by_place["import"],
        unknown=by_place["unknown"],
        low=low,
        high=high,
        buyers=int(np.unique(trades.buyer[rows]).size),
        suppliers=int(suppliers.size),
        local_suppliers=local_suppliers,
        largest=int(suppliers[top]),
        largest_share=float(sold[top] / total),
        fillers=_fillers(trades, item, suppliers, sold),
    )


def _silent(trades: Trades, node: str, item: str) -> Gap:
    """A node of the list that the chain's firms do not buy: empty, unless some local firm sells it."""
    sellers: NDArray = np.zeros(0, dtype=np.int32)
    if item in trades.items:
        sellers = np.unique(trades.supplier[trades.item == trades.items.index(item)])
    local = int(trades.local[sellers].sum())
    kinds = () if local > THIN_SUPPLIERS else (THIN,) if local else (EMPTY,)
    reason = "链接里没有本链企业采购该产品，先核实是否需要或数据未覆盖"
    return Gap(
        node,
        item,
        kinds,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        1.0,
        0,
        int(sellers.size),
        local,
        None,
        0.0,
        (reason,),
    )


def _fillers(
    trades: Trades, item: int, suppliers: NDArray, sold: FloatArray, limit: int = 3
) -> tuple[str, ...]:
    """Who could fill a node: those who sell it to others, those in the same sector, the present suppliers."""
    network = trades.network
    everyone = np.unique(trades.supplier[trades.item == item])
    lines = []
    for firm in [f for f in everyone if f not in set(suppliers.tolist())][:limit]:
        lines.append(f"{network.name(int(firm))}：已向本链以外的企业销售该产品")
    sectors = np.unique(network.sector[suppliers])
    kin = np.flatnonzero(np.isin(network.sector, sectors) & (network.sales > 0))
    kin = kin[~np.isin(kin, everyone)]
    for firm in kin[np.argsort(-network.sales[kin], kind="stable")][:limit]:
        lines.append(f"{network.name(int(firm))}：与现供应商同行业，尚未见其销售该产品")
    away = [
        i
        for i in np.argsort(-np.asarray(sold), kind="stable")
        if trades.place[suppliers[i]] in (OUTSIDE, IMPORT)
    ]
    for i in away[:limit]:
        lines.append(f"{network.name(int(suppliers[i]))}：现供应商，可作为以商招商的对象")
    return tuple(lines[: 2 * limit])
