"""A job from the wish to its end: asked for, taken, run, ended, told."""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from lianshu.core.errors import LianshuError
from lianshu.core.models import Job
from lianshu.core.notices import notify
from lianshu.core.processes import process_name

from . import limits, progress
from .kinds import FAILED, KINDS, MEMORY, STOPPED, JobCancelledError

log = logging.getLogger("lianshu.jobs")

#: work shorter than this was surely watched to its end: no notice
NOTICE_AFTER = dt.timedelta(seconds=8)


class Report:
    """Tells how far a job is; given to every job function."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._next = 0.0
        self._last: tuple[int, str] = (0, "")

    def __call__(self, percent: float, step: str = "") -> None:
        """Set progress (0..100) and the step in words; raises JobCancelledError when a stop was asked."""
        state = (max(0, min(99, int(percent))), step or self._last[1])
        now = time.monotonic()
        if state == self._last or now < self._next:
            return
        self._last, self._next = state, now + 0.4
        progress.write_progress(self.job, *state)
        if progress.stop_asked(self.job.pk):
            raise JobCancelledError

    def finish(self, result: dict[str, Any] | None = None) -> None:
        """Call last inside the transaction that writes: result and state become one commit with it.

        Raises JobCancelledError when the job is no longer this process's own (given up, or taken by another):
        what was written rolls back.
        """
        if not end(self.job, Job.Status.DONE, result=result or {}):
            raise JobCancelledError


def start_job(user: Any, kind: str, *, title: str, input: dict[str, Any] | None = None) -> Job:
    """Ask for a job; a runner takes it once the surrounding transaction is committed. ``input`` must be JSON."""
    if kind not in KINDS:
        raise KeyError(f"no job kind {kind!r} is registered")
    asked_by = user if getattr(user, "pk", None) else None
    job = Job.objects.create(kind=kind, title=title[:200], input=input or {}, asked_by=asked_by)
    if getattr(settings, "LIANSHU_JOBS_EAGER", False):
        run(job.pk)
        job.refresh_from_db()
    return job


def job_cancel(user: Any, job: Job) -> Job:
    """Stop a job: at once while it waits; while it runs, its runner ends it within seconds."""
    # a running job is told without writing: its own transaction may keep everybody from it
    if not progress.ask_to_stop(job.pk) and not _withdraw(job):
        job.refresh_from_db()
        raise LianshuError("E3001", what=job.title, state=job.get_status_display(), action="停止")
    job.refresh_from_db()
    return job


@transaction.atomic
def _withdraw(job: Job) -> bool:
    rows = Job.objects.filter(pk=job.pk, status=Job.Status.WAITING)
    if not rows.update(status=Job.Status.CANCELLED, ended_at=timezone.now(), error=STOPPED):
        # taken just now
        return progress.ask_to_stop(job.pk)
    put_back(job.pk)
    return True


def claim(pk: Any = None) -> Job | None:
    """Take one waiting job (the oldest, or ``pk``): it is running and ours from here. None without work."""
    rows = Job.objects.filter(status=Job.Status.WAITING).order_by("asked_at")
    if pk is not None:
        rows = rows.filter(pk=pk)
    if not rows.exists():
        # looked for without a transaction, which on SQLite would wait for a running job's
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        job = rows.first()
        now = timezone.now()
        mine = job is not None and Job.objects.filter(pk=job.pk, status=Job.Status.WAITING).update(
            status=Job.Status.RUNNING,
            started_at=now,
            beat=now,
            owner_process=process_name(),
            progress=0,
            attempts=F("attempts") + 1,
        )
    if not mine:
        return None
    progress.clear(job.pk)
    return Job.objects.select_related("asked_by").get(pk=job.pk)


def run(pk: Any) -> bool:
    """Claim and run one waiting job in this process; False when somebody else was first. Never raises the
    job's error."""
    job = claim(pk)
    if job is not None:
        execute(job)
    return job is not None


def execute(job: Job) -> None:
    """Run a claimed job to its end, whatever that is."""
    beat = None if connection.vendor == "sqlite" else progress.Beat(job)
    starved = False
    try:
        result = KINDS[job.kind].run(job, Report(job))
        end(job, Job.Status.DONE, result=result or {})
    except JobCancelledError:
        end(job, Job.Status.CANCELLED, error=STOPPED)
    except LianshuError as refusal:
        end(job, Job.Status.FAILED, error=str(refusal), problems=[text for _, text in refusal.problems])
    except MemoryError:
        # ended below, when what the job held is free again
        starved = True
    except Exception:
        log.exception("job %s (%s) failed", job.pk, job.kind)
        end(job, Job.Status.FAILED, error=FAILED)
    finally:
        if beat is not None:
            beat.stop()
    if starved:
        limits.lift_memory()
        log.error("job %s (%s) asked for more memory than it may have", job.pk, job.kind)
        end(job, Job.Status.FAILED, error=MEMORY)
    progress.clear(job.pk)
    tell(job.pk)


def end(
    job: Job,
    status: str,
    *,
    result: dict[str, Any] | None = None,
    error: str = "",
    problems: list[str] | None = None,
) -> bool:
    """Compare-and-set from running in the process that took it; a job that finished inside its own transaction,
    or is another's by now, is left alone. ``problems`` are a refusal's sentences, kept apart so that the page
    shows them as a list. Without a result the job's record is put back in the same transaction."""
    values: dict[str, Any] = {"status": status, "ended_at": timezone.now(), "error": error, "step": ""}
    if result is not None:
        values |= {"result": result, "progress": 100}
    elif problems:
        values["result"] = {"problems": problems}
    with transaction.atomic():
        ended = bool(_own(job).update(**values))
        if ended and status != Job.Status.DONE:
            put_back(job.pk)
    return ended


def wait_again(job: Job, *, counted: bool) -> bool:
    """Let a job that was broken off wait for another try; ``counted``: the broken one counts as a try."""
    attempts = job.attempts if counted else max(0, job.attempts - 1)
    return bool(
        _own(job).update(
            status=Job.Status.WAITING, started_at=None, owner_process="", progress=0, attempts=attempts
        )
    )


def _own(job: Job) -> Any:
    return Job.objects.filter(
        pk=job.pk, status=Job.Status.RUNNING, owner_process=job.owner_process, attempts=job.attempts
    )


def put_back(pk: Any) -> None:
    """Have the job's room return its record to a state in which a person can go on."""
    job = Job.objects.select_related("asked_by").get(pk=pk)
    kind = KINDS.get(job.kind)
    if kind is None or kind.given_up is None:
        return
    try:
        with transaction.atomic():
            kind.given_up(job)
    except Exception:
        # the job must end all the same
        log.exception("the record of job %s (%s) could not be put back", job.pk, job.kind)


def tell(pk: Any) -> None:
    """A notice to who asked, of work that took so long that nobody watched it to its end."""
    job = Job.objects.select_related("asked_by").get(pk=pk)
    if job.asked_by is None or job.ended_at is None or job.started_at is None:
        return
    if job.ended_at - job.asked_at < NOTICE_AFTER:
        return
    light = "green" if job.status == Job.Status.DONE else "red"
    notify(
        [job.asked_by],
        title=f"{job.title}：{job.get_status_display()}",
        url=reverse("job", args=[job.pk]),
        light=light,
        key=f"job:{job.pk}:{job.attempts}",
    )
