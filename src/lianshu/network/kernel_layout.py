"""The arrays the cascade kernel runs on, built once per network.

Each direction is the same shape of problem: the loss of a firm is the largest, over its groups of links, of
a weighted sum of its neighbours' losses. Downstream a buyer has one group per essential supplying sector
and one for all non-essential inputs; upstream a supplier has a single group, its customers. Negligible
inputs occur in no group.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lianshu.network.kernel_vector import LANES, PREFETCH
from lianshu.network.network import ESSENTIAL, NEGLIGIBLE, FloatArray, Network

LongArray = NDArray[np.int64]
PIECES = 64  # parts of about equal cost into which the rows of a direction are cut for a team
ROW_COST = 4  # cost of a row besides its links, in links


class Direction(NamedTuple):
    """Links of one direction, by receiving firm (pull) and by sending firm (push).

    Receiving firms are visited in the order of `rows`: market by market, since firms of one market deal with
    the same firms, and in a market firms with equally many links follow each other, so the processor
    foresees where each short loop ends. Links and groups are stored in that order. Firms without links in
    this direction come last.

    Attributes:
        rows: (n,) receiving firms in the order they are visited.
        alone: (n,) whether a firm has no links in this direction.
        place: (n,) position of each firm in `rows`.
        row_ptr: (n + 1,) range of groups of each position.
        single_ptr: (n,) first of the groups of one link, which come last in each position's range.
        piece_ptr: (PIECES + 1,) range of positions of each piece of the linked rows.
        group_ptr: (groups + 1,) range of links of each group; no group is empty.
        source: sending firm of each link, padded by PREFETCH zeros.
        weight: share of the receiving firm's group total the link stands for.
        out_ptr: (n + 1,) range of links of each sending firm in the three arrays below.
        out_row, out_group, out_weight: receiving firm, group and weight of each link.
        base, size: market sales before the shock (markets,) and firm sales (n,); see `market`.
        market: (n,) market of each sending firm; empty when market shares are off.
        market_ptr: (markets + 1,) range of firms of each market.
    """

    rows: LongArray
    alone: NDArray[np.bool_]
    place: LongArray
    row_ptr: LongArray
    single_ptr: LongArray
    piece_ptr: LongArray
    group_ptr: LongArray
    source: NDArray[np.uint32]
    weight: FloatArray
    out_ptr: NDArray[np.uint64]
    out_row: NDArray[np.uint32]
    out_group: NDArray[np.uint32]
    out_weight: FloatArray
    base: FloatArray
    size: FloatArray
    market: NDArray[np.int32]
    market_ptr: LongArray


class Layout(NamedTuple):
    """Both directions of a network, with firms renumbered market by market: kernel firm r is `order[r]`."""

    order: LongArray
    rank: LongArray
    upstream: Direction
    downstream: Direction
    share: FloatArray


def build(network: Network, market: bool = True) -> Layout:
    """Lay out a network for the kernel.

    Weights follow Diem et al. (2022) in the form of the class matrix: a link into an essential input counts
    as its share of all purchases of that product, into a non-essential one as its share of all purchases,
    upstream as its share of the supplier's sales. Where revenue or costs are known they replace the sums
    seen in the links as denominator (for costs: the whole column is scaled).
    """
    n, m = network.firm_count, network.sector_count
    order = market_order(network)
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    supplier, buyer = network.supplier.astype(np.int64), network.buyer.astype(np.int64)
    product = network.sector[supplier].astype(np.int64)
    amount = network.amount

    turnover = network.sales
    if network.revenue is not None:
        turnover = np.where(network.revenue > 0, network.revenue, turnover)
    scale = np.ones(n)
    if network.costs is not None:
        known = (network.costs > 0) & (network.purchases > 0)
        scale[known] = network.purchases[known] / network.costs[known]

    sales = network.sales[order]
    markets = network.markets[order]
    base = np.bincount(markets, weights=sales, minlength=m).astype(np.float64)
    upstream = _direction(
        n,
        rank[supplier],
        np.zeros_like(buyer),
        rank[buyer],
        amount / turnover[supplier],
        base,
        sales,
        markets,
        False,
    )

    importance = network.classes[product, network.sector[buyer]]
    _, slot = np.unique(buyer * m + product, return_inverse=True)
    of_product = np.bincount(slot, weights=amount)[slot] if amount.size else amount
    must = importance == ESSENTIAL
    weight = amount / np.where(must, of_product, network.purchases[buyer]) * scale[buyer]
    felt = importance != NEGLIGIBLE
    kind = np.where(must, product, m)  # all non-essential inputs of a buyer form one group
    downstream = _direction(
        n,
        rank[buyer[felt]],
        kind[felt],
        rank[supplier[felt]],
        weight[felt],
        base,
        sales,
        markets,
        market,
    )
    total = network.loss_weights.sum()
    share = network.loss_weights[order] / (total if total > 0 else 1.0)
    return Layout(order, rank, upstream, downstream, share)


def market_order(network: Network) -> LongArray:
    """Order of firms in memory: market by market, so that a market is summed in one sweep; most connected first."""
    degree = np.bincount(network.supplier, minlength=network.firm_count)
    degree += np.bincount(network.buyer, minlength=network.firm_count)
    return np.lexsort((-degree, network.markets)).astype(np.int64)


def aligned_rows(count: int) -> FloatArray:
    """(count, LANES) zeros whose rows start on cache lines."""
    width = LANES * 8
    raw = np.zeros(count * width + 64, dtype=np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + count * width].view(np.float64).reshape(count, LANES)


def _direction(
    n: int,
    receiver: LongArray,
    kind: LongArray,
    sender: LongArray,
    weight: FloatArray,
    base: FloatArray,
    size: FloatArray,
    markets: NDArray[np.int32],
    market: bool,
) -> Direction:
    links = receiver.size
    first = np.lexsort((kind, receiver))
    fresh = np.ones(links, dtype=np.bool_)
    fresh[1:] = np.diff(receiver[first]) != 0
    fresh[1:] |= np.diff(kind[first]) != 0
    group = np.empty(links, dtype=np.int64)
    group[first] = np.cumsum(fresh) - 1
    group_size = np.bincount(group, minlength=1)
    single = group_size[group] == 1
    group_row = receiver[first][fresh]
    many_groups = np.bincount(group_row[group_size[: group_row.size] > 1], minlength=n)
    many_links = np.bincount(receiver[~single], minlength=n)
    single_links = np.bincount(receiver[single], minlength=n)
    linked = many_groups + single_links > 0
    rows = np.lexsort((single_links, many_links, many_groups, markets, linked))[::-1].astype(np.int64)
    place = np.empty(n, dtype=np.int64)
    place[rows] = np.arange(n)

    order = np.lexsort((sender, kind, single, place[receiver]))
    receiver, sender, weight, group = receiver[order], sender[order], weight[order], group[order]
    fresh[1:] = np.diff(group) != 0
    starts = np.flatnonzero(fresh)
    renumbered = np.cumsum(fresh) - 1
    by_sender = np.argsort(sender, kind="stable")
    groups = (many_groups + single_links)[rows]
    cost = np.cumsum((many_links + single_links + ROW_COST)[rows[: linked.sum()]])
    pieces = np.searchsorted(cost, np.linspace(0, cost[-1] if cost.size else 0, PIECES + 1)[1:-1])
    row_ptr = np.concatenate(([0], np.cumsum(groups))).astype(np.int64)
    return Direction(
        rows=rows,
        alone=~linked,
        place=place,
        row_ptr=row_ptr,
        single_ptr=(row_ptr[:-1] + many_groups[rows]).astype(np.int64),
        piece_ptr=np.concatenate(([0], pieces, [cost.size])).astype(np.int64),
        group_ptr=np.append(starts, links).astype(np.int64),
        source=np.concatenate((sender, np.zeros(PREFETCH + 1, dtype=np.int64))).astype(np.uint32),
        weight=np.ascontiguousarray(weight),
        out_ptr=np.searchsorted(sender[by_sender], np.arange(n + 1)).astype(np.uint64),
        out_row=receiver[by_sender].astype(np.uint32),
        out_group=renumbered[by_sender].astype(np.uint32),
        out_weight=np.ascontiguousarray(weight[by_sender]),
        base=base,
        size=size,
        market=np.ascontiguousarray(markets if market else markets[:0]),
        market_ptr=np.searchsorted(markets, np.arange(base.size + 1)).astype(np.int64),
    )
