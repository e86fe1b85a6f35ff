"""Figures and cadences against the hand-made gold, where it stands beside the project."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from lianshu.policy.intake import load
from lianshu.policy.reader import read


@pytest.fixture(scope="module")
def totals(shared: Path) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Found, gold and read per kind; right and all per attribute, over the plans that have gold."""
    spec = importlib.util.spec_from_file_location("score", shared / "policies" / "score.py")
    assert spec is not None and spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    counts: dict[str, list[int]] = {}
    attributes: dict[str, list[int]] = {}
    for path in sorted((shared / "policies" / "gold").glob("*.json")):
        text = shared / "policies" / "text" / f"{path.stem}.txt"
        reading: dict[str, Any] = read(load(text)).as_dict()
        found, right, _, _ = score.score_document(
            text.read_text("utf-8"), json.loads(path.read_text("utf-8")), reading
        )
        for kind, row in found.items():
            counts[kind] = [a + b for a, b in zip(counts.get(kind, [0, 0, 0]), row, strict=True)]
        for name, row in right.items():
            attributes[name] = [a + b for a, b in zip(attributes.get(name, [0, 0]), row, strict=True)]
    return counts, attributes


@pytest.mark.parametrize(("kind", "least"), [("targets", 0.95), ("recurring", 0.88)])
def test_f1(totals: tuple[dict[str, list[int]], dict[str, list[int]]], kind: str, least: float) -> None:
    found, gold, read_ = totals[0][kind]
    assert 2 * found / (gold + read_) >= least


@pytest.mark.parametrize(
    "name", ["targets.op", "targets.basis", "targets.period", "targets.scope", "recurring.times"]
)
def test_attributes(totals: tuple[dict[str, list[int]], dict[str, list[int]]], name: str) -> None:
    right, all_ = totals[1][name]
    assert right / all_ >= 0.93
