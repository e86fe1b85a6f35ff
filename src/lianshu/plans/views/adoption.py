"""What adoption would do, what it did, and taking it back."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianshu.core.errors import LianshuError
from lianshu.core.jobs import start_job
from lianshu.core.models import Job
from lianshu.core.scope import may, require
from lianshu.plans import selectors
from lianshu.plans.adoption import engine
from lianshu.plans.adoption.registry import adopter_of
from lianshu.plans.jobs import ADOPT_JOB


def _choices(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix("choice:"): value
        for name, value in request.POST.items()
        if name.startswith("choice:") and value
    }


@require_http_methods(["GET", "POST"])
def adopt_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What will be created, matched, changed; the questions; one button."""
    document = selectors.document_of(request.user, pk)
    require(request.user, "adopt", document.plan)
    if document.read_at is None:
        return redirect("plan-reading", document.pk)
    choices = _choices(request) if request.method == "POST" else {}
    seen = engine.preview(request.user, document, choices)
    looked_at = request.POST.get("seen", "")
    moved = looked_at.isdecimal() and int(looked_at) != document.revision
    if request.method == "POST" and not seen.questions and not moved:
        job = start_job(
            request.user,
            ADOPT_JOB,
            title=f"采纳《{document.plan.title}》"[:200],
            input={"document": document.pk, "choices": choices, "seen": document.revision},
        )
        done = job.result.get("url") if job.status == Job.Status.DONE else None
        return redirect(done) if done else redirect("job", job.pk)
    open_questions = seen.questions if request.method == "POST" else []
    return render(
        request,
        "plans/adopt.html",
        {
            "document": document,
            "plan": document.plan,
            "preview": seen,
            "questions": engine.preview(request.user, document).questions if choices else seen.questions,
            "choices": choices,
            "moved": moved,
            "unanswered": {one.key for one in open_questions},
            "groups": [(group, list(_folded(group.proposals))) for group in seen.groups],
        },
        status=409 if moved else 422 if open_questions else 200,
    )


def _folded(proposals: list[Any]) -> Any:
    """Proposals of one item and action as one row: 每条产业链各一 is one line, not eight."""
    for _, rows in groupby(proposals, key=lambda one: (one.item.pk if one.item else one.slot, one.action)):
        found = list(rows)
        yield found[0], found


@require_GET
def adoption_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What one adoption did, with links to the rows."""
    adoption = selectors.adoption_of(request.user, pk)
    effects = list(adoption.effects.select_related("item").order_by("position", "id"))
    return render(request, "plans/adoption.html", _page(request, adoption, effects))


def _page(request: HttpRequest, adoption: Any, effects: list[Any], hanging: Any = ()) -> dict[str, Any]:
    groups = []
    for kind, rows in groupby(effects, key=lambda one: one.kind):
        adopter = adopter_of(kind)
        shown = []
        for effect in rows:
            obj = adopter.fetch(effect.object_type, effect.object_id) if adopter else None
            shown.append((effect, adopter.url(obj) if adopter and obj is not None else "", obj is None))
        groups.append((adopter.title if adopter else kind, shown))
    return {
        "adoption": adoption,
        "plan": adoption.plan,
        "groups": groups,
        "may_adopt": may(request.user, "adopt", adoption.plan),
        "hanging": hanging,
        "total": len(effects),
    }


@require_POST
def adoption_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an adoption back, or say what hangs on it."""
    adoption = selectors.adoption_of(request.user, pk)
    try:
        done = engine.undo(request.user, adoption)
    except LianshuError as error:
        if not error.problems:
            raise
        effects = list(adoption.effects.select_related("item").order_by("position", "id"))
        context = _page(request, adoption, effects, [sentence for _, sentence in error.problems])
        return render(request, "plans/adoption.html", context, status=error.status)
    kept = done.effects.exclude(kept="").count()
    rest = f"，{kept} 个单位仍在使用，已保留" if kept else ""
    messages.success(request, f"已撤回采纳{rest}。")
    return redirect("plan-page", done.plan_id)
