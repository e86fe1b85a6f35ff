"""Background work on screen."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lianshu.core import jobs
from lianshu.core.errors import LianshuError
from lianshu.core.idle import polled
from lianshu.core.models import Job
from lianshu.core.scope import grants_of, may


def _jobs(user: Any) -> QuerySet[Job]:
    """The work a person asked for; for the system administrator also that of people of the own regions."""
    seen = Q(asked_by=user)
    for grant in grants_of(user):
        if "manage_users" in grant.actions:
            seen |= Q(asked_by__grants__region__path__startswith=grant.region_path)
    return Job.objects.filter(pk__in=Job.objects.filter(seen).values("pk")).select_related("asked_by")


def _own(request: HttpRequest, pk: uuid.UUID) -> Job:
    job = _jobs(request.user).filter(pk=pk).first()
    if job is None:
        raise LianshuError("E1002")
    return jobs.with_progress(job)


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The person's background work, newest first."""
    everyone = may(request.user, "manage_users")
    page = Paginator(_jobs(request.user), 50).get_page(request.GET.get("page"))
    for job in page:
        jobs.with_progress(job)
    unattended = any(job.unattended for job in page)
    return render(request, "core/jobs.html", {"page": page, "everyone": everyone, "unattended": unattended})


@require_safe
def job_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One piece of work with its progress."""
    return render(request, "core/job.html", {"job": _own(request, pk)})


@polled
@require_safe
def job_progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The progress box, asked for once a second while the work goes on.

    With ``follow=1`` the page goes to the result's address when the work is done.
    """
    job = _own(request, pk)
    follow = request.GET.get("follow") == "1"
    response = render(
        request,
        "core/job_progress.html",
        {"job": job, "left": jobs.seconds_left(job), "follow": follow},
    )
    if follow and job.status == Job.Status.DONE and job.result.get("url"):
        response["HX-Redirect"] = job.result["url"]
    return response


@require_POST
def job_cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop one's own work."""
    jobs.job_cancel(request.user, _own(request, pk))
    return redirect("job", pk)
