"""Gaps by hand: empty, thin, single-source and outside nodes, and who could fill them."""

from __future__ import annotations

import pytest
from tests.network.network_files import FIRMS, LINKS, write_inputs

from lianshu.network.gaps import BOUGHT_OUTSIDE, EMPTY, SINGLE, THIN, gaps, read_nodes
from lianshu.network.links_network import load_network
from lianshu.network.links_trades import load_trades
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import InputError


def trades_of(folder, links=LINKS, firms=FIRMS):
    with Workspace(threads=1) as work:
        return load_trades(
            load_network(work, *write_inputs(folder, links, firms), unit="万元", home="990101")
        )


@pytest.fixture
def found(tmp_path):
    return {g.item: g for g in gaps(trades_of(tmp_path), "甲链")}


def test_kinds_by_hand(found):
    assert {item: g.kinds for item, g in found.items()} == {
        "chip": (EMPTY, SINGLE, BOUGHT_OUTSIDE),
        "bolt": (EMPTY, SINGLE),
        "steel": (),
        "part": (THIN, SINGLE),
        "power": (THIN, SINGLE),
    }


def test_amounts_and_bounds_by_hand(found):
    assert (found["chip"].amount, found["chip"].abroad, found["chip"].low, found["chip"].high) == (
        120,
        120,
        0,
        0,
    )
    assert (found["bolt"].unknown, found["bolt"].low, found["bolt"].high) == (20, 0, 1)
    assert (found["steel"].suppliers, found["steel"].local_suppliers, found["steel"].buyers) == (2, 2, 2)
    assert found["steel"].largest_share == pytest.approx(0.75)


def test_largest_amount_not_known_to_be_local_comes_first(tmp_path):
    listed = gaps(trades_of(tmp_path), "甲链")
    away = [g.amount - g.local for g in listed]
    assert away == sorted(away, reverse=True)
    assert listed[0].item == "chip"


def test_present_supplier_from_abroad_and_sellers_to_others_are_named(tmp_path):
    links = LINKS + "v1,x1,chip,60,2025,i\n"
    firms = FIRMS + "v1,芯二,39,990101,,,100,,,,,,\n"
    chip = next(g for g in gaps(trades_of(tmp_path, links, firms), "甲链") if g.item == "chip")
    assert "芯二：已向本链以外的企业销售该产品" in chip.fillers
    assert any(line.startswith("芯一") and "以商招商" in line for line in chip.fillers)


def test_node_list_names_nodes_and_shows_the_silent_ones(tmp_path):
    (tmp_path / "nodes.csv").write_text(
        "环节,产品\n芯片,chip\n钢材,steel\n喷涂,paint\n成品,machine\n", encoding="utf-8"
    )
    trades = trades_of(tmp_path)
    with Workspace() as work:
        nodes = read_nodes(work, str(tmp_path / "nodes.csv"))
    found = {g.node: g for g in gaps(trades, "甲链", nodes)}
    assert set(found) == {"芯片", "钢材", "喷涂", "成品"}
    assert found["喷涂"].kinds == (EMPTY,)
    assert found["喷涂"].amount == 0
    assert found["成品"].kinds == ()  # two local firms make it, nobody of the chain buys it
    assert found["成品"].local_suppliers == 2


def test_bad_node_list_is_told_row_by_row(tmp_path):
    (tmp_path / "nodes.csv").write_text("环节,产品\n,chip\n钢材,steel\n铁材,steel\n", encoding="utf-8")
    with Workspace() as work, pytest.raises(InputError, match="N01") as caught:
        read_nodes(work, str(tmp_path / "nodes.csv"))
    assert [p.row for p in caught.value.problems] == [2, 4]
