"""Links with products in memory, by firm position: what leaders, gaps, substitutes and resilience read."""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianshu.network.firms import LOCAL, UNKNOWN
from lianshu.network.links_network import UNKNOWN_SECTOR, Loaded
from lianshu.network.network import FloatArray, IntArray, Network
from lianshu.network.tables_problems import fatal


@dataclass(frozen=True)
class Trades:
    """Amounts per supplier, buyer and item over all periods.

    supplier, buyer, item : (e,) positions; amount : (e,); items : names of the items;
    place : (n,) place of each firm; network : the firms and pair-level links.
    """

    network: Network
    supplier: IntArray
    buyer: IntArray
    item: IntArray
    amount: FloatArray
    items: tuple[str, ...]
    place: NDArray[np.str_]
    capacity: FloatArray
    technology: FloatArray
    stock_days: FloatArray

    @cached_property
    def local(self) -> NDArray[np.bool_]:
        """(n,) True for firms known to be local."""
        result: NDArray[np.bool_] = np.asarray(self.place == LOCAL)
        return result

    @cached_property
    def unknown(self) -> NDArray[np.bool_]:
        """(n,) True for firms whose place is unknown."""
        result: NDArray[np.bool_] = np.asarray(self.place == UNKNOWN)
        return result

    def members(self, chain: str | None) -> IntArray:
        """Positions of the firms of a chain, or of all local firms when ``chain`` is None.

        Raises
        ------
        InputError : there is no such chain.
        """
        if chain is None:
            return np.flatnonzero(self.local).astype(np.int32)
        if chain not in self.network.chains:
            known = "、".join(self.network.chains) or "无（企业表没有产业链一列）"
            raise fatal("G01", "产业链", f"没有名为「{chain}」的产业链", f"现有：{known}")
        return np.asarray(self.network.chains[chain], dtype=np.int32)

    def inside(self, members: IntArray) -> NDArray[np.bool_]:
        """(n,) mask of a set of positions."""
        mask = np.zeros(self.network.firm_count, dtype=np.bool_)
        mask[members] = True
        return mask

    def by_item(self, rows: IntArray | NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield item position and the rows of that item, among ``rows``, in item order."""
        order = np.asarray(rows)[np.argsort(self.item[rows], kind="stable")]
        if not order.size:
            return
        cuts = np.flatnonzero(np.diff(self.item[order])) + 1
        for part in np.split(order, cuts):
            yield int(self.item[part[0]]), part


def sums_by(keys: NDArray, amounts: FloatArray) -> tuple[NDArray, FloatArray]:
    """Distinct keys in order and the sum of the amounts of each."""
    distinct, inverse = np.unique(keys, return_inverse=True)
    return distinct, np.bincount(inverse, weights=amounts, minlength=distinct.size).astype(np.float64)


def load_trades(loaded: Loaded) -> Trades:
    """Read the item-level links of a loaded network into arrays, in a fixed order.

    An item is the product, else the sector the link names, else the supplier's sector.
    """
    con, firms = loaded.links.work.con, loaded.firms
    sectors = [sector or UNKNOWN_SECTOR for sector in firms.texts("sector")]
    con.register(
        "firm_positions",
        pa.table(
            {
                "id": pa.array(firms.ids, pa.string()),
                "at": pa.array(range(len(firms.ids)), pa.int32()),
                "own": pa.array(sectors, pa.string()),
            }
        ),
    )
    found: pa.Table = con.sql(
        "SELECT s.at AS supplier, b.at AS buyer, "
        "coalesce(nullif(l.product, ''), nullif(l.sector, ''), s.own) AS item, "
        f"list_sum(list(l.amount ORDER BY l.first_row)) AS amount FROM {loaded.links.table} l "
        "JOIN firm_positions s ON l.supplier = s.id JOIN firm_positions b ON l.buyer = b.id "
        "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).to_arrow_table()
    con.unregister("firm_positions")
    names = found.column("item").to_pylist()
    items, item = np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)
    return Trades(
        network=loaded.network,
        supplier=found.column("supplier").to_numpy().astype(np.int32),
        buyer=found.column("buyer").to_numpy().astype(np.int32),
        item=item.astype(np.int32),
        amount=found.column("amount").to_numpy().astype(np.float64),
        items=tuple(str(name) for name in items),
        place=np.array(firms.texts("place")),
        capacity=firms.numbers("capacity"),
        technology=firms.numbers("technology"),
        stock_days=firms.numbers("stock_days"),
    )
