"""Helpers of the readers' tests: run one extractor over a text as the reader would."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from lianshu.policy.extract import chains, facts
from lianshu.policy.model import Item, Source
from lianshu.policy.outline import outline
from lianshu.policy.repair import repair


def read_facts(words: str) -> dict[str, Any]:
    """The facts of a text."""
    text = repair(Source("sample", words))
    return facts.extract(text, outline(text))


def run(module: ModuleType, words: str, source: Source | None = None, **changes: Any) -> list[Item]:
    """The items of one extractor; ``changes`` override facts (level, region …).

    Evidence of every item is checked to be an exact piece of the original.
    """
    text = repair(source or Source("sample", words))
    tree = outline(text)
    context = {**facts.extract(text, tree), **changes}
    context["chains"] = [
        item.fields["name"] for item in chains.extract(text, tree, {**context, "chains": []})
    ]
    items = module.extract(text, tree, context)
    for item in items:
        assert text.source.text[item.start : item.end].strip()
        assert 0 < item.confidence <= 1 and item.rule
        assert item.reason or item.confidence >= 0.7
    return items


def names(module: ModuleType, words: str, **changes: Any) -> list[str]:
    """The names of the items of one extractor."""
    return [item.fields["name"] for item in run(module, words, **changes)]
