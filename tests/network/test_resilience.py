"""The resilience card by hand, and that it does not move when another county is added."""

from __future__ import annotations

import pytest
from tests.network.network_files import FIRMS, LINKS, write_inputs

from lianshu.network.leaders import rank_leaders
from lianshu.network.links_network import load_network
from lianshu.network.links_trades import load_trades
from lianshu.network.resilience import (
    CLOSED_DAYS,
    DEFINITIONS,
    HORIZON_DAYS,
    NORMAL,
    critical_few,
    recover,
    resilience_card,
)
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import InputError


def trades_of(folder, links=LINKS, firms=FIRMS):
    with Workspace(threads=1) as work:
        return load_trades(
            load_network(work, *write_inputs(folder, links, firms), unit="万元", home="990101")
        )


@pytest.fixture
def card(tmp_path):
    return resilience_card(trades_of(tmp_path), "甲链")


def test_dependence_by_hand(card):
    # The chain's local firms buy 385: steel 200, chip 120, power 15, part 30, bolt 20 of unknown origin.
    assert card.purchases == 385
    assert card.imported == pytest.approx((120 / 385, 140 / 385))
    assert card.outside == card.imported  # nothing else comes from outside


def test_single_points_by_hand(card, tmp_path):
    assert card.items == 5
    assert card.single_items == 4  # all but steel
    assert card.single_share == pytest.approx((100 + 80 + 40 + 10 + 5 + 30 + 20) / 385)
    assert card.single_sources[0].amount == 100


def test_substitutability_by_hand(card):
    # Only steel has a second seller: s1 has 300-150 to spare for the 50 of s2; the spare of s2 is unknown.
    assert card.substitutable == pytest.approx((50 / 385, 200 / 385))


def test_stock_is_weighted_by_purchases(card):
    bought = {"s1": 5, "a1": 210, "a2": 170}
    expected = (10 * bought["s1"] + 20 * bought["a1"] + 30 * bought["a2"]) / 385
    assert card.stock_days == pytest.approx(expected)
    assert card.stock_known == pytest.approx(1.0)


def test_critical_few_are_those_above_the_threshold_worst_first(tmp_path):
    trades = trades_of(tmp_path)
    members = trades.members("甲链")
    every = critical_few(trades, members, least=0.0)
    few = critical_few(trades, members, least=0.2)
    assert [c.loss for c in every] == sorted((c.loss for c in every), reverse=True)
    assert few == tuple(c for c in every if c.loss >= 0.2)
    chip = trades.network.index("p1")
    # Chips are essential to machine makers and come from p1 alone; declared costs above the purchases seen
    # stand for suppliers the links do not show, which go on delivering: 210 of 300 and 170 of 200 are seen.
    weight = trades.network.loss_weights
    a1, a2 = trades.network.index("a1"), trades.network.index("a2")
    lost = weight[a1] * 210 / 300 + weight[a2] * 170 / 200
    assert next(c.loss for c in every if c.firm == chip) == pytest.approx(lost / weight[members].sum())


def test_another_county_changes_no_figure(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    more_links = LINKS + "y1,y2,steel,900,2025,i\ny2,y3,machine,900,2025,i\n"
    more_firms = FIRMS + "".join(f"y{i},邻{i},3{i},990300,乙链,,900,,,,,,\n" for i in (1, 4, 5))
    more_firms = more_firms.replace("y4", "y2").replace("y5", "y3")
    one = resilience_card(trades_of(tmp_path / "one"), "甲链")
    two = resilience_card(trades_of(tmp_path / "two", more_links, more_firms), "甲链")
    for name in ("purchases", "single_share", "imported", "outside", "stock_days", "items"):
        assert getattr(one, name) == pytest.approx(getattr(two, name)), name


def test_every_figure_has_a_definition_and_nothing_is_composite(card):
    subjects = {"critical", "single_items", "substitutable", "outside", "imported", "stock", "recovery"}
    assert set(DEFINITIONS) == subjects
    assert not hasattr(card, "score")


def test_recovery_follows_the_worst_firm_through_a_month(card):
    found = card.recovery
    assert found.firm == card.critical[0].firm
    assert len(found.curve) == HORIZON_DAYS
    assert found.lowest == min(found.curve) < NORMAL
    assert found.curve[found.below_on] < NORMAL <= min([1.0, *found.curve[: found.below_on]])
    assert found.days_back is not None
    assert min(found.curve[CLOSED_DAYS + found.days_back :]) >= NORMAL


def test_recovery_is_left_out_where_final_demand_is_unknown(tmp_path):
    firms = "\n".join(",".join(r.split(",")[:6]) for r in FIRMS.splitlines()) + "\n"
    assert resilience_card(trades_of(tmp_path, LINKS, firms), "甲链").recovery is None


def test_larger_stocks_are_never_worse(tmp_path):
    (tmp_path / "less").mkdir()
    (tmp_path / "more").mkdir()
    more = FIRMS.replace(",20\n", ",60\n").replace(",30\n", ",60\n").replace(",10\n", ",60\n")
    lowest = []
    for folder, firms in (("less", FIRMS), ("more", more)):
        trades = trades_of(tmp_path / folder, LINKS, firms)
        lowest.append(recover(trades, trades.members("甲链"), trades.network.index("p1")).lowest)
    assert lowest[1] >= lowest[0]


def test_chain_that_buys_nothing_is_refused(tmp_path):
    firms = FIRMS + "z1,孤一,35,990101,丙链,,5,,,,,,\n"
    with pytest.raises(InputError, match="G05"):
        resilience_card(trades_of(tmp_path, LINKS, firms), "丙链")


def test_all_local_firms_are_the_default(tmp_path):
    trades = trades_of(tmp_path)
    assert resilience_card(trades).chain == rank_leaders(trades, runs=0).chain == "全部本地企业"
