"""Time limits of plans: words kept, day known, standing work told, nothing dropped."""

import datetime as dt

import pytest

from lianshu.reference.time_limits import LONGEST, NO_LIMIT, TimeLimit


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026年12月", dt.date(2026, 12, 31)),
        ("2025年9月底", dt.date(2025, 9, 30)),
        ("2025年9月底前完成", dt.date(2025, 9, 30)),
        ("2027年", dt.date(2027, 12, 31)),
        ("2026年上半年", dt.date(2026, 6, 30)),
        ("2026年第三季度末", dt.date(2026, 9, 30)),
        ("2026年6月15日前", dt.date(2026, 6, 15)),
        ("2024—2026年", dt.date(2026, 12, 31)),
        ("2024年1月-2026年6月", dt.date(2026, 6, 30)),
        ("6月底前", dt.date(2028, 6, 30)),
        ("6月底前启动，12月底前建成", dt.date(2028, 12, 31)),
    ],
)
def test_the_last_day_of_words(words, day):
    limit = TimeLimit.read(words, year=2028)
    assert (limit.words, limit.day, limit.standing, limit.understood) == (words, day, False, True)


@pytest.mark.parametrize("words", ["长期坚持", "长期", "持续推进", "常态化推进", "立即实施", "每年", "全年"])
def test_work_that_goes_on_has_no_day_and_is_a_limit(words):
    limit = TimeLimit.read(words)
    assert (limit.words, limit.day, limit.standing, limit.understood) == (words, None, True, True)


def test_a_first_day_and_then_for_ever():
    limit = TimeLimit.read("2025年12月底前，并持续推进")
    assert (limit.day, limit.standing) == (dt.date(2025, 12, 31), True)


@pytest.mark.parametrize(
    "words", ["见附件", "6月底前", "2025年13月", "按上级要求，2025年底前", "9" * 80, "2025年2月30日"]
)
def test_what_cannot_be_read_is_kept_and_told(words):
    limit = TimeLimit.read(words)
    assert limit.day is None and not limit.understood
    assert limit.words and len(limit.words) <= LONGEST


def test_nothing_is_no_limit_and_a_day_has_official_words():
    assert TimeLimit.read(" ") is NO_LIMIT and TimeLimit.read(None) is NO_LIMIT
    assert NO_LIMIT.understood
    assert str(TimeLimit.of_day(dt.date(2026, 12, 31))) == "2026年底"
    assert TimeLimit.of_day(dt.date(2026, 6, 15)).words == "2026年6月15日"
    assert TimeLimit.of_day(None) is NO_LIMIT
