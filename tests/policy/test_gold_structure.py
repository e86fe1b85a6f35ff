"""The readers of structure against the hand-made gold: floors for every kind this room's readers give.

The scorer and the gold lie beside the project; the test skips where they are absent. The samples of the other
tests in this folder cover the same ground with texts of our own.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from lianshu.policy.extract import chains, enterprises, facts, mechanisms, orgs, projects, tasks
from lianshu.policy.model import Reading, Source
from lianshu.policy.outline import outline
from lianshu.policy.repair import repair

FLOORS = {
    "tasks": 0.95, "duties": 0.97, "chains": 1.0, "mechanisms": 0.9, "projects": 0.92, "enterprises": 0.88,
    "orgs": 0.75,
}  # fmt: skip


@pytest.fixture(scope="module")
def scores(shared: Path, scorer: ModuleType) -> dict[str, float]:
    counts: dict[str, tuple[int, ...]] = {}
    good = asked = 0
    for gold_file in sorted((shared / "policies" / "gold").glob("*.json")):
        original = (shared / "policies" / "text" / f"{gold_file.stem}.txt").read_text("utf-8")
        source = Source(gold_file.stem, original)
        text = repair(source)
        tree = outline(text)
        found = facts.extract(text, tree)
        context = {**found, "chains": []}
        items = chains.extract(text, tree, context)
        context["chains"] = [item.fields["name"] for item in items]
        for module in (mechanisms, tasks, projects, enterprises, orgs):
            items += module.extract(text, tree, context)
        guess = Reading(source, found, items).as_dict()
        gold = json.loads(gold_file.read_text("utf-8"))
        kinds, _, checked, _ = scorer.score_document(original, gold, guess)
        for kind, row in kinds.items():
            counts[kind] = tuple(a + b for a, b in zip(counts.get(kind, (0, 0, 0)), row, strict=True))
        good += sum(ok for _, ok in checked)
        asked += len(checked)
    return {kind: scorer.ratio(*row)[2] for kind, row in counts.items()} | {"facts": good / asked}


@pytest.mark.parametrize("kind", [*FLOORS, "facts"])
def test_floor(scores: dict[str, float], kind: str) -> None:
    assert scores[kind] >= FLOORS.get(kind, 0.95)
