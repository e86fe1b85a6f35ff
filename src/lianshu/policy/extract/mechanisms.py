"""The plan's own numbered formulas: 六个一, 四个一批, 五图, 两报告, 六大行动, 一链一策, 一区两园 …

A formula has a number in its name or stands in quotation marks as one unit with its numerals; slogans of
the nation, counts of industries and idioms do not count (``policies/SCHEMA.md``, Mechanisms).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lianshu.policy.budget import spend
from lianshu.policy.extract import enumeration
from lianshu.policy.extract.enumeration import COUNT, Span
from lianshu.policy.lexicon import choice, either, words
from lianshu.policy.model import Item, Node, Outline, Text
from lianshu.policy.repair import LONGEST_SENTENCE
from lianshu.reference.numerals import parse_integer

_NUM = "一二两三四五六七八九十百千双\\d"
_QUOTED = re.compile(r"[“\"]([^“”\"\n]{2,60})[”\"]")
_SLOGANS = frozenset(words("mechanisms", "slogans"))
_SLOGAN_HEAD = re.compile(either(slogan for slogan in _SLOGANS if len(slogan) >= 3))
#: A round number of things and what becomes of them (“百企焕新”, “千家百亿”, “百名干部进百企”).
_ROUND = re.compile(
    r"[百千万][企家户名项亿园村店强链县镇厂院校匠品场团社商才](?!强)[\u4e00-\u9fff]{2,6}$|百[\u4e00-\u9fff]{1,4}[进联帮访入]百[\u4e00-\u9fff]{1,2}$"
)
_CAMPAIGN = re.compile(r"(?:[和、及]“[^”\n]{2,10}”)*[\u4e00-\u9fff]{0,6}?(?:工程|行动|计划|活动|专项)")
#: 双 and what the two do together (“双链协同”, “双轮联动”), where it names the way of working.
_DOUBLE = re.compile(
    r"双[\u4e00-\u9fff](?:协同|联动|驱动|融合|并进|互动|共进|牵引|引领|发力|共建|共促|互促|赋能)$"
)
_NOT_FORMULA = re.compile(rf"^{choice('mechanisms', 'not_formula')}")
_USE = re.compile(rf"^(?:的)?(?:整体|工作|发展|总体|推进|服务|建设|对接)*{choice('mechanisms', 'use')}")
_ONES = re.compile(
    r"(?<![第统单任某每逐])(?:[两三四五六七八九十]|\d{1,2})个一(?:批|百|流)?(?![\u4e00-\u9fff]?[、,]?\d)"
)
_COUNTED = re.compile(
    rf"(?P<count>{COUNT})(?P<measure>大|项|个|条)(?P<noun>(?:[\u4e00-\u9fff“”]{{0,8}}?)?{choice('mechanisms', 'counted')})(?![性型级])"
)
_PAIR = re.compile(
    rf"一{choice('mechanisms', 'one_of')}[、·]?一(?:[(（][\u4e00-\u9fff]{{1,2}}[)）])?{choice('mechanisms', 'one_for')}"
    rf"(?:[、·]?一{choice('mechanisms', 'one_for')}){{0,4}}"
)
_PLACES = re.compile(
    r"[一二两三四五六七八九]{1,4}[区核主轴心带环廊体轮港极城](?:[一二两三四五六七八九多十N]{1,4}[园翼区副带轴点极组廊城片园组团驱]){1,4}"
)
_CHARTS = re.compile(
    r"(?:[两三四五六七八九十]{1,4}(?:张|个|份|本|类|套)?(?:图|库|清单|报告|表|单|台账|策|链|账|榜|册|案|书)){2,4}"
)
_DIGITS = re.compile(
    r"^\d{2,6}(?:[\u4e00-\u9fff]{0,4})$|^[\dNnXx一二三四五六七八九]++[\u4e00-\u9fff]{0,5}(?:[+＋][\dNnXx一二三四五六七八九]++[\u4e00-\u9fff]{0,5})+$"
)
#: A member of a list that is one formula: it opens with a numeral and its measure (一块屏, 两张图).
_NUMBERED_ITEM = re.compile(
    r"^(?:[一二两三四五六七八九十]|\d{1,2})(?!产|要|是|则|月|年|日|体|流|般|级)[\u4e00-\u9fff]"
)
_ADJECTIVE = re.compile(r"^[两三四五六七八九十](?:好|新|优|强|美|富|高|星|型|特)$")
#: Behind a figure in quotation marks: it counts industries (“246”万千亿级产业集群) or is a call number.
_COUNTS_INDUSTRIES = re.compile(r"[\u4e00-\u9fff]{0,9}?(?:产业|集群)|热线|平台|重点")
_INDUSTRIES = re.compile(r"(?:大|主导|特色|重点){0,6}(?:产业|集群)(?!园)")
#: The plan's own level as the one that set the formula.
_SET_HERE = re.compile(
    r"(?<!省)(?:市委|市政府|县委|县政府|区委|区政府|党代会|[市县区]第[^,，。]{1,6}次[^,，。]{0,8}会)[^,，。“]{0,12}提出"
)
#: A number with its measure and, in a bracket, just as many members: 五链(产业链、创新链…).
_BRACKETED = re.compile(
    rf"(?<![第\d{_NUM}“])(?P<count>{COUNT})(?P<noun>(?:大|项|个|条|类)?[\u4e00-\u9fff]{{1,6}}?)[(（](?P<list>[^()（）\n]{{4,120}})[)）]"
)
_FLAT = re.compile(r"[、,，;；]")
_ORDINAL_HEADS = ("section", "item", "ordinal", "sub", "lead")


#: Formulas that are ways of working; taken over from above they are the plan's own.
_WORKING = re.compile(r"(?:个一|个一批|图|报告|清单|库|专班|长制)$")


@dataclass(slots=True)
class _Formula:
    name: str
    items: list[str]
    span: Span
    rule: str
    confidence: float = 0.95
    reason: str = ""


def _clause(clean: str, at: int) -> str:
    """The words before ``at`` back to the last stop or comma."""
    start = max(clean.rfind(stop, max(0, at - 60), at) for stop in "。;；\n,，:：")
    return clean[start + 1 : at]


def _is_slogan(name: str) -> bool:
    bare = name.strip("“”")
    return bare in _SLOGANS or _SLOGAN_HEAD.match(bare) is not None or "通办" in bare


def _formula_in_quotes(inner: str, after: str, title: str) -> bool:
    """Whether quoted words are one formula by their numerals, or by a round number in the title or in the
    name of a campaign."""
    if _is_slogan(inner) or re.search(r"[。;；:：《]", inner):
        return False
    if _FLAT.search(inner):
        members = [m for m in _FLAT.split(inner) if m]
        ones = sum(bool(_NUMBERED_ITEM.match(m)) and not _is_slogan(m) for m in members)
        batches = sum(m.endswith("一批") for m in members)
        return len(members) >= 2 and max(ones, batches) == len(members)
    if len(inner) > 14 or re.search(r"(?:产业|集群|产业链|企业)$", inner):
        return False
    if re.fullmatch(r"\d{1,2}个[1一]批?", inner):
        return True
    if _DIGITS.match(inner):
        if re.match(r"[\u4e00-\u9fff]{0,9}?(?:工程|行动|计划)", after):
            return True
        return not _NOT_FORMULA.match(after) and not _COUNTS_INDUSTRIES.match(after)
    if _ROUND.match(inner):
        return inner in title or _CAMPAIGN.match(after) is not None
    if _DOUBLE.match(inner):
        return inner in title or _USE.match(after) is not None
    if re.fullmatch(r"双?[十百千万亿]{2,4}", inner):  # “十百千”培育计划
        return inner in title or _CAMPAIGN.match(after) is not None
    if not re.match(rf"[{_NUM}]", inner) or not re.search(r"[一二两三四五六七八九十双]", inner):
        return False
    if re.match(
        r"(?:[一二三四五六七八九十\d]+(?:年|月|日|号|季度|期|级|线|流|等|次|亿|万|千亿|百亿|星级|甲|强)|一[\u4e00-\u9fff]$)",
        inner,
    ):
        return False
    numerals = re.findall(r"[一二两三四五六七八九十双多N\d]+", inner)
    if inner.startswith("双") and len(numerals) < 2:
        return inner.endswith("制") and len(inner) <= 4  # “双长制”
    if re.fullmatch(rf"[{_NUM}][\u4e00-\u9fff]{{1,2}}", inner) and _INDUSTRIES.match(after):
        return False  # “三主”产业: a count of industries
    if re.fullmatch(r"[一二三四五六七八九十]{2,6}", inner) or len(numerals) >= 2:
        return True
    if inner.startswith("一"):
        return False
    counted = re.match(rf"{COUNT}(?:大|项|个|条|类|张|方面)", inner)
    return not (counted and _NOT_FORMULA.match(inner[counted.end() :]))


def _upper(facts: dict[str, Any]) -> re.Pattern[str]:
    """Words for the levels above the plan's own."""
    above = [*words("mechanisms", "upper")]
    if str(facts.get("region") or "")[-1:] in ("县", "区", "旗"):
        above += ["全市", "市委", "市政府", "我市"]
    if facts.get("level") == "省":
        above = ["全国", "国家", "国务院", "中央", "工信部"]
    return re.compile(f"(?:{'|'.join(above)})")


