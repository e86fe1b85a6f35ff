"""Entries committed by this process and not yet under a checkpoint.

A checkpoint is written after :data:`EVERY` entries, else :data:`SECONDS` after the first entry without one, and when
the process ends. So in one process at most EVERY - 1 entries and SECONDS of work stand outside the last checkpoint:
that much, and no more, can be cut from the log's end unseen. Entries that rolled back are never counted.
"""

from __future__ import annotations

import logging
import os
import threading
from functools import partial
from multiprocessing.util import Finalize

from django.conf import settings
from django.db import transaction

from . import checkpoints, keys, notes

log = logging.getLogger("lianshu.audit")

EVERY = 50
SECONDS = 180


class _State:
    """``last`` is the newest (number, digest) committed here; ``seen`` the newest line written or met here;
    ``unnoted`` a line the database has not been told yet."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.count = 0
        self.last: tuple[int, str] | None = None
        self.timer: threading.Timer | None = None
        self.seen: checkpoints.Checkpoint | None = None
        self.unnoted: checkpoints.Checkpoint | None = None
        self.at_end: Finalize | None = None


_state = _State()


def forget() -> None:
    """Begin anew: in a forked child (the parent keeps its own entries) and where another file is put in place."""
    global _state
    if _state.timer is not None:
        _state.timer.cancel()
    _state = _State()


os.register_at_fork(after_in_child=forget)


def on() -> bool:
    """Whether checkpoints are written at all; tests that empty the table switch them off."""
    return getattr(settings, "LIANSHU_AUDIT_ANCHOR", True)


def appended(count: int, number: int, digest: str) -> None:
    """Called inside the transaction that appended ``count`` entries, the last of them ``number``."""
    if not on():
        return
    state = _state
    told = state.unnoted
    if told is not None:
        # two statements a checkpoint, not an entry, in a transaction that writes anyway
        notes.store(told)
    transaction.on_commit(partial(_committed, state, count, number, digest, told), robust=True)


def _committed(
    state: _State, count: int, number: int, digest: str, told: checkpoints.Checkpoint | None
) -> None:
    with state.lock:
        if state.at_end is None:
            # not atexit: the web server's workers are forked and would end without it
            state.at_end = Finalize(None, flush, exitpriority=10)
        if state.unnoted is told:
            state.unnoted = None
        state.count += count
        state.last = max(state.last or (0, ""), (number, digest))
        if state.count >= EVERY:
            flush("count")
        elif state.timer is None:
            state.timer = threading.Timer(SECONDS, flush, ["time"])
            state.timer.daemon = True
            state.timer.start()


def flush(kind: str = "stop") -> None:
    """Write a checkpoint now if this process committed entries since the last one. Never raises: a checkpoint that
    cannot be written is tried again with the next entries, and the verification tells how many stand outside."""
    state = _state
    with state.lock:
        if state.timer is not None:
            state.timer.cancel()
        state.timer, state.count = None, 0
        if state.last is None:
            return
        try:
            write(kind, *state.last)
            state.last = None
        except (OSError, keys.AuditKeyError) as error:
            log.error("no audit checkpoint could be written: %s", error)


def write(kind: str, number: int, digest: str) -> checkpoints.Checkpoint | None:
    """Append a checkpoint for an entry known to be committed; None when the file already reaches as far."""
    state = _state
    with state.lock, checkpoints.locked() as file:
        before, seen = checkpoints.last_in(file), state.seen
        more = {}
        if seen is not None and (before is None or before.sequence < seen.sequence):
            # the file was shortened under the running process: the line it had is put on record
            kind, more = "lost", {"lost": seen.line.decode()}
        base = seen if more else before
        if base is None:
            log.error("the audit checkpoint file has not been begun; it is at the next start")
            return None
        if not more and base.number >= number:
            state.seen = before
            return None
        count = base.count + max(number - base.number, 0)
        added = checkpoints.add(file, kind, checkpoints.Head(number, count, digest), **more)
        state.seen = state.unnoted = added
        return added
