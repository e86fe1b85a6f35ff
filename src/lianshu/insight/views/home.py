"""我的工作: the first page after signing in; 最近变化 behind it."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lianshu.core.registries import NavItem, registry
from lianshu.core.scope import may
from lianshu.insight import changes, chief, selectors
from lianshu.tasks.services import calendar_keep

_WEEKDAYS = "一二三四五六日"
_DAYS = 14


def _creators(user: object) -> list[tuple[str, str, str]]:
    """(label, address, icon) of what the person may make."""
    found = []
    for item in sorted(registry.creators, key=lambda one: one.order):
        if item.action is not None and not may(user, item.action):
            continue
        address = _address(item)
        if address:
            found.append((item.label, address, item.icon or "plus"))
    return found


def _address(item: NavItem) -> str:
    try:
        return reverse(item.url_name, args=item.args)
    except NoReverseMatch:
        return ""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, what is late, what changed, what I handed out."""
    today, user = timezone.localdate(), request.user
    # a year's first visitor fills the calendar to the next year's end: a county has no timers to look after
    calendar_keep(today=today)
    roles = {grant.role for grant in user.grants_in_force()}
    return render(
        request,
        "insight/home.html",
        {
            "today": today,
            "weekday": _WEEKDAYS[today.weekday()],
            "agenda": selectors.agenda(user, today),
            "handed_out": selectors.handed_out(user, today),
            "changes": changes.recent_changes(
                user, since=timezone.now() - dt.timedelta(days=_DAYS), limit=10
            ),
            "creators": _creators(user),
            "chief_chains": list(chief.chains_of(user)[:8]) if roles == {"chief"} else [],
        },
    )


@require_safe
def recent(request: HttpRequest) -> HttpResponse:
    """Everything that changed in two weeks in what I answer for."""
    since = timezone.now() - dt.timedelta(days=_DAYS)
    found = changes.recent_changes(request.user, since=since, own=True, limit=200)
    return render(request, "insight/recent.html", {"changes": found, "days": _DAYS})
