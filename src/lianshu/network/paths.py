"""Who is hit by a scenario, and along which path the loss came.

A firm's loss is the sum over the neighbours of its worst group (downstream: the scarcest essential product,
or all non-essential ones; upstream: its customers). Each neighbour's part of that sum is the share of the
loss that came from it. A path's share is the product of the shares along it; shown is the path with the
largest share from a firm hit directly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from lianshu.network.cascade import Cascade, Scenario
from lianshu.network.kernel_layout import Direction, LongArray
from lianshu.network.network import FloatArray

DIRECTION_NAMES = {"direct": "直接受损", "down": "断供", "up": "断单"}
LEAST = 1e-12  # parts of a loss smaller than this are no link of a path


@dataclass(frozen=True)
class Hit:
    """One firm's loss and its main path.

    Attributes:
        firm: index of the firm.
        loss, loss_down, loss_up: share of its activity lost; `loss` is the larger of the two.
        weighted: its part of the scenario's index.
        direction: `down`, `up`, or `direct` for a firm that lost nothing beyond the shock itself.
        path: firm indices from a firm hit directly to this one.
        share: share of the loss that came along this path.
    """

    firm: int
    loss: float
    loss_down: float
    loss_up: float
    weighted: float
    direction: str
    path: tuple[int, ...]
    share: float

    @property
    def direction_name(self) -> str:
        """The direction in words for users."""
        return DIRECTION_NAMES[self.direction]


def explain(engine: Cascade, scenario: Scenario, count: int) -> list[Hit]:
    """The `count` firms that lose most in a scenario, by weight lost, each with its main path."""
    network = engine.network
    result = engine.run([replace(scenario, name="")], keep_losses=True)
    assert result.down is not None and result.up is not None  # noqa: S101 - asked for above
    down, up = result.down[0], result.up[0]
    worst = np.maximum(down, up)
    weighted = worst * network.loss_weights / network.loss_weights.sum()
    order = np.lexsort((np.arange(worst.size), -weighted))[:count]
    ways = {"down": _tree(engine, down, scenario, "down"), "up": _tree(engine, up, scenario, "up")}
    direct = dict(zip(scenario.firms.tolist(), _direct(scenario).tolist(), strict=True))
    hits = []
    path: tuple[int, ...]
    for firm in order[worst[order] > 0].tolist():
        if worst[firm] <= direct.get(firm, 0.0):
            direction, path, share = "direct", (firm,), 1.0
        else:
            direction = "down" if down[firm] >= up[firm] else "up"
            path, share = _path(*ways[direction], firm)
        hits.append(
            Hit(
                firm=firm,
                loss=float(worst[firm]),
                loss_down=float(down[firm]),
                loss_up=float(up[firm]),
                weighted=float(weighted[firm]),
                direction=direction,
                path=path,
                share=share,
            )
        )
    return hits


def _direct(scenario: Scenario) -> FloatArray:
    return scenario.down if scenario.up is None else np.maximum(scenario.down, scenario.up)


def _tree(
    engine: Cascade, loss: FloatArray, scenario: Scenario, direction: str
) -> tuple[LongArray, FloatArray]:
    """Predecessor of each firm on its main path (negative: none) and −log of the path's share."""
    layout = engine.layout
    way = layout.downstream if direction == "down" else layout.upstream
    order = layout.order
    sent = loss[order]
    if way.market.size:
        available = way.base - np.bincount(way.market, weights=way.size * sent, minlength=way.base.size)
        ratio = np.ones_like(sent)
        open_market = available[way.market] > way.size
        np.divide(way.size, available[way.market], out=ratio, where=open_market)
        sent = sent * ratio
    links, sender, receiver = _binding_links(way, sent)
    part = way.weight[links] * sent[sender]
    total = np.bincount(receiver, weights=part, minlength=order.size)
    share = np.divide(part, total[receiver], out=np.zeros_like(part), where=total[receiver] > 0)
    felt = share > LEAST
    # A certain step costs almost nothing rather than nothing: the solver takes 0 for "no link".
    cost = np.maximum(-np.log(share[felt]), LEAST)
    size = order.size
    graph = csr_array((cost, (order[sender[felt]], order[receiver[felt]])), shape=(size, size))
    own = scenario.down if direction == "down" or scenario.up is None else scenario.up
    sources = scenario.firms[own > 0]
    if sources.size == 0:
        return np.full(size, -1, dtype=np.int64), np.full(size, np.inf)
    distance, before, _ = dijkstra(graph, indices=sources, return_predecessors=True, min_only=True)
    return before.astype(np.int64), distance


def _binding_links(way: Direction, sent: FloatArray) -> tuple[LongArray, LongArray, LongArray]:
    """Links of each receiving firm's worst group: positions, senders and receivers (kernel numbers)."""
    links = way.weight.size
    sender = way.source[:links].astype(np.int64)
    empty = np.empty(0, dtype=np.int64)
    if links == 0:
        return empty, empty, empty
    group = np.repeat(np.arange(way.group_ptr.size - 1), np.diff(way.group_ptr))
    row_of_group = np.repeat(way.rows, np.diff(way.row_ptr))
    sums = np.add.reduceat(way.weight * sent[sender], way.group_ptr[:-1])
    best = np.full(way.rows.size, -1.0)
    np.maximum.at(best, row_of_group, sums)
    binding = (sums == best[row_of_group]) & (sums > 0)
    _, first = np.unique(row_of_group[binding], return_index=True)
    chosen = np.zeros(sums.size, dtype=np.bool_)
    chosen[np.flatnonzero(binding)[first]] = True
    kept = np.flatnonzero(chosen[group])
    return kept, sender[kept], row_of_group[group[kept]]


def _path(before: LongArray, distance: FloatArray, firm: int) -> tuple[tuple[int, ...], float]:
    steps = [firm]
    while before[steps[-1]] >= 0:
        steps.append(int(before[steps[-1]]))
    share = float(np.exp(-distance[firm])) if np.isfinite(distance[firm]) else 0.0
    return tuple(reversed(steps)), share
