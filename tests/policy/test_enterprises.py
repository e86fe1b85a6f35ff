"""Firms by lists, frames, legal forms and project names; kinds of firms and other bodies left out."""

from __future__ import annotations

import pytest
from tests.policy.reading import names, run
from tests.policy.test_tasks import table_source

from lianshu.policy.extract import enterprises, naming


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("依托鼎岳电厂、霁川重工、睿桁药业等企业,重点培育新材料产业。", ["鼎岳电厂", "霁川重工", "睿桁药业"]),
        ("以鼎岳、霁川为龙头,补齐产业链。", ["鼎岳", "霁川"]),
        ("以睿桁智能为链主,带动中小企业集聚。", ["睿桁智能"]),
        ("以青柘集团为龙头,建设加工园。", ["青柘集团"]),
        ("加强与鼎岳时代、睿桁瑞、霁川集团等行业下游龙头企业对接。", ["鼎岳时代", "睿桁瑞", "霁川集团"]),
        ("主动对接睿桁集团、霁川重科、鼎岳重工等工程机械及汽车零部件龙头企业。", ["睿桁集团", "霁川重科", "鼎岳重工"]),
        ("充分利用鼎岳、霁塑、新桁源、睿容的资源优势。", ["鼎岳", "霁塑", "新桁源", "睿容"]),
        ("联合鼎岳石化、中南大学、青岚学院建立产学研合作。", ["鼎岳石化"]),
        ("积极推动霁川碳素与鼎岳时代深度合作。", ["霁川碳素", "鼎岳时代"]),
        ("以培育睿桁精密上市为方向。", ["睿桁精密"]),
        ("支持仁衡集团、金桁实业联合高校院所组建创新联合体。", ["仁衡集团", "金桁实业"]),
        ("鼓励睿桁电子、鼎岳实业等企业上市。", ["睿桁电子", "鼎岳实业"]),
        ("引进霁川新能源、鼎岳客车等整车企业。", ["霁川新能源", "鼎岳客车"]),
        ("链主企业为鼎岳食品、霁川集团、睿桁股份。", ["鼎岳食品", "霁川集团", "睿桁股份"]),
        ("由青岚鼎岳环保科技有限公司负责运营。", ["青岚鼎岳环保科技有限公司"]),
        ("紧盯华为、富士康等行业龙头开展招商。", ["华为", "富士康"]),
        ("加强与京东方合作。", ["京东方"]),
        ("形成了以霁川铜材、鼎岳铜业、云川众睿成铜业为骨干的产业集群。", ["霁川铜材", "鼎岳铜业", "云川众睿成铜业"]),
        ("发挥睿桁新能源、鼎霁多等企业带动作用。", ["睿桁新能源", "鼎霁多"]),
    ],
)  # fmt: skip
def test_firms(words: str, expected: list[str]) -> None:
    assert names(enterprises, words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "培育行业领军、骨干、上市公司等企业。",
        "支持专精特新、单项冠军、隐形冠军等优质企业发展。",
        "引进电子信息、生物医药、新材料等龙头企业。",
        "以需求为牵引、以企业为主体、以市场为导向。",
        "以控制成本为核心优化营商环境。",
        "以数字化、网络化、智能化为引领。",
        "发挥资本、品牌和产供销体系等方面的资源优势。",
        "鼓励企业与高校、科研院所合作。",
        "联合中南大学、云川学院、省农科院开展攻关。",
        "发挥行业协会、产业联盟、商会作用。",
        "支持中小企业做大做强,推动规上企业上市。",
        "在全社会营造干部敢为、地方敢闯、企业敢干的氛围。",
        "紧盯“两大跨越”、突出“产业兴市”。",
        "建立新开工、新投产项目库和小微企业入规培育库。",
        "落实稳岗补贴等方面补助,降低企业成本。",
        "推动工程机械、电子信息、碳基材料等集群在青岚发展壮大。",
        "市工信局、市发改委等部门与企业对接。",
    ],
)
def test_no_firms(words: str) -> None:
    assert names(enterprises, words) == []


@pytest.mark.parametrize(
    ("project", "firm"),
    [
        ("睿桁力四期", "睿桁力"), ("鼎岳药辅迁扩建项目", "鼎岳药辅"), ("霁川制衣", "霁川制衣"), ("睿坊卫生湿巾", "睿坊"),
        ("睿桁桦泰智能电子数码", "睿桁桦泰"), ("桁蓝特铝材及PE管道华中生产基地", "桁蓝特"), ("北京霁吉制药", "北京霁吉制药"),
        ("鼎升铝产业园", "鼎升"), ("霁光光电二期", "霁光光电"), ("长城汽车整车项目三期", "长城汽车"),
        ("睿桁集团年产50万吨电池铝箔项目", "睿桁集团"), ("睿桁光学年产1亿片镜片", "睿桁光学"),
        ("阴极铜项目", None), ("湘鄂赣物流产业园", None), ("纺织服装城", None), ("新材料产业园", None),
        ("延川县苹果深加工产业园", None), ("智能无人系统测试基地", None),
    ],
)  # fmt: skip
def test_firm_inside_a_project(project: str, firm: str | None) -> None:
    assert naming.brand(project) == firm


def test_firms_of_projects_are_read() -> None:
    words = "开工建设3亿元的睿桁力四期、5亿元的霁川制衣等项目。"
    items = run(enterprises, words)
    assert [i.fields["name"] for i in items] == ["睿桁力", "霁川制衣"]
    assert all(i.rule == "firm-in-project" and i.reason for i in items)


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("以鼎岳科技为龙头。", "龙头"),
        ("以鼎岳科技为链主。", "链主"),
        ("依托鼎岳科技、霁川重工等链主企业。", "链主"),
        ("引进鼎岳科技、霁川重工等企业。", "招引目标"),
        ("联合鼎岳科技、霁川重工等企业共建平台。", "合作"),
        ("依托鼎岳科技、霁川重工等企业。", None),
    ],
)
def test_roles(words: str, role: str | None) -> None:
    assert run(enterprises, words)[0].fields["role"] == role


def test_chain_by_section_and_by_clause() -> None:
    plan = """二、重点产业链
(一)绿色铝材产业链。以鼎岳科技为龙头,延伸精深加工。
(二)智能家居产业链。依托霁川家居、睿桁电器等企业扩产。
"""
    found = {i.fields["name"]: i.fields["chain"] for i in run(enterprises, plan, level="县")}
    assert found == {"鼎岳科技": "绿色铝材", "霁川家居": "智能家居", "睿桁电器": "智能家居"}


def test_firms_in_a_table() -> None:
    source = table_source(
        [["产业链", "链主企业", "牵头单位"], ["智能家居", "霁川家居、睿桁电器", "市工信局"]]
    )
    items = run(enterprises, "", source)
    assert [(i.fields["name"], i.fields["role"]) for i in items] == [
        ("霁川家居", "链主"),
        ("睿桁电器", "链主"),
    ]