def _belongs_above(clean: str, start: int, end: int, upper: re.Pattern[str], level: str) -> bool:
    """Whether the clause hands the formula to an upper level: a title it awards, a strategy it set."""
    clause = _clause(clean, start)
    tail = clean[end : end + 8].lstrip("”")
    if re.match(r"企业|奖|称号|名单|资质|认定", tail) and upper.search(clause[-16:]):
        return True
    if _WORKING.search(clean[start:end].strip("“”")):
        return False
    if re.search(r"(?<![全我本各])[省市]$", clause):
        levels = {"市": "省", "县": "省市"}.get(level, "")
        if clause[-1] in levels:
            return True
    near = [m for m in upper.finditer(clause) if len(clause) - m.end() <= 14]
    if near and (len(clause) - near[-1].end() <= 6 or not re.search(r"落实|按照|建立|执行|推行", clause)):
        return True
    return bool(re.match(r"(?:[\u4e00-\u9fff]{0,6})战略", tail)) and not re.search(
        r"我[市县区]|全[市县]|市委|县委|区委|党代会", clause
    )


def _batches(clean: str, at: int, floor: int, test: re.Pattern[str]) -> tuple[list[str], int]:
    """Members of the list right before ``at`` (in quotes or not) that pass the test, and its beginning."""
    stop = at
    if clean[stop - 1] == "的":
        stop -= 1
    inside = clean[stop - 1] == "”"
    if inside:
        opened = enumeration.matching_open(clean, stop - 1, floor)
        pieces = enumeration.split(clean, opened + 1, stop - 1, "、,，;；和") if opened >= 0 else []
        begin = opened
    else:
        trimmed = stop - 1 if clean[stop - 1] in ",，" else stop
        if clean[trimmed - 1] == "等":
            trimmed -= 1
        pieces = enumeration.before(clean, trimmed, floor)
        begin = pieces[0][0] if pieces else at
    names = [clean[a:b].strip("“”") for a, b in pieces]
    kept = [(n, p) for n, p in zip(names, pieces, strict=True) if test.search(n)]
    if len(kept) < 2:
        return [], at
    if not inside:
        begin = kept[0][1][0]
    return [n for n, _ in kept], begin


