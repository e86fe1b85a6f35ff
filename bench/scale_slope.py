"""How the cost of the measures grows with the links: `python bench/scale_slope.py --links 5000000 --links 50000000`.

For each number of links a process of its own makes the links from a seed (bench/aggregate_measures.py) and
computes each measure once under one memory limit; printed are seconds by the wall clock, processor
nanoseconds per link, the peak memory of the process, and the exponent of processor time between the
smallest and the largest size (1.0: as many times longer as there are links). With ``--month LINKS`` a store of months is filled as well, one month of LINKS links
after the other: the cost of a month must not grow with those before it.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import ibis

from aggregate_measures import OURS, generate
from lianshu.network import measures
from lianshu.network.links import read_links
from lianshu.network.measures_months import MonthStore
from lianshu.network.tables import Workspace

USUAL = ("import_share", "coverage", "local_supply", "concentration")


def one_size(links, names, memory, threads, folder):
    """Wall and processor seconds of each measure at one size, and the peak memory in GB."""
    generate(folder, links, 1)
    config = {"memory_limit": memory, "threads": threads, "temp_directory": str(folder / "spill")}
    seconds = {}
    with duckdb.connect(str(folder / "results.duckdb"), config=config) as con:
        for name in ("links", "firms"):
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
        tables = measures.named_tables("links", "firms")
        for name in names:
            sql = f"CREATE OR REPLACE TABLE found AS {ibis.to_sql(OURS[name](tables), dialect='duckdb')}"
            begin, used = time.perf_counter(), time.process_time()
            con.execute(sql)
            seconds[name] = (time.perf_counter() - begin, time.process_time() - used)
    return {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}


def months(links, count, memory, threads, folder):
    """Seconds to check and add each of `count` months of `links` links to a store, one after the other."""
    seconds = []
    for month in range(1, count + 1):
        generate(folder, links, month)
        with duckdb.connect(str(folder / "month.duckdb"), config={"memory_limit": memory}) as con:
            con.execute(
                "CREATE OR REPLACE TABLE deals AS SELECT * REPLACE "
                f"('2025-{month:02}' AS period) FROM read_parquet('{folder / 'links'}.parquet')"
            )
        begin = time.perf_counter()
        with Workspace(memory, threads, on_disk=True) as work:
            MonthStore(folder / "store").add(read_links(work, f"{folder / 'month.duckdb'}#deals", "万元"))
        seconds.append(time.perf_counter() - begin)
        (folder / "month.duckdb").unlink()
    return seconds


def main():
    """One process per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, action="append")
    parser.add_argument("--measure", action="append", choices=list(OURS))
    parser.add_argument("--memory", default="3GB")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--month", type=int, default=0, metavar="LINKS")
    parser.add_argument("--months", type=int, default=4)
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    names = args.measure or list(USUAL)
    sizes = sorted(args.links or [5_000_000, 20_000_000, 80_000_000])
    folder = Path(tempfile.mkdtemp(prefix="lianshu-slope-"))
    try:
        if args.inner:
            print(json.dumps(one_size(sizes[0], names, args.memory, args.threads, folder)))
            return
        if args.month:
            spent = months(args.month, args.months, args.memory, args.threads, folder)
            print(f"months of {args.month:,} links, seconds each: {', '.join(f'{s:.1f}' for s in spent)}")
            return
        found = {}
        for size in sizes:
            more = [f"--measure={name}" for name in names]
            inner = [sys.executable, __file__, "--inner", f"--links={size}", *more]
            inner += [f"--memory={args.memory}", f"--threads={args.threads}"]
            out = subprocess.run(inner, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
            found[size] = json.loads(out)
            told = "  ".join(
                f"{name} {wall:8.2f} s {used / size * 1e9:6.1f} ns/link"
                for name, (wall, used) in found[size]["seconds"].items()
            )
            print(f"{size:>13,} links  {told}  peak {found[size]['peak']:.2f} GB", flush=True)
        low, high = sizes[0], sizes[-1]
        for name in names if high > low else ():
            ratio = found[high]["seconds"][name][1] / found[low]["seconds"][name][1]
            print(
                f"{name}: exponent {math.log(ratio) / math.log(high / low):.2f} from {low:,} to {high:,} links"
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
