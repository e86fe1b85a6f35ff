"""How far a cascade can be trusted when links are missing: completions drawn at random, and what to ask next.

Known are each firm's main suppliers and, from the income statement, what it buys in all; the rest of its
purchases is spread over suppliers unknown. A completion draws them: the rest of a firm's purchases goes to
sectors by coefficients (how firms of its sector buy, from a table or from the links known), to firms of
those sectors in proportion to what they sell beyond the links known, each new link no larger than the
smallest link known of that buyer; a share drawn at random stays outside the network. The index over many
completions gives an interval. One firm's missing answer narrows it by the part of the variance that goes
when that answer is held fixed (first-order Sobol index, pick-freeze estimate).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lianshu.network.cascade import Cascade, Scenario
from lianshu.network.kernel_layout import LongArray
from lianshu.network.network import FloatArray, Network, NetworkError

MOST_NEW_LINKS = 20  # new suppliers drawn for one firm, at most
LEAST_SHARE = 1e-3  # missing purchases below this share of a firm's costs need no completion


@dataclass(frozen=True)
class Question:
    """What one missing answer is worth: `firm`'s other suppliers.

    `missing` is the amount of its purchases not in the links, `narrows` the share of the variance of the
    index that goes with the answer (0 to 1; an estimate from `samples` pairs).
    """

    firm: int
    missing: float
    narrows: float


@dataclass(frozen=True)
class Interval:
    """The index of one scenario over completions.

    `as_known` is the index with the links known only, `low` and `high` bound 90 % of the completions,
    `least` and `most` all of them. `coverage` is the share of purchases the links explain.
    """

    as_known: float
    low: float
    high: float
    least: float
    most: float
    samples: FloatArray
    coverage: float
    questions: tuple[Question, ...]
    seed: int


def missing_purchases(network: Network) -> FloatArray:
    """(n,) purchases by the income statement beyond those in the links; 0 where costs are unknown."""
    if network.costs is None:
        raise NetworkError("企业表没有采购总额，不知道缺多少链接，给不出区间；请补上采购总额一列。")
    beyond = np.nan_to_num(network.costs) - network.purchases
    beyond[beyond < LEAST_SHARE * np.nan_to_num(network.costs)] = 0.0
    return np.asarray(np.maximum(beyond, 0.0), dtype=np.float64)


def purchase_coefficients(network: Network) -> FloatArray:
    """(m, m) share of the column sector's purchases that comes from the row sector, from the links known.

    A sector of which no purchase is known buys as all others together do.
    """
    m = network.sector_count
    flows = np.zeros((m, m))
    np.add.at(flows, (network.sector[network.supplier], network.sector[network.buyer]), network.amount)
    overall = flows.sum(axis=1)
    unknown = flows.sum(axis=0) == 0
    flows[:, unknown] = overall[:, None]
    total = flows.sum(axis=0)
    return np.asarray(flows / np.where(total > 0, total, 1.0), dtype=np.float64)


class Completions:
    """Draws completions of a network; each firm's answer has a seed of its own, so it can be held fixed."""

    def __init__(self, network: Network, seed: int, coefficients: FloatArray | None = None) -> None:
        """`coefficients` (m, m): see `purchase_coefficients`, the default."""
        self.network = network
        self.seed = seed
        self.missing = missing_purchases(network)
        m = network.sector_count
        table = purchase_coefficients(network) if coefficients is None else np.asarray(coefficients)
        if table.shape != (m, m) or not np.isfinite(table).all() or (table < 0).any():
            raise NetworkError(f"行业系数应为 {m}×{m} 的非负数，行为供方行业、列为买方行业。")
        self._coefficients = table
        sold = network.sales
        beyond = sold if network.revenue is None else np.nan_to_num(network.revenue, nan=0.0) - sold
        # A firm whose other sales are unknown can still be a supplier, as likely as its sales seen say.
        self._room = np.where(beyond > 0, beyond, LEAST_SHARE * (sold + sold.mean() + LEAST_SHARE))
        self._members = [np.flatnonzero(network.sector == code) for code in range(m)]
        smallest = np.full(network.firm_count, np.inf)
        np.minimum.at(smallest, network.buyer, network.amount)
        self._largest_new = smallest
        self.asked: LongArray = np.flatnonzero(self.missing > 0).astype(np.int64)
        if self.asked.size == 0:
            raise NetworkError("链接已说明全部采购，没有缺口，不需要区间。")

    def draw(self, number: int, fixed: int | None = None, fixed_number: int = 0) -> Network:
        """Completion `number`; the answer of firm `fixed` is taken from completion `fixed_number`."""
        suppliers, buyers, amounts = [], [], []
        for firm in self.asked.tolist():
            supplier, amount = self._answer(firm, fixed_number if firm == fixed else number)
            suppliers.append(supplier)
            buyers.append(np.full(supplier.size, firm))
            amounts.append(amount)
        network = self.network
        kept = {
            name: getattr(network, name)
            for name in ("sector", "classes", "market", "revenue", "costs", "weights", "weight_name")
        }
        kept["weights"] = network.loss_weights  # the yardstick stays the same for every completion
        supplier = np.concatenate((network.supplier, *suppliers))
        sold = np.bincount(
            supplier, weights=np.concatenate((network.amount, *amounts)), minlength=network.firm_count
        )
        if network.revenue is not None:
            kept["revenue"] = np.where(
                network.revenue > 0, np.maximum(network.revenue, sold), network.revenue
            )
        made, _ = Network.build(
            firms=network.firms,
            sectors=network.sectors,
            supplier=supplier,
            buyer=np.concatenate((network.buyer, *buyers)),
            amount=np.concatenate((network.amount, *amounts)),
            **kept,
        )
        return made

    def _answer(self, firm: int, number: int) -> tuple[LongArray, FloatArray]:
        rng = np.random.default_rng([self.seed, number, firm])
        network = self.network
        left = self.missing[firm] * rng.random()  # the rest of it is bought outside the network
        column = self._coefficients[:, network.sector[firm]]
        if not column.sum() > 0:
            return np.empty(0, dtype=np.int64), np.empty(0)
        sectors = rng.choice(column.size, MOST_NEW_LINKS, p=column / column.sum())
        cap = min(self._largest_new[firm], left)
        suppliers, amounts = [], []
        for sector in sectors.tolist():
            members = self._members[sector]
            room = np.where(members == firm, 0.0, self._room[members])
            if left <= 0 or not room.sum() > 0:
                continue
            amount = min(left, cap * rng.uniform(0.1, 1.0))
            suppliers.append(rng.choice(members, p=room / room.sum()))
            amounts.append(amount)
            left -= amount
        return np.array(suppliers, dtype=np.int64), np.array(amounts, dtype=np.float64)