def _following(clean: str, at: int, test: re.Pattern[str], name: str) -> list[str]:
    """Members of a list behind the formula: after 即, a colon or a bracket, or as many as its number says
    in the sentence that follows."""
    match = re.match(
        r"[^。;；\n]{0,14}?(?:[。,，]?即[:：]?|[:：(（]|——|,?(?:包括|分别是|指))", clean[at : at + 30]
    )
    begin = at + match.end() if match else at
    end = min((i for i in (clean.find("\n", begin), begin + 600) if i >= 0), default=begin + 600)
    out = []
    for a, b in enumeration.split(clean, begin, min(end, len(clean)), "、,，;；。")[:60]:
        found = test.search(clean[a:b])
        if found:
            out.append(enumeration.without_gloss(found[0]).rstrip(")）").removeprefix("按照"))
    number = re.match(COUNT, name)
    return out if match or (number and len(out) == parse_integer(number[0])) else []


_MEASURED = r"一(?!体|流|线|方面|系列|切|般|起|直|定|步|致|级|些)[\u4e00-\u9fff]"
_ONE_THING = re.compile(rf"{_MEASURED}(?:(?![,，。;；、]).){{1,16}}$")
_ONE_AHEAD = re.compile(rf"{_MEASURED}(?:(?![,，。;；、和]).){{1,16}}")
_BATCH = re.compile(r"一批$")
_BATCH_AHEAD = re.compile(r"(?:[\u4e00-\u9fff]{2,10}一批|一批[\u4e00-\u9fff]{2,12})")
_FOLLOWING_SETS = re.compile(r"[^。;；\n,，]{0,10}[,，]?[(（]?即[:：]?(?P<list>[^。;；\n]{8,120})")
_SET = re.compile(rf"(?:{COUNT}|一)(?:大|项|个|条|套|张|批|类)[\u4e00-\u9fff]{{2,8}}")
_CHART_NOUN = r"(?:图|报告|库|清单|链|表|单|书|账|榜)"


