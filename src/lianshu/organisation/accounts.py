"""Accounts and grants, kept by two different administrators (三员分立).

The system administrator makes accounts but gives no rights; the security administrator gives rights but
makes no accounts and never to himself; the audit administrator only reads the log. Nobody holds two of
the three, or one beside a business role. What one of the three could do to another, and every password that
is not one's own, takes two of them (``joint``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import ACTIONS, ADMINISTRATORS, ROLES, SystemActor, require

from .credentials import hand_over, one_time_password
from .models import Chain, Grant, Handover, Region, Unit, User
from .selectors import administered
from .sign_in_limits import forget_failures
from .telling import is_administrator, tell


def _require_account(user: Any, action: str, account: User) -> None:
    require(user, action)
    if not isinstance(user, SystemActor) and not administered(user, action).filter(pk=account.pk).exists():
        raise LianshuError("E1002")


def require_region(user: Any, action: str, region: Region) -> None:
    """Raise E1001 unless an administrator's regions, for ``action``, hold this one."""
    if not isinstance(user, SystemActor) and not (
        Region.objects.visible_to(user, action).filter(pk=region.pk).exists()
    ):
        raise LianshuError("E1001", where=region, action=ACTIONS[action])


@transaction.atomic
def user_create(
    user: Any,
    *,
    username: str,
    name: str,
    unit: Unit | None = None,
    password: str | None = None,
    simulated: bool = False,
) -> tuple[User, str]:
    """Make an account; returns it with its password, "" where it has none yet.

    An administrator's new account has no password: its holder sets one with a code in two halves
    (``joint.account_open``). The system itself gives a one-time password (the server's console) or the given
    ``password``, which needs no change (the demonstration). Raises E2001 for a name that is taken.
    """
    require(user, "manage_users")
    if unit is not None:
        require_region(user, "manage_users", unit.region)
    username = username.strip()
    if not username or User.objects.filter(username=username).exists():
        raise invalid(("username", f"登录名“{username}”已被使用" if username else "请填写登录名"))
    if not name.strip():
        raise invalid(("name", "请填写姓名"))
    alone = isinstance(user, SystemActor)
    secret = (password or one_time_password()) if alone else ""
    account = User.objects.create_user(
        username,
        secret or None,
        name=name.strip(),
        unit=unit,
        must_change_password=bool(secret) and password is None,
        simulated=simulated,
    )
    audit.record(user, "新建账号", account, changes={"登录名": [None, username]})
    if alone and password is None:
        hand_over(account, Handover.Kind.FIRST, f"在服务器{user}建立并给出一次性密码")
    return account, secret


@transaction.atomic
def user_set_active(user: Any, account: User, *, active: bool) -> None:
    """Switch a business account on or off; told to its holder and the auditors. Nobody switches off himself.

    Raises E2001 for an administrator's account: that takes two (``joint``).
    """
    _require_account(user, "manage_users", account)
    if getattr(user, "pk", None) == account.pk:
        raise invalid(("is_active", "不能停用自己的账号"))
    if not isinstance(user, SystemActor) and is_administrator(account):
        raise invalid(("is_active", "管理员账号的停用、启用须两名管理员办理：先申请，再由另一名管理员复核"))
    account_switch(user, account, active=active)


def account_switch(user: Any, account: User, *, active: bool, note: str = "") -> None:
    """Switch an account without asking who may: for :func:`user_set_active` and confirmed joint acts."""
    before, account.is_active = account.is_active, active
    # a session that was open before does not come to life again with the account
    account.epoch += 0 if active else 1
    account.save(update_fields=["is_active", "epoch"])
    verb = "启用账号" if active else "停用账号"
    audit.record(user, verb, account, changes={"启用": [before, active]}, note=note)
    tell(
        account, f"账号“{account}”由{user}{'启用' if active else '停用'}。" + (f"（{note}）" if note else "")
    )


def user_unlock(user: Any, account: User) -> None:
    """Lift a lockout after failed sign-ins."""
    _require_account(user, "manage_users", account)
    forget_failures(account.username)
    audit.record(user, "解除锁定", account)


