"""What hangs on a row: everything that would be deleted with it, or forbids its deletion."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models


def hanging(obj: models.Model, owned: Iterable[str] = ()) -> list[tuple[str, int]]:
    """(kind of row in words, how many) of all rows that refer to ``obj``, save relations in ``owned``.

    Many-to-many references count too: taking a chain out of a grant's list would widen the grant.
    """
    skip = set(owned)
    found: list[tuple[str, int]] = []
    for relation in obj._meta.related_objects:
        name = relation.get_accessor_name() or relation.related_query_name()
        if name in skip:
            continue
        rows = relation.related_model._base_manager.filter(**{relation.field.name: obj.pk}).count()
        if rows:
            found.append((str(relation.related_model._meta.verbose_name), rows))
    return found


def hanging_words(obj: models.Model, owned: Iterable[str] = ()) -> str:
    """The same in Chinese: ``还有 3 条任职、1 条授权``, or "" when nothing hangs."""
    found = hanging(obj, owned)
    return "还有 " + "、".join(f"{count} 条{name}" for name, count in found) if found else ""
