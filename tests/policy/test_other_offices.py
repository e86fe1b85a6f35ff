"""Ways of writing of cities, parks and provinces met after ``test_other_places``; every sentence is written for these tests."""

from __future__ import annotations

import pytest
from tests.policy.reading import names, run

from lianshu.policy.extract import chains, enterprises, mechanisms, orgs, projects, targets
from lianshu.policy.intake import from_bytes
from lianshu.policy.reader import read


def formulas(words: str, **changes: object) -> list[str]:
    """Names of the formulas of a text."""
    return names(mechanisms, words, level="市", region="岚城市", **changes)


# --- formulas ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("一、任务\n实施“千户提质”行动,分行业开展诊断。", ["千户提质"]),
        ("一、任务\n启动“百名专家进百园”活动,现场问诊。", ["百名专家进百园"]),
        ("一、任务\n实施“百千万”之外的“十百千”企业梯队计划。", ["十百千"]),
        ("一、任务\n建立“双组联动”机制,日常会商。", ["双组联动"]),
        ("一、任务\n推行“四账销号”机制。运用“四账”推进工作。", ["四账销号"]),
        ("一、任务\n培育“百强企业”和“千亿园区”。", []),
    ],
    ids=["round number", "hundred to hundred", "powers of ten", "double", "short form", "ranks"],
)
def test_formulas(words: str, expected: list[str]) -> None:
    assert formulas(words) == expected


def test_a_formula_that_only_the_title_names() -> None:
    title = "岚城市“双百亿千”产业链提升方案"
    words = f"{title}\n为做强产业链,制定本方案。\n一、总体要求\n推动产业链向高端延伸。"
    assert formulas(words, title=title) == ["双百亿千"]


# --- chains --------------------------------------------------------------------------------------


def test_chains_told_one_by_one() -> None:
    words = (
        "一、重点方向\n做精丝绸家纺产业链,引导缫丝、织造环节进园。特种纸产业链瞄准食品包装用纸,加快扩能。"
        "在机器人产业方面,以关节模组为突破口。有序布局商业航天产业链和合成生物产业链。"
    )
    assert names(chains, words, level="省", region="岚州省") == [
        "丝绸家纺",
        "特种纸",
        "机器人",
        "商业航天",
        "合成生物",
    ]


def test_two_chains_in_prose_are_not_believed() -> None:
    words = "各地要完善产业链条。化肥产业链由规模扩张转向精准施肥,延伸肉牛产业链。"
    assert names(chains, words, level="省", region="岚州省") == []


def test_leading_industries_and_two_new_tracks() -> None:
    words = "全区以轴承、轮胎、冷链装备三大产业为主导,布局低空装备和工业软件两个新赛道。"
    assert names(chains, words, level="县", region="岚区") == [
        "轴承",
        "轮胎",
        "冷链装备",
        "低空装备",
        "工业软件",
    ]


# --- targets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "支持岚机科技与三所高校共建中试平台。",
        "每条产业链组建一个专班。",
        "布局量子通信和脑机接口两个新赛道。",
    ],
    ids=["partners", "one body for each", "tracks"],
)
def test_no_targets(words: str) -> None:
    assert run(targets, words, level="市", region="岚城市") == []


def test_a_named_set_with_its_own_figure() -> None:
    found = run(targets, "到2028年,三个园区工业用地亩均产值达到500万元。", level="市", region="岚城市")
    assert [item.fields["low"] for item in found] == [500]


# --- projects and firms --------------------------------------------------------------------------


def stages(words: str) -> list[tuple[str, object]]:
    """Name and stage of the projects of a text."""
    return [(item.fields["name"], item.fields["stage"]) for item in run(projects, words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("支持恒峦重工建设精密铸件智能工厂。", [("精密铸件智能工厂", "建设")]),
        ("支持岚汇食品实施总投资2.5亿元的智能冷库项目。", [("智能冷库项目", "建设")]),
        ("投资18亿元的沐恒轴承产业园5月底前开工。", [("沐恒轴承产业园", "开工")]),
        ("推动睿桁氢能电堆中试线竣工投产。", [("睿桁氢能电堆中试线", "投产")]),
        ("实施“园区提质”工程。链务员每周更新项目进度。", []),
    ],
    ids=["helped builder", "helped with amount", "closing verb", "pilot line", "half a quotation"],
)
def test_projects(words: str, expected: list[tuple[str, object]]) -> None:
    assert stages(words) == expected


def test_numbers_of_a_list_are_no_part_of_names() -> None:
    words = "1.沐恒轴承扩能项目,总投资6亿元,计划9月开工。\n2.睿桁电堆扩产项目,总投资8亿元,在建。"
    assert [name for name, _ in stages(words)] == ["沐恒轴承扩能项目", "睿桁电堆扩产项目"]
    assert not any(name[0].isdigit() for name in names(enterprises, words))


def test_a_register_names_firms_of_any_ending() -> None:
    words = "附件2\n岚区重点企业名录\n轴承产业链:沐恒、睿桁精密、三岔铜业\n轮胎产业链:岚小胎、远骋\n"
    found = run(enterprises, words)
    assert [i.fields["name"] for i in found] == ["沐恒", "睿桁精密", "三岔铜业", "岚小胎", "远骋"]


