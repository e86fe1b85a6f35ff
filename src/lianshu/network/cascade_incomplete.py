"""How far a cascade can be trusted when links are missing: completions drawn at random, and what to ask next.

Known are each firm's main suppliers and customers and, from the income statement, what it buys and sells in
all; the rest is spread over partners unknown. A completion draws them. The rest of a firm's purchases goes
to sectors by coefficients (how firms of its sector buy, from a table or from the links known), there to
firms in proportion to what they sell beyond the links known. The rest of a firm's sales goes the same way
to buyers whose purchases nobody declared; its part is what such buyers have of all purchases seen, since
the others' purchases are completed already. A new link is no larger than the smallest link known of the
firm that is asked; a share drawn at random stays outside the network. The index over many completions
gives an interval. One missing answer narrows it by the part of the variance that goes when that answer is
held fixed (first-order Sobol index, pick-freeze estimate).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lianshu.network.cascade import Cascade, Scenario
from lianshu.network.kernel_layout import LongArray
from lianshu.network.network import FloatArray, Network, NetworkError

MOST_NEW_LINKS = 20  # new partners drawn for one answer, at most
LEAST_SHARE = 1e-3  # what is missing below this share of a firm's total needs no completion
SUPPLIERS, CUSTOMERS = 0, 1


@dataclass(frozen=True)
class Question:
    """What one missing answer is worth: `firm`'s other SUPPLIERS or CUSTOMERS.

    `missing` is the amount of its purchases or sales not in the links, `narrows` the share of the variance
    of the index that goes with the answer (0 to 1; an estimate from `samples` pairs).
    """

    firm: int
    side: int
    missing: float
    narrows: float


@dataclass(frozen=True)
class Interval:
    """The index of one scenario over completions.

    `as_known` is the index with the links known only, `low` and `high` bound 90 % of the completions,
    `least` and `most` all of them. `coverage` is the share of the declared purchases the links explain; None
    where none are declared.
    """

    as_known: float
    low: float
    high: float
    least: float
    most: float
    samples: FloatArray
    coverage: float | None
    questions: tuple[Question, ...]
    seed: int


def beyond_links(declared: FloatArray | None, seen: FloatArray) -> FloatArray:
    """(n,) part of a declared total not in the links; 0 where nothing is declared."""
    if declared is None:
        return np.zeros(seen.size)
    total = np.nan_to_num(declared)
    beyond = np.maximum(total - seen, 0.0)
    return np.asarray(np.where(beyond < LEAST_SHARE * total, 0.0, beyond), dtype=np.float64)


def purchase_coefficients(network: Network) -> FloatArray:
    """(m, m) share of the column sector's purchases that comes from the row sector, from the links known.

    A sector of which no purchase is known buys as all others together do.
    """
    return _shares(_flows(network))


def _flows(network: Network) -> FloatArray:
    flows = np.zeros((network.sector_count, network.sector_count))
    np.add.at(flows, (network.sector[network.supplier], network.sector[network.buyer]), network.amount)
    return flows


def _shares(flows: FloatArray) -> FloatArray:
    flows = flows.copy()
    overall = flows.sum(axis=1)
    flows[:, flows.sum(axis=0) == 0] = overall[:, None]
    total = flows.sum(axis=0)
    return np.asarray(flows / np.where(total > 0, total, 1.0), dtype=np.float64)


class _Side:
    """The answers of one side: who is asked, and how partners are drawn for all of them at once."""

    def __init__(
        self,
        network: Network,
        missing: FloatArray,
        smallest: FloatArray,
        coefficients: FloatArray,
        room: FloatArray,
    ) -> None:
        """`missing` and `smallest` link known of each firm (n,), partners' `room` (n,), 0 for no partner.

        Column l of `coefficients` (m, m) is how the partners of firms of sector l spread over sectors.
        """
        self.asked: LongArray = np.flatnonzero(missing > 0).astype(np.int64)
        self.missing = missing[self.asked]
        self._smallest = smallest[self.asked]
        self._sector = network.sector[self.asked].astype(np.int64)
        # Each run of cumulated shares is raised by its number, so that one search serves all runs.
        self._sectors = np.cumsum(_shares(coefficients), axis=0).T + np.arange(coefficients.shape[1])[:, None]
        self._known = coefficients.sum() > 0
        self._order = np.argsort(network.sector, kind="stable")
        in_order = room[self._order]
        size = np.bincount(network.sector, minlength=network.sector_count)
        self._first = np.concatenate(([0], np.cumsum(size)))
        cumulated = np.concatenate(([0.0], np.cumsum(in_order)))
        self._start = cumulated[self._first[:-1]]
        self._total = cumulated[self._first[1:]] - self._start
        self._cumulated = cumulated[1:]

    def draws(self, seed: int, side: int, number: int) -> FloatArray:
        """(asked, 1 + 3 · MOST_NEW_LINKS) uniform numbers: the answers of completion `number`."""
        rng = np.random.default_rng([seed, side, number])
        return rng.random((self.asked.size, 1 + 3 * MOST_NEW_LINKS))

    def links(self, draws: FloatArray) -> tuple[LongArray, LongArray, FloatArray]:
        """The firm asked, its new partner, and the amount of each new link."""
        left = self.missing * draws[:, 0]  # the rest of it goes outside the network
        cap = np.minimum(self._smallest, left)
        m = self._sectors.shape[0]
        firms, partners, amounts = [], [], []
        for turn in range(MOST_NEW_LINKS if self._known else 0):
            in_sector, in_firm, size = draws[:, 1 + 3 * turn : 4 + 3 * turn].T
            found = np.searchsorted(self._sectors.ravel(), self._sector + in_sector, side="right")
            sector = np.clip(found - self._sector * m, 0, m - 1)
            total = self._total[sector]
            place = np.searchsorted(self._cumulated, self._start[sector] + in_firm * total, side="right")
            place = np.clip(place, self._first[sector], np.maximum(self._first[sector + 1], 1) - 1)
            partner = self._order[place]
            amount = np.minimum(left, cap * (0.1 + 0.9 * size))
            amount = np.where((total > 0) & (partner != self.asked), amount, 0.0)
            left = left - amount
            drawn = amount > 0
            firms.append(self.asked[drawn])
            partners.append(partner[drawn])
            amounts.append(amount[drawn])
        if not firms:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
        return np.concatenate(firms), np.concatenate(partners), np.concatenate(amounts)


class Completions:
    """Draws completions of a network; each answer has numbers of its own, so it can be held fixed."""

    def __init__(self, network: Network, seed: int, coefficients: FloatArray | None = None) -> None:
        """`coefficients` (m, m): see `purchase_coefficients`, the default.

        Raises NetworkError when neither purchases nor sales are declared, when nothing is missing, and for
        coefficients of another shape.
        """
        self.network = network
        self.seed = seed
        m = network.sector_count
        if network.costs is None and network.revenue is None:
            raise NetworkError(
                "企业表没有采购总额，也没有营业收入，不知道缺多少链接，给不出区间；请补上其中一列。"
            )
        flows = _flows(network)
        table = flows if coefficients is None else np.asarray(coefficients, dtype=np.float64)
        if table.shape != (m, m) or not np.isfinite(table).all() or (table < 0).any():
            raise NetworkError(f"行业系数应为 {m}×{m} 的非负数，行为供方行业、列为买方行业。")
        sold, bought = network.sales, network.purchases
        open_buyers = np.ones(bought.size, dtype=np.bool_)
        if network.costs is not None:
            open_buyers = ~(np.nan_to_num(network.costs) > 0)
        open_part = float(bought[open_buyers].sum() / bought.sum()) if bought.sum() > 0 else 0.0
        unsold = beyond_links(network.revenue, sold)
        # A firm whose other sales are unknown can still be a supplier, as likely as its sales seen say.
        beyond = unsold if network.revenue is not None else np.zeros(sold.size)
        likely = LEAST_SHARE * (sold + sold.mean() + LEAST_SHARE)
        self._sides = (
            _Side(
                network,
                beyond_links(network.costs, bought),
                _smallest(network.buyer, network),
                table,
                np.where(beyond > 0, beyond, likely),
            ),
            _Side(
                network,
                unsold * open_part,
                _smallest(network.supplier, network),
                flows.T,
                np.where(open_buyers, bought, 0.0),
            ),
        )
        if not any(side.asked.size for side in self._sides):
            raise NetworkError("链接已说明全部采购与销售，没有缺口，不需要区间。")

    def asked(self, most: int) -> list[tuple[int, int, float]]:
        """The `most` largest missing answers: firm, SUPPLIERS or CUSTOMERS, and the amount missing."""
        found = [
            (int(firm), number, float(missing))
            for number, side in enumerate(self._sides)
            for firm, missing in zip(side.asked, side.missing, strict=True)
        ]
        return sorted(found, key=lambda answer: (-answer[2], answer[0], answer[1]))[:most]

    def draw(self, number: int, fixed: tuple[int, int] | None = None, fixed_number: int = 0) -> Network:
        """Completion `number`; the answer `fixed` (firm, side) is taken from completion `fixed_number`."""
        network = self.network
        suppliers: list[NDArray[np.integer]] = [network.supplier]
        buyers: list[NDArray[np.integer]] = [network.buyer]
        amounts: list[FloatArray] = [network.amount]
        for which, side in enumerate(self._sides):
            draws = side.draws(self.seed, which, number)
            if fixed is not None and fixed[1] == which:
                held = side.asked == fixed[0]
                draws[held] = side.draws(self.seed, which, fixed_number)[held]
            firms, partners, amount = side.links(draws)
            suppliers.append(partners if which == SUPPLIERS else firms)
            buyers.append(firms if which == SUPPLIERS else partners)
            amounts.append(amount)
        supplier, buyer, amount = np.concatenate(suppliers), np.concatenate(buyers), np.concatenate(amounts)
        revenue = network.revenue
        if revenue is not None:
            sold = np.bincount(supplier, weights=amount, minlength=network.firm_count)
            revenue = np.where(revenue > 0, np.maximum(revenue, sold), revenue)
        made, _ = Network.build(
            firms=network.firms,
            sectors=network.sectors,
            supplier=supplier,
            buyer=buyer,
            amount=amount,
            sector=network.sector,
            classes=network.classes,
            market=network.market,
            revenue=revenue,
            costs=network.costs,
            weights=network.loss_weights,  # the yardstick stays the same for every completion
            weight_name=network.weight_name,
        )
        return made


def _smallest(firm: NDArray[np.integer], network: Network) -> FloatArray:
    smallest = np.full(network.firm_count, np.inf)
    np.minimum.at(smallest, firm, network.amount)
    return smallest


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
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Interval:
    """The index of a scenario over `samples` completions, and which answer would narrow it most.

    Of the answers missing, the `asked` with the largest amounts are tried as questions, at the cost of
    `samples` further completions each (and as many again once); `progress` is called with the completions
    done and their total. Raises NetworkError when nothing is known to be missing or fewer than 10 samples
    are asked for.
    """
    if samples < 10:
        raise NetworkError(f"样本数 {samples} 太少，区间不可信；至少 10。")
    completions = Completions(network, seed, coefficients)
    answers = completions.asked(asked)
    total = samples * (2 + len(answers))
    done = 0

    def index(made: Network) -> float:
        nonlocal done
        engine = Cascade(made, epsilon=epsilon, market=market, threads=threads)
        found = float(engine.run([scenario]).esri[0])
        done += 1
        progress(min(done, total), total)
        return found

    first = np.array([index(completions.draw(number)) for number in range(samples)])
    second = np.array([index(completions.draw(samples + number)) for number in range(samples)])
    questions = []
    for firm, side, missing in answers:
        # Everything drawn anew but this one answer, which stays that of the first draw.
        frozen = [index(completions.draw(samples + at, (firm, side), at)) for at in range(samples)]
        questions.append(Question(firm, side, missing, _narrows(first, second, np.array(frozen))))
    costs = 0.0 if network.costs is None else float(np.nansum(network.costs))
    unbought = beyond_links(network.costs, network.purchases).sum()
    return Interval(
        as_known=index(replace(network, weights=network.loss_weights)),
        low=float(np.quantile(first, 0.05)),
        high=float(np.quantile(first, 0.95)),
        least=float(first.min()),
        most=float(first.max()),
        samples=first,
        coverage=float(1.0 - unbought / costs) if costs > 0 else None,
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
