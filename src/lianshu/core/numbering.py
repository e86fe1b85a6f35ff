"""Running numbers of documents: ``BJ-2026-031``."""

from __future__ import annotations

from django.db import connection, models

_LOCK_KEY = 715_005


def next_number(rows: models.QuerySet, field: str, prefix: str, year: int) -> str:
    """The next free number ``prefix-year-NNN`` among ``rows``; call it inside the writing transaction.

    Numbers of deleted rows are not given again while a higher one stands. On PostgreSQL an advisory lock
    makes writers take turns; SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
    head = f"{prefix}-{year}-"
    used = rows.filter(**{f"{field}__startswith": head}).values_list(field, flat=True)
    last = max(
        (int(text.removeprefix(head)) for text in used if text.removeprefix(head).isdigit()), default=0
    )
    return f"{head}{last + 1:03d}"
