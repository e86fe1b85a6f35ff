"""Lists of responsible units in every shape that plans print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.policy.extract import units


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("(责任单位:工信局、科技局、各链条办)", ["工信局", "科技局", "各链条办"]),
        ("(责任单位:市工信局,市发改委,各县(市、区)人民政府)", ["市工信局", "市发改委", "各县(市、区)人民政府"]),
        ("(责任单位:市财政局 市金融监管局 人行云川市分行)", ["市财政局", "市金融监管局", "人行云川市分行"]),
        ("(责任单位:市工信局;市科技局;各县市区人民政府)", ["市工信局", "市科技局", "各县市区人民政府"]),
        ("(责任部门:县工信局、县商务局等)", ["县工信局", "县商务局"]),
        ("(责任单位:市直相关单位、各乡镇(街道)、经开区管委会)", ["市直相关单位", "各乡镇(街道)", "经开区管委会"]),
        ("(责任单位:市工信局和市商务局)", ["市工信局", "市商务局"]),
        ("(责任单位:人力资源和社会保障局、自然资源和规划局)", ["人力资源和社会保障局", "自然资源和规划局"]),
        ("(市工业和信息化局、市财政局按职责分工负责)", ["市工业和信息化局", "市财政局"]),
        ("(省科技厅、省工业和信息化厅、省教育厅等按职责分工负责)", ["省科技厅", "省工业和信息化厅", "省教育厅"]),
        ("(省工业和信息化厅负责)", ["省工业和信息化厅"]),
        ("〔责任单位:市发展改革委、市统计局〕", ["市发展改革委", "市统计局"]),
        ("【责任单位:县农业农村局】", ["县农业农村局"]),
        ("责任单位:区商务局、区工信局,高新区管委会\n", ["区商务局", "区工信局", "高新区管委会"]),
        ("市工信局牵头的事项由链长调度。(责任单位:市链长办)", ["市链长办"]),
        ("(责任单位:各镇人民政府、县级各部门。)", ["各镇人民政府", "县级各部门"]),
        ("(责任单位:组织部、人社局、教体局、高新区管委会)", ["组织部", "人社局", "教体局", "高新区管委会"]),
        ("推进产业化。(市经信委,青山区政府)", ["市经信委", "青山区政府"]),
        ("(责任单位:工信局、科技局", ["工信局", "科技局"]),  # the closing bracket was lost
        ("(责任单位:市工信局、市商务局,排在首位的为牵头单位)", ["市工信局", "市商务局"]),
        ("牵头部门:市工信局;重点企业:鼎岳药业、睿桁生物等。", ["市工信局"]),
        ("(牵头领导:分管副市长;牵头单位:市工信局;责任单位:市科技局)", ["市工信局", "市科技局"]),
    ],
)  # fmt: skip
def test_units(words: str, expected: list[str]) -> None:
    found = units.lists(words, 0, len(words))
    assert [unit for one in found for unit in one.units] == expected


@pytest.mark.parametrize(
    ("words", "lead", "support"),
    [
        ("(牵头单位:市工信局;配合单位:市发改委、市科技局)", ["市工信局"], ["市发改委", "市科技局"]),
        ("(牵头单位:市工信局,配合单位:市发改委)", ["市工信局"], ["市发改委"]),
        ("(市工信局牵头,市发改局、市财政局配合)", ["市工信局"], ["市发改局", "市财政局"]),
        ("(市投资促进中心牵头,市工信局、市商务局及各县(市、区)人民政府、高新区管委会配合)", ["市投资促进中心"],
         ["市工信局", "市商务局", "各县(市、区)人民政府", "高新区管委会"]),
        ("(省工业和信息化厅牵头,省商务厅、各市州人民政府按职责分工负责)", ["省工业和信息化厅"], []),
        ("牵头单位:市商务局、市工信局 配合单位:霞山县政府", ["市商务局", "市工信局"], ["霞山县政府"]),
        ("主办单位:县工信局;协办单位:县科技局、县教育局", ["县工信局"], ["县科技局", "县教育局"]),
        ("市级牵头部门:市农业农村局;参与单位:市商务局", ["市农业农村局"], ["市商务局"]),
    ],
)  # fmt: skip
def test_parts_played(words: str, lead: list[str], support: list[str]) -> None:
    whole = units.UnitList(0, 0)
    for one in units.lists(words, 0, len(words)):
        whole.absorb(one)
    assert (whole.lead, whole.support) == (lead, support)


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("(责任单位:县商务局,完成时限:2025年底)", "2025年底"),
        ("(责任单位:县商务局;完成时间:2024年6月底前)", "2024年6月底前"),
        ("(县工信局牵头,县财政局、县金融办配合,2026年12月底前完成)", "2026年12月底前"),
    ],
)
def test_time_limits(words: str, due: str) -> None:
    (found,) = units.lists(words, 0, len(words))
    assert found.due == due
    assert not any("20" in unit for unit in found.units)


@pytest.mark.parametrize(
    "words",
    [
        "建设一批公共服务平台(包括检验检测、工业设计)。",
        "压实责任,各部门各司其职。",
        "培育链主企业(含潜在链主)10家。",
        "(以下简称总链办)",
        "布局三大片区。(北部片区、南部片区)",
        "落实责任制,明确责任单位和完成时限。",
    ],
)
def test_no_list(words: str) -> None:
    assert units.lists(words, 0, len(words)) == []


@pytest.mark.parametrize(
    ("cell", "role", "expected"),
    [
        ("市工信局\n市科技局", "lead", ["市工信局", "市科技局"]),
        ("市直有关部门,各县(市、区)政府", "support", ["市直有关部门", "各县(市、区)政府"]),
    ],
)
def test_cells(cell: str, role: str, expected: list[str]) -> None:
    found = units.parse(cell, role)
    assert found.units == expected
    assert (found.lead if role == "lead" else found.support) == expected


_UNIT = st.sampled_from(
    ["市工信局", "市发改委", "县财政局", "高新区管委会", "各县(市、区)人民政府", "总链办", "省教育厅"]
)


@given(st.lists(_UNIT, min_size=1, max_size=6, unique=True), st.sampled_from("、,;"))
def test_any_separator_gives_the_same_units(chosen: list[str], separator: str) -> None:
    words = f"加强要素保障。(责任单位:{separator.join(chosen)})"
    (found,) = units.lists(words, 0, len(words))
    assert found.units == chosen
    assert words[found.start] == "("
