"""The current list as a workbook or csv."""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.ledger import export, large

from .listing import listing_of, opened, remembered

_TYPES = {"xlsx": export.XLSX, "csv": "text/csv; charset=utf-8"}


@require_safe
def ledger_export(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Rows the person may export, with the list's filters and columns (``all=1``: every column); many rows are
    written in the background."""
    ledger = opened(request, slug)
    if form not in _TYPES:
        raise LianshuError("E1002")
    opened(request, slug, ledger.export_action)
    listing = listing_of(request, ledger)
    rows = listing.rows(ledger.export_action)
    columns = (
        list(ledger.columns) if "all" in request.GET else listing.columns(remembered(request.user, ledger))
    )
    columns = ledger.with_units(columns)
    if large.too_large(rows):
        names = [column.name for column in columns]
        job = large.export_start(
            request.user, ledger, form=form, query=listing.params.urlencode(), columns=names
        )
        return redirect("job", job.pk)
    name = f"{ledger.title}{timezone.localdate():%Y%m%d}.{form}"
    audit.record(request.user, "导出", request.user, note=large.note_of(ledger, form, listing))
    if form == "xlsx":
        file = export.ledger_workbook(ledger, columns, export.streamed(rows))
        response: HttpResponseBase = FileResponse(file, content_type=_TYPES[form])
    else:
        pieces = export.ledger_csv(ledger, columns, export.streamed(rows))
        response = StreamingHttpResponse(pieces, content_type=_TYPES[form])
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response


@require_safe
def export_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The file of an export written in the background."""
    file, name, form = large.file_open(request.user, pk)
    return FileResponse(file, as_attachment=True, filename=name, content_type=_TYPES[form])
