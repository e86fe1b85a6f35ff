"""Chinese and Arabic numerals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.reference.numerals import (
    is_arabic,
    parse_integer,
    parse_number,
    parse_ratio,
    tidy,
    to_arabic,
    to_chinese,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("一百二", 120),
        ("三百二十", 320),
        ("两千", 2000),
        ("八千五百", 8500),
        ("一万五", 15000),
        ("一万五千", 15000),
        ("十二万", 120000),
        ("一亿两千万", 120000000),
        ("两万亿", 2 * 10**12),
        ("二〇二五", 2025),
        ("壹佰贰拾叁", 123),
        ("三点五", 3.5),
        ("三点五万", 35000),
        ("1.5万", 15000),
        ("3千", 3000),
        ("1,260", 1260),
        ("１２．５", 12.5),
        ("14.50", 14.5),
        ("半", 0.5),
        ("零", 0),
    ],
)
def test_parse_number(text: str, value: float) -> None:
    assert parse_number(text) == value
    assert isinstance(parse_number(text), int) == (value == int(value))


@pytest.mark.parametrize("text", ["", "几", "三家", "一二百", "三点", "abc", "三点十五万x"])
def test_what_is_no_numeral_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三分之一", 33.333333),
        ("四分之三", 75),
        ("2分之1", 50),
        ("百分之十五", 15),
        ("百分之九十五点五", 95.5),
        ("千分之五", 0.5),
        ("万分之一", 0.01),
        ("八成", 80),
        ("三成五", 35),
        ("两成半", 25),
        ("一半", 50),
    ],
)
def test_parse_ratio_gives_per_cent(text: str, value: float) -> None:
    assert parse_ratio(text) == value


@pytest.mark.parametrize("text", ["三", "成", "分之一", "零分之一"])
def test_what_is_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_ratio(text)


def test_parse_integer_refuses_a_fraction() -> None:
    assert parse_integer("三百") == 300
    with pytest.raises(ValueError, match="整数"):
        parse_integer("3.5")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "零"),
        (10, "十"),
        (12, "十二"),
        (105, "一百零五"),
        (110, "一百一十"),
        (15000, "一万五千"),
        (10005, "一万零五"),
        (100010000, "一亿零一万"),
        (2 * 10**12, "二万亿"),
    ],
)
def test_to_chinese(value: int, text: str) -> None:
    assert to_chinese(value) == text


def test_to_chinese_refuses_what_it_cannot_write() -> None:
    with pytest.raises(ValueError, match="0 到"):
        to_chinese(-1)


@given(st.integers(min_value=0, max_value=10**16 - 1))
def test_chinese_numerals_come_back(value: int) -> None:
    assert parse_number(to_chinese(value)) == value


@given(st.floats(min_value=0, max_value=10**9, allow_nan=False))
def test_arabic_numerals_come_back(value: float) -> None:
    text = to_arabic(value)
    assert is_arabic(text)
    assert parse_number(text) == tidy(value)
