"""Repair of a text with the way back to the original.

Steps, each of which knows how far every clean character reaches in the original: folding of widths and
variants, traditional to simplified, stray pinyin, page furniture and broken lines, spaces, misreadings.
The canonical form that the grammar relies on: simplified characters; ASCII digits, letters and
``, ; : ! ? ( ) % ~``; Chinese ``。、“”《》〔〕—·``; one paragraph per line without indentation or blank lines;
table cells separated by tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import opencc

from lianshu.policy.model import Source, Text
from lianshu.policy.repair_data import CONFUSIONS, FOLDING, INVISIBLE, TONED, WORDS
from lianshu.policy.repair_lines import line_edits, space_edits

Edit = tuple[int, int, str]

_HAN = "\u3400-\u9fff\uf900-\ufaff"
_IS_HAN = re.compile(f"[{_HAN}]")
_GLOSS = re.compile(rf"\(([a-z{TONED}]{{1,6}})\)")
_GROUPED = re.compile(r",\d{3}(?!\d)")
_MARKDOWN = re.compile(r"^#{1,6} ", re.MULTILINE)
_MARKDOWN_SIGNS = re.compile(r"^#{1,6} +|\*\*", re.MULTILINE)
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_RANGE = re.compile(r"[—~]{1,2}(?=\d)")
_DOC_NUMBER = re.compile(r"[\[(【〈](?:19|20)\d\d[\])】〉](?=\s*第?\d+\s*号)")


#: Characters of a line, of a sentence and of a clause beyond which they are cut: twice the longest of real plans,
#: whose lines are long only where all line breaks were lost.
LONGEST_LINE, LONGEST_SENTENCE, LONGEST_CLAUSE = 20_000, 1_500, 800
_BREAKS = (
    (re.compile(r"[^\n]+"), LONGEST_LINE, "。", "\n"),
    (re.compile(r"[^。!?\n]+"), LONGEST_SENTENCE, ";,、\t", "。"),
    (re.compile(r"[^。;!?\n]+"), LONGEST_CLAUSE, ",、\t", "。"),
)

_BEFORE_RANGE = frozenset("0123456789%")
_BEFORE_YEAR = frozenset("发办字函政文号")


class Draft:
    """A text under repair: ``text[i]`` stands for ``source.text[starts[i]:ends[i]]``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: Any = np.arange(len(text), dtype=np.int64)
        self.ends: Any = self.starts + 1

    def replace(self, text: str) -> None:
        """Take a text of the same length, character for character."""
        if len(text) != len(self.text):
            raise ValueError("a folding must keep the length")
        self.text = text

    def edit(self, edits: Iterable[Edit]) -> None:
        """Apply replacements ``(start, end, new)``, in order, never longer than the old; one that overlaps
        its forerunner is left out. New characters share the span of the old, the empty string drops them."""
        pieces: list[str] = []
        kept = np.ones(len(self.text), dtype=bool)
        at = 0
        for start, end, new in edits:
            if start < at:
                continue
            pieces.append(self.text[at:start])
            pieces.append(new)
            size = len(new)
            if size > end - start:
                raise ValueError("a repair must not lengthen the text")
            if 0 < size < end - start:
                self.starts[start : start + size] = self.starts[start]
                self.ends[start : start + size] = self.ends[end - 1]
            kept[start + size : end] = False
            at = end
        if at == 0:
            return
        pieces.append(self.text[at:])
        self.text = "".join(pieces)
        self.starts = self.starts[kept]
        self.ends = self.ends[kept]


def _folding_table() -> Any:
    table = np.arange(0x10000, dtype="<u4")
    for code, char in FOLDING.items():
        table[code] = ord(char)
    return table


_TABLE = _folding_table()


def fold(text: str) -> str:
    """Widths, punctuation and radicals to their canonical form, character for character. A table look-up
    over all characters at once: ``str.translate`` is slow where most characters are not in its table."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    folded = np.where(codes < 0x10000, _TABLE[np.minimum(codes, 0xFFFF)], codes)
    return folded.tobytes().decode("utf-32-le", "surrogatepass")


@lru_cache(maxsize=1)
def _converter() -> Any:
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Traditional to simplified characters, never changing the length."""
    converted: str = _converter().convert(text)
    if len(converted) == len(text):
        return converted
    lines = []
    for line in text.split("\n"):
        new = _converter().convert(line)
        if len(new) != len(line):
            chars = (_converter().convert(char) for char in line)
            new = "".join(c if len(c) == 1 else old for c, old in zip(chars, line, strict=True))
        lines.append(new)
    return "\n".join(lines)


