"""Damaged and hostile files through the whole reader, in processes with hard limits (bench/attack/readers.py)."""

from __future__ import annotations

import sys

import pytest
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "bench" / "attack"))

import mutations  # noqa: E402 - lies beside the benches
import readers  # noqa: E402

#: Made within a second; the long form takes the others too.
QUICK = (
    "digits",
    "years",
    "2 MB of 《",
    "adjectives",
    "grid before",
    "unpacks to 380 MB",
    "wide cells",
    "nested controls",
    "nested tables",
    "many parts",
    "nested page",
    "nested bold",
    "spans",
    "200,000 boxes",
    "packed stream",
    "odd byte",
    "charset",
    "numbers",
)


@pytest.fixture(scope="module")
def outcomes():
    """Every quick hostile file and 130 mutated ones, by label."""
    labels = [f"hostile:{name}" for name in QUICK] + [str(seed) for seed in range(130)]
    return {one.label: one for one in readers.outcomes(labels, workers=2, quick=True)}


def test_no_file_is_unhandled_slow_or_big(outcomes):
    bad = {label: one.failure for label, one in outcomes.items() if one.failure}
    assert not bad
    assert len(outcomes) == len(QUICK) + 130


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2 MB of 《", "超过 200000 字的上限，请拆成几份分别上传。"),
        ("grid before", "表格过大（超过 500 列或 50000 格），请删去附表后再读。"),
        ("unpacks to 380 MB", "文件展开后正文过大"),
        ("wide cells", "表格过大"),
        ("many parts", "压缩包内文件超过 5000 个"),
        ("nested page", "网页嵌套过深，请复制正文另存为 txt 后再读。"),
        ("spans", "表格过大"),
        ("packed stream", "文件展开后过大"),
    ],
)
def test_what_is_beyond_the_bounds_is_refused_before_the_work(outcomes, name, words):
    one = outcomes[f"hostile:{name}"]
    assert one.kind == "refused" and words in one.words
    assert one.megabytes < 150


@pytest.mark.parametrize("name", ["digits", "years", "adjectives", "200,000 boxes", "numbers"])
def test_what_only_looks_dangerous_is_read(outcomes, name):
    assert outcomes[f"hostile:{name}"].kind == "read"


def test_the_same_number_gives_the_same_file():
    assert mutations.mutated(7) == mutations.mutated(7)
    kinds = {mutations.mutated(seed)[0].rpartition(".")[2] for seed in range(60)}
    assert {"docx", "txt", "html", "pdf"} <= kinds


def test_an_outcome_beyond_a_limit_is_a_failure():
    sound = readers.Outcome("1", "refused", "a.txt：空。", 0.1, 3.0)
    assert not sound.failure
    assert readers.Outcome("1", "unhandled", "KeyError", 0.1, 3.0).failure
    assert readers.Outcome("1", "read", "", readers.SECONDS + 1, 3.0).failure
    assert readers.Outcome("1", "read", "", 0.1, readers.GROWTH_MB + 1).failure
    slow = readers.Outcome("1", "read", "", 11.0, 3.0)
    assert readers.closing([sound, slow]) == "2 files: 0 unhandled, 1 over 10 s, 0 over 1 GB"
