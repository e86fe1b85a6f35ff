"""Numbered formulas with their members; slogans of the nation, counts of industries and idioms left out."""

from __future__ import annotations

import pytest
from tests.policy.reading import names, run

from lianshu.policy.extract import mechanisms


@pytest.mark.parametrize(
    ("words", "name", "members"),
    [
        ("建立一条产业链、一名链长、一个牵头部门、一套支持政策的“四个一”工作机制。", "四个一", ["一条产业链", "一名链长", "一个牵头部门", "一套支持政策"]),
        ("实行“一个产业、一位领导、一支队伍、一笔资金”的“四个一”模式。", "四个一", ["一个产业", "一位领导", "一支队伍", "一笔资金"]),
        ("建立“三个一”推进机制,即一个产业规划、一个产业图谱、一只产业基金。", "三个一", ["一个产业规划", "一个产业图谱", "一只产业基金"]),
        ("健全五个一机制(一张清单、一套班子、一份方案、一支基金、一抓到底)。", "五个一", ["一张清单", "一套班子", "一份方案", "一支基金", "一抓到底"]),
        ("(三)落实“四个一批”。谋划一批、签约一批、开工一批、投产一批。", "四个一批", ["谋划一批", "签约一批", "开工一批", "投产一批"]),
        ("按照储备一批、开工一批、竣工一批的“三个一批”要求滚动推进。", "三个一批", ["储备一批", "开工一批", "竣工一批"]),
        ("绘制产业链全景图、现状图、招商图“三图”。", "三图", ["全景图", "现状图", "招商图"]),
        ("建立产业分析报告、招商报告“两报告”制度。", "两报告", ["产业分析报告", "招商报告"]),
        ("建立龙头企业、重点项目、创新平台、关键技术“四张清单”。", "四张清单", ["龙头企业", "重点项目", "创新平台", "关键技术"]),
        ("编制“五图六清单”,实行挂图作战。", "五图六清单", []),
        ("开展“三大专项行动”。即开展技术改造行动、数字赋能行动、龙头引育行动。", "三大专项行动", ["开展技术改造行动", "数字赋能行动", "龙头引育行动"]),
        ("主要包括科技创新、企业培育和要素保障等三条路径。", "三条路径", ["科技创新", "企业培育", "要素保障"]),
        ("落实“一链一策”,精准施策。", "一链一策", []),
        ("推行“一链一图一策一专班”工作模式。", "一链一图一策一专班", []),
        ("实行一企一策、挂点帮扶。", "一企一策", []),
        ("建立“一链一行”对接机制。", "一链一行", []),
        ("构建“一核两翼”产业格局。", "一核两翼", []),
        ("优化“一区三园”空间布局。", "一区三园", []),
        ("建设“五好”园区。", "五好园区", []),
        ("完善“1+3+N”政策体系。", "1+3+N", []),
        ("编制“1个图谱+N张清单”。", "1个图谱+N张清单", []),
        ("围绕县委“一二三四”工作目标。", "一二三四", []),
        ("擦亮“一杯茶、一根竹、一张纸”名片。", "一杯茶、一根竹、一张纸", ["一杯茶", "一根竹", "一张纸"]),
        ("实行“一个链长包抓、一个专班推进、一个规划引领”。", "一个链长包抓、一个专班推进、一个规划引领", ["一个链长包抓", "一个专班推进", "一个规划引领"]),
        ("践行“五到四从”工作法。", "五到四从", []),
        ('开展"三送三解"活动。', "三送三解", []),
    ],
)  # fmt: skip
def test_formulas(words: str, name: str, members: list[str]) -> None:
    items = run(mechanisms, words, level="县", region="青岚县")
    assert [(i.fields["name"], i.fields["items"]) for i in items] == [(name, members)]


@pytest.mark.parametrize(
    "words",
    [
        "“十四五”期间,抢抓“一带一路”机遇,深化“放管服”改革。",
        "增强“四个意识”、坚定“四个自信”、做到“两个维护”。",
        "坚持招商引资“一号工程”,实行“一对一”服务,党政“一把手”负总责。",
        "落实安全生产“三同时”制度,推行“一网通办、一窗通办”。",
        "形成六大产业集群和三大主导产业。",
        "培育“专精特新”企业,支持“小巨人”企业发展。",
        "攻克“卡脖子”技术,当好“店小二”。",
        "省级知识产权“三大工程”企业达到10家。",
        "抢抓全省县域经济“三百”战略机遇。",
        "大力实施“一主六双”高质量发展战略。",
        "覆盖省、市、县三级,设立两个园区和八条产业链。",
        "开展“清文件、减审批、降收费”专项行动。",
        "第一批项目、三年行动、五年规划、一系列举措。",
        "布局“51020”现代产业集群。",
        "落实市“361”万千亿级产业集群培育部署,打造“两车产业”。",
        "培育三大战略性新兴产业。",
    ],
)
def test_no_formulas(words: str) -> None:
    assert names(mechanisms, words, level="县", region="青岚县") == []


def test_members_from_headings() -> None:
    plan = """三、重点任务
实施“三大工程”,夯实发展基础。
(一)实施企业培育工程。梯度培育企业。
(二)实施园区提升工程。完善园区功能。
(三)实施创新驱动工程。建设创新平台。
"""
    (formula,) = run(mechanisms, plan)
    assert formula.fields["name"] == "三大工程"
    assert formula.fields["items"] == ["实施企业培育工程", "实施园区提升工程", "实施创新驱动工程"]


def test_members_in_a_bracket() -> None:
    words = "实施三大工程(创新引领、集群强链、要素保障),推动产业升级。"
    (formula,) = run(mechanisms, words)
    assert formula.fields == {"name": "三大工程", "items": ["创新引领", "集群强链", "要素保障"]}


def test_the_creed_names_other_peoples_formulas() -> None:
    plan = """为贯彻“两个先行”要求,制定本方案。
一、总体要求
(一)指导思想。锚定“两个跨越”、紧盯“三大变革”,按照“一区两园”整体设想推进。
二、重点任务
(一)实施“三个突围”。突围技术、突围市场、突围人才。
"""
    assert names(mechanisms, plan, level="市", region="云川市") == ["一区两园", "三个突围"]


def test_members_may_differ_from_the_number() -> None:
    words = "实行一名领导、一个部门、一套方案的“四个一”机制。"
    (formula,) = run(mechanisms, words)
    assert formula.fields["items"] == ["一名领导", "一个部门", "一套方案"]


def test_a_formula_counts_once_and_keeps_the_fullest_list() -> None:
    words = "落实“三个一”机制。建立“三个一”机制,即一个规划、一个专班、一套政策。按照“三个一”要求推进。"
    (formula,) = run(mechanisms, words)
    assert formula.fields["items"] == ["一个规划", "一个专班", "一套政策"]


def test_upper_levels_way_of_working_taken_over() -> None:
    words = "省政府建立“五个一”工作机制,我市抓好落实。"
    assert names(mechanisms, words, level="市", region="云川市") == ["五个一"]
    words = "认真落实市委“三区联动”部署。"
    assert names(mechanisms, words, level="县", region="青岚县") == []
    assert names(mechanisms, words, level="市", region="云川市") == ["三区联动"]
