"""Periods: codes, bounds, relations, Chinese text and deadlines."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.reference.period_text import parse_deadline, parse_period
from lianshu.reference.periods import Kind, Period, PeriodError, periods_between

DAYS = st.dates(date(1966, 1, 1), date(2150, 12, 31))
KINDS = st.sampled_from(list(Kind))
PERIODS = st.builds(Period.containing, DAYS, KINDS)
STEPS = st.integers(-5, 5)
TODAY = date(2025, 8, 20)


@given(PERIODS)
def test_code_and_text_read_back(period):
    assert Period.from_code(period.code) == period
    assert parse_period(period.text) == period
    assert parse_period(period.code) == period


@given(DAYS, KINDS)
def test_containing_holds_the_day_and_neighbours_touch(day, kind):
    period = Period.containing(day, kind)
    assert day in period
    assert period.next().start == period.end + timedelta(days=1)
    assert period.next().previous() == period
    assert period < period.next()


@given(st.builds(Period.containing, st.dates(date(2020, 1, 1), date(2100, 1, 1)), KINDS), STEPS, STEPS)
def test_shifts_add_up(period, first, second):
    assert period.shift(first).shift(second) == period.shift(first + second)


@given(PERIODS)
def test_children_tile_their_parent(period):
    children = period.children()
    assert period.kind in (Kind.MONTH, Kind.WEEK) or children
    if children:
        assert children[0].start == period.start and children[-1].end == period.end
        assert sum(child.days for child in children) == period.days
        assert all(child.parent() == period and child in period for child in children)


@given(PERIODS, DAYS)
def test_elapsed_runs_from_zero_to_one(period, day):
    share = period.elapsed(day)
    assert 0.0 <= share <= 1.0
    assert (share == 1.0) == (day >= period.end)
    assert (share == 0.0) == (day < period.start)


@pytest.mark.parametrize(
    ("number", "first"), [(1, 1953), (2, 1958), (3, 1966), (7, 1986), (13, 2016), (14, 2021), (15, 2026)]
)
def test_five_year_plans_begin_where_history_has_them(number, first):
    plan = Period.five_year_plan(number)
    assert (plan.start, plan.end) == (date(first, 1, 1), date(first + 4, 12, 31))


@pytest.mark.parametrize("year", [1950, 1964])
def test_years_outside_every_plan(year):
    assert Period(Kind.YEAR, year).parent() is None
    with pytest.raises(PeriodError, match="不属于任何一个五年规划"):
        Period.containing(date(year, 5, 1), Kind.FIVE_YEAR)


def test_parent_of_a_given_kind():
    march = Period.from_code("2025-03")
    assert [march.parent(kind).code for kind in (Kind.QUARTER, Kind.HALF, Kind.YEAR, Kind.FIVE_YEAR)] == [
        "2025Q1",
        "2025H1",
        "2025",
        "FYP14",
    ]
    with pytest.raises(PeriodError, match="不比"):
        march.parent(Kind.MONTH)
    with pytest.raises(PeriodError, match="不比"):
        march.children(Kind.YEAR)


def test_children_of_a_given_kind():
    assert len(Period.five_year_plan(15).children(Kind.QUARTER)) == 20
    assert Period.from_code("2025-03").children() == []


def test_weeks_follow_iso_and_belong_to_a_year_only():
    assert Period.containing(date(2024, 12, 30), Kind.WEEK).code == "2025-W01"
    assert Period.from_code("2026-W53").end == date(2027, 1, 3)
    with pytest.raises(PeriodError, match="没有第 53 个周"):
        Period.from_code("2025-W53")
    with pytest.raises(PeriodError, match="周不属于唯一"):
        Period.from_code("2025-W10").parent(Kind.MONTH)


def test_year_before():
    assert Period.from_code("2025Q1").year_before().code == "2024Q1"
    assert Period.from_code("2024-02").year_before().end == date(2023, 2, 28)
    with pytest.raises(PeriodError):
        Period.five_year_plan(14).year_before()


def test_periods_sort_by_start_the_longer_first():
    codes = ["2025-01", "2025", "2024Q4", "2025H1", "2025Q1", "2025-02"]
    assert [p.code for p in sorted(map(Period.from_code, codes))] == [
        "2024Q4",
        "2025",
        "2025H1",
        "2025Q1",
        "2025-01",
        "2025-02",
    ]


def test_periods_between_counts_both_ends():
    assert len(list(periods_between(date(2024, 1, 31), date(2025, 1, 1), Kind.MONTH))) == 13


@pytest.mark.parametrize("code", ["2025Q5", "2025-13", "25", "2025H3", "FYP0", "", "2025-3", "1949"])
def test_bad_codes_say_what_is_expected(code):
    with pytest.raises(PeriodError):
        Period.from_code(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2025年度", "2025"),
        ("二〇二五年", "2025"),
        ("２０２５年全年", "2025"),
        ("2025 年 3 月份", "2025-03"),
        ("2025年十二月", "2025-12"),
        ("2025年第四季度", "2025Q4"),
        ("2025年3季度", "2025Q3"),
        ("2025年下半年", "2025H2"),
        ("十四五", "FYP14"),
        ("“十五五”时期", "FYP15"),
        ("十五", "FYP10"),
        ("第十四个五年规划", "FYP14"),
        ("今年", "2025"),
        ("明年", "2026"),
        ("次年", "2026"),
        ("后年", "2027"),
        ("去年下半年", "2024H2"),
        ("上年度", "2024"),
        ("三季度", "2025Q3"),
        ("本月", "2025-08"),
        ("上个月", "2025-07"),
        ("下一季度", "2025Q4"),
        ("上周", "2025-W33"),
        ("9月", "2025-09"),
    ],
)
def test_chinese_text_gives_the_period(text, code):
    assert parse_period(text, TODAY).code == code


@pytest.mark.parametrize("text", ["", "很快", "13月", "第五季度", "2025年第六季度", "近期"])
def test_text_that_is_no_period_is_refused(text):
    with pytest.raises(PeriodError):
        parse_period(text, TODAY)


@pytest.mark.parametrize("text", ["三季度", "明年", "本月", "9月15日"])
def test_relative_text_needs_a_day_to_count_from(text):
    with pytest.raises(PeriodError, match="没有写明年份"):
        parse_deadline(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025年底", date(2025, 12, 31)),
        ("2025年年底前", date(2025, 12, 31)),
        ("2026年末", date(2026, 12, 31)),
        ("年底前", date(2025, 12, 31)),
        ("明年年底", date(2026, 12, 31)),
        ("2027年前", date(2027, 12, 31)),
        ("10月底前", date(2025, 10, 31)),
        ("2026年6月前完成", date(2026, 6, 30)),
        ("三季度末", date(2025, 9, 30)),
        ("本季度末前", date(2025, 9, 30)),
        ("“十四五”末", date(2025, 12, 31)),
        ("上半年", date(2025, 6, 30)),
        ("2026年年中", date(2026, 6, 30)),
        ("明年年初", date(2026, 1, 31)),
        ("月初", date(2025, 8, 10)),
        ("9月上旬", date(2025, 9, 10)),
        ("6月中旬", date(2025, 6, 20)),
        ("2024年2月下旬", date(2024, 2, 29)),
        ("10月15日前", date(2025, 10, 15)),
        ("二〇二六年三月五日", date(2026, 3, 5)),
        ("下月5日前", date(2025, 9, 5)),
        ("2025-10-15", date(2025, 10, 15)),
        ("2025.10.15", date(2025, 10, 15)),
    ],
)
def test_deadlines(text, day):
    assert parse_deadline(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "reason"), [("2月30日", "不存在"), ("三季度初", "没有“初”"), ("尽快", "看不懂")]
)
def test_bad_deadlines_say_why(text, reason):
    with pytest.raises(PeriodError, match=reason):
        parse_deadline(text, TODAY)
