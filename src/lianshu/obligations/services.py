"""Writes: rows follow their objects; everything can be rebuilt from the facts and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from .models import Obligation
from .sources import source_of, sources

_BATCH = 500
#: inside :func:`collected`: {model: primary keys that have changed}
_kept: ContextVar[dict[type[models.Model], set[Any]] | None] = ContextVar("obligations_kept", default=None)


def follow(*objects: models.Model) -> None:
    """Bring what ``objects`` ask of others in line with them, in the transaction of the write.

    Deleted objects (without a primary key, or no longer there) leave nothing behind. Costs three queries for
    each model however many objects; inside :func:`collected` none before its end.
    """
    by_model: dict[type[models.Model], set[Any]] = {}
    for obj in objects:
        by_model.setdefault(type(obj), set()).add(obj.pk)
    for model, keys in by_model.items():
        follow_keys(model, keys)


def follow_keys(model: type[models.Model], keys: Iterable[Any]) -> None:
    """The same for rows known by their primary keys (bulk writes, deleted rows). Rows of a model that never
    asks anything of anybody are left alone."""
    if model not in sources():
        return
    kept = _kept.get()
    if kept is not None:
        kept.setdefault(model, set()).update(keys)
        return
    found = sorted(keys)
    for start in range(0, len(found), _BATCH):
        _write(model, found[start : start + _BATCH])


@contextmanager
def collected() -> Iterator[None]:
    """Follow everything written in a block at its end in one go. For use inside the transaction that does the
    work: an error drops the notes together with it."""
    if _kept.get() is not None:
        yield
        return
    kept: dict[type[models.Model], set[Any]] = {}
    token = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(token)
    for model, keys in kept.items():
        follow_keys(model, keys)


@transaction.atomic
def _write(model: type[models.Model], keys: list[Any]) -> None:
    label = model._meta.label_lower
    stored = Obligation.objects.filter(object_type=label, object_id__in=[str(key) for key in keys])
    _settle({row.key: row for row in stored}, _wanted(model, model._base_manager.filter(pk__in=keys)))


def _wanted(model: type[models.Model], rows: models.QuerySet) -> dict[str, dict[str, Any]]:
    return {one.key: one.values() for one in source_of(model)(rows, timezone.localdate())}


def _settle(stored: dict[str, Obligation], wanted: dict[str, dict[str, Any]]) -> None:
    fresh = [Obligation(**values) for key, values in wanted.items() if key not in stored]
    moved = []
    for key, row in stored.items():
        values = wanted.get(key)
        if values is not None and _differs(row, values):
            for name, value in values.items():
                setattr(row, name, value)
            moved.append(row)
    gone = [row.pk for key, row in stored.items() if key not in wanted]
    if gone:
        Obligation.objects.filter(pk__in=gone).delete()
    if moved:
        names = [
            name.removesuffix("_id") if name != "object_id" else name for name in next(iter(wanted.values()))
        ]
        Obligation.objects.bulk_update(moved, [name for name in names if name != "key"], batch_size=_BATCH)
    if fresh:
        Obligation.objects.bulk_create(fresh, batch_size=_BATCH)


def _differs(row: Obligation, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


@transaction.atomic
def rebuild() -> int:
    """Make every row anew from the facts; returns how many rows had to be written, changed or removed."""
    wrong = 0
    for model in sources():
        wanted = _wanted(model, model._base_manager.all())
        stored = {row.key: row for row in Obligation.objects.filter(object_type=model._meta.label_lower)}
        wrong += len(_compared(stored, wanted))
        _settle(stored, wanted)
    strangers = Obligation.objects.exclude(object_type__in=[model._meta.label_lower for model in sources()])
    wrong += strangers.count()
    strangers.delete()
    return wrong


def differences(today: dt.date | None = None) -> list[str]:
    """What the stored rows say otherwise than the facts, one Chinese sentence each; empty when all is true.

    Rows that do not wait yet, or no longer, on ``today`` are left out: they are made anew before their day.
    """
    today = today or timezone.localdate()
    found = []
    for model in sources():
        wanted = {
            key: values
            for key, values in _wanted(model, model._base_manager.all()).items()
            if _waits(values["opens"], values["closes"], today)
        }
        rows = Obligation.objects.filter(object_type=model._meta.label_lower)
        stored = {row.key: row for row in rows if _waits(row.opens, row.closes, today)}
        found += _compared(stored, wanted)
    return found


def _waits(opens: dt.date | None, closes: dt.date | None, today: dt.date) -> bool:
    return (opens is None or opens <= today) and (closes is None or closes >= today)


def _compared(stored: dict[str, Obligation], wanted: dict[str, dict[str, Any]]) -> list[str]:
    found = [f"{key} 缺失：{values['title']}" for key, values in wanted.items() if key not in stored]
    for key, row in stored.items():
        values = wanted.get(key)
        if values is None:
            found.append(f"{key} 多余：{row.title}")
            continue
        wrong = [name for name, value in values.items() if getattr(row, name) != value]
        if wrong:
            told = "、".join(f"{name}={getattr(row, name)}（应为 {values[name]}）" for name in wrong)
            found.append(f"{key} 不符：{told}")
    return found
