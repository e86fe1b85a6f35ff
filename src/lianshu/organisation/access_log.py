"""What happens at the door, in the audit log: sign-ins, failures, lockouts, sign-outs, refusals.

Bounded: of one person, or of one address without a person, the first few events of a minute are entries, and
all addresses together have their share; the rest is counted and becomes one entry when the minute is over. A
flood fills no log, and hides nobody's sign-in.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

from lianshu.core import audit
from lianshu.core.scope import SystemActor

from .models import Grant, Region, User

#: entries a minute of one address or person, and of all addresses together
EACH, ALL = 5, 60
_MINUTE = 60
VISITOR = SystemActor("未登录者")

_lock = threading.Lock()
_minute = 0
_written: Counter[str] = Counter()
#: (action, address) → how many events of the running minute have no entry of their own
_left_out: Counter[tuple[str, str]] = Counter()


def door(
    action: str, account: User | None, *, address: str, words: str, typed: str = "", by: Any = None
) -> None:
    """Record an event about an account, or about a login name that is none (``typed``; only its first signs
    are kept). ``by`` is who did it, by default somebody not signed in."""
    flush()
    # by kind of event, so that failures do not crowd out the lockout they end in
    keys = [f"{action} {address}", ""] if by is None else [f"{action} {by.pk}"]
    with _lock:
        full = _written[keys[0]] >= EACH or _written[""] >= ALL and by is None
        if full:
            _left_out[action, address] += 1
        else:
            _written.update(keys)
    if not full:
        who = account or _nobody(f"{typed[:2]}…（没有这个账号）" if typed else "登录页")
        audit.record(by or VISITOR, action, who, note=f"{words}，地址 {address}")


def flush() -> None:
    """Write the counts of a minute that is over; cheap when there are none."""
    global _minute
    now = int(time.time()) // _MINUTE
    if now == _minute:
        return
    with _lock:
        if now == _minute:
            return
        _minute = now
        _written.clear()
        counts = _left_out.copy()
        _left_out.clear()
    # one entry an action, naming the busiest addresses: thousands of addresses are still a handful of lines
    for action in sorted({action for action, _ in counts}):
        rows = Counter({address: number for (name, address), number in counts.items() if name == action})
        busiest = "、".join(f"{address} {number} 次" for address, number in rows.most_common(5))
        audit.record(
            VISITOR, action, _nobody("登录页"),
            note=f"一分钟内另有 {sum(rows.values())} 次未逐条记录，来自 {len(rows)} 个地址：{busiest}",
        )  # fmt: skip


def _nobody(label: str) -> User:
    """A stand-in for "no account" that the log files at the top, where some auditor reads it."""
    someone = User(pk=0, name=label)
    grants = Grant.objects.filter(Grant.in_force(), role="audit_admin").select_related("region")
    top = min(
        (grant.region for grant in grants), key=lambda region: (len(region.path), region.path), default=None
    )
    someone.region = top or Region.objects.order_by("path").first()
    return someone
