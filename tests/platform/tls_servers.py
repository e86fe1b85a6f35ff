"""A real server over TLS for tests: an installation, the proxy snippets of the manual, a client that verifies.

The proxies' configurations are cut out of ``docs/zh/部署.md``; only names, ports and paths are put in, so a
snippet that no longer works there fails here.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

MANUAL = ROOT / "docs" / "zh" / "部署.md"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
_BUILD = """
from lianshu.platform import running
running.prepare(static=True)
from tests.factories import World
World.build()
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def environment(home: Path, **extra: str) -> dict[str, str]:
    """The variables of a lianshu process with a data folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANSHU_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**kept, "LIANSHU_HOME": str(home), "PYTHONPATH": path, **extra}


def build_home(home: Path) -> None:
    """An installation with the fictional county and its people in ``home``."""
    subprocess.run([sys.executable, "-c", _BUILD], env=environment(home), check=True, cwd=home, timeout=120)


def snippet(language: str) -> str:
    """The first block of ``language`` in the manual of deployment."""
    found = re.search(rf"```{language}\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    assert found, f"{MANUAL.name} holds no block of {language}"
    return found[1]


def put_in(text: str, values: dict[str, str]) -> str:
    """Replace what an office puts in; every one of them must stand in the snippet."""
    for old, new in values.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _listening(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path, **options) -> Iterator[subprocess.Popen]:
    """A process that listens on ``port`` within a minute; stopped at the end with all it started."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True, **options
        )
        try:
            end = time.monotonic() + 60
            while not _listening(port):
                assert process.poll() is None and time.monotonic() < end, log.read_text("utf-8", "replace")
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def serving(home: Path, port: int, *args: str, **variables: str) -> Iterator[subprocess.Popen]:
    """``lianshu serve`` with options and variables."""
    command = [sys.executable, "-m", "lianshu.cli", "serve", "--port", str(port), *args]
    values = environment(home, **variables)
    with running(command, port, home / "serve.log", env=values, cwd=home) as process:
        yield process


@contextlib.contextmanager
def nginx(folder: Path, backend: int, https: int, http: int, certificate: Path, key: Path) -> Iterator[None]:
    """The manual's nginx snippet in front of ``backend``."""
    folder.mkdir(exist_ok=True)
    block = put_in(
        snippet("nginx"),
        {
            "lianshu.example.gov.cn": "localhost",
            "listen 80;": f"listen 127.0.0.1:{http};",
            "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
            "/etc/nginx/lianshu.crt": str(certificate),
            "/etc/nginx/lianshu.key": str(key),
            "http://127.0.0.1:8000": f"http://127.0.0.1:{backend}",
        },
    )
    scratch = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # started by root, its workers would be another user, who cannot write into a test's folder
    user = "user root;" if os.getuid() == 0 else ""
    whole = folder / "nginx.conf"
    whole.write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        f"events {{}}\nhttp {{ access_log off; {scratch}\n{block}\n}}\n",
        "utf-8",
    )
    command = [NGINX, "-c", str(whole), "-p", str(folder), "-e", str(folder / "error.log")]
    with running(command, https, folder / "out.log"):
        yield


@contextlib.contextmanager
def caddy(folder: Path, backend: int, https: int, http: int, certificate: Path, key: Path) -> Iterator[None]:
    """The manual's Caddy snippet in front of ``backend``."""
    folder.mkdir(exist_ok=True)
    block = put_in(
        snippet("caddy"),
        {
            "lianshu.example.gov.cn": "localhost",
            "/etc/caddy/lianshu.crt": str(certificate),
            "/etc/caddy/lianshu.key": str(key),
            "127.0.0.1:8000": f"127.0.0.1:{backend}",
        },
    )
    whole = folder / "Caddyfile"
    whole.write_text(
        f"{{\n admin off\n auto_https disable_redirects\n https_port {https}\n http_port {http}\n}}\n{block}",
        "utf-8",
    )
    home = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = ["caddy", "run", "--config", str(whole), "--adapter", "caddyfile"]
    with running(command, https, folder / "out.log", env=home):
        yield


class Client:
    """A small browser without pages: cookies, the Origin header, certificates verified against ``ca``."""

    def __init__(self, base: str, ca: Path) -> None:
        self.base = base
        self.cookies = http.cookiejar.CookieJar()
        context = ssl.create_default_context(cafile=str(ca))
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    def ask(self, path: str, data: dict[str, str] | None = None, **headers: str):
        """(status, headers, text, final address) of one request, redirects followed."""
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(self.base + path, body, headers)
        if body is not None and "Origin" not in headers:
            request.add_header("Origin", self.base)
            request.add_header("Referer", self.base + path)
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace"), answer.geturl()

    def sign_in(self, username: str, password: str):
        """What the sign-in form answers, redirects followed."""
        self.ask("/sign-in/")
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        data = {"csrfmiddlewaretoken": token, "username": username, "password": password, "next": ""}
        return self.ask("/sign-in/", data)
