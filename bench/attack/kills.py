"""kill -9 of the real server at random moments: nothing half, doubled, lost or stuck afterwards.

    python bench/attack/kills.py --count 200 [--seed 1] [--home DEMONSTRATION]

The server runs on copies of the demonstration. An operation (an import, an adoption and its undo, a reading, a
filing) is begun over HTTP, and at a random moment of it a part of the server dies by SIGKILL: the main process,
the web server, the job runner, the job's own process, all at once, or the job's process twice. Then the server
is started again where that is needed, the operation must come to an end, and every table is counted: either
nothing happened or all of it, once. An operation without result must be possible again at once. The counts of a
whole operation are learnt from runs that nobody disturbs.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import dataclasses
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.attack.serving import ROOT, SETTINGS, Person, Server, environment, parent_of, processes_of, until

PASSWORD = "Shili-mima-2026"
#: what every visit may write, or what is written after the end
_LOOSE = re.compile(
    "django_session|core_(job|setting|notice)$|sqlite_|core_audit(?!entry$)|organisation_signinattempt$"
)
_ENDED = ("done", "failed", "cancelled")
#: seconds after which something counts as stuck; generous, as a busy machine is no fault
PATIENCE = 180.0
Counts = dict[str, int]


class HarmError(Exception):
    """What a kill did that it must not; the first word is the column of the result."""


class Site:
    """A server on a copy of the demonstration, with its people."""

    def __init__(self, demonstration: Path, folder: Path, rows: int) -> None:
        self.home = folder / f"home-{uuid.uuid4().hex[:8]}"
        shutil.copytree(demonstration, self.home)
        self.rows = rows
        self.server = Server(self.home).start()
        self.office = Person(self.server, "zonglianban", PASSWORD)
        self.neighbour = Person(self.server, "linxian", PASSWORD)
        self.chain_office = Person(self.server, "liantiaoban4", PASSWORD)

    def counts(self) -> Counts:
        """Rows of every table that an operation is to change in full or not at all."""
        tables = [name for (name,) in self.server.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = sorted(name for name in tables if not _LOOSE.match(name))
        sql = " UNION ALL ".join(
            f"SELECT '{name}', count(*) FROM {name}"
            + (" WHERE actor_id IS NOT NULL" if name == "core_auditentry" else "")
            for name in kept
        )
        return dict(self.server.rows(sql))

    def close(self) -> list[str]:
        """Stop in order, check the database and the audit log; sentences about what is wrong."""
        wrong = []
        with contextlib.suppress(subprocess.TimeoutExpired, AssertionError):
            if self.server.stop() != 0:
                wrong.append("the server did not stop in order")
        if processes_of(self.home):
            wrong.append("stuck: processes left after SIGTERM")
        self.server.kill()
        if self.server.rows("PRAGMA integrity_check") != [("ok",)]:
            wrong.append("half: the database is damaged")
        done = subprocess.run(
            [sys.executable, "-m", "lianshu.cli", "verify-audit"],
            env=environment(self.home, SETTINGS), capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            wrong.append(f"half: audit log: {done.stdout}{done.stderr}")
        shutil.rmtree(self.home)
        return wrong


class Operation:
    """Something a person begins over HTTP. ``job`` is the job it became, if it is one."""

    name = ""
    targets: tuple[str, ...] = ("main", "web", "runner", "job", "all", "twice")

    def __init__(self, site: Site) -> None:
        self.site, self.job = site, ""

    def prepare(self) -> None:
        """What must stand before it can begin; undisturbed."""

    def begin(self) -> None:
        """Ask for it; returns when the server has answered."""
        raise NotImplementedError

    def done(self) -> bool:
        """Whether it happened."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Whether it may be begun again."""
        return True

    def asked(self, answer: tuple[int, str, str]) -> None:
        """Keep the job an answer leads to."""
        status, address, page = answer
        found = re.search(r"/jobs/([0-9a-f-]{36})/", address)
        if status != 302:
            words = re.sub(r"<[^>]+>|\s+", " ", page)[:300]
            raise HarmError(f"stuck: {self.name} answered {status}: {words}")
        if found:
            self.job = found[1]

    def state(self) -> str:
        """The state of its job."""
        rows = self.site.server.rows("SELECT status FROM core_job WHERE id = ?", uuid.UUID(self.job).hex)
        if not rows:
            raise HarmError(f"lost: the job of {self.name}")
        return rows[0][0]

    def one(self, sql: str, *values: object) -> object:
        rows = self.site.server.rows(sql, *values)
        return rows[0][0] if rows else None


