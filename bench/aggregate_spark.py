"""The Spark path over generated links in local mode: the same results as DuckDB, and the time of both.

    python bench/aggregate_spark.py [--links 5000000] [--folder DIR]

Needs the extra ``spark``. Prints for each measure the seconds of DuckDB and of Spark, and whether all rows
agree (numbers within 1e-9, of which sums differ by order).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import duckdb
import ibis

from aggregate_measures import OURS, agree, generate
from lianshu.network import measures
from lianshu.network.spark import SparkEngine


def main() -> None:
    """Generate, run both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=5_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", default="3g", help="memory of the Spark driver")
    parser.add_argument("--folder", type=Path, default=None, help="keep and reuse the generated links")
    parser.add_argument("--measure", action="append", choices=list(OURS), help="only these")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="lianshu-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "links.parquet").exists():
        generate(folder, args.links, args.seed)
    con = duckdb.connect(config={"memory_limit": "3GB", "threads": 2})
    for name in ("links", "firms"):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    engine = SparkEngine(
        "local[2]", {"spark.driver.memory": args.memory, "spark.sql.shuffle.partitions": "8"}
    )
    tables = engine.open(folder / "links.parquet", folder / "firms.parquet")
    print(f"{'measure':22}{'duckdb s':>10}{'spark s':>9}  agree")
    for name in args.measure or OURS:
        expression = OURS[name](measures.named_tables("links", "firms"))
        begin = time.perf_counter()
        con.execute(f"CREATE OR REPLACE TABLE ours AS {ibis.to_sql(expression, dialect='duckdb')}")
        local = time.perf_counter() - begin
        begin = time.perf_counter()
        out = folder / f"spark-{name}"
        engine.write(OURS[name](tables), out)
        there = time.perf_counter() - begin
        con.execute(f"CREATE OR REPLACE TABLE theirs AS SELECT * FROM read_parquet('{out}/*.parquet')")
        print(f"{name:22}{local:10.2f}{there:9.2f}  {agree(con, 'ours', 'theirs')}", flush=True)
    engine.close()
    con.close()
    if args.folder is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
