"""Single named projects: built, continued, begun or planned, with amount and stage.

A clause is read as *verb – list – tail*: the verb builds or brings in, the tail (``等重大项目建设``,
``建成投产``) closes the list. A member counts when it is a single named thing: it has an amount, a phase, a
firm's or place's name, or ends in the head of something built (中心, 基地 …) without being a kind of thing
(``policies/SCHEMA.md``, Projects).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lianshu.policy.extract import enumeration, naming
from lianshu.policy.extract.enumeration import Span
from lianshu.policy.extract.tables import head_words, words_of
from lianshu.policy.lexicon import choice, once, words
from lianshu.policy.model import Item, Outline, Text
from lianshu.reference.numerals import number_or_none, parse_number

_VERB = re.compile(
    once(*(word for key in ("start", "plan", "build", "bring") for word in words("projects", key))) + "+"
)
_START = re.compile(choice("projects", "start"))
_PLAN = re.compile(choice("projects", "plan"))
_BRING = re.compile(choice("projects", "bring"))
_DONE = re.compile(choice("projects", "done"))
_STARTING = re.compile(choice("projects", "starting"))
_HEAD = re.compile(rf"{choice('projects', 'head')}$")
_SIGNS = {"项目", "亿", "万元", "万美元", "落地"}.union(
    *(words("projects", k) for k in ("head", "done", "starting", "going"))
)
_SIGN = re.compile(rf"(?=[{''.join(sorted({w[0] for w in _SIGNS}))}])(?:{'|'.join(sorted(_SIGNS))})")
_WEAK_HEADS = frozenset(words("projects", "weak_head"))
_KIND = re.compile(f"(?:{once(*words('projects', 'kind'))}|[A-Za-z0-9])+")
_PLURAL = re.compile(choice("projects", "plural"))
_STAGES = once(*(word for key in ("done", "starting", "going") for word in words("projects", key)), "落地")
_TAIL = re.compile(
    rf"(?P<etc>等(?:\d+个|[一二两三四五六七八九十]+个|一批)?|\d+个|[两三四五六七八九十]个)?(?P<mods>(?:百亿级|千亿级)?{once(*words('projects', 'list_tail'))}{{0,12}}(?:续建|在建|扩建)?)"
    rf"(?P<noun>建设项目|项目)?(?:年内|年底前?|(?:今年|明年)?(?:上半年|下半年)|(?:今年|明年|20\d\d年)?(?:\d{{1,2}}月)?(?:[初底内末]|上半年|下半年)?(?:以?前)?)(?P<act>(?:尽快|早日|加快|如期|顺利|全面)?{_STAGES}{{0,6}})$"
)
_AMOUNT = r"(?:总?投资(?:额)?)?(?:约|近|超|超过|达)?(?P<amount>\d{1,12}(?:\.\d{1,6})?)(?P<unit>亿(?:元|美元|人民币)|亿(?=的|[)）]|$)|万元|万美元)(?:以上)?"
_AMOUNT_AHEAD = re.compile(rf"^{_AMOUNT}(?:的|建设)?")
_AMOUNT_BEHIND = re.compile(rf"[(（,，]?(?:计划)?{_AMOUNT}[^)）]*[)）]?$")
_AMOUNT_IN = re.compile(_AMOUNT)
#: ``某项目总投资20亿元``: the amount is said of the project.
_STATED = re.compile(
    r"(?P<name>[^,，。;；\n、]{3,30}?(?:项目|工程|产业园|基地|[一二三四五六七八九十]期))[,，]?(?:计划|预计)?总投资(?:额)?(?:约|达|超过|超)?"
    r"(?P<amount>\d+(?:\.\d+)?)(?P<unit>亿元|万元|亿美元)"
)
#: The number of a list's line before a project's name.
_NUMBERED = re.compile(r"^\s*[(（]?\d{1,2}[.．、)）]\s*")
#: A phase with nothing, or with plain buildings, behind it.
_PHASE_BUILT = re.compile(r"[一二三四五六七八九十\d]期(?:标准厂房|厂房|工程|配套|基础设施)?$")
_PHYSICAL = re.compile(choice("projects", "physical"))
#: ``早开工、早投产`` behind a list: hope for its stages, the first of which counts.
_SOON = re.compile(
    r"(?:早日?|尽早|尽快)(?:落地|开工|竣工|投产)(?:、(?:早日?|尽早|尽快)?(?:开工|建成|竣工|投产|达产|达效|见效)){1,3}$"
)
_WORK = re.compile(r"(?:扩建|改扩建|技改|搬迁|配套)+")
_NOT_NAME = re.compile(rf"^{choice('projects', 'not_name')}")
_PHASE = re.compile(r"[一二三四五六七八九十\d]期")
_PHASE_END = re.compile(r"(?:项目)?[一二三四五六七八九十\d]期$")
_PARK_WORK = re.compile(
    r"^(.+(?:园|园区|基地|城|中心|市场|开发区|小镇))((?:基础|配套|设施|标准厂房|提质|扩容|提升|改造|扩建|升级|工程)+)$"
)
_NOT_VERB = re.compile(
    r"(?:体系|机制|制度|能力|环境|队伍|行动|文明|政策|作风|发展|水平|布局|格局|改革|管理|服务|模式|方案|清单|规划)$"
)
#: What is done with a list of projects whose verb comes later.
_SERVED = re.compile(r"(?:对|针对|围绕|聚焦|加强对)(?!接)")
#: A number of things at the end of a member.
_MEASURED = re.compile(r"\d(?:万|亿)?(?:套|间|平方米|个|座|公里|亩|条|家|辆|户)$")
_MAX_LIST = 260
#: Verbs that help somebody who builds, and the builder with the verb of building behind them.
_HELPING = re.compile(r"(?:支持|推动|助推|助力|促进|确保|保障|加快推动)$")
_INNER = re.compile(
    r"(?P<who>[^,，。;；、\d]{2,16}?)(?P<verb>投资建设|合作共建|联合共建|联合建设|新建|共建|建设(?!用地|项目)|建成|组建|实施(?=总?投资)|开工建设)(?=[^,，。;；]{4})"
)


@dataclass(slots=True)
class Project:
    """A named project at ``span`` of the clean text."""

    name: str
    amount: int | float | None
    unit: str | None
    stage: str | None
    span: Span
    rule: str
    confidence: float = 0.9
    reason: str = ""


def _clauses(clean: str, start: int, end: int) -> list[Span]:
    """Clauses, commas inside brackets not counted."""
    return enumeration.split(clean, start, end, "。;；\n,，:：!！")


def _stage(verb: str, tail: str, mods: str) -> str | None:
    if "前期" in tail:
        return "谋划"
    if re.match(r"早|尽", tail):  # 早开工、早投产: the next stage counts
        return "开工"
    if _DONE.search(tail):
        return "投产"
    if "续建" in mods or "续建" in tail or "续建" in verb:
        return "续建"
    if _PLAN.search(verb):
        return "谋划"
    if _START.search(verb) or _STARTING.search(tail):
        return "开工"
    if _BRING.search(verb) and not re.search(r"建设|推进", verb + tail):
        return None
    return "建设"


def _amount(member: str) -> tuple[str, int | float | None, str | None]:
    """A member without its amount, the amount and its unit."""
    for pattern in (_AMOUNT_AHEAD, _AMOUNT_BEHIND):
        match = pattern.search(member)
        if match and match.end() - match.start() < len(member):
            rest = (member[: match.start()] + member[match.end() :]).strip("的()（） 、")
            return rest, parse_number(match["amount"]), _unit(match["unit"])
    return member, None, None


def _unit(printed: str) -> str:
    """``亿``, ``亿人民币`` → ``亿元``."""
    return printed if printed.endswith("元") else printed.replace("人民币", "") + "元"


def _single(name: str, owned: bool = False) -> bool:
    """Whether a name with a head of something built stands for one single thing; ``owned`` where the words
    before it say whose it is."""
    head = _HEAD.search(_PHASE_END.sub("", name))
    if (
        not 4 <= len(name) <= 30
        or head is None
        or "的" in name
        or re.match("“?[一二两三四五六七八九十]大", name)
    ):
        return False
    if _PLURAL.search(name) or _KIND.fullmatch(name) or _NOT_NAME.match(name) or _halved(name):
        return False
    if name.endswith("工程"):
        return bool(_PHYSICAL.search(name[:-2])) and _owned(name)
    return owned or _owned(name) or head[0] not in _WEAK_HEADS


def _owned(name: str) -> bool:
    """Whether a name holds the name of a firm or a place, or a phase."""
    if _PHASE.search(name):
        return not _KIND.fullmatch(_PHASE.sub("", name))
    return naming.looks_like_brand(name) or bool(naming.places_in(name))


def _proper(name: str, vouched: bool) -> bool:
    """Whether a member of a list of projects has a name of its own; ``vouched`` when its neighbours do."""
    if not 2 <= len(name) <= 32 or re.search(r"[。；：%]|的|\d{4}年", name):
        return False
    if (
        _halved(name)
        or _PLURAL.search(name)
        or _KIND.fullmatch(name)
        or _NOT_VERB.search(name)
        or _NOT_NAME.match(name)
    ):
        return False
    if re.match(r"“?[一二两三四五六七八九十]大", name):  # “六大科创城”: a set
        return False
    return vouched or _owned(name) or bool(re.search(r"[\u4e00-\u9fff]{2}(?:产业园|基地)$", name))


def _bare_name(member: str) -> str:
    """A member without a gloss; a bracket with a place inside the name (``中国（某地）…``) belongs to it."""
    if "(" not in member and "（" not in member:
        return enumeration.without_gloss(member)
    member = re.sub(r"[(（]([一二三四五六七八九十]期)[)）]", r"\1", member)
    inside = re.search(r"[(（]([\u4e00-\u9fff]{2,4})[)）](?=\S)", member)
    return member if inside else enumeration.without_gloss(member)


def _members(clean: str, start: int, end: int) -> list[Span]:
    return enumeration.split(clean, start, end, "、")


def _halved(name: str) -> bool:
    """Whether a name holds half of a quotation."""
    return name.count("“") != name.count("”")


def _joined(clean: str, span: Span) -> list[Span]:
    """The two projects of ``A检测中心和B研发中心``: 和 parts them where both sides can stand alone."""
    for mark in re.finditer("和|及", clean[slice(*span)]):
        left, right = (span[0], span[0] + mark.start()), (span[0] + mark.end(), span[1])
        if _MEASURED.search(clean[slice(*right)]) and _single(_member(clean[slice(*left)])[0]):
            return [left]  # A变电站和公寓1200套: the count is no project
        names = [_member(clean[slice(*part)])[0] for part in (left, right)]
        if all(len(n) >= 5 and (_single(n) or (_owned(n) and re.search(r"\d|期", n))) for n in names):
            return [left, right]
    return [span]


def _read_clause(clean: str, start: int, end: int) -> list[Project]:
    """The projects of one clause."""
    verb = _VERB.search(clean, start, min(end, start + 40))
    while verb and _VERB.match(clean, verb.end(), end):  # 着力加快推进
        verb = _VERB.match(clean, verb.end(), end)
    closing = verb is not None and end - verb.end() < 4  # …产业园3月底前开工, 对…等新签约项目
    if verb and closing and (_STARTING.search(verb[0]) or _SERVED.match(clean, start)):
        verb = None
    at = verb.end() if verb else start
    rest = clean[at:end]
    if len(rest) < 4 or len(rest) > _MAX_LIST:
        return []
    verb_words = clean[start:at]
    inner = _INNER.match(rest) if verb and _HELPING.search(verb[0]) else None
    if inner:  # 支持A公司建设B基地: the building is A's
        at += inner.end()
        rest, verb_words = clean[at:end], inner["verb"]
    if not _SIGN.search(rest):  # nothing here can name a project; the patterns below are slow
        return []
    soon = _SOON.search(rest)
    tail = _TAIL.search(rest[: soon.start()] if soon else rest)
    listed = tail is not None and bool(tail["noun"] or tail["act"] or (tail["etc"] and "、" in rest))
    body_end = at + tail.start() if tail is not None else at + soon.start() if soon else end
    mods = tail["mods"] if tail else ""
    act = (tail["act"] if tail else "") or (soon[0] if soon else "")
    noun = tail["noun"] if tail else None
    if tail and not tail["etc"] and not noun and act == "建设" and mods:
        body_end, mods = at + tail.start("act"), ""
    served = not verb and tail is not None and bool(noun) and _SERVED.match(rest)
    if served:  # 对A、B等在建项目,实行周调度
        at += served.end()
    elif not verb and not act:
        return []
    spans = [part for span in _members(clean, at, body_end) for part in _joined(clean, span)]
    if not spans:
        return []
    stage = _stage(verb_words[-8:] if verb else "", act + ("项目" if noun else ""), mods)
    bring = bool(verb and _BRING.search(verb[0]))
    etc = bool(tail and tail["etc"])
    shared = _PARK_WORK.match(clean[slice(*spans[-1])]) if len(spans) > 1 else None
    read = [_member(clean[slice(*span)]) for span in spans]
    owned = [amount is not None or _owned(name) for name, amount, _ in read]
    vouched = bool(noun or "项目" in mods) and len(read) > 1 and sum(owned) * 3 >= len(read)
    led = _AMOUNT_IN.search(verb_words) if verb and len(read) == 1 and "投资" in verb_words else None
    found: list[Project] = []
    for place_of, (name, amount, unit) in zip(spans, read, strict=True):
        first = place_of[0]
        if led and amount is None:  # 投资15亿元建设…
            amount, unit = parse_number(led["amount"]), _unit(led["unit"])
        built = bool(verb) and not bring and _single(name, bool(inner)) and not _kind_verb(verb_words, name)
        if noun or "项目" in mods:
            proper = _proper(name, vouched)
            if bring and not etc and len(spans) == 1:
                proper = 2 <= len(name) <= 14 and not _PLURAL.search(name) and not _generic(name)
        elif shared and act:
            proper = _single(name) or _proper(re.sub(rf"{shared[2]}$", "", name), False)
        else:
            phased = bool(_PHASE.search(name)) and _owned(name) and not _kind_verb(verb_words, name)
            proper = (bool(act) and _single(name)) or (
                phased and not bring and bool(act or _PHASE_BUILT.search(name))
            )
        if amount is not None and (listed or _HEAD.search(name)) and not _generic(name):
            proper = True
        if not (built or proper):
            continue
        if shared and act == "建设" and not noun:
            name = (name if name.endswith(shared[2]) else name + shared[2]) + act
        elif noun and not etc and not name.endswith("项目"):
            name += (mods if place_of[1] == spans[-1][1] and _WORK.fullmatch(mods) else "") + "项目"
        elif "续建" in mods:
            name += "续建项目"
        rule = "project-amount" if amount is not None else "project-list" if proper else "project-built"
        sure = amount is not None or vouched or naming.looks_like_brand(name) or (built and len(name) >= 6)
        place = (first, end) if len(spans) > 1 and amount is not None else (start, end)
        found.append(
            Project(name, amount, unit, stage, place, rule,
                    0.9 if sure else 0.65, "" if sure else "名称较泛，请核对是否为单个项目")
        )  # fmt: skip
    return found


def _stated(clean: str, start: int, end: int) -> list[Project]:
    """Projects whose amount is said of them: ``某项目总投资20亿元``."""
    found: list[Project] = []
    if clean.find("总投资", start, end) < 0:  # the pattern's lazy front is slow
        return found
    for match in _STATED.finditer(clean, start, end):
        span = enumeration.after_last(clean, match.span("name"), _VERB)
        name = _NUMBERED.sub("", _bare_name(clean[slice(*span)])).strip("“”")
        if _owned(name) and not _NOT_NAME.match(name) and not _PLURAL.search(name):
            amount, unit = parse_number(match["amount"]), _unit(match["unit"])
            stage = _stage(clean[start : span[0]][-8:], "项目", "")
            found.append(Project(name, amount, unit, stage, (span[0], match.end()), "project-stated"))
    return found


def _member(raw: str) -> tuple[str, int | float | None, str | None]:
    """Name, amount and unit of one member of a list."""
    member = raw if "投资" in raw or re.search(r"[(（]\d", raw) else _bare_name(raw)
    name, amount, unit = _amount(member)
    return _bare_name(name).strip("“”和与及 "), amount, unit


def _generic(name: str) -> bool:
    return bool(_KIND.fullmatch(name)) or len(name) < 2 or "企业" in name


def _kind_verb(verb: str, name: str) -> bool:
    """Verbs of aim, with which even a named centre is only a rank to reach."""
    return (
        bool(re.search(r"(?:打造|争创|创建|建设成为|力争|聚焦|围绕|依托|用好|支持|确保|争取)$", verb))
        or "为" in verb[-1:]
    )


def _table_projects(text: Text) -> list[Item]:
    """Rows of a table whose head names a column for the project's name."""
    out: list[Item] = []
    for table in text.source.tables:
        head = head_words(text, table)
        names = [c for c, w in head.items() if re.search(r"项目名称|^项目$|工程名称", w)]
        if not names:
            continue
        money = next(((c, w) for c, w in head.items() if re.search(r"投资|金额|规模", w)), None)
        rows: dict[int, dict[int, str]] = {}
        places: dict[int, Span] = {}
        for cell in table.cells:
            rows.setdefault(cell.row, {})[cell.column] = words_of(text, cell).replace("\n", "")
            if cell.column == names[0]:
                places[cell.row] = (cell.start, cell.end)
        for row, cells in rows.items():
            name = enumeration.without_gloss(cells.get(names[0], ""))
            if row == 0 or len(name) < 3:
                continue
            amount, unit = _cell_amount(cells.get(money[0], ""), money[1]) if money else (None, None)
            fields = {
                "name": name,
                "amount": amount,
                "unit": unit,
                "stage": _cell_stage(" ".join(cells.values())),
            }
            out.append(Item("projects", fields, *places[row], 0.95, "", "project-table-row"))
    return out


