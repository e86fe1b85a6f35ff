"""Accounts and grants, kept by two different administrators (三员分立).

The system administrator makes accounts but gives no rights; the security administrator gives rights but
makes no accounts and never to himself; the audit administrator only reads the log. Nobody holds two of
the three, or one beside a business role.
"""

from __future__ import annotations

import datetime as dt
import secrets
import string
from collections.abc import Iterable
from typing import Any

from axes.utils import reset as axes_reset
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.notices import notify
from lianshu.core.scope import ACTIONS, ADMINISTRATORS, ROLES, SystemActor, require

from .models import Chain, Grant, Region, Unit, User

_SIGNS = "-_.@#"
#: whose password the system administrator may not reset: with it he could give himself rights, or clear his traces
_GUARDS = ("security_admin", "audit_admin")


def administered(user: Any, action: str) -> QuerySet[User]:
    """The accounts an administrator may do ``action`` with: those whose unit and whose grants all lie in the
    administrator's regions, and those that belong nowhere yet."""
    regions = Region.objects.visible_to(user, action)
    today = timezone.localdate()
    standing = Grant.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today))
    outside = standing.exclude(region__in=regions)
    rows = User.objects.filter(Q(unit=None) | Q(unit__region__in=regions))
    return rows.exclude(pk__in=outside.values("user"))


def _require_account(user: Any, action: str, account: User) -> None:
    require(user, action)
    if not isinstance(user, SystemActor) and not administered(user, action).filter(pk=account.pk).exists():
        raise LianshuError("E1002")


def _require_region(user: Any, action: str, region: Region) -> None:
    if not isinstance(user, SystemActor) and not (
        Region.objects.visible_to(user, action).filter(pk=region.pk).exists()
    ):
        raise LianshuError("E1001", where=region, action=ACTIONS[action])


def one_time_password() -> str:
    """A random password of 14 characters that meets the house's rules."""
    alphabet = string.ascii_letters + string.digits
    body = "".join(secrets.choice(alphabet) for _ in range(10))
    parts = [secrets.choice(string.ascii_uppercase), secrets.choice(string.ascii_lowercase)]
    parts += [secrets.choice(string.digits), secrets.choice(_SIGNS)]
    return body + "".join(parts)


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
    """Make an account and return it with its one-time password, which is shown once and must be changed.

    A given ``password`` (demonstration accounts) needs no change. Raises E2001 for a name that is taken.
    """
    require(user, "manage_users")
    if unit is not None:
        _require_region(user, "manage_users", unit.region)
    username = username.strip()
    if not username or User.objects.filter(username=username).exists():
        raise invalid(("username", f"登录名“{username}”已被使用" if username else "请填写登录名"))
    if not name.strip():
        raise invalid(("name", "请填写姓名"))
    secret = password or one_time_password()
    account = User.objects.create_user(
        username,
        secret,
        name=name.strip(),
        unit=unit,
        must_change_password=password is None,
        simulated=simulated,
    )
    audit.record(user, "新建账号", account, changes={"登录名": [None, username]})
    return account, secret


@transaction.atomic
def user_set_active(user: Any, account: User, *, active: bool) -> None:
    """Switch an account on or off. Nobody switches off himself."""
    _require_account(user, "manage_users", account)
    if getattr(user, "pk", None) == account.pk:
        raise invalid(("is_active", "不能停用自己的账号"))
    before, account.is_active = account.is_active, active
    account.save(update_fields=["is_active"])
    audit.record(user, "启用账号" if active else "停用账号", account, changes={"启用": [before, active]})


@transaction.atomic
def user_reset_password(user: Any, account: User) -> str:
    """Give an account a new one-time password and return it; also lifts a lockout.

    Raises E2001 for the two other administrators: their passwords are reset on the server
    (``lianshu password``), else the system administrator could sign in as them.
    """
    _require_account(user, "manage_users", account)
    standing = account.grants.exclude(valid_to__lt=timezone.localdate())
    if not isinstance(user, SystemActor) and standing.filter(role__in=_GUARDS).exists():
        raise invalid(
            ("", "安全管理员、审计管理员的密码只能在服务器上用“lianshu password 登录名”重置（三员分立）")
        )
    secret = one_time_password()
    account.set_password(secret)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    axes_reset(username=account.username)
    audit.record(user, "重置密码", account)
    notify([account], title=f"您的密码由{user}重置。如果不是您要求的，请告诉安全管理员。", light="amber")
    return secret


def user_unlock(user: Any, account: User) -> None:
    """Lift a lockout after failed sign-ins."""
    _require_account(user, "manage_users", account)
    axes_reset(username=account.username)
    audit.record(user, "解除锁定", account)


@transaction.atomic
def password_change(account: User, *, old: str, new: str) -> User:
    """Change one's own password. Raises E2001 naming what is wrong with either."""
    if not account.check_password(old):
        raise invalid(("old", "原密码不正确"))
    if old == new:
        raise invalid(("new", "新密码不能与原密码相同"))
    try:
        validate_password(new, account)
    except ValidationError as error:
        raise invalid(*[("new", text) for text in error.messages]) from error
    account.set_password(new)
    account.must_change_password = False
    account.password_changed_at = timezone.now()
    account.save(update_fields=["password", "must_change_password", "password_changed_at"])
    audit.record(account, "修改密码", account)
    return account


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

    Raises E2001 where 三员分立 or the scope of the arguments forbids it.
    """
    _require_account(user, "grant", account)
    _require_region(user, "grant", region)
    chains = list(chains)
    if role not in ROLES:
        raise invalid(("role", "没有这个角色"))
    if getattr(user, "pk", None) == account.pk and not isinstance(user, SystemActor):
        raise invalid(("user", "安全管理员不能给自己授权"))
    # one writer at a time for this account, so that two roles given at once cannot slip past the check
    account = User.objects.select_for_update().get(pk=account.pk)
    _keep_apart(account, role, valid_from, valid_to)
    for chain in chains:
        if not chain.region.path.startswith(region.path):
            raise invalid(("chains", f"{chain}不在{region}范围内"))
    if unit is not None and not unit.region.path.startswith(region.path):
        raise invalid(("unit", f"{unit}不在{region}范围内"))
    if valid_from and valid_to and valid_to < valid_from:
        raise invalid(("valid_to", "截止日期早于起始日期"))
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
    )
    if own_unit and account.unit is not None:
        held = account.grants.filter(Grant.in_force(), role="responsible_unit", unit=account.unit)
        if not held.filter(region=region).exists():
            grant_give(
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
    """End a grant at the end of ``on`` (default: yesterday, so it no longer holds today)."""
    require(user, "grant")
    if not isinstance(user, SystemActor) and not (
        Region.objects.visible_to(user, "grant").filter(pk=grant.region_id).exists()
    ):
        raise LianshuError("E1002")
    last = on or timezone.localdate() - dt.timedelta(days=1)
    if grant.valid_to and grant.valid_to < last:
        raise LianshuError("E3001", what=grant, state="已到期", action="再次收回")
    grant.valid_to = last
    grant.save(update_fields=["valid_to"])
    audit.record(user, "收回授权", grant.user, changes={"授权": [str(grant), f"{last} 止"]})
