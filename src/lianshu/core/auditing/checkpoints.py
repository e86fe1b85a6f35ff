"""Signed checkpoints in a file beside the database: up to which entry the log reached, and its digest there.

One JSON line a checkpoint in ``LIANSHU_HOME/audit/checkpoints.jsonl``. A line names the digest of the line before it,
so that lines form a chain of their own. Several processes append to it under a lock on the file. A line is never
written before the entries it names are on the disk for good.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.utils import timezone

from . import copies, keys
from .digest import GENESIS, sm3

log = logging.getLogger("lianshu.audit")

_TAIL = 1 << 16
#: kinds of checkpoints that may bring a new key
NEW_KEY = ("begin", "key", "restore")


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the log a checkpoint vouches for: last number (0: empty), how many entries, last digest."""

    number: int
    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One line of the file. ``values`` has everything signed; ``line`` is the text as it stands (no newline)."""

    values: dict[str, Any]
    signature: str
    line: bytes

    @property
    def sequence(self) -> int:
        return self.values["sequence"]

    @property
    def kind(self) -> str:
        return self.values["kind"]

    @property
    def number(self) -> int:
        return self.values["number"]

    @property
    def count(self) -> int:
        return self.values["count"]

    @property
    def digest(self) -> str:
        return self.values["digest"]

    @property
    def at(self) -> str:
        """Moment of signing, ISO 8601 with offset."""
        return self.values["at"]

    @property
    def key(self) -> str:
        """Fingerprint of the key that signed."""
        return self.values["key"]

    @property
    def restore(self) -> dict[str, Any] | None:
        return self.values.get("restore")

    @property
    def mark(self) -> str:
        """What the next line names as ``previous``."""
        return sm3(self.line)

    def signed_by(self, public: str) -> bool:
        return keys.signed_by(public, _canonical(self.values), self.signature)


def _canonical(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def path() -> Path:
    """The file of checkpoints."""
    return Path(settings.HOME) / "audit" / "checkpoints.jsonl"


def parse(line: bytes) -> Checkpoint | None:
    """A line as a checkpoint; None when it is none. What a syslog puts before the JSON is skipped."""
    line = line[max(line.find(b"{"), 0) :].strip(b" \r\n\0")
    try:
        values = json.loads(line)
        signature = values.pop("signature")
        checkpoint = Checkpoint(values, signature, line)
        numbers = (checkpoint.sequence, checkpoint.number, checkpoint.count)
        texts = (
            checkpoint.kind,
            checkpoint.digest,
            checkpoint.at,
            checkpoint.key,
            values["previous"],
            signature,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if not all(type(one) is int and one >= 0 for one in numbers) or not all(
        type(one) is str for one in texts
    ):
        return None
    return checkpoint


def lines_of(data: bytes) -> list[bytes]:
    """Whole lines; what follows the last newline is a write broken off by a power cut and counts for nothing."""
    return data.split(b"\n")[:-1]


def read_all(place: Path | None = None) -> list[bytes]:
    """All whole lines of the file; [] without a file."""
    try:
        return lines_of((place or path()).read_bytes())
    except FileNotFoundError:
        return []


def last(place: Path | None = None) -> Checkpoint | None:
    """The last checkpoint, read from the end of the file."""
    try:
        with (place or path()).open("rb") as file:
            return last_in(file)
    except FileNotFoundError:
        return None


def last_in(file: BinaryIO) -> Checkpoint | None:
    """The last checkpoint of the open file; None when there is none."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    for line in reversed(lines_of(file.read())):
        if (checkpoint := parse(line)) is not None:
            return checkpoint
    return None


def find(sequence: int) -> list[Checkpoint]:
    """The checkpoints of the file with this sequence number: looked for at its end first."""
    place = path()
    try:
        with place.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            found = _with(sequence, lines_of(file.read()))
    except FileNotFoundError:
        return []
    return found or _with(sequence, read_all(place))


def _with(sequence: int, lines: list[bytes]) -> list[Checkpoint]:
    return [found for line in lines if (found := parse(line)) is not None and found.sequence == sequence]


@contextlib.contextmanager
def locked() -> Iterator[BinaryIO]:
    """The file, made if missing, for this process alone; a torn last line is cut off."""
    place = path()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _cut_torn(file)
        yield file


def _cut_torn(file: BinaryIO) -> None:
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _TAIL)
    file.seek(start)
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.truncate(start + tail.rfind(b"\n") + 1)


def add(file: BinaryIO, kind: str, head: Head, **more: Any) -> Checkpoint:
    """Sign and append one line to the locked file. Raises AuditKeyError without the right key, OSError."""
    before = last_in(file)
    key = keys.load()
    public = keys.public_hex(key)
    name = keys.fingerprint(public)
    if before is not None and name != before.key and kind not in NEW_KEY:
        raise keys.AuditKeyError(
            f"审计密钥 {keys.path()}（指纹 {name}）不是签上一个检查点的密钥（指纹 {before.key}）。"
            "请放回原来的密钥；确已遗失时运行 lianshu verify-audit --new-key。"
        )
    if before is None or name != before.key:
        more["public"] = public
    values = {
        "sequence": before.sequence + 1 if before else 1,
        "kind": kind,
        "number": head.number,
        "count": head.count,
        "digest": head.digest,
        "at": timezone.localtime().isoformat(timespec="seconds"),
        "previous": before.mark if before else GENESIS,
        "key": name,
        **more,
    }
    line = _canonical({**values, "signature": (signature := keys.sign(key, _canonical(values)))})
    _entries_to_disk()
    file.seek(0, os.SEEK_END)
    file.write(line + b"\n")
    file.flush()
    os.fsync(file.fileno())
    checkpoint = Checkpoint(values, signature, line)
    copies.send(checkpoint.sequence, line, path())
    return checkpoint


def _entries_to_disk() -> None:
    """SQLite in WAL mode with synchronous=NORMAL may lose the last commits in a power cut; a checkpoint that names
    lost entries would be a false alarm. The WAL file bears none of SQLite's locks: opening it is safe."""
    if connection.vendor != "sqlite":
        return
    with contextlib.suppress(FileNotFoundError):
        handle = os.open(f"{connection.settings_dict['NAME']}-wal", os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
