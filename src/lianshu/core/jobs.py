"""Long work as rows (:class:`~lianshu.core.models.Job`): started from a page, followed on screen.

A room registers a function per kind and starts it::

    @register_job("plan.read", retry=True)
    def read_plan(job: Job, report: Report) -> dict:
        ...                       # long computing; report(40, "识别条目") now and then
        with transaction.atomic():
            ...                   # all writing in one transaction
            report.finish({"url": plan.get_absolute_url(), "words": "识别出 120 条"})
        return {}

    job = start_job(request.user, "plan.read", title="识别《…方案》", input={"document": 7})
    return redirect("job", job.pk)          # or include core/job_progress.html in the own page

``report.finish`` inside the transaction makes the result and the state of the job one commit: a process
killed at any moment leaves either everything or nothing. A job whose process was killed is found by
:func:`recover` (at the start of a process, and by whoever looks at it) and run again if its kind says
``retry``, else failed with a sentence.

On SQLite jobs run in daemon threads of the web process; on PostgreSQL :func:`work` runs them in
``lianshu work`` processes. With ``LIANSHU_JOBS_EAGER`` (tests) they run at once inside :func:`start_job`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from .errors import LianshuError
from .models import Job
from .notices import notify

log = logging.getLogger("lianshu.jobs")

THREADS = 2
#: a running job whose owner on another machine has not moved for so long is taken for dead
SILENCE = dt.timedelta(minutes=2)
#: work shorter than this was surely watched to its end: no notice
NOTICE_AFTER = dt.timedelta(seconds=8)
_ATTEMPTS = 2
_BROKEN = "处理被中断（系统重启或进程被终止），没有写入任何数据。请重新发起。"
_FAILED = "处理时系统出错，没有写入任何数据。请重试；再次出现时把这条任务告诉系统管理员。"


class JobCancelledError(Exception):
    """Raised by ``report`` in a job whose stop was asked: the open transaction rolls back."""


@dataclass(frozen=True, slots=True)
class _Kind:
    run: Callable[[Job, Report], dict[str, Any] | None]
    retry: bool


_KINDS: dict[str, _Kind] = {}


def register_job(kind: str, *, retry: bool = False) -> Callable:
    """Register ``(job, report) -> result`` for a kind. ``retry``: may be run again after a killed process."""

    def add(run: Callable[[Job, Report], dict[str, Any] | None]) -> Callable:
        _KINDS[kind] = _Kind(run, retry)
        return run

    return add


class Report:
    """Tells how far a job is; given to every job function.

    Progress goes to a small file on SQLite, where a job's open write transaction would keep any other
    connection from writing, and to the row on PostgreSQL.
    """

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
        _write_progress(self.job, *state)
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise JobCancelledError

    def finish(self, result: dict[str, Any] | None = None) -> None:
        """Call last inside the transaction that writes: result and state become one commit with it."""
        _end(self.job, Job.Status.DONE, result=result or {})


def start_job(user: Any, kind: str, *, title: str, input: dict[str, Any] | None = None) -> Job:
    """Ask for a job; it starts after the surrounding transaction commits. ``input`` must be JSON."""
    if kind not in _KINDS:
        raise KeyError(f"no job kind {kind!r} is registered")
    asked_by = user if getattr(user, "pk", None) else None
    job = Job.objects.create(kind=kind, title=title[:200], input=input or {}, asked_by=asked_by)
    if getattr(settings, "LIANSHU_JOBS_EAGER", False):
        run(job.pk)
        job.refresh_from_db()
    elif settings.LIANSHU_JOBS_IN_PROCESS:
        transaction.on_commit(lambda: _pool.put(job.pk))
    return job


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


def job_cancel(user: Any, job: Job) -> Job:
    """Stop a job: at once while it waits, at its next report while it runs."""
    waiting = Job.objects.filter(pk=job.pk, status=Job.Status.WAITING)
    if not waiting.update(status=Job.Status.CANCELLED, ended_at=timezone.now()) and not Job.objects.filter(
        pk=job.pk, status=Job.Status.RUNNING
    ).update(cancel_asked=True):
        job.refresh_from_db()
        raise LianshuError("E3001", what=job.title, state=job.get_status_display(), action="停止")
    job.refresh_from_db()
    return job


@transaction.atomic
def claim(pk: Any = None) -> Job | None:
    """Take one waiting job (the oldest, or ``pk``): it is running and ours from here. None without work."""
    rows = Job.objects.filter(status=Job.Status.WAITING).order_by("asked_at")
    if pk is not None:
        rows = rows.filter(pk=pk)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    job = rows.first()
    if job is None:
        return None
    now = timezone.now()
    mine = Job.objects.filter(pk=job.pk, status=Job.Status.WAITING).update(
        status=Job.Status.RUNNING,
        started_at=now,
        beat=now,
        owner_process=_process_name(),
        progress=0,
        attempts=F("attempts") + 1,
    )
    return Job.objects.select_related("asked_by").get(pk=job.pk) if mine else None


def run(pk: Any) -> bool:
    """Claim and run one waiting job; False when somebody else was first. Never raises the job's error."""
    job = claim(pk)
    if job is not None:
        _execute(job)
    return job is not None


