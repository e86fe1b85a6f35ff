"""Lists in running text: ``A、B、C和D等…`` as spans, with brackets and quotation marks kept whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lianshu.policy.model import Item, Text

Span = tuple[int, int]

#: A list never reaches over one of these.
STOPS = frozenset("。；;：:！!？?\n，,")
OPENERS = {")": "(", "）": "(", "”": "“", "》": "《", "』": "『", "〕": "〔", "】": "【", "’": "‘"}
CLOSERS = {"(": ")", "（": "）", "“": "”", "《": "》", "『": "』", "〔": "〕", "【": "】", "‘": "’"}
#: A small count as plans write it (8, 八, 十二, 二十一, 两); its value by ``reference.numerals.parse_integer``.
COUNT = r"(?:\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"


def matching_open(clean: str, at: int, floor: int) -> int:
    """Where the bracket or quotation mark closed at ``at`` is opened; -1 when not after ``floor``."""
    closer, depth = clean[at], 0
    opener = OPENERS[closer]
    for i in range(at, max(floor, at - 400) - 1, -1):
        if clean[i] == closer:
            depth += 1
        elif clean[i] == opener or (opener == "(" and clean[i] == "（"):
            depth -= 1
            if not depth:
                return i
    return -1


def before(clean: str, end: int, floor: int = 0, stops: frozenset[str] = STOPS) -> list[Span]:
    """The pieces of the list that ends at ``end``, parted by ``、``, in the order of the text.

    The first piece still carries the words before the list (its verb); see :func:`after_last`.
    """
    pieces: list[Span] = []
    at = stop = end
    while at > floor:
        char = clean[at - 1]
        if char in OPENERS:
            opened = matching_open(clean, at - 1, floor)
            if opened < 0:
                break
            at = opened
            continue
        if char in stops or char in CLOSERS:
            break
        if char == "、":
            pieces.append((at, stop))
            stop = at - 1
        at -= 1
    pieces.append((at, stop))
    return [piece for piece in reversed([strip(clean, *p) for p in pieces]) if piece[0] < piece[1]]


def split(clean: str, start: int, end: int, separators: str = "、") -> list[Span]:
    """``clean[start:end]`` cut at the separators outside brackets and quotation marks."""
    words = clean[start:end]
    if not any(mark in words for mark in separators):
        whole = strip(clean, start, end)
        return [whole] if whole[0] < whole[1] else []
    pieces: list[Span] = []
    closing: list[str] = []
    begin = start
    for i in range(start, end):
        char = clean[i]
        if closing and char == closing[-1]:
            closing.pop()
        elif char in CLOSERS:
            closing.append(CLOSERS[char])
        elif not closing and char in separators:
            pieces.append((begin, i))
            begin = i + 1
    pieces.append((begin, end))
    return [piece for piece in (strip(clean, *p) for p in pieces) if piece[0] < piece[1]]


def strip(clean: str, start: int, end: int, junk: str = " \t\u3000\n、") -> Span:
    """The span without blanks at its ends."""
    while start < end and clean[start] in junk:
        start += 1
    while start < end and clean[end - 1] in junk:
        end -= 1
    return start, end


def after_last(clean: str, span: Span, lead: re.Pattern[str]) -> Span:
    """The span from behind the last match of ``lead`` within it (the verb before a list)."""
    start = span[0]
    for match in lead.finditer(clean, *span):
        if match.end() < span[1]:
            start = match.end()
    return strip(clean, start, span[1])


def part_last(clean: str, pieces: Sequence[Span], joint: re.Pattern[str]) -> list[Span]:
    """The list with its last piece cut in two where a conjunction joins the last two members."""
    if not pieces:
        return []
    start, end = pieces[-1]
    match = joint.search(clean, start + 1, end - 1)
    if match is None:
        return list(pieces)
    return [*pieces[:-1], strip(clean, start, match.start()), strip(clean, match.end(), end)]


_GLOSS = re.compile(r"[(（][^()（）]*[)）]")


def without_gloss(words: str) -> str:
    """Words without a gloss in brackets and without quotation marks around them."""
    return _GLOSS.sub("", words).strip(' 、“”‘’"')


def item(
    text: Text,
    kind: str,
    span: Span,
    fields: Mapping[str, object],
    rule: str,
    confidence: float = 0.95,
    reason: str = "",
) -> Item:
    """An item whose evidence is the original behind ``span`` of the clean text."""
    start, end = text.span(*span)
    return Item(kind, dict(fields), start, end, confidence, reason, rule)
