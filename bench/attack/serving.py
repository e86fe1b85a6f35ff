"""The real server in its own processes and data folder, looked at from outside."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "lianshu.platform.settings"


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def until(holds: Callable[[], object], seconds: float, what: str = "") -> object:
    """Wait for a truth; fails when it has not come after so many seconds (a hard limit, not a measure)."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what or holds}")


def environment(home: Path, settings: str = SETTINGS) -> dict[str, str]:
    """The environment of a command on a data folder of its own."""
    found = {
        **os.environ,
        "LIANSHU_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }
    found.pop("LIANSHU_DATABASE_URL", None)
    return found


def processes_of(home: Path) -> dict[int, str]:
    """Living processes that work on a data folder: number → command line."""
    mark = f"LIANSHU_HOME={home}".encode()
    found = {}
    for one in Path("/proc").iterdir():
        if not one.name.isdigit() or int(one.name) == os.getpid():
            continue
        try:
            if (
                mark in (one / "environ").read_bytes().split(b"\0")
                and ") Z " not in (one / "stat").read_text()
            ):
                found[int(one.name)] = (one / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def parent_of(pid: int) -> int:
    """The number of a process's parent; 0 when there is no such process."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Server:
    """`lianshu serve` on a data folder; end it with :meth:`kill` whatever happens."""

    def __init__(self, home: Path, *, settings: str = SETTINGS) -> None:
        self.home, self.settings = home, settings
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    def start(self) -> Server:
        if self.process is None:
            self.log = (self.home / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lianshu.cli", "serve", "--port", str(self.port)],
            env=environment(self.home, self.settings), stdout=self.log, stderr=self.log, cwd=self.home,
        )  # fmt: skip
        until(self.healthy, 180, "the server answers")
        return self

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def healthy(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def get(self, path: str, seconds: float = 10) -> tuple[int, str]:
        return self.ask("GET", path, seconds=seconds)

    def ask(
        self, method: str, path: str, body: str = "", seconds: float = 10, **headers: str
    ) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            link.request(method, path, body=body or None, headers=headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """Ask (or change) the database from outside."""
        database = sqlite3.connect(self.home / "lianshu.sqlite3", timeout=20)
        try:
            with database:
                return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def ask_for(self, kind: str, asked_by: int | None = None) -> str:
        """A waiting job of a kind, as a page would have left it; its key."""
        key = uuid.uuid4()
        self.rows(
            "INSERT INTO core_job (id, kind, title, status, progress, step, input, result, error, asked_by_id,"
            " asked_at, owner_process, attempts, cancel_asked)"
            " VALUES (?, ?, ?, 'waiting', 0, '', '{}', '{}', '', ?, datetime('now'), '', 0, 0)",
            key.hex, kind, kind, asked_by,
        )  # fmt: skip
        return str(key)

    def job(self, key: str) -> tuple[str, str, int]:
        """(status, error, attempts) of a job."""
        sql = "SELECT status, error, attempts FROM core_job WHERE id = ?"
        return self.rows(sql, uuid.UUID(key).hex)[0]

    def wait_for(self, key: str, *states: str, seconds: float = 30) -> tuple[str, str, int]:
        until(lambda: self.job(key)[0] in states, seconds, f"{states}: {self.job(key)}")
        return self.job(key)

    def parts(self) -> tuple[int | None, int | None]:
        """The processes of the web server and of the job runner below the main process."""
        found = {
            pid: words for pid, words in processes_of(self.home).items() if parent_of(pid) == self.process.pid
        }
        web = next(
            (pid for pid, words in found.items() if "granian" in words or "platform.web" in words), None
        )
        return web, next((pid for pid, words in found.items() if "platform.runner" in words), None)

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM to the main process; its exit code. Fails when anything still lives afterwards."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=seconds)
        until(lambda: not processes_of(self.home), 3, f"nothing left: {processes_of(self.home)}")
        return code

    def kill(self) -> None:
        """kill -9 to whatever of it still runs."""
        for pid in processes_of(self.home):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if self.process is not None:
            self.process.wait(timeout=20)
            self.log.close()


class Person:
    """A signed-in person at a server: cookies kept, forms sent with their token."""

    def __init__(self, server: Server, username: str, password: str) -> None:
        self.server, self.username = server, username
        self.cookies: dict[str, str] = {}
        self.get("/sign-in/")
        status, _, _ = self.post("/sign-in/", {"username": username, "password": password})
        if status != 302:
            raise RuntimeError(f"{username} cannot sign in: {status}")

    def get(self, path: str, seconds: float = 30) -> tuple[int, str, str]:
        return self.ask("GET", path, None, "", seconds)

    def post(self, path: str, fields: dict[str, str], seconds: float = 30) -> tuple[int, str, str]:
        return self.ask(
            "POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded", seconds
        )

    def send(self, path: str, name: str, data: bytes, seconds: float = 30) -> tuple[int, str, str]:
        """Upload one file in the field ``file``."""
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        return self.ask("POST", path, body, f"multipart/form-data; boundary={edge}", seconds)

    def ask(
        self, method: str, path: str, body: bytes | None, kind: str, seconds: float
    ) -> tuple[int, str, str]:
        """(status, address led to, page)."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if kind:
            headers |= {"Content-Type": kind, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=seconds)
        try:
            link.request(method, path, body=body, headers=headers)
            answer = link.getresponse()
            page = answer.read().decode("utf-8", "replace")
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, rest = cookie.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            return answer.status, answer.headers.get("Location", ""), page
        finally:
            link.close()
