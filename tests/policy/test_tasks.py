"""Tasks: which numbered nodes are measures, their titles and numbers, lists that hold for several, tables."""

from __future__ import annotations

import pytest
from tests.policy.reading import run

from lianshu.policy.extract import tasks
from lianshu.policy.model import Cell, Source, Table

PLAN = """青岚县重点产业链提升行动方案
为推动产业提质,制定本方案。
一、总体要求
(一)指导思想。坚持创新驱动,推动产业链高质量发展。
(二)基本原则。政府引导,市场主导。
(三)发展目标。到2026年,产值达到80亿元。
二、重点任务
(一)产业链优质企业培育
1.建立梯队培育机制。遴选重点企业入库,实行动态管理。(责任单位:工信局、科技局)
2.推动企业上规,引导小微企业进入规模以上行列。(责任单位:工信局;配合单位:统计局)
(二)园区承载能力提升。完善道路、供水和污水管网。(责任单位:经开区管委会)
三、保障措施
(一)加强组织领导。成立领导小组,定期研究工作。
(二)强化督查考核。考核结果作为评先评优依据。
四、附则
本方案由县工信局负责解释。
"""


def listed(words: str) -> list[tuple[str, str, list[str]]]:
    """(no, title, responsible) of the tasks of a plan."""
    return [(i.fields["no"], i.fields["title"], i.fields["responsible"]) for i in run(tasks, words)]


def test_innermost_numbers_outside_goals() -> None:
    assert listed(PLAN) == [
        ("二(一)1", "建立梯队培育机制", ["工信局", "科技局"]),
        ("二(一)2", "推动企业上规,引导小微企业进入规模以上行列", ["工信局", "统计局"]),
        ("二(二)", "园区承载能力提升", ["经开区管委会"]),
        ("三(一)", "加强组织领导", []),
        ("三(二)", "强化督查考核", []),
    ]


def test_section_and_evidence() -> None:
    first = run(tasks, PLAN)[0]
    assert first.fields["section"] == "产业链优质企业培育"
    assert PLAN[first.start : first.end] == "建立梯队培育机制。遴选重点企业入库,实行动态管理。(责任单位:"[:30]
    assert (first.fields["lead"], first.fields["support"], first.fields["due"]) == ([], [], None)


def test_chains_that_order_work_are_tasks_even_under_goals() -> None:
    plan = """二、工作目标
围绕三大主导产业,推动集群发展。
(一)绿色铝材产业链。引进精深加工企业,建设铝材检测中心。
(二)智能家居产业链。支持企业扩产。
三、保障措施
(一)加强领导。落实责任。
"""
    assert [title for _, title, _ in listed(plan)] == ["绿色铝材产业链", "智能家居产业链", "加强领导"]


@pytest.mark.parametrize(
    "heading",
    [
        "指导思想",
        "基本原则",
        "发展目标",
        "总体思路",
        "发展现状",
        "出台背景",
        "制定依据",
        "适用范围",
        "名词解释",
        "工作目标",
        "总体要求",
    ],
)
def test_parts_that_set_no_work(heading: str) -> None:
    plan = (
        f"一、{heading}\n(一)坚持系统观念。统筹推进各项工作。\n二、重点任务\n(一)开展招商。组织外出招商。\n"
    )
    assert [title for _, title, _ in listed(plan)] == ["开展招商"]


def test_a_list_of_units_makes_a_task_of_anything() -> None:
    plan = "一、目标任务\n(一)产值目标。全年产值增长一成。(责任单位:县工信局)\n二、重点任务\n(一)招商。开展招商。\n"
    assert ("一(一)", "产值目标", ["县工信局"]) in listed(plan)


def test_list_on_its_own_line_belongs_to_the_measure_before() -> None:
    plan = """三、主要任务
(一)实施强链工程
1、做大龙头企业。支持企业扩产改造。
责任单位:区工信局、区发改委
2、延伸产业链条。引进下游项目。
责任单位:区商务局
"""
    assert [units for _, _, units in listed(plan)] == [["区工信局", "区发改委"], ["区商务局"]]


def test_one_list_behind_the_last_measure_holds_for_all() -> None:
    plan = """三、主要任务
(一)优化服务环境
1.开展帮办代办。设立服务专员。
2.推行容缺受理。缩短办理时间。
责任单位:县行政审批局
四、保障措施
(一)加强领导。落实责任。
"""
    assert [units for no, _, units in listed(plan) if no.startswith("三")] == [
        ["县行政审批局"],
        ["县行政审批局"],
    ]


def test_steps_with_one_list_at_the_end_are_one_measure() -> None:
    plan = """二、重点任务
1.强化要素保障
(1)保障用地,优先安排指标。
(2)保障用能,落实错峰政策。(责任单位:县自然资源局、县发改局)
2.优化服务。推行一站式办理。(责任单位:县行政审批局)
"""
    assert [(no, units) for no, _, units in listed(plan)] == [
        ("二1", ["县自然资源局", "县发改局"]), ("二2", ["县行政审批局"]),
    ]  # fmt: skip


def test_articles() -> None:
    plan = """第一条 为建立健全产业链链长制工作体系,制定本细则。
第二条 链长主要职责:
(一)统筹谋划产业链发展,研究制定规划。
(二)协调解决重大问题,走访链上企业。
第三条 各区镇要明确联络员。
第四条 本细则自印发之日起施行。
"""
    assert [no for no, _, _ in listed(plan)] == ["第二条(一)", "第二条(二)", "第三条"]


