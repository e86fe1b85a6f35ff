"""The readers of structure on damaged texts: they never fail, and every item's evidence lies in the original."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.reading import read_facts

from lianshu.policy.extract import chains, enterprises, facts, mechanisms, orgs, projects, tasks
from lianshu.policy.model import Item, Source
from lianshu.policy.outline import outline
from lianshu.policy.repair import repair

MODULES = (chains, mechanisms, tasks, projects, enterprises, orgs)

_FRAGMENTS = st.sampled_from(
    [
        "一、重点任务\n", "(一)实施强链工程。", "1.", "六)去库存", "附件:1.名单\n", "(责任单位:市工信局、", "))", "((", "”", "“六个一", "、", "、、",
        "等", "等企业", "等项目建设", "以、为龙头", "30亿元的", "总投资亿元", "产业链", "三大产业", "四大", "市长任", "办公室设在", "(简称“", "》《", "\n\n",
        "2025年", "〔2023〕号", "发布日期:", "鼎岳科技", "睿桁四期", "加快推进", "领导小组", "各县(市、区", "人民政府", "责任单位:", "。", ";", "牵头,配合",
        "一链一策", "五图", "開展業(yè)務(wù)", "主持人:", "一是", "二是", "|", "\t", "2021-2023年",
    ]
)  # fmt: skip


def every_item(words: str) -> tuple[Source, list[Item]]:
    """Items of all readers of structure over one text."""
    source = Source("sample", words)
    text = repair(source)
    tree = outline(text)
    context = {**facts.extract(text, tree), "chains": []}
    return source, [item for module in MODULES for item in module.extract(text, tree, context)]


@settings(max_examples=80, deadline=None)
@given(st.lists(_FRAGMENTS, max_size=40).map("".join))
def test_damaged_texts(words: str) -> None:
    source, items = every_item(words)
    for item in items:
        assert 0 <= item.start < item.end <= len(source.text)
        assert item.fields.get("name") or item.fields.get("title")


@pytest.mark.parametrize(
    "words", ["", "\n", "。。。", "((((", "))))", "“”", "产业", "abc 123", "、" * 50, "（" * 200]
)
def test_nothing_to_read(words: str) -> None:
    _, items = every_item(words)
    assert items == []
    assert read_facts(words)["region"] is None


def test_a_very_long_line_is_read_in_full() -> None:
    words = "推进园区建设和企业服务," * 4000 + "成立青岚县产业链工作领导小组。"
    _, items = every_item(words)
    assert [item.fields["name"] for item in items] == ["青岚县产业链工作领导小组"]
