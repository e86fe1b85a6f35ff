"""Reads of this room: what the desk, the plan page and the lists show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lianshu.core.scope import get_visible

from .highlight import Block, blocks
from .merging import Merge, merge
from .models import Adoption, Document, Item, Plan

State = Item.State


def plan_of(user: Any, pk: int) -> Plan:
    """One plan through the gate; E1002 otherwise."""
    return get_visible(user, Plan.objects.select_related("region__parent", "upper__region"), pk=pk)


def document_of(user: Any, pk: int, *, text: bool = False) -> Document:
    """One document through the gate, without its text unless asked for."""
    rows = Document.objects.select_related("plan__region", "added_by", "job", "previous")
    return get_visible(user, rows if text else rows.defer("text"), pk=pk)


def item_of(user: Any, pk: int) -> Item:
    """One item through the gate."""
    rows = Item.objects.select_related("document__plan__region", "decided_by").defer("document__text")
    return get_visible(user, rows, pk=pk)


def adoption_of(user: Any, pk: int) -> Adoption:
    """One adoption through the gate."""
    rows = Adoption.objects.select_related("plan__region", "document", "by", "undone_by")
    return get_visible(user, rows.defer("document__text"), pk=pk)


def plans_visible(user: Any, *, region_path: str = "", words: str = "", status: str = "") -> QuerySet:
    """Plans the person may see, with how far their items are."""
    rows = Plan.objects.visible_to(user).select_related("region", "upper")
    if region_path:
        rows = rows.filter(region__path__startswith=region_path)
    if words:
        rows = rows.filter(
            Q(title__icontains=words) | Q(doc_no__icontains=words) | Q(issuer__icontains=words)
        )
    if status:
        rows = rows.filter(status=status)
    return rows.order_by("region__path", "-created_at", "-id")


def latest_documents(plans: Iterable[Plan]) -> dict[int, Document]:
    """The newest edition of each plan with counts of its items, in one query."""
    rows = (
        Document.objects.filter(plan__in=list(plans))
        .defer("text")
        .annotate(
            n_items=Count("items", filter=~Q(items__state__in=[State.SPLIT, State.REMOVED])),
            n_open=Count("items", filter=Q(items__state=State.PENDING)),
            n_taken=Count("items", filter=Q(items__state__in=[State.ACCEPTED, State.EDITED])),
        )
        .order_by("plan_id", "edition")
    )
    return {document.plan_id: document for document in rows}


@dataclass(slots=True)
class KindCount:
    """Counts of one kind on the desk: 指标 28 · 已核 22 · 存疑 3."""

    kind: str
    label: str
    all: int = 0
    done: int = 0
    uncertain: int = 0


def kind_counts(document: Document) -> list[KindCount]:
    """Counts of every kind in the desk's order, in one query."""
    uncertain = Q(state=State.PENDING, confidence__lt=Item.CERTAIN)
    rows = (
        document.items.standing()
        .order_by()
        .values("kind")
        .annotate(
            n=Count("id"),
            done=Count("id", filter=~Q(state=State.PENDING)),
            uncertain=Count("id", filter=uncertain),
        )
    )
    found = {row["kind"]: row for row in rows}
    return [
        KindCount(
            kind.value,
            kind.label,
            *(
                (found[kind]["n"], found[kind]["done"], found[kind]["uncertain"])
                if kind in found
                else (0, 0, 0)
            ),
        )
        for kind in DESK_ORDER
    ]


#: tabs of the desk
DESK_ORDER = (
    Item.Kind.TARGETS,
    Item.Kind.TASKS,
    Item.Kind.RECURRING,
    Item.Kind.CHAINS,
    Item.Kind.MECHANISMS,
    Item.Kind.ORGS,
    Item.Kind.PROJECTS,
    Item.Kind.ENTERPRISES,
)


def desk_items(document: Document) -> list[Item]:
    """All standing items, uncertain ones first, then in the order of the text."""
    items = list(document.items.standing().select_related("decided_by"))
    for item in items:
        item.document = document
    return sorted(
        items,
        key=lambda item: (
            not item.uncertain,
            item.confidence if item.uncertain else 0,
            item.position,
            item.pk,
        ),
    )


