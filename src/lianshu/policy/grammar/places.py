"""Where a figure stands: its sentence, clause and own words; and the outline's part around a place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from lianshu.policy.grammar.measures import AFTER
from lianshu.policy.model import Node, Outline, Text
from lianshu.reference.quantity import Found

#: Parts of the outline that hold no orders.
SKIPPED = ("title", "head", "foot")
_LABEL = re.compile(r"[^\s,;:。、\d.]{2,20}(?:\([^()]{1,8}\))?(?<!如下)(?<!以下)(?<!目标)(?<!其中)(?<!即):$")
#: No sentence of a plan is longer than this many characters.
LONGEST = 2000
_CONNECTED = re.compile(r"(?:和|及|与|以及|、)$")

_NEAR = 400


@dataclass(frozen=True, slots=True)
class Place:
    """A figure in its sentence; all offsets are into the clean text."""

    found: Found
    sentence: tuple[int, int]
    segment: int  # begin of the ;-part
    clause: int  # begin of the ,-part
    piece: int  # begin of the figure's own words: after the figure before it
    stop: int  # end of what can be its name on the right


class Document:
    """A clean text with its outline, for looking up what stands around an offset."""

    def __init__(self, text: Text, outline: Outline) -> None:
        self.text, self.clean, self.outline = text, text.clean, outline
        self.nodes = list(outline.root.walk())
        self._node_starts = [node.start for node in self.nodes]
        self.sentences = [piece for sentence in outline.sentences for piece in self._cut(*sentence)]
        self._sentence_starts = [start for start, _ in self.sentences]

    def _cut(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A sentence without an end (a dump on one line) in pieces, so that the work stays linear."""
        while end - start > LONGEST:
            comma = self.clean.rfind(",", start + LONGEST // 2, start + LONGEST)
            stop = comma + 1 if comma > 0 else start + LONGEST
            yield start, stop
            start = stop
        yield start, end

    def node_at(self, offset: int) -> Node:
        """The innermost part of the outline at a place."""
        node: Node | None = self.nodes[max(0, bisect_right(self._node_starts, offset) - 1)]
        while node is not None and not node.start <= offset < node.end:
            node = node.parent
        return node or self.outline.root

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """The sentence around a place."""
        return self.sentences[max(0, bisect_right(self._sentence_starts, offset) - 1)]


def locate(
    clean: str,
    found: Found,
    previous: Found | None,
    refused: Found | None,
    following: Found | None,
    start: int,
    end: int,
) -> Place:
    """Place a figure of the sentence ``clean[start:end]``.

    ``previous`` is the last figure before it that was read, ``refused`` the figure directly before it whether
    read or not, ``following`` the next one.
    """
    depth, clause, segment = 0, None, start
    # a figure's clause and its list begin within some hundred characters
    for i in range(found.start - 1, max(start, found.start - _NEAR) - 1, -1):
        char = clean[i]
        if char in ")”》":
            depth += 1
        elif char in "(“《":
            depth = max(0, depth - 1) if depth else 0
        elif not depth and char in ",:;\n\t":
            if clause is None:
                clause = i + 1
            if char == ";":
                segment = i + 1
                break
    clause = start if clause is None else clause
    piece = clause
    label = _LABEL.search(clean, max(start, clause - 32), clause)
    if label is not None and (refused is None or refused.end <= label.start()):  # 工业总产值:600亿元
        clause = piece = label.start()
    if refused is not None and refused is not previous and refused.end > clause:
        piece = clean.rfind("、", refused.end, found.start) + 1 or clause
    if previous is not None and previous.end > clause:
        match = AFTER.match(clean, previous.end)
        piece = max(piece, match.end() if match else previous.end)
        comma = clean.rfind("、", piece, found.start)
        if comma >= 0:
            piece = max(piece, comma + 1)
        if _CONNECTED.search(clean[piece : found.start]):  # 20个国家级和40个省级…
            piece = found.start
    stop, depth = found.end, 0
    limit = following.start if following else end
    end = min(end, found.end + _NEAR)
    while stop < end:
        char = clean[stop]
        if char in "(“《":
            depth += 1
        elif char in ")”》":
            if not depth:
                break
            depth -= 1
        elif not depth and (char in ",;:。\n\t" or stop >= limit):
            break
        stop += 1
    if following is not None and stop >= following.start:
        stop = following.start
        comma = clean.rfind("、", found.end, stop)
        if comma >= 0:
            stop = comma
    return Place(found, (start, end), segment, clause, piece, stop)
