"""Judging the rows of a file: new, changed, unchanged or refused, with every error of every cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from lianshu.core.bodies import chain_model, region_model
from lianshu.core.ledger.declaration import Column, Ledger
from lianshu.core.models import ImportRow
from lianshu.core.scope import SystemActor
from lianshu.reference.bounded import shortened

from .values import CELL_LONGEST, CellError, Readers, text_of

Verdict = ImportRow.Verdict
_CHUNK = 400


def _shown(text: str) -> str:
    """A cell as the preview keeps it: databases refuse zero characters, and nobody reads 10 MB."""
    return (
        text.replace("\x00", "�") if len(text) <= CELL_LONGEST else shortened(text, 100).replace("\x00", "�")
    )


@dataclass(slots=True)
class Judged:
    """One row as judged: values as kept, what would change, (column, sentence) per error."""

    number: int
    values: dict[str, Any]
    texts: dict[str, str]
    verdict: str = Verdict.NEW
    target: Any = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)


class Judge:
    """Judges rows for one person; ``mapping`` is {number of the head: column name}.

    ``defaults`` are kept values for columns the file does not have (the region of a whole file).
    """

    def __init__(self, ledger: Ledger, user: Any, mapping: dict[str, str], defaults: dict[str, Any]) -> None:
        self.ledger = ledger
        self.user = user
        self.readers = Readers(ledger, user)
        self.defaults = defaults
        places = {name: int(number) for number, name in mapping.items()}
        # the region first: names of other rows are looked up in it
        columns = [column for column in ledger.importable if column.name in places]
        columns.sort(key=lambda column: not self._is(column, region_model()))
        self.places = [(column, places[column.name]) for column in columns]
        self._seen: dict[tuple[Any, ...], int] = {}
        self._load_keys()
        self._load_scope()

    def _is(self, column: Column, model: type[models.Model]) -> bool:
        found = self.ledger.field(column.name)
        return found is not None and found.is_relation and found.related_model is model

    def _load_keys(self) -> None:
        names = [self.ledger.field(name).attname for name in self.ledger.key]
        self._existing: dict[tuple[Any, ...], Any] = {}
        self._hidden: set[tuple[Any, ...]] = set()
        if not names:
            return
        for *key, pk in self.ledger.queryset(self.user).values_list(*names, "pk"):
            self._existing[tuple(key)] = pk
        for key in self.ledger.model._base_manager.values_list(*names):
            if key not in self._existing:
                self._hidden.add(key)

    def _load_scope(self) -> None:
        """Regions and chains in which the person may write, to say so before the write is tried."""
        action = self.ledger.create_action
        self._free = isinstance(self.user, SystemActor)
        if self._free:
            return
        self._regions = set(region_model().objects.visible_to(self.user, action).values_list("pk", flat=True))
        self._chains = set(chain_model().objects.visible_to(self.user, action).values_list("pk", flat=True))

    # --- rows

    def rows(self, table: Iterable[list[Any]], first: int) -> Iterator[Judged]:
        """Judge the rows of a table whose first row has the number ``first``; empty rows are passed over."""
        chunk: list[Judged] = []
        for number, cells in enumerate(table, first):
            if not any(text_of(cell) for cell in cells):
                continue
            chunk.append(self._read(number, cells))
            if len(chunk) == _CHUNK:
                yield from self._compared(chunk)
                chunk = []
        yield from self._compared(chunk)

    def _read(self, number: int, cells: list[Any]) -> Judged:
        row = Judged(number, dict(self.defaults), {})
        region = None
        region_key = next(
            (
                self.defaults[c.name]
                for c in self.ledger.importable
                if c.name in self.defaults and self._is(c, region_model())
            ),
            None,
        )
        if region_key is not None:
            column = next(c for c in self.ledger.importable if self._is(c, region_model()))
            region = self.readers.restore(column, region_key)
        for column, place in self.places:
            cell = cells[place] if place < len(cells) else None
            row.texts[column.name] = _shown(text_of(cell))
            try:
                value = self.readers.read(column, cell, region)
            except CellError as error:
                row.errors.append((column.name, str(error)))
                continue
            if column.required and value in (None, "", []):
                row.errors.append((column.name, f"{column.title}不能空着"))
                continue
            row.values[column.name] = value
            if self._is(column, region_model()) and value is not None:
                region = self.readers.restore(column, value)
        return row

    def _key(self, row: Judged) -> tuple[Any, ...] | None:
        if not self.ledger.key or any(name not in row.values for name in self.ledger.key):
            return None
        return tuple(row.values[name] for name in self.ledger.key)

    def _compared(self, chunk: list[Judged]) -> list[Judged]:
        found = {
            row.number: self._existing[key] for row in chunk if (key := self._key(row)) in self._existing
        }
        objects = self.ledger.queryset(self.user).in_bulk(set(found.values()))
        editable = self._editable(set(found.values()))
        for row in chunk:
            self._compare(row, objects.get(found.get(row.number)), editable)
            if row.errors:
                row.verdict = Verdict.REFUSED
        return chunk

    def _editable(self, keys: set[Any]) -> set[Any]:
        if not keys or self.ledger.update is None:
            return set()
        rows = self.ledger.queryset(self.user, self.ledger.edit_action).filter(pk__in=keys)
        return set(rows.values_list("pk", flat=True))

    def _compare(self, row: Judged, obj: Any, editable: set[Any]) -> None:
        key = self._key(row)
        if key is not None:
            if key in self._seen:
                row.errors.append((self.ledger.key[-1], f"与第 {self._seen[key]} 行重复"))
            else:
                self._seen[key] = row.number
            if key in self._hidden:
                row.errors.append((self.ledger.key[-1], "已有同样的记录，但不在您的管辖范围内"))
        if obj is None:
            self._check_new(row)
            return
        row.target = obj.pk
        for column, _ in self.places:
            if column.name in row.values:
                before = self.readers.kept(column, obj)
                if before != row.values[column.name] and not (
                    before in (None, "") and row.values[column.name] in (None, "")
                ):
                    row.changes[column.name] = [before, row.values[column.name]]
        row.verdict = Verdict.CHANGED if row.changes else Verdict.SAME
        if row.changes and obj.pk not in editable:
            row.errors.append((self.ledger.key[-1], "这条记录您只能看，不能修改"))
        self._check_room(row, obj)

    def _check_new(self, row: Judged) -> None:
        if self.ledger.create is None:
            row.errors.append(("", "这个台账不能用导入新增，只能更新已有的记录"))
            return
        self._check_scope(row)
        if not row.errors:
            obj = self.ledger.model(**self._restored(row))
            skipped = {one.name for one in obj._meta.concrete_fields if one.is_relation}
            try:
                obj.clean_fields(exclude=skipped)
                obj.clean()
            except ValidationError as error:
                for name, texts in error.message_dict.items():
                    row.errors += [(name if name in self.ledger.by_name else "", text) for text in texts]
        self._check_room(row, None)

    def _check_scope(self, row: Judged) -> None:
        if self._free:
            return
        columns = {column.name: column for column in self.ledger.importable}
        regions = [
            row.values[n] for n, c in columns.items() if n in row.values and self._is(c, region_model())
        ]
        chains = [
            row.values[n] for n, c in columns.items() if row.values.get(n) and self._is(c, chain_model())
        ]
        if regions and regions[0] not in self._regions and not (chains and chains[0] in self._chains):
            name = next(n for n, c in columns.items() if self._is(c, region_model()))
            row.errors.append((name, "您不能在这个地区（产业链）新增记录"))

    def _restored(self, row: Judged) -> dict[str, Any]:
        return {
            name: self.readers.restore(self.ledger.by_name[name], value) for name, value in row.values.items()
        }

    def _check_room(self, row: Judged, obj: Any) -> None:
        if not row.errors:
            row.errors += self.ledger.check_import(self.user, self._restored(row), obj)
