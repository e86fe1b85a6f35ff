"""Copies of the checkpoints elsewhere, so that another machine holds them.

``LIANSHU_AUDIT_COPY`` names a file (a mounted share, another disk) every line is appended to; a copy that missed some
lines is brought up. ``LIANSHU_AUDIT_SYSLOG`` is ``host:port`` (UDP) or a local socket such as ``/dev/log``. A copy that
cannot be written never stops the platform: the log of the process says so, and the next checkpoint tries again.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import threading
from logging.handlers import SysLogHandler
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

log = logging.getLogger("lianshu.audit")
_TAIL = 1 << 16


#: seconds a checkpoint waits for its copies; a share that hangs must not hold up whoever committed
WAIT = 5.0
_sending: threading.Thread | None = None


def send(sequence: int, line: bytes, original: Path) -> None:
    """Send the newest line (its number, its text) of the file ``original`` to every copy that is set up."""
    global _sending
    if not (getattr(settings, "LIANSHU_AUDIT_COPY", "") or getattr(settings, "LIANSHU_AUDIT_SYSLOG", "")):
        return
    if _sending is not None and _sending.is_alive():
        log.error("audit checkpoint %s was not copied: the one before still hangs", sequence)
        return
    _sending = threading.Thread(target=_send, args=[sequence, line, original], daemon=True)
    _sending.start()
    _sending.join(WAIT)


def _send(sequence: int, line: bytes, original: Path) -> None:
    if place := getattr(settings, "LIANSHU_AUDIT_COPY", ""):
        try:
            _append(Path(place), sequence, line, original)
        except OSError as error:
            log.error("audit checkpoint %s was not copied to %s: %s", sequence, place, error)
    if address := getattr(settings, "LIANSHU_AUDIT_SYSLOG", ""):
        try:
            _to_syslog(address, line)
        except (OSError, ValueError) as error:
            log.error("audit checkpoint %s was not sent to syslog %s: %s", sequence, address, error)


def _append(place: Path, sequence: int, line: bytes, original: Path) -> None:
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
        known = max((_sequence(one) for one in tail.split(b"\n")), default=0)
        lines = [line]
        if known + 1 < sequence:
            lines = [one for one in original.read_bytes().split(b"\n") if _sequence(one) > known]
        start = b"" if not tail or tail.endswith(b"\n") else b"\n"
        file.write(start + b"".join(one + b"\n" for one in lines))
        file.flush()
        os.fsync(file.fileno())


def _sequence(line: bytes) -> int:
    with contextlib.suppress(ValueError, TypeError, KeyError):
        return int(json.loads(line)["sequence"])
    return 0


def _to_syslog(address: str, line: bytes) -> None:
    if address.startswith("/"):
        target: str | tuple[str, int] = address
    else:
        parts = urlsplit(f"//{address}")
        target = (parts.hostname or "localhost", parts.port or 514)
    handler = SysLogHandler(target, facility=SysLogHandler.LOG_AUTHPRIV)
    try:
        # the handler's own emit() would swallow errors on stderr
        level = handler.encodePriority("authpriv", "notice")
        message = f"<{level}>lianshu-audit: ".encode() + line
        if handler.unixsocket:
            handler.socket.send(message)
        else:
            handler.socket.sendto(message, target)
    finally:
        handler.close()
