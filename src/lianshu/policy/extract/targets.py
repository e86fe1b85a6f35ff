"""Extractor of targets: every quantified commitment of the document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lianshu.policy.budget import spend
from lianshu.policy.grammar import names
from lianshu.policy.grammar.dates import Dates
from lianshu.policy.grammar.measures import AFTER, basis, comparator, is_growth, strives
from lianshu.policy.grammar.periods import Calendar, masked
from lianshu.policy.grammar.places import SKIPPED, Document, Place, locate
from lianshu.policy.grammar.refusals import Around, is_past, looks_ahead, refusal, tells_goals, tells_state
from lianshu.policy.grammar.scopes import Scopes, chain_stem
from lianshu.policy.grammar.tables import Entry, read_tables
from lianshu.policy.lexicon import choice
from lianshu.policy.model import Item, Node, Outline, Text
from lianshu.reference.quantity import Found, Quantity, find_quantities

_WORKING = re.compile(choice("targets", "working"))
_DEVELOPING = re.compile(r"[\s,、;:]{0,8}(?:大力|加快|重点|积极|扶持){0,6}(?:发展|壮大)(?![目规中])")
_SUBJECT = re.compile(
    r"(?:^|[,;:。\n])([^,;:。\n]{2,30}?)(?:在20|实现|达到|稳步|持续|进一步|显著|明显|不断|快速|大幅|保持)[^,;:。\n]{0,24},$"
)
_STRIVING_HEAD = re.compile(
    r"^(?>[—\s]|[(（]?[一二三四五六七八九十\d]+[)）、.．]|[一二三四五六七八九十]是|第[一二三][,，]|"
    r"□|到?20\d\d年?(?:底|末)?|[^,;。]{0,16}(?:到|至)20\d\d年?(?:底|末)?|\d{1,2}月|底|末|前|,|:|(?:到|至)?“?十[一二三四五六七八九]五”?(?:末|期间|时期)?|"
    r"通过[^,;。]{1,10}(?:努力|实施)|经过[^,;。]{1,10}努力|用[^,;。]{1,8}时间|未来[^,;。]{1,4}年|明年年?底?|今年年?底?|全年|每年|各?地|我市|全市|我县|全县|全省|我省|全区)*$"
)


#: So far a figure's paragraph is looked at, in characters.
_AROUND = 2000


@dataclass(slots=True)
class _Carry:
    """What a list hands on from one item to the next."""

    op: str | None = None
    adding: bool = False
    name: str = ""
    start: int = 0
    scope: str = ""
    kind: str = ""
    unit: str = ""
    basis: str = ""
    accepted: bool = False
    spread: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, text: Text, outline: Outline, facts: dict[str, Any]) -> None:
        self.text, self.clean = text, text.clean
        self.document = Document(text, outline)
        self.dates = Dates(self.document, Calendar.of(facts))
        self.readable = masked(self.clean)
        self.scopes = Scopes(facts, self.clean, self._chain_sections(facts))
        self.items: list[Item] = []
        self._read_to = -1  # end of the last sentence that gave a target

    # --- the document's structure ---------------------------------------------------------------

    def _chain_sections(self, facts: dict[str, Any]) -> dict[str, str]:
        """Per chain the text of the outline's part whose heading names it."""
        sections: dict[str, str] = {}
        for chain in facts.get("chains") or []:
            stem = chain_stem(chain)
            for node in self.document.nodes:
                if (
                    node.kind in ("section", "item", "part", "sub")
                    and stem
                    and stem in node.heading[: len(stem) + 12]
                ):
                    sections.setdefault(chain, self.clean[node.start : node.end])
        return sections if len(sections) > 1 else {}

    # --- one sentence ----------------------------------------------------------------------------

    def read_sentence(self, start: int, end: int) -> None:
        """Read the figures of one sentence from left to right."""
        figures = find_quantities(self.readable[start:end])
        if not figures or self.document.node_at(start).kind in SKIPPED:
            return
        figures = [self._figure(found, start) for found in figures]
        goes_on = self._read_to >= start - 1 and self.clean.startswith("其中", start)
        carry, segment = _Carry(accepted=goes_on), start
        previous: Found | None = None
        for i, found in enumerate(figures):
            spend()
            following = self._next_in_list(figures, i)
            place = locate(self.clean, found, previous, figures[i - 1] if i else None, following, start, end)
            if place.segment != segment:  # a semicolon ends the list, not the string of goals
                carry = _Carry(accepted=carry.accepted, name=carry.name, start=carry.start)
                segment = place.segment
            read = self._read_figure(place, carry)
            if read is not None:
                carry, previous = read, found
                self._read_to = end

    def _next_in_list(self, figures: list[Found], at: int) -> Found | None:
        """The next figure beside this one; one inside its name is passed over (1个投资过50亿元的项目)."""
        for before, figure in zip(figures[at : at + 8], figures[at + 1 : at + 9], strict=False):
            if re.search("[、和及与,;]", self.clean[before.end : figure.start]):
                return figure
        return None

    def _figure(self, found: Found, offset: int) -> Found:
        """The figure with offsets into the clean text; 由50家到80家 is a rise to the second, no range."""
        moved = replace(found, start=found.start + offset, end=found.end + offset)
        high = found.quantity.high
        if high is not None and self.clean[moved.start - 1] in "由从":
            return replace(moved, quantity=Quantity(high, None, found.quantity.unit))
        return moved

    def _read_figure(self, place: Place, carry: _Carry) -> _Carry | None:
        """Read one figure into an item. Gives what its list hands on, ``None`` when it is no target."""
        clean, found = self.clean, place.found
        start, end = place.sentence
        left = clean[place.piece : found.start]
        right = clean[found.end : place.stop]
        line = clean.rfind("\n", 0, found.start) + 1
        node = self.document.node_at(found.start)
        rest = re.match(r"[^,;。\n\t]*", clean[found.end : end])
        refused = refusal(
            found,
            Around(
                left=left,
                right=right,
                clause_left=clean[place.clause : found.start],
                clause_right=rest[0] if rest else "",
                segment=clean[place.segment : found.start],
                segment_right=re.split("[;。\n]", clean[found.end : end], maxsplit=1)[0],
                sentence=clean[start:end],
                paragraph=clean[
                    max(line, node.start, found.start - _AROUND) : min(node.end, found.end + _AROUND)
                ],
            ),
        )
        if refused is not None and not (refused == "single project" and self._totals(carry, left)):
            return None
        upper = self.scopes.is_upper(line, found.start)
        if not upper and (
            is_past(left, clean[start : found.start])
            or (self._under(node, tells_state) and not looks_ahead(clean[start:end]))
        ):
            return None

        own_op = comparator(left, clean[found.end : min(end, found.end + 8)], found)
        own_adding = names.adds(left)
        said = comparator(left, "", found) not in (None, "range")
        own_verb = (
            own_adding or said or is_growth(left) or bool(_WORKING.search(left) or _DEVELOPING.match(left))
        )
        own_verb = own_verb or found.form != "number" and found.form != "ratio"
        listed = carry.accepted and not own_verb
        own_verb = own_verb or (own_op not in (None, "range") and not listed)
        period = self.dates.period(place, flow=own_adding or is_growth(left) or "完成" in left)
        if period == "past":
            return None
        meant = own_verb or listed or period != "none" or strives(clean[place.segment : found.start])
        # Under 主要目标 a bare 规上企业600家 is meant as a goal too.
        if not (meant or (self._under(node, tells_goals) and not names.right_named(left, right))):
            return None
        name, full_name, first = self._name(place, carry, left, right)
        if not full_name:
            return None

        goes_on = carry.adding and carry.kind == found.quantity.kind
        adding = own_adding or (goes_on and (listed or names.keeps_verb(left)))
        op = own_op or (carry.op if listed else None) or "="
        if op == "=" and self._striving(place):
            op = ">="
        repeats = listed and carry.basis and found.quantity.unit == carry.unit
        if left.strip("、,和及与 ") and (carry.basis != "growth" or re.search("[率比占度]", left)):
            repeats = False
        scope, scope_sure = self._scope(place, full_name, node, upper)
        if (
            listed
            and scope == "region"
            and carry.scope.startswith("chain:")
            and found.quantity.kind == carry.kind
        ):
            scope, scope_sure = carry.scope, False
        confidence, reason = self._confidence(found, own_verb, listed, period, scope_sure)
        begin = first
        first, last = self.text.span(begin, name.end)
        item = Item(
            kind="targets",
            fields={
                "name": full_name,
                "low": found.quantity.low,
                "high": found.quantity.high,
                "unit": self._unit(found, full_name),
                "op": op,
                "basis": carry.basis if repeats else basis(left, found, adding=adding),
                "period": period,
                "scope": scope,
            },
            start=first,
            end=last,
            confidence=confidence,
            reason=reason,
            rule=f"target.{'verb' if own_verb else 'list' if listed else 'context'}.{name.side}.{found.form}",
        )
        self.items.append(item)
        handed_on = own_op if own_op in (">=", "<=", "~") and not AFTER.match(right) else None
        if names.is_growing(name.text):
            return replace(carry, accepted=True, op=None)
        bare = not name.text and not ("分别" in left and not carry.name)
        if bare or names.is_adding(name.text) or names.is_verb(name.text):
            return replace(carry, accepted=True)  # 达到10家, 净增20家: the list goes on as before
        return _Carry(
            op=handed_on or (carry.op if listed else None),
            adding=adding,
            name=full_name,
            start=begin if not name.text else name.start,
            scope=scope,
            kind=found.quantity.kind,
            unit=found.quantity.unit,
            basis=item.fields["basis"],
            accepted=True,
            spread=carry.spread if listed else self._spread(place, full_name, left),
        )

    @staticmethod
    def _totals(carry: _Carry, left: str) -> bool:
        """Whether the money is the total of the projects counted before it: 实施项目60个,总投资150亿元."""
        return carry.accepted and carry.kind == "count" and "项目" in carry.name and "总投资" in left

    @staticmethod
    def _under(node: Node | None, says: Callable[[str], bool]) -> bool:
        """Whether a heading above the figure says so."""
        while node is not None and node.kind not in SKIPPED:
            if node.heading and says(node.heading):
                return True
            node = node.parent
        return False

    @staticmethod
    def _unit(found: Found, name: str) -> str:
        """The unit; 零突破 takes that of what is counted."""
        if found.form != "first":
            return found.quantity.unit
        return (
            "家"
            if re.search(r"企业|公司|机构", name)
            else "项"
            if re.search(r"技术|奖|标准|专利", name)
            else "个"
        )

    def _name(self, place: Place, carry: _Carry, left: str, right: str) -> tuple[names.Name, str, int]:
        """The name as it stands, the name in full, and where the evidence begins."""
        clean, found = self.clean, place.found
        on_right = names.right_named(left, right)
        if on_right:
            name = names.right_name(clean, place.piece, found, place.stop)
        else:
            name = names.left_name(clean, place.piece, found)
        text = name.text
        if not text and carry.spread:
            return name, carry.spread.pop(0), carry.start
        if on_right and found.quantity.kind == "duration":
            return name, (names.strip_trail(left) or carry.name) + text.removeprefix("内"), name.start
        if text.startswith("占") and carry.name:
            return name, names.measured(carry.name) + text, carry.start
        if names.is_growing(text) and carry.name:
            return (
                name,
                names.measured(carry.name) + clean[place.piece : found.start].strip("、, :"),
                carry.start,
            )
        if (names.is_adding(text) or names.is_verb(text)) and not on_right:
            same = carry.kind == found.quantity.kind
            return (
                name,
                text + names.stock_name(carry.name) if same else text,
                carry.start if same else name.start,
            )
        if not text and not carry.name:
            return self._name_before(place, name)
        if not text:
            own = comparator(left, "", found)
            return name, names.stock_name(carry.name) if own else carry.name, carry.start or name.start
        if names.is_level(text):
            if on_right:
                noun = self._shared_noun(place)
                return name, text + noun, name.start
            near = carry.start and found.start - carry.start < 60
            return name, names.complete(text, carry.name), carry.start if near else name.start
        return name, text, name.start

    def _name_before(self, place: Place, name: names.Name) -> tuple[names.Name, str, int]:
        """The subject of the clause before: 高新技术企业和科技型企业实现双倍增,分别超过90家和870家."""
        subject = _SUBJECT.search(self.clean, max(place.sentence[0], place.clause - 80), place.clause)
        if subject is None:
            return name, "", name.start
        start = names.strip_lead(self.clean, subject.start(1), subject.end(1))
        return name, names.strip_trail(self.clean[start : subject.end(1)]), start

    def _spread(self, place: Place, name: str, left: str) -> list[str]:
        """The names still to come in 国家级和省级…分别达到10家、30家."""
        if "分别" not in left:
            return []
        rest = re.match(r"[^,;。]*", self.clean[place.found.end : place.sentence[1]])
        count = 1 + len(find_quantities(rest[0] if rest else ""))
        parts = names.shares(name, count)
        if not parts:
            return []
        self.items[-1].fields["name"] = parts[0]
        return parts[1:]

    def _shared_noun(self, place: Place) -> str:
        """The noun that several levels share on the right: 20个国家级和40个省级…基地."""
        clean, end = self.clean, place.sentence[1]
        rest = re.match(r"[^,;。、]*", clean[place.stop : end])
        if not rest:
            return ""
        later = find_quantities(rest[0])
        return names.noun_of(rest[0][later[0].end :]) if later else ""

    # --- attributes ------------------------------------------------------------------------------

    def _striving(self, place: Place) -> bool:
        clean, (start, _) = self.clean, place.sentence
        for word in ("力争", "力求"):
            at = clean.find(word, start, place.found.start)
            while at >= 0:
                if at >= place.segment or _STRIVING_HEAD.match(clean[start:at]):
                    return True
                at = clean.find(word, at + 1, place.found.start)
        return False

    def _scope(self, place: Place, name: str, node: Node, upper: bool) -> tuple[str, bool]:
        if upper:
            return "upper", True
        clean = self.clean
        if self.scopes.above(clean[place.piece : place.found.start]):
            return "upper", True
        dates = [m.start - place.segment for m in self.dates.mentions(place.segment, place.found.start)]
        each = self.scopes.each(clean[place.segment : place.stop], dates)
        if each:
            return each, True
        counted = names.right_named(
            clean[place.piece : place.found.start], clean[place.found.end : place.stop]
        )
        if self.scopes.park(name, counted=counted and place.found.quantity.kind == "count"):
            return "park", True
        if self.scopes.county(name):
            return "county", True
        chain = self.scopes.chain(name)
        if chain:
            return f"chain:{chain}", True
        heading_chain = self._heading_chain(node)
        if heading_chain:
            return f"chain:{heading_chain}", True
        goods = self.scopes.by_goods(name)
        if goods and place.found.quantity.kind not in ("count", "occurrence"):
            return f"chain:{goods}", False
        return "region", True

    def _heading_chain(self, node: Node | None) -> str | None:
        while node is not None and node.kind not in ("title", "root"):
            if node.heading:
                chain = self.scopes.chain(node.heading[:24])
                if chain:
                    return chain
            node = node.parent
        return None

    @staticmethod
    def _confidence(
        found: Found, own_verb: bool, listed: bool, period: str, scope_sure: bool
    ) -> tuple[float, str]:
        if not own_verb and not listed:
            return 0.6, "没有动词，仅凭上下文判断为目标"
        if found.bare:
            return 0.7, "原文没有写单位，按亿元或万元理解"
        if found.chinese and found.number == "一":
            return 0.7, "“一”可能不是数量"
        if not scope_sure:
            return 0.75, "按产品归入产业链，原文没有写明"
        if listed:
            return 0.88, ""
        return (0.95, "") if period != "none" else (0.9, "")


