"""Writing beside long transactions: SQLite has one writer, and a job may be it for minutes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.conf import settings
from django.db import OperationalError, connection


@contextlib.contextmanager
def if_free(seconds: float = 0.2) -> Iterator[None]:
    """Write something that may as well be left out: given up quietly where SQLite's write lock is taken."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    _patience(seconds)
    try:
        yield
    except OperationalError as error:
        if "locked" not in str(error):
            raise
    finally:
        _patience(settings.DATABASES["default"]["OPTIONS"]["timeout"])


def _patience(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
