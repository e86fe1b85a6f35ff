"""Who could deliver in a supplier's place, ranked with reasons.

The order is by what decides a delivery, one criterion after the other: makes the same product rather
than only the same sector; already delivers to this buyer; share of the need its free capacity covers;
distance. Whether a firm is local is never a criterion (公平竞争审查条例: no preference for local supply).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianshu.network.links_trades import Trades
from lianshu.network.network import FloatArray

EARTH_KM = 6371.0088


@dataclass(frozen=True)
class Substitute:
    """A candidate and why it stands where it stands.

    need : amount to be replaced; covers : share of it the candidate's free capacity covers, in [0, 1],
    None when its capacity is unknown; distance_km : None when coordinates are unknown.
    """

    firm: int
    same_product: bool
    connected: bool
    covers: float | None
    distance_km: float | None
    current_sales: float
    reasons: tuple[str, ...]


def distance_km(longitude: FloatArray, latitude: FloatArray, origin: int) -> FloatArray:
    """Great-circle distance of every firm to ``origin`` in km, NaN where a coordinate is unknown."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    half = (
        np.sin((lat - lat[origin]) / 2) ** 2
        + np.cos(lat) * np.cos(lat[origin]) * np.sin((lon - lon[origin]) / 2) ** 2
    )
    result: FloatArray = 2 * EARTH_KM * np.arcsin(np.sqrt(half))
    return result


def substitutes(
    trades: Trades, supplier: int, item: int, buyer: int | None = None, limit: int = 5
) -> list[Substitute]:
    """Rank candidates to deliver ``item`` in place of ``supplier``.

    Parameters
    ----------
    buyer : for this buyer only (its need, its contacts, its distance); None for all its customers.

    Returns
    -------
    At most ``limit`` candidates, best first; ties keep the order of firm ids. Empty when nobody sells the
    product or stands in the supplier's sector.
    """
    network = trades.network
    of_item = trades.item == item
    lost = of_item & (trades.supplier == supplier)
    if buyer is not None:
        lost &= trades.buyer == buyer
    need = float(trades.amount[lost].sum())
    customers = np.unique(trades.buyer[lost])
    sells = np.bincount(trades.supplier[of_item], trades.amount[of_item], network.firm_count)
    total_sales = np.bincount(trades.supplier, trades.amount, network.firm_count)
    served = _customers_served(trades, customers)
    near = _distances(trades, buyer if buyer is not None else supplier)
    same_sector = network.sector == network.sector[supplier]
    wanted = (sells > 0) | (same_sector & (total_sales > 0))
    wanted[supplier] = False
    wanted[customers] = False
    found = [
        _candidate(
            trades,
            int(firm),
            item,
            need,
            float(sells[firm]),
            float(total_sales[firm]),
            served,
            customers,
            near,
        )
        for firm in np.flatnonzero(wanted)
    ]
    found.sort(key=lambda c: (*_order(c), network.firms[c.firm]))
    return found[:limit]


def _order(candidate: Substitute) -> tuple[bool, bool, float, float]:
    covers = candidate.covers if candidate.covers is not None else 0.0
    distance = candidate.distance_km if candidate.distance_km is not None else np.inf
    return (not candidate.same_product, not candidate.connected, -covers, distance)


def _customers_served(trades: Trades, customers: NDArray) -> NDArray[np.int64]:
    """(n,) how many of the customers each firm already sells anything to."""
    hits = np.isin(trades.network.buyer, customers)
    return np.bincount(trades.network.supplier[hits], minlength=trades.network.firm_count)


def _distances(trades: Trades, origin: int) -> FloatArray:
    network = trades.network
    if network.longitude is None or network.latitude is None:
        return np.full(network.firm_count, np.nan)
    return distance_km(network.longitude, network.latitude, origin)


def _candidate(
    trades: Trades,
    firm: int,
    item: int,
    need: float,
    sells: float,
    total_sales: float,
    served: NDArray[np.int64],
    customers: NDArray,
    near: FloatArray,
) -> Substitute:
    unit = trades.network.unit
    reasons = [
        f"同产品：已有「{trades.items[item]}」销售 {sells:,.0f} {unit}"
        if sells > 0
        else "同行业：尚未见其销售该产品，需核实能否生产"
    ]
    if served[firm]:
        reasons.append(f"已供货：与受影响的 {len(customers)} 家中的 {served[firm]} 家已有往来")
    else:
        reasons.append("尚无往来")
    covers: float | None = None
    capacity = trades.capacity[firm]
    if np.isnan(capacity):
        reasons.append("产能未掌握，需询问")
    else:
        spare = max(0.0, float(capacity) - total_sales)
        covers = 1.0 if need <= 0 else min(1.0, spare / need)
        reasons.append(f"富余产能 {spare:,.0f} {unit}，可补缺口的 {covers:.0%}")
    away: float | None = None
    if np.isfinite(near[firm]):
        away = float(near[firm])
        reasons.append(f"距离约 {away:,.0f} 公里")
    return Substitute(firm, sells > 0, bool(served[firm]), covers, away, sells, tuple(reasons))
