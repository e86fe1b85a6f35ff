"""Teams of threads and the queue between them: failures, early ends, several runs at once, odd networks."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tests.network.cascade_cases import random_network
from tests.network.oracle_cascade import dense_cascade

from lianshu.network import cascade as cascade_room
from lianshu.network import cascade_flow
from lianshu.network.cascade import Cascade, Scenario
from lianshu.network.kernel_team import Team, meet
from lianshu.network.network import Network, NetworkError


@pytest.fixture
def teams(monkeypatch):
    """Small networks are advanced by teams too, in tiny blocks."""
    monkeypatch.setattr(cascade_room, "ALONE", 0)
    monkeypatch.setattr(cascade_flow, "WINDOW", 1)


def ends(call):
    """What `call` raised; fails instead of waiting for ever."""
    raised = []

    def caught():
        try:
            call()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=caught, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "the team never came home"
    return raised[0] if raised else None


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_member_that_fails_sends_the_others_home(failing):
    team = Team(3)

    def work(member, members, signal, own):
        if member == failing:
            raise MemoryError("no room")
        meet(members, signal, 0)

    assert isinstance(ends(lambda: team.call(work, [0, 1, 2])), MemoryError)
    met = []
    assert (
        ends(lambda: team.call(lambda m, of, signal, own: met.append(meet(of, signal, 0)), [0] * 3)) is None
    )
    assert met == [3, 3, 3]


def test_a_helper_that_cannot_start_sends_the_others_home(monkeypatch):
    team = Team(3)
    submit = team._helpers.submit

    def refusing(function, member, *rest):
        if member == 2:
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")
        return submit(function, member, *rest)

    monkeypatch.setattr(team._helpers, "submit", refusing)
    raised = ends(lambda: team.call(lambda m, of, signal, own: meet(of, signal, 0), [0, 1, 2]))
    assert isinstance(raised, RuntimeError)


def test_a_program_ends_though_a_run_was_left_half_read():
    program = (
        "from tests.network.cascade_cases import random_network\n"
        "from lianshu.network import cascade\n"
        "cascade.ALONE = 0\n"
        "engine = cascade.Cascade(random_network(60, 240, 5, 1), threads=2, block=1)\n"
        "left = engine.blocks(engine.closures())\n"
        "next(left)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)  # noqa: S603


@pytest.mark.parametrize(
    ("firms", "down", "says"),
    [
        ([40], [1.0], "企业序号"),
        ([-1], [1.0], "企业序号"),
        ([3], [1.5], "0 到 1"),
        ([3], [float("nan")], "0 到 1"),
        ([3], [-0.1], "0 到 1"),
    ],
)
def test_a_scenario_the_kernel_must_not_see_is_told(teams, firms, down, says):
    network = random_network(40, 150, 5, 1)
    engine = Cascade(network, threads=3, block=2)
    wrong = Scenario("wrong", np.array(firms), np.array(down))
    good = list(engine.closures(range(8)))
    with pytest.raises(NetworkError, match=says):
        engine.run([*good, wrong])
    assert (engine.run(good).esri > 0).any()


def test_a_scenario_with_more_firms_than_losses_is_refused():
    with pytest.raises(NetworkError, match="个数"):
        Scenario("short", np.array([1, 2]), np.ones(1))
    with pytest.raises(NetworkError, match="个数"):
        Scenario("short", np.array([1, 2]), np.ones(2), np.ones(3))


def test_a_firm_named_twice_loses_the_larger_share():
    network = random_network(40, 150, 5, 4)
    engine = Cascade(network, threads=1)
    once = engine.run([Scenario("once", np.array([7, 2]), np.array([0.9, 0.2]))], keep_losses=True)
    for firms, losses in (([7, 2, 7], [0.9, 0.2, 0.1]), ([7, 7, 2], [0.0, 0.9, 0.2])):
        twice = engine.run([Scenario("twice", np.array(firms), np.array(losses))], keep_losses=True)
        assert (twice.down == once.down).all() and (twice.esri == once.esri).all()


def test_a_reader_who_stops_early_leaves_the_engine_usable(teams):
    network = random_network(80, 320, 6, 2)
    engine = Cascade(network, threads=2, block=3)
    whole = engine.run(engine.closures())
    for _ in range(3):
        part = engine.blocks(engine.closures(), keep=10)
        next(part)
        part.close()
    assert (engine.run(engine.closures()).esri == whole.esri).all()
    assert threading.active_count() < 60


def test_an_interrupt_while_a_team_works_stops_it(teams):
    network = random_network(80, 320, 6, 2)
    engine = Cascade(network, threads=3, block=1, epsilon=1e-10)

    def interrupted(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.run(engine.closures(), progress=interrupted)
    assert engine.run(engine.closures([5])).steps[0] > 0


def test_no_more_threads_than_the_program_may_use(monkeypatch):
    monkeypatch.setattr(cascade_room.os, "cpu_count", lambda: 64)
    network = random_network(10, 20, 2, 0)
    monkeypatch.setattr(cascade_room.os, "sched_getaffinity", lambda process: {3, 5, 6}, raising=False)
    assert Cascade(network).threads == 3
    monkeypatch.delattr(cascade_room.os, "sched_getaffinity")  # not every system has it
    assert Cascade(network).threads == 64


def test_runs_at_once_on_one_engine_do_not_disturb_each_other(teams):
    network = random_network(80, 320, 6, 3)
    engine = Cascade(network, threads=2, block=5)
    parts = [range(80), range(40), range(30, 80), range(79, -1, -1)]
    expected = [Cascade(network, threads=1).run(engine.closures(part)).esri for part in parts]
    with ThreadPoolExecutor(len(parts)) as callers:
        found = list(callers.map(lambda part: engine.run(engine.closures(part)).esri, parts))
    for one, other in zip(expected, found, strict=True):
        assert (one == other).all()


@pytest.mark.parametrize("seed", range(30))
def test_odd_networks_equal_the_dense_oracle(seed):
    rng = np.random.default_rng(seed)
    network, market = odd_network(rng), bool(rng.random() < 0.6)
    scenarios = [odd_scenario(rng, network.firm_count) for _ in range(int(rng.integers(1, 20)))]
    epsilon = float(rng.choice([0.3, 1e-2, 1e-4]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cascade_room, "ALONE", int(rng.choice([0, 10**6])))
        patch.setattr(cascade_flow, "WINDOW", int(rng.choice([1, 4])))
        engine = Cascade(
            network,
            epsilon=epsilon,
            market=market,
            threads=int(rng.integers(1, 3)),
            block=int(rng.integers(1, 8)),
        )
        result = engine.run(scenarios, keep_losses=True)
    share = network.loss_weights / network.loss_weights.sum()
    for at, scenario in enumerate(scenarios):
        remaining, remaining_up = np.ones(network.firm_count), np.ones(network.firm_count)
        remaining[scenario.firms] -= scenario.down
        remaining_up[scenario.firms] -= scenario.down if scenario.up is None else scenario.up
        down, up, steps = dense_cascade(network, remaining, epsilon, market, remaining_up)
        assert result.steps[at] == steps
        assert np.abs(result.down[at] - (1 - down)).max() < 1e-9
        assert np.abs(result.up[at] - (1 - up)).max() < 1e-9
        assert result.esri[at] == pytest.approx(share @ (1 - np.minimum(down, up)), abs=1e-9)


def odd_network(rng):
    """1 to 60 firms; no links or many, isolated firms, one market or several, revenue below sales, zero weights."""
    n, m = int(rng.integers(1, 61)), int(rng.integers(1, 7))
    links = int(rng.choice([0, 1, n, 4 * n]))
    supplier, buyer = rng.integers(0, n, (2, links))
    amount = rng.lognormal(1.0, rng.choice([0.1, 1.0, 4.0]), links)
    extra = {"market": rng.integers(0, m, n)} if rng.random() < 0.4 else {}
    for name, ends_ in (("revenue", supplier), ("costs", buyer)):
        if rng.random() < 0.5:
            seen = np.bincount(ends_, weights=amount, minlength=n) * rng.choice([0.3, 1.0, 3.0])
            extra[name] = np.where(rng.random(n) < 0.7, seen, np.nan)
    weights = rng.random(n) * (rng.random(n) < 0.6)
    weights[rng.integers(0, n)] = 1.0
    network, _ = Network.build(
        firms=[f"f{at}" for at in range(n)],
        sectors=[f"s{at}" for at in range(m)],
        supplier=supplier,
        buyer=buyer,
        amount=amount,
        sector=rng.integers(0, rng.choice([1, m]), n),
        classes=rng.integers(0, 3, (m, m)),
        weights=weights,
        **extra,
    )
    return network


def odd_scenario(rng, firms):
    """No firm to six, with whole, partial and zero losses, in both directions or one."""
    hit = rng.choice(firms, int(rng.integers(0, min(firms, 6) + 1)), replace=False).astype(np.int64)
    down = np.ones(hit.size) if rng.random() < 0.3 else rng.random(hit.size) * (rng.random(hit.size) < 0.8)
    up = [None, np.zeros(hit.size), rng.random(hit.size)][rng.integers(0, 3)]
    if up is not None and rng.random() < 0.3:
        down, up = up, down
    return Scenario("odd", hit, down, up)
