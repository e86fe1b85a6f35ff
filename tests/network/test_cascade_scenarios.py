"""Scenarios by name, park, sector, flood and import ban; paths of losses; intervals for missing links."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from tests.network.cascade_cases import random_network
from tests.network.network_files import write_inputs

from lianshu.cli import main
from lianshu.network import shocks
from lianshu.network.cascade import Cascade
from lianshu.network.cascade_incomplete import CUSTOMERS, SUPPLIERS, Completions, interval
from lianshu.network.links_network import load_network
from lianshu.network.network import Network, NetworkError
from lianshu.network.paths import explain
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import InputError


@pytest.fixture
def network(tmp_path):
    with Workspace() as work:
        return load_network(work, *write_inputs(tmp_path)).network


def named(network, scenario):
    return {network.firms[at] for at in scenario.firms}


def test_scenarios_take_the_firms_they_name(network):
    assert named(network, shocks.of_sector(network, "31")) == {"s1", "s2"}
    assert named(network, shocks.by_label(network, "region", "990200")) == {"x1"}
    ban = shocks.import_ban(network)
    assert named(network, ban) == {"p1"}
    assert ban.down.tolist() == [1.0]
    assert ban.up.tolist() == [0.0]


def test_a_flood_takes_the_firms_inside_its_polygon_but_not_in_its_holes(network, tmp_path):
    square = [[125.05, 27.9], [125.25, 27.9], [125.25, 28.1], [125.05, 28.1], [125.05, 27.9]]
    hole = [[125.08, 27.95], [125.12, 27.95], [125.12, 28.05], [125.08, 28.05], [125.08, 27.95]]
    path = tmp_path / "flood.geojson"
    for rings, firms in (([square], {"w1", "a1"}), ([square, hole], {"a1"})):
        polygon = {"type": "Polygon", "coordinates": rings}
        path.write_text(json.dumps({"type": "Feature", "geometry": polygon}))
        assert named(network, shocks.in_polygon(network, shocks.read_polygon(path))) == firms


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n: shocks.by_label(n, "park", "北园"), "园区"),
        (lambda n: shocks.by_label(n, "county", "x"), "没有“county”一列"),
        (lambda n: shocks.of_sector(n, "99"), "99"),
        (lambda n: shocks.import_ban(n, "31"), "没有涉及任何企业"),
        (lambda n: shocks.shock(n, "x", [0], 1.5), "0 到 1"),
        (lambda n: shocks.shock(n, "x", [99]), "不存在的企业"),
        (lambda n: shocks.shock(n, "x", [0], direction="sideways"), "方向"),
        (lambda n: shocks.in_polygon(n, [[(0, 0), (1, 0), (1, 1)]]), "没有企业"),
        (lambda n: shocks.in_polygon(replace(n, longitude=None), []), "经纬度"),
        (lambda n: shocks.import_ban(replace(n, labels={})), "境外"),
    ],
)
def test_impossible_scenarios_are_refused_with_the_cause(network, call, message):
    with pytest.raises(NetworkError, match=message):
        call(network)


def test_a_file_of_shocks_names_every_wrong_row(network, tmp_path):
    path = tmp_path / "shocks.csv"
    path.write_text("scenario,firm,loss\na,s1,0.5\na,nobody,1\na,s1,0.2\nb,s2,2\n")
    with Workspace() as work, pytest.raises(InputError) as error:
        shocks.read_shocks(work, network, str(path))
    assert [(problem.code, problem.row) for problem in error.value.problems] == [("S04", 5)]
    path.write_text("scenario,firm,loss\na,s1,0.5\na,nobody,1\na,s1,0.2\n")
    with Workspace() as work, pytest.raises(InputError) as error:
        shocks.read_shocks(work, network, str(path))
    assert [(problem.code, problem.row) for problem in error.value.problems] == [("S07", 3), ("S08", 4)]


def test_supply_and_demand_may_be_shocked_unequally(network, tmp_path):
    path = tmp_path / "shocks.csv"
    path.write_text("scenario,firm,loss,loss_up\nz,a1,0.5,0\na,s1,1,\n")
    with Workspace() as work:
        first, second = shocks.read_shocks(work, network, str(path))
    assert (first.name, second.name) == ("z", "a")
    assert first.up.tolist() == [0.0]
    assert second.up.tolist() == [1.0]
    result = Cascade(network, threads=1).run([first])
    assert result.esri_up[0] == 0.0
    assert result.esri_down[0] > 0.0


def line(share_of_first=1.0):
    """a sells to b, b to c: all essential; a second supplier of b's input where the share is below 1."""
    network, _ = Network.build(
        firms=["a", "b", "c", "a2"],
        sectors=["A", "B", "C"],
        supplier=[0, 1, 3],
        buyer=[1, 2, 1],
        amount=[10.0 * share_of_first, 10.0, 10.0 * (1 - share_of_first) + 1e-9],
        sector=[0, 1, 2, 0],
        classes=np.full((3, 3), 2),
        weights=np.ones(4),
    )
    return network


