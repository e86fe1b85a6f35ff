"""Acts that take two of the three administrators (三员分立): one asks, another confirms.

Asked for by one, confirmed by a holder of *another* office, and by neither where it concerns himself:

* a password for somebody else, of a new account or a forgotten one: by a code in two halves. The asker sees and
  prints the first half when asking, the other the second when confirming; only digests are kept. The holder
  collects both and sets a password with them (``credentials.code_use``), until the end of the last of ``days``
  working days. The password before stays valid until then, so an ask nobody wanted breaks nothing;
* switching an administrator's account off or on;
* giving or ending one of the three offices.

The system administrator asks for accounts, the security administrator for offices; for what concerns the holders
of the asking office itself the other of the two asks. The usual second is the security administrator, or the
audit administrator where that one is away or concerned: two present are enough, and the third is told. With
fewer there is the server's console.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.notices import notify
from lianshu.core.scope import ADMINISTRATORS, ROLES
from lianshu.reference.workdays import work_calendar

from . import accounts
from .credentials import digest_of, half_code
from .models import Chain, Grant, JointAct, Region, SplitCode, Unit, User
from .selectors import administered
from .telling import administrators_of, tell

Kind, State = JointAct.Kind, JointAct.State
CODES = (Kind.FIRST_PASSWORD, Kind.RESET_PASSWORD)
_SWITCHES = (Kind.SWITCH_OFF, Kind.SWITCH_ON)
#: office → the gate's action by which its accounts are found
_ACTION = {"system_admin": "manage_users", "security_admin": "grant", "audit_admin": "audit"}
#: the offices that ask: each for its own work, and for what concerns the holders of the other
_ASKING = ("system_admin", "security_admin")
#: days after which an ask nobody answered lapses
WAITING_DAYS = 7
#: working days a code may be asked for
MOST_DAYS = 5


def office_of(user: Any) -> str:
    """Which of the three offices a person holds today, or ""."""
    held = {grant.role for grant in user.grants_in_force()}
    return next((role for role in ADMINISTRATORS if role in held), "")


def _within(user: Any, office: str, subject: User) -> bool:
    return administered(user, _ACTION[office]).filter(pk=subject.pk).exists()


def may_ask(user: Any, kind: str, subject: User) -> bool:
    """Whether an administrator may ask for an act with an account."""
    office = office_of(user)
    usual = "system_admin" if kind in (*CODES, *_SWITCHES) else "security_admin"
    if user.pk == subject.pk or office not in _ASKING or not _within(user, office, subject):
        return False
    if office == usual or kind == Kind.GIVE_GRANT:
        return office == usual
    return subject.grants.filter(role=usual).exclude(valid_to__lt=Grant.today()).exists()


def may_decide(user: Any, act: JointAct) -> bool:
    """Whether a person may confirm or refuse a waiting act: of another office, not the asker, not concerned."""
    office = office_of(user)
    return (
        act.state == State.WAITING
        and act.expires_at > timezone.now()
        and bool(office)
        and office != act.asked_office
        and user.pk not in (act.asked_by_id, act.subject_id)
        and _within(user, office, act.subject)
    )


def acts_visible_to(user: Any) -> QuerySet[JointAct]:
    """The acts an administrator may read of: his own, and those with accounts he answers for; E1001 for others."""
    office = office_of(user)
    if not office:
        raise LianshuError("E1001", where="本系统", action="复核")
    mine = Q(asked_by=user) | Q(decided_by=user)
    rows = JointAct.objects.filter(mine | Q(subject__in=administered(user, _ACTION[office]).values("pk")))
    return rows.select_related("subject__unit__region", "asked_by", "decided_by", "code")


def acts_to_decide(user: Any) -> QuerySet[JointAct]:
    """The waiting acts a person may decide: :func:`may_decide` as one query."""
    office = office_of(user)
    rows = acts_visible_to(user).filter(state=State.WAITING, expires_at__gt=timezone.now())
    rows = rows.filter(subject__in=administered(user, _ACTION[office]).values("pk"))
    return rows.exclude(asked_office=office).exclude(asked_by=user).exclude(subject=user)


def waiting_of(account: User) -> list[JointAct]:
    """What waits for a second administrator, or for the holder with a code, about an account."""
    now = timezone.now()
    waiting = Q(state=State.WAITING, expires_at__gt=now)
    unused = Q(state=State.CONFIRMED, code__used_at=None, code__void=False, code__valid_until__gt=now)
    rows = account.joint_acts.filter(waiting | unused).select_related(
        "asked_by", "decided_by", "code", "subject"
    )
    return list(rows)


def _deciders(act: JointAct) -> list[User]:
    """Everybody who may confirm an act now."""
    others = [role for role in ADMINISTRATORS if role != act.asked_office]
    return [one for one in administrators_of(act.subject, others) if may_decide(one, act)]


@transaction.atomic
def ask(
    user: Any,
    kind: str,
    subjects: Iterable[User],
    *,
    reason: str,
    days: int = 1,
    detail: dict[str, Any] | None = None,
    words: str = "",
) -> list[tuple[JointAct, str]]:
    """Ask for an act with each account; returns the acts with the first half of each code ("" without one).

    Raises E1001 for who may not ask, E2001 for a missing reason, an act that waits already, or an account for
    which no second administrator is there.
    """
    reason = reason.strip()
    if not reason:
        raise invalid(("reason", "请填写事由"))
    if not 1 <= days <= MOST_DAYS:
        raise invalid(("days", f"有效期为 1 至 {MOST_DAYS} 个工作日"))
    made, seconds = [], {}
    for subject in subjects:
        act = _ask_one(
            user, kind, subject, reason, detail or ({"days": days} if kind in CODES else {}), words
        )
        half = ""
        if kind in CODES:
            half = half_code()
            SplitCode.objects.create(act=act, first=digest_of(half))
        deciders = _deciders(act)
        if not deciders:
            raise invalid(
                ("", f"“{subject}”没有另一名管理员可以复核。请在服务器上用“lianshu password 登录名”办理")
            )
        seconds |= {one.pk: one for one in deciders}
        made.append((act, half))
    if made:
        what = made[0][0] if len(made) == 1 else f"{Kind(kind).label}：{len(made)} 个账号"
        notify(
            seconds.values(), title=f"{user}申请{what}，请复核。", url=reverse("joint-acts"), light="amber"
        )
    return made


def _ask_one(
    user: Any, kind: str, subject: User, reason: str, detail: dict[str, Any], words: str
) -> JointAct:
    if not may_ask(user, kind, subject):
        raise LianshuError("E1001", where=subject, action=f"申请{Kind(kind).label}")
    waiting = JointAct.objects.filter(subject=subject, kind=kind, state=State.WAITING)
    waiting.filter(expires_at__lte=timezone.now()).update(state=State.WITHDRAWN, answer="逾期未复核")
    if waiting.filter(words=words).exists() or (kind in (*CODES, *_SWITCHES) and waiting.exists()):
        raise invalid(("", f"“{subject}”已有{Kind(kind).label}的申请在等复核"))
    act = JointAct.objects.create(
        kind=kind,
        subject=subject,
        detail=detail,
        words=words,
        reason=reason[:200],
        asked_by=user,
        asked_office=office_of(user),
        expires_at=timezone.now() + dt.timedelta(days=WAITING_DAYS),
    )
    audit.record(user, "申请复核", act, note=f"{words} 事由：{reason}".strip())
    return act


@transaction.atomic
def account_open(
    user: Any, *, username: str, name: str, unit: Unit | None = None, reason: str = "新建账号", days: int = 1
) -> tuple[JointAct, str]:
    """Make an account and ask for its first password in one go; the first half of its code comes back."""
    account, _ = accounts.user_create(user, username=username, name=name, unit=unit)
    return ask(user, Kind.FIRST_PASSWORD, [account], reason=reason, days=days)[0]


def code_kind(account: User) -> str:
    """Whether a code would set an account's first password or another one."""
    return Kind.RESET_PASSWORD if account.has_usable_password() else Kind.FIRST_PASSWORD


