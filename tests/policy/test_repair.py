"""Repairs with the way back: what is set right, what must come through unchanged."""

from __future__ import annotations

import pytest

from lianshu.policy.model import Source
from lianshu.policy.repair import Draft, fold, repair, simplify
from lianshu.policy.repair_data import WORDS


def clean(text: str, **more) -> str:
    return repair(Source("样.txt", text, **more)).clean


@pytest.mark.parametrize(
    ("original", "repaired"),
    [
        # Traditional characters, pinyin left behind, real brackets.
        ("產(chǎn)業(yè)鏈、強(qiáng)鏈", "产业链、强链"),
        ("1個(智能機(jī)電產(chǎn)業(yè)集群)", "1个(智能机电产业集群)"),
        ("服務(wù)他們(men)", "服务他们"),
        (
            "線路板(PCB)、功率(kW)、电流(mA)、规划(2021-2023年)",
            "线路板(PCB)、功率(kW)、电流(mA)、规划(2021-2023年)",
        ),
        ("著眼長遠，顯著提升", "着眼长远,显著提升"),
        # Widths, variants, radicals, invisible characters.
        ("２０２７年，达到１５．５％；（Ａ级）", "2027年,达到15.5%;(A级)"),
        ("⼯业⻓⾼", "工业长高"),
        ("企\u200b业\ufeff集\u00ad群", "企业集群"),
        ("「一链一策」", "“一链一策”"),
        ("县发﹝2022﹞18号", "县发〔2022〕18号"),
        ("县发[2022]12号、县办函(2021)4号", "县发〔2022〕12号、县办函〔2021〕4号"),
        # Spaces.
        ("实 施 方 案", "实施方案"),
        ("到 2027 年 ，达到 80 亿元 以上、占 12 %。", "到2027年,达到80亿元以上、占12%。"),
        ("来       源 : 县工信局 解读方式: 图文", "来源: 县工信局 解读方式: 图文"),
        ("索引号 483/2022 发布机构 县工信局", "索引号 483/2022 发布机构 县工信局"),
        ("（责任单位：县工信局 县发改局）", "(责任单位:县工信局 县发改局)"),
        ("2022 年 3 月 5 日", "2022年3月5日"),
        ("符合 GB/T 9704 的文稿，推广 AI Agent 应用。", "符合GB/T 9704的文稿,推广AI Agent应用。"),
        # Numbers.
        ("5—10项、50～80家、5%—8%、2021—2025年", "5-10项、50-80家、5%-8%、2021-2025年"),
        ("达到1,200家、12,345,678元", "达到1200家、12345678元"),
        ("2O25年达到l00亿元、3O家", "2025年达到100亿元、30家"),
        ("2021国2023年、2021一2023年、5一8家", "2021-2023年、2021-2023年、5-8家"),
        ("配套率提高至4 50%", "配套率提高至50%"),
        ("年产20万口电、3万口吨", "年产20万吨、3万吨"),
        # Misreadings.
        ("力口大支持，增力口投入", "加大支持,增加投入"),
        ("健全体系，31进机构，弓|导企业", "健全体系,引进机构,引导企业"),
        ("i足进发展、亻足进发展", "促进发展、促进发展"),
        ("形成产业问环，纤困增效，保博供应", "形成产业闭环,纾困增效,保障供应"),
        ("促进入才优先发展，建示在基地", "促进人才优先发展,建示范基地"),
        ("出合一批政策，搭建服务平合", "出台一批政策,搭建服务平台"),
        ("碳达峰破中和，年未考核", "碳达峰碳中和,年末考核"),
        ("再生钢产量达到30万吨，铜材6万吨", "再生铜产量达到30万吨,铜材6万吨"),
        ("铜箔一PCB一终端产品全产业链", "铜箔—PCB—终端产品全产业链"),
        ("协同机制.由县长任总链长", "协同机制。由县长任总链长"),
    ],
)
def test_repair(original, repaired):
    assert clean(original) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "公平合理、今日标准、各项日常、以土地换项目、本土业务、休闲环境、访问环境、展示在园区",
        "环保博览会、新材科技、材料技术、金融贷款、以肉牛为主、按键长度、关键主体、走出合作新路",
        "引入才能、卫士地产、能力口碑、投入31进行核算、动力口碑",
        "GDP一季度增长、唯一GMP认证、每年一次、其中A一个",
        "显著力量、名著重印、本年未来得及",
        "10,20,30、第1,2项",
        "再生钢产量30万吨,钢材6万吨",
        "县域(含开发区)、(一)指导思想、产业链——第一环",
    ],
)
def test_leave_chance_meetings_alone(text):
    assert clean(text) == text


