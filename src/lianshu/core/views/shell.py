"""Parts of the shell: lens, search, notices, health."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from lianshu.core import notices
from lianshu.core.asked import words_asked
from lianshu.core.bodies import chain_model, region_model
from lianshu.core.errors import LianshuError
from lianshu.core.lens import lens_of, lens_set
from lianshu.core.registries import registry

#: results of one provider in the quick search, and of all on the page
QUICK, FULL = 5, 50
_INDENT = "\u3000"


def back_to(request: HttpRequest, address: str) -> HttpResponse:
    """Redirect inside this site only."""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    # not `redirect`, which would take a word for the name of a page
    return HttpResponseRedirect(address if safe else "/")


def lens(request: HttpRequest) -> HttpResponse:
    """The switch of region and chain in the top bar."""
    if request.method == "POST":
        lens_set(request, region_id=request.POST.get("region", ""), chain_id=request.POST.get("chain", ""))
        return back_to(request, request.POST.get("next", "/"))
    regions = list(region_model().objects.visible_to(request.user).exclude(level="town").order_by("path"))
    shallowest = min((region.path.count("/") for region in regions), default=0)
    for region in regions:
        region.indent = _INDENT * (region.path.count("/") - shallowest)
    chains = list(chain_model().objects.visible_to(request.user).select_related("region"))
    return render(
        request,
        "core/lens.html",
        {
            "lens": lens_of(request),
            "regions": regions,
            "chains": chains,
            "several_regions": len({chain.region_id for chain in chains}) > 1,
            "next": request.GET.get("next", "/"),
        },
    )


def _search(request: HttpRequest, each: int) -> dict[str, object]:
    text = words_asked(request.GET)
    results: list[tuple[str, str, str]] = []
    if text:
        for provider in registry.searches:
            for number, row in enumerate(provider(request.user, text)):
                if number == each:
                    break
                results.append(row)
    return {"query": text, "results": results}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The search page."""
    return render(request, "core/search.html", _search(request, FULL))


@require_safe
def search_quick(request: HttpRequest) -> HttpResponse:
    """Results while typing."""
    return render(request, "core/search_results.html", _search(request, QUICK))


def notice_list(request: HttpRequest) -> HttpResponse:
    """All notices of the person; POST marks all of them read."""
    if request.method == "POST":
        notices.mark_read(request.user)
        return redirect("notices")
    page = Paginator(notices.notices_of(request.user), 50).get_page(request.GET.get("page"))
    return render(request, "core/notices.html", {"page": page, "unread": notices.unread_count(request.user)})


@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice read and go where it leads."""
    notice = notices.notices_of(request.user).filter(pk=pk).first()
    if notice is None:
        raise LianshuError("E1002")
    notices.mark_read(request.user, [pk])
    return back_to(request, notice.url or "/notices/")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For whoever watches the server: the process answers and the database can be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok", "database": connection.vendor})
