"""The period of a figure: said beside it, shared in its list, or carried from its bullet, heading or lead-in."""

from __future__ import annotations

import re
from bisect import bisect_right

from lianshu.policy.grammar.periods import Calendar, Mention, find_periods
from lianshu.policy.grammar.places import SKIPPED, Document, Place
from lianshu.policy.grammar.refusals import tells_goals
from lianshu.policy.model import Node
from lianshu.reference.quantity import Found, find_quantities

_JOINED = re.compile(r"(?:、|和|及|与|以及|,)(?:到)?")
#: A paragraph that only says by when: its date opens it and it gives no figure.
_OPENS = re.compile(r"^\W*(?:力争|争取|通过[^,]{2,12}努力,)?(?:到|至)(?=20|“|十)")
_LEADS_IN = re.compile(r"目标|任务|如下|以下|实现|[:：]\s*$")


class Dates:
    """The periods of one document and how they carry over."""

    def __init__(self, document: Document, calendar: Calendar) -> None:
        self.document, self.clean, self.calendar = document, document.clean, calendar
        self.periods = find_periods(self.clean)
        self._starts = [m.start for m in self.periods]

    def mentions(self, start: int, end: int) -> list[Mention]:
        """The periods within a span."""
        first = bisect_right(self._starts, start - 1)
        return [m for m in self.periods[first : bisect_right(self._starts, end - 1)] if m.end <= end]

    def period(self, place: Place, *, flow: bool = False) -> str:
        """The period said in the sentence, else the one that carries over; ``past`` for a year gone by.

        ``flow`` marks what grows or is added: with a bare year it belongs to that year (2026年增长8%), while a
        stock is to be reached by it (2026年达到600家 in a plan until 2026).
        """
        start, found = place.sentence[0], place.found
        said = [m for m in self.mentions(start, found.start) if m.kind != "past"]
        # 年均分别增长15%、12%: the second figure has no words of its own.
        own = place.piece if self.clean[place.piece : found.start].strip("、和及与, ") else place.clause
        inside = [m for m in said if m.kind != "yearly" or m.start >= own]
        dates = [m for m in inside if m.kind not in ("annual", "yearly")]
        if dates and dates[-1].kind == "gone":
            return "past"
        if inside and self._is_annual(inside[-1], place):
            span = dates[-1] if dates else None
            if span is not None and span.kind == "span":
                return f"annual:{span.first}-{span.last}"
            return "annual"
        after = self.mentions(found.end, min(found.end + 16, place.sentence[1]))
        if after and self.clean[found.end : found.end + 1] == "(" and after[0].start <= found.end + 2:
            return self.calendar.resolve(after[0])
        if dates:
            years = [m for m in self.mentions(*place.sentence) if m.kind == "year"]
            date = self._shared_date(dates, found)
            if date.kind == "year" and date.end <= place.segment and dates[0].kind == "by" and not flow:
                date = dates[0]  # 到2027年,…2025年达到A、2027年达到B;…C: the sentence's own date
            if self.calendar.is_over(date):
                return "past"
            return self.calendar.resolve(date, steps=flow or len({m.last for m in years}) > 1)
        return self._carried_period(place)

    def _is_annual(self, mention: Mention, place: Place) -> bool:
        """Whether 每年 or 年均 reaches to the figure: 每年 not to a share or a total in a later clause."""
        if mention.kind not in ("annual", "yearly") or mention.start < place.segment:
            return False
        if mention.start >= place.clause:
            return True
        own = self.clean[mention.end : place.found.start]
        return place.found.quantity.unit not in ("%", "‰") and not re.search(
            "累计|设立|成立|组建|形成|总数|总量", own
        )

    def _shared_date(self, dates: list[Mention], found: Found) -> Mention:
        """The figure's own date in 2024年、2025年分别达到A、B; otherwise the last date before it."""
        clean, group = self.clean, dates[-1:]
        for date in reversed(dates[:-1]):
            if not _JOINED.fullmatch(clean[date.end : group[0].start]):
                break
            group.insert(0, date)
        if len(group) == 1 or "分别" not in clean[group[-1].end : found.start]:
            return dates[-1]
        place = len(find_quantities(clean[group[-1].end : found.start]))
        return group[min(place, len(group) - 1)]

    def _carried_period(self, place: Place) -> str:
        """The date of an earlier sentence of the same bullet, of its heading, or of the words that lead
        the list in."""
        node = self.document.node_at(place.found.start)
        line = self.clean.rfind("\n", 0, place.found.start) + 1
        dates = self._dates(max(node.start, line), place.sentence[0])
        if "\t" in self.clean[line : node.end]:  # the time column of a task table
            stop = self.clean.find("\n", place.found.end)
            dates = dates or self._dates(line, stop if stop > 0 else len(self.clean))
        dates = dates or self._dates_above(node)
        if dates and self.calendar.is_over(dates[-1]):
            return "past"
        return self.calendar.resolve(dates[-1]) if dates else "none"

    def _dates_above(self, node: Node) -> list[Mention]:
        """The dates of the heading above, or of the paragraph that leads a list in (到2026年,实现以下目标:)."""
        while node.parent is not None:
            siblings = node.parent.children
            at = next((i for i, sibling in enumerate(siblings) if sibling is node), 0)
            while at and siblings[at - 1].kind == node.kind:
                at -= 1
            if at and siblings[at - 1].kind == "paragraph" and node.kind != "paragraph":
                lead = siblings[at - 1]
                text = self.clean[lead.start : lead.end].rstrip()
                if (
                    text.endswith(":")
                    or (len(text) < 60 and _LEADS_IN.search(text))
                    or self._rules_on(lead.parent, text)
                ):
                    dates = self._dates(lead.start, lead.end)
                    if dates:
                        return dates
            node = node.parent
            if node.kind in SKIPPED or node.parent is None:
                return []
            dates = self._dates(node.heading_start, node.heading_end) if node.heading else []
            if not dates and node.children:
                own = self.clean[node.heading_end : node.children[0].start].rstrip()
                if own.endswith(":") or self._rules_on(node, own.lstrip(" 。.:\n")):
                    dates = self._dates(node.heading_end, node.children[0].start)
            if dates:
                return dates
        return []

    @staticmethod
    def _rules_on(node: Node | None, text: str) -> bool:
        """Whether the words that open a part of goals give the date of all that follows (到2025年,建成更强的…。)."""
        while node is not None and not node.heading:
            node = node.parent
        if node is None or not tells_goals(node.heading) or not _OPENS.match(text):
            return False
        return len(find_periods(text)) == 1 and len(find_quantities(text)) <= 1

    def _dates(self, start: int, end: int) -> list[Mention]:
        """The dates in a span that may carry over to the next sentence."""
        return [
            m for m in self.mentions(start, end) if m.kind not in ("annual", "yearly", "past", "gone", "full")
        ]