class Import(Operation):
    name = "import"

    def prepare(self) -> None:
        word = uuid.uuid4().hex[:8]
        lines = ["企业名称,地区,主要产品", *(f"示例{word}第{n}厂,青澜县,零件" for n in range(self.site.rows))]
        answer = self.site.office.send(
            "/ledger/enterprises/import/", f"{word}.csv", "\n".join(lines).encode()
        )
        self.run = answer[1].rstrip("/").rpartition("/")[2]
        until(lambda: self._state() == "mapping", PATIENCE, "the file is read")
        self.site.office.post(
            f"/ledger/enterprises/import/{self.run}/check/",
            {"head-0": "name", "head-1": "region", "head-2": "products"},
        )
        until(self.ready, PATIENCE, "the import is checked")

    def _state(self) -> object:
        return self.one("SELECT status FROM core_importrun WHERE id = ?", uuid.UUID(self.run).hex)

    def begin(self) -> None:
        self.asked(self.site.office.post(f"/ledger/enterprises/import/{self.run}/write/", {}))
        key = self.one("SELECT job_id FROM core_importrun WHERE id = ?", uuid.UUID(self.run).hex)
        self.job = str(key)

    def done(self) -> bool:
        return self._state() == "done"

    def ready(self) -> bool:
        return self._state() == "ready"


class Adopt(Operation):
    """The neighbour's plan, adopted; the undo takes it back, so that it can be adopted again."""

    name = "adoption"
    document, plan = 3, 3

    def prepare(self) -> None:
        person = self.site.neighbour
        if self.one(
            "SELECT count(*) FROM plans_item WHERE document_id = ? AND state = 'pending'", self.document
        ):
            person.post(f"/plans/documents/{self.document}/desk/accept/", {"confidence": "0"})
        if self.done():
            undo = Undo(self.site)
            undo.begin()
            until(lambda: undo.state() in _ENDED, PATIENCE, "the undo ends")

    def begin(self) -> None:
        address = f"/plans/documents/{self.document}/adopt/"
        page = self.site.neighbour.get(address)[2]
        fields = dict.fromkeys(re.findall(r'name="(choice:[^"]+)"', page), "create")
        fields["seen"] = str(self.one("SELECT revision FROM plans_document WHERE id = ?", self.document))
        self.asked(self.site.neighbour.post(address, fields))

    def done(self) -> bool:
        sql = "SELECT count(*) FROM plans_adoption WHERE plan_id = ? AND undone_at IS NULL"
        return bool(self.one(sql, self.plan))


class Undo(Operation):
    name = "undo"

    def prepare(self) -> None:
        adopt = Adopt(self.site)
        if not adopt.done():
            adopt.prepare()
            adopt.begin()
            until(lambda: adopt.state() in _ENDED, PATIENCE, "the adoption ends")
        self.latest = self._latest()

    def _latest(self) -> object:
        return self.one("SELECT max(id) FROM plans_adoption WHERE plan_id = ?", Adopt.plan)

    def begin(self) -> None:
        latest = self._latest()
        self.asked(self.site.neighbour.post(f"/plans/adoptions/{latest}/undo/", {}))
        sql = "SELECT id FROM core_job WHERE kind = 'plans.undo' ORDER BY asked_at DESC LIMIT 1"
        self.job = str(self.one(sql))

    def done(self) -> bool:
        return not Adopt(self.site).done()


class Read(Operation):
    name = "reading"

    def prepare(self) -> None:
        self.before = self._read_at()

    def _read_at(self) -> object:
        return self.one("SELECT read_at FROM plans_document WHERE id = 2")

    def begin(self) -> None:
        self.asked(self.site.office.post("/plans/documents/2/read/", {}))
        self.job = str(self.one("SELECT job_id FROM plans_document WHERE id = 2"))

    def done(self) -> bool:
        return self._read_at() != self.before


