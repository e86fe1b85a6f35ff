"""Lead firms of a chain: candidates ranked by influence, explained line by line, quota 2 to 5.

Plans define a lead firm by its strong direct or indirect influence on the resources of most firms of the
chain. Four criteria, each a share in [0, 1] of something of this chain only:

* influence: share of the other members' weight lost when the candidate closes (cascade, ESRI);
* reach: share of the chain's other members it trades with directly or over one more member;
* supply: share of the chain's nodes (items bought in it) the candidate delivers;
* pull: share of what the chain's members sell inside the chain that the candidate buys;
* technology: the office's own value in [0, 1]; left out, not counted as 0, where unknown.

Each criterion is divided by the chain's highest value of it, so that all weigh by the same measure; the
score is the weighted mean of the known ones. It ranks candidates for the rule engine and for
people to weigh; it decides nothing. Ranks are recomputed with 10 % of the links removed at random, again
and again, and the share of runs in which a candidate stays within the quota is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lianshu.network.cascade import DEFAULT_EPSILON, Cascade
from lianshu.network.links_trades import Trades
from lianshu.network.network import FloatArray, IntArray
from lianshu.network.tables_problems import fatal

CRITERIA = ("influence", "reach", "supply", "pull", "technology")
CRITERIA_NAMES = {
    "influence": "停产影响",
    "reach": "往来覆盖",
    "supply": "供应环节",
    "pull": "订单拉动",
    "technology": "技术水平",
}
DEFAULT_WEIGHTS = {"influence": 0.4, "reach": 0.2, "supply": 0.15, "pull": 0.15, "technology": 0.1}
QUOTA = (2, 5)
REMOVED = 0.1


@dataclass(frozen=True)
class Leader:
    """A candidate: criteria as shares (None = unknown), score, explanation and stability.

    stability : share of the runs with links removed in which the candidate stays within the quota.
    ranks : lowest and highest rank over those runs.
    """

    firm: int
    rank: int
    proposed: bool
    score: float
    criteria: dict[str, float | None]
    reasons: tuple[str, ...]
    stability: float
    ranks: tuple[int, int]


@dataclass(frozen=True)
class Leadership:
    """Ranked candidates of a chain and how stable the ranking is.

    kendall : mean Kendall rank correlation (tau-b) of the candidates' scores with and without the
    removed links, 1 = same order always.
    """

    chain: str
    candidates: tuple[Leader, ...]
    quota: int
    quota_reason: str
    members: int
    runs: int
    seed: int
    kendall: float
    epsilon: float
    weights: dict[str, float]


def rank_leaders(
    trades: Trades,
    chain: str | None = None,
    *,
    quota: tuple[int, int] = QUOTA,
    weights: dict[str, float] | None = None,
    runs: int = 20,
    removed: float = REMOVED,
    seed: int = 1,
    epsilon: float = DEFAULT_EPSILON,
    threads: int | None = None,
    shown: int = 20,
) -> Leadership:
    """Rank the local members of a chain by influence.

    Raises
    ------
    InputError : fewer than three members trade, the quota is not within 2 to 5 and in order, or the
        weights are negative, all zero or name an unknown criterion.
    """
    weights = _checked_weights(weights)
    if not QUOTA[0] <= quota[0] <= quota[1] <= QUOTA[1]:
        raise fatal(
            "G02", "链主", f"名额 {quota[0]}～{quota[1]} 不在 {QUOTA[0]}～{QUOTA[1]} 之内", "请改正名额"
        )
    members = trades.members(chain)
    candidates = members[trades.local[members] & _trading(trades, members)]
    if candidates.size < 3:
        raise fatal(
            "G03",
            chain or "全部本地企业",
            f"有往来的本地企业只有 {candidates.size} 家，不足 3 家，无法评链主",
            "请先补充本链企业的交易链接",
        )
    table = _criteria(trades, members, candidates, epsilon, threads)
    score = _score(table, weights)
    order = np.lexsort((candidates, -score))
    chosen, why = _cut(score[order], quota)
    stability, low, high, kendall = _stability(
        trades, members, candidates, weights, score, order, chosen, runs, removed, seed, epsilon, threads
    )
    leaders = [
        Leader(
            firm=int(candidates[at]),
            rank=rank + 1,
            proposed=rank < chosen,
            score=float(score[at]),
            criteria={
                name: None if np.isnan(v) else float(v) for name, v in zip(CRITERIA, table[at], strict=True)
            },
            reasons=_reasons(table[at], table, weights),
            stability=float(stability[at]),
            ranks=(int(low[at]), int(high[at])),
        )
        for rank, at in enumerate(order[:shown])
    ]
    return Leadership(
        chain or "全部本地企业",
        tuple(leaders),
        chosen,
        why,
        int(members.size),
        runs,
        seed,
        kendall,
        epsilon,
        weights,
    )


def _checked_weights(weights: dict[str, float] | None) -> dict[str, float]:
    given = dict(DEFAULT_WEIGHTS if weights is None else weights)
    strange = [name for name in given if name not in CRITERIA]
    if strange:
        raise fatal("G04", "链主权重", f"不认识的指标 {'、'.join(strange)}", f"可用：{'、'.join(CRITERIA)}")
    if any(value < 0 for value in given.values()) or not sum(given.values()) > 0:
        raise fatal("G04", "链主权重", "权重不能为负，也不能全为零", "请改正权重")
    return {name: given.get(name, 0.0) for name in CRITERIA}


def _trading(trades: Trades, members: IntArray) -> NDArray[np.bool_]:
    """Mask over ``members``: those with a link to another member."""
    inside = trades.inside(members)
    both = inside[trades.supplier] & inside[trades.buyer]
    active = np.zeros(trades.network.firm_count, dtype=np.bool_)
    active[trades.supplier[both]] = True
    active[trades.buyer[both]] = True
    result: NDArray[np.bool_] = active[members]
    return result


def _criteria(
    trades: Trades, members: IntArray, candidates: IntArray, epsilon: float, threads: int | None
) -> FloatArray:
    """(candidates, criteria) shares in [0, 1], NaN where unknown."""
    inside = trades.inside(members)
    both = inside[trades.supplier] & inside[trades.buyer]
    table = np.full((candidates.size, len(CRITERIA)), np.nan)
    table[:, 0] = _influence(trades, members, candidates, epsilon, threads)
    table[:, 1] = _reach(trades, members, candidates, both)
    bought = inside[trades.buyer]
    items = np.unique(trades.item[bought])
    delivered = np.unique(trades.supplier[bought].astype(np.int64) * len(trades.items) + trades.item[bought])
    counts = np.bincount(delivered // len(trades.items), minlength=trades.network.firm_count)
    table[:, 2] = counts[candidates] / max(items.size, 1)
    internal = float(trades.amount[both].sum())
    pulls = np.bincount(trades.buyer[both], trades.amount[both], trades.network.firm_count)
    table[:, 3] = pulls[candidates] / internal if internal > 0 else 0.0
    table[:, 4] = trades.technology[candidates]
    return table


def _influence(
    trades: Trades, members: IntArray, candidates: IntArray, epsilon: float, threads: int | None
) -> FloatArray:
    """Weight of the other members lost when a candidate closes / weight of the other members."""
    cascade = Cascade(trades.network, epsilon=epsilon, threads=threads)
    weight = trades.network.loss_weights[members]
    result = np.zeros(candidates.size)
    closures = cascade.closures([int(c) for c in candidates])
    at = {int(firm): i for i, firm in enumerate(members)}
    for block in cascade.blocks(closures, keep=len(closures)):
        if block.down is None or block.up is None:
            continue
        loss = np.maximum(block.down[:, members], block.up[:, members])
        for row in range(loss.shape[0]):
            firm = block.start + row
            others = weight.copy()
            others[at[int(candidates[firm])]] = 0.0
            total = others.sum()
            result[firm] = float(loss[row] @ others / total) if total > 0 else 0.0
    return result


def _reach(trades: Trades, members: IntArray, candidates: IntArray, both: NDArray[np.bool_]) -> FloatArray:
    """Share of the other members within two steps inside the chain, whichever way the goods go."""
    from scipy.sparse import csr_array

    m = members.size
    at = np.full(trades.network.firm_count, -1)
    at[members] = np.arange(m)
    s, b = at[trades.supplier[both]], at[trades.buyer[both]]
    ones = np.ones(2 * s.size, dtype=np.int32)
    near = csr_array((ones, (np.concatenate([s, b]), np.concatenate([b, s]))), shape=(m, m))
    near.data[:] = 1
    rows = near[at[candidates]]
    two = ((rows + rows @ near) > 0).astype(np.int32).tolil()
    for row, own in enumerate(at[candidates]):
        two[row, own] = 0
    reached: FloatArray = np.asarray(two.tocsr().sum(axis=1), dtype=np.float64).ravel()
    return reached / max(m - 1, 1)


def _score(table: FloatArray, weights: dict[str, float]) -> FloatArray:
    w = np.array([weights[name] for name in CRITERIA])
    known = ~np.isnan(table)
    filled = np.nan_to_num(table)
    best = filled.max(axis=0)
    relative = filled / np.where(best > 0, best, 1.0)
    total = known @ w
    score: FloatArray = np.divide(relative @ w, total, out=np.zeros(len(table)), where=total > 0)
    return score


def _cut(score: FloatArray, quota: tuple[int, int]) -> tuple[int, str]:
    """How many to propose: where the score falls most between the least and the largest quota."""
    most = min(quota[1], score.size)
    least = min(quota[0], most)
    if score.size <= least:
        return least, f"候选不多，取 {least} 家"
    drops = [(score[k - 1] - score[k], -k) for k in range(least, min(most, score.size - 1) + 1)]
    k = -max(drops)[1]
    return k, f"在 {least}～{most} 家之间，第 {k} 名与第 {k + 1} 名的分差最大"


def _stability(
    trades: Trades,
    members: IntArray,
    candidates: IntArray,
    weights: dict[str, float],
    score: FloatArray,
    order: NDArray[np.int64],
    chosen: int,
    runs: int,
    removed: float,
    seed: int,
    epsilon: float,
    threads: int | None,
) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64], float]:
    from scipy.stats import kendalltau

    rank = np.empty(candidates.size, dtype=np.int64)
    rank[order] = np.arange(1, candidates.size + 1)
    low, high = rank.copy(), rank.copy()
    if runs == 0:
        return np.full(candidates.size, np.nan), low, high, float("nan")
    stays = np.zeros(candidates.size)
    taus = []
    generator = np.random.default_rng(seed)
    for _ in range(runs):
        thinner = thin(trades, removed, generator)
        other = _score(_criteria(thinner, members, candidates, epsilon, threads), weights)
        again = np.lexsort((candidates, -other))
        place = np.empty(candidates.size, dtype=np.int64)
        place[again] = np.arange(1, candidates.size + 1)
        stays += place <= chosen
        low, high = np.minimum(low, place), np.maximum(high, place)
        tau = float(kendalltau(score, other).statistic)
        taus.append(1.0 if np.isnan(tau) else tau)
    return stays / runs, low, high, float(np.mean(taus))


def thin(trades: Trades, removed: float, generator: np.random.Generator) -> Trades:
    """The same trades without a random share of the supplier-buyer pairs."""
    network = trades.network
    size = network.link_count
    drop = generator.choice(size, size=round(removed * size), replace=False)
    keep = np.ones(size, dtype=np.bool_)
    keep[drop] = False
    n = network.firm_count
    gone = network.supplier[drop].astype(np.int64) * n + network.buyer[drop]
    rows = ~np.isin(trades.supplier.astype(np.int64) * n + trades.buyer, gone)
    # Weights stay those of the full data: fewer links seen do not make a firm smaller.
    lesser = replace(
        network,
        supplier=network.supplier[keep],
        buyer=network.buyer[keep],
        amount=network.amount[keep],
        weights=network.loss_weights,
    )
    return replace(
        trades,
        network=lesser,
        supplier=trades.supplier[rows],
        buyer=trades.buyer[rows],
        item=trades.item[rows],
        amount=trades.amount[rows],
    )


def _reasons(row: FloatArray, table: FloatArray, weights: dict[str, float]) -> tuple[str, ...]:
    texts = {
        "influence": "停产会使本链其他企业合计损失 {:.2%}",
        "reach": "直接或隔一家与本链其他企业的 {:.0%} 有往来",
        "supply": "供应本链采购环节（产品）的 {:.0%}",
        "pull": "采购额占本链内部交易的 {:.1%}",
        "technology": "{:.2f}（由单位提供，0～1）",
    }
    best = np.nan_to_num(table).max(axis=0)
    lines = []
    for name, value, top in zip(CRITERIA, row, best, strict=True):
        if np.isnan(value):
            lines.append(f"{CRITERIA_NAMES[name]}：未掌握，不计分（权重 {weights[name]:g}）")
            continue
        ratio = float(value / top) if top > 0 else 0.0
        said = texts[name].format(float(value))
        lines.append(f"{CRITERIA_NAMES[name]}：{said}，为本链最高者的 {ratio:.0%}（权重 {weights[name]:g}）")
    return tuple(lines)
