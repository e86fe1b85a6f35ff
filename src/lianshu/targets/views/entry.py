"""填报: figures entered in a grid of targets × periods; 审定: figures that wait for approval."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from lianshu.core.asked import key_asked, keys_asked, words_asked
from lianshu.core.errors import LianshuError
from lianshu.core.lens import lens_of
from lianshu.core.scope import require
from lianshu.core.views.shell import back_to
from lianshu.reference.periods import Kind, Period
from lianshu.targets import selectors, services
from lianshu.targets.acting import act
from lianshu.targets.models import Observation, Target

from .target import observation_of

PAGE = 40
_KINDS = {Kind.MONTH: "按月", Kind.QUARTER: "按季度", Kind.YEAR: "按年"}


@require_safe
def entry(request: HttpRequest) -> HttpResponse:
    """The grid of the targets one may report on."""
    require(request.user, "report")
    today, lens = timezone.localdate(), lens_of(request)
    asked = request.GET.get("kind", "")
    kind = Kind(asked) if asked in {one.value for one in _KINDS} else Kind.MONTH
    rows = selectors.targets_visible(
        request.user, "report", region_path=lens.region_path, chain=lens.chain_id
    )
    words = words_asked(request.GET, "q", 60)
    if words:
        rows = rows.filter(name__icontains=words)
    chosen = key_asked(request.GET, "target")
    if chosen is not None:
        rows = rows.filter(pk=chosen)
    page = Paginator(rows.order_by("region__path", "chain_id", "id"), PAGE).get_page(request.GET.get("page"))
    periods = selectors.grid_periods(kind, today)
    return render(
        request,
        "targets/entry.html",
        {
            "page": page,
            "grid": selectors.grid(request.user, list(page.object_list), periods),
            "periods": periods,
            "kinds": [(one.value, word, one is kind) for one, word in _KINDS.items()],
            "words": words,
            "chosen": chosen,
            "today": today,
        },
    )


@require_POST
def value_set(request: HttpRequest, pk: int) -> HttpResponse:
    """One cell of the grid: enter, change, or (emptied) take back. Answers with the cell."""
    target = selectors.target_of(request.user, pk)
    period = Period.from_code(_code(request))
    text = request.POST.get("value", "").strip()
    problem = ""
    try:
        if text:
            services.observation_record(
                request.user, target=target, period=period.code, value=text, note=request.POST.get("note", "")
            )
        else:
            own = _own(request.user, target, period)
            if own is not None:
                services.observation_withdraw(request.user, own, target=target)
    except LianshuError as error:
        if error.status not in (409, 422):
            raise
        problem = error.sentence
    row = selectors.grid(request.user, [target], [period])[0]
    context = {
        "target": target,
        "cell": row.cells[0],
        "problem": problem,
        "typed": text,
        "saved": not problem,
    }
    return render(request, "targets/cell.html", context)


def _code(request: HttpRequest) -> str:
    code = request.POST.get("period", "")
    try:
        return Period.from_code(code).code
    except ValueError:
        raise LianshuError("E1002") from None


def _own(user: Any, target: Target, period: Period) -> Observation | None:
    return selectors.grid(user, [target], [period])[0].cells[0][1]


# --- approval


def waiting(user: Any) -> QuerySet:
    """Figures a person may approve and that are not settled yet."""
    return (
        Observation.objects.visible_to(user, "approve")
        .filter(state=Observation.State.SUBMITTED, superseded=False)
        .select_related("indicator", "region", "chain", "subject_unit", "unit", "by")
        .order_by("indicator_id", "period", "id")
    )


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """Figures that wait for approval, conflicting ones together."""
    require(request.user, "approve")
    lens = lens_of(request)
    rows = waiting(request.user)
    if lens.region_path:
        rows = rows.filter(region__path__startswith=lens.region_path)
    if lens.chain_id:
        rows = rows.filter(chain_id=lens.chain_id)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(one, Period.from_code(one.period)) for one in page.object_list]
    return render(request, "targets/review.html", {"page": page, "rows": shown})


@require_POST
def review_decide(request: HttpRequest) -> HttpResponse:
    """Approve the ticked figures."""
    rows = list(waiting(request.user).filter(pk__in=keys_asked(request.POST, "row")))
    return act(
        request,
        reverse("values-review"),
        lambda: services.observations_approve(request.user, rows),
        f"已审定 {len(rows)} 个数。",
    )


@require_POST
def observation_decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve or return one figure from a target's page."""
    row = observation_of(request.user, pk)
    if verb == "approve":
        services.observation_approve(request.user, row)
    elif verb == "return":
        services.observation_return(request.user, row, reason=request.POST.get("reason", ""))
    else:
        raise LianshuError("E1002")
    return back_to(request, request.POST.get("next", "/"))
