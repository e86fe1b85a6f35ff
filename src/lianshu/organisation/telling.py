"""Who is told of what happens to an account: the administrators in whose regions it lies.

A notice is one person's own and is cleared by that person alone, so what is told to several stands with the
others whatever the actor does.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from lianshu.core.notices import notify
from lianshu.core.scope import ADMINISTRATORS

from .models import Grant, User


def paths_of(account: User) -> set[str]:
    """The paths of the regions an account lies in, by its unit and its standing grants."""
    found = set(account.grants.filter(Grant.in_force()).values_list("region__path", flat=True))
    if account.region is not None:
        found.add(account.region.path)
    return found


def administrators_of(account: User, roles: Iterable[str] = ADMINISTRATORS) -> list[User]:
    """The switched-on administrators of some offices over an account; those at the top where it lies nowhere
    or nobody stands over it, so that something is always told to somebody."""
    rows = list(
        Grant.objects.filter(Grant.in_force(), role__in=list(roles), user__is_active=True)
        .select_related("user", "region")
        .order_by("id")
    )
    paths = paths_of(account)
    over = [row.user for row in rows if any(path.startswith(row.region.path) for path in paths)]
    if not over and rows:
        top = min(len(row.region.path) for row in rows)
        over = [row.user for row in rows if len(row.region.path) == top]
    return list({user.pk: user for user in over}.values())


def is_administrator(account: User) -> bool:
    """Whether an account holds one of the three offices today or from a later day."""
    standing = account.grants.filter(role__in=ADMINISTRATORS)
    return standing.exclude(valid_to__lt=Grant.today()).exists()


def tell(account: User, title: str, *, roles: Iterable[str] = ("audit_admin",), light: str = "amber") -> None:
    """Tell the account's holder and the administrators over it; of an administrator, all three offices."""
    offices = ADMINISTRATORS if is_administrator(account) else tuple(roles)
    told = [one for one in administrators_of(account, offices) if one.pk != account.pk]
    notify(told, title=title, url=reverse("joint-acts"), light=light)
    notify([account], title=title, light=light)
