"""One target's page and what is done there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianshu.core import audit
from lianshu.core.asked import key_asked
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import get_visible, may
from lianshu.core.words import with_unit
from lianshu.organisation.models import Chain, Region
from lianshu.targets import charting, pace, selectors, services
from lianshu.targets.acting import act
from lianshu.targets.models import Indicator, Observation, Target
from lianshu.targets.services.values import amount_read
from lianshu.targets.wording import demand_words, number_words

#: what a target is split by → the field of its parts that names it
_FIELDS = {"unit": "subject_unit_id", "chain": "chain_id", "region": "region_id"}


def _page(pk: int) -> str:
    return reverse("target-page", args=(pk,))


@require_safe
def target_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Definition, source, light, values against the path, parts with their sum, levels above and below."""
    target, today = selectors.target_of(request.user, pk), timezone.localdate()
    line = selectors.lines([target], today)[0]
    lower = selectors.lines(selectors.targets_visible(request.user).filter(upper=target), today)
    upper = _upper(request.user, target)
    return render(
        request,
        "targets/target.html",
        {
            "target": target,
            "line": line,
            "rows": selectors.value_rows(line.observations),
            "chart": charting.chart(target, line.years, line.figures, today),
            "running": charting.running(target, line.years, line.figures, today),
            "running_name": charting.running_name(target, line.years, line.figures, today),
            "demand": demand_words(target),
            "when": target.when.words or "方案未写时限",
            "split": selectors.split_of(request.user, target, today),
            "adds_up": selectors.adds_up(target),
            "years": sorted(line.years.items()),
            "lower": lower,
            "upper": upper,
            "history": audit.titled_history(target, 30),
            "may_report": may(request.user, "report", target) and not target.background,
            "may_edit": may(request.user, "edit", target),
            "may_approve": may(request.user, "approve", target),
            "natures": Indicator.Nature.choices,
            "today": today,
        },
    )


def _upper(user: Any, target: Target) -> Target | None:
    """The upper target, where the person may read it."""
    if target.upper_id is None:
        return None
    own = Target.objects.visible_to(user).filter(pk=target.upper_id)
    return own.first() or selectors.takeable(user).filter(pk=target.upper_id).first()


@require_safe
def target_source(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a target's figures come from; ``period`` narrows to one, without it the demand's own sentence."""
    target = selectors.target_of(request.user, pk)
    period = request.GET.get("period", "")
    sources = []
    if not period and target.item_id:
        address = reverse("plan-desk", args=(target.item.document_id,)) + f"?item={target.item_id}"
        sources.append({"text": target.item.evidence, "cell": str(target.plan or ""), "url": address})
    for one in selectors.observations_by_key([target]).get(selectors.key_of(target), []):
        if period and one.period == period:
            sources.append(
                {
                    "value": with_unit(number_words(one.value), target.measure),
                    "cell": f"{one.get_source_display()} {one.source_text}".strip(),
                    "person": f"{one.unit or ''} {one.by or ''}".strip(),
                    "date": one.at,
                    "text": one.note,
                }
            )
    context = {"sources": sources, "definition": target.indicator.definition}
    return render(request, "core/source_popover.html", context)


# --- parts


def _amount(request: HttpRequest, name: str) -> Decimal | None:
    text = request.POST.get(name, "").strip()
    return amount_read(text, field=name) if text else None


@require_http_methods(["GET", "POST"])
def target_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Split by town, park and department, by chain, by the regions below, or by year."""
    target = selectors.target_of(request.user, pk)
    by = request.GET.get("by", "unit")
    if by not in ("year", *_FIELDS):
        raise LianshuError("E1002")
    subjects = _subjects(request.user, target, by)
    today = timezone.localdate()
    years = _years(target, today.year)
    problem, typed = "", {}
    if request.method == "POST":
        typed = {key: value for key, value in request.POST.items() if key.startswith("part-")}
        try:
            if by == "year":
                values = {year: _amount(request, f"part-{year}") for year in years}
                services.target_years_set(request.user, target, values)
            else:
                parts = [(one, _amount(request, f"part-{one.pk}")) for one in subjects]
                services.target_split(request.user, target, parts)
        except LianshuError as error:
            if error.status not in (409, 422):
                raise
            problem = error.sentence
        else:
            return redirect(_page(pk) + "#parts")
    return render(
        request,
        "targets/split.html",
        {
            "target": target,
            "by": by,
            "rows": _split_rows(target, by, subjects, years, typed),
            "problem": problem,
            "adds_up": selectors.adds_up(target),
            "demand": demand_words(target),
            "may_edit": may(request.user, "edit", target),
        },
        status=422 if problem else 200,
    )


def _subjects(user: Any, target: Target, by: str) -> list[Any]:
    if by == "unit":
        return list(selectors.split_units(target))
    if by == "chain":
        rows = Chain.objects.visible_to(user).filter(Chain.in_force(), region=target.region)
        return list(rows) if target.chain_id is None else []
    if by == "region":
        return list(selectors.split_regions(target))
    return []


def _years(target: Target, this_year: int) -> list[int]:
    deadline = pace.deadline_of(target)
    first = pace.start_year(target) or this_year
    last = deadline.year if deadline else this_year + 1
    return list(range(min(first, last), max(first, last) + 1))[:12]


def _split_rows(
    target: Target, by: str, subjects: list[Any], years: list[int], typed: dict[str, str]
) -> list[dict[str, Any]]:
    """The form's rows: subject, name of its field, what stands there now."""
    if by == "year":
        known = {row.year: row.value for row in target.years.all()}
        names = [(f"{year}年", str(year), known.get(year)) for year in years]
    else:
        field = _FIELDS[by]
        parts = {getattr(part, field): part.low for part in target.parts.all()}
        names = [(str(one), str(one.pk), parts.get(one.pk)) for one in subjects]
    return [
        {"name": name, "field": f"part-{key}", "value": typed.get(f"part-{key}", _plain(value))}
        for name, key, value in names
    ]


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


# --- levels


@require_POST
def target_hand_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the target to the regions below, or take the offer back."""
    target = selectors.target_of(request.user, pk)
    wanted = request.POST.get("down") == "1"
    done = "已下达，下级可以承接。" if wanted else "已收回下达。"
    return act(
        request,
        _page(pk),
        lambda: services.target_hand_down(request.user, target, handed_down=wanted),
        done,
    )


@require_POST
def target_define(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the indicator means."""
    target = selectors.target_of(request.user, pk)
    values = {name: request.POST.get(name, "") for name in ("definition", "nature")}
    return act(
        request, _page(pk), lambda: services.indicator_define(request.user, target, **values), "口径已保存。"
    )


@require_POST
def target_take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over an upper target with one's own value."""
    upper = selectors.takeable(request.user).filter(pk=pk).first()
    if upper is None:
        raise LianshuError("E1002")
    region = get_visible(request.user, Region.objects, pk=key_asked(request.POST, "region"))

    def work() -> None:
        text = request.POST.get("low", "").strip()
        if not text:
            raise invalid(("low", "请填写本级承接的目标值。"))
        services.target_take_over(request.user, upper, region=region, low=amount_read(text, field="low"))

    return act(request, reverse("targets-from-above"), work, f"已承接“{upper.name}”，可以按期填报。")


def observation_of(user: Any, pk: int) -> Observation:
    """One figure through the gate."""
    return get_visible(
        user, Observation.objects.select_related("indicator", "region", "chain", "unit"), pk=pk
    )
