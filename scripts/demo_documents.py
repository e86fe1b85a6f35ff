"""Write the fictional county's plan as docx, html and pdf from its text (run by hand when the text changes).

Usage: python -m scripts.demo_documents. The pdf is printed by Chromium from the html, so that its text layer,
fonts and page breaks are those of a real office's "save as PDF".
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from playwright.sync_api import sync_playwright

FILES = Path(__file__).resolve().parents[1] / "src/lianshu/platform/demo/files"
PART = re.compile(r"^[一二三四五六七八九十]+、")
SECTION = re.compile(r"^（[一二三四五六七八九十]+）")
MEASURE = re.compile(r"^(\d+)\.([^。]+。)(.*)（((?:牵头|责任).*)）$")


def task_rows(lines: list[str]) -> list[tuple[str, str, str]]:
    """(number, task, units) of the numbered measures, for the decomposition table."""
    found = [MEASURE.match(line) for line in lines]
    return [(m[1], m[2].rstrip("。"), m[4]) for m in found if m]


def write_docx(lines: list[str], target: Path) -> None:
    document = Document()
    document.styles["Normal"].font.name = "仿宋"
    document.styles["Normal"].font.size = Pt(16)
    for line in lines:
        if not line:
            continue
        if PART.match(line):
            document.add_heading(line, 1)
        elif SECTION.match(line) and "。" not in line:
            document.add_heading(line, 2)
        else:
            paragraph = document.add_paragraph(line)
            if line.startswith("青澜县") and "。" not in line and len(line) < 60:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    rows = task_rows(lines)
    document.add_paragraph("附件：重点任务分解表")
    table = document.add_table(rows=1, cols=3, style="Table Grid")
    for cell, words in zip(table.rows[0].cells, ("序号", "重点任务", "责任分工"), strict=True):
        cell.text = words
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.core_properties.author = "链枢示例"
    document.save(target)


def write_html(lines: list[str], target: Path) -> None:
    body = []
    for line in lines:
        if not line:
            continue
        tag = "h2" if PART.match(line) else "h3" if SECTION.match(line) and "。" not in line else "p"
        body.append(f"<{tag}>{html.escape(line)}</{tag}>")
    menu = "".join(
        f"<li><a href='#'>{word}</a></li>" for word in ("首页", "政务公开", "政务服务", "互动交流")
    )
    target.write_text(
        "<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'>"
        f"<title>{lines[3]} - 青澜县人民政府（示例）</title>"
        "<style>body{font:16px/1.8 'Noto Serif CJK SC',serif}nav,footer{color:#666}</style></head><body>"
        f"<nav><ul>{menu}</ul><p>当前位置：首页 &gt; 政务公开 &gt; 政策文件</p></nav>"
        f"<main><article>{''.join(body)}</article></main>"
        "<footer><p>主办单位：青澜县人民政府办公室（示例网站）</p><p>网站地图 | 联系我们</p></footer></body></html>",
        "utf-8",
    )


def write_pdf(page_file: Path, target: Path) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(page_file.as_uri())
        page.add_style_tag(content="nav,footer{display:none} body{font-size:16pt}")
        page.pdf(
            path=str(target), format="A4", display_header_footer=True, header_template="<span></span>",
            footer_template="<div style='font-size:9pt;width:100%;text-align:center'>— <span class='pageNumber'></span> —</div>",
            margin={"top": "37mm", "bottom": "35mm", "left": "28mm", "right": "26mm"},
        )  # fmt: skip
        browser.close()


def main() -> None:
    source = FILES / "青澜县重点产业链链长制实施方案.txt"
    lines = source.read_text("utf-8").splitlines()
    write_docx(lines, source.with_suffix(".docx"))
    write_html(lines, source.with_suffix(".html"))
    write_pdf(source.with_suffix(".html"), source.with_suffix(".pdf"))


if __name__ == "__main__":
    main()
