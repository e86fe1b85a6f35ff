"""Key industry chains and leading industries that the plan sets up for its own region.

Three places name them: a list before a head noun (``A、B、C三大主导产业``), sibling headings
(``（一）A产业链``) and a table with a column for the chain. A list counts when its members are industries
by their morphemes and when it is neither the upper level's nor that of a single district
(``policies/SCHEMA.md``, Chains).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lianshu.policy.budget import spend
from lianshu.policy.extract import enumeration
from lianshu.policy.extract.enumeration import COUNT, Span
from lianshu.policy.extract.tables import head_words, words_of
from lianshu.policy.lexicon import choice, either, once, words
from lianshu.policy.model import Item, Node, Outline, Text
from lianshu.policy.repair import LONGEST_SENTENCE
from lianshu.reference.numerals import parse_integer

_HEAD = (
    r"(?:产业链群|产业链条|产业链(?!长)|产业集群|产业体系|(?:循环)?工业体系|产业生态链|产业生态圈|链条"
    r"|(?:新)?赛道|产业(?!园|化|基地|链|集群|技术|项目|政策|工人|结构|带|布局|协会|联盟|研究|投资|引导|基金|数字))"
)
# The look at the first character spares the alternatives at most places of a text.
_STARTS = f'(?=[\\d一二三四五六七八九十两等“”"·()（）产循工链{"".join(sorted({one[0] for one in words("chains", "modifier")}))}])'
_ANCHOR = re.compile(
    rf"{_STARTS}(?:等)?(?:(?P<count>{COUNT})(?:大|条|个|类|种))?"
    rf"(?P<mods>(?:{once(*words('chains', 'modifier'))}|“[一二两三四五六七八九十]?[主特优新支]{{1,2}}”|[“”\"·()（）]|\d\+\d){{0,12}})(?P<head>{_HEAD})"
)
_COLON = re.compile(
    rf"{_STARTS}(?:(?P<count>{COUNT})(?:大|条|个))?(?P<mods>{once(*words('chains', 'modifier'))}{{0,12}})(?P<head>{_HEAD})"
    r"(?:分别)?(?:[:：]|[(（]|(?:是|为(?!主|辅|支柱|龙头|引领|核心|基础|重点|特色|依托|支撑|补充|首)|包括|即|主要有|[,，]即|[,，]包括|[,，]分别[是为])[:：]?)"
)
_INDUSTRY = re.compile(choice("chains", "industry"))
_FOUNDING = re.compile(choice("chains", "founding"))
_LEAD = re.compile(choice("chains", "lead"))
#: A name made only of these says which sort of industries, not which industry.
_ADJECTIVES = re.compile(f"{once(*words('chains', 'modifier'), '数字', '绿色', '服务', '高新技术')}+")
_FOREIGN = re.compile(choice("chains", "foreign"))
_SECTION_LEAD = re.compile(f"^{once(*words('chains', 'section_lead'))}+")
_TAIL = re.compile(
    r"(?:及其)?(?:配套)?(?:特色|优势|主导)?(?:产业链群|产业链条|产业链|产业集群|产业|集群|链条|链)$"
)
_AND = re.compile(r"以及|和|与")
_JOINT = re.compile(r"\d(?:大|条|个)[^、和与及]{0,8}(?:产业链|产业|集群)(?:和|与|及|以及)")
_STRONG = re.compile(r"重点(?:发展|培育|打造|建设|突破|抓好)|为主导|主导产业|主攻|着力(?:发展|培育|打造)")
#: Compounds in which ``和`` joins one industry's name.
_SORT = re.compile(r"主导|支柱|首位|辅助")
#: “三主”产业: quotation marks around a numeral and what it sorts.
_NUMBERED_SORT = re.compile(r"“[一二两三四五六七八九十][主特优新支]{1,2}”")
_COMPOUND_AND = re.compile(
    r"软件和|和信息|和零部件|和智能|和关键|和装配|和器件|和家居|和应用|和元宇宙|和高端"
)
_BANNED = re.compile(
    r"[。；;：:？?！!]|的|了|等[\d一二两三四五六七八九十]|企业|项目|技术$|园区|平台|环节|领域|问题|工程$|一批|第[一二三](?!代)|一二三|每"
)
_DISTRICT = re.compile(
    r"(?:[\u4e00-\u9fff]{1,5}(?:县|区|镇|乡|街道|园)|[\u4e00-\u9fff]{2,4}市|开发区|高新区|产业带|经济带)"
    r"[^。；;]{0,12}?(?:重点|主要|加快|优先|大力|突出|着力)?(?:发展|布局|建设|打造|承接|培育)"
)
_OWN = {
    "省": re.compile(r"全(?:省|区|市)|我(?:省|区|市)|本(?:省|市)"),
    "市": re.compile(r"全(?:市|州|盟)|我(?:市|州|盟)|本(?:市|州)"),
    "县": re.compile(r"全(?:市|县|区|旗|域)|我(?:市|县|区|旗)|本(?:市|县|区|旗)"),
}
#: A county that is no city: 全市 is the city above it.
_OWN_OF_COUNTY = re.compile(r"[全我本][县区旗]|全域")
#: A chain named in running text: behind a stop, a verb or a conjunction; or the field of what follows (在A产业上).
_MENTION = re.compile(
    r"(?<=[。;；,，:：、\n)）和与把将以])(?P<name>[\u4e00-\u9fffA-Za-z]{2,18}?)(?P<head>产业链)(?!长|条|群|上|图|专班|链主|现代化|供应链|招商|工作|协同|建设|发展|企业|招引|高质量)"
    r"|(?<=[。;；,，\n])在(?P<field>[\u4e00-\u9fff]{2,10}?)(?P<area>产业)(?:上|方面|领域)?[,，]"
)
_NO_CHAIN = re.compile(r"重点|优势|主导|新兴|未来|特色|关键|标志性|完整|每|各|全|本|该|省|市|县|区")
#: Words before a chain's name in a clause of prose.
_TELLING = re.compile(rf"{choice('chains', 'lead')}|把|将|和|与|对|在|有序|稳妥|快速|重点是|提质|链式")
#: No list of chains is longer, in characters.
_LONGEST_LIST = 400
_QUOTED = re.compile(r"《[^》]{0,200}》")


@dataclass(slots=True)
class _Found:
    """A list of industries with how surely it is the plan's own."""

    names: list[str]
    span: Span
    score: float
    counted: bool
    future: bool
    rule: str


