"""People at work: so many signed-in users walk the pages of the real server with time to think.

    python bench/attack/load.py --seconds 600 --users 50 [--imports] [--home DEMONSTRATION]

The server runs on a copy of the demonstration. Every user signs in, then opens pages and now and then leaves a
remark. With ``--imports`` somebody imports firms all the while, so that jobs write beside them. An error is an
answer 5xx or 4xx (403 apart: a page that is not this role's business) or none within thirty seconds. Latencies
depend on the machine: they are told, not judged.
"""

from __future__ import annotations

import argparse
import collections
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.attack.kills import PASSWORD, Import, Site, demonstration
from bench.attack.serving import Person, Server

ACCOUNTS = (
    "zonglianban", "lianzhang", "zonglianzhang", "zhengwei", "liantiaoban", "liantiaoban2", "liantiaoban3",
    "liantiaoban4", "zirangju", "gongxinju", "fagaiju", "kejiju", "renshenju", "tongjiju", "ducha", "shiji",
)  # fmt: skip
PAGES = (
    "/", "/", "/board/", "/chief/", "/targets/entry/", "/targets/", "/matters/", "/chains/", "/plans/", "/tasks/year/",
    "/duties/calendar/", "/ledger/enterprises/", "/ledger/projects/", "/ledger/units/", "/ledger/tasks/", "/notices/",
    "/collections/", "/supervision/", "/jobs/",
)  # fmt: skip
_LINK = re.compile(r'href="(/(?:matters|chains|targets|ledger/[a-z]+)/\d+/)"')


class Log:
    """What the users saw: seconds by page, answers that are errors."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seconds: dict[str, list[float]] = collections.defaultdict(list)
        self.errors: collections.Counter[str] = collections.Counter()
        self.refused = 0

    def note(self, kind: str, seconds: float, status: int | str) -> None:
        with self.lock:
            self.seconds[kind].append(seconds)
            if status == 403:
                self.refused += 1
            elif not isinstance(status, int) or status >= 400:
                self.errors[f"{status} {kind}"] += 1


def timed(log: Log, kind: str, call: Callable[[], tuple[int, str, str]]) -> str:
    """Make a request and note it; the page's text."""
    start = time.monotonic()
    try:
        status, _, page = call()
    except OSError as error:
        status, page = type(error).__name__, ""
    log.note(kind, time.monotonic() - start, status)
    return page


def kind_of(path: str) -> str:
    """A page's address without numbers."""
    return re.sub(r"\d+", "N", path)


def user(server: Server, number: int, end: float, think: float, log: Log) -> None:
    """One person: signs in, then a page, a thought, a page."""
    rng = random.Random(number)
    time.sleep(rng.uniform(0, think))
    start = time.monotonic()
    try:
        person = Person(server, ACCOUNTS[number % len(ACCOUNTS)], PASSWORD)
    except (OSError, RuntimeError) as error:
        log.note("sign-in", time.monotonic() - start, str(error))
        return
    log.note("sign-in", time.monotonic() - start, 200)
    links: list[str] = []
    while time.monotonic() < end:
        path = rng.choice(links) if links and rng.random() < 0.4 else rng.choice(PAGES)
        page = timed(log, kind_of(path), lambda path=path: person.get(path))
        links = _LINK.findall(page) or links
        firm = re.search(r"/ledger/enterprises/(\d+)/", page)
        if firm and rng.random() < 0.2:
            address = f"/ledger/enterprises/{firm[1]}/comments/"
            timed(log, "remark", lambda address=address: person.post(address, {"text": "已联系企业。"}))
        time.sleep(rng.uniform(0.2 * think, 1.8 * think))


def importing(site: Site, end: float) -> int:
    """Somebody imports one workbook after the other; how many came to their end."""
    done = 0
    while time.monotonic() < end:
        one = Import(site)
        one.prepare()
        one.begin()
        while one.state() in ("waiting", "running"):
            time.sleep(0.2)
        done += one.done()
        time.sleep(5)
    return done


def quantile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(log: Log) -> None:
    """A line per page: how often, 50, 95 and 99 % under so many milliseconds."""
    print(f"{'page':34}{'times':>7}{'50 %':>8}{'95 %':>8}{'99 %':>8}{'max':>8}  ms")
    for kind, values in sorted(log.seconds.items(), key=lambda one: -quantile(one[1], 0.95)):
        line = [statistics.median(values), quantile(values, 0.95), quantile(values, 0.99), max(values)]
        print(f"{kind:34}{len(values):7}" + "".join(f"{1000 * value:8.0f}" for value in line))
    for words, number in log.errors.most_common():
        print(f"error: {number} × {words}")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when a request failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument(
        "--think", type=float, default=6, help="seconds between two pages of a person, on average"
    )
    parser.add_argument("--imports", action="store_true", help="import firms all the while")
    parser.add_argument("--home", type=Path, help="a built demonstration (else one is built)")
    args = parser.parse_args(arguments)
    log = Log()
    with tempfile.TemporaryDirectory(prefix="lianshu-load-") as name:
        site = Site(args.home or demonstration(Path(name)), Path(name), rows=2000)
        end = time.monotonic() + args.seconds
        people = [
            threading.Thread(target=user, args=(site.server, number, end, args.think, log))
            for number in range(args.users)
        ]
        for one in people:
            one.start()
        if args.imports:
            print(f"{importing(site, end)} imports of {site.rows} firms beside them")
        for one in people:
            one.join()
        wrong = site.close()
    show(log)
    pages = [value for kind, values in log.seconds.items() if kind != "sign-in" for value in values]
    errors = sum(log.errors.values()) + len(wrong)
    for sentence in wrong:
        print(sentence)
    print(
        f"{args.users} users, {len(pages)} requests: {errors} errors, {log.refused} not this role's page, "
        f"95 % under {1000 * quantile(pages, 0.95):.0f} ms"
    )
    return int(errors > 0)


if __name__ == "__main__":
    sys.exit(main())
