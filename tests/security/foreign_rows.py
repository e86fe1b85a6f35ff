"""The county next door filled with rows of every kind, and what tells whether somebody reached one of them.

Tables' next numbers are set to :data:`FIRST` before those rows are made: whatever model a field of a form stands
for, that number names a row of the county next door there, and no row of the attacker's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.db import connection, models

from lianshu.organisation.models import Chain, Person, Unit
from tests.factories import World, make_region, make_user

FIRST = 900_001
#: stands in every text of the county next door
SECRET = "邻县机密"
_TEXTS = (
    "name",
    "short_name",
    "title",
    "text",
    "what",
    "body",
    "subject_name",
    "question",
    "measure",
    "note",
)
_WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
#: kept for every request, whoever asks for what
_OWN_BOOKS = (
    "core_auditentry",
    "django_session",
    "organisation_signinattempt",
)


def _models() -> list[type[models.Model]]:
    return [one for one in apps.get_models(include_auto_created=True) if one._meta.managed]


def _number_from_first() -> None:
    with connection.cursor() as cursor:
        for model in _models():
            key = model._meta.pk
            if not isinstance(key, models.AutoField | models.BigAutoField):
                continue
            table = model._meta.db_table
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, key.column, FIRST - 1]
                )
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, FIRST - 1])


def _mirror(world: World) -> World:
    """The same people and bodies as in ``world``, in a county beside it."""
    county = make_region("990133", "云陂县", "county", world.city)
    chain = Chain.objects.create(region=county, name="电子信息")
    other = Chain.objects.create(region=county, name="新材料")
    kinds = Unit.Kind
    office = Unit.objects.create(region=county, name="总链办", kind=kinds.GENERAL_OFFICE)
    chain_office = Unit.objects.create(
        region=county, name="电子信息链条办", kind=kinds.CHAIN_OFFICE, chain=chain
    )
    department = Unit.objects.create(region=county, name="云陂县科技局")
    finance = Unit.objects.create(region=county, name="云陂县财政局")
    park = Unit.objects.create(region=county, name="云陂高新区管委会", kind=kinds.PARK)
    chief = Person.objects.create(region=county, name="示例乙", title="副县长")
    make = make_user
    return replace(
        world,
        county=county,
        chain=chain,
        other_chain=other,
        office=office,
        chain_office=chain_office,
        department=department,
        other_department=finance,
        park=park,
        chief_person=chief,
        owner=make("next_owner", "云陂总链办", "general_office", county, unit=office),
        colleague=make(
            "next_colleague", "云陂链条办", "chain_office", county, chains=[chain], unit=chain_office
        ),
        department_user=make(
            "next_department", "云陂科技局", "responsible_unit", county, unit=department, own=True
        ),
        chief=make("next_chief", "示例乙", "chief", county, chains=[chain]),
    )


class ForeignRows:
    """Rows of the county next door: made, marked, watched."""

    def __init__(self, world: World, fill: Any) -> None:
        """``fill(world)`` makes rows of every room in a world's county."""
        own = {model: self._all(model) for model in _models()}
        _number_from_first()
        fill(_mirror(world))
        self.keys = {model: self._all(model) - keys for model, keys in own.items()}
        for model, keys in self.keys.items():
            self._mark(model, keys)
        self.by_table = {model._meta.db_table: model for model in self.keys}
        self.before = {model: self._rows(model) for model in self.keys if self.keys[model]}

    @staticmethod
    def _all(model: type[models.Model]) -> set[Any]:
        return set(model._base_manager.values_list("pk", flat=True))

    @staticmethod
    def _mark(model: type[models.Model], keys: set[Any]) -> None:
        texts = [
            field
            for field in model._meta.fields
            if field.name in _TEXTS and isinstance(field, models.CharField | models.TextField)
        ]
        for key in keys:
            marked = {field.name: f"{SECRET}{key}" for field in texts if not field.choices}
            if marked:
                model._base_manager.filter(pk=key).update(**marked)

    def _rows(self, model: type[models.Model]) -> list[tuple]:
        return list(model._base_manager.filter(pk__in=self.keys[model]).order_by("pk").values_list())

    @contextmanager
    def watched(self) -> Iterator[set[str]]:
        """The tables written to while the block runs, apart from those every request writes to."""
        tables: set[str] = set()

        def see(execute, sql, params, many, context):
            found = _WRITE.match(sql)
            if found and found[1] not in _OWN_BOOKS:
                tables.add(found[1])
            return execute(sql, params, many, context)

        with connection.execute_wrapper(see):
            yield tables

    def harm(self, tables: set[str]) -> list[str]:
        """What happened to the foreign rows by writes to ``tables``: changed ones, and own rows tied to them."""
        found = []
        for table in tables & self.by_table.keys():
            model = self.by_table[table]
            if model in self.before and self._rows(model) != self.before[model]:
                found.append(f"{model._meta.label} changed")
            found += [f"{model._meta.label}.{name} tied" for name in self._ties(model)]
        return found

    def _ties(self, model: type[models.Model]) -> Iterator[str]:
        others = model._base_manager.exclude(pk__in=self.keys[model])
        for field in model._meta.fields:
            keys = self.keys.get(field.related_model) if field.is_relation else None
            if keys and others.filter(**{f"{field.attname}__in": keys}).exists():
                yield field.name
        # rows of higher rooms are named by type and number
        for kind, number in (("object_type", "object_id"), ("subject_type", "subject_id")):
            if {kind, number} <= {field.name for field in model._meta.fields}:
                for row in others.values(kind, number):
                    if self.is_foreign(row[kind], row[number]):
                        yield number

    def is_foreign(self, label: str, key: Any) -> bool:
        """Whether (type, number) names a row of the county next door."""
        try:
            keys = self.keys.get(apps.get_model(label), set())
        except (LookupError, ValueError):
            keys = set().union(*(self.keys[one] for one in self.keys if one._meta.model_name == label))
        return str(key) in {str(one) for one in keys}
