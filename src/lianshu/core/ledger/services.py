"""Writes of the ledger machine: plain services for simple rows, version check, bulk change, views, remarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.models import AuditEntry, Comment, SavedView
from lianshu.core.scope import recheck, require

from .declaration import Ledger

#: rows one bulk change may touch: more is work for the import desk
BULK_LIMIT = 5000


def refused(error: ValidationError) -> LianshuError:
    """A model's ValidationError as a refusal with one sentence per field."""
    found = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    pairs = [
        ("" if name == "__all__" else name, _sentence(one)) for name, ones in found.items() for one in ones
    ]
    return invalid(*pairs)


def _sentence(error: ValidationError) -> str:
    if error.code in ("unique", "unique_together") and error.params:
        what = str(error.params["model_name"])
        which = str(error.params.get("field_labels") or error.params.get("field_label"))
        return f"已有{which}相同的{what}，不能重复登记。请核对，或修改原来那一条。"
    return "；".join(error.messages)


def _split(model: type[models.Model], values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    many = {field.name for field in model._meta.many_to_many}
    plain = {name: value for name, value in values.items() if name not in many}
    return plain, {name: value for name, value in values.items() if name in many}


def _state(obj: models.Model, many: Iterable[str]) -> dict[str, Any]:
    return audit.snapshot(obj) | audit.many_snapshot(obj, many)


def _save(obj: models.Model, plain: dict[str, Any], many: dict[str, Any]) -> None:
    for name, value in plain.items():
        setattr(obj, name, value)
    try:
        obj.full_clean()
        obj.save()
    except ValidationError as error:
        raise refused(error) from error
    for name, rows in many.items():
        getattr(obj, name).set(rows)


def plain_create(model: type[models.Model], *, action: str = "edit") -> Callable[..., Any]:
    """A service ``(user, **values) -> obj`` for a model whose constraints say everything there is to check."""

    @transaction.atomic
    def create(user: Any, **values: Any) -> models.Model:
        require(user, action)
        plain, many = _split(model, values)
        obj = model()
        _save(obj, plain, many)
        recheck(user, obj, action)
        changes = {
            name: [None, value] for name, value in _state(obj, many).items() if value not in (None, "")
        }
        audit.record(user, "新建", obj, changes=changes)
        return obj

    return create


def plain_update(model: type[models.Model], *, action: str = "edit") -> Callable[..., Any]:
    """A service ``(user, obj, **values) -> obj``; writes and records only what differs."""

    @transaction.atomic
    def update(user: Any, obj: models.Model, **values: Any) -> models.Model:
        require(user, action, obj)
        plain, many = _split(model, values)
        before = _state(obj, many)
        _save(obj, plain, many)
        changes = audit.difference(before, _state(obj, many))
        if changes:
            recheck(user, obj, action)
            audit.record(user, "修改", obj, changes=changes)
        return obj

    return update


def plain_delete(model: type[models.Model], *, action: str = "delete") -> Callable[..., None]:
    """A service ``(user, obj)``; refuses with E1005 while other rows need this one."""

    @transaction.atomic
    def delete(user: Any, obj: models.Model) -> None:
        require(user, action, obj)
        before = {
            name: [value, None] for name, value in audit.snapshot(obj).items() if value not in (None, "")
        }
        entry = (user, "删除", obj, before)
        try:
            with transaction.atomic():
                audit.record(entry[0], entry[1], entry[2], changes=entry[3])
                obj.delete()
        except ProtectedError as error:
            held = list(error.protected_objects)
            kind = held[0]._meta.verbose_name
            raise LianshuError("E1005", what=str(obj), count=len(held), children=kind) from error
        except IntegrityError as error:
            raise LianshuError("E1005", what=str(obj), count="", children="相关记录") from error

    return delete


# --- one row from a form


def version_of(obj: models.Model) -> str:
    """What a form remembers of the state it was filled from: the number of the last entry about the row."""
    last = audit.history(obj).order_by("-id").values_list("id", flat=True).first()
    return str(last or 0)


@transaction.atomic
def row_update(user: Any, ledger: Ledger, obj: models.Model, version: str, values: dict[str, Any]) -> Any:
    """Change one row by the ledger's service; E1004 when somebody changed it since the form was opened."""
    type(obj)._base_manager.select_for_update().filter(pk=obj.pk).first()
    if version and version != version_of(obj):
        last = audit.history(obj).order_by("-id").first()
        raise LianshuError("E1004", who=last.actor_name if last else "别人")
    return type(ledger).update(user, obj, **values)


@transaction.atomic
def bulk_update(user: Any, ledger: Ledger, rows: Iterable[models.Model], values: dict[str, Any]) -> int:
    """Change many rows by the ledger's service, all or none; a refusal names the row. Returns how many."""
    count = 0
    with audit.collected():
        for obj in rows:
            try:
                type(ledger).update(user, obj, **values)
            except LianshuError as error:
                raise invalid(("", f"“{obj}”：{error.sentence}")) from error
            count += 1
    return count


# --- views and remarks


@transaction.atomic
def view_save(
    user: Any,
    *,
    ledger: str,
    name: str,
    query: dict[str, list[str]],
    columns: list[str],
    shared: bool = False,
    default: bool = False,
) -> SavedView:
    """Keep filters, order and columns under a name (an own view of that name is replaced)."""
    name = name.strip()
    if not name:
        raise invalid(("name", "请给视图起个名字。"))
    if default:
        SavedView.objects.filter(owner=user, ledger=ledger).update(is_default=False)
    view, _ = SavedView.objects.update_or_create(
        owner=user,
        ledger=ledger,
        name=name[:60],
        defaults={"query": query, "columns": columns, "shared": shared, "is_default": default},
    )
    return view


def view_delete(user: Any, pk: int) -> None:
    """Delete an own view; E1002 for anybody else's."""
    if not SavedView.objects.filter(pk=pk, owner=user).exclude(name="").delete()[0]:
        raise LianshuError("E1002")


def columns_remember(user: Any, ledger: str, columns: list[str]) -> None:
    """Keep a person's choice of columns (a view without a name)."""
    SavedView.objects.update_or_create(owner=user, ledger=ledger, name="", defaults={"columns": columns})


@transaction.atomic
def comment_add(user: Any, obj: models.Model, *, text: str, action: str = "comment") -> Comment:
    """Leave a remark on a row."""
    require(user, action, obj)
    text = text.strip()
    if not text:
        raise invalid(("text", "留言是空的，请写点内容。"))
    if len(text) > 2000:
        raise invalid(("text", f"留言有 {len(text)} 字，超过 2000 字，请缩短或改用附件。"))
    comment = Comment.objects.create(
        object_type=obj._meta.label_lower, object_id=str(obj.pk), text=text, author=user
    )
    audit.record(user, "留言", obj, note=text[:200])
    return comment


def last_entry(obj: models.Model) -> AuditEntry | None:
    """The newest entry about a row."""
    return audit.history(obj).first()
