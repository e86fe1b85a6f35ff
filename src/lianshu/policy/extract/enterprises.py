"""Firms named in the plan, with the part they play and the chain they belong to.

Four places name them: lists that end in a word for firms (``A、B等龙头企业``), frames (``以A为龙头``,
``依托A、B``, ``推动A与B合作``), names with a legal form or known all over the country, and the names of
projects and parks (``A四期`` → A). Universities, associations and authorities are no firms
(``policies/SCHEMA.md``, Enterprises).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lianshu.policy.budget import spend
from lianshu.policy.extract import enumeration, naming, projects
from lianshu.policy.extract.chains import heading_chain, same_chain
from lianshu.policy.extract.enumeration import Span
from lianshu.policy.extract.tables import head_words, words_of
from lianshu.policy.lexicon import choice
from lianshu.policy.model import Item, Outline, Text

_LEAD_WORDS = choice("enterprises", "lead")
_LEAD = re.compile(_LEAD_WORDS)
_FIRMS = re.compile(
    r"(?:等(?P<free>(?:(?!方面|问题|措施|形式|活动|工作|内容|事项|要素|政策|制度|模式|费用|成本|负担|降低|帮助|支持|引导|鼓励|促进|推动|提升|加强|建立)[^。;；\n,，:：、等]){0,16}?)"
    r"|(?P<adj>(?:重点|龙头|骨干|领军|链主|头部|核心|央企|国企|民营|上市|知名|大型|本土|“链主”|“龙头”|行业|国内|优势|独角兽|瞪羚|专精特新|高新技术|规上|停产|(?:[两三四五六七八九十]|\d{1,4})家){1,12})"
    r")"
    r"(?P<noun>企业|公司|集团|客商|龙头|链主)(?!家|集团军|化|内|间|孵化)"
)
_AS = re.compile(
    r"(?P<by>[以由])(?P<list>[^。;；\n,，:：]{2,60}?)(?:等)?(?:(?:[两三四五六七八九十]|\d+)家)?(?:[\u4e00-\u9fff]{0,6}(?:企业|公司))?(?:为|作为|担任|牵头)(?P<role>龙头|链主|引领|核心|骨干|主体|代表|依托|支撑|牵引|重点|引擎|首|盟长|“链主”)"
)
_USE = re.compile(
    r"(?=[充利发依借])(?:充分)?(?:利用|发挥|依托|借助)(?P<list>[^。;；\n,，:：]{2,60}?)(?:等)?(?:的)?(?:资源优势|优势|龙头作用|带动作用|引领作用|示范作用|品牌优势|平台优势|[“]?(?:链主|龙头|领军)[”]?(?:企业)?(?:引领|带动|示范)?作用)"
)
_WITH = re.compile(
    r"(?:推动|促进|支持|加强|深化|鼓励|引导|加快)?(?P<one>[^。;；\n,，:：、]{2,16}?)(?:与|和|同)(?P<two>[^。;；\n,，:：]{2,40}?)(?:等)?(?:[\u4e00-\u9fff]{0,4}(?:企业|公司))?(?:的)?(?:深度|全面|战略|开展|加强|进行|兼并|联合|资产)*(?:合作|对接|联动|配套|重组|合资)"
)
#: No list of firms is longer, in characters.
_LONGEST_LIST = 400
_CLAUSE = re.compile(r"[^。;；\n,，:：]+")
_JOINING = re.compile(r"[与和同][^\n]{0,200}(?:合作|对接|联动|配套|重组|合资)")
_LISTING = re.compile(
    r"(?:培育|支持|推动|助推|促进|帮助|辅导|引导|鼓励)(?P<list>[^。;；\n,，:：等]{2,50}?)(?:等)?(?:企业|公司)?(?:上市|挂牌|做大做强|做强做大|做优做强|做强|扩产|扩能|增资|技改|改造|转型|升级|达产|改制|兼并|重组|联合|牵头|组建|建设|申报|创建|争创|成为|发展|实施|加大|扩大|开展|加快|参与|承担|设立|在|到|落户|建立|打造|向|提升|延伸|拓展|开拓|成长|依托|深化|投资|申请|攻关|突破|争取|对接|与)"
)
_ALLY = re.compile(
    r"(?:依托|联合|携手|联手|引进|招引|引入|对接|承接|牵手|签约|瞄准|紧盯|盯紧|服务)(?P<list>[^。;；\n,，:：]{2,60})"
)
_BRACKET = re.compile(r"(?:企业|龙头|链主|公司)[”]?[(（](?P<list>[^()（）]{4,80})[)）]")
_CHIEF = re.compile(
    r"(?=[“链龙骨牵盟重])[“]?(?:链主|龙头|骨干|牵头|盟会长|重点)[”]?(?:企业|会单位)(?:分别)?(?:为|是|有|包括|[:：])(?P<list>[^。;；\n,，]{2,80})"
)
_LEGAL_FORM = re.compile("有限责任公司|股份有限公司|集团有限公司|有限公司|股份公司|集团公司|集团股份")
#: A name before its legal form; forms are sought first, a lazy front would be tried at every character.
_LEGAL_NAME = re.compile(rf"[\u4e00-\u9fff()（）A-Za-z]{{2,24}}?(?:{_LEGAL_FORM.pattern})$")
#: A name that ends in 公司 behind a verb or within a list (引导某某建材公司开拓市场).
_COMPANY = re.compile(
    r"(?:引导|支持|推动|鼓励|依托|帮助|促进|对接|引进|服务|组建|成立|设立|、|与|和)(?P<name>[\u4e00-\u9fff]{2,8}?(?:公司|(?<![产业企])集团))(?=[\u4e00-\u9fff、,，。;；])(?!化|治理|制|债)"
)
_COUNTED = re.compile(r"[一二两三四五六七八九十\d多]家|上市|龙头|平台|国有")
#: A register of firms: its heading and the lines below it, up to the next annex or a full stop.
_REGISTER = re.compile(
    r"(?:^|\n)[^\n。,，;；]{0,16}?(?P<kind>[^\n。,，;；]{0,8}(?:企业|公司))(?:名录|名单|清单|一览表?)\n"
    r"(?P<body>(?:(?!附件)[^\n。]{2,160}(?:\n|$)){1,60})"
)
_REGISTER_END = re.compile(r"(?:企业|公司)(?:名录|名单|清单|一览表?)\n")
_LINE = re.compile(r"(?:[^:：、\n]{2,20}[:：])?(?P<list>[^\n:：]{2,150})")
_LEVELS = (
    "省",
    "市",
    "州",
    "县",
    "区",
    "镇",
    "乡",
    "经开区",
    "高新区",
    "开发区",
    "经济技术开发区",
    "经济开发区",
    "新区",
)
_QUARTER = re.compile(r"[谷港岛园城镇]$")
_AND = re.compile(r"和|与|以及|及")
_JUNK = re.compile(r"^(?:公司|企业|集团|龙头|重点|现有|本地|我市|我县|全市|全县|市|县|国内|行业|知名)+")
_TARGET = re.compile(r"引进|招引|引入|招商|瞄准|紧盯|盯紧|主攻|签约|承接|争取")
_PARTNER = re.compile(r"联合|携手|联手|合作|牵手|与.{2,20}合作")


@dataclass(slots=True)
class _Firm:
    name: str
    role: str | None
    span: Span
    rule: str
    confidence: float = 0.9
    reason: str = ""


def _clause_start(clean: str, at: int) -> int:
    floor = max(0, at - _LONGEST_LIST)
    return max(clean.rfind(stop, floor, at) + 1 or floor for stop in "。;\n,:")


def _role(adjectives: str, before: str) -> str | None:
    if "链主" in adjectives:
        return "链主"
    if "龙头" in adjectives or "领军" in adjectives:
        return "龙头"
    if _TARGET.search(before):
        return "招引目标"
    if _PARTNER.search(before):
        return "合作"
    return None


def _split(clean: str, start: int, end: int) -> list[Span]:
    """Members of a list of firms; the last is parted at 和 or 与."""
    pieces = enumeration.split(clean, start, end, "、")
    if not pieces:
        return []
    last = clean[slice(*pieces[-1])]
    if _AND.search(last, 1) and not naming.is_known(last):
        pieces = enumeration.part_last(clean, pieces, _AND)
    return [p for p in pieces if p[0] < p[1]]


def _name(clean: str, span: Span) -> tuple[str, Span]:
    """A member's name without lead words, gloss and quotation marks."""
    words = clean[slice(*span)]
    cut = 0
    for lead in _LEAD.finditer(words):
        if (
            len(words) - lead.end() >= 2
            and (lead.start() <= cut + 6 if len(lead[0]) > 1 else lead.start() == cut)
            and not naming.is_known(words[lead.start() :])
        ):
            cut = lead.end()
    words = words[cut:]
    junk = _JUNK.match(words)
    if junk and len(words) - junk.end() >= 2:
        cut += junk.end()
        words = words[junk.end() :]
    name = enumeration.without_gloss(words).strip("“”和与及 ")
    return name, (span[0] + cut, span[1])


