"""Decisions on the reading desk. Each is one transaction: the item, the step (so that it can be taken
back), the document's revision (so that others see it) and the audit log."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import SystemActor, require
from lianshu.plans.fields import clean
from lianshu.plans.fingerprints import fingerprints
from lianshu.plans.models import Decision, Document, Item

State = Item.State


class _Step:
    """One step of one person on one document: locks the document, numbers the change, logs it."""

    def __init__(self, user: Any, document: Document, action: str) -> None:
        require(user, "edit", document.plan)
        self.user = user
        self.person = None if isinstance(user, SystemActor) else user
        self.action = action
        self.group = uuid.uuid4()
        self.document = Document.objects.select_for_update().get(pk=document.pk)
        self.document.revision += 1
        self.document.save(update_fields=["revision"])
        self.touched: list[Item] = []

    def remember(self, items: Iterable[Item]) -> None:
        rows = list(items)
        self.touched += rows
        Decision.objects.bulk_create(
            Decision(item=item, group=self.group, action=self.action, before=_state_of(item), by=self.person)
            for item in rows
        )

    def put(self, item: Item, state: str, decided: dict[str, Any] | None) -> None:
        item.state = state
        item.decided = decided
        item.decided_by = self.person
        item.decided_at = timezone.now()
        item.revision = self.document.revision

    def log(self, words: str) -> None:
        audit.record(self.user, words, self.document, note="；".join(item.label for item in self.touched[:8]))


def _state_of(item: Item) -> dict[str, Any]:
    return {
        "state": item.state,
        "decided": item.decided,
        "decided_by": item.decided_by_id,
        "decided_at": item.decided_at.isoformat() if item.decided_at else None,
    }


def _fresh(user: Any, item: Item, seen: int | None) -> Item:
    """The item as it is now; E1004 when somebody else decided about it after ``seen``."""
    row = Item.objects.select_related("document__plan__region", "decided_by").get(pk=item.pk)
    if seen is not None and row.revision > seen and row.decided_by_id != getattr(user, "pk", None):
        raise LianshuError("E1004", who=str(row.decided_by or "系统"))
    if row.state in (State.SPLIT, State.REMOVED):
        raise LianshuError("E3001", what=row.label, state=row.get_state_display(), action="再改")
    return row


_FIELDS = ["state", "decided", "decided_by", "decided_at", "revision"]


@transaction.atomic
def item_accept(user: Any, item: Item, *, seen: int | None = None) -> Item:
    """Accept an item as it stands. Raises E1001, E1004, E3001."""
    step = _Step(user, item.document, "采用")
    item = _fresh(user, item, seen)
    step.remember([item])
    step.put(item, State.EDITED if item.decided is not None else State.ACCEPTED, item.decided)
    item.save(update_fields=_FIELDS)
    step.log("采用条目")
    return item


@transaction.atomic
def item_reject(user: Any, item: Item, *, seen: int | None = None) -> Item:
    """Say no to an item; it is kept and shown as rejected."""
    step = _Step(user, item.document, "不采")
    item = _fresh(user, item, seen)
    step.remember([item])
    step.put(item, State.REJECTED, item.decided)
    item.save(update_fields=_FIELDS)
    step.log("不采条目")
    return item


@transaction.atomic
def item_edit(user: Any, item: Item, *, values: Mapping[str, Any], seen: int | None = None) -> Item:
    """Put a person's values in place of those read, which accepts the item. Raises E2001 on wrong values."""
    step = _Step(user, item.document, "修改")
    item = _fresh(user, item, seen)
    before = item.values
    decided = clean(item.kind, values, keep=before)
    step.remember([item])
    same = decided == item.fields
    step.put(item, State.ACCEPTED if same else State.EDITED, None if same else decided)
    item.save(update_fields=_FIELDS)
    audit.record(user, "修改条目", item, changes=audit.difference(before, decided), note=str(step.document))
    return item


@transaction.atomic
def item_reset(user: Any, item: Item, *, seen: int | None = None) -> Item:
    """Back to what was read, undecided."""
    step = _Step(user, item.document, "还原")
    item = _fresh(user, item, seen)
    step.remember([item])
    step.put(item, State.PENDING, None)
    item.decided_by = item.decided_at = None
    item.save(update_fields=_FIELDS)
    step.log("还原条目")
    return item


@transaction.atomic
def item_split(
    user: Any, item: Item, *, parts: Sequence[Mapping[str, Any]], seen: int | None = None
) -> list[Item]:
    """Replace an item by two or more of the same kind and evidence. Raises E2001 with too few parts."""
    if len(parts) < 2:
        raise invalid(("parts", "拆分至少要两条"))
    step = _Step(user, item.document, "拆分")
    item = _fresh(user, item, seen)
    step.remember([item])
    step.put(item, State.SPLIT, item.decided)
    item.save(update_fields=_FIELDS)
    rows = _own_items(
        step,
        item.kind,
        [clean(item.kind, part, keep=item.values) for part in parts],
        item.start,
        item.end,
        parent=item,
    )
    step.log("拆分条目")
    return rows


