"""The text cut into pieces: nothing lost, nothing twice, every item found again."""

from hypothesis import given
from hypothesis import strategies as st

from lianshu.plans.highlight import blocks

letters = st.text(alphabet="甲乙丙丁，。 \n", min_size=1, max_size=80)


@st.composite
def marked(draw):
    text = draw(letters)
    spans = []
    for number in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        spans.append((start, end, number, "targets"))
    return text, spans


def runs(found):
    for block in found:
        yield from block.pieces
        for row in block.table:
            for cell in row:
                yield from cell.pieces


@given(marked(), st.booleans())
def test_pieces_give_the_text_back_and_know_their_items(case, broken_lines):
    text, spans = case
    seen = {}
    for piece in runs(blocks(text, spans, broken_lines=broken_lines)):
        assert piece.text == text[piece.start : piece.start + len(piece.text)]
        for offset in range(piece.start, piece.start + len(piece.text)):
            assert offset not in seen
            seen[offset] = set(piece.items)
    for offset, char in enumerate(text):
        if not char.isspace():
            assert seen[offset] == {number for start, end, number, _ in spans if start <= offset < end}


def test_the_shortest_item_gives_the_colour():
    found = blocks("产值达到120亿元", [(0, 9, 1, "tasks"), (2, 9, 2, "targets")])
    assert [(piece.text, piece.kind, piece.items) for piece in found[0].pieces] == [
        ("产值", "tasks", [1]),
        ("达到120亿元", "targets", [2, 1]),
    ]


def test_headings_pages_and_tables_become_blocks():
    text = "一、目标\n做事。\n甲\t乙\t丙\n第二页的话"
    table = {
        "start": 9, "end": 14, "rows": 2, "columns": 2,
        "cells": [[0, 0, 9, 10], [0, 1, 11, 12], [1, 0, 9, 10], [1, 1, 13, 14]],
    }  # fmt: skip
    outline = [{"start": 0, "end": 4, "level": 1, "number": "一", "heading": "目标"}]
    found = blocks(text, [], pages=[0, 15], outline=outline, tables=[table])
    assert [block.kind for block in found] == ["heading", "paragraph", "table", "page", "paragraph"]
    assert found[3].number == 2
    merged = found[2].table[0][0]
    assert (merged.rows, merged.columns, merged.pieces[0].text) == (2, 1, "甲")
    assert [cell.pieces[0].text for cell in found[2].table[1]] == ["丙"]


def test_full_lines_of_a_pdf_are_joined():
    text = "一二三四五六七八九十一二三四五六\n接着上一行写完这一句就结束了。\n新的一段话从这里开始，一直写到行末\n完。"
    found = blocks(text, [], broken_lines=True)
    assert ["".join(piece.text for piece in block.pieces) for block in found] == [
        "一二三四五六七八九十一二三四五六接着上一行写完这一句就结束了。",
        "新的一段话从这里开始，一直写到行末完。",
    ]
    assert len(blocks(text, [])) == 4
