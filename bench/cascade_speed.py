"""Speed of the cascade kernel against its baseline, in one run: `python bench/cascade_speed.py`.

For each setting the batched SciPy transcription and the kernel close the same firms, by turns, several
times; printed are medians per closure, the ratio, and the gain of a second thread. Results are compared as
well: a ratio of two different results would mean nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy starts its own threads

import numpy as np

from cascade_baseline import prepare, single_closures
from lianshu.network.cascade import Cascade
from network_generator import generate

# firms, links, firms closed, times they are closed by the kernel, widest batch that helps the baseline
SIZES = {"10k": (10_000, 80_000, 256, 8, 64), "100k": (100_000, 800_000, 64, 4, 32)}


def timed(call):
    """Processor seconds, wall seconds and result of a call."""
    wall, processor = time.perf_counter(), time.process_time()
    result = call()
    return time.process_time() - processor, time.perf_counter() - wall, result


def measure(network, epsilon, market, count, times, batch, repeats):
    """Median processor ms per closure of baseline and kernel, gain of a second thread, differences.

    One thread is timed by the processor's clock, so that other programs on the machine count less; the
    second thread by the wall clock, which means something on a quiet machine only. The kernel closes the
    firms several times over, since its use is runs of thousands, the baseline once.
    """
    layout = prepare(network)
    firms = np.random.default_rng(1).choice(network.firm_count, count, replace=False)
    one, two = (Cascade(network, epsilon=epsilon, market=market, threads=threads) for threads in (1, 2))
    closures = one.closures(np.tile(firms, times).tolist())
    one.run(closures[:16])
    baseline, kernel, gain = [], [], []
    for _ in range(repeats):
        processor, _, expected = timed(lambda: single_closures(layout, firms, epsilon, market, batch))
        baseline.append(processor / count * 1e3)
        processor, alone, result = timed(lambda: one.run(closures))
        kernel.append(processor / len(closures) * 1e3)
        _, both, _ = timed(lambda: two.run(closures))
        gain.append(alone / both)
    found = np.column_stack((result.esri, result.esri_down, result.esri_up))[:count]
    difference = float(np.abs(found - expected[:, :3]).max())
    steps_equal = bool((result.steps[:count] == expected[:, 3]).all())
    medians = [statistics.median(values) for values in (baseline, kernel, gain)]
    return *medians, difference, steps_equal, float(expected[:, 3].mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), action="append")
    parser.add_argument("--epsilon", type=float, action="append")
    parser.add_argument("--family", choices=("skewed", "uniform"), action="append")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    print(f"{platform.python_version()} on {model[0].split(':')[1].strip() if model else platform.machine()}")
    for size in args.size or list(SIZES):
        firms, links, *counts = SIZES[size]
        for family in args.family or ("skewed", "uniform"):
            network = generate(firms, links, 100, family=family)
            for epsilon in args.epsilon or (1e-2,):
                for market in (True, False):
                    baseline, kernel, gain, difference, steps_equal, steps = measure(
                        network, epsilon, market, *counts, args.repeats
                    )
                    print(
                        f"{size:>5} {family:>8} ε={epsilon:g} market={'on' if market else 'off':>3} "
                        f"steps {steps:6.1f} | baseline {baseline:8.3f} ms | kernel {kernel:7.4f} ms "
                        f"= {baseline / kernel:5.1f}x | two threads {gain:.2f}x | "
                        f"difference {difference:.1e}, steps {'equal' if steps_equal else 'DIFFER'}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