def _take(
    clean: str, spans: list[Span], role: str | None, rule: str, strong: bool, whole: Span
) -> list[_Firm]:
    """Firms among the members of one list. Where a third are surely firms, their neighbours are believed;
    a lone member is believed in a ``strong`` frame (``以A为龙头``)."""
    spans = [span for span in spans if strong or clean[slice(*span)].count("“") == 0]
    named = [_name(clean, span) for span in spans]
    if sum(naming.is_industry(name) for name, _ in named) * 3 >= len(named):
        return []
    sure = [naming.is_firm(name, strong=False) for name, _ in named]
    marked = [ok or naming.looks_like_brand(name) for ok, (name, _) in zip(sure, named, strict=True)]
    votes = sum(marked)
    believed = (
        votes * 3 >= len(named) if strong or any(sure) else len(named) > 1 and votes * 3 >= 2 * len(named)
    )
    out = []
    for (name, _), certain, brand in zip(named, sure, marked, strict=True):
        if not certain and not believed and not (strong and (brand or len(named) == 1)):
            continue
        if not naming.is_firm(name, strong=True):
            continue
        fine = certain or (strong and brand)
        out.append(
            _Firm(name, role, whole, rule, 0.9 if certain else 0.8 if fine else 0.65,
                  "" if fine else "按并列关系推断为企业，请核对")
        )  # fmt: skip
    return out