def _execute(job: Job) -> None:
    beat = None if connection.vendor == "sqlite" else _Beat(job)
    try:
        result = _KINDS[job.kind].run(job, Report(job))
        _end(job, Job.Status.DONE, result=result or {})
    except JobCancelledError:
        _end(job, Job.Status.CANCELLED, error="已按要求停止，没有写入任何数据。")
    except LianshuError as refusal:
        _end(job, Job.Status.FAILED, error=str(refusal), problems=[text for _, text in refusal.problems])
    except Exception:
        log.exception("job %s (%s) failed", job.pk, job.kind)
        _end(job, Job.Status.FAILED, error=_FAILED)
    finally:
        if beat is not None:
            beat.stop()
        progress_path(job.pk).unlink(missing_ok=True)
    _tell(job.pk)


def _end(
    job: Job,
    status: str,
    *,
    result: dict[str, Any] | None = None,
    error: str = "",
    problems: list[str] | None = None,
) -> bool:
    """Compare-and-set from running; a job that finished inside its own transaction is left alone.
    ``problems`` are a refusal's sentences, kept apart so that the page shows them as a list."""
    values: dict[str, Any] = {"status": status, "ended_at": timezone.now(), "error": error, "step": ""}
    if result is not None:
        values |= {"result": result, "progress": 100}
    elif problems:
        values["result"] = {"problems": problems}
    return bool(Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).update(**values))


def _tell(pk: Any) -> None:
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


# --- progress


def progress_path(pk: Any) -> Path:
    """The file of a running job's progress on SQLite."""
    return Path(settings.HOME) / "jobs" / f"{pk}.json"


def _write_progress(job: Job, percent: int, step: str) -> None:
    if connection.vendor != "sqlite":
        # written by the beat thread's own connection: visible while the job's transaction is open
        _beats[str(job.pk)] = (percent, step)
        return
    path = progress_path(job.pk)
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(f".{threading.get_ident()}")
    temporary.write_text(json.dumps([percent, step]), "utf-8")
    temporary.replace(path)


def with_progress(job: Job) -> Job:
    """The row with the progress of this moment; a job whose process was killed is recovered first."""
    if job.status == Job.Status.RUNNING:
        if not _alive(job):
            recover()
            job.refresh_from_db()
            if job.status == Job.Status.WAITING and settings.LIANSHU_JOBS_IN_PROCESS:
                _pool.put(job.pk)
        else:
            with contextlib.suppress(FileNotFoundError, ValueError):
                job.progress, job.step = json.loads(progress_path(job.pk).read_text("utf-8"))
    return job


