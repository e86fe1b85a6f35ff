"""Due days: the phrases people and plans write, and the days they mean."""

from __future__ import annotations

from datetime import date

import pytest

from lianshu.reference.due_days import DueDay, cadence_words, parse_due_day
from lianshu.reference.periods import Kind, Period

# phrase, a period's code → canonical words, day (ISO)
PHRASES = [
    ("每月5日前", "2026-02", "5日前", "2026-02-05"),
    ("5号以前", "2026-02", "5日前", "2026-02-05"),
    ("十五日前", "2026-02", "15日前", "2026-02-15"),
    ("30日前", "2026-02", "30日前", "2026-02-28"),
    ("30日前", "2024-02", "30日前", "2024-02-29"),
    ("31日前", "2026-04", "底前", "2026-04-30"),
    ("月底前", "2026-04", "底前", "2026-04-30"),
    ("1日至5日", "2026-02", "5日前", "2026-02-05"),
    ("10日、25日前", "2026-02", "25日前", "2026-02-25"),
    ("中旬", "2026-02", "20日前", "2026-02-20"),
    ("次月10日前", "2026-12", "次月10日前", "2027-01-10"),
    ("下个月30日前", "2026-01", "次月30日前", "2026-02-28"),
    # 1 to 8 October 2026 are off, the 10th is worked
    ("第3个工作日前", "2026-10", "第3个工作日前", "2026-10-10"),
    ("最后一个工作日", "2026-05", "最后一个工作日前", "2026-05-29"),
    ("结束后3个工作日内", "2026-09", "结束后3个工作日内", "2026-10-10"),
    ("结束后10日内", "2026-02", "结束后10日内", "2026-03-10"),
    ("首月10日前", "2026Q2", "首月10日前", "2026-04-10"),
    ("第二个月15日", "2026Q2", "第2个月15日前", "2026-05-15"),
    ("每季度末月25日前", "2026Q4", "末月25日前", "2026-12-25"),
    ("第三个月25日前", "2026Q4", "末月25日前", "2026-12-25"),
    ("下季度首月10日前", "2026Q4", "次月10日前", "2027-01-10"),
    ("季后15日内", "2026Q1", "结束后15日内", "2026-04-15"),
    ("首月第5个工作日前", "2026Q1", "首月第5个工作日前", "2026-01-08"),
    ("末月25日前", "2026H1", "末月25日前", "2026-06-25"),
    ("每半年结束后10个工作日内", "2026H1", "结束后10个工作日内", "2026-07-14"),
    ("结束后一个月内", "2026H2", "结束后1个月内", "2027-01-31"),
    ("每年1月底前", "2026", "1月底前", "2026-01-31"),
    ("2月底前", "2028", "2月底前", "2028-02-29"),
    ("6月底和12月底前", "2026", "12月底前", "2026-12-31"),
    ("3月、6月、9月、12月25日前", "2026", "12月25日前", "2026-12-25"),
    ("6月5日和20日前", "2026", "6月20日前", "2026-06-20"),
    ("一季度末", "2026", "3月底前", "2026-03-31"),
    ("上半年", "2026", "6月底前", "2026-06-30"),
    ("次年1月15日前", "2026", "次年1月15日前", "2027-01-15"),
    ("年度终了后两个月内", "2026", "结束后2个月内", "2027-02-28"),
    ("每周五前", "2026-W53", "周五前", "2027-01-01"),
    ("星期天", "2026-W07", "周日前", "2026-02-15"),
    ("下周一前", "2026-W07", "下周一前", "2026-02-16"),
    # a week of holidays without one working day
    ("最后一个工作日", "2025-W05", "最后一个工作日前", "2025-01-27"),
]  # fmt: skip


