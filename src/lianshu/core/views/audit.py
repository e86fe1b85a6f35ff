"""The audit log on screen, for the audit administrator."""

from __future__ import annotations

import datetime as dt

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lianshu.core import audit
from lianshu.core.asked import day_asked, words_asked
from lianshu.core.jobs import start_job
from lianshu.core.models import Setting
from lianshu.core.scope import require


@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    """Entries of the administrator's regions, newest first, narrowed by person, action, thing and day."""
    require(request.user, "audit")
    asked = {name: words_asked(request.GET, name) for name in ("who", "action", "kind", "q", "from", "to")}
    rows = audit.entries_visible_to(request.user)
    kinds = audit.kinds_of_things()
    if asked["who"]:
        rows = rows.filter(actor_name__icontains=asked["who"])
    if asked["action"]:
        rows = rows.filter(action=asked["action"])
    if asked["kind"] in kinds:
        rows = rows.filter(object_type=asked["kind"])
    if asked["q"]:
        rows = rows.filter(object_label__icontains=asked["q"]) | rows.filter(note__icontains=asked["q"])
    if first := day_asked(request.GET, "from"):
        rows = rows.filter(at__date__gte=first)
    if last := day_asked(request.GET, "to"):
        rows = rows.filter(at__date__lte=last)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    for entry in page:
        entry.kind = kinds.get(entry.object_type, entry.object_type)
        entry.titled = audit.titled_changes(entry)
    verified = Setting.objects.filter(key=audit.VERIFIED).first()
    if verified is not None and "state" not in verified.value:
        # kept by an earlier version, which did not look at checkpoints
        verified = None
    if verified is not None:
        verified.at = dt.datetime.fromisoformat(verified.value["at"])
        if checkpoint := verified.value.get("checkpoint"):
            verified.checkpoint_at = dt.datetime.fromisoformat(checkpoint["at"])
    return render(
        request,
        "core/audit.html",
        {"page": page, "asked": asked, "actions": audit.actions_used(), "kinds": kinds, "verified": verified},
    )


@require_POST
def audit_verify(request: HttpRequest) -> HttpResponse:
    """Recompute the chain and compare it with the checkpoints, in the background."""
    require(request.user, "audit")
    job = start_job(request.user, "audit.verify", title="校验审计日志")
    return redirect("job", job.pk)