def test_losses_are_explained_along_the_chain():
    network = line()
    engine = Cascade(network, market=False, threads=1)
    hits = {network.firms[hit.firm]: hit for hit in explain(engine, engine.closures([0])[0], 4)}
    assert hits["a"].direction == "direct"
    assert hits["b"].path == (0, 1)
    assert hits["c"].path == (0, 1, 2)
    assert hits["c"].direction == "down"
    assert hits["c"].share == pytest.approx(1.0, abs=1e-6)
    upstream = {network.firms[hit.firm]: hit for hit in explain(engine, engine.closures([2])[0], 4)}
    assert upstream["a"].direction == "up"
    assert upstream["a"].path == (2, 1, 0)


def test_every_path_starts_at_a_firm_hit_and_follows_links():
    network = random_network(60, 300, 6, 5)
    engine = Cascade(network, threads=1)
    links = set(zip(network.supplier.tolist(), network.buyer.tolist(), strict=True))
    scenario = shocks.shock(network, "three", [1, 2, 3])
    hits = explain(engine, scenario, 40)
    assert len(hits) > 20
    for hit in hits:
        assert hit.path[0] in {1, 2, 3}
        assert hit.path[-1] == hit.firm
        assert 0.0 < hit.share <= 1.0 + 1e-9
        steps = list(zip(hit.path, hit.path[1:], strict=False))
        if hit.direction == "down":
            assert links.issuperset(steps)
        else:
            assert links.issuperset((to, of) for of, to in steps)


def incomplete(seed=4):
    network = random_network(30, 120, 4, seed)
    costs = network.purchases.copy()
    costs[:3] += np.array([400.0, 40.0, 4.0])
    return replace(network, costs=costs, weights=network.sales)


def test_the_same_seed_gives_the_same_interval():
    network = incomplete()
    scenario = shocks.shock(network, "one", [5])
    options = {"epsilon": 1e-4, "samples": 12, "asked": 2, "threads": 1}
    one = interval(network, scenario, seed=3, **options)
    again = interval(network, scenario, seed=3, **options)
    other = interval(network, scenario, seed=4, **options)
    assert (one.samples == again.samples).all()
    assert one.questions == again.questions
    assert (one.samples != other.samples).any()
    assert one.least <= one.low <= one.high <= one.most
    assert 0.0 < one.coverage < 1.0


def test_the_answer_that_decides_is_the_question_to_ask():
    # Whether b0 buys from the firm that closes is unknown for nine tenths of its purchases; b1 is known.
    network, _ = Network.build(
        firms=["s0", "s1", "b0", "b1"],
        sectors=["A", "B"],
        supplier=[0, 1, 1],
        buyer=[3, 2, 3],
        amount=[10.0, 10.0, 10.0],
        sector=[0, 0, 1, 1],
        classes=np.ones((2, 2)),
        costs=[0.0, 0.0, 100.0, 20.2],
        weights=np.ones(4),
    )
    scenario = shocks.shock(network, "s0", [0])
    found = interval(network, scenario, epsilon=1e-4, market=False, samples=80, asked=2, threads=1)
    assert [network.firms[question.firm] for question in found.questions] == ["b0", "b1"]
    assert found.questions[0].narrows > 0.7
    assert found.questions[1].narrows < 0.2


