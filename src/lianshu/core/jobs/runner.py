"""The runner: one process without threads that forks a process for every job.

A fork has the platform loaded already and shares its memory; what a job does to itself (holds the interpreter,
takes memory, crashes) it does to nobody else. The runner watches: the wish to stop, the limit of time, the
end. It never waits for the database: on SQLite a job's transaction may hold the write lock for minutes, so
what the runner cannot write at once it tries again at the next turn.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from lianshu.core import audit_anchor
from lianshu.core.models import Job
from lianshu.core.processes import die_with_parent, process_name

from . import chores, limits, progress
from .heartbeat import Heart
from .kinds import limit_of
from .lifecycle import claim, execute
from .recovery import Ending, recover, settle

log = logging.getLogger("lianshu.jobs")

#: jobs at a time
SLOTS = 2
#: seconds a job has to roll back before it is killed
GRACE = 3.0
#: seconds a chore may take
CHORE_SECONDS = 300.0
_TICK = 0.2
_BEAT = 5.0
_SWEEP = 30.0
#: seconds the runner waits for the write lock of SQLite, and those its jobs may
_IMPATIENT, _PATIENT = 0.2, 900.0


class _StoppedError(BaseException):
    """Raised by SIGTERM inside a job: whatever it holds open rolls back."""


@dataclass(slots=True)
class _Child:
    """A forked process: a job's, or (without a job) a chore's."""

    pid: int
    deadline: float
    job: Job | None = None
    chore: str = ""
    why: Ending | None = None
    kill_at: float = 0.0

    def ask_to_end(self, why: Ending) -> None:
        self.why, self.kill_at = why, time.monotonic() + GRACE
        _signal(self.pid, signal.SIGTERM)


def work(stop: Callable[[], bool]) -> int:
    """Run waiting jobs until ``stop()`` is true; returns how many were run. For a process of its own, without
    threads: it forks."""
    return _Runner().run(stop)


class _Runner:
    def __init__(self) -> None:
        self.children: list[_Child] = []
        self.unsettled: list[tuple[Job, Ending]] = []
        self.done = 0
        self._due: dict[str, float] = {}

    def run(self, stop: Callable[[], bool]) -> int:
        _wait_for_locks(_IMPATIENT)
        heart = Heart()
        # what is loaded stays shared with the forks
        gc.freeze()
        try:
            while not stop():
                self._turn(heart)
                time.sleep(_TICK)
            self._end_all()
        finally:
            heart.stop()
            connections.close_all()
            _wait_for_locks(_PATIENT)
        return self.done

    def _turn(self, heart: Heart) -> None:
        self._reap()
        self._watch()
        with _unless_locked():
            self._settle()
        if self._time_for("beat", _BEAT):
            with _unless_locked():
                heart.beat()
                self._beat_for_jobs()
        if self._time_for("sweep", _SWEEP):
            with _unless_locked():
                self._sweep()
            with _unless_locked():
                self._chores()
        with _unless_locked():
            self._take()

    def _time_for(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every
        return True

    def _take(self) -> None:
        while sum(child.job is not None for child in self.children) + len(self.unsettled) < SLOTS:
            job = claim()
            if job is None:
                return
            self.done += 1
            seconds = limit_of(job.kind)
            # where the fork fails, the next sweep finds the job without a process
            pid = _fork(lambda job=job, seconds=seconds: _do_job(job, seconds))
            self.children.append(_Child(pid, time.monotonic() + seconds, job=job))

    def _sweep(self) -> None:
        """What dead runners left, and what this one took without having a process for it."""
        recover()
        known = {child.job.pk for child in self.children if child.job is not None}
        known |= {job.pk for job, _ in self.unsettled}
        for job in Job.objects.filter(status=Job.Status.RUNNING, owner_process=process_name()):
            if job.pk not in known:
                settle(job, Ending.DIED)

    def _chores(self) -> None:
        busy = {child.chore for child in self.children}
        for name in chores.due():
            if name not in busy:
                pid = _fork(lambda name=name: chores.do(name))
                self.children.append(_Child(pid, time.monotonic() + CHORE_SECONDS, chore=name))

    def _reap(self) -> None:
        for child in list(self.children):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self.children.remove(child)
                code = os.waitstatus_to_exitcode(status)
                if child.job is not None and code != 0:
                    self.unsettled.append((child.job, child.why or _ending(code)))

    def _watch(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.why is not None:
                if now > child.kill_at:
                    _signal(child.pid, signal.SIGKILL)
            elif now > child.deadline:
                child.ask_to_end(Ending.LATE)
            elif child.job is not None and progress.stop_asked(child.job.pk):
                child.ask_to_end(Ending.STOPPED)

    def _settle(self) -> None:
        while self.unsettled:
            settle(*self.unsettled[0])
            self.unsettled.pop(0)

    def _beat_for_jobs(self) -> None:
        """A job that holds its interpreter gives no sign of life itself (PostgreSQL)."""
        if connection.vendor != "sqlite":
            keys = [child.job.pk for child in self.children if child.job is not None]
            Job.objects.filter(pk__in=keys, status=Job.Status.RUNNING).update(beat=timezone.now())

    def _end_all(self) -> None:
        """The runner stops: its jobs roll back, and wait for the next runner or say that they were broken off."""
        for child in self.children:
            if child.why is None:
                child.ask_to_end(Ending.SHUTDOWN)
        while self.children:
            time.sleep(_TICK)
            self._reap()
            self._watch()
        connections.close_all()
        _wait_for_locks(GRACE)
        with _unless_locked():
            self._settle()


def _ending(code: int) -> Ending:
    if code == -signal.SIGXCPU:
        return Ending.LATE
    return Ending.CRASHED if -code in limits.CRASHES else Ending.DIED


@contextlib.contextmanager
def _unless_locked() -> Any:
    """What the database refuses now (locked, restarting) is done at a later turn."""
    try:
        yield
    except (InterfaceError, OperationalError) as error:
        log.info("the runner tries again: %s", error)
        connections.close_all()


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_for_locks(seconds: float) -> None:
    """How long connections opened from now on wait for SQLite's write lock."""
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["timeout"] = seconds


def _fork(run: Callable[[], object]) -> int:
    """Run something in a forked process that dies with this one; returns its number."""
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    runner = os.getpid()
    pid = os.fork()
    if pid == 0:
        _in_child(runner, run)
    return pid


def _in_child(runner: int, run: Callable[[], object]) -> NoReturn:
    code = 70
    try:
        die_with_parent(runner)
        signal.signal(signal.SIGTERM, _stopped)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        limits.step_back()
        _wait_for_locks(_PATIENT)
        run()
        connections.close_all()
        code = 0
    except _StoppedError:
        code = 75
    except BaseException:
        log.exception("a job's process ended with an error")
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        with contextlib.suppress(Exception):
            # nothing registered for a process's end runs after this
            audit_anchor.flush()
        # never back into the runner's loop, whatever happened
        os._exit(code)


def _stopped(number: int, frame: object) -> NoReturn:
    raise _StoppedError


def _do_job(job: Job, seconds: float) -> None:
    limits.limit(megabytes=settings.LIANSHU_JOB_MEMORY, seconds=seconds + 60)
    execute(job)
