"""The outline: markers, paths, damaged numbers, run-in headings, interviews, heads and feet."""

from __future__ import annotations

import pytest

from lianshu.policy.model import Node, Outline, Source
from lianshu.policy.outline import chinese_number, chinese_numeral, outline
from lianshu.policy.repair import repair


def build(text: str, **more) -> tuple[str, Outline]:
    repaired = repair(Source("样.txt", text, **more))
    return repaired.clean, outline(repaired)


def shape(text: str, **more) -> list[tuple[str, str, str]]:
    """(kind, path, heading) of every node below the root."""
    _, tree = build(text, **more)
    return [(node.kind, node.path, node.heading) for node in tree.root.walk() if node is not tree.root]


def test_numbers():
    for number in range(1, 100):
        assert chinese_number(chinese_numeral(number)) == number
    assert chinese_number("一百零三") == 103


def test_four_levels_with_paths():
    text = """云川市稳链行动方案
一、总体要求
以项目为抓手，推动全市产业链稳步提升，形成新的增长点。
二、重点任务
（一）实施强链工程
1.摸清家底。梳理企业与产品，建立台账。
（1）梳理企业。每季度更新一次名录。
①龙头企业。逐户走访。
2.精准招商，紧盯重点区域和重点企业开展对接。
（二）实施延链工程
3.延伸链条。"""
    assert shape(text) == [
        ("title", "", "云川市稳链行动方案"),
        ("part", "一", "总体要求"),
        ("paragraph", "一", ""),
        ("part", "二", "重点任务"),
        ("section", "二(一)", "实施强链工程"),
        ("item", "二(一)1", "摸清家底"),
        ("sub", "二(一)1(1)", "梳理企业"),
        ("circle", "二(一)1(1)①", "龙头企业"),
        ("item", "二(一)2", ""),
        ("section", "二(二)", "实施延链工程"),
        ("item", "二(二)3", "延伸链条"),
    ]


@pytest.mark.parametrize(
    ("line", "kind", "number", "heading"),
    [
        ("第一章 总则", "chapter", "1", "总则"),
        ("第三条 链长履行下列职责，并对结果负责到底，定期听取各部门的汇报。", "part", "3", ""),
        ("一.总体要求", "part", "1", "总体要求"),
        ("十二、附则", "part", "12", "附则"),
        ("（十一）加强宣传。", "section", "11", "加强宣传"),
        ("六)去库存工程", "section", "6", "去库存工程"),
        ("(三)、强化考核", "section", "3", "强化考核"),
        ("3、强化考核", "item", "3", "强化考核"),
        ("3．强化考核", "item", "3", "强化考核"),
        ("2.1 加强引导", "item", "1", "加强引导"),
        ("(2)加强引导", "sub", "2", "加强引导"),
        ("2)加强引导", "sub", "2", "加强引导"),
        ("③加强引导", "circle", "3", "加强引导"),
        ("——创新驱动。以创新为动力。", "dash", None, "创新驱动"),
        ("●创新驱动。以创新为动力。", "dash", None, "创新驱动"),
    ],
)
def test_markers(line, kind, number, heading):
    _, tree = build("云川市方案\n" + line + "\n后面的一段文字，说明具体的做法，写得长一些。")
    node = tree.root.children[1]
    assert (node.kind, node.number, node.heading) == (kind, number, heading)


@pytest.mark.parametrize(
    "line",
    ["3.5亿元以上的项目要优先保障，及时落地。", "2025年12月底前完成，逐项销号。", "15家企业参加活动，签约金额创新高。", "(含开发区)共同推进，形成合力。"],
)  # fmt: skip
def test_figures_are_no_markers(line):
    _, tree = build("云川市方案\n" + line)
    assert [node.kind for node in tree.root.children] == ["title", "paragraph"]


def test_repeated_number_is_set_right():
    text = "方案\n一、任务\n（一）甲项\n（二）乙项\n（二）丙项\n（四）丁项\n（五）戊项\n（五）己项"
    paths = [path for kind, path, _ in shape(text) if kind == "section"]
    assert paths == ["一(一)", "一(二)", "一(三)", "一(四)", "一(五)", "一(六)"]


