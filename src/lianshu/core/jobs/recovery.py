"""Who runs what, and what killed processes left behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import Enum
from typing import Any

from django.utils import timezone

from lianshu.core.models import Job

from . import heartbeat, progress
from .heartbeat import alive
from .kinds import ATTEMPTS, BROKEN, CRASHED, DIED_TWICE, KINDS, STOPPED, limit_of, too_late
from .lifecycle import end, tell, wait_again

#: a job that waits longer than this is told whether anybody is there to take it
UNATTENDED = dt.timedelta(seconds=15)


class Ending(Enum):
    """How a job's process ended without ending its job."""

    STOPPED = "somebody pressed the button"
    LATE = "the limit of time"
    SHUTDOWN = "the runner was stopped in order"
    CRASHED = "it crashed"
    DIED = "it was killed, or the machine went down"


def settle(job: Job, ending: Ending) -> bool:
    """End a running job whose process is gone, or let it wait for another try; False when it had ended."""
    if _decide(job, ending):
        progress.clear(job.pk)
        tell(job.pk)
        return True
    return False


def _decide(job: Job, ending: Ending) -> bool:
    failed = Job.Status.FAILED
    if ending == Ending.STOPPED or progress.stop_asked(job.pk):
        return end(job, Job.Status.CANCELLED, error=STOPPED)
    if ending == Ending.LATE:
        return end(job, failed, error=too_late(limit_of(job.kind)))
    if ending == Ending.CRASHED:
        return end(job, failed, error=CRASHED)
    kind = KINDS.get(job.kind)
    if kind is None or not kind.retry:
        return end(job, failed, error=BROKEN)
    if ending == Ending.SHUTDOWN:
        return wait_again(job, counted=False)
    if job.attempts >= ATTEMPTS:
        return end(job, failed, error=DIED_TWICE)
    return wait_again(job, counted=True)


def recover() -> int:
    """Fail running jobs whose process is gone, or let them wait for another try. Returns how many."""
    return sum(
        settle(job, Ending.DIED) for job in Job.objects.filter(status=Job.Status.RUNNING) if not alive(job)
    )


def with_progress(job: Job) -> Job:
    """The row with the progress of this moment; a job whose process was killed is recovered first.

    ``job.unattended`` says of a waiting job that nobody is there to take it.
    """
    job.unattended = False
    if job.status == Job.Status.RUNNING:
        if alive(job):
            progress.read_progress(job)
        else:
            recover()
            job.refresh_from_db()
    if job.status == Job.Status.WAITING and timezone.now() - job.asked_at > UNATTENDED:
        job.unattended = not heartbeat.any_alive()
    return job


def seconds_left(job: Job) -> float | None:
    """Seconds the job will still take at its pace so far; None while that is anybody's guess."""
    if job.status != Job.Status.RUNNING or job.started_at is None or job.progress < 3:
        return None
    elapsed = (timezone.now() - job.started_at).total_seconds()
    return elapsed * (100 - job.progress) / job.progress if elapsed > 2 else None


def under_way(kinds: Iterable[str], **input: Any) -> Job | None:
    """The job of one of ``kinds`` that waits or runs with these values in its input, or None; one whose
    process was killed is recovered first. Ask it outside a transaction: a running job may hold the lock."""
    rows = Job.objects.filter(
        kind__in=list(kinds),
        status__in=(Job.Status.WAITING, Job.Status.RUNNING),
        **{f"input__{name}": value for name, value in input.items()},
    )
    found = (with_progress(job) for job in rows.select_related("asked_by"))
    return next((job for job in found if job.ended_at is None), None)
