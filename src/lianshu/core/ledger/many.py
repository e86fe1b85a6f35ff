"""Services for many rows at once, for imports: the rules of single rows, in statements per batch.

What a row by itself must satisfy is asked of each row as the service of single rows asks it; the gate is asked once
per batch and answers for each row; every row gets the entry in the audit log that it would get alone. Constraints
between rows are left to the database: only when it refuses a batch are its rows written one by one, which finds the
row that was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.scope import recheck, require

from .services import refused

#: rows a service for many is given at a time
BATCH = 500

Values = dict[str, Any]


class RowRefusedError(Exception):
    """One of many rows was refused: ``place`` in the list counts from 0, ``error`` is its refusal."""

    def __init__(self, place: int, error: LianshuError) -> None:
        super().__init__(str(error))
        self.place = place
        self.error = error


@contextmanager
def _row(place: int) -> Iterator[None]:
    try:
        yield
    except LianshuError as error:
        raise RowRefusedError(place, error) from error
    except ValidationError as error:
        raise RowRefusedError(place, refused(error)) from error


def _set(obj: models.Model, values: Values) -> None:
    for name, value in values.items():
        setattr(obj, name, value)
    # relations hold rows that were read through the gate: the database sees to it that they are still there
    obj.clean_fields(exclude={field.name for field in obj._meta.concrete_fields if field.is_relation})
    obj.clean()


def _check_gate(
    user: Any, action: str, rows: Sequence[models.Model], ask: Callable[[models.Model], None]
) -> None:
    """Ask the gate for all rows at once, and ``ask`` it for the first row it does not give, which refuses."""
    if not rows:
        return
    seen = set(
        type(rows[0])
        .objects.visible_to(user, action)
        .filter(pk__in=[obj.pk for obj in rows])
        .values_list("pk", flat=True)
    )
    for place, obj in enumerate(rows):
        if obj.pk not in seen:
            with _row(place):
                ask(obj)


def plain_create_many(
    model: type[models.Model],
    *,
    one: Callable[..., Any],
    prepare: Callable[[Values], Values] = dict,
    action: str = "edit",
) -> Callable[..., list[Any]]:
    """A service ``(user, list of values) -> rows``; raises RowRefusedError, writes all or none.

    ``one(user, **values)`` is the service of a single row, ``prepare(values)`` what it does to the values (may
    refuse). Not for values of many-to-many fields.
    """

    @transaction.atomic
    def create_many(user: Any, rows: Sequence[Values]) -> list[models.Model]:
        require(user, action)
        made = []
        for place, values in enumerate(rows):
            obj = model()
            with _row(place):
                _set(obj, prepare(dict(values)))
            made.append(obj)
        try:
            with transaction.atomic():
                model._base_manager.bulk_create(made, batch_size=BATCH)
        except IntegrityError:
            return _each(rows, lambda values: one(user, **values))
        _check_gate(user, action, made, lambda obj: recheck(user, obj, action))
        entries = []
        for obj in made:
            values = {name: value for name, value in audit.snapshot(obj).items() if value not in (None, "")}
            entries.append(("新建", obj, {name: [None, value] for name, value in values.items()}, ""))
        audit.record_many(user, entries)
        return made

    return create_many


def plain_update_many(
    model: type[models.Model],
    *,
    one: Callable[..., Any],
    prepare: Callable[[Any, Values], Values] = lambda obj, values: values,
    action: str = "edit",
) -> Callable[..., list[Any]]:
    """A service ``(user, list of (row, values)) -> rows``; raises RowRefusedError, writes all or none.

    ``one(user, obj, **values)`` is the service of a single row, ``prepare(obj, values)`` what it does to the
    values (may refuse). Only what differs is written and recorded. Not for values of many-to-many fields.
    """
    relations = {field.name for field in model._meta.concrete_fields if field.is_relation}
    own = {field.name for field in model._meta.concrete_fields} - relations

    @transaction.atomic
    def update_many(user: Any, rows: Sequence[tuple[models.Model, Values]]) -> list[models.Model]:
        objects = [obj for obj, _ in rows]
        _check_gate(user, action, objects, lambda obj: require(user, action, obj))
        changed: dict[int, dict[str, list[Any]]] = {}
        for place, (obj, given) in enumerate(rows):
            with _row(place):
                values = prepare(obj, dict(given))
                # names of related rows are looked up only where the relation may change
                fields = own | (relations & values.keys())
                before = audit.snapshot(obj, fields)
                _set(obj, values)
                changes = audit.difference(before, audit.snapshot(obj, fields))
            if changes:
                changed[place] = changes
        written = [objects[place] for place in changed]
        names = sorted({name for changes in changed.values() for name in changes})
        try:
            with transaction.atomic():
                if written:
                    model._base_manager.bulk_update(written, names, batch_size=BATCH)
        except IntegrityError:
            fresh = model._base_manager.in_bulk([obj.pk for obj in objects])
            return _each(rows, lambda row: one(user, fresh[row[0].pk], **row[1]))
        places = list(changed)
        try:
            _check_gate(user, action, written, lambda obj: recheck(user, obj, action))
        except RowRefusedError as error:
            raise RowRefusedError(places[error.place], error.error) from error
        audit.record_many(user, [("修改", objects[place], changed[place], "") for place in places])
        return objects

    return update_many


def _each(rows: Sequence[Any], write: Callable[[Any], Any]) -> list[Any]:
    found = []
    for place, row in enumerate(rows):
        with _row(place):
            found.append(write(row))
    return found
