"""Chinese and Arabic numerals as official texts write them, to numbers and back.

Understood: Arabic digits with thousands commas and decimals (``1,100``, ``14.5``), everyday and banker's
Chinese numerals (``一万五千``, ``两千``, ``壹佰``), digit strings (``二〇二五``), decimals (``三点五``), mixed
forms (``1.5万``, ``3千``), full-width digits, fractions (``三分之一``, ``百分之十五``) and tenths (``八成``,
``三成五``). Results are ``int`` where the value is whole, else ``float`` rounded to six decimals.
"""

from __future__ import annotations

import re
from decimal import Decimal

Number = int | float

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
    "俩": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
SMALL_SCALES = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
LARGE_SCALES = {"万": 10**4, "亿": 10**8, "萬": 10**4, "億": 10**8}
SCALES = SMALL_SCALES | LARGE_SCALES

CHINESE = "".join(DIGITS) + "".join(SCALES)
#: An Arabic number; thousands commas only in full groups, so that ``3家,100家`` stays two numbers.
ARABIC_PATTERN = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"

#: No office counts beyond; larger numbers are account numbers and figures run together.
_LARGEST = Decimal(10) ** 18
_LONGEST = 60

_FOLD = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")
_ARABIC = re.compile(ARABIC_PATTERN)
_MIXED = re.compile(rf"({ARABIC_PATTERN})([{''.join(SCALES)}]*)")
_FRACTION = re.compile(r"(.+)分之(.+)")
_TENTHS = re.compile(rf"([{CHINESE}\d]+)成(?:([{''.join(DIGITS)}])|(半))?")