@lru_cache(maxsize=4096)
def short_name(words_: str) -> str:
    """A chain's name without a gloss, quotation marks and the head noun (``A产业链`` → ``A``)."""
    name = enumeration.without_gloss(words_).strip("“”‘’ ")
    bare = _TAIL.sub("", name)
    return bare if len(bare) >= 2 else name


_DOUBTS = {"chain-told": "文中分句点名，未见集中列举，请核对"}


def _sentence_start(clean: str, at: int) -> int:
    floor = max(0, at - LONGEST_SENTENCE)
    return max(clean.rfind(stop, floor, at) + 1 or floor for stop in "。\n；;")


@lru_cache(maxsize=4096)
def _is_industry(name: str) -> bool:
    return 2 <= len(name) <= 16 and not _BANNED.search(name) and bool(_INDUSTRY.search(name))


def _names(clean: str, pieces: list[Span], wanted: int | None) -> list[str]:
    """The members' names; the last is cut at ``和`` when the printed count asks for it."""
    if not pieces:
        return []
    last = clean[pieces[-1][0] : pieces[-1][1]]
    cut = wanted == len(pieces) + 1 or (
        wanted is None and "和" in last and not _COMPOUND_AND.search(last) and len(last) >= 5
    )
    if cut:
        pieces = enumeration.part_last(clean, pieces, _AND)
    return [short_name(clean[a:b]) for a, b in pieces]


