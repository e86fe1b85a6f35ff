"""Which head of a workbook is which column of a ledger: known names, remembered choices, near misses."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from rapidfuzz import fuzz, process

from lianshu.core.ledger.declaration import Ledger
from lianshu.core.models import ImportMapping

from .sheets import normal

#: what offices also write for common heads; a ledger's own words go first
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "地区": ("所属地区", "所在地区", "行政区划", "县市区", "区县", "所在县市区"),
    "产业链": ("所属产业链", "所在产业链", "重点产业链"),
    "类别": ("类型", "种类", "性质"),
    "电话": ("联系电话", "联系方式", "手机", "手机号"),
    "备注": ("说明",),
    "负责人": ("责任人", "联系人"),
}

#: likeness (0..100) from which a head is taken for a column without asking again
NEAR = 84


def names_of(ledger: Ledger) -> dict[str, str]:
    """Normalised head → column name, for every name a column is known by."""
    found: dict[str, str] = {}
    for column in ledger.importable:
        for head in (column.title, column.head, column.name, *column.aliases):
            found.setdefault(normal(head), column.name)
    for column in ledger.importable:
        more = [f"{ledger.label}{column.title}", f"{ledger.title}{column.title}"]
        for head in (*more, *_SYNONYMS.get(column.title, ())):
            found.setdefault(normal(head), column.name)
    return found


def guess(ledger: Ledger, heads: list[str]) -> dict[str, str]:
    """{number of the head: column}: each column at most once; remembered choices win over guesses."""
    known = names_of(ledger)
    allowed = {column.name for column in ledger.importable}
    remembered = {
        row.head: row.column
        for row in ImportMapping.objects.filter(ledger=ledger.slug, head__in=[normal(head) for head in heads])
        if row.column in allowed
    }
    found: dict[str, str] = {}

    def take(number: int, column: str | None) -> None:
        if column and column not in found.values() and str(number) not in found:
            found[str(number)] = column

    for source in (remembered, known):
        for number, head in enumerate(heads):
            take(number, source.get(normal(head)))
    for number, head in enumerate(heads):
        if str(number) not in found and normal(head):
            near = process.extractOne(normal(head), known.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
            take(number, known[near[0]] if near else None)
    return found


def remember(ledger: Ledger, pairs: Iterable[tuple[str, str]]) -> None:
    """Keep (head, column) choices for the next file."""
    for head, column in pairs:
        if not normal(head):
            continue
        row, made = ImportMapping.objects.get_or_create(
            ledger=ledger.slug, head=normal(head)[:120], defaults={"column": column}
        )
        if not made:
            ImportMapping.objects.filter(pk=row.pk).update(column=column, used=F("used") + 1)
