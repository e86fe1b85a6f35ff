"""A cell of a workbook as a value of a field: choices by name, rows by name, dates, figures, lists."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from lianshu.core.bodies import chain_model, region_model
from lianshu.core.ledger.declaration import Column, Ledger
from lianshu.reference.bounded import FIRST_YEAR, LAST_YEAR, OutsideError, read_decimal, shortened, whole_or

_YES = {"是", "有", "对", "1", "true", "yes", "y", "√", "✓"}
_NO = {"否", "无", "不", "0", "false", "no", "n", "×", "x", ""}
_DATE = re.compile(
    r"([0-9]{4})\s*[年./-]\s*([0-9]{1,2})(?:\s*[月./-]\s*([0-9]{1,2})\s*日?|\s*月)?(?:\s+00:00(?::00)?)?$"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})$")
#: days from this one are how workbooks keep dates that lost their format
_EPOCH = dt.date(1899, 12, 30)
#: characters a workbook's own cell can hold
CELL_LONGEST = 32_767
#: an apostrophe before one of these is ours: see `lianshu.core.ledger.export.defused`
_DEFUSED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
#: what can neither be seen nor stored everywhere; line breaks and tabs can
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class CellError(ValueError):
    """A cell that cannot be understood; the message (Chinese) says what is wrong and what is expected."""


def text_of(value: Any) -> str:
    """A cell's text: whole figures without a point, dates as 2026-03-05, no defusing apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    text = str(value).strip()
    return text[1:] if _DEFUSED.match(text) else text


def checked(text: str) -> str:
    """The text of a cell; CellError for one that is too long or holds characters nobody sees."""
    if len(text) > CELL_LONGEST:
        raise CellError(f"有 {len(text)} 字，一个单元格最多 {CELL_LONGEST} 字")
    if found := _UNSEEN.search(text):
        raise CellError(f"第 {found.start() + 1} 个字是看不见的控制字符，请重新键入这一格")
    return text


class Readers:
    """Readers of all importable columns of a ledger for one person; look-ups are read once."""

    def __init__(self, ledger: Ledger, user: Any) -> None:
        self.ledger = ledger
        self.user = user
        self._names: dict[str, dict[str, list[Any]]] = {}
        self._keys: dict[str, dict[Any, Any]] = {}

    def read(self, column: Column, value: Any, region: Any = None) -> Any:
        """The value as JSON keeps it (rows by key, dates and figures as text); raises CellError."""
        field = self.ledger.field(column.name)
        text = checked(text_of(value))
        if field is None:
            raise LookupError(f"column {column.name!r} of ledger {self.ledger.slug!r} is not a field")
        if field.many_to_one or field.one_to_one:
            return self._one_row(column, field, text, region) if text else None
        if isinstance(field, models.BooleanField):
            return _flag(text)
        if not text:
            return [] if isinstance(field, models.JSONField) else (None if field.null else "")
        if field.choices:
            return _choice(field, text)
        if isinstance(field, models.JSONField):
            return [part for part in re.split(r"[、,，;；\n]\s*", text) if part]
        if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
            return _date(value, text)
        if isinstance(field, (models.IntegerField, models.DecimalField, models.FloatField)):
            return _figure(field, text, column.unit)
        if field.max_length and len(text) > field.max_length:
            raise CellError(f"有 {len(text)} 字，最多 {field.max_length} 字")
        return text

    def restore(self, column: Column, kept: Any) -> Any:
        """A kept value as the service takes it."""
        field = self.ledger.field(column.name)
        if field.many_to_one or field.one_to_one:
            if kept is None:
                return None
            self._by_name(column, field)
            row = self._keys[column.name].get(kept)
            if row is None:
                raise CellError(f"{column.title}指向的记录已不在您的管辖范围内")
            return row
        return kept if isinstance(field, models.JSONField) else field.to_python(kept)

    def kept(self, column: Column, obj: models.Model) -> Any:
        """A row's present value in the form :meth:`read` gives."""
        field = self.ledger.field(column.name)
        value = getattr(obj, field.attname)
        if isinstance(value, Decimal):
            return str(round(value, field.decimal_places))
        return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value

    def words(self, column: Column, kept: Any) -> str:
        """A kept value as people read it."""
        field = self.ledger.field(column.name)
        if kept in (None, "", []):
            return ""
        if field.is_relation:
            self._by_name(column, field)
            return str(self._keys[column.name].get(kept, "（不可见）"))
        if field.choices:
            return str(dict(field.flatchoices).get(kept, kept))
        if isinstance(kept, bool):
            return "是" if kept else "否"
        return "、".join(map(str, kept)) if isinstance(kept, list) else str(kept)

    # --- rows by name

    def _by_name(self, column: Column, field: models.Field) -> dict[str, list[Any]]:
        if column.name not in self._names:
            rows = field.related_model._default_manager.all()
            if hasattr(rows, "visible_to"):
                rows = rows.visible_to(self.user)
            if any(one.name == "region" for one in field.related_model._meta.get_fields()):
                rows = rows.select_related("region")
            table: dict[str, list[Any]] = {}
            for row in rows:
                for name in _names(row):
                    table.setdefault(name, []).append(row)
            self._names[column.name] = table
            self._keys[column.name] = {row.pk: row for found in table.values() for row in found}
        return self._names[column.name]

    def _one_row(self, column: Column, field: models.Field, text: str, region: Any) -> Any:
        found = self._by_name(column, field).get(text, [])
        if not found and field.related_model is chain_model():
            found = self._by_name(column, field).get(text.removesuffix("产业链"), [])
        if len(found) > 1 and region is not None:
            # the same name in several regions: the row's own region decides, then the regions above it
            near = [row for row in found if getattr(row, "region_id", None) == region.pk]
            near = near or [row for row in found if region.path.startswith(getattr(row.region, "path", "?"))]
            found = near or found
        if not found:
            where = "地区" if field.related_model is region_model() else column.title
            raise CellError(f"没有找到“{shortened(text)}”，请核对名称，或先登记这个{where}")
        if len({row.pk for row in found}) > 1:
            raise CellError(f"有 {len(found)} 个都叫“{shortened(text)}”，请写全称或代码")
        return found[0].pk