def codes_ask(
    user: Any, subjects: Iterable[User], *, reason: str, days: int = 1
) -> list[tuple[JointAct, str]]:
    """Ask for codes for many accounts at once, new and old ones mixed (the year's start)."""
    groups: dict[str, list[User]] = {}
    for subject in subjects:
        groups.setdefault(code_kind(subject), []).append(subject)
    if not groups:
        raise invalid(("", "请先勾选账号"))
    with transaction.atomic():
        return [
            pair for kind, rows in groups.items() for pair in ask(user, kind, rows, reason=reason, days=days)
        ]


def switch_ask(user: Any, account: User, *, active: bool, reason: str) -> JointAct:
    """Ask for an administrator's account to be switched off or on."""
    if account.is_active == active:
        raise LianshuError("E3001", what=account, state="启用" if active else "停用", action="再次办理")
    return ask(user, Kind.SWITCH_ON if active else Kind.SWITCH_OFF, [account], reason=reason)[0][0]


def grant_ask(user: Any, account: User, *, reason: str, **values: Any) -> JointAct:
    """Ask for one of the three offices to be given; the arguments are those of ``accounts.grant_give``."""
    values.pop("own_unit", None)
    if not may_ask(user, Kind.GIVE_GRANT, account):
        raise LianshuError("E1001", where=account, action="申请授权")
    accounts.require_region(user, _ACTION[office_of(user)], values["region"])
    accounts.grant_check(user, account, **values)
    region, unit, chains = values["region"], values.get("unit"), values.get("chains") or ()
    detail = {
        "role": values["role"],
        "region": region.pk,
        "unit": unit.pk if unit is not None else None,
        "chains": [chain.pk for chain in chains],
        **{
            name: day.isoformat() if (day := values.get(name)) else None
            for name in ("valid_from", "valid_to")
        },
    }
    words = f"{region} {ROLES[values['role']][0]}"
    if values.get("valid_from") or values.get("valid_to"):
        words += f"，{values.get('valid_from') or '即日'} 至 {values.get('valid_to') or '不限'}"
    return ask(user, Kind.GIVE_GRANT, [account], reason=reason, detail=detail, words=words)[0][0]


