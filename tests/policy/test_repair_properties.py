"""The offset map holds for any text, however odd."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lianshu.policy.intake import from_bytes
from lianshu.policy.model import Source, UnusableInputError
from lianshu.policy.outline import outline
from lianshu.policy.repair import repair

PIECES = st.sampled_from(
    [
        "產(chǎn)業(yè)鏈", "到２０２５年", "，", "。", "\n", "\n\n", "　　", " ", "\t", "（一）", "一、总体要求", "1.加强领导", "2、", "①",
        "——", "一是", "二是做好统筹。", "1,200家", "5—10项", "力口大", "20万口电", "2O25年", "至4 50%", "(PCB)", "“鏈主”", "\u200b",
        "- 3 -", "责任单位：市工信局 市发改局", "实 施 方 案", "来     源 : 某局", "附件：", "主持人：您好", "⻓", "𠮷", "\r", "\x0c", "隽发[2022]1号",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=40).map("".join),
    st.text(max_size=120),
    st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=30).map("".join),
)


def _source(text: str, cuts: list[int]) -> Source:
    pages = tuple(sorted({cut % (len(text) + 1) for cut in cuts}))
    return Source("样.txt", text, pages=pages)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 500), max_size=3), st.data())
def test_every_slice_maps_to_a_piece_of_the_original(original, cuts, data):
    text = repair(_source(original, cuts))
    size = len(text.clean)
    assert len(text.starts) == len(text.ends) == size
    assert all(0 <= a < b <= len(original) for a, b in zip(text.starts, text.ends, strict=True))
    assert all(a <= b for a, b in zip(text.starts, text.starts[1:], strict=False))
    assert all(a <= b for a, b in zip(text.ends, text.ends[1:], strict=False))
    if size:
        start = data.draw(st.integers(0, size - 1))
        end = data.draw(st.integers(start + 1, size))
        first, last = text.span(start, end)
        assert text.evidence(start, end) == original[first:last] != ""
        found = text.locate(first, last)
        assert found is not None and found[0] <= start and end <= found[1]


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_clean_text_is_in_canonical_form(original):
    clean = repair(Source("样.txt", original)).clean
    assert not any(char in clean for char in "，；：（）％\r\u3000\u200b")
    assert "\n\n" not in clean and not clean.startswith("\n") and not clean.endswith("\n")


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_outline_nodes_nest_and_sentences_cover_the_words(original):
    text = repair(Source("样.txt", original))
    tree = outline(text)
    for node in tree.root.walk():
        assert 0 <= node.start <= node.end <= len(text.clean)
        assert node.heading == text.clean[node.heading_start : node.heading_end]
        starts = [child.start for child in node.children]
        assert starts == sorted(starts)
        for child in node.children:
            assert child.parent is node
            assert node.start <= child.start and child.end <= node.end
    covered = "".join(text.clean[a:b] for a, b in tree.sentences)
    assert covered.replace(" ", "") == text.clean.replace("\n", "").replace(" ", "")


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=300), TEXTS.map(lambda text: text.encode("gb18030", "ignore"))))
def test_any_bytes_are_read_or_refused(data):
    try:
        source = from_bytes(data, "样.txt")
    except UnusableInputError as error:
        assert str(error).startswith("样.txt：")
    else:
        assert source.text.strip()
