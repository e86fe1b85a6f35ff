"""Tasks: the numbered measures of a plan, each with its responsible units.

A task is the innermost numbered node (一、 （一） 1. （1）) outside the parts that set no work; in an
interview the answers' ordinals (一是…) and the headed sub-measures of a paragraph are tasks too; in a
task table every row is one. Rule of what counts: ``policies/SCHEMA.md``, Tasks.
"""

from __future__ import annotations

import re
from typing import Any

from lianshu.policy.extract import enumeration, tables, units
from lianshu.policy.extract.chains import heading_chain
from lianshu.policy.extract.units import UnitList
from lianshu.policy.lexicon import choice
from lianshu.policy.model import Item, Node, Outline, Text
from lianshu.reference.quantity import find_quantities

_NUMBERED = ("chapter", "part", "section", "item", "sub")
_NOT_WORK = re.compile(choice("tasks", "not_work"))
_EVIDENCE = 30
#: Closing clauses of a paper: from when it holds, who explains it.
#: Verbs with which a measure begins, also where it names a figure.
_WORKS = re.compile(choice("tasks", "works"))
_FINAL = re.compile(
    r"本?(?:方案|计划|意见|办法|细则|措施|规定|通知|政策|行动计划|实施方案)(?:自|由|从).{0,30}(?:施行|实施|执行|解释|生效)"
)
_PURPOSE = re.compile(r"(?:为|根据)[^。]{6,400}(?:制定|制订)本[\u4e00-\u9fff]{2,6}[。.]?\s*$")
_SECTION_OF_ORDINALS = re.compile(r"^([\u4e00-\u9fff“”]{2,12}?)[,，]?(?:主要|包括|共|分为|有)")


def _is_goal(node: Node) -> bool:
    """Whether a node's heading says that it sets no work (指导思想, 发展目标 …)."""
    heading = re.sub(r"\W", "", node.heading)
    if re.fullmatch(r"[\u4e00-\u9fff]{0,6}[与和及]目标", heading):  # 基础与目标
        return True
    if heading in ("目标任务", "主要目标任务", "总体目标任务", "工作目标任务") and not _children(node):
        return True
    return (
        len(heading) <= 14 and bool(_NOT_WORK.search(heading)) and not re.search(r"任务|举措|措施", heading)
    )


def _children(node: Node) -> list[Node]:
    """The numbered nodes directly below, and the unnumbered headings that hold numbered ones."""
    out: list[Node] = []
    for child in node.children:
        if child.kind in _NUMBERED or (child.kind == "lead" and _children(child)):
            out.append(child)
        elif child.kind in ("title", "head", "annex", "turn"):
            out += _children(child)
    return out


def _body_start(clean: str, node: Node) -> int:
    """Where the measure's words begin behind its number."""
    if node.heading_end > node.heading_start:
        return node.heading_start
    at = node.heading_start or node.start
    return at if at < node.end else node.start


def _title(clean: str, node: Node) -> str:
    """The heading, or the first clause of a measure without one."""
    if node.heading:
        return node.heading.strip(" 。.:：;；")
    start = _body_start(clean, node)
    first = re.match(r"[^。;；\n]{2,60}", clean[start : start + 60])
    words = first[0] if first else clean[start : start + 20]
    clause = re.match(r"[^,，:：]{6,}", words)
    return (clause[0] if clause else words).strip(" ,，:：")


def _make(text: Text, start: int, end: int, fields: dict[str, object], listed: UnitList, rule: str) -> Item:
    stop = min(end, start + _EVIDENCE)
    confidence, reason = 0.95, ""
    if rule in ("task-run-in", "task-ordinal", "task-headed"):
        confidence, reason = 0.75, "没有编号，按段首小标题识别"
    fields = {
        **fields,
        "responsible": listed.units,
        "lead": listed.lead,
        "support": listed.support,
        "due": listed.due or None,
    }
    return enumeration.item(text, "tasks", (start, max(stop, start + 1)), fields, rule, confidence, reason)


