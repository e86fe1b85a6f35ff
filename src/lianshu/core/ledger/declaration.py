"""What a ledger says about itself: its columns, filters, form, services and place in the navigation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import reverse

from lianshu.core.errors import LianshuError
from lianshu.core.registries import NavItem, registry
from lianshu.core.scope import may

#: kinds of filters a column may ask for by name; True picks by the field
FILTERS = ("region", "chain", "choice", "row", "flag", "day", "period", "number", "text")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger.

    ``name`` is a field of the model, a look-up path over relations (``unit__name``) or, together with
    ``value``, any name. ``filter``: True (by the field's kind) or one of :data:`FILTERS`. ``unit`` is the
    unit of a figure and makes the column right-aligned; ``unit_from`` names the column that holds it where every
    row has its own, so that pages never part the two. ``value(obj)`` derives the value where it is not
    a field; ``render(obj)`` gives safe HTML instead of the standard cell. ``aliases`` are other heads by which
    the import desk knows the column; ``bulk`` offers it for changing many rows at once.
    """

    name: str
    title: str
    link: bool = False
    filter: bool | str = False
    importable: bool = False
    required: bool = False
    unit: str = ""
    unit_from: str = ""
    shown: bool = True
    sort: bool | str = True
    value: Callable[[Any], Any] | None = None
    render: Callable[[Any], str] | None = None
    aliases: tuple[str, ...] = ()
    help: str = ""
    bulk: bool = False
    digits: int | None = None

    @property
    def head(self) -> str:
        """The head with its unit: 投资额（亿元）."""
        return f"{self.title}（{self.unit}）" if self.unit else self.title


