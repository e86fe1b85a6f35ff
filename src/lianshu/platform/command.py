"""Sub-commands that run the platform."""

from __future__ import annotations

from typing import Any


def register(subparsers: Any) -> None:
    """Add this room's sub-commands to the parser."""
