"""An installation of its own for tests of the audit log: real commits, triggers in place, checkpoints on."""

import sqlite3
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from lianshu.core import audit, audit_anchor, audit_guard
from lianshu.core.auditing import pending
from lianshu.core.auditing.chain import entry_digest
from lianshu.core.models import AuditEntry, Setting

TABLE = audit_guard.TABLE


class Installation:
    """One data folder on the test database. ``write`` appends, the rest does what somebody with the database may do."""

    def __init__(self, home: Path, world) -> None:
        self.home, self.world = home, world

    @property
    def file(self) -> Path:
        return audit_anchor.checkpoint_file()

    @property
    def key(self) -> Path:
        return self.home / "audit.key"

    def start(self, wrong=()) -> None:
        """A process that ended and one that begins."""
        pending.forget()
        audit_anchor.at_start(wrong or audit_anchor.before_migrations())

    def write(self, count: int) -> None:
        for _ in range(count):
            audit.record(self.world.owner, "修改", self.world.chain)

    def kinds(self, **kwargs) -> list[str]:
        verdict = audit.verify(**kwargs)
        assert (verdict.state == audit.State.BROKEN) == bool(verdict.findings)
        return [str(finding.kind) for finding in verdict.findings]

    def words(self, **kwargs) -> str:
        return "\n".join(finding.words for finding in audit.verify(**kwargs).findings)

    @contextmanager
    def unguarded(self):
        """The triggers away and put back with their own text, as a careful tamperer would."""
        audit_guard.remove(connection)
        yield
        audit_guard.install(connection)

    def sql(self, text: str, values=()) -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, values)

    def cut(self, after: int) -> None:
        with self.unguarded():
            self.sql(f"DELETE FROM {TABLE} WHERE id > %s", [after])
        self.forget_sequence()

    def forget_sequence(self) -> None:
        """SQLite's memory of the highest number it gave, set to what stands."""
        if connection.vendor == "sqlite":
            self.sql(
                f"UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM {TABLE}) WHERE name = %s",
                [TABLE],
            )

    def rewrite(self, number: int) -> None:
        """Forge one entry and every digest after it."""
        with self.unguarded():
            previous = audit.GENESIS
            for entry in AuditEntry.objects.order_by("id"):
                if entry.pk == number:
                    entry.note = "伪造"
                entry.previous_hash = previous
                entry.hash = previous = entry_digest(previous, entry)
                entry.save()

    def rows(self) -> list[AuditEntry]:
        return list(AuditEntry.objects.order_by("id"))

    def put_back(self, rows: list[AuditEntry]) -> None:
        """An older database in the place of this one, with what it remembered."""
        with self.unguarded():
            AuditEntry.objects.all().delete()
            AuditEntry.objects.bulk_create(rows)
        self.forget_sequence()

    def memory(self) -> list[Setting]:
        return list(Setting.objects.filter(key__startswith="audit_checkpoint"))


def database_with(place: Path, last: int) -> None:
    """A former database as a restore sets it aside."""
    place.mkdir()
    with sqlite3.connect(place / "lianshu.sqlite3") as former:
        former.execute(f"CREATE TABLE {TABLE} (id integer primary key)")
        former.execute(f"INSERT INTO {TABLE} VALUES (?)", [last])
    former.close()
