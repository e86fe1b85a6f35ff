"""How much computing one document may take.

Plans take tenths of a second; a text made of nothing but figures and list marks takes time that no bound of length
alone keeps small. The loops of the extractors call :func:`spend`; beyond the budget the reading is given up with a
sentence, so that one document never holds a process. Processor time of the own thread is counted, so that a busy
machine refuses nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: Processor seconds for the reading of one document.
SECONDS = 6.0


class OverBudgetError(Exception):
    """The reading took more than :data:`SECONDS`."""


class _Clock(threading.local):
    end: float | None = None


_clock = _Clock()


@contextmanager
def limited(seconds: float | None = None) -> Iterator[None]:
    """Within the block :func:`spend` raises once the time (:data:`SECONDS` unless given) is used up; an outer block's
    end stays in force."""
    before = _clock.end
    end = time.thread_time() + (SECONDS if seconds is None else seconds)
    _clock.end = end if before is None else min(before, end)
    try:
        yield
    finally:
        _clock.end = before


def spend() -> None:
    """Raise :class:`OverBudgetError` when the reading under way has used up its time."""
    if _clock.end is not None and time.thread_time() > _clock.end:
        raise OverBudgetError
