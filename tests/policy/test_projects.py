"""Single named projects with amount and stage; kinds of things, ranks and programmes left out."""

from __future__ import annotations

import pytest
from tests.policy.reading import names, run
from tests.policy.test_tasks import table_source

from lianshu.policy.extract import projects
from lianshu.policy.model import Source


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        # name, amount, stage
        ("开工建设30亿元的鼎岳新材四期、5.2亿元的霁川制衣等项目。", [("鼎岳新材四期", 30, "开工"), ("霁川制衣", 5.2, "开工")]),
        ("重点推进总投资120亿元的鼎岳光伏组件项目建设。", [("鼎岳光伏组件项目", 120, "建设")]),
        ("推进投资8.6亿元的霁川铜棒项目开工建设。", [("霁川铜棒项目", 8.6, "开工")]),
        ("加快推进鼎岳科技二期、霁川药业扩建等重大项目建设。", [("鼎岳科技二期", None, "建设"), ("霁川药业扩建", None, "建设")]),
        ("加快霁川非织造、鼎岳卫材、睿桁电子等项目建成投产。", [("霁川非织造", None, "投产"), ("鼎岳卫材", None, "投产"), ("睿桁电子", None, "投产")]),
        ("力争睿桁氟材料项目年内竣工投产。", [("睿桁氟材料项目", None, "投产")]),
        ("全力支持睿桁科技、鼎岳实业等重点企业续建项目。", [("睿桁科技续建项目", None, "续建"), ("鼎岳实业续建项目", None, "续建")]),
        ("加速鼎岳卡、睿桁铝产业园项目建设。", [("鼎岳卡项目", None, "建设"), ("睿桁铝产业园项目", None, "建设")]),
        ("谋划建设临港物流园、纺织服装城。", [("临港物流园", None, "谋划"), ("纺织服装城", None, "谋划")]),
        ("建设智能无人系统测试基地。", [("智能无人系统测试基地", None, "建设")]),
        ("建立青岚县地产品交易展示中心,为企业搭建对接平台。", [("青岚县地产品交易展示中心", None, "建设")]),
        ("建设高层次专家成果展示与转化中心。", [("高层次专家成果展示与转化中心", None, "建设")]),
        ("重点引进阴极铜项目,补齐链条。", [("阴极铜项目", None, None)]),
        ("推动睿桁食品二期、鼎岳制药扩建项目投产。", [("睿桁食品二期项目", None, "投产"), ("鼎岳制药扩建项目", None, "投产")]),
        ("睿桁高端铝材项目总投资20亿元,建成后年产铝材10万吨。", [("睿桁高端铝材项目", 20, "建设")]),
        ("投资15亿元建设鼎岳智能家居产业园。", [("鼎岳智能家居产业园", 15, "建设")]),
        ("重点抓好睿桁光学年产1亿片镜片、鼎岳机械年产5000台机床等20个重点项目。",
         [("睿桁光学年产1亿片镜片", None, "建设"), ("鼎岳机械年产5000台机床", None, "建设")]),
        ("加快推进总投资50亿元的睿桁电池、总投资30亿元的鼎岳玻璃等一批重大项目。", [("睿桁电池", 50, "建设"), ("鼎岳玻璃", 30, "建设")]),
        ("确保鼎岳生物医药园一期2024年6月底前建成投用。", [("鼎岳生物医药园一期", None, "投产")]),
        ("续建睿桁纺织、鼎岳制衣2个项目,新开工霁川纸业、霁光电子等5个项目。",
         [("睿桁纺织", None, "续建"), ("鼎岳制衣", None, "续建"), ("霁川纸业", None, "开工"), ("霁光电子", None, "开工")]),
        ("推动总投资8亿元的鼎岳食品产业园、总投资3.5亿元的睿桁木业技改等10个重点项目早开工、早投产。",
         [("鼎岳食品产业园", 8, "开工"), ("睿桁木业技改", 3.5, "开工")]),
        ("启动青岚县电子信息产业园(二期)建设。", [("青岚县电子信息产业园二期", None, "建设")]),
        ("新建睿桁电子信息产业园三期标准厂房。", [("睿桁电子信息产业园三期标准厂房", None, "建设")]),
        ("加快睿桁材料(总投资12亿元)、鼎岳装备(总投资3亿元)等项目建设。", [("睿桁材料", 12, "建设"), ("鼎岳装备", 3, "建设")]),
    ],
)  # fmt: skip
def test_named(words: str, expected: list[tuple[str, float | None, str | None]]) -> None:
    items = run(projects, words)
    assert [(i.fields["name"], i.fields["amount"], i.fields["stage"]) for i in items] == expected
    assert all((i.fields["unit"] == "亿元") == (i.fields["amount"] is not None) for i in items)


@pytest.mark.parametrize(
    "words",
    [
        "建设一批公共技术服务平台和科技企业孵化器。",
        "支持企业建设技术创新中心、工程研究中心、重点实验室。",
        "建立劳动力资源动态管理数据库。",
        "争创国家级现代农业产业园,打造全国重要的新材料产业基地。",
        "每年招引5亿元以上项目12个,落地开工亿元以上制造业项目30个。",
        "引进重大项目、优质项目,推进项目建设。",
        "实施小微企业成长工程、教育提质工程。",
        "建设中部地区规模最大的材料再加工基地。",
        "推进城市更新行动,加快公共停车场、充电桩、5G基站建设。",
        "依托电子信息产业园、中南表面处理产业园,发展智能安防产业。",
        "加快智慧园区、绿色园区建设。",
        "设立总规模20亿元的产业发展基金。",
        "推进体系建设、能力建设、人才队伍建设。",
    ],
)
def test_kinds_and_programmes(words: str) -> None:
    assert names(projects, words) == []


def test_the_mention_with_an_amount_wins() -> None:
    words = "加快推进鼎岳药辅扩建、睿桁电力三期等重大项目建设。加快10亿元的鼎岳药辅迁扩建项目、5亿元的霁光光电二期等建设。"
    items = run(projects, words)
    assert [(i.fields["name"], i.fields["amount"]) for i in items] == [
        ("睿桁电力三期", None), ("鼎岳药辅迁扩建项目", 10), ("霁光光电二期", 5),
    ]  # fmt: skip


def test_tail_of_the_last_member_holds_for_all() -> None:
    words = "加快新材料产业园、美丽健康产业园基础配套建设。"
    assert names(projects, words) == ["新材料产业园基础配套建设", "美丽健康产业园基础配套建设"]


def test_titles_and_foot_are_not_read() -> None:
    assert names(projects, "推进鼎岳科技二期项目建设工作方案\n一、总体要求\n坚持系统观念。\n") == []


def test_project_table() -> None:
    source = table_source(
        [
            ["序号", "项目名称", "总投资(亿元)", "建设阶段"],
            ["1", "鼎岳高端装备产业园", "15.5", "续建"],
            ["2", "睿桁检测中心", "3", "谋划"],
        ]
    )
    items = run(projects, "", source)
    assert [i.fields for i in items] == [
        {"name": "鼎岳高端装备产业园", "amount": 15.5, "unit": "亿元", "stage": "续建"},
        {"name": "睿桁检测中心", "amount": 3, "unit": "亿元", "stage": "谋划"},
    ]
    assert isinstance(source, Source)


@pytest.mark.parametrize(
    ("a", "b"),
    [("鼎岳药辅扩建", "鼎岳药辅迁扩建项目"), ("睿桁产业园", "睿桁产业园项目建设")],
)
def test_one_project_under_two_names(a: str, b: str) -> None:
    assert projects.core(a) == projects.core(b)
