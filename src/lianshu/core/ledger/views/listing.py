"""The list of a ledger with its filters, views and columns."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lianshu.core.asked import words_asked
from lianshu.core.errors import LianshuError
from lianshu.core.ledger import cells, forms, services
from lianshu.core.ledger.declaration import Ledger, ledger_for
from lianshu.core.ledger.filters import Listing
from lianshu.core.lens import lens_of
from lianshu.core.models import SavedView
from lianshu.core.receiving import refuse_zero
from lianshu.core.scope import grants_of, require

#: characters of a list's address, as browsers and servers take them
QUERY_LONGEST = 8000


def opened(request: HttpRequest, slug: str, action: str | None = None) -> Ledger:
    """The ledger of an address, if the person may do ``action`` (view) in it at all."""
    ledger = ledger_for(slug)
    require(request.user, action or ledger.view_action)
    return ledger


def listing_of(request: HttpRequest, ledger: Ledger) -> Listing:
    """The rows asked for by the address and the lens."""
    return Listing(ledger, request.user, request.GET, lens_of(request))


def remembered(user: Any, ledger: Ledger) -> list[str]:
    """The person's last choice of columns."""
    view = SavedView.objects.filter(owner=user, ledger=ledger.slug, name="").first()
    return view.columns if view else []


def saved_views(user: Any, ledger: Ledger) -> list[SavedView]:
    """Own views of a ledger, and those shared by people of one's region, of the ones above and below."""
    near = Q(pk__in=[])
    for grant in grants_of(user):
        codes = grant.region_path.strip("/").split("/")
        above = ["/" + "/".join(codes[:end]) + "/" for end in range(1, len(codes) + 1)]
        near |= Q(owner__grants__region__path__startswith=grant.region_path)
        near |= Q(owner__grants__region__path__in=above)
    rows = SavedView.objects.filter(ledger=ledger.slug).exclude(name="")
    rows = rows.filter(Q(owner=user) | Q(shared=True) & near).distinct()
    return list(rows.select_related("owner").order_by("name"))


def address_of(ledger: Ledger, view: SavedView) -> str:
    """The list page of a saved view."""
    query = QueryDict(mutable=True)
    for name, values in view.query.items():
        query.setlist(name, values)
    if view.columns:
        query["cols"] = ",".join(view.columns)
    query["view"] = str(view.pk)
    return f"{ledger.url()}?{query.urlencode()}"


@require_safe
def ledger_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Rows, fifty at a time; a person's default view where the address asks for nothing."""
    ledger = opened(request, slug)
    views = saved_views(request.user, ledger)
    if not request.GET:
        default = next((view for view in views if view.is_default and view.owner_id == request.user.pk), None)
        if default is not None:
            return redirect(address_of(ledger, default))
    listing = listing_of(request, ledger)
    rows = listing.rows()
    page = Paginator(rows, ledger.page_size).get_page(request.GET.get("page"))
    memory = remembered(request.user, ledger)
    columns = listing.columns(memory)
    for view in views:
        view.address = address_of(ledger, view)
        view.current = request.GET.get("view") == str(view.pk)
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        ledger.list_template,
        {
            "ledger": ledger,
            "listing": listing,
            "page": page,
            "columns": columns,
            "heads": _heads(ledger, listing, columns),
            "lines": [_line(ledger, columns, obj) for obj in page],
            "chips": listing.chips,
            "filters": listing.form_filters(),
            "views": views,
            "query": query.urlencode(),
            "kept": [(name, value) for name, value in query.lists() if name in ("sort", "cols", "view")],
            "can_create": ledger.create is not None and ledger.may(request.user, ledger.create_action),
            "can_import": bool(ledger.importable) and ledger.may(request.user, ledger.import_action),
            "can_export": ledger.may(request.user, ledger.export_action),
            "can_edit": ledger.update is not None and ledger.may(request.user, ledger.edit_action),
            "bulk_columns": [column for column in ledger.columns if column.bulk],
        },
    )


def _heads(ledger: Ledger, listing: Listing, columns: list[Any]) -> list[dict[str, Any]]:
    sorted_by, down = listing.sort
    heads = []
    for column in columns:
        query = listing.params.copy()
        query.pop("page", None)
        query["sort"] = f"-{column.name}" if sorted_by == column.name and not down else column.name
        heads.append(
            {
                "column": column,
                "amount": cells.is_amount(ledger, column),
                "sortable": bool(listing.sort_path(column)),
                "query": query.urlencode(),
                "way": ("descending" if down else "ascending") if sorted_by == column.name else "",
            }
        )
    return heads


def _line(ledger: Ledger, columns: list[Any], obj: Any) -> dict[str, Any]:
    return {
        "obj": obj,
        "page": ledger.detail_url(obj),
        "drawer": ledger.url("drawer", obj.pk),
        "edit": ledger.url("edit", obj.pk) if ledger.update is not None else "",
        "cells": [
            (column, cells.cell(ledger, column, obj), cells.is_amount(ledger, column)) for column in columns
        ],
    }


@require_POST
def columns_set(request: HttpRequest, slug: str) -> HttpResponse:
    """Remember which columns the person wants; goes back to the list with the same filters."""
    ledger = opened(request, slug)
    chosen = [name for name in request.POST.getlist("column") if name in ledger.by_name]
    services.columns_remember(request.user, ledger.slug, chosen)
    listing = Listing(ledger, request.user, _query(request))
    listing.params.pop("cols", None)
    return redirect(f"{ledger.url()}?{listing.params.urlencode()}")


def query_of(text: str) -> QueryDict:
    """The parameters of a list's address that a form carries, as far as an address may be long."""
    params = QueryDict(text[:QUERY_LONGEST])
    # the address inside the form is decoded here, after the form itself was looked at
    refuse_zero(params)
    return params


def _query(request: HttpRequest) -> Any:
    return query_of(request.POST.get("query", ""))


@require_POST
def view_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the current filters, order and columns under a name."""
    ledger = opened(request, slug)
    query = _query(request)
    kept = {name: values for name, values in query.lists() if name not in ("page", "cols", "view")}
    columns = query.get("cols", "").split(",") if query.get("cols") else remembered(request.user, ledger)
    view = services.view_save(
        request.user,
        ledger=ledger.slug,
        name=request.POST.get("name", ""),
        query=kept,
        columns=columns,
        shared="shared" in request.POST,
        default="default" in request.POST,
    )
    return redirect(address_of(ledger, view))


@require_POST
def view_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete an own view."""
    ledger = opened(request, slug)
    services.view_delete(request.user, pk)
    return redirect(f"{ledger.url()}?q=")


@require_safe
def pick(request: HttpRequest, slug: str, name: str) -> JsonResponse:
    """Names of rows that fit what is being typed into a form's relation field."""
    ledger = opened(request, slug)
    field = ledger.field(name)
    # only what the ledger's form asks for: other relations lead to accounts and their rights
    if field is None or not field.is_relation or name not in ledger.form_fields:
        raise LianshuError("E1002")
    text = words_asked(request.GET)
    rows = forms.row_choices(request.user, field).filter(name__icontains=text)[:20] if text else []
    return JsonResponse({"names": [str(row.name) for row in rows]})