def _foreign_level(level: str | None, region: str) -> re.Pattern[str]:
    """Words for the levels above the plan's own; 市委 is above a county, not above a county-level city."""
    levels = list(words("chains", "upper"))
    if level in ("市", "县"):
        levels += words("chains", "upper_of_city")
    if level == "县" and region[-1:] in ("县", "区", "旗"):
        levels += words("chains", "upper_of_county")
    return re.compile(either(levels))


def _score(
    clean: str, start: int, span: Span, anchor: re.Match[str], upper: re.Pattern[str], own: re.Pattern[str]
) -> float:
    """How surely a list is the plan's own; 0 or less when it belongs to somebody else."""
    before = _QUOTED.sub("", clean[start : span[0]])
    clause = re.split(r"[,，]", before)[-1]
    near = clause + clean[span[0] : span[1]]
    mods = anchor["mods"] or ""
    score = 0.0
    if anchor["count"]:
        score += 2
    if anchor["head"] in ("产业链", "产业链条", "产业链群", "产业集群"):
        score += 1.5
    if re.search(r"主导|重点|支柱|首位|标志性|优势|特色|新兴|骨干|辅助", mods):
        score += 1.5
    if _NUMBERED_SORT.search(mods):
        score += 3
    if re.search(r"体系", anchor["head"]):
        score += 1
    if _FOUNDING.search(clause[-12:]):
        score += 1
    if _STRONG.search(near):
        score += 1.5
    if own.search(before):
        score += 0.5
    if upper.search(mods) or (upper.search(before[-40:]) and not own.search(clause)):
        score -= 6
    if _DISTRICT.search(clause) and not own.search(clause):
        score -= 6
    if _FOREIGN.search(clause[-10:]) or ("传统" in mods and "优势" not in mods):
        score -= 3
    after = clean[anchor.end() : anchor.end() + 12]
    if re.match(r"(?:领域|行业|企业|人才|工人|上下游企业|.{0,6}(?:融合|渗透|延伸))", after):
        score -= 0 if re.search(r"重点|主导", mods) and after.startswith("领域") else 2
    return score


def _believed(names: list[str], wanted: int | None) -> list[str]:
    """The members that count as industries: all of them where the printed count fits and one is an industry
    by its morphemes, else those that are, when they are most of the list."""
    sane = all(1 <= len(name) <= 16 and not _BANNED.search(name) for name in names)
    if wanted is not None and wanted == len(names) >= 3 and sane and any(map(_INDUSTRY.search, names)):
        return names
    good = [name for name in names if _is_industry(name)]
    return good if len(good) >= 2 and len(good) >= 0.7 * len(names) else []


def _lists(clean: str, facts: dict[str, Any]) -> list[_Found]:
    """Lists before a head noun: ``A、B、C三大主导产业``."""
    level = facts.get("level")
    region = str(facts.get("region") or "")
    own = _OWN.get(str(level), _OWN["县"])
    if level == "县" and region[-1:] in ("县", "区", "旗"):
        own = _OWN_OF_COUNTY
    upper = _foreign_level(level, region)
    found: list[_Found] = []
    for match in _ANCHOR.finditer(clean):
        spend()
        at = match.start()
        wanted = parse_integer(match["count"]) if match["count"] else None
        pair = wanted == 2  # A和B两个新赛道
        if at < 3 or not ("、" in clean[max(0, at - 40) : at] or (pair and _AND.search(clean[at - 12 : at]))):
            continue
        start = max(_sentence_start(clean, at), at - _LONGEST_LIST)
        pieces = enumeration.before(clean, at, start)
        if len(pieces) < 2 and not pair:
            continue
        for i in range(len(pieces) - 1, 0, -1):  # A、B4条主导产业链和C、D3条特色产业链: two lists
            if joint := _JOINT.search(clean, *pieces[i]):
                pieces = [(joint.end(), pieces[i][1]), *pieces[i + 1 :]]
                break
        if not pieces or (len(pieces) < 2 and not pair):
            continue
        pieces[0] = enumeration.after_last(clean, pieces[0], _LEAD)
        names = _believed(_names(clean, pieces, wanted), wanted)
        if not names:
            continue
        span = (pieces[0][0], match.end())
        score = _score(clean, start, span, match, upper, own)
        headed = sum(bool(re.search(r"(?:产业链|集群)$", clean[a:b])) for a, b in pieces[:-1])
        score += 1 if headed * 2 >= len(pieces) - 1 else 0
        fits = wanted == len(names)
        if wanted is not None:
            score += 1 if fits else -1
        found.append(_Found(names, span, score, fits, "未来" in (match["mods"] or ""), "chain-list"))
    return found + _lists_behind(clean, upper, own)


