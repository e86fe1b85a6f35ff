"""One consistent archive of an installation: database, files, key.

The archive is a gzip'ed tar with `manifest.json`, `lianshu.sqlite3`, `files/…` and `secret.key`. It is
written beside its place and renamed, so that no partial run leaves a whole-looking file.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from lianshu import __version__

_FORMAT = 1


class BackupError(Exception):
    """The archive cannot be written or read; the message says why and what to do."""


def _settings():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
    from django.conf import settings

    if "sqlite3" not in settings.DATABASES["default"]["ENGINE"]:
        raise BackupError("PostgreSQL 部署请用 pg_dump 备份数据库，再复制 LIANSHU_HOME 下的 files 文件夹。")
    return settings


def write(target: Path) -> int:
    """Write an archive to ``target`` and return its size in bytes. The platform may go on running."""
    settings = _settings()
    database = Path(settings.DATABASES["default"]["NAME"])
    if not database.exists():
        raise BackupError(f"{settings.HOME} 里还没有数据库，没有可备份的内容。")
    if not target.parent.is_dir():
        raise BackupError(f"文件夹 {target.parent} 不存在，请先建立。")
    partial = target.with_name(target.name + ".partial")
    try:
        with tempfile.TemporaryDirectory(dir=settings.HOME) as place:
            copy = Path(place) / "lianshu.sqlite3"
            source, sink = sqlite3.connect(database), sqlite3.connect(copy)
            with source, sink:
                source.backup(sink)
            source.close()
            sink.close()
            manifest = Path(place) / "manifest.json"
            manifest.write_text(
                json.dumps({"format": _FORMAT, "version": __version__, "at": datetime.now().isoformat()}),
                "utf-8",
            )
            with tarfile.open(partial, "w:gz") as archive:
                archive.add(manifest, "manifest.json")
                archive.add(copy, "lianshu.sqlite3")
                archive.add(settings.HOME / "secret.key", "secret.key")
                if settings.MEDIA_ROOT.is_dir():
                    archive.add(settings.MEDIA_ROOT, "files")
        partial.replace(target)
    except OSError as error:
        raise BackupError(f"备份没有完成：{error.strerror or error}。") from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def restore(source: Path, *, force: bool = False) -> Path | None:
    """Put an archive's content into LIANSHU_HOME; returns where earlier data was moved to, if any.

    Raises BackupError when data stands there already (without ``force``) or the archive is not ours.
    The platform must not be running.
    """
    settings = _settings()
    home: Path = settings.HOME
    database = Path(settings.DATABASES["default"]["NAME"])
    if database.exists() and not force:
        raise BackupError(f"{home} 里已有数据，未恢复。确认要替换时加 --force（原有数据会改名留存）。")
    try:
        with tempfile.TemporaryDirectory(dir=home) as place:
            _unpack(source, Path(place))
            kept = _set_aside(home, database, settings.MEDIA_ROOT)
            (Path(place) / "lianshu.sqlite3").replace(database)
            (Path(place) / "secret.key").replace(home / "secret.key")
            if (Path(place) / "files").is_dir():
                (Path(place) / "files").replace(settings.MEDIA_ROOT)
    except FileNotFoundError as error:
        raise BackupError(f"找不到备份文件 {source}。") from error
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BackupError(f"{source} 不是完整的链枢备份，未恢复：{error}") from error
    return kept


def _unpack(source: Path, place: Path) -> None:
    with tarfile.open(source, "r:gz") as archive:
        archive.extractall(place, filter="data")
    manifest = json.loads((place / "manifest.json").read_text("utf-8"))
    if manifest.get("format") != _FORMAT:
        raise ValueError("备份格式与本版本不符")
    check = sqlite3.connect(place / "lianshu.sqlite3")
    (answer,) = check.execute("PRAGMA integrity_check").fetchone()
    check.close()
    if answer != "ok":
        raise ValueError("数据库已损坏")


def _set_aside(home: Path, database: Path, files: Path) -> Path | None:
    if not database.exists():
        return None
    kept = home / f"before-restore-{datetime.now():%Y%m%d-%H%M%S}"
    kept.mkdir()
    for path in (database, Path(f"{database}-wal"), Path(f"{database}-shm"), files):
        if path.exists():
            path.replace(kept / path.name)
    return kept
