"""The part of the repair that looks at lines: page furniture, broken lines, blank lines, spaces."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from lianshu.policy.model import Source

Edit = tuple[int, int, str]

_HAN = "\u3400-\u9fff\uf900-\ufaff"
#: A line that opens a new paragraph whatever stood before it.
MARKER = re.compile(
    r"[(]?[一二三四五六七八九十百]{1,4}[)]?[、.,]|\([一二三四五六七八九十\d]{1,3}\)|[一二三四五六七八九十]{1,3}\)"
    r"|\d{1,2}(?:[、.](?!\d)|\)|\.\d{1,2}[、. ]?(?=[\u4e00-\u9fff]))|[①-⑳]|——|·"
    r"|第[一二三四五六七八九十\d]+[章节条部]|[一二三四五六七八九十]+是|附件|主持人:|记者:|责任编辑|"
    r"(?:责任|牵头|配合|主办)(?:单位|部门)"
)
_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*(?:第\s*)?\d{1,4}(?:\s*[/／]\s*\d{1,4}|\s*页(?:\s*[,，]?\s*共\s*\d+\s*页)?)?[-—–·\s]*"
)
_TERMINAL = "。;!?:…"
_CONTINUES = re.compile(r"[,、。;:!?)”》〉〕%]")
_OPEN_END = re.compile(r"[,、(“《〈〔和与及或的将把对在为以]$")


def _is_running(body: str) -> bool:
    """Running heads and feet are short and no sentences."""
    return len(body) < 50 and not any(mark in body for mark in "。;,")


def _furniture(lines: list[tuple[int, int]], text: str, pages: list[int]) -> set[int]:
    """Indexes of lines that are page numbers or running headers and footers."""
    dropped: set[int] = set()
    if not pages:
        for i, (start, end) in enumerate(lines):
            body = text[start:end].strip()
            between_dashes = body[:1] in "-—·" and body[-1:] in "-—·" or body[:1] == "第"
            if len(body) < 12 and between_dashes and _PAGE_NUMBER.fullmatch(body):
                dropped.add(i)
        return dropped
    # First and last two lines of each page; a line is furniture when it is a page number or stands on
    # most pages with only its digits changing.
    edges: list[list[int]] = []
    line_starts = [start for start, _ in lines]
    bounds = [*pages, len(text) + 1]
    for first, last in zip(bounds, bounds[1:], strict=False):
        inside = [
            i
            for i in range(bisect_left(line_starts, first), bisect_left(line_starts, last))
            if text[lines[i][0] : lines[i][1]].strip()
        ]
        edges.append(list(dict.fromkeys(inside[:2] + inside[-2:])))
    shapes = Counter(
        shape
        for page in edges
        for shape in {re.sub(r"\d+", "#", text[slice(*lines[i])].strip()) for i in page}
    )
    need = max(2, (len(edges) + 1) // 2)
    for page in edges:
        for i in page:
            body = text[slice(*lines[i])].strip()
            shape = re.sub(r"\d+", "#", body)
            if _PAGE_NUMBER.fullmatch(body) or (shapes[shape] >= need and _is_running(body)):
                dropped.add(i)
    return dropped


def _wrapped_width(bodies: Sequence[str]) -> int:
    """The width at which the text was broken into lines, 0 when lines are paragraphs."""
    lengths = [len(body) for body in bodies if len(body) >= 12]
    if len(lengths) < 4:
        return 0
    width = sorted(lengths)[int(len(lengths) * 0.9)]
    if width > 70:
        return 0
    full = [body for body in bodies if width - 4 <= len(body) <= width + 3]
    broken = sum(1 for body in full if body[-1] not in _TERMINAL)
    return width if len(full) >= 0.35 * len(lengths) and broken >= 0.5 * len(full) else 0


def _joins(before: str, after: str, indented: bool, blank: bool, width: int) -> bool:
    """Whether the line ``after`` goes on with the sentence of ``before``."""
    if MARKER.match(after):
        return False
    if _CONTINUES.match(after):
        return True
    if blank and not width:
        return before[-1] in ",、" and not indented
    if before[-1] in ",、(“《":
        return not indented or bool(width)
    if width and not indented:
        return len(before) >= width - 4 and not (before[-1] in "。!?" and len(before) < width - 1)
    return False


def line_edits(text: str, starts: Sequence[int], source: Source) -> list[Edit]:
    """Edits that leave one paragraph per line: furniture and blank lines dropped, broken lines joined,
    margins trimmed. ``starts`` maps ``text`` to the original, in which ``source.pages`` counts."""
    lines: list[tuple[int, int]] = []
    at = 0
    for raw in text.split("\n"):
        lines.append((at, at + len(raw)))
        at += len(raw) + 1
    pages = [bisect_left(starts, page) for page in source.pages]
    tables = [(bisect_left(starts, table.start), bisect_left(starts, table.end)) for table in source.tables]
    furniture = _furniture(lines, text, pages)
    kept: list[tuple[int, int, bool, bool]] = []  # start, end of the trimmed line, indented, blank before
    blank = False
    for i, (start, end) in enumerate(lines):
        raw = text[start:end]
        body = raw.strip(" \t")
        if not body or i in furniture:
            blank = blank or i not in furniture
            continue
        in_table = any(first <= start < last for first, last in tables) if tables else False
        if in_table:
            kept.append((start, end, True, True))
        else:
            left = start + len(raw) - len(raw.lstrip(" \t"))
            kept.append((left, left + len(body), left - start >= 2, blank))
        blank = False
    bodies = [text[start:end] for start, end, _, _ in kept]
    width = _wrapped_width(bodies)
    edits: list[Edit] = []
    last = 0
    for index, (start, end, indented, blank_before) in enumerate(kept):
        if index == 0:
            if start:
                edits.append((0, start, ""))
        else:
            table_line = any(first <= start < stop or first <= last - 1 < stop for first, stop in tables)
            joined = not table_line and _joins(
                bodies[index - 1], bodies[index], indented, blank_before, width
            )
            if joined and bodies[index - 1][-1].isascii() and bodies[index][0].isascii():
                both = bodies[index - 1][-1].isalpha() and bodies[index][0].isalpha()
                edits.append((last, start, " " if both else ""))
            elif joined:
                edits.append((last, start, ""))
            elif start - last > 1:
                edits.append((last, start, "\n"))
        last = end
    if last < len(text):
        edits.append((last, len(text), ""))
    return edits


_SPACES = re.compile(r"[ \t]+")
_UNIT_LIST = re.compile(
    r"(?:责任|牵头|配合|协办|参与|参加|承办|主办|协同|落实)(?:单位|部门|领导|处室)?(?:单位)?:[^。)\n]*"
)
_LABELLED = re.compile(
    r"^(?:索 *引 *号|文 *号|发文字号|来 *源|信息来源|名 *称|标 *题|主题(?:分类|词)?|公开\S{2}|发布\S{2}|生成日期|成文日期|"
    r"有 *效 *性|解读\S{2}|统一(?:登记|编)号|日 *期|发文\S{2}|信息分类|体裁分类|公文种类)(?: *:| +\S)"
)
_LABEL = re.compile(rf"(?:(?<=^)|(?<=\s))(?:[{_HAN}] +)+[{_HAN}](?= *:)")
_DATE = re.compile(r"\d{4} *年 *\d{1,2} *月(?: *\d{1,2} *日)?")
_SPACED_OUT = re.compile(rf"(?:(?<=^)|(?<=[ \n]))[{_HAN}](?: +[{_HAN}])+(?=$|[ \n])")


def _drop(start: int, end: int) -> Edit:
    return (start, end, "")


def _line_spaces(line: str, offset: int) -> list[Edit]:
    labelled = _LABELLED.match(line) is not None
    prose = not labelled and any(char in line for char in ",。;、:")
    whole = [m.span() for m in _SPACED_OUT.finditer(line)] + [m.span() for m in _LABEL.finditer(line)]
    whole += [m.span() for m in _DATE.finditer(line)]
    lists = [m.span() for m in _UNIT_LIST.finditer(line)] if prose else []
    edits: list[Edit] = []
    for match in _SPACES.finditer(line):
        start, end = match.span()
        left, right = line[start - 1 : start], line[end : end + 1]
        tabbed = "\t" in match[0]
        if tabbed:
            if match[0] != "\t":
                edits.append((offset + start, offset + end, "\t"))
            continue
        inside = any(first <= start and end <= last for first, last in whole)
        by_punctuation = (
            left in ",。、;:!?(“《〔" or right in ",。、;:!?)”》〕%" or (left == ")" and start < 6)
        )
        listed = any(first <= start < last for first, last in lists)
        wide = left > "\u2e7f" or right > "\u2e7f"
        dropped = inside or (right == "%" and left.isdigit())
        if labelled:
            dropped = dropped or right == ":"
        else:
            dropped = dropped or (wide and (by_punctuation or (prose and not listed)))
        if dropped:
            edits.append(_drop(offset + start, offset + end))
        elif end - start > 1 or match[0] != " ":
            edits.append((offset + start, offset + end, " "))
    return edits


def space_edits(text: str) -> list[Edit]:
    """Edits that drop spaces inside Chinese prose, spaced-out words and dates; elsewhere one space stays
    (between the fields of a head line, between units of a list, between Latin words)."""
    edits: list[Edit] = []
    at = 0
    for line in text.split("\n"):
        if " " in line or "\t" in line:
            edits += _line_spaces(line, at)
        at += len(line) + 1
    return edits
