"""Codes of a reading in the words of an office: scopes, comparators, cadences."""

from __future__ import annotations

from typing import Any

from lianshu.reference.due_days import cadence_words
from lianshu.reference.plan_periods import PlanPeriod

OPS = {">=": "不少于", "<=": "不超过", "=": "等于", "range": "区间", "~": "左右"}
BASES = {"level": "总量", "growth": "增速", "added": "新增", "share": "占比", "times": "次数"}
CADENCES = {
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "half-year": "每半年",
    "year": "每年",
    "event": "按需",
    "": "不定期",
}
SCOPES = {
    "region": "全域",
    "each_chain": "每条产业链",
    "park": "园区",
    "county": "县市区",
    "each_county": "各县市区分别",
    "upper": "上级目标（背景）",
}


def scope_words(code: Any) -> str:
    """``chain:电子信息`` → ``电子信息产业链``."""
    text = str(code or "region")
    if text.startswith("chain:"):
        return f"{text[6:]}产业链"
    return SCOPES.get(text, text)


def number_words(value: Any) -> str:
    """A figure as read, without a trailing ``.0``."""
    if value is None or value == "":
        return ""
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.6f}".rstrip("0").rstrip(".")


def quantity_words(values: dict[str, Any]) -> str:
    """``不少于 300 亿元``, ``24—40 家``."""
    low, high, unit = (
        number_words(values.get("low")),
        number_words(values.get("high")),
        values.get("unit") or "",
    )
    op = values.get("op")
    if op == "range" or (low and high and low != high):
        return f"{low}—{high} {unit}".strip()
    figure = low or high
    if not figure:
        return ""
    sign = {">=": "≥ ", "<=": "≤ ", "~": "约 "}.get(str(op), "")
    return f"{sign}{figure} {unit}".strip()


def summary(kind: str, values: dict[str, Any]) -> list[str]:
    """What stands under an item's name on the desk and in lists: short pieces, empty ones left out."""
    pieces: list[Any] = []
    if kind == "targets":
        pieces = [
            quantity_words(values),
            BASES.get(str(values.get("basis")), ""),
            PlanPeriod.from_code(values.get("period")).words,
            scope_words(values.get("scope")),
        ]
    elif kind == "tasks":
        lead, support = values.get("lead") or [], values.get("support") or []
        pieces = [values.get("no") if values.get("no") != "-" else "", values.get("section")]
        rest = [unit for unit in values.get("responsible") or [] if unit not in (*lead, *support)]
        for words, units in (("牵头", lead), ("责任单位", rest), ("配合", support)):
            pieces.append(f"{words}：{'、'.join(units)}" if units else "")
        pieces.append(f"时限：{values['due']}" if values.get("due") else "")
    elif kind == "recurring":
        times = number_words(values.get("times"))
        cadence = CADENCES.get(str(values.get("every") or ""), str(values.get("every")))
        pieces = [
            values.get("who"),
            f"向{values['to']}" if values.get("to") else "",
            cadence_words(cadence, times, values.get("due") or ""),
        ]
    elif kind == "mechanisms":
        pieces = ["、".join(values.get("items") or [])]
    elif kind == "projects":
        amount = number_words(values.get("amount"))
        pieces = [f"{amount} {values.get('unit') or ''}".strip() if amount else "", values.get("stage")]
    elif kind == "enterprises":
        pieces = [values.get("role"), f"{values['chain']}产业链" if values.get("chain") else ""]
    elif kind == "orgs":
        pieces = [values.get("role")]
    return [str(piece) for piece in pieces if piece]
