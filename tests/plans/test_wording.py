"""Values of a reading in office words."""

import pytest

from lianshu.core.errors import LianshuError
from lianshu.plans.fields import clean
from lianshu.plans.wording import quantity_words, scope_words, summary


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"low": 300.0, "unit": "亿元", "op": ">="}, "≥ 300 亿元"),
        ({"low": 24, "high": 40, "unit": "家", "op": "range"}, "24—40 家"),
        ({"low": 1.6, "unit": "%", "op": "<="}, "≤ 1.6 %"),
        ({"low": 12000, "unit": "人", "op": "~"}, "约 12,000 人"),
        ({"low": None, "unit": "家"}, ""),
    ],
)
def test_quantities_are_said_with_their_comparator(values, words):
    assert quantity_words(values) == words


def test_summary_leaves_empty_pieces_out():
    values = {"title": "建库", "no": "-", "section": "", "responsible": ["发改局", "工信局"], "due": None}
    assert summary("tasks", values) == ["责任单位：发改局、工信局"]
    both = {"title": "建库", "lead": ["发改局"], "responsible": ["发改局", "工信局"], "support": ["科技局"]}
    assert summary("tasks", both) == ["牵头：发改局", "责任单位：工信局", "配合：科技局"]
    assert scope_words("chain:新材料") == "新材料产业链"
    assert summary("recurring", {"who": "链条办", "to": "链长", "every": "month", "times": 2}) == [
        "链条办", "向链长", "每月 2 次",
    ]  # fmt: skip


def test_a_duty_is_said_with_its_day():
    assert summary("recurring", {"every": "month", "times": 1, "due": "5日前"}) == ["每月5日前"]
    assert summary("recurring", {"every": "year", "times": 4, "due": "12月底前"}) == ["每年 4 次，12月底前"]


def test_a_duty_s_day_is_kept_in_canonical_words():
    values = clean("recurring", {"due": "每季度末月 25 号以前"}, {"what": "报送", "every": "quarter"})
    assert values["due"] == "末月25日前"
    assert clean("recurring", {"due": ""}, values)["due"] is None


@pytest.mark.parametrize(
    ("every", "due", "words"),
    [
        ("quarter", "5日前", "末月25日前"),
        ("month", "有空时", "看不懂时限"),
        ("event", "5日前", "没有固定周期"),
    ],
)
def test_a_day_that_the_cadence_does_not_have_is_refused(every, due, words):
    with pytest.raises(LianshuError) as refusal:
        clean("recurring", {"every": every, "due": due}, {"what": "报送"})
    assert refusal.value.problems[0][0] == "due" and words in refusal.value.problems[0][1]
