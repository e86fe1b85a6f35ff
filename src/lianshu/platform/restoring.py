"""Putting an archive's content into force: judged whole first, exchanged by renames, with a way back.

The exchange is noted in `restore-journal.json` inside the data folder. While it says ``exchanging``, whoever comes
next (after a kill, a power cut) undoes it and finds the old data; once it says ``exchanged``, the new data are
whole and the next start brings them to this version and adds the entry to the audit log. Nothing is deleted: the
data before the restore stand in `before-restore-…`.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from lianshu.core.failures import OperatorError, sentence_of

from . import backup, home_lock
from .archive import CHECKPOINTS, ROOT_CERTIFICATE, ZONE, BackupError, Manifest, judge, sm3_of
from .home import DATABASE, FILES, KEY, HomeError, data_home, do_without_key

JOURNAL = "restore-journal.json"
_EXCHANGED = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", FILES, KEY)


@dataclass(slots=True)
class _Journal:
    """One exchange: folder names are relative to the data folder, ``had`` names what stood there before."""

    state: str
    staged: str
    kept: str
    had: list[str]
    archive: str
    digest: str
    made_at: str


@dataclass(slots=True)
class Restored:
    """What was put into force: ``files`` counts attachments, ``kept`` is where the earlier data lie."""

    manifest: Manifest
    files: int
    kept: Path | None
    counts: dict[str, int | None]


def restore(source: Path, *, force: bool = False, passphrase: str | None = None) -> Restored:
    """Put an archive's content into LIANSHU_HOME.

    Raises BackupError or HomeError (Chinese: why, what to do) with the data as they were: when data stand
    there already (without ``force``), when anything uses them, when the archive is not whole, not ours or newer
    than this code, or when a step of the exchange fails.
    """
    backup.refuse_postgres()
    do_without_key()
    home = data_home()
    with home_lock.alone(home):
        settle(home)
        if _read(home) is not None:
            raise BackupError("上次恢复还差最后一步（记入审计）。请先运行一次 lianshu verify-audit，再恢复。")
        backup.sweep(home)
        if _holds_data(home) and not force:
            raise BackupError(f"{home} 里已有数据，未恢复。确认要替换时加 --force（原有数据会改名留存）。")
        _nobody_else(home / DATABASE)
        had = [name for name in _EXCHANGED if (home / name).exists()]
        try:
            with judged(source, home, passphrase) as (manifest, content):
                return _put(home, source, manifest, content, had)
        except BackupError as error:
            raise BackupError(f"{source}：{error}") from error
        except OperatorError:
            raise
        except Exception as error:
            raise BackupError(f"没有恢复，数据没有改动：{sentence_of(error) or error}") from error


@contextmanager
def judged(source: Path, home: Path, passphrase: str | None = None) -> Iterator[tuple[Manifest, Path]]:
    """An archive unpacked inside ``home`` and judged in every respect: (manifest, folder of its content).

    Raises BackupError (Chinese) for everything that must not be put into force.
    """
    with backup.opened(source, home, passphrase) as (manifest, content):
        _, migrations = judge(content, manifest)
        _refuse_newer(migrations)
        yield manifest, content


def settle(home: Path) -> None:
    """Undo an exchange that a killed process left half done. Called before anything opens the data.

    Raises HomeError (Chinese) while a restore is at work this very moment.
    """
    journal = _read(home)
    if journal is None or journal.state != "exchanging":
        return
    if home_lock.alone_here():
        _undo(home, journal)
        return
    try:
        with home_lock.alone(home):
            if (journal := _read(home)) is not None and journal.state == "exchanging":
                _undo(home, journal)
    except HomeError as error:
        raise HomeError(f"正在恢复 {home} 里的数据，请等恢复完成再运行。") from error


def complete(home: Path) -> None:
    """After an exchange, before the database is brought to this version: put the restore on record in the audit
    log's checkpoints and close the journal. Needs Django set up; does nothing where nothing was restored."""
    journal = _read(home)
    if journal is None or journal.state != "exchanged":
        return
    from lianshu.core import audit_anchor

    checkpoints = home / journal.staged / CHECKPOINTS
    audit_anchor.restored(
        archive=journal.archive,
        digest=journal.digest,
        made_at=datetime.fromisoformat(journal.made_at),
        by="控制台",
        left_in=home / journal.kept if (home / journal.kept / DATABASE).exists() else None,
        archive_checkpoints=checkpoints if checkpoints.exists() else None,
    )
    _take_over_certificate(home, home / journal.staged)
    (home / JOURNAL).unlink()
    if not home_lock.alone_here():
        shutil.rmtree(home / Path(journal.staged).parts[0], ignore_errors=True)


