"""Regions: the country's table, names, history, demonstration regions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.reference import packaged
from lianshu.reference.region_names import root_of, short_names
from lianshu.reference.regions import (
    AmbiguousRegionError,
    Level,
    RegionError,
    RegionTable,
    UnknownRegionError,
    new_areas,
    normalise_code,
    regions,
)

TABLE = regions()
CURRENT = st.sampled_from(TABLE.current())
ALL = st.sampled_from(list(TABLE))


def test_the_whole_country_is_there():
    assert len(TABLE.children(None)) == 34
    assert len(TABLE.current(Level.CITY)) >= 333
    assert 2840 <= len(TABLE.current(Level.COUNTY)) <= 2870


@given(ALL)
def test_every_region_hangs_in_the_tree(region):
    path = TABLE.path(region.code)
    assert path[-1] == region.code
    assert TABLE.get(path[0]).level is Level.PROVINCE
    ranks = [TABLE.get(code).level.rank for code in path]
    assert ranks == sorted(set(ranks)) or region.kind == "国家级新区"
    assert all(TABLE.is_within(region.code, code) for code in path)


@given(CURRENT)
def test_regions_in_force_hang_below_regions_in_force_and_are_found_by_their_names(region):
    assert all(parent.current for parent in TABLE.ancestors(region.code))
    assert region in TABLE.lookup(region.name)
    assert TABLE.resolve(TABLE.full_name(region.code)) == region
    assert all(region in TABLE.lookup(short) for short in region.short_names)
    if region.parent:
        assert region in TABLE.children(region.parent)
        assert TABLE.resolve(region.name, within=region.parent) == region


@pytest.mark.parametrize(
    ("name", "code", "full"),
    [
        ("汨罗市", "430681", "湖南省岳阳市汨罗市"),
        ("通城县", "421222", "湖北省咸宁市通城县"),
        ("湖北通城", "421222", "湖北省咸宁市通城县"),
        ("咸宁", "421200", "湖北省咸宁市"),
        ("鄂", "420000", "湖北省"),
        ("湖北省仙桃市", "429004", "湖北省仙桃市"),
        ("神农架", "429021", "湖北省神农架林区"),
        ("两江新区", "500157", "重庆市两江新区"),
        ("重庆市忠县", "500233", "重庆市忠县"),
        ("东莞", "441900", "广东省东莞市"),
        ("儋州市", "460400", "海南省儋州市"),
        ("石河子", "659001", "新疆维吾尔自治区石河子市"),
        ("恩施州", "422800", "湖北省恩施土家族苗族自治州"),
        ("恩施市", "422801", "湖北省恩施土家族苗族自治州恩施市"),
        ("内蒙古", "150000", "内蒙古自治区"),
        ("台湾", "710000", "台湾省"),
        ("北京市 朝阳区", "110105", "北京市朝阳区"),
        ("浦东", "310115", "上海市浦东新区"),
        ("西海岸新区", "370211", "山东省青岛市黄岛区"),
        ("湘江新区", "43N001", "湖南省长沙市湘江新区"),
        ("雄安新区", "13N001", "河北省雄安新区"),
        ("襄樊市", "420600", "湖北省襄阳市"),
        # Province before city, city before county where a short name is shared.
        ("吉林", "220000", "吉林省"),
        ("吉林市", "220200", "吉林省吉林市"),
        ("岳阳", "430600", "湖南省岳阳市"),
        ("岳阳县", "430621", "湖南省岳阳市岳阳县"),
        ("海南", "460000", "海南省"),
    ],
)
def test_names_in_use(name, code, full):
    region = TABLE.resolve(name)
    assert (region.code, TABLE.full_name(region.code)) == (code, full)


def test_a_shared_name_is_refused_with_the_candidates():
    with pytest.raises(AmbiguousRegionError, match="请写明上级或代码") as caught:
        TABLE.resolve("鼓楼区")
    assert {"320106", "320302", "350102", "410204"} == {r.code for r in caught.value.candidates}
    assert TABLE.resolve("鼓楼区", within="350000").code == "350102"


def test_an_unknown_name_is_refused():
    with pytest.raises(UnknownRegionError, match="没有找到名为“云梦泽市”"):
        TABLE.resolve("云梦泽市")
    with pytest.raises(UnknownRegionError, match="在湖北省咸宁市没有找到"):
        TABLE.resolve("汨罗市", within="421200")


@pytest.mark.parametrize(
    ("code", "normal"),
    [
        ("42", "420000"),
        ("4212", "421200"),
        ("421222", "421222"),
        ("421222100", "421222"),
        (" 43n001 ", "43N001"),
    ],
)
def test_codes_of_any_length(code, normal):
    assert normalise_code(code) == normal
    assert TABLE.get(code).code == normal


@pytest.mark.parametrize("code", ["", "4", "42122", "ABCDEF", "４２１２２２１２", "4212220000"])
def test_malformed_codes_say_the_form(code):
    with pytest.raises(RegionError, match="格式不对"):
        normalise_code(code)


def test_a_code_that_exists_nowhere():
    with pytest.raises(UnknownRegionError, match="没有代码为“421299”"):
        TABLE.get("421299")


# --- history -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "year", "new"),
    [
        ("421023", 2020, ["421088"]),  # 监利县 → 监利市
        ("420321", 2014, ["420304"]),  # 郧县 → 郧阳区
        ("422300", 1998, ["421200"]),  # 咸宁地区 → 咸宁市
        ("422324", 1998, ["421222"]),  # 通城县 moved with it
        ("371200", 2018, ["370100"]),  # 莱芜市 → 济南市
        ("341400", 2011, ["340100", "340200", "340500"]),  # 巢湖市, divided
        ("500112", 2025, ["500157"]),  # 渝北区 → 两江新区
    ],
)
def test_abolished_regions_lead_to_those_in_force(old, year, new):
    region = TABLE.get(old)
    assert not region.current and region.valid_to == year
    assert [r.code for r in TABLE.successors(old)] == new
    assert all(old in TABLE.get(code).predecessors for code in new)


def test_a_name_is_read_as_of_its_year():
    assert [r.code for r in TABLE.lookup("监利县", year=2015)] == ["421023"]
    assert TABLE.lookup("监利市", year=2015) == []
    assert TABLE.resolve("监利县").code == "421023"
    assert TABLE.get("421023").valid_in(2020) and not TABLE.get("421023").valid_in(2021)


def test_a_change_of_name_keeps_the_code():
    names = [(period.name, period.last) for period in TABLE.get("420600").former_names]
    assert names == [("襄樊市", 2009)]


@given(ALL)
def test_chains_of_successors_end_in_force(region):
    following = TABLE.successors(region.code)
    assert all(r.current for r in following)
    assert region.current == (following == [region])


def test_the_packaged_successions_agree_with_the_history():
    rows = packaged.rows("region_successions")
    assert len(rows) > 100
    for row in rows:
        targets = row["successors"].split()
        assert all(code in TABLE for code in targets), row
        if row["code"] in TABLE:  # a few stand in the source in traditional characters and are left out
            region = TABLE.get(row["code"])
            assert (region.name, region.valid_to) == (row["name"], int(row["ended"]))
            assert all((TABLE.get(c).valid_from or 0) <= int(row["ended"]) + 1 for c in targets)


def test_since_2010_no_region_ended_without_a_successor():
    lost = [r.code for r in TABLE if (r.valid_to or 0) >= 2010 and not r.successors]
    assert lost == []


# --- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("湖北省", ("湖北",)),
        ("房县", ()),
        ("长阳土家族自治县", ("长阳", "长阳县")),
        ("积石山保安族东乡族撒拉族自治县", ("积石山", "积石山县")),
        ("隆林各族自治县", ("隆林", "隆林县")),
        ("鄂伦春自治旗", ("鄂伦春", "鄂伦春旗")),
        ("莫力达瓦达斡尔族自治旗", ("莫力达瓦", "莫力达瓦旗")),
        ("塔什库尔干塔吉克自治县", ("塔什库尔干", "塔什库尔干县")),
        ("黔东南苗族侗族自治州", ("黔东南", "黔东南州")),
        ("新疆维吾尔自治区", ("新疆",)),
        ("井陉矿区", ()),
        ("香港特别行政区", ("香港",)),
        ("阿勒泰地区", ("阿勒泰",)),
        ("六枝特区", ("六枝",)),
    ],
)
def test_short_names(name, expected):
    assert short_names(name) == expected


def test_roots_meet_over_upgrades():
    assert root_of("监利县") == root_of("监利市") == "监利"
    assert (root_of("郧县"), root_of("新区"), root_of("城区")) == ("郧", "新", "城")


@given(CURRENT)
def test_short_names_are_shorter_and_never_a_single_character(region):
    assert all(len(short) >= 2 for short in region.short_names)
    assert region.short not in ("市", "县", "区")


def test_the_nineteen_national_new_areas():
    areas = new_areas()
    assert len(areas) == 19
    for row in areas:
        region = TABLE.resolve(row["name"], within=row["seat"])
        assert region.code == row["code"]
        assert region.current and TABLE.is_within(region.code, row["seat"])


# --- demonstration -----------------------------------------------------------------------------------


def test_fictional_regions_use_codes_that_exist_nowhere_and_are_marked():
    table = RegionTable(TABLE.current())
    before = table.version
    table.add_fictional("990000", "示范省", level=Level.PROVINCE)
    table.add_fictional("990100", "云川市", level=Level.CITY, parent="990000")
    county = table.add_fictional("990121", "清溪县", level=Level.COUNTY, parent="990100")
    assert (county.fictional, county.label) == (True, "清溪县（示例）")
    assert table.path("990121") == ("990000", "990100", "990121")
    assert table.resolve("清溪县") == county
    assert table.version == before + 3
    assert table.add_fictional("990121", "清溪县", level=Level.COUNTY, parent="990100") == county
    assert table.version == before + 3
    assert "990121" not in TABLE


@pytest.mark.parametrize(
    ("code", "name", "level", "parent", "reason"),
    [
        ("421299", "示例县", Level.COUNTY, None, "真实行政区划"),
        ("99", "示例县", Level.COUNTY, None, "真实行政区划"),
        ("990121", "别名县", Level.COUNTY, "990000", "已登记"),
        ("990200", "又一省", Level.PROVINCE, "990000", "层级不高于"),
        ("990200", "无根市", Level.CITY, "980000", "没有代码"),
    ],
)
def test_bad_fictional_regions_are_refused(code, name, level, parent, reason):
    table = RegionTable()
    table.add_fictional("990000", "示范省", level=Level.PROVINCE)
    table.add_fictional("990121", "清溪县", level=Level.COUNTY, parent="990000")
    with pytest.raises(RegionError, match=reason):
        table.add_fictional(code, name, level=level, parent=parent)
    assert len(table) == 2


@given(ALL)
def test_no_real_code_counts_as_unassigned(region):
    assert not TABLE.is_unassigned(region.code)
