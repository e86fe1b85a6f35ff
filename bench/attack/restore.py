"""Restores that must not lose or lie: wrong archives, a running server, kill -9 in the middle.

    python bench/attack/restore.py [--kills 20] [--port 8150]

Every case runs the real command on a data folder with ``--force``. A wrong archive must be refused with exit
status 2, a sentence with its reason, no traceback, and every byte of the data folder as it was; the right one must
bring every row back. A restore killed at any moment must leave, after the next command, either the old or the
new data whole. Exit status 1 when anything else happened.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

#: what starts and locks leave in a data folder; it is no data
_NO_DATA = ("-wal", "-shm", ".lock", ".stamp")


def _archives():
    spec = importlib.util.spec_from_file_location("attack_archives", Path(__file__).with_name("archives.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def lianshu(home: Path, *args: str, timeout: float = 300) -> subprocess.CompletedProcess:
    """Run one command on a data folder."""
    return subprocess.run(
        command(*args), env=environment(home), capture_output=True, text=True, check=False, timeout=timeout
    )


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "lianshu.cli", *args]


def environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "LIANSHU_DATABASE_URL"}
    return {**kept, "LIANSHU_HOME": str(home)}


def state(home: Path) -> dict[str, str]:
    """Digest of everything that counts in a data folder: the rows of the database, key and files."""
    found = {}
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        if path.is_file() and not name.endswith(_NO_DATA) and not name.startswith(("static", "before-")):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    database = home / "lianshu.sqlite3"
    if database.exists():
        found[database.name] = rows(database)
    return found


def rows(database: Path) -> str:
    """Digest of all rows of a database file, its settings aside."""
    connection = sqlite3.connect(database)
    text = hashlib.sha256()
    try:
        for line in connection.iterdump():
            # the runner's sign of life is written every few seconds while a server is up
            if not line.startswith('INSERT INTO "core_setting"'):
                text.update(line.encode())
    finally:
        connection.close()
    return text.hexdigest()


def demo_accounts(home: Path) -> dict[str, str]:
    """User name → password of the demonstration's accounts."""
    connection = sqlite3.connect(home / "lianshu.sqlite3")
    try:
        (text,) = connection.execute("SELECT value FROM core_setting WHERE key = 'demo_accounts'").fetchone()
    finally:
        connection.close()
    return {row["username"]: row["password"] for row in json.loads(text)}


@contextlib.contextmanager
def server(home: Path, port: int) -> Iterator[subprocess.Popen]:
    """The real server on a data folder, stopped at the end."""
    process = subprocess.Popen(
        command("serve", "--port", str(port)), env=environment(home), stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                break
            time.sleep(0.25)
        else:
            raise RuntimeError("the server did not come up")
        yield process
    finally:
        process.terminate()
        process.wait(30)


def judge_refused(home: Path, run: subprocess.CompletedProcess, before: dict[str, str], word: str) -> str:
    """ "" when a refusal was right, else what was wrong with it."""
    if run.returncode != 2:
        return f"exit status {run.returncode}: {(run.stdout + run.stderr).strip()[:120]}"
    if "Traceback" in run.stderr:
        return "a traceback"
    if word not in run.stderr:
        return f"the sentence does not say {word}: {run.stderr.strip()[:160]}"
    after = state(home)
    if after != before:
        return f"data changed: {sorted(set(before.items()) ^ set(after.items()))[:3]}"
    if left := [path.name for path in home.iterdir() if path.name.startswith(("tmp", "restore-"))]:
        return f"left behind: {left}"
    return ""


def wrong_archives(base: Path, good: Path, place: Path) -> dict[str, str]:
    """Each wrong archive against a data folder: name → "" or what went wrong."""
    archives = _archives()
    found = {}
    for name, (make, word) in archives.WRONG.items():
        home = place / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(base, home)
        before = state(home)
        run = lianshu(home, "restore", str(make(good, place / "wrong.tar.gz")), "--force")
        found[name] = judge_refused(home, run, before, word)
    return found


def right_archive(good: Path, place: Path) -> str:
    home = place / "fresh"
    run = lianshu(home, "restore", str(good))
    if run.returncode:
        return run.stderr.strip()[:160]
    parts = _archives().Parts.of(good)
    if (home / "secret.key").read_bytes() != parts.files["secret.key"]:
        return "another key"
    for name, data in parts.files.items():
        if name.startswith("files/") and (home / name).read_bytes() != data:
            return f"{name} differs"
    counts = json.loads(lianshu(home, "status", "--json").stdout)
    return "" if counts["tasks"] > 0 and counts["users"] > 0 else f"rows missing: {counts}"


def beside_a_server(base: Path, good: Path, place: Path, port: int) -> str:
    home = place / "served"
    shutil.copytree(base, home)
    with server(home, port):
        before = state(home)
        run = lianshu(home, "restore", str(good), "--force")
        return judge_refused(home, run, before, "正在使用")


def kills(base: Path, good: Path, place: Path, count: int, seed: int) -> dict[str, int]:
    """Restores killed at random moments: how many left the old, the new, or neither."""
    chance = random.Random(seed)
    home = place / "killed"
    shutil.copytree(base, home)
    old = lianshu(home, "status", "--json").stdout
    trial = place / "trial"
    shutil.copytree(base, trial)
    start = time.monotonic()
    lianshu(trial, "restore", str(good), "--force")
    whole = time.monotonic() - start
    new = lianshu(trial, "status", "--json").stdout
    if old == new:
        raise RuntimeError("old and new data must differ for this")
    found = {"old": 0, "new": 0, "neither": 0}
    for _ in range(count):
        shutil.rmtree(home)
        shutil.copytree(base, home)
        process = subprocess.Popen(
            command("restore", str(good), "--force"), env=environment(home), stdout=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.1, 1.0) * whole)
        process.kill()
        process.wait()
        seen = lianshu(home, "status", "--json").stdout
        key = (home / "secret.key").exists() and lianshu(home, "verify-audit").returncode == 0
        found["old" if seen == old and key else "new" if seen == new and key else "neither"] += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--port", type=int, default=8150)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="attack-restore-") as name:
        place = Path(name)
        base, good = place / "base", place / "good.tar.gz"
        if (run := lianshu(base, "demo", "--no-serve", timeout=900)).returncode:
            raise SystemExit(run.stderr)
        if (run := lianshu(base, "backup", str(good))).returncode:
            raise SystemExit(run.stderr)
        # the data folder goes on after the backup: old and new can be told apart
        lianshu(base, "account", "after", "备份之后", "system_admin", "--region", "421222")
        found = wrong_archives(base, good, place)
        found["right one"] = right_archive(good, place)
        found["beside a server"] = beside_a_server(base, good, place, args.port)
        for case, wrong in found.items():
            print(f"{case:<18} {'right' if not wrong else 'WRONG: ' + wrong}", flush=True)
        killed = kills(base, good, place, args.kills, args.seed) if args.kills else {"neither": 0}
    bad = sum(map(bool, found.values()))
    print(f"killed: {killed}")
    print(
        f"{len(found) - bad} of {len(found)} archives right or refused; {killed['neither']} of {args.kills} kills broke data"
    )
    return 1 if bad or killed["neither"] else 0


if __name__ == "__main__":
    sys.exit(main())