class Ledger:
    """Base of all ledgers; subclasses are registered with :func:`register` and used as one instance.

    ``create(user, **values)``, ``update(user, obj, **values)`` and ``delete(user, obj)`` are services of
    the room; a ledger without one of them does not offer it. ``create_many(user, list of values)`` and
    ``update_many(user, list of (obj, values))`` are for ledgers whose imports run to thousands of rows
    (:mod:`.many`); without them rows are written one by one. ``key`` names the columns that identify a row
    on import. ``nav`` is (section, order).
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    model: ClassVar[type[models.Model]]
    columns: ClassVar[tuple[Column, ...]]
    nav: ClassVar[tuple[str, int] | None] = None
    intro: ClassVar[str] = ""
    noun: ClassVar[str] = ""
    search: ClassVar[tuple[str, ...]] = ("name",)
    order: ClassVar[tuple[str, ...]] = ("pk",)
    form_fields: ClassVar[tuple[str, ...]] = ()
    form_class: ClassVar[type | None] = None
    key: ClassVar[tuple[str, ...]] = ()
    related: ClassVar[tuple[str, ...]] = ()
    create: ClassVar[Callable[..., Any] | None] = None
    update: ClassVar[Callable[..., Any] | None] = None
    delete: ClassVar[Callable[..., Any] | None] = None
    create_many: ClassVar[Callable[..., Any] | None] = None
    update_many: ClassVar[Callable[..., Any] | None] = None
    view_action: ClassVar[str] = "view"
    create_action: ClassVar[str] = "edit"
    edit_action: ClassVar[str] = "edit"
    delete_action: ClassVar[str] = "delete"
    import_action: ClassVar[str] = "import"
    export_action: ClassVar[str] = "export"
    comment_action: ClassVar[str | None] = "comment"
    page_size: ClassVar[int] = 50
    panels: ClassVar[str] = ""
    detail_template: ClassVar[str] = ""
    list_template: ClassVar[str] = "core/ledger/list.html"

    # --- reading

    def queryset(self, user: Any, action: str | None = None) -> models.QuerySet:
        """Rows through the gate; override for models that are not scoped."""
        rows = self.model.objects.visible_to(user, action or self.view_action)
        return rows.select_related(*self.selected_related)

    def get(self, user: Any, pk: Any) -> Any:
        """One row through the gate: E1002 when it is out of scope or does not exist."""
        try:
            found = self.queryset(user).filter(pk=pk).first()
        except (ValueError, TypeError):
            found = None
        if found is None:
            raise LianshuError("E1002")
        return found

    def may(self, user: Any, action: str, obj: Any = None) -> bool:
        """Whether the gate allows an action on a row (or anywhere at all)."""
        if obj is None:
            return may(user, action)
        return self.queryset(user, action).filter(pk=obj.pk).exists()

    @cached_property
    def selected_related(self) -> tuple[str, ...]:
        """Relations a list page reads, so that it needs one query for its rows."""
        found = set(self.related)
        for column in self.columns:
            if column.value or column.render:
                continue
            steps = column.name.split("__")
            for end in range(1, len(steps) + 1):
                path = "__".join(steps[:end])
                field = self.field(path)
                if field is None or not (field.many_to_one or field.one_to_one):
                    break
                found.add(path)
        return tuple(sorted(found))

    def check_import(self, user: Any, values: dict[str, Any], obj: Any) -> list[tuple[str, str]]:
        """Rules of the room on a row being imported, before anything is written: (column, sentence)."""
        return []

    # --- what it is made of

    def field(self, path: str) -> models.Field | None:
        """The model field behind a look-up path; None for derived columns."""
        model: Any = self.model
        found = None
        for step in path.split("__"):
            if model is None:
                return None
            try:
                found = model._meta.get_field(step)
            except FieldDoesNotExist:
                return None
            model = found.related_model
        return found

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}

    @property
    def importable(self) -> tuple[Column, ...]:
        """Columns the import desk reads."""
        return tuple(column for column in self.columns if column.importable)

    @property
    def label(self) -> str:
        """What one row is called on buttons."""
        return self.noun or self.title

    def title_of(self, name: str) -> str:
        """The Chinese name of a field or column."""
        if name in self.by_name:
            return self.by_name[name].title
        field = self.field(name)
        return str(field.verbose_name) if field is not None else name

    def with_units(self, columns: list[Column]) -> list[Column]:
        """The columns, every figure followed by the column of its unit: a workbook's cells hold bare numbers."""
        names = {column.name for column in columns}
        found = []
        for column in columns:
            found.append(column)
            if column.unit_from and column.unit_from not in names:
                names.add(column.unit_from)
                found.append(self.by_name[column.unit_from])
        return found

    # --- addresses

    def url(self, name: str = "list", *args: Any) -> str:
        """Address of one of the ledger's pages."""
        return reverse(f"ledger-{name}", args=(self.slug, *args))

    def detail_url(self, obj: Any) -> str:
        """The row's full page; override where a room has a page of its own."""
        return self.url("row", obj.pk)

    def extra_actions(self, user: Any, obj: Any) -> list[tuple[str, str, str]]:
        """Further buttons on a row's page: (label, address, icon)."""
        return []


_ledgers: dict[str, Ledger] = {}


def register(ledger: type[Ledger]) -> type[Ledger]:
    """Class decorator: make a ledger known under its slug and put it into the navigation."""
    one = ledger()
    if one.slug in _ledgers and type(_ledgers[one.slug]) is not ledger:
        raise ValueError(f"two ledgers are called {one.slug!r}")
    wrong = [column.filter for column in one.columns if column.filter not in (True, False, *FILTERS)]
    if wrong:
        raise ValueError(f"ledger {one.slug!r}: no filter is called {wrong[0]!r}")
    _ledgers[one.slug] = one
    if one.nav is not None:
        section, order = one.nav
        item = NavItem(one.title, "ledger-list", order=order, action=one.view_action, args=(one.slug,))
        registry.menu_items.setdefault(section, []).append(item)
    return ledger


def ledgers() -> list[Ledger]:
    """All registered ledgers."""
    return list(_ledgers.values())


def ledger_for(slug: str) -> Ledger:
    """The ledger of an address: E1002 when there is none."""
    if slug not in _ledgers:
        raise LianshuError("E1002")
    return _ledgers[slug]
