"""A row's raw values as JSON, to record what adoption changed and to give it back."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


def raw_values(obj: models.Model) -> dict[str, Any]:
    """Concrete fields by attname and many-to-many fields as sorted keys, all as JSON holds them."""
    values = {}
    for field in obj._meta.concrete_fields:
        if not field.primary_key:
            value = field.value_from_object(obj)
            values[field.attname] = str(value) if isinstance(field, models.FileField) else value
    for field in obj._meta.many_to_many:
        values[field.name] = sorted(getattr(obj, field.name).values_list("pk", flat=True))
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False))


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the fields that differ, old and new."""
    keys = [key for key in after if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}


def restore_fields(obj: models.Model, before: dict[str, Any]) -> None:
    """Set the fields named in ``before`` (as :func:`raw_values` gives them) and save the row."""
    many = {field.name for field in obj._meta.many_to_many}
    columns = {field.attname: field for field in obj._meta.concrete_fields}
    plain = []
    for name, value in before.items():
        if name in many:
            getattr(obj, name).set(value)
        elif name in columns:
            field = columns[name]
            target = field.target_field if field.is_relation else field
            setattr(obj, name, target.to_python(value))
            plain.append(field.name)
    if plain:
        obj.save(update_fields=plain)
