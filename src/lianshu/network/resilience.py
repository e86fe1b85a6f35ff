"""The resilience card of a chain: few numbers, each with its definition, and no composite.

Every figure is a property of this chain's own firms and links, so it does not move when another county is
added to the data (entropy-weighted indices do). Shares of unknown things are given as bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianshu.network.cascade import DEFAULT_EPSILON, Cascade
from lianshu.network.firms import IMPORT, OUTSIDE
from lianshu.network.inventory import STOCK_DAYS, final_demand, plan, simulate
from lianshu.network.links_trades import Trades
from lianshu.network.network import FloatArray, NetworkError
from lianshu.network.tables_problems import fatal

CRITICAL_LOSS = 0.03
# The standard disruption of the card: the worst firm closed for a month, half a year followed.
CLOSED_DAYS, HORIZON_DAYS, NORMAL = 30, 180, 0.95

DEFINITIONS = {
    "critical": f"关键少数：单独停产会使本链企业（含自身）合计损失达到 {CRITICAL_LOSS:.0%} 以上的企业，按权重加总，区外企业停产也计入",
    "single_items": "单点环节：本链本地企业采购的产品中，只有一家供应商的产品数；以及“一家企业的一种产品只有一个来源”的采购额占比",
    "substitutable": "可替代性：每一供应商停供时，其供货额中能由其他现有同产品供应商的富余产能补上的部分之和，占本链采购额的比重；"
    "下限把未知产能当作没有富余，上限当作足够",
    "outside": "外部依赖：本链本地企业采购额中来自区外和境外的比重；上限把来源不明的也算在外",
    "imported": "境外依赖：其中来自境外的比重；上限同上",
    "stock": "库存缓冲：申报了库存天数的本地企业按采购额加权的平均库存天数，以及这些企业采购额占本链的比重",
    "recovery": f"恢复：影响最大的一家停产 {CLOSED_DAYS} 天后复产，本链企业合计产出首次低于正常 {NORMAL:.0%} 的日子，"
    f"以及复产后回到并保持 {NORMAL:.0%} 以上所需的天数；库存天数未申报的按 {STOCK_DAYS:.0f} 天",
}


@dataclass(frozen=True)
class Critical:
    """A firm whose closure costs the chain much: share of the chain's weight lost."""

    firm: int
    loss: float


@dataclass(frozen=True)
class SingleSource:
    """A buyer that gets an item from one supplier only; amount in the unit of the links."""

    buyer: int
    item: int
    supplier: int
    amount: float


@dataclass(frozen=True)
class Recovery:
    """The worst firm closed for ``CLOSED_DAYS`` days and the chain's output after it, day by day.

    lowest : least output of the chain's members / normal; below_on : first day (0 = day of the closure)
    under ``NORMAL``, None if never; days_back : days from reopening until output is back above it for
    good, 0 if it never fell, None if not within ``HORIZON_DAYS``; curve : (days,) output / normal.
    """

    firm: int
    lowest: float
    below_on: int | None
    days_back: int | None
    curve: tuple[float, ...]


@dataclass(frozen=True)
class ResilienceCard:
    """Figures of ``DEFINITIONS`` for one chain; bounds are (low, high) shares in [0, 1].

    stock_days : None when nobody declares stock; stock_known : share of purchases it stands for.
    """

    chain: str
    firms: int
    purchases: float
    critical: tuple[Critical, ...]
    single_items: int
    items: int
    single_sources: tuple[SingleSource, ...]
    single_share: float
    substitutable: tuple[float, float]
    outside: tuple[float, float]
    imported: tuple[float, float]
    stock_days: float | None
    stock_known: float
    recovery: Recovery | None
    epsilon: float


def resilience_card(
    trades: Trades, chain: str | None = None, *, epsilon: float = DEFAULT_EPSILON, threads: int | None = None
) -> ResilienceCard:
    """Work out the card of a chain, or of all local firms.

    Raises
    ------
    InputError : the chain does not exist or its local firms buy nothing in the links.
    """
    members = trades.members(chain)
    buyers = trades.inside(members) & trades.local
    rows = np.flatnonzero(buyers[trades.buyer])
    amount = trades.amount[rows]
    total = float(amount.sum())
    name = chain or "全部本地企业"
    if total <= 0:
        raise fatal("G05", name, "本链本地企业在链接里没有采购", "请先补充本链企业的采购链接")
    place = trades.place[trades.supplier[rows]]
    away = float(amount[(place == OUTSIDE) | (place == IMPORT)].sum()) / total
    abroad = float(amount[place == IMPORT].sum()) / total
    unknown = float(amount[trades.unknown[trades.supplier[rows]]].sum()) / total
    singles, single_items, items = _singles(trades, rows)
    stock_days, stock_known = _stock(trades, buyers, total)
    critical = critical_few(trades, members, epsilon=epsilon, threads=threads)
    return ResilienceCard(
        chain=name,
        firms=int(members.size),
        purchases=total,
        critical=critical,
        single_items=single_items,
        items=items,
        single_sources=singles,
        single_share=sum(s.amount for s in singles) / total,
        substitutable=_substitutable(trades, rows, total),
        outside=(away, away + unknown),
        imported=(abroad, abroad + unknown),
        stock_days=stock_days,
        stock_known=stock_known,
        recovery=_recovery(trades, members, critical),
        epsilon=epsilon,
    )


