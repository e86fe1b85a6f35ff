"""The chain itself: every entry carries SM3(previous hash ‖ canonical JSON of the entry).

Numbers are given here, under the lock, and not by the database: they follow each other without gaps also
where a transaction rolled back, so that a missing number is a missing entry.
"""

from __future__ import annotations

import json

from django.db import connection, transaction
from django.utils import timezone

from lianshu.core.models import AuditEntry

from . import pending
from .digest import GENESIS, sm3

# One key for the whole installation: writers take turns, so the chain never forks.
_LOCK_KEY = 715_004


def entry_digest(previous: str, entry: AuditEntry) -> str:
    """The digest an entry must carry behind the entry with digest ``previous``."""
    body = json.dumps(
        {
            "at": entry.at.astimezone(timezone.get_default_timezone()).isoformat(),
            "actor": entry.actor_id,
            "actor_name": entry.actor_name,
            "action": entry.action,
            "object_type": entry.object_type,
            "object_id": entry.object_id,
            "object_label": entry.object_label,
            "region_path": entry.region_path,
            "changes": entry.changes,
            "note": entry.note,
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return sm3((previous + body).encode())


def _lock() -> None:
    # SQLite transactions are IMMEDIATE: there is one writer already. PostgreSQL needs an advisory lock.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


@transaction.atomic
def append(rows: list[AuditEntry]) -> list[AuditEntry]:
    """Number rows, chain them to the last entry and store them."""
    _lock()
    number, previous = AuditEntry.objects.order_by("-id").values_list("id", "hash").first() or (0, GENESIS)
    for entry in rows:
        number += 1
        entry.pk, entry.previous_hash = number, previous
        entry.hash = previous = entry_digest(previous, entry)
    AuditEntry.objects.bulk_create(rows, batch_size=500)
    if rows:
        pending.appended(len(rows), number, previous)
    return rows
