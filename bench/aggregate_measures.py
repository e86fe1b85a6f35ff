"""Aggregations over many trade links: each Ibis measure against hand-written DuckDB SQL, in one run.

    python bench/aggregate_measures.py [--links 50000000] [--memory 3GB] [--repeat 3] [--folder DIR]

Makes links and firms once from a seed (about 30 bytes a link as Parquet), then for each measure runs both
texts in turn ``--repeat`` times over the same Parquet files and prints the medians, their ratio, whether
the results agree, and the peak memory of the process. DuckDB's limit is ``--memory``; the rest spills.
On a machine that does other work too, the ratio of processor time is the one to look at.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import ibis

from lianshu.network import measures


def generate(folder: Path, links: int, seed: int) -> None:
    """Write links.parquet and firms.parquet; the same seed gives the same rows."""
    firms = max(1000, links // 100)
    con = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder / "spill")})
    con.execute(
        f"COPY (SELECT 'F' || lpad(CAST(i AS VARCHAR), 8, '0') AS firm, CAST(hash(i, {seed}) % 90 + 1 AS VARCHAR) AS sector, "
        f"CASE WHEN hash(i, {seed} + 1) % 100 < 60 THEN 'local' WHEN hash(i, {seed} + 1) % 100 < 90 THEN 'outside' "
        f"WHEN hash(i, {seed} + 1) % 100 < 95 THEN 'import' ELSE 'unknown' END AS place, "
        f"CAST(990000 + hash(i, {seed} + 2) % 120 AS VARCHAR) AS region, '' AS park, '' AS chain, '' AS node, "
        f"CAST(hash(i, {seed} + 3) % 1000000 AS DOUBLE) AS costs FROM range({firms}) t(i)) "
        f"TO '{folder / 'firms.parquet'}' (FORMAT parquet)"
    )
    # u in [0, 1); its square makes few firms sell much and many sell little.
    draw = "(hash(i, {k}) % 1000000007) / 1000000007.0"
    u, v, w = (draw.format(k=seed + k) for k in (11, 12, 13))
    con.execute(
        f"COPY (SELECT 'F' || lpad(CAST(CAST(floor({firms} * ({u}) * ({u})) AS BIGINT) AS VARCHAR), 8, '0') AS supplier, "
        f"'F' || lpad(CAST((CAST(floor({firms} * ({v})) AS BIGINT) + 1) % {firms} AS VARCHAR), 8, '0') AS buyer, "
        f"'P' || (hash(i, {seed} + 14) % 3000) AS product, '' AS sector, "
        f"round(exp(12 * ({w}) - 3), 2) AS amount, "
        f"'2025-' || lpad(CAST(1 + i * 12 // {links} AS VARCHAR), 2, '0') AS period, 'bench' AS source "
        f"FROM range({links}) t(i)) TO '{folder / 'links.parquet'}' (FORMAT parquet)"
    )
    con.close()


ITEM = (
    "CASE WHEN product <> '' THEN product WHEN l.sector <> '' THEN l.sector ELSE coalesce(s.sector, '') END"
)

HAND = {
    "firm_totals": """
        WITH s AS (SELECT l.supplier AS firm, sum(amount) AS sales, count(DISTINCT l.buyer) AS customers,
                sum(amount) FILTER (coalesce(b.place, 'unknown') = 'local') AS sales_local,
                sum(amount) FILTER (coalesce(b.place, 'unknown') = 'outside') AS sales_outside,
                sum(amount) FILTER (coalesce(b.place, 'unknown') = 'import') AS sales_import,
                sum(amount) FILTER (coalesce(b.place, 'unknown') = 'unknown') AS sales_unknown
            FROM links l LEFT JOIN firms b ON l.buyer = b.firm GROUP BY 1),
        p AS (SELECT l.buyer AS firm, sum(amount) AS purchases, count(DISTINCT l.supplier) AS suppliers,
                sum(amount) FILTER (coalesce(s.place, 'unknown') = 'local') AS purchases_local,
                sum(amount) FILTER (coalesce(s.place, 'unknown') = 'outside') AS purchases_outside,
                sum(amount) FILTER (coalesce(s.place, 'unknown') = 'import') AS purchases_import,
                sum(amount) FILTER (coalesce(s.place, 'unknown') = 'unknown') AS purchases_unknown
            FROM links l LEFT JOIN firms s ON l.supplier = s.firm GROUP BY 1)
        SELECT coalesce(s.firm, p.firm) AS firm, coalesce(sales, 0) AS sales, coalesce(purchases, 0) AS purchases,
            coalesce(customers, 0) AS customers, coalesce(suppliers, 0) AS suppliers,
            coalesce(sales_local, 0) AS sales_local, coalesce(sales_outside, 0) AS sales_outside,
            coalesce(sales_import, 0) AS sales_import, coalesce(sales_unknown, 0) AS sales_unknown,
            coalesce(purchases_local, 0) AS purchases_local, coalesce(purchases_outside, 0) AS purchases_outside,
            coalesce(purchases_import, 0) AS purchases_import, coalesce(purchases_unknown, 0) AS purchases_unknown
        FROM s FULL JOIN p ON s.firm = p.firm""",
    "local_supply": f"""
        WITH t AS (SELECT b.sector AS label, l.supplier, coalesce(s.place, 'unknown') AS place, {ITEM} AS item, amount
            FROM links l JOIN firms b ON l.buyer = b.firm AND b.place = 'local' AND b.sector <> ''
            LEFT JOIN firms s ON l.supplier = s.firm),
        g AS (SELECT label, supplier, max(place) AS place, sum(amount) AS amount FROM t GROUP BY 1, 2),
        a AS (SELECT label, sum(amount) AS total, sum(amount) FILTER (place = 'local') AS local,
                sum(amount) FILTER (place = 'unknown') AS unknown, count(*) AS suppliers,
                count(*) FILTER (place = 'local') AS local_suppliers,
                count(*) FILTER (place = 'unknown') AS unknown_suppliers FROM g GROUP BY 1),
        i AS (SELECT label, item, bool_or(place = 'local') AS here, bool_or(place = 'unknown') AS unsure FROM t GROUP BY 1, 2),
        p AS (SELECT label, count(*) AS products, count(*) FILTER (here) AS local_products,
                count(*) FILTER (unsure AND NOT here) AS unknown_products FROM i GROUP BY 1)
        SELECT label, total, coalesce(local, 0) AS local, coalesce(unknown, 0) AS unknown, suppliers, local_suppliers,
            unknown_suppliers, products, local_products, unknown_products, coalesce(local, 0) / total AS amount_low,
            (coalesce(local, 0) + coalesce(unknown, 0)) / total AS amount_high, local_suppliers / suppliers AS supplier_low,
            (local_suppliers + unknown_suppliers) / suppliers AS supplier_high, local_products / products AS product_low,
            (local_products + unknown_products) / products AS product_high FROM a JOIN p USING (label)""",
    "coverage": """
        WITH p AS (SELECT buyer, sum(amount) AS bought FROM links GROUP BY 1)
        SELECT f.sector AS label, count(*) AS firms, count(*) FILTER (costs > 0) AS declaring,
            coalesce(sum(costs) FILTER (costs > 0), 0) AS costs,
            coalesce(sum(least(coalesce(bought, 0), costs)) FILTER (costs > 0), 0) AS seen,
            sum(least(coalesce(bought, 0), costs)) FILTER (costs > 0) / sum(costs) FILTER (costs > 0) AS covered
        FROM firms f LEFT JOIN p ON p.buyer = f.firm WHERE f.place = 'local' AND f.sector <> '' GROUP BY 1""",
    "concentration": """
        WITH p AS (SELECT buyer, supplier, sum(amount) AS amount FROM links GROUP BY 1, 2)
        SELECT buyer AS firm, count(*) AS partners, sum(amount) AS amount, arg_max(supplier, amount) AS largest,
            sum(amount * amount) / (sum(amount) * sum(amount)) AS hhi, max(amount) / sum(amount) AS largest_share
        FROM p GROUP BY 1""",
    "market_concentration": f"""
        WITH g AS (SELECT {ITEM} AS item, l.supplier, sum(amount) AS amount, max(coalesce(s.place, 'unknown')) AS place
            FROM links l LEFT JOIN firms s ON l.supplier = s.firm GROUP BY 1, 2)
        SELECT item, count(*) AS suppliers, sum(amount) AS amount,
            sum(amount * amount) / (sum(amount) * sum(amount)) AS hhi,
            coalesce(sum(amount) FILTER (place = 'local'), 0) / sum(amount) AS local_share FROM g GROUP BY 1""",
    "single_source": f"""
        SELECT l.buyer, {ITEM} AS item, sum(amount) AS amount, max(coalesce(s.place, 'unknown')) AS place,
            min(l.supplier) AS supplier
        FROM links l JOIN firms b ON l.buyer = b.firm AND b.place = 'local' LEFT JOIN firms s ON l.supplier = s.firm
        GROUP BY 1, 2 HAVING min(l.supplier) = max(l.supplier)""",
    "import_share": """
        SELECT b.sector AS label, sum(amount) AS total,
            coalesce(sum(amount) FILTER (coalesce(s.place, 'unknown') = 'import'), 0) AS imported,
            coalesce(sum(amount) FILTER (coalesce(s.place, 'unknown') = 'unknown'), 0) AS unknown,
            coalesce(sum(amount) FILTER (coalesce(s.place, 'unknown') = 'import'), 0) / sum(amount) AS share_low,
            coalesce(sum(amount) FILTER (coalesce(s.place, 'unknown') IN ('import', 'unknown')), 0) / sum(amount) AS share_high
        FROM links l JOIN firms b ON l.buyer = b.firm AND b.place = 'local' AND b.sector <> ''
        LEFT JOIN firms s ON l.supplier = s.firm GROUP BY 1""",
}
OURS: dict[str, Callable[[measures.MeasureTables], Any]] = {
    "firm_totals": measures.firm_totals,
    "local_supply": lambda t: measures.local_supply(t, "sector"),
    "coverage": lambda t: measures.coverage(t, "sector"),
    "concentration": measures.concentration,
    "market_concentration": measures.market_concentration,
    "single_source": measures.single_source,
    "import_share": lambda t: measures.import_share(t, "sector"),
}


def timed(con: duckdb.DuckDBPyConnection, table: str, sql: str) -> tuple[float, float]:
    """Seconds by the wall clock and of processor time, all threads, to compute a query into a table."""
    con.execute(f"DROP TABLE IF EXISTS {table}")
    begin, used = time.perf_counter(), time.process_time()
    con.execute(f"CREATE TABLE {table} AS {sql}")
    return time.perf_counter() - begin, time.process_time() - used


def agree(con: duckdb.DuckDBPyConnection, a: str, b: str) -> bool:
    """Whether two result tables have the same rows; numbers within 1e-9, of which sums differ by order."""
    kinds = {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {a}").fetchall()}
    other = {name for name, *_ in con.execute(f"DESCRIBE {b}").fetchall()}
    if set(kinds) != other:
        return False
    keys = [n for n in ("firm", "label", "buyer", "item") if n in kinds]
    checks = [
        f"abs(x.{n} - y.{n}) <= 1e-9 * greatest(abs(x.{n}), 1)" if kinds[n] == "DOUBLE" else f"x.{n} = y.{n}"
        for n in kinds
        if n not in keys and n != "largest"
    ]
    sql = f"SELECT count(*) FROM {a} x JOIN {b} y USING ({', '.join(keys)}) WHERE {' AND '.join(checks)}"
    same = con.execute(sql).fetchall()[0][0]
    sizes = [con.execute(f"SELECT count(*) FROM {t}").fetchall()[0][0] for t in (a, b)]
    return bool(same == sizes[0] == sizes[1])


def main() -> None:
    """Generate, run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=50_000_000)
    parser.add_argument("--memory", default="3GB")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None, help="keep and reuse the generated links")
    parser.add_argument("--measure", action="append", choices=list(HAND), help="only these")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="lianshu-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "links.parquet").exists():
        begin = time.perf_counter()
        generate(folder, args.links, args.seed)
        print(f"generated {args.links:,} links in {time.perf_counter() - begin:.0f} s")
    config = {"memory_limit": args.memory, "threads": args.threads, "temp_directory": str(folder / "spill")}
    con = duckdb.connect(str(folder / "results.duckdb"), config=config)
    for name in ("links", "firms"):
        con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    tables = measures.named_tables("links", "firms")
    print(
        f"{'measure':22}{'hand s':>9}{'ibis s':>9}{'ratio':>7}{'cpu hand':>10}{'cpu ibis':>10}{'ratio':>7}  agree"
    )
    for name in args.measure or HAND:
        ours = str(ibis.to_sql(OURS[name](tables), dialect="duckdb"))
        hand: list[tuple[float, float]] = []
        mine: list[tuple[float, float]] = []
        for turn in range(args.repeat):
            both = [("hand", HAND[name], hand), ("mine", ours, mine)]
            for table, sql, times in both if turn % 2 == 0 else reversed(both):
                times.append(timed(con, table, sql))
        (a, c), (b, d) = (
            [statistics.median(column) for column in zip(*t, strict=True)] for t in (hand, mine)
        )
        same = agree(con, "hand", "mine")
        print(f"{name:22}{a:9.2f}{b:9.2f}{b / a:7.2f}{c:10.2f}{d:10.2f}{d / c:7.2f}  {same}", flush=True)
    con.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory of the process {peak:.2f} GB (DuckDB limit {args.memory}); links {args.links:,}")
    if args.folder is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
