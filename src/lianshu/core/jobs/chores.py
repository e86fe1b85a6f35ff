"""Small periodic work of the installation, done by the runner between the jobs::

    register_chore("sessions", dt.timedelta(days=1), clear_sessions)

When each was last begun stands in a setting, taken by compare-and-set: several runners do a chore once.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.utils import timezone

from lianshu.core.models import Setting

log = logging.getLogger("lianshu.jobs")
_KEY = "chore:"

CHORES: dict[str, tuple[dt.timedelta, Callable[[], object]]] = {}


def register_chore(name: str, every: dt.timedelta, run: Callable[[], object]) -> None:
    """Have ``run()`` done every so often by a runner, in a process of its own. ``name`` up to 50 letters."""
    CHORES[name] = (every, run)


def due() -> list[str]:
    """Names of the chores whose time has come; reads only."""
    rows = Setting.objects.filter(key__in=[f"{_KEY}{name}" for name in CHORES])
    begun = {row.key.removeprefix(_KEY): row.value for row in rows}
    now = timezone.now()
    return [
        name
        for name, (every, _) in CHORES.items()
        if name not in begun or now - dt.datetime.fromisoformat(begun[name]) >= every
    ]


def do(name: str) -> bool:
    """Do a chore that is due; False when another runner was first. Its error is logged, and it waits for its
    next time."""
    key, now = f"{_KEY}{name}", timezone.now().isoformat()
    row, made = Setting.objects.get_or_create(key=key, defaults={"value": now})
    if not made and not Setting.objects.filter(key=key, value=row.value).update(value=now):
        return False
    try:
        CHORES[name][1]()
    except Exception:
        log.exception("chore %s failed", name)
    return True
