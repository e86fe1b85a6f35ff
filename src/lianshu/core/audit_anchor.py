"""What the platform calls to keep the audit log anchored: at the start, before a backup, after a restore.

``before_migrations()`` and ``at_start(…)`` frame the migrations of every start; ``mark("backup")`` writes a checkpoint
at once; ``restored(…)`` tells that an older database was put in place on purpose; ``problems()`` is the quick look of
``lianshu check``. A process that ends calls ``flush()`` by itself.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from . import audit_guard
from .auditing import alarms, checkpoints, evidence, keys, notes, pending, triggers
from .auditing.checkpoints import Checkpoint, Head
from .auditing.digest import GENESIS
from .auditing.keys import AuditKeyError
from .auditing.pending import flush

__all__ = [
    "AuditKeyError",
    "Left",
    "at_start",
    "before_migrations",
    "checkpoint_file",
    "flush",
    "mark",
    "new_key",
    "problems",
    "restored",
]

log = logging.getLogger("lianshu.audit")

_TABLE = audit_guard.TABLE
_GUARD_MIGRATION = ("core", "0004_audit_continues")


@dataclass(frozen=True, slots=True)
class Left:
    """Entries ``first`` to ``last`` that a restore left behind."""

    first: int
    last: int


def checkpoint_file() -> Path:
    """The file a backup takes along (it holds public keys and signatures, no secret)."""
    return checkpoints.path()


# --- what the table holds, by its two columns that no version changes: also before migrations


def _head() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, hash FROM {_TABLE} ORDER BY id DESC LIMIT 1")  # noqa: S608 - fixed name
        return cursor.fetchone() or (0, GENESIS)


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_TABLE}")  # noqa: S608 - fixed name
        return cursor.fetchone()[0]


def _digests(numbers: Iterable[int]) -> dict[int, str]:
    wanted, found = sorted(set(numbers)), {0: GENESIS}
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join(["%s"] * len(part))
            cursor.execute(f"SELECT id, hash FROM {_TABLE} WHERE id IN ({marks})", part)  # noqa: S608
            found.update(cursor.fetchall())
    return found


def _has_table() -> bool:
    return _TABLE in connection.introspection.table_names()


# --- a restore


def restored(
    *,
    archive: str,
    digest: str,
    made_at: datetime,
    by: str = "控制台",
    left_in: Path | None = None,
    archive_checkpoints: Path | None = None,
) -> Left | None:
    """Put on record that an archive's database now stands in the place of the former one.

    Call it once the archive's database (and files) are in place and before the next ``running.prepare()``; Django must
    be set up, migrations need not have run. ``archive`` is the archive's file name, ``digest`` its SM3, ``made_at``
    when it was written, ``by`` who restored, ``left_in`` the folder with the former database if it was kept
    (``before-restore-…``, looked into for its last number), ``archive_checkpoints`` the archive's
    ``audit/checkpoints.jsonl`` unpacked somewhere (None: the archive has none).

    ``LIANSHU_HOME/audit`` and the audit key are the home's own and must survive a restore: never replace them. Only
    on a fresh machine (no checkpoint file), or where the home's file belongs to another installation (signed by other
    keys and at odds with the archive), are the archive's checkpoints taken over; a new key is made if there is none.

    Writes a signed ``restore`` checkpoint at once; the audit entry 从备份恢复 and the notices to the audit
    administrators follow at the next start, when the restored database has been brought to this version.
    Returns the numbers of the entries left behind, or None. Raises AuditKeyError or OSError when the checkpoint cannot
    be written: the restored database is then in place but will be told as cut.
    """
    connection.close()
    last, last_digest = _head() if _has_table() else (0, GENESIS)
    count = _count() if last else 0
    set_aside, former_last = _take_over(archive_checkpoints)
    known = evidence.follow(checkpoints.read_all())
    base, foreign = _common(known, last)
    former_last = max(former_last, *(line.number for line in known.lines[-1:]), _last_in(left_in), 0)
    left = Left((base if foreign else last) + 1, former_last)
    more: dict[str, Any] = {
        "archive": archive,
        "sm3": digest,
        "made_at": _aware(made_at).isoformat(timespec="seconds"),
        "by": by,
        "base": base,
        "base_digest": _digests([base])[base],
        "left": [left.first, left.last] if left.last >= left.first else None,
        "left_in": left_in.name if left_in else "",
    }
    if foreign:
        more["foreign"] = True
    if set_aside:
        more["set_aside"] = set_aside
    with checkpoints.locked() as file:
        _key_or_new()
        checkpoints.add(file, "restore", Head(last, count, last_digest), restore=more)
    notes.drop()
    pending.forget()
    return left if more["left"] else None


def _aware(moment: datetime) -> datetime:
    return timezone.localtime(moment) if moment.tzinfo else timezone.make_aware(moment)


def _common(known: evidence.Evidence, last: int) -> tuple[int, bool]:
    """(up to which number the restored table agrees with the anchors in force, whether it is none of ours)."""
    lines = [line for line in known.lines if line.number <= last]
    found = _digests(line.number for line in lines)
    base = 0
    for anchor in sorted(known.anchors, key=lambda one: one.number):
        if anchor.number > last:
            break
        if found.get(anchor.number) != anchor.digest:
            # an earlier restore may have left this very line of entries behind, with checkpoints of its own
            ours = max((line.number for line in lines if found.get(line.number) == line.digest), default=0)
            return base, ours < anchor.number
        base = anchor.number
    return base, False


def _take_over(archive_checkpoints: Path | None) -> tuple[str, int]:
    """Put the archive's checkpoints in place where the home has none, or has those of another installation.

    Returns the name under which the home's own were set aside ("" if they were not) and their last number.
    """
    lines = checkpoints.read_all(archive_checkpoints) if archive_checkpoints is not None else []
    theirs, own = evidence.follow(lines), evidence.follow(checkpoints.read_all())
    last = _head()[0] if _has_table() else 0
    vouches_for_nothing = all(line.number == 0 for line in own.lines)
    same_installation = own.publics.keys() & theirs.publics.keys()
    if not theirs.lines or not (vouches_for_nothing or (not same_installation and _common(own, last)[1])):
        return "", 0
    place, kept = checkpoints.path(), f"checkpoints-{timezone.localtime():%Y%m%d-%H%M%S}.jsonl"
    if place.exists():
        place.replace(place.with_name(kept))
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.touch(mode=0o600)
    place.write_bytes(b"".join(line + b"\n" for line in lines))
    return ("", 0) if vouches_for_nothing or own.last is None else (kept, own.last.number)


def _last_in(left_in: Path | None) -> int:
    """The last number of a database set aside; 0 when there is none or it cannot be read."""
    place = left_in / "lianshu.sqlite3" if left_in is not None else None
    if place is None or not place.is_file():
        return 0
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(place)) as former:
        return former.execute(f"SELECT coalesce(max(id), 0) FROM {_TABLE}").fetchone()[0]  # noqa: S608 - fixed name
    return 0


def _key_or_new() -> None:
    if not keys.path().exists():
        keys.create()


# --- every start


def before_migrations() -> list[str]:
    """What is wrong with the triggers, asked before migrations (which may rebuild the table without them)."""
    if not _has_table():
        return []
    if _GUARD_MIGRATION not in MigrationRecorder(connection).applied_migrations():
        newest = checkpoints.last()
        if newest is None or newest.kind == "restore":
            # a database of an earlier version, upgraded or restored: it cannot have these triggers yet
            return []
    return audit_guard.check(connection)


def at_start(wrong: Iterable[str] = ()) -> None:
    """After migrations: put the triggers right and tell if ``wrong``; finish what a restore began; compare the newest
    checkpoint with the table, tell what does not fit; write a checkpoint if entries stand outside the last one."""
    triggers.at_start(wrong)
    if not pending.on():
        return
    try:
        _finish_restores()
        _begin_or_compare()
        _own_key_stands()
        mark("start")
        newest = checkpoints.last()
        if newest is not None:
            notes.store(newest)
    except AuditKeyError as error:
        newest = checkpoints.last()
        alarms.tell(alarms.KEY_LOST, str(error), key=f"key-{newest.sequence if newest else 0}")
    except OSError as error:
        # a full or read-only disk keeps nobody from starting; the verification tells what stands outside
        log.error("no audit checkpoint could be written at the start: %s", error)


def _own_key_stands() -> None:
    newest, own = checkpoints.last(), keys.fingerprint(keys.public_hex(keys.load()))
    if newest is not None and newest.key != own:
        raise AuditKeyError(
            f"{keys.path()}（指纹 {own}）不是签{evidence.named(newest)}的密钥（指纹 {newest.key}）。"
        )


def _finish_restores() -> None:
    for line in evidence.follow(checkpoints.read_all()).lines:
        if line.restore is not None:
            alarms.tell(
                alarms.RESTORED,
                evidence.restore_in_words(line),
                key=f"restore-{line.mark[:32]}",
                light="amber",
                by=line.restore["by"],
            )


def _begin_or_compare() -> None:
    newest, noted = checkpoints.last(), notes.read()
    if notes.contradicted(noted):
        _put_loss_on_record(noted)
        return
    if newest is None:
        number, digest = _head()
        _key_or_new()
        with checkpoints.locked() as file:
            if checkpoints.last_in(file) is None:
                checkpoints.add(file, "begin", Head(number, _count(), digest))
        return
    if _digests([newest.number]).get(newest.number) != newest.digest:
        alarms.tell(
            alarms.CONTRADICTED,
            f"{evidence.named(newest)}记到第 {newest.number} 号，数据库里的记录与它不符。请运行 lianshu verify-audit 查明。",
            key=f"contradicted-{newest.sequence}",
        )


def _put_loss_on_record(noted: Checkpoint) -> None:
    """The file lost lines the database remembers: the remembered line goes into the file as lost, once."""
    with checkpoints.locked() as file:
        number, digest = _head()
        count = _count()
        added = checkpoints.add(file, "lost", Head(number, count, digest), lost=noted.line.decode())
    notes.store(added, anew=True)
    alarms.tell(
        alarms.FILE_LOST,
        f"数据库记得{evidence.named(noted)}，文件里已没有它。请用留存的副本运行 lianshu verify-audit --against 副本 核对。",
        key=f"lost-{noted.mark[:32]}",
    )


# --- at other moments


def mark(kind: str) -> Checkpoint | None:
    """Write a checkpoint for what the table holds now (``kind``: "backup", "verify" …); None when the last one reaches
    as far. Raises AuditKeyError, OSError."""
    if not _has_table():
        return None
    number, digest = _head()
    return pending.write(kind, number, digest)


def new_key(by: str = "控制台") -> str:
    """Make a new audit key where the old one is lost; signed and told. Returns its fingerprint."""
    keys.create()
    number, digest = _head()
    with checkpoints.locked() as file:
        newest = checkpoints.last_in(file)
        if newest is not None:
            number, count, digest = newest.number, newest.count, newest.digest
        else:
            count = _count()
        added = checkpoints.add(file, "key", Head(number, count, digest), by=by)
    notes.store(added)
    alarms.tell(
        alarms.NEW_KEY, f"由{by}更换，新密钥指纹 {added.key}。", key=f"newkey-{added.mark[:32]}", by=by
    )
    return added.key


def problems() -> list[str]:
    """A quick look without reading the log: triggers, key, and the newest checkpoint against the table."""
    wrong = [f"审计触发器 {words}" for words in audit_guard.check(connection)]
    try:
        keys.load()
    except AuditKeyError as error:
        wrong.append(str(error))
    if keys.readable_by_others():
        wrong.append(f"审计密钥 {keys.path()} 别人也能读，请改为仅属主可读（chmod 600）。")
    newest = checkpoints.last()
    if newest is None:
        wrong.append(f"检查点文件 {checkpoints.path()} 不在或没有内容。")
    elif _digests([newest.number]).get(newest.number) != newest.digest:
        wrong.append(f"数据库里的审计记录与{evidence.named(newest)}不符，请运行 lianshu verify-audit。")
    if notes.contradicted(notes.read()):
        wrong.append("检查点文件被截断或移除，请运行 lianshu verify-audit。")
    return wrong
