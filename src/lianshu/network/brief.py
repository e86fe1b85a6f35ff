"""The brief of a chain: coverage first, then leaders, the critical few, dependence, substitutes, one what-if.

``make_brief`` computes everything as data; ``brief_html`` and ``brief_book`` only lay it out. Below the
floor of coverage no figure is given: the brief then says what to collect next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianshu.network.cascade import DEFAULT_EPSILON, Cascade, Scenario
from lianshu.network.classes import DEFAULT_FINGERPRINT, DEFAULT_LABEL
from lianshu.network.gaps import Gap, gaps
from lianshu.network.leaders import QUOTA, Leadership, rank_leaders
from lianshu.network.links_network import Loaded
from lianshu.network.links_trades import Trades, load_trades
from lianshu.network.measures import coverage, from_tables, local_supply, run
from lianshu.network.network import WEIGHT_NAMES
from lianshu.network.paths import Hit, explain
from lianshu.network.resilience import ResilienceCard, resilience_card
from lianshu.network.substitutes import Substitute, substitutes

DEFAULT_FLOOR = 0.5
HITS = 6
INPUT_NAMES = {"links": "链接", "firms": "企业表", "essential": "重要性矩阵"}


@dataclass(frozen=True)
class Coverage:
    """What share of the declared purchases of a chain's local firms the links explain.

    covered : None when no firm declares its purchases; unknown_share : purchases whose supplier's place
    is unknown / purchases seen.
    """

    firms: int
    declaring: int
    costs: float
    seen: float
    covered: float | None
    unknown_share: float


@dataclass(frozen=True)
class Wanted:
    """What to collect next: a firm, what is asked of it, and the amount that hangs on it (None: unknown)."""

    firm: int
    what: str
    amount: float | None


@dataclass(frozen=True)
class SupplyRate:
    """Local supply rate in three definitions, each as (low, high)."""

    amount: tuple[float, float]
    supplier: tuple[float, float]
    product: tuple[float, float]


@dataclass(frozen=True)
class WhatIf:
    """One closure worked through.

    esri : share of all weight in the data lost; chain_loss : share of the chain's weight lost;
    by_sector : code and share lost, the firm itself left out; hits : the firms that lose most, each with
    the path the loss came along.
    """

    firm: int
    esri: float
    esri_down: float
    esri_up: float
    chain_loss: float
    steps: int
    by_sector: tuple[tuple[str, float], ...]
    hits: tuple[Hit, ...]
    substitutes: tuple[tuple[str, tuple[Substitute, ...]], ...]


@dataclass(frozen=True)
class Findings:
    """The figures of a brief whose coverage reaches the floor."""

    supply: SupplyRate
    leadership: Leadership
    card: ResilienceCard
    gaps: tuple[Gap, ...]
    what_if: WhatIf
    replacements: tuple[tuple[Gap, tuple[Substitute, ...]], ...]


@dataclass(frozen=True)
class Brief:
    """Everything a brief shows; ``findings`` is None below the floor, and ``wanted`` says what to collect."""

    chain: str
    trades: Trades
    unit: str
    yuan: float
    periods: tuple[str, ...]
    coverage: Coverage
    floor: float
    wanted: tuple[Wanted, ...]
    findings: Findings | None
    simulated: bool
    fingerprints: dict[str, str]
    parameters: dict[str, str]

    @property
    def inputs(self) -> dict[str, str]:
        """The fingerprints under the names the reader knows the inputs by."""
        shown = {DEFAULT_FINGERPRINT: DEFAULT_LABEL}
        return {INPUT_NAMES[name]: shown.get(value, value) for name, value in self.fingerprints.items()}


def make_brief(
    loaded: Loaded,
    chain: str | None = None,
    *,
    floor: float = DEFAULT_FLOOR,
    what_if: str | None = None,
    quota: tuple[int, int] = QUOTA,
    runs: int = 20,
    seed: int = 1,
    epsilon: float = DEFAULT_EPSILON,
    threads: int | None = None,
) -> Brief:
    """Compute the brief of a chain, or of all local firms.

    Parameters
    ----------
    floor : least share of declared purchases the links must explain, in [0, 1].
    what_if : id of the firm whose closure is worked through; the worst of the chain's own by default.

    Raises
    ------
    InputError, NetworkError : no such chain or firm, or too little trade in it.
    """
    trades = load_trades(loaded)
    members = trades.members(chain)
    seen = measure_coverage(loaded, trades, chain)
    enough = seen.covered is not None and seen.covered >= floor
    enough = enough or floor == 0
    findings = None
    if enough:
        leadership = rank_leaders(
            trades, chain, quota=quota, runs=runs, seed=seed, epsilon=epsilon, threads=threads
        )
        card = resilience_card(trades, chain, epsilon=epsilon, threads=threads)
        lacking = tuple(g for g in gaps(trades, chain) if g.kinds)
        firm = loaded.network.index(what_if) if what_if else _worst(trades, members, card, leadership)
        findings = Findings(
            supply=_supply(loaded, chain),
            leadership=leadership,
            card=card,
            gaps=lacking,
            what_if=work_through(trades, members, firm, epsilon=epsilon, threads=threads),
            replacements=tuple((g, _others(trades, g)) for g in lacking[:3]),
        )
    return Brief(
        chain=chain or "全部本地企业",
        trades=trades,
        unit=loaded.network.unit,
        yuan=loaded.links.yuan() if loaded.links.unit else 1.0,
        periods=tuple(loaded.links.periods()),
        coverage=seen,
        floor=floor,
        wanted=collect_next(loaded, trades, chain),
        findings=findings,
        simulated=loaded.network.simulated,
        fingerprints=loaded.fingerprints(),
        parameters={
            "容差": f"{epsilon:g}",
            "市场份额": "计入",
            "权重": WEIGHT_NAMES[loaded.network.weight_name],
            "去链次数": str(runs),
            "随机种子": str(seed),
            "覆盖率下限": f"{floor:.0%}",
        },
    )


def measure_coverage(loaded: Loaded, trades: Trades, chain: str | None) -> Coverage:
    """Coverage of a chain's local firms, and the share of purchases of unknown origin."""
    tables = from_tables(loaded.links, loaded.firms)
    rows = run(loaded.links.work, coverage(tables, "chain" if chain else "all")).to_pylist()
    row = next((r for r in rows if r["label"] == (chain or "全部")), None)
    buyers = trades.inside(trades.members(chain)) & trades.local
    bought = buyers[trades.buyer]
    total = float(trades.amount[bought].sum())
    unknown = float(trades.amount[bought & trades.unknown[trades.supplier]].sum())
    share = unknown / total if total > 0 else 0.0
    if row is None:
        return Coverage(int(buyers.sum()), 0, 0.0, 0.0, None, share)
    return Coverage(row["firms"], row["declaring"], row["costs"], row["seen"], row["covered"], share)


