"""The append-only, hash-chained audit log; it is also every row's history.

Entries are chained by SM3 (GB/T 32905-2016): hash = SM3(previous hash ‖ canonical JSON of the entry).
Database triggers refuse everything but the next entry (:mod:`.audit_guard`); signed checkpoints outside the database
tell how far the log reached (:mod:`.auditing`); :func:`verify` recomputes the chain and compares it with them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.forms.models import model_to_dict
from django.urls import reverse
from django.utils import timezone

from .auditing import alarms
from .auditing.chain import append
from .auditing.digest import GENESIS as GENESIS
from .auditing.digest import sm3 as sm3
from .auditing.verdict import State as State
from .auditing.verdict import Verdict
from .auditing.verdict import verify as verify
from .models import AuditEntry, Setting
from .notices import notify
from .scope import SystemActor, grants_of

#: setting that keeps the result of the last verification
VERIFIED = "audit_verified"
_DECIMAL = re.compile(r"-?\d+\.\d+")


def sm3_file(file: Any) -> str:
    """Hex digest by SM3 of an open file, read in pieces; leaves it at its start."""
    digest = hashlib.new("sm3")
    file.seek(0)
    while piece := file.read(1 << 20):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def plain(value: Any) -> Any:
    """A field's value as JSON holds it."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, (list, tuple, set)):
        return [plain(part) for part in value]
    if value is None or isinstance(value, (bool, int, float, str, dict)):
        return value
    return str(value)


def snapshot(obj: models.Model, fields: Iterable[str] | None = None) -> dict[str, Any]:
    """The row's values by field name; related rows appear by their name, not their number."""
    values: dict[str, Any] = {}
    wanted = set(fields) if fields is not None else None
    for field in obj._meta.concrete_fields:
        if field.primary_key or (wanted is not None and field.name not in wanted):
            continue
        values[field.name] = plain(getattr(obj, field.name))
    return values


def many_snapshot(obj: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Names of the rows behind many-to-many fields, sorted."""
    found = model_to_dict(obj, fields=list(names))
    return {name: sorted(str(row) for row in rows) for name, rows in found.items()}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} of the fields that differ."""
    return {
        key: [before.get(key), after.get(key)]
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    }


def record(
    user: Any,
    action: str,
    obj: models.Model,
    *,
    changes: dict[str, list[Any]] | None = None,
    note: str = "",
) -> AuditEntry:
    """Append one entry about ``obj``. ``action`` is a short Chinese verb (新建, 修改, 删除, 采纳 …)."""
    return record_many(user, [(action, obj, changes or {}, note)])[0]


def record_many(
    user: Any, entries: Iterable[tuple[str, models.Model, dict[str, list[Any]], str]]
) -> list[AuditEntry]:
    """Append several entries in one go (imports, adoption); inside :func:`collected` they are kept for its end."""
    now = timezone.now()
    real = user is not None and not isinstance(user, SystemActor)
    grants = user.grants_in_force() if real else ()
    home = grants[0].region_path if grants else ""
    rows = []
    for action, obj, changes, note in entries:
        region = getattr(obj, "region", None)
        path = getattr(obj, "path", "") if obj._meta.model_name == "region" else getattr(region, "path", "")
        # what stands in no region (an account, an export) belongs to the region of who did it
        path = path or home
        rows.append(
            AuditEntry(
                at=now,
                actor=user if real else None,
                actor_name=str(user) if user is not None else "系统",
                action=action,
                object_type=obj._meta.label_lower,
                object_id=str(obj.pk),
                object_label=str(obj)[:200],
                region_path=path,
                changes={key: [plain(old), plain(new)] for key, (old, new) in changes.items()},
                note=note[:400],
            )
        )
    kept = _kept.get()
    if kept is not None:
        kept.extend(rows)
        return rows
    return append(rows)


_kept: ContextVar[list[AuditEntry] | None] = ContextVar("audit_kept", default=None)


@contextmanager
def collected() -> Iterator[None]:
    """Write the entries of a whole block at its end in one go: a look-up and an insert fewer per row.

    For use inside the transaction that does the work: a refusal drops the entries together with it.
    """
    if _kept.get() is not None:
        yield
        return
    rows: list[AuditEntry] = []
    token = _kept.set(rows)
    try:
        yield
    finally:
        _kept.reset(token)
    if rows:
        append(rows)


def history(obj: models.Model) -> models.QuerySet:
    """All entries about a row, newest first."""
    return AuditEntry.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))


def entries_visible_to(user: Any) -> models.QuerySet:
    """Entries an audit administrator may read: those of their regions; at the top also the system's own."""
    allowed = Q(pk__in=[])
    for grant in grants_of(user):
        if "audit" in grant.actions:
            allowed |= Q(region_path__startswith=grant.region_path)
            if grant.region_path.count("/") == 2:
                allowed |= Q(region_path="")
    return AuditEntry.objects.filter(allowed)


def actions_used() -> list[str]:
    """The verbs that occur in the log."""
    return sorted(AuditEntry.objects.order_by().values_list("action", flat=True).distinct())


def kinds_of_things() -> dict[str, str]:
    """Type label → Chinese name of the things that occur in the log."""
    labels = AuditEntry.objects.order_by().values_list("object_type", flat=True).distinct()
    return {label: _kind_name(label) for label in sorted(labels)}


def _kind_name(label: str) -> str:
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except LookupError:
        # a model that no longer exists: its entries stay
        return label


def shown(value: Any) -> Any:
    """A kept value as people write it: ``"71.330000"`` → ``"71.33"``; everything else as it is."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return value.rstrip("0").rstrip(".")
    return value


def titled_history(obj: models.Model, limit: int) -> list[AuditEntry]:
    """The latest entries about a row, each with its changes in words as ``titled``."""
    entries = list(history(obj)[:limit])
    for entry in entries:
        entry.titled = titled_changes(entry)
    return entries


def titled_changes(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """An entry's changes under the fields' Chinese names."""
    try:
        meta = apps.get_model(entry.object_type)._meta
    except LookupError:
        titles = {}
    else:
        titles = {field.name: str(getattr(field, "verbose_name", field.name)) for field in meta.get_fields()}
    return [(titles.get(name, name), shown(old), shown(new)) for name, (old, new) in entry.changes.items()]


def keep_verdict(verdict: Verdict) -> None:
    """Keep a verification's result for the audit page; what is wrong is told to every audit administrator."""
    newest = verdict.checkpoint
    value = {
        "at": timezone.now().isoformat(),
        "count": verdict.count,
        "broken": verdict.broken,
        "state": str(verdict.state),
        "findings": [finding.words for finding in verdict.findings],
        "explained": list(verdict.explained),
        "remarks": list(verdict.remarks),
        "outside": verdict.outside,
        "fingerprint": verdict.fingerprint,
        "checkpoint": {"sequence": newest.sequence, "number": newest.number, "at": newest.at}
        if newest
        else None,
    }
    Setting.objects.update_or_create(key=VERIFIED, defaults={"value": value})
    if verdict.state is State.BROKEN:
        key = f"audit-broken:{sm3(verdict.words.encode())[:32]}"
        notify(alarms.auditors(), title=verdict.words, url=reverse("audit"), light="red", key=key)
