"""How far a running job is, and the wish to stop it.

On SQLite both go through small files: a job's open write transaction would keep any other connection from
writing. On PostgreSQL they are columns of the row.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from lianshu.core.models import Job


def folder() -> Path:
    """Where the files of running jobs stand."""
    path = Path(settings.HOME) / "jobs"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def progress_path(pk: Any) -> Path:
    """The file of a running job's progress on SQLite."""
    return folder() / f"{pk}.json"


def _stop_path(pk: Any) -> Path:
    return folder() / f"{pk}.stop"


def write_file(path: Path, value: Any) -> None:
    """Write JSON so that a reader finds the old or the new text, never a part."""
    temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    temporary.write_text(json.dumps(value), "utf-8")
    temporary.replace(path)


def write_progress(job: Job, percent: int, step: str) -> None:
    """Note how far a job is: 0..99 and the step in words."""
    if connection.vendor == "sqlite":
        write_file(progress_path(job.pk), [percent, step])
    else:
        # written by the beat thread's own connection: visible while the job's transaction is open
        _latest[str(job.pk)] = (percent, step)


def read_progress(job: Job) -> None:
    """Put the progress and the wish to stop of this moment on the row (in memory)."""
    if connection.vendor == "sqlite":
        with contextlib.suppress(FileNotFoundError, ValueError):
            job.progress, job.step = json.loads(progress_path(job.pk).read_text("utf-8"))
    job.cancel_asked = stop_asked(job.pk)


def ask_to_stop(pk: Any) -> bool:
    """Note that a running job shall stop; False when it runs no more."""
    rows = Job.objects.filter(pk=pk, status=Job.Status.RUNNING)
    if connection.vendor != "sqlite":
        return bool(rows.update(cancel_asked=True))
    if not rows.exists():
        return False
    _stop_path(pk).touch()
    return True


def stop_asked(pk: Any) -> bool:
    """Whether somebody asked for a running job's end."""
    if connection.vendor == "sqlite":
        return _stop_path(pk).exists()
    return Job.objects.filter(pk=pk, cancel_asked=True).exists()


def clear(pk: Any) -> None:
    """Forget the files of a job that runs no more."""
    for path in (progress_path(pk), _stop_path(pk)):
        path.unlink(missing_ok=True)


_latest: dict[str, tuple[int, str]] = {}


class Beat(threading.Thread):
    """Writes progress and a sign of life once a second with a connection of its own (PostgreSQL)."""

    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True, name=f"beat-{job.pk}")
        self.job = job
        self._stop_asked = threading.Event()
        self.start()

    def run(self) -> None:
        try:
            while not self._stop_asked.wait(1.0):
                percent, step = _latest.get(str(self.job.pk), (0, ""))
                Job.objects.filter(pk=self.job.pk, status=Job.Status.RUNNING).update(
                    beat=timezone.now(), progress=percent, step=step
                )
        finally:
            connection.close()

    def stop(self) -> None:
        self._stop_asked.set()
        self.join()
        _latest.pop(str(self.job.pk), None)
