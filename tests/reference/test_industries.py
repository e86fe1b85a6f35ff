"""GB/T 4754-2017: the packaged levels, search, and the loader of the full table."""

from __future__ import annotations

import csv

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.reference.industries import (
    IndustryError,
    IndustryLevel,
    industries,
    load_industries,
    normalise_code,
)
from lianshu.reference.user_table import UserTableError

TABLE = industries()
ENTRIES = st.sampled_from(list(TABLE))


def test_the_packaged_levels_are_complete():
    levels = [entry.level for entry in TABLE]
    assert levels.count(IndustryLevel.SECTION) == 20
    assert levels.count(IndustryLevel.DIVISION) == 97
    assert levels.count(IndustryLevel.GROUP) == 179
    assert len(TABLE) == 296
    assert "".join(entry.code for entry in TABLE.children()) == "ABCDEFGHIJKLMNOPQRST"


def test_the_packaged_table_agrees_with_an_independent_copy(shared):
    path = shared / "data" / "gbt4754_2017.csv"
    if not path.is_file():
        pytest.skip("the independent copy is not beside the project")
    with path.open(encoding="utf-8", newline="") as handle:
        reference = {row["code"]: row for row in csv.DictReader(handle)}

    def plain(name: str) -> str:
        return name.strip().replace("(", "（").replace(")", "）")

    for entry in TABLE:
        row = reference[entry.code]
        assert (entry.name, entry.parent or "") == (plain(row["name"]), row["parent"])
    expected = {
        code
        for code, row in reference.items()
        if row["level"] in "12" or (row["level"] == "3" and 13 <= int(code[:2]) <= 43)
    }
    assert expected == {entry.code for entry in TABLE}


@given(ENTRIES)
def test_every_entry_hangs_in_the_tree_and_is_found(entry):
    path = TABLE.path(entry.code)
    assert path[0].isalpha() and path[-1] == entry.code
    assert [len(code) for code in path] == [1, 2, 3][: len(path)]
    assert entry in TABLE.lookup(entry.name)
    assert [a.code for a in TABLE.ancestors(entry.code)] == list(path[:-1])
    assert all(TABLE.is_within(entry.code, code) for code in path)
    if entry.parent:
        assert entry in TABLE.children(entry.parent)


@given(ENTRIES)
def test_the_full_name_is_its_own_best_hit(entry):
    hits = TABLE.search(entry.name, limit=5)
    names = [hit.industry.name for hit in hits if hit.score == hits[0].score]
    assert hits and (entry.name in names or len(entry.name) <= 3)


@given(st.text(max_size=12))
def test_search_takes_any_text(text):
    hits = TABLE.search(text, limit=3)
    assert len(hits) <= 3
    assert all(0 < hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("汽车零部件产业链", "367"),
        ("精制茶", "153"),
        ("电池", "384"),
        ("纺织服装", "18"),
        ("电子元件", "398"),
        ("光缆", "383"),
        ("中成药生产企业", "274"),
        ("家具", "21"),
        ("船", "37"),
    ],
)
def test_search_by_words(query, code):
    assert TABLE.search(query)[0].industry.code == code


def test_search_within_a_division():
    assert {
        hit.industry.code[:2] for hit in TABLE.search("制品", within="30") if hit.industry.code != "30"
    } <= {"30"}
    assert [hit.industry.code for hit in TABLE.search("陶瓷", within="30")] == ["307"]
    assert TABLE.search("陶瓷", within="38") == []
    assert TABLE.search("  ") == []


@pytest.mark.parametrize(("code", "plain"), [("C", "C"), ("c38", "38"), ("383", "383"), (" C3832 ", "3832")])
def test_codes_with_and_without_their_letter(code, plain):
    assert normalise_code(code) == plain


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("3832", "小类需先导入"),
        ("D38", "门类应为 C，不是 D"),
        ("Z1", "格式不对"),
        ("", "格式不对"),
        ("38321", "格式不对"),
    ],
)
def test_bad_codes_say_why(code, reason):
    with pytest.raises(IndustryError, match=reason):
        TABLE.get(code)


