"""The table read from its first entry to its last, against the chain and against anchors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from lianshu.core.audit_guard import TABLE
from lianshu.core.models import AuditEntry

from . import alarms
from .chain import entry_digest
from .checkpoints import Checkpoint
from .digest import GENESIS
from .evidence import Finding, Kind, named, span

Report = Callable[[float, str], None]
_SHOWN = 20


@dataclass
class Reading:
    """``numbered_from``: from this number on numbers follow each other without gaps, so that a gap is a loss (before it
    PostgreSQL may have left some). ``held``: marks of the anchors whose entry was found as they say."""

    anchors: list[Checkpoint]
    numbered_from: int | None
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    discovered: dict[int, tuple[int, str]] = field(default_factory=dict)
    count: int = 0
    last: int = 0

    def wrong(self, kind: Kind, words: str, number: int) -> None:
        """Keep the first findings of each kind; a thousand broken entries need no thousand sentences."""
        if sum(one.kind == kind for one in self.findings) < _SHOWN:
            self.findings.append(Finding(kind, words, number))


def read(anchors: Iterable[Checkpoint], report: Report | None = None) -> Reading:
    """Read every entry; compare each with the one before it and with the anchors at its number."""
    anchors = list(anchors)
    first = min((anchor.number for anchor in anchors), default=None)
    reading = Reading(anchors, 0 if connection.vendor == "sqlite" else first)
    at: dict[int, list[Checkpoint]] = {}
    for anchor in anchors:
        at.setdefault(anchor.number, []).append(anchor)
    reading.held.update(anchor.mark for anchor in at.get(0, []) if anchor.digest == GENESIS)
    total = AuditEntry.objects.count() if report is not None else 0
    previous = GENESIS
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        _link(reading, entry, previous)
        reading.held.update(anchor.mark for anchor in at.get(entry.pk, []) if anchor.digest == entry.hash)
        previous, reading.last, reading.count = entry.hash, entry.pk, reading.count + 1
        if report is not None and reading.count % 500 == 0:
            report(100 * reading.count / max(total, 1), f"已校验 {reading.count} 条，共 {total} 条")
    _against_anchors(reading)
    if anchors:
        _against_sequence(reading)
    return reading


def _link(reading: Reading, entry: AuditEntry, previous: str) -> None:
    number, before = entry.pk, reading.last
    gap = number > before + 1
    fits = entry.previous_hash == previous
    if gap and (not fits or (reading.numbered_from is not None and before >= reading.numbered_from)):
        reading.wrong(Kind.CUT, _cut_words(reading, before + 1, number - 1), before + 1)
    elif not fits and before:
        reading.wrong(
            Kind.REWRITTEN, f"第 {before} 号被改写：第 {number} 号记着的前一条摘要与它不符。", before
        )
    elif not fits:
        reading.wrong(Kind.REWRITTEN, f"第 {number} 号不是日志的第一条：它前面的记录不在了。", number)
    if entry.hash != entry_digest(entry.previous_hash, entry):
        reading.wrong(Kind.EDITED, f"第 {number} 号内容被改（{entry.action} {entry.object_label}）。", number)
    if entry.object_type == alarms.OBJECT_TYPE:
        _own_entry(reading, entry)


def _own_entry(reading: Reading, entry: AuditEntry) -> None:
    """An entry the log made about itself at some start."""
    at = f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}"
    if entry.action == alarms.UNTRIGGERED:
        reading.remarks.append(f"第 {entry.pk} 号记着：{at} 发现{entry.action}（{entry.note}）")
    elif entry.action == alarms.CONTRADICTED:
        sequence = entry.object_id.rpartition("-")[2]
        if sequence.isdecimal():
            # the first number given after the cut: entries before it were still there then
            reading.discovered.setdefault(int(sequence), (entry.pk, at))


def _cut_words(reading: Reading, first: int, last: int) -> str:
    exact = reading.numbered_from is not None and first > reading.numbered_from
    words = f"{span(first, last)}{'共' if exact else '至多'} {last - first + 1} 条被删"
    behind = [anchor for anchor in reading.anchors if anchor.number >= last]
    if behind:
        anchor = min(behind, key=lambda one: (one.number, one.sequence))
        words += f"（{named(anchor)}记到第 {anchor.number} 号）"
    return words + "。"


def _against_anchors(reading: Reading) -> None:
    broken = [anchor for anchor in reading.anchors if anchor.mark not in reading.held]
    if not broken:
        return
    top = max(broken, key=lambda one: one.number)
    told = [reading.discovered[one.sequence] for one in broken if one.sequence in reading.discovered]
    first, when = min(told, default=(reading.last + 1, ""))
    if first <= top.number:
        which = f"{span(first, top.number)}共 {top.number - first + 1} 条"
        which = f"全部 {top.count} 条记录" if first == 1 else which
        seen = f"；{when} 发现时数据库只到第 {first - 1} 号" if when else ""
        reading.wrong(Kind.CUT, f"{which}被删（{named(top)}记到第 {top.number} 号{seen}）。", first)
    _rewritten(reading, [anchor for anchor in broken if anchor.number < first])


def _rewritten(reading: Reading, broken: list[Checkpoint]) -> None:
    if not broken:
        return
    nearest = min(broken, key=lambda one: (one.number, one.sequence))
    sound = [
        one.number for one in reading.anchors if one.mark in reading.held and one.number < nearest.number
    ]
    start = max(sound, default=0) + 1
    said = f"（{named(nearest)}记下的第 {nearest.number} 号摘要不符）"
    if start > 1:
        words = f"{span(start, nearest.number)}之间起的记录被重写，或整库被换成另一份{said}。"
    else:
        words = f"整条链被重写{said}。"
    reading.wrong(Kind.REWRITTEN, words, start)


def _against_sequence(reading: Reading) -> None:
    """SQLite remembers the highest number it ever gave: it tells of a tail cut that no checkpoint had reached yet."""
    if connection.vendor != "sqlite" or any(one.kind is Kind.CUT for one in reading.findings):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [TABLE])
        (given,) = cursor.fetchone()
    # entries appended while the table was read are younger than the reading
    stands = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if given > stands:
        words = f"{span(stands + 1, given)}共 {given - stands} 条被删（数据库给过的最大编号是 {given}）。"
        reading.wrong(Kind.CUT, words, stands + 1)
