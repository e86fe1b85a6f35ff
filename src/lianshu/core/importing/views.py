"""Pages of the import desk."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from lianshu.core import jobs
from lianshu.core.asked import key_asked
from lianshu.core.bodies import chain_model, region_model
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.ledger.declaration import Ledger
from lianshu.core.ledger.export import XLSX
from lianshu.core.ledger.views.listing import opened
from lianshu.core.lens import lens_of
from lianshu.core.models import ImportRow, ImportRun, Job
from lianshu.core.receiving import MB, accepts_upload

from . import services, workbooks
from .values import Readers

Status = ImportRun.Status


def _desk(request: HttpRequest, slug: str) -> Ledger:
    ledger = opened(request, slug)
    opened(request, slug, ledger.import_action)
    if not ledger.importable:
        raise LianshuError("E1001", where=ledger.title, action="导入")
    return ledger


def _run(request: HttpRequest, ledger: Ledger, pk: uuid.UUID) -> ImportRun:
    run = services.run_of(request.user, pk)
    if run.ledger != ledger.slug:
        raise LianshuError("E1002")
    return run


@accepts_upload(services.LIMIT + MB)
def import_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a file; the person's last imports into this ledger."""
    ledger = _desk(request, slug)
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            raise invalid(("file", "没有选择文件。请先选择 Excel 工作簿或 CSV 文件。"))
        services.refuse_large(file.name, file.size)
        run = services.import_start(request.user, ledger, data=file.read(), name=file.name)
        return redirect("ledger-import-run", slug, run.pk)
    runs = ImportRun.objects.filter(ledger=slug, by=request.user)[:10]
    return render(request, "core/importing/desk.html", {"ledger": ledger, "runs": runs})


@require_safe
def import_template(request: HttpRequest, slug: str) -> FileResponse:
    """The workbook to fill in."""
    ledger = _desk(request, slug)
    return _download(workbooks.template(ledger), f"{ledger.title}导入模板.xlsx")


@require_safe
def import_errors(request: HttpRequest, slug: str, pk: uuid.UUID) -> FileResponse:
    """The refused rows with their errors."""
    ledger = _desk(request, slug)
    run = _run(request, ledger, pk)
    return _download(
        workbooks.errors(ledger, run), f"{run.name.rpartition('.')[0] or run.name}-有误的行.xlsx"
    )