def grant_end_ask(user: Any, grant: Grant, *, reason: str) -> JointAct:
    """Ask for one of the three offices to be taken back."""
    words = f"{grant.region} {grant.get_role_display()}（第 {grant.pk} 号授权）"
    return ask(user, Kind.END_GRANT, [grant.user], reason=reason, detail={"grant": grant.pk}, words=words)[0][
        0
    ]


@transaction.atomic
def confirm(user: Any, acts: Iterable[JointAct]) -> list[tuple[JointAct, str]]:
    """Confirm acts and do them; returns them with the second half of each code ("" without one).

    Raises E1001 for who may not, E3001 for an act that no longer waits or whose asker has left the office.
    """
    done = []
    for given in acts:
        act = _decidable(user, given)
        asker = act.asked_by
        if not asker.is_active or office_of(asker) != act.asked_office:
            raise LianshuError("E3001", what=act, state="申请人已不任职", action="复核通过")
        act.state, act.decided_by, act.decided_at = State.CONFIRMED, user, timezone.now()
        act.save(update_fields=["state", "decided_by", "decided_at"])
        audit.record(user, "复核通过", act, note=f"{act.words} 申请人：{asker}".strip())
        done.append((act, _perform(user, act)))
    _tell_askers(user, [act for act, _ in done], "已复核通过")
    return done


def _decidable(user: Any, given: JointAct) -> JointAct:
    act = (
        JointAct.objects.select_for_update(of=("self",))
        .select_related("subject", "asked_by")
        .get(pk=given.pk)
    )
    if act.state != State.WAITING or act.expires_at <= timezone.now():
        state = "已逾期" if act.state == State.WAITING else act.get_state_display()
        raise LianshuError("E3001", what=act, state=state, action="复核")
    if not may_decide(user, act):
        raise LianshuError("E1001", where=act, action="复核（须由另一角色、与此事无关的管理员复核）")
    return act


def _tell_askers(user: Any, acts: list[JointAct], state: str) -> None:
    by_asker: dict[User, list[JointAct]] = {}
    for act in acts:
        by_asker.setdefault(act.asked_by, []).append(act)
    for asker, rows in by_asker.items():
        what = f"“{rows[0]}”" if len(rows) == 1 else f"{len(rows)} 项申请"
        notify([asker], title=f"{what}{state}（{user}）。", url=reverse("joint-acts"))


