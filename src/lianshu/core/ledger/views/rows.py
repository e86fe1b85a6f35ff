"""One row: drawer, full page, form, deletion, remarks and files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lianshu.core import attachments, audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.ledger import cells, services
from lianshu.core.ledger.declaration import Column, Ledger
from lianshu.core.ledger.forms import LedgerForm
from lianshu.core.lens import lens_of
from lianshu.core.models import Attachment, Comment
from lianshu.core.receiving import accepts_upload
from lianshu.core.registries import registry
from lianshu.core.scope import explain
from lianshu.core.views.shell import back_to

from .listing import opened

_HISTORY = 100


def facts(ledger: Ledger, obj: Any) -> list[tuple[str, str]]:
    """(title, cell) of all columns and form fields of a row; a unit stands with its figure."""
    units = {column.unit_from for column in ledger.columns}
    columns = [column for column in ledger.columns if column.name not in units]
    columns += [
        Column(name, ledger.title_of(name)) for name in ledger.form_fields if name not in ledger.by_name
    ]
    return [(column.title, cells.cell(ledger, column, obj, headless=True)) for column in columns]


def remarks(obj: Any) -> list[Comment]:
    """The remarks on a row, oldest first."""
    rows = Comment.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))
    return list(rows.select_related("author"))


def _row_context(request: HttpRequest, ledger: Ledger, obj: Any) -> dict[str, Any]:
    user = request.user
    return {
        "ledger": ledger,
        "obj": obj,
        "facts": facts(ledger, obj),
        "can_edit": ledger.update is not None and ledger.may(user, ledger.edit_action, obj),
        "can_delete": ledger.delete is not None and ledger.may(user, ledger.delete_action, obj),
        "can_comment": ledger.comment_action is not None and ledger.may(user, ledger.comment_action, obj),
        "can_attach": ledger.comment_action is not None and ledger.may(user, "report", obj),
        "extra_actions": ledger.extra_actions(user, obj),
    }


@require_safe
def drawer(request: HttpRequest, slug: str, pk: str) -> HttpResponse:
    """The row beside the list."""
    ledger = opened(request, slug)
    obj = ledger.get(request.user, pk)
    return render(request, "core/ledger/drawer.html", _row_context(request, ledger, obj))


@require_safe
def row_page(request: HttpRequest, slug: str, pk: str) -> HttpResponse:
    """The row's full page with tabs: facts, what other rooms hang here, files, remarks, history."""
    ledger = opened(request, slug)
    obj = ledger.get(request.user, pk)
    panels = registry.panels_of(ledger.panels) if ledger.panels else []
    tabs = [("facts", "概况", None)]
    tabs += [
        (panel.key, panel.title, panel.count(request.user, obj) if panel.count else None) for panel in panels
    ]
    files = attachments.attachments_of(obj)
    notes = remarks(obj)
    if ledger.comment_action is not None:
        tabs += [("files", "附件", len(files)), ("comments", "留言", len(notes))]
    tabs += [("history", "修改记录", None), ("access", "谁能看", None)]
    tab = request.GET.get("tab", "facts")
    panel = next((panel for panel in panels if panel.key == tab), None)
    context = _row_context(request, ledger, obj) | {
        "tabs": tabs,
        "tab": tab,
        "files": files,
        "comments": notes,
        "history": _history(ledger, obj) if tab == "history" else [],
        "access": explain(request.user, obj) if tab == "access" and hasattr(obj, "scope") else [],
        "panel": panel.render(request, obj) if panel else "",
    }
    return render(request, "core/ledger/row.html", context)


def _history(ledger: Ledger, obj: Any) -> list[dict[str, Any]]:
    found = []
    for entry in audit.history(obj)[:_HISTORY]:
        changes = [
            (ledger.title_of(name), audit.shown(old), audit.shown(new))
            for name, (old, new) in entry.changes.items()
        ]
        found.append({"entry": entry, "changes": changes})
    return found


def _initial(request: HttpRequest, ledger: Ledger) -> dict[str, Any]:
    """A new row starts from the lens and from the parameters of the address."""
    lens = lens_of(request)
    values: dict[str, Any] = {"region": lens.region_id, "chain": lens.chain_id}
    values |= {name: value for name, value in request.GET.items() if name in ledger.form_fields}
    return {name: value for name, value in values.items() if value and name in ledger.form_fields}


