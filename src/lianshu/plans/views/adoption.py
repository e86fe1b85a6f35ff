"""What adoption would do, what it did, and taking it back."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianshu.core.models import Job
from lianshu.core.scope import may, require
from lianshu.plans import selectors
from lianshu.plans.adoption import engine
from lianshu.plans.adoption.registry import adopter_of
from lianshu.plans.jobs import adopt_job_of, adoption_start, undo_job_of, undo_start
from lianshu.plans.models import Adoption, AdoptionEffect
from lianshu.reference.bounded import whole_or


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
    moved = bool(looked_at) and whole_or(looked_at, None) != document.revision
    if request.method == "POST" and not seen.questions and not moved:
        job = adoption_start(request.user, document, choices=choices)
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
            "last": _in_vain(document),
            "unanswered": {one.key for one in open_questions},
            "groups": [(group, list(_folded(group.proposals))) for group in seen.groups],
        },
        status=409 if moved else 422 if open_questions else 200,
    )


def _in_vain(document: Any) -> Job | None:
    """The last attempt to adopt, if it came to nothing."""
    job = adopt_job_of(document)
    return job if job is not None and job.status in (Job.Status.FAILED, Job.Status.CANCELLED) else None


def _folded(proposals: list[Any]) -> Any:
    """Proposals of one item and action as one row: 每条产业链各一 is one line, not eight."""
    for _, rows in groupby(proposals, key=lambda one: (one.item.pk if one.item else one.slot, one.action)):
        found = list(rows)
        yield found[0], found


@require_GET
def adoption_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What one adoption did, with links to the rows; how far taking it back is, or why it was refused."""
    adoption = selectors.adoption_of(request.user, pk)
    job = undo_job_of(adoption) if adoption.undone_at is None else None
    return render(
        request,
        "plans/adoption.html",
        {
            "adoption": adoption,
            "plan": adoption.plan,
            "groups": _shown(adoption),
            "may_adopt": may(request.user, "adopt", adoption.plan),
            "job": job,
            "running": job is not None and job.ended_at is None,
            "own_job": job is not None and job.asked_by_id == request.user.pk,
            "kept": adoption.effects.exclude(kept="").count(),
        },
    )


def _shown(adoption: Adoption) -> list[tuple[str, list[tuple[AdoptionEffect, str, bool]]]]:
    """(title, rows of (effect, address, whether the row is gone)) per kind; the rows are looked up by kind."""
    effects = list(adoption.effects.select_related("item").order_by("position", "id"))
    keys: dict[tuple[str, str], list[str]] = {}
    for effect in effects:
        keys.setdefault((effect.kind, effect.object_type), []).append(effect.object_id)
    found = {
        (kind, label): adopter.fetch_many(label, those)
        for (kind, label), those in keys.items()
        if (adopter := adopter_of(kind)) is not None
    }
    groups = []
    for kind, rows in groupby(effects, key=lambda one: one.kind):
        adopter = adopter_of(kind)
        shown = []
        for effect in rows:
            obj = found.get((kind, effect.object_type), {}).get(effect.object_id)
            address = adopter.url(obj) if adopter is not None and obj is not None else ""
            shown.append((effect, address, obj is None))
        groups.append((adopter.title if adopter is not None else kind, shown))
    return groups


@require_POST
def adoption_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an adoption back in the background; its page tells how that ends."""
    undo_start(request.user, selectors.adoption_of(request.user, pk))
    return redirect("plan-adoption", pk)