@lru_cache(maxsize=1)
def _readings() -> Any:
    # Imported only when a bracket without tone marks may be a gloss: the table takes a quarter second.
    from pypinyin import Style, pinyin

    def readings(char: str) -> list[str]:
        return [str(r) for r in pinyin(char, style=Style.NORMAL, heteronym=True)[0]]

    return readings


def _gloss_edits(text: str) -> list[Edit]:
    """Pinyin in brackets after a character, as some web pages leave it behind."""
    edits: list[Edit] = []
    for match in _GLOSS.finditer(text):
        letters = match.group(1)
        if not _IS_HAN.match(text, match.start() - 1):
            continue
        if any(char in TONED for char in letters) or letters in _readings()(text[match.start() - 1]):
            edits.append((match.start(), match.end(), ""))
    return edits


def _misreading_edits(text: str) -> list[Edit]:
    edits: list[Edit] = []
    present = set(text)  # most literals fall out here, before any search
    for confusion in CONFUSIONS:
        if not present.issuperset(confusion.trigger):
            continue
        at = text.find(confusion.trigger)
        while at >= 0:
            match = confusion.pattern.match(text, max(0, at + confusion.offset))
            if match:
                edits.append((match.start(), match.end(), confusion.right))
            at = text.find(confusion.trigger, at + 1)
    for wrong, right in WORDS.items():
        if not present.issuperset(wrong):
            continue
        at = text.find(wrong)
        while at >= 0:
            edits.append((at, at + len(wrong), right))
            at = text.find(wrong, at + len(wrong))
    return sorted(edits)


def _number_edits(text: str) -> list[Edit]:
    edits: list[Edit] = [
        (m.start(), m.end(), "-")
        for m in _RANGE.finditer(text)
        if text[m.start() - 1 : m.start()] in _BEFORE_RANGE
    ]
    if _GROUPED.search(text):
        for match in _THOUSANDS.finditer(text):
            commas = (match.start() + i for i, char in enumerate(match[0]) if char == ",")
            edits += [(at, at + 1, "") for at in commas]
    for match in _DOC_NUMBER.finditer(text):
        if text[match.start() - 1 : match.start()] in _BEFORE_YEAR:
            edits += [(match.start(), match.start() + 1, "〔"), (match.end() - 1, match.end(), "〕")]
    return sorted(edits)


def cut_runs(text: str) -> tuple[str, int]:
    """The text with a break in every line, sentence and clause that has none for far longer than any plan, and
    how many such passages there were. A break takes the place of a lesser mark, of any character where there is
    none. What looks at a sentence from each of its words takes the square of its length: this keeps it short."""
    cut = 0
    for passage, longest, signs, new in _BREAKS:
        if max(map(len, passage.findall(text)), default=0) <= longest:
            continue
        chars = list(text)
        for match in passage.finditer(text):
            at, end = match.span()
            cut += end - at > longest
            while end - at > longest:
                half = at + longest // 2
                place = max(text.rfind(sign, half, at + longest) for sign in signs)
                at = place if place >= 0 else at + longest - 1
                chars[at] = new
                at += 1
        text = "".join(chars)
    return text, cut


def repair(source: Source) -> Text:
    """Repair a source.

    Every clean character keeps the span of the original it stands for, so evidence stays an exact piece
    of ``source.text``. An empty source gives an empty text.
    """
    draft = Draft(source.text)
    draft.replace(simplify(fold(source.text)))
    draft.edit([(m.start(), m.end(), "") for m in INVISIBLE.finditer(draft.text)])
    if _MARKDOWN.search(draft.text):
        draft.edit([(m.start(), m.end(), "") for m in _MARKDOWN_SIGNS.finditer(draft.text)])
    draft.edit(_gloss_edits(draft.text))
    draft.edit(line_edits(draft.text, draft.starts, source))
    draft.edit(space_edits(draft.text))
    draft.edit(_misreading_edits(draft.text))
    draft.edit(_number_edits(draft.text))
    cut, runs = cut_runs(draft.text)
    if runs:
        draft.replace(cut)
    return Text(
        source=source, clean=draft.text, starts=draft.starts.tolist(), ends=draft.ends.tolist(), runs_cut=runs
    )
