"""The one gate: who may do what with which rows.

Permission = role × region-and-below × chains (× own unit) × action. A user holds *grants* (stored in
`organisation`); each says: in this region and below, for these chains (none named: all), for rows of this
unit only (if named), the actions of this role. Every read of scoped data starts from
``Model.objects.visible_to(user)``; every write asks :func:`require` first and :func:`recheck` after.

A model says where its scope stands::

    class Task(ScopedModel):
        scope = ScopePaths(region="region", chain="chain", units=("lead_unit", "support_units"))

Rows without a chain belong to the whole region: somebody whose grant is limited to chains may see them,
not change them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from .errors import LianshuError

if TYPE_CHECKING:
    from django.http import HttpRequest

#: action code → the verb users read
ACTIONS: dict[str, str] = {
    "view": "查看",
    "export": "导出",
    "comment": "留言",
    "report": "填报",
    "edit": "编辑",
    "delete": "删除",
    "import": "导入",
    "hand_out": "交办",
    "decide": "批示",
    "approve": "审定",
    "adopt": "采纳方案",
    "manage_units": "管理机构人员",
    "manage_users": "管理账号",
    "grant": "授权",
    "audit": "查看审计日志",
}

_READ = ("view", "export", "comment")
_WORK = (*_READ, "report", "edit", "import")

#: role code → (name users read, actions)
ROLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "general_office": ("总链办", (*_WORK, "delete", "hand_out", "approve", "adopt", "manage_units")),
    "chain_office": ("链条办", _WORK),
    "chief": ("链长", (*_READ, "decide", "hand_out")),
    "general_chief": ("总链长", (*_READ, "decide", "hand_out")),
    "commissar": ("政委", _READ),
    "responsible_unit": ("责任单位", (*_READ, "report")),
    "supervisor": ("督查考核", (*_READ, "hand_out")),
    "observer": ("上级查看", _READ),
    "system_admin": ("系统管理员", ("manage_users",)),
    "security_admin": ("安全管理员", ("grant",)),
    "audit_admin": ("审计管理员", ("audit",)),
}

#: 三员分立: nobody holds two of these, and nobody holds one beside a business role.
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


class MissingScopeError(RuntimeError):
    """A scoped read was asked for without a person: a programming error, never shown as data."""


@dataclass(frozen=True, slots=True)
class GrantView:
    """One grant as the gate needs it. ``region_path`` is "/420000/421200/"; ``chains`` empty means all."""

    role: str
    region_path: str
    region_name: str
    chains: frozenset[int]
    unit: int | None

    @property
    def actions(self) -> tuple[str, ...]:
        return ROLES[self.role][1]


class SystemActor:
    """The system itself (command line, background work): sees everything, is named in the audit log."""

    is_authenticated = True
    is_active = True
    pk = None
    id = None

    def __init__(self, name: str = "系统") -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


SYSTEM = SystemActor()


@dataclass(frozen=True, slots=True)
class ScopePaths:
    """Look-up paths from a model to its region, its chain and the units answering for a row."""

    region: str = "region"
    chain: str | None = None
    units: tuple[str, ...] = ()


def grants_of(user: Any) -> tuple[GrantView, ...]:
    """The grants in force of a signed-in user; raises MissingScopeError without a person."""
    if user is None or not getattr(user, "is_authenticated", False):
        raise MissingScopeError("a scoped read needs a signed-in user")
    return user.grants_in_force()


def condition(user: Any, paths: ScopePaths, action: str) -> Q:
    """The gate as a query condition for one model and one action."""
    if isinstance(user, SystemActor):
        return Q()
    allowed = Q(pk__in=[])
    for grant in grants_of(user):
        if action not in grant.actions:
            continue
        part = Q(**{f"{paths.region}__path__startswith": grant.region_path})
        if grant.chains and paths.chain:
            inside = Q(**{f"{paths.chain}__in": grant.chains})
            if action in _READ:
                inside |= Q(**{f"{paths.chain}__isnull": True})
            part &= inside
        elif grant.chains and action not in _READ:
            # a model without chains belongs to the region: a chain-limited grant may only read it
            continue
        if grant.unit is not None and action not in _READ:
            if not paths.units:
                continue
            own = Q(pk__in=[])
            for unit_path in paths.units:
                own |= Q(**{unit_path: grant.unit})
            part &= own
        allowed |= part
    return allowed


class ScopedQuerySet(models.QuerySet):
    """A queryset that knows the gate."""

    def visible_to(self, user: Any, action: str = "view") -> ScopedQuerySet:
        """Rows on which ``user`` may do ``action``; raises MissingScopeError without a person."""
        if isinstance(user, SystemActor):
            return self
        paths = self.model.scope
        rule = condition(user, paths, action)
        if any("__" in path or self.model._meta.get_field(path).many_to_many for path in paths.units):
            # joins over several rows could double the result: ask by primary key instead
            return self.filter(pk__in=self.model._base_manager.filter(rule).values("pk"))
        return self.filter(rule)


class ScopedModel(models.Model):
    """Base of every row that stands under the gate."""

    scope: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def may(user: Any, action: str, obj: ScopedModel | None = None) -> bool:
    """Whether ``user`` may do ``action`` on ``obj`` (or anywhere at all, without an object)."""
    if isinstance(user, SystemActor):
        return True
    if obj is None:
        return any(action in grant.actions for grant in grants_of(user))
    return type(obj).objects.visible_to(user, action).filter(pk=obj.pk).exists()


def require(user: Any, action: str, obj: ScopedModel | None = None) -> None:
    """Raise E1001 (403) unless ``user`` may do ``action`` on ``obj``."""
    if not may(user, action, obj):
        where = str(obj) if obj is not None else "本系统"
        raise LianshuError("E1001", where=where, action=ACTIONS[action])


def recheck(user: Any, obj: ScopedModel, action: str = "edit") -> None:
    """After a write: raise E1003 (rolls the transaction back) if the row left the writer's scope."""
    if not may(user, action, obj):
        raise LianshuError("E1003")


