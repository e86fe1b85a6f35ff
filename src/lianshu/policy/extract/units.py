"""Lists of responsible units: ``（责任单位：A、B）``, ``（A牵头，B配合）``, a line ``牵头单位：A``.

A list yields the single units in the order of the text, with the part they play where the text says it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from lianshu.policy.budget import spend
from lianshu.policy.extract.enumeration import CLOSERS, split
from lianshu.policy.lexicon import choice, once, words

_ROLES = {
    label: role
    for role in ("lead", "support", "responsible", "skip", "due")
    for label in words("units", role)
}
_LABEL_WORDS = choice("units", "lead", "support", "responsible", "skip", "due")
_LABEL = re.compile(
    rf"(?:[一-龥]{{0,4}}(?=(?:牵头|责任|配合)))?(?P<label>{_LABEL_WORDS})(?:分别)?\s*(?:[:：]|为(?=[市省县区州各]))\s*"
)
_OPENING = re.compile(rf"[(（〔\[【]\s*(?=[^()（）\n]{{0,6}}{_LABEL_WORDS}\s*[:：])")
_LINE = re.compile(
    rf"(?:^|(?<=[\n。；;]))\s*(?=[^()（）\n。,，]{{0,4}}?{_LABEL_WORDS}\s*[:：])", re.MULTILINE
)
_TAIL = re.compile(rf"{once(*words('units', 'tail'))}{{1,6}}[。.]?$")
_SUFFIX = choice("units", "suffix")
_UNIT_END = re.compile(rf"{_SUFFIX}$")
#: A bracket behind a measure's last full stop that holds nothing but units: ``…。（市经信委，青山区政府）``.
_ONLY_UNITS = re.compile(r"(?<=[。;；])\s*[(（](?P<body>[^()（）\n]{3,120})[)）]。?(?=\s*(?:\n|$))")
_STRICT = re.compile(
    r"(?:局|委|办|厅|政府|管委会|委员会|[总链条]办|银行|工商联|贸促会|税务|海关|中心|人行|部门|单位|各县市区|公司)$"
)
_ACTS = re.compile(r"牵头|配合|负责|分工|参与|协助|落实")
_BARE = re.compile(
    r"[(（〔【](?=[^()（）\n]{2,400}(?:[(（][^()（）]{1,20}[)）][^()（）\n]{0,300})*(?:牵头|配合|负责|落实|分工|参与)[^()（）\n]{0,20}[)）〕】])"
)
_BRACKET = re.compile(r"[(（〔【]")
#: As far as ``_BARE`` looks for its verb.
_LONGEST_BRACKET = 1100
_AND = re.compile(r"(?:以及|和|及|与)")
_NOTE = re.compile(
    r"[(（,，;；]?\s*(?:(?:列|排|排名|排序)?(?:在)?(?:首位|第一(?:位|个|名)?|第1位)的?(?:单位|部门)?为?(?:牵头|主要)?(?:责任)?(?:单位|部门)?"
    r"|(?:加|带|标)[*＊](?:号)?(?:的)?为牵头单位|下同|以下(?:均)?同|以下简称[^()（）]{0,80})\s*[)）]?"
)
#: A label of something else inside a list.
_OTHER_LABEL = re.compile(r"^\s*[\u4e00-\u9fff]{2,10}\s*[:：]")
#: A time limit among the units of a list.
_DUE = re.compile(
    r"^\s*(?P<due>(?:20\d\d年)(?:\d{1,2}月)?(?:\d{1,2}日)?(?:年?底|上半年|下半年|第[一二三四]季度)?(?:以?前)?|长期坚持|持续推进|常态化推进|立即实施|即时启动)(?:完成|取得成效|见效|启动)?[。]?\s*$"
)


@dataclass(slots=True)
class UnitList:
    """Units named at ``start:end`` of the clean text. ``units`` are all in order; ``lead`` and ``support``
    those whose part the text states; ``due`` the words of a time limit given in the same list."""

    start: int
    end: int
    units: list[str] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    support: list[str] = field(default_factory=list)
    due: str = ""

    def add(self, unit: str, role: str) -> None:
        """Add one unit once; ``role`` is lead, support or responsible."""
        if unit not in self.units:
            self.units.append(unit)
        if role == "lead" and unit not in self.lead:
            self.lead.append(unit)
        elif role == "support" and unit not in self.support:
            self.support.append(unit)

    def absorb(self, other: UnitList) -> None:
        """Take over the units of a second list of the same task."""
        for unit in other.units:
            role = "lead" if unit in other.lead else "support" if unit in other.support else "responsible"
            self.add(unit, role)
        self.due = self.due or other.due


def _closing(clean: str, at: int, stop: int) -> int:
    """Where the bracket at ``at`` closes; a bracket lost in the scan closes at the line's end."""
    opener = clean[at]
    closers = {CLOSERS[opener]} if opener in CLOSERS else {"]"}
    if opener in "(（":
        closers = {")", "）"}
    depth = 0
    for i in range(at, stop):
        if clean[i] in "(（" if opener in "(（" else clean[i] == opener:
            depth += 1
        elif clean[i] in closers:
            depth -= 1
            if not depth:
                return i
        elif clean[i] == "\n":
            return i
    return stop


