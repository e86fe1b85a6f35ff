"""Memory of the real server under large bodies: visitors and signed-in persons, with and without a length.

    .venv/bin/python bench/attack/bodies.py [--count 10] [--size 59] [--port 8120]

Starts the built server on a data folder of its own, sends ``--count`` bodies of ``--size`` megabytes at once to the
sign-in page, to a form and to a page that takes files, and prints the answers and the peak resident size of the
server's processes. Exit code 1 when a body was kept (over 400 MB more than before) or an answer was missing.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = 400.0
_PIECE = b"a" * 65_536


def peak(pid: int) -> float:
    """Megabytes the process and its children held at most, one by one added up."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if pid not in (int(stat.parent.name), int(fields[1])):
                continue
            held = (stat.parent / "status").read_text().partition("VmHWM:")[2].split()[0]
        except (OSError, IndexError):
            continue
        total += int(held) / 1024
    return total


def sent(port: int, head: str, size: int, *, chunked: bool = False) -> str:
    """First line of the answer to a POST with ``size`` bytes of body; "" for none."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as line:
        try:
            line.sendall(head.encode())
            left = size
            while left > 0:
                piece = _PIECE[: min(left, len(_PIECE))]
                line.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                left -= len(piece)
            if chunked:
                line.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            return line.recv(4096).decode(errors="replace").partition("\r\n")[0]
        except ConnectionResetError:
            return "connection reset"


def _note(answers: list[str], port: int, head: str, size: int, chunked: bool) -> None:
    answers.append(sent(port, head, size, chunked=chunked))


def greeted(line: http.client.HTTPConnection) -> tuple[str, str]:
    """(cookie, token) the sign-in page gives a visitor."""
    line.request("GET", "/sign-in/")
    answer = line.getresponse()
    page = answer.read().decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    return (answer.getheader("Set-Cookie") or "").partition(";")[0], token


def signed_in(line: http.client.HTTPConnection, name: str, secret: str) -> tuple[str, str]:
    """(cookies, token) of a person."""
    cookie, token = greeted(line)
    body = urlencode({"username": name, "password": secret, "csrfmiddlewaretoken": token})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    line.request("POST", "/sign-in/", body, kind)
    answer = line.getresponse()
    answer.read()
    cookies = [value.partition(";")[0] for key, value in answer.getheaders() if key.lower() == "set-cookie"]
    if answer.status != 302:
        raise SystemExit(f"sign-in failed: {answer.status}")
    token = next(one for one in cookies if one.startswith("csrftoken")).partition("=")[2]
    return "; ".join(cookies), token


def prepared(home: str, secret: str) -> dict[str, str]:
    """A data folder with one county and an owner; the environment of the server."""
    environment = os.environ | {"LIANSHU_HOME": home, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    script = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE']='lianshu.platform.settings'; import django; django.setup();"
        "from django.core.management import call_command as c; c('migrate', verbosity=0);"
        "from tests.factories import World; w = World.build();"
        f"w.owner.set_password({secret!r}); w.owner.save()"
    )
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    return environment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--size", type=int, default=59, help="megabytes of each body")
    parser.add_argument("--port", type=int, default=8120)
    given = parser.parse_args()
    secret, size = "Shili-2026-mima", given.size * 1024 * 1024
    failed = False
    with tempfile.TemporaryDirectory(prefix="lianshu-bodies-") as home:
        environment = prepared(home, secret)
        command = [sys.executable, "-m", "lianshu.cli", "serve", "--port", str(given.port)]
        server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            for _ in range(240):
                time.sleep(0.5)
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", given.port)) == 0:
                        break
            line = http.client.HTTPConnection("127.0.0.1", given.port, timeout=60)
            known = "Cookie: {}\r\nX-CSRFToken: {}\r\n"
            visitor, person = known.format(*greeted(line)), known.format(*signed_in(line, "owner", secret))
            line.close()
            form = "Content-Type: application/x-www-form-urlencoded\r\n"
            file = "Content-Type: multipart/form-data; boundary=x\r\n"
            cases = (
                ("visitor, sign-in page", "/sign-in/", visitor + form, False),
                ("visitor, no length", "/sign-in/", visitor + form, True),
                ("person, plain form", "/lens/", person + form, False),
                ("person, no length", "/lens/", person + form, True),
                ("person, import desk", "/ledger/units/import/", person + file, False),
            )
            before = peak(server.pid)
            print(f"server at rest: {before:.0f} MB")
            for name, address, headers, chunked in cases:
                length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
                head = f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{length}\r\n\r\n"
                answers: list[str] = []
                lines = [
                    threading.Thread(target=_note, args=(answers, given.port, head, size, chunked))
                    for _ in range(given.count)
                ]
                for line in lines:
                    line.start()
                for line in lines:
                    line.join()
                now = peak(server.pid)
                told = ", ".join(
                    f"{answers.count(one)} × {one or 'no answer'}" for one in sorted(set(answers))
                )
                print(f"{name:24} {told}; peak {now:.0f} MB")
                failed |= now - before > ALLOWED or len(answers) < given.count
        finally:
            server.terminate()
            server.wait(30)
    print(
        f"{given.count} bodies of {given.size} MB at 5 places: {'kept in memory' if failed else 'none kept'}"
    )
    sys.exit(failed)


if __name__ == "__main__":
    main()
