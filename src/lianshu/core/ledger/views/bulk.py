"""Change one column of many rows, with a preview of how many."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lianshu.core.asked import keys_asked
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.ledger import services
from lianshu.core.ledger.declaration import Ledger
from lianshu.core.ledger.filters import Listing
from lianshu.core.ledger.forms import LedgerForm
from lianshu.core.lens import lens_of

from .listing import opened, query_of


def _chosen(request: HttpRequest, ledger: Ledger) -> Any:
    """The ticked rows, or all of the filtered list."""
    if request.POST.get("whole") == "1":
        query = query_of(request.POST.get("query", ""))
        return Listing(ledger, request.user, query, lens_of(request)).rows()
    asked = request.POST.getlist("row")
    if not asked:
        raise invalid(("row", "还没有选中任何一行。请先勾选要修改的行。"))
    keys = keys_asked(request.POST, "row")
    if len(keys) < len(asked):
        raise LianshuError("E1002")
    return ledger.queryset(request.user).filter(pk__in=keys)


@require_POST
def bulk(request: HttpRequest, slug: str) -> HttpResponse:
    """Steps in one dialog: choose column and value → see how many change → change them in one go."""
    ledger = opened(request, slug)
    opened(request, slug, ledger.edit_action)
    offered = [column for column in ledger.columns if column.bulk]
    if ledger.update is None or not offered:
        raise LianshuError("E1001", where=ledger.title, action="批量修改")
    rows = _chosen(request, ledger)
    total = rows.count()
    if total > services.BULK_LIMIT:
        raise invalid(
            ("row", f"选中了 {total} 行，一次最多 {services.BULK_LIMIT} 行。请缩小筛选或用导入台更新。")
        )
    name = request.POST.get("column", offered[0].name)
    if name not in {column.name for column in offered}:
        raise LianshuError("E1002")
    column = ledger.by_name[name]
    step = request.POST.get("step", "choose")
    form = LedgerForm(
        request.POST if step != "choose" else None, ledger=ledger, user=request.user, fields=(name,)
    )
    context = {
        "ledger": ledger,
        "form": form,
        "columns": offered,
        "column": column,
        "rows": request.POST.getlist("row"),
        "whole": request.POST.get("whole", ""),
        "query": request.POST.get("query", ""),
        "total": total,
        "step": "choose",
    }
    if step == "choose" or not form.is_valid():
        return render(request, "core/ledger/bulk.html", context)
    changeable = list(ledger.queryset(request.user, ledger.edit_action).filter(pk__in=rows.values("pk")))
    value = form.values[name]
    changing = [obj for obj in changeable if getattr(obj, name) != value]
    if step == "apply":
        count = services.bulk_update(request.user, ledger, changing, {name: value})
        messages.success(request, f"已修改 {count} 条的“{column.title}”。")
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    context |= {
        "step": "preview",
        "changing": len(changing),
        "same": len(changeable) - len(changing),
        "barred": total - len(changeable),
        "examples": [(obj, _words(obj, name)) for obj in changing[:5]],
        "new_words": _value_words(ledger, name, value),
    }
    return render(request, "core/ledger/bulk.html", context)


def _words(obj: Any, name: str) -> str:
    display = getattr(obj, f"get_{name}_display", None)
    value = display() if display else getattr(obj, name)
    return "（空）" if value in (None, "", []) else str(value)


def _value_words(ledger: Ledger, name: str, value: Any) -> str:
    field = ledger.field(name)
    if field is not None and field.choices:
        return dict(field.flatchoices).get(value, str(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return "（空）" if value in (None, "", []) else str(value)
