"""Long work of this room as jobs: reading a document, adopting a plan."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse

from lianshu.core.jobs import Report, register_job
from lianshu.core.models import Job
from lianshu.core.scope import SYSTEM

from .adoption import engine
from .models import Document
from .services.intake import READ_JOB, document_read

ADOPT_JOB = "plans.adopt"


def _actor(job: Job) -> Any:
    return job.asked_by or SYSTEM


@register_job(READ_JOB, retry=True)
def read_document(job: Job, report: Report) -> dict[str, Any]:
    """Input ``{"document", "region_chosen"}``; writes all items or nothing."""
    document = Document.objects.select_related("plan__region").get(pk=job.input["document"])
    result: dict[str, Any] = {}

    def finish(done: Document) -> None:
        count = done.items.count()
        result.update(url=reverse("plan-desk", args=[done.pk]), words=f"读出 {count} 条，请核对", items=count)
        report.finish(result)

    document_read(
        _actor(job),
        document,
        region_chosen=bool(job.input.get("region_chosen")),
        report=report,
        finish=finish,
    )
    return result


@register_job(ADOPT_JOB)
def adopt_document(job: Job, report: Report) -> dict[str, Any]:
    """Input ``{"document", "choices", "seen"}``; adopts all accepted items or nothing."""
    document = Document.objects.select_related("plan__region").get(pk=job.input["document"])
    with transaction.atomic():
        outcome = engine.adopt(
            _actor(job),
            document,
            choices=dict(job.input.get("choices") or {}),
            seen_revision=job.input.get("seen"),
            report=report,
        )
        if outcome.adoption is None:
            result = {
                "url": reverse("plan-page", args=[document.plan_id]),
                "words": "没有新的内容需要采纳",
            }
        else:
            result = {
                "url": reverse("plan-adoption", args=[outcome.adoption.pk]),
                "words": f"采纳完成：{outcome.words}",
            }
        report.finish(result)
    return result
