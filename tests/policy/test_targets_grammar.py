"""Targets read from sentences written for these tests, one convention each (``policies/SCHEMA.md``)."""

from __future__ import annotations

from typing import Any

import pytest

from lianshu.policy.extract import targets
from lianshu.policy.model import Item, Source
from lianshu.policy.outline import outline
from lianshu.policy.repair import repair

FACTS: dict[str, Any] = {
    "title": "临江市重点产业链高质量发展三年行动方案(2024-2026年)",
    "region": "临江市",
    "level": "市",
    "published": "2024-03-05",
    "issued": "2024-03-01",
    "plan_start": 2024,
    "plan_end": 2026,
    "chains": ["新能源汽车", "生物医药", "光电子信息", "绿色食品"],
}


def read(text: str, **facts: Any) -> list[Item]:
    """The targets of a plan whose goals are the given text."""
    plan = f"{FACTS['title']}\n\n为做强产业链,制定本方案。\n\n一、发展目标\n\n{text}\n"
    repaired = repair(Source(name="plan", text=plan))
    items = targets.extract(repaired, outline(repaired), FACTS | facts)
    for item in items:
        evidence = plan[item.start : item.end]
        assert evidence
        assert "\n" not in evidence
    return items


def short(items: list[Item]) -> list[tuple[Any, ...]]:
    """Low, high, unit, op, basis, period, scope of every item."""
    keys = ("low", "high", "unit", "op", "basis", "period", "scope")
    return [tuple(item.fields[key] for key in keys) for item in items]


def t(
    low: float,
    unit: str,
    op: str = "=",
    basis: str = "level",
    period: str = "by:2026",
    scope: str = "region",
    high: float | None = None,
) -> tuple[Any, ...]:
    """An expected target."""
    return (low, high, unit, op, basis, period, scope)


