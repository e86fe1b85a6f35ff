"""Records of runs, and results written so that an interrupted run can be taken up again.

A run is known by what decides its result: input hash, parameters, seed and code version. Results are
appended block by block to `<out>.part` beside its record `<out>.part.json`; when the last scenario is in,
both take their final names (`<out>`, `<out>.run.json`). Taking up cuts off an unfinished last row, so the
file ends up byte for byte as if nothing had happened.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import lianshu
from lianshu.network.network import NetworkError

ENGINE = (
    "network.py",
    "cascade.py",
    "cascade_flow.py",
    "kernel_compile.py",
    "kernel_frontier.py",
    "kernel_lanes.py",
    "kernel_layout.py",
    "kernel_pool.py",
    "kernel_team.py",
    "kernel_vector.py",
    "shocks.py",
    "inventory.py",
    "inventory_rationing.py",
)


@cache
def code_version() -> str:
    """Version of the package and a hash of the engine's source: equal only when the code is the same."""
    digest = hashlib.sha256()
    folder = resources.files("lianshu.network")
    for name in ENGINE:
        digest.update((folder / name).read_bytes())
    return f"{lianshu.__version__}+{digest.hexdigest()[:12]}"


@dataclass(frozen=True)
class RunRecord:
    """What decides the result of a run, and when it was made.

    `inputs` are SHA-256 hashes by name; `parameters` everything else that was chosen; `seed` None where
    nothing is drawn.
    """

    kind: str
    inputs: Mapping[str, str]
    parameters: Mapping[str, Any]
    seed: int | None = None
    simulated: bool = False
    code: str = field(default_factory=code_version)
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def identity(self) -> dict[str, Any]:
        """All that must be equal for two runs to give the same result."""
        return {
            "kind": self.kind,
            "inputs": dict(self.inputs),
            "parameters": dict(self.parameters),
            "seed": self.seed,
            "code": self.code,
        }

    @property
    def run_id(self) -> str:
        """Short hash of the identity."""
        text = json.dumps(self.identity, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_json(self, **more: Any) -> str:
        """The record as stored beside the results."""
        content = {"run": self.run_id, **self.identity, "simulated": self.simulated, "started": self.started}
        return json.dumps({**content, **more}, ensure_ascii=False, indent=1)


class ResultFile:
    """A csv that grows row by row under a provisional name."""

    def __init__(self, path: Path, head: Sequence[str], *, signed: bool = False) -> None:
        """`path` is the final name; nothing is written before `start` or `take_up`.

        A `signed` file begins with the mark by which a spreadsheet knows UTF-8.
        """
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self._head = ("\ufeff" if signed else "") + ",".join(head) + "\n"

    def start(self) -> None:
        """Begin anew with the heading row."""
        self.part.write_text(self._head, encoding="utf-8")

    def rows_done(self) -> int:
        """Complete rows in the provisional file; 0 when it is missing or its heading is another."""
        if not self.part.exists():
            return 0
        with self.part.open("rb") as stream:
            if stream.readline() != self._head.encode():
                return 0
            return sum(line.endswith(b"\n") for line in stream)

    def keep_rows(self, count: int) -> None:
        """Cut everything after the first `count` rows."""
        with self.part.open("r+b") as stream:
            for _ in range(count + 1):
                stream.readline()
            stream.truncate(stream.tell())

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows and bring them to the disk; floats are written with all their digits."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        with self.part.open("a", encoding="utf-8", newline="") as stream:
            stream.write(text.getvalue())
            stream.flush()
            os.fsync(stream.fileno())

    def finish(self) -> None:
        """Take the final name."""
        self.part.replace(self.path)


@dataclass(frozen=True)
class Detail:
    """A file with `rows` rows for each of the first `scenarios` scenarios of a run."""

    file: ResultFile
    rows: int
    scenarios: int


class Journal:
    """Results of a run over numbered scenarios: one row per scenario, and further rows in other files."""

    def __init__(self, record: RunRecord, out: ResultFile, details: Sequence[Detail] = ()) -> None:
        """`out` has one row per scenario; `details` are written before it, so that its row vouches for them."""
        self.record = record
        self._out = out
        self._details = details
        self._note = out.part.with_name(out.part.name + ".json")

    def open(self, resume: bool) -> int:
        """Prepare the files and return the number of scenarios already done.

        With `resume`, what the last run left is taken up; raises NetworkError when that run had other
        inputs, parameters or code.
        """
        if resume and self._note.exists() and self._out.part.exists():
            found = json.loads(self._note.read_text(encoding="utf-8"))
            wrong = [name for name, value in self.record.identity.items() if found.get(name) != value]
            if wrong:
                raise NetworkError(
                    f"{self._out.part.name} 是另一次推演留下的（{'、'.join(wrong)} 不同），不能接着算；"
                    "请用原来的数据与参数，或去掉 --resume 重新开始。"
                )
            return self._take_up()
        if not resume and self._out.part.exists():
            kept = self._out.part.with_name(self._out.part.name + ".old")
            self._out.part.replace(kept)
        self._note.write_text(self.record.to_json(), encoding="utf-8")
        self._out.start()
        for detail in self._details:
            detail.file.start()
        return 0

    def write(self, rows: Iterable[Sequence[Any]], *details: Iterable[Sequence[Any]]) -> None:
        """Append the rows of some scenarios, and theirs in each of the details in their order."""
        for detail, more in zip(self._details, details, strict=True):
            detail.file.append(more)
        self._out.append(rows)

    def finish(self, **more: Any) -> None:
        """Give the files their final names and store the record beside them."""
        record = self._out.path.with_name(self._out.path.name + ".run.json")
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        for detail in self._details:
            detail.file.finish()
        self._out.finish()
        record.write_text(self.record.to_json(finished=finished, **more), encoding="utf-8")
        self._note.unlink(missing_ok=True)

    def _take_up(self) -> int:
        done = self._out.rows_done()
        for detail in self._details:
            whole = detail.file.rows_done() // max(1, detail.rows)
            if whole < min(done, detail.scenarios):
                done = whole
        for detail in self._details:
            detail.file.keep_rows(min(done, detail.scenarios) * detail.rows)
        self._out.keep_rows(done)
        return done
