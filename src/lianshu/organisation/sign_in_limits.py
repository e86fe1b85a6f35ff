"""Who may try a password now: limits per account, per address and in total, decided before any hashing.

An office sits behind one address, and its people mistype. So what counts against an address is how many
*different* accounts failed from it without signing in after all, and people who did sign in from there widen
it. A browser on which an account has signed in before (a signed cookie) has a counter of its own: neither a
colleague's guesses nor a flood from outside shuts its person out.

Counts are rows (:class:`SignInAttempt`), so that they hold for all processes; only judged attempts are kept,
and how many are judged is bounded, so a flood writes little.
"""

from __future__ import annotations

import datetime as dt
import math
import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lianshu.core.addresses import client_address

from .models import SignInAttempt

#: failures of one account from one address, or on one known browser, in HALF_HOUR
ACCOUNT_FAILURES = 5
#: failures of one account from all unknown browsers together, in HALF_HOUR
ACCOUNT_FAILURES_ANYWHERE = 20
#: different accounts failed, and failures, from one address in QUARTER, and what each person who signed in adds
ADDRESS_NAMES, NAMES_PER_PERSON = 10, 2
ADDRESS_FAILURES, FAILURES_PER_PERSON = 20, 4
#: failures of unknown browsers everywhere in QUARTER; then only addresses somebody signed in from are heard
TOTAL_FAILURES = 100
#: from so many of them on, strangers at addresses nobody signed in from are judged one at a time
PRESSED_FAILURES = 20
QUARTER, HALF_HOUR = dt.timedelta(minutes=15), dt.timedelta(minutes=30)
#: how far back a sign-in vouches for its address, and how long attempts are kept
DAY = dt.timedelta(hours=24)

_COOKIE, _SALT, _COOKIE_AGE = "lianshu_device", "lianshu.device", 180 * 24 * 3600
_ACCOUNTS_PER_DEVICE = 12


