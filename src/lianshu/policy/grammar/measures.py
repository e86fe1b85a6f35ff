"""Comparator and basis of a figure, from the words on both sides of it.

Comparators (``op``): ``>=``, ``<=``, ``~``, ``=``, ``range``. Bases: ``growth``, ``added``, ``share``, ``times``,
``level``. The rules are the sections "Verbs" and "Basis" of ``policies/SCHEMA.md``; the words stand in
``lexicon/targets.toml``.
"""

from __future__ import annotations

import re

from lianshu.policy.lexicon import choice, once
from lianshu.reference.quantity import Found

_ADVERB_WORDS = [
    "分别",
    "均",
    "都",
    "就",
    "已",
    "将",
    "总数",
    "数量",
    "总量",
    "规模",
    "各",
    "累计",
    "年均",
    "每年",
    "平均",
    "逐步",
    "力争",
    "争取",
    "也",
    "再",
    "总计",
    "合计",
    "共",
    "要",
    "应",
    "基本",
    "动态",
    "全部",
    "可",
    "能",
    "总",
    "有效",
    "进一步",
    "成功",
    "新",
    "左右",
    "普遍",
]
_BY_YEAR = r"20\d\d年(?:底|末)?的?"
_ADVERBS = rf"(?:{once(*_ADVERB_WORDS)}|{_BY_YEAR})*"
# One pattern, so that the leftmost reading wins: 不少于 holds 少于, 不超过 holds 超过.
_LEFT = re.compile(
    rf"(?:(?P<most>{choice('targets', 'at_most')})|(?P<least>{choice('targets', 'at_least')})"
    rf"|(?P<about>{choice('targets', 'about')}|(?<![签合契公节制预特])约))(?:了)?{_ADVERBS}$"
)
_LEAST_AFTER = re.compile(choice("targets", "at_least_after"))
_MOST_AFTER = re.compile(choice("targets", "at_most_after") + "(?!地|蒙)")
_ABOUT_AFTER = re.compile(choice("targets", "about_after") + "(?!游)")
#: 至少 and 不少于 rule the figure even with the verb between: 至少建立一个…
#: So far before a figure words may rule it, in characters.
_REACH = 200
_LEAST_ANYWHERE = re.compile(r"至少|最少|不少于|不低于")
_MOST_ANYWHERE = re.compile(r"至多|最多")
AFTER = re.compile(
    "|".join((_LEAST_AFTER.pattern, _MOST_AFTER.pattern, _ABOUT_AFTER.pattern)).join(("(?:", ")"))
)

ADDING = re.compile(rf"{choice('targets', 'adding')}(?!{choice('targets', 'adding_name')})")
_GROWING = re.compile(choice("targets", "growing"))
_REACHED = [
    "保持",
    "稳定",
    "维持",
    "控制",
    "实现",
    "达",
    "为",
    "在",
    "不",
    "低于",
    "少于",
    "小于",
    "超过",
    "超",
    "高于",
    "大于",
    "突破",
    "约",
    "近",
    "达到",
    "至少",
    "快于",
]
_AFTER_GROWTH = re.compile(rf"(?:率|速度|幅度|幅|了|水平)?(?:{once(*_REACHED, *_ADVERB_WORDS)}|{_BY_YEAR})*$")
_CUT = re.compile(r"(?:^|[)、.,;\s])(?:压缩|压减|缩短|减少|降低|精简|削减)[^率比占至到]*$")
_MORE = re.compile("增加|增长|扩大")
_TO = re.compile(r"^(?:到|至|为)")
_TOTAL = re.compile(choice("targets", "totals"))
_PRICE = re.compile(choice("targets", "price_index"))
_STRIVING = re.compile("力争|力求")


def comparator(left: str, right: str, found: Found) -> str | None:
    """The comparator said by the words directly around the figure, ``None`` where there is none.

    ``left`` is the clause up to the number, ``right`` what follows the unit.
    """
    if found.quantity.high is not None:
        return "range"
    if _ABOUT_AFTER.match(right):
        return "~"
    if _LEAST_AFTER.match(right):
        return ">="
    if _MOST_AFTER.match(right):
        return "<="
    left = left[-_REACH:]
    said = _LEFT.search(left)
    if said:
        # 达到约100家, 稳定在不低于5%: the word next to the number rules.
        near = _LEFT.search(left, said.start() + 1) if said["least"] or said["about"] else None
        near = near if near and near.start() >= said.end() - 1 else None
        group = (near or said).lastgroup
        return {"most": "<=", "least": ">=", "about": "~"}[group or "least"]
    if found.form == "first" or found.vague:
        return ">="
    if _LEAST_ANYWHERE.search(left):
        return ">="
    if _MOST_ANYWHERE.search(left):
        return "<="
    return None


def after_words(right: str) -> int:
    """Length of 以上, 左右, 以内 … directly after the unit."""
    match = AFTER.match(right)
    if match and not (match[0] == "内" and right[1:2] and "\u4e00" <= right[1] <= "\u9fff"):
        return match.end()
    return 0


def is_growth(left: str) -> bool:
    """Whether the figure says how much something grows or falls (增长20%, 年均增速达到10%, 下降5%)."""
    words = list(_GROWING.finditer(left))
    if not words:
        return False
    rest = left[words[-1].end() :].rstrip(": ")
    return not _TO.match(rest) and bool(_AFTER_GROWTH.match(rest))


def basis(left: str, found: Found, *, adding: bool) -> str:
    """The basis of a figure. ``left`` is its name and verb, ``adding`` says that it is governed by a verb of
    adding (its own or its list's)."""
    kind, unit = found.quantity.kind, found.quantity.unit
    if found.form == "doubling" or unit == "倍":
        return "growth"
    if found.form == "coverage" or unit == "个百分点":
        return "share"
    if unit in ("%", "‰"):
        if _PRICE.search(left):
            return "level"
        return "growth" if is_growth(left) or _CUT.search(left) else "share"
    if kind == "occurrence":
        return "times"
    if _TOTAL.search(left):
        return "level"
    if adding:
        return "added"
    if is_growth(left):
        if kind != "count":
            return "growth"
        return "added" if _MORE.search(left) else "level"
    return "level"


def strives(text: str) -> bool:
    """Whether the text holds 力争."""
    return bool(_STRIVING.search(text))
