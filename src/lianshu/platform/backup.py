"""One consistent archive of an installation: database, files, key (its form: :mod:`lianshu.platform.archive`).

The platform may go on running. The archive is written beside its place, read back, and renamed only then, so that
no partial or wrong run leaves a whole-looking file. What was written last is noted in `backup-log.json`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lianshu import __version__
from lianshu.core.failures import sentence_of

from . import home_lock, sealing
from .archive import (
    CARRIED,
    FORMAT,
    MANIFEST,
    ZONE,
    BackupError,
    Manifest,
    inspect,
    judge,
    read_manifest,
    sm3_of,
    unpack,
)  # fmt: skip
from .home import DATABASE, FILES, KEY, data_home, read_key

LOG = "backup-log.json"
#: how many good backups the log remembers
_REMEMBERED = 30
_AUDIT = "core_auditentry"


@dataclass(slots=True)
class Written:
    """A backup that was written and read back. ``remark`` is a doubt worth a look, or ""."""

    manifest: Manifest
    size: int
    digest: str
    remark: str = ""


def refuse_postgres() -> None:
    """Raise BackupError where the database is PostgreSQL: its own tools copy it."""
    if os.environ.get("LIANSHU_DATABASE_URL"):
        raise BackupError(
            "PostgreSQL 部署请用 pg_dump 备份数据库、pg_restore 恢复，再复制 LIANSHU_HOME 下的 files 文件夹和 "
            "secret.key（见《备份与恢复》）。"
        )


def write(target: Path, *, passphrase: str | None = None) -> Written:
    """Write an archive to ``target``, sealed where a passphrase is given, and note it in the log.

    Raises BackupError (Chinese) where anything that belongs into it is missing or damaged, and where what was
    written does not read back; a file that stood at ``target`` is then still the old one.
    """
    refuse_postgres()
    home = data_home()
    if not (home / DATABASE).exists():
        raise BackupError(f"{home} 里还没有数据库，没有可备份的内容。")
    if not target.parent.is_dir():
        raise BackupError(f"文件夹 {target.parent} 不存在，请先建立。")
    if target.is_dir():
        raise BackupError(f"{target} 是文件夹，请写明备份文件的名字。")
    read_key(home / KEY)
    home_lock.hold(home)
    sweep(home, older_than=24 * 3600)
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=home, prefix="backing-") as name:
            place = Path(name)
            manifest = _snapshot(home, place)
            plain = partial if passphrase is None else place / "plain.tar.gz"
            _pack(place, manifest, plain)
            if unpack(plain, None).members != manifest.members:
                raise BackupError("写出的备份读回来不一样，没有完成。请换一个磁盘重试。")
            if passphrase is not None:
                sealing.seal(plain, partial, passphrase)
                if sealing.content_digest(partial, passphrase) != sm3_of(plain):
                    raise BackupError("写出的备份读回来不一样，没有完成。请换一个磁盘重试。")
        _to_disk(partial)
        partial.replace(target)
        written = Written(manifest, target.stat().st_size, sm3_of(target), _doubt(home, manifest))
        _note(home, target, written, sealed=passphrase is not None)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"备份没有完成：{sentence_of(error) or error}") from error
    except BackupError as error:
        raise BackupError(f"备份没有完成：{error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return written


def verify(source: Path, *, passphrase: str | None = None) -> tuple[Manifest, dict[str, int]]:
    """Read an archive back as a restore would: (manifest, rows by table). Raises BackupError (Chinese)."""
    home = data_home()
    home_lock.hold(home)
    with opened(source, home, passphrase) as (manifest, place):
        tables, _ = judge(place, manifest)
    return manifest, tables


@contextlib.contextmanager
def opened(source: Path, home: Path, passphrase: str | None) -> Iterator[tuple[Manifest, Path]]:
    """An archive unpacked into a folder inside ``home`` that is removed at the end (unless it was emptied)."""
    if not source.is_file():
        raise BackupError(f"找不到备份文件 {source}。请核对路径。")
    place = Path(tempfile.mkdtemp(dir=home, prefix="restore-"))
    try:
        plain = source
        if sealing.is_sealed(source):
            if passphrase is None:
                raise BackupError(
                    "这个备份是加密的。请用 --passphrase-file 给出口令文件，或在终端里输入口令。"
                )
            plain = place / "plain.tar.gz"
            sealing.unseal(source, plain, passphrase)
        with plain.open("rb") as stream:
            _require_room(read_manifest(stream), home)
        content = place / "content"
        content.mkdir()
        yield unpack(plain, content), content
    finally:
        shutil.rmtree(place, ignore_errors=True)


def sweep(home: Path, *, older_than: float = 0) -> None:
    """Remove what killed backups and restores left of their copies; ``older_than`` seconds where others may work."""
    for pattern in ("backing-*", "restore-*"):
        for place in home.glob(pattern):
            if place.is_dir() and time.time() - place.stat().st_mtime >= older_than:
                shutil.rmtree(place, ignore_errors=True)


def last(home: Path) -> dict[str, Any] | None:
    """The last good backup as noted: ``at`` (ISO), ``file``, ``size`` in bytes, ``sealed``; None for none."""
    entries = _entries(home)
    return entries[-1] if entries else None


def _require_room(manifest: Manifest, home: Path) -> None:
    needed = sum(size for size, _ in manifest.members.values())
    free = shutil.disk_usage(home).free
    if needed > free:
        raise BackupError(
            f"磁盘空间不够：解开备份需要 {needed / 1e6:,.0f} MB，{home} 所在磁盘只剩 {free / 1e6:,.0f} MB。请先腾出空间。"
        )


def _snapshot(home: Path, place: Path) -> Manifest:
    """Put everything that belongs together into ``place`` and list it.

    Files are kept under names that never change their content. They are linked before the database is copied and
    again after it: whatever a row names was there at one of the two moments.
    """
    _link_files(home / FILES, place / FILES)
    source = sqlite3.connect(f"file:{home / DATABASE}?mode=rw", uri=True, timeout=20)
    sink = sqlite3.connect(place / DATABASE)
    try:
        source.backup(sink)
    finally:
        source.close()
        sink.close()
    _link_files(home / FILES, place / FILES)
    tables, migrations = inspect(place / DATABASE)
    if "organisation_user" not in tables:
        raise BackupError("这个数据库不是链枢的数据库，或还没有建好。请先启动一次 lianshu serve。")
    for name in (KEY, *CARRIED):
        if (home / name).exists():
            (place / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(home / name, place / name)
    names = [DATABASE, KEY, *(name for name in CARRIED if (place / name).exists())]
    names += sorted(str(path.relative_to(place)) for path in (place / FILES).rglob("*") if path.is_file())
    members = {name: ((place / name).stat().st_size, sm3_of(place / name)) for name in names}
    return Manifest(FORMAT, __version__, datetime.now(ZONE), migrations, tables, members)


def _link_files(source: Path, place: Path) -> None:
    place.mkdir(exist_ok=True)
    for folder, _, names in os.walk(source):
        here = place / Path(folder).relative_to(source)
        here.mkdir(exist_ok=True)
        for name in names:
            if (here / name).exists():
                continue
            # a file may be deleted together with its row while we look
            with contextlib.suppress(FileNotFoundError):
                _link(Path(folder) / name, here / name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        # another disk, or a file system without links
        shutil.copyfile(source, target)


def _pack(place: Path, manifest: Manifest, target: Path) -> None:
    (place / MANIFEST).write_bytes(manifest.as_bytes())
    with tarfile.open(target, "x:gz", compresslevel=6) as tar:
        for name in (MANIFEST, *manifest.members):
            tar.add(place / name, name, recursive=False, filter=_anonymous)


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """A member without the names of this machine's accounts; every file a copy (two links to one content)."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _to_disk(path: Path) -> None:
    for one in (path, path.parent):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _doubt(home: Path, manifest: Manifest) -> str:
    """A word where the log of acts, which only grows, is shorter than in the last backup."""
    before, now = last(home), manifest.counts.get(_AUDIT, 0)
    if before is not None and now < int(before.get("audit", 0)):
        return f"注意：审计记录只有 {now:,} 条，比上次备份（{int(before['audit']):,} 条）少。请用 lianshu verify-audit 查明。"
    return ""


def _entries(home: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads((home / LOG).read_text("utf-8"))
        return [entry for entry in found if datetime.fromisoformat(entry["at"])]
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return []


def _note(home: Path, target: Path, written: Written, *, sealed: bool) -> None:
    entry = {
        "at": written.manifest.made_at.isoformat(),
        "file": str(target.resolve()),
        "size": written.size,
        "sm3": written.digest,
        "sealed": sealed,
        "audit": written.manifest.counts.get(_AUDIT, 0),
    }
    temporary = home / f"{LOG}.{os.getpid()}"
    temporary.write_text(
        json.dumps([*_entries(home), entry][-_REMEMBERED:], ensure_ascii=False, indent=1), "utf-8"
    )
    temporary.replace(home / LOG)
