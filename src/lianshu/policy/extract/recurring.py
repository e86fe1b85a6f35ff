"""Extractor of recurring duties: everything that returns with a cadence.

Beside the values of ``policies/SCHEMA.md`` an item has ``due``: the day that the text names for each return, a
canonical phrase of :mod:`lianshu.reference.due_days` (5日前, 末月25日前, 次月10日前), ``None`` where it names none.
"""

from __future__ import annotations

import re
from typing import Any

from lianshu.policy.budget import spend
from lianshu.policy.grammar.cadences import Cadence, count_of, find_cadences
from lianshu.policy.grammar.due_days import NamedDay, day_in_clause
from lianshu.policy.grammar.measures import is_growth
from lianshu.policy.grammar.places import SKIPPED, Document
from lianshu.policy.lexicon import choice
from lianshu.policy.model import Item, Outline, Text
from lianshu.reference.quantity import find_quantities

_CLOSERS = {")": "(", "”": "“", "》": "《"}
_TELLING = re.compile(choice("cadences", "telling"))
_DOER = re.compile(
    rf"{choice('cadences', 'doers')}(?:同志|都|均|要|应|应当|须|需|会同[^,]{{1,20}}+|牵头|负责|主持)*$"
)
_TO = re.compile(
    r"(?:向|报送至|报送给|通报至|通报给|反馈至|反馈给|交办到|交办至|抄送至?|(?<![通汇上呈简专月季年周快申填])报(?=省|市|县|总|区|链|领))(?P<to>[^,;。向]{2,30}?)(?:书面)?(?=汇报|报告|通报|报送|上报|反馈|述职|提交|专报|$|,|;|。)"
)
# Words that a period beside them makes superfluous: 每季度定期召开.
_WEAK = frozenset(
    {"cadence.regular", "cadence.going_on", "cadence.prompt", "cadence.yearly", "cadence.daily"}
)
# The doer before other words: 市直部门结合实际适时出台….
_DOER_FIRST = re.compile(
    rf"([^,;、。]{{1,14}}?{choice('cadences', 'doers')})(?=结合|根据|会同|联合|牵头|要|应|对|按|依托|针对|围绕|可|加强|强化|开展|实行|组织|定期|及时|建立)"
)
# Clauses after a duty: telling and counted acts share its cadence; words of its own period end it.
_TOLD = re.compile(r"(?:并|同时|书面|及时|将|由|每|再|向|年底|年末)|[^,;。]{2,12}(?:汇总|审核|整理)后")
_AFTERWARDS = re.compile("(?:汇总|审核|整理|研究)后")
_COUNTED = re.compile(rf"(?:新?[一-龥]{{0,2}})?{choice('cadences', 'counted')}")
_OWN_PERIOD = re.compile(r"(?:到|至)?20\d\d年|累计|[一二三四五六两\d]{1,6}年|年(?:新增|均|增)|(?:到|至)“")
_GOES_WITH = re.compile(r"听取|研究|协调|分析|部署|推动|解决|并|促进|确保")
# The doer behind a day with a comma: 每月5日前,各链办将…报总链办.
_DOER_BEHIND = re.compile(
    rf",([^,;。]{{1,20}}?{choice('cadences', 'doers')}(?:[(][^()]{{1,6}}[)])?)(?=将|把|向|上报|报送|通报|提交|书面|召开|组织|编制|形成|更新|汇总|完成|对|要|应|须|报)"
)
_NO_DOER = re.compile("坚持|做到|通过|实行|建立|加强|完善|要求|按照|^对|^与|^为|^向|每|根据")
_TOWARDS = re.compile(
    r"^(?:对|与|为)(?P<to>[^,;。]{2,20}?)(?=建立|开展|进行|实行|实施|提供|常态|定期|每|按|$)"
)
_RESPONSIBLE = re.compile(r"[(](?:责任|牵头|实施)(?:单位|部门|领导)?[:：]([^();]*)")
_SENT_IN = re.compile(
    r"(?:收集|汇总|听取|整理)[^,;。]{0,10}?(?P<who>各[^,;。、]{1,10}?)(?P<what>(?:报送|上报|提交|反馈)的[^,;。]{2,40})"
)
_STRIP = re.compile(r"^(?:[\s,、;:(]|力争|确保|同时|并|其中|要|应|须|还|都|能够|将|通过|到20\d\d年)+")
_NUMBERING = re.compile(
    r"^(?:[(]?[一二三四五六七八九十\d]{1,3}[)、.]|[一二三四五六七八九十]是(?=[一-龥])|——)"
)
# Of several days (6月底和12月底前) only the last is the due day; the words keep them all.
_SEVERAL = re.compile("[、和及至到—~-]")
_IS_DAY = re.compile("次[年月]")
_COMPOUND = re.compile(choice("cadences", "acts"))


