"""The reading desk. Answers to decisions are JSON with ready-made pieces of the page, the same shape as the
poll for what others decided."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from lianshu.core.asked import words_asked
from lianshu.core.errors import LianshuError
from lianshu.core.scope import may, require
from lianshu.plans import selectors
from lianshu.plans.fields import FIELDS, Field, scope_choices
from lianshu.plans.models import Document, Item
from lianshu.plans.passages import passage
from lianshu.plans.services import desk as services
from lianshu.reference.bounded import OutsideError, read_decimal, whole_or

#: confidences offered for accepting in bulk
THRESHOLDS = (0.95, 0.9, 0.8)


def _item_html(request: HttpRequest, item: Item, editable: bool) -> str:
    return render_to_string("plans/desk_item.html", {"item": item, "editable": editable}, request)


def _answer(request: HttpRequest, document: Document, since: int, status: int = 200) -> JsonResponse:
    """Everything that changed after revision ``since``."""
    document = selectors.document_of(request.user, document.pk)
    editable = may(request.user, "edit", document.plan)
    changed, gone = selectors.items_since(document, since)
    return JsonResponse(
        {
            "revision": document.revision,
            "read_at": document.read_at.isoformat() if document.read_at else "",
            "items": [
                {
                    "id": item.pk,
                    "kind": item.kind,
                    "state": item.state,
                    "html": _item_html(request, item, editable),
                }
                for item in changed
            ],
            "gone": gone,
            "counts": {
                one.kind: {"all": one.all, "done": one.done, "uncertain": one.uncertain}
                for one in selectors.kind_counts(document)
            },
        },
        status=status,
    )


def _whole(value: str | None, default: int = 0) -> int:
    """A whole number from a request; anything else is the default."""
    found = whole_or(value, default, high=999_999_999)
    return default if found is None else found


def _since(request: HttpRequest) -> int:
    return _whole(request.POST.get("since") or request.GET.get("since"))


def _parts(value: str | None) -> int:
    """Into how many parts an item is split: 2 to 6."""
    return min(6, max(2, _whole(value, 2)))


@require_GET
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Text left, items right."""
    document = selectors.document_of(request.user, pk, text=True)
    if document.read_at is None:
        return redirect("plan-reading", document.pk)
    items = selectors.desk_items(document)
    counts = selectors.kind_counts(document)
    first = next((one.kind for one in counts if one.uncertain), None)
    first = first or next((one.kind for one in counts if one.all > one.done), None)
    first = first or next((one.kind for one in counts if one.all), Item.Kind.TARGETS.value)
    latest = document.plan.latest
    return render(
        request,
        "plans/desk.html",
        {
            "document": document,
            "plan": document.plan,
            "items": items,
            "counts": counts,
            "first": first,
            "blocks": selectors.text_blocks(document, items),
            "editable": may(request.user, "edit", document.plan),
            "may_adopt": may(request.user, "adopt", document.plan),
            "thresholds": [
                (value, sum(i.state == Item.State.PENDING and i.confidence >= value for i in items))
                for value in THRESHOLDS
            ],
            "open": sum(item.state == Item.State.PENDING for item in items),
            "newer": latest if latest is not None and latest.pk != document.pk else None,
        },
    )


@require_GET
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The text with its highlights, after items came or went."""
    document = selectors.document_of(request.user, pk, text=True)
    items = list(document.items.standing())
    return render(request, "plans/desk_text.html", {"blocks": selectors.text_blocks(document, items)})


@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed since a revision; 204 when nothing did."""
    document = selectors.document_of(request.user, pk)
    since = _since(request)
    if document.revision == since:
        return HttpResponse(status=204)
    return _answer(request, document, since)


# --- forms inside the page


def _fields(kind: str, values: dict[str, Any], document: Document, prefix: str = "") -> list[dict[str, Any]]:
    chains = list(
        document.items.standing()
        .filter(kind=Item.Kind.CHAINS)
        .exclude(state=Item.State.REJECTED)
        .order_by("position")
    )
    names = list(dict.fromkeys(str(item.values.get("name") or "") for item in chains))
    return [_shown(field, values.get(field.name), names, prefix) for field in FIELDS[kind]]


