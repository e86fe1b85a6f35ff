"""All single closures of a network, end to end from files: time and largest memory.

`python bench/cascade_whole.py --firms 100000` writes the seeded network as csv files, runs the command line
on them and prints seconds, closures per second and the peak resident memory of that process.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from network_generator import generate


def write(network, folder):
    """Links, firms and class matrix as the command line reads them."""
    with (folder / "links.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("supplier", "buyer", "amount"))
        ends = zip(network.supplier.tolist(), network.buyer.tolist(), network.amount.tolist(), strict=True)
        writer.writerows((network.firms[s], network.firms[b], repr(amount)) for s, b, amount in ends)
    with (folder / "firms.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("firm", "sector"))
        writer.writerows(
            (f, network.sectors[s]) for f, s in zip(network.firms, network.sector.tolist(), strict=True)
        )
    with (folder / "essential.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("supplier_sector", "buyer_sector", "class"))
        for at, supplier in enumerate(network.sectors):
            writer.writerows(
                (supplier, buyer, int(network.classes[at, to])) for to, buyer in enumerate(network.sectors)
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epsilon", type=float, default=1e-2)
    parser.add_argument("--no-market", action="store_true")
    parser.add_argument("--family", choices=("skewed", "uniform"), default="skewed")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(generate(args.firms, 8 * args.firms, 100, family=args.family), folder)
        command = [sys.executable, "-m", "lianshu.cli", "network", "cascade", "--simulated"]
        command += [f"--{part}={folder / part}.csv" for part in ("links", "firms", "essential")]
        command += [f"--out={folder / 'out.csv'}", f"--epsilon={args.epsilon}", f"--threads={args.threads}"]
        command += ["--no-market"] if args.no_market else []
        start = time.perf_counter()
        subprocess.run(command, check=True, env=os.environ, stderr=subprocess.DEVNULL)  # noqa: S603
        seconds = time.perf_counter() - start
        rows = sum(1 for _ in (folder / "out.csv").open()) - 1
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(
        f"{rows} closures of {args.firms} firms and {8 * args.firms} links ({args.family}, ε={args.epsilon:g}, market "
        f"{'off' if args.no_market else 'on'}, {args.threads} threads): {seconds:.0f} s, "
        f"{rows / seconds:.0f} a second, peak {peak:.2f} GiB"
    )


if __name__ == "__main__":
    main()