def _perform(user: Any, act: JointAct) -> str:
    note = f"{act.asked_by}申请，{user}复核；事由：{act.reason}"
    if act.kind in CODES:
        return _give_code(act)
    if act.kind in _SWITCHES:
        accounts.account_switch(user, act.subject, active=act.kind == Kind.SWITCH_ON, note=note)
    elif act.kind == Kind.GIVE_GRANT:
        detail = act.detail
        accounts.grant_make(
            act.asked_by,
            act.subject,
            role=detail["role"],
            region=Region.objects.get(pk=detail["region"]),
            chains=Chain._base_manager.filter(pk__in=detail["chains"]),
            unit=Unit._base_manager.filter(pk=detail["unit"]).first(),
            valid_from=_day(detail["valid_from"]),
            valid_to=_day(detail["valid_to"]),
            note=note,
        )
        tell(act.subject, f"“{act.subject}”被授予{act.words}（{note}）。"[:200])
    else:
        # told before the office is gone, so that its holder counts among the administrators
        tell(act.subject, f"收回“{act.subject}”的{act.words}（{note}）。"[:200])
        accounts.grant_stop(user, Grant.objects.get(pk=act.detail["grant"]), note=note)
    return ""


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _give_code(act: JointAct) -> str:
    """Complete an act's code with its second half; earlier codes of the account become void."""
    half = half_code()
    SplitCode.objects.filter(act__subject=act.subject, used_at=None).exclude(act=act).update(void=True)
    last = work_calendar().add_workdays(timezone.localdate(), act.detail["days"])
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), timezone.get_current_timezone())
    act.code.second, act.code.valid_until = digest_of(half), midnight
    act.code.save(update_fields=["second", "valid_until"])
    if act.kind == Kind.RESET_PASSWORD:
        tell(
            act.subject,
            f"{act.asked_by}申请、{act.decided_by}复核，给“{act.subject}”发一次性码重置密码。"
            "设好新密码前原密码仍有效；不是本人要求的，请立即告诉审计管理员。",
        )
    return half


@transaction.atomic
def refuse(user: Any, acts: Iterable[JointAct], *, answer: str) -> None:
    """Send acts back with the reason. Raises like :func:`confirm`, and E2001 without a reason."""
    if not answer.strip():
        raise invalid(("answer", "请填写退回原因"))
    done = []
    for given in acts:
        act = _decidable(user, given)
        act.state, act.decided_by, act.decided_at = State.REFUSED, user, timezone.now()
        act.answer = answer.strip()[:200]
        act.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        audit.record(user, "复核退回", act, note=act.answer)
        done.append(act)
    _tell_askers(user, done, "被退回")


def may_withdraw(user: Any, act: JointAct) -> bool:
    """The asker may take back what waits; either of the two may void a code that is not used yet."""
    if act.state == State.WAITING:
        return act.asked_by_id == user.pk
    return _open_code(act) and user.pk in (act.asked_by_id, act.decided_by_id)


def _open_code(act: JointAct) -> bool:
    if act.kind not in CODES or act.state != State.CONFIRMED:
        return False
    code = act.code
    return code.used_at is None and not code.void and code.valid_until > timezone.now()


@transaction.atomic
def withdraw(user: Any, act: JointAct) -> None:
    """Take back an ask, or void its unused code. Raises E3001 where there is nothing to take back."""
    if not may_withdraw(user, act):
        raise LianshuError("E3001", what=act, state=act.get_state_display(), action="撤回")
    act.state = State.WITHDRAWN
    act.save(update_fields=["state"])
    SplitCode.objects.filter(act=act).update(void=True)
    audit.record(user, "撤回申请", act)


def may_reprint(user: Any, act: JointAct) -> bool:
    """Whether a person may have a new half in place of the own one that was lost."""
    if act.kind not in CODES or user.pk not in (act.asked_by_id, act.decided_by_id):
        return False
    return _open_code(act) or (act.state == State.WAITING and act.asked_by_id == user.pk)


@transaction.atomic
def reprint(user: Any, act: JointAct) -> str:
    """A new half in place of the person's own; the other half stays as it is."""
    if not may_reprint(user, act):
        raise LianshuError("E3001", what=act, state=act.get_state_display(), action="重印")
    half = half_code()
    side = "first" if act.asked_by_id == user.pk else "second"
    setattr(act.code, side, digest_of(half))
    act.code.save(update_fields=[side])
    audit.record(user, "重印半码", act)
    return half