def tidy(value: Decimal | float) -> Number:
    """``int`` where the value is whole, else ``float`` rounded to six decimals."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)  # exact where a float would not be
    rounded = round(float(value), 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _chinese_whole(text: str) -> int:
    """The value of a whole Chinese numeral; raises ``ValueError`` on anything else."""
    if all(c in DIGITS for c in text):  # 二〇二五: read digit by digit
        return int("".join(str(DIGITS[c]) for c in text))
    total = section = 0
    digit: int | None = None
    last_scale = 0
    for c in text:
        if c in DIGITS:
            if digit is not None and digit != 0:
                raise ValueError(f"两个数字相连，读不出数值：{text}")
            digit = DIGITS[c]
        elif c in SMALL_SCALES:
            scale = SMALL_SCALES[c]
            section += (1 if digit is None else digit) * scale
            digit, last_scale = None, scale
        elif c in LARGE_SCALES:
            section += digit or 0
            if not section and not total:
                section = 1  # 万元, 亿元: one of it
            total = (
                (total + section) * LARGE_SCALES[c]
                if LARGE_SCALES[c] == 10**8
                else (total + section * LARGE_SCALES[c])
            )
            section, digit, last_scale = 0, None, LARGE_SCALES[c]
        else:
            raise ValueError(f"不是数字：{text}")
    if digit:
        # 一万五 means 15 000, 三百二 means 320: a last digit without scale stands one place lower,
        # unless 零 announces that places are left out (一百零五).
        short = last_scale >= 100 and "零" not in text and "〇" not in text
        section += digit * (last_scale // 10) if short else digit
    return total + section


def _decimal(text: str) -> Decimal:
    value = _any_decimal(text.strip())
    if value >= _LARGEST:
        raise ValueError(f"数值过大：{text[:40]}")
    return value


def _any_decimal(text: str) -> Decimal:
    if len(text) > _LONGEST:
        raise ValueError(f"数字过长：{text[:40]}…")
    if match := _MIXED.fullmatch(text):
        value = Decimal(match[1].replace(",", ""))
        for scale in match[2]:
            value *= SCALES[scale]
        return value
    whole, point, rest = text.partition("点")
    if point:
        if not rest:
            raise ValueError(f"小数点后没有数字：{text}")
        scale_at = next((i for i, c in enumerate(rest) if c in SCALES), len(rest))
        decimals = "".join(str(DIGITS[c]) for c in rest[:scale_at] if c in DIGITS)
        if len(decimals) != scale_at or not decimals:
            raise ValueError(f"小数部分读不出：{text}")
        value = _chinese_whole(whole) + Decimal(f"0.{decimals}")
        for scale in rest[scale_at:]:
            if scale not in SCALES:
                raise ValueError(f"小数部分读不出：{text}")
            value *= SCALES[scale]
        return value
    if text == "半":
        return Decimal("0.5")
    if not text:
        raise ValueError("没有数字")
    return Decimal(_chinese_whole(text))


def parse_number(text: str) -> Number:
    """The value of one numeral, Chinese, Arabic or mixed.

    >>> parse_number("一万五千"), parse_number("1.5万"), parse_number("1,100"), parse_number("二〇二五")
    (15000, 15000, 1100, 2025)

    Raises ``ValueError`` with a Chinese sentence when the text is no numeral.
    """
    return tidy(_decimal(text.translate(_FOLD)))


def number_or_none(text: str) -> Number | None:
    """:func:`parse_number`, ``None`` for what is no numeral or beyond what offices count: for running text."""
    try:
        return parse_number(text)
    except ValueError:
        return None


def integer_or_none(text: str) -> int | None:
    """:func:`parse_integer`, ``None`` in place of the error: for running text."""
    value = number_or_none(text)
    return value if isinstance(value, int) else None


def parse_ratio(text: str) -> Number:
    """A fraction or tenths in per cent: ``三分之一`` → 33.333333, ``百分之十五`` → 15, ``八成`` → 80, ``一半`` → 50.

    Raises ``ValueError`` when the text is none of these.
    """
    text = text.translate(_FOLD).strip()
    if text in ("一半", "半数"):
        return 50
    if match := _FRACTION.fullmatch(text):
        below = (
            Decimal(100) if match[1] == "百" else Decimal(1000) if match[1] == "千" else _decimal(match[1])
        )
        if match[1] == "万":
            below = Decimal(10000)
        if not below:
            raise ValueError(f"分母为零：{text}")
        return tidy(_decimal(match[2]) * 100 / below)
    if match := _TENTHS.fullmatch(text):
        tail = Decimal(DIGITS[match[2]]) if match[2] else Decimal(5) if match[3] else Decimal(0)
        return tidy(_decimal(match[1]) * 10 + tail)
    raise ValueError(f"不是分数或成数：{text}")


def parse_integer(text: str) -> int:
    """Like :func:`parse_number` for counts and years; raises ``ValueError`` when the value is not whole."""
    value = parse_number(text)
    if not isinstance(value, int):
        raise ValueError(f"应是整数：{text}")
    return value


def to_chinese(value: int) -> str:
    """A whole number of 0 to 10^16 − 1 as everyday Chinese: ``15000`` → ``一万五千``, ``10`` → ``十``.

    Raises ``ValueError`` outside that range.
    """
    if not 0 <= value < 10**16:
        raise ValueError(f"只能写 0 到一亿亿以内的整数：{value}")
    if value == 0:
        return "零"
    out, groups = "", []
    while value:
        value, group = divmod(value, 10**4)
        groups.append(group)
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            # 一亿零五: one 零 for a gap of any length; 万亿 keeps its 亿 even with an empty group.
            if place == 2 and len(groups) > 3:
                out += "亿"
            out += "零" if not out.endswith("零") else ""
            continue
        if out and group < 1000 and not out.endswith("零"):
            out += "零"
        out += _group_to_chinese(group) + ("", "万", "亿", "万")[place]
    out = out.rstrip("零")
    return out[1:] if out.startswith("一十") else out


def _group_to_chinese(group: int) -> str:
    """1 to 9999 in Chinese."""
    names = "零一二三四五六七八九"
    out = ""
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = group // scale % 10
        if digit:
            out += names[digit] + name
        elif out and not out.endswith("零"):
            out += "零"
    return out.rstrip("零")


def to_arabic(value: Number) -> str:
    """A number in plain Arabic digits without exponent or superfluous zeros: ``14.50`` → ``14.5``."""
    tidy_value = tidy(value)
    if isinstance(tidy_value, int):
        return str(tidy_value)
    return format(Decimal(repr(tidy_value)), "f")


def is_arabic(text: str) -> bool:
    """Whether the whole text is one Arabic number."""
    return bool(_ARABIC.fullmatch(text.translate(_FOLD)))
