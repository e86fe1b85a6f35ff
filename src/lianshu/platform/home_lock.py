"""Who uses a data folder: servers, runners and commands share a lock, a restore wants it alone.

The lock lies on the file `in-use.lock` and belongs to open descriptors: it outlives exec, is inherited by the
server's workers, and is gone with the last of them, however they end. Nothing is read from the file, so that a
file left behind by a killed process means nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from .home import HomeError

NAME = "in-use.lock"
_shared: TextIO | None = None
_alone = False


def hold(home: Path) -> None:
    """Share the folder for the life of this process and of what it starts; call as often as you like.

    Raises HomeError (Chinese) while a restore exchanges the data.
    """
    global _shared
    if _alone or (_shared is not None and Path(_shared.name) == home / NAME):
        return
    handle = (home / NAME).open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise HomeError(f"正在恢复 {home} 里的数据，请等恢复完成再运行。") from error
    # a server takes this process's place by exec, and its workers are its children
    os.set_inheritable(handle.fileno(), True)
    _shared = handle


def held(home: Path) -> bool:
    """Whether any process uses the folder at this moment (this one, where it holds or restores, included)."""
    path = home / NAME
    if not path.exists():
        return False
    with path.open("r") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def alone(home: Path, act: str = "恢复") -> Iterator[None]:
    """Use the folder alone for an ``act``; raises HomeError (Chinese) where a server, runner or command uses it."""
    global _alone
    with (home / NAME).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeError(
                f"{home} 正在使用（网站、后台任务进程或另一条命令在运行），没有{act}，数据没有改动。"
                f"请先停止它们（systemctl stop lianshu，或 Ctrl-C），再{act}。"
            ) from error
        _alone = True
        try:
            yield
        finally:
            _alone = False


def alone_here() -> bool:
    """Whether this very process uses the folder alone."""
    return _alone
