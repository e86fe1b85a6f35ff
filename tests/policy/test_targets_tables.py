"""Targets read from tables: of the format itself, and written as plain text."""

from __future__ import annotations

from typing import Any

import pytest

from lianshu.policy.extract import targets
from lianshu.policy.model import Cell, Item, Source, Table
from lianshu.policy.outline import outline
from lianshu.policy.repair import repair

FACTS: dict[str, Any] = {
    "title": "临江市产业链三年行动计划(2024-2026年)",
    "region": "临江市",
    "level": "市",
    "issued": "2024-02-01",
    "plan_start": 2024,
    "plan_end": 2026,
    "chains": ["新能源汽车", "生物医药"],
}

ROWS = [
    ["指标名称", "单位", "2023年", "2024年", "2025年", "2026年"],
    ["规上企业数", "家", "520", "560", "600", "≥650"],
    ["新能源汽车产业链产值", "亿元", "210", "260", "330", "400"],
    ["研发投入强度", "%", "2.1", "2.3", "2.6", "3.0"],
    ["新增上市企业", "家", "1", "2", "2", "3(累计7)"],
]


def _source_with_table(rows: list[list[str]]) -> Source:
    head = f"{FACTS['title']}\n\n一、主要目标\n\n"
    text, cells, at = head, [], len(head)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if c:
                text, at = text + "\t", at + 1
            cells.append(Cell(r, c, at, at + len(value)))
            text, at = text + value, at + len(value)
        text, at = text + "\n", at + 1
    table = Table(len(head), at - 1, len(rows), len(rows[0]), tuple(cells))
    return Source(name="plan", text=text + "\n二、保障\n\n加强领导。\n", tables=(table,))


def _read(source: Source) -> list[Item]:
    repaired = repair(source)
    return targets.extract(repaired, outline(repaired), FACTS)


def _short(items: list[Item]) -> list[tuple[Any, ...]]:
    keys = ("name", "low", "unit", "op", "basis", "period", "scope")
    return [tuple(item.fields[key] for key in keys) for item in items]


EXPECTED = [
    ("规上企业数", 560, "家", "=", "level", "year:2024", "region"),
    ("规上企业数", 600, "家", "=", "level", "year:2025", "region"),
    ("规上企业数", 650, "家", ">=", "level", "year:2026", "region"),
    ("新能源汽车产业链产值", 260, "亿元", "=", "level", "year:2024", "chain:新能源汽车"),
    ("新能源汽车产业链产值", 330, "亿元", "=", "level", "year:2025", "chain:新能源汽车"),
    ("新能源汽车产业链产值", 400, "亿元", "=", "level", "year:2026", "chain:新能源汽车"),
    ("研发投入强度", 2.3, "%", "=", "share", "year:2024", "region"),
    ("研发投入强度", 2.6, "%", "=", "share", "year:2025", "region"),
    ("研发投入强度", 3, "%", "=", "share", "year:2026", "region"),
]


def test_one_target_per_indicator_and_year_column_without_the_base_year() -> None:
    source = _source_with_table(ROWS[:4])
    items = _read(source)
    assert _short(items) == EXPECTED
    assert [source.text[i.start : i.end].replace("\t", "|") for i in items][0] == "规上企业数|家|520|560"


@pytest.mark.parametrize("separator", ["\t", " | ", "    "])
def test_tables_in_plain_text(separator: str) -> None:
    lines = "\n".join(separator.join(row) for row in ROWS[:4])
    source = Source(
        name="plan", text=f"{FACTS['title']}\n\n一、主要目标\n\n{lines}\n\n二、保障\n\n加强领导。\n"
    )
    assert _short(_read(source)) == EXPECTED


def test_one_cell_per_line() -> None:
    lines = "\n".join(value for row in ROWS[:4] for value in row)
    source = Source(
        name="plan", text=f"{FACTS['title']}\n\n一、主要目标\n\n{lines}\n\n二、保障措施\n\n加强领导。\n"
    )
    assert _short(_read(source)) == EXPECTED


def test_cumulative_cells_and_indicators_are_dates_to_reach() -> None:
    rows = [
        ROWS[0],
        ["累计新增上市企业", "家", "1", "2", "4", "7"],
        ["引进项目", "个", "—", "20", "45", "70(累计)"],
    ]
    assert [(f[1], f[4], f[5]) for f in _short(_read(_source_with_table(rows)))] == [
        (2, "added", "by:2024"),
        (4, "added", "by:2025"),
        (7, "added", "by:2026"),
        (20, "added", "year:2024"),
        (45, "added", "year:2025"),
        (70, "added", "by:2026"),
    ]


def test_units_in_brackets_and_yearly_growth() -> None:
    rows = [
        ["主要指标", "2026年目标", "年均增长(%)"],
        ["规上工业总产值(亿元)", "1200", "9左右"],
        ["能耗降低率(%)", "≤3", "—"],
    ]
    assert _short(_read(_source_with_table(rows))) == [
        ("规上工业总产值", 1200, "亿元", "=", "level", "year:2026", "region"),
        ("规上工业总产值", 9, "%", "~", "growth", "annual", "region"),
        ("能耗降低率", 3, "%", "<=", "growth", "year:2026", "region"),
    ]


def test_rows_of_chains_with_the_measure_in_the_head() -> None:
    rows = [
        ["产业链", "2025年产值(亿元)", "2026年产值(亿元)"],
        ["新能源汽车", "300", "400"],
        ["生物医药", "80", "120"],
    ]
    found = _short(_read(_source_with_table(rows)))
    assert found[0] == ("新能源汽车产值", 300, "亿元", "=", "level", "year:2025", "chain:新能源汽车")
    assert [f[6] for f in found] == ["chain:新能源汽车"] * 2 + ["chain:生物医药"] * 2


def test_score_sheets_are_no_target_tables() -> None:
    rows = [["考核指标", "分值", "2024年目标"], ["招商引资", "30", "完成任务"], ["项目建设", "40", "20"]]
    assert _read(_source_with_table(rows)) == []


def test_figures_in_a_task_table_are_read_as_sentences() -> None:
    rows = [
        ["序号", "工作任务", "完成时限"],
        ["1", "引进链上项目不少于12个", "2025年底"],
        ["2", "完善产业图谱", "2024年底"],
    ]
    found = _short(_read(_source_with_table(rows)))
    assert [f[1:6] for f in found] == [(12, "个", ">=", "added", "by:2025")]
