"""A report as a Word document in the geometry of GB/T 9704-2012 (党政机关公文格式).

A4; text area 156 × 225 mm (margins: top 37, left 28, bottom 35, right 26 mm); title 小标宋 2号 (22 pt),
text 仿宋 3号 (16 pt), headings 一、 黑体 and （一） 楷体 3号; 22 lines a page (28.95 pt each), first line indented
by two characters; page numbers in 4号 (14 pt) between dashes.
"""

from __future__ import annotations

import io
import re

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

_FIRST = re.compile(r"^[一二三四五六七八九十]+、")
_SECOND = re.compile(r"^（[一二三四五六七八九十]+）")
_LINE = Pt(28.95)
#: characters a Word file cannot hold, pasted unseen from elsewhere
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _font(run, name: str, size: float) -> None:
    run.font.name = name
    run.font.size = Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _paragraph(document, text: str, font: str, size: float, *, indent: bool = True, centred: bool = False):
    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    layout.space_before = layout.space_after = Pt(0)
    if indent:
        layout.first_line_indent = Pt(size * 2)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(paragraph.add_run(_UNFIT.sub("", text)), font, size)
    return paragraph


def _page_number(section) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("text", "— "), ("field", "PAGE"), ("text", " —")):
        run = paragraph.add_run(text if kind == "text" else "")
        _font(run, "宋体", 14)
        if kind == "field":
            for mark in ("begin", None, "end"):
                element = OxmlElement("w:instrText" if mark is None else "w:fldChar")
                if mark is None:
                    element.text = text
                else:
                    element.set(qn("w:fldCharType"), mark)
                run._element.append(element)


def paragraphs(body: str) -> list[tuple[int, str]]:
    """(rank, words) of a plain text, a paragraph a line: 1 for headings 一、, 2 for （一）, 0 for the rest."""
    lines = filter(None, map(str.strip, body.splitlines()))
    return [(1 if _FIRST.match(line) else 2 if _SECOND.match(line) else 0, line) for line in lines]


def report_docx(*, title: str, to: str, body: str, signer: str, date: str) -> bytes:
    """The document's bytes. ``body`` is plain text, a paragraph a line; headings are known by 一、 and （一）."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    _page_number(section)
    _paragraph(document, title, "方正小标宋简体", 22, indent=False, centred=True)
    _paragraph(document, "", "仿宋_GB2312", 16, indent=False)
    if to:
        _paragraph(document, f"{to}：", "仿宋_GB2312", 16, indent=False)
    for rank, line in paragraphs(body):
        _paragraph(document, line, ("仿宋_GB2312", "黑体", "楷体_GB2312")[rank], 16)
    for text in (signer, date):
        closing = _paragraph(document, text, "仿宋_GB2312", 16, indent=False)
        closing.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        closing.paragraph_format.right_indent = Pt(64)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
