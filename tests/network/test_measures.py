"""Measures on DuckDB against the plain oracle; graph and input-output measures against textbook figures."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
import pytest
from tests.network import measure_cases, oracle_measures

from lianshu.network import measures
from lianshu.network.firms import home_prefix
from lianshu.network.measures_graph import k_core, pagerank
from lianshu.network.measures_io import coefficients, read_io_table
from lianshu.network.network import Network
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import InputError


class Duck:
    """Measures run on DuckDB over rows given as lists of dicts."""

    def __init__(self, firms, links):
        self.work = Workspace()
        self.work.con.register("links", pa.Table.from_pylist(links))
        self.work.con.register("firms", pa.Table.from_pylist(firms))
        self.tables = measures.named_tables("links", "firms")

    def rows(self, expression):
        return measures.run(self.work, expression).to_pylist()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("check", measure_cases.ALL, ids=lambda c: c.__name__)
def test_measure_equals_the_plain_oracle_on_duckdb(check, seed):
    firms, links = oracle_measures.sample(seed)
    engine = Duck(firms, links)
    check(engine.tables, engine.rows, firms, links)
    engine.work.close()


def test_scaling_amounts_changes_no_share():
    firms, links = oracle_measures.sample(3)
    scaled = [{**link, "amount": link["amount"] * 1e4} for link in links]
    (a,), (b,) = (
        engine.rows(measures.local_supply(engine.tables))
        for engine in (Duck(firms, links), Duck(firms, scaled))
    )
    shares = [name for name in a if name.endswith(("_low", "_high"))]
    assert len(shares) == 6
    assert [a[n] for n in shares] == pytest.approx([b[n] for n in shares])


def test_unknown_grouping_is_refused():
    with pytest.raises(ValueError, match="分组"):
        measures.named_tables("links", "firms").labelled("颜色")


def test_location_quotient_by_hand():
    values = ibis.table({"place": "string", "industry": "string", "value": "float64"}, name="output")
    with Workspace() as work:
        columns = {
            "place": ["甲", "甲", "乙", "乙"],
            "industry": [*"xyxy"],
            "value": [30.0, 10.0, 10.0, 50.0],
        }
        work.con.register("output", pa.table(columns))
        rows = measures.run(work, measures.location_quotients(values)).to_pylist()
    found = {(r["place"], r["industry"]): r["lq"] for r in rows}
    assert found["甲", "x"] == pytest.approx((30 / 40) / (40 / 100))
    assert found["乙", "x"] == pytest.approx((10 / 60) / (40 / 100))


@pytest.mark.parametrize(("code", "prefix"), [("990101", "990101"), ("990100", "9901"), ("990000", "99")])
def test_home_prefix_covers_all_below(code, prefix):
    assert home_prefix(code) == prefix


def network(supplier, buyer, amount, n):
    built, _ = Network.build(
        firms=[str(i) for i in range(n)],
        sectors=["1"],
        supplier=supplier,
        buyer=buyer,
        amount=amount,
        sector=np.zeros(n, dtype=np.int32),
        classes=np.ones((1, 1), dtype=np.int8),
    )
    return built


def test_pagerank_equals_the_linear_system():
    net = network([0, 1, 2, 0], [1, 2, 0, 2], [1.0, 2.0, 3.0, 1.0], 4)
    found = pagerank(net, damping=0.5)
    flow = np.zeros((4, 4))
    for s, b, a in zip(net.supplier, net.buyer, net.amount, strict=True):
        flow[b, s] += a  # the money goes from buyer to supplier
    sums = flow.sum(axis=1, keepdims=True)
    step = np.where(sums > 0, flow / np.where(sums > 0, sums, 1), 1 / 4)
    expected = np.linalg.solve(np.eye(4) - 0.5 * step.T, np.full(4, 0.5 / 4))
    assert found == pytest.approx(expected / expected.sum(), abs=1e-9)


def test_k_core_of_a_clique_with_a_tail():
    net = network([0, 0, 1, 2, 3], [1, 2, 2, 3, 4], [1.0] * 5, 6)
    assert k_core(net).tolist() == [2, 2, 2, 1, 1, 0]


def test_influence_and_sensitivity_of_the_textbook_table():
    influence, sensitivity = coefficients([[150.0, 500.0], [200.0, 100.0]], [1000.0, 2000.0])
    L = np.array([[1.25412541, 0.330033], [0.2640264, 1.12211221]])
    assert influence == pytest.approx(L.sum(axis=0) / L.sum(axis=0).mean(), abs=1e-7)
    assert sensitivity == pytest.approx(L.sum(axis=1) / L.sum(axis=1).mean(), abs=1e-7)


@pytest.mark.parametrize(
    ("flows", "output", "words"),
    [
        ([[1.0, 2.0]], [1.0], "方阵"),
        ([[1.0, 0.0], [0.0, 1.0]], [0.0, 2.0], "没有总产出"),
        ([[2.0, 0.0], [0.0, 1.0]], [1.0, 2.0], "不成立"),
    ],
)
def test_impossible_input_output_tables_are_refused(flows, output, words):
    with pytest.raises(ValueError, match=words):
        coefficients(flows, output)


def test_input_output_table_from_a_file(tmp_path):
    path = tmp_path / "io.csv"
    path.write_text(
        "supplier_sector,buyer_sector,amount\n2,2,100\n1,1,150\n1,2,500\n2,1,200\n1,最终使用,350\n2,最终使用,1700\n"
    )
    with Workspace() as work:
        table = read_io_table(work, str(path))
        assert table.sectors == ("1", "2")
        assert table.output.tolist() == [1000.0, 2000.0]
        path.write_text("supplier_sector,buyer_sector,amount\n1,1,x\n1,1,2\n1,1,3\n")
        with pytest.raises(InputError, match="I01.*\n.*I01") as caught:
            read_io_table(work, str(path))
    assert [p.row for p in caught.value.problems] == [2, 4]
