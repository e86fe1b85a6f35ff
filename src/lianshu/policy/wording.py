"""Chinese words for the values of a reading, and the columns in which each kind is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lianshu.policy.model import KINDS
from lianshu.reference.due_days import cadence_words
from lianshu.reference.plan_periods import PlanPeriod

Fields = dict[str, Any]

KIND_NAMES = {
    "chains": "产业链",
    "mechanisms": "工作机制",
    "targets": "目标",
    "tasks": "任务",
    "recurring": "例行职责",
    "projects": "项目",
    "enterprises": "企业",
    "orgs": "机构与角色",
}
assert tuple(KIND_NAMES) == KINDS  # noqa: S101

FACT_NAMES = {
    "title": "标题",
    "kind": "文种",
    "region": "地区",
    "level": "层级",
    "issuer": "发文单位",
    "doc_no": "文号",
    "published": "发布日期",
    "issued": "印发日期",
    "plan_start": "起始年",
    "plan_end": "终止年",
}

_BASIS = {"level": "水平", "growth": "增长", "added": "新增", "share": "占比", "times": "次数"}
_SCOPES = {
    "region": "全域",
    "each_chain": "每条产业链",
    "park": "园区",
    "county": "县域",
    "each_county": "各县市区",
    "upper": "上级目标",
}
_EVERY = {
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "half-year": "每半年",
    "year": "每年",
    "event": "视情况",
}


def number(value: Any) -> str:
    """``150.0`` → ``150``, None → empty."""
    return "" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)


def amount(fields: Fields) -> str:
    """A target's figure with its comparator: ``≥ 150 亿元``, ``24—40 家``."""
    low, high, unit = number(fields.get("low")), number(fields.get("high")), fields.get("unit") or ""
    if low and high:
        return f"{low}—{high} {unit}"
    sign = {">=": "≥ ", "<=": "≤ ", "~": "约 "}.get(str(fields.get("op")), "")
    return f"{sign}{low or high} {unit}".strip()


def basis(fields: Fields) -> str:
    """What a target's figure measures."""
    return _BASIS.get(str(fields.get("basis")), "")


def period(fields: Fields) -> str:
    """``by:2025`` → ``到2025年``."""
    return PlanPeriod.from_code(fields.get("period")).words


def scope(fields: Fields) -> str:
    """``chain:电子信息`` → ``电子信息产业链``."""
    value = str(fields.get("scope") or "")
    if value.startswith("chain:"):
        name = value.removeprefix("chain:")
        return name if name.endswith("链") else f"{name}产业链"
    return _SCOPES.get(value, value)


def every(fields: Fields) -> str:
    """A cadence: ``每年 4 次``, ``每月5日前``, ``经常`` where the text gives none."""
    value = fields.get("every")
    if value is None:
        return "经常"
    words = _EVERY.get(str(value), str(value))
    return cadence_words(words, number(fields.get("times")), fields.get("due") or "")


def money(fields: Fields) -> str:
    """A project's amount with its unit."""
    low = number(fields.get("amount"))
    return f"{low} {fields.get('unit') or ''}".strip() if low else ""


def joined(key: str) -> Callable[[Fields], str]:
    """A column that joins a list."""

    def column(fields: Fields) -> str:
        value = fields.get(key) or []
        return value if isinstance(value, str) else "、".join(map(str, value))

    return column


def plain(key: str) -> Callable[[Fields], str]:
    """A column that shows one value as it is."""

    def column(fields: Fields) -> str:
        return number(fields.get(key))

    return column


#: Columns per kind as (Chinese header, value); the first one is the item's name.
COLUMNS: dict[str, tuple[tuple[str, Callable[[Fields], str]], ...]] = {
    "chains": (("名称", plain("name")),),
    "mechanisms": (("名称", plain("name")), ("内容", joined("items"))),
    "targets": (
        ("指标", plain("name")),
        ("目标值", amount),
        ("口径", basis),
        ("期限", period),
        ("范围", scope),
    ),
    "tasks": (
        ("任务", plain("title")),
        ("序号", plain("no")),
        ("所属部分", plain("section")),
        ("责任单位", joined("responsible")),
        ("时限", plain("due")),
    ),
    "recurring": (
        ("事项", plain("what")),
        ("周期", every),
        ("责任主体", plain("who")),
        ("对象", plain("to")),
    ),
    "projects": (("名称", plain("name")), ("投资", money), ("阶段", plain("stage"))),
    "enterprises": (("名称", plain("name")), ("角色", plain("role")), ("产业链", plain("chain"))),
    "orgs": (("名称", plain("name")), ("职责", plain("role"))),
}