@transaction.atomic
def grant_give(
    user: Any,
    account: User,
    *,
    role: str,
    region: Region,
    chains: Iterable[Chain] = (),
    unit: Unit | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    own_unit: bool = False,
) -> Grant:
    """Give a role; with ``own_unit`` also that of a responsible unit for the account's own unit.

    Raises E2001 where 三员分立 or the scope of the arguments forbids it, and for one of the three offices,
    which takes two administrators (``joint``).
    """
    _require_account(user, "grant", account)
    require_region(user, "grant", region)
    chains = list(chains)
    grant_check(
        user,
        account,
        role=role,
        region=region,
        chains=chains,
        unit=unit,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    if role in ADMINISTRATORS and not isinstance(user, SystemActor):
        raise invalid(("role", "管理员角色的授予须两名管理员办理：先申请，再由另一名管理员复核"))
    return grant_make(
        user, account, role=role, region=region, chains=chains, unit=unit, valid_from=valid_from,
        valid_to=valid_to, own_unit=own_unit,
    )  # fmt: skip


def grant_check(
    user: Any,
    account: User,
    *,
    role: str,
    region: Region,
    chains: Iterable[Chain] = (),
    unit: Unit | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> None:
    """Raise E2001 unless the grant is sound: one office, chains and unit inside the region, days in order."""
    if role not in ROLES:
        raise invalid(("role", "没有这个角色"))
    if getattr(user, "pk", None) == account.pk and not isinstance(user, SystemActor):
        raise invalid(("user", "安全管理员不能给自己授权"))
    _keep_apart(account, role, valid_from, valid_to)
    for chain in chains:
        if not chain.region.path.startswith(region.path):
            raise invalid(("chains", f"{chain}不在{region}范围内"))
    if unit is not None and not unit.region.path.startswith(region.path):
        raise invalid(("unit", f"{unit}不在{region}范围内"))
    if valid_from and valid_to and valid_to < valid_from:
        raise invalid(("valid_to", "截止日期早于起始日期"))


@transaction.atomic
def grant_make(
    user: Any,
    account: User,
    *,
    role: str,
    region: Region,
    chains: Iterable[Chain] = (),
    unit: Unit | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    own_unit: bool = False,
    note: str = "",
) -> Grant:
    """Give a role without asking who may: for :func:`grant_give` and confirmed joint acts."""
    chains = list(chains)
    # one writer at a time for this account, so that two roles given at once cannot slip past the check
    account = User.objects.select_for_update(of=("self",)).get(pk=account.pk)
    grant_check(
        user,
        account,
        role=role,
        region=region,
        chains=chains,
        unit=unit,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    grant = Grant.objects.create(
        user=account,
        role=role,
        region=region,
        unit=unit,
        valid_from=valid_from,
        valid_to=valid_to,
        given_by=None if isinstance(user, SystemActor) else user,
    )
    grant.chains.set(chains)
    audit.record(
        user,
        "授权",
        account,
        changes={"授权": [None, f"{region} {ROLES[role][0]} {'、'.join(map(str, chains)) or '全部产业链'}"]},
        note=note,
    )
    if own_unit and account.unit is not None:
        held = account.grants.filter(Grant.in_force(), role="responsible_unit", unit=account.unit)
        if not held.filter(region=region).exists():
            grant_make(
                user,
                account,
                role="responsible_unit",
                region=region,
                unit=account.unit,
                valid_from=valid_from,
                valid_to=valid_to,
            )
    return grant


def _keep_apart(account: User, role: str, start: dt.date | None, end: dt.date | None) -> None:
    """Refuse two offices at any time in the days from ``start`` to ``end``, not only today."""
    start = max(start or timezone.localdate(), timezone.localdate())
    standing = account.grants.exclude(valid_to__lt=start)
    if end is not None:
        standing = standing.exclude(valid_from__gt=end)
    held = set(standing.values_list("role", flat=True))
    for other in held - {role}:
        if role in ADMINISTRATORS or other in ADMINISTRATORS:
            raise invalid(
                ("role", f"三员分立：{account.name}已是{ROLES[other][0]}，不能兼任{ROLES[role][0]}")
            )


@transaction.atomic
def grant_end(user: Any, grant: Grant, *, on: dt.date | None = None) -> None:
    """End a grant at the end of ``on`` (default: yesterday, so it no longer holds today).

    Raises E2001 for one of the three offices: that takes two administrators (``joint``).
    """
    require(user, "grant")
    if not isinstance(user, SystemActor):
        if not Region.objects.visible_to(user, "grant").filter(pk=grant.region_id).exists():
            raise LianshuError("E1002")
        if grant.role in ADMINISTRATORS:
            raise invalid(("", "管理员角色的收回须两名管理员办理：先申请，再由另一名管理员复核"))
    grant_stop(user, grant, on=on)


def grant_stop(user: Any, grant: Grant, *, on: dt.date | None = None, note: str = "") -> None:
    """End a grant without asking who may: for :func:`grant_end` and confirmed joint acts."""
    last = on or timezone.localdate() - dt.timedelta(days=1)
    if grant.valid_to and grant.valid_to < last:
        raise LianshuError("E3001", what=grant, state="已到期", action="再次收回")
    grant.valid_to = last
    grant.save(update_fields=["valid_to"])
    audit.record(user, "收回授权", grant.user, changes={"授权": [str(grant), f"{last} 止"]}, note=note)