def _lists(clean: str) -> list[_Firm]:
    """``A、B等龙头企业`` and a single ``A集团``-like member before 等企业."""
    out: list[_Firm] = []
    for match in _FIRMS.finditer(clean):
        spend()
        start = _clause_start(clean, match.start())
        if clean[match.start()] != "等" and "、" not in clean[start : match.start()]:
            continue
        pieces = enumeration.before(clean, match.start(), start)
        if not pieces or (len(pieces) < 2 and clean[match.start()] != "等"):
            continue
        pieces = [*pieces[:-1], *_split(clean, *pieces[-1])]
        before = clean[start : pieces[0][1]]
        strong = clean[match.start()] == "等"
        whole = (_name(clean, pieces[0])[1][0], match.end())
        out += _take(clean, pieces, _role(match[0], before), "firm-list", strong, whole)
    return out


def _joining(clean: str) -> Iterator[re.Match[str]]:
    """Matches of ``_WITH``, sought only in clauses that hold a word of joining: its lazy front would
    otherwise be tried at every character."""
    for clause in _CLAUSE.finditer(clean):
        spend()
        if _JOINING.search(clause[0]):
            yield from _WITH.finditer(clean, *clause.span())


def _within_clauses(pattern: re.Pattern[str], clean: str) -> Iterator[re.Match[str]]:
    """Matches of a pattern that no stop or comma parts, clause by clause."""
    for clause in _CLAUSE.finditer(clean):
        spend()
        yield from pattern.finditer(clean, *clause.span())


def _frames(clean: str) -> list[_Firm]:
    out: list[_Firm] = []
    for pattern, rule, strong in (
        (_AS, "firm-as-lead", True),
        (_USE, "firm-use", False),
        (_LISTING, "firm-growth", False),
        (_ALLY, "firm-ally", False),
        (_BRACKET, "firm-bracket", True),
        (_CHIEF, "firm-chief", True),
    ):
        for match in _within_clauses(pattern, clean) if pattern is _AS else pattern.finditer(clean):
            spend()
            start, end = match.span("list")
            text_ = clean[start:end]
            cut = text_.find("等")
            spans = _split(clean, start, end if cut < 0 else start + cut)
            if pattern is _AS:
                chief = (
                    "链主"
                    if "链主" in match["role"]
                    else "龙头"
                    if match["role"] in ("龙头", "引领", "骨干", "核心", "牵引")
                    else None
                )
                strong = match["role"] in ("龙头", "链主", "“链主”", "盟长")
                role: str | None = chief
            elif pattern in (_BRACKET, _CHIEF):
                role = _role(match[0][:6], "")
            else:
                role = _role("", match[0][:4])
            out += _take(clean, spans, role, rule, strong, match.span())
    for match in _joining(clean):
        one, two = _name(clean, match.span("one")), match.span("two")
        spans = [(one[1][0], match.end("one")), *_split(clean, *two)]
        if any(naming.is_firm(_name(clean, s)[0], strong=False) for s in spans):
            out += _take(
                clean,
                spans,
                _role("", "合作") if "合作" in match[0] else None,
                "firm-with",
                False,
                match.span(),
            )
    return out


