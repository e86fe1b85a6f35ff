"""Bodies and posts that the plan creates, assigns or leads with.

Read from: words of founding (``成立…领导小组``), mentions of offices and task forces, appointments
(``由分管副市长任办公室主任``), seats (``办公室设在…``), subjects of a duty (``各县市区要…``) and institutions
whose part the text tells (``发挥行业协会作用``). Units that only stand in lists of responsible units are
left out (``policies/SCHEMA.md``, Orgs).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lianshu.policy.budget import spend
from lianshu.policy.extract import enumeration, org_duties, units
from lianshu.policy.extract.enumeration import Span
from lianshu.policy.lexicon import either, table
from lianshu.policy.model import Item, Outline, Text
from lianshu.policy.repair import LONGEST_CLAUSE, LONGEST_LINE

_LEX = table("orgs")


def _list(section: str, key: str) -> list[str]:
    return str(_LEX[section][key]).split()


_KINDS = {word: kind for kind in _LEX["body"] for word in _list("body", kind)}
_BODY = re.compile(either(_KINDS))
_LEAD = re.compile(either(_list("verbs", "lead")))
_OPENING = re.compile(either(_list("verbs", "opening")))
_CREATE = re.compile(either(_list("verbs", "create")))
_DUTY = either(_list("verbs", "duty"))
_POSTS = either(_list("posts", "post"))
_BARE_POSTS = frozenset(_list("posts", "bare_post"))
_SHORT = re.compile(
    r"[(（](?:以下|下)?(?:统)?(?:简称|称)(?:为)?[:：]?[“\"]?(?P<short>[^”\")）]{2,14})[”\"]?[)）]"
)
_APPOINT = re.compile(
    rf"(?P<who>[^,，。;；:：\n]{{2,40}}?)(?:共同)?(?:兼任|担任|出任|(?<![责主信])任(?!务|职|单|期|命|何|意|重)|为|作为)(?P<post>[^,，。;；:：\n]{{0,60}}?{_POSTS})(?=[,，。;；、()（）\n]|$|和|及|负责|的(?=[^,，。;；\n]{{0,24}}(?:小组|指挥部|委员会|联席会议)))"
)
_CLAUSE = re.compile(r"[^,，。;；:：\n]+")
_ANY_POST = re.compile(_POSTS)
_APPOINTED_BY = re.compile(
    rf"(?P<post>{_POSTS})(?:[一二两三四五六七八九十\d]+[名人位])?[,，]?(?:分别|均|原则上)?由(?P<who>[^。;；,，:：\n]{{2,40}}?)(?:同志)?(?:共同|分别)?(?:担任|兼任)"
)
_SEAT = re.compile(
    r"(?:办公室|专班|[总链条]办|小组|指挥部)[”)）]*(?:[(（][^()（）\n]{2,24}[)）])?[(（。]?(?:日常工作)?(?:设在|(?<=下设办公室)在|设于|设立在|挂靠在?|依托|放在)(?P<seat>[\u4e00-\u9fff]{2,20}?)(?=[,，。;；)）、]|办公|并|,由|负责|$)"
)
_SEAT_BRACKET = re.compile(
    r"(?:领导小组|链长制|链长|推进|[总链条])(?:办公室|办)[(（](?:设?在)?(?P<seat>[省市县区州][\u4e00-\u9fff]{1,14}?(?:局|委|厅|办|中心|管委会))[)）]"
)
#: Units made the leading ones: 由市工信局、市科技局担任产业链牵头单位.
_MADE_LEAD = re.compile(
    r"由(?P<unit>[\u4e00-\u9fff、]{3,60}?)(?:(?:分别)?(?:担任|作为|为)[^,，。;；\n]{0,12}?(?:牵头|责任)(?:单位|部门)|等\d+个(?:部门|单位)牵头)"
)
_SET_IN = re.compile(
    r"在(?P<seat>[\u4e00-\u9fff]{2,16}?(?:局|委|厅|办|中心|管委会))(?:设立|设置|成立|组建|下设)"
)
_LED_BY = re.compile(
    r"(?:由|以|[,，。;；]|^)(?P<unit>[\u4e00-\u9fff、(（）)]{2,40}?(?:局|委|厅|办|部|会|政府|中心|院|园区|开发区|高新区))(?:负责)?(?:牵头|具体负责|统筹负责|统筹推进|总牵头)(?!单位|部门|领导|人|市|产业|,)"
)
_SUBJECT = re.compile(
    rf"(?:^|(?<=[。;；,，:：\n(（ 条]))(?:由|要求|其中,?|同时,?)?(?P<who>{either(_list('levels', 'subject'))}|各(?:[\u4e00-\u9fff]|[、(（）)]){{1,22}}?)(?:也|均|都|还|可以|必须)?(?<!主)(?!负责(?:同志|人)|要求)(?={_DUTY}|“一对一”)"
)
_UNIT_LAST = re.compile(r"(?:局|委|厅|办|部|会|政府|中心|院|园区|开发区|高新区|县|市|区|公司|集团)$")
_COLLECTIVE = re.compile(rf"^{either(_list('levels', 'collective'))}$")
_LEVEL = re.compile(
    r"(?:县|市|区|州|镇|乡|街道|园区|政府|管委会|开发区|高新区|经开区|办事处|新区|功能区|片区|旗|盟)"
)
_INSTITUTION = r"(?:协会|商会|产业联盟|联盟|学会|促进会|联合会|研究院|高研院|研究会|主办行|智库|工商联|行业组织)(?:[(（][\u4e00-\u9fff]{2,8}[)）])?"
_PLAYS = re.compile(
    rf"(?:充分)?发挥好?(?P<name>[\u4e00-\u9fff()（）、“”]{{0,24}}?{_INSTITUTION})[\u4e00-\u9fff]{{0,14}}(?:作用|功能|优势)"
)
_ASSOCIATION = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{0,8}(?:协会|商会|产业联盟)(?:[(（][\u4e00-\u9fff]{2,8}[)）])?)(?:和?[^,，。;；\n]{0,4})(?=要|负责|应|平台|牵头|承担|,加强|,发挥|、产业联盟负责)"
)
_ASSOCIATION_WORD = re.compile("协会|商会|产业联盟")
_FOUNDED_ASSOCIATION = re.compile(
    r"(?:组建|成立|完善|支持|组织成立|设立|建立)(?:和完善)?(?P<name>[\u4e00-\u9fff]{0,14}(?:协会|商会|联合会|促进会)(?:[(（][\u4e00-\u9fff]{2,8}[)）])?)"
)
_SYSTEM = re.compile(
    rf"(?:实行|推行|建立|落实|完善|健全|实施|深化|探索)[^,，。;；\n]{{0,12}}?“?(?P<name>(?:{_POSTS}|主办行|帮办领导|包保领导|[\u4e00-\u9fff]{{2}}(?:领导|专员|秘书|管家|特派员|指导员|联络员)))”?(?:负责制|责任制|招商制度|制度|招商制|工作制)"
)
_HIRE = re.compile(
    rf"(?:聘请|选派|派驻|选聘|配备|派出|设立|明确|、(?=\d))了?(?:一批|一名|若干|\d+[名个位])?(?P<name>(?:(?!担任|兼任|主要)[\u4e00-\u9fff]){{0,4}}{_POSTS})"
)
_DEFINED = re.compile(
    rf"(?:^|(?<=[。;；\n:：]))[“]?(?P<name>{_POSTS}|链主企业|链创企业)[”]?(?:企业)?[,，]?(?:一般)?(?:是指|就是|指的是|是(?=各|产业链))"
)
_CHAIN_POST = re.compile(
    r"(?=[“常副总群链盟])[“]?(?P<name>(?:常务)?副?总?群?链长|盟会长|链主(?!办)|链创(?!办))[”]?(?P<tail>企业|团队|机构)?"
)
_LEADERS = re.compile(
    r"(?=[省市县牵主各])(?:(?P<name>(?:[省市县]级)?(?:牵头|主责)(?:市直|县直|市级|责任)?(?:部门|单位))(?=要|负责|应|研究|每|按|分别|制定|定期|会同|和工作专班|强化|开展|召集|组织)|各(?P<name2>(?:重点产业链)?牵头(?:市直|县直|市级|责任)?(?:部门|单位)))"
)
#: Bodies' last words that later sentences use for the full name.
_BARE_BODIES = ("领导小组", "工作领导小组", "领导小组办公室", "指挥部", "联席会议", "秘书处")
_ALIEN = re.compile(
    r"相关|有关|上级|对口|国家|各地|^(?:企业(?!服务中心)|高校|学校|院校|社区|银行)|政府办公室|委办公室|府办公室|人大|政协|居委会|^办公室$"
)


@dataclass(slots=True)
class _Org:
    name: str
    span: Span
    kind: str
    rule: str
    role: str = ""
    leader: str | None = None
    seat: str | None = None
    confidence: float = 0.85
    reason: str = ""


def _clause(clean: str, at: int) -> Span:
    """The clause around ``at``: between commas and stops."""
    floor, roof = max(0, at - LONGEST_CLAUSE), min(len(clean), at + LONGEST_CLAUSE)
    start = max(clean.rfind(stop, floor, at) + 1 or floor for stop in "。;\n,")
    ends = [i for stop in "。;\n," if (i := clean.find(stop, at, roof)) >= 0]
    return start, min(ends, default=roof)


def _name_before(clean: str, end: int, floor: int, suffix: int) -> Span:
    """The noun phrase that ends at ``end`` and whose last word begins at ``suffix``: back to a stop, then
    behind the last verb of founding or preposition, then behind verbs that open the rest."""
    start = end
    while start > floor and end - start < 32 and clean[start - 1] not in "。;；\n,，:：、()（）《》〔〕 ":
        start -= 1
    for lead in _LEAD.finditer(clean, start, max(start, suffix)):
        start = lead.end()
    while start < suffix and (opening := _OPENING.match(clean, start, suffix)):
        start = opening.end()
    while start < suffix and clean[start] in "“”‘’各该":
        start += 1
    return start, end


def _unit_names(clean: str, span: Span) -> list[Span]:
    """The units of a list; 和 parts them, but not inside a name (工业和信息化局, 发展和改革委)."""
    found: list[Span] = []
    for start, end in enumeration.split(clean, *span, "、和及"):
        if found and clean[found[-1][1]] in "和及" and not _UNIT_LAST.search(clean[slice(*found[-1])]):
            start = found.pop()[0]
        found.append((start, end))
    return found


def _tidy(name: str) -> str:
    name = re.sub(r"[“”\"]", "", name)
    name = re.sub(r"^[\u4e00-\u9fff]*(?:\d+|[两三四五六七八九十])[支个名](?=[\u4e00-\u9fff]{3})", "", name)
    name = re.sub(r"^(?:第[一二三四五六七八九十]+条\s*|\d+[.、]|[一二三四五六七八九十]+是)", "", name)
    name = re.sub(r"^(?:一[\u4e00-\u9fff]{1,3}一)(?=[\u4e00-\u9fff]{2})", "", name)
    return re.sub(r"^(?:各(?=.)|该|本|其|全市|全县|每个|一[个支名位]|两个|若干|\d+[个支名])", "", name)


def _holder(who: str) -> str:
    """Who holds a post, without the words around (``由``, ``分别``, ``每条产业链``)."""
    who = who.rsplit("由", 1)[-1].strip("、 ")
    who = re.sub(r"^(?:由|是|并|每条产业链|每个产业链|分别由|原则上由|明确|设)+", "", who.strip())
    return re.sub(r"(?:(?<!负责)同志|共同|分别|原则上|兼)+$", "", who)


def _merged(spans: list[Span]) -> tuple[list[int], list[int]]:
    """The starts and the ends of what the spans cover together, for looking up a place."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