CASES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    # --- comparators -----------------------------------------------------------------------------
    "reach": ("到2026年,全市规上工业营业收入达到4200亿元。", [t(4200, "亿元", ">=")]),
    "break through": ("到2026年,链上企业总数突破860家。", [t(860, "家", ">=")]),
    "break through is the work": ("到2026年,突破共性关键技术12项。", [t(12, "项")]),
    "exceed": (
        "到2026年,千亿产业产值超1200亿元,税收超过60亿元。",
        [t(1200, "亿元", ">="), t(60, "亿元", ">=")],
    ),
    "not fewer": ("到2026年,引进补链项目不少于45个。", [t(45, "个", ">=", "added")]),
    "at least with the verb between": (
        "到2026年,至少培育一家上市公司。",
        [t(1, "家", ">=", "added")],
    ),
    "or more after the unit": ("到2026年,技改投资占比保持在40%以上。", [t(40, "%", ">=", "share")]),
    "within": ("到2026年,规上企业单位增加值能耗控制在0.6吨标准煤以内。", [t(0.6, "吨标准煤", "<=")]),
    "lowered to": ("到2026年,社会物流总费用占GDP比重降低到13.5%。", [t(13.5, "%", "<=", "share")]),
    "not over": ("到2026年,企业平均用电成本不超过0.6元/千瓦时。", [t(0.6, "元/千瓦时", "<=")]),
    "about": ("到2026年,建成标杆车间60个左右。", [t(60, "个", "~")]),
    "about before": ("到2026年,建成标杆车间约60个。", [t(60, "个", "~")]),
    "steady": ("到2026年,制造业比重稳定在32%。", [t(32, "%", "~", "share")]),
    "raised to": ("到2026年,本地配套率提高到48%。", [t(48, "%", ">=", "share")]),
    "raised from to": ("到2026年,零部件本地采购比例由三成提高到五成。", [t(50, "%", ">=", "share")]),
    "form is equal": ("到2026年,形成百亿级产业集群4个。", [t(4, "个")]),
    "striving at the head reaches to the full stop": (
        "力争到2026年,建成中试平台6个;创建绿色工厂20家;转化成果80项。创建零碳园区2个。",
        [t(6, "个", ">="), t(20, "家", ">="), t(80, "项", ">="), t(2, "个")],
    ),
    "striving inside a clause reaches to the semicolon": (
        "到2026年,产业能级明显提升,力争建成中试平台6个,创建绿色工厂20家;转化成果80项。",
        [t(6, "个", ">="), t(20, "家", ">="), t(80, "项")],
    ),
    "range stays a range": (
        "力争到2026年培育链主企业8-12家。",
        [t(8, "家", "range", "added", high=12)],
    ),
    "dash and 至": (
        "到2026年,创建特色园区3—5个,引进团队10至15个。",
        [t(3, "个", "range", high=5), t(10, "个", "range", "added", high=15)],
    ),
    "vague more": ("到2026年,吸引100多家配套企业落户。", [t(100, "家", ">=")]),
    # --- numbers ---------------------------------------------------------------------------------
    "chinese numerals": ("到2026年,市场主体达到八千五百家。", [t(8500, "家", ">=")]),
    "spelt out": ("到2026年,科技型企业达到一万五千家。", [t(15000, "家", ">=")]),
    "hundred million stays in the unit": ("到2026年,总产值达到两千亿元。", [t(2000, "亿元", ">=")]),
    "ten thousand stays in the unit": ("到2026年,带动就业十二万人。", [t(12, "万人")]),
    "trillion": ("到2026年,产业规模达到两万亿元。", [t(2, "万亿元", ">=")]),
    "a third": ("到2026年,新能源装机占全市三分之一以上。", [t(33.333333, "%", ">=", "share")]),
    "eight tenths": ("到2026年,规上企业数字化改造面达到八成。", [t(80, "%", ">=", "share")]),
    "thousands comma": ("到2026年,规上企业达到1,260家。", [t(1260, "家", ">=")]),
    "unit left out": ("到2026年,新增产值达到300亿。", [t(300, "亿元", ">=", "added")]),
    "full-width digits": ("到２０２６年，规上企业达到５００家。", [t(500, "家", ">=")]),
    # --- basis -----------------------------------------------------------------------------------
    "growth": ("2026年,规上工业增加值增长8.5%以上。", [t(8.5, "%", ">=", "growth", "year:2026")]),
    "yearly growth": (
        "到2026年,研发投入年均增长12%以上,进出口总额年均增速达到9%。",
        [t(12, "%", ">=", "growth", "annual"), t(9, "%", ">=", "growth", "annual")],
    ),
    "fall": ("到2026年,单位工业增加值用水量下降15%。", [t(15, "%", "=", "growth")]),
    "doubling": ("到2026年,主导产业营业收入实现翻番。", [t(2, "倍", "=", "growth")]),
    "doubling once": ("力争到2026年,税收翻一番。", [t(2, "倍", ">=", "growth")]),
    "times of a base year": (
        "到2026年,产业规模达到2023年的1.8倍。",
        [t(1.8, "倍", ">=", "growth")],
    ),
    "full coverage": ("到2026年,链上规上企业智能化诊断实现全覆盖。", [t(100, "%", "=", "share")]),
    "first of its kind": ("到2026年,国家级单项冠军企业实现零突破。", [t(1, "家", ">=", "level")]),
    "percentage points of a share": (
        "到2026年,高新技术产业增加值占比提高3个百分点。",
        [t(3, "个百分点", "=", "share")],
    ),
    "unemployment is a share": ("到2026年,城镇调查失业率控制在5.5%以内。", [t(5.5, "%", "<=", "share")]),
    "price index is a level": (
        "2026年,居民消费价格涨幅控制在3%左右。",
        [t(3, "%", "~", "level", "year:2026")],
    ),
    "adding verbs": (
        "到2026年,新增规上企业90家,净增高新技术企业40家,招引亿元以上项目70个,新进规企业35家。",
        [
            t(90, "家", "=", "added"),
            t(40, "家", "=", "added"),
            t(70, "个", "=", "added"),
            t(35, "家", "=", "added"),
        ],
    ),
    "only these verbs add": (
        "到2026年,新认定研发中心9家,新签约项目20个。",
        [t(9, "家"), t(20, "个")],
    ),
    "building is a level": (
        "到2026年,建成省级创新平台9个、市级30个,打造应用场景15个。",
        [t(9, "个"), t(30, "个"), t(15, "个")],
    ),
    "occurrences": ("2026年,举办产业链对接活动20场次。", [t(20, "场次", "=", "times")]),
    "persons are a level": ("到2026年,培训产业工人3万人次。", [t(3, "万人次")]),
    "number then stock": (
        "到2026年,新增上市企业3家,达到11家,国家级小巨人企业5家,达到16家。",
        [t(3, "家", "=", "added"), t(11, "家", ">="), t(5, "家", "=", "added"), t(16, "家", ">=")],
    ),
    # --- periods ---------------------------------------------------------------------------------
    "each year": ("每年新招引链上企业30家以上。", [t(30, "家", ">=", "added", "annual")]),
    "each year shared": (
        "每年举办专场推介会不少于6场,引进龙头项目不少于3个。",
        [t(6, "场", ">=", "times", "annual"), t(3, "个", ">=", "added", "annual")],
    ),
    "each year in a span": (
        "2024-2026年,每年新增专精特新企业15家。",
        [t(15, "家", "=", "added", "annual:2024-2026")],
    ),
    "date carries in the bullet": (
        "——创新能力增强。到2026年,研发投入强度达到3.2%。建成重点实验室4个。",
        [t(3.2, "%", ">=", "share"), t(4, "个")],
    ),
    "within years": ("五年内培育百亿企业3家。", [t(3, "家", "=", "added", "within:5y")]),
    "efforts of years": ("经过三年努力,规上企业达到900家。", [t(900, "家", ">=", "level", "within:3y")]),
    "use of years": ("用3-5年时间,建成专业园区7个。", [t(7, "个", "=", "level", "within:5y")]),
    "before a year": ("2027年前,建成氢能示范线2条。", [t(2, "条", "=", "level", "by:2027")]),
    "five-year plan": ("“十五五”期间,累计引进高层次人才500名。", [t(500, "名", "=", "added", "by:2030")]),
    "end of the five-year plan": ("到“十四五”末,上市公司达到18家。", [t(18, "家", ">=", "level", "by:2025")]),
    "end of next year": ("明年年底前,完成80家企业数字化诊断。", [t(80, "家", "=", "level", "by:2025")]),
    "first year": ("首年启动改造项目25个。", [t(25, "个", "=", "level", "year:2024")]),
    "whole year in a plan of several": ("全年完成技改投资90亿元。", [t(90, "亿元", "=", "level", "none")]),
    "no date": ("培育链主企业10家。", [t(10, "家", "=", "added", "none")]),
    "years beside each other": (
        "2024年、2025年、2026年规上企业分别达到600家、700家、800家。",
        [
            t(600, "家", ">=", period="year:2024"),
            t(700, "家", ">=", period="year:2025"),
            t(800, "家", ">=", period="year:2026"),
        ],
    ),
    "two dates share": (
        "到2025年和2026年,产业规模分别达到900亿元、1100亿元。",
        [t(900, "亿元", ">=", period="by:2025"), t(1100, "亿元", ">=", period="by:2026")],
    ),
    "a stock in a bare year": ("2026年,链上企业达到600家。", [t(600, "家", ">=")]),
    "added in a bare year": ("2025年,新增链上企业60家。", [t(60, "家", "=", "added", "year:2025")]),
    "month of a year": ("2025年6月底前,建成检测中心2个。", [t(2, "个", period="by:2025")]),
    "date in the words that lead a list in": (
        "到2026年,实现以下目标:\n\n——规模壮大。规上企业达到700家。\n\n——创新增强。建成实验室5个。",
        [t(700, "家", ">="), t(5, "个")],
    ),
    # --- scopes ----------------------------------------------------------------------------------
    "each chain": (
        "到2026年,每条产业链至少引进1个链主项目、3家配套企业。",
        [t(1, "个", ">=", "added", scope="each_chain"), t(3, "家", ">=", "added", scope="each_chain")],
    ),
    "each county": (
        "到2026年,各县(市、区)建成标准厂房10万平方米以上。",
        [t(10, "万平方米", ">=", scope="each_county")],
    ),
    "one for each county": ("到2026年,每县建成一个产业研究院。", [t(1, "个", scope="each_county")]),
    "a chain's figure": (
        "到2026年,新能源汽车产业产值达到500亿元,生物医药产业营业收入达到120亿元。",
        [t(500, "亿元", ">=", scope="chain:新能源汽车"), t(120, "亿元", ">=", scope="chain:生物医药")],
    ),
    "under a chain's heading": (
        "(一)绿色食品产业链。依托农业资源做强加工。到2026年,产值达到260亿元。",
        [t(260, "亿元", ">=", scope="chain:绿色食品")],
    ),
    "a park's figure": ("到2026年,临江高新区工业总产值达到800亿元。", [t(800, "亿元", ">=", scope="park")]),
    "parks that are counted": ("到2026年,创建省级以上园区3个。", [t(3, "个")]),
    "a county's figure": (
        "到2026年,安宁区规上工业总产值达到500亿元。",
        [t(500, "亿元", ">=", scope="county")],
    ),
    "upper level": (
        "3月1日,省政府印发行动计划,全省聚焦14条产业链,培育领航企业30家,打造国家级集群6个。我市培育链主企业9家。",
        [
            t(30, "家", "=", "added", "none", "upper"),
            t(6, "个", "=", "level", "none", "upper"),
            t(9, "家", "=", "added", "none"),
        ],
    ),
    # --- lists -----------------------------------------------------------------------------------
    "list shares its verb": (
        "到2026年,培育瞪羚企业20家、独角兽企业2家。",
        [t(20, "家", "=", "added"), t(2, "家", "=", "added")],
    ),
    "respectively": (
        "到2026年,国家级、省级绿色工厂分别达到6家、40家。",
        [t(6, "家", ">="), t(40, "家", ">=")],
    ),
    "respectively with units": (
        "到2026年,绿色工厂、绿色园区分别达到12家、4个。",
        [t(12, "家", ">="), t(4, "个", ">=")],
    ),
    "levels before a shared noun": (
        "到2026年,打造3个国家级和15个省级产业示范基地。",
        [t(3, "个"), t(15, "个")],
    ),
    "firms that do something": ("到2026年,推动200家企业上云用数。", [t(200, "家")]),
    # --- thresholds, funds, time limits, postings ------------------------------------------------
    "threshold in the name": (
        "每年实施投资1000万元以上的技改项目不少于60个。",
        [t(60, "个", ">=", "level", "annual")],
    ),
    "threshold before a list": (
        "每年招引10亿元以上项目6个,50亿元以上项目1个。",
        [t(6, "个", "=", "added", "annual"), t(1, "个", "=", "added", "annual")],
    ),
    "sizes of firms": (
        "到2026年,培育营业收入超100亿元企业2家、50亿元企业5家。",
        [t(2, "家", "=", "added"), t(5, "家", "=", "added")],
    ),
    "fund": ("设立规模20亿元的产业引导基金。", [t(20, "亿元", period="none")]),
    "fund size after": ("设立产业链发展基金,总规模不低于30亿元。", [t(30, "亿元", ">=", period="none")]),
    "total of counted projects": (
        "三年实施重点项目60个,总投资150亿元以上。",
        [t(60, "个", period="within:3y"), t(150, "亿元", ">=", period="within:3y")],
    ),
    "project inside a count": (
        "每年引进1个投资过50亿元的龙头项目、5个投资过10亿元的骨干项目。",
        [t(1, "个", "=", "added", "annual"), t(5, "个", "=", "added", "annual")],
    ),
    "label before the figure": ("到2026年,规上工业总产值:900亿元。", [t(900, "亿元")]),
    "from one limit to another": (
        "审批时限由60个工作日压减到35个工作日以内。",
        [t(35, "个工作日", "<=", period="none")],
    ),
    "time limit": ("工程建设项目审批时限压缩至35个工作日以内。", [t(35, "个工作日", "<=", period="none")]),
    "posting": ("从市直单位选派3名干部到链办工作。", [t(3, "名", period="none")]),
}


