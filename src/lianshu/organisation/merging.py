"""Merging duplicates: every row of every room that points to the one goes over to the other."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from lianshu.core import audit
from lianshu.core.errors import invalid
from lianshu.core.scope import require

from .models import Unit


def unit_merge(user: Any, *, keep: Unit, away: Unit) -> Unit:
    """Merge a duplicate into ``keep``: everything pointing to ``away`` moves over, its names become aliases.

    Raises E2001 when the two belong to different regions or are the same row.
    """
    require(user, "manage_units", keep)
    require(user, "manage_units", away)
    if keep.pk == away.pk or keep.region_id != away.region_id:
        raise invalid(("away", "只能合并同一地区的两个不同单位"))
    with transaction.atomic():
        for relation in Unit._meta.related_objects:
            if relation.many_to_many:
                _merge_many(relation, keep, away)
            else:
                relation.related_model._base_manager.filter(**{relation.field.name: away}).update(
                    **{relation.field.name: keep}
                )
        names = [*keep.aliases, away.name, away.short_name, *away.aliases]
        keep.aliases = [name for name in dict.fromkeys(names) if name and name != keep.name]
        audit.record(user, "合并", keep, changes={"合并单位": [away.name, keep.name]})
        away.delete()
        keep.save()
    return keep


def _merge_many(relation: Any, keep: Unit, away: Unit) -> None:
    through = relation.through
    own, other = relation.field.m2m_reverse_field_name(), relation.field.m2m_field_name()
    existing = set(through._base_manager.filter(**{own: keep}).values_list(f"{other}_id", flat=True))
    rows = through._base_manager.filter(**{own: away})
    rows.filter(**{f"{other}_id__in": existing}).delete()
    rows.update(**{own: keep})