class File(Operation):
    """A month's report filed: a write inside the request."""

    name = "filing"
    targets = ("main", "web", "all")

    def prepare(self) -> None:
        self.filing = self.one(
            "SELECT f.id FROM reports_filing f JOIN organisation_user u ON u.unit_id = f.unit_id"
            " WHERE u.username = 'liantiaoban4' AND f.state != 'accepted' ORDER BY f.id DESC LIMIT 1"
        )
        self.before, self.answered = self._version(), False
        if self.one("SELECT state FROM reports_filing WHERE id = ?", self.filing) != "filed":
            # the first version counts for a duty too: only later ones change the same rows each time
            self.begin()
            self.before, self.answered = self._version(), False

    def _version(self) -> int:
        return int(self.one("SELECT version FROM reports_filing WHERE id = ?", self.filing) or 0)

    def begin(self) -> None:
        fields = {f"part-{n}": f"第{self.before + 1}版" for n in range(12)} | {"do": "file"}
        self.answered = self.site.chain_office.post(f"/filings/{self.filing}/", fields)[0] == 302

    def done(self) -> bool:
        if self.answered and self._version() == self.before:
            raise HarmError("lost: an answered filing")
        return self._version() > self.before


OPERATIONS: tuple[type[Operation], ...] = (Import, Adopt, Undo, Read, File)


@dataclasses.dataclass
class Learnt:
    """What an undisturbed operation changes, and how long it takes."""

    counts: Counts
    seconds: float


def finish(operation: Operation) -> None:
    """Wait for the end of an operation's job."""
    if operation.job:
        until(lambda: operation.state() in _ENDED, PATIENCE, f"the job of {operation.name} ends")


def learn(site: Site, kind: type[Operation]) -> Learnt:
    """Run it once so that first times are behind (a filing's first version), then once more and look."""
    for _ in range(2):
        operation = kind(site)
        operation.prepare()
        before, start = site.counts(), time.monotonic()
        operation.begin()
        finish(operation)
        seconds, after = time.monotonic() - start, site.counts()
        if not operation.done():
            raise RuntimeError(f"{operation.name} does not work even undisturbed")
    return Learnt({name: after[name] - before.get(name, 0) for name in after}, seconds)


def harm_of(before: Counts, after: Counts, expected: Counts) -> None:
    """Raise HarmError when the tables did not change as expected."""
    for name, count in after.items():
        change, right = count - before.get(name, 0), expected.get(name, 0)
        if change != right:
            word = "half" if not any(expected.values()) else "doubled" if change > right else "lost"
            raise HarmError(f"{word}: {name} changed by {change}, not by {right}")


def victims(site: Site, target: str) -> list[int]:
    """The processes to kill; empty while there is no such process."""
    main = site.server.process.pid
    if target == "all":
        return list(processes_of(site.home))
    if target == "main":
        return [main]
    web, runner = site.server.parts()
    if target == "web":
        return [pid for pid in processes_of(site.home) if pid == web or parent_of(pid) == web]
    if target == "runner":
        return [runner] if runner else []
    return [pid for pid in processes_of(site.home) if runner and parent_of(pid) == runner]


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def disturb(site: Site, operation: Operation, target: str, moment: float) -> None:
    """Begin the operation and kill at that moment of it."""
    if isinstance(operation, File):
        sent = threading.Thread(target=_quietly, args=(operation.begin,))
        sent.start()
        time.sleep(moment)
        kill(victims(site, target))
        sent.join()
        return
    operation.begin()
    if target != "twice":
        time.sleep(moment)
        kill(victims(site, target))
        return
    for _ in range(2):
        # the job's process, as soon as it is there, once in each of its two tries
        seen: list[int] = []
        end = time.monotonic() + 20
        while not seen and operation.state() not in _ENDED and time.monotonic() < end:
            seen = victims(site, "job")
        time.sleep(moment / 4)
        kill(seen)
        until(lambda pids=seen: not set(pids) & set(processes_of(site.home)), 10, "it is dead")


def _quietly(call: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):
        call()


def bring_back(site: Site, target: str) -> None:
    """After the kill: a dead main process leaves nothing alive, then everything answers again."""
    server = site.server
    if target in ("main", "all"):
        server.process.wait(timeout=PATIENCE)
        try:
            until(lambda: not processes_of(site.home), 10)
        except AssertionError:
            raise HarmError(f"stuck: left alive: {processes_of(site.home)}") from None
        server.start()
    until(server.healthy, PATIENCE, "the server answers")