def _items_of(name: str, clean: str, span: Span, outline: Outline) -> tuple[list[str], int]:
    """The members the text lists for a formula, and where the evidence begins."""
    start, end = span
    low = max(0, start - LONGEST_SENTENCE)
    floor = max(clean.rfind(stop, low, start) + 1 or low for stop in "。\n")
    quoted = start - 1 if clean[start - 1] == "“" else start
    tail = clean[end : end + 1] == "”"
    if "个一批" in name:
        items, begin = _batches(clean, quoted, floor, _BATCH)
        return (
            (_trim_first(items), begin)
            if items
            else (_following(clean, end + tail, _BATCH_AHEAD, name), start)
        )
    if re.search(r"个一$", name):
        items, begin = _batches(clean, quoted, floor, _ONE_THING)
        items = [m[0] if (m := _ONE_THING.search(i)) else i for i in items]
        return (items, begin) if items else (_following(clean, end + tail, _ONE_AHEAD, name), start)
    noun = re.search(rf"{_CHART_NOUN}$", name)
    if noun and re.match(rf"[{_NUM}]+张?{_CHART_NOUN}$", name):
        behind = re.compile(rf"{noun[0]}$|^“?{noun[0]}")
        for at in (quoted, _clause_head(clean, quoted)):
            items, begin = _batches(clean, at, floor, behind)
            if items:
                return _trim_first(items), begin
        items, begin = _batches(clean, quoted, floor, re.compile(r"[\u4e00-\u9fff]{2,}"))
        number = re.match(COUNT, name)
        if number and items and len(items) == parse_integer(number[0]):
            return _trim_first(items), begin
        return _following(
            clean,
            end + tail,
            re.compile(
                r"^[\u4e00-\u9fff]{1,4}链$" if noun[0] == "链" else rf"[\u4e00-\u9fff]{{2,12}}{noun[0]}"
            ),
            name,
        ), start
    if re.fullmatch(r"\d{3,6}", name):  # “4811”工程,即实施四项计划、落实八条举措…: as many members as digits
        following = _FOLLOWING_SETS.match(clean, end + tail)
        sets = [m[0] for m in _SET.finditer(following["list"])] if following else []
        return (sets if len(sets) == len(name) else []), start
    if (counted := _COUNTED.match(name)) is not None:
        wanted = parse_integer(counted["count"])
        items, begin = _batches(clean, quoted, floor, re.compile(r"[\u4e00-\u9fff]{3,}"))
        if items and abs(len(items) - wanted) <= 2:
            items = _trim_first(items)
            joined = enumeration.part_last(items[-1], [(0, len(items[-1]))], re.compile("以及|和|及"))
            if len(items) == wanted - 1 and len(joined) == 2:
                items[-1:] = [items[-1][a:b] for a, b in joined]
            return items, begin
        noun_tail = counted["noun"][-2:]
        headed = _headed_items(outline, wanted, noun_tail, end)
        ahead = re.compile(rf"(?<![\u4e00-\u9fff])(?:开展|实施|推进)?[\u4e00-\u9fff]{{2,14}}{noun_tail}$")
        inside = _in_bracket(clean, end + tail)
        if len(inside) == wanted:
            return inside, start
        return headed or _following(clean, end + tail, ahead, name), start
    return _in_bracket(clean, end + tail), start


def _in_bracket(clean: str, at: int) -> list[str]:
    """Two or more members in a bracket right behind the formula."""
    bracket = re.match(r"[(（]([^()（）]{4,120})[)）]", clean[at : at + 124])
    members = [member.strip() for member in _FLAT.split(bracket[1]) if member.strip()] if bracket else []
    return members if len(members) >= 2 else []


