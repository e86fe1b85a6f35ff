"""Archives as they go wrong: each made from a good one by a single change.

Where the archive carries a list of its members with digests, the list is written anew after the change, so that
a case shows the judge it is about and not the list.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

DATABASE, KEY, MANIFEST = "lianshu.sqlite3", "secret.key", "manifest.json"


@dataclass(slots=True)
class Parts:
    """A good archive taken apart: ``files`` by member name, and further members as they are to be written."""

    manifest: dict
    files: dict[str, bytes]
    extra: list[tuple[tarfile.TarInfo, bytes]] = field(default_factory=list)

    @classmethod
    def of(cls, archive: Path) -> Parts:
        with tarfile.open(archive) as tar:
            files = {one.name: tar.extractfile(one).read() for one in tar if one.isfile()}
        return cls(json.loads(files.pop(MANIFEST)), files)

    def write(self, target: Path, *, relist: bool = True) -> Path:
        manifest = dict(self.manifest)
        if relist and "members" in manifest:
            manifest["members"] = [
                {"name": name, "size": len(data), "sm3": hashlib.new("sm3", data).hexdigest()}
                for name, data in self.files.items()
            ]
        with tarfile.open(target, "w:gz", compresslevel=1) as tar:
            for name, data in {MANIFEST: json.dumps(manifest).encode(), **self.files}.items():
                _add(tar, tarfile.TarInfo(name), data)
            for info, data in self.extra:
                _add(tar, info, data)
        return target


def _add(tar: tarfile.TarFile, info: tarfile.TarInfo, data: bytes) -> None:
    if info.isreg():
        info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def changed_database(data: bytes, change: Callable[[sqlite3.Connection], object]) -> bytes:
    """A database's bytes after ``change`` was done to it."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite3") as file:
        file.write(data)
        file.flush()
        connection = sqlite3.connect(file.name, isolation_level=None)
        connection.execute("PRAGMA journal_mode=DELETE")
        change(connection)
        connection.close()
        return Path(file.name).read_bytes()


# --- one function per way of going wrong: (good archive, where to write) -> archive


def without_key(good: Path, target: Path) -> Path:
    parts = Parts.of(good)
    del parts.files[KEY]
    return parts.write(target)


def with_empty_key(good: Path, target: Path) -> Path:
    parts = Parts.of(good)
    parts.files[KEY] = b""
    return parts.write(target)


def without_database(good: Path, target: Path) -> Path:
    parts = Parts.of(good)
    del parts.files[DATABASE]
    return parts.write(target)


def damaged_database(good: Path, target: Path) -> Path:
    """Pages in the middle overwritten, listed as they are."""
    parts = Parts.of(good)
    data = bytearray(parts.files[DATABASE])
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 40 * 4096] = b"\x5a" * (40 * 4096)
    parts.files[DATABASE] = bytes(data)
    return parts.write(target)


def dangling_rows(good: Path, target: Path) -> Path:
    """A sound file whose rows point at rows that are not there."""
    parts = Parts.of(good)

    def change(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("UPDATE organisation_grant SET user_id = 999999")

    parts.files[DATABASE] = changed_database(parts.files[DATABASE], change)
    return parts.write(target)


def newer_database(good: Path, target: Path) -> Path:
    parts = Parts.of(good)
    row = ("tasks", "9999_from_the_future", "2030-01-01 00:00:00")
    if "counts" in parts.manifest:
        parts.manifest["counts"]["django_migrations"] += 1
    parts.files[DATABASE] = changed_database(
        parts.files[DATABASE],
        lambda connection: connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", row
        ),
    )
    return parts.write(target)


def newer_format(good: Path, target: Path) -> Path:
    parts = Parts.of(good)
    parts.manifest |= {"format": 99, "version": "9.0"}
    return parts.write(target)


def changed_file(good: Path, target: Path) -> Path:
    """One attached file differs from its digest in the list."""
    parts = Parts.of(good)
    name = next(name for name in parts.files if name.startswith("files/"))
    parts.files[name] = b"?" * len(parts.files[name])
    return parts.write(target, relist=False)


def truncated(good: Path, target: Path) -> Path:
    target.write_bytes(good.read_bytes()[: good.stat().st_size * 2 // 3])
    return target


def flipped(good: Path, target: Path) -> Path:
    data = bytearray(good.read_bytes())
    for place in range(len(data) // 2, len(data) // 2 + 8):
        data[place] ^= 0xFF
    target.write_bytes(bytes(data))
    return target


def foreign(good: Path, target: Path) -> Path:
    """A tar of something else."""
    with tarfile.open(target, "w:gz") as tar:
        _add(tar, tarfile.TarInfo("photos/1.jpg"), b"\xff\xd8\xff" * 100)
    return target


def traversal(good: Path, target: Path) -> Path:
    parts = Parts.of(good)
    parts.extra.append((tarfile.TarInfo("files/../../outside.txt"), b"x"))
    return parts.write(target)


def linked(good: Path, target: Path) -> Path:
    """A link that leads out of the folder."""
    parts = Parts.of(good)
    link = tarfile.TarInfo("files/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    parts.extra.append((link, b""))
    return parts.write(target)


def bomb(good: Path, target: Path, *, size: int = 3 << 30) -> Path:
    """``size`` bytes of zeros that pack into a thousandth, not in the list."""
    parts = Parts.of(good)
    with tarfile.open(target, "w:gz", compresslevel=1) as tar:
        for name, data in {MANIFEST: json.dumps(parts.manifest).encode(), **parts.files}.items():
            _add(tar, tarfile.TarInfo(name), data)
        info = tarfile.TarInfo("files/zeros")
        info.size = size
        with Path("/dev/zero").open("rb") as zeros:
            tar.addfile(info, zeros)
    return target


#: name → (maker, a piece of the sentence that must be said)
WRONG: dict[str, tuple[Callable[[Path, Path], Path], str]] = {
    "no key": (without_key, "密钥"),
    "empty key": (with_empty_key, "密钥"),
    "no database": (without_database, "数据库"),
    "damaged database": (damaged_database, "数据库"),
    "dangling rows": (dangling_rows, "数据库"),
    "newer database": (newer_database, "新"),
    "newer format": (newer_format, "新"),
    "changed file": (changed_file, "不符"),
    "truncated": (truncated, "不完整"),
    "flipped bytes": (flipped, "损坏"),
    "foreign tar": (foreign, "不是链枢备份"),
    "path traversal": (traversal, "outside.txt"),
    "link": (linked, "files/link"),
    "bomb": (bomb, "zeros"),
}
