"""Lead firms: criteria by hand on a small chain, quota, explanation and stability; substitutes with reasons."""

from __future__ import annotations

import numpy as np
import pytest
from tests.network.network_files import FIRMS, LINKS, write_inputs

from lianshu.network.cascade import Cascade
from lianshu.network.leaders import CRITERIA, rank_leaders, thin
from lianshu.network.links_network import load_network
from lianshu.network.links_trades import load_trades
from lianshu.network.substitutes import distance_km, substitutes
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import InputError


def trades_of(folder, links=LINKS, firms=FIRMS):
    with Workspace(threads=1) as work:
        return load_trades(
            load_network(work, *write_inputs(folder, links, firms), unit="万元", home="990101")
        )


@pytest.fixture
def trades(tmp_path):
    return trades_of(tmp_path)


def at(trades, firm):
    return trades.network.index(firm)


def by_firm(trades, result):
    return {trades.network.firms[c.firm]: c for c in result.candidates}


def test_criteria_by_hand(trades):
    found = by_firm(trades, rank_leaders(trades, "甲链", runs=0))
    assert set(found) == {"s1", "s2", "a1", "a2"}
    # Inside the chain: s1->a1 100, s1->a2 50, s2->a2 50, a1->a2 30.
    assert found["a2"].criteria["pull"] == pytest.approx(130 / 230)
    assert found["a1"].criteria["pull"] == pytest.approx(100 / 230)
    # The chain buys bolt, chip, part, power and steel: s1 delivers one of five, a2 none.
    assert found["s1"].criteria["supply"] == pytest.approx(1 / 5)
    assert found["a2"].criteria["supply"] == 0
    # a2 trades with all three others, s2 directly with a2 and through a2 with the others.
    assert found["a2"].criteria["reach"] == found["s2"].criteria["reach"] == 1
    assert found["a1"].criteria["technology"] == 0.9
    assert found["s2"].criteria["technology"] is None


def test_influence_is_the_loss_of_the_other_members(trades):
    found = by_firm(trades, rank_leaders(trades, "甲链", runs=0))
    cascade = Cascade(trades.network, epsilon=1e-4)
    members = trades.members("甲链")
    for firm, candidate in found.items():
        result = cascade.run(cascade.closures([at(trades, firm)]), keep_losses=True)
        loss = np.maximum(result.down[0], result.up[0])
        others = [m for m in members if m != at(trades, firm)]
        weight = trades.network.loss_weights[others]
        assert candidate.criteria["influence"] == pytest.approx(loss[others] @ weight / weight.sum())


def test_score_is_the_weighted_mean_of_shares_of_the_best(trades):
    result = rank_leaders(trades, "甲链", runs=0, weights={"pull": 2.0, "technology": 1.0})
    found = by_firm(trades, result)
    best_pull = max(c.criteria["pull"] for c in found.values())
    a1 = found["a1"]
    assert a1.score == pytest.approx((2 * a1.criteria["pull"] / best_pull + 1 * 0.9 / 0.9) / 3)
    s2 = found["s2"]  # technology unknown: left out, not counted as nought
    assert s2.score == pytest.approx(s2.criteria["pull"] / best_pull)


def test_every_criterion_is_explained_and_ranks_are_in_order(trades):
    result = rank_leaders(trades, "甲链", runs=3)
    assert [c.rank for c in result.candidates] == [1, 2, 3, 4]
    assert sorted((c.score for c in result.candidates), reverse=True) == [c.score for c in result.candidates]
    for candidate in result.candidates:
        assert len(candidate.reasons) == len(CRITERIA)
        assert candidate.ranks[0] <= candidate.rank <= candidate.ranks[1]
    unknown = next(c for c in result.candidates if c.criteria["technology"] is None)
    assert "未掌握，不计分" in unknown.reasons[-1]


@pytest.mark.parametrize("quota", [(2, 2), (2, 3), (3, 5)])
def test_proposals_stay_within_the_quota(trades, quota):
    result = rank_leaders(trades, "甲链", quota=quota, runs=0)
    assert quota[0] <= sum(c.proposed for c in result.candidates) == result.quota <= quota[1]


def test_stability_repeats_with_the_seed_and_is_a_share(trades):
    first, second = (rank_leaders(trades, "甲链", runs=6, seed=4) for _ in range(2))
    assert first == second
    assert all(0 <= c.stability <= 1 for c in first.candidates)
    assert -1 <= first.kendall <= 1


