"""What makes two readings of one thing the same thing.

An item is named by its kind, its evidence and its key values, all normalised; not by offsets, which move
with every edition. Items of one document that would share a name get a running number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from lianshu.policy.repair import simplify

#: values that say which thing it is, by kind
KEYS: dict[str, tuple[str, ...]] = {
    "chains": ("name",),
    "mechanisms": ("name",),
    "targets": ("name", "low", "high", "unit", "period", "scope"),
    "tasks": ("title",),
    "recurring": ("what", "who", "every"),
    "projects": ("name",),
    "enterprises": ("name",),
    "orgs": ("name",),
}
_GLOSS = re.compile(r"[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,8}[)）]")
_NOISE = re.compile(r"[\s\W_]+")


def normalise(words: Any) -> str:
    """Simplified characters only: no spaces, punctuation or pinyin glosses."""
    if words is None:
        return ""
    if isinstance(words, float) and words.is_integer():
        words = int(words)
    text = str(words)
    if isinstance(words, (int, float)):
        return text
    return _NOISE.sub("", simplify(_GLOSS.sub("", text)))


def identity(kind: str, values: dict[str, Any]) -> tuple[str, ...]:
    """The key values of an item, comparable."""
    return (kind, *(normalise(values.get(key)) for key in KEYS[kind]))


def _hash(*parts: str) -> str:
    return hashlib.new("sm3", "\x1f".join(parts).encode()).hexdigest()


def fingerprints(items: Sequence[tuple[str, dict[str, Any], str]]) -> list[str]:
    """Fingerprints of (kind, values, evidence) triples of one document, in order, without doubles."""
    seen: dict[str, int] = {}
    found = []
    for kind, values, evidence in items:
        base = _hash(*identity(kind, values), normalise(evidence))
        count = seen.get(base, 0)
        seen[base] = count + 1
        found.append(base if count == 0 else _hash(base, str(count)))
    return found
