"""Plan list, upload, plan page, editions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianshu.core.asked import words_asked
from lianshu.core.errors import LianshuError
from lianshu.core.jobs import with_progress
from lianshu.core.lens import lens_of
from lianshu.core.receiving import MB, accepts_upload
from lianshu.core.registries import registry
from lianshu.core.scope import may, require
from lianshu.organisation.models import Region
from lianshu.plans import selectors
from lianshu.plans.forms import EditionForm, PlanForm, UploadForm
from lianshu.plans.models import Document, Item, Plan
from lianshu.plans.services import intake
from lianshu.plans.services import plans as services
from lianshu.policy.reader import READER_VERSION

PAGE = 30


@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    """All plans in sight, with how far they are."""
    lens = lens_of(request)
    words, status = words_asked(request.GET), request.GET.get("status", "")
    rows = selectors.plans_visible(request.user, region_path=lens.region_path, words=words, status=status)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    documents = selectors.latest_documents(page.object_list)
    return render(
        request,
        "plans/plan_list.html",
        {
            "page": page,
            "rows": [(plan, documents.get(plan.pk)) for plan in page.object_list],
            "words": words,
            "status": status,
            "statuses": Plan.Status.choices,
            "may_upload": may(request.user, "edit"),
            "filtered": bool(words or status or lens.region_path),
        },
    )


def _regions(user: Any) -> Any:
    return Region.objects.visible_to(user, "edit").order_by("path")


def _home_region(request: HttpRequest) -> Region:
    """Where an upload is kept until its text says where it belongs: the region looked at, else the first
    one the person may work in."""
    rows = _regions(request.user)
    lens = lens_of(request)
    found = rows.filter(pk=lens.region_id).first() if lens.region_id else None
    found = found or rows.first()
    if found is None:
        require(request.user, "edit")
        raise LianshuError("E1001", where="本系统", action="编辑")
    return found


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    """What a form is bound to; an empty form that was sent is bound too."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@accepts_upload(61 * MB)
@require_http_methods(["GET", "POST"])
def plan_new(request: HttpRequest) -> HttpResponse:
    """Upload files or paste a text; one file leads to its reading, several to the list."""
    require(request.user, "edit")
    home = _home_region(request)
    form = UploadForm(*_sent(request), regions=_regions(request.user))
    if form.is_valid():
        chosen = form.cleaned_data["region"]
        sent = [(file.name, file.read()) for file in form.cleaned_data["files"]]
        text = form.cleaned_data["text"].strip()
        if text:
            sent.append((intake.pasted_name(text), text.encode()))
        documents: list[Document] = []
        for name, data in sent:
            try:
                with transaction.atomic():
                    document = intake.plan_upload(request.user, name=name, data=data, region=chosen or home)
                    intake.document_start_reading(request.user, document, region_chosen=chosen is not None)
            except LianshuError as error:
                form.add_error("text" if (name, data) == sent[-1] and text else "files", error.sentence)
            else:
                documents.append(document)
        if documents and form.errors:
            for errors in form.errors.values():
                for error in errors:
                    messages.error(request, error)
        if len(documents) == 1:
            return redirect("plan-reading", documents[0].pk)
        if documents:
            messages.success(request, f"已上传 {len(documents)} 份，正在读取。")
            return redirect("plan-list")
    return render(
        request,
        "plans/plan_new.html",
        {"form": form, "home_region": home},
        status=422 if form.is_bound and form.errors else 200,
    )


@accepts_upload(61 * MB)
@require_http_methods(["GET", "POST"])
def edition_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload a new edition of a plan."""
    plan = selectors.plan_of(request.user, pk)
    require(request.user, "edit", plan)
    form = EditionForm(*_sent(request))
    if form.is_valid():
        file, text = form.cleaned_data["file"], form.cleaned_data["text"].strip()
        name, data = (file.name, file.read()) if file else (intake.pasted_name(text), text.encode())
        try:
            with transaction.atomic():
                document = intake.plan_upload(
                    request.user, name=name, data=data, region=plan.region, plan=plan
                )
                intake.document_start_reading(request.user, document, region_chosen=True)
        except LianshuError as error:
            form.add_error("file" if file else "text", error.sentence)
        else:
            return redirect("plan-reading", document.pk)
    return render(
        request,
        "plans/edition_new.html",
        {"plan": plan, "form": form},
        status=422 if form.is_bound and form.errors else 200,
    )


@require_GET
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading of a document is; goes to the desk when it is done."""
    document = selectors.document_of(request.user, pk)
    job = document.job
    if job is not None:
        with_progress(job)
        document.refresh_from_db(fields=["error", "read_at"])
    running = job is not None and job.ended_at is None
    # an earlier reading stands; what became of the wish to read again is told all the same
    in_vain = job is not None and job.status in ("failed", "cancelled")
    if document.read_at is not None and not running and not in_vain:
        return redirect("plan-desk", document.pk)
    return render(
        request,
        "plans/reading.html",
        {"document": document, "plan": document.plan, "job": job, "running": running},
    )