def _own_units(clean: str, start: int, end: int) -> UnitList:
    whole = UnitList(start, end)
    for one in units.lists(clean, start, end):
        whole.absorb(one)
    return whole


class _Reader:
    """Walks the outline once and collects the tasks."""

    def __init__(self, text: Text, outline: Outline) -> None:
        self.text, self.clean, self.outline = text, text.clean, outline
        self.items: list[Item] = []
        annex = re.search(r"\n附件\s*[:：\d一]", text.clean[len(text.clean) // 3 :])
        self.annex = annex.start() + len(text.clean) // 3 if annex else len(text.clean)
        self.own_lines = any(
            self._list_line(child) for node in outline.root.walk() for child in _children(node)[:-1]
        )
        self.interview = any(node.kind == "turn" for node in outline.root.walk())

    def add(self, node: Node, rule: str, listed: UnitList | None = None, **changes: object) -> None:
        """One task from a node; ``changes`` override its number, section or title."""
        start = _body_start(self.clean, node)
        body = self.clean[start : node.end]
        if not re.search(r"\w", body) or _FINAL.match(body) or _PURPOSE.match(body):
            return
        if listed is None:
            listed = _own_units(self.clean, start, node.end)
        fields: dict[str, object] = {
            "no": node.path, "section": self._section(node), "title": _title(self.clean, node), **changes,
        }  # fmt: skip
        self.items.append(_make(self.text, start, node.end, fields, listed, rule))

    def _section(self, node: Node) -> str:
        above = node.parent
        while above is not None and not above.heading and above.kind != "root":
            above = above.parent
        held = above is not None and above.kind in (*_NUMBERED, "lead")
        return above.heading.strip(" 。:：") if above is not None and held else ""

    def walk(self, node: Node, off: bool = False) -> None:
        """Tasks at and below a node; ``off`` is True inside a part that sets no work."""
        for child in _children(node):
            goal = _is_goal(child)
            if self._listed_annex(child):
                continue
            below = [node for node in _children(child) if not self._listed_annex(node)]
            if below and not self._one_measure(child, below):
                self.walk(child, (off or goal) and not heading_chain(child))
                self._inherit(child, below)
            elif (heading_chain(child) or not (off or goal) or self._listed(child)) and not self._headed(
                child
            ):
                self.add(child, "task-numbered")
                self._sub_measures(child)

    def _listed_annex(self, node: Node) -> bool:
        """Whether a numbered line only names an annex in the list at the end (``附件：1.…　2.…``)."""
        return (
            node.start > self.annex
            and node.end - node.start < 60
            and "。" not in self.clean[node.start : node.end]
        )

    def _list_line(self, node: Node) -> bool:
        """Whether a measure's list of units stands on a line of its own behind it."""
        line_end = self.clean.find("\n", node.start, node.end)
        return line_end > 0 and not _children(node) and bool(units.lists(self.clean, line_end, node.end))

    def _listed(self, node: Node) -> bool:
        return bool(units.lists(self.clean, node.start, node.end))

    def _one_measure(self, node: Node, below: list[Node]) -> bool:
        """Whether (1)(2) are the steps of one measure: its only list of units stands at the very end."""
        if node.kind not in ("item", "section") or below[0].kind != "sub":
            return False
        found = units.lists(self.clean, node.start, node.end)
        return len(found) == 1 and len(below) >= 2 and found[0].start >= below[-1].start

    def _inherit(self, node: Node, below: list[Node]) -> None:
        """A list on a line of its own behind the last measure holds for all measures that have none."""
        last = below[-1]
        if self.own_lines:
            return
        line_end = self.clean.find("\n", last.start)
        if line_end < 0 or line_end >= node.end:
            return
        found = [one for one in units.lists(self.clean, line_end, node.end) if one.start > line_end]
        if len(found) != 1:
            return
        starts = {self.text.span(_body_start(self.clean, b), b.end)[0] for b in below[:-1]}
        for item in self.items:
            if item.start in starts and not item.fields["responsible"]:
                item.fields.update(responsible=found[0].units, lead=found[0].lead, support=found[0].support)

    def _headed(self, part: Node) -> bool:
        """Measures of a part without numbers: passages and bullets that open with a heading."""
        if part.kind not in ("part", "chapter") or self.interview:
            return False
        headed = [n for n in part.children if n.kind in ("dash", "lead", "ordinal") and n.heading]
        if len(headed) < 2:
            return False
        for node in headed:
            number = node.path if node.kind == "ordinal" else "-"
            self.add(node, "task-headed", no=number, section=part.heading.strip(" 。:："))
        return True

    def _sub_measures(self, node: Node) -> None:
        """In an interview: the headed sub-measures within the paragraphs of a numbered measure."""
        for child in node.children:
            if self.interview and child.kind == "lead" and child.heading:
                self.add(child, "task-run-in", no="-")

    def ordinals(self) -> None:
        """一是…二是… of an answer: measures where no numbered node holds them."""
        before: Node | None = None
        section = ""
        for node in self.outline.root.walk():
            if node.kind != "ordinal":
                if node.kind in ("paragraph", "turn"):
                    before = node
                continue
            if any(above.kind in _NUMBERED for above in _above(node)) or self._only_figure(node):
                continue
            if node.number == "1":
                lead = self.clean[before.start : before.end] if before is not None else ""
                match = _SECTION_OF_ORDINALS.match(lead)
                section = match[1] if match else ""
            self.add(node, "task-ordinal", no=f"{section}{node.path[-1:]}", section=section)

    def _only_figure(self, node: Node) -> bool:
        """Whether an ordinal only states a figure to reach (一是规上工业增加值增长9%以上)."""
        words = self.clean[_body_start(self.clean, node) : node.end]
        clause = re.split("[,;。]", words, maxsplit=1)[0]
        return (
            bool(find_quantities(clause))
            and not _WORKS.match(clause)
            and len(re.split("[。]", words)[0]) < 40
        )


def _above(node: Node) -> list[Node]:
    out = []
    while node.parent is not None:
        node = node.parent
        out.append(node)
    return out


def _table_tasks(text: Text, items: list[Item]) -> list[Item]:
    """One task per row of a task table; a row that repeats a task of the body gives it its units."""
    out: list[Item] = []
    for row in tables.task_rows(text):
        listed = UnitList(row.start, row.end)
        for role, words in row.units:
            listed.absorb(units.parse(words, role))
        listed.due = row.due
        known = next((i for i in items if tables.same_title(str(i.fields["title"]), row.title)), None)
        if known is not None:
            for unit in listed.units:
                if unit not in known.fields["responsible"]:
                    known.fields["responsible"].append(unit)
            for key, value in (("lead", listed.lead), ("support", listed.support)):
                known.fields[key] = known.fields[key] or value
            known.fields["due"] = known.fields["due"] or listed.due or None
            continue
        fields = {
            "no": row.number, "section": row.section, "title": row.title, "responsible": listed.units,
            "lead": listed.lead, "support": listed.support, "due": listed.due or None,
        }  # fmt: skip
        stop = min(row.end, row.start + _EVIDENCE)
        out.append(Item("tasks", fields, row.start, stop, 0.9, "", "task-table-row"))
    return out


def extract(text: Text, outline: Outline, facts: dict[str, Any]) -> list[Item]:
    """The tasks in the order of the text, fields ``no, section, title, responsible`` and beyond the schema
    ``lead``, ``support`` (units whose part is stated) and ``due`` (the words of a time limit)."""
    reader = _Reader(text, outline)
    reader.walk(outline.root)
    reader.ordinals()
    items = sorted(reader.items, key=lambda item: item.start)
    return items + _table_tasks(text, items)
