"""The outline of a document: numbered parts, run-in headings, ordinals, turns of an interview, sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lianshu.policy.model import Node, Outline, Text
from lianshu.policy.outline_breaks import lost_breaks
from lianshu.policy.outline_heads import outer_lines
from lianshu.policy.outline_leads import mend_headings, paragraph_leads

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_CN = "一二三四五六七八九十百零〇"

#: Levels of the markers, from the outside in. Documents may skip levels, never swap them. Unnumbered
#: headings find their level from the markers below them (see ``_lead_level``).
LEVELS = {
    "title": 10, "head": 10, "foot": 10, "annex": 10, "turn": 20, "chapter": 30, "chaptersection": 35, "part": 40, "section": 50,
    "item": 60, "sub": 80, "circle": 90, "dash": 100, "ordinal": 110, "lead": 120,
    "paragraph": 130, "table": 130,
}  # fmt: skip

_LEAVES = ("title", "head", "foot", "paragraph", "table")

_MARKERS = re.compile(
    rf"""
    (?P<chapter>第[{_CN}\d]{{1,4}}(?:章|编|部分)[ 、:]?)
  | (?P<chaptersection>第[{_CN}\d]{{1,4}}节[ 、:]?)
  | (?P<article>第[{_CN}\d]{{1,4}}条[ 、:]?)
  | (?P<part>[{_CN}]{{1,3}}(?:、|\.(?=[^\d])|,(?=[\u4e00-\u9fff]{{2,20}}$)))
  | (?P<section>\(?[{_CN}]{{1,3}}\)[、.]?)
  | (?P<decimal>\d{{1,2}}(?:\.\d{{1,2}}){{1,2}}[ 、.]?(?=[\u4e00-\u9fff“《])(?![亿万元个家项倍年吨]))
  | (?P<item>\d{{1,3}}(?:[、.](?!\d)|(?=[\u4e00-\u9fff]{{2,12}}$)(?!年|月|日|个|家|项|亿|万|%)))
  | (?P<sub>\(?\d{{1,2}}\)[、.]?)
  | (?P<circle>[①-⑳❶-❿⑴-⒇⒈-⒛㈠-㈩])
  | (?P<dash>——|—(?!\d)|[·※]\ ?|-\ (?=[\u4e00-\u9fff]))
  | (?P<annex>附件\ ?(?:\d{{1,2}}|[一二三四五六七八九十])?[:]?(?=$))
  """,
    re.VERBOSE,
)
_ORDINAL = re.compile(
    rf"(?:(?<=[。;:!?\n,])|^)(?:([{_CN}]{{1,2}})(?:是|要|则)(?![一否求])|第([{_CN}]{{1,2}}),)"
)
#: Numbers in one character: the first of the series and the marker it stands for, the last series first.
_CIRCLES = (("㈠", "section"), ("❶", "circle"), ("⒈", "item"), ("⑴", "sub"), ("①", "circle"))
_SENTENCE_END = re.compile(r"[。!?]+[”’》)]*")
_SPEAKER = re.compile(r"[【\[]?([问答]|[\u4e00-\u9fff·]{2,6})(?:\([\u4e00-\u9fff、]{2,20}\))?(?:[】\]]:?|:)")
_HOSTS = ("主持人", "记者", "问", "网友", "提问")


def chinese_number(words: str) -> int:
    """``十二`` → 12; digits pass. Up to three figures, as numbering uses."""
    if words.isdigit():
        return int(words)
    total, digit = 0, 0
    for char in words:
        if char == "十":
            total += (digit or 1) * 10
            digit = 0
        elif char == "百":
            total += (digit or 1) * 100
            digit = 0
        else:
            digit = _DIGITS.get(char, 0)
    return total + digit


def chinese_numeral(number: int) -> str:
    """12 → ``十二``, for 1 to 99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else "一二三四五六七八九"[tens - 1] + "十")
    return head + ("" if ones == 0 else "一二三四五六七八九"[ones - 1])


