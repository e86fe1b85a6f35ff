"""Named values of the installation, kept in the database."""

from __future__ import annotations

from typing import Any

from .models import Setting


def setting_of(key: str) -> Any:
    """A value by its name; None where it was never set."""
    row = Setting.objects.filter(key=key).first()
    return row.value if row is not None else None


def setting_set(key: str, value: Any) -> None:
    """Keep a value (anything JSON holds) under a name."""
    Setting.objects.update_or_create(key=key, defaults={"value": value})
