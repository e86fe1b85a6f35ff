"""Putting the triggers right and telling of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from lianshu.core import audit_guard

from . import alarms, pending

#: what this process found at its start: its first verification still says it
_found_at_start: list[str] = []


def tell(wrong: Iterable[str]) -> None:
    """Put on record, and tell the audit administrators, that triggers were not as they must be."""
    if words := "、".join(wrong):
        key = f"guard-{timezone.now():%Y%m%d%H%M%S%f}"
        alarms.tell(alarms.UNTRIGGERED, f"{words}；缺失和被改的已重装。", key=key)


def at_start(wrong: Iterable[str]) -> None:
    """After migrations: install what is not as it must be; ``wrong`` is what stood there before them."""
    wrong = list(wrong)
    if audit_guard.check(connection):
        audit_guard.install(connection)
    _found_at_start[:] = wrong
    tell(wrong)


def put_right() -> list[str]:
    """Check, put back and tell; returns what was wrong now or when this process started."""
    if not pending.on():
        return []
    wrong = audit_guard.check(connection)
    if wrong:
        audit_guard.install(connection)
        tell(wrong)
    wrong += [words for words in _found_at_start if words not in wrong]
    _found_at_start.clear()
    return wrong
