"""What an upgrade brings to duties adopted by earlier versions."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.scope import SYSTEM
from lianshu.plans.models import Document, Item
from lianshu.plans.reading import load_stored, understand
from lianshu.reference.due_days import KINDS
from lianshu.tasks.calendar import canonical_due, occurrences_rebuild
from lianshu.tasks.models import Duty

log = logging.getLogger("lianshu")

#: share of the shorter passage that two readings of one sentence have in common at least
_OVERLAP = 0.5


def name_due_days() -> int:
    """Give duties read before readings knew due days the day their plan's sentence names; returns how many.

    Only duties without a day whose item comes from such a reading and whose cadence is still the one read are
    touched; their open returns move to the new day. A document whose file is gone keeps its duties as they are.
    """
    waiting: dict[int, list[Duty]] = defaultdict(list)
    rows = Duty._base_manager.filter(due="", every__in=KINDS, item__origin=Item.Origin.READER)
    for duty in rows.select_related("item"):
        if "due" not in duty.item.fields and "due" not in (duty.item.decided or {}):
            waiting[duty.item.document_id].append(duty)
    found = 0
    for document in Document._base_manager.filter(pk__in=waiting):
        if read := _read_again(document):
            found += sum(_give_day(duty, read) for duty in waiting[document.pk])
    return found


def _read_again(document: Document) -> Sequence[Any]:
    """The recurring items of today's reading of a document; none where its file cannot be read."""
    try:
        with document.file.open("rb") as handle:
            source = load_stored(document.name, handle.read())
    except (OSError, LianshuError) as error:
        log.warning("document %s cannot be read again: %s", document.pk, error)
        return ()
    if source.text != document.text:
        return ()
    return [one for one in understand(source).items if one.kind == Item.Kind.RECURRING]


def _give_day(duty: Duty, read: Iterable[Any]) -> bool:
    days = {
        one.fields["due"]
        for one in read
        if one.fields.get("due") and one.fields["every"] == duty.every and _one_passage(one, duty.item)
    }
    if len(days) != 1:
        return False
    duty.due = canonical_due(duty.every, days.pop())
    duty.save(update_fields=["due"])
    occurrences_rebuild(duty, today=timezone.localdate())
    note = "升级：按方案原文补上时限"
    audit.record(SYSTEM, "修改", duty, changes={"due": ["", duty.due]}, note=note)
    return True


def _one_passage(one: Any, item: Item) -> bool:
    common = min(one.end, item.end) - max(one.start, item.start)
    return common >= _OVERLAP * min(one.end - one.start, item.end - item.start)