def test_annex_lines_are_no_tasks() -> None:
    plan = """一、主要任务
(一)摸清家底。开展产业链调查。
二、工作要求
各单位要压实责任,市工信局每季度通报进展。
附件:1.重点产业链链长名单
2.产业链工作职责清单
"""
    assert [title for _, title, _ in listed(plan)] == ["摸清家底", "工作要求"]


def test_headed_passages_of_a_part_without_numbers() -> None:
    plan = """一、重点任务
(一)开展招商。组织外出招商。
二、保障措施
加强组织领导。各部门要明确分管负责人,细化任务。
强化要素保障。统筹用地、用能、资金等要素资源。
"""
    assert [(no, title) for no, title, _ in listed(plan)] == [
        ("一(一)", "开展招商"), ("-", "加强组织领导"), ("-", "强化要素保障"),
    ]  # fmt: skip


def test_ordinals_of_a_part_without_numbers() -> None:
    plan = """一、重点任务
(一)开展招商。组织外出招商。
二、保障措施
一是加强领导。成立领导小组,统筹推进。
二是强化考核。实行月调度、季通报。
"""
    assert [(no, title) for no, title, _ in listed(plan)] == [
        ("一(一)", "开展招商"), ("二一", "加强领导"), ("二二", "强化考核"),
    ]  # fmt: skip


def test_interview_ordinals_and_run_in_measures() -> None:
    plan = """主持人:局长,请介绍一下主要做法?
局长:我们以“两大工程”为抓手。
(一)招商工程
配强招商队伍。选派业务骨干驻点招商,建立激励机制。完善招商机制。实行专班推进,做好项目全周期服务。
(二)创新工程
强化企业主体地位。引导企业加大研发投入,支持创建研发平台。
主持人:下一步有什么打算?
局长:一是做强主导产业。推动全产业链要素集聚。二是优化营商环境。推行首席服务员制度。
主持人:谢谢局长。
"""
    items = run(tasks, plan)
    assert [(i.fields["no"], i.fields["title"]) for i in items] == [
        ("(一)", "招商工程"), ("-", "配强招商队伍"), ("-", "完善招商机制"), ("(二)", "创新工程"),
        ("-", "强化企业主体地位"), ("一", "做强主导产业"), ("二", "优化营商环境"),
    ]  # fmt: skip
    assert [i.fields["section"] for i in items[1:3]] == ["招商工程", "招商工程"]
    assert all(i.reason for i in items if i.fields["no"] == "-")


def table_source(rows: list[list[str]]) -> Source:
    """A document that is one table; a cell ``^`` repeats the cell above it (merged)."""
    body, cells, above = "", [], {}
    for r, row in enumerate(rows):
        for c, word in enumerate(row):
            if word == "^":
                start, end = above[c]
            else:
                start, end = len(body), len(body) + len(word)
                body += word + "\t"
            above[c] = (start, end)
            cells.append(Cell(r, c, start, end))
        body += "\n"
    table = Table(0, len(body), len(rows), len(rows[0]), tuple(cells))
    return Source("table", body, tables=(table,))


def test_task_table() -> None:
    source = table_source(
        [
            ["序号", "重点任务", "牵头单位", "责任单位", "完成时限"],
            ["1", "绘制产业链图谱。更新全景图。", "市工信局", "市统计局、各链条办", "2024年6月底前"],
            ["2", "组织外出招商活动", "市商务局", "各县(市、区)人民政府", "长期坚持"],
            ["3", "^", "市投促中心", "高新区管委会", "^"],
        ]
    )
    items = run(tasks, "", source)
    assert [(i.fields["no"], i.fields["title"], i.fields["due"]) for i in items] == [
        ("1", "绘制产业链图谱", "2024年6月底前"), ("2", "组织外出招商活动", "长期坚持"),
    ]  # fmt: skip
    assert items[0].fields["responsible"] == ["市工信局", "市统计局", "各链条办"]
    assert items[0].fields["lead"] == ["市工信局"]
    assert items[1].fields["responsible"] == [
        "市商务局",
        "各县(市、区)人民政府",
        "市投促中心",
        "高新区管委会",
    ]


def test_the_column_of_the_task_and_the_section() -> None:
    source = table_source(
        [
            ["序号", "重点任务", "具体举措", "责任单位"],
            ["1", "强化招商", "组织外出招商活动", "市商务局"],
            ["2", "^", "举办集中签约活动", "市投促中心"],
        ]
    )
    assert [(i.fields["section"], i.fields["title"]) for i in run(tasks, "", source)] == [
        ("强化招商", "组织外出招商活动"), ("强化招商", "举办集中签约活动"),
    ]  # fmt: skip
    source = table_source(
        [
            ["工作任务", "具体举措", "牵头单位"],
            ["绘制图谱", "更新全景图", "市工信局"],
            ["精准招商", "组织专题活动", "市商务局"],
        ]
    )
    assert [i.fields["title"] for i in run(tasks, "", source)] == ["绘制图谱", "精准招商"]


def test_a_table_without_unit_column_is_no_task_table() -> None:
    source = table_source([["指标", "单位", "2023年", "2025年"], ["工业总产值", "亿元", "100", "150"]])
    assert run(tasks, "", source) == []
