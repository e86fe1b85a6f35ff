"""Quantities: a number or a range with a unit, read from Chinese text, compared, and written back.

>>> parse_quantity("两千亿元"), parse_quantity("24-40家")
(Quantity(low=2000, high=None, unit='亿元'), Quantity(low=24, high=40, unit='家'))
>>> format_quantity(Quantity(14.5, None, "%"))
'14.5%'

Rules of the normal form (they are those of the reading, ``policies/SCHEMA.md``): 万 and 亿 stay in the unit where
they stand whole before it (``两千亿元`` → 2000 亿元, ``十二万人`` → 12 万人), otherwise the number is spelt out
(``一万五千家`` → 15000 家). Fractions and tenths are per cent. 翻番 is 2 倍, 全覆盖 100 %, 零突破 1 个.
:meth:`Quantity.in_base` gives the value without 万 and 亿, so that 0.3 万亿元 and 3000 亿元 compare as equal.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lianshu.reference.numerals import (
    ARABIC_PATTERN,
    DIGITS,
    Number,
    parse_integer,
    parse_number,
    parse_ratio,
    tidy,
    to_arabic,
)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("lianshu.reference").joinpath("data/units.toml").read_text("utf-8"))


@cache
def unit_kinds() -> dict[str, str]:
    """Every known base unit with its kind (``count``, ``occurrence``, ``money``, ``mass``, ``duration`` …)."""
    return {unit: kind for kind, units in _data().items() if isinstance(units, str) for unit in units.split()}


def _either(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


_SAME: dict[str, str] = _data()["same"]
_UNIT = f"(?:{_either(list(unit_kinds()))})"
_PER = f"(?:/(?:{_either(_data()['per']['units'].split())}))"
_LARGE = {
    "万": 10**4,
    "亿": 10**8,
    "万亿": 10**12,
    "百万": 10**6,
    "千万": 10**7,
    "百亿": 10**10,
    "千亿": 10**11,
}

# 千 of 千克, 千米, 千瓦 and 百 of 百分点 belong to the unit.
_THOUSAND = "千(?![克米瓦伏])|百(?!分点)"
_SCALE = f"(?:[十万亿]|{_THOUSAND})"
_CN = f"(?:[{''.join(DIGITS)}十万亿拾佰仟]|{_THOUSAND})"
_NUMBER = rf"(?:(?:(?>{ARABIC_PATTERN}){_SCALE}*)++|{_CN}++(?:点{_CN}++)?|半(?=天|个?工作日|小时))"
_DASH = r"\s?(?:[-－–—―─~～〜]{1,2}|至|到)\s?"
_VAGUE = "[余多几]?"
# (?<!…): not inside a model name (PC200台), a decimal, an ordinal (第3个) or a longer numeral.
_QUANTITY = re.compile(
    rf"(?<![\dA-Za-z.第〔\[{''.join(DIGITS)}十百千万亿])"
    rf"(?:(?P<low>{_NUMBER})(?P<low_unit>{_UNIT})?{_DASH}(?P<high>{_NUMBER})|(?P<one>{_NUMBER}))"
    rf"(?P<vague>{_VAGUE})(?P<scale>{_SCALE}*)\s?"
    rf"(?:(?P<unit>{_UNIT})(?P<per>{_PER})?|(?<=[万亿])(?=$|[以左上、,，。;；:：)）和及与的\s之]))"
    r"(?![A-Za-z])"
)
_RATIO = re.compile(
    rf"(?P<ratio>(?:百分之|千分之)(?:{ARABIC_PATTERN}|{_CN}++(?:点{_CN}++)?)"
    rf"|(?:(?<!\d)\d+|(?<![二三四五六七八九十])[二三四五六七八九十]+)分之(?:\d+|{_CN}++)"
    rf"|(?<![{''.join(DIGITS)}十百千万])[一二两三四五六七八九123456789]成(?:[一二三四五六七八九]|半)?"
    r"(?=$|[以左上、,，。;；:：)）的多\s提增降])"
    r"|(?<!第)一半(?=以上|的|、|,|，|。|;|；|$))"
)
_SPECIAL = re.compile(
    r"(?P<doubling>翻(?P<times>[一二两三四1-4])?番|翻倍)"
    r"|(?P<coverage>全覆盖|全面覆盖|百分之百覆盖)"
    r"|(?P<first>[“‘\"「]?零[”’\"」]?的?[“‘\"「]?突破[”’\"」]?)"
)
# The look at the first character spares the alternatives at most places of a text.
_FIRST = f'(?=[\\d{"".join(DIGITS)}十百千万亿拾佰仟半翻全零“‘"「])'
_ANY = re.compile(f"{_FIRST}(?:{_SPECIAL.pattern}|{_RATIO.pattern}|{_QUANTITY.pattern})")


@dataclass(frozen=True, slots=True)
class Quantity:
    """``low`` (and ``high`` for a range) in ``unit``; a range has ``low`` ≤ ``high``."""

    low: Number
    high: Number | None
    unit: str

    def __post_init__(self) -> None:
        if self.high is not None and self.high < self.low:
            raise ValueError(f"区间的下限大于上限：{to_arabic(self.low)}—{to_arabic(self.high)}{self.unit}")

    @property
    def base_unit(self) -> str:
        """The unit without 万 and 亿: ``万吨`` → ``吨``."""
        return split_unit(self.unit)[1]

    @property
    def kind(self) -> str:
        """What the unit measures (see :func:`unit_kinds`); ``other`` for a unit not in the table."""
        return unit_kinds().get(self.base_unit.split("/")[0], "other")

    def in_base(self) -> Quantity:
        """The same quantity in its base unit: 2000 亿元 → 200000000000 元."""
        factor, unit = split_unit(self.unit)
        high = None if self.high is None else tidy(self.high * factor)
        return Quantity(tidy(self.low * factor), high, unit)


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity in a text: ``text[start:end]``.

    ``form`` is ``number``, ``ratio`` (三分之一, 八成), ``doubling`` (翻番), ``coverage`` (全覆盖) or ``first``
    (零突破). ``vague`` marks 余, 多 or 几 (``100多家``). ``bare`` marks 万 or 亿 without a unit (``50亿``): the unit is
    then ``亿元`` or ``万元``, right for money and for the caller to judge. ``chinese`` says that the number
    was written in Chinese numerals, ``number`` is the numeral as written.
    """

    start: int
    end: int
    quantity: Quantity
    form: str = "number"
    vague: bool = False
    bare: bool = False
    chinese: bool = False
    number: str = ""