def attack(site: Site, kind: type[Operation], learnt: Learnt, target: str, moment: float) -> str:
    """One kill and all that must hold afterwards; returns how the disturbed operation ended."""
    operation = kind(site)
    operation.prepare()
    before = site.counts()
    try:
        disturb(site, operation, target, moment)
        bring_back(site, target)
        finish(operation)
    except AssertionError as error:
        raise HarmError(f"stuck: {error}") from error
    whole = operation.done()
    harm_of(before, site.counts(), learnt.counts if whole else {})
    if operation.job and whole != (operation.state() == "done"):
        raise HarmError(f"half: the job is {operation.state()}, its work {'done' if whole else 'not done'}")
    if whole:
        return "done"
    if not operation.ready():
        raise HarmError(f"stuck: {operation.name} cannot be begun again")
    operation.begin()
    try:
        finish(operation)
    except AssertionError as error:
        raise HarmError(f"stuck: {error}") from error
    if not operation.done():
        raise HarmError(f"stuck: {operation.name} does not come to its end the second time")
    harm_of(before, site.counts(), learnt.counts)
    return "again"


def demonstration(folder: Path) -> Path:
    """The demonstration, built."""
    home = folder / "demonstration"
    done = subprocess.run(
        [sys.executable, "-m", "lianshu.cli", "demo", "--no-serve"], env=environment(home), cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError("the demonstration cannot be built")
    return home


def campaign(home: Path, folder: Path, *, count: int, seed: int, rows: int, batch: int, tell: bool) -> Counts:
    """So many kills; returns how many did harm of each kind (and prints a line for each)."""
    rng = random.Random(seed)
    harm: Counts = dict.fromkeys(("half", "doubled", "lost", "stuck"), 0)
    table: collections.Counter[tuple[str, str, str]] = collections.Counter()
    learnt: dict[type[Operation], Learnt] = {}
    site, made = None, 0
    plan = [(kind, target) for kind in OPERATIONS for target in kind.targets]
    order: list[tuple[type[Operation], str]] = []
    for number in range(1, count + 1):
        if site is None:
            site, made = Site(home, folder, rows), 0
            for kind in OPERATIONS:
                if kind not in learnt:
                    learnt[kind] = learn(site, kind)
        if not order:
            order = rng.sample(plan, len(plan))
        kind, target = order.pop()
        moment = rng.uniform(0, learnt[kind].seconds)
        try:
            ending = attack(site, kind, learnt[kind], target, moment)
        except HarmError as found:
            ending = str(found)
            harm[ending.partition(":")[0]] += 1
        table[kind.name, target, ending if ending in ("done", "again") else "HARM"] += 1
        if tell or ending not in ("done", "again"):
            print(f"{number:4} {kind.name:9} {target:7} after {moment:5.2f} s: {ending}", flush=True)
        made += 1
        if made == batch or number == count or ending not in ("done", "again"):
            for sentence in site.close():
                print(sentence, flush=True)
                harm[sentence.partition(":")[0] if sentence.partition(":")[0] in harm else "stuck"] += 1
            site = None
    print(f"{'operation':10}{'killed':9}{'went on':>9}{'began anew':>12}{'harm':>6}")
    for kind, target in plan:
        line = [table[kind.name, target, ending] for ending in ("done", "again", "HARM")]
        print(f"{kind.name:10}{target:9}{line[0]:9}{line[1]:12}{line[2]:6}")
    return harm


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when a kill did harm."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=200, help="kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=400, help="rows of an import")
    parser.add_argument("--batch", type=int, default=40, help="kills on one copy of the demonstration")
    parser.add_argument("--home", type=Path, help="a built demonstration (else one is built)")
    parser.add_argument("--quiet", action="store_true", help="no line for a kill without harm")
    args = parser.parse_args(arguments)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lianshu-kills-") as name:
        folder = Path(name)
        harm = campaign(
            args.home or demonstration(folder), folder, count=args.count, seed=args.seed, rows=args.rows,
            batch=args.batch, tell=not args.quiet,
        )  # fmt: skip
    words = ", ".join(f"{number} {word}" for word, number in harm.items())
    print(f"{args.count} kills: {words} ({time.monotonic() - start:.0f} s, seed {args.seed})")
    return int(any(harm.values()))


if __name__ == "__main__":
    sys.exit(main())