@pytest.mark.parametrize("name", CASES)
def test_convention(name: str) -> None:
    text, expected = CASES[name]
    assert short(read(text)) == expected


NO_TARGETS = {
    "number of chains": "聚焦12条重点产业链,建立链长制工作体系。",
    "number of industries": "围绕3个主导产业和5个特色产业开展招商。",
    "set in chinese": "按照四个方面、八项原则统筹推进。",
    "one chief per chain": "每条产业链由一名市级领导担任链长。",
    "formula": "建立“五个一”机制,即每条产业链一个规划、一个专班、一个平台、一支基金、一批项目。",
    "formula in quotes": "落实“三个一批”要求,抓好项目储备。",
    "subsidy": "对首次入库的企业给予一次性奖励20万元。",
    "subsidy rate": "按设备投资额的15%给予补助,最高不超过300万元。",
    "subsidies of steps": "对年营收首次突破10亿元、50亿元的企业,分别给予50万元、200万元奖励。",
    "shared threshold": "固定资产投资5000万元以上、亩均税收20万元以上的项目优先供地。",
    "scores": "每引进1个亿元以上项目得5分,开工率低于60%的扣3分。",
    "years gone by": "近三年,产业年均增长15%,去年新增企业30家。",
    "state under its heading": "链上已有企业300家,占全市的40%。",
    "members of a meeting": "建立由20个成员单位组成的联席会议。",
    "expected of a project": "正在建设的示范园可完成投资8亿元。",
    "single project": "加快总投资45亿元的动力电池项目建设。",
    "single project in brackets": "推进江北新材料产业园(总投资12亿元)建设。",
    "output inside a project's name": "推进年产5万吨正极材料项目建设。",
    "above average": "工业增速超过全省平均水平。",
    "billion class": "打造万亿级产业走廊和千亿级集群。",
    "rank": "主要指标进入全省前3名。",
    "past": "2023年,全市规上工业企业达到520家,产值增长7%。",
    "what is there": "目前,全市已建成省级以上平台46个。",
    "document number": "根据临政发〔2024〕12号文件精神,制定本方案。",
    "date": "2024年3月1日起施行,有效期3年。",
    "phone": "联系电话:0755-12345678,邮箱见附件。",
    "model": "推广使用PC200型设备和5G专网。",
    "title": "落实《临江市5个百亿产业行动计划(2021-2025年)》。",
    "weights": "产业链招商占30分,项目建设权重40%。",
    "parts": "加强零部件和元器件配套,实现零距离服务。",
    "hotline hours": "开通24小时服务热线。",
    "two markets": "用好国内国际两个市场、两种资源。",
    "monthly": "每月走访企业不少于10家。",
}


