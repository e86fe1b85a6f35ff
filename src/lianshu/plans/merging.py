"""Putting a new reading beside an old one: which items are the same, which decisions go over.

Used when a newer reader reads the same document again, and when a new edition replaces an old one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from .fingerprints import identity, normalise
from .models import Item

_Found = tuple[Item, Item, bool]

#: Overlap (share of the longer span) from which two readings of one text mean one thing.
OVERLAP = 0.5
#: Likeness (percent) from which an item of a new edition is a changed item of the old one.
LIKENESS = 62.0


@dataclass(slots=True)
class Pair:
    """``new`` continues ``old``; ``same`` says that nothing a person decided about has changed."""

    new: Item
    old: Item
    same: bool


@dataclass(slots=True)
class Merge:
    """Result of putting two lists side by side."""

    pairs: list[Pair]
    added: list[Item]
    removed: list[Item]

    @property
    def changed(self) -> list[Pair]:
        return [pair for pair in self.pairs if not pair.same]


def merge(new: Sequence[Item], old: Sequence[Item], *, same_text: bool) -> Merge:
    """Pair the items of two readings.

    In order: same fingerprint; same kind and key values; for one text (``same_text``) overlapping spans;
    for another edition likeness of evidence and name. Each item is used once.
    """
    pairs: list[Pair] = []
    open_new, open_old = list(new), list(old)

    def settle(found: Iterable[_Found]) -> None:
        nonlocal open_new, open_old
        used_new: set[int] = set()
        used_old: set[int] = set()
        for one, other, same in found:
            if id(one) not in used_new and id(other) not in used_old:
                used_new.add(id(one))
                used_old.add(id(other))
                pairs.append(Pair(one, other, same))
        open_new = [item for item in open_new if id(item) not in used_new]
        open_old = [item for item in open_old if id(item) not in used_old]

    settle(_by_key(open_new, open_old, lambda item: item.fingerprint))
    settle(_by_key(open_new, open_old, lambda item: identity(item.kind, item.fields)))
    settle(_overlapping(open_new, open_old) if same_text else _alike(open_new, open_old))
    if not same_text:
        for pair in pairs:
            pair.same = equal_values(pair.new, pair.old)
    order = {id(item): place for place, item in enumerate(new)}
    pairs.sort(key=lambda pair: order[id(pair.new)])
    return Merge(pairs, open_new, open_old)


#: values that tell where a thing stands, not what it is
_PLACE = {"no", "section"}


def equal_values(new: Item, old: Item) -> bool:
    """Whether two readings of a thing say the same, place in the document aside."""
    keys = {*new.fields, *old.fields} - _PLACE
    return all(_plain(new.fields.get(key)) == _plain(old.fields.get(key)) for key in keys)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [normalise(part) for part in value]
    return normalise(value)


def _by_key(new: Sequence[Item], old: Sequence[Item], key: Callable[[Item], Any]) -> Iterator[_Found]:
    waiting: dict[object, list[Item]] = defaultdict(list)
    for item in old:
        waiting[key(item)].append(item)
    for item in new:
        if waiting[key(item)]:
            yield item, waiting[key(item)].pop(0), True


def _overlapping(new: Sequence[Item], old: Sequence[Item]) -> Iterator[_Found]:
    candidates = []
    for one in new:
        for other in old:
            if one.kind != other.kind:
                continue
            shared = min(one.end, other.end) - max(one.start, other.start)
            longer = max(one.end - one.start, other.end - other.start)
            if shared > 0 and shared / longer >= OVERLAP:
                likeness = fuzz.ratio(normalise(one.label), normalise(other.label))
                candidates.append((shared / longer + likeness / 100, one, other))
    for _, one, other in sorted(candidates, key=lambda found: -found[0]):
        # one text: the person's decision about the passage holds whatever the newer reader calls it
        yield one, other, True


def _alike(new: Sequence[Item], old: Sequence[Item]) -> Iterator[_Found]:
    candidates = []
    for kind in {item.kind for item in new}:
        ours = [item for item in new if item.kind == kind]
        theirs = [item for item in old if item.kind == kind]
        if not theirs:
            continue
        names = [normalise(item.label) for item in theirs]
        texts = [normalise(item.evidence) for item in theirs]
        for item in ours:
            by_name = process.cdist([normalise(item.label)], names, scorer=fuzz.ratio)[0]
            by_text = process.cdist([normalise(item.evidence)], texts, scorer=fuzz.ratio)[0]
            for other, name, text in zip(theirs, by_name, by_text, strict=True):
                if max(name, text) >= LIKENESS and name >= 40:
                    candidates.append((float(name) + float(text), item, other))
    for _, one, other in sorted(candidates, key=lambda found: -found[0]):
        yield one, other, False
