"""Every regular expression of the package by its parse tree: none may take exponential or cubic time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.conftest import ROOT

ATTACK = ROOT / "bench" / "attack"
sys.path.insert(0, str(ATTACK))

from regex_shapes import shape  # noqa: E402 - lies beside the benches

_SURVEY = """
import json, os, sys
sys.path.insert(0, {attack!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "lianshu.platform.settings"
from regex_sources import all_expressions
rows = [[str(one.pattern), isinstance(one.pattern, bytes), one.flags, one.place] for one in all_expressions()]
json.dump(rows, sys.stdout)
"""


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a*)*b",
        r"(?:a?a?)*b",
        r"(?:a|ab|b)*c",
        r"(?:x+x+)+y",
        r"(?:\d{1,3}、?)+项",
        r"(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?[十百万亿]*)+家",
        r"(?:先进|先进制造|制造)+业",
        r"(?=(?:a+)+b)c",
        r"(?>(?:a+)+b)c",
        r"(?:(?:a+)+b)++c",
        r"(?i:(?:a|A)+)+b",
    ],
)
def test_a_loop_that_reads_one_text_in_two_ways_is_found(pattern):
    assert shape(pattern).exponential


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:a+b)+c",
        r"(?:a++)+b",
        r"(?:(?>\d+)[十百]*)++家",
        r"(?:(?>先进制造|先进|制造))+业",
        r"(?:ab|ac)*d",
        r"(?:\d{4}年)+x",
        r"(?:[^,]*,)*x",
        r"(?:零|一|二)+x",
        r"(?:“[^”]{2,10}”)*x",
        r"",
    ],
)
def test_loops_with_one_way_only_pass(pattern):
    assert not shape(pattern).exponential


@pytest.mark.parametrize(
    ("pattern", "degree"),
    [
        (r"a+", 1),
        (r"^a*b", 1),
        (r"《[^》《]*》", 1),
        (r"(?<!\d)\d+年", 1),
        (r"\d{1,4}年", 1),
        (r"《[^》]*》", 2),
        (r"\s+$", 2),
        (r"^a*a*b", 2),
        (r"a*a*b", 3),
        (r"\s*(.+?)\s+\d\s*", 4),
    ],
)
def test_adjacent_loops_over_the_same_characters_are_counted(pattern, degree):
    assert shape(pattern).degree == degree


@pytest.fixture(scope="module")
def expressions(tmp_path_factory):
    """(pattern, flags, place) of the whole package; a new process, so that nothing was compiled before."""
    done = subprocess.run(
        [sys.executable, "-c", _SURVEY.format(attack=str(ATTACK))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"LIANSHU_HOME": str(tmp_path_factory.mktemp("home")), "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    return [(eval(text) if is_bytes else text, flags, place) for text, is_bytes, flags, place in rows]


def test_the_survey_sees_every_way_of_keeping_an_expression(expressions):
    places = {place.partition(":")[0] for _, _, place in expressions}
    # a global, a table of confusions, a dict of a class, an argument inside a function, a view, a workbook's bytes
    assert {
        "reference/quantity.py",
        "policy/repair_data.py",
        "plans/adoption/org_roles.py",
        "policy/outline_heads.py",
        "reports/forms.py",
        "reference/workbook_extent.py",
    } <= places
    assert len(expressions) > 800
    assert any(isinstance(pattern, bytes) for pattern, _, _ in expressions)


def test_no_expression_of_the_package_is_exponential_or_cubic(expressions):
    found = [(place, shape(pattern, flags)) for pattern, flags, place in expressions]
    bad = [f"{place}: {verdict}" for place, verdict in found if verdict.exponential or verdict.degree > 2]
    assert not bad, "\n".join(bad)
