"""The same assertions for every backend: each measure equals the plain oracle."""

from __future__ import annotations

import pytest
from tests.network import oracle_measures as oracle

from lianshu.network import measures


def check_local_supply(tables, rows, firms, links):
    for by in ("all", "sector", "chain"):
        expected = oracle.local_supply(firms, links, by)
        found = {r["label"]: r for r in rows(measures.local_supply(tables, by))}
        assert set(found) == set(expected), by
        for label, values in expected.items():
            assert {name: found[label][name] for name in values} == pytest.approx(values), (by, label)


def check_totals(tables, rows, firms, links):
    expected = oracle.totals(firms, links)
    found = {r["firm"]: r for r in rows(measures.firm_totals(tables))}
    assert set(found) == set(expected)
    for firm, row in found.items():
        for side in ("sales", "purchases"):
            for name in (side, *(f"{side}_{place}" for place in oracle.PLACES)):
                assert row[name] == pytest.approx(expected[firm].get(name, 0.0)), (firm, name)


def check_concentration(tables, rows, firms, links):
    for side, firm, partner in (("supplier", "buyer", "supplier"), ("customer", "supplier", "buyer")):
        expected = oracle.hhi(links, firm, partner)
        found = rows(measures.concentration(tables, side))
        assert {r["firm"]: (r["hhi"], r["largest_share"]) for r in found} == {
            f: pytest.approx(v) for f, v in expected.items()
        }


def check_single_source(tables, rows, firms, links):
    expected = oracle.single_source(firms, links)
    found = rows(measures.single_source(tables))
    assert {(r["buyer"], r["item"]): r["amount"] for r in found} == pytest.approx(expected)


def check_coverage(tables, rows, firms, links):
    for by in ("all", "chain"):
        expected = oracle.coverage(firms, links, by)
        found = {
            r["label"]: r["covered"] for r in rows(measures.coverage(tables, by)) if r["covered"] is not None
        }
        assert found == pytest.approx(expected)


def check_import_share(tables, rows, firms, links):
    trades = [t for t in oracle.trades(firms, links) if t["buyer_place"] == "local"]
    total = sum(t["amount"] for t in trades)
    abroad = sum(t["amount"] for t in trades if t["supplier_place"] == "import")
    (row,) = rows(measures.import_share(tables, "all"))
    assert row["share_low"] == pytest.approx(abroad / total)
    assert row["share_high"] >= row["share_low"]


def check_market_concentration(tables, rows, firms, links):
    expected = {}
    trades = oracle.trades(firms, links)
    for item in {t["item"] for t in trades}:
        of_item = [
            {"item": item, "supplier": t["supplier"], "amount": t["amount"]}
            for t in trades
            if t["item"] == item
        ]
        expected[item] = oracle.hhi(of_item, "item", "supplier")[item][0]
    found = {r["item"]: r["hhi"] for r in rows(measures.market_concentration(tables))}
    assert found == pytest.approx(expected)


ALL = (
    check_local_supply,
    check_totals,
    check_concentration,
    check_single_source,
    check_coverage,
    check_import_share,
    check_market_concentration,
)