def collect_next(loaded: Loaded, trades: Trades, chain: str | None, limit: int = 10) -> tuple[Wanted, ...]:
    """Firms whose missing data would add most: largest unexplained purchases, then undeclared purchases."""
    buyers = np.flatnonzero(trades.inside(trades.members(chain)) & trades.local)
    costs = loaded.firms.numbers("costs")
    bought = trades.network.purchases
    declared = [i for i in buyers if costs[i] > bought[i]]
    declared.sort(key=lambda i: (-(costs[i] - bought[i]), i))
    found = [Wanted(int(i), "补齐进项发票或采购清单", float(costs[i] - bought[i])) for i in declared[:limit]]
    weight = trades.network.loss_weights
    silent = sorted((i for i in buyers if not costs[i] > 0), key=lambda i: (-weight[i], i))
    found += [Wanted(int(i), "申报采购总额", None) for i in silent[: max(3, limit - len(found))]]
    return tuple(found)


def _supply(loaded: Loaded, chain: str | None) -> SupplyRate:
    tables = from_tables(loaded.links, loaded.firms)
    rows = run(loaded.links.work, local_supply(tables, "chain" if chain else "all")).to_pylist()
    row = next(r for r in rows if r["label"] == (chain or "全部"))
    return SupplyRate(
        (row["amount_low"], row["amount_high"]),
        (row["supplier_low"], row["supplier_high"]),
        (row["product_low"], row["product_high"]),
    )


def _worst(trades: Trades, members: np.ndarray, card: ResilienceCard, leadership: Leadership) -> int:
    own = {int(m) for m in members if trades.local[m]}
    return next((c.firm for c in card.critical if c.firm in own), leadership.candidates[0].firm)


def work_through(
    trades: Trades,
    members: np.ndarray,
    firm: int,
    *,
    epsilon: float = DEFAULT_EPSILON,
    threads: int | None = None,
) -> WhatIf:
    """Close one firm and follow the losses to sectors and firms of the whole network."""
    network = trades.network
    cascade = Cascade(network, epsilon=epsilon, threads=threads)
    closing = Scenario(network.firms[firm], np.array([firm], dtype=np.int64), np.ones(1))
    result = cascade.run([closing], keep_losses=True)
    if result.down is None or result.up is None:
        raise ValueError("推演没有给出企业损失")
    loss = np.maximum(result.down[0], result.up[0])
    weight = network.loss_weights
    lost = loss * weight
    others = lost.copy()
    others[firm] = 0.0
    by_sector = np.bincount(network.sector, others, network.sector_count)
    whole = np.bincount(network.sector, weight, network.sector_count)
    sectors = [k for k in np.argsort(-by_sector, kind="stable") if by_sector[k] > 0][:5]
    hits = [hit for hit in explain(cascade, closing, HITS + 1) if hit.firm != firm][:HITS]
    chain_weight = float(weight[members].sum())
    return WhatIf(
        firm=firm,
        esri=float(result.esri[0]),
        esri_down=float(result.esri_down[0]),
        esri_up=float(result.esri_up[0]),
        chain_loss=float(lost[members].sum() / chain_weight) if chain_weight > 0 else 0.0,
        steps=int(result.steps[0]),
        by_sector=tuple((network.sectors[k], float(by_sector[k] / whole[k])) for k in sectors),
        hits=tuple(hits),
        substitutes=tuple(
            (trades.items[item], tuple(substitutes(trades, firm, item, limit=3)))
            for item in _main_items(trades, firm)
        ),
    )


def _main_items(trades: Trades, firm: int, limit: int = 2) -> list[int]:
    """The items a firm sells most of."""
    rows = trades.supplier == firm
    sold = np.bincount(trades.item[rows], trades.amount[rows], len(trades.items))
    return [int(i) for i in np.argsort(-sold, kind="stable")[:limit] if sold[i] > 0]


def _others(trades: Trades, gap: Gap) -> tuple[Substitute, ...]:
    if gap.largest is None:
        return ()
    return tuple(substitutes(trades, gap.largest, trades.items.index(gap.item), limit=3))
