"""Complexity against the golden case and against its own algebra."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianshu.network.complexity import complexity, pivot, proximity, rca

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "complexity"

OWN = [
    [9.0, 4.0, 1.0, 0.5],
    [1.0, 6.0, 5.0, 0.5],
    [0.5, 0.5, 4.0, 7.0],
    [2.0, 2.0, 2.0, 0.0],
]
PLACES, PRODUCTS = "甲乙丙丁", "abcd"


def test_golden_case_is_reproduced():
    if not SHARED.exists():
        pytest.skip("golden case not beside the project; the own-written cases below cover the same ground")
    rows = list(csv.DictReader((SHARED / "input.csv").read_text().splitlines()))
    places, products, X = pivot((r["loc"], r["prod"], float(r["val"])) for r in rows)
    result = complexity(X, places, products)
    compared = 0
    for r in csv.DictReader((SHARED / "expected.csv").read_text().splitlines()):
        c, p = places.index(r["loc"]), products.index(r["prod"])
        mine = {
            "rca": result.rca[c, p],
            "mcp": result.mcp[c, p],
            "diversity": result.diversity[c],
            "ubiquity": result.ubiquity[p],
            "eci": result.eci[c],
            "pci": result.pci[p],
            "density": result.density[c, p],
            "coi": result.coi[c],
            "cog": result.cog[c, p],
        }
        for name, value in mine.items():
            assert value == pytest.approx(float(r[name]), abs=1e-9), (name, r["loc"], r["prod"])
            compared += 1
    assert compared == 9 * 140
    assert not result.enough  # ten places are too few to show ECI


def test_rca_by_hand():
    assert rca([[1, 1], [0, 2]]) == pytest.approx(np.array([[2.0, 2 / 3], [0.0, 4 / 3]]))


def test_proximity_is_the_smaller_conditional_probability():
    M = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1]])
    assert proximity(M)[0, 1] == pytest.approx(2 / 3)
    assert proximity(M)[1, 2] == pytest.approx(1 / 2)


def test_eci_of_a_place_is_the_mean_pci_of_what_it_makes():
    r = complexity(OWN, PLACES, PRODUCTS)
    for c in range(4):
        assert r.eci[c] == pytest.approx(r.pci[r.mcp[c] == 1].mean())
    assert r.eci.mean() == pytest.approx(0)
    assert r.eci.std() == pytest.approx(1)


def test_wide_and_tall_tables_agree_with_the_definition():
    generator = np.random.default_rng(5)
    X = generator.lognormal(sigma=1.5, size=(8, 30))
    r = complexity(X, map(str, range(8)), map(str, range(30)))
    M = (rca(X) >= 1).astype(float)
    full = (M / M.sum(axis=0)).T @ (M / M.sum(axis=1, keepdims=True))
    residual = full @ r.pci - r.pci.mean()
    slope = np.polyfit(r.pci, residual, 1)
    assert np.allclose(np.polyval(slope, r.pci), residual, atol=1e-9)


def test_empty_place_keeps_nan_and_moves_nobody():
    r = complexity(OWN, PLACES, PRODUCTS)
    more = complexity([*OWN, [0.0] * 4], PLACES + "戊", PRODUCTS)
    assert np.isnan(more.eci[4])
    assert more.eci[:4] == pytest.approx(r.eci)


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-6, 1e6), st.permutations(range(4)))
def test_unit_and_order_change_nothing(factor, order):
    r = complexity(OWN, PLACES, PRODUCTS)
    s = complexity(np.array(OWN)[order] * factor, [PLACES[i] for i in order], PRODUCTS)
    assert s.eci == pytest.approx(r.eci[order], abs=1e-8)
    assert s.pci == pytest.approx(r.pci, abs=1e-8)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([[1.0, -1.0], [1.0, 1.0]], "负数"),
        ([[1.0, 1.0], [1.0, 1.0]], "完全相同"),
        ([[1.0, 0.0]], "至少"),
    ],
)
def test_unusable_values_are_refused(X, words):
    with pytest.raises(ValueError, match=words):
        complexity(X, map(str, range(len(X))), map(str, range(2)))


def test_pivot_refuses_a_pair_given_twice():
    with pytest.raises(ValueError, match="两次"):
        pivot([("a", "p", 1.0), ("a", "p", 2.0)])


def test_enough_needs_twenty_places_and_fifty_products():
    X = np.random.default_rng(1).lognormal(sigma=2, size=(25, 60))
    assert complexity(X, map(str, range(25)), map(str, range(60))).enough
    assert not complexity(X[:15], map(str, range(15)), map(str, range(60))).enough