def test_thinning_takes_a_tenth_of_the_pairs_with_all_their_products(trades):
    thinner = thin(trades, 0.3, np.random.default_rng(1))
    assert thinner.network.link_count == trades.network.link_count - round(0.3 * trades.network.link_count)
    pairs = set(zip(thinner.network.supplier.tolist(), thinner.network.buyer.tolist(), strict=True))
    assert set(zip(thinner.supplier.tolist(), thinner.buyer.tolist(), strict=True)) == pairs
    assert np.array_equal(thinner.network.loss_weights, trades.network.loss_weights)


def test_scaling_amounts_changes_no_rank(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    head, *rows = LINKS.splitlines()
    cells = [row.split(",") for row in rows]
    scaled = "\n".join([head, *(",".join([*c[:3], str(float(c[3]) * 1000), *c[4:]]) for c in cells)]) + "\n"
    firms = "\n".join(",".join(r.split(",")[:6]) for r in FIRMS.splitlines()) + "\n"
    a = rank_leaders(trades_of(small, LINKS, firms), "甲链", runs=0)
    b = rank_leaders(trades_of(large, scaled, firms), "甲链", runs=0)
    assert [c.firm for c in a.candidates] == [c.firm for c in b.candidates]
    assert [c.score for c in a.candidates] == pytest.approx([c.score for c in b.candidates])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"chain": "无此链"}, "G01"),
        ({"chain": "甲链", "quota": (1, 5)}, "G02"),
        ({"chain": "甲链", "quota": (3, 6)}, "G02"),
        ({"chain": "甲链", "weights": {"influence": -1}}, "G04"),
        ({"chain": "甲链", "weights": {"beauty": 1}}, "G04"),
        ({"chain": "甲链", "weights": {"influence": 0}}, "G04"),
    ],
)
def test_unusable_requests_are_refused(trades, arguments, code):
    with pytest.raises(InputError, match=code):
        rank_leaders(trades, runs=0, **arguments)


def test_chain_without_trade_has_no_leader(tmp_path):
    lonely = "supplier,buyer,product,amount,period,source\ns1,x1,steel,1,2025,i\n"
    with pytest.raises(InputError, match="G03"):
        rank_leaders(trades_of(tmp_path, lonely), "甲链", runs=0)


def test_substitutes_are_ranked_by_product_contact_capacity_and_distance(trades):
    steel = trades.items.index("steel")
    found = substitutes(trades, at(trades, "s1"), steel)
    assert [trades.network.firms[c.firm] for c in found] == ["s2"]
    (s2,) = found
    assert s2.same_product
    assert s2.connected
    assert s2.covers is None
    assert "产能未掌握" in "".join(s2.reasons)
    reverse = substitutes(trades, at(trades, "s2"), steel)
    assert trades.network.firms[reverse[0].firm] == "s1"
    assert reverse[0].covers == 1.0  # spare 300 - 150 = 150 for a need of 50
    assert reverse[0].distance_km == pytest.approx(49.1, abs=0.5)


def test_substitute_for_one_buyer_counts_only_its_need(tmp_path):
    firms = FIRMS.replace("s2,钢二,31,990101,甲链,钢材,80,,,", "s2,钢二,31,990101,甲链,钢材,80,,110,")
    trades = trades_of(tmp_path, LINKS, firms)
    steel, s1 = trades.items.index("steel"), at(trades, "s1")
    assert substitutes(trades, s1, steel)[0].covers == pytest.approx(60 / 150)
    assert substitutes(trades, s1, steel, buyer=at(trades, "a2"))[0].covers == 1.0
    assert not substitutes(trades, s1, steel, buyer=at(trades, "a1"))[0].connected


def test_being_local_is_no_reason(tmp_path):
    """Two equal candidates, one local and one outside: the order does not change when they swap places."""
    links = LINKS + "t1,a1,steel,10,2025,i\nt2,a1,steel,10,2025,i\n"
    orders = []
    for regions in (("990101", "990200"), ("990200", "990101")):
        firms = FIRMS + "".join(
            f"t{i},替{i},31,{region},,,,,100,,125.2,28.0,\n" for i, region in enumerate(regions, start=1)
        )
        folder = tmp_path / regions[0]
        folder.mkdir()
        trades = trades_of(folder, links, firms)
        found = substitutes(trades, at(trades, "s1"), trades.items.index("steel"))
        orders.append([trades.network.firms[c.firm] for c in found])
        assert not any("本地" in reason for c in found for reason in c.reasons)
    assert orders[0] == orders[1]
    assert orders[0].index("t1") < orders[0].index("t2")


def test_distance_of_a_degree_of_latitude():
    away = distance_km(np.array([125.0, 125.0, np.nan]), np.array([28.0, 29.0, 28.0]), 0)
    assert away[1] == pytest.approx(111.2, abs=0.1)
    assert np.isnan(away[2])
