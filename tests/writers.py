"""One writer: a row is written by the services of its own room, whoever asked for it.

The guard looks at every INSERT, UPDATE and DELETE that reaches the database while a test runs, however it was
written (``save``, ``bulk_create``, ``update``, ``delete``), and at the code that sent it: the innermost frame
of the package must belong to the room of the table. Machines (the ledger, the import desk, the undoing of an
adoption, the merging of duplicates) write for the room that registered its services or rows with them, and what a deletion takes along
or empties by its foreign keys is the database's own doing. Tests may make rows as they like.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

_WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
_MACHINES = (
    "lianshu.core.",
    "lianshu.plans.adoption.registry",
    "lianshu.plans.adoption.snapshots",
    "lianshu.organisation.merging",
)
_CASCADE = "django.db.models.deletion"


class ForeignWriteError(AssertionError):
    """A room wrote another room's table."""


@cache
def _room_of_table() -> dict[str, str]:
    found = {}
    for config in apps.get_app_configs():
        if config.name.startswith("lianshu."):
            for model in config.get_models(include_auto_created=True):
                found[model._meta.db_table] = config.name.removeprefix("lianshu.")
    return found


def foreign_writer(room: str) -> str:
    """Whose code, not of ``room``, sends the statement under way; "" where all is in order."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module == _CASCADE or module.startswith("tests."):
            return ""
        if module.startswith("lianshu."):
            if module.split(".")[1] == room:
                return ""
            if room == "core" or not module.startswith(_MACHINES):
                return f"{module}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def _guard(execute: Callable, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    match = _WRITE.match(sql)
    room = _room_of_table().get(match[1]) if match is not None else None
    if room is not None and (writer := foreign_writer(room)):
        raise ForeignWriteError(f"{match[1]} belongs to {room} and is written by {writer}")
    return execute(sql, params, many, context)


@contextmanager
def one_writer() -> Iterator[None]:
    """Refuse writes into another room's table while the block runs."""
    with connection.execute_wrapper(_guard):
        yield
