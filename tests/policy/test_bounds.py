"""Bounds of the reader: what is cut, what is refused, and that the original stays what it was."""

import pytest

from lianshu.policy import budget, reader, repair
from lianshu.policy.intake import from_bytes, refuse_from_outside
from lianshu.policy.intake_build import span_grid
from lianshu.policy.intake_docx import format_number
from lianshu.policy.intake_text import decode
from lianshu.policy.limits import TooBigError
from lianshu.policy.model import Source, UnusableInputError
from lianshu.reference.due_days import match_due_day
from lianshu.reference.numerals import integer_or_none, number_or_none, parse_number
from lianshu.reference.periods import Kind
from lianshu.reference.quantity import find_quantities


def longest(text, marks):
    run = most = 0
    for char in text:
        run = 0 if char in marks else run + 1
        most = max(most, run)
    return most


@pytest.mark.parametrize(
    "text", ["一" * 50_000, "甲产业链、" * 9_000, "加强领导;" * 9_000, "加强领导。" * 9_000]
)
def test_runs_without_an_end_are_cut_and_nothing_moves(text):
    cut, runs = repair.cut_runs(text)
    assert runs and len(cut) == len(text)
    assert longest(cut, "\n") <= repair.LONGEST_LINE
    assert longest(cut, "。!?\n") <= repair.LONGEST_SENTENCE
    assert longest(cut, "。;!?\n") <= repair.LONGEST_CLAUSE
    changed = [old for old, new in zip(text, cut, strict=True) if old != new]
    assert len(changed) < len(text) / 300
    assert set(changed) <= (set("、;。") if len(set(text)) > 1 else {"一"})


def test_what_is_cut_is_told_and_evidence_is_the_original():
    text = "加强领导。" + "引进甲公司、" * 300 + "到2025年新增企业5家。"
    reading = reader.read(Source("a.txt", text))
    assert any("没有断句" in note for note in reading.notes)
    assert all(
        text[item.start : item.end] == reading.source.text[item.start : item.end] for item in reading.items
    )


def test_ordinary_sentences_stay_as_they_are():
    text = "加强领导,落实责任。" * 500
    assert repair.cut_runs(text[:5_000]) == (text[:5_000], 0)


def test_a_reading_beyond_its_budget_is_refused(monkeypatch):
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    with pytest.raises(UnusableInputError, match="过于密集"):
        reader.read(Source("a.txt", "到2025年新增企业5家。"))
    budget.spend()  # nothing is left in force


@pytest.mark.parametrize("text", ["9" * 19, "9" * 5_000, "九" * 40, "一一十", "1" + "亿" * 30])
def test_numbers_beyond_counting_are_no_numbers(text):
    assert number_or_none(text) is None and integer_or_none(text) is None
    with pytest.raises(ValueError):
        parse_number(text)
    assert find_quantities(f"新增{text}家") == [] or all(
        found.quantity.low < 10**18 for found in find_quantities(f"新增{text}家")
    )


def test_numerals_that_are_none_are_passed_over_in_running_text():
    assert match_due_day("一一十日前", Kind.MONTH) is None
    assert find_quantities("零分之一") == []
    assert integer_or_none("十二") == 12 and number_or_none("1.5万") == 15_000


def test_a_mark_with_an_odd_byte_and_odd_charsets():
    assert decode("方案".encode("utf-16") + b"\0") == ("方案", "utf-16")
    page = "加强领导，推进产业链建设。".encode("gb18030")
    for charset in ("punycode", "idna", "hex", "unicode_escape", "no-such", ""):
        assert decode(page, charset) == ("加强领导，推进产业链建设。", "gb18030")


def test_tables_are_bounded_before_they_are_laid_out():
    with pytest.raises(TooBigError, match="表格过大"):
        span_grid([[("a", 99, 999)] * 200] + [[("b", 1, 1)]] * 999)
    assert span_grid([[("a", 2, 1)], [("b", 1, 1), ("c", 1, 1)]]) == [
        [(1, "a"), (1, "a")],
        [(2, "b"), (3, "c")],
    ]


def test_odd_numbers_of_lists_print():
    assert format_number(0, "chineseCounting") == "〇"
    assert format_number(10_000, "chineseCounting") == "一〇〇〇〇"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.txt", "文件是空的"),
        (bytes(range(256)) * 300, "a.txt", "不是文本文件"),
        (b"PK\x03\x04" + b"\0" * 99, "a.docx", "文件已损坏"),
        ("（".encode() * 2_000_000, "a.txt", "超过 3 MB 的上限，请拆分后再读"),
    ],
)
def test_what_can_be_told_from_outside_is_refused_there(data, name, words):
    with pytest.raises(UnusableInputError, match=words):
        refuse_from_outside(data, name)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
def test_long_texts_pass_the_look_from_outside(encoding):
    data = ("推进产业链建设，落实责任。" * 6_000).encode(encoding)
    refuse_from_outside(data, "a.txt")
    assert from_bytes(data, "a.txt").text.startswith("推进产业链")