def seconds_left(job: Job) -> float | None:
    """Seconds the job will still take at its pace so far; None while that is anybody's guess."""
    if job.status != Job.Status.RUNNING or job.started_at is None or job.progress < 3:
        return None
    elapsed = (timezone.now() - job.started_at).total_seconds()
    return elapsed * (100 - job.progress) / job.progress if elapsed > 2 else None


_beats: dict[str, tuple[int, str]] = {}


class _Beat(threading.Thread):
    """Writes progress and a sign of life once a second with a connection of its own (PostgreSQL)."""

    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True, name=f"beat-{job.pk}")
        self.job = job
        self._stop_asked = threading.Event()
        self.start()

    def run(self) -> None:
        try:
            while not self._stop_asked.wait(1.0):
                percent, step = _beats.get(str(self.job.pk), (0, ""))
                Job.objects.filter(pk=self.job.pk, status=Job.Status.RUNNING).update(
                    beat=timezone.now(), progress=percent, step=step
                )
        finally:
            connection.close()

    def stop(self) -> None:
        self._stop_asked.set()
        self.join()
        _beats.pop(str(self.job.pk), None)


# --- who runs what, and what killed processes left behind


def _started(pid: int) -> str:
    """When a process of this machine started (kernel ticks); "" if there is none. Tells reused numbers apart."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def _process_name() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{_started(os.getpid())}"


def _alive(job: Job) -> bool:
    host, _, rest = job.owner_process.partition(":")
    if host == socket.gethostname()[:40]:
        pid, _, started = rest.partition(":")
        return _started(int(pid)) == started if pid else False
    return job.beat is not None and timezone.now() - job.beat < SILENCE


def recover() -> int:
    """Fail running jobs whose process is gone, or let them wait for another try. Returns how many."""
    found = 0
    for job in Job.objects.filter(status=Job.Status.RUNNING):
        if _alive(job):
            continue
        kind = _KINDS.get(job.kind)
        again = kind is not None and kind.retry and job.attempts < _ATTEMPTS and not job.cancel_asked
        values: dict[str, Any] = (
            {"status": Job.Status.WAITING, "started_at": None, "owner_process": "", "progress": 0}
            if again
            else {"status": Job.Status.FAILED, "ended_at": timezone.now(), "error": _BROKEN}
        )
        same = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, owner_process=job.owner_process)
        if same.update(**values):
            found += 1
            progress_path(job.pk).unlink(missing_ok=True)
            if not again:
                _tell(job.pk)
    return found


def take_up() -> int:
    """At the start of a web process on SQLite: recover, then run what waits. Returns how many wait."""
    recover()
    waiting = list(
        Job.objects.filter(status=Job.Status.WAITING).order_by("asked_at").values_list("pk", flat=True)
    )
    for pk in waiting:
        _pool.put(pk)
    return len(waiting)


class _Pool:
    """A few daemon threads: a stopping server does not wait for them, :func:`recover` takes up what they held."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def put(self, pk: Any) -> None:
        with self._lock:
            # threads do not survive a fork: count the living ones
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            while len(self._threads) < THREADS:
                thread = threading.Thread(target=self._loop, daemon=True, name="lianshu-job")
                thread.start()
                self._threads.append(thread)
        self._queue.put(pk)

    def _loop(self) -> None:
        while True:
            pk = self._queue.get()
            try:
                run(pk)
            except Exception:
                log.exception("job %s could not be run", pk)
            finally:
                connection.close()


_pool = _Pool()


def work(stop: threading.Event, *, pause: float = 1.0) -> int:
    """The loop of ``lianshu work``: run waiting jobs until ``stop`` is set; returns how many were run."""
    done = 0
    swept = 0.0
    while not stop.is_set():
        if time.monotonic() - swept > SILENCE.total_seconds():
            recover()
            swept = time.monotonic()
        job = claim()
        if job is None:
            stop.wait(pause)
            continue
        _execute(job)
        done += 1
    return done
