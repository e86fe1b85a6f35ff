"""Pages for requests that fail before any view of ours is asked: bad ones, and forms without their token."""

from __future__ import annotations

from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse

from .errors import CATALOGUE
from .middleware import error_page


def _page(request: HttpRequest, code: str) -> HttpResponse:
    status, sentence = CATALOGUE[code]
    return error_page(request, status, sentence, code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read, brings too much, or asks for a host that is not ours."""
    if isinstance(exception, DisallowedHost):
        return _page(request, "E4006")
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return _page(request, "E4005")
    return _page(request, "E4004")


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token its page gave it: the page is too old, or somebody else's."""
    if not request.user.is_authenticated:
        return _page(request, "E4009")
    return _page(request, "E4008" if getattr(request, "htmx", False) else "E4007")
