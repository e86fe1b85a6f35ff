"""The sign-in page under attack: a real server on loopback, bounded in count and time.

    .venv/bin/python bench/attack/sign_in.py [--people 50] [--count 400] [--seconds 20] [--port 8160]

1. the people of an office sign in at once (eight o'clock): latency per person;
2. one password is tried on 60 accounts from one address: how many tries were judged at all;
3. a flood of made-up names from one address, then from many, while somebody opens pages and one of the known
   people signs in: their latencies, and how many entries the audit log grew by.

Prints a table and a closing line; exit code 1 when a form failed. Builds its data folder itself and deletes it.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Xunjian-tulu-7359"
ACCOUNTS = 60

_BUILD = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
from lianshu.platform import running
running.prepare()
from lianshu.core.scope import SYSTEM
from lianshu.organisation import accounts
from lianshu.organisation.models import Region
county = Region.objects.create(code="990121", name="青澜县", level="county", path="/990121/", fictional=True)
for number in range(%d):
    account, _ = accounts.user_create(SYSTEM, username=f"ren{number}", name=f"示例{number}", password=%r)
    accounts.grant_give(SYSTEM, account, role="observer", region=county)
"""
_ENTRIES = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
import django
django.setup()
from lianshu.core.models import AuditEntry
print(AuditEntry.objects.count())
"""


@dataclass
class Person:
    """A browser with its cookies, at an address of its own."""

    port: int
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, float]:
        """(status, body, seconds); a broken connection counts as status 0."""
        line = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(self.address, 0)
        )
        heads = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if data is not None:
            body = urlencode(data)
            heads["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        try:
            line.request(method, path, body, heads)
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, "", time.perf_counter() - start
        finally:
            line.close()
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, text, time.perf_counter() - start

    def sign_in(self, username: str, password: str) -> tuple[int, float]:
        """(status, seconds) of the form's answer: 302 signed in, 200 judged and refused, 429 not judged."""
        if "csrftoken" not in self.cookies:
            self.ask("GET", "/sign-in/")
        data = {
            "username": username,
            "password": password,
            "csrfmiddlewaretoken": self.cookies.get("csrftoken", ""),
        }
        status, _, seconds = self.ask("POST", "/sign-in/", data)
        return status, seconds


def spread(seconds: list[float]) -> str:
    """Middle, 95 % and worst in milliseconds."""
    ordered = sorted(seconds) or [0.0]
    marks = [
        ordered[len(ordered) // 2],
        ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
        ordered[-1],
    ]
    return "  ".join(f"{1000 * mark:7.0f}" for mark in marks)


def at_once(work: list) -> list:
    """Results of all calls, started together."""
    results: list = [None] * len(work)
    gate = threading.Barrier(len(work))

    def run(number: int) -> None:
        gate.wait()
        results[number] = work[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def morning(port: int, people: int) -> tuple[list[Person], bool]:
    """Everybody opens the page, then everybody presses the button at the same moment."""
    browsers = [Person(port) for _ in range(people)]
    for browser in browsers:
        browser.ask("GET", "/sign-in/")
    found = at_once(
        [
            lambda number=number, browser=browser: browser.sign_in(f"ren{number}", PASSWORD)
            for number, browser in enumerate(browsers)
        ]
    )
    states = Counter(status for status, _ in found)
    print(f"{people} people at once          {spread([seconds for _, seconds in found])}   {dict(states)}")
    return browsers, states == {302: people}


def spraying(port: int) -> bool:
    """One password on every account; it is the right one for all, so what is judged is lost."""
    attacker = Person(port, "127.0.0.66")
    states: Counter[int] = Counter()
    seconds = []
    for number in range(ACCOUNTS):
        status, took = attacker.sign_in(f"ren{number}", "Lianshu@2026")
        states[status] += 1
        seconds.append(took)
    print(f"{ACCOUNTS} accounts, one password   {spread(seconds)}   {dict(states)}")
    return states[200] <= 20 and states[429] >= ACCOUNTS - 20


def flood(port: int, addresses: list[str], count: int, limit: float, known: Person, seed: int) -> bool:
    """Made-up names from some addresses by eight threads, while others work."""
    chance = random.Random(seed)
    names = [f"x{chance.randrange(10**9)}" for _ in range(count)]
    stop = time.perf_counter() + limit
    states: Counter[int] = Counter()
    lock = threading.Lock()

    def attack(worker: int) -> None:
        crowd = [Person(port, address) for address in addresses[worker::8] or addresses[:1]]
        for number, name in enumerate(names[worker::8]):
            if time.perf_counter() > stop:
                return
            status, _ = crowd[number % len(crowd)].sign_in(name, "Zhongqiu-2026-x")
            with lock:
                states[status] += 1

    threads = [threading.Thread(target=attack, args=(worker,)) for worker in range(8)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    pages, doors, refused = [], [], 0
    visitor = Person(port, "127.0.0.2")
    while any(thread.is_alive() for thread in threads):
        status, _, seconds = visitor.ask("GET", "/sign-in/")
        pages.append(seconds)
        known.cookies.pop("sessionid", None)
        status, seconds = known.sign_in("ren0", PASSWORD)
        doors.append(seconds)
        refused += status != 302
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    print(
        f"flood from {len(addresses):3} addresses     {spread(pages)}   pages of others\n"
        f"                            {spread(doors)}   a known person signs in, {refused} of {len(doors)} refused\n"
        f"                            {sum(states.values()) / took:.0f} tries a second, {dict(states)}"
    )
    return not refused and states[429] > states[200]


def entries(env: dict[str, str]) -> int:
    """How many entries the audit log holds."""
    return int(
        subprocess.run([sys.executable, "-c", _ENTRIES], env=env, check=True, capture_output=True).stdout
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--count", type=int, default=400, help="tries of each flood")
    parser.add_argument("--seconds", type=float, default=20, help="longest time of each flood")
    parser.add_argument("--port", type=int, default=8160)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianshu-sign-in-") as home:
        env = {"PYTHONPATH": str(ROOT / "src"), **os.environ, "LIANSHU_HOME": home}
        subprocess.run([sys.executable, "-c", _BUILD % (ACCOUNTS, PASSWORD)], env=env, check=True)
        server = subprocess.Popen(
            [sys.executable, "-m", "lianshu.cli", "serve", "--port", str(given.port)],
            env=env,
            stdout=subprocess.DEVNULL,
        )
        try:
            first = Person(given.port)
            for _ in range(120):
                if first.ask("GET", "/healthz")[0] == 200:
                    break
                time.sleep(0.5)
            print("ms                           middle      95 %    worst")
            known, good = morning(given.port, min(given.people, ACCOUNTS))
            sprayed = spraying(given.port)
            before = entries(env)
            one = flood(given.port, ["127.0.0.77"], given.count, given.seconds, known[0], given.seed)
            crowd = [f"127.0.1.{number}" for number in range(1, 251)]
            many = flood(given.port, crowd, given.count, given.seconds, known[0], given.seed + 1)
            grown = entries(env) - before
        finally:
            server.terminate()
            server.wait(timeout=60)
    failed = [
        words
        for words, passed in (
            ("somebody at eight o'clock was refused", good), ("spraying was not stopped", sprayed),
            ("a flood from one address was judged or hurt others", one),
            ("a flood from many addresses was judged or hurt others", many),
        ) if not passed
    ]  # fmt: skip
    print(f"audit log grew by {grown} entries in two floods")
    print(f"sign-in: {len(failed)} of 4 forms failed{': ' + '; '.join(failed) if failed else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
