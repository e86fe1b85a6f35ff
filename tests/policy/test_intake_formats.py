"""What the formats themselves hold: page noise, automatic numbers, merged cells, pages, scans."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from lianshu.policy import intake_pdf
from lianshu.policy.intake import load
from lianshu.policy.intake_build import span_grid
from lianshu.policy.intake_docx import format_number
from lianshu.policy.model import UnusableInputError
from lianshu.policy.repair import repair

PAGE = """<!DOCTYPE html><html><head><meta charset="gb2312"><title>青梧县稳链方案_青梧县政府网</title>
<meta name="PubDate" content="2024-05-06"></head><body>
<header><ul><li><a href=/>首页</a></li><li><a href=/a>公开，指南</a></li><li><a href=/b>互动，交流</a></li></ul></header>
<div class=crumbs><a href=/>首页</a> &gt; <a href=/x>文件</a></div>
<table><tr><td><div id=main><h1>青梧县稳链方案</h1><p>来源：青梧县工信局　发布日期：2024-05-06</p>
<div class=text><p>　　为稳定产业链，制定本方案。</p><p>一、目标<br>到2026年，产值达到50亿元，税收2亿元；<b>新增</b>企业8家。</p>
<p style="display:none">隐藏的，文字。</p>
<ol><li>摸清底数，建立台账。</li><li>精准招商，引进项目。</li></ol>
<table><tr><th rowspan=2>任务</th><th colspan=2>分工</th></tr><tr><td>牵头</td><td>配合</td></tr>
<tr><td>建图谱</td><td>工信局</td><td>发改局</td></tr></table></div>
<p>责任编辑：某某</p></div></td></tr></table>
<div class=side><h3>热点</h3><ul><li><a href=/1>要闻，一</a></li><li><a href=/2>要闻，二</a></li><li><a href=/3>三</a></li></ul></div>
<footer>版权所有，备案号，地址：某路</footer><script>var x = "、、，，";</script></body></html>"""


def test_html_main_text_without_noise():
    source = load(PAGE.encode("gb18030"), "页.html")
    assert source.encoding in ("gb2312", "gb18030")
    for noise in ("首页", "热点", "版权", "隐藏", "var x", "要闻"):
        assert noise not in source.text
    for wanted in (
        "青梧县稳链方案",
        "发布日期：2024-05-06",
        "新增企业8家",
        "1.摸清底数",
        "2.精准招商",
        "责任编辑",
    ):
        assert wanted in source.text
    assert source.meta == {"title": "青梧县稳链方案", "published": "2024-05-06"}
    assert [source.text[start:end] for start, end, _ in source.headings] == ["青梧县稳链方案"]


def test_html_merged_cells_repeat_their_span():
    source = load(PAGE.encode(), "页.html")
    (table,) = source.tables
    cells = {(cell.row, cell.column): (cell.start, cell.end) for cell in table.cells}
    words = {place: source.text[start:end] for place, (start, end) in cells.items()}
    assert (table.rows, table.columns) == (3, 3)
    assert words[0, 1] == words[0, 2] == "分工"
    assert cells[0, 0] == cells[1, 0]
    assert [words[2, c] for c in range(3)] == ["建图谱", "工信局", "发改局"]
    assert source.text.count("分工") == 1


def test_html_keeps_body_text_without_paragraph_tags():
    source = load("<div><br>目标，任务，措施。<br><br>每年，开会。</div>".encode(), "a.html")
    assert source.text == "目标，任务，措施。\n每年，开会。\n"


def test_span_grid_fills_ragged_rows():
    grid = span_grid([[("甲", 1, 2), ("乙", 1, 1)], [("丙", 1, 1)], [("丁", 1, 1)]])
    assert [[text for _, text in row] for row in grid] == [["甲", "乙"], ["甲", "丙"], ["丁", ""]]


def _docx(build) -> bytes:
    document = Document()
    build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


LEVELS = [
    ("chineseCountingThousand", "%1、"),
    ("chineseCountingThousand", "（%2）"),
    ("decimal", "%3."),
    ("decimalEnclosedCircleChinese", "%4"),
]


def _add_list(document, start: int = 1) -> str:
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="{start if i == 0 else 1}"/><w:numFmt w:val="{shape}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for i, (shape, text) in enumerate(LEVELS)
    )
    abstract = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>')
    numbering.insert(0, abstract)
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    return "90"


def _numbered(document, text: str, level: int, number: str = "90") -> None:
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    )


def test_docx_prints_automatic_numbers():
    def build(document):
        _add_list(document)
        for text, level in [
            ("总体要求", 0), ("主要任务", 0), ("建链", 1), ("补图谱", 2), ("走企业", 2), ("细目", 3), ("延链", 1), ("引项目", 2),
        ]:  # fmt: skip
            _numbered(document, text, level)

    lines = load(_docx(build), "a.docx").text.split("\n")
    assert lines[:8] == [
        "一、总体要求", "二、主要任务", "（一）建链", "1.补图谱", "2.走企业", "①细目", "（二）延链", "1.引项目",
    ]  # fmt: skip


def test_docx_restarts_a_list_where_it_says_so():
    def build(document):
        _add_list(document)
        document.part.numbering_part.element.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/>'
                '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
            )
        )
        _numbered(document, "甲", 0)
        _numbered(document, "乙", 0, "91")
        _numbered(document, "丙", 0, "91")

    assert load(_docx(build), "a.docx").text.split("\n")[:3] == ["一、甲", "五、乙", "六、丙"]


def test_docx_headings_deletions_breaks_and_text_boxes():
    def build(document):
        document.add_heading("工作目标", level=2)
        paragraph = document.add_paragraph("第一行")
        paragraph.add_run().add_break()
        paragraph.add_run("第二行")
        paragraph._p.append(
            parse_xml(
                f'<w:del {nsdecls("w")} w:id="1" w:author="x"><w:r><w:delText>删去</w:delText></w:r></w:del>'
            )
        )
        paragraph._p.append(
            parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="x"><w:r><w:t>补上</w:t></w:r></w:ins>')
        )

    source = load(_docx(build), "a.docx")
    assert source.text == "工作目标\n第一行\n第二行补上\n"
    assert [(source.text[a:b], level) for a, b, level in source.headings] == [("工作目标", 2)]


def test_docx_task_table_with_merged_cells():
    def build(document):
        table = document.add_table(rows=3, cols=3)
        rows = [["任务", "牵头单位", "时限"], ["建图谱", "工信局", "6月"], ["", "发改局", "7月"]]
        for cells, row in zip(table.rows, rows, strict=True):
            for cell, text in zip(cells.cells, row, strict=True):
                cell.text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        frame = document.add_table(rows=1, cols=1)
        frame.cell(0, 0).text = "框里的一段话"

    source = load(_docx(build), "a.docx")
    (table,) = source.tables
    words = {(c.row, c.column): source.text[c.start : c.end] for c in table.cells}
    assert words[1, 0] == words[2, 0] == "建图谱"
    assert source.text.count("建图谱") == 1
    assert source.text.endswith("框里的一段话\n")


def test_docx_of_pictures_only_says_so():
    def build(document):
        buffer = io.BytesIO()
        Image.new("RGB", (4, 4)).save(buffer, "PNG")
        document.add_picture(io.BytesIO(buffer.getvalue()))

    with pytest.raises(UnusableInputError, match="只有图片"):
        load(_docx(build), "图.docx")


@pytest.mark.parametrize(
    ("value", "shape", "printed"),
    [
        (11, "chineseCounting", "十一"), (20, "chineseCountingThousand", "二十"), (105, "ideographDigital", "一〇五"),
        (3, "decimalEnclosedCircle", "③"), (2, "lowerLetter", "b"), (14, "upperRoman", "XIV"), (4, "lowerRoman", "iv"),
        (7, "decimalZero", "07"), (12, "decimalFullWidth", "１２"), (9, "unknown", "9"),
    ],
)  # fmt: skip
def test_word_number_formats(value, shape, printed):
    assert format_number(value, shape) == printed


def test_pdf_pages_indents_and_running_heads(plan_files):
    writer = plan_files.PdfWriter(header="澄江县政府公报")
    for i in range(60):
        writer.paragraph(
            f"第{i}段说明种业产业链的情况，" + "这一段写得足够长以便折成两行再接回来，" * 2 + "到此为止。"
        )
    source = load(writer.bytes(), "a.pdf")
    text = repair(source)
    assert len(source.pages) >= 4
    assert "澄江县政府公报" in source.text
    assert "公报" not in text.clean and "- 2 -" not in text.clean
    lines = text.clean.split("\n")
    assert len(lines) == 60
    assert all(line.endswith("到此为止。") for line in lines)


def test_pdf_table_goes_on_over_the_page(plan_files):
    writer = plan_files.PdfWriter()
    head = ["序号", "任务", "牵头单位"]
    rows = [head] + [[str(i), f"完成第{i}项工作的全部内容", "县工信局"] for i in range(1, 30)]
    writer.table(rows)
    source = load(writer.bytes(), "a.pdf")
    (table,) = source.tables
    assert table.rows == 30 and len(source.pages) == 2


def test_pdf_encrypted_and_scanned(plan_files, monkeypatch):
    monkeypatch.setattr(intake_pdf, "_engine", lambda: None)
    writer = plan_files.PdfWriter()
    with pytest.raises(UnusableInputError, match="已加密"):
        load(writer.bytes(encrypted=True), "锁.pdf")
    scan = plan_files.PdfWriter()
    scan.pages.clear()
    scan.image_page()
    with pytest.raises(UnusableInputError, match=r"只有图片没有文字.*lianshu\[ocr\]"):
        load(scan.bytes(), "扫.pdf")
    writer.paragraph("正文一页，写明目标与任务。")
    writer.image_page()
    mixed = load(writer.bytes(), "半.pdf")
    assert "目标与任务" in mixed.text
    assert "第 2 页" in mixed.meta["notes"][0]


def test_pdf_scan_is_recognised_with_an_engine(plan_files, monkeypatch):
    def engine(pixels):
        assert pixels.ndim == 3

        def box(x, y):
            return [(x, y), (x + 100, y), (x + 100, y + 20), (x, y + 20)]

        return SimpleNamespace(
            txts=["右半行。", "左半行", "下一行"], boxes=[box(150, 12), box(20, 10), box(20, 50)]
        )

    monkeypatch.setattr(intake_pdf, "_engine", lambda: engine)
    scan = plan_files.PdfWriter()
    scan.pages.clear()
    scan.image_page()
    source = load(scan.bytes(), "扫.pdf")
    assert source.text == "左半行 右半行。\n下一行\n"
    assert source.meta["recognised_pages"] == [1]
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40)).save(buffer, "PNG")
    assert load(buffer.getvalue(), "扫.png").format == "image"
