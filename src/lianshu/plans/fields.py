"""The fields of each kind of item: how the desk shows them, and how what people enter is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lianshu.core.errors import invalid
from lianshu.reference.bounded import OutsideError, read_decimal
from lianshu.reference.due_days import KINDS, parse_due_day
from lianshu.reference.plan_periods import PlanPeriod

from .wording import BASES, CADENCES, OPS, SCOPES


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an item. ``kind``: text, long, number, whole, list (names separated by 、 or lines),
    period, scope, choice. ``wide`` fields take a whole line of the form."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    wide: bool = False

    def show(self, value: Any) -> str:
        """The value as the form shows it."""
        if self.kind == "list":
            return "、".join(value or [])
        if self.kind == "period":
            return PlanPeriod.from_code(value).words
        if self.kind in ("number", "whole") and value is not None and value != "":
            number = float(value)
            return str(int(number)) if number.is_integer() else str(value)
        return "" if value is None else str(value)


def _choice(words: Mapping[str, str], *, empty: str | None = None) -> tuple[tuple[str, str], ...]:
    found = tuple(words.items())
    return found if empty is None else (("", empty), *found)


_STAGES = {one: one for one in ("谋划", "开工", "建设", "续建", "投产")}
_FIRM_ROLES = {one: one for one in ("链主", "龙头", "招引目标", "合作")}

FIELDS: dict[str, tuple[Field, ...]] = {
    "chains": (Field("name", "名称", required=True, wide=True),),
    "mechanisms": (
        Field("name", "名称", required=True),
        Field("items", "内容", "list", hint="各项用顿号或换行分开", wide=True),
    ),
    "targets": (
        Field("name", "指标", required=True, wide=True),
        Field("op", "比较", "choice", choices=_choice(OPS)),
        Field("low", "数值", "number", required=True),
        Field("high", "上限", "number", hint="区间才填"),
        Field("unit", "单位"),
        Field("basis", "口径", "choice", choices=_choice(BASES)),
        Field("period", "时间", "period", hint="到2025年、每年、2022年"),
        Field("scope", "范围", "scope"),
    ),
    "tasks": (
        Field("title", "任务", required=True, wide=True),
        Field("no", "序号"),
        Field("section", "所在部分"),
        Field("lead", "牵头单位", "list", hint="用顿号分开", wide=True),
        Field("responsible", "责任单位", "list", hint="用顿号分开", wide=True),
        Field("support", "配合单位", "list", hint="用顿号分开", wide=True),
        Field("due", "完成时限", hint="2025年12月、长期"),
    ),
    "recurring": (
        Field("what", "做什么", required=True, wide=True),
        Field("who", "谁做"),
        Field("to", "向谁"),
        Field("every", "多久一次", "choice", choices=_choice(CADENCES)),
        Field("times", "每期次数", "number"),
        Field("due", "时限", hint="5日前、末月25日前、次月10日前"),
    ),
    "projects": (
        Field("name", "项目", required=True, wide=True),
        Field("amount", "投资额", "number"),
        Field("unit", "单位"),
        Field("stage", "阶段", "choice", choices=_choice(_STAGES, empty="未写明")),
    ),
    "enterprises": (
        Field("name", "企业", required=True, wide=True),
        Field("role", "角色", "choice", choices=_choice(_FIRM_ROLES, empty="未写明")),
        Field("chain", "产业链"),
    ),
    "orgs": (
        Field("name", "名称", required=True),
        Field("role", "职责或由谁担任", "long", wide=True),
    ),
}


def scope_choices(chains: list[str], current: Any = None) -> list[tuple[str, str]]:
    """Choices of a target's scope in a document with these chains."""
    found = [*SCOPES.items(), *((f"chain:{name}", f"{name}产业链") for name in chains)]
    if current and current not in dict(found):
        found.append((str(current), str(current).removeprefix("chain:")))
    return found


def clean(kind: str, raw: Mapping[str, Any], keep: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Values of an item from what a person entered. Fields not in ``raw`` keep their value in ``keep``;
    values beyond the form (the reader's extra ones) stay. Raises E2001 naming every wrong field."""
    values = dict(keep or {})
    problems: list[tuple[str, str]] = []
    for field in FIELDS[kind]:
        if field.name not in raw:
            continue
        try:
            values[field.name] = _value(field, raw[field.name])
        except ValueError as error:
            problems.append((field.name, f"{field.label}：{error}"))
    for field in FIELDS[kind]:
        if field.required and values.get(field.name) in (None, "") and field.name not in dict(problems):
            problems.append((field.name, f"{field.label}：不能为空"))
    if kind == "targets" and not problems:
        problems += _check_range(values)
    if kind == "recurring" and not problems:
        problems += _check_due(values)
    if problems:
        raise invalid(*problems)
    return values


def _check_range(values: dict[str, Any]) -> list[tuple[str, str]]:
    low, high = values.get("low"), values.get("high")
    if values.get("op") == "range" and high is None:
        return [("high", "上限：区间要填上限")]
    if low is not None and high is not None and high < low:
        return [("high", "上限：不能小于数值")]
    if values.get("op") != "range" and low is not None and high is not None and high != low:
        values["op"] = "range"
    return []


def _check_due(values: dict[str, Any]) -> list[tuple[str, str]]:
    """The day of a duty must be one that its cadence has; it is kept in canonical words."""
    due, every = values.get("due"), KINDS.get(str(values.get("every")))
    if not due:
        return []
    if every is None:
        return [("due", "时限：没有固定周期的职责不能写时限，请选多久一次，或清空时限")]
    try:
        values["due"] = parse_due_day(due, every).text
    except ValueError as error:
        return [("due", f"时限：{str(error).rstrip('。')}")]
    return []


def _value(field: Field, raw: Any) -> Any:
    if field.kind == "list":
        parts = raw if isinstance(raw, list) else re.split(r"[、,，;；\n]", str(raw or ""))
        return [part.strip() for part in parts if part and part.strip()]
    text = re.sub(r"\s+", " ", str(raw if raw is not None else "")).strip()
    if field.kind in ("number", "whole"):
        return _number(text)
    if field.kind == "period":
        return PlanPeriod.from_words(text).code
    if field.kind == "choice":
        if text not in dict(field.choices):
            raise ValueError("请从列表中选择")
        return text or None
    if field.kind == "scope":
        if text not in SCOPES and not re.fullmatch(r"chain:.{1,60}", text):
            raise ValueError("请从列表中选择")
        return text
    if len(text) > 500:
        raise ValueError("太长，请缩到500字以内")
    return text or None


def _number(text: str) -> float | int | None:
    if not text:
        return None
    try:
        number = float(read_decimal(text))
    except OutsideError:
        raise ValueError("要填数字") from None
    return int(number) if number.is_integer() else number
