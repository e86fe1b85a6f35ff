"""What hangs on a row: everything that would be deleted with it, or forbids its deletion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from lianshu.obligations.models import Obligation


def hanging(model: type[models.Model], keys: Iterable[Any], owned: Iterable[str] = ()) -> dict[Any, str]:
    """{key: what refers to the row, in Chinese} of the rows of ``model`` to which any row refers, save by
    relations in ``owned``: ``还有 3 条任职、1 条授权``. One query per relation, however many rows.

    Many-to-many references count too: taking a chain out of a grant's list would widen the grant.
    """
    wanted, skip = list(keys), set(owned)
    asked = set(wanted)
    found: dict[Any, list[str]] = defaultdict(list)
    for relation in model._meta.related_objects:
        if relation.related_model is Obligation:
            # what waits follows from other rows, and goes with them
            continue
        if (relation.get_accessor_name() or relation.related_query_name()) in skip:
            continue
        name = relation.field.name
        rows = (
            relation.related_model._base_manager.filter(**{f"{name}__in": wanted})
            .order_by()
            .values_list(name)
            .annotate(count=models.Count("pk"))
        )
        for key, count in rows:
            found[key].append(f"{count} 条{relation.related_model._meta.verbose_name}")
    return {key: "还有 " + "、".join(words) for key, words in found.items() if key in asked}
