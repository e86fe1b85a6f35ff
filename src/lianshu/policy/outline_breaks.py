"""Line breaks that were lost: a document that arrives as one long run is cut at its own numbering."""

from __future__ import annotations

import re

_CN = "一二三四五六七八九十"
_INLINE = re.compile(
    rf"(?P<part>(?<![{_CN}第之])[{_CN}]{{1,3}}、)|(?P<section>\([{_CN}]{{1,3}}\))|(?P<item>(?<![\d.])\d{{1,2}}[.、](?!\d))"
)
_ORDER = {"part": 0, "section": 1, "item": 2}
_DIGITS = {char: i for i, char in enumerate(_CN, 1)}
#: Ordinary paragraphs are shorter than this.
_RUN = 600
_FEWEST_MARKERS = 3


def _value(words: str) -> int:
    figure = re.sub(r"[()、.]", "", words)
    if figure.isdigit():
        return int(figure)
    tens, _, ones = figure.rpartition("十")
    if "十" not in figure:
        return _DIGITS[figure] if len(figure) == 1 else 0
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def lost_breaks(clean: str, start: int, end: int) -> list[int]:
    """Offsets inside a line at which a numbered paragraph begins; empty for ordinary lines.

    A marker counts when it carries the number that is due at its level (or opens a level with 1) and when
    it stands behind the end of a sentence or, in brackets or as the next part, behind a heading.
    """
    if end - start < _RUN:
        return []
    due = [1, 1, 1]
    cuts: list[int] = []
    last = start
    for match in _INLINE.finditer(clean, start, end):
        kind = str(match.lastgroup)
        level = _ORDER[kind]
        number = _value(match[0])
        if number != due[level] and not (number == 1 and level):
            continue
        before = clean[match.start() - 1 : match.start()]
        ended = match.start() == start or before in "。;!?)”》:"
        behind_heading = match.start() - last <= 40
        if (
            not ended
            and not (kind == "section" and behind_heading)
            and not (kind == "item" and behind_heading)
        ):
            continue
        due[level] = number + 1
        for deeper in range(level + 1, 3):
            # Items often count on across sections.
            if not (deeper == 2 and level == 1):
                due[deeper] = 1
        last = match.start()
        if match.start() > start:
            cuts.append(match.start())
    return cuts if len(cuts) >= _FEWEST_MARKERS else []
