"""What every page's shell needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .registries import registry
from .scope import may


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation the person may use; nothing for visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    items = sorted(registry.navigation, key=lambda item: item.order)
    shown = [item for item in items if item.action is None or may(user, item.action)]
    return {"navigation": shown, "creators": registry.creators if may(user, "edit") else []}
