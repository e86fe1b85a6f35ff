"""Links from every door, in every spelling, merge into the same table; months add up without the past."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.network.network_files import write_inputs

from lianshu.network import measures
from lianshu.network.classes import default_classes, sort_codes
from lianshu.network.firms import read_firms, with_unlisted
from lianshu.network.links import read_links
from lianshu.network.links_anonymous import amount_range, code_name, code_names, read_key
from lianshu.network.links_network import load_network
from lianshu.network.links_trades import load_trades
from lianshu.network.measures_months import MonthStore
from lianshu.network.tables import Workspace, shown_address
from lianshu.network.tables_problems import InputError

ROWS = [("a", "b", "p", 1.5, "2025-01", "x"), ("b", "c", "q", 1234.25, "2025-02", "x")]
NAMES = ("supplier", "buyer", "product", "amount", "period", "source")


@pytest.fixture
def work():
    with Workspace(threads=1) as workspace:
        yield workspace


def read(work, source):
    links = read_links(work, str(source), unit="万元")
    links.report.raise_errors()
    return work.con.execute(f"SELECT {', '.join(NAMES)} FROM {links.table} ORDER BY ALL").fetchall()


def csv_text(head=NAMES, separator=","):
    return "\n".join([separator.join(head), *(separator.join(map(str, row)) for row in ROWS)]) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_any_usual_encoding_and_with_chinese_headings(work, tmp_path, encoding):
    path = tmp_path / "links.csv"
    head = ("销方", "购方", "产品", "金额", "期间", "来源")
    path.write_bytes(csv_text(head).encode(encoding))
    assert read(work, path) == ROWS


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_with_any_usual_separator_and_line_end(work, tmp_path, separator, newline):
    path = tmp_path / "links.csv"
    path.write_bytes(csv_text(separator=separator).replace("\n", newline).encode())
    assert read(work, path) == ROWS


def test_parquet_xlsx_and_duckdb_give_the_same_links(work, tmp_path):
    columns = {name: [row[i] for row in ROWS] for i, name in enumerate(NAMES)}
    pq.write_table(pa.table(columns), tmp_path / "links.parquet")
    book = xlsxwriter.Workbook(str(tmp_path / "links.xlsx"))
    sheet = book.add_worksheet("交易")
    for i, row in enumerate([NAMES, *ROWS]):
        sheet.write_row(i, 0, row)
    book.close()
    with duckdb.connect(str(tmp_path / "store.duckdb")) as con:
        con.register("incoming", pa.table(columns))
        con.execute("CREATE TABLE deals AS SELECT * FROM incoming")
        con.execute("CREATE VIEW seen AS SELECT * FROM deals")
    for source in (
        "links.parquet",
        "links.xlsx",
        "links.xlsx#交易",
        "store.duckdb#deals",
        "store.duckdb#seen",
    ):
        assert read(work, tmp_path / source) == ROWS, source


def test_dates_and_times_of_a_typed_table_are_months(work, tmp_path):
    with duckdb.connect(str(tmp_path / "s.duckdb")) as con:
        con.execute(
            "CREATE TABLE deals AS SELECT 'a' AS supplier, 'b' AS buyer, 1.5 AS amount, TIMESTAMP '2025-03-31 10:00' AS period"
        )
    links = read_links(work, f"{tmp_path / 's.duckdb'}#deals")
    assert links.periods() == ["2025-03"]


@pytest.mark.parametrize("name", ["链接[1]", "a*b", "what?"])
def test_file_names_are_no_patterns(work, tmp_path, name):
    (tmp_path / f"{name}.csv").write_text(csv_text())
    columns = {column: [row[i] for row in ROWS] for i, column in enumerate(NAMES)}
    pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    assert read(work, tmp_path / f"{name}.csv") == read(work, tmp_path / f"{name}.parquet") == ROWS


def test_postgres_table_gives_the_same_links(work):
    dsn = os.environ.get("LIANSHU_DATABASE_URL", "")
    if not dsn.startswith("postgres"):
        pytest.skip("LIANSHU_DATABASE_URL names no PostgreSQL server (see make postgres-test)")
    with psycopg.connect(dsn, autocommit=True) as base:
        base.execute("DROP TABLE IF EXISTS lianshu_test_links")
        base.execute(
            "CREATE TABLE lianshu_test_links (supplier text, buyer text, product text, amount numeric, period text, source text)"
        )
        with base.cursor() as cursor:
            cursor.executemany("INSERT INTO lianshu_test_links VALUES (%s, %s, %s, %s, %s, %s)", ROWS)
        try:
            assert read(work, f"{dsn}#public.lianshu_test_links") == ROWS
            with pytest.raises(InputError, match="T11"):
                read(work, f"{dsn}#none_such")
        finally:
            base.execute("DROP TABLE lianshu_test_links")


def test_numbers_of_a_workbook_keep_long_ids_and_months(work, tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "links.xlsx"))
    sheet = book.add_worksheet()
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ("supplier", "buyer", "amount", "period"))
    sheet.write_number(1, 0, 421222001)
    sheet.write_string(1, 1, "914201000000000001")
    sheet.write_number(1, 2, 12)
    sheet.write_number(1, 3, 45689, date)  # 2025-02-01
    book.close()
    links = read_links(work, str(tmp_path / "links.xlsx"))
    found = work.con.execute(f"SELECT supplier, buyer, period FROM {links.table}").fetchall()
    assert found == [("421222001", "914201000000000001", "2025-02")]


def test_amounts_with_thousands_and_periods_in_every_spelling(work, tmp_path):
    path = tmp_path / "links.csv"
    path.write_text(
        'supplier,buyer,amount,period\na,b,"1,234,567.5",202501\na,c,1e3,2025-01-31\na,d,+2,2025-1\n',
        encoding="utf-8",
    )
    links = read_links(work, str(path))
    assert [p.code for p in links.report.errors()] == ["L08"]
    found = work.con.execute(f"SELECT amount, period FROM {links.table} ORDER BY 1").fetchall()
    assert found == [(1000.0, "2025-01"), (1234567.5, "2025-01")]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.floats(0.01, 1e9)), min_size=1)
)
def test_no_amount_is_lost_whatever_repeats_or_loops(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("links") / "links.csv"
    path.write_text("supplier,buyer,amount\n" + "".join(f"{s},{b},{v!r}\n" for s, b, v in rows))
    with Workspace(threads=1) as work:
        links = read_links(work, str(path))
        kept = sum(v for (v,) in work.con.execute(f"SELECT amount FROM {links.table}").fetchall())
        loops = sum(p.code == "L20" for p in links.report.notes())
    assert kept == pytest.approx(sum(v for s, b, v in rows if s != b))
    assert loops == sum(s == b for s, b, _ in rows)


def test_file_larger_than_the_memory_limit_is_streamed(tmp_path):
    path = tmp_path / "large.csv"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT 'firm-number-' || (i % 5003) AS supplier, 'buyer-number-' || (i % 4999) AS buyer, "
            f"'product-' || (i % 97) AS product, (i % 1000) + 0.5 AS amount, 'note ' || repeat('x', 360) AS source "
            f"FROM range(250000) t(i)) TO '{path}' (HEADER)"
        )
    limit = 64 * 2**20
    assert path.stat().st_size > 1.5 * limit
    with Workspace(memory_limit="64MB", threads=1, on_disk=True) as work:
        links = read_links(work, str(path))
        assert links.rows_read == links.rows_kept == 250000
        assert links.report.total("error") == 0


def test_classes_by_default_tell_goods_from_services():
    classes = default_classes(["C39", "06", "51", "6513"])
    assert classes.pairs["C39", "06"] == 2
    assert classes.pairs["51", "C39"] == 1
    assert classes.pairs["C39", "6513"] == 1
    assert sort_codes(["10", "2", "b", "1"]) == ["1", "2", "10", "b"]


def test_order_of_the_class_file_changes_nothing(work, tmp_path):
    links, firms, essential = write_inputs(tmp_path)
    first = load_network(work, links, firms, essential).network
    head, *lines = Path(essential).read_text().splitlines()
    Path(essential).write_text("\n".join([head, *sorted(lines, reverse=True)]))
    second = load_network(work, links, firms, essential).network
    assert second.sectors == first.sectors == ("31", "34", "35", "39", "44")
    assert np.array_equal(first.classes, second.classes)
    assert first.classes[first.sectors.index("39"), first.sectors.index("35")] == 2
    assert first.classes[first.sectors.index("35"), first.sectors.index("39")] == 1


def test_network_and_trades_carry_what_the_files_say(work, tmp_path):
    loaded = load_network(work, *write_inputs(tmp_path), unit="万元", home="990101", simulated=True)
    network, trades = loaded.network, load_trades(loaded)
    assert network.firms == ("s1", "s2", "p1", "w1", "a1", "a2", "x1", "u1")
    assert trades.place.tolist() == ["local"] * 2 + ["import"] + ["local"] * 3 + ["outside", "unknown"]
    assert network.chains["甲链"].tolist() == [0, 1, 4, 5]
    assert network.unit == "万元"
    assert network.simulated
    assert trades.amount.sum() == network.amount.sum() == 985
    assert trades.items == ("bolt", "chip", "machine", "part", "power", "steel")
    assert np.isnan(network.revenue[2])


@pytest.mark.parametrize(("home", "places"), [("990100", ["local", "outside"]), ("", ["local", "local"])])
def test_home_region_covers_the_counties_below(work, tmp_path, home, places):
    path = tmp_path / "firms.csv"
    path.write_text("firm,sector,region\na,39,990101\nb,39,990201\n")
    assert read_firms(work, str(path), home).texts("place") == places


def test_outside_column_wins_over_the_region(work, tmp_path):
    path = tmp_path / "firms.csv"
    path.write_text(
        "firm,sector,region,outside\na,39,990101,是\nb,39,,否\nc,39,990101,\nd,39,,\ne,39,,境外\nf,39,990101,不明\n"
    )
    assert read_firms(work, str(path), "990101").texts("place") == [
        "outside",
        "local",
        "local",
        "unknown",
        "import",
        "unknown",
    ]


def test_unlisted_firm_takes_the_sector_its_largest_link_names(work, tmp_path):
    (tmp_path / "links.csv").write_text("supplier,buyer,sector,amount\nz,a,31,1\nz,b,39,5\n")
    (tmp_path / "firms.csv").write_text("firm,sector\na,35\nb,35\n")
    links = read_links(work, str(tmp_path / "links.csv"))
    firms = with_unlisted(read_firms(work, str(tmp_path / "firms.csv")), links)
    assert firms.texts("sector") == ["35", "35", "39"]
    assert firms.texts("place")[2] == "unknown"


def test_months_are_added_without_touching_the_past(work, tmp_path):
    store = MonthStore(tmp_path / "store")
    for month, amount in (("2025-01", 10), ("2025-02", 20)):
        path = tmp_path / f"{month}.csv"
        path.write_text(f"supplier,buyer,product,amount,period\na,b,p,{amount},{month}\nc,b,p,5,{month}\n")
        before = {p: p.read_bytes() for p in (tmp_path / "store").glob("period=*/*")}
        added = store.add(read_links(work, str(path)))
        assert added.new == (month,)
        assert {p: p.read_bytes() for p in before} == before
        path.unlink()  # the raw month is not needed again
    firms = tmp_path / "firms.csv"
    firms.write_text("firm,sector\na,31\nb,35\nc,31\n")
    listed = read_firms(work, str(firms))
    every = measures.run(
        work, measures.firm_totals(measures.from_tables(store.links(work), listed))
    ).to_pylist()
    assert {r["firm"]: r["purchases"] for r in every}["b"] == 40
    one = measures.from_tables(store.links(work, ["2025-02"]), listed)
    assert {r["firm"]: r["sales"] for r in measures.run(work, measures.firm_totals(one)).to_pylist()}[
        "a"
    ] == 20


def test_month_is_replaced_only_on_request_and_as_a_whole(work, tmp_path):
    store = MonthStore(tmp_path / "store")

    def month(name, text):
        (tmp_path / name).write_text("supplier,buyer,amount,period\n" + text)
        return read_links(work, str(tmp_path / name))

    first = month("a.csv", "a,b,1,2025-01\n")
    store.add(first)
    assert store.add(first).unchanged == ("2025-01",)
    other = month("b.csv", "a,b,7,2025-01\n")
    with pytest.raises(InputError, match="P03"):
        store.add(other)
    assert store.add(other, replace=True).replaced == ("2025-01",)
    assert work.con.execute(f"SELECT amount FROM {store.links(work).table}").fetchall() == [(7.0,)]
    with pytest.raises(InputError, match="P02"):
        store.add(month("c.csv", "a,b,1,\n"))
    with pytest.raises(InputError, match="P04"):
        store.links(work, ["2030-01"])
    with pytest.raises(InputError, match="L06"):
        store.add(month("d.csv", "a,b,-1,2025-03\na,b,2,2025-03\n"))
    assert list(store.periods()) == ["2025-01"]


def test_months_of_another_unit_are_refused(work, tmp_path):
    store = MonthStore(tmp_path / "store")
    for month in ("2025-01", "2025-02"):
        (tmp_path / f"{month}.csv").write_text(f"supplier,buyer,amount,period\na,b,1,{month}\n")
    store.add(read_links(work, str(tmp_path / "2025-01.csv"), unit="万元"))
    with pytest.raises(InputError, match="P05.*万元"):
        store.add(read_links(work, str(tmp_path / "2025-02.csv"), unit="元"))
    assert store.links(work).unit == "万元"
    # The only month there is may change its unit when it is replaced as a whole.
    other = tmp_path / "again.csv"
    other.write_text("supplier,buyer,amount,period\na,b,10000,2025-01\n")
    store.add(read_links(work, str(other), unit="元"), replace=True)
    assert store.links(work).unit == "元"


def test_code_names_hide_the_firm_but_stay_the_same(tmp_path):
    key = read_key(tmp_path / "key")
    assert read_key(tmp_path / "key") == key
    assert code_name(key, "甲") == code_name(key, "甲")
    assert code_name(key, "甲") != code_name(b"another key of 16", "甲")
    assert len(set(code_names(key, [str(i) for i in range(500)]))) == 500
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    (tmp_path / "bad").write_text("xyz")
    with pytest.raises(InputError, match="K01"):
        read_key(tmp_path / "bad")


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        (0, 1e4, "无"),
        (3, 1e4, "10 万元以下"),
        (60, 1e4, "10 万元～100 万元"),
        (12345, 1e4, "1 亿元～5 亿元"),
        (5e6, 1e4, "100 亿元以上"),
    ],
)
def test_amount_ranges(amount, unit, words):
    assert amount_range(amount, unit) == words


def test_passwords_never_show():
    assert shown_address("postgresql://u:geheim@h/d#t") == "postgresql://u:***@h/d#t"
