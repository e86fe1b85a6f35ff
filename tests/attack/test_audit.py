"""Whoever owns the database tampers with the audit log; the verification must say so."""

import pytest
from django.db import DatabaseError, connection, transaction

from lianshu.core import audit, audit_guard
from lianshu.core.models import AuditEntry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xfail(strict=True, reason="issue 7: audit tampering unseen"),
]
TABLE = "core_auditentry"


@pytest.fixture(autouse=True)
def log(world):
    """Four hundred entries behind the guard."""
    audit_guard.install(connection)
    with audit.collected():
        for _ in range(400):
            audit.record(world.owner, "修改", world.chain)
    yield
    audit_guard.remove(connection)


def sql(text, values=()):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def test_last_three_hundred_cut():
    audit_guard.remove(connection)
    sql(f"DELETE FROM {TABLE} WHERE id > (SELECT max(id) - 300 FROM {TABLE})")
    audit_guard.install(connection)
    assert audit.verify()[1] is not None


def test_all_deleted():
    audit_guard.remove(connection)
    sql(f"DELETE FROM {TABLE}")
    audit_guard.install(connection)
    assert audit.verify()[1] is not None


def test_chain_rewritten():
    audit_guard.remove(connection)
    previous = audit.GENESIS
    for entry in AuditEntry.objects.order_by("id"):
        entry.actor_name = "另一人"
        entry.previous_hash = previous
        entry.hash = previous = audit._digest(previous, entry)
        entry.save()
    audit_guard.install(connection)
    assert audit.verify()[1] is not None


def test_triggers_dropped():
    audit_guard.remove(connection)
    assert audit.verify()[1] is not None


def test_insert_or_replace():
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    columns = [field.column for field in AuditEntry._meta.concrete_fields]
    row = dict(zip(columns, AuditEntry.objects.order_by("-id").values_list(*columns)[0], strict=True))
    row |= {"note": "换过", "changes": "{}", "at": "2026-11-30 10:00:00", "hash": "f" * 64}
    marks = ",".join(["%s"] * len(columns))
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(f"INSERT OR REPLACE INTO {TABLE} ({','.join(columns)}) VALUES ({marks})", list(row.values()))
