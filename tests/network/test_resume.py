"""An interrupted run keeps what is done, and taking it up gives the file of an uninterrupted one."""

from __future__ import annotations

import json

import pytest
from tests.network.network_files import write_inputs

from lianshu.cli import main
from lianshu.network import cascade as cascade_room
from lianshu.network.network import NetworkError
from lianshu.network.runs import Journal, ResultFile, RunRecord


@pytest.fixture
def inputs(tmp_path):
    links, firms, essential = write_inputs(tmp_path)
    return ["network", "cascade", f"--links={links}", f"--firms={firms}", f"--essential={essential}"]


def run(inputs, folder, *more):
    out, losses, groups = folder / "out.csv", folder / "losses.csv", folder / "groups.csv"
    written = [
        f"--out={out}",
        "--losses=5",
        f"--losses-out={losses}",
        "--by=sector",
        f"--groups-out={groups}",
    ]
    return main([*inputs, *written, *more]), out, losses


@pytest.fixture
def interrupted(inputs, tmp_path, monkeypatch):
    """A run stopped by Ctrl-C after its third block of one scenario."""
    folder = tmp_path / "interrupted"
    folder.mkdir()
    blocks = cascade_room.Cascade.blocks

    def stopping(self, scenarios, **options):
        for count, part in enumerate(blocks(self, scenarios, **options)):
            if count == 3:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(cascade_room.Cascade, "_block_size", lambda self: 1)
    with monkeypatch.context() as patch:
        patch.setattr(cascade_room.Cascade, "blocks", stopping)
        status, out, losses = run(inputs, folder)
    assert status == 130
    return out, losses


def test_interrupted_run_keeps_what_is_done(interrupted):
    out, _ = interrupted
    assert not out.exists()
    assert len((out.parent / "out.csv.part").read_text().splitlines()) == 1 + 3


@pytest.mark.parametrize("damage", ["nothing", "half a row", "losses cut off", "groups cut off"])
def test_resumed_run_equals_an_uninterrupted_one(inputs, interrupted, tmp_path, damage):
    out, losses = interrupted
    part = out.with_name("out.csv.part")
    if damage == "half a row":
        part.write_text(part.read_text() + "s2,0.12")
    if damage.endswith("cut off"):
        other = losses.with_name(f"{damage.split()[0]}.csv.part")
        other.write_text("\n".join(other.read_text().splitlines()[:-4]))
    status, out, losses = run(inputs, out.parent, "--resume")
    assert status == 0
    whole = tmp_path / "whole"
    whole.mkdir()
    run(inputs, whole)
    assert out.read_bytes() == (whole / "out.csv").read_bytes()
    for name in ("losses.csv", "groups.csv"):
        assert (out.parent / name).read_bytes() == (whole / name).read_bytes()
    assert not part.exists()


def test_resuming_with_other_parameters_is_refused(inputs, interrupted, capsys):
    out, _ = interrupted
    status, *_ = run(inputs, out.parent, "--resume", "--epsilon=0.01")
    assert status == 2
    assert "不能接着算" in capsys.readouterr().err
    assert out.with_name("out.csv.part").exists()


def test_starting_anew_puts_the_old_part_aside(inputs, interrupted):
    out, _ = interrupted
    left = out.with_name("out.csv.part").read_bytes()
    status, out, _ = run(inputs, out.parent)
    assert status == 0
    assert out.with_name("out.csv.part.old").read_bytes() == left


def test_every_run_stores_what_decides_it(inputs, tmp_path):
    _, out, _ = run(inputs, tmp_path, "--epsilon=0.01", "--no-market")
    record = json.loads(out.with_name("out.csv.run.json").read_text())
    assert record["parameters"]["epsilon"] == 0.01
    assert record["parameters"]["market"] is False
    assert {"links", "firms", "essential", "network"} <= set(record["inputs"])
    assert record["seed"] is None
    assert "+" in record["code"]
    assert record["scenarios"] == 8


def test_a_part_without_its_heading_counts_as_nothing(tmp_path):
    file = ResultFile(tmp_path / "a.csv", ["x", "y"])
    assert file.rows_done() == 0
    file.part.write_text("other\n1,2\n")
    assert file.rows_done() == 0


def test_journal_takes_up_only_its_own_run(tmp_path):
    out = ResultFile(tmp_path / "a.csv", ["x"])
    Journal(RunRecord("cascade", {"links": "1"}, {}), out).open(False)
    out.append([[1], [2]])
    assert Journal(RunRecord("cascade", {"links": "1"}, {}), out).open(True) == 2
    with pytest.raises(NetworkError, match="inputs"):
        Journal(RunRecord("cascade", {"links": "2"}, {}), out).open(True)
