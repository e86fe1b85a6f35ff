"""What one job may take of the machine; set in the job's own process."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from pathlib import Path

#: signals by which a process ends that ran out of memory in C code, or over a broken file
CRASHES = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP, signal.SIGFPE}
)


def _address_space() -> int:
    """Bytes of address space this process has now; 0 where that cannot be told."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def limit(*, megabytes: int, seconds: float) -> None:
    """No more than ``megabytes`` above what the process has now, and so many seconds of processor time.

    Beyond the memory Python raises MemoryError; beyond the time the kernel sends SIGXCPU. The clock on the wall
    is watched by the runner.
    """
    start = _address_space()
    if start and megabytes > 0:
        _soft(resource.RLIMIT_AS, start + (megabytes << 20))
    _soft(resource.RLIMIT_CPU, int(seconds))


def _soft(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def step_back() -> None:
    """Pages go first: less processor time for this process, and the first to go when memory runs out."""
    os.nice(5)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def lift_memory() -> None:
    """Take the limit of memory away again, so that a job which reached it can be ended in order."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