def interval(
    network: Network,
    scenario: Scenario,
    *,
    epsilon: float,
    market: bool = True,
    samples: int = 60,
    asked: int = 8,
    seed: int = 1,
    coefficients: FloatArray | None = None,
    threads: int | None = None,
) -> Interval:
    """The index of a scenario over `samples` completions, and which answer would narrow it most.

    Of the firms with purchases missing, the `asked` with the largest amounts are tried as questions, at the
    cost of `samples` further completions each (and as many again once). Raises NetworkError when nothing is known to be missing or
    fewer than 10 samples are asked for.
    """
    if samples < 10:
        raise NetworkError(f"样本数 {samples} 太少，区间不可信；至少 10。")
    completions = Completions(network, seed, coefficients)

    def index(made: Network) -> float:
        engine = Cascade(made, epsilon=epsilon, market=market, threads=threads)
        return float(engine.run([scenario]).esri[0])

    known = replace(network, weights=network.loss_weights)
    first = np.array([index(completions.draw(number)) for number in range(samples)])
    second = np.array([index(completions.draw(samples + number)) for number in range(samples)])
    order = np.lexsort((completions.asked, -completions.missing[completions.asked]))
    questions = [
        Question(
            firm=firm,
            missing=float(completions.missing[firm]),
            narrows=_narrows(
                first,
                second,
                # Everything drawn anew but this firm's answer, which stays that of the first draw.
                np.array([index(completions.draw(samples + at, firm, at)) for at in range(samples)]),
            ),
        )
        for firm in completions.asked[order][:asked].tolist()
    ]
    total = np.nansum(network.costs) if network.costs is not None else 0.0
    return Interval(
        as_known=index(known),
        low=float(np.quantile(first, 0.05)),
        high=float(np.quantile(first, 0.95)),
        least=float(first.min()),
        most=float(first.max()),
        samples=first,
        coverage=float(1.0 - completions.missing.sum() / total) if total > 0 else 0.0,
        questions=tuple(sorted(questions, key=lambda question: -question.narrows)),
        seed=seed,
    )


def _narrows(first: FloatArray, second: FloatArray, frozen: FloatArray) -> float:
    """First-order Sobol index, kept within 0 and 1 (Saltelli et al. 2010).

    `frozen` is `second` with one answer taken from `first`: only the difference that answer makes counts,
    so that chance agreement of the two samples cancels.
    """
    variance = float(np.concatenate((first, second)).var())
    if variance <= 1e-18:
        return 0.0
    shared = float(((first - first.mean()) * (frozen - second)).mean())
    return float(np.clip(shared / variance, 0.0, 1.0))
