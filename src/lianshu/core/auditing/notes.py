"""What the database remembers of the checkpoint file: its last line.

So a file that was shortened or taken away is noticed. The memory goes forward only while the file still has the line
remembered; otherwise the old memory stays as evidence.
"""

from __future__ import annotations

import logging
import socket

from django.conf import settings
from django.db import connection

from lianshu.core.models import Setting

from . import checkpoints
from .digest import sm3

log = logging.getLogger("lianshu.audit")


def _name() -> str:
    # a PostgreSQL may serve several machines, each with a checkpoint file of its own
    if connection.vendor == "sqlite":
        return "audit_checkpoint"
    return "audit_checkpoint:" + sm3(f"{socket.gethostname()}:{settings.HOME}".encode())[:16]


def read() -> checkpoints.Checkpoint | None:
    """The checkpoint the database remembers for this data folder."""
    row = Setting.objects.filter(key=_name()).first()
    return checkpoints.parse(str(row.value.get("line", "")).encode()) if row is not None else None


def contradicted(noted: checkpoints.Checkpoint | None) -> bool:
    """Whether the file no longer has the line the database remembers."""
    return noted is not None and all(found.mark != noted.mark for found in checkpoints.find(noted.sequence))


def drop() -> None:
    """Forget: a restored database remembers a file of its own time, and the restore's line vouches from here on."""
    if Setting._meta.db_table in connection.introspection.table_names():
        Setting.objects.filter(key=_name()).delete()


def store(checkpoint: checkpoints.Checkpoint, *, anew: bool = False) -> bool:
    """Remember a newer line; False when an older memory must stay. ``anew``: the older one is in the file as lost."""
    noted = None if anew else read()
    if noted is not None and noted.sequence >= checkpoint.sequence and not contradicted(noted):
        return True
    if contradicted(noted):
        log.error("the audit checkpoint file has lost line %s, which the database remembers", noted.sequence)
        return False
    Setting.objects.update_or_create(key=_name(), defaults={"value": {"line": checkpoint.line.decode()}})
    return True