def _cell_amount(content: str, head: str) -> tuple[int | float | None, str | None]:
    match = re.search(r"\d+(?:\.\d+)?", content)
    unit = re.search(r"亿元|万元|亿美元|万美元", content) or re.search(r"亿元|万元|亿美元|万美元", head)
    return (number_or_none(match[0]), unit[0] if unit else None) if match else (None, None)


def _cell_stage(content: str) -> str | None:
    for stage, pattern in (
        ("续建", "续建|在建"),
        ("投产", "竣工|投产"),
        ("开工", "开工|新建"),
        ("谋划", "谋划|前期|储备"),
    ):
        if re.search(pattern, content):
            return stage
    return None


def core(name: str) -> str:
    """What two mentions of one project share: the name without words for the work on it."""
    name = re.sub(r"\W", "", name)
    name = re.sub(r"(?:建设|项目|工程|续建|在建)+$", "", name)
    return re.sub(r"(?:迁扩建|改扩建|迁建|扩建|搬迁|技改|项目)$", "", name) or name


#: A clause that only says when the projects before it begin or are finished (确保2024年6月竣工投产).
_THEN = re.compile(
    r"(?:确保|力争|争取|实现|计划|预计){0,6}(?:今年|明年|20\d\d年)?(?:\d{1,2}月)?(?:年?[初底末内]|上半年|下半年)?(?:以?前)?(?:全部|全面|如期|顺利)?"
    rf"(?:(?P<done>{choice('projects', 'done')})|(?P<starting>{choice('projects', 'starting')}))$"
)


