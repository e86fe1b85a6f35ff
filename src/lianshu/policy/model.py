"""The shapes that the reader's steps hand to each other.

``Source`` (what came in) → ``Text`` (repaired, with the way back) → ``Outline`` → ``Reading``.

Offsets in items are offsets into ``Source.text``, the original; ``evidence`` is always that exact slice.
Inside the grammar everybody works on ``Text.clean`` and converts at the end with :meth:`Text.evidence`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


class UnusableInputError(ValueError):
    """The input cannot be read at all; the message names the file, the cause and what to do (Chinese)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table found in the document, as offsets into ``Source.text``."""

    row: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its span in the text and its cells (merged cells repeat the upper-left cell's span)."""

    start: int
    end: int
    rows: int
    columns: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A document as plain text.

    ``pages`` holds the offset at which each page begins (empty when the format has no pages),
    ``headings`` the (start, end, level) of paragraphs that the format itself marks as headings.
    """

    name: str
    text: str
    format: str = "txt"
    encoding: str | None = None
    pages: tuple[int, ...] = ()
    headings: tuple[tuple[int, int, int], ...] = ()
    tables: tuple[Table, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """Repaired text with the way back to the original.

    ``clean[i]`` stands for ``source.text[starts[i]:ends[i]]``; both sequences are non-decreasing and have
    ``len(clean)`` entries. Dropped characters (pinyin glosses, page headers, line breaks inside a
    sentence) belong to no clean character, so a slice of clean text may cover dropped original text.
    ``runs_cut`` counts passages without any full stop that were too long to be read in one.
    """

    source: Source
    clean: str
    starts: Sequence[int]
    ends: Sequence[int]
    runs_cut: int = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty slice of ``clean`` to (start, end) in the original."""
        if not 0 <= start < end <= len(self.clean):
            raise IndexError(f"slice {start}:{end} is outside the clean text of {len(self.clean)}")
        return self.starts[start], self.ends[end - 1]

    def locate(self, start: int, end: int) -> tuple[int, int] | None:
        """Map a span of the original to (start, end) in ``clean``; None when nothing of it was kept."""
        first = bisect_right(self.ends, start)
        last = bisect_left(self.starts, end)
        return (first, last) if first < last else None

    def evidence(self, start: int, end: int) -> str:
        """The exact piece of the original behind ``clean[start:end]``."""
        first, last = self.span(start, end)
        return self.source.text[first:last]


@dataclass(slots=True)
class Node:
    """A part of the outline. Offsets are into ``Text.clean``.

    ``kind``: ``root``, ``title``, ``head`` (head lines of a page), ``annex`` (附件1 before its title),
    ``turn`` (a speaker's words in an interview; the heading is the speaker), ``chapter`` (第一章),
    ``part`` (一、 or 第一条), ``section`` ((一)), ``item`` (1.), ``sub`` ((1)), ``circle`` (①), ``dash`` (——),
    ``ordinal`` (一是), ``lead`` (an unnumbered heading, on its own line or as a short first sentence),
    ``paragraph``, ``table``, ``foot``. ``number`` is the number as a string of digits (``一`` → ``1``),
    ``path`` the printed numbers from the top (``三(一)1``; unnumbered nodes have their parent's),
    ``heading`` the heading's words without number and closing punctuation, empty when there is none;
    ``heading_end`` then still tells where the text behind the number begins.
    """

    kind: str
    level: int
    start: int
    end: int
    number: str | None = None
    path: str = ""
    heading: str = ""
    heading_start: int = 0
    heading_end: int = 0
    children: list[Node] = field(default_factory=list)
    parent: Node | None = field(default=None, repr=False)

    def walk(self) -> Iterator[Node]:
        """This node and everything below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Outline:
    """The document's tree and its sentences as (start, end) in ``Text.clean``, in order."""

    root: Node
    sentences: list[tuple[int, int]]


@dataclass(slots=True)
class Item:
    """One thing read from the text.

    ``kind`` is a list name of the reading (``targets``, ``tasks`` …), ``fields`` the values that
    ``policies/SCHEMA.md`` names for that kind, without ``evidence``. ``confidence`` is in (0, 1];
    ``reason`` says in Chinese why it is low; ``rule`` names the grammar rule for ``--explain``.
    ``start``/``end`` are offsets into the original text.
    """

    kind: str
    fields: dict[str, Any]
    start: int
    end: int
    confidence: float = 1.0
    reason: str = ""
    rule: str = ""


KINDS = ("chains", "mechanisms", "targets", "tasks", "recurring", "projects", "enterprises", "orgs")


@dataclass(slots=True)
class Reading:
    """What was understood of one document. ``facts`` holds title, kind, region, level, issuer, doc_no,
    published, issued, plan_start, plan_end; ``is_plan`` is False when the text is no plan at all."""

    source: Source
    facts: dict[str, Any]
    items: list[Item]
    is_plan: bool = True
    notes: list[str] = field(default_factory=list)
    reader_version: str = ""

    def of(self, kind: str) -> list[Item]:
        """Items of one kind in the order of the text."""
        return [item for item in self.items if item.kind == kind]

    def as_dict(self) -> dict[str, Any]:
        """The shape of ``policies/SCHEMA.md``: facts at the top, one list per kind, each item with its
        evidence, offsets, confidence, reason and rule."""
        out: dict[str, Any] = {"doc": self.source.name, **self.facts}
        for kind in KINDS:
            out[kind] = [
                {
                    **item.fields,
                    "evidence": self.source.text[item.start : item.end],
                    "start": item.start,
                    "end": item.end,
                    "confidence": round(item.confidence, 2),
                    **({"reason": item.reason} if item.reason else {}),
                    "rule": item.rule,
                }
                for item in self.of(kind)
            ]
        return out