@pytest.mark.parametrize("name", NO_TARGETS)
def test_no_target(name: str) -> None:
    assert short(read(NO_TARGETS[name])) == []


def test_names_are_the_words_of_the_text() -> None:
    items = read("到2026年,国家级和省级智能工厂分别达到3家、20家,培育链主企业6家,进出口额年均增长8%。")
    assert [i.fields["name"] for i in items] == [
        "国家级智能工厂",
        "省级智能工厂",
        "培育链主企业",
        "进出口额年均增长",
    ]


def test_whole_year_in_the_plan_of_one_year() -> None:
    facts = {"title": "临江市2024年产业链工作要点", "plan_start": 2024, "plan_end": 2024}
    items = read("全年引进链上项目50个。", **facts)
    assert short(items) == [t(50, "个", "=", "added", "year:2024")]


def test_chain_of_goods_is_found_by_the_chain_s_own_part() -> None:
    text = (
        "到2026年,锂盐年产量达到8万吨。\n\n(一)新能源汽车产业链。壮大锂盐、电芯和电机制造,延伸锂盐深加工。"
        "\n\n(二)生物医药产业链。发展中成药和医疗器械。"
    )
    items = read(text)
    assert short(items) == [t(8, "万吨", ">=", scope="chain:新能源汽车")]
    assert items[0].confidence < 0.9
    assert items[0].reason


def test_evidence_is_the_shortest_piece_with_name_and_figure() -> None:
    text = "到2026年,产业基础更加牢固,省级以上企业技术中心达到25家,转化能力增强。"
    plan_items = read(text)
    assert len(plan_items) == 1
    plan = f"{FACTS['title']}\n\n为做强产业链,制定本方案。\n\n一、发展目标\n\n{text}\n"
    assert plan[plan_items[0].start : plan_items[0].end] == "省级以上企业技术中心达到25家"


def test_traditional_text_with_glosses_keeps_its_evidence() -> None:
    text = "到2026年,規(guī)上企業(yè)達(dá)到600家。"
    plan = f"{FACTS['title']}\n\n一、目標(biāo)\n\n{text}\n"
    repaired = repair(Source(name="plan", text=plan))
    (item,) = targets.extract(repaired, outline(repaired), FACTS)
    assert item.fields["name"] == "规上企业"
    assert plan[item.start : item.end] == "規(guī)上企業(yè)達(dá)到600家"