def items_since(document: Document, revision: int) -> tuple[list[Item], list[int]]:
    """(items changed after ``revision`` that stand, numbers of those that no longer do)."""
    changed = list(document.items.filter(revision__gt=revision).select_related("decided_by"))
    for item in changed:
        item.document = document
    gone = [item.pk for item in changed if item.state in (State.SPLIT, State.REMOVED)]
    return [item for item in changed if item.pk not in gone], gone


def text_blocks(document: Document, items: Iterable[Item]) -> list[Block]:
    """The document's text with its items, ready to print."""
    spans = [(item.start, item.end, item.pk, item.kind) for item in items]
    return blocks(
        document.text,
        spans,
        pages=document.pages,
        outline=document.outline,
        tables=document.tables,
        broken_lines=document.format in ("pdf", "image"),
    )


@dataclass(slots=True)
class Difference:
    """What a new edition changes against the one before, by kind label."""

    merge: Merge
    old: Document
    new: Document

    @property
    def changes(self) -> list[tuple[str, Item, Item, list[tuple[str, str, str]]]]:
        """(kind, old, new, [(field, old words, new words)]) of every changed item."""
        from .fields import FIELDS

        found = []
        for pair in self.merge.changed:
            rows = [
                (one.label, one.show(pair.old.fields.get(one.name)), one.show(pair.new.fields.get(one.name)))
                for one in FIELDS[pair.new.kind]
            ]
            found.append(
                (
                    pair.new.get_kind_display(),
                    pair.old,
                    pair.new,
                    [(label, old, new) for label, old, new in rows if old != new],
                )
            )
        return found

    @property
    def unchanged(self) -> int:
        return len(self.merge.pairs) - len(self.merge.changed)


def difference(new: Document, old: Document) -> Difference:
    """Put two editions side by side."""

    def rows(document: Document) -> Sequence[Item]:
        found = document.items.exclude(state=State.REMOVED).filter(parent=None).order_by("position", "id")
        return list(found)

    return Difference(merge(rows(new), rows(old), same_text=False), old, new)


@dataclass(slots=True)
class Programme:
    """A named bundle of the plan (六大行动, 十大工程): its parts as (name, the task that is the part itself,
    the tasks that stand under it)."""

    item: Item
    parts: list[tuple[str, Item | None, list[Item]]] = field(default_factory=list)


_PROGRAMME_WORDS = ("行动", "工程", "计划", "举措", "任务")


def programmes(items: Sequence[Item]) -> list[Programme]:
    """Mechanisms that bundle work, with the tasks whose section or title names a part."""
    tasks = [item for item in items if item.kind == Item.Kind.TASKS]
    found = []
    for item in items:
        if item.kind != Item.Kind.MECHANISMS or not item.values.get("items"):
            continue
        if not any(word in item.label for word in _PROGRAMME_WORDS):
            continue
        programme = Programme(item)
        for part in item.values["items"]:
            itself = next((task for task in tasks if str(task.values.get("title") or "") == part), None)
            under = [
                task
                for task in tasks
                if task is not itself
                and any(part in str(task.values.get(name) or "") for name in ("section", "title"))
            ]
            programme.parts.append((part, itself, under))
        found.append(programme)
    return found


def upper_choices(user: Any, plan: Plan) -> QuerySet:
    """Plans of the regions above that the person may see and hang this plan under."""
    above = Q(pk__in=[])
    region = plan.region.parent
    while region is not None:
        above |= Q(region=region)
        region = region.parent
    return Plan.objects.visible_to(user).filter(above).exclude(pk=plan.pk).select_related("region")


def documents_waiting(user: Any) -> QuerySet:
    """Newest editions of plans not adopted yet, read, in plans the person may adopt; ``n_open`` items wait."""
    newer = Document.objects.filter(plan=OuterRef("plan"), edition__gt=OuterRef("edition"))
    return (
        Document.objects.visible_to(user, "adopt")
        .filter(~Exists(newer), read_at__isnull=False, plan__status=Plan.Status.DRAFT)
        .annotate(n_open=Count("items", filter=Q(items__state=State.PENDING)))
        .select_related("plan__region")
        .defer("text")
        .order_by("-added_at")[:20]
    )