def _take_over_certificate(home: Path, staged: Path) -> None:
    """The archive's root certificate on a machine that has none: the browsers that trust it go on doing so."""
    found = [staged / name for name in ROOT_CERTIFICATE]
    if not all(path.is_file() for path in found) or any((home / name).exists() for name in ROOT_CERTIFICATE):
        return
    (home / ROOT_CERTIFICATE[0]).parent.mkdir(mode=0o700, exist_ok=True)
    for path, name in zip(found, ROOT_CERTIFICATE, strict=True):
        shutil.copyfile(path, home / name)
        (home / name).chmod(0o600)


def _holds_data(home: Path) -> bool:
    database = home / DATABASE
    return (database.exists() and database.stat().st_size > 0) or any((home / FILES).glob("*"))


def _nobody_else(database: Path) -> None:
    """Refuse where another program has the database open, whether it knows our lock or not.

    Leaving the write-ahead log needs the database alone; it also brings everything into the one file that is kept.
    """
    if not database.exists():
        return
    try:
        connection = sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=1)
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise BackupError(
                f"{database} 正在使用（别的程序打开了它），没有恢复，数据没有改动。请先停止网站和后台任务进程，再恢复。"
            ) from error
    except sqlite3.DatabaseError:
        # what is damaged is set aside as it is: that is what a restore is for
        return


def _refuse_newer(migrations: list[tuple[str, str]]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
    import django

    django.setup()
    from . import schema

    if strange := schema.unknown(migrations):
        app, name = strange[0]
        raise BackupError(
            f"备份里的数据库比程序新（含本版本不认识的结构 {app}.{name} 等 {len(strange)} 处），没有恢复。请先升级程序，再恢复。"
        )


def _put(home: Path, source: Path, manifest: Manifest, content: Path, had: list[str]) -> Restored:
    from django.db import connection

    from . import running, status

    files = sum(1 for path in (content / FILES).rglob("*") if path.is_file())
    (content / FILES).mkdir(exist_ok=True)
    kept = _new_place(home)
    staged = str(content.relative_to(home))
    made_at = manifest.made_at.isoformat()
    journal = _Journal("exchanging", staged, kept.name, had, source.name, sm3_of(source), made_at)
    try:
        _exchange(home, journal)
        complete(home)
        running.prepare()
    except BaseException:
        connection.close()
        _undo(home, journal)
        raise
    if not any(kept.iterdir()):
        kept.rmdir()
    return Restored(manifest, files, kept if kept.exists() else None, status.counts().rows)


def _new_place(home: Path) -> Path:
    stem = f"before-restore-{datetime.now(ZONE):%Y%m%d-%H%M%S}"
    for number in range(1, 1000):
        place = home / (stem if number == 1 else f"{stem}-{number}")
        try:
            place.mkdir()
        except FileExistsError:
            continue
        return place
    raise BackupError(f"{home} 里同名的留存文件夹太多，请先整理。")


def _exchange(home: Path, journal: _Journal) -> None:
    kept, staged = home / journal.kept, home / journal.staged
    _write(home, journal)
    for name in journal.had:
        if (home / name).exists():
            (home / name).replace(kept / name)
    for name in _EXCHANGED:
        if (staged / name).exists():
            (staged / name).replace(home / name)
    journal.state = "exchanged"
    _write(home, journal)


def _undo(home: Path, journal: _Journal) -> None:
    """Bring the old data back. Every step is a rename whose doing can be seen: it may itself be broken off."""
    kept, staged = home / journal.kept, home / journal.staged
    staged.mkdir(parents=True, exist_ok=True)
    for name in _EXCHANGED:
        here, old = home / name, kept / name
        came = old.exists() or name not in journal.had
        if came and here.exists():
            here.replace(staged / name)
        if old.exists():
            old.replace(here)
    _sync(home)
    (home / JOURNAL).unlink(missing_ok=True)
    if kept.is_dir() and not any(kept.iterdir()):
        kept.rmdir()
    shutil.rmtree(home / Path(journal.staged).parts[0], ignore_errors=True)


def _read(home: Path) -> _Journal | None:
    try:
        return _Journal(**json.loads((home / JOURNAL).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise HomeError(
            f"{home / JOURNAL} 读不懂，不知道上次恢复做到哪一步，没有继续。请看看 {home} 里的 before-restore-… 文件夹，"
            "确认数据完好后删去这个文件。"
        ) from error


def _write(home: Path, journal: _Journal) -> None:
    temporary = home / f"{JOURNAL}.partial"
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(asdict(journal), stream, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(home / JOURNAL)
    _sync(home)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
