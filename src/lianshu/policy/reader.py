"""From a source to a reading: repair, outline, then every extractor in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lianshu.policy.extract import (
    chains,
    enterprises,
    facts,
    mechanisms,
    orgs,
    projects,
    recurring,
    targets,
    tasks,
)
from lianshu.policy.model import Item, Outline, Reading, Source, Text
from lianshu.policy.outline import outline as build_outline
from lianshu.policy.repair import repair

#: Raised whenever the same text may be read differently; a stored reading names the version that made it.
READER_VERSION = "1"

Extractor = Callable[[Text, Outline, dict[str, Any]], list[Item]]

#: Order matters only for ``facts["chains"]``: later extractors may look at the chains found first.
EXTRACTORS: tuple[Extractor, ...] = (
    chains.extract,
    mechanisms.extract,
    targets.extract,
    tasks.extract,
    recurring.extract,
    projects.extract,
    enterprises.extract,
    orgs.extract,
)


def read(source: Source) -> Reading:
    """Read one document.

    The extractors get the facts with one more entry, ``chains``: the names of the chains found so far.
    Items come back in the order of the text within each kind.
    """
    text = repair(source)
    tree = build_outline(text)
    found = facts.extract(text, tree)
    context: dict[str, Any] = {**found, "chains": []}
    items: list[Item] = []
    for extract in EXTRACTORS:
        new = extract(text, tree, context)
        items.extend(new)
        context["chains"] += [item.fields["name"] for item in new if item.kind == "chains"]
    items.sort(key=lambda item: (item.start, item.end))
    return Reading(source=source, facts=found, items=items, reader_version=READER_VERSION)
