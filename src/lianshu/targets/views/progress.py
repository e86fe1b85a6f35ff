"""目标进度: all targets with their lights; 承接: what the level above handed down."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lianshu.core.asked import key_asked, words_asked
from lianshu.core.lens import lens_of
from lianshu.core.scope import get_visible, may
from lianshu.core.words import LIGHTS
from lianshu.organisation.models import Chain, Region
from lianshu.targets import selectors
from lianshu.targets.models import Target

PAGE = 60


def _chain(request: HttpRequest) -> Chain | None:
    asked = key_asked(request.GET, "chain")
    if asked is not None:
        return get_visible(request.user, Chain.objects.select_related("region"), pk=asked)
    return None


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Targets of what one looks at, with what is reached, what time asks for, and why."""
    today, lens = timezone.localdate(), lens_of(request)
    chain = _chain(request)
    light, words = request.GET.get("light", ""), words_asked(request.GET, "q", 60)
    rows = selectors.targets_visible(
        request.user,
        region_path=chain.region.path if chain else lens.region_path,
        chain=chain.pk if chain else lens.chain_id,
        background="background" in request.GET,
    )
    if words:
        rows = rows.filter(name__icontains=words)
    lights = selectors.lights(rows.order_by("region__path", "chain_id", "id"), today)
    counts = Counter(one.light for one in lights)
    shown = [one.pk for one in lights if light not in LIGHTS or one.light == light]
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    page.object_list = selectors.lines_of(request.user, page.object_list, today)
    return render(
        request,
        "targets/progress.html",
        {
            "page": page,
            "counts": [(colour, *words_of, counts[colour]) for colour, words_of in LIGHTS.items()],
            "total": len(lights),
            "light": light,
            "words": words,
            "chain": chain,
            "today": today,
            "several_regions": len({one.region for one in lights}) > 1,
            "may_report": may(request.user, "report"),
            "may_edit": may(request.user, "edit"),
        },
    )


@require_safe
def from_above(request: HttpRequest) -> HttpResponse:
    """Targets to take over: handed down by the level above, or quoted as its goals in the own plan."""
    rows = list(selectors.takeable(request.user))
    regions = list(Region.objects.visible_to(request.user, "edit").exclude(level="town").order_by("path"))
    taken: dict[int, list[Target]] = {}
    own = Target.objects.visible_to(request.user).filter(upper__in=rows, whole=None)
    for target in own.select_related("region", "indicator", "plan"):
        taken.setdefault(target.upper_id, []).append(target)
    offers: list[dict[str, Any]] = [
        {
            "target": target,
            "taken": taken.get(target.pk, []),
            "regions": [one for one in regions if one.path.startswith(target.region.path)],
        }
        for target in rows
    ]
    return render(request, "targets/from_above.html", {"offers": offers})
