"""Processes of this machine: a name that no later process can bear, and children that do not outlive their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def host_name() -> str:
    """This machine's name as it stands in a process's name."""
    return socket.gethostname()[:40]


def started(pid: int) -> str:
    """When a process of this machine started (kernel ticks); "" if there is none. Tells reused numbers apart.

    A zombie counts as none: it works no more, and where nobody collects it, it would stay for ever.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def process_name(pid: int | None = None) -> str:
    """``host:number:start`` of a process of this machine (of this one without ``pid``)."""
    pid = pid or os.getpid()
    return f"{host_name()}:{pid}:{started(pid)}"


def lives(name: str) -> bool | None:
    """Whether the process of a :func:`process_name` lives; None when it is another machine's."""
    host, _, rest = name.partition(":")
    if host != host_name():
        return None
    pid, _, since = rest.partition(":")
    return pid.isascii() and pid.isdigit() and bool(since) and started(int(pid)) == since


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when ``parent`` dies, however it dies; ends at once if it is gone.

    Linux only; elsewhere (a developer's machine) nothing happens.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        # it died before the kernel was told
        os._exit(1)