def test_a_table_gives_its_firms_their_chain() -> None:
    words = (
        "岚城市重点产业链实施方案\n一、安排\n序号\t产业链\t牵头单位\t链主企业\n1\t轴承\t市科技局\t沐恒\n"
        "2\t轮胎\t市商务局\t岚小胎\n"
    )
    reading = read(from_bytes(words.encode(), "plan.txt"))
    firms = [(i.fields["name"], i.fields["role"], i.fields["chain"]) for i in reading.of("enterprises")]
    assert firms == [("沐恒", "链主", "轴承"), ("岚小胎", "链主", "轮胎")]
    assert {"市科技局", "市商务局"} <= {i.fields["name"] for i in reading.of("orgs")}


def test_a_name_known_as_a_firm_s_is_not_cut_anew() -> None:
    words = "以宠沐多为龙头,做大宠物食品。推动宠沐多冻干粮工厂项目、睿桁电堆二期项目建成投产。"
    assert "宠沐多" in names(enterprises, words)
    assert "宠沐多冻" not in names(enterprises, words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("明澜光电二期今年10月投产。", ["明澜光电"]),
        ("加快推进青槐定制家居产业园二期项目建设,青槐县负责供地。", []),
    ],
    ids=["plain word", "place"],
)
def test_firms_inside_projects(words: str, expected: list[str]) -> None:
    assert names(enterprises, words) == expected


# --- bodies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("招商促进局会同各专班编制目标单,企业服务中心设立专窗。", {"招商促进局", "企业服务中心"}),
        ("市委督查室每季度开展一次专项督查。", {"市委督查室"}),
        ("每条链配备2名专职链务员,负责联络。", {"链务员"}),
        ("领办专员每月到企业走访不少于2次。", {"领办专员"}),
        ("聘请20名企业负责人担任企业观察员。", {"企业观察员"}),
    ],
    ids=["offices of a park", "inspection", "staff", "post with a duty", "observers"],
)
def test_bodies(words: str, expected: set[str]) -> None:
    assert expected <= set(names(orgs, words, level="市", region="岚城市"))


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        ("形成月报呈报领导小组。", "月报呈报领导小组"),
        ("疑难问题随时提交市链办会商。", "疑难问题随时提交市链办"),
        ("优化产业布局,形成新格局。全局谋划。", "优化产业布局"),
        ("附件:1.主导产业链专班分工安排", "主导产业链专班"),
    ],
    ids=["report", "submit", "layout", "annex"],
)
def test_no_bodies(words: str, absent: str) -> None:
    assert absent not in names(orgs, words, level="市", region="岚城市")


# --- lists served, shared and counted --------------------------------------------------------------


def test_projects_that_are_served_before_their_verb() -> None:
    words = "对总投资15亿元的沐恒轴承南方基地、总投资9亿元的睿桁电堆二期等在建项目,实行周调度。"
    found = run(projects, words)
    assert [(i.fields["name"], i.fields["amount"]) for i in found] == [
        ("沐恒轴承南方基地", 15),
        ("睿桁电堆二期", 9),
    ]


def test_signed_projects_with_their_verb_behind() -> None:
    words = "对森沐电子玻璃基板、睿桁户外帐篷产业园等新签约项目,年底前全部开工。"
    assert stages(words) == [("森沐电子玻璃基板", "开工"), ("睿桁户外帐篷产业园", "开工")]


def test_one_firm_under_its_name_and_its_brand() -> None:
    words = "支持泓沐铜业、晋沐铝业等企业扩产,加快建设泓沐高精铜箔五期等重大项目。"
    assert names(enterprises, words) == ["泓沐铜业", "晋沐铝业"]


def test_two_legal_names_joined_by_and() -> None:
    words = "岚江精密铸造有限公司和沐恒轴承股份有限公司扩大产能。"
    assert names(enterprises, words) == ["岚江精密铸造有限公司", "沐恒轴承股份有限公司"]


def test_a_count_behind_and_is_no_part_of_a_project() -> None:
    words = "年内建成110千伏岚北变电站和职工公寓800套。"
    assert stages(words) == [("110千伏岚北变电站", "建设")]


def test_moving_firms_are_no_project() -> None:
    assert stages("推动沐恒、岚小胎、睿桁铸业三家企业退城入园。") == []


def test_a_campaign_that_shares_its_noun() -> None:
    words = "一、任务\n实施“千企上链”和“小升规”专项行动。实现“九通一平”和“一网通办”。"
    assert formulas(words) == ["千企上链"]


def test_teams_posted_to_places() -> None:
    words = "成立驻深圳、驻苏州、驻成都三支招商分队。"
    assert [i.fields["name"] for i in run(targets, words, level="市")] == ["招商分队"]
    assert names(orgs, words, level="市", region="岚城市") == ["招商分队"]


def test_a_group_founded_by_the_plan() -> None:
    assert names(enterprises, "组建岚江工投集团,设立产业基金。推动企业集团化发展。") == ["岚江工投集团"]


def test_a_park_with_a_duty() -> None:
    assert names(orgs, "经开区要加快完善配套设施。", level="市", region="岚城市") == ["经开区"]