def _read_sentence(clean: str, start: int, end: int) -> list[Project]:
    """The projects of one sentence; a clause behind them may tell their stage."""
    found: list[Project] = []
    last: list[Project] = []
    for span in _clauses(clean, start, end):
        then = _THEN.match(clean[slice(*span)].strip()) if last else None
        for one in last if then else []:
            if one.stage == "建设":
                one.stage = "投产" if then and then["done"] else "开工"
        last = _read_clause(clean, *span)
        found += last
    return found


def find(text: Text, outline: Outline) -> list[Project]:
    """The projects in running text, each once: the mention with an amount wins over one without."""
    clean = text.clean
    best: dict[str, Project] = {}
    outer = {
        (n.start, n.end)
        for n in outline.root.walk()
        if n.kind in ("title", "foot", "head") and not n.children
    }
    for start, end in outline.sentences:
        if (start, end) in outer or any(a <= start < b for a, b in outer):
            continue
        found = _read_sentence(clean, start, end)
        for one in found + _stated(clean, start, end):
            key = core(one.name)
            known = best.get(key)
            if known is None or (known.amount is None and one.amount is not None):
                best[key] = one
            elif known.stage == "建设" and one.stage in ("开工", "投产"):
                known.stage = one.stage  # told more exactly where it is named again
    return sorted(best.values(), key=lambda p: p.span)


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The projects in the order of the text: fields ``name, amount, unit, stage``. What was found in
    running text is left in ``facts["named_projects"]`` for the firms inside the names."""
    named = facts["named_projects"] = find(text, outline)
    items = [
        enumeration.item(
            text, "projects", p.span,
            {"name": p.name, "amount": p.amount, "unit": p.unit, "stage": p.stage},
            p.rule, p.confidence, p.reason,
        )
        for p in named
    ]  # fmt: skip
    known = {core(str(item.fields["name"])) for item in items}
    rows = [i for i in _table_projects(text) if core(str(i.fields["name"])) not in known]
    for row in rows:
        f = row.fields
        place = text.locate(row.start, row.end) or (0, 0)
        named.append(Project(f["name"], f["amount"], f["unit"], f["stage"], place, row.rule))
    return items + rows