def test_numbers_that_run_on_or_begin_anew_stay():
    text = "方案\n一、任务\n1.甲项\n2.乙项\n二、保障\n3.丙项\n三、其他\n1.丁项\n2.戊项"
    assert [path for kind, path, _ in shape(text) if kind == "item"] == ["一1", "一2", "二3", "三1", "三2"]


def test_unclosed_quote_before_a_line_break():
    nodes = shape("方案\n3.建好“资金池”。统筹资金。\n4.建好“人才池\n\n各办任职。认真宣传人才政策，加强引进。")
    assert nodes[1:3] == [("item", "3", "建好“资金池”"), ("item", "4", "建好“人才池")]
    assert nodes[3] == ("paragraph", "4", "")


def test_heading_grown_into_its_text_follows_its_siblings():
    text = """方案
三、任务
（一）优质企业培育
1.建库，摸清底数。
（二）重点项目建设推进加快推进重大项目建设，完善调度机制。
（三）协同创新推进
1.建平台，聚资源。"""
    assert ("section", "三(二)", "重点项目建设推进") in shape(text)


def test_ordinals_in_one_paragraph_and_over_lines():
    text = """方案
二、措施
主要做好三项工作。一是建台账。逐户登记；二是抓调度，按月通报；三是强考核。
实施路径如下。
一是抓创新，提升能力。
二是抓转型。推动升级。"""
    nodes = shape(text)
    assert [n for n in nodes if n[0] == "ordinal"] == [
        ("ordinal", "二一", "建台账"),
        ("ordinal", "二二", ""),
        ("ordinal", "二三", "强考核"),
        ("ordinal", "二一", ""),
        ("ordinal", "二二", "抓转型"),
    ]


def test_a_single_ordinal_is_no_list():
    assert not [n for n in shape("方案\n此事一是必要，也有条件，必须抓紧办好。") if n[0] == "ordinal"]


INTERVIEW = """【在线访谈】《青梧县稳链方案》解读
来源：青梧县工信局 发布日期：2024年03月01日
主持人：各位网友好，欢迎关注访谈。
李某：大家好，很高兴来交流。
主持人：方案有哪些举措？
李某：主要有以下工程。
（一）引才工程
建强引才队伍。成立专班，配备人员。创新引才方法。开展校园招聘，建立台账。每年举办两场活动，邀请高校参加。
（二）降本工程
降低用能成本。落实电价政策，优化服务。降低物流成本。精简收费项目，提高效率，落实补贴降低融资成本。鼓励银行对接企业，开展服务。
主持人：谢谢，再见。
责任编辑：某某"""


def test_interview_with_turns_and_inline_headings():
    nodes = shape(INTERVIEW)
    assert [heading for kind, _, heading in nodes if kind == "turn"] == [
        "主持人",
        "李某",
        "主持人",
        "李某",
        "主持人",
    ]
    assert [heading for kind, _, heading in nodes if kind == "lead"] == [
        "建强引才队伍",
        "创新引才方法",
        "降低用能成本",
        "降低物流成本",
        "降低融资成本",
    ]
    assert [kind for kind, _, _ in nodes][:2] == ["title", "head"]
    assert nodes[-1][0] == "foot"


def test_leads_split_the_paragraph_between_them():
    clean, tree = build(INTERVIEW)
    leads = [node for node in tree.root.walk() if node.kind == "lead"]
    words = [clean[node.start : node.end].strip() for node in leads]
    assert words[1].startswith("创新引才方法。开展") and words[1].endswith("邀请高校参加。")
    assert words[4].startswith("降低融资成本。鼓励银行")
    assert clean[leads[4].heading_start : leads[4].heading_end] == "降低融资成本"


def test_ordinary_paragraphs_have_no_leads():
    text = "方案\n二、任务\n认真落实责任，抓好统筹。形成合力。不断提升水平，取得实效。\n为此提出意见。请认真贯彻执行，抓好落实。"
    assert not [node for node in shape(text) if node[0] == "lead"]


