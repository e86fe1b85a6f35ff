"""How a room says what its rows ask of whom.

A room registers, once per model, a function from rows to what they owe::

    @source(Task)
    def owed_by_tasks(rows: QuerySet[Task], today: date) -> Iterator[Owed]:
        for task in rows.filter(state__in=OPEN).select_related("lead_unit"):
            yield Owed(f"task:{task.pk}", TASK, task, title=..., unit=task.lead_unit_id, due=task.due, ...)

and its services call :func:`lianshu.obligations.services.follow` for the rows they have written. The function
is the only place that knows; a rebuild from nothing asks it as well, so the two can be compared.

Kinds are objects that rooms declare; a kind belongs to a column of the board (or to none).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from .models import Obligation

Fold = Callable[[Sequence["Obligation"]], tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A column of the board that counts obligations: ``address(chain id, late only)`` leads to the rows."""

    code: str
    title: str
    order: int
    address: Callable[[int, bool], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of obligation: its code in the database, the word people read, its column of the board.
    ``files``: it asks for a figure or a report (本月待报). ``fold`` makes one line of the rows of one
    ``group`` on their holder's desk, ``fold_given`` on the desk of who handed them out: (title, verb,
    address) of several rows."""

    code: str
    word: str
    column: BoardColumn | None = None
    files: bool = False
    fold: Fold | None = None
    fold_given: Fold | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """What one row asks of one holder, as `lianshu.obligations.models.Obligation` keeps it.

    Exactly one of ``unit``, ``person``, ``action`` (of the gate: whoever may do it there) and ``role`` (whoever
    holds it for the chain) should be set; none means that nobody holds it yet. Rows of other tables are named
    by their keys (``region=task.region_id``).
    """

    key: str
    kind: Kind
    subject: models.Model
    region: int
    title: str
    address: str
    verb: str
    chain: int | None = None
    unit: int | None = None
    person: int | None = None
    action: str = ""
    role: str = ""
    note: str = ""
    group: str = ""
    due: dt.date | None = None
    opens: dt.date | None = None
    closes: dt.date | None = None
    given_on: dt.date | None = None
    given_by: int | None = None
    counted: bool = True
    simulated: bool = False

    def values(self) -> dict[str, Any]:
        """The columns of its row."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        subject, kind = found.pop("subject"), found.pop("kind")
        named = {f"{name}_id": found.pop(name) for name in ("region", "chain", "unit", "person", "given_by")}
        return {
            **found,
            **named,
            "kind": kind.code,
            "object_type": subject._meta.label_lower,
            "object_id": str(subject.pk),
            "title": self.title[:240],
            "note": self.note[:240],
        }


Owing = Callable[[models.QuerySet, dt.date], Iterable[Owed]]

_sources: dict[type[models.Model], Owing] = {}
_kinds: dict[str, Kind] = {}


def source(model: type[models.Model]) -> Callable[[Owing], Owing]:
    """Register a model's function; raises ValueError when it has one already."""

    def add(owing: Owing) -> Owing:
        if model in _sources:
            raise ValueError(f"{model._meta.label} says twice what it owes")
        _sources[model] = owing
        return owing

    return add


def declare(kind: Kind) -> Kind:
    """Make a kind known; raises ValueError for a code that is taken."""
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"two kinds of obligation are called {kind.code!r}")
    return kind


def sources() -> dict[type[models.Model], Owing]:
    """All registered functions by model."""
    return dict(_sources)


def source_of(model: type[models.Model]) -> Owing:
    """A model's function; KeyError when it has none."""
    return _sources[model]


def kind_of(code: str) -> Kind:
    """The kind of a stored code."""
    return _kinds[code]


def kinds() -> list[Kind]:
    """All kinds in order of declaration."""
    return list(_kinds.values())


def columns() -> list[BoardColumn]:
    """The board's columns that count obligations, in order."""
    found = {kind.column.code: kind.column for kind in _kinds.values() if kind.column is not None}
    return sorted(found.values(), key=lambda column: column.order)
