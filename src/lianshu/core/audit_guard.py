"""Database triggers that keep the audit log append-only, on SQLite and PostgreSQL.

They refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE, and an INSERT that does not continue the log: a number other than
the next, a previous digest other than the last entry's, a digest that stands there already. The last three also stop
SQLite's INSERT OR REPLACE, which takes rows away without firing a delete trigger. :func:`check` compares the triggers
with the text they must have, because who owns the database can drop them.
"""

from __future__ import annotations

from .auditing.digest import GENESIS

TABLE = "core_auditentry"
MESSAGE = "audit log is append-only"
FUNCTION_REFUSE = "audit_refuse"
FUNCTION_CONTINUE = "audit_continue"

_CONTINUES_NOT = (
    "NEW.id IS DISTINCT FROM (SELECT coalesce(max(id), 0) + 1 FROM core_auditentry) "
    "OR NEW.previous_hash IS DISTINCT FROM "
    "coalesce((SELECT hash FROM core_auditentry ORDER BY id DESC LIMIT 1), 'GENESIS') "
    "OR EXISTS (SELECT 1 FROM core_auditentry WHERE hash = NEW.hash)"
).replace("GENESIS", GENESIS)
#: SQLite's older releases know IS NOT, not IS DISTINCT FROM
_SQLITE = {
    "audit_no_update": f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    "audit_no_delete": f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    "audit_no_replace": f"BEFORE INSERT ON {TABLE} WHEN "
    f"{_CONTINUES_NOT.replace('IS DISTINCT FROM', 'IS NOT')} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
}
_REFUSE = f" BEGIN RAISE EXCEPTION '{MESSAGE}'; END "
_CONTINUE = f" BEGIN IF {_CONTINUES_NOT} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN NEW; END "
#: name → (when and what, level, function, bits of pg_trigger.tgtype)
_POSTGRES = {
    "audit_append_only": ("BEFORE UPDATE OR DELETE", "ROW", FUNCTION_REFUSE, 1 | 2 | 8 | 16),
    "audit_no_truncate": ("BEFORE TRUNCATE", "STATEMENT", FUNCTION_REFUSE, 2 | 32),
    "audit_continues": ("BEFORE INSERT", "ROW", FUNCTION_CONTINUE, 1 | 2 | 4),
}
_BODIES = {FUNCTION_REFUSE: _REFUSE, FUNCTION_CONTINUE: _CONTINUE}


def install(connection) -> None:
    """Put every trigger in place with the text it must have."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, text in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {text}")
        elif connection.vendor == "postgresql":
            for name, body in _BODIES.items():
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
                )
            for name, (when, level, function, _) in _POSTGRES.items():
                cursor.execute(
                    f"CREATE TRIGGER {name} {when} ON {TABLE} FOR EACH {level} EXECUTE FUNCTION {function}()"
                )


def remove(connection) -> None:
    """Take the triggers away (migration backwards, and test databases that are emptied between tests)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        elif connection.vendor == "postgresql":
            for name in _POSTGRES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}")


def check(connection) -> list[str]:
    """What is wrong with the triggers, in Chinese, one part a trigger; [] when all stand as they must."""
    found = _sqlite(connection) if connection.vendor == "sqlite" else _postgres(connection)
    wanted = _SQLITE if connection.vendor == "sqlite" else _POSTGRES
    wrong = [f"{name} 缺失" for name in wanted if name not in found]
    wrong += [f"{name} 被改" for name in wanted if name in found and not found[name]]
    return wrong + [f"多出 {name}" for name in sorted(found) if name not in wanted]


def _sqlite(connection) -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE]
        )
        return {name: sql == f"CREATE TRIGGER {name} {_SQLITE.get(name)}" for name, sql in cursor.fetchall()}


def _postgres(connection) -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, t.tgtype, t.tgenabled, t.tgqual IS NULL, array_length(t.tgattr::int2[], 1), "
            "p.proname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal",
            [TABLE],
        )
        return {name: _as_wanted(name, *rest) for name, *rest in cursor.fetchall()}


def _as_wanted(
    name: str, bits: int, enabled: str, always: bool, columns: int | None, function: str, body: str
) -> bool:
    if name not in _POSTGRES:
        return False
    _, _, wanted, kind = _POSTGRES[name]
    return (bits, function, body) == (kind, wanted, _BODIES[wanted]) and (
        enabled in ("O", "A") and always and not columns
    )
