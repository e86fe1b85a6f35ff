"""Damaged and hostile files through the whole reader, each measured for time and memory.

Usage: readers.py [--count N] [--seed N] [--workers N] [--hostile] [--replay SEED …] [--keep DIR]

Every file is read as an upload is: looked at from outside, opened, understood. Workers are processes that are
renewed every few hundred files and after every file that broke a limit: 10 processor seconds, 1 GB of growth; at
180 seconds of the clock or 3 GB they are killed. Reading or a refusal in the reader's own words is right, everything else is a
failure; its number is printed (``--replay`` reads it again, with the traceback) and its file kept. Exit status 1
on any failure.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import resource
import selectors
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import mutations

SECONDS = 10.0
GROWTH_MB = 1024.0
_HARD_SECONDS = 180.0
_HARD_BYTES = 3 << 30
_RENEW = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. ``kind`` is ``read``, ``refused``, ``unhandled`` or ``killed``."""

    label: str
    kind: str
    words: str
    seconds: float
    megabytes: float

    @property
    def failure(self) -> str:
        """What is wrong with the outcome, empty when nothing is."""
        if self.kind in ("unhandled", "killed"):
            return f"{self.kind}: {self.words}"
        if self.seconds > SECONDS:
            return f"{self.seconds:.1f} s"
        return f"{self.megabytes:.0f} MB" if self.megabytes > GROWTH_MB else ""


# --- inside a worker


def _peak() -> float:
    """The highest resident memory since the last reset, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _reset_peak() -> float:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def read_as_upload(name: str, data: bytes) -> tuple[str, str]:
    """(``read`` or ``refused``, words). Raises whatever the reader lets through."""
    from lianshu.policy.intake import from_bytes, refuse_from_outside
    from lianshu.policy.model import UnusableInputError
    from lianshu.policy.outputs_page import document_html
    from lianshu.policy.reader import read

    try:
        refuse_from_outside(data, name)
        reading = read(from_bytes(data, name))
    except UnusableInputError as error:
        words = str(error)
        if not words.startswith(f"{name}：") or not words.endswith("。"):
            raise AssertionError(f"no sentence: {words[:200]}") from error
        return "refused", words
    json.dumps(reading.as_dict(), allow_nan=False)
    document_html(reading, "d1")
    return "read", f"{len(reading.source.text)} characters, {len(reading.items)} items"


def _file(label: str) -> tuple[str, bytes]:
    if label.startswith("hostile:"):
        name, make = mutations.hostile()[label.removeprefix("hostile:")]
        return name, make()
    return mutations.mutated(int(label))


def _work() -> None:
    """Answer each label on standard input with a line of JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (_HARD_BYTES, _HARD_BYTES))
    logging.disable(logging.CRITICAL)
    read_as_upload(
        "a.txt", "加强领导。推进产业链建设，到2025年新增企业5家。".encode()
    )  # tables are loaded once
    for line in sys.stdin:
        label = line.strip()
        name, data = _file(label)
        before, start = _reset_peak(), time.process_time()
        try:
            kind, words = read_as_upload(name, data)
        except BaseException as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            kind, words = (
                "unhandled",
                f"{type(error).__name__}: {error}"[:200] + f" at {Path(place.filename).name}:{place.lineno}",
            )
        row = [label, kind, words[:300], time.process_time() - start, _peak() - before]
        print(json.dumps(row), flush=True)


# --- the conductor