@require_POST
def read_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a document again with the reader of today; decisions stay."""
    document = selectors.document_of(request.user, pk)
    intake.document_start_reading(request.user, document, region_chosen=True)
    return redirect("plan-reading", document.pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an edition that could not be read."""
    document = selectors.document_of(request.user, pk)
    plan, first = document.plan, document.edition == 1
    intake.document_discard(request.user, document)
    messages.success(request, f"已撤下“{document.name}”。")
    if first:
        return redirect("plan-list")
    return redirect("plan-page", plan.pk)


@require_GET
def original_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The original file, as it was uploaded."""
    document = selectors.document_of(request.user, pk)
    require(request.user, "export", document)
    if not document.file or not document.file.storage.exists(document.file.name):
        raise LianshuError(
            "E2002",
            name=document.name,
            cause="原文件不在服务器上了",
            remedy="请从备份恢复，或在方案页上传新版。",
        )
    return FileResponse(document.file.open("rb"), as_attachment=True, filename=document.name)


TABS = (("overview", "概况"), ("items", "条目"), ("programmes", "专项行动"), ("editions", "版本与采纳"))


@require_GET
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: facts, items with their evidence, what became of them, editions."""
    plan = selectors.plan_of(request.user, pk)
    documents = list(plan.documents.select_related("added_by").defer("text").order_by("-edition"))
    document = documents[0] if documents else None
    panels = registry.panels_of("plan")
    tabs = [*TABS, *((panel.key, panel.title) for panel in panels)]
    tab = request.GET.get("tab", "overview")
    if tab not in dict(tabs):
        tab = "overview"
    context: dict[str, Any] = {
        "plan": plan,
        "document": document,
        "documents": documents,
        "tabs": tabs,
        "tab": tab,
        "may_edit": may(request.user, "edit", plan),
        "may_adopt": may(request.user, "adopt", plan),
        "may_delete": may(request.user, "delete", plan),
        "counts": selectors.kind_counts(document) if document else [],
        "reader_newer": bool(document and document.read_at and document.reader_version != READER_VERSION),
    }
    if tab == "items" and document:
        context |= _items(request, document)
    elif tab == "programmes" and document:
        rows = document.items.standing().exclude(state=Item.State.REJECTED)
        context["programmes"] = selectors.programmes(list(rows))
    elif tab == "editions":
        context["adoptions"] = plan.adoptions.select_related("by", "undone_by", "document").defer(
            "document__text"
        )
    elif tab == "overview":
        context["lower"] = plan.lower.visible_to(request.user).select_related("region")
        context["last_adoption"] = plan.adoptions.filter(undone_at=None).select_related("by").first()
        context["summaries"] = [
            (panel, panel.count(request.user, plan)) for panel in panels if panel.count is not None
        ]
    else:
        panel = next((one for one in panels if one.key == tab), None)
        context["panel"] = panel.render(request, plan) if panel else ""
    return render(request, "plans/plan_page.html", context)


def _items(request: HttpRequest, document: Document) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    state = request.GET.get("state", "")
    rows = document.items.standing().select_related("decided_by").order_by("position", "id")
    if kind in Item.Kind.values:
        rows = rows.filter(kind=kind)
    if state == "taken":
        rows = rows.taken()
    elif state in Item.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, 60).get_page(request.GET.get("page"))
    return {
        "page": page,
        "kind": kind,
        "state": state,
        "kinds": [(one.kind, one.label, one.all) for one in selectors.kind_counts(document) if one.all],
        "states": [("taken", "已核"), ("pending", "待核"), ("rejected", "不采")],
    }


@require_http_methods(["GET", "POST"])
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a plan's facts."""
    plan = selectors.plan_of(request.user, pk)
    require(request.user, "edit", plan)
    form = PlanForm(
        *_sent(request),
        instance=plan,
        regions=_regions(request.user),
        uppers=selectors.upper_choices(request.user, plan),
    )
    if form.is_valid():
        try:
            services.plan_update(request.user, plan, values=form.cleaned_data)
        except LianshuError as error:
            for name, sentence in error.problems or [("", error.sentence)]:
                form.add_error(name if name in form.fields else None, sentence)
        else:
            messages.success(request, "已保存方案要素。")
            return redirect("plan-page", plan.pk)
    return render(
        request,
        "plans/plan_edit.html",
        {"plan": selectors.plan_of(request.user, pk), "form": form},
        status=422 if form.is_bound and form.errors else 200,
    )


@require_POST
def plan_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a plan that was never adopted (or whose adoption was taken back)."""
    plan = selectors.plan_of(request.user, pk)
    services.plan_delete(request.user, plan)
    messages.success(request, f"已删除《{plan.title}》。")
    return redirect("plan-list")


@require_GET
def difference_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What this edition changes against the one before."""
    document = selectors.document_of(request.user, pk)
    if document.previous is None:
        messages.info(request, "这是第一版，没有可比的上一版。")
        return redirect("plan-page", document.plan_id)
    return render(
        request,
        "plans/difference.html",
        {
            "plan": document.plan,
            "document": document,
            "difference": selectors.difference(document, document.previous),
        },
    )
