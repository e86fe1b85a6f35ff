"""The compiled kernel against the dense oracle, and what must hold for every network."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.network.cascade_cases import random_network
from tests.network.oracle_cascade import dense_cascade

from lianshu.network import cascade as cascade_room
from lianshu.network import kernel_pool
from lianshu.network.cascade import Cascade, Scenario, group_losses
from lianshu.network.kernel_compile import drop_stale
from lianshu.network.network import Network, NetworkError

quick = settings(max_examples=30, deadline=None)
seeds = st.integers(0, 10_000)


def losses(network, scenario, **options):
    result = Cascade(network, threads=1, **options).run([scenario], keep_losses=True)
    return result.down[0], result.up[0]


def random_scenario(network, seed, partial=True):
    rng = np.random.default_rng(seed)
    firms = rng.choice(network.firm_count, rng.integers(1, 6), replace=False)
    down = rng.random(firms.size) if partial else np.ones(firms.size)
    return Scenario("drawn", firms.astype(np.int64), down)


@quick
@given(seeds, st.booleans(), st.sampled_from([1e-1, 1e-2, 1e-4]), st.booleans())
def test_equals_the_dense_oracle(seed, market, epsilon, corrections):
    network = random_network(40, 160, 5, seed, corrections=corrections)
    scenarios = [random_scenario(network, seed + at) for at in range(9)]
    result = Cascade(network, epsilon=epsilon, market=market, threads=1).run(scenarios, keep_losses=True)
    share = network.loss_weights / network.loss_weights.sum()
    for at, scenario in enumerate(scenarios):
        remaining = np.ones(network.firm_count)
        remaining[scenario.firms] -= scenario.down
        down, up, steps = dense_cascade(network, remaining, epsilon, market)
        assert result.steps[at] == steps
        assert np.abs(result.down[at] - (1 - down)).max() < 1e-11
        assert np.abs(result.up[at] - (1 - up)).max() < 1e-11
        assert result.esri[at] == pytest.approx(share @ (1 - np.minimum(down, up)), abs=1e-11)


@pytest.mark.parametrize("budget", [0, 10**9])
def test_both_phases_give_the_same(budget, monkeypatch):
    network = random_network(120, 600, 12, 7)
    expected = Cascade(network, epsilon=1e-5, threads=1)
    usual = expected.run(expected.closures(), keep_losses=True)
    init = kernel_pool.Pool.__init__

    def forced(self, *args):
        init(self, *args)
        self._budget = budget

    monkeypatch.setattr(kernel_pool.Pool, "__init__", forced)
    engine = Cascade(network, epsilon=1e-5, threads=1)
    result = engine.run(engine.closures(), keep_losses=True)
    assert (result.steps == usual.steps).all()
    assert np.abs(result.down - usual.down).max() < 1e-10
    assert np.abs(result.up - usual.up).max() < 1e-10


@pytest.mark.parametrize("market", [True, False])
def test_same_bits_for_any_threads_teams_and_blocks(market, monkeypatch):
    network = random_network(200, 900, 15, 3)
    runs = []
    settings = ((1, None, 9), (2, None, 9), (2, 7, 9), (1, 200, 9), (3, 1, 9), (2, None, 0), (9, 5, 0))
    for threads, block, alone in settings:
        monkeypatch.setattr(cascade_room, "ALONE", alone and network.firm_count)
        engine = Cascade(network, epsilon=1e-3, market=market, threads=threads, block=block)
        runs.append(engine.run(engine.closures(), keep_losses=True))
    for run in runs[1:]:
        for name in ("esri", "esri_down", "esri_up", "steps", "down", "up"):
            assert (getattr(run, name) == getattr(runs[0], name)).all(), name


def test_directions_that_settle_at_different_steps_meet_at_a_common_one():
    # Upstream row sums above 1 (revenue below sales seen) let the growth of losses rise again.
    network = random_network(30, 120, 4, 11)
    network = replace(network, revenue=network.sales * 0.6 + 0.1)
    for epsilon in (0.3, 0.05, 1e-3):
        engine = Cascade(network, epsilon=epsilon, market=False, threads=1)
        result = engine.run(engine.closures())
        for firm in range(network.firm_count):
            remaining = np.ones(network.firm_count)
            remaining[firm] = 0.0
            assert result.steps[firm] == dense_cascade(network, remaining, epsilon, False)[2]


@quick
@given(seeds, st.booleans())
def test_index_lies_between_its_bounds(seed, market):
    network = random_network(40, 150, 5, seed)
    engine = Cascade(network, market=market, threads=1)
    result = engine.run(engine.closures())
    share = network.loss_weights / network.loss_weights.sum()
    assert (result.esri <= 1 + 1e-12).all()
    assert (result.esri >= share - 1e-12).all()
    assert (np.maximum(result.esri_down, result.esri_up) <= result.esri + 1e-12).all()
    assert (result.esri <= result.esri_down + result.esri_up + 1e-12).all()


@quick
@given(seeds)
def test_no_shock_loses_nothing(seed):
    network = random_network(20, 60, 4, seed)
    scenario = Scenario("none", np.array([3]), np.zeros(1))
    result = Cascade(network, threads=1).run([scenario])
    assert result.esri[0] == 0.0
    assert result.steps[0] == 1


@quick
@given(seeds, st.booleans())
def test_a_larger_shock_loses_no_less(seed, market):
    network = random_network(40, 150, 5, seed)
    smaller = random_scenario(network, seed)
    larger = replace(smaller, down=np.minimum(1.0, smaller.down * 1.5 + 0.1))
    # A tiny ε: at equal tolerance a larger shock may stop at another step.
    options = {"market": market, "epsilon": 1e-10}
    for less, more in zip(
        losses(network, smaller, **options), losses(network, larger, **options), strict=True
    ):
        assert (less <= more + 1e-7).all()


@quick
@given(seeds)
def test_replaceable_suppliers_lose_no_more(seed):
    network = random_network(40, 150, 5, seed)
    scenario = random_scenario(network, seed)
    with_shares, _ = losses(network, scenario, market=True, epsilon=1e-10)
    without, _ = losses(network, scenario, market=False, epsilon=1e-10)
    assert (with_shares <= without + 1e-7).all()


@quick
@given(seeds, st.floats(1e-6, 1e6))
def test_the_currency_unit_changes_nothing(seed, factor):
    network = random_network(40, 150, 5, seed, corrections=True)
    scaled = replace(
        network,
        amount=network.amount * factor,
        revenue=network.revenue * factor,
        costs=network.costs * factor,
    )
    one, other = Cascade(network, threads=1), Cascade(scaled, threads=1)
    a, b = one.run(one.closures()), other.run(other.closures())
    assert np.abs(a.esri - b.esri).max() < 1e-9


@quick
@given(seeds)
def test_permuting_firms_permutes_results(seed):
    network = random_network(40, 150, 5, seed)
    order = np.random.default_rng(seed).permutation(network.firm_count)
    rank = np.argsort(order)
    moved, _ = Network.build(
        firms=[network.firms[at] for at in order],
        sectors=network.sectors,
        supplier=rank[network.supplier],
        buyer=rank[network.buyer],
        amount=network.amount,
        sector=network.sector[order],
        classes=network.classes,
    )
    one, other = Cascade(network, threads=1), Cascade(moved, threads=1)
    a, b = one.run(one.closures()), other.run(other.closures())
    assert np.abs(a.esri[order] - b.esri).max() < 1e-11
    assert (a.steps[order] == b.steps).all()


@quick
@given(seeds)
def test_an_isolated_firm_changes_only_the_weights(seed):
    network = random_network(30, 100, 4, seed)
    wider, _ = Network.build(
        firms=[*network.firms, "alone"],
        sectors=network.sectors,
        supplier=network.supplier,
        buyer=network.buyer,
        amount=network.amount,
        sector=np.append(network.sector, 0),
        classes=network.classes,
        weights=np.append(network.sales, network.sales.sum()),
    )
    one, other = Cascade(network, threads=1), Cascade(wider, threads=1)
    a, b = one.run(one.closures()), other.run(other.closures(range(network.firm_count)))
    assert np.abs(a.esri / 2 - b.esri).max() < 1e-12


@quick
@given(seeds)
def test_endless_revenue_leaves_only_the_direct_loss_upstream(seed):
    network = random_network(30, 100, 4, seed)
    rich = replace(network, revenue=np.full(30, 1e18), weights=network.sales)
    engine = Cascade(rich, threads=1)
    result = engine.run(engine.closures())
    assert np.abs(result.esri_up - network.sales / network.sales.sum()).max() < 1e-9


def test_duplicate_links_are_summed_before():
    parts = {"supplier": [0, 0, 1, 1], "buyer": [1, 1, 2, 2], "amount": [1.0, 2.0, 1.0, 1.0]}
    common = {"firms": "abc", "sectors": "x", "sector": [0, 0, 0], "classes": [[2]]}
    split, repairs = Network.build(**parts, **common)
    whole, _ = Network.build(supplier=[0, 1], buyer=[1, 2], amount=[3.0, 2.0], **common)
    assert repairs.duplicates == 2
    assert split.fingerprint == whole.fingerprint


def test_an_empty_market_leaves_no_replacement():
    # A chain of three; scaling the amounts must not change the loss when a market has nothing left.
    for unit in (1.0, 0.1, 1e6):
        network, _ = Network.build(
            firms="abc",
            sectors="xyz",
            supplier=[0, 1],
            buyer=[1, 2],
            amount=[10.0 * unit, 10.0 * unit],
            sector=[0, 1, 2],
            classes=np.full((3, 3), 2),
        )
        engine = Cascade(network, threads=1)
        assert engine.run(engine.closures([0])).esri[0] == pytest.approx(1.0)


def test_making_an_input_essential_may_lower_the_loss():
    # The counter-example of the notes: a what-if on classes must not promise a direction.
    def loss(class_of_a):
        network, _ = Network.build(
            firms=["a1", "a2", "b1", "buyer"],
            sectors=["A", "B", "X"],
            supplier=[0, 1, 2],
            buyer=[3, 3, 3],
            amount=[5.0, 4.0, 1.0],
            sector=[0, 0, 1, 2],
            classes=[[0, 0, class_of_a], [0, 0, 1], [0, 0, 0]],
        )
        scenario = Scenario("both short", np.array([0, 2]), np.ones(2))
        return losses(network, scenario, market=False)[0][3]

    assert loss(1) == pytest.approx(0.6)
    assert loss(2) == pytest.approx(5 / 9)


def test_group_losses_add_up_to_the_index():
    network = random_network(40, 150, 5, 2)
    network = replace(network, labels={"region": tuple("ab"[at % 2] for at in range(40))})
    engine = Cascade(network, threads=1)
    result = engine.run(engine.closures([4]), keep_losses=True)
    for grouping in ("sector", "region"):
        rows = group_losses(network, grouping, result.down[0], result.up[0])
        total = sum(weight for _, weight, *_ in rows)
        assert sum(weight * both for _, weight, _, _, both in rows) / total == pytest.approx(result.esri[0])
    with pytest.raises(NetworkError, match="park"):
        group_losses(network, "park", result.down[0], result.up[0])


def test_machine_code_older_than_any_source_is_forgotten(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    old, new = (tmp_path / "__pycache__" / f"kernel_lanes.{name}.nbi" for name in ("old", "new"))
    for path, age in ((old, 1000), (tmp_path / "kernel_vector.py", 2000), (new, 3000)):
        path.write_text("")
        os.utime(path, (age, age))
    drop_stale(tmp_path)
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("epsilon", [0.0, 1.0, -1e-4, float("nan")])
def test_a_tolerance_outside_its_range_is_refused(epsilon):
    with pytest.raises(NetworkError, match="容差"):
        Cascade(random_network(10, 20, 2, 0), epsilon=epsilon)


def test_no_weights_and_no_firms_are_refused():
    network = random_network(10, 20, 2, 0)
    with pytest.raises(NetworkError, match="权重"):
        Cascade(replace(network, weights=np.zeros(10)))
    nobody, _ = Network.build(
        firms=[], sectors=["x"], supplier=[], buyer=[], amount=[], sector=[], classes=[[0]]
    )
    with pytest.raises(NetworkError, match="没有企业"):
        Cascade(nobody)
