"""What stands in the database, by kind, for `lianshu status`: a figure, or that it cannot be read and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from lianshu.core.failures import sentence_of

#: Keys of `lianshu status --json`, in order; keys that rooms add follow.
COUNTED = (
    "regions", "plans", "chains", "targets", "tasks", "duties", "projects", "enterprises", "matters",
    "observations", "users",
)  # fmt: skip


@dataclass(slots=True)
class Counts:
    """``rows``: kind → rows, None where they cannot be read; ``problems``: the reasons, each once."""

    rows: dict[str, int | None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def counts() -> Counts:
    """Rows by kind; zeros only where nothing was ever stored. Never changes anything."""
    from django.db import connection
    from django.db.utils import Error

    from lianshu.core.registries import registry

    from . import schema

    keys = (*COUNTED, *(key for key in registry.counts if key not in COUNTED))
    if _is_new():
        return Counts(dict.fromkeys(keys, 0))
    found = Counts(dict.fromkeys(keys, None))
    try:
        applied = schema.applied()
        if not applied and not connection.introspection.table_names():
            return Counts(dict.fromkeys(keys, 0))
        if strange := schema.unknown(applied):
            found.problems.append(
                f"数据库比程序新（不认识 {'.'.join(strange[0])} 等 {len(strange)} 处结构）。"
            )
        older = bool(schema.known() - applied)
    except Error as error:
        found.problems.append(_words(error))
        return found
    for key, count in registry.counts.items():
        try:
            found.rows[key] = count()
        except Error as error:
            connection.close()
            if older and "no such table" in str(error):
                # a room added after this installation was last started: nothing there yet
                found.rows[key] = 0
            elif (words := _words(error)) not in found.problems:
                found.problems.append(words)
    return found


def _is_new() -> bool:
    """Whether there is no database yet; opening it would make an empty one."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if "sqlite3" not in database["ENGINE"]:
        return False
    path = database["NAME"]
    return not path.exists() or path.stat().st_size == 0


def _words(error: Exception) -> str:
    return sentence_of(error) or f"数据库不能读：{error}"
