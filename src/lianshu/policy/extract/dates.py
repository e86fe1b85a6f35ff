"""Days in head lines and the years a plan covers."""

from __future__ import annotations

import re
from datetime import date

from lianshu.reference.numerals import parse_integer

_CHINESE_DAY = (
    r"(?P<cy>[二一][〇○零Oo0一二三四五六七八九]{3})年(?P<cm>[一二三四五六七八九十]{1,2})月"
    r"(?P<cd>[一二三四五六七八九十]{1,3})日"
)
DATE = re.compile(
    r"(?:(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|[二一][〇○零Oo0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)"
)
_ARABIC = re.compile(r"((?:19|20)\d\d)\D{1,3}?(\d{1,2})\D{1,3}?(\d{1,2})")
_CHINESE = re.compile(_CHINESE_DAY)
_SPAN = re.compile(r"(20\d\d)\s?年?\s?[-—–~～－至到]+\s?(20\d\d)\s?年?")
_FIVE_YEARS = {"十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026, "十六五": 2031}
_FIVE = re.compile("|".join(_FIVE_YEARS))
_ONE_YEAR = re.compile(r"(20\d\d)年度?(?!行动)[^\n]{0,30}(?:要点|计划|方案|安排|清单)")
_TERM = re.compile(
    r"(?:实施|规划|计划|行动|工作|方案|政策)(?:期限|周期|期|时间|年限)[^。\n]{0,6}?" + _SPAN.pattern
)
_GOAL_YEAR = re.compile(r"(?<!\d)(20\d\d)年(?!\d{1,2}月\d{1,2}日)")
_FIGURE = re.compile(
    r"\d[\d.,]{0,24}\s?(?:%|个|家|亿|万|条|项|户|倍|人|吨|件|台|只|支|名|次|平方|公里|以上|左右)|翻番|翻[一两]番|全覆盖"
)


def iso_date(words: str) -> str | None:
    """The first valid day in the words as ``YYYY-MM-DD`` (``二〇二二年三月一日`` too), or None."""
    for match in (_ARABIC.search(words), _CHINESE.search(words)):
        if match is None:
            continue
        try:
            if match.re is _CHINESE:
                year = parse_integer(re.sub(r"[○零Oo0]", "〇", match["cy"]))
                parts = (year, parse_integer(match["cm"]), parse_integer(match["cd"]))
            else:
                parts = (int(match[1]), int(match[2]), int(match[3]))
            return date(*parts).isoformat()
        except ValueError:
            continue
    return None


def plan_years(title: str, clean: str, dated: str | None) -> tuple[int | None, int | None]:
    """First and last year of the plan.

    Source of the order: the title's own years, a five-year plan in the title, a stated term, a single
    year in the title; without any of these the end is the last year that carries figures
    (``policies/SCHEMA.md``, Dates).
    """
    if span := _SPAN.search(title):
        return int(span[1]), int(span[2])
    if five := _FIVE.search(title):
        return _FIVE_YEARS[five[0]], _FIVE_YEARS[five[0]] + 4
    if term := _TERM.search(clean):
        return int(term[1]), int(term[2])
    if one := _ONE_YEAR.search(title):
        return int(one[1]), int(one[1])
    return None, _last_year_with_figures(clean, int(dated[:4]) if dated else None)


def _last_year_with_figures(clean: str, issued: int | None) -> int | None:
    best: int | None = None
    for match in _GOAL_YEAR.finditer(clean):
        year = int(match[1])
        if issued is not None and not issued <= year <= issued + 30:
            continue
        rest = re.split(r"20\d\d年", clean[match.end() : match.end() + 400])[0]
        # 到2029年,…实现。规模…达到40%: a date that opens its paragraph rules the sentences behind it too.
        opens = re.search(
            r"(?:^|\n)\W*(?:[(（]?[一二三四五六七八九十\d]+[)）、.])?[^\n。,，]{0,10}到$",
            clean[max(0, match.start() - 24) : match.start()],
        )
        rest = (re.sub(r"\n\s*+(?=——)", "", rest) if opens else re.split("。", rest)[0]).split("\n\n")[0]
        rest = rest if opens else rest.split("\n")[0]
        if _FIGURE.search(rest) and (best is None or year > best):
            best = year
    return best