def test_wrong_forms_keep_the_length():
    assert all(len(wrong) == len(right) and wrong != right for wrong, right in WORDS.items())


@pytest.mark.parametrize(
    ("original", "repaired"),
    [
        ("这一句还没有说完，\n继续说完。\n另起一段。", "这一句还没有说完,继续说完。\n另起一段。"),
        ("一、目标\n\n\n（一）产值\n　　到2027年增长。", "一、目标\n(一)产值\n到2027年增长。"),
        ("第1页\n正文\n— 3 —\n下文", "正文\n下文"),
        ("建好“人才池\n\n各办任职。", "建好“人才池\n各办任职。"),
        ("市场主体、\n科研院所\n、高校协同。", "市场主体、科研院所、高校协同。"),
    ],
)
def test_lines(original, repaired):
    assert clean(original) == repaired


WRAPPED = """　　为推动全县种业做大做强，按照上级的部署和
要求，结合本县的实际情况和产业基础，特制定本
方案，请各单位认真抓好落实。
　　一、工作目标
　　到2027年，全县种业总产值达到80亿元以上，年
均增长12%，培育龙头企业6家，建成省级重点实验
室2个。
　　二、重点任务
　　（一）建强良种繁育基地，完善水、电、路、网
等设施，提升机械化水平。（责任单位：县农业农村
局、县水利局）
"""


def test_hard_wrapped_text_becomes_paragraphs():
    assert clean(WRAPPED).split("\n") == [
        "为推动全县种业做大做强,按照上级的部署和要求,结合本县的实际情况和产业基础,特制定本方案,请各单位认真抓好落实。",
        "一、工作目标",
        "到2027年,全县种业总产值达到80亿元以上,年均增长12%,培育龙头企业6家,建成省级重点实验室2个。",
        "二、重点任务",
        "(一)建强良种繁育基地,完善水、电、路、网等设施,提升机械化水平。(责任单位:县农业农村局、县水利局)",
    ]


def test_hard_wrapped_text_without_indents():
    assert clean(WRAPPED.replace("　　", "")).split("\n")[1:3] == [
        "一、工作目标",
        "到2027年,全县种业总产值达到80亿元以上,年均增长12%,培育龙头企业6家,建成省级重点实验室2个。",
    ]


def test_evidence_is_the_original_piece():
    source = Source("样.txt", "到２０２７年，\n培育產(chǎn)業(yè)鏈企業 5—8 家。")
    text = repair(source)
    at = text.clean.index("产业链企业5-8家")
    assert text.evidence(at, at + len("产业链企业5-8家")) == "產(chǎn)業(yè)鏈企業 5—8 家"
    assert text.locate(*text.span(at, at + 3)) == (at, at + 3)


def test_span_refuses_what_is_outside():
    text = repair(Source("样.txt", "产业链"))
    for start, end in ((0, 0), (2, 1), (0, 4), (-1, 1)):
        with pytest.raises(IndexError):
            text.span(start, end)
    assert text.locate(3, 3) is None


def test_simplify_keeps_the_length_even_where_a_phrase_changes_it(monkeypatch):
    class Longer:
        def convert(self, text):
            return "".join({"長": "长长", "鏈": "链"}.get(char, char) for char in text)

    monkeypatch.setattr("lianshu.policy.repair._converter", Longer)
    assert simplify("鏈長\n鏈") == "链長\n链"


def test_fold_takes_any_code_point():
    assert fold("Ａ𠮷\ud800（") == "A𠮷\ud800("


def test_draft_refuses_to_lengthen():
    with pytest.raises(ValueError, match="lengthen"):
        Draft("甲").edit([(0, 1, "甲乙")])
    with pytest.raises(ValueError, match="length"):
        Draft("甲").replace("甲乙")


def test_draft_leaves_out_overlapping_edits():
    draft = Draft("甲乙丙丁")
    draft.edit([(0, 2, "子"), (1, 3, "丑"), (3, 4, "")])
    assert draft.text == "子丙"
    assert draft.starts.tolist() == [0, 2] and draft.ends.tolist() == [2, 3]


def test_empty_source_gives_empty_text():
    text = repair(Source("空.txt", ""))
    assert (text.clean, list(text.starts), list(text.ends)) == ("", [], [])


def test_shared_plans_repair_into_simplified_text(shared):
    for file in sorted((shared / "policies" / "text").glob("*.txt")):
        source = Source(file.name, file.read_text(encoding="utf-8"))
        text = repair(source)
        assert simplify(text.clean) == text.clean
        assert "(yè)" not in text.clean and "  " not in text.clean and "\n\n" not in text.clean