def split_unit(unit: str) -> tuple[int, str]:
    """The factor and the base unit: ``万亿元`` → (10**12, ``元``); ``家`` → (1, ``家``)."""
    if unit in unit_kinds():
        return 1, unit
    for scale in ("万亿", "百万", "千万", "百亿", "千亿", "万", "亿"):
        if unit.startswith(scale) and len(unit) > len(scale):
            return _LARGE[scale], unit[len(scale) :]
    return 1, unit


def _split_number(numeral: str, scale: str) -> tuple[Number, str]:
    """The value and the 万/亿 that stays in the unit, by the rule in the head of this module."""
    whole = numeral + scale
    mantissa = whole.rstrip("万亿")
    kept = whole[len(mantissa) :]
    if not mantissa:  # 千亿元 has 千; 万元 and 亿元 alone have nothing to count
        return 1, kept
    if kept and not any(c in "万亿" for c in mantissa):
        return _spelt(mantissa), kept
    return _spelt(whole), ""


def _spelt(numeral: str) -> Number:
    """The value; also of mixed forms in several groups, ``1万5千``."""
    groups = re.findall(rf"{ARABIC_PATTERN}[十百千万亿]*", numeral)
    if len(groups) > 1 and "".join(groups) == numeral:
        return tidy(sum(parse_number(group) for group in groups))
    return parse_number(numeral)


def _number_match(match: re.Match[str]) -> Found | None:
    unit = match["unit"] or "元"
    last = match["high"] or match["one"]
    if (match["low"] or last)[0] in "零〇○":
        return None  # 零部件, 零距离
    if not match["unit"] and last[0] in "万亿":
        return None  # 亿 alone is a word, not a figure
    try:
        value, kept = _split_number(last, match["scale"])
        low, high = value, None
        if match["low"]:
            # 10亿元至20亿元 and 8000万-1亿元: bring the lower end to the unit of the upper.
            first, first_kept = _split_number(match["low"], "")
            if first_kept and first_kept != kept:
                first = tidy(first * _LARGE[first_kept] / _LARGE.get(kept, 1))
            elif match["low_unit"] and not first_kept and kept:
                first = tidy(first / _LARGE[kept])
            low, high = first, value
            if low > high:
                return None
    except (ValueError, KeyError):
        return None
    full = kept + _SAME.get(unit, unit) + (match["per"] or "")
    return Found(
        match.start(),
        match.end(),
        Quantity(low, high, full),
        vague=bool(match["vague"]),
        bare=not match["unit"],
        chinese=not (match["low"] or last)[0].isdigit(),
        number=match["low"] or last,
    )


def iter_quantities(text: str) -> Iterator[Found]:
    """Every quantity of the text in order, without overlaps; dates, ordinals and model names are left out."""
    for match in _ANY.finditer(text):
        start, end = match.span()
        if match["doubling"]:
            times = parse_integer(match["times"]) if match["times"] else 1
            yield Found(start, end, Quantity(2**times, None, "倍"), form="doubling")
        elif match["coverage"]:
            yield Found(start, end, Quantity(100, None, "%"), form="coverage")
        elif match["first"]:
            yield Found(start, end, Quantity(1, None, "个"), form="first")
        elif match["ratio"]:
            try:
                share = Quantity(parse_ratio(match["ratio"]), None, "%")
            except ValueError:  # 零分之一, 一一十分之二
                continue
            yield Found(start, end, share, form="ratio", chinese=True)
        else:
            found = _number_match(match)
            if found is not None:
                yield found


def find_quantities(text: str) -> list[Found]:
    """:func:`iter_quantities` as a list."""
    return list(iter_quantities(text))


def parse_quantity(text: str) -> Quantity:
    """The one quantity that the whole text is: ``1.6%``, ``5—10项``, ``三分之一``, ``翻一番``, ``两千亿元``.

    Raises ``ValueError`` with a Chinese sentence when the text is anything else.
    """
    stripped = text.strip()
    found = find_quantities(stripped)
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(stripped)):
        raise ValueError(f"读不出带单位的数量：“{text}”。请写成“数字+单位”，例如 24-40家、1.6%、150亿元。")
    return found[0].quantity


def format_quantity(quantity: Quantity) -> str:
    """The quantity as text, such that :func:`parse_quantity` gives it back: ``24-40家``, ``14.5%``."""
    high = "" if quantity.high is None else f"-{to_arabic(quantity.high)}"
    return f"{to_arabic(quantity.low)}{high}{quantity.unit}"
