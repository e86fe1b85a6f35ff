"""重点任务分解表 as an official-looking workbook: title, unit line, merged sections, borders, print set-up."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from .selectors import Section

#: (head, width in characters); 板块 is merged over its rows
HEADS = (
    ("序号", 5.5), ("板块", 13), ("重点任务", 30), ("目标和完成标准", 30), ("牵头领导", 11), ("牵头单位", 15),
    ("责任单位", 26), ("完成时限", 12),
)  # fmt: skip
_PAPER = {"a4": 9, "a3": 8}
_WIDER = {"a4": 1.0, "a3": 1.42}


def table_workbook(
    title: str, unit: str, day: str, sections: Sequence[Section], *, paper: str = "a4"
) -> bytes:
    """The table as a workbook for A4 or A3 landscape. Raises KeyError for another paper."""
    size = _PAPER[paper]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # defusing: text stays text even when it begins like a formula
    body = {"font_name": "仿宋_GB2312", "font_size": 11, "border": 1, "valign": "vcenter", "text_wrap": True}
    form = {
        "title": book.add_format(
            {"font_name": "方正小标宋简体", "font_size": 22, "align": "center", "valign": "vcenter"}
        ),
        "unit": book.add_format({"font_name": "仿宋_GB2312", "font_size": 12, "valign": "vcenter"}),
        "day": book.add_format(
            {"font_name": "仿宋_GB2312", "font_size": 12, "align": "right", "valign": "vcenter"}
        ),
        "head": book.add_format(
            {**body, "font_name": "黑体", "font_size": 12, "align": "center", "bg_color": "#F2F2F2"}
        ),
        "section": book.add_format({**body, "font_name": "楷体_GB2312", "align": "center", "bold": True}),
        "text": book.add_format({**body, "quote_prefix": True}),
        "centre": book.add_format({**body, "align": "center"}),
    }
    sheet = book.add_worksheet("分解表")
    _set_up(sheet, size, _WIDER[paper])
    last = len(HEADS) - 1
    sheet.merge_range(0, 0, 0, last, title, form["title"])
    sheet.set_row(0, 42)
    sheet.merge_range(1, 0, 1, 3, f"单位：{unit}", form["unit"])
    sheet.merge_range(1, 4, 1, last, day, form["day"])
    for column, (head, _) in enumerate(HEADS):
        sheet.write_string(2, column, head, form["head"])
    sheet.set_row(2, 26)
    row = 3
    for section in sections:
        _section(sheet, row, section, form)
        row += len(section.rows)
    sheet.print_area(0, 0, max(row - 1, 2), last)
    book.close()
    return target.getvalue()


def _set_up(sheet: Any, size: int, wider: float) -> None:
    sheet.set_landscape()
    sheet.set_paper(size)
    sheet.set_margins(left=0.6, right=0.6, top=0.75, bottom=0.75)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.repeat_rows(2)
    sheet.freeze_panes(3, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    for column, (_, width) in enumerate(HEADS):
        sheet.set_column(column, column, width * wider)


def _section(sheet: Any, row: int, section: Section, form: dict[str, Any]) -> None:
    last = row + len(section.rows) - 1
    if last > row:
        sheet.merge_range(row, 1, last, 1, section.name, form["section"])
    else:
        sheet.write_string(row, 1, section.name, form["section"])
    for offset, line in enumerate(section.rows):
        task = line.task
        place = row + offset
        sheet.write_number(place, 0, line.number, form["centre"])
        sheet.write_string(place, 2, f"{task.number} {task.title}".strip(), form["text"])
        sheet.write_string(place, 3, task.measure, form["text"])
        sheet.write_string(place, 4, line.leader, form["centre"])
        sheet.write_string(place, 5, line.lead, form["centre"])
        sheet.write_string(place, 6, line.support, form["text"])
        sheet.write_string(place, 7, line.due, form["centre"])
        longest = max(len(task.title) / 14, len(task.measure) / 14, len(line.support) / 12, 1)
        sheet.set_row(place, 18 * min(int(longest) + 1, 12))
