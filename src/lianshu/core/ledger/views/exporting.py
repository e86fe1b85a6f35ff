"""The current list as a workbook or csv."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.ledger import export

from .listing import listing_of, opened, remembered


@require_safe
def ledger_export(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Rows the person may export, with the list's filters and columns (``all=1``: every column)."""
    ledger = opened(request, slug)
    if form not in ("xlsx", "csv"):
        raise LianshuError("E1002")
    opened(request, slug, ledger.export_action)
    listing = listing_of(request, ledger)
    rows = listing.rows(ledger.export_action)
    columns = (
        list(ledger.columns) if "all" in request.GET else listing.columns(remembered(request.user, ledger))
    )
    name = f"{ledger.title}{timezone.localdate():%Y%m%d}.{form}"
    chips = "；".join(chip.words for chip in listing.chips)
    audit.record(request.user, "导出", request.user, note=f"{ledger.title} {form}：{chips or '全部'}")
    if form == "xlsx":
        file = export.ledger_workbook(ledger, columns, rows)
        response: HttpResponseBase = FileResponse(file, content_type=export.XLSX)
    else:
        response = StreamingHttpResponse(
            export.ledger_csv(ledger, columns, rows), content_type="text/csv; charset=utf-8"
        )
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response
