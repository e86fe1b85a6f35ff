"""Chains: lists with a head noun, headings, counts with a colon, tables, titles; and what is not the plan's own."""

from __future__ import annotations

import pytest
from tests.policy.reading import names, run

from lianshu.policy.extract import chains
from lianshu.policy.model import Cell, Source, Table

CITY, COUNTY, PROVINCE = {"level": "市"}, {"level": "县"}, {"level": "省"}


@pytest.mark.parametrize(
    ("words", "facts", "expected"),
    [
        # a printed count decides whether 和 joins two industries or one
        ("聚焦新能源汽车、生物医药、软件和信息服务三大主导产业。", CITY, ["新能源汽车", "生物医药", "软件和信息服务"]),
        ("聚焦新能源汽车、生物医药和纺织服装三大主导产业。", CITY, ["新能源汽车", "生物医药", "纺织服装"]),
        ("全市重点发展先进装备、绿色化工、现代纺织和食品加工等4条产业链。", CITY, ["先进装备", "绿色化工", "现代纺织", "食品加工"]),
        # 及 inside a name stays
        ("做大做强汽车及零部件、精品钢及深加工、健康食品及饮料等八大产业集群。", CITY, ["汽车及零部件", "精品钢及深加工", "健康食品及饮料"]),
        # a gloss in brackets is no part of the name
        ("确定电子信息、农产品加工(含粮油、茶叶)、新型建材等3条重点产业链。", COUNTY, ["电子信息", "农产品加工", "新型建材"]),
        # counted lists may hold words no dictionary of industries has
        ("推动全县眼镜、雕刻、铜加工、微型元件四大首位产业提质增效。", COUNTY, ["眼镜", "雕刻", "铜加工", "微型元件"]),
        # the list behind the head noun
        ("调整后的6条产业链是:白酒、能源化工、医药健康、装备制造(含机器人)、绿色建材、数字经济。", CITY, ["白酒", "能源化工", "医药健康", "装备制造", "绿色建材", "数字经济"]),
        ("全县三大主导产业为:机械制造、羊绒纺织、耐火材料。", COUNTY, ["机械制造", "羊绒纺织", "耐火材料"]),
        ("“3+2”现代产业体系,即做强有色金属、绿色食品、新能源三大主导产业,培育数字经济、文化旅游两大新兴产业。", CITY, ["有色金属", "绿色食品", "新能源", "数字经济", "文化旅游"]),
        ("构建以特种钢、智能制造、大健康为主导的现代产业体系,推动特种钢、智能制造、大健康三大主导产业向中高端迈进。", CITY, ["特种钢", "智能制造", "大健康"]),
        ("我县已形成茶叶加工、竹木家居、电子元器件等产业体系。", COUNTY, ["茶叶加工", "竹木家居", "电子元器件"]),
        ("立足资源禀赋,重点培育壮大硅材料、稀土永磁、精细化工等产业。", COUNTY, ["硅材料", "稀土永磁", "精细化工"]),
        ("全省围绕新一代电子信息、高端装备、绿色食品、生物医药等4个重点产业链攻坚。", PROVINCE, ["新一代电子信息", "高端装备", "绿色食品", "生物医药"]),
        ("聚力打造锂电新能源、不锈钢新材料、铜材料等三大世界级产业集群。", CITY, ["锂电新能源", "不锈钢新材料", "铜材料"]),
        ("10个农业主导产业链分别为优质稻米、生猪、特色淡水产品(小龙虾)、蔬菜(食用菌、莲)、家禽及蛋制品、茶叶、现代种业、菜籽油、柑橘、道地药材。", PROVINCE,
         ["优质稻米", "生猪", "特色淡水产品", "蔬菜", "家禽及蛋制品", "茶叶", "现代种业", "菜籽油", "柑橘", "道地药材"]),
        ("做优主导产业(纺织服装),做强辅助产业(机械制造、农产品加工)。", COUNTY, ["纺织服装", "机械制造", "农产品加工"]),
        ("推动汽车产业集群、电子信息产业集群、新材料产业集群发展壮大。", CITY, ["汽车", "电子信息", "新材料"]),
        ("我县围绕铜精深加工、高端化工、光电信息等重点产业领域,全面推行链长制。", COUNTY, ["铜精深加工", "高端化工", "光电信息"]),
        ("建立健全新型显示、集成电路、创意文化等12条产业链链长制。", CITY, ["新型显示", "集成电路", "创意文化"]),
        # the name of the region or the words 我市 before the first member are not part of it
        ("加快推进我市非金属材料、光电信息两大主导产业链建设。", CITY, ["非金属材料", "光电信息"]),
    ],
)  # fmt: skip
def test_lists(words: str, facts: dict[str, str], expected: list[str]) -> None:
    assert names(chains, words, **facts) == expected


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        ("省政府印发实施方案,全省聚焦汽车、智能装备等16条重点产业链。", CITY),
        ("积极对接全省钢铁、石化、汽车等万亿级产业集群。", COUNTY),
        ("市委提出,全市聚焦钢铁、石化、汽车等9条重点产业链。", {"level": "县", "region": "青岚县"}),
        ("东湖区重点发展光电子、生物医药等产业,青山县加快发展绿色建材、食品加工等产业。", CITY),
        ("应用于汽车、航空航天、电子信息等领域。", CITY),
        ("推动纺织、建材、化工等传统产业改造提升。", COUNTY),
        ("实施强链、延链、补链工程,建设现代化产业链。", CITY),
        ("统筹发展和安全,促进产业链、创新链、资金链深度融合。", CITY),
        ("推动企业、园区、产业集聚发展。", CITY),
    ],
)
def test_other_peoples_lists(words: str, facts: dict[str, str]) -> None:
    assert names(chains, words, **facts) == []


