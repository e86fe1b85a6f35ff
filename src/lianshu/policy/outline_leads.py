"""Headings without a number: short sentences that open a passage, and headings grown into their text."""

from __future__ import annotations

import re

from lianshu.policy.model import Node

_SENTENCE = re.compile(r"[^。!?]+(?:[。!?]+[”’》)]*|$)")
_CLOSING = re.compile(r"[。!?][”’》)]*$")
#: A sentence that goes on from the one before is no heading, however short.
_GOES_ON = re.compile(r"继续|进一步|同时|此外|其中|并|还|也|不断|逐步|努力|切实|确保|力争|形成|为|根据|现")
_LONGEST = 20
#: Words with which the first sentence behind a heading sets in.
_OPENER = re.compile(
    r"加速|加快|大力|积极|建立|完善|推动|推进|支持|鼓励|引导|按照|围绕|坚持|聚焦|强化|深入|健全|构建|实施|落实|全面|着力|充分|"
    r"依托|统筹|进一步|加强|深化|优化|组织|制定|以|对|把|将|全力|持续|重点|到20"
)
# fmt: off
_TAILS = frozenset((
    "推进", "建设", "培育", "升级", "保障", "机制", "工程", "行动", "体系", "管理", "服务", "发展", "创新", "协同",
    "提升", "引进", "招商", "支持", "支撑", "领导", "落实", "考核", "督查", "宣传", "改革", "转型",
))
# fmt: on


def _is_short(words: str) -> bool:
    return 4 <= len(words) <= _LONGEST and not re.search(r"[,;:\d]", words) and not _GOES_ON.match(words)


def _grams(words: str) -> set[str]:
    return {words[i : i + 2] for i in range(len(words) - 1)}


def paragraph_leads(clean: str, start: int, end: int, above: str) -> list[tuple[int, int, int]]:
    """Run-in headings of an unnumbered paragraph as (start, end of the heading, end of its passage).

    A paragraph has them when its first sentence is short, without comma and colon, and more text follows.
    ``above`` is the heading over the paragraph; it vouches for a heading that hangs on a semicolon.
    """
    sentences = [(m.start(), m.end()) for m in _SENTENCE.finditer(clean, start, end)]
    if len(sentences) < 2 or above.count("“") > above.count("”"):
        return []
    heads: list[tuple[int, int]] = []
    for i, (first, last) in enumerate(sentences[:-1]):
        words = _CLOSING.sub("", clean[first:last])
        if i == 0:
            if (
                not _is_short(words)
                or clean[last - 1 : last] in "!?"
                or words.startswith(("为", "根据", "现"))
            ):
                return []
            heads.append((first, first + len(words)))
        elif _is_short(words):
            if heads[-1][1] + 1 < first:  # directly behind a heading a short sentence is text
                heads.append((first, first + len(words)))
        else:
            tail = _tail_heading(words, heads, clean, above)
            if tail:
                heads.append((last - (last - first - len(words)) - tail, first + len(words)))
    bounds = [first for first, _ in heads[1:]] + [end]
    return [(first, last, stop) for (first, last), stop in zip(heads, bounds, strict=True)]


def _tail_heading(sentence: str, heads: list[tuple[int, int]], clean: str, above: str) -> int:
    """Length of a heading at the end of a sentence that lost its own full stop, 0 when there is none."""
    if len(heads) < 2:
        return 0
    words = [clean[first:last] for first, last in heads]
    after = sentence.rsplit(";", 1)
    if len(after) == 2 and _is_short(after[1]) and _grams(after[1]) & _grams(above + "。" + "。".join(words)):
        return len(after[1])
    if words[-1][:2] == words[-2][:2] and words[-1][-2:] == words[-2][-2:] == sentence[-2:]:
        at = sentence.rfind(words[-1][:2])
        if at > 0 and len(sentence) - at <= _LONGEST and _is_short(sentence[at:]):
            return len(sentence) - at
    return 0


def mend_headings(node: Node, clean: str) -> None:
    """Cut the heading off a numbered line whose full stop was lost, after the pattern of its siblings that
    have headings on lines of their own."""
    if not node.children:
        return
    for kind in ("section", "item", "part"):
        siblings = [child for child in node.children if child.kind == kind]
        own_line = [
            c.heading for c in siblings if c.heading and clean[c.heading_end : c.heading_end + 1] == "\n"
        ]
        if len(own_line) < 2:
            continue
        tails = {heading[-2:] for heading in own_line} | _TAILS
        for child in siblings:
            if not child.heading:
                clause = re.split(r"[,。;:!?\n]", clean[child.heading_start : child.heading_start + 60])[0]
                cuts = [
                    i
                    for i in range(4, min(len(clause), 24))
                    if clause[i - 2 : i] in tails and _OPENER.match(clause, i)
                ]
                if cuts:
                    child.heading_end = child.heading_start + cuts[-1]
                    child.heading = clause[: cuts[-1]]
    for child in node.children:
        mend_headings(child, clean)
