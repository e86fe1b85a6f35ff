"""A one-time password opens one door only: the page where it is changed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class MustChangePasswordMiddleware:
    """Sends a person with a one-time password to the change page, whatever he asks for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password:
            open_doors = (reverse("change-password"), reverse("sign-out"))
            if request.path not in open_doors and not request.path.startswith("/static/"):
                return redirect("change-password")
        return self.get_response(request)
