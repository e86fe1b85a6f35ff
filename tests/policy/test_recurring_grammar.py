"""Recurring duties read from sentences written for these tests, one convention each (``policies/SCHEMA.md``)."""

from __future__ import annotations

from typing import Any

import pytest

from lianshu.policy.extract import recurring
from lianshu.policy.model import Item, Source
from lianshu.policy.outline import outline
from lianshu.policy.repair import repair

FACTS: dict[str, Any] = {
    "title": "临江市产业链链长制工作方案",
    "region": "临江市",
    "level": "市",
    "published": "2024-03-05",
}


def read(text: str) -> list[Item]:
    """The recurring duties of a plan whose mechanisms are the given text."""
    plan = f"{FACTS['title']}\n\n为推行链长制,制定本方案。\n\n四、工作机制\n\n{text}\n"
    repaired = repair(Source(name="plan", text=plan))
    items = recurring.extract(repaired, outline(repaired), FACTS)
    assert all(plan[item.start : item.end] for item in items)
    return items


def short(items: list[Item]) -> list[tuple[str | None, float | None]]:
    """``every`` and ``times`` of every item."""
    return [(item.fields["every"], item.fields["times"]) for item in items]


CASES: dict[str, tuple[str, list[tuple[str | None, float | None]]]] = {
    "month": ("链办每月向链长报告一次工作进展。", [("month", 1)]),
    "month without a count": ("各专班每月报送工作信息。", [("month", 1)]),
    "quarter": ("总链长每季度召开一次调度会。", [("quarter", 1)]),
    "at least once a quarter": ("链长每季度至少召开1次专题会议。", [("quarter", 1)]),
    "half-year": ("每半年组织一次项目观摩。", [("half-year", 1)]),
    "year": ("每年编制产业链发展报告。", [("year", 1)]),
    "beginning of the year": ("年初制定工作要点,年底向领导小组报告完成情况。", [("year", 1), ("year", 1)]),
    "week": ("牵头部门每周更新项目台账。", [("week", 1)]),
    "every two months": ("每两个月召开一次链主企业座谈会。", [("month", 0.5)]),
    "every half month": ("每半个月报送一次项目进度。", [("month", 2)]),
    "twice a month": ("专班每月走访链上企业不少于2次。", [("month", 2)]),
    "four times a year": ("每年组织外出招商不少于4次。", [("year", 4)]),
    "a range of times": ("每年举办供需对接会2-3次。", [("year", 2)]),
    "every two years": ("每两年评选一次优秀链主企业。", [("year", 0.5)]),
    "by month": ("对重点项目按月通报。", [("month", 1)]),
    "by quarter": ("项目进度按季度调度。", [("quarter", 1)]),
    "short forms": ("实行月调度、季通报、年考核。", [("month", 1), ("quarter", 1), ("year", 1)]),
    "one each": (
        "坚持一月一调度、一季一通报、半年一小结。",
        [("month", 1), ("quarter", 1), ("half-year", 1)],
    ),
    "monthly meeting": ("建立工作专班月例会制度。", [("month", 1)]),
    "weekly meeting": ("实行周例会制度。", [("week", 1)]),
    "regularly": ("定期召开联席会议。", [(None, None)]),
    "as a matter of course": ("常态化开展企业走访活动。", [(None, None)]),
    "from time to time": ("适时组织专家咨询。", [("event", None)]),
    "as needed": ("根据需要召开协调会。", [("event", None)]),
    "promptly": ("对企业反映的问题及时协调解决。", [("event", None)]),
    "within the set time": ("相关部门在规定时限内答复。", [("event", None)]),
    "day by day": ("链办开展日常检查。", [(None, None)]),
    "yearly assessment": ("对链办实行年终考核。", [("year", 1)]),
    "yearly list of tasks": ("链办研究制定年度工作任务清单。", [("year", 1)]),
    "going on with an activity": ("持续开展银企对接活动。", [(None, None)]),
    "going on again": ("继续组织创新创业大赛。", [(None, None)]),
    "many batches": ("分类型、多批次组织企业家培训。", [(None, None)]),
    "sending in and collecting": (
        "总链办定期收集各链办报送的企业诉求。",
        [(None, None), (None, None)],
    ),
    "two counted duties share the year": (
        "每年举办产业大会不少于1次,开展产销对接不少于6场。",
        [("year", 1), ("year", 6)],
    ),
    "telling goes on": (
        "链办每月向链长报告工作进展,并将有关情况通报各成员单位。",
        [("month", 1), ("month", 1)],
    ),
    "yearly count of objects": ("每年引进亿元以上项目10个。", [("year", 1)]),
    "several cadences": (
        "总链长每半年、链长每季度、副链长每月召开一次会议。",
        [("half-year", 1), ("quarter", 1), ("month", 1)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_convention(name: str) -> None:
    text, expected = CASES[name]
    assert short(read(text)) == expected


NO_DUTIES = {
    "output value": "每年新增产值50亿元以上。",
    "yearly growth": "规上工业增加值每年增长8%以上。",
    "daily work": "链办负责日常工作,承担综合协调等日常事务。",
    "policy that goes on": "继续执行降费政策,持续优化营商环境。",
    "state that goes on": "持续深化改革,持续推进产业升级。",
    "no cadence": "将链长制工作纳入综合绩效考评。",
    "completion of the year": "重点考察年度目标任务完成情况。",
    "benefit": "帮助企业及时了解政策。",
    "deadline": "2025年底前完成改造,今年年底形成方案。",
    "normalised": "推动链长制工作常态化、长效化。",
    "monthly as part of a date": "自2024年3月起施行。",
}


@pytest.mark.parametrize("name", NO_DUTIES)
def test_no_duty(name: str) -> None:
    assert short(read(NO_DUTIES[name])) == []


def test_who_and_to() -> None:
    first, second = read("各链办主任每月向产业链链长汇报工作进展,书面向总链办报告有关情况。")
    assert (first.fields["who"], first.fields["to"]) == ("各链办主任", "产业链链长")
    assert (second.fields["who"], second.fields["to"]) == ("各链办主任", "总链办")


def test_responsible_units_stand_in_for_a_missing_subject() -> None:
    (item,) = read("1.每年举办产业链大会不少于1次。(责任单位:市工信局、市商务局)")
    assert item.fields["who"] == "市工信局、市商务局"


def test_low_confidence_has_a_reason() -> None:
    items = read("对企业反映的问题及时协调解决。持续开展银企对接活动。")
    assert all(item.confidence < 0.8 and item.reason for item in items)
    assert len(items) == 2


def test_duties_read_with_the_word_of_cadence_removed() -> None:
    (item,) = read("市工信局每季度通报产业链运行情况。")
    assert item.fields["what"] == "通报产业链运行情况"
    assert item.fields["who"] == "市工信局"


DAYS: dict[str, tuple[str, list[tuple[str | None, str | None]]]] = {
    "day of a month": ("各链条办每月5日前向总链办报送工作信息。", [("month", "5日前")]),
    "day without 前": ("各链办每月25日报送工作进展。", [("month", "25日前")]),
    "two days, the last counts": ("每月5日、20日前报送项目进度。", [("month", "20日前")]),
    "day about the month before": ("各链条办每月5日前书面报送上月情况。", [("month", "次月5日前")]),
    "month after, alone": ("各链条办于次月10日前报送工作情况。", [("month", "次月10日前")]),
    "month after, with a cadence": ("各链条办每月于次月10日前报送进展。", [("month", "次月10日前")]),
    "month after, in a bracket": ("各链条办每月向总链办报送进展(次月10日前)。", [("month", "次月10日前")]),
    "day announced after the cadence": (
        "总链办按月调度,每月15日前通报。",
        [("month", None), ("month", "15日前")],
    ),
    "third of a month": ("各单位每月上旬报送报表。", [("month", "10日前")]),
    "working day": ("各单位每月前5个工作日内报送报表。", [("month", "第5个工作日前")]),
    "last working day": ("各专班每月最后一个工作日报送台账。", [("month", "最后一个工作日前")]),
    "month's end": ("各专班每月底前报送台账。", [("month", "底前")]),
    "last month of a quarter": ("各县每季度末月25日前上报情况。", [("quarter", "末月25日前")]),
    "first month of a quarter": ("各县每季度第一个月10日前报送计划。", [("quarter", "首月10日前")]),
    "quarter before": ("市产业办每季度首月10日前通报上季度情况。", [("quarter", "次月10日前")]),
    "after a quarter": ("各专班每季度结束后15日内报送总结。", [("quarter", "结束后15日内")]),
    "working days after a half-year": (
        "各专班每半年结束后10个工作日内报送总结。",
        [("half-year", "结束后10个工作日内")],
    ),
    "month of a year": ("每年12月组织年度考核。", [("year", "12月底前")]),
    "day of a year": ("各部门每年1月15日前报送计划。", [("year", "1月15日前")]),
    "two months, the last counts": ("总链办每年6月底和12月底前各通报一次。", [("year", "12月底前")]),
    "year after": ("各部门于次年1月底前报送总结。", [("year", "次年1月底前")]),
    "day of the week": ("各链办每周五前报送重点项目进展。", [("week", "周五前")]),
    "Monday": ("总链办每周一召开调度例会。", [("week", "周一前")]),
    "months of the quarters": (
        "各县每季度(3、6、9、12月25日前)报送情况。",
        [("quarter", "末月25日前")],
    ),
    "into the month after": ("各县每月25日—次月5日报送情况。", [("month", "次月5日前")]),
    "told in the month after": (
        "总链办每月调度,次月10日前通报结果。",
        [("month", None), ("month", "次月10日前")],
    ),
    "reports of the month": ("月报于次月5日前报送总链办。", [("month", "次月5日前")]),
    "day by day in a week": ("总链办每周日常检查项目现场。", [("week", None), (None, None)]),
    "day of the week without 前": ("各专班每周五报送进展。", [("week", "周五前")]),
    "halves of a year": ("每年组织外出招商不少于4次(上半年2次、下半年2次)。", [("year", None)]),
    "times, not days": ("各专班每月1—2次走访企业。", [("month", None)]),
    "sums": ("每年3000万元以上安排技改项目。", [("year", None)]),
    "once a week": ("总链办每周一调度。", [("week", None)]),
    "three times a week": ("专班每周三次走访企业。", [("week", None)]),
    "telling shares the day": (
        "各链条办每月10日前向链长汇报,并将有关情况报总链办。",
        [("month", "10日前"), ("month", "10日前")],
    ),
    "who gathers comes later": (
        "各链条办每月10日前报送进展,总链办汇总后报县政府。",
        [("month", "10日前"), ("month", None)],
    ),
    "time of an answer": ("各链办每月办理诉求并在10个工作日内答复。", [("month", None)]),
    "ambiguous": ("各县每季度10日前报送。", [("quarter", None)]),
    "a date": ("2025年12月10日前完成改造,每月报送进度。", [("month", None)]),
    "start of the year": ("各部门每年年初制定工作要点。", [("year", None)]),
}


@pytest.mark.parametrize("name", DAYS)
def test_named_day(name: str) -> None:
    text, expected = DAYS[name]
    items = read(text)
    assert [(item.fields["every"], item.fields["due"]) for item in items] == expected


def test_a_day_before_a_comma_belongs_to_the_clause_behind_it() -> None:
    text = "每季度末月25日前,各县(市、区)向总链办上报情况。"
    (item,) = read(text)
    assert (item.fields["who"], item.fields["what"]) == ("各县(市、区)", "向总链办上报情况")
    assert (item.fields["to"], item.fields["due"]) == ("总链办", "末月25日前")
    (item,) = read("每年1月底前,各牵头部门报送年度计划。")
    assert (item.fields["what"], item.fields["due"]) == ("报送年度计划", "1月底前")


def test_evidence_holds_the_day_and_the_words_do_not_repeat_it() -> None:
    text = "各链办于每周五前报送重点项目进展。"
    (item,) = read(text)
    assert item.fields["what"] == "报送重点项目进展"
    assert item.end - item.start == len(text) - 1
    (item,) = read("各部门每年3月、9月召开推进会。")  # only one of the days is the due day
    assert (item.fields["what"], item.fields["due"]) == ("3月、9月召开推进会", "9月底前")


def test_the_month_after_is_no_duty_of_its_own_beside_another_period() -> None:
    assert short(read("每季度调度一次,次月10日前通报结果。")) == [("quarter", 1)]