def test_unnumbered_headings_take_their_level_from_below():
    text = """青梧县稳链工作方案
工作目标
到2026年，主要指标稳步增长，产业链韧性明显增强。
重点任务
1.摸清底数，建立台账。
2.精准招商，引进项目。
保障措施
1.加强领导，压实责任。"""
    _, tree = build(text)
    leads = [node for node in tree.root.walk() if node.kind == "lead"]
    assert [node.heading for node in leads] == ["工作目标", "重点任务", "保障措施"]
    assert [[child.kind for child in node.children] for node in leads] == [
        ["paragraph"],
        ["item", "item"],
        ["item"],
    ]


def test_headings_of_the_format_nest_by_level():
    text = "青梧县方案\n产业强基\n抓龙头\n走访企业，建立台账，逐项解决。\n抓配套\n引进企业，完善链条，补齐短板。\n服务保障\n优化流程，压减时限，提升效能。"
    headings = []
    for words, level in (("产业强基", 1), ("抓龙头", 2), ("抓配套", 2), ("服务保障", 1)):
        at = text.index(words)
        headings.append((at, at + len(words), level))
    _, tree = build(text, headings=tuple(headings))

    def names(node: Node) -> list:
        return [(child.heading, names(child)) for child in node.children if child.kind == "lead"]

    assert names(tree.root) == [("产业强基", [("抓龙头", []), ("抓配套", [])]), ("服务保障", [])]


def test_head_title_over_two_lines_cover_note_and_foot():
    text = """首页 > 政务公开 > 正文
青梧县人民政府关于印发青梧县稳链方案的通知
索引号: 001 文 号: 青政发〔2024〕3号
各乡镇人民政府，县直各单位：
现将方案印发给你们，请认真贯彻执行。
青梧县人民政府
2024年4月7日
青梧县重点产业链
稳链工作方案
为稳定产业链，制定本方案。
一、目标
到2026年，产值增长。
附件：任务分工表
主办单位：青梧县大数据中心
某ICP备00000000号"""
    nodes = shape(text)
    kinds = [kind for kind, _, _ in nodes]
    assert kinds[:3] == ["head", "title", "head"]
    assert [h for k, _, h in nodes if k == "title"][1:] == ["青梧县重点产业链", "稳链工作方案"]
    assert kinds[-3:] == ["foot", "foot", "foot"]
    assert [n for n in nodes if n[0] == "part"] == [("part", "一", "目标")]


def test_table_is_one_node(plan_files):
    from lianshu.policy.intake import load

    text = repair(load(plan_files.as_docx(plan_files.plan(1)), "a.docx"))
    tables = [node for node in outline(text).root.walk() if node.kind == "table"]
    assert len(tables) == 1
    assert text.clean[tables[0].start : tables[0].end].startswith("序号\t工作任务")


def test_containers_reach_to_their_followers():
    clean, tree = build(
        "方案\n一、甲部\n正文一段，说明情况，有逗号。\n（一）子节\n二、乙部\n末尾一段，也有逗号，写完。"
    )
    first, second = [node for node in tree.root.children if node.kind == "part"]
    assert first.end == second.start
    assert second.end == len(clean)


def test_sentences_keep_semicolons_and_closing_quotes():
    clean, tree = build("要办“两件事。”一件是甲；另一件是乙！\n无句号的一行\n末句？")
    assert [clean[a:b] for a, b in tree.sentences] == [
        "要办“两件事。”",
        "一件是甲;另一件是乙!",
        "无句号的一行",
        "末句?",
    ]


