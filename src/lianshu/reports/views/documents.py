"""Reports and score sheets."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import get_visible, may, require
from lianshu.core.words import long_date
from lianshu.organisation.models import Unit
from lianshu.reference.bounded import OutsideError, read_decimal

from .. import drafting, services
from ..forms import DraftForm, ReportForm, SheetForm
from ..models import Report, ScoreSheet
from ..official import paragraphs, report_docx

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def report_list(request: HttpRequest) -> HttpResponse:
    """Reports: drafts for the office, issued ones for everybody in scope."""
    rows = Report.objects.visible_to(request.user).select_related("region", "by")
    office = may(request.user, "approve")
    if not office:
        rows = rows.filter(state=Report.State.ISSUED)
    return render(request, "reports/reports.html", {"rows": rows[:200], "office": office})


def report_new(request: HttpRequest) -> HttpResponse:
    """Draft a period's report from filings and figures."""
    require(request.user, "approve")
    form = DraftForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        region, period = form.cleaned_data["region"], form.cleaned_data["period"]
        title, body = drafting.quarter_draft(
            request.user, region=region, period=period, today=timezone.localdate()
        )
        report = services.report_draft(
            request.user, region=region, period=period, title=title, body=body,
            to="县委、县政府主要领导，各链长" if region.level == "county" else "主要领导，各链长",
        )  # fmt: skip
        return redirect("report", pk=report.pk)
    return render(request, "reports/report_new.html", {"form": form})


def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Read an issued report; edit a draft."""
    report = get_visible(request.user, Report.objects.select_related("region"), pk=pk)
    office = may(request.user, "approve", report)
    if report.state == Report.State.DRAFT and not office:
        raise LianshuError("E1002")
    initial = {"title": report.title, "to": report.to, "body": report.body}
    form = None
    if office and report.state == Report.State.DRAFT:
        form = ReportForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            services.report_update(request.user, report, **form.cleaned_data)
            messages.success(request, "已保存。")
            return redirect("report", pk=pk)
    elif request.method == "POST":
        require(request.user, "approve", report)
    context = {
        "report": report,
        "form": form,
        "office": office,
        "paragraphs": paragraphs(report.body),
    }
    return render(request, "reports/report.html", context)


@require_POST
def report_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a draft."""
    report = get_visible(request.user, Report.objects, pk=pk)
    services.report_issue(request.user, report)
    messages.success(request, "已发出，链长、总链长会收到通知。")
    return redirect("report", pk=pk)


def report_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as an official Word document."""
    report = get_visible(request.user, Report.objects.select_related("region"), pk=pk)
    if report.state == Report.State.DRAFT:
        require(request.user, "approve", report)
    body = report.body + ("\n（本报告含模拟数据。）" if report.simulated else "")
    content = report_docx(
        title=report.title, to=report.to, body=body, signer=f"{report.region}产业链办公室",
        date=long_date(report.issued_on or report.made_on),
    )  # fmt: skip
    response = HttpResponse(content, content_type=_WORD)
    response["Content-Disposition"] = content_disposition_header(True, f"{report.title}.docx")
    return response


def sheet_list(request: HttpRequest) -> HttpResponse:
    """Score sheets: the office's own, published ones for everybody in scope."""
    rows = ScoreSheet.objects.visible_to(request.user).select_related("region")
    office = may(request.user, "approve")
    if not office:
        rows = rows.exclude(published_on=None)
    return render(request, "reports/sheets.html", {"rows": rows[:200], "office": office})


def sheet_new(request: HttpRequest) -> HttpResponse:
    """Make a score sheet."""
    require(request.user, "approve")
    form = SheetForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        sheet = services.sheet_create(request.user, **form.cleaned_data)
        return redirect("score-sheet", pk=sheet.pk)
    return render(request, "reports/sheet_new.html", {"form": form})


def _offices(sheet: ScoreSheet) -> list[Unit]:
    return list(
        Unit._base_manager.filter(Unit.in_force(), region=sheet.region, kind=Unit.Kind.CHAIN_OFFICE).order_by(
            "name"
        )
    )


def _points(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        value = read_decimal(text, digits=4)
    except OutsideError as error:
        raise invalid(("points", f"{error}，请填分数")) from error
    if value != round(value, 2):
        raise invalid(("points", f"“{text}”小数太多，最多两位"))
    return value


def sheet_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Points by office and criterion, with totals and ranks."""
    sheet = get_visible(request.user, ScoreSheet.objects.select_related("region"), pk=pk)
    office = may(request.user, "approve", sheet)
    if sheet.published_on is None and not office:
        raise LianshuError("E1002")
    units = _offices(sheet)
    problem = ""
    if request.method == "POST":
        require(request.user, "approve", sheet)
        unit = next((one for one in units if str(one.pk) == request.POST.get("unit")), None)
        if unit is None:
            raise LianshuError("E1002")
        count = len(sheet.criteria)
        try:
            services.scores_enter(
                request.user, sheet, unit=unit,
                points=[_points(request.POST.get(f"points-{number}", "")) for number in range(count)],
                reasons=[request.POST.get(f"reason-{number}", "").strip() for number in range(count)],
            )  # fmt: skip
        except LianshuError as error:
            if not error.problems:
                raise
            problem = error.sentence
        else:
            messages.success(request, f"{unit}的得分已保存。")
            return redirect("score-sheet", pk=pk)
    scores = {(score.unit_id, score.criterion): score for score in sheet.scores.all()}
    rows = []
    for unit in units:
        cells = [scores.get((unit.pk, number)) for number in range(len(sheet.criteria))]
        rows.append({"unit": unit, "cells": cells, "total": sum(cell.points for cell in cells if cell)})
    totals = sorted((row["total"] for row in rows), reverse=True)
    for row in rows:
        row["rank"] = totals.index(row["total"]) + 1
        row["form"] = list(zip(range(len(sheet.criteria)), sheet.criteria, row["cells"], strict=True))
    return render(
        request,
        "reports/sheet.html",
        {"sheet": sheet, "rows": rows, "office": office and sheet.published_on is None, "problem": problem},
        status=422 if problem else 200,
    )


@require_POST
def sheet_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a sheet."""
    sheet = get_visible(request.user, ScoreSheet.objects, pk=pk)
    services.sheet_publish(request.user, sheet, units=_offices(sheet))
    messages.success(request, "已公布。")
    return redirect("score-sheet", pk=pk)
