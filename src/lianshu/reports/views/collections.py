"""Calls to file and filings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from lianshu.core.attachments import attachment_add, attachments_of
from lianshu.core.attempt import attempt
from lianshu.core.errors import LianshuError
from lianshu.core.receiving import accepts_upload
from lianshu.core.scope import get_visible, may, require

from .. import drafting, services
from ..forms import CollectionForm
from ..models import Collection, Filing

State = Filing.State


def collection_list(request: HttpRequest) -> HttpResponse:
    """Calls with who has filed and who owes; on top what this person's own unit owes."""
    filed = Q(filings__state__in=(State.FILED, State.ACCEPTED))
    rows = (
        Collection.objects.visible_to(request.user)
        .select_related("region")
        .annotate(asked=Count("filings"), answered=Count("filings", filter=filed))
    )
    own = (
        Filing.objects.visible_to(request.user)
        .filter(unit=request.user.unit_id or 0, state__in=(State.OWED, State.RETURNED))
        .select_related("collection", "chain")
        .order_by("collection__due")
    )
    return render(
        request,
        "reports/collections.html",
        {
            "rows": rows[:200],
            "own": own,
            "today": timezone.localdate(),
            "may_open": may(request.user, "hand_out"),
        },
    )


def collection_new(request: HttpRequest) -> HttpResponse:
    """Call for filings."""
    require(request.user, "hand_out")
    form = CollectionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: services.collection_open(request.user, **form.cleaned_data))
        if made is not None:
            messages.success(request, f"已发起，{made.filings.count()} 家单位收到通知。")
            return redirect("collection", pk=made.pk)
    return render(request, "reports/collection_new.html", {"form": form})


def collection_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: who has filed, who has not."""
    collection = get_visible(request.user, Collection.objects, pk=pk)
    filings = list(
        Filing.objects.visible_to(request.user)
        .filter(collection=collection)
        .select_related("unit", "chain", "filed_by")
    )
    owing = [one for one in filings if one.state in (State.OWED, State.RETURNED)]
    return render(
        request,
        "reports/collection.html",
        {
            "collection": collection,
            "filings": filings,
            "owing": owing,
            "today": timezone.localdate(),
            "office": may(request.user, "hand_out", collection),
        },
    )


@require_POST
def collection_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind those who owe."""
    collection = get_visible(request.user, Collection.objects, pk=pk)
    told = services.collection_remind(request.user, collection)
    messages.success(request, f"已催报 {len(told)} 家单位。" if told else "今天已催过，或没有欠报的单位。")
    return redirect("collection", pk=pk)


def _parts(filing: Filing, texts: list[str] | None, filled: list[str]) -> list[dict[str, Any]]:
    saved = [part["text"] for part in filing.sections] or [""] * len(filing.collection.headings)
    rows = []
    for number, heading in enumerate(filing.collection.headings):
        text = texts[number] if texts is not None else saved[number]
        prefilled = not text and bool(filled[number]) and texts is None
        rows.append(
            {
                "number": number,
                "heading": heading,
                "text": text or (filled[number] if texts is None else ""),
                "prefilled": prefilled,
            }
        )
    return rows


@accepts_upload()
def filing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in and file; the office accepts or returns here."""
    filing = get_visible(
        request.user, Filing.objects.select_related("collection__region", "unit", "chain"), pk=pk
    )
    today = timezone.localdate()
    texts: list[str] | None = None
    problem = ""
    if request.method == "POST":
        texts = [request.POST.get(f"part-{number}", "") for number in range(len(filing.collection.headings))]
        file_it = request.POST.get("do") == "file"
        try:
            # a file that is refused takes the filing back: both or neither
            with transaction.atomic():
                filing = services.filing_save(request.user, filing, texts=texts, file_it=file_it)
                for file in request.FILES.getlist("file"):
                    attachment_add(request.user, filing, file=file)
        except LianshuError as error:
            if error.status not in (413, 422):
                raise
            filing.refresh_from_db()
            problem = error.sentence
        else:
            messages.success(request, f"已报送（第 {filing.version} 版）。" if file_it else "已存草稿。")
            return redirect("filing", pk=pk)
    open_now = filing.state in (State.OWED, State.RETURNED, State.FILED)
    can_file = open_now and services.may_file(request.user, filing)
    filled = (
        drafting.prefill(request.user, filing, today) if can_file else [""] * len(filing.collection.headings)
    )
    return render(
        request,
        "reports/filing.html",
        {
            "filing": filing,
            "parts": _parts(filing, texts, filled),
            "problem": problem,
            "can_file": can_file,
            "office": may(request.user, "hand_out", filing) and filing.state == State.FILED,
            "files": attachments_of(filing),
            "versions": filing.versions.select_related("by"),
            "today": today,
        },
        status=422 if problem else 200,
    )


@require_POST
def filing_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or return a filing."""
    filing = get_visible(request.user, Filing.objects, pk=pk)
    words = request.POST.get("words", "")
    if request.POST.get("do") == "return":
        services.filing_return(request.user, filing, reason=words)
        messages.success(request, "已退回，报送单位会收到通知。")
    else:
        services.filing_accept(request.user, filing, remark=words)
        messages.success(request, "已审收。")
    return redirect("collection", pk=filing.collection_id)