def test_a_completion_adds_no_more_than_is_missing_and_holds_an_answer_fixed():
    network = incomplete()
    completions = Completions(network, 1)
    for number in range(20):
        made = completions.draw(number)
        assert (made.purchases <= np.maximum(network.costs, network.purchases) * (1 + 1e-9)).all()
        assert (made.purchases[3:] == network.purchases[3:]).all()
    same = completions.draw(7, fixed=(0, SUPPLIERS), fixed_number=2)
    bought = same.amount[same.buyer == 0]
    assert (np.sort(bought) == np.sort(completions.draw(2).amount[completions.draw(2).buyer == 0])).all()


def test_missing_sales_go_to_buyers_whose_purchases_nobody_declared():
    # s0 sold 90 of its 100 to somebody unknown: b1 declares all it buys, so only b0 and b2 can be meant.
    network, _ = Network.build(
        firms=["s0", "s1", "b0", "b1", "b2"],
        sectors=["A", "B"],
        supplier=[0, 1, 1, 1],
        buyer=[2, 2, 3, 4],
        amount=[10.0, 10.0, 10.0, 10.0],
        sector=[0, 0, 1, 1, 1],
        classes=np.ones((2, 2)),
        revenue=[100.0, 30.0, np.nan, np.nan, np.nan],
        costs=[np.nan, np.nan, np.nan, 10.0, np.nan],
        weights=np.ones(5),
    )
    completions = Completions(network, 1)
    assert completions.asked(5) == [(0, CUSTOMERS, pytest.approx(90 * 0.75))]
    reached = set()
    for number in range(20):
        made = completions.draw(number)
        assert made.sales[0] <= 10 + 90 * 0.75 + 1e-9
        assert made.sales[1] == network.sales[1]
        reached |= set(made.buyer[made.supplier == 0].tolist())
    assert reached == {2, 4}
    found = interval(network, shocks.shock(network, "s0", [0]), epsilon=1e-4, samples=10, threads=1)
    assert found.coverage == pytest.approx(1.0)
    assert found.most > found.as_known
    assert found.questions[0].side == CUSTOMERS


def test_an_interval_of_ten_thousand_firms_takes_few_builds(monkeypatch):
    rng = np.random.default_rng(5)
    n, links = 10_000, 30_000
    supplier, buyer = rng.integers(0, n, (2, links))
    network, _ = Network.build(
        firms=[f"f{at}" for at in range(n)],
        sectors="abc",
        supplier=supplier,
        buyer=buyer,
        amount=rng.lognormal(1.0, 1.0, links),
        sector=rng.integers(0, 3, n),
        classes=np.ones((3, 3)),
    )
    network = replace(network, costs=network.purchases * 2, revenue=network.sales * 1.5)
    builds = []
    build = Network.build
    monkeypatch.setattr(Network, "build", lambda **parts: builds.append(1) or build(**parts))
    told = []
    scenario = shocks.shock(network, "one", [5])
    interval(network, scenario, epsilon=1e-2, samples=10, asked=1, progress=lambda *at: told.append(at))
    assert len(builds) == 30
    assert told[-1] == (30, 30)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda n: replace(n, costs=None, revenue=None), "采购总额"),
        (lambda n: replace(n, costs=n.purchases), "没有缺口"),
    ],
)
def test_an_interval_needs_something_known_to_be_missing(change, message):
    network = incomplete()
    with pytest.raises(NetworkError, match=message):
        interval(change(network), shocks.shock(network, "one", [5]), epsilon=1e-4)