def test_gold_paths_are_found(shared):
    """The printed path and the place of every numbered gold task are those of a node."""
    import json

    folder = shared / "policies"
    missing = []
    for file in sorted((folder / "gold").glob("*.json")):
        gold = json.loads(file.read_text(encoding="utf-8"))
        source = Source(file.name, (folder / "text" / f"{file.stem}.txt").read_text(encoding="utf-8"))
        text = repair(source)
        places = {}
        for node in outline(text).root.walk():
            if node.kind != "root" and node.start < len(text.clean):
                for at in {node.start, node.heading_start}:
                    places[text.span(at, at + 1)[0]] = node.path
        for task in gold["tasks"]:
            at = source.text.index(task["evidence"])
            near = [path for place, path in places.items() if abs(place - at) <= 6]
            printed = "(" in task["no"]
            if not near or (printed and task["no"] not in near):
                missing.append((file.stem, task["no"], task["title"]))
    assert missing == []


def test_contents_pages_are_heads():
    text = """澄江县产业强县行动方案
（2023—2025年）
目  录
一、总体要求........1
二、重点任务........3
一、总体要求
坚持稳中求进，推动产业发展，形成合力。
二、重点任务
㈠强链
⒈摸清家底。建台账，抓落实。
⑴走访企业。逐户走访，解决问题。"""
    assert shape(text) == [
        ("title", "", "澄江县产业强县行动方案"),
        ("title", "", "(2023-2025年)"),
        ("head", "", ""),
        ("head", "", ""),
        ("head", "", ""),
        ("part", "一", "总体要求"),
        ("paragraph", "一", ""),
        ("part", "二", "重点任务"),
        ("section", "二(一)", "强链"),
        ("item", "二(一)1", "摸清家底"),
        ("sub", "二(一)1(1)", "走访企业"),
    ]


def test_contents_without_leaders_end_where_the_text_begins():
    nodes = shape(
        "《澄江县强链方案》政策解读\n目录\n背景\n措施\n背景\n为强链补链，出台方案，形成合力。\n措施\n推动发展，抓好落实，形成合力。"
    )
    assert [kind for kind, _, _ in nodes] == [
        "title",
        "head",
        "head",
        "head",
        "lead",
        "paragraph",
        "lead",
        "paragraph",
    ]


def test_questions_and_answers_are_turns():
    nodes = shape(
        "《澄江县强链方案》政策解读\n问：有哪些措施？\n答（县工信局）：主要有两条，一是建链；二是补链。\n【问】怎么落实？\n【答】压实责任，按月调度。"
    )
    assert [heading for kind, _, heading in nodes if kind == "turn"] == ["问", "答", "问", "答"]


def test_chapters_hold_their_sections():
    text = "青梧县规划\n第一章 规划背景\n第一节 发展成效\n产业稳步发展，结构不断优化。\n第二节 存在问题\n主要有短板，需要补齐。\n第二章 重点任务\n一、强链\n抓好强链，形成合力。"
    _, tree = build(text)
    chapters = [node for node in tree.root.children if node.kind == "chapter"]
    assert [[child.heading for child in node.children] for node in chapters] == [
        ["发展成效", "存在问题"],
        ["强链"],
    ]


def test_markdown_signs_are_no_text():
    assert shape("# 青梧县方案\n## 一、总体要求\n**坚持**稳中求进，推动产业发展，形成合力。") == [
        ("title", "", "青梧县方案"),
        ("part", "一", "总体要求"),
        ("paragraph", "一", ""),
    ]


def test_unit_lines_are_no_headings():
    nodes = shape(
        "方案\n1.摸清家底。建台账，抓落实。\n责任单位：县工信局、各有关企业\n2.精准招商。建专班，抓对接。\n牵头单位：县商务局"
    )
    assert [kind for kind, _, _ in nodes] == ["title", "item", "paragraph", "item", "paragraph"]


def test_a_run_without_line_breaks_is_cut_at_its_numbers(plan_files):
    lines = [line for line in plan_files.plan(4).lines() if "\t" not in line]
    _, whole = build("\n".join(lines))
    _, run = build("".join(lines))

    def numbered(tree: Outline) -> list[str]:
        return [node.path for node in tree.root.walk() if node.kind in ("section", "item")]

    assert len(numbered(whole)) > 10
    assert numbered(run) == numbered(whole)
