"""Bringing an installation up: database, static files, server."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

#: Keys of `lianshu status --json`, in order.
COUNTED = (
    "regions", "plans", "chains", "targets", "tasks", "duties", "projects", "enterprises", "matters",
    "observations", "users",
)  # fmt: skip


def _setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
    import django

    django.setup()


@contextlib.contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Two processes started together must not migrate together."""
    with (home / "setup.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(*, static: bool = False) -> None:
    """Bring the database (and the static files) to this version of the code. Safe to call at every start.

    Static files are collected anew only when the stamp of their sources has changed.
    """
    _setup()
    from django.conf import settings
    from django.core.management import call_command

    with _one_at_a_time(settings.HOME):
        call_command("migrate", verbosity=0, interactive=False)
        if static:
            _collect_static(settings.HOME)
    from lianshu.core import jobs
    from lianshu.obligations.services import build_once

    build_once()
    jobs.recover()


def _collect_static(home: Path) -> None:
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    stamp = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            stamp.append([path, Path(storage.path(path)).stat().st_mtime_ns])
    text = json.dumps(sorted(stamp))
    mark = home / "static.stamp"
    if mark.exists() and mark.read_text("utf-8") == text and (home / "static").is_dir():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(text, "utf-8")


def counts() -> dict[str, int]:
    """Rows by kind; zeros for an installation that was never set up."""
    _setup()
    from django.db import connection
    from django.db.utils import DatabaseError

    from lianshu.core.registries import registry

    found = dict.fromkeys(COUNTED, 0)
    try:
        tables = set(connection.introspection.table_names())
    except DatabaseError:
        return found
    if "django_migrations" not in tables:
        return found
    for key, count in registry.counts.items():
        try:
            found[key] = count()
        except DatabaseError:
            # a room added after this installation was last started: nothing there yet
            connection.close()
    return {key: found[key] for key in (*COUNTED, *(extra for extra in found if extra not in COUNTED))}


def serve(host: str, port: int, workers: int | None = None) -> NoReturn:
    """Serve the platform until stopped."""
    from django.conf import settings
    from django.db import connection

    connection.close()
    if workers is None:
        workers = 1 if settings.LIANSHU_JOBS_IN_PROCESS else 2
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--no-access-log", "--log-level", "warning",
        "lianshu.platform.wsgi:application",
    ]  # fmt: skip
    # the server takes this process's place, so that a signal to it stops the server itself
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606 - fixed command