def _standing(clean: str) -> list[_Firm]:
    """Names with a legal form and firms known all over the country, wherever they stand."""
    out = []
    last = 0
    for form in _LEGAL_FORM.finditer(clean):
        match = _LEGAL_NAME.search(clean, max(last, form.start() - 24), form.end())
        last = form.end()
        if match is None:
            continue
        name, span = _name(clean, match.span())
        if len(name) >= 6 and not naming.is_kind(name):
            out.append(_Firm(name, None, span, "firm-legal-name"))
    for match in _COMPANY.finditer(clean):
        name, span = _name(clean, match.span("name"))
        bare = name.removesuffix("公司").removesuffix("集团")
        if (
            len(bare) >= 2
            and not _COUNTED.search(bare)
            and not naming.is_kind(bare)
            and naming.is_firm(name, strong=True)
        ):
            out.append(_Firm(name, None, span, "firm-company", 0.7, "按“公司”二字识别，请核对企业名称"))
    for match in naming.KNOWN.finditer(clean):
        if naming.is_known(match[0]):
            start = _clause_start(clean, match.start())
            role = _role("", clean[start : match.start()])
            out.append(_Firm(match[0], role, match.span(), "firm-known", 0.85))
    return out


def _in_projects(named: list[projects.Project], known: set[str], clean: str) -> list[_Firm]:
    """Firms inside the names of projects; a name that the text ``knows`` as a firm's is not cut anew, and one
    that it uses as a place's is none."""
    out = []
    for project in named:
        own = max((one for one in known if project.name.startswith(one)), key=len, default=None)
        if own:
            out.append(_Firm(own, None, project.span, "firm-in-project", 0.85))
            continue
        if project.rule == "project-built" and not re.search(r"[一二三四五六七八九十\d]期", project.name):
            continue
        name = naming.brand(re.sub(r"续建项目$|基础配套建设$", "", project.name))
        before = re.split(r"\d", project.name)[0]  # 某化工20万吨乙二醇: the firm stands before the capacity
        if before != project.name and 3 <= len(before) <= 6 and not before.endswith(("园", "年产", "第")):
            name = name or before
        if name and naming.without_tail(name) == name:  # 某江高精 beside 某江铜业: one firm
            name = next((one for one in known if name.startswith(naming.without_tail(one))), name)
        if name and naming.is_firm(name, strong=True) and not _is_place(name, clean):
            out.append(
                _Firm(name, None, project.span, "firm-in-project", 0.75, "从项目名称中识别，请核对企业名称")
            )
    return out


def _is_place(name: str, clean: str) -> bool:
    """Whether the text names a place so (``X县``), or a park or quarter of that place (``X智造谷``)."""
    if any(f"{name}{level}" in clean for level in _LEVELS):
        return True
    return _QUARTER.search(name) is not None and any(f"{name[:2]}{level}" in clean for level in _LEVELS)


def _chain_at(clean: str, at: int, sections: list[tuple[int, int, str]], chains: list[str]) -> str | None:
    """The chain of the section around ``at``, or one named in the same clause."""
    for start, end, name in sections:
        if start <= at < end:
            return next((c for c in chains if same_chain(c, name)), None)
    start = _clause_start(clean, at)
    clause = clean[start : at + 40].split("。")[0]
    named = [c for c in chains if re.search(rf"{re.escape(c)}(?:等)?(?:[\u4e00-\u9fff]{{0,4}})产业", clause)]
    return named[0] if len(named) == 1 else None


