"""Facts of the document: head lines of web pages, red heads, notices, interpretations, closing dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.reading import read_facts

from lianshu.policy.extract.dates import iso_date, plan_years

NOTICE = """云川市人民政府办公室文件
云政办〔2023〕18号
云川市人民政府办公室关于印发云川市
重点产业链链长制工作方案的通知
各县(市、区)人民政府,市直各部门、各直属机构:
《云川市重点产业链链长制工作方案》已经市政府同意,现印发给你们,请认真组织实施。
云川市人民政府办公室
2023年5月12日
(此件公开发布)
云川市重点产业链链长制工作方案
为加快推进新型工业化,根据《省政府办公厅关于建立产业链链长制的通知》(某政办〔2022〕6号)精神,制定本方案。
一、总体要求
到2025年,全市重点产业链产值突破3000亿元。
"""

WEB_PAGE = """首页 > 政务公开 > 政策文件
信息分类: 政策文件 文件编号: 青府办字〔2021〕34号
公开方式: 主动公开 发布日期: 2021-06-18 公开范围: 面向社会
责任部门: 青岚县人民政府办公室
青岚县铜加工产业链链长制三年行动方案(2021-2023年)
为推动我县铜加工产业做大做强,制定本方案。
一、主要任务
(一)做大龙头企业。支持企业扩产。
"""

INTERPRETATION = """《云川市推进现代产业链高质量发展三年行动方案(2023—2025年)》解读
发布时间:2023-08-21 来源:云川市经济和信息化局
8月10日,市人民政府办公室印发了《云川市推进现代产业链高质量发展三年行动方案(2023—2025年)》。现解读如下:
一、出台背景
近年来,我市坚持工业强市。
"""

JOINT = """中共青岚县委办公室 青岚县人民政府办公室
关于印发《青岚县重点产业链“链长制”实施方案》的通知
各乡镇党委和人民政府,县级各部门:
现印发你们,请遵照执行。
中共青岚县委办公室
青岚县人民政府办公室
2022年9月8日
一、总体要求
全县工业总产值到2026年达到80亿元。
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            NOTICE,
            {
                "title": "云川市人民政府办公室关于印发云川市重点产业链链长制工作方案的通知", "kind": "工作方案",
                "region": "云川市", "level": "市", "issuer": "云川市人民政府办公室", "doc_no": "云政办〔2023〕18号",
                "published": None, "issued": "2023-05-12", "plan_start": None, "plan_end": 2025,
            },
        ),
        (
            WEB_PAGE,
            {
                "title": "青岚县铜加工产业链链长制三年行动方案(2021-2023年)", "kind": "行动方案",
                "region": "青岚县", "level": "县", "issuer": "青岚县人民政府办公室", "doc_no": "青府办字〔2021〕34号",
                "published": "2021-06-18", "plan_start": 2021, "plan_end": 2023,
            },
        ),
        (
            INTERPRETATION,
            {
                "kind": "政策解读", "issuer": "云川市经济和信息化局", "doc_no": None, "published": "2023-08-21",
                "issued": "2023-08-10", "plan_start": 2023, "plan_end": 2025,
            },
        ),
        (
            JOINT,
            {
                "title": "中共青岚县委办公室青岚县人民政府办公室关于印发《青岚县重点产业链“链长制”实施方案》的通知",
                "kind": "实施方案", "issuer": "中共青岚县委办公室青岚县人民政府办公室", "level": "县",
                "issued": "2022-09-08", "plan_end": 2026,
            },
        ),
    ],
)  # fmt: skip
def test_heads(words: str, expected: dict[str, object]) -> None:
    facts = read_facts(words)
    assert {key: facts[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("云川市先进制造业集群建设实施意见", "实施意见"),
        ("云川市工业强市三年行动计划(2024-2026年)", "行动计划"),
        ("关于印发《云川市重点产业链培育提升行动方案(2024—2027年)》的通知", "行动方案"),
        ("关于建立重点产业链链长制工作机制的通知", "通知"),
        ("关于支持产业链高质量发展的若干措施", "若干措施"),
        ("一图读懂《云川市链长制工作方案》政策解读", "政策解读"),
        ("云川市2024年产业链工作要点", "工作要点"),
        ("云川市“十四五”制造业高质量发展规划", "规划"),
    ],
)
def test_kinds(title: str, kind: str) -> None:
    assert read_facts(f"{title}\n一、总体要求\n加快建设。\n")["kind"] == kind


