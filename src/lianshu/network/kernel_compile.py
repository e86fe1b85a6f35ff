"""How the engine's loops are compiled: without the interpreter lock, machine code kept on disk where possible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit


def drop_stale(folder: Path) -> None:
    """Forget machine code older than any of the kernel's sources in `folder`.

    numba looks only at the file of the compiled function; the code it calls stands in the others, and a
    checkout may change one of them alone.
    """
    newest = max(source.stat().st_mtime for source in folder.glob("kernel_*.py"))
    for index in (folder / "__pycache__").glob("kernel_*.nbi"):
        try:
            if index.stat().st_mtime < newest:
                index.unlink()
        except OSError:  # not ours to write, or another process was faster
            continue


drop_stale(Path(__file__).parent)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile without the interpreter lock; keep the machine code on disk where some folder allows it."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # installed read-only for a user without a home: compile anew in each process
        return njit(**options)(function)
