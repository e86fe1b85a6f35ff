"""Codes and words of a plan's periods, there and back."""

import datetime as dt

import pytest

from lianshu.reference.plan_periods import UNDATED, PlanPeriod, PlanPeriodError, PlanPeriodKind

CASES = [
    ("by:2025", "到2025年", dt.date(2025, 12, 31), False),
    ("year:2022", "2022年", dt.date(2022, 12, 31), True),
    ("annual", "每年", None, True),
    ("annual:2024", "2024年起每年", None, True),
    ("annual:2021-2025", "2021—2025年每年", dt.date(2025, 12, 31), True),
    ("within:5y", "5年内", dt.date(2026, 12, 31), False),
    ("none", "", None, False),
]


@pytest.mark.parametrize(("code", "words", "deadline", "yearly"), CASES)
def test_code_and_words_lead_to_the_same_period(code, words, deadline, yearly):
    period = PlanPeriod.from_code(code)
    assert (period.code, period.words, period.yearly) == (code, words, yearly)
    assert PlanPeriod.from_words(words) == PlanPeriod.from_words(code) == period
    assert period.deadline(first_year=2022) == deadline


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("至2027年末", "by:2027"), ("2025年底前", "by:2025"), ("2027年前", "by:2027"), ("2026年度", "year:2026"),
        ("３年以内", "within:3y"), ("", "none"), ("到 2025 年年底", "by:2025"), ("2025年底", "by:2025"),
        ("2022", "year:2022"), ("年均", "annual"), ("2021-2025年年均", "annual:2021-2025"),
    ],
)  # fmt: skip
def test_other_ways_of_writing(words, code):
    assert PlanPeriod.from_words(words).code == code


@pytest.mark.parametrize(
    "words",
    ["尽快", "三年左右", "25年", "by:25", "annual:2025-2021", "within:0y", "到0001年", "9" * 60, "到²年"],
)
def test_what_is_no_period_is_refused_with_what_is_expected(words):
    with pytest.raises(PlanPeriodError, match="到2025年"):
        PlanPeriod.from_words(words)


def test_an_empty_code_is_undated_and_parts_must_fit():
    assert PlanPeriod.from_code("") is UNDATED
    assert PlanPeriod.from_code(None) is UNDATED
    with pytest.raises(PlanPeriodError):
        PlanPeriod(PlanPeriodKind.BY)
    with pytest.raises(PlanPeriodError):
        PlanPeriod(PlanPeriodKind.NONE, 2025)


def test_the_year_of_reckoning_stays_inside_the_period():
    assert PlanPeriod.from_code("annual:2021-2025").year_near(2027) == 2025
    assert PlanPeriod.from_code("annual:2021-2025").year_near(2019) == 2021
    assert PlanPeriod.from_code("year:2022").year_near(2026) == 2022
    assert PlanPeriod.from_code("annual").year_near(2026) == 2026
    # a period that only has a first year runs on
    assert PlanPeriod.from_code("annual:2024").year_near(2026) == 2026