def sentences(clean: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences of the lines as (start, end), closing punctuation included."""
    out: list[tuple[int, int]] = []
    for start, end in lines:
        at = start
        for match in _SENTENCE_END.finditer(clean, start, end):
            out.append((at, match.end()))
            at = match.end()
        if clean[at:end].strip():
            out.append((at, end))
    return out


def lines_of(clean: str) -> list[tuple[int, int]]:
    """The paragraphs of a clean text as (start, end); a run that lost its breaks is cut at its numbers."""
    out: list[tuple[int, int]] = []
    at = 0
    for line in clean.split("\n"):
        end = at + len(line)
        if line:
            edges = [at, *lost_breaks(clean, at, end), end]
            out += zip(edges, edges[1:], strict=False)
        at = end + 1
    return out


@dataclass(slots=True)
class _Marker:
    kind: str
    number: int | None
    printed: str
    width: int


def _marker(line: str) -> _Marker | None:
    match = _MARKERS.match(line)
    if match is None:
        return None
    kind = str(match.lastgroup)
    words = match[0]
    figure = "".join(char for char in words if char in _CN or char.isdigit())
    width = match.end()
    if kind == "article":  # 章 > 条 > (一) > 1.: an article stands where a part does
        kind = "part"
        return _Marker(kind, chinese_number(figure), words.strip(" 、:"), width)
    if kind in ("chapter", "chaptersection"):
        return _Marker(kind, chinese_number(figure), "", width)
    if kind == "part":
        return _Marker(kind, chinese_number(figure), figure, width)
    if kind == "section":
        return _Marker(kind, chinese_number(figure), f"({figure})", width)
    if kind == "decimal":
        return _Marker("item", int(words.strip(" 、.").split(".")[-1]), words.strip(" 、."), width)
    if kind == "item":
        return _Marker(kind, int(figure), figure, width)
    if kind == "sub":
        return _Marker(kind, int(figure), f"({figure})", width)
    if kind == "circle":
        first, kind = next((first, kind) for first, kind in _CIRCLES if words >= first)
        number = ord(words) - ord(first) + 1
        printed = {"circle": words, "sub": f"({number})", "item": str(number)}.get(kind, "")
        return _Marker(kind, number, printed or f"({chinese_numeral(number)})", width)
    return _Marker(kind, None, "", width)


def _set_heading(node: Node, clean: str, start: int, end: int) -> None:
    node.heading_start, node.heading_end = start, end
    node.heading = clean[start:end]


def _run_in(clean: str, start: int, end: int) -> int:
    """End of a run-in heading that opens ``clean[start:end]``: a short first sentence with more text behind
    it, or the whole line when it is short and no sentence. 0 when there is none."""
    line = clean[start:end]
    if len(line) <= 40 and not re.search(r"[。;!?]", line) and line.count(",") <= 2:
        return start + len(line.rstrip(":"))
    match = re.match(r"[^。;!?\n]{2,42}?(?=[。:!?])", line)
    if match is None:
        return 0
    words, stop = match[0], match.end()
    if stop + 1 >= len(line.rstrip("”’》)")):  # the sentence is all there is
        return start + stop if "," not in words and stop <= 30 else 0
    if line[stop] == ":" and (len(words) > 16 or "," in words):
        return 0
    return start + stop if words.count(",") + words.count("、") <= 4 else 0


def _speakers(clean: str, lines: list[tuple[int, int]]) -> set[str]:
    """Names that open turns of an interview: a host and those who answer."""
    seen: dict[str, int] = {}
    for start, end in lines:
        match = _SPEAKER.match(clean, start, end)
        if match:
            seen[match[1]] = seen.get(match[1], 0) + 1
    hosts = {name for name in seen if name in _HOSTS}
    if not hosts or sum(seen[h] for h in hosts) < 2:
        return set()
    return {name for name, count in seen.items() if count >= 2 or name in hosts}


@dataclass(slots=True)
class _Line:
    """A line of the body: where its words begin behind a speaker's name, its marker, and whether it is an
    unnumbered heading (1 to 9: the level that the format gives, 5 when only its look says so)."""

    start: int
    end: int
    at: int
    marker: _Marker | None = None
    heading: int = 0


class _Builder:
    def __init__(self, clean: str) -> None:
        self.clean = clean
        self.root = Node("root", 0, 0, len(clean))
        self.open: list[Node] = [self.root]

    def add(self, node: Node) -> Node:
        while self.open[-1].level >= node.level:
            self.open.pop()
        parent = self.open[-1]
        node.parent = parent
        parent.children.append(node)
        if node.kind not in _LEAVES:
            self.open.append(node)
        return node


_NO_HEADING = re.compile(
    r"[。;,:!?|\t]|、$|^[(\[]|^[\d年月日 :.—-]+$|^[^\u4e00-\u9fff]+$|(?:政府|委员会|办公室|局|党委|[省市县区]委)$|日$"
)


def _classify(
    clean: str, spans: list[tuple[int, int]], headings: dict[int, int], speakers: set[str]
) -> list[_Line]:
    lines: list[_Line] = []
    for start, end in spans:
        speaker = _SPEAKER.match(clean, start, end)
        at = speaker.end() if speaker and speaker[1] in speakers else start
        lines.append(_Line(start, end, at, _marker(clean[at:end]) if at < end else None))
    for i, line in enumerate(lines):
        if line.marker or line.at > line.start:
            continue
        if line.start in headings:
            line.heading = headings[line.start]
        elif line.end - line.start <= 30 and i + 1 < len(lines):
            after = lines[i + 1]
            body = clean[after.start : after.end]
            if (after.marker or len(body) > 30 or "。" in body) and not _NO_HEADING.search(
                clean[line.start : line.end]
            ):
                line.heading = 5
    return lines


def _lead_level(lines: list[_Line], index: int) -> int:
    """Level of an unnumbered heading: just outside the first run of markers that begins below it."""
    own = lines[index].heading
    for line in lines[index + 1 :]:
        if line.heading and line.heading <= own:
            break
        if line.marker:
            if line.marker.number == 1:
                return LEVELS[line.marker.kind] - 10 + own
            break
    return LEVELS["lead"] - 10 + own


def outline(text: Text) -> Outline:
    """Build the tree of a repaired text.

    Containers end where the next marker of the same or a higher level begins. Numbers that a scanner has
    repeated or lost are set right from their neighbours; ``path`` prints the numbers set right.
    """
    clean = text.clean
    spans = lines_of(clean)
    outer = outer_lines(clean, spans)
    located = (text.locate(table.start, table.end) for table in text.source.tables)
    tables = [span for span in located if span is not None]
    headings = {}
    for start, end, level in text.source.headings:
        span = text.locate(start, end)
        if span:
            headings[span[0]] = level
    body = [
        span
        for i, span in enumerate(spans)
        if i not in outer and not any(first <= span[0] < last for first, last in tables)
    ]
    lines = _classify(clean, body, headings, _speakers(clean, spans))
    fixed = [Node(outer[i], LEVELS[outer[i]], *spans[i]) for i in outer]
    # A table of labels above the title is a head, and has its lines there already.
    outside = [spans[i][0] for i in outer]
    fixed += [
        Node("table", LEVELS["table"], first, last)
        for first, last in tables
        if not any(first <= at < last for at in outside)
    ]
    fixed.sort(key=lambda node: node.start, reverse=True)
    build = _Builder(clean)
    for index, line in enumerate(lines):
        while fixed and fixed[-1].start < line.start:
            _add_fixed(build, fixed.pop())
        _add_line(build, lines, index)
    while fixed:
        _add_fixed(build, fixed.pop())
    _close(build.root, len(clean))
    mend_headings(build.root, clean)
    _mend_numbers(build.root)
    _set_paths(build.root)
    return Outline(root=build.root, sentences=sentences(clean, spans))


def _add_fixed(build: _Builder, node: Node) -> None:
    build.add(node)
    if node.kind == "title":
        _set_heading(node, build.clean, node.start, node.end)


def _add_line(build: _Builder, lines: list[_Line], index: int) -> None:
    clean, line = build.clean, lines[index]
    start, end = line.at, line.end
    if line.at > line.start:
        node = build.add(Node("turn", LEVELS["turn"], line.start, end))
        name = _SPEAKER.match(clean, line.start, end)
        if name:
            _set_heading(node, clean, *name.span(1))
        if start >= end:
            return
    if line.marker is not None:
        marker = line.marker
        number = None if marker.number is None else str(marker.number)
        kind = "chapter" if marker.kind == "chaptersection" else marker.kind
        node = build.add(Node(kind, LEVELS[marker.kind], start, end, number, marker.printed))
        body = start + marker.width
        heading_end = _run_in(clean, body, end) if body < end else 0
        _set_heading(node, clean, body, heading_end or body)
        _add_ordinals(build, max(body, heading_end), end, node)
        return
    first = _ORDINAL.match(clean, start, end)
    if first:
        _add_ordinals(build, start, end, None)
        return
    if line.heading:
        node = build.add(Node("lead", _lead_level(lines, index), start, end))
        _set_heading(node, clean, start, end)
        return
    listed = len(_ORDINAL.findall(clean, start, end)) > 1
    leads = [] if listed else paragraph_leads(clean, start, end, build.open[-1].heading)
    for begin, heading_end, stop in leads:
        node = build.add(Node("lead", LEVELS["lead"], begin, stop))
        _set_heading(node, clean, begin, heading_end)
    if not leads:
        _add_ordinals(build, start, end, build.add(Node("paragraph", LEVELS["paragraph"], start, end)))


def _add_ordinals(build: _Builder, start: int, end: int, parent: Node | None) -> None:
    """Nodes for 一是…二是… inside ``start:end`` when they count up from one. Without a ``parent`` they open
    the line and stand beside those of the lines before."""
    clean = build.clean
    force = parent is None
    found = list(_ORDINAL.finditer(clean, start, end))
    chosen: list[tuple[int, int, int]] = []
    expect = 1
    for match in found:
        number = chinese_number(match[1] or match[2])
        if number == expect or (force and not chosen):
            chosen.append((match.start(), match.end(), number))
            expect = number + 1
    if not chosen or (len(chosen) < 2 and not force):
        return
    bounds = [begin for begin, _, _ in chosen[1:]] + [end]
    for (begin, body, number), stop in zip(chosen, bounds, strict=True):
        node = Node("ordinal", LEVELS["ordinal"], begin, stop, str(number), chinese_numeral(number))
        if parent is None:
            build.add(node)
        else:
            node.parent = parent
            parent.children.append(node)
        _set_heading(node, clean, body, _run_in(clean, body, stop) or body)


def _close(node: Node, end: int) -> None:
    """Let every container reach to where its follower begins."""
    for i, child in enumerate(node.children):
        stop = node.children[i + 1].start if i + 1 < len(node.children) else end
        if child.children:
            child.end = max(child.end, stop)
        _close(child, child.end)


def _mend_numbers(node: Node) -> None:
    """Set right numbers among siblings that were read twice or skipped: 2, 2, 4 → 2, 3, 4."""
    run: dict[str, list[Node]] = {}
    for child in node.children:
        if child.number is not None:
            run.setdefault(child.kind, []).append(child)
        _mend_numbers(child)
    for siblings in run.values():
        numbers = [int(str(child.number)) for child in siblings]
        for i in range(1, len(numbers)):
            follower = numbers[i + 1] if i + 1 < len(numbers) else None
            wanted = numbers[i - 1] + 1
            if numbers[i] != wanted and (
                follower == wanted + 1 or (follower is None and numbers[i] < wanted)
            ):
                numbers[i] = wanted
                siblings[i].number = str(wanted)
                siblings[i].path = _print(siblings[i], wanted)


def _print(node: Node, number: int) -> str:
    if node.kind in ("part", "ordinal"):
        return chinese_numeral(number)
    if node.kind == "section":
        return f"({chinese_numeral(number)})"
    if node.kind == "sub":
        return f"({number})"
    return str(number)


def _set_paths(node: Node, above: str = "") -> None:
    for child in node.children:
        child.path = above + child.path
        _set_paths(child, child.path)
