"""What the machine refuses (disk, database, rights), told in a sentence that says what to do.

One translation for everybody: the commands, the error page, background work. Refusals of the platform itself
(:class:`~lianshu.core.errors.LianshuError`) are not its business, nor are mistakes in the program: those stay what
they are.
"""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import dataclass

from django.db import utils as django_errors


class OperatorError(Exception):
    """A state of the installation that only whoever runs it can mend; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Failure:
    """``sentence`` is for whoever runs the installation, ``short`` for a person in the middle of work.

    ``passing`` says that trying again in a moment may well help.
    """

    sentence: str
    short: str
    passing: bool = False


_FULL = Failure(
    "磁盘已满，没有保存。请腾出空间（旧备份、日志、before-restore-… 文件夹）或换大磁盘，再重做刚才的操作。",
    "磁盘已满，没有保存。请告诉系统管理员腾出空间，之后重做刚才的操作。",
)
_READ_ONLY = Failure(
    "数据文件夹（LIANSHU_HOME）不可写，没有保存。请检查磁盘是否只读、文件是否属于运行链枢的账号。",
    "系统现在只能查看，没有保存。请告诉系统管理员：数据文件夹不可写。",
)
_DENIED = Failure(
    "没有权限读写数据文件夹（LIANSHU_HOME）里的文件，没有保存。请用运行链枢的账号执行，或把文件夹改归该账号（chown -R）。",
    "系统没有权限读写数据，没有保存。请告诉系统管理员：检查数据文件夹的归属和权限。",
)
_DISK_ERROR = Failure(
    "读写磁盘出错，没有保存。请先看磁盘是否已满；没有满则磁盘可能有故障：先把整个数据文件夹复制到别处，再检查磁盘。",
    "读写磁盘出错，没有保存。请马上告诉系统管理员：磁盘可能有故障。",
)
_LOCKED = Failure(
    "数据库正被占用，等了一会儿仍不能写入，没有保存。请稍后重试；仍然如此时，看看是否有别的程序打开了数据库。",
    "系统正忙，没有保存。请稍等片刻再试一次。",
    passing=True,
)
_DAMAGED = Failure(
    "数据库文件已损坏或不是数据库，没有改动它。请先把整个数据文件夹复制留存，再用最近的备份恢复：lianshu restore 备份文件 --force。",
    "数据库已损坏，没有保存。请停止使用并马上告诉系统管理员：需要从备份恢复。",
)
_NOT_OPENED = Failure(
    "打不开数据库文件。请检查数据文件夹（LIANSHU_HOME）是否存在、可写，数据库文件是否属于运行链枢的账号。",
    "打不开数据库。请告诉系统管理员：检查数据文件夹。",
)
_NO_TABLE = Failure(
    "数据库里缺少表或列，不是完整的链枢数据库。刚升级过的，请先启动一次 lianshu serve；否则用最近的备份恢复。",
    "数据库不完整，没有保存。请告诉系统管理员。",
)
_TOO_MANY_FILES = Failure(
    "打开的文件太多，没有保存。请重启服务；经常如此时提高系统的文件数上限（ulimit -n）。",
    "系统正忙，没有保存。请稍等片刻再试一次。",
    passing=True,
)
_NO_SERVER = Failure(
    "连不上数据库服务器。请检查 PostgreSQL 是否在运行，LIANSHU_DATABASE_URL 里的主机和端口是否正确，网络是否通。",
    "连不上数据库，没有保存。请稍后再试；仍然如此时告诉系统管理员。",
    passing=True,
)
_NO_ENTRY = Failure(
    "数据库服务器不接受这个账号或密码。请核对 LIANSHU_DATABASE_URL 里的用户和密码。",
    "连不上数据库，没有保存。请告诉系统管理员。",
)
_NO_DATABASE = Failure(
    "数据库服务器上没有 LIANSHU_DATABASE_URL 里写的库。请先建库（createdb），或核对库名。",
    "连不上数据库，没有保存。请告诉系统管理员。",
)

_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EIO: _DISK_ERROR,
    errno.EMFILE: _TOO_MANY_FILES,
    errno.ENFILE: _TOO_MANY_FILES,
}
#: extended result codes of SQLite that say more than their primary one: no room for the file shared by readers
_BY_SQLITE_EXTENDED = {sqlite3.SQLITE_IOERR_SHMSIZE: _FULL}
#: primary result codes of SQLite
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _DENIED,
    sqlite3.SQLITE_IOERR: _DISK_ERROR,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CANTOPEN: _NOT_OPENED,
}
#: classes and codes of PostgreSQL's SQLSTATE, longest first
_BY_SQLSTATE = {
    "53100": _FULL,
    "53300": _NO_SERVER,
    "25006": _READ_ONLY,
    "28": _NO_ENTRY,
    "3D000": _NO_DATABASE,
    "57P": _NO_SERVER,
    "08": _NO_SERVER,
    "55P03": _LOCKED,
    "40P01": _LOCKED,
    "58030": _DISK_ERROR,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "42P01": _NO_TABLE,
    "42703": _NO_TABLE,
}
#: what the client library says where no state comes from the server
_BY_WORDS = (
    ("password authentication failed", _NO_ENTRY),
    ("no password supplied", _NO_ENTRY),
    ("role ", _NO_ENTRY),
    ("no pg_hba.conf entry", _NO_ENTRY),
    ("database ", _NO_DATABASE),
)


def failure_of(error: BaseException | None) -> Failure | None:
    """What an error says about the machine, looking through its causes; None for every other error."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if (found := _of_one(error)) is not None:
            return found
        error = error.__cause__ or error.__context__
    return None


def sentence_of(error: BaseException | None) -> str | None:
    """The sentence for whoever runs the installation; None where the error is not of the machine."""
    if isinstance(error, OperatorError):
        return str(error)
    found = failure_of(error)
    return found.sentence if found else None


def _of_one(error: BaseException) -> Failure | None:
    if isinstance(error, OperatorError):
        return Failure(str(error), "系统现在不能使用。请告诉系统管理员。")
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0)
    if isinstance(error, django_errors.DatabaseError | django_errors.InterfaceError):
        return None if error.__cause__ is not None else _of_words(str(error))
    if type(error).__module__.partition(".")[0] == "psycopg":
        return _of_postgres(error)
    return None


def _of_sqlite(error: sqlite3.Error) -> Failure | None:
    # the extended code holds the primary one in its low byte
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and (found := _BY_SQLITE_EXTENDED.get(code) or _BY_SQLITE.get(code & 0xFF)):
        return found
    return _of_words(str(error))


def _of_words(words: str) -> Failure | None:
    return _NO_TABLE if words.startswith(("no such table", "no such column")) else None


def _of_postgres(error: BaseException) -> Failure | None:
    state = getattr(error, "sqlstate", None)
    if state:
        return next((found for start, found in _BY_SQLSTATE.items() if state.startswith(start)), None)
    if type(error).__name__ not in ("OperationalError", "InterfaceError", "ConnectionTimeout"):
        return None
    words = str(error)
    if "FATAL:" in words:
        said = words.partition("FATAL:")[2].strip()
        return next((found for start, found in _BY_WORDS if start in said), _NO_SERVER)
    return _NO_SERVER