@transaction.atomic
def item_add(
    user: Any, document: Document, *, kind: str, start: int, end: int, values: Mapping[str, Any]
) -> Item:
    """Add an item that the reader missed, on the passage ``start``..``end`` of the text.

    Raises E2001 for a passage outside the text, an unknown kind or wrong values.
    """
    if kind not in Item.Kind.values:
        raise invalid(("kind", "请选择类别"))
    step = _Step(user, document, "添加")
    if not 0 <= start < end <= len(step.document.text):
        raise invalid(("start", "请先在左边选中原文"))
    row = _own_items(step, kind, [clean(kind, values)], start, end)[0]
    step.log("添加条目")
    return row


def _own_items(
    step: _Step, kind: str, values: Sequence[dict[str, Any]], start: int, end: int, parent: Item | None = None
) -> list[Item]:
    document = step.document
    evidence = document.text[start:end]
    taken = set(document.items.values_list("fingerprint", flat=True))
    marks = fingerprints([(kind, one, evidence) for one in values])
    position = parent.position if parent else _position(document, start)
    rows = []
    for one, mark in zip(values, marks, strict=True):
        while mark in taken:
            mark = audit.sm3(f"{mark}+".encode())
        taken.add(mark)
        row = Item(
            document=document,
            kind=kind,
            fields=one,
            start=start,
            end=end,
            evidence=evidence,
            position=position,
            fingerprint=mark,
            lineage=mark,
            origin=Item.Origin.PERSON,
            parent=parent,
        )
        step.put(row, State.ACCEPTED, None)
        row.save()
        rows.append(row)
    Decision.objects.bulk_create(
        Decision(item=row, group=step.group, action=step.action, before={"state": None}, by=step.person)
        for row in rows
    )
    step.touched += rows
    return rows


def _position(document: Document, start: int) -> int:
    found = document.items.filter(start__lte=start).aggregate(last=Max("position"))["last"]
    return found or 0


@transaction.atomic
def items_accept_above(user: Any, document: Document, *, confidence: float, kind: str = "") -> int:
    """Accept all undecided items (of one kind) of at least this confidence; how many."""
    if not 0 <= confidence <= 1:
        raise invalid(("confidence", "把握要在 0 到 1 之间"))
    step = _Step(user, document, "批量采用")
    rows = document.items.filter(state=State.PENDING, confidence__gte=confidence)
    if kind:
        rows = rows.filter(kind=kind)
    items = list(rows)
    step.remember(items)
    for item in items:
        step.put(item, State.ACCEPTED, item.decided)
    Item.objects.bulk_update(items, _FIELDS, batch_size=200)
    if items:
        step.log(f"批量采用 {len(items)} 条")
    return len(items)


@transaction.atomic
def decision_undo(user: Any, document: Document) -> list[Item]:
    """Take back this person's last step on the document, if nobody decided about those items since.

    Raises E3001 when there is nothing to take back, E1004 when somebody else went on from there.
    """
    require(user, "edit", document.plan)
    person = None if isinstance(user, SystemActor) else user
    last = Decision.objects.filter(item__document=document, by=person, undone=False).first()
    if last is None:
        raise LianshuError("E3001", what="核对", state="没有可撤销的步骤", action="撤销")
    step = _Step(user, document, "撤销")
    group = list(
        Decision.objects.filter(group=last.group).select_related("item__document__plan", "item__decided_by")
    )
    items = []
    for decision in group:
        item = decision.item
        later = item.decisions.filter(pk__gt=decision.pk, undone=False).exclude(group=decision.group)
        other = later.exclude(by=person).select_related("by").first()
        if other is not None:
            raise LianshuError("E1004", who=str(other.by))
        _put_back(step, item, decision.before)
        items.append(item)
    Decision.objects.filter(group=last.group).update(undone=True)
    step.touched = items
    step.log("撤销核对")
    return items


def _put_back(step: _Step, item: Item, before: dict[str, Any]) -> None:
    item.revision = step.document.revision
    if before["state"] is None:
        item.state = State.REMOVED
        item.fingerprint = f"~{item.pk}"  # the same may be added again
    else:
        item.state, item.decided = before["state"], before["decided"]
        item.decided_by_id = before["decided_by"]
        item.decided_at = parse_datetime(before["decided_at"]) if before["decided_at"] else None
    item.save(update_fields=[*_FIELDS, "fingerprint"])
