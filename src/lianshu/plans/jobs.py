"""Long work of this room as jobs: reading a document, adopting a plan, taking an adoption back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse

from lianshu.core.errors import LianshuError
from lianshu.core.jobs import Report, register_job, start_job, under_way, with_progress
from lianshu.core.models import Job
from lianshu.core.scope import SYSTEM, require

from .adoption import engine, undoing
from .models import Adoption, Document, Plan
from .services.intake import READ_JOB, document_read

ADOPT_JOB = "plans.adopt"
UNDO_JOB = "plans.undo"
_DOING = {ADOPT_JOB: "正在采纳", UNDO_JOB: "正在撤回采纳"}


def _actor(job: Job) -> Any:
    return job.asked_by or SYSTEM


def adoption_start(user: Any, document: Document, *, choices: dict[str, str]) -> Job:
    """Adopt the accepted items of ``document`` in the background. Raises E1001, and E3001 while an adoption of
    the plan is being made or taken back."""
    given = {"document": document.pk, "choices": choices, "seen": document.revision}
    return _start(user, document.plan, ADOPT_JOB, f"采纳《{document.plan.title}》", given)


def undo_start(user: Any, adoption: Adoption) -> Job:
    """Take an adoption back in the background. Raises E1001, and E3001 when it was taken back already or while
    an adoption of the plan is being made or taken back."""
    if adoption.undone_at is not None:
        raise LianshuError("E3001", what=str(adoption), state="已撤回", action="再次撤回")
    title = f"撤回采纳《{adoption.plan.title}》"
    return _start(user, adoption.plan, UNDO_JOB, title, {"adoption": adoption.pk})


def _start(user: Any, plan: Plan, kind: str, title: str, given: dict[str, Any]) -> Job:
    require(user, "adopt", plan)
    # asked before the lock is taken: a running job holds it to its end
    _refuse_while_running(plan, kind)
    with transaction.atomic():
        Plan.objects.select_for_update().get(pk=plan.pk)
        _refuse_while_running(plan, kind)
        return start_job(user, kind, title=title, input={"plan": plan.pk, **given})


def _refuse_while_running(plan: Plan, kind: str) -> None:
    job = under_way(_DOING, plan=plan.pk)
    if job is not None:
        state = f"{_DOING[job.kind]}（{job.asked_by or '系统'}发起）"
        action = "再采纳" if kind == ADOPT_JOB else "撤回采纳"
        raise LianshuError("E3001", what=plan.title, state=state, action=f"{action}，请等它办完")


def adopt_job_of(document: Document) -> Job | None:
    """The last attempt to adopt a document, with its progress of this moment."""
    return _last(ADOPT_JOB, document=document.pk)


def undo_job_of(adoption: Adoption) -> Job | None:
    """The last attempt to take an adoption back, with its progress of this moment."""
    return _last(UNDO_JOB, adoption=adoption.pk)


def _last(kind: str, **input: Any) -> Job | None:
    rows = Job.objects.filter(kind=kind, **{f"input__{name}": value for name, value in input.items()})
    job = rows.select_related("asked_by").order_by("-asked_at").first()
    return with_progress(job) if job is not None else None


def _reading_failed(job: Job) -> None:
    """A reading without result: the reason stands on a document that was never read, an earlier reading stays."""
    document = Document.objects.filter(pk=job.input["document"], read_at=None).first()
    # a refusal's own sentence stands there already
    if document is not None and (not document.error or document.error not in job.error):
        Document.objects.filter(pk=document.pk).update(error=job.error[:400])


@register_job(READ_JOB, retry=True, given_up=_reading_failed)
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
    """Input ``{"plan", "document", "choices", "seen"}``; adopts all accepted items or nothing."""
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


@register_job(UNDO_JOB)
def undo_adoption(job: Job, report: Report) -> dict[str, Any]:
    """Input ``{"plan", "adoption"}``; takes everything back or nothing."""
    adoption = Adoption.objects.select_related("plan__region", "document").get(pk=job.input["adoption"])
    with transaction.atomic():
        done = undoing.undo(_actor(job), adoption, report=report)
        kept = done.effects.exclude(kept="").count()
        rest = f"，{kept} 个单位仍在使用，已保留" if kept else ""
        result = {"url": reverse("plan-adoption", args=[done.pk]), "words": f"已撤回采纳{rest}"}
        report.finish(result)
    return result
