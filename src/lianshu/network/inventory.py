"""Production with stocks, day by day: how long a shelf lasts and what a larger one buys.

The model of Hallegatte (2008) as simulated by Inoue and Todo (2019): firms keep stocks of each input for a
number of days, pool suppliers of one product, order to refill, and deliver less than ordered when they
cannot produce enough. Amounts are flows per day in any unit; only their proportions matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianshu.network.inventory_rationing import ration_in_rounds, ration_to_level
from lianshu.network.network import FloatArray, IntArray, Network, NetworkError

PROPORTIONAL, WATER_FILLING, LEVEL = "proportional", "water_filling", "level"
RATIONINGS = (PROPORTIONAL, WATER_FILLING, LEVEL)
RECOVERIES = ("none", "linear", "at_once", "exponential")
REFILL_DAYS = 6.0
STOCK_DAYS = 15.0
SHORT = 1e-6  # relative: output this far below what demand and capacity allow counts as held back by a stock


@dataclass(frozen=True)
class Plan:
    """What is assumed of a simulation.

    Attributes:
        days: number of days simulated.
        stock_days: (n,) target stock of every input, in days of normal use.
        rationing: `proportional` (everybody gets the same share of the order), `level` (everybody is raised
            to the same share of normal deliveries, so small orders are served in full), or `water_filling`
            (the same in rounds, with the slips of the published program, to compare with its figures).
        refill_days: days over which a missing stock is reordered (τ).
        recovery: damage stays (`none`), falls evenly over `recovery_days` (`linear`), ends after them
            (`at_once`), or fades as exp(−t / recovery_days) (`exponential`).
    """

    days: int
    stock_days: FloatArray
    rationing: str = PROPORTIONAL
    refill_days: float = REFILL_DAYS
    recovery: str = "none"
    recovery_days: float = 0.0


@dataclass(frozen=True)
class Simulation:
    """Result of a simulation over `days` days of n firms.

    Attributes:
        normal: (n,) output per day before the shock.
        output: (days, n) output per day.
        delivered: (days,) final consumption served.
        first_short: (n,) first day on which a stock held output back; −1 if never.
        short_of: (n,) sector index of that product; −1 if never.
    """

    normal: FloatArray
    output: FloatArray
    delivered: FloatArray
    first_short: IntArray
    short_of: IntArray

    @property
    def total(self) -> FloatArray:
        """(days,) output of all firms."""
        return np.asarray(self.output.sum(axis=1), dtype=np.float64)

    def lost_days(self) -> FloatArray:
        """(n,) output lost over the whole time, in days of normal output; 0 for firms without output."""
        lost = self.normal * self.output.shape[0] - self.output.sum(axis=0)
        days: FloatArray = np.divide(lost, self.normal, out=np.zeros_like(lost), where=self.normal > 0)
        return days


def final_demand(network: Network) -> FloatArray:
    """(n,) what each firm sells outside the links: revenue beyond the sales seen, 0 where unknown.

    Raises NetworkError when nothing is known of it, since then nobody at the end of a chain would produce.
    """
    if network.revenue is None:
        raise NetworkError("企业表没有营业收入，算不出最终需求；请补上营业收入，或给出最终需求表。")
    demand: FloatArray = np.where(network.revenue > network.sales, network.revenue - network.sales, 0.0)
    if not demand.sum() > 0:
        raise NetworkError("营业收入都不大于链接里的销售额，最终需求为零；请给出最终需求表。")
    return demand


def plan(network: Network, days: int, stock_days: float | FloatArray = STOCK_DAYS, **rest: object) -> Plan:
    """A plan with the same stock target for all firms, or one each; checked.

    Raises NetworkError for days < 1, negative stocks or times, or unknown rules.
    """
    stocks = np.array(np.broadcast_to(np.asarray(stock_days, dtype=np.float64), (network.firm_count,)))
    made = replace(Plan(days, stocks), **rest)  # type: ignore[arg-type]
    if made.days < 1:
        raise NetworkError(f"模拟天数应至少一天，得到 {made.days}。")
    if not (np.isfinite(stocks).all() and (stocks >= 0).all()):
        raise NetworkError("库存天数应为不小于零的有限数。")
    if made.rationing not in RATIONINGS:
        raise NetworkError(f"分配办法“{made.rationing}”不认识；可用 {'、'.join(RATIONINGS)}。")
    if made.recovery not in RECOVERIES:
        raise NetworkError(f"恢复方式“{made.recovery}”不认识；可用 {'、'.join(RECOVERIES)}。")
    if made.refill_days <= 0:
        raise NetworkError(f"补库天数应大于零，得到 {made.refill_days}。")
    if made.recovery != "none" and made.recovery_days <= 0:
        raise NetworkError("选了恢复方式就要给出大于零的恢复天数。")
    return made


def simulate(network: Network, demand: FloatArray, damage: FloatArray, plan: Plan) -> Simulation:
    """Simulate `plan.days` days after a shock.

    Args:
        network: links are normal deliveries per day; classes are not used, every input is needed.
        demand: (n,) final demand per day, ≥ 0.
        damage: (n,) share of capacity lost on day 0, in [0, 1].
    """
    n = network.firm_count
    damage = np.asarray(damage, dtype=np.float64)
    demand = np.asarray(demand, dtype=np.float64)
    if damage.shape != (n,) or not ((damage >= 0) & (damage <= 1)).all():
        raise NetworkError("损毁比例应每家企业一个，且在 0 到 1 之间。")
    if demand.shape != (n,) or not (np.isfinite(demand) & (demand >= 0)).all():
        raise NetworkError("最终需求应每家企业一个，且为不小于零的有限数。")
    supplier, buyer, normal_flow = network.supplier, network.buyer, network.amount
    slots = _Slots(network)
    normal = demand + np.bincount(supplier, weights=normal_flow, minlength=n)
    producing = normal > 0
    safe = np.where(producing, normal, 1.0)
    stock_days = plan.stock_days[buyer]
    stock = stock_days * normal_flow
    arriving = normal_flow.copy()
    output, realised = normal.copy(), normal.copy()

    by_supplier = np.argsort(supplier, kind="stable")
    bounds = np.searchsorted(supplier[by_supplier], np.arange(n + 1))
    outputs = np.empty((plan.days, n))
    delivered = np.empty(plan.days)
    first_short = np.full(n, -1, dtype=np.int32)
    short_of = np.full(n, -1, dtype=np.int32)
    for day in range(plan.days):
        capacity = normal * (1.0 - _damage_left(damage, day, plan))
        use = slots.share_used(output / safe, stock)
        stock = np.maximum(0.0, stock + arriving - stock * use)
        wanted = normal_flow * (realised / safe)[buyer]
        orders = np.maximum(0.0, wanted + (stock_days * wanted - stock) / plan.refill_days)
        asked = demand + np.bincount(supplier, weights=orders, minlength=n)
        reach, product = slots.possible(normal, stock)
        allowed = np.minimum(capacity, asked)
        output = np.minimum(allowed, reach)
        fresh = (first_short < 0) & (output < allowed * (1.0 - SHORT)) & producing
        first_short[fresh], short_of[fresh] = day, product[fresh]
        if plan.rationing == PROPORTIONAL:
            served = np.divide(output, asked, out=np.ones(n), where=asked > 0)
            arriving, final = orders * served[supplier], demand * served
        elif plan.rationing == LEVEL:
            arriving, final = ration_to_level(supplier, normal_flow, orders, demand, output, asked)
        else:
            arriving, final = ration_in_rounds(by_supplier, bounds, normal_flow, orders, demand, output)
        realised = output
        outputs[day], delivered[day] = output, final.sum()
    return Simulation(normal, outputs, delivered, first_short, short_of)


@dataclass(frozen=True)
class StockOption:
    """What a stock of `days` days buys one firm: when it runs short, and what it loses."""

    days: float
    first_short: int
    lost_days: float
    total_lost_days: float


def stock_options(
    network: Network,
    demand: FloatArray,
    damage: FloatArray,
    plan: Plan,
    firm: int,
    choices: Sequence[float],
) -> list[StockOption]:
    """Simulate anew with each choice of stock days for one firm, all else as planned.

    `lost_days` is the firm's output lost in days of its normal output, `total_lost_days` that of all firms
    in days of total normal output.
    """
    options = []
    for days in choices:
        stocks = plan.stock_days.copy()
        stocks[firm] = days
        result = simulate(network, demand, damage, replace(plan, stock_days=stocks))
        total = result.normal.sum()
        lost = total * plan.days - result.output.sum()
        options.append(
            StockOption(
                days=float(days),
                first_short=int(result.first_short[firm]),
                lost_days=float(result.lost_days()[firm]),
                total_lost_days=float(lost / total) if total > 0 else 0.0,
            )
        )
    return options


class _Slots:
    """Stocks pooled by buyer and product: suppliers of one sector replace each other."""

    def __init__(self, network: Network) -> None:
        m = max(1, network.sector_count)
        key = network.buyer.astype(np.int64) * m + network.sector[network.supplier]
        slots, self._slot = np.unique(key, return_inverse=True)
        self._normal = np.bincount(self._slot, weights=network.amount, minlength=slots.size)
        self._buyer = (slots // m).astype(np.int64)
        self._product = (slots % m).astype(np.int32)
        self._starts = np.flatnonzero(np.diff(self._buyer, prepend=-1))
        self._owners = self._buyer[self._starts]
        self._count = network.firm_count

    def share_used(self, activity: FloatArray, stock: FloatArray) -> FloatArray:
        """(links,) share of each stock its buyer uses up in a day at this activity (1 = normal)."""
        held = np.bincount(self._slot, weights=stock, minlength=self._normal.size)
        needed = activity[self._buyer] * self._normal
        share = np.divide(needed, held, out=np.zeros_like(held), where=held > 0)
        return np.asarray(share[self._slot], dtype=np.float64)

    def possible(self, normal: FloatArray, stock: FloatArray) -> tuple[FloatArray, IntArray]:
        """(n,) output the stocks allow (∞ without inputs), and the scarcest product of each firm."""
        limit = np.full(self._count, np.inf)
        scarce = np.full(self._count, -1, dtype=np.int32)
        if self._normal.size == 0:
            return limit, scarce
        held = np.bincount(self._slot, weights=stock, minlength=self._normal.size)
        reach = normal[self._buyer] * held / self._normal
        least = np.minimum.reduceat(reach, self._starts)
        limit[self._owners] = least
        at = np.flatnonzero(reach == limit[self._buyer])[::-1]
        scarce[self._buyer[at]] = self._product[at]
        return limit, scarce


def _damage_left(damage: FloatArray, day: int, plan: Plan) -> FloatArray:
    if plan.recovery == "linear":
        return damage * max(0.0, 1.0 - day / plan.recovery_days)
    if plan.recovery == "at_once":
        return damage if day < plan.recovery_days else np.zeros_like(damage)
    if plan.recovery == "exponential":
        return damage * float(np.exp(-day / plan.recovery_days))
    return damage