def test_the_path_of_an_unknown_code_is_refused_too():
    with pytest.raises(IndustryError, match="表中没有代码“9999”"):
        TABLE.path("9999")


# --- the office's full table -------------------------------------------------------------------------


def test_the_full_table_loads(shared):
    path = shared / "data" / "gbt4754_2017.csv"
    if not path.is_file():
        pytest.skip("the independent copy is not beside the project")
    full = load_industries(path)
    assert len(full) > 1900
    assert full.path("C3832") == ("C", "38", "383", "3832")
    assert full.get("3832").level is IndustryLevel.CLASS and full.get("3832").note
    assert [hit.industry.code for hit in full.search("光纤光缆", limit=2)] == ["3833", "3832"]


def test_the_printed_layout_with_a_column_for_each_level(tmp_path):
    book = openpyxl.Workbook()
    rows = [
        ["门类", "大类", "中类", "小类", "类别名称", "说明"],
        ["C", None, None, None, "制造业", None],
        [None, "38", None, None, "电气机械和器材制造业", None],
        [None, None, 384, None, "电池制造", None],
        [None, None, None, 3841, "锂离子电池制造", "以锂离子嵌入化合物为正极材料的电池"],
    ]
    for row in rows:
        book.active.append(row)
    path = tmp_path / "行业分类.xlsx"
    book.save(path)
    table = load_industries(path, edition="GB/T 4754-2017 摘录")
    assert table.path("3841") == ("C", "38", "384", "3841")
    assert [(hit.industry.code, hit.score > 0) for hit in table.search("正极材料")] == [("3841", True)]
    with pytest.raises(IndustryError, match="GB/T 4754-2017 摘录 表中没有"):
        table.get("39")


def test_codes_kept_as_numbers_get_their_zero_back(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["门类", "大类", "中类", "小类", "类别名称"],
        ["A", None, None, None, "农、林、牧、渔业"],
        [None, 1, None, None, "农业"],
        [None, None, 11, None, "谷物种植"],
        [None, None, None, 111, "稻谷种植"],
    ):
        book.active.append(row)
    path = tmp_path / "行业分类.xlsx"
    book.save(path)
    assert load_industries(path).path("0111") == ("A", "01", "011", "0111")


def test_a_division_without_its_section_row_takes_it_from_the_packaged_table(tmp_path):
    path = tmp_path / "行业.csv"
    path.write_text("代码,名称,parent\nC,制造业,\n38,电气机械和器材制造业,C\nA,农业等,\n", "utf-8")
    assert load_industries(path).path("38") == ("C", "38")


def test_every_bad_row_is_named_and_nothing_is_loaded(tmp_path):
    path = tmp_path / "行业.csv"
    path.write_text(
        "代码,名称\nC,制造业\n38,电气机械和器材制造业\n38,重复\n384,\nC-9,怪\n3999,孤儿\n,没有代码\n", "utf-8"
    )
    with pytest.raises(UserTableError, match="有 5 处错误，未导入任何一行") as caught:
        load_industries(path)
    assert [(error.row, error.column) for error in caught.value.errors] == [
        (4, "代码"),
        (5, "名称"),
        (6, "代码"),
        (7, "代码"),
        (8, "代码"),
    ]
    text = str(caught.value)
    assert "与第 3 行重复" in text and "上级“399”不在表中" in text


def test_a_division_of_no_section_is_refused(tmp_path):
    path = tmp_path / "行业.csv"
    path.write_text("代码,名称\n98,没有这一类\n", "utf-8")
    with pytest.raises(UserTableError, match="不知属于哪个门类"):
        load_industries(path)


def test_a_table_without_the_needed_columns_is_refused(tmp_path):
    path = tmp_path / "行业.csv"
    path.write_text("编号,叫法\nC,制造业\n", "utf-8")
    with pytest.raises(UserTableError, match="需要“代码”"):
        load_industries(path)
