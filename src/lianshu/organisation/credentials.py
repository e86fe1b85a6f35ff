"""Passwords and what replaces them: changing one's own, the server's console, codes in two halves.

Nobody ever holds a working credential of somebody else alone. A code comes in two halves that two administrators
hand over; it sets a password and opens no session, and the password before stays valid until then. The server's
console (``lianshu account``, ``lianshu password``) is the emergency way and is told to everybody concerned. What
an account does after either is marked until an audit administrator has asked its holder (:class:`Handover`).
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import string
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.notices import notify
from lianshu.core.scope import SystemActor, require

from .models import Handover, JointAct, PasswordHistory, SplitCode, User
from .selectors import administered
from .sign_in_limits import forget_failures
from .telling import administrators_of, tell

#: earlier passwords that may not be taken again
KEPT = 5
#: days for which acts after a handover are marked and its line stands on the account's pages
MARKED_DAYS = 30
#: wrong tries after which a code is void
TRIES = 10
#: letters and figures that are not mistaken for each other on paper
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_SIGNS = "-_.@#"
_UNKNOWN = "登录名或一次性码不正确，或者码已过期、已用过。请核对两张条子；仍不行时请管理员重新申请。"


def one_time_password() -> str:
    """A random password of 14 characters that meets the house's rules."""
    alphabet = string.ascii_letters + string.digits
    body = "".join(secrets.choice(alphabet) for _ in range(10))
    parts = [secrets.choice(string.ascii_uppercase), secrets.choice(string.ascii_lowercase)]
    parts += [secrets.choice(string.digits), secrets.choice(_SIGNS)]
    return body + "".join(parts)


def half_code() -> str:
    """Half of a one-time code as it is printed: eight characters in two groups (about 40 bits)."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{text[:4]}-{text[4:]}"


def digest_of(half: str) -> str:
    """What is kept of a half, however it was typed; keyed, because eight characters can be tried out."""
    plain = "".join(half.upper().split()).replace("-", "").replace("－", "")
    return salted_hmac("lianshu.split-code", plain, algorithm="sha256").hexdigest()


def password_expired(account: User) -> bool:
    """Whether the office's own limit (LIANSHU_PASSWORD_DAYS, 0: none) is over."""
    days = settings.LIANSHU_PASSWORD_DAYS
    if not days:
        return False
    return (account.password_changed_at or account.created_at) < timezone.now() - dt.timedelta(days=days)


def _check_new(account: User, new: str) -> None:
    """Raise E2001 unless a new password keeps the rules and was not in use lately."""
    try:
        validate_password(new, account)
    except ValidationError as error:
        raise invalid(*[("new", text) for text in error.messages]) from error
    earlier = account.earlier_passwords.values_list("password", flat=True)[:KEPT]
    if any(check_password(new, old) for old in [account.password, *earlier] if old):
        raise invalid(("new", f"新密码不能与现在的或最近 {KEPT} 次用过的相同"))


def _store(account: User, new: str, *, must_change: bool) -> None:
    """Put a new password in the place of the old one, which goes into the history; ends all open sessions."""
    if account.has_usable_password():
        PasswordHistory.objects.create(user=account, password=account.password)
        kept = account.earlier_passwords.values_list("pk", flat=True)[:KEPT]
        account.earlier_passwords.exclude(pk__in=list(kept)).delete()
    account.set_password(new)
    account.must_change_password = must_change
    account.password_changed_at = timezone.now()
    account.save(update_fields=["password", "must_change_password", "password_changed_at"])
    forget_failures(account.username)


@transaction.atomic
def password_change(account: User, *, old: str, new: str) -> User:
    """Change one's own password. Raises E2001 naming what is wrong with either."""
    if not account.check_password(old):
        raise invalid(("old", "原密码不正确"))
    if old == new:
        raise invalid(("new", "新密码不能与原密码相同"))
    _check_new(account, new)
    _store(account, new, must_change=False)
    audit.record(account, "修改密码", account)
    return account


def hand_over(account: User, kind: str, words: str, address: str = "") -> Handover:
    """Note that an account was entered with what others gave out, and mark what it does from now on."""
    account.mark = f"〔{Handover.Kind(kind).label}〕"
    account.marked_until = timezone.now() + dt.timedelta(days=MARKED_DAYS)
    account.save(update_fields=["mark", "marked_until"])
    return Handover.objects.create(account=account, kind=kind, words=words, address=address)


