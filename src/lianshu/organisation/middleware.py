"""What every request of a signed-in person passes: the one door of a one-time password, and the record of refusals."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianshu.core.addresses import client_address

from . import access_log
from .credentials import password_expired


class MustChangePasswordMiddleware:
    """Sends a person with a one-time or an expired password to the change page, whatever he asks for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and (user.must_change_password or password_expired(user)):
            open_doors = (reverse("change-password"), reverse("sign-out"))
            if request.path not in open_doors and not request.path.startswith("/static/"):
                return redirect("change-password")
        return self.get_response(request)


class AccessLogMiddleware:
    """Records what a signed-in person was refused: 403, and writes to what is out of sight (404)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # who asks, before the view may sign the person out
        user = request.user if request.user.is_authenticated else None
        response = self.get_response(request)
        written = request.method not in ("GET", "HEAD", "OPTIONS")
        if user is not None and (response.status_code == 403 or response.status_code == 404 and written):
            words = f"{request.method} {request.path[:120]} {response.status_code}"
            access_log.door("拒绝", user, address=client_address(request), words=words, by=user)
        else:
            access_log.flush()
        return response
