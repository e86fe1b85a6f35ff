"""Full and read-only disks: the real commands and the real server on a small mounted file system.

    python bench/attack/disks.py [--port 8151]

A tmpfs holds the data folder; it is filled to the last byte, or mounted again read-only. Every command must end
with exit status 2 and a sentence, without a traceback, a running server must answer writes with a page that says what is the
matter, and afterwards, with room again, every row must still be there and whole. Needs leave to mount (root);
without it the script says so and ends with status 0. Exit status 1 when anything was not told or was lost.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

SIZE = 48 << 20


def _restore():
    spec = importlib.util.spec_from_file_location("attack_restore", Path(__file__).with_name("restore.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


attack = _restore()


def mount(place: Path) -> bool:
    """Mount a small tmpfs; False where that is not permitted."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, check=False
    )
    return done.returncode == 0


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)


def fill(place: Path) -> Path:
    """Take the last byte of a file system."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as sink:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    sink.write(b"\x00" * size)
            except OSError:
                continue
    return filler


def commands(outside: Path) -> list[list[str]]:
    """Every command that writes (or may), with the archive of an untouched data folder at hand."""
    return [
        ["serve", "--port", "8152"],
        ["demo", "--no-serve"],
        ["account", "a", "甲", "system_admin", "--region", "421222"],
        ["password", "xitong"],
        ["verify-audit"],
        ["backup", str(outside / "b.tar.gz")],
        ["restore", str(outside / "good.tar.gz"), "--force"],
    ]


def judge(run: subprocess.CompletedProcess, words: tuple[str, ...], may_do: bool) -> str:
    if "Traceback" in run.stderr:
        return "a traceback"
    if run.returncode == 0 and may_do:
        return ""
    if run.returncode != 2:
        return f"exit status {run.returncode}: {run.stderr.strip()[-120:]}"
    return "" if any(word in run.stderr for word in words) else f"no word: {run.stderr.strip()[-160:]}"


def on_commands(home: Path, outside: Path, words: tuple[str, ...], case: str) -> dict[str, str]:
    """Each command on the disk as it is. ``status`` and a demonstration that is done may still succeed."""
    found = {}
    for args in [*commands(outside), ["status"]]:
        try:
            run = attack.lianshu(home, *args, timeout=60)
        except subprocess.TimeoutExpired:
            found[f"{case}: {args[0]}"] = "went on as if nothing were the matter"
            continue
        found[f"{case}: {args[0]}"] = judge(
            run, words, args[0] in ("status", "demo", "verify-audit", "backup")
        )
    return found


class Web:
    """A person in a browser: keeps cookies, sends the form's token."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def ask(self, path: str, **values: str) -> tuple[int, str]:
        data = urllib.parse.urlencode(values).encode() if values else None
        request = urllib.request.Request(self.base + path, data, {"Referer": self.base})
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def post(self, page: str, path: str, **values: str) -> tuple[int, str]:
        _, text = self.ask(page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        return self.ask(path, csrfmiddlewaretoken=token[1] if token else "", **values)


def on_the_web(home: Path, port: int, break_disk: Callable[[], None], words: tuple[str, ...]) -> str:
    """Sign in, break the disk, write: what was wrong with the answer, or ""."""
    accounts = attack.demo_accounts(home)
    with attack.server(home, port):
        web = Web(port)
        status, _ = web.post(
            "/sign-in/", "/sign-in/", username="zonglianban", password=accounts["zonglianban"]
        )
        if status != 200:
            return f"no sign-in: {status}"
        break_disk()
        # not remembered by the browser: signing in writes the session and the time of it
        status, text = Web(port).post(
            "/sign-in/", "/sign-in/", username="zonglianban", password=accounts["zonglianban"]
        )
        if status != 503 or not any(word in text for word in words):
            return f"a write answered {status}: {re.sub('<[^>]*>', ' ', text)[:200].strip()}"
        status, _ = web.ask("/healthz")
        return "" if status < 500 else f"/healthz {status}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8151)
    args = parser.parse_args()
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="attack-disks-") as name:
        outside = Path(name)
        disk = outside / "disk"
        disk.mkdir()
        if not mount(disk):
            print("not permitted to mount here: nothing was tried (run as root, outside a closed container)")
            return 0
        try:
            base = outside / "base"
            attack.lianshu(base, "demo", "--no-serve", timeout=900).check_returncode()
            attack.lianshu(base, "backup", str(outside / "good.tar.gz")).check_returncode()
            home = disk / "home"
            for case, words, damage, mend in (
                (
                    "full",
                    ("磁盘已满", "空间不够"),
                    lambda: fill(disk),
                    lambda: (disk / "filler").unlink(missing_ok=True),
                ),
                (
                    "read-only",
                    ("不可写", "打不开", "只读"),
                    lambda: remount(disk, "ro"),
                    lambda: remount(disk, "rw"),
                ),
            ):
                shutil.rmtree(home, ignore_errors=True)
                shutil.copytree(base, home)
                attack.lianshu(home, "verify-audit").check_returncode()
                before = attack.lianshu(home, "status", "--json").stdout
                damage()
                found |= on_commands(home, outside, words, case)
                mend()
                if case == "full":
                    # a disk with files open for writing cannot be made read-only under a running server
                    found[f"{case}: web"] = on_the_web(home, args.port, damage, words)
                    mend()
                after = attack.lianshu(home, "status", "--json").stdout
                whole = attack.lianshu(home, "verify-audit")
                found[f"{case}: rows after"] = (
                    "" if json.loads(after) == json.loads(before) else f"{before} {after}"
                )
                found[f"{case}: audit after"] = "" if whole.returncode == 0 else whole.stdout + whole.stderr
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)
    for case, wrong in found.items():
        print(f"{case:<24} {'right' if not wrong else 'WRONG: ' + wrong}")
    bad = sum(map(bool, found.values()))
    print(f"{len(found)} cases on broken disks: {bad} untold or lost")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