@pytest.mark.parametrize(("phrase", "code", "words", "day"), PHRASES)
def test_phrases(phrase: str, code: str, words: str, day: str) -> None:
    period = Period.from_code(code)
    due = parse_due_day(phrase, period.kind)
    assert due.text == words
    assert due.day_in(period) == date.fromisoformat(day)
    assert parse_due_day(words, period.kind) == due


REFUSED = [
    ("随便", Kind.MONTH), ("", Kind.MONTH), ("0日前", Kind.MONTH), ("32日前", Kind.MONTH), ("周五前", Kind.MONTH),
    ("末月25日前", Kind.MONTH), ("5日前再说", Kind.MONTH), ("10日前", Kind.QUARTER), ("第4个月5日前", Kind.QUARTER),
    ("13月底前", Kind.YEAR), ("10日前", Kind.YEAR), ("5日前", Kind.WEEK), ("次月10日前", Kind.WEEK),
    ("结束后0日内", Kind.YEAR), ("结束后2个月内", Kind.WEEK),
]  # fmt: skip


@pytest.mark.parametrize(("phrase", "kind"), REFUSED)
def test_what_no_such_period_has_is_refused_with_examples(phrase: str, kind: Kind) -> None:
    with pytest.raises(ValueError, match="应如"):
        parse_due_day(phrase, kind)


def test_examples_of_a_refusal_are_accepted() -> None:
    for kind in (Kind.WEEK, Kind.MONTH, Kind.QUARTER, Kind.HALF, Kind.YEAR):
        with pytest.raises(ValueError, match="应如") as refusal:
            parse_due_day("?", kind)
        for example in str(refusal.value).split("应如 ")[1].rstrip("。").split("、"):
            assert parse_due_day(example, kind).text == example


def test_a_day_of_another_cadence_is_not_computed() -> None:
    with pytest.raises(ValueError, match="不适合"):
        DueDay("", 5).day_in(Period.from_code("2026Q1"))


def test_a_week_without_working_days_ends_on_its_last_day() -> None:
    # 2 to 8 October 2017: National Day and Mid-autumn together
    period = Period.from_code("2017-W40")
    assert DueDay("", -1, "workday").day_in(period) == period.end == DueDay("", 2, "workday").day_in(period)


def test_more_working_days_than_a_period_has_end_with_its_last_one() -> None:
    assert DueDay("", 9, "workday").day_in(Period.from_code("2026-W11")) == date(2026, 3, 13)


@pytest.mark.parametrize(
    ("phrase", "kind", "words"),
    [
        ("5日前", Kind.MONTH, "次月5日前"), ("首月10日前", Kind.QUARTER, "次月10日前"), ("周五前", Kind.WEEK, "下周五前"),
        ("1月底前", Kind.YEAR, "次年1月底前"), ("底前", Kind.MONTH, "底前"), ("末月25日前", Kind.QUARTER, "末月25日前"),
        ("最后一个工作日前", Kind.MONTH, "最后一个工作日前"), ("次月5日前", Kind.MONTH, "次月5日前"),
    ],
)  # fmt: skip
def test_the_same_day_of_the_next_period(phrase: str, kind: Kind, words: str) -> None:
    assert parse_due_day(phrase, kind).in_the_next().text == words


@pytest.mark.parametrize(
    ("every", "times", "due", "words"),
    [
        ("每月", "1", "5日前", "每月5日前"),
        ("每季度", "", "末月25日前", "每季度末月25日前"),
        ("每周", "1", "周五前", "每周五前"),
        ("每月", "1", "次月10日前", "每月，次月10日前"),
        ("每周", "1", "下周一前", "每周，下周一前"),
        ("每半年", "1", "结束后10个工作日内", "每半年结束后10个工作日内"),
        ("每年", "4", "12月底前", "每年 4 次，12月底前"),
        ("每年", "4", "", "每年 4 次"),
        ("每年", "1", "", "每年"),
    ],
)
def test_cadences_in_words(every: str, times: str, due: str, words: str) -> None:
    assert cadence_words(every, times, due) == words