def test_too_few_samples_are_refused():
    network = incomplete()
    with pytest.raises(NetworkError, match="至少 10"):
        interval(network, shocks.shock(network, "one", [5]), epsilon=1e-4, samples=3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--close", "s1", "--paths", "5"], "传导路径"),
        (["--close", "s1", "--interval", "10"], "区间|已知链接"),
        (["--sector", "31", "--region", "990200"], "行业:31"),
        (["--import-ban"], "进口断供"),
        (["--direction", "down", "--weight", "sales"], "损失最大的情景"),
    ],
)
def test_command_answers_single_questions(options, said, tmp_path, capsys):
    links, firms, essential = write_inputs(tmp_path)
    inputs = [f"--links={links}", f"--firms={firms}", f"--essential={essential}", "--threads=1"]
    status = main(["network", "cascade", *inputs, *options])
    out = capsys.readouterr().out
    assert status == 0
    assert any(word in out for word in said.split("|"))


def test_paths_and_intervals_are_written_with_what_decided_them(tmp_path):
    links, firms, essential = write_inputs(tmp_path)
    inputs = [f"--links={links}", f"--firms={firms}", f"--essential={essential}", "--close=s1"]
    paths, book = tmp_path / "paths.csv", tmp_path / "interval.xlsx"
    assert main(["network", "cascade", *inputs, "--paths=3", f"--out={paths}"]) == 0
    assert paths.read_text(encoding="utf-8-sig").startswith("企业,损失,方向,路径")
    assert json.loads((tmp_path / "paths.csv.run.json").read_text())["seed"] is None
    assert main(["network", "cascade", *inputs, "--interval=10", "--seed=4", f"--out={book}"]) == 0
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["各次补全", "该问谁"]
    assert len(list(sheets["各次补全"].rows)) == 1 + 1 + 10
    record = json.loads((tmp_path / "interval.xlsx.run.json").read_text())
    assert record["seed"] == 4
    assert record["parameters"]["interval"] == 10


@pytest.mark.parametrize(
    "options",
    [
        ["--losses", "3"],
        ["--by", "sector"],
        ["--resume"],
        ["--firms-range", "5"],
        ["--firms-range", "3:900"],
        ["--firms-range", "0:2", "--close", "s1"],
        ["--paths", "3"],
        ["--interval", "20"],
        ["--epsilon", "0"],
        ["--close", "nobody"],
        ["--weight", "jobs"],
        ["--out", "no/such/folder/out.csv"],
    ],
)
def test_command_refuses_what_it_cannot_do(options, tmp_path, capsys):
    links, firms, essential = write_inputs(tmp_path)
    inputs = [f"--links={links}", f"--firms={firms}", f"--essential={essential}"]
    assert main(["network", "cascade", *inputs, *options]) == 2
    assert capsys.readouterr().err


def test_group_losses_are_written(tmp_path):
    links, firms, essential = write_inputs(tmp_path)
    out, groups = tmp_path / "out.csv", tmp_path / "groups.csv"
    inputs = [f"--links={links}", f"--firms={firms}", f"--essential={essential}"]
    status = main(
        ["network", "cascade", *inputs, f"--out={out}", "--by=chain", f"--groups-out={groups}", "--close=s1"]
    )
    assert status == 0
    rows = [row.split(",") for row in groups.read_text().splitlines()]
    assert rows[0] == ["scenario", "grouping", "group", "weight", "loss_down", "loss_up", "loss"]
    assert rows[1][1] == "chain"
    assert [row[2] for row in rows[1:]] == ["甲链"]


def test_command_simulates_and_compares_stocks(tmp_path, capsys):
    links, firms, essential = write_inputs(tmp_path)
    inputs = [f"--links={links}", f"--firms={firms}", f"--essential={essential}"]
    out = tmp_path / "days.csv"
    command = ["network", "simulate", *inputs, "--close=s1", "--days=20", "--what-if=a1", f"--out={out}"]
    assert main(command) == 0
    assert "备不同天数的库存" in capsys.readouterr().out
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) >= 21
    assert json.loads((tmp_path / "days.csv.run.json").read_text())["parameters"]["days"] == 20
    assert main(["network", "simulate", *inputs]) == 2
    assert "没有受损企业" in capsys.readouterr().err
