"""我的工作: the first page after signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lianshu.insight import selectors


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, what is late, what changed, what I handed out."""
    today = timezone.localdate()
    return render(
        request,
        "insight/home.html",
        {
            "today": today,
            "agenda": selectors.agenda(request.user, today),
            "handed_out": selectors.handed_out(request.user, today),
        },
    )