def _lists_behind(clean: str, upper: re.Pattern[str], own: re.Pattern[str]) -> list[_Found]:
    """Lists behind a head noun: ``10条产业链是：A、B``, ``主导产业（A、B）``."""
    found: list[_Found] = []
    for match in _COLON.finditer(clean):
        spend()
        if match["count"] is None and not (_SORT.search(match["mods"]) and match[0][-1] in "(（:：为"):
            continue
        closing = r"[)）\n]" if match[0][-1] in "(（" else r"[。；;\n]"
        stop = re.compile(closing).search(clean, match.end())
        end = min(stop.start() if stop else len(clean), match.end() + _LONGEST_LIST)
        cut = clean.find("等", match.end(), end)
        pieces = enumeration.split(clean, match.end(), cut if cut > 0 else end, "、,，")
        wanted = parse_integer(match["count"]) if match["count"] else None
        names = _believed(_names(clean, pieces, wanted), wanted)
        if not names and wanted is None and len(pieces) == 1:
            names = [name for name in _names(clean, pieces, wanted) if _is_industry(name)]
        if not names or (wanted is not None and abs(len(names) - wanted) > max(1, wanted // 5)):
            continue
        start = _sentence_start(clean, match.start())
        score = _score(clean, start, (match.start(), match.end()), match, upper, own) + 1
        found.append(_Found(names, (match.start(), pieces[-1][1]), score, True, False, "chain-count"))
    return found


def heading_chain(node: Node) -> str | None:
    """The industry that a heading names as a chain, if it does."""
    heading = node.heading.strip(" 。.：:")
    if "产业" not in heading:
        return None
    match = re.match(r"^(.{2,24}?)(?:产业链|产业集群|产业)(?:$|[,，。:：(（])", heading)
    if match is None:
        return None
    name = short_name(_SECTION_LEAD.sub("", match[1]))
    if not _is_industry(name) or "、" in name or _ADJECTIVES.fullmatch(name):
        return None
    return name


def _headings(outline: Outline) -> list[_Found]:
    """Two or more sibling headings that each name one industry."""
    found = []
    for parent in outline.root.walk():
        named = [(node, name) for node in parent.children if (name := heading_chain(node))]
        if len(named) >= 2 and len(named) * 2 >= len(parent.children):
            for node, name in named:
                span = (node.heading_start, node.heading_end)
                found.append(_Found([name], span, 5.0, True, False, "chain-heading"))
    return found


def _tables(text: Text) -> list[_Found]:
    """Names in the column of a table whose head cell says chain or industry."""
    found = []
    for table in text.source.tables:
        head = head_words(text, table)
        columns = [c for c, words_ in head.items() if re.search(r"产业链|链条名称|产业名称", words_)]
        seen: set[Span] = set()
        for cell in table.cells:
            if cell.row and columns and cell.column == columns[0] and (cell.start, cell.end) not in seen:
                seen.add((cell.start, cell.end))
                name = short_name(words_of(text, cell).replace("\n", ""))
                if _is_industry(name):
                    found.append(_Found([name], (cell.start, cell.end), 5.0, True, False, "chain-table"))
    return found


def _title_chain(clean: str, title: str, region: str) -> list[_Found]:
    """The one chain of a plan made for a single chain, by its title (``某市海洋食品产业链链长制…``)."""
    match = re.search(
        rf"(?:{re.escape(region)}|关于|印发|[市县区省])(?P<name>[^市县区省《》]{{2,14}}?)(?:产业链|产业集群|产业)",
        title,
    )
    name = short_name(_SECTION_LEAD.sub("", match["name"])) if match and region else ""
    at = clean.find(name) if len(name) >= 2 else -1
    if at < 0 or not _is_industry(name) or _ADJECTIVES.fullmatch(name) or re.search("集群|级|重点", name):
        return []
    return [_Found([name], (at, at + len(name)), 3.0, True, False, "chain-title")]


def _told(text: Text, level: str | None, region: str) -> list[_Found]:
    """Chains that the prose names one by one (``做强A产业链…。B产业链要…``, ``在C产业上，…``): at least three,
    each an industry by its morphemes, none the upper level's."""
    clean, upper = text.clean, _foreign_level(level, region)
    found: dict[str, _Found] = {}
    for match in _MENTION.finditer(clean):
        name_span, end = (
            (match.span("name"), match.end("head"))
            if match["name"]
            else (match.span("field"), match.end("area"))
        )
        span = enumeration.after_last(clean, name_span, _TELLING)
        name = short_name(_SECTION_LEAD.sub("", clean[slice(*span)]))
        if not _is_industry(name) or _ADJECTIVES.fullmatch(name) or name in found:
            continue
        if upper.search(clean[max(0, span[0] - 12) : span[0]]) or _NO_CHAIN.search(name):
            continue
        found[name] = _Found([name], (span[0], end), 3.0, False, False, "chain-told")
    return list(found.values()) if len(found) >= 3 else []


def same_chain(a: str, b: str) -> bool:
    """Whether two names mean one chain (``汽车`` and ``汽车产业链``, a name inside a slightly longer one)."""
    a, b = (re.sub(r"\W", "", short_name(x)) for x in (a, b))
    short, long_ = sorted((a, b), key=len)
    return a == b or (len(short) >= 3 and short in long_ and len(short) / len(long_) >= 0.6)


def _kept(found: list[_Found], outline: Outline) -> list[_Found]:
    """The lists that count beside each other.

    Beside a sure list (score 6 or headings) only sure ones count: uncounted lists inside a chain's section are its products.
    """
    best = max(f.score for f in found)
    heads = [f for f in found if f.rule == "chain-heading"]
    floor = 4.0 if best >= 6 or heads else min(best, 2.5)
    sections = [n for n in outline.root.walk() if heading_chain(n)]
    kept = []
    for one in found:
        inside = one.rule != "chain-heading" and any(n.heading_end < one.span[0] < n.end for n in sections)
        if one.score >= floor and not (one.future and best >= 3) and not inside:
            kept.append(one)
    return kept


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The chains in the order of the text; confidence is low where only an uncounted list names them."""
    lists = _lists(text.clean, facts)
    found = [f for f in lists + _headings(outline) if f.score >= 2.5]
    found += [f for f in _tables(text) if f.score > 0]
    if not found:
        found = _title_chain(text.clean, str(facts.get("title") or ""), str(facts.get("region") or ""))
    if not found:  # a bare list that a verb of founding opens is better than none
        found = sorted((f for f in lists if f.score >= 1), key=lambda f: -f.score)[:1]
        told = _told(text, facts.get("level"), str(facts.get("region") or ""))
        if len(told) > sum(len(f.names) for f in found):
            found = told
    if not found:
        return []
    kept = _kept(found, outline)
    items: list[Item] = []
    for one in sorted(kept, key=lambda f: (f.span[0], -f.score)):
        for name in one.names:
            if any(same_chain(name, str(item.fields["name"])) for item in items):
                continue
            sure = one.score >= 4 or one.counted
            if one.rule == "chain-table":
                items.append(Item("chains", {"name": name}, *one.span, 0.95, "", one.rule))
                continue
            items.append(
                enumeration.item(
                    text,
                    "chains",
                    one.span,
                    {"name": name},
                    one.rule,
                    0.95 if sure else 0.65,
                    "" if sure else _DOUBTS.get(one.rule, "只有一处未计数的产业列举支持"),
                )
            )
    return items