_LEAD = re.compile(
    r"(?:主要)?(?:包括|有|是|为)|按照|按|以|通过|实施|开展|建立|制定|绘制|编制|梳理|形成|完善|推行|坚持|(?:重点)?产业链|突出|围绕"
)


def _trim_first(items: list[str]) -> list[str]:
    """The list with the words before its first member cut off, by the measure of the other members."""
    opening = _LEAD.match(items[0])
    if (
        opening
        and len(items[0]) - opening.end() >= 2
        and not any(i.startswith(opening[0]) for i in items[1:])
    ):
        items = [items[0][opening.end() :], *items[1:]]
    longest = max(len(item) for item in items[1:])
    first = items[0]
    for lead in _LEAD.finditer(first):
        if len(items[0]) > longest + 2 and len(first) - lead.end() >= 2:
            items = [first[lead.end() :], *items[1:]]
    return items


def _clause_head(clean: str, at: int) -> int:
    """Where the comma before the clause of ``at`` stands (``…图、…图，实施产业链“五图”``)."""
    comma = max(clean.rfind(",", max(0, at - 20), at), clean.rfind("，", max(0, at - 20), at))
    return comma if comma > 0 else at


def _headed_items(outline: Outline, wanted: int, noun: str, at: int) -> list[str]:
    """Headings that carry a counted formula: ``wanted`` siblings, of the noun or the first run behind it."""
    runs: list[list[Node]] = []
    for parent in outline.root.walk():
        run: list[Node] = []
        for child in parent.children:
            if child.kind not in _ORDINAL_HEADS or not child.heading:
                continue
            if child.number == "1" and run:
                runs.append(run)
                run = []
            run.append(child)
        if run:
            runs.append(run)
    fitting = [run for run in runs if len(run) == wanted]
    named = [run for run in fitting if sum(noun in n.heading for n in run) * 2 > wanted]
    after = [run for run in fitting if run[0].start > at - 2 and run[0].start - at < 400]
    chosen = (named or after or [[]])[0]
    return [re.split(r"[,，。]", node.heading)[0] for node in chosen]


def _creed(outline: Outline) -> list[Span]:
    """Where plans profess (the preamble, 指导思想, 总体思路): formulas there mostly belong to others."""
    nodes = [n for n in outline.root.walk() if re.search(r"指导思想|总体思路|基本原则|工作思路", n.heading)]
    first = next((n.start for n in outline.root.walk() if n.kind in ("part", "chapter")), 0)
    return [(0, first)] + [(n.start, n.end) for n in nodes if n.kind in ("part", "section", "item", "lead")]


def _quoted(clean: str, outline: Outline, upper: re.Pattern[str], level: str, title: str) -> list[_Formula]:
    found: list[_Formula] = []
    creed = _creed(outline)
    for match in _QUOTED.finditer(clean):
        inner = match[1].strip()
        after = clean[match.end() : match.end() + 24]
        pieces = [(m.start(1), m.end(1), m[1]) for m in re.finditer(r"‘([^‘’]{2,20})’", inner)]
        if pieces or not _formula_in_quotes(inner, after, title):
            continue
        if _belongs_above(clean, match.start(), match.end(), upper, level):
            continue
        if _FLAT.search(inner):
            if re.match(r"(?:的)?[“]?(?:等)?(?:[两三四五六七八九十]|\d)(?:个一|大|项)", after) or re.match(
                r"(?:的)?“[两三四五六七八九十]", after
            ):
                continue
            members = [m for m in _FLAT.split(inner) if m]
            found.append(_Formula("、".join(members), members, match.span(), "formula-quoted-list", 0.8))
            continue
        name = inner
        noun = re.match(r"(?:园区|企业|干部|产品|品牌|乡村|社区|银行)", after)
        if _ADJECTIVE.match(inner) and noun:
            name += noun[0]
        items, begin = _items_of(inner, clean, (match.start(1), match.end(1)), outline)
        working = (
            bool(
                re.match(
                    r"[\u4e00-\u9fff]{0,4}(?:设想|机制|模式|格局|布局|思路|制度|工作法|工程|行动)", after
                )
                or _SET_HERE.search(_clause(clean, match.start()))
            )
            or bool(_WORKING.search(inner))
            or inner in title
        )
        if not items and not working and any(a <= match.start() < b for a, b in creed):
            continue
        sure = bool(items) or bool(_USE.match(after)) or len(re.findall(rf"[{_NUM}]", inner)) >= 2
        found.append(
            _Formula(name, items, (min(begin, match.start()), match.end()), "formula-quoted",
                     0.95 if sure else 0.7, "" if sure else "引号内带数字，但文中没有列出内容")
        )  # fmt: skip
    return found


