"""Whole plans written for these tests in the manner of different provinces, with every target and duty in them.

Beside each text stands what it says: ``T`` low(-high), unit, op, basis, period, scope, name; ``R`` every, times, who, what
and, where a day is named, the day.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lianshu.policy.model import Reading, Source
from lianshu.policy.reader import read

SAMPLES = sorted(Path(__file__).with_name("samples").glob("figures_*.txt"))


def _reading(path: Path) -> Reading:
    return read(Source(name=path.stem, text=path.read_text("utf-8")))


def _expected(path: Path, kind: str) -> list[list[str]]:
    lines = path.with_suffix(".tsv").read_text("utf-8").splitlines()
    return [line.split("\t")[1:] for line in lines if line.startswith(kind)]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_targets(path: Path) -> None:
    found = []
    for item in _reading(path).of("targets"):
        f = item.fields
        amount = str(f["low"]) if f["high"] is None else f"{f['low']}-{f['high']}"
        found.append([amount, f["unit"], f["op"], f["basis"], f["period"], f["scope"], f["name"]])
    assert found == _expected(path, "T")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_recurring(path: Path) -> None:
    found = []
    for item in _reading(path).of("recurring"):
        f = item.fields
        times = "-" if f["times"] is None else str(f["times"])
        day = [f["due"]] if f["due"] else []
        found.append([f["every"] or "-", times, f["who"] or "-", f["what"], *day])
    assert found == _expected(path, "R")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_item_can_be_explained(path: Path) -> None:
    reading = _reading(path)
    items = reading.of("targets") + reading.of("recurring")
    assert items
    for item in items:
        assert item.rule.startswith(("target.", "cadence."))
        assert 0 < item.confidence <= 1
        assert item.reason or item.confidence >= 0.75
        assert reading.source.text[item.start : item.end].strip()


def test_the_samples_cover_many_figures() -> None:
    assert sum(len(_expected(path, "T")) for path in SAMPLES) > 250
    assert sum(len(_expected(path, "R")) for path in SAMPLES) > 70