def _clean_unit(piece: str) -> str:
    """A unit's name without notes, quotation marks and the verb behind it."""
    piece = piece.strip(' \t\n\u3000。.;；,，、:：“”"*·')
    while True:
        bare = _TAIL.sub("", piece).strip(" \t\u3000,，、")
        if bare == piece or not bare:
            break
        piece = bare
    opened = piece.count("(") + piece.count("（") - piece.count(")") - piece.count("）")
    if opened > 0 and not re.search(r"[(（][^()（）]*$", piece):
        opened = 0
    return piece + ")" * opened if opened > 0 else piece.lstrip(")）")


def _members(words_: str) -> Iterator[str]:
    """Single units in ``words_`` (no labels in it): parted at 、 , ; blanks and at 和 between two units."""
    for start, end in split(words_, 0, len(words_), "、,，;；\n\t/ \u3000"):
        piece = _clean_unit(words_[start:end])
        joint = next(
            (
                m
                for m in _AND.finditer(piece)
                if _UNIT_END.search(piece[: m.start()]) and len(piece) - m.end() >= 2
            ),
            None,
        )
        halves = [piece]
        if joint and _UNIT_END.search(piece[joint.end() :]) and "(" not in piece[: joint.start()]:
            halves = [piece[: joint.start()], piece[joint.end() :]]
        for half in halves:
            half = _clean_unit(half)
            if 2 <= len(half) <= 32 and not re.fullmatch(r"[\d\W]+", half):
                yield half


def _clauses(body: str) -> Iterator[tuple[str, str]]:
    """(role, words) for the labelled stretches of a list, or for ``A牵头，B配合`` without labels."""
    marks = list(_LABEL.finditer(body))
    if marks:
        for mark, after in zip(marks, [*marks[1:], None], strict=True):
            yield _ROLES[mark["label"]], body[mark.end() : after.start() if after else len(body)]
        return
    yield "responsible", body


def parse(body: str, role: str | None = None) -> UnitList:
    """Parse the inside of a list; ``role`` names the part where a table's column head gives it."""
    found = UnitList(0, 0)
    body = _NOTE.sub("", body)
    for part, stretch in _clauses(body):
        part = role or part
        if part == "skip":
            continue
        if part == "due":
            found.due = stretch.strip(" 。;；,，、)）")
            continue
        # A牵头,B、C配合: the verb at a clause's end tells the part of the clause's units.
        pending: list[str] = []
        for start, end in split(stretch, 0, len(stretch), ",，;；。"):
            clause = stretch[start:end]
            if _OTHER_LABEL.match(clause):  # 重点企业：… is no list of units
                break
            if limit := _DUE.match(clause):
                found.due = found.due or limit["due"]
                continue
            verb = re.search(
                r"(牵头|配合|参与|协助|协同|协办)(?:负责|落实|实施|推进|组织|单位|部门)?[。]?$", clause
            )
            members = list(_members(clause))
            if verb is None:
                pending += members
                for unit in members:
                    found.add(unit, part)
                continue
            act = "lead" if verb[1] == "牵头" else "support"
            for unit in members:
                found.add(unit, act)
            if act == "support":
                for unit in pending:
                    if unit not in found.lead and unit not in found.support:
                        found.support.append(unit)
            pending = []
    return found


def lists(clean: str, start: int, end: int) -> list[UnitList]:
    """The lists of units within ``clean[start:end]``, in the order of the text."""
    out: list[UnitList] = []
    covered = start
    taken: list[tuple[int, int]] = []

    def covers(at: int) -> bool:
        place = bisect_left(taken, (at + 1,)) - 1
        return place >= 0 and at < taken[place][1]

    def keep(found: UnitList) -> None:
        out.append(found)
        insort(taken, (found.start, found.end))

    for mark in _OPENING.finditer(clean, start, end):
        spend()
        if mark.start() < covered:
            continue
        close = _closing(clean, mark.start(), end)
        keep(_placed(parse(clean[mark.end() : close]), mark.start(), close))
        covered = close
    for mark in _LINE.finditer(clean, start, end):
        if covers(mark.end()):
            continue
        stop = clean.find("\n", mark.end(), end)
        stop = end if stop < 0 else stop
        full = clean.find("。", mark.end(), stop)
        stop = stop if full < 0 else full
        keep(_placed(parse(clean[mark.end() : stop]), mark.end(), stop))
    acts = [act.start() for act in _ACTS.finditer(clean, start, end)]
    for opened in _BRACKET.finditer(clean, start, end):
        spend()
        # The long look ahead only where a word of it stands within its reach.
        near = bisect_left(acts, opened.start())
        if near == len(acts) or acts[near] - opened.start() > _LONGEST_BRACKET:
            continue
        bare = _BARE.match(clean, opened.start(), end)
        if bare is None or covers(bare.start()):
            continue
        close = _closing(clean, bare.start(), end)
        after = clean[close + 1 : close + 3]
        body = clean[bare.end() : close]
        if after[:1] not in ("", "\n", "。", ";", "；") or not _ACTS.search(body):
            continue
        parsed = parse(body)
        named = [unit for unit in parsed.units if _UNIT_END.search(unit.rstrip(")）"))]
        if named and len(named) * 2 >= len(parsed.units):
            keep(_placed(parsed, bare.start(), close))
    for mark in _ONLY_UNITS.finditer(clean, start, end):
        if covers(mark.start()):
            continue
        parsed = parse(mark["body"])
        if parsed.units and all(_STRICT.search(unit.rstrip(")）")) for unit in parsed.units):
            keep(_placed(parsed, mark.start(), mark.end()))
    return sorted((one for one in out if one.units), key=lambda one: one.start)


def _placed(found: UnitList, start: int, end: int) -> UnitList:
    found.start, found.end = start, end
    return found
