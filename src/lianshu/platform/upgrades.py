"""Steps of an upgrade that need more than the database's structure: each runs once in the life of a database.

A step's name is kept in the setting ``upgrade_steps`` in the same transaction as its work. A step writes by the
rooms' services, so that what it changes stands in the audit log.
"""

from __future__ import annotations

import importlib

_DONE = "upgrade_steps"

#: (name kept in the setting, function "module:name" without arguments), in order
STEPS: tuple[tuple[str, str], ...] = (
    ("obligations", "lianshu.obligations.services:rebuild"),
    ("duties.due", "lianshu.tasks.services.upgrading:name_due_days"),
)


def run() -> list[str]:
    """Do the steps this database has not gone through; returns their names. Call after migrations."""
    from django.db import transaction

    from lianshu.core.settings import setting_set

    done = _done()
    missing = [step for step in STEPS if step[0] not in done]
    for name, function in missing:
        module, _, attribute = function.partition(":")
        with transaction.atomic():
            getattr(importlib.import_module(module), attribute)()
            setting_set(_DONE, [*_done(), name])
    return [name for name, _ in missing]


def _done() -> list[str]:
    from lianshu.core.settings import setting_of

    return list(setting_of(_DONE) or [])