def _download(file: Any, name: str) -> FileResponse:
    response = FileResponse(file, content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response


@require_safe
def import_run(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Where an import stands: matching columns, progress, preview or result."""
    ledger = _desk(request, slug)
    run = _run(request, ledger, pk)
    if run.job is not None:
        jobs.with_progress(run.job)
        run.refresh_from_db()
    context: dict[str, Any] = {"ledger": ledger, "run": run, "job": run.job}
    busy = run.job is not None and run.job.status in (Job.Status.WAITING, Job.Status.RUNNING)
    if busy and run.status in (Status.READING, Status.CHECKING, Status.WRITING):
        return render(request, "core/importing/busy.html", context | {"left": jobs.seconds_left(run.job)})
    if run.status in (Status.READING, Status.FAILED):
        failed = run.counts.get("refusal") or (run.job.error if run.job is not None else "")
        return render(request, "core/importing/unread.html", context | {"failed": failed})
    if run.status in (Status.MAPPING, Status.CHECKING) or "map" in request.GET:
        return render(request, "core/importing/mapping.html", context | _mapping(request, ledger, run))
    return render(request, "core/importing/preview.html", context | _preview(request, ledger, run))


def _reason(run: ImportRun) -> str:
    """Why the last check or write came to nothing, if it did."""
    ended = (Job.Status.FAILED, Job.Status.CANCELLED)
    return run.job.error if run.job is not None and run.job.status in ended else ""


def _mapping(request: HttpRequest, ledger: Ledger, run: ImportRun) -> dict[str, Any]:
    matched, samples = run.mapping, run.counts.get("samples", [])
    lines = [
        {
            "number": number,
            "head": head,
            "samples": samples[number] if number < len(samples) else [],
            "column": matched.get(str(number), ""),
        }
        for number, head in enumerate(run.heads)
    ]
    lens = lens_of(request)
    whole = []
    for column in ledger.importable:
        field = ledger.field(column.name)
        if (
            field is None
            or not field.is_relation
            or field.related_model not in (region_model(), chain_model())
        ):
            continue
        rows = list(field.related_model.objects.visible_to(request.user, ledger.create_action)[:400])
        kept = run.counts.get("defaults", {}).get(column.name)
        preset = lens.region_id if field.related_model is region_model() else lens.chain_id
        only = rows[0].pk if len(rows) == 1 and field.related_model is region_model() else None
        whole.append({"column": column, "rows": rows, "chosen": kept or preset or only})
    failed = _reason(run)
    return {
        "lines": lines,
        "columns": ledger.importable,
        "whole": whole,
        "missing": services.missing_columns(ledger, matched, {}),
        "failed": failed,
    }


def _preview(request: HttpRequest, ledger: Ledger, run: ImportRun) -> dict[str, Any]:
    counts = run.counts
    verdicts = [(verdict.value, verdict.label, counts.get(verdict.value, 0)) for verdict in ImportRow.Verdict]
    asked = request.GET.get("verdict", "")
    first = next((value for value in ("refused", "changed", "new", "same") if counts.get(value)), "new")
    verdict = asked if asked in ImportRow.Verdict.values else first
    page = Paginator(run.rows.filter(verdict=verdict).order_by("number"), 50).get_page(
        request.GET.get("page")
    )
    columns = [column for column in ledger.importable if column.name in run.mapping.values()]
    readers = Readers(ledger, request.user)
    lines = []
    for row in page:
        wrong: dict[str, list[str]] = {}
        for name, sentence in row.errors:
            wrong.setdefault(name, []).append(sentence)
        cells = []
        for column in columns:
            before = row.changes.get(column.name, [None])[0]
            cells.append(
                {
                    "text": row.values["texts"].get(column.name, ""),
                    "errors": wrong.get(column.name, []),
                    "changed": column.name in row.changes,
                    "before": readers.words(column, before) if column.name in row.changes else "",
                }
            )
        names = {column.name for column in columns}
        rest = [sentence for name, sentence in row.errors if name not in names]
        lines.append({"number": row.number, "cells": cells, "rest": rest})
    failed = _reason(run)
    return {
        "verdicts": verdicts,
        "verdict": verdict,
        "page": page,
        "columns": columns,
        "lines": lines,
        "to_write": counts.get("new", 0) + counts.get("changed", 0),
        "refused": counts.get("refused", 0),
        "failed": failed,
    }


@require_POST
def import_check(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take the matched columns and check all rows."""
    ledger = _desk(request, slug)
    run = _run(request, ledger, pk)
    mapping = {
        str(number): request.POST[f"head-{number}"]
        for number in range(len(run.heads))
        if request.POST.get(f"head-{number}")
    }
    defaults = {}
    for column in ledger.importable:
        value = key_asked(request.POST, f"whole-{column.name}")
        if value is not None and column.name not in mapping.values():
            defaults[column.name] = value
    try:
        services.import_check(request.user, run, mapping=mapping, defaults=defaults)
    except LianshuError as error:
        if error.status != 422:
            raise
        # the choices made so far are kept for the next try
        ImportRun.objects.filter(pk=run.pk).update(mapping=mapping)
        messages.error(request, error.sentence)
    return redirect("ledger-import-run", slug, run.pk)


@require_POST
def import_write(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Write what the preview showed."""
    ledger = _desk(request, slug)
    services.import_write(request.user, _run(request, ledger, pk))
    return redirect("ledger-import-run", slug, pk)
