"""Numbers with units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.reference.quantity import (
    Quantity,
    find_quantities,
    format_quantity,
    parse_quantity,
    split_unit,
    unit_kinds,
)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("1100家", 1100, None, "家"),
        ("24-40家", 24, 40, "家"),
        ("5—10项", 5, 10, "项"),
        ("1~2个", 1, 2, "个"),
        ("三到五家", 3, 5, "家"),
        ("5%-8%", 5, 8, "%"),
        ("10亿元至20亿元", 10, 20, "亿元"),
        ("10-20亿元", 10, 20, "亿元"),
        ("8000万元-1亿元", 0.8, 1, "亿元"),
        ("1.6%", 1.6, None, "%"),
        ("150万吨", 150, None, "万吨"),
        ("3.5个百分点", 3.5, None, "个百分点"),
        ("2百分点", 2, None, "个百分点"),
        ("1.8倍", 1.8, None, "倍"),
        ("三分之一", 33.333333, None, "%"),
        ("八成", 80, None, "%"),
        ("百分之九十", 90, None, "%"),
        ("翻番", 2, None, "倍"),
        ("翻一番", 2, None, "倍"),
        ("翻两番", 4, None, "倍"),
        ("全覆盖", 100, None, "%"),
        ("零突破", 1, None, "个"),
        ("零的突破", 1, None, "个"),
        ("两千亿元", 2000, None, "亿元"),
        ("十二万人", 12, None, "万人"),
        ("两万亿元", 2, None, "万亿元"),
        ("7万亿元", 7, None, "万亿元"),
        ("一万五千家", 15000, None, "家"),
        ("1万5千家", 15000, None, "家"),
        ("八千五百家", 8500, None, "家"),
        ("5千万元", 5000, None, "万元"),
        ("20万元/亩", 20, None, "万元/亩"),
        ("3.5件/万人", 3.5, None, "件/万人"),
        ("3台(套)", 3, None, "台套"),
        ("35个工作日", 35, None, "个工作日"),
        ("50亿", 50, None, "亿元"),
        ("100多家", 100, None, "家"),
        ("1,260家", 1260, None, "家"),
        ("50千克", 50, None, "千克"),
        ("十几家", 10, None, "家"),
    ],
)
def test_parse_quantity(text: str, low: float, high: float | None, unit: str) -> None:
    assert parse_quantity(text) == Quantity(low, high, unit)


@pytest.mark.parametrize("text", ["", "家", "2025年", "3家和5家", "大约3家", "5"])
def test_what_is_no_quantity_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ValueError, match="请写成"):
        parse_quantity(text)


def test_a_range_upside_down_is_refused() -> None:
    with pytest.raises(ValueError, match="下限大于上限"):
        Quantity(5, 3, "家")


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月1日印发",
        "第3个专题",
        "PC200台式机",
        "零部件配套",
        "联系电话0755-12345678",
        "临政发〔2024〕12号",
        "十四五规划",
        "完成组建,建成投产",
        "5G网络",
    ],
)
def test_dates_ordinals_and_models_are_left_out(text: str) -> None:
    assert find_quantities(text) == []


def test_places_and_forms() -> None:
    text = "新增100多家,产值50亿,占三分之一,税收翻番,实现零突破"
    found = find_quantities(text)
    assert [text[f.start : f.end] for f in found] == ["100多家", "50亿", "三分之一", "翻番", "零突破"]
    assert [f.form for f in found] == ["number", "number", "ratio", "doubling", "first"]
    assert [f.vague for f in found] == [True, False, False, False, False]
    assert [f.bare for f in found] == [False, True, False, False, False]


def test_base_units_make_quantities_comparable() -> None:
    assert (
        parse_quantity("0.3万亿元").in_base()
        == parse_quantity("3000亿元").in_base()
        == Quantity(3 * 10**11, None, "元")
    )
    assert split_unit("万千瓦时") == (10**4, "千瓦时")
    assert split_unit("家") == (1, "家")


def test_kinds() -> None:
    assert parse_quantity("20万元/亩").kind == "money"
    assert parse_quantity("4次").kind == "occurrence"
    assert parse_quantity("30个工作日").kind == "duration"
    assert Quantity(1, None, "轮次外").kind == "other"


_UNITS = sorted(
    unit
    for unit, kind in unit_kinds().items()
    if kind in ("count", "money", "mass", "area") and unit.isalpha()
)


@given(
    low=st.integers(min_value=1, max_value=10**6),
    more=st.one_of(st.none(), st.integers(min_value=1, max_value=10**6)),
    scale=st.sampled_from(["", "万", "亿"]),
    unit=st.sampled_from([u for u in _UNITS if u not in ("人民币", "元人民币", "美金")]),
)
def test_quantities_come_back_from_their_text(low: int, more: int | None, scale: str, unit: str) -> None:
    quantity = Quantity(low, None if more is None else low + more, scale + unit)
    assert parse_quantity(format_quantity(quantity)) == quantity


@given(st.decimals(min_value="0.01", max_value=9999, places=2))
def test_decimals_come_back(value: object) -> None:
    quantity = Quantity(round(float(str(value)), 2), None, "%")
    assert parse_quantity(format_quantity(quantity)) == Quantity(
        int(quantity.low) if quantity.low == int(quantity.low) else quantity.low, None, "%"
    )


@given(
    st.text(alphabet="0123456789.一二三四五六七八九十百千万亿家个元%成分之-至到年月日第余多 ,", max_size=24)
)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for found in find_quantities(text):
        assert 0 <= found.start < found.end <= len(text)
        assert found.quantity.unit
