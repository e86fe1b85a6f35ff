"""Duties: one duty's page, the calendar, proof and waiver."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianshu.core.asked import year_asked
from lianshu.core.attachments import attachments_of
from lianshu.core.errors import LianshuError
from lianshu.core.lens import lens_of
from lianshu.core.receiving import accepts_upload
from lianshu.core.scope import get_visible, may
from lianshu.reference.bounded import OutsideError, read_day
from lianshu.reference.periods import Period
from lianshu.reference.workdays import is_workday
from lianshu.targets.acting import act
from lianshu.tasks import selectors, services
from lianshu.tasks.byproducts import byproduct_label
from lianshu.tasks.forms import EvidenceForm
from lianshu.tasks.models import Duty, Occurrence, OccurrenceEvidence
from lianshu.tasks.services.duties import may_prove

#: days ahead for which a duty's page lists its returns
_AHEAD = 120


def _shown(rows: list[Occurrence], today: dt.date) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "period": Period.from_code(row.period).text,
            "light": selectors.occurrence_light(row, today),
        }
        for row in rows
    ]


@require_safe
def duty_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A duty with all its returns and what proves them."""
    duty, today = selectors.duty_of(request.user, pk), timezone.localdate()
    every = selectors.duty_page(duty)
    shown = _shown([row for row in every if row.due <= today + dt.timedelta(days=_AHEAD)], today)
    year = [row for row in every if row.due.year == today.year]
    return render(
        request,
        "tasks/duty.html",
        {
            "duty": duty,
            "occurrences": shown,
            "needed": sum(row.needed for row in year if row.state != Occurrence.State.WAIVED),
            "done": sum(min(row.done, row.needed) for row in year),
            "byproduct": byproduct_label(duty.counts),
            "may_report": may(request.user, "report", duty),
            "may_edit": may(request.user, "edit", duty),
            "may_supervise": may(request.user, "hand_out", duty),
            "fixed": duty.every not in ("", Duty.Every.EVENT),
            "today": today,
        },
    )


@accepts_upload()
@require_http_methods(["GET", "POST"])
def occurrence_prove(request: HttpRequest, pk: int) -> HttpResponse:
    """Prove one time of a duty by a note and files."""
    row = selectors.occurrence_of(request.user, pk)
    form = EvidenceForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            services.evidence_record(
                request.user, row, files=request.FILES.getlist("file"), **form.cleaned_data
            )
        except LianshuError as error:
            if error.status not in (409, 413, 422):
                raise
            for name, sentence in error.problems or [("", error.sentence)]:
                form.add_error(name if name in form.fields else None, sentence)
        else:
            return redirect("duty-page", row.duty_id)
    return render(
        request,
        "tasks/prove.html",
        {
            "row": row,
            "form": form,
            "period": Period.from_code(row.period).text,
            "may_prove": may_prove(request.user, row),
            "evidence": row.evidence.select_related("by"),
            "files": attachments_of(row),
            "byproduct": byproduct_label(row.duty.counts),
        },
        status=422 if form.errors else 200,
    )


@require_POST
def evidence_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own note back."""
    evidence = OccurrenceEvidence.objects.select_related("occurrence__duty").filter(pk=pk).first()
    if evidence is None:
        raise LianshuError("E1002")
    get_visible(request.user, Occurrence.objects, pk=evidence.occurrence_id)
    back = reverse("duty-page", args=(evidence.occurrence.duty_id,))
    return act(request, back, lambda: services.evidence_withdraw(request.user, evidence), "已撤回这次登记。")


@require_POST
def occurrence_waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Waive one return, or take the waiver back."""
    row = selectors.occurrence_of(request.user, pk)
    back = reverse("duty-page", args=(row.duty_id,))
    reason = request.POST.get("reason", "")
    return act(
        request,
        back,
        lambda: services.occurrence_waive(request.user, row, reason=reason),
        "已免除这一期。" if row.state == Occurrence.State.OPEN else "已恢复这一期。",
    )


# --- calendar


def _month(request: HttpRequest) -> tuple[int, int]:
    today = timezone.localdate()
    try:
        day = read_day(f"{request.GET.get('month', '')}-01")
    except OutsideError:
        day = today
    return day.year, day.month


def _rows(request: HttpRequest, first: dt.date, last: dt.date) -> list[Occurrence]:
    lens = lens_of(request)
    rows = selectors.occurrences_visible(
        request.user, region_path=lens.region_path, chain=lens.chain_id
    ).filter(due__gte=first, due__lte=last)
    if request.GET.get("mine"):
        unit = request.user.unit
        rows = rows.filter(duty__unit=unit) if unit else rows.none()
    return list(rows[:1000])


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """The duties of a month on its days."""
    year, number = _month(request)
    today = timezone.localdate()
    first = dt.date(year, number, 1)
    last = dt.date(year, number, calendar.monthrange(year, number)[1])
    found = selectors.by_day(_rows(request, first, last))
    days = [
        {
            "day": day,
            "inside": day.month == number,
            "off": not is_workday(day),
            "today": day == today,
            "items": _shown(found.get(day, []), today) if day.month == number else [],
        }
        for day in calendar.Calendar().itermonthdates(year, number)
    ]
    before, after = first - dt.timedelta(days=1), last + dt.timedelta(days=1)
    return render(
        request,
        "tasks/calendar_month.html",
        {
            "first": first,
            "days": days,
            "before": f"{before:%Y-%m}",
            "after": f"{after:%Y-%m}",
            "count": sum(len(rows) for rows in found.values()),
            "mine": request.GET.get("mine", ""),
        },
    )


@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """The duties of a year, month by month."""
    number = year_asked(request.GET, "year", timezone.localdate().year)
    today = timezone.localdate()
    rows = _rows(request, dt.date(number, 1, 1), dt.date(number, 12, 31))
    months = [(one, _shown([row for row in rows if row.due.month == one], today)) for one in range(1, 13)]
    return render(
        request,
        "tasks/calendar_year.html",
        {"year": number, "months": months, "count": len(rows), "mine": request.GET.get("mine", "")},
    )
