"""Finding regions in texts: what must be found, what must not, and who is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.reference.region_finder import RegionFinder, find_in_text
from lianshu.reference.regions import Level, RegionTable, regions

TABLE = regions()
NAMES = st.sampled_from([r.name for r in TABLE.current()])
FILLER = st.text(alphabet="推进产业链建设，。企业培育的是在", max_size=6)


def codes(text: str, **options) -> list[tuple[str, str | None]]:
    return [(m.text, m.region.code if m.region else None) for m in find_in_text(text, **options)]


@given(st.lists(st.tuples(FILLER, NAMES), max_size=6))
def test_mentions_are_exact_slices_in_order(parts):
    text = "".join(filler + name for filler, name in parts)
    end = 0
    for mention in find_in_text(text):
        assert mention.text == text[mention.start : mention.end]
        assert mention.start >= end
        assert mention.region is None or mention.region == mention.candidates[0]
        end = mention.end


@given(st.sampled_from(TABLE.current(Level.COUNTY)))
def test_a_county_after_its_parents_is_always_found(county):
    mentions = find_in_text(TABLE.full_name(county.code) + "人民政府")
    assert mentions and mentions[-1].region == county


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("汨罗市先进制造业建链方案", [("汨罗市", "430681")]),
        (
            "湖北通城、江西修水",
            [("湖北", "420000"), ("通城", "421222"), ("江西", "360000"), ("修水", "360424")],
        ),
        ("北京市朝阳区", [("北京市", "110000"), ("朝阳区", "110105")]),
        ("长春市朝阳区", [("长春市", "220100"), ("朝阳区", "220104")]),
        ("阳泉市城区", [("阳泉市", "140300"), ("城区", "140302")]),
        ("攀枝花市东区", [("攀枝花市", "510400"), ("东区", "510402")]),
        ("安徽省和县", [("安徽省", "340000"), ("和县", "340523")]),
        ("和县人民政府", [("和县", "340523")]),
        ("宁波市江北区", [("宁波市", "330200"), ("江北区", "330205")]),
        ("内蒙古自治区包头市", [("内蒙古自治区", "150000"), ("包头市", "150200")]),
        ("湖南湘江新区管委会", [("湖南", "430000"), ("湘江新区", "43N001")]),
        ("原监利县", [("监利县", "421023")]),
        ("海南州与海南省", [("海南州", "632500"), ("海南省", "460000")]),
        ("吉林市在吉林省", [("吉林市", "220200"), ("吉林省", "220000")]),
        ("承接长沙、武汉产业转移", [("长沙", "430100"), ("武汉", "420100")]),
    ],
)
def test_regions_are_found_and_told_apart(text, expected):
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "以创新乡村治理为抓手",
        "不得搞文山会海",
        "培育朝阳产业",
        "实施重大连片开发",
        "大理石产业链",
        "隆重庆祝",
        "各市和县域经济",
        "城市中区域协调",
        "建设老城区和新城区",
        "高新区、开发区、郊区",
        "东南通道与出海口",
        "平安建设和安康工程",
        "阿里巴巴、宁德时代、德州仪器",
        "赴北京路步行街",
        "加大白银回收，日照时间长",
        "",
        "县",
        "在保定期存款",
    ],
)
def test_words_are_not_regions(text):
    assert codes(text) == []


def test_short_names_of_counties_count_only_near_their_city():
    assert codes("支持赤壁、嘉鱼、通山做优做强") == []
    text = "咸宁市要求：支持赤壁、嘉鱼、通山做优做强"
    assert [code for _, code in codes(text)] == ["421200", "421281", "421221", "421224"]
    assert [c for _, c in codes("支持赤壁、嘉鱼", within="421200")] == ["421281", "421221"]


def test_a_shared_name_stays_open_without_context_and_is_settled_by_it():
    alone = find_in_text("鼓楼区印发方案")
    assert alone[0].region is None and len(alone[0].candidates) == 4
    assert codes("鼓楼区印发方案，报南京市备案")[0] == ("鼓楼区", "320106")
    assert codes("鼓楼区印发方案", within="410000")[0] == ("鼓楼区", "410204")


def test_a_shared_short_name_means_the_highest_level_unless_the_text_speaks_of_the_county():
    assert codes("黑龙江省牡丹江市赴西安招商")[-1] == ("西安", "610100")
    assert codes("岳阳市：岳阳、汨罗")[1:] == [("岳阳", "430600"), ("汨罗", "430681")]
    assert codes("北京市各区：海淀、朝阳")[1:] == [("海淀", "110108"), ("朝阳", "110105")]
    assert codes("辽宁省朝阳市、北京市：朝阳")[-1] == ("朝阳", "211300")


def test_a_year_brings_back_the_divisions_of_then():
    assert codes("江北区人民政府") == [("江北区", "330205")]
    assert codes("江北区人民政府", within="500000") == [("江北区", "500105")]
    assert (
        codes("重庆市江北区")
        == codes("重庆市江北区", year=2020)
        == [("重庆市", "500000"), ("江北区", "500105")]
    )
    assert codes("莱芜市", year=2015) == [("莱芜市", "371200")]


def test_a_finder_follows_additions_to_its_table():
    table = RegionTable(TABLE.current(Level.PROVINCE))
    finder = RegionFinder(table)
    assert finder.find("云川市清溪县") == []
    table.add_fictional("990000", "示范省", level=Level.PROVINCE)
    table.add_fictional("990100", "云川市", level=Level.CITY, parent="990000")
    table.add_fictional("990121", "清溪县", level=Level.COUNTY, parent="990100")
    assert [m.region.code for m in finder.find("云川市清溪县")] == ["990100", "990121"]


def test_real_plans_name_their_own_region_most(shared):
    expected = {"002": "赤壁市", "003": "通城县", "004": "汨罗市"}
    for stem, name in expected.items():
        path = next((shared / "policies" / "text").glob(f"{stem}_*.txt"))
        counties = [
            m.region.name
            for m in find_in_text(path.read_text(encoding="utf-8"))
            if m.region and m.region.level is Level.COUNTY
        ]
        assert max(set(counties), key=counties.count) == name