def get_visible(user: Any, queryset: models.QuerySet, **lookup: Any) -> Any:
    """One row through the gate: E1002 (404) when it is out of scope or does not exist."""
    try:
        found = queryset.visible_to(user).filter(**lookup).first()
    except (ValueError, TypeError):
        # words where a number belongs
        found = None
    if found is None:
        raise LianshuError("E1002")
    return found


def require_in(user: Any, action: str, region: Any) -> None:
    """Raise E1001 unless one of the person's grants gives ``action`` in this very region, for whichever
    chains or rows: for what comes from outside (a firm's problem, a visit) and has no owner yet."""
    if not isinstance(user, SystemActor) and not any(
        action in grant.actions and region.path.startswith(grant.region_path) for grant in grants_of(user)
    ):
        raise LianshuError("E1001", where=str(region), action=ACTIONS[action])


def regions_for(user: Any, action: str) -> Q:
    """Condition on `organisation.Region`: regions where ``user`` may do ``action`` region-wide."""
    if isinstance(user, SystemActor):
        return Q()
    allowed = Q(pk__in=[])
    for grant in grants_of(user):
        if action in grant.actions and (not grant.chains or action in _READ):
            allowed |= Q(path__startswith=grant.region_path)
    return allowed


def explain(user: Any, obj: ScopedModel) -> list[tuple[str, list[str]]]:
    """Why ``user`` can see or change ``obj``: (grant in words, actions in words) per grant that reaches it."""
    reasons: list[tuple[str, list[str]]] = []
    for grant in grants_of(user):
        one = _OneGrant(grant)
        verbs = [
            ACTIONS[action]
            for action in grant.actions
            if type(obj).objects.visible_to(one, action).filter(pk=obj.pk).exists()
        ]
        if verbs:
            limits = []
            if grant.chains:
                limits.append(f"{len(grant.chains)} 条产业链")
            if grant.unit is not None:
                limits.append("本单位负责的事项")
            words = f"{grant.region_name}及以下 · {ROLES[grant.role][0]}"
            reasons.append((words + (f"（限{'、'.join(limits)}）" if limits else ""), verbs))
    return reasons


class _OneGrant:
    """A stand-in user holding a single grant, to ask the gate about that grant alone."""

    is_authenticated = True

    def __init__(self, grant: GrantView) -> None:
        self._grant = grant

    def grants_in_force(self) -> Iterable[GrantView]:
        return (self._grant,)


def actor_of(request: HttpRequest) -> Any:
    """The person behind a request, for services."""
    return request.user
