"""From the address of a list page to its rows: filters, search, order, columns, and the chips that say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from lianshu.core import words
from lianshu.core.asked import WORDS, key_of, words_asked
from lianshu.core.bodies import chain_model, region_model
from lianshu.core.lens import Lens
from lianshu.reference.bounded import DIGITS, OutsideError, read_day, read_decimal
from lianshu.reference.periods import Kind, Period

from .cells import is_amount
from .declaration import Column, Ledger

#: parameters with a meaning of their own
RESERVED = ("q", "sort", "page", "cols", "view")
#: values of one filter
_MOST = 100


@dataclass(slots=True)
class Chip:
    """An active filter in words with the query that is left without it."""

    words: str
    without: str


@dataclass(slots=True)
class Choice:
    """One offered value of a filter."""

    value: str
    label: str
    chosen: bool = False


@dataclass(slots=True)
class Filter:
    """One filter of a list as the page shows it."""

    column: Column
    kind: str
    chosen: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    low: str = ""
    high: str = ""

    @property
    def name(self) -> str:
        return self.column.name


def kind_of(ledger: Ledger, column: Column) -> str:
    """What kind of filter a column has: one of `declaration.FILTERS`."""
    if isinstance(column.filter, str):
        return column.filter
    found = ledger.field(column.name)
    if found is None:
        return "text"
    if found.choices:
        return "choice"
    if found.is_relation:
        if found.related_model is region_model():
            return "region"
        return "chain" if found.related_model is chain_model() else "row"
    if isinstance(found, models.BooleanField):
        return "flag"
    if isinstance(found, models.DateField):
        return "day"
    return "number" if is_amount(ledger, column) else "text"


class Listing:
    """The rows a person asked for on a list page; ``params`` are those of its address.

    The lens (region and chain of the top bar) filters where the address says nothing about them; an
    address with an empty ``region=`` or ``chain=`` takes it off.
    """

    def __init__(self, ledger: Ledger, user: Any, params: QueryDict, lens: Lens | None = None) -> None:
        self.ledger = ledger
        self.user = user
        self.params = params.copy()
        self.lens = lens or Lens()
        self._apply_lens()
        self.chips: list[Chip] = []
        self.query = words_asked(params)

    def _apply_lens(self) -> None:
        for column in self.ledger.columns:
            if not column.filter:
                continue
            kind = kind_of(self.ledger, column)
            if kind == "region" and column.name not in self.params and self.lens.region_id:
                self.params[column.name] = str(self.lens.region_id)
            if kind == "chain" and column.name not in self.params and self.lens.chain_id:
                self.params[column.name] = str(self.lens.chain_id)

    # --- rows

    @cached_property
    def filters(self) -> list[Filter]:
        """All filters with what is chosen in them."""
        found = []
        for column in self.ledger.columns:
            if not column.filter:
                continue
            kind = kind_of(self.ledger, column)
            one = Filter(column, kind, [value for value in self.params.getlist(column.name) if value])
            if kind in ("day", "number"):
                one.low = self.params.get(f"{column.name}_from", "")
                one.high = self.params.get(f"{column.name}_to", "")
            found.append(one)
        return found

    def rows(self, action: str | None = None) -> models.QuerySet:
        """The filtered rows through the gate, in the chosen order."""
        self.chips = []
        rows = self.ledger.queryset(self.user, action)
        if self.query:
            rows = rows.filter(self._search())
            self.chips.append(Chip(f"含“{self.query}”", self._without("q")))
        for one in self.filters:
            rows = self._narrow(rows, one)
        return rows.order_by(*self.ordering)

    def _search(self) -> Q:
        # every word must be found somewhere in the searched columns
        found = Q()
        for word in self.query.split():
            here = Q()
            for path in self.ledger.search:
                here |= Q(**{f"{path}__icontains": word})
            found &= here
        return found

    def _narrow(self, rows: models.QuerySet, one: Filter) -> models.QuerySet:
        path, title = one.name, one.column.title
        if one.kind == "region":
            return self._narrow_region(rows, one)
        if one.kind in ("chain", "row"):
            return self._narrow_rows(rows, one)
        if one.kind == "choice":
            names = {str(code): name for code, name in self.ledger.field(path).flatchoices}
            chosen = list(dict.fromkeys(code for code in one.chosen if code in names))
            for code in chosen:
                self.chips.append(Chip(f"{title}：{names[code]}", self._without(path, code)))
            return rows.filter(**{f"{path}__in": chosen}) if chosen else rows
        if one.kind == "flag" and one.chosen:
            yes = one.chosen[0] == "yes"
            self.chips.append(Chip(f"{title}：{'是' if yes else '否'}", self._without(path)))
            return rows.filter(**{path: yes})
        if one.kind in ("day", "number"):
            return self._narrow_span(rows, one)
        if one.kind == "period" and one.chosen:
            code = one.chosen[0][:WORDS]
            self.chips.append(Chip(f"{title}：{_period_name(code)}", self._without(path)))
            return rows.filter(**{f"{path}__startswith": code})
        if one.kind == "text" and one.chosen:
            text = one.chosen[0][:WORDS]
            self.chips.append(Chip(f"{title}含“{text}”", self._without(path)))
            return rows.filter(**{f"{path}__icontains": text})
        return rows

    def _narrow_region(self, rows: models.QuerySet, one: Filter) -> models.QuerySet:
        key = key_of(one.chosen[0]) if one.chosen else None
        if key is None:
            return rows
        region = region_model().objects.visible_to(self.user).filter(pk=key).first()
        if region is None:
            # a region out of scope shows nothing, like one without rows
            return rows.none()
        self.chips.append(
            Chip(f"{one.column.title}：{region.name}及以下", self._without(one.name, empty=True))
        )
        return rows.filter(**{f"{one.name}__path__startswith": region.path})

    def _narrow_rows(self, rows: models.QuerySet, one: Filter) -> models.QuerySet:
        keys = [key for value in one.chosen[:_MOST] if (key := key_of(value)) is not None]
        nothing = "none" in one.chosen
        if not keys and not nothing:
            return rows
        model = self.ledger.field(one.name).related_model
        found = Q(**{f"{one.name}__isnull": True}) if nothing else Q(pk__in=[])
        if nothing:
            self.chips.append(Chip(f"{one.column.title}：未填", self._without(one.name, "none", empty=True)))
        if keys:
            seen = _visible(model, self.user).filter(pk__in=keys)
            for row in seen:
                label = f"{one.column.title}：{row}"
                self.chips.append(Chip(label, self._without(one.name, str(row.pk), empty=True)))
            found |= Q(**{f"{one.name}__in": [row.pk for row in seen]})
        if "__" in one.name:
            # a path over several rows (a firm's places in chains) would show a row once for each of them
            return rows.filter(pk__in=self.ledger.model._base_manager.filter(found).values("pk"))
        return rows.filter(found)

    def _narrow_span(self, rows: models.QuerySet, one: Filter) -> models.QuerySet:
        low, high = self._bound(one, "from", one.low), self._bound(one, "to", one.high)
        if one.kind == "day" and one.chosen and (span := _period(one.chosen[0])):
            low, high, name = span
            self.chips.append(Chip(f"{one.column.title}：{name}", self._without(one.name)))
        elif low is not None or high is not None:
            say = words.long_date if one.kind == "day" else words.number
            text = f"{say(low) or '…'} 至 {say(high) or '…'}"
            self.chips.append(
                Chip(
                    f"{one.column.title}：{text}",
                    self._without(f"{one.name}_from", f"{one.name}_to", many=True),
                )
            )
        path = one.name
        if isinstance(self.ledger.field(path), models.DateTimeField):
            path += "__date"
        if low is not None:
            rows = rows.filter(**{f"{path}__gte": low})
        return rows.filter(**{f"{path}__lte": high}) if high is not None else rows

    def _bound(self, one: Filter, end: str, text: str) -> Any:
        """One end of a span; a chip says of an unreadable one that it was not used."""
        if not text.strip():
            return None
        try:
            if one.kind == "day":
                return read_day(text)
            return read_decimal(text, digits=_digits(self.ledger.field(one.name)))
        except OutsideError as error:
            said = f"{one.column.title}：{error}，没有按它筛选"
            self.chips.append(Chip(said, self._without(f"{one.name}_{end}")))
            return None

    def _without(self, *names: str, empty: bool = False, many: bool = False) -> str:
        """The query without a parameter; with a second name without only that value of it.

        ``empty`` leaves the emptied parameter in place, so that the lens stays off.
        """
        left = self.params.copy()
        left.pop("page", None)
        if many or len(names) == 1:
            for name in names:
                left.pop(name, None)
            if empty:
                left[names[0]] = ""
            return left.urlencode() or "view="
        name, value = names
        kept = [one for one in left.getlist(name) if one and one != value]
        left.setlist(name, kept or ([""] if empty else []))
        # never an empty address: that would call the person's default view again
        return left.urlencode() or "view="

    # --- order and columns

    def sort_path(self, column: Column) -> str:
        """The field a column is ordered by; "" where it cannot be."""
        if isinstance(column.sort, str):
            return column.sort
        found = self.ledger.field(column.name) if column.sort and column.value is None else None
        if found is None or found.many_to_many or isinstance(found, models.JSONField):
            return ""
        if found.is_relation:
            path = "path" if found.related_model is region_model() else "name"
            names = {one.name for one in found.related_model._meta.get_fields()}
            return f"{column.name}__{path}" if path in names else ""
        return column.name

    @property
    def sort(self) -> tuple[str, bool]:
        """(column, downwards) chosen for the order; ("", False) for the ledger's own."""
        asked = self.params.get("sort", "")
        name = asked.removeprefix("-")
        column = self.ledger.by_name.get(name)
        if column is None or not self.sort_path(column):
            return "", False
        return name, asked.startswith("-")

    @property
    def ordering(self) -> list[str]:
        """The order of the rows; the primary key last, so that paging never shows a row twice."""
        name, down = self.sort
        own = list(self.ledger.order)
        if name:
            path = self.sort_path(self.ledger.by_name[name])
            own = [f"-{path}" if down else path, *[one for one in own if one.lstrip("-") != path]]
        return own if own[-1].lstrip("-") in ("pk", "id") else [*own, "pk"]

    def columns(self, remembered: Iterable[str] = ()) -> list[Column]:
        """The shown columns: of the address, else the remembered ones, else those shown by default."""
        asked = [name for name in self.params.get("cols", "").split(",") if name] or list(remembered)
        chosen = [column for column in self.ledger.columns if column.name in asked]
        return chosen or [column for column in self.ledger.columns if column.shown]

    # --- the form of the filters

    def form_filters(self) -> list[Filter]:
        """The filters with their choices, for the page (asks the database for rows to choose from)."""
        for one in self.filters:
            one.choices = list(self._choices(one))
        return self.filters

    def _choices(self, one: Filter) -> Iterable[Choice]:
        if one.kind == "choice":
            pairs: Iterable[tuple[str, str]] = self.ledger.field(one.name).flatchoices
        elif one.kind == "flag":
            pairs = (("yes", "是"), ("no", "否"))
        elif one.kind == "region":
            regions = list(_visible(region_model(), self.user).order_by("path")[:400])
            depth = min((region.path.count("/") for region in regions), default=0)
            pairs = ((region.pk, "　" * (region.path.count("/") - depth) + region.name) for region in regions)
        elif one.kind in ("chain", "row"):
            model = self.ledger.field(one.name).related_model
            pairs = [(row.pk, str(row)) for row in _visible(model, self.user)[:400]]
        elif one.kind == "period":
            codes = self.ledger.queryset(self.user).order_by(f"-{one.name}").values_list(one.name, flat=True)
            pairs = [(code, _period_name(code)) for code in codes.distinct()[:80] if code]
        elif one.kind == "day":
            today = timezone.localdate()
            pairs = [
                (period.code, f"{word}（{period.text}）")
                for word, period in (
                    ("今年", Period.containing(today, Kind.YEAR)),
                    ("本季度", Period.containing(today, Kind.QUARTER)),
                    ("本月", Period.containing(today, Kind.MONTH)),
                    ("去年", Period.containing(today, Kind.YEAR).previous()),
                )
            ]
        else:
            pairs = ()
        for value, label in pairs:
            yield Choice(str(value), str(label), str(value) in one.chosen)


def _visible(model: Any, user: Any) -> models.QuerySet:
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


def _digits(field: Any) -> int:
    """Digits before the point of a column's figures: what is larger than all of them is no bound."""
    if isinstance(field, models.DecimalField) and field.max_digits and field.decimal_places is not None:
        return field.max_digits - field.decimal_places
    return DIGITS


def _period(code: str) -> tuple[dt.date, dt.date, str] | None:
    """First and last day of a period code (2025, 2025Q3, 2025-03) and its name."""
    try:
        period = Period.from_code(code)
    except ValueError:
        return None
    return period.start, period.end, period.text


def _period_name(code: str) -> str:
    span = _period(code)
    return span[2] if span else code
