"""How much a request may bring, by who sends it and where, known before a byte of it is read.

A visitor may send a small form (the sign-in page's), a signed-in person a form of two megabytes, and files only where
the view says so::

    @accepts_upload(31 * MB)
    def import_desk(request, slug): ...

A page with a file field whose view says nothing refuses its files: tests/attack/test_bodies.py names them all.
The middleware stands before the one that looks for a form's token, which reads the whole body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from .errors import LianshuError
from .middleware import error_page
from .words import file_size

MB = 1024 * 1024
#: bytes of a visitor's form, and of a signed-in person's without files
VISITOR_LIMIT, FORM_LIMIT = 64 * 1024, 2 * MB
#: bytes of all files of a request where a page takes several
FILES_LIMIT = 120 * MB
#: what is refused is still taken and thrown away up to here, else the browser shows a broken connection instead
#: of the answer; not for visitors, who could keep the line busy
_THROWN_AWAY = 64 * MB
_PIECE = 64 * 1024


def accepts_upload(limit: int = FILES_LIMIT) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: the view takes files, all together up to ``limit`` bytes, from signed-in persons."""

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        view.upload_limit = limit
        return view

    return mark


def upload_limit(view: Any) -> int:
    """Bytes of files a view takes; 0 where it takes none."""
    return getattr(view, "upload_limit", 0)


class ReceivingMiddleware:
    """Refuses bodies that are too large or of unknown size (E4001, E4002) and characters no database keeps (E4003)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        signed_in = request.user.is_authenticated
        limit = max(FORM_LIMIT, upload_limit(view)) if signed_in else VISITOR_LIMIT
        try:
            _refuse_size(request, limit)
            if "\x00" in request.path:
                raise LianshuError("E4003")
            refuse_zero(request.GET)
            refuse_zero(request.POST)
        except LianshuError as refusal:
            if refusal.code == "E4001" and signed_in:
                _throw_away(request)
            return error_page(request, refusal.status, refusal.sentence, refusal.code)
        return None


def refuse_zero(params: QueryDict) -> None:
    """Raise E4003 for a zero character in a name or value: PostgreSQL keeps none."""
    for name, values in params.lists():
        if "\x00" in name or any("\x00" in value for value in values):
            raise LianshuError("E4003")


def _refuse_size(request: HttpRequest, limit: int) -> None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise LianshuError("E4002")
    # what is no number counts as no body, here and where it is read
    size = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
    if size > limit or len(length) >= 20:
        raise LianshuError("E4001", size=file_size(size), limit=file_size(limit))


def _throw_away(request: HttpRequest) -> None:
    left = _THROWN_AWAY
    while left > 0 and (piece := request.read(min(_PIECE, left))):
        left -= len(piece)
