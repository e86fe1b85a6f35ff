"""Notices: what happened that a person should know, with the page where they can act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone

from .models import Notice


def notify(users: Iterable[Any], *, title: str, url: str = "", light: str = "grey", key: str = "") -> int:
    """Tell ``users``; a non-empty ``key`` is said once to each of them. Returns how many were told."""
    rows = [
        Notice(user_id=pk, title=title[:200], url=url, light=light, key=key)
        for pk in {user.pk for user in users if user.pk is not None}
    ]
    known = set()
    if key:
        found = Notice.objects.filter(key=key, user_id__in=[row.user_id for row in rows])
        known = set(found.values_list("user_id", flat=True))
    fresh = [row for row in rows if row.user_id not in known]
    Notice.objects.bulk_create(fresh, ignore_conflicts=bool(key))
    return len(fresh)


def unread_count(user: Any) -> int:
    """How many notices the person has not read."""
    return Notice.objects.filter(user=user, read_at=None).count()


def notices_of(user: Any) -> models.QuerySet:
    """All notices of a person, newest first."""
    return Notice.objects.filter(user=user)


def mark_read(user: Any, ids: Iterable[int] | None = None) -> int:
    """Mark the person's notices read (all of them without ``ids``)."""
    rows = Notice.objects.filter(user=user, read_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(read_at=timezone.now())
