"""Thousands of odd requests: every parameter and field of every address, by every role, in this process.

    .venv/bin/python bench/attack/values.py [--count 10000] [--seed 1]
    scripts/with-postgres .venv/bin/python bench/attack/values.py        # the same on PostgreSQL

The rows are those of the tests' factories, every request is taken back. The requests are asked by child processes
under a limit of memory and watched by this one: a request that takes more than ten seconds or a gigabyte ends its
child and is named. Prints the failing requests with their numbers (``seed:number`` asks the same again) and closes with
one line; exit code 1 on any failure.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

SECONDS, MEGABYTES = 10.0, 1024.0
_PART = 500


def prepared() -> None:
    """Django with a data folder of its own, plain files, quick passwords, jobs at once."""
    os.environ["LIANSHU_HOME"] = tempfile.mkdtemp(prefix="lianshu-odd-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "lianshu.platform.settings"
    import logging

    import django
    from django.conf import settings

    (Path(os.environ["LIANSHU_HOME"]) / "static").mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LIANSHU_JOBS_EAGER = True
    settings.ALLOWED_HOSTS = ["*"]
    django.setup()
    logging.disable(logging.CRITICAL)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    # read once here: children are forked from what stands now, whatever happens to the files meanwhile
    import tests.attack.odd_requests  # noqa: F401
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    for path in sorted((ROOT / "tests").glob("*/url_cases.py")):
        importlib.import_module(f"tests.{path.parent.name}.url_cases")


def resident() -> float:
    """Megabytes this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1024 / 1024


def part(seed: int, first: int, last: int, out: int) -> None:
    """Ask the requests ``first`` to ``last``; tells on ``out`` before each one and what went wrong after it."""
    from django.db import connection, transaction
    from tests.attack.odd_requests import Campaign, Raised, asked
    from tests.factories import World

    def tell(kind: str, text: str = "") -> None:
        os.write(out, f"{kind}\t{text}\n".encode("utf-8", "replace"))

    with transaction.atomic(), Raised() as raised:
        campaign = Campaign(World.build(), seed)
        for number in range(first, last):
            ask = campaign.ask(number)
            tell("ask", str(ask))
            raised.clear()
            started, before = time.monotonic(), resident()
            answer = asked(campaign.clients[ask.role], ask)
            if answer.status_code >= 500 or raised:
                tell("broken", f"{answer.status_code} {raised} {ask}")
            if time.monotonic() - started > SECONDS:
                tell("slow", str(ask))
            if resident() - before > MEGABYTES:
                tell("large", str(ask))
            tell("status", str(answer.status_code))
        transaction.set_rollback(True)
    connection.close()


def watched(seed: int, first: int, last: int) -> tuple[Counter[str], list[str], int]:
    """A part in a child: (counts, what failed, the number to go on with)."""
    import resource
    import select

    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        limit = int((MEGABYTES * 3) * 1024 * 1024)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        code = 1
        try:
            part(seed, first, last, writer)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    counts: Counter[str] = Counter()
    failed, current, done, rest = [], "", first, b""
    while True:
        # setting up takes longer than any request may
        patience = 300.0 if not current else SECONDS * 3
        if not select.select([reader], [], [], patience)[0]:
            os.kill(child, 9)
            counts["slow"] += 1
            failed.append(f"slow (ended) {current}")
            done += 1
            break
        piece = os.read(reader, 65_536)
        if not piece:
            break
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            kind, _, text = line.decode(errors="replace").partition("\t")
            if kind == "ask":
                current = text
            elif kind == "status":
                counts[text[0] + "xx"] += 1
                done += 1
            else:
                counts[kind] += 1
                failed.append(f"{kind} {text}")
    os.close(reader)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status and not current:
        raise SystemExit(f"the rows could not be made: process ended with {status}")
    if status > 0 or (status < 0 and not failed):
        counts["large"] += 1
        failed.append(f"process ended ({status}) {current}")
        done += 1
    return counts, failed, done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    prepared()
    from django.db import connection

    connection.close()
    counts: Counter[str] = Counter()
    number, started = 0, time.monotonic()
    while number < given.count:
        found, failed, number = watched(given.seed, number, min(given.count, number + _PART))
        counts += found
        for one in failed:
            print(one[:1500], flush=True)
        print(f"{number:,} asked, {time.monotonic() - started:.0f} s: {dict(counts)}", flush=True)
    print(f"database: {connection.vendor}; answers by class: {dict(sorted(counts.items()))}")
    print(
        f"{given.count:,} odd requests: {counts['5xx'] + counts['broken']} HTTP 500, "
        f"{counts['slow']} over 10 s, {counts['large']} over 1 GB"
    )
    sys.exit(bool(counts["5xx"] or counts["broken"] or counts["slow"] or counts["large"]))


if __name__ == "__main__":
    main()
