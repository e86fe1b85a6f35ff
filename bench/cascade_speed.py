"""Speed of the cascade kernel against its baseline, in one run: `python bench/cascade_speed.py`.

For each setting the batched SciPy transcription and the kernel close the same firms, by turns, several
times; printed are medians per closure, the ratio, and the gain of a second thread. Results are compared as
well: a ratio of two different results would mean nothing. The gain of a second thread is the median of the
quiet pairs of runs only: those during which other programs took less than QUIET of the machine.
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
SIZES = {"10k": (10_000, 80_000, 256, 8, 64), "100k": (100_000, 800_000, 128, 2, 32)}
QUIET = 0.05


def machine_seconds():
    """Processor seconds spent on this machine by all programs since it started (Linux)."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, waiting = fields[3], fields[4]
    return (sum(fields) - idle - waiting) / os.sysconf("SC_CLK_TCK")


def timed(call):
    """Processor seconds, wall seconds, share of the machine other programs took, and result of a call."""
    wall, processor, machine = time.perf_counter(), time.process_time(), machine_seconds()
    result = call()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    others = max(0.0, machine_seconds() - machine - processor) / (wall * (os.cpu_count() or 1))
    return processor, wall, others, result


def second_thread(one, two, closures, pairs):
    """Wall seconds on one thread / on two, of `pairs` pairs of runs, with the others' share of the machine."""
    for engine in (one, two):
        engine.run(closures[:64])
    gains = []
    for _ in range(pairs):
        _, alone, before, _ = timed(lambda: one.run(closures))
        _, both, after, _ = timed(lambda: two.run(closures))
        gains.append((alone / both, max(before, after)))
    return gains


def measure(network, epsilon, market, count, times, batch, repeats, pairs):
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
    baseline, kernel = [], []
    for _ in range(repeats):
        processor, _, _, expected = timed(lambda: single_closures(layout, firms, epsilon, market, batch))
        baseline.append(processor / count * 1e3)
        processor, _, _, result = timed(lambda: one.run(closures))
        kernel.append(processor / len(closures) * 1e3)
    found = np.column_stack((result.esri, result.esri_down, result.esri_up))[:count]
    difference = float(np.abs(found - expected[:, :3]).max())
    steps_equal = bool((result.steps[:count] == expected[:, 3]).all())
    gains = second_thread(one, two, closures, pairs)
    medians = [statistics.median(values) for values in (baseline, kernel)]
    return *medians, gains, difference, steps_equal, float(expected[:, 3].mean())


def told(gains):
    """The gain of a second thread in words."""
    quiet = [gain for gain, others in gains if others < QUIET]
    least = min(others for _, others in gains)
    if not quiet:
        return f"not measurable (others took {least:.0%} of the machine at least)"
    return f"{statistics.median(quiet):.2f}x ({len(quiet)} of {len(gains)} pairs quiet)"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), action="append")
    parser.add_argument("--epsilon", type=float, action="append")
    parser.add_argument("--family", choices=("skewed", "uniform"), action="append")
    parser.add_argument("--market", choices=("on", "off"), action="append")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=5, help="pairs of runs on one and two threads")
    args = parser.parse_args()
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    print(f"{platform.python_version()} on {model[0].split(':')[1].strip() if model else platform.machine()}")
    for size in args.size or list(SIZES):
        firms, links, *counts = SIZES[size]
        for family in args.family or ("skewed", "uniform"):
            network = generate(firms, links, 100, family=family)
            for epsilon in args.epsilon or (1e-2,):
                for shares in args.market or ("on", "off"):
                    market = shares == "on"
                    baseline, kernel, gains, difference, steps_equal, steps = measure(
                        network, epsilon, market, *counts, args.repeats, args.pairs
                    )
                    print(
                        f"{size:>5} {family:>8} ε={epsilon:g} market={shares:>3} "
                        f"steps {steps:6.1f} | baseline {baseline:8.3f} ms | kernel {kernel:7.4f} ms "
                        f"= {baseline / kernel:5.1f}x | two threads {told(gains)} | "
                        f"difference {difference:.1e}, steps {'equal' if steps_equal else 'DIFFER'}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
