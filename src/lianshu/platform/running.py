"""Bringing an installation up: database, static files, server."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn


def open_only() -> None:
    """Make the rooms known without touching the database: for commands that only look."""
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
    open_only()
    from django.conf import settings
    from django.core.management import call_command

    from lianshu.core import audit_anchor

    from . import home, home_lock, restoring, schema, upgrades

    home_lock.hold(settings.HOME)
    home.mend_rights(settings.HOME)
    with _one_at_a_time(settings.HOME):
        restoring.complete(settings.HOME)
        schema.refuse_newer()
        wrong = audit_anchor.before_migrations()
        call_command("migrate", verbosity=0, interactive=False)
        audit_anchor.at_start(wrong)
        upgrades.run()
        if static:
            _collect_static(settings.HOME)
    from lianshu.core import jobs

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


def ready() -> None:
    """For a part of a running server: the platform as the main process has prepared it."""
    open_only()


def serve(host: str, port: int, workers: int | None = None, *, held: socket.socket) -> NoReturn:
    """Serve the platform until stopped: a web server, and on SQLite the job runner beside it.

    ``held`` is the address as :func:`lianshu.platform.address.take` gave it; it is held to the end.
    """
    from django.db import connection

    from . import tls

    connection.close()
    own = connection.vendor == "sqlite"
    if workers is None:
        workers = 1 if own else 2
    web = [
        sys.executable, "-m", "lianshu.platform.web", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--workers-kill-timeout", "5",
        "--no-access-log", "--log-level", "warning", *tls.granian_arguments(),
        "lianshu.platform.wsgi:application",
    ]  # fmt: skip
    parts = [["网页服务", web]]
    if own:
        parts.append(["后台任务进程", [sys.executable, "-m", "lianshu.platform.runner"]])
    held.set_inheritable(True)
    # the supervisor takes this process's place: a signal to it stops the server, and it carries no Django
    sys.stdout.flush()
    command = [sys.executable, "-m", "lianshu.platform.supervisor", json.dumps(parts, ensure_ascii=False)]
    os.execv(sys.executable, command)  # noqa: S606 - fixed command