def _shown(field: Field, value: Any, chains: list[str], prefix: str) -> dict[str, Any]:
    choices = field.choices
    if field.kind == "scope":
        choices = tuple(scope_choices(chains, value))
    shown = field.show(value)
    if field.kind == "choice" and choices and shown not in dict(choices) and not shown:
        shown = choices[0][0]
    return {
        "field": field,
        "name": f"{prefix}{field.name}",
        "value": shown,
        "choices": choices,
    }


@require_GET
def edit_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one item, put in its place."""
    item = selectors.item_of(request.user, pk)
    require(request.user, "edit", item.document.plan)
    return render(
        request,
        "plans/desk_form.html",
        {"item": item, "fields": _fields(item.kind, item.values, item.document)},
    )


@require_GET
def split_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Two (or more) forms of one item."""
    item = selectors.item_of(request.user, pk)
    require(request.user, "edit", item.document.plan)
    count = _parts(request.GET.get("n"))
    parts = [_fields(item.kind, item.values, item.document, f"{n}-") for n in range(count)]
    return render(request, "plans/desk_split.html", {"item": item, "parts": parts, "count": count})


@require_GET
def add_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of an item that the reader missed."""
    document = selectors.document_of(request.user, pk)
    require(request.user, "edit", document.plan)
    kind = request.GET.get("kind", "")
    if kind not in Item.Kind.values:
        kind = Item.Kind.TARGETS.value
    quote = words_asked(request.GET, "quote", 2000)
    first = FIELDS[kind][0].name
    return render(
        request,
        "plans/desk_add.html",
        {
            "document": document,
            "kind": kind,
            "kinds": [(one.value, one.label) for one in selectors.DESK_ORDER],
            "quote": quote,
            "start": _whole(request.GET.get("start")),
            "fields": _fields(kind, {first: quote[:120]} if quote else {}, document),
        },
    )


# --- decisions


def _values(request: HttpRequest, prefix: str = "") -> dict[str, Any]:
    skip = ("seen", "since", "csrfmiddlewaretoken", "kind", "start", "quote", "n")
    return {
        name.removeprefix(prefix): request.POST.get(name, "")
        for name in request.POST
        if name.startswith(prefix) and name not in skip
    }


@require_POST
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """accept, reject, reset, edit or split one item."""
    item = selectors.item_of(request.user, pk)
    seen = _whole(request.POST.get("seen"), -1)
    seen = None if seen < 0 else seen
    if verb == "accept":
        services.item_accept(request.user, item, seen=seen)
    elif verb == "reject":
        services.item_reject(request.user, item, seen=seen)
    elif verb == "reset":
        services.item_reset(request.user, item, seen=seen)
    elif verb == "edit":
        services.item_edit(request.user, item, values=_values(request), seen=seen)
    elif verb == "split":
        parts = [_values(request, f"{n}-") for n in range(_parts(request.POST.get("n")))]
        services.item_split(request.user, item, parts=parts, seen=seen)
    else:
        raise LianshuError("E1002")
    return _answer(request, item.document, _since(request))


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an item on a passage of the text."""
    document = selectors.document_of(request.user, pk, text=True)
    start, end = _passage(document.text, request.POST.get("quote", ""), request.POST.get("start", ""))
    services.item_add(
        request.user,
        document,
        kind=request.POST.get("kind", ""),
        start=start,
        end=end,
        values=_values(request),
    )
    return _answer(request, document, _since(request))


def _passage(text: str, quote: str, start: str) -> tuple[int, int]:
    """Where a quoted passage stands: the occurrence nearest to ``start``."""
    words = quote.strip()[:2000]
    if not words:
        raise LianshuError("E2001", problems=[("quote", "请先在正文里选中文字，或把原文填进“原文依据”")])
    best = passage(text, words, _whole(start))
    if best is None:
        raise LianshuError("E2001", problems=[("quote", "正文里找不到这段原文，请照抄正文或重新选中")])
    return best


@require_POST
def accept_above(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept everything the reader is sure enough of."""
    document = selectors.document_of(request.user, pk)
    try:
        confidence = float(read_decimal(request.POST.get("confidence", ""), digits=1))
    except OutsideError:
        raise LianshuError("E2001", problems=[("confidence", "请选择把握的下限")]) from None
    services.items_accept_above(
        request.user, document, confidence=confidence, kind=request.POST.get("kind", "")
    )
    return _answer(request, document, _since(request))


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back my last step here."""
    document = selectors.document_of(request.user, pk)
    services.decision_undo(request.user, document)
    return _answer(request, document, _since(request))
