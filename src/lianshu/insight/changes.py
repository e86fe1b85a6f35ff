"""最近变化: what the audit log says about rows a person answers for, every row through the gate."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet, Value

from lianshu.core.ledger import ledgers
from lianshu.core.models import AuditEntry
from lianshu.core.scope import ScopedModel, grants_of

#: entries looked at for one page: the log of a busy office's week
_READ = 600
#: what is no news to anybody
_DULL = ("登录", "退出", "导出", "查看")


@dataclass(slots=True)
class Change:
    """One entry of the log with the row's page ("" where it has none)."""

    entry: AuditEntry
    url: str


@cache
def _ledger_by_model() -> dict[str, Any]:
    return {ledger.model._meta.label_lower: ledger for ledger in ledgers()}


def page_of(obj: Any) -> str:
    """The page of a row (its key is enough) by the ledger it stands in; "" where it has none."""
    ledger = _ledger_by_model().get(obj._meta.label_lower)
    return ledger.detail_url(obj) if ledger is not None else ""


def _watched(user: Any) -> str:
    """Whose rows are "mine": those one may report on or decide about; who may do neither sees all in sight."""
    actions = {action for grant in grants_of(user) for action in grant.actions}
    return next((action for action in ("report", "decide") if action in actions), "view")


def recent_changes(
    user: Any, *, since: dt.datetime, chain: Any = None, own: bool = False, limit: int = 12
) -> list[Change]:
    """What changed since a moment in rows of the person's scope, newest first; of one chain only, and by
    others only unless ``own``. One query for the log and one for the rows."""
    reach = Q(pk__in=[])
    for grant in grants_of(user):
        reach |= Q(region_path__startswith=grant.region_path)
    entries = AuditEntry.objects.filter(reach, at__gte=since).exclude(action__in=_DULL)
    if not own:
        entries = entries.exclude(actor=user)
    rows = list(entries.order_by("-id")[:_READ])
    by_type: dict[str, set[str]] = defaultdict(set)
    for entry in rows:
        by_type[entry.object_type].add(entry.object_id)
    action = "view" if chain is not None else _watched(user)
    allowed = _allowed(user, by_type, action, chain)
    found = []
    for entry in rows:
        url = allowed.get((entry.object_type, entry.object_id))
        if url is not None:
            found.append(Change(entry, url))
        if len(found) == limit:
            break
    return found


def _allowed(user: Any, by_type: dict[str, set[str]], action: str, chain: Any) -> dict[tuple[str, str], str]:
    """{(type, key): page} of the rows a person may see, in one query however many kinds there are."""
    parts = []
    for label, ids in by_type.items():
        rows = _rows(user, label, ids, action, chain)
        if rows is not None:
            parts.append(rows.annotate(of_type=Value(label)).order_by().values_list("of_type", "pk"))
    if not parts:
        return {}
    first, *rest = parts
    pairs = first.union(*rest) if rest else first
    return {(label, str(pk)): page_of(apps.get_model(label)(pk=pk)) for label, pk in pairs}


def _rows(user: Any, label: str, ids: set[str], action: str, chain: Any) -> QuerySet | None:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    if not issubclass(model, ScopedModel):
        return None
    numbers = [int(pk) for pk in ids if pk.isascii() and pk.isdigit()]
    rows = model.objects.visible_to(user, action).filter(pk__in=numbers)
    if chain is not None:
        if not model.scope.chain:
            return None
        rows = rows.filter(**{model.scope.chain: chain.pk})
    return rows if numbers else None