def _names(row: Any) -> Iterable[str]:
    found = {str(row)}
    for name in ("name", "short_name", "code", "credit_code", "username"):
        if getattr(row, name, ""):
            found.add(str(getattr(row, name)))
    found.update(str(alias) for alias in getattr(row, "aliases", None) or [])
    return found


def _flag(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise CellError(f"“{shortened(text)}”应写“是”或“否”")


def _choice(field: models.Field, text: str) -> Any:
    for code, name in field.flatchoices:
        if text in (str(name), str(code)):
            return code
    names = "、".join(str(name) for _, name in field.flatchoices)
    raise CellError(f"没有“{shortened(text)}”这一项，可填：{names}")


def _date(value: Any, text: str) -> str:
    if isinstance(value, dt.datetime):
        return _within(value.date()).isoformat()
    if isinstance(value, dt.date):
        return _within(value).isoformat()
    # the longest way to write a day is shorter
    short = text if len(text) <= 40 else ""
    match = _DATE.match(short) or _COMPACT.match(short)
    day = None
    try:
        if match:
            year, month, number = match.groups()
            day = dt.date(int(year), int(month), int(number or 1))
        elif serial := whole_or(short, None, low=20_001, high=79_999):
            day = _EPOCH + dt.timedelta(days=serial)
    except ValueError:
        day = None
    if day is None:
        raise CellError(f"“{shortened(text)}”不是日期，请写成 2026-03-05 或 2026年3月5日")
    return _within(day).isoformat()


def _within(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellError(f"年份 {day.year} 超出 {FIRST_YEAR}—{LAST_YEAR}，请核对")
    return day


def _figure(field: models.Field, text: str, unit: str) -> Any:
    plain = text.removesuffix(unit) if unit and len(text) < 100 else text
    try:
        number = read_decimal(plain)
    except OutsideError as error:
        raise CellError(f"{error}{f'，单位是{unit}，只写数字' if unit else ''}") from error
    if isinstance(field, models.IntegerField):
        if number != number.to_integral_value():
            raise CellError(f"“{text}”应是整数")
        number = Decimal(int(number))
    if isinstance(field, models.DecimalField):
        number = round(number, field.decimal_places or 0)
    try:
        field.run_validators(field.to_python(number))
    except ValidationError as error:
        raise CellError("；".join(error.messages)) from error
    if isinstance(field, models.IntegerField):
        return int(number)
    return float(number) if isinstance(field, models.FloatField) else str(number)
