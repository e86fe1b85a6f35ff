"""Signs a person out who has been away too long (等保 2.0: session timeout)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse

from . import audit
from .addresses import client_address
from .locks import if_free

_KEY = "seen"
#: the session is written at most this often only to remember that somebody is there (seconds)
_STEP = 60


def polled(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view the page itself asks again and again: it is no sign that somebody sits there."""
    view.polled = True
    return view


def _note(session: Any, now: int) -> None:
    """Remember that somebody is there. A page that is only looked at must not wait for a long import to end:
    where the database has no time for it, the next page notes it."""
    changed = session.modified
    session[_KEY] = now
    if changed:
        return
    session.modified = False
    try:
        with if_free():
            session.save()
    except UpdateError:
        # Django says so of a locked database too. A session that was really ended meanwhile is answered by
        # its middleware at the end of the request.
        session.modified = not session.exists(session.session_key)


class IdleMiddleware:
    """Ends the session ``LIANSHU_IDLE_MINUTES`` after the last thing its person did."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        seen = request.session.get(_KEY)
        if seen is not None and time.time() - seen > settings.LIANSHU_IDLE_MINUTES * 60:
            note = f"{settings.LIANSHU_IDLE_MINUTES} 分钟没有操作，地址 {client_address(request)}"
            audit.record(request.user, "超时退出", request.user, note=note)
            logout(request)
            messages.warning(
                request, f"超过 {settings.LIANSHU_IDLE_MINUTES} 分钟没有操作，已自动退出。请重新登录。"
            )
            return self._to_sign_in(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if not request.user.is_authenticated or getattr(view, "polled", False):
            return
        now = int(time.time())
        if now - request.session.get(_KEY, 0) >= _STEP:
            _note(request.session, now)

    def _to_sign_in(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("HX-Request"):
            # a part of a page cannot show the sign-in form: the whole page goes there
            response = HttpResponse(status=204)
            response["HX-Redirect"] = redirect_to_login(request.headers.get("HX-Current-URL", "/")).url
            return response
        address = request.get_full_path() if request.method == "GET" else "/"
        return redirect_to_login(address)
