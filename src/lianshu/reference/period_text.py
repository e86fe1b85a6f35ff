"""Periods and deadlines in Chinese text.

>>> today = date(2025, 8, 20)
>>> parse_period("二〇二五年三季度").code, parse_period("“十五五”期间").code
('2025Q3', 'FYP15')
>>> parse_period("上季度", today).code, parse_period("明年上半年", today).code
('2025Q2', '2026H1')
>>> parse_deadline("明年年底", today), parse_deadline("10月底前", today)
(datetime.date(2026, 12, 31), datetime.date(2025, 10, 31))

One phrase goes in; finding the phrase in a sentence is the reader's business.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from lianshu.reference.numerals import parse_integer
from lianshu.reference.periods import Kind, Period, PeriodError

_NUMERAL = "[0-9一二三四五六七八九十]"
_YEAR_DIGITS = r"(?:\d{4}|[〇○零一二三四五六七八九]{4})"
_YEAR_WORDS = {
    "今年": 0,
    "本年": 0,
    "当年": 0,
    "明年": 1,
    "次年": 1,
    "后年": 2,
    "去年": -1,
    "上年": -1,
    "前年": -2,
}
_NEAR = {"本": 0, "当": 0, "这": 0, "上": -1, "上一": -1, "前一": -1, "下": 1, "下一": 1}
_NEAR_UNITS = {"季": Kind.QUARTER, "月": Kind.MONTH, "周": Kind.WEEK, "年": Kind.YEAR}

_PLAN = re.compile(
    rf"第?(?P<number>{_NUMERAL}{{1,3}})个?五(?:年(?:规划|计划)?)?(?:规划|计划)?(?:时期|期间|期)?"
)
_PART = (
    r"(?:(?P<half>[上下])半年"
    r"|第?(?P<quarter>[一二三四1-4])季度?"
    rf"|(?P<month>{_NUMERAL}{{1,3}})月份?"
    rf"|第(?P<week>{_NUMERAL}{{1,3}})周)"
)
_DATED = re.compile(
    rf"(?:(?P<year>{_YEAR_DIGITS})年?度?|(?P<word>{'|'.join(_YEAR_WORDS)})度?)?(?:全年|{_PART})?"
)
_RELATIVE = re.compile(
    rf"(?P<near>{'|'.join(sorted(_NEAR, key=len, reverse=True))})个?(?P<unit>[季月周年])度?份?"
)
_DAY = re.compile(
    rf"(?:(?:(?P<year>{_YEAR_DIGITS})年|(?P<word>{'|'.join(_YEAR_WORDS)}))?(?P<month>{_NUMERAL}{{1,3}})月"
    rf"|(?P<near>[本当这上下]个?)月)(?P<day>{_NUMERAL}{{1,3}})[日号]"
)
_NUMERIC_DAY = re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})")
_TAIL = re.compile(r"(?:之前|以前|前|以内|内|为止|止)?(?:完成)?$")
_POINT = re.compile(r"^(?P<base>.*?)(?P<point>底|末|终|中旬|上旬|下旬|年中|初)$")

# The day by which a part of a month is over, and, for a year, the month: our convention for phrases that
# name no day (年初 is January, 年中 the half year, 月初 the first ten days).
_TEN_DAYS = {"初": 10, "上旬": 10, "中旬": 20}


def parse_period(text: str, today: date | None = None) -> Period:
    """Return the period that a phrase or code names.

    ``today`` is what relative phrases (本月, 明年) and phrases without a year (三季度) count from. Raises
    PeriodError when the phrase is no period, or needs ``today`` and it is None.
    """
    phrase = _fold(text)
    if re.fullmatch(r"\d{4}(?:[HQ]\d|-W?\d\d)|FYP\d+", phrase, re.IGNORECASE):
        return Period.from_code(phrase)
    if match := _PLAN.fullmatch(phrase):
        return Period.five_year_plan(parse_integer(match["number"]))
    if match := _RELATIVE.fullmatch(phrase):
        kind = _NEAR_UNITS[match["unit"]]
        return Period.containing(_needed(today, text), kind).shift(_NEAR[match["near"]])
    match = _DATED.fullmatch(phrase)
    if not phrase or match is None:
        raise PeriodError(
            f"看不懂周期“{text}”：应如 2025年、2025年上半年、2025年第三季度、2025年3月、“十四五”。"
        )
    year = _year(match, today, text)
    if match["half"]:
        return Period(Kind.HALF, year, "上下".index(match["half"]) + 1)
    for kind, name in ((Kind.QUARTER, "quarter"), (Kind.MONTH, "month"), (Kind.WEEK, "week")):
        if match[name]:
            return Period(kind, year, parse_integer(match[name]))
    return Period(Kind.YEAR, year)


def parse_deadline(text: str, today: date | None = None) -> date:
    """Return the last day that a phrase allows: 2025年底, 10月15日前, 三季度末, “十四五”末, 本月中旬.

    A period without a point in it gives its last day; “2027年前” likewise (offices mean within 2027).
    Raises PeriodError as :func:`parse_period` does, and for days that do not exist.
    """
    phrase = _TAIL.sub("", _fold(text))
    day = _day(phrase, today, text)
    if day is not None:
        return day
    match = _POINT.match(phrase)
    if match is None:
        return parse_period(phrase, today).end
    base, point = match["base"], match["point"]
    if point == "年中":
        base, point = base + "年", "中"
    base = re.sub(r"年年$", "年", base)  # 明年年底, 2025年年底
    if base in ("年", "月"):
        base = "本" + base
    period = parse_period(base, today)
    if point in _TEN_DAYS and period.kind is Kind.MONTH:
        return period.start.replace(day=_TEN_DAYS[point])
    if point in ("初", "中") and period.kind is Kind.YEAR:
        return Period(Kind.MONTH, period.year, 1 if point == "初" else 6).end
    if point in ("底", "末", "终") or (point == "下旬" and period.kind is Kind.MONTH):
        return period.end
    raise PeriodError(f"看不懂期限“{text}”：{period.text}没有“{point}”，请写明月、日。")


def _day(phrase: str, today: date | None, text: str) -> date | None:
    match = _NUMERIC_DAY.fullmatch(phrase)
    if match:
        parts = (int(match["year"]), int(match["month"]), int(match["day"]))
    else:
        match = _DAY.fullmatch(phrase)
        if match is None:
            return None
        if match["near"]:
            near = match["near"].removesuffix("个")
            month = Period.containing(_needed(today, text), Kind.MONTH).shift(_NEAR[near])
            parts = (month.year, month.number, parse_integer(match["day"]))
        else:
            parts = (_year(match, today, text), parse_integer(match["month"]), parse_integer(match["day"]))
    try:
        return date(*parts)
    except ValueError:
        raise PeriodError(f"日期“{text}”不存在，请核对月和日。") from None


def _year(match: re.Match[str], today: date | None, text: str) -> int:
    if match["year"]:
        return parse_integer(match["year"])
    return _needed(today, text).year + _YEAR_WORDS.get(match["word"] or "", 0)


def _needed(today: date | None, text: str) -> date:
    if today is None:
        raise PeriodError(f"“{text}”没有写明年份，无法确定是哪一年。")
    return today


def _fold(text: str) -> str:
    """Half width, without spaces and quotation marks."""
    return re.sub(r"[\s“”\"'「」『』《》]", "", unicodedata.normalize("NFKC", text))
