"""Ways of writing met in plans of places that the reader had never seen; every sentence is written for these tests."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.policy.reading import names, read_facts, run

from lianshu.policy.extract import chains, enterprises, mechanisms, orgs, projects, recurring, targets, tasks
from lianshu.policy.model import Item, Source
from lianshu.policy.reader import read


def figures(words: str, **changes: object) -> list[tuple[object, ...]]:
    """Low, unit, period and scope of the targets of a text."""
    return [
        tuple(item.fields[key] for key in ("low", "unit", "period", "scope"))
        for item in run(targets, words, **changes)
    ]


# --- facts ---------------------------------------------------------------------------------------


def test_number_unit_and_title_on_one_line() -> None:
    facts = read_facts(
        "岚政办〔2024〕7号 岚州省人民政府办公厅 关于建立重点产业链协作制度的通知\n\n各市人民政府:\n为强链补链,现通知如下。"
    )
    assert facts["doc_no"] == "岚政办〔2024〕7号"
    assert facts["issuer"] == "岚州省人民政府办公厅"
    assert facts["title"].startswith("岚州省人民政府办公厅")


def test_a_story_of_the_press_names_plan_and_unit() -> None:
    facts = read_facts(
        "湖南省人民政府办公厅近日印发《湖南省低空制造产业集群工作方案(2025-2027年)》。到2027年,全省培育龙头企业8家。"
    )
    assert (facts["kind"], facts["issuer"]) == ("工作方案", "湖南省人民政府办公厅")
    assert (facts["plan_start"], facts["plan_end"]) == (2025, 2027)


@pytest.mark.parametrize(
    "line", ["来自:综合科 时间:2024-11-05", "2024-11-05 09:30:12 来源:岚州日报"], ids=["label", "agency"]
)
def test_day_of_publication(line: str) -> None:
    assert (
        read_facts(f"关于加快打造岚江先进制造业基地的实施意见\n{line}\n为做强产业,制定本意见。")["published"]
        == "2024-11-05"
    )


def test_a_unit_alone_on_the_first_line_issues_the_notice() -> None:
    facts = read_facts(
        "岚城市人民政府办公室\n各县(市、区)人民政府:\n经市政府同意,现将有关事项通知如下:\n链长每季度召开一次例会。"
    )
    assert facts["issuer"] == "岚城市人民政府办公室"
    assert facts["title"] is None


def test_a_leading_verb_is_no_region() -> None:
    title = "关于省领导联系产业链的工作方案"
    assert read_facts(f"{title}\n根据湖南省委部署,湖南全省推进链长制。湖南省政府统筹。")["region"] != "关于省"


def test_the_last_year_is_found_behind_an_opening_date() -> None:
    facts = read_facts(
        "岚县制造业强县实施意见\n一、总体要求\n到2029年,强县目标基本实现。总量实现突破,工业增加值占比达到40%。"
    )
    assert facts["plan_end"] == 2029


def test_own_words_outweigh_the_level_above() -> None:
    words = "市推进五大产业发展六条措施\n我市对接《省政府关于培育集群的意见》和省政府部署,落实六条措施。"
    assert read_facts(words)["level"] == "市"


# --- formulas and chains ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("推动四链(产业链、创新链、资金链、人才链)深度融合。", [("四链", 4)]),
        ("决定建立群链长制和会长制(以下简称“双长制”)。", [("双长制", 0)]),
        ("方案提出“3611”工程,即实施三项计划、落实六条举措、打造一个园区、健全一套机制。", [("3611", 4)]),
        ("启动实施“5210”产业跃升工程,推动做大做强。", [("5210", 0)]),
        ("为落实市委提出的打造“一轴三基地”目标任务,制定本意见。", [("一轴三基地", 0)]),
        ("兼顾发展中药材、竹木加工“两特”产业。", []),
    ],
    ids=["bracket", "double", "digits", "programme", "own level", "industries"],
)
def test_formulas(words: str, expected: list[tuple[str, int]]) -> None:
    found = run(mechanisms, words, level="市", region="岚城市")
    assert [(item.fields["name"], len(item.fields["items"])) for item in found] == expected


def test_sorts_of_industries_in_quotation_marks() -> None:
    words = "全县聚焦锂电材料、休闲食品、智能家居“三主”产业,兼顾中药饮片、竹木加工“两特”产业。"
    assert names(chains, words, level="县", region="岚县") == [
        "锂电材料",
        "休闲食品",
        "智能家居",
        "中药饮片",
        "竹木加工",
    ]


def test_two_counted_lists_joined_by_and() -> None:
    words = "全市围绕食品加工、光伏制造、电子材料3条主导产业链和数据服务、第三代半导体2条特色产业链开展行动。"
    assert names(chains, words, level="市", region="岚城市") == [
        "食品加工",
        "光伏制造",
        "电子材料",
        "数据服务",
        "第三代半导体",
    ]


def test_a_circular_industrial_system() -> None:
    words = "我县加快建设富硒食品、生物医药、新型材料三大循环工业体系。"
    assert names(chains, words, level="县", region="岚县") == ["富硒食品", "生物医药", "新型材料"]


def test_the_title_s_set_of_clusters_is_no_chain() -> None:
    words = "岚州省关于建立省级先进制造业集群重点产业链“双长制”的通知\n为强链补链,现通知如下。"
    assert names(chains, words, level="省", region="岚州省", title=words.split("\n")[0]) == []


# --- targets ---------------------------------------------------------------------------------------


def test_a_date_that_opens_the_goals_rules_their_bullets() -> None:
    words = "一、发展目标\n到2028年,产业体系更加完善,强县建设取得成效。\n——规模更大。规上工业企业达到300家。\n——创新更强。研发机构覆盖率达到60%。"
    assert [f[2] for f in figures(words)] == ["by:2028", "by:2028"]


def test_a_bare_year_ends_with_its_part_of_the_sentence() -> None:
    words = "到2027年,营业收入2025年突破400亿元、2027年突破500亿元;专精特新企业达到90家。"
    assert [f[2] for f in figures(words)] == ["year:2025", "year:2027", "by:2027"]


def test_every_year_does_not_reach_a_total() -> None:
    words = "每年引导银行提供信贷300亿元,形成专精特新企业4000家左右。"
    assert [f[2] for f in figures(words)] == ["annual", "none"]


@pytest.mark.parametrize(
    "words",
    [
        "为贯彻市委十四届十次全会精神,加快发展。",
        "建成岚石化20万吨乙二醇、永联化工100万吨真空盐等项目。",
        "助推年产120亿只手套、云雾休闲食品等签约项目开工建设。",
        "方案提出“3611”工程,即实施三项计划、落实六条举措。",
        "每两个月至少召开1次调度会议。",
        "去年以来分两批推进整改。",
        "推进岚硅片二期、岚酒庄配套基地、岚乳深加工三个重点项目。",
        "领导小组统筹负责20个产业集群培育发展工作。",
    ],
    ids=["congress", "capacity", "capacity ahead", "members", "monthly", "parts", "named set", "set"],
)
def test_no_targets(words: str) -> None:
    assert figures(words, level="市", region="岚城市") == []


def test_sizes_and_rough_numbers_are_no_fixed_sets() -> None:
    words = "到2025年,培育形成装备1个五百亿级产业集群,纺织、食品、竹木等3个百亿级产业集群,培育20条左右优势产业链。"
    assert [(f[0], f[2]) for f in figures(words)] == [(1, "by:2025"), (3, "by:2025"), (20, "by:2025")]


def test_scope_of_the_level_above_and_of_counted_parks() -> None:
    upper = "到2025年全省规模以上工业增加值达到9000亿元。"
    assert [f[3] for f in figures(upper, level="县", region="岚县")] == ["upper"]
    parks = "到2025年,提升100个园区创新能力。"
    assert [f[3] for f in figures(parks, level="省", region="岚州省")] == ["region"]


def test_among_them_goes_on_from_the_sentence_before() -> None:
    words = "谋划重点工业项目160个。其中投资5000万元以上的项目123个。"
    assert [f[0] for f in figures(words)] == [160, 123]


# --- tasks and duties --------------------------------------------------------------------------------


def test_goals_under_an_unparted_heading_are_no_task() -> None:
    words = "一、目标任务\n全年新签约项目40个。\n二、工作重点\n(一)突出基金招商。组建产业基金。"
    assert [item.fields["title"] for item in run(tasks, words)] == ["突出基金招商"]


def test_offices_of_a_park_as_responsible_units() -> None:
    words = "一、行动任务\n(一)要素保障行动。盘活低效用地。\n牵头科室:建设科;配合科室:财政科、行政审批局"
    (item,) = run(tasks, words)
    assert (item.fields["lead"], item.fields["support"]) == (["建设科"], ["财政科", "行政审批局"])


def test_ordinals_that_only_state_figures_are_no_tasks() -> None:
    words = (
        "记者:有哪些指标?\n局长:主要有两个:一是规上工业增加值增长9%以上;二是技改投资增长20%。\n"
        "记者:有哪些举措?\n局长:一是设立服务专员,上门服务;二是建立诉求台账,限时办结。"
    )
    assert [item.fields["title"] for item in run(tasks, words)] == ["设立服务专员", "建立诉求台账"]


def duties(words: str) -> list[tuple[object, object]]:
    """Cadence and times of the recurring duties of a text."""
    return [(item.fields["every"], item.fields["times"]) for item in run(recurring, words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("每年4月、10月各举办一次政企恳谈会。", [("year", 2)]),
        ("实行季度排名、半年观摩、年度考核。", [("quarter", 1), ("half-year", 1), ("year", 1)]),
        ("考核结果于次年1月底前通报。", [("year", 1)]),
        ("力争一季度一批项目正式投产。", []),
        ("每年引进补链项目不少于3个、到位资金15亿元。", [("year", 1)]),
        ("半年开展一次现场观摩。", [("half-year", 1)]),
        ("(一)定期调度。链条办每月5日前报送进展。", [("month", 1)]),
    ],
    ids=["months", "short forms", "next year", "a quarter", "count and money", "half a year", "heading"],
)
def test_duties(words: str, expected: list[tuple[object, object]]) -> None:
    assert duties(words) == expected


# --- projects, firms, bodies -----------------------------------------------------------------------


def stages(words: str) -> list[tuple[str, object]]:
    """Name and stage of the projects of a text."""
    return [(item.fields["name"], item.fields["stage"]) for item in run(projects, words)]


def test_projects_told_by_their_capacity() -> None:
    words = "开工建设恒岚石化20万吨碳四芳构化、硕维电子30万台电脑等项目。"
    assert stages(words) == [("恒岚石化20万吨碳四芳构化", "开工"), ("硕维电子30万台电脑", "开工")]
    assert names(enterprises, words) == ["恒岚石化", "硕维电子"]


def test_a_later_clause_tells_the_stage() -> None:
    words = "加快推进岚峰锂业正极材料项目、岚乐科技智能化改造项目,确保2024年6月竣工投产。"
    assert {stage for _, stage in stages(words)} == {"投产"}


def test_two_centres_joined_by_and() -> None:
    words = "建设岚江铸件检测中心和岚江茶饮研发中心。"
    assert [name for name, _ in stages(words)] == ["岚江铸件检测中心", "岚江茶饮研发中心"]


def test_a_numbered_set_is_no_project() -> None:
    assert stages("加快“六大科创城”建设。") == []


def test_firms_named_with_company() -> None:
    assert "岚安建材公司" in names(enterprises, "引导岚安建材公司开拓市场,提高附加值。")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("由市工信局、市科技局担任产业链牵头单位。", {"市工信局", "市科技局"}),
        ("市发展改革委、市工业和信息化局统筹推进强链工作。", {"市工业和信息化局"}),
        ("市链长办会同市政府督查室定期开展督导。", {"市政府督查室"}),
        ("包联领导每月到项目现场办公不少于1次。", {"包联领导"}),
        ("各县(市、区)党政主要负责同志每月外出招商不少于2次。", {"各县(市、区)党政主要负责同志"}),
        ("(三)区链长制办公室。设在区工业和信息化局,承担日常工作。", {"区链长制办公室", "区工业和信息化局"}),
    ],
    ids=[
        "made leading",
        "and inside a name",
        "together with",
        "leaders",
        "chief persons",
        "seat behind a heading",
    ],
)
def test_bodies(words: str, expected: set[str]) -> None:
    assert expected <= set(names(orgs, words, level="市", region="岚城市"))


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        ("市委、市政府要求各县加快行动。", "市委、市政府"),
        ("记者从市产业链工作领导小组办公室获悉,方案已印发。", "市产业链工作领导小组办公室"),
    ],
    ids=["demand", "source"],
)
def test_no_bodies(words: str, absent: str) -> None:
    assert absent not in names(orgs, words, level="县", region="岚县")


# --- damaged texts -----------------------------------------------------------------------------------


def test_cut_and_joined_texts_are_read_with_exact_evidence() -> None:
    draw = random.Random(20261122)
    samples = [p.read_text("utf-8") for p in sorted(Path(__file__).with_name("samples").glob("*.txt"))]
    for _ in range(40):
        one, two = draw.choice(samples), draw.choice(samples)
        words = one[draw.randrange(len(one)) :] + two[: draw.randrange(len(two))]
        items: list[Item] = read(Source("cut", words)).items
        assert all(0 <= item.start < item.end <= len(words) for item in items)
        assert all(0 < item.confidence <= 1 for item in items)