def critical_few(
    trades: Trades,
    members: NDArray[np.int32],
    *,
    least: float = CRITICAL_LOSS,
    epsilon: float = DEFAULT_EPSILON,
    threads: int | None = None,
) -> tuple[Critical, ...]:
    """Firms (anywhere) whose closure loses at least ``least`` of the weight of ``members``, worst first.

    Only firms that deliver to or buy from a member, directly or not, can matter; all that trade are tried.
    """
    network = trades.network
    weight = network.loss_weights[members]
    whole = float(weight.sum())
    if whole <= 0:
        return ()
    active = np.flatnonzero((network.sales > 0) | (network.purchases > 0))
    cascade = Cascade(network, epsilon=epsilon, threads=threads)
    closures = cascade.closures([int(f) for f in active])
    found = []
    for block in cascade.blocks(closures, keep=len(closures)):
        if block.down is None or block.up is None:
            continue
        loss = np.maximum(block.down[:, members], block.up[:, members]) @ weight / whole
        found += [Critical(int(active[block.start + i]), float(v)) for i, v in enumerate(loss) if v >= least]
    return tuple(sorted(found, key=lambda c: (-c.loss, c.firm)))


def _recovery(trades: Trades, members: NDArray[np.int32], critical: tuple[Critical, ...]) -> Recovery | None:
    """None without a critical firm, or where revenue does not tell what is sold outside the links."""
    if not critical:
        return None
    try:
        return recover(trades, members, critical[0].firm)
    except NetworkError:
        return None


def recover(trades: Trades, members: NDArray[np.int32], firm: int) -> Recovery:
    """Close one firm for ``CLOSED_DAYS`` days and watch the output of ``members`` for ``HORIZON_DAYS``.

    Stocks are those declared, ``STOCK_DAYS`` where unknown. Links and revenue are taken as flows of equal
    days; only their proportions matter.

    Raises
    ------
    NetworkError : no firm's revenue exceeds its sales in the links, so final demand is unknown.
    """
    network = trades.network
    stock = np.where(np.isnan(trades.stock_days), STOCK_DAYS, trades.stock_days)
    damage = np.zeros(network.firm_count)
    damage[firm] = 1.0
    demand = final_demand(network)
    # A firm that only buys in the links and declares no revenue stands for final use itself.
    demand = np.where((demand + network.sales <= 0) & (network.purchases > 0), network.purchases, demand)
    course = plan(network, HORIZON_DAYS, stock, recovery="at_once", recovery_days=float(CLOSED_DAYS))
    result = simulate(network, demand, damage, course)
    normal = float(result.normal[members].sum())
    level = result.output[:, members].sum(axis=1) / normal if normal > 0 else np.ones(HORIZON_DAYS)
    below = np.flatnonzero(level < NORMAL)
    last = int(below[-1]) if below.size else -1
    back: int | None = max(0, last + 1 - CLOSED_DAYS)
    return Recovery(
        firm=firm,
        lowest=float(level.min()),
        below_on=int(below[0]) if below.size else None,
        days_back=None if last == HORIZON_DAYS - 1 else back,
        curve=tuple(float(v) for v in level),
    )


def _singles(trades: Trades, rows: NDArray[np.int64]) -> tuple[tuple[SingleSource, ...], int, int]:
    pairs: dict[tuple[int, int], int] = {}
    value: dict[tuple[int, int], float] = {}
    several: set[tuple[int, int]] = set()
    single_items = items = 0
    for item, part in trades.by_item(rows):
        items += 1
        single_items += int(np.unique(trades.supplier[part]).size == 1)
        for row in part:
            key = (int(trades.buyer[row]), item)
            supplier = int(trades.supplier[row])
            if pairs.setdefault(key, supplier) != supplier:
                several.add(key)
            value[key] = value.get(key, 0.0) + float(trades.amount[row])
    singles = [
        SingleSource(buyer, item, supplier, value[buyer, item])
        for (buyer, item), supplier in pairs.items()
        if (buyer, item) not in several
    ]
    return tuple(sorted(singles, key=lambda s: (-s.amount, s.buyer, s.item))), single_items, items


def _substitutable(trades: Trades, rows: NDArray[np.int64], total: float) -> tuple[float, float]:
    n = trades.network.firm_count
    sales = np.bincount(trades.supplier, trades.amount, n)
    spare: FloatArray = np.maximum(trades.capacity - sales, 0.0)
    low = high = 0.0
    for item, part in trades.by_item(rows):
        sellers = np.unique(trades.supplier[trades.item == item])
        known = np.nan_to_num(spare[sellers])
        blank = np.isnan(spare[sellers])
        for supplier in np.unique(trades.supplier[part]):
            lost = float(trades.amount[part][trades.supplier[part] == supplier].sum())
            others = sellers != supplier
            free = float(known[others].sum())
            low += min(lost, free)
            high += lost if bool(blank[others].any()) else min(lost, free)
    return min(low / total, 1.0), min(high / total, 1.0)


def _stock(trades: Trades, buyers: NDArray[np.bool_], total: float) -> tuple[float | None, float]:
    bought = np.bincount(trades.buyer, trades.amount, trades.network.firm_count)
    known = buyers & np.isfinite(trades.stock_days) & (bought > 0)
    covered = float(bought[known].sum())
    if covered <= 0:
        return None, 0.0
    return float(trades.stock_days[known] @ bought[known] / covered), min(covered / total, 1.0)