def _from_table(entry: Entry, scopes: Scopes) -> Item:
    """A figure of a target table as an item."""
    found = Found(0, 0, Quantity(entry.low, entry.high, entry.unit))
    left = entry.name + "增长" if entry.growth else entry.name
    chain = scopes.chain(entry.name)
    return Item(
        kind="targets",
        fields={
            "name": entry.name,
            "low": entry.low,
            "high": entry.high,
            "unit": entry.unit,
            "op": entry.op,
            "basis": basis(left, found, adding=names.adds(entry.name)),
            "period": entry.period,
            "scope": f"chain:{chain}" if chain else "park" if scopes.park(entry.name) else "region",
        },
        start=entry.start,
        end=entry.end,
        confidence=0.9 if entry.unit else 0.6,
        reason="" if entry.unit else "表中没有写明单位",
        rule="target.table",
    )


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The targets of the document, in the order of the text."""
    reader = _Reader(text, outline, facts)
    tables = []
    for span, entries in read_tables(text.source, reader.dates.calendar):
        tables.append(span)
        reader.items += [_from_table(entry, reader.scopes) for entry in entries]
    for start, end in reader.document.sentences:
        at = text.starts[start]
        if not any(first <= at < last for first, last in tables):
            reader.read_sentence(start, end)
    return sorted(reader.items, key=lambda item: (item.start, item.end))
