"""Files hung on rows: checked by content and size, kept under names of our own, given out through the gate only."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.apps import apps
from django.core.files.base import File
from django.db import models, transaction

from lianshu.reference.archives import ArchiveError, open_archive

from . import audit
from .errors import LianshuError
from .models import Attachment
from .scope import get_visible, require
from .words import file_size

LIMIT = 50 * 1024 * 1024

#: kind → (name endings, content type)
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "pdf": ((".pdf",), "application/pdf"),
    "docx": ((".docx",), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ((".xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pptx": ((".pptx",), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "ofd": ((".ofd",), "application/ofd"),
    "office": ((".doc", ".xls", ".ppt", ".wps", ".et"), "application/octet-stream"),
    "png": ((".png",), "image/png"),
    "jpeg": ((".jpg", ".jpeg"), "image/jpeg"),
    "text": ((".txt", ".csv"), "text/plain; charset=utf-8"),
}
_INSIDE = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    "ofd": "OFD.xml",
}
_REMEDY = "可以上传 PDF、OFD、Word、Excel、PPT、图片（png、jpg）和文本"


def kind_of(file: Any) -> str:
    """What a file's content proves to be: a key of :data:`KINDS`, or "" for none of them."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "office"
    if head.startswith(b"PK\x03\x04"):
        return _zipped_kind(file)
    return "text" if _is_text(head) else ""


def _zipped_kind(file: Any) -> str:
    try:
        with open_archive(file) as archive:
            names = set(archive.namelist())
    except ArchiveError:
        return ""
    finally:
        file.seek(0)
    return next((kind for kind, inside in _INSIDE.items() if inside in names), "")


def _is_text(head: bytes) -> bool:
    if b"\x00" in head or not head.strip():
        return False
    # the last character may be cut in two
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            low = text.lstrip("\ufeff \r\n\t")[:200].lower()
            return not low.startswith(("<!doctype", "<html", "<svg", "<?xml", "<script"))
    return False


def check_file(file: Any, name: str, *, limit: int = LIMIT, kinds: tuple[str, ...] = tuple(KINDS)) -> str:
    """The kind of an uploaded file; raises E2002 or E2003 with the cause and what to do."""
    if file.size > limit:
        raise LianshuError("E2003", name=name, size=file_size(file.size), limit=file_size(limit))
    if not file.size:
        raise LianshuError("E2002", name=name, cause="文件是空的", remedy="请检查后重新选择")
    kind = kind_of(file)
    ending = PurePath(name).suffix.lower()
    if kind not in kinds:
        raise LianshuError("E2002", name=name, cause="内容不是允许的格式", remedy=_REMEDY)
    if ending not in KINDS[kind][0]:
        expected = "、".join(KINDS[kind][0])
        raise LianshuError(
            "E2002",
            name=name,
            cause=f"扩展名与内容不符（内容应为 {expected}）",
            remedy="请用原来的程序另存后再传",
        )
    return kind


def attachments_of(obj: models.Model) -> models.QuerySet:
    """The files hung on a row, newest first."""
    return Attachment.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).select_related(
        "added_by"
    )


@transaction.atomic
def attachment_add(
    user: Any, obj: models.Model, *, file: File, name: str = "", action: str = "report"
) -> Attachment:
    """Check a file and hang it on a row."""
    require(user, action, obj)
    name = PurePath(name or file.name or "附件").name[:200]
    kind = check_file(file, name)
    digest = audit.sm3_file(file)
    row = Attachment(
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        name=name,
        kind=kind,
        size=file.size,
        digest=digest,
        added_by=user if getattr(user, "pk", None) else None,
    )
    # the stored name says nothing and cannot be guessed
    row.file.save(f"{digest[:32]}{PurePath(name).suffix.lower()}", file, save=False)
    row.save()
    audit.record(user, "上传附件", obj, note=name)
    return row


@transaction.atomic
def attachment_delete(user: Any, attachment: Attachment, *, action: str = "report") -> None:
    """Take a file off a row: one's own, or anybody's for who may edit the row. The stored file goes when
    the transaction has succeeded."""
    obj = owner_of(user, attachment)
    require(user, action, obj)
    if attachment.added_by_id is None or attachment.added_by_id != getattr(user, "pk", None):
        require(user, "edit", obj)
    audit.record(user, "删除附件", obj, note=attachment.name)
    stored, path = attachment.file.storage, attachment.file.name
    attachment.delete()
    transaction.on_commit(lambda: stored.delete(path))


def owner_of(user: Any, attachment: Attachment) -> models.Model:
    """The row a file hangs on, through the gate: E1002 when it is out of scope."""
    model = apps.get_model(attachment.object_type)
    return get_visible(user, model.objects, pk=attachment.object_id)
