"""Numbers and days that come from outside: from addresses, forms, cells of workbooks.

Whoever writes ``1e99999999`` asks for a number of a hundred million digits, and ``Decimal`` makes it as soon as the
value is compared, rounded or shown. So nothing from outside goes to ``int``, ``float`` or ``Decimal`` before its
form and length are known. Full-width digits, which Chinese keyboards type, are folded; other digits of Unicode
(², ③, ١), exponents beyond what a workbook's own cells hold, NaN and Infinity are refused with a sentence.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

#: the largest key and whole number the databases hold (a signed 64-bit integer)
LARGEST_KEY = 2**63 - 1
#: digits before the decimal point: up to 999 万亿, more than any figure of a county in its smallest unit
DIGITS = 15
#: days outside these years are typing mistakes, and the databases' and calendars' own limits lie not far outside
FIRST_YEAR, LAST_YEAR = 1900, 2199

#: characters of a number with its separators; a workbook's cell writes 24 at most
_LONGEST = 60
_FOLD = str.maketrans("０１２３４５６７８９．－＋", "0123456789.-+")
_WHOLE = re.compile(r"[+-]?[0-9]{1,40}")
# three digits of exponent: cells hold floats, the largest of which is 1.8e308
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


class OutsideError(ValueError):
    """A value from outside that cannot be used; the message (Chinese) says why."""


def shortened(text: str, longest: int = 30) -> str:
    """A text as a sentence may quote it: at most ``longest`` characters, on one line."""
    plain = " ".join(text[: longest * 4].split())
    return plain if len(plain) <= longest and len(text) <= longest * 4 else f"{plain[:longest]}…"


def read_whole(text: str, *, low: int = 0, high: int = LARGEST_KEY) -> int:
    """A whole number of ``low`` to ``high`` in ASCII or full-width digits.

    >>> read_whole("42"), read_whole("１２")
    (42, 12)

    Raises ``OutsideError`` for anything else.
    """
    folded = text.strip().translate(_FOLD) if len(text) <= _LONGEST else ""
    if not _WHOLE.fullmatch(folded):
        raise OutsideError(f"“{shortened(text)}”不是整数")
    value = int(folded)
    if not low <= value <= high:
        raise OutsideError(f"“{shortened(text)}”超出范围，应在 {low} 到 {high} 之间")
    return value


def whole_or(text: str | None, default: int | None, *, low: int = 0, high: int = LARGEST_KEY) -> int | None:
    """Like :func:`read_whole`, ``default`` for what is no such number; for parameters with a usual value."""
    try:
        return read_whole(text or "", low=low, high=high)
    except OutsideError:
        return default


def read_decimal(text: str, *, digits: int = DIGITS) -> Decimal:
    """A finite decimal number with at most ``digits`` digits before the point; thousands commas are passed over.

    >>> read_decimal("1,234.50"), read_decimal("1e-05"), read_decimal("-３")
    (Decimal('1234.50'), Decimal('0.00001'), Decimal('-3'))

    Raises ``OutsideError`` for what is no number, too long or too large.
    """
    if len(text) > _LONGEST:
        raise OutsideError(f"“{shortened(text)}”太长，不是能用的数字")
    folded = re.sub("[,，\\s]", "", text).translate(_FOLD)
    if not _DECIMAL.fullmatch(folded):
        raise OutsideError(f"“{shortened(text)}”不是数字")
    value = Decimal(folded)
    if value and value.adjusted() >= digits:
        raise OutsideError(f"“{shortened(text)}”太大，整数部分最多 {digits} 位")
    return value


def read_day(text: str) -> dt.date:
    """A day written 2026-03-05 (or 2026-3-5) of the years 1900 to 2199.

    Raises ``OutsideError`` for anything else.
    """
    match = _DAY.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    try:
        if match is None:
            raise ValueError
        day = dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise OutsideError(f"“{shortened(text)}”不是日期，请写成 2026-03-05") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise OutsideError(f"“{shortened(text)}”的年份超出 {FIRST_YEAR}—{LAST_YEAR}")
    return day
