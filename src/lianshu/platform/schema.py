"""Whether a database and this version of the code belong together."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from lianshu.core.failures import OperatorError

Name = tuple[str, str]
#: applications that earlier versions had and this one has no more: their tables lie unused
_LEFT = frozenset({"axes"})


class NewerDatabaseError(OperatorError):
    """The database was written by a newer version of the program; nothing in it was touched."""


def known() -> set[Name]:
    """(app, name) of every migration this code knows, those that others replaced included."""
    loader = MigrationLoader(None)
    replaced = {name for migration in loader.disk_migrations.values() for name in migration.replaces}
    return set(loader.disk_migrations) | replaced


def applied() -> set[Name]:
    """(app, name) of every migration the database has gone through; empty for a new database."""
    return set(MigrationRecorder(connection).applied_migrations())


def unknown(names: Iterable[Name]) -> list[Name]:
    """Those of a database's migrations that this code does not know: the marks of a newer version."""
    return sorted(name for name in set(names) - known() if name[0] not in _LEFT)


def missing() -> list[Name]:
    """Migrations of this code the database has still to go through."""
    loader = MigrationLoader(connection)
    return sorted(set(loader.graph.nodes) - set(loader.applied_migrations))


def refuse_newer() -> None:
    """Raise NewerDatabaseError (Chinese) where the database is newer than the code. Call before migrating."""
    if strange := unknown(applied()):
        app, name = strange[0]
        raise NewerDatabaseError(
            f"数据库比程序新（含本版本不认识的结构 {app}.{name} 等 {len(strange)} 处），没有改动它。"
            "请用写入它的那个版本或更新的版本；要回到旧版本，请恢复升级前的备份。"
        )