class Worker:
    """A process that reads files one after the other."""

    def __init__(self, quick: bool) -> None:
        self.quick = quick
        self.waiting = ""
        self.since = 0.0
        self.done = 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), "--work", *(["--quick"] if self.quick else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )

    def give(self, label: str) -> None:
        """Have a file read; the process is renewed when it has read enough."""
        if self.done >= _RENEW or self.process.poll() is not None:
            self.renew()
        self.waiting, self.since, self.done = label, time.monotonic(), self.done + 1
        assert self.process.stdin is not None
        self.process.stdin.write(label + "\n")

    def renew(self) -> None:
        """Another process."""
        self.stop()
        self.process, self.done = self._start(), 0

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def answer(self) -> Outcome | None:
        """The outcome when there is one, also when the process died or is over the hard limit."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            if ready.select(timeout=0.05):
                line = self.process.stdout.readline()
                if line:
                    label, kind, words, seconds, megabytes = json.loads(line)
                    return Outcome(label, kind, words, seconds, megabytes)
                return self._lost(f"the process ended with {self.process.wait()}")
        if time.monotonic() - self.since > _HARD_SECONDS:
            return self._lost(f"no answer in {_HARD_SECONDS:.0f} s")
        return None

    def _lost(self, words: str) -> Outcome:
        label = self.waiting
        self.renew()
        return Outcome(label, "killed", words, 0.0, 0.0)


def outcomes(labels: list[str], workers: int, quick: bool = False) -> Iterator[Outcome]:
    """Every file's outcome, as they come; ``quick`` makes smaller files."""
    crew = [Worker(quick) for _ in range(min(workers, len(labels)))]
    pending = iter(labels)
    busy: list[Worker] = []
    try:
        for worker in crew:
            worker.give(next(pending))
            busy.append(worker)
        while busy:
            for worker in list(busy):
                found = worker.answer()
                if found is None:
                    continue
                yield found
                if found.failure:
                    worker.renew()
                following = next(pending, None)
                if following is None:
                    busy.remove(worker)
                else:
                    worker.give(following)
    finally:
        for worker in crew:
            worker.stop()


def closing(found: list[Outcome]) -> str:
    """The last line of the run."""
    unhandled = sum(one.kind in ("unhandled", "killed") for one in found)
    slow = sum(one.seconds > SECONDS for one in found)
    big = sum(one.megabytes > GROWTH_MB for one in found)
    return f"{len(found):,} files: {unhandled} unhandled, {slow} over {SECONDS:.0f} s, {big} over 1 GB"


def _keep(folder: Path, one: Outcome) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name, data = _file(one.label)
    (folder / f"{one.label.replace(':', '-').replace(' ', '-')}-{name}").write_bytes(data)


def _table(found: list[Outcome]) -> None:
    kinds = Counter(one.kind for one in found)
    seconds = sorted(one.seconds for one in found)
    print("  ".join(f"{kind} {number}" for kind, number in sorted(kinds.items())))
    print(
        f"seconds: median {statistics.median(seconds):.2f}, 99 % {seconds[int(len(seconds) * 0.99)]:.2f}, most {seconds[-1]:.2f}; "
        f"memory: most {max(one.megabytes for one in found):.0f} MB"
    )
    reasons = Counter(
        one.words.partition("：")[2].partition("，")[0][:24] for one in found if one.kind == "refused"
    )
    for reason, number in reasons.most_common(12):
        print(f"  {number:6d}  {reason}")


def main() -> int:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="number of the first file")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--hostile", action="store_true", help="only the named hostile files")
    parser.add_argument("--replay", nargs="*", default=[], help="numbers to read in this process")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "lianshu-attack-files")
    parser.add_argument("--quick", action="store_true", help="smaller files, as the tests take them")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    args: Any = parser.parse_args()
    if args.quick:
        mutations.quick()
    if args.work:
        _work()
        return 0
    if args.replay:
        for label in args.replay:
            print(label, *read_as_upload(*_file(label)))
        return 0
    labels = [f"hostile:{what}" for what in mutations.hostile()] + (
        [] if args.hostile else [str(args.seed + i) for i in range(args.count)]
    )
    found: list[Outcome] = []
    start = time.monotonic()
    for one in outcomes(labels, args.workers, args.quick):
        found.append(one)
        if one.failure:
            print(f"{one.label}: {one.failure} ({one.words})", flush=True)
            _keep(args.keep, one)
        elif one.label.startswith("hostile:"):
            print(
                f"{one.label}: {one.seconds:.1f} s, {one.megabytes:.0f} MB, {one.kind}: {one.words[:90]}",
                flush=True,
            )
    _table(found)
    print(
        f"{time.monotonic() - start:.0f} s with {args.workers} workers, seed {args.seed}, load {os.getloadavg()[0]:.1f}"
    )
    print(closing(found))
    return 1 if any(one.failure for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