def test_headings_name_the_chains() -> None:
    plan = """云川市重点产业链建设行动方案
一、重点产业链
(一)做强绿色铝材产业链。延伸精深加工。
(二)做优现代物流产业链。建设枢纽体系。
(三)培育壮大智能装备产业集群。引进整机企业。
二、保障措施
(一)加强领导。各县市区要抓好落实。
"""
    items = run(chains, plan, level="市")
    assert [item.fields["name"] for item in items] == ["绿色铝材", "现代物流", "智能装备"]
    assert {item.rule for item in items} == {"chain-heading"}


def test_products_under_a_chain_heading_are_not_chains() -> None:
    plan = """一、重点任务
1.电子信息产业链。重点发展新型显示、智能终端、电子材料等产业。
2.生物医药产业链。重点发展中药饮片、医疗器械、保健食品等产业。
"""
    assert names(chains, plan, level="县") == ["电子信息", "生物医药"]


def test_a_list_repeated_counts_once() -> None:
    plan = (
        "聚焦光伏、储能、氢能三大主导产业。围绕光伏、储能、氢能三大产业开展招商。做强光伏产业链、储能产业链。"
    )
    assert names(chains, plan, level="县") == ["光伏", "储能", "氢能"]


def test_table_column() -> None:
    head, rows = (
        "产业链名称\t链长\t牵头部门\n",
        ["高端装备产业链\t甲\t市工信局\n", "绿色食品产业链\t乙\t市农业农村局\n"],
    )
    body = head + "".join(rows)
    cells, at = [], 0
    for row, line in enumerate([head, *rows]):
        for column, word in enumerate(line.strip("\n").split("\t")):
            cells.append(Cell(row, column, at, at + len(word)))
            at += len(word) + 1
    source = Source("t", body, tables=(Table(0, len(body), 3, 3, tuple(cells)),))
    items = run(chains, "", source, level="市")
    assert [(item.fields["name"], item.rule) for item in items] == [
        ("高端装备", "chain-table"),
        ("绿色食品", "chain-table"),
    ]


def test_plan_for_one_chain_by_its_title() -> None:
    plan = "青岚县海洋食品产业链链长制工作细则\n第一条 为建立健全海洋食品产业链链长制工作体系,制定本细则。\n"
    assert names(chains, plan, region="青岚县", level="县") == ["海洋食品"]


def test_a_bare_list_is_better_than_none() -> None:
    words = "实施倍增计划,壮大预制菜、新型建材、竹木加工产业。"
    items = run(chains, words, level="县")
    assert [i.fields["name"] for i in items] == ["预制菜", "新型建材", "竹木加工"]
    assert all(i.confidence < 0.7 and i.reason for i in items)


def test_uncounted_list_is_less_certain() -> None:
    (sure, *_), (unsure, *_) = (
        run(chains, words, level="县")
        for words in ("聚焦茶叶、竹木、建材三大主导产业。", "重点发展茶叶加工、竹木家居、新型建材等产业。")
    )
    assert sure.confidence > unsure.confidence and unsure.reason


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("汽车", "汽车产业链", True), ("工程机械及汽车零部件", "工程机械及汽车零部件配套产业链", True), ("新能源", "新能源汽车", True), ("钢铁", "石化", False)],
)  # fmt: skip
def test_same_chain(a: str, b: str, same: bool) -> None:
    assert chains.same_chain(a, b) is same


def test_headings_under_a_sort_of_industries() -> None:
    plan = """三、重点任务
(一)改造提升传统产业
1、稀土产业。推进功能材料产业化。
2、装备制造产业。支持企业做大做强。
"""
    assert names(chains, plan, level="市") == ["稀土", "装备制造"]