def _made_form(request: HttpRequest, ledger: Ledger, obj: Any = None) -> LedgerForm:
    form_class = ledger.form_class or LedgerForm
    data = request.POST if request.method == "POST" else None
    initial = {"version": services.version_of(obj)} if obj is not None else _initial(request, ledger)
    return form_class(data, ledger=ledger, user=request.user, obj=obj, initial=initial)


def _form_page(
    request: HttpRequest, ledger: Ledger, form: LedgerForm, obj: Any, status: int = 200
) -> HttpResponse:
    context = {"ledger": ledger, "form": form, "obj": obj}
    return render(request, "core/ledger/form.html", context, status=status)


def row_create(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a new row."""
    ledger = opened(request, slug)
    opened(request, slug, ledger.create_action)
    if ledger.create is None:
        raise LianshuError("E1001", where=ledger.title, action="新建")
    form = _made_form(request, ledger)
    if request.method != "POST":
        return _form_page(request, ledger, form, None)
    if form.is_valid():
        try:
            obj = type(ledger).create(request.user, **form.values)
        except LianshuError as error:
            if not form.take_refusal(error):
                raise
        else:
            messages.success(request, f"已新建“{obj}”。")
            if "again" in request.POST:
                return redirect(request.get_full_path())
            return redirect(ledger.detail_url(obj))
    return _form_page(request, ledger, form, None, 422)


def row_edit(request: HttpRequest, slug: str, pk: str) -> HttpResponse:
    """The form of a row; says E1004 when somebody was faster."""
    ledger = opened(request, slug)
    obj = ledger.get(request.user, pk)
    if ledger.update is None or not ledger.may(request.user, ledger.edit_action, obj):
        raise LianshuError("E1001", where=str(obj), action="编辑")
    form = _made_form(request, ledger, obj)
    if request.method != "POST":
        return _form_page(request, ledger, form, obj)
    status = 422
    if form.is_valid():
        try:
            obj = services.row_update(request.user, ledger, obj, form.cleaned_data["version"], form.values)
        except LianshuError as error:
            status = error.status
            if not form.take_refusal(error):
                raise
        else:
            messages.success(request, f"已保存“{obj}”。")
            return redirect(ledger.detail_url(obj))
    return _form_page(request, ledger, form, ledger.get(request.user, pk), status)


@require_POST
def row_delete(request: HttpRequest, slug: str, pk: str) -> HttpResponse:
    """Delete a row by the ledger's service."""
    ledger = opened(request, slug)
    obj = ledger.get(request.user, pk)
    if ledger.delete is None:
        raise LianshuError("E1001", where=str(obj), action="删除")
    name = str(obj)
    type(ledger).delete(request.user, obj)
    messages.success(request, f"已删除“{name}”。")
    return redirect(ledger.url())


@require_POST
def comment(request: HttpRequest, slug: str, pk: str) -> HttpResponse:
    """Leave a remark."""
    ledger = opened(request, slug)
    obj = ledger.get(request.user, pk)
    if ledger.comment_action is None:
        raise LianshuError("E1001", where=str(obj), action="留言")
    services.comment_add(request.user, obj, text=request.POST.get("text", ""), action=ledger.comment_action)
    return redirect(f"{ledger.url('row', obj.pk)}?tab=comments")


@accepts_upload()
@require_POST
def attach(request: HttpRequest, slug: str, pk: str) -> HttpResponse:
    """Hang files on a row."""
    ledger = opened(request, slug)
    obj = ledger.get(request.user, pk)
    if ledger.comment_action is None:
        raise LianshuError("E1001", where=str(obj), action="上传附件")
    files = request.FILES.getlist("file")
    if not files:
        raise invalid(("file", "没有选择文件。请先选择要上传的文件。"))
    for file in files:
        attachments.attachment_add(request.user, obj, file=file)
    messages.success(request, f"已上传 {len(files)} 个附件。")
    return redirect(f"{ledger.url('row', obj.pk)}?tab=files")


def _attachment(request: HttpRequest, pk: int) -> Attachment:
    found = Attachment.objects.filter(pk=pk).first()
    if found is None:
        raise LianshuError("E1002")
    attachments.owner_of(request.user, found)
    return found


@require_safe
def attachment_open(request: HttpRequest, pk: int) -> FileResponse:
    """Give a file out, always as a download: nothing uploaded is ever shown as a page."""
    found = _attachment(request, pk)
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name)
    response["Content-Type"] = attachments.KINDS[found.kind][1]
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def attachment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file off its row."""
    found = _attachment(request, pk)
    attachments.attachment_delete(request.user, found)
    messages.success(request, f"已删除附件“{found.name}”。")
    return back_to(request, request.POST.get("next", "/"))