def _bare(clean: str, outline: Outline, upper: re.Pattern[str], level: str) -> list[_Formula]:
    """Formulas without quotation marks."""
    found: list[_Formula] = []
    for pattern, rule in ((_ONES, "formula-ones"), (_PAIR, "formula-one-each"), (_PLACES, "formula-places"),
                          (_CHARTS, "formula-charts")):  # fmt: skip
        for match in pattern.finditer(clean):
            spend()
            name = match[0].replace("、", "").replace("·", "") if pattern is _PAIR else match[0]
            if _is_slogan(name) or _belongs_above(clean, match.start(), match.end(), upper, level):
                continue
            after = clean[match.end() : match.end() + 8]
            if pattern in (_PLACES, _CHARTS) and not _USE.match(after.lstrip("”")):
                continue
            if pattern is _ONES and match[0].endswith(("百", "流")):
                continue
            items, begin = _items_of(name, clean, match.span(), outline)
            found.append(_Formula(name, items, (min(begin, match.start()), match.end()), rule, 0.9))
    for match in _BRACKETED.finditer(clean):
        members = [m.strip() for m in _FLAT.split(match["list"]) if m.strip()]
        noun, name = match["noun"], match[0][: match.start("list") - 1 - match.start()]
        if (
            noun.startswith("个一")
            or len(members) != parse_integer(match["count"])
            or len(members) < 3
            or _SLOGAN_HEAD.match(name)
        ):
            continue
        if _NOT_FORMULA.search(re.sub(r"^(?:大|项|个|条|类)", "", noun)) or _NOT_FORMULA.match(noun[-2:]):
            continue
        if not _belongs_above(clean, match.start(), match.end("noun"), upper, level):
            found.append(_Formula(name, members, match.span(), "formula-bracket", 0.85))
    for match in _COUNTED.finditer(clean):
        if clean[match.start() - 1 : match.start()] in tuple("“第十百千万"):
            continue
        noun = match["noun"]
        if "“" in noun or "”" in noun or _NOT_FORMULA.match(noun) or parse_integer(match["count"]) < 2:
            continue
        if match["measure"] == "个" and not noun.startswith("方面"):
            continue
        name = match[0]
        items, begin = _items_of(name, clean, match.span(), outline)
        if not items or _belongs_above(clean, match.start(), match.end(), upper, level):
            continue
        found.append(_Formula(name, items, (min(begin, match.start()), match.end()), "formula-counted", 0.85))
    return found


def _key(formula: _Formula) -> str:
    if _FLAT.search(formula.name):
        return "|".join(sorted(_FLAT.split(formula.name)))
    return re.sub(r"\W", "", formula.name)


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The formulas in the order of the text, each once, with the items the text lists."""
    best: dict[str, _Formula] = {}
    upper = _upper(facts)
    level, title = str(facts.get("level") or ""), str(facts.get("title") or "")
    for formula in _quoted(text.clean, outline, upper, level, title) + _bare(
        text.clean, outline, upper, level
    ):
        key = _key(formula)
        known = best.get(key)
        if known is None or len(formula.items) > len(known.items):
            best[key] = formula
    kept = [f for f in best.values() if not any(_within(f, other) for other in best.values())]
    return [
        enumeration.item(
            text, "mechanisms", f.span, {"name": f.name, "items": f.items}, f.rule, f.confidence, f.reason
        )
        for f in sorted(kept, key=lambda f: f.span)
    ]


def _within(formula: _Formula, other: _Formula) -> bool:
    """Whether a formula is only a part of another's printed words or one of its items."""
    if formula is other:
        return False
    a, b = re.sub(r"\W", "", formula.name), re.sub(r"\W", "", other.name)
    if a == b:
        return formula.rule == "formula-one-each"
    if formula.name in other.items:
        return True
    if (
        not formula.items
        and len(a) >= 2
        and b.startswith(a)
        and formula.rule == other.rule == "formula-quoted"
    ):
        return True  # “五单” after “五单联动”
    inside = other.span[0] <= formula.span[0] and formula.span[1] <= other.span[1]
    return inside and a in b