def name_digest(username: str) -> str:
    """What is kept of a login name: people type passwords into the wrong field."""
    return salted_hmac("lianshu.sign-in", username.strip().lower(), algorithm="sha256").hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Try:
    """Who tries from where: address, digest of the login name, and the browser's where it is known for it."""

    address: str
    name: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a try is not judged: ``what`` is account, address or total; ``until`` when it may be tried again."""

    what: str
    until: dt.datetime

    @property
    def minutes(self) -> int:
        """Minutes to wait, at least one."""
        return max(1, math.ceil((self.until - timezone.now()).total_seconds() / 60))


def _device_of(request: HttpRequest) -> tuple[str, list[str]]:
    """(the browser's number, digests of the accounts known on it) from its signed cookie."""
    text = request.get_signed_cookie(_COOKIE, "", salt=_SALT, max_age=_COOKIE_AGE)
    device, _, names = text.partition(":")
    return device, [name for name in names.split(",") if name]


def try_of(request: HttpRequest, username: str) -> Try:
    """The try a request makes at an account."""
    name = name_digest(username)
    device, known = _device_of(request)
    return Try(client_address(request), name, device if name[:16] in known else "")


def remember_device(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let the browser be known for an account that has just signed in on it."""
    device, known = _device_of(request)
    short = name_digest(username)[:16]
    kept = [short, *[name for name in known if name != short]][:_ACCOUNTS_PER_DEVICE]
    response.set_signed_cookie(
        _COOKIE, f"{device or secrets.token_urlsafe(12)}:{','.join(kept)}", salt=_SALT, max_age=_COOKIE_AGE,
        httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def refusal(attempt: Try) -> Refusal | None:
    """Why this try must wait, or None. A few indexed counts; nothing is written."""
    now = timezone.now()
    recent = SignInAttempt.objects.filter(at__gt=now - HALF_HOUR, name=attempt.name)
    if attempt.device:
        return _too_many(recent.filter(device=attempt.device), ACCOUNT_FAILURES, "account")
    unknown = recent.filter(device="")
    return (
        _too_many(unknown.filter(address=attempt.address), ACCOUNT_FAILURES, "account")
        or _too_many(unknown.filter(succeeded=False), ACCOUNT_FAILURES_ANYWHERE, "account")
        or _address_refusal(attempt.address, now)
    )


def _too_many(rows, limit: int, what: str) -> Refusal | None:
    """Whether the account's latest tries failed ``limit`` times since one succeeded."""
    failures = []
    for at, succeeded in rows.order_by("-id").values_list("at", "succeeded")[:limit]:
        if succeeded:
            return None
        failures.append(at)
    return Refusal(what, failures[0] + HALF_HOUR) if len(failures) == limit else None


def _people_of(address: str, now: dt.datetime) -> set[str]:
    """Digests of the accounts that signed in from an address lately: they vouch for it."""
    rows = SignInAttempt.objects.filter(address=address, at__gt=now - DAY, succeeded=True)
    return set(rows.values_list("name", flat=True))


def _failures_of_strangers(now: dt.datetime):
    return SignInAttempt.objects.filter(at__gt=now - QUARTER, succeeded=False, device="")


def _address_refusal(address: str, now: dt.datetime) -> Refusal | None:
    """Whether one address, or everybody together, failed at too many accounts without signing in."""
    people = _people_of(address, now)
    recent = _failures_of_strangers(now)
    failed = list(recent.filter(address=address).exclude(name__in=people).values_list("name", "at"))
    names = len({name for name, _ in failed})
    if (
        names >= ADDRESS_NAMES + NAMES_PER_PERSON * len(people)
        or len(failed) >= ADDRESS_FAILURES + FAILURES_PER_PERSON * len(people)
    ):  # fmt: skip
        return Refusal("address", max(at for _, at in failed) + QUARTER)
    if not people and recent.count() >= TOTAL_FAILURES:
        return Refusal("total", now + QUARTER)
    return None


def standing_of(attempt: Try) -> str:
    """Where a try stands in the line: known (its browser), stranger, or suspect: a stranger at an address
    nobody signed in from, while many strangers fail."""
    if attempt.device:
        return "known"
    now = timezone.now()
    if _failures_of_strangers(now).count() < PRESSED_FAILURES or _people_of(attempt.address, now):
        return "stranger"
    return "suspect"


def note(attempt: Try, *, succeeded: bool) -> None:
    """Keep a judged try."""
    SignInAttempt.objects.create(
        address=attempt.address, name=attempt.name, device=attempt.device, succeeded=succeeded
    )


def forget_old_attempts() -> None:
    """Drop what no limit counts any more; a chore of the job runner."""
    SignInAttempt.objects.filter(at__lt=timezone.now() - DAY).delete()


def forget_failures(username: str) -> None:
    """Lift the lockout of an account: after a new password and by the system administrator."""
    SignInAttempt.objects.filter(name=name_digest(username), succeeded=False).delete()


#: Hashings at the same time. Two leave the server's other threads to people at work; argon2 releases the
#: interpreter while it works. Of suspects one at a time, and none waits: a waiting try holds a thread.
_HASHING = threading.BoundedSemaphore(2)
_SUSPECTS = threading.BoundedSemaphore(1)
_WAIT_SECONDS = 5.0
#: how many may stand in line, by standing
_LINE = {"known": 64, "stranger": 16, "suspect": 2}
_line_lock = threading.Lock()
_waiting = 0


class TooBusyError(RuntimeError):
    """More people sign in than passwords can be checked: to be tried again in a moment."""


@contextmanager
def hashing(standing: str) -> Iterator[None]:
    """A place at the hashing for a try of this standing, waited for a short while; raises
    :class:`TooBusyError` instead of piling up."""
    with ExitStack() as places:
        if standing == "suspect":
            _take(places, _SUSPECTS, 0)
        with _in_line(_LINE[standing]):
            _take(places, _HASHING, _WAIT_SECONDS)
        yield


def _take(places: ExitStack, place: threading.Semaphore, seconds: float) -> None:
    if not place.acquire(timeout=seconds or None, blocking=bool(seconds)):
        raise TooBusyError
    places.callback(place.release)


@contextmanager
def _in_line(longest: int) -> Iterator[None]:
    global _waiting
    with _line_lock:
        if _waiting >= longest:
            raise TooBusyError
        _waiting += 1
    try:
        yield
    finally:
        with _line_lock:
            _waiting -= 1