def _table_firms(text: Text, chains: list[str]) -> list[Item]:
    """Firms of a table's column for firms; where the row names a chain, it is theirs."""
    out = []
    for table in text.source.tables:
        head = head_words(text, table)
        columns = {
            c: w
            for c, w in head.items()
            if re.search(r"(?:链主|龙头|骨干|重点|牵头)?企业(?:名称)?$|公司名称|企业名单", w)
        }
        of_chain = next((c for c, w in head.items() if re.search(r"产业链|链条名称", w)), None)
        rows = {c.row: words_of(text, c) for c in table.cells if c.column == of_chain and c.row}
        for cell in table.cells:
            if not cell.row or cell.column not in columns:
                continue
            chain = next((c for c in chains if same_chain(c, rows.get(cell.row, ""))), None)
            inside = text.locate(cell.start, cell.end) or (0, 0)
            for span in enumeration.split(text.clean, *inside, "、,，;；\n "):
                name = enumeration.without_gloss(text.clean[slice(*span)])
                if naming.is_firm(name, strong=True):
                    fields = {"name": name, "role": _role(columns[cell.column], ""), "chain": chain}
                    out.append(enumeration.item(text, "enterprises", span, fields, "firm-table"))
    return out


def _registered(clean: str) -> list[_Firm]:
    """Firms of a register: lines below a heading such as 骨干企业名录, each a list with or without a label."""
    out: list[_Firm] = []
    if not _REGISTER_END.search(clean):  # the register's lazy front is slow
        return out
    for register in _REGISTER.finditer(clean):
        for line in _LINE.finditer(clean, *register.span("body")):
            for span in enumeration.split(clean, *line.span("list"), "、,，;；"):
                name = enumeration.without_gloss(clean[slice(*span)])
                if naming.is_firm(name, strong=True):
                    role = _role(register["kind"], "")
                    out.append(_Firm(name, role, line.span("list"), "firm-register", 0.9))
    return out


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The firms in the order of the text, each once: fields ``name, role, chain``."""
    clean = text.clean
    chains = [str(c) for c in facts.get("chains", [])]
    body = [
        (n.start, n.end)
        for n in outline.root.walk()
        if n.kind in ("head", "foot", "title") and not n.children
    ]
    known_projects = facts.get("named_projects")
    named = projects.find(text, outline) if known_projects is None else known_projects
    tabled = _table_firms(text, chains)
    told = [*_lists(clean), *_frames(clean), *_standing(clean), *_registered(clean)]
    sure = {firm.name for firm in told if firm.confidence >= 0.8} | {i.fields["name"] for i in tabled}
    rows = {one.span for one in named if one.rule == "project-table-row"}
    best: dict[str, _Firm] = {}
    for firm in [*told, *_in_projects(named, sure, clean)]:
        listed = firm.rule == "firm-register" or firm.span in rows
        if (not listed and any(a <= firm.span[0] < b for a, b in body)) or firm.name in chains:
            continue
        known = best.get(firm.name)
        if known is None:
            best[firm.name] = firm
        else:
            known.role = known.role or firm.role
            if firm.confidence > known.confidence:
                known.confidence, known.reason = firm.confidence, firm.reason
    names = set(best)
    sections = [(n.start, n.end, name) for n in outline.root.walk() if (name := heading_chain(n))]
    items = []
    for firm in sorted(best.values(), key=lambda f: clean.find(f.name, f.span[0])):
        if _inside_longer(firm, names):
            continue
        at = clean.find(firm.name, firm.span[0])
        chain = _chain_at(clean, at if at >= 0 else firm.span[0], sections, chains)
        fields = {"name": firm.name, "role": firm.role, "chain": chain}
        items.append(
            enumeration.item(text, "enterprises", firm.span, fields, firm.rule, firm.confidence, firm.reason)
        )
    return [i for i in items if i.fields["name"] not in {j.fields["name"] for j in tabled}] + tabled


def _inside_longer(firm: _Firm, names: set[str]) -> bool:
    """Whether the name is only the beginning of another name read at the same place (``A`` in ``A集团``)."""
    if f"{firm.name}公司" in names:
        return True
    if firm.rule not in ("firm-known", "firm-in-project", "firm-legal-name") and firm.confidence >= 0.7:
        return False
    return any(other != firm.name and other.startswith(firm.name) for other in names)