@transaction.atomic
def user_reset_password(user: Any, account: User, *, kind: str = Handover.Kind.RESET) -> str:
    """The emergency way on the server's console: a one-time password at once, told to everybody concerned.

    Raises E1001 for everybody but the system itself: administrators take the way of two (``joint``).
    """
    if not isinstance(user, SystemActor):
        raise LianshuError("E1001", where="网页", action="单独重置密码")
    secret = one_time_password()
    _store(account, secret, must_change=True)
    SplitCode.objects.filter(act__subject=account, used_at=None).update(void=True)
    hand_over(account, kind, f"在服务器{user}给出一次性密码")
    verb = "重置密码" if kind == Handover.Kind.RESET else "首次设密"
    audit.record(user, verb, account, note="控制台")
    tell(
        account, f"账号“{account}”已在服务器控制台{verb}。不是本人要求的，请立即告诉审计管理员。", light="red"
    )
    return secret


def _opening_code(account: User | None, halves: set[str]) -> SplitCode | None:
    """The account's valid code that the two halves make up; counts a wrong try against every valid one."""
    if account is None or not account.is_active:
        return None
    codes = SplitCode.objects.select_for_update(of=("self",)).filter(
        act__subject=account, act__state=JointAct.State.CONFIRMED, used_at=None, void=False,
        valid_until__gt=timezone.now(), failures__lt=TRIES,
    )  # fmt: skip
    for code in codes:
        # in whichever order the two slips were typed; never the same half twice
        if len(halves) == 2 and all(
            any(hmac.compare_digest(kept, half) for half in halves) for kept in (code.first, code.second)
        ):
            return code
        code.failures += 1
        code.save(update_fields=["failures"])
    return None


def code_use(*, username: str, first: str, second: str, new: str, address: str = "") -> User | None:
    """Set a password with the two halves of a code; None (and a try counted) where they are not right.

    Raises E2001 where the new password is refused; the code then stays good.
    """
    account = User.objects.filter(username=username.strip()).first()
    with transaction.atomic():
        code = _opening_code(account, {digest_of(first), digest_of(second)})
        if account is None or code is None:
            return None
        _check_new(account, new)
        code.used_at = timezone.now()
        code.save(update_fields=["used_at"])
        act = code.act
        first_time = act.kind == JointAct.Kind.FIRST_PASSWORD
        words = f"{act.asked_by}申请、{act.decided_by}复核"
        _store(account, new, must_change=False)
        hand_over(account, Handover.Kind.FIRST if first_time else Handover.Kind.RESET, words, address)
        audit.record(account, "凭码设密码", account, note=f"{words}，地址 {address}")
        title = f"账号“{account}”已凭一次性码设好密码（{words}）。"
        tell(account, title + "不是本人办理的，请立即告诉审计管理员。")
        notify([act.asked_by, act.decided_by], title=title)
    return account


def code_refusal() -> str:
    """The one sentence for a code that does not open, whatever the cause."""
    return _UNKNOWN


@transaction.atomic
def handover_settle(user: Any, handover: Handover, *, known: bool) -> None:
    """An audit administrator has asked the holder in person: known ends the marks; unknown keeps them and
    tells the other administrators. Nobody settles what concerns himself."""
    require(user, "audit")
    account = handover.account
    if not administered(user, "audit").filter(pk=account.pk).exists():
        raise LianshuError("E1002")
    if account.pk == user.pk:
        raise invalid(("", "与本人有关的，请另一位审计管理员核实"))
    if handover.settled_at is not None and handover.known:
        raise LianshuError("E3001", what=handover, state="已核实", action="再次核实")
    handover.settled_by, handover.settled_at, handover.known = user, timezone.now(), known
    handover.save(update_fields=["settled_by", "settled_at", "known"])
    if known and not account.handovers.exclude(known=True).exists():
        account.mark, account.marked_until = "", None
        account.save(update_fields=["mark", "marked_until"])
    audit.record(user, "核实凭据", account, note="本人知情" if known else "本人不知情")
    if not known:
        title = f"审计管理员核实：“{account}”本人不知道密码被重置。请立即停用该账号并查明。"
        notify(administrators_of(account, ("system_admin", "security_admin")), title=title, light="red")


def replaced_password(account: User | None, password: str) -> Handover | None:
    """The handover by which ``password``, right until then, was replaced: said at the sign-in page to who
    still knows the old one, which the person who took the account over cannot prevent.

    Takes the time of one hashing in every case, so that the clock does not tell which accounts exist.
    """
    handover, before = None, None
    if account is not None:
        since = timezone.now() - dt.timedelta(days=MARKED_DAYS)
        handover = account.handovers.filter(kind=Handover.Kind.RESET, at__gte=since).first()
    if account is not None and handover is not None:
        before = account.earlier_passwords.filter(until__lte=handover.at).first()
    if before is None:
        make_password(password)
        return None
    return handover if check_password(password, before.password) else None
