"""How numbers, dates, ages and lights are said, and the template tags that say them."""

import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template import Context, Template
from django.utils import timezone

from lianshu.core import words
from lianshu.organisation.models import Region


def shown(text: str, **values) -> str:
    return Template(text).render(Context(values))


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (1234.5, None, "1,234.5"), (1234, None, "1,234"), (0, None, "0"), (Decimal("12.50"), None, "12.5"),
        (1234.56, 1, "1,234.6"), (-1500, None, "-1,500"), (None, None, ""), ("", None, ""),
        ("3.20", None, "3.2"), ("约三成", None, "约三成"), (1e9, 0, "1,000,000,000"),
    ],
)  # fmt: skip
def test_numbers(value, digits, said):
    assert words.number(value, digits) == said


def test_figure_never_without_unit_and_says_where_it_comes_from():
    assert '1,234.5</span><span class="unit">\N{NO-BREAK SPACE}亿元</span>' in shown(
        "{% figure 1234.5 '亿元' %}"
    )
    assert '37.5</span><span class="unit">%</span>' in shown("{% figure 37.5 '%' %}")
    assert "缺数" in shown("{% figure None '亿元' %}")
    assert 'data-source="/x/"' in shown("{% figure 1 '家' source='/x/' %}")


def test_change_is_spoken_too():
    up = shown("{% change 3.24 '个百分点' %}")
    assert "▲" in up and "3.2 个百分点" in up and "上升" in up
    assert "▼" in shown("{% change -1 '%' %}") and "持平" in shown("{% change 0 '%' %}")


def test_an_empty_choice_is_said_in_words():
    class Form(forms.Form):
        region = forms.ModelChoiceField(Region.objects.none(), required=False)
        kind = forms.TypedChoiceField(choices=[*BLANK_CHOICE_DASH, ("a", "甲")])

    form = Form()
    fields = shown("{% dressed form.region %}{% dressed form.kind %}", form=form)
    assert "（不填）</option>" in fields and "请选择</option>" in fields and "甲</option>" in fields
    assert "---" not in fields


def test_percent_has_one_place():
    assert shown("{{ 37.46|percent }} {{ 0.375|share }}") == "37.5% 37.5%"


def test_dates_in_text_and_tables():
    year = timezone.localdate().year
    assert words.long_date(dt.date(2026, 3, 5)) == "2026年3月5日"
    assert words.short_date(dt.date(year, 3, 5)) == "03-05"
    assert words.short_date(dt.date(year - 1, 3, 5)) == f"{year - 1}-03-05"
    assert words.long_date(None) == words.short_date(None) == words.moment(None) == ""


def test_ages_and_when_they_turn_amber():
    today, now = timezone.localdate(), timezone.now()
    assert words.ago(today) == "今天" and words.ago(today - dt.timedelta(1)) == "昨天"
    assert words.ago(today - dt.timedelta(3)) == "3 天前" and words.ago(today + dt.timedelta(2)) == "2 天后"
    assert (
        words.ago(today - dt.timedelta(100)) == "3 个月前"
        and words.ago(today - dt.timedelta(800)) == "2 年前"
    )
    assert words.ago(now) == "刚刚" and words.ago(now - dt.timedelta(minutes=5)) == "5 分钟前"
    old = shown("{% age day 31 %}", day=today - dt.timedelta(40))
    assert "age-old" in old and "40 天前" in old
    assert "age-old" not in shown("{% age day 31 %}", day=today - dt.timedelta(3))


def test_clocks_count_working_days():
    friday = dt.date(2026, 3, 6)
    assert words.work_clock(friday, friday) == ("今天到期", "amber")
    assert words.work_clock(dt.date(2026, 3, 10), friday) == ("还剩 2 个工作日", "amber")
    assert words.work_clock(dt.date(2026, 3, 20), friday) == ("还剩 10 个工作日", "green")
    assert words.work_clock(friday, dt.date(2026, 3, 9)) == ("超期 1 个工作日", "red")


def test_lights_have_icon_and_word():
    for colour, (name, word) in words.LIGHTS.items():
        html = shown("{% light colour %}", colour=colour)
        assert f"#{name}" in html and word in html
    assert "超期 1 个工作日" in shown("{% light 'red' '超期 1 个工作日' %}")


def test_marks_of_a_row():
    class Row:
        simulated = True
        unverified = False

    html = shown("{% marks row %}{% mark 'claimed' %}", row=Row())
    assert "模拟" in html and "自报" in html and "未核验" not in html


def test_searched_words_are_marked_and_the_rest_escaped():
    assert shown("{{ '<b>电子'|highlight:'电子' }}") == "&lt;b&gt;<mark>电子</mark>"


def test_icons_of_the_sprite_exist():
    """Every icon a template or declaration names must be in the sprite."""
    import re

    from tests.conftest import ROOT

    from lianshu.core.navigation import SECTIONS

    sprite = (ROOT / "src/lianshu/core/static/vendor/tabler-icons-3.51.0/sprite.svg").read_text("utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {icon for _, icon in SECTIONS} | {icon for icon, _ in words.LIGHTS.values()}
    for path in (ROOT / "src/lianshu").rglob("*.html"):
        named.update(re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text("utf-8")))
    assert not named - known, "add them to tools/icons.txt and run tools/vendor_assets.py"


def test_spans_and_sizes():
    assert [words.duration(x) for x in (0.4, 59, 61, 3700)] == ["0 秒", "59 秒", "1 分钟", "1 小时 2 分钟"]
    assert [words.file_size(x) for x in (0, 1023, 2048, 5 * 1024**2, 3 * 1024**3)] == [
        "0 B", "1,023 B", "2.0 KB", "5.0 MB", "3.0 GB",
    ]  # fmt: skip