@pytest.mark.parametrize(
    ("head", "region", "level", "issuer"),
    [
        # the head names only 市…局: the region of the title completes it
        ("发布机构: 市工业和信息化局 发布日期: 2022-01-11\n岳阳市工业产业链建设实施方案", "岳阳市", "市", "岳阳市工业和信息化局"),
        # a county-level city is a county
        ("来源: 赤壁市科学技术和经济信息化局\n赤壁市工业高质量发展工作方案", "赤壁市", "县", "赤壁市科学技术和经济信息化局"),
        ("余江区重点产业链链长制工作方案\n来源:余江区工业和信息化局", "余江区", "县", "余江区工业和信息化局"),
        # the issuing body stands in the title, not in the page's head
        ("中共通山县委通山县人民政府关于建设制造业强县的意见\n发文单位: 通山县科学技术和经济信息化局", "通山县", "县", "中共通山县委通山县人民政府"),
        ("湖南省人民政府办公厅关于印发先进制造业培育方案的通知", "湖南省", "省", "湖南省人民政府办公厅"),
        # only 省 in the title: the province is the one the body speaks of
        ("省人民政府关于深化产业链链长制的实施意见\n推动湖北由大到强,全省发力,奋力谱写湖北篇章。", "湖北省", "省", "湖北省人民政府"),
        ("恩施土家族苗族自治州硒食品产业链工作方案", "恩施土家族苗族自治州", "市", None),
    ],
)  # fmt: skip
def test_region_and_issuer(head: str, region: str, level: str, issuer: str | None) -> None:
    facts = read_facts(f"{head}\n一、总体要求\n加快建设。\n")
    assert (facts["region"], facts["level"], facts["issuer"]) == (region, level, issuer)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("文号: 云发〔2022〕12号", "云发〔2022〕12号"),
        ("云政办发[2023]7号", "云政办发〔2023〕7号"),
        ("(青政发﹝2020﹞3号)", "青政发〔2020〕3号"),
        ("根据《省政府关于产业链的意见》(某政发〔2021〕9号)精神", None),
    ],
)
def test_document_number(line: str, number: str | None) -> None:
    facts = read_facts(f"云川市链长制实施方案\n{line}\n一、总体要求\n加快建设。\n")
    assert facts["doc_no"] == number


@pytest.mark.parametrize(
    ("labels", "published", "issued"),
    [
        ("发布日期: 2023年02月03日 发文日期: 2023年01月30日", "2023-02-03", "2023-01-30"),
        ("公开日期 2022-01-11 生成日期 2022-01-10", "2022-01-11", None),
        ("成文日期: 2024年02月26日 发布日期: 2024年03月01日", "2024-03-01", "2024-02-26"),
        ("发布时间:2023-06-19 15:19:15 来源:- 阅读量:0", "2023-06-19", None),
    ],
)
def test_dates_in_the_head(labels: str, published: str | None, issued: str | None) -> None:
    facts = read_facts(f"云川市链长制实施方案\n{labels}\n一、总体要求\n加快建设。\n")
    assert (facts["published"], facts["issued"]) == (published, issued)


def test_chinese_closing_date_and_issuer() -> None:
    facts = read_facts(
        "关于加快推进云川市重点产业链高质量发展的实施意见\n各县(市、区)人民政府:\n为加快发展,提出如下意见。\n"
        "一、总体要求\n聚焦重点。\n云川市人民政府\n二〇二三年三月二十八日\n"
    )
    assert (facts["issuer"], facts["issued"]) == ("云川市人民政府", "2023-03-28")


def test_two_issuers_sign_and_an_unknown_city_is_a_city() -> None:
    facts = read_facts(
        "青岚市推进新型工业化实施意见\n各县区委、政府,市直各单位:\n为贯彻落实省委部署,提出以下意见。\n"
        "一、重点举措\n聚焦重点。\n中共青岚市委\n青岚市人民政府\n2024年5月20日\n"
    )
    assert (facts["region"], facts["level"]) == ("青岚市", "市")
    assert (facts["issuer"], facts["issued"]) == ("中共青岚市委、青岚市人民政府", "2024-05-20")


@pytest.mark.parametrize(
    ("title", "body", "years"),
    [
        ("某市三年行动方案(2021-2023年)", "", (2021, 2023)),
        ("某市行动计划(2024—2026年)", "", (2024, 2026)),
        ("某市“十四五”工业发展规划", "", (2021, 2025)),
        ("某市“十五五”时期产业链规划", "", (2026, 2030)),
        ("某市2024年产业链工作要点", "", (2024, 2024)),
        ("某市实施方案", "规划期限为2022-2026年。", (2022, 2026)),
        ("某市实施方案", "到2025年,产值达到300亿元。到2035年,产业体系高质量形成。", (None, 2025)),
        ("某市实施方案", "2023年,增长8%;到2027年,形成2个千亿级集群。", (None, 2027)),
        ("某市实施方案", "不断提升产业水平。", (None, None)),
    ],
)
def test_plan_years(title: str, body: str, years: tuple[int | None, int | None]) -> None:
    assert plan_years(title, body, "2022-01-01") == years


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)))
def test_days_in_any_writing(day: date) -> None:
    for words in (
        f"{day.year}年{day.month}月{day.day}日",
        day.isoformat(),
        f"{day.year}/{day.month:02}/{day.day:02}",
    ):
        assert iso_date(words) == day.isoformat()


@pytest.mark.parametrize("words", ["2023年13月1日", "无日期", "2023年2月30日", ""])
def test_no_day(words: str) -> None:
    assert iso_date(words) is None
