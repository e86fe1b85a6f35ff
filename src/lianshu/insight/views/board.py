"""看板 and 链长一页纸."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lianshu.core.lens import lens_of
from lianshu.core.scope import get_visible, may, require
from lianshu.insight import board as boards
from lianshu.insight import chief as chiefs
from lianshu.organisation.models import Chain
from lianshu.tasks import selectors as tasks


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """All chains side by side; each cell leads to the rows behind it, each chain to its page."""
    require(request.user, "view")
    today, lens = timezone.localdate(), lens_of(request)
    found = boards.board(
        request.user, today, region_path=lens.region_path, worst=request.GET.get("sort") == "worst"
    )
    return render(
        request,
        "insight/board.html",
        {"board": found, "today": today, "worst": request.GET.get("sort") == "worst"},
    )


@require_safe
def chief_list(request: HttpRequest) -> HttpResponse:
    """The chains whose one-page view a person may open; the only one is opened at once."""
    require(request.user, "view")
    chains = list(chiefs.chains_of(request.user))
    if len(chains) == 1:
        return redirect("chief", chains[0].pk)
    today = timezone.localdate()
    names = tasks.chiefs([chain.pk for chain in chains], today)
    rows = [(chain, names.get(chain.pk, "待定")) for chain in chains]
    return render(request, "insight/chief_list.html", {"rows": rows})


@require_safe
def chief(request: HttpRequest, pk: int) -> HttpResponse:
    """One chain for its chief: what moved, what is red, what waits for a decision."""
    chain = get_visible(request.user, Chain.objects.select_related("region"), pk=pk)
    found = chiefs.sheet(request, chain, timezone.localdate())
    return render(
        request,
        "insight/chief.html",
        {
            "sheet": found,
            "chain": chain,
            "today": timezone.localdate(),
            "may_decide": may(request.user, "decide"),
            "units": tasks.units_under(request.user, chain.region) if found.decisions else [],
        },
    )
