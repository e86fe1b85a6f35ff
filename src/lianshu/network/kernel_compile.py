"""How the engine's loops are compiled: without the interpreter lock, machine code kept on disk where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Any:
    """Compile without the interpreter lock; keep the machine code on disk where some folder allows it."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # installed read-only for a user without a home: compile anew in each process
        return njit(**options)(function)
