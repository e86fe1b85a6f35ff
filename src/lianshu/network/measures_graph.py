"""Place of a firm in the graph of links: PageRank and k-core, by rustworkx."""

from __future__ import annotations

import numpy as np
import rustworkx as rx

from lianshu.network.network import FloatArray, IntArray, Network


def _graph(network: Network, reverse: bool) -> rx.PyDiGraph:
    graph = rx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(range(network.firm_count))
    tails, heads = network.supplier.tolist(), network.buyer.tolist()
    if reverse:
        tails, heads = heads, tails
    graph.add_edges_from(list(zip(tails, heads, network.amount.tolist(), strict=True)))
    return graph


def pagerank(network: Network, *, damping: float = 0.5, towards: str = "suppliers") -> FloatArray:
    """Weighted PageRank; shape (n,), sums to 1.

    Parameters
    ----------
    damping : 1 - labour share in the influence-vector reading of production networks; 0.5 by default.
    towards : ``suppliers`` follows the money from buyer to supplier, so a firm whose products many
        important buyers use ranks high; ``buyers`` follows the goods.
    """
    if not 0 < damping < 1:
        raise ValueError(f"阻尼系数应在 0 与 1 之间，得到 {damping}")
    if towards not in {"suppliers", "buyers"}:
        raise ValueError(f"方向只能是 suppliers 或 buyers，得到 {towards}")
    graph = _graph(network, reverse=towards == "suppliers")
    ranks = rx.pagerank(graph, alpha=damping, weight_fn=float, tol=1e-12, max_iter=1000)
    return np.array([ranks[i] for i in range(network.firm_count)], dtype=np.float64)


def k_core(network: Network) -> IntArray:
    """Core number of each firm in the undirected graph of who trades with whom; shape (n,).

    A firm of core k stands in a group in which everybody trades with at least k others of the group.
    """
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(network.firm_count))
    graph.add_edges_from_no_data(list(zip(network.supplier.tolist(), network.buyer.tolist(), strict=True)))
    cores: dict[int, int] = rx.core_number(graph)  # type: ignore[assignment]  # its stub says int
    return np.array([cores[i] for i in range(network.firm_count)], dtype=np.int32)
