"""Signs of life of the runners: who may take a waiting job, and what an operator should know of the jobs.

A file per runner on SQLite, where a job's transaction may keep the runner from writing; a row on PostgreSQL,
whose runners may be other machines.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from lianshu.core.models import Job, Setting
from lianshu.core.processes import lives, process_name

from . import progress
from .kinds import limit_of

#: a runner that has not given a sign for so long is gone, or stuck
SILENT_AFTER = dt.timedelta(seconds=60)
#: a running job whose owner on another machine has not moved for so long is taken for dead
SILENCE = dt.timedelta(minutes=2)
#: a job that waits longer than this is late
LATE_AFTER = dt.timedelta(minutes=10)
_KEY = "runner:"


@dataclass(frozen=True, slots=True)
class RunnerState:
    """What `lianshu check` and the operator's page say of the jobs.

    ``alive`` whether a runner is there, ``since`` when it started; ``running``, ``waiting`` jobs; ``dead_jobs``
    are marked as running while their process is gone; ``late_jobs`` wait too long or run beyond their limit.
    """

    alive: bool
    since: dt.datetime | None
    running: int
    waiting: int
    dead_jobs: int
    late_jobs: int


class Heart:
    """This runner's sign of life."""

    def __init__(self) -> None:
        self.name = process_name()
        self.since = timezone.now().isoformat()
        self.path = progress.folder() / f"runner-{self.name.split(':')[1]}.json"
        self.key = f"{_KEY}{self.name}"[:60]
        for value, forget in _beats():
            if not _fresh(value):
                forget()

    def beat(self) -> None:
        """Say that this runner lives."""
        value = {"process": self.name, "since": self.since, "at": timezone.now().isoformat()}
        if connection.vendor == "sqlite":
            progress.write_file(self.path, value)
        else:
            Setting.objects.update_or_create(key=self.key, defaults={"value": value})

    def stop(self) -> None:
        """This runner ends in order."""
        if connection.vendor == "sqlite":
            self.path.unlink(missing_ok=True)
        else:
            Setting.objects.filter(key=self.key).delete()


def _beats() -> list[tuple[dict[str, Any], Any]]:
    """Every runner's last sign with what forgets it."""
    if connection.vendor != "sqlite":
        rows = Setting.objects.filter(key__startswith=_KEY)
        return [(row.value, row.delete) for row in rows]
    found = []
    for path in progress.folder().glob("runner-*.json"):
        with contextlib.suppress(OSError, ValueError):
            found.append((json.loads(path.read_text("utf-8")), path.unlink))
    return found


def _fresh(value: dict[str, Any]) -> bool:
    recent = timezone.now() - dt.datetime.fromisoformat(value["at"]) < SILENT_AFTER
    return recent and lives(value["process"]) is not False


def alive(job: Job) -> bool:
    """Whether the process that took a running job is still there."""
    here = lives(job.owner_process)
    if here is not None:
        return here
    return job.beat is not None and timezone.now() - job.beat < SILENCE


def any_alive() -> bool:
    """Whether some runner is there to take what waits."""
    return any(_fresh(value) for value, _ in _beats())


def runner_state() -> RunnerState:
    """How the runners and the jobs stand now; reads only."""
    beats = [value for value, _ in _beats() if _fresh(value)]
    now = timezone.now()
    rows = list(Job.objects.filter(status__in=(Job.Status.WAITING, Job.Status.RUNNING)))
    running = [job for job in rows if job.status == Job.Status.RUNNING]
    waiting = [job for job in rows if job.status == Job.Status.WAITING]
    dead = [job for job in running if not alive(job)]
    beyond = [
        job for job in running
        if job not in dead and job.started_at and (now - job.started_at).total_seconds() > limit_of(job.kind) + 60
    ]  # fmt: skip
    late = [job for job in waiting if now - job.asked_at > LATE_AFTER]
    since = min((dt.datetime.fromisoformat(value["since"]) for value in beats), default=None)
    return RunnerState(bool(beats), since, len(running), len(waiting), len(dead), len(late) + len(beyond))
