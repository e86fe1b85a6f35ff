"""Scenarios fanned out over Spark executors: each task takes a range of closures of one broadcast network.

Scenarios do not depend on one another, so nothing is shuffled; a task needs the memory of one network and
one block. Results are the same bits as on one machine, because a closure is computed by one thread alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from lianshu.network.cascade import DEFAULT_EPSILON, Cascade
from lianshu.network.network import Network
from lianshu.network.spark import SparkEngine

SCHEMA = "firm long, esri double, esri_down double, esri_up double, steps long"


def closures(
    engine: SparkEngine,
    network: Network,
    *,
    epsilon: float = DEFAULT_EPSILON,
    market: bool = True,
    tasks: int = 2,
) -> pa.Table:
    """Run every single closure of a network; columns firm (index), esri, esri_down, esri_up, steps, in order.

    ``tasks`` is the number of ranges; several per executor even out closures of unequal length.
    """
    shared = engine.session.sparkContext.broadcast(network)

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        cascade = Cascade(shared.value, epsilon=epsilon, market=market, threads=1)
        for batch in batches:
            firms = np.asarray(batch.column(0))
            result = cascade.run(cascade.closures(firms.tolist()))
            columns: dict[str, Any] = {
                "firm": firms,
                "esri": result.esri,
                "esri_down": result.esri_down,
                "esri_up": result.esri_up,
                "steps": result.steps,
            }
            yield pa.RecordBatch.from_pydict(columns)

    scenarios = engine.session.range(0, network.firm_count, 1, tasks)
    found: pa.Table = scenarios.mapInArrow(run, SCHEMA).toArrow().sort_by("firm")
    shared.destroy()
    return found
