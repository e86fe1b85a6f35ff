"""Rows' raw values as JSON, to record what adoption changed and to give it back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


def raw_values(obj: models.Model) -> dict[str, Any]:
    """Concrete fields by attname and many-to-many fields as sorted keys, all as JSON holds them."""
    return raw_values_many([obj])[obj.pk]


def raw_values_many(rows: Sequence[models.Model]) -> dict[Any, dict[str, Any]]:
    """{key: values} of rows of one model; one query per many-to-many field, however many rows."""
    found: dict[Any, dict[str, Any]] = {}
    for obj in rows:
        values = {}
        for field in obj._meta.concrete_fields:
            if not field.primary_key:
                value = field.value_from_object(obj)
                values[field.attname] = str(value) if isinstance(field, models.FileField) else value
        found[obj.pk] = values
    for field in rows[0]._meta.many_to_many if rows else ():
        for values in found.values():
            values[field.name] = []
        for key, other in _links(field, found).values_list(*_ends(field)):
            found[key][field.name].append(other)
        for values in found.values():
            values[field.name].sort()
    return {
        key: json.loads(json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False))
        for key, values in found.items()
    }


def _ends(field: models.ManyToManyField) -> tuple[str, str]:
    """The two columns of a many-to-many field's table: this row's key, the other row's key."""
    return f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"


def _links(field: models.ManyToManyField, keys: Iterable[Any]) -> models.QuerySet:
    return field.remote_field.through._base_manager.filter(**{f"{_ends(field)[0]}__in": list(keys)})


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the fields that differ, old and new."""
    keys = [key for key in after if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}


def restore_many(pairs: Sequence[tuple[models.Model, dict[str, Any]]]) -> None:
    """Give rows of one model the values named beside each (as :func:`raw_values` gives them), in order: of a
    row that occurs twice the later values stay. Statements per set of fields, not per row; what is not
    named is not written."""
    if not pairs:
        return
    model = type(pairs[0][0])
    many = {field.name: field for field in model._meta.many_to_many}
    columns = {field.attname: field for field in model._meta.concrete_fields}
    plain: dict[tuple[str, ...], dict[Any, models.Model]] = defaultdict(dict)
    wanted: dict[str, dict[Any, set[Any]]] = defaultdict(dict)
    for obj, before in pairs:
        names = []
        for name, value in before.items():
            if name in many:
                wanted[name][obj.pk] = set(value)
            elif name in columns:
                field = columns[name]
                target = field.target_field if field.is_relation else field
                setattr(obj, name, target.to_python(value))
                names.append(field.name)
        if names:
            plain[tuple(names)][obj.pk] = obj
    for fields, rows in plain.items():
        model._base_manager.bulk_update(rows.values(), fields)
    for name, by_key in wanted.items():
        _set_links(many[name], by_key)


def _set_links(field: models.ManyToManyField, wanted: dict[Any, set[Any]]) -> None:
    own, other = _ends(field)
    through = field.remote_field.through
    there = {(key, target): pk for pk, key, target in _links(field, wanted).values_list("pk", own, other)}
    asked = {(key, target) for key, targets in wanted.items() for target in targets}
    through._base_manager.filter(pk__in=[pk for pair, pk in there.items() if pair not in asked]).delete()
    through._base_manager.bulk_create(
        through(**{own: key, other: target}) for key, target in sorted(asked - there.keys())
    )