class _Reader:
    def __init__(self, text: Text, outline: Outline) -> None:
        self.text = text
        self.clean = text.clean
        self.found: dict[str, _Org] = {}
        self.aliases: dict[str, str] = {}
        self.lists = [(one.start, one.end) for one in units.lists(text.clean, 0, len(text.clean))]
        self.outer = [
            (n.start, n.end)
            for n in outline.root.walk()
            if n.kind in ("head", "foot", "title", "table") and not n.children
        ]
        self.bodies: list[tuple[int, str]] = []
        self.quoted = [m.span() for m in re.finditer(r"《[^》\n]{0,200}》", text.clean)]
        self._closed, self._closed_ends = _merged([*self.lists, *self.outer, *self.quoted])

    def _close(self, span: Span) -> None:
        """Take a span out of the running text."""
        at = bisect_right(self._closed, span[0])
        self._closed.insert(at, span[0])
        self._closed_ends.insert(at, max(span[1], self._closed_ends[at - 1] if at else 0))

    def outside(self, at: int) -> bool:
        """Whether the place is running text: no list of units, no title in 《》, no head, foot or table."""
        place = bisect_right(self._closed, at) - 1
        return place < 0 or at >= self._closed_ends[place]

    def add(self, org: _Org) -> None:
        """Keep an organisation once; later mentions add a role, leader or seat."""
        org.name = self.aliases.get(org.name, org.name)
        if len(org.name) < 2:
            return
        known = self.found.get(org.name)
        if known is None:
            start, end = _clause(self.clean, org.span[0])
            org.role = org.role or self.clean[start:end].strip()
            self.found[org.name] = org
            return
        if known.rule == "org-chain-post" and org.rule in ("org-appointed", "org-defined"):
            start, end = _clause(self.clean, org.span[0])
            known.span, known.rule, known.role = org.span, org.rule, self.clean[start:end].strip()
        known.leader = known.leader or org.leader
        known.seat = known.seat or org.seat
        known.confidence = max(known.confidence, org.confidence)

    def read(self) -> list[_Org]:
        """All rules in turn; names with a short form first, since later mentions use it."""
        self._seated_short_forms()
        self._short_forms()
        self._bodies()
        self._chain_posts()
        self._appointments()
        self._seats()
        self._subjects()
        self._institutions()
        self._leading_columns()
        self._staff()
        return sorted((o for o in self.found.values() if not self._repeats(o)), key=lambda o: o.span)

    def _repeats(self, org: _Org) -> bool:
        """Whether a name only repeats another: a bare 领导小组 beside the full one, an association with and
        without its place, 链办 beside the plan's own word for the chain office."""
        others = [o for o in self.found.values() if o is not org]
        if (
            org.kind == "task_force"
            and self._only_heading(org)
            and any(o is not org and o.kind == "task_force" and len(o.name) < len(org.name) for o in others)
        ):
            return True
        if org.name in ("专班", "链专班"):
            return any(o.name.endswith("专班") for o in others)
        if org.kind in ("general_office", "chain_office", "leading_group") and any(
            o.kind == org.kind
            and o.name.endswith(org.name)
            and re.fullmatch(rf"[\u4e00-\u9fff]{{0,3}}[省市县区州]{re.escape(org.name)}", o.name)
            for o in others
        ):
            return True
        if org.kind in ("leading_group", "general_office") and org.name in _BARE_BODIES:
            return any(o.name.endswith(org.name) and o.kind == org.kind for o in others)
        if org.kind == "institution":
            return any(o.kind == org.kind and org.name.endswith(o.name) and len(o.name) >= 4 for o in others)
        return org.name in ("链办", "产业链办公室") and any(o.kind == "chain_office" for o in others)

    def _only_heading(self, org: _Org) -> bool:
        """Whether a chain's own task force is named only as the heading of a list (``一、A产业链专班``)."""
        start, end = org.span
        line = self.clean.find("\n", end)
        alone = self.clean[end : line if line >= 0 else None].strip() == ""
        return alone and "产业链" in org.name and self.clean.count(org.name) == 1

    def _short_forms(self) -> None:
        for match in _SHORT.finditer(self.clean):
            short = match["short"]
            body = _BODY.search(short)
            window = max(0, match.start() - 32)
            long_body = [
                m for m in _BODY.finditer(self.clean, window, match.start()) if m.end() == match.start()
            ]
            if not self.outside(match.start()) or not (body or long_body):
                continue
            suffix = long_body[-1].start() if long_body else match.start() - 2
            start, end = _name_before(self.clean, match.start(), window, suffix)
            name = _tidy(self.clean[start:end])
            if len(name) < 3:
                continue
            self.aliases[name] = short
            self._close(match.span())
            kind = _KINDS[body[0]] if body else _KINDS[long_body[-1][0]]
            org = _Org(short, (start, match.end()), kind, "org-short-form", confidence=0.95)
            self.bodies.append((start, short))
            self.add(org)

    def _seated_short_forms(self) -> None:
        """``办公室设在市工信局(以下简称“链办”)``: the short form is the office's, not the seat's."""
        for match in re.finditer(rf"办公室设在[\u4e00-\u9fff]{{2,20}}{_SHORT.pattern}", self.clean):
            if self.outside(match.start()):
                self.quoted.append(match.span())
                self.bodies.append((match.start(), match["short"]))
                self.add(
                    _Org(match["short"], match.span(), "general_office", "org-short-form", confidence=0.95)
                )

    def _bodies(self) -> None:
        for match in _BODY.finditer(self.clean):
            spend()
            end = match.end()
            after = self.clean[end : end + 4]
            if not self.outside(match.start()) or re.match(
                r"主任|副主任|印发|(?:成员)?(?:名单|分工|一览)|获悉|了解到|[“”]?[)）]?文件", after
            ):
                continue
            if after.startswith("办公室"):
                continue
            start, _ = _name_before(self.clean, end, max(0, end - 32), match.start())
            name = _tidy(self.clean[start:end])
            if name == "办公室":
                name = self._own_office(start, end)
            if name in ("", "小组", "分队", "联席会议", "智库") or _ALIEN.search(name):
                continue
            clause = self.clean[slice(*_clause(self.clean, match.start()))]
            created = bool(_CREATE.search(clause[: max(1, clause.find(name))]))
            self.bodies.append((start, self.aliases.get(name, name)))
            short = next(
                (s for long_, s in self.aliases.items() if name.endswith(long_) or long_.endswith(name)), None
            )
            if short and short != name and match[0] not in ("工作专班", "专班"):
                name = short
            self.add(
                _Org(name, (start, end), _KINDS[match[0]], "org-created" if created else "org-mentioned",
                     confidence=0.9 if created else 0.75, reason="" if created else "文中提到的机构，未见设立语句")
            )  # fmt: skip

    def _own_office(self, start: int, end: int) -> str:
        """The full name of ``办公室`` that a leading group has under it (``领导小组下设办公室，办公室设在…``)."""
        around = self.clean[max(0, start - 6) : end + 2]
        if not re.search(r"下设|设立|设办公室|办公室设|办公室由", around):
            return ""
        group = self._body_before(start)
        if group is None or not group.endswith(("小组", "指挥部", "委员会", "联席会议")):
            return ""
        return ("领导小组" if group.endswith("领导小组") else group) + "办公室"

    def _chain_posts(self) -> None:
        for match in _CHAIN_POST.finditer(self.clean):
            if not self.outside(match.start()):
                continue
            name, tail = match["name"], match["tail"] or ""
            if name == "链创":
                self.add(_Org("链创团队", match.span(), "role", "org-chain-post", confidence=0.75))
            elif name == "链主":
                after = self.clean[match.end() : match.end() + 8]
                before = self.clean[max(0, match.start() - 8) : match.start()]
                if not tail or not (
                    re.match(rf"(?:要|应|负责|一般指|是指|日常|“)|{_DUTY}", after)
                    or re.search(r"担任[“]?$|确定[“]?$|作为[“]?$", before)
                    or (re.search(r"发挥[“]?$", before) and "作用" in after)
                ):
                    continue
                self.add(_Org(name + tail, match.span(), "role", "org-chain-post", confidence=0.8))
            else:
                self.add(_Org(name, match.span(), "role", "org-chain-post", confidence=0.9))

    def _body_before(self, at: int) -> str | None:
        """The body named last before ``at`` in the same paragraph."""
        line = self.clean.rfind("\n", max(0, at - LONGEST_LINE), at)
        near = [(p, n) for p, n in self.bodies if line < p < at]
        return max(near)[1] if near else None

    def _body_after(self, at: int) -> str | None:
        """The body named next in the same sentence (``成立由市长任组长的…领导小组``)."""
        stop = min(
            i
            for i in (self.clean.find("。", at, at + 90), self.clean.find("\n", at, at + 90), at + 90)
            if i > 0
        )
        near = [(p, n) for p, n in self.bodies if at < p < stop]
        return min(near)[1] if near else None

    def _appointing(self) -> Iterator[re.Match[str]]:
        """Matches of ``_APPOINT``, sought only in clauses that hold its verb and a post: its lazy front
        would otherwise be tried at every character."""
        for clause in _CLAUSE.finditer(self.clean):
            words = clause[0]
            if ("任" in words or "为" in words) and _ANY_POST.search(words):
                yield from _APPOINT.finditer(self.clean, *clause.span())

    def _appointments(self) -> None:
        self.bodies.sort()
        for match in self._appointing():
            if not self.outside(match.start("post")):
                continue
            post = re.split(r"的|各(?=产业链)", match["post"])[-1]
            post = re.sub(
                r"^(?:各自|其|该|市|县|相应|对应|双)?(?:\d+[条个大])?(?:重点)?(?:产业链|产业)?(?=总?链长|副链长|链主|群链)",
                "",
                _tidy(post),
            )
            named = re.search(rf"{_POSTS}$", post)
            if named is None or post in ("负责人", "联系人"):
                continue
            if re.search(r"产业链|集群|[、,]", post[: named.start()]):
                post = named[0]
            if len(post) > 16:
                continue
            who = _holder(match["who"])
            self._add_post(post, who, (match.start("who"), match.end("post")), match.start("post"))

        for match in _APPOINTED_BY.finditer(self.clean):
            if self.outside(match.start("post")):
                self._add_post(match["post"], _holder(match["who"]), match.span(), match.start("post"))

    def _add_post(self, post: str, who: str, span: Span, at: int) -> None:
        """A post with its holder; a bare post (组长) takes the body named before it."""
        bare = re.search(rf"{either(_BARE_POSTS)}$", post)
        if bare and len(bare[0]) >= len(re.sub(r"^办公室", "", post)):
            body = self._body_before(at) or self._body_after(at)
            if body is None:
                return
            owner = "领导小组" if body.endswith("领导小组") else body
            post = owner + re.sub(r"^办公室", "", post)
        self.add(_Org(post, span, "role", "org-appointed", leader=who or None, confidence=0.85))

    def _seats(self) -> None:
        for pattern in (_SEAT, _SET_IN, _SEAT_BRACKET):
            for match in pattern.finditer(self.clean):
                seat = match["seat"]
                if not self.outside(match.start()) or _ALIEN.search(seat):
                    continue
                self.add(_Org(seat, match.span("seat"), "department", "org-seat", confidence=0.9))
                after = match.end() + 30 if pattern is _SET_IN else match.start("seat")
                body = self._body_before(after)
                if body and body in self.found:
                    self.found[body].seat = self.found[body].seat or seat
        for match in org_duties.acting_units(self.clean):
            if self.outside(match.start("unit")) and not _ALIEN.search(match["unit"]):
                self.add(_Org(match["unit"], match.span("unit"), "department", "org-duty", confidence=0.75))
        for match in (*_LED_BY.finditer(self.clean), *_MADE_LEAD.finditer(self.clean)):
            if not self.outside(match.start("unit")):
                continue
            for start, end in _unit_names(self.clean, match.span("unit")):
                name = _tidy(self.clean[start:end])
                if len(name) >= 3 and not _ALIEN.search(name) and not _COLLECTIVE.match(name):
                    self.add(_Org(name, (start, end), "department", "org-leads", confidence=0.8))

    def _subjects(self) -> None:
        for match in _SUBJECT.finditer(self.clean):
            who = match["who"]
            appointed = re.match(
                r"(?:分别|共同)?(?:担任|兼任|任(?!务))", self.clean[match.end() : match.end() + 4]
            )
            if appointed or not self.outside(match.start("who")) or _COLLECTIVE.match(who):
                continue
            if who.startswith("各") and not _LEVEL.search(who):
                continue
            if (
                who.startswith("各")
                and re.search(r"部门|单位|企业|产业链|专班|链条办|链办", who)
                and "政府" not in who
            ):
                continue
            if re.search(_INSTITUTION, who):
                who = who.lstrip("各")
            self.add(_Org(who, match.span("who"), "government", "org-subject", confidence=0.75))
        for match in re.finditer(r"(?:[省市县区]级?|四大家)领导(?=“一对一”|带头)", self.clean):
            if self.outside(match.start()):
                self.add(_Org(match[0], match.span(), "government", "org-subject", confidence=0.7))
        for match in _LEADERS.finditer(self.clean):
            name = match["name"] or match["name2"]
            if self.outside(match.start()):
                self.add(
                    _Org(
                        re.sub(r"^重点产业链", "", name),
                        match.span(),
                        "department",
                        "org-leaders",
                        confidence=0.75,
                    )
                )

    def _institutions(self) -> None:
        for match in _PLAYS.finditer(self.clean):
            if not self.outside(match.start()):
                continue
            for start, end in enumeration.split(self.clean, *match.span("name"), "、和"):
                name = _tidy(self.clean[start:end])
                if re.search(rf"{_INSTITUTION}$", name) and 2 <= len(name) <= 14:
                    self.add(_Org(name, (start, end), "institution", "org-plays", confidence=0.7))
        for pattern, rule in (
            (None, "org-association"), (_FOUNDED_ASSOCIATION, "org-association"), (_SYSTEM, "org-system"),
            (_HIRE, "org-hired"), (_DEFINED, "org-defined"),
        ):  # fmt: skip
            for match in pattern.finditer(self.clean) if pattern else self._associations():
                if not self.outside(match.start("name")):
                    continue
                start, end = match.span("name")
                if rule == "org-association":
                    start = _name_before(self.clean, end, start, end - 2)[0]
                name = _tidy(self.clean[start:end])
                vague = (
                    name.endswith(("负责人", "联系人")) or name in ("链主", "主任", "组长") or "一" in name
                )
                if vague or (len(name) < 3 and name != "链长"):
                    continue
                kind = "institution" if rule == "org-association" else "role"
                self.add(_Org(name, (start, end), kind, rule, confidence=0.75))

    def _associations(self) -> Iterator[re.Match[str]]:
        """Matches of ``_ASSOCIATION``; its word is sought first, the long front would be tried everywhere."""
        last = 0
        for word in _ASSOCIATION_WORD.finditer(self.clean):
            found = _ASSOCIATION.search(self.clean, max(last, word.start() - 8), word.end() + 40)
            if found:
                last = found.end()
                yield found

    def _staff(self) -> None:
        for match in org_duties.staff(self.clean):
            if self.outside(match.start("name")):
                name = _tidy(match["name"])
                self.add(_Org(name, match.span("name"), "role", "org-hired", confidence=0.75))

    def _leading_columns(self) -> None:
        """Units that lead a chain in a table of chains."""
        for cell in org_duties.leading_cells(self.text):
            for start, end in _unit_names(self.clean, cell):
                name = _tidy(self.clean[start:end])
                if len(name) >= 3 and _UNIT_LAST.search(name):
                    self.add(_Org(name, (start, end), "department", "org-leads", confidence=0.85))


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The bodies and posts in the order of the text: fields ``name, role`` and beyond the schema ``kind``
    (leading_group, general_office, chain_office, task_force, expert_team, office, department, government,
    institution, role), ``leader`` (who holds the post) and ``seat`` (where an office sits)."""
    return [
        enumeration.item(
            text, "orgs", org.span,
            {"name": org.name, "role": org.role, "kind": org.kind, "leader": org.leader, "seat": org.seat},
            org.rule, org.confidence, org.reason if org.confidence < 0.8 else "",
        )
        for org in _Reader(text, outline).read()
        if org.name != facts.get("issuer")
    ]  # fmt: skip
