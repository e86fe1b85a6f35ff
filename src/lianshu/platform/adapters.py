"""What the checks ask other rooms, in one place.

Each function stands for one question; when a room answers it itself, only the body here changes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from lianshu.core import audit, audit_anchor, jobs
from lianshu.core.models import Job, Setting

_LATE = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class JobsState:
    """How many jobs wait, run, wait too long, or say they run while their process is gone."""

    waiting: int
    running: int
    late: int
    dead: int


def jobs_state() -> JobsState:
    """How background work stands."""
    rows = list(Job.objects.filter(status__in=(Job.Status.WAITING, Job.Status.RUNNING)))
    running = [job for job in rows if job.status == Job.Status.RUNNING]
    waiting = [job for job in rows if job.status == Job.Status.WAITING]
    late = sum(timezone.now() - job.asked_at > _LATE for job in waiting)
    return JobsState(len(waiting), len(running), late, sum(not jobs._alive(job) for job in running))


def runner_alive() -> bool | None:
    """Whether a process takes up jobs; None where nobody can tell."""
    if not settings.LIANSHU_JOBS_IN_PROCESS:
        return None
    from . import home_lock

    return home_lock.held(settings.HOME)


def audit_problems() -> list[str]:
    """What is wrong with the audit log's guards, key and checkpoints, in sentences; empty when nothing is."""
    return audit_anchor.problems()


def last_verification() -> tuple[dt.datetime, bool] | None:
    """(when, whether all was well) of the last verification of the audit log; None for never."""
    row = Setting.objects.filter(key=audit.VERIFIED).first()
    if row is None:
        return None
    return dt.datetime.fromisoformat(row.value["at"]), row.value.get("state") != audit.State.BROKEN
