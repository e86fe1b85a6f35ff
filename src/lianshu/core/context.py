"""What every page's shell needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .lens import lens_of
from .navigation import menu
from .notices import unread_count
from .registries import registry

#: the phone's bottom bar holds four entries, the rest stands behind 更多
BOTTOM_BAR = 4


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation the person may use, the lens and the number of unread notices; nothing for visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {}
    # a page is put together from many parts, and each part asks: answered once
    kept = getattr(request, "_shell", None)
    if kept is None:
        entries = menu(user, request.path)
        kept = {
            "navigation": entries,
            "bottom_bar": entries[:BOTTOM_BAR],
            "lens": lens_of(request),
            "unread_notices": unread_count(user),
            "standing_lines": [line for lines in registry.standing for line in lines(user)],
        }
        request._shell = kept
    return kept