class _Reader:
    def __init__(self, text: Text, outline: Outline) -> None:
        self.text, self.clean = text, text.clean
        self.document = Document(text, outline)
        self.items: list[Item] = []

    def bounds(
        self, start: int, end: int, sentence: tuple[int, int], stops: str = ",;:。\n"
    ) -> tuple[int, int]:
        """The clause around ``[start, end)``, brackets and quotation marks kept whole."""
        clean, (low, high) = self.clean, sentence
        first, depth = low, 0
        for i in range(start - 1, low - 1, -1):
            if clean[i] in _CLOSERS:
                depth += 1
            elif clean[i] in "(“《":
                depth = max(0, depth - 1)
            elif not depth and clean[i] in stops:
                first = i + 1
                break
        last, depth = high, 0
        for i in range(end, high):
            if clean[i] in "(“《":
                depth += 1
            elif clean[i] in _CLOSERS:
                if depth == 0:
                    last = i
                    break
                depth -= 1
            elif not depth and clean[i] in stops:
                last = i
                break
        return first, last

    def read(self) -> None:
        """Read every cadence of the text."""
        every = list(find_cadences(self.clean))
        cadences = [c for c in every if not self._skipped(c) and not self._only_names(c, every)]
        covered = 0
        for i, cadence in enumerate(cadences):
            spend()
            sentence = self.document.sentence_at(cadence.start)
            start, end = self.bounds(cadence.start, cadence.end, sentence)
            following = cadences[i + 1] if i + 1 < len(cadences) else None
            if self._said_again(cadence, cadences[i + 1 : i + 5], sentence):
                continue
            if start < covered and (cadence.rule in _WEAK or cadence.every == self.items[-1].fields["every"]):
                continue
            own_end, end = end, self._past_the_day(cadence, end, sentence)
            before = cadences[i - 1] if i and cadences[i - 1].start >= start else None
            beside = following if following and following.start < end else None
            start, end = self._share(cadence, before, beside, start, end)
            clause = [
                c for c in cadences[max(0, i - 3) : i + 4] if start <= c.start < end and c is not cadence
            ]
            if cadence.rule in _WEAK and any(c.rule not in _WEAK for c in clause):
                continue
            if any(c.start < cadence.start and c.every == cadence.every for c in clause):
                continue
            if not self._is_duty(cadence, start, end):
                continue
            item = self._add(cadence, start, end)
            if item is None:
                continue
            # a duty whose day stands before a comma has taken the text behind it
            covered = end if end > own_end else covered
            due = item.fields["due"]
            if cadence.every in ("year", "half-year", "quarter", "month", "week"):
                self._carry_on(cadence, start, end, following, sentence, due)
            self._sent_in(cadence, start, end, due)

    def _share(
        self, cadence: Cadence, before: Cadence | None, beside: Cadence | None, start: int, end: int
    ) -> tuple[int, int]:
        """The cadence's own part of a clause with several: 每季度调度、每半年通报; 月调度、季通报."""
        clean = self.clean
        short = cadence.rule in ("cadence.short", "cadence.daily")
        if beside is not None:
            comma = clean.rfind("、", cadence.end, beside.start)
            if comma - cadence.end >= 2 or (short and comma > 0):
                end = comma
            elif short:
                end = beside.start
        quoted = "“" in clean[start : cadence.start] and (short or cadence.rule == "cadence.many")
        if quoted or (short and before is not None):
            start = cadence.start
        elif before is not None:
            comma = clean.find("、", before.end, cadence.start)
            if comma - before.end >= 2 or (comma > 0 and before.rule in ("cadence.short", "cadence.daily")):
                start = comma + 1
        return start, end

    def _past_the_day(self, cadence: Cadence, end: int, sentence: tuple[int, int]) -> int:
        """The end of the clause, or of the next one where this one ends with the day: 每月5日前,各链办…."""
        day = day_in_clause(self.clean, cadence, cadence.start, end)
        if day is None or not (day.beside and day.said) or day.end != end or self.clean[end : end + 1] != ",":
            return end
        return self.bounds(end + 1, end + 1, (end + 1, sentence[1]))[1]

    def _skipped(self, cadence: Cadence) -> bool:
        node = self.document.node_at(cadence.start)
        if node.kind in SKIPPED:
            return True
        if not node.heading_start <= cadence.start < node.heading_end:
            return False
        # A heading such as 日常调度机制 only names what its text orders; a run-in sentence orders it itself.
        named = re.search(r"(?:机制|制度|体系|工作|办法)$", node.heading)
        return bool(named) or cadence.rule in ("cadence.daily", "cadence.short")

    def _only_names(self, cadence: Cadence, every: list[Cadence]) -> bool:
        """Whether a short heading (定期调度) names what a cadence in its own text orders (每月5日前…)."""
        node = self.document.node_at(cadence.start)
        inside = node.heading_start <= cadence.start < node.heading_end
        if not inside or len(node.heading) > 8:
            return False
        return any(node.heading_end <= c.start < node.end for c in every)

    def _said_again(self, cadence: Cadence, later: list[Cadence], sentence: tuple[int, int]) -> bool:
        """平时考核和年终考核,平时考核突出…: the duty is described where its clause begins with it."""
        act = _COMPOUND.match(self.clean, cadence.end)
        word = self.clean[cadence.start : act.end() if act else cadence.end]
        if len(word) < 4:
            return False
        return any(
            c.start < sentence[1] and self.clean.startswith(word, c.start) and self.clean[c.start - 1] in ",;"
            for c in later
        )

    def _is_duty(self, cadence: Cadence, start: int, end: int) -> bool:
        """Counts of actions are duties, output values, growth and shares are not."""
        clause = self.clean[start:end]
        figures = find_quantities(clause)
        if cadence.every != "year" or not figures:
            named = cadence.rule == "cadence.yearly"  # 年度考核 holds its act in the word itself
            return named or len(clause) - (cadence.end - cadence.start) >= 2
        if len(figures) > 1 and figures[-1].quantity.kind == "money":  # 引进项目不少于3个、到位资金15亿元
            counted = [f for f in figures[:-1] if f.quantity.kind == "count"]
            figures = counted or figures
        last = figures[-1]
        left = clause[: last.start]
        if last.quantity.unit in ("%", "‰", "倍", "个百分点") or is_growth(left):
            return False
        if last.quantity.kind in ("money", "mass", "energy", "volume"):
            return bool(re.search(r"安排|设立|投入|拿出|列支|统筹|提供|发放|投放", left)) or bool(
                re.search("项目|企业", clause[last.end :])
            )
        return True

    def _add(
        self,
        cadence: Cadence,
        start: int,
        end: int,
        *,
        rule: str = "",
        who: str | None = None,
        what: str = "",
        due: str | None = None,
    ) -> Item | None:
        """Note one duty; ``due`` is the day it takes over where its own words name none. None: no words."""
        clean = self.clean
        while start < end and (match := _NUMBERING.match(clean[start:end]) or _STRIP.match(clean[start:end])):
            start += match.end()
        if start >= end:
            return None
        clause = clean[start:end]
        times: float | None = None
        if cadence.every not in (None, "event"):
            counted = count_of(
                clean[cadence.end : end] if cadence.end <= end and cadence.start >= start else clause
            )
            times = round((counted or 1) * cadence.times, 6)
            times = int(times) if times == int(times) else times
        subject = clean[start : max(start, min(cadence.start, end))]
        day = day_in_clause(clean, cadence, start, end)
        behind = _DOER_BEHIND.match(clean, day.end, end) if day and day.beside and not subject else None
        to = _TO.search(clause) or _TOWARDS.match(clause)
        first, last = self.text.span(start, end)
        item = Item(
            kind="recurring",
            fields={
                "what": what or self._what(start, end, subject, cadence, day, behind),
                "who": who or (behind[1] if behind else self._who(subject, start)),
                "to": to["to"].strip("将") if to else None,
                "every": cadence.every,
                "times": times,
                "due": day.text if day else due,
            },
            start=first,
            end=last,
            confidence=round(cadence.confidence - (0.1 if rule else 0), 2),
            reason=cadence.reason or ("周期从前一句承接" if rule else ""),
            rule=rule or cadence.rule,
        )
        self.items.append(item)
        return item

    def _what(
        self,
        start: int,
        end: int,
        subject: str,
        cadence: Cadence,
        day: NamedDay | None,
        behind: re.Match[str] | None,
    ) -> str:
        """The duty's own words: the clause without the one who does it, the word of cadence and its one day."""
        clean = self.clean
        doer = re.sub("[于在]$", "", subject.strip(" ,、"))
        first = start + len(subject) if _DOER.search(doer) else start
        word, cut = clean[cadence.start : cadence.end], cadence.end
        beside = day is not None and day.beside
        if day is not None and beside and not _SEVERAL.search(clean, cut, day.end):
            cut = behind.end() if behind else max(cut, day.end)
        text = clean[first:end]
        cuts = word.startswith(("每", "按", "定期", "适时", "不定期", "及时")) or _IS_DAY.match(word)
        if first <= cadence.start < end and (cuts or cut > cadence.end):
            text = re.sub("[于在]$", "", clean[first : cadence.start]) + clean[cut:end]
        return _STRIP.sub("", text).strip() or clean[start:end]

    def _who(self, subject: str, start: int) -> str | None:
        """The subject before the cadence when it names a body or post, else the responsible units of the item."""
        doer = re.sub(
            r"(?:[于在]|原则上|一般)$|^(?:由|请|各级|支持|组织|鼓励|督促|要求)", "", subject.strip(" ,、:")
        )
        if doer and _DOER.search(doer) and len(doer) <= 40 and not _NO_DOER.search(doer):
            return (
                re.sub(r"(?:都|均|要|应|应当|须|需|牵头|负责|主持|将|于|在|原则上|一般)+$", "", doer) or None
            )
        leading = _DOER_FIRST.match(doer)
        if leading and not _NO_DOER.search(leading[1]):
            return leading[1]
        before = self.items[-1] if self.items and not doer else None
        sentence = self.document.sentence_at(start)
        if before is not None and before.fields["who"] and before.start >= self.text.starts[sentence[0]]:
            return str(before.fields["who"])
        node = self.document.node_at(start)
        given = _RESPONSIBLE.search(self.clean, start, node.end)
        return given[1].strip() if given else None

    def _carry_on(
        self,
        cadence: Cadence,
        start: int,
        end: int,
        following: Cadence | None,
        sentence: tuple[int, int],
        due: str | None,
    ) -> None:
        """Clauses after the duty that share its cadence: 每年组织…4次,举办…2次; 每月向链长汇报,书面向总链办汇报."""
        clean = self.clean
        at = end
        while at < sentence[1] and clean[at] == ",":
            first, last = self.bounds(at + 1, at + 1, (at + 1, sentence[1]))
            if following is not None and first <= following.start < last:
                return
            clause = clean[first:last]
            told = _TELLING.search(clause) and _TOLD.match(clause)
            figures = find_quantities(clause)
            counted = (
                figures
                and cadence.every == "year"
                and _COUNTED.match(clause)
                and figures[-1].quantity.kind in ("count", "occurrence")
                and figures[-1].number != "一"
            )
            if _OWN_PERIOD.match(clause):
                return
            if told or counted:
                self._add(
                    cadence,
                    first,
                    last,
                    rule="cadence.carried",
                    who=self._who(clean[start : cadence.start], start),
                    due=due if told and not _AFTERWARDS.search(clause) else None,
                )
            elif not _GOES_WITH.match(clause):
                return
            at = last

    def _sent_in(self, cadence: Cadence, start: int, end: int, due: str | None) -> None:
        """收集各专班报送的问题: collecting and sending in are two duties."""
        match = _SENT_IN.search(self.clean, start, end)
        if match:
            what = match["what"].replace("的", "", 1)
            self._add(
                cadence,
                match.start("who"),
                match.end(),
                rule="cadence.sent_in",
                who=match["who"],
                what=what,
                due=due,
            )


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The recurring duties of the document, in the order of the text."""
    reader = _Reader(text, outline)
    reader.read()
    return reader.items
