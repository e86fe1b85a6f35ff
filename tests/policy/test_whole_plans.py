"""Five whole plans in the manner of different offices, written for these tests with their gold before they were read.

Three were looked at while the reader was mended, two (``UNSEEN``) only scored, once before and once after. The
floors stand a little under what was reached; the gold follows ``policies/SCHEMA.md`` beside the project, where the
scorer lies as well.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from lianshu.policy.intake import from_bytes
from lianshu.policy.reader import read

PLANS = Path(__file__).with_name("plans")
SEEN = ("city_scheme", "opinion_town", "zone_mechanism")
UNSEEN = ("county_notice", "province_action")
FLOORS = {
    SEEN: {
        "chains": 0.95, "mechanisms": 0.95, "targets": 0.95, "tasks": 0.95, "duties": 0.97, "recurring": 0.88,
        "projects": 0.94, "enterprises": 0.94, "orgs": 0.93,
    },
    UNSEEN: {
        "chains": 0.92, "mechanisms": 0.95, "targets": 0.9, "tasks": 0.97, "duties": 0.97, "recurring": 0.92,
        "projects": 0.65, "enterprises": 0.9, "orgs": 0.69,
    },
}  # fmt: skip


def _text(name: str) -> str:
    return (PLANS / f"{name}.txt").read_text("utf-8")


def _gold(name: str) -> dict[str, list[dict[str, object]]]:
    gold: dict[str, list[dict[str, object]]] = json.loads((PLANS / f"{name}.json").read_text("utf-8"))
    return gold


@pytest.mark.parametrize("plans", FLOORS, ids=["seen", "unseen"])
def test_floors(plans: tuple[str, ...], scorer: ModuleType) -> None:
    total: dict[str, tuple[int, ...]] = {}
    for name in plans:
        words = _text(name)
        counts, _, _, _ = scorer.score_document(
            words, _gold(name), read(from_bytes(words.encode(), name + ".txt")).as_dict()
        )
        for kind, row in counts.items():
            total[kind] = tuple(a + b for a, b in zip(total.get(kind, (0, 0, 0)), row, strict=True))
    reached = {kind: scorer.ratio(*row)[2] for kind, row in total.items()}
    assert {kind: f1 for kind, f1 in reached.items() if f1 < FLOORS[plans][kind]} == {}


@pytest.mark.parametrize("name", [*SEEN, *UNSEEN])
def test_the_gold_quotes_the_text(name: str) -> None:
    words = _text(name)
    quoted = [
        str(item["evidence"]) for kind in _gold(name).values() if isinstance(kind, list) for item in kind
    ]
    assert len(quoted) > 60
    assert [evidence for evidence in quoted if evidence not in words] == []
