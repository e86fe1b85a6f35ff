"""The operator's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lianshu.core import health
from lianshu.core.scope import may, require


@require_safe
def check_page(request: HttpRequest) -> HttpResponse:
    """Every check with its light, for the system administrator, who repairs, and the audit administrator.

    The security administrator and business accounts have no business with the machine.
    """
    if not may(request.user, "audit"):
        require(request.user, "manage_users")
    lines = health.lines()
    counts = {light: sum(line.light == light for line in lines) for light in health.WORDS}
    return render(request, "platform/check.html", {"lines": lines, "counts": counts, "at": timezone.now()})
