"""One way for the small forms of pages to act: do it, say so, or say what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lianshu.core.errors import LianshuError


def act(request: HttpRequest, back: str, work: Callable[[], Any], done: str) -> HttpResponse:
    """Do ``work`` and go back to ``back``; a refusal of input or state (409, 422) is said on that page,
    anything else (out of scope, not allowed) becomes its own page."""
    try:
        work()
    except LianshuError as error:
        if error.status not in (409, 422):
            raise
        messages.error(request, error.sentence)
    else:
        messages.success(request, done)
    return redirect(back)
