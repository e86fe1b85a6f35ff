"""Mechanisms as matrix of chains × items, and the linkage table."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from lianshu.core.asked import words_asked
from lianshu.core.attempt import attempt
from lianshu.core.errors import LianshuError
from lianshu.core.scope import get_visible, may, regions_for, require
from lianshu.organisation.models import Region

from .. import selectors, services
from ..checklist import matrix
from ..forms import MechanismForm
from ..models import Mechanism


def mechanism_list(request: HttpRequest) -> HttpResponse:
    """All mechanisms in scope; checklists with their matrix."""
    rows = (
        Mechanism.objects.visible_to(request.user).select_related("region", "plan").prefetch_related("items")
    )
    return render(
        request,
        "chains/mechanisms.html",
        {"rows": rows, "may_edit": may(request.user, "edit")},
    )


def mechanism_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Which chain has which item, and what is missing."""
    mechanism = get_visible(request.user, Mechanism.objects.select_related("region", "plan", "item"), pk=pk)
    items = list(mechanism.items.all())
    table = matrix(request.user, mechanism) if mechanism.per_chain else []
    return render(
        request,
        "chains/mechanism.html",
        {
            "mechanism": mechanism,
            "items": items,
            "table": table,
            "missing": sum(len(items) - present for _, _, present in table),
            "can_edit": may(request.user, "edit", mechanism),
        },
    )


def mechanism_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make a checklist or change its items."""
    require(request.user, "edit")
    mechanism = get_visible(request.user, Mechanism.objects, pk=pk) if pk else None
    initial = {}
    if mechanism is not None:
        require(request.user, "edit", mechanism)
        words = "\n".join(item.name for item in mechanism.items.all())
        initial = {"region": mechanism.region, "name": mechanism.name, "items": words}
    form = MechanismForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if mechanism is not None:
            data["region"] = mechanism.region
        made = attempt(form, lambda: services.mechanism_save(request.user, mechanism=mechanism, **data))
        if made is not None:
            messages.success(request, f"“{made.name}”已保存，每条产业链都有这份清单。")
            return redirect("mechanism", pk=made.pk)
    return render(request, "chains/mechanism_edit.html", {"form": form, "mechanism": mechanism})


def linkage(request: HttpRequest) -> HttpResponse:
    """领导联系表: three pairings per leader, and the departments' pairings, made to be printed."""
    regions = Region.objects.filter(regions_for(request.user, "view")).order_by("-path")
    wanted = words_asked(request.GET, "region")
    region = regions.filter(code=wanted).first() if wanted else regions.first()
    if region is None:
        raise LianshuError("E1002")
    return render(
        request,
        "chains/linkage.html",
        {
            "region": region,
            "regions": regions,
            "leaders": selectors.linkage_table(request.user, region),
            "departments": selectors.linkage_table(request.user, region, departments=True),
            "today": timezone.localdate(),
        },
    )
