"""Cadences: every week, month, quarter, half-year or year, on an event, or without a stated period.

``every`` and ``times`` follow the sections "Recurring" and "Periods and cadences" of ``policies/SCHEMA.md``: 每两个月
is ``month`` with 0.5 times, 每半个月 ``month`` with 2; 定期, 常态化, 持续, 日常 and 平时 have no period (``None``); 适时,
根据需要, 及时 and 在规定时间内 are ``event``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lianshu.policy.lexicon import choice
from lianshu.reference.numerals import integer_or_none

_ACTS = choice("cadences", "acts")
_NUMBER = r"(?:(?<!\d)\d+|(?<![一二两三四五六七八九十])[一二两三四五六七八九十]+)"
#: 今年年底, 2025年底, 到年底: a date and no cadence.
_DATED = r"(?<![\d今明去本当上后翌次到至])"
# The look at the first character spares the alternatives at most places of a text.
_FIRST = "(?=[每半双按逐次一二两三四五六七八九十\\d季月周旬年不定常经长多滚制平日持继适根视随必在第因及])"
_CADENCE = re.compile(
    rf"{_FIRST}(?:"
    r"(?P<half_month>每半个?月|半月(?=一|调度|通报|会商|例会|报))"
    rf"|每(?P<many>{_NUMBER})个?(?P<many_unit>年|季度?|月|周|星期|天)(?=[^\d度])"
    rf"|(?<![\d第每近上下])(?P<once>{_NUMBER})个?(?P<once_unit>年|季度?|月|周)(?=一(?:次|{_ACTS}))"
    r"|(?P<two_month>双月(?=调度|通报|例会|会商))"
    r"|(?P<half_year>每个?半年|每半年度?|(?<![上下前后])半年(?=一|度|(?:开展|组织|召开|举行|进行)一次|小结|报告|总结|调度|通报|评估|会商|考核|督查))"
    rf"|(?P<year>每一?个?年度?(?:的?年?(?:初|底|末|终|中)(?!期))?|按年(?!均)度?|逐年(?=度?(?:制定|编制|下达|分解|考核|评估|报告))|一年一(?=次|{_ACTS}))"
    rf"|(?P<quarter>每一?个?季度?(?:初|末)?|按季度?|逐季|一季度?一(?=次|{_ACTS})|季度末)"
    rf"|(?P<month>每一?个?月(?:初|底|末)?|按月|逐月|一月一(?=次|{_ACTS})|月末(?=前?[^,;。]{0, 6}报))"
    r"|(?P<ten_days>每旬|按旬)"
    rf"|(?P<week>每一?个?(?:周|星期)|按周|逐周|一周一(?=次|{_ACTS}))"
    r"|(?P<day>每天|每日|逐日|按日)"
    rf"|(?<![\d一二两三四五六七八九十每本当今明去上下个单双全])(?P<short>周|旬|月|季|季度|半年|月度|年(?={_ACTS}(?:[、,;。”)]|制|机|会|和|及|等|一次|$)))(?:一)?(?={_ACTS}|报(?:[、,;。”)和及制]|$))"
    r"|(?P<next_year>次年(?:年?[初底末]|\d{1,2}月(?:\d{1,2}日|[初底末])?)(?:之?前)?(?=[^,;。]{0,12}(?:报|通报|公布|完成|提交|总结|考核|兑现)))"
    r"|(?P<next_month>次月(?:\d{1,2}[日号]|[上中]旬|[前第]\d个?工作日)(?:之前|以前|前|内)(?=[^,;。]{0,12}(?:报|通报|公布|提交|总结)))"
    rf"|(?<![\d今明去本当上跨多])年度(?P<yearly>{choice('cadences', 'yearly_things')})"
    rf"|{_DATED}(?P<year_part>(?<![每\d年])年(?:初|底|末|终|中)(?!期))(?!之?前|以前|,?(?:全市|全县|全省|力争|达|完成))"
    r"|(?P<irregular>不定期)|(?P<regular>定期(?:不定期|或不定期|和不定期)?|(?:常态化|经常性|经常|不间断|长期性|多批次|滚动式|制度化常态化|[常长]年(?=开展|举办|组织|驻|派))(?!制度化))"
    rf"|(?P<usual>平时(?={_ACTS}))|日常(?P<daily>{choice('cadences', 'daily_acts')})(?!工作|事务)"
    r"|(?P<going_on>持续|继续)"
    r"|(?P<event>适时|根据(?:工作|实际|发展)?需要|视(?:工作)?(?:情况?|需要?)|按需(?!求)|随时|必要时|在规定(?:的)?(?:时间|时限|期限)内|第一时间|因时因势)"
    rf"|及时(?P<prompt>地)?(?={choice('cadences', 'prompt_acts')})"
    r")"
)
_TIMES = re.compile(
    rf"(?P<low>{_NUMBER})(?:(?:-|至|到){_NUMBER})?(?:余)?(?:次|场次|场|轮|回|期|批次|批)(?!代|会议精神|全会|产业|党代)"
)
_MONTHS = re.compile(r"(?:的|于|在)?(?:\d{1,2}月?(?:、|和|及))+\d{1,2}月(?:份)?(?=各)")
_OTHER_PERIOD = re.compile(r"每(?!一?个?月)|[按逐][季年周]|季度|半年|年度|周")
_HELD = re.compile(choice("cadences", "held"))
_HOLDING = re.compile(rf"{choice('cadences', 'holding')}")
_STATES = re.compile(choice("cadences", "states"))
_MAKING = re.compile(choice("cadences", "making"))
_SHORT = {
    "周": "week",
    "旬": "month",
    "月": "month",
    "月度": "month",
    "季": "quarter",
    "季度": "quarter",
    "半年": "half-year",
    "年": "year",
}
_UNIT = {"年": "year", "季": "quarter", "季度": "quarter", "月": "month", "周": "week", "星期": "week"}


@dataclass(frozen=True, slots=True)
class Cadence:
    """A word of cadence at ``[start, end)``. ``times`` is the factor that the word itself gives (0.5 for
    每两个月), ``rule`` names its kind, ``confidence`` how surely it announces a duty."""

    start: int
    end: int
    every: str | None
    times: float
    rule: str
    confidence: float
    reason: str = ""


def _many(match: re.Match[str]) -> tuple[str | None, float]:
    count = integer_or_none(match["many"] or match["once"])
    if count is None:
        return None, 1
    unit = match["many_unit"] or match["once_unit"]
    if unit == "天":
        return None, 1
    if unit == "月" and count == 3:
        return "quarter", 1
    if unit == "月" and count == 6:
        return "half-year", 1
    if unit == "月" and count == 12:
        return "year", 1
    return _UNIT[unit], round(1 / count, 6) if count else 1


_PLAIN = {"half_month": ("month", 2.0), "two_month": ("month", 0.5), "half_year": ("half-year", 1.0), "year": ("year", 1.0),
          "quarter": ("quarter", 1.0), "month": ("month", 1.0), "ten_days": ("month", 3.0), "week": ("week", 1.0)}  # fmt: skip


def _cadence(match: re.Match[str], clean: str) -> Cadence | None:
    start, end = match.span()
    for group, (every, times) in _PLAIN.items():
        if match[group]:
            return Cadence(start, end, every, times, f"cadence.{group}", 0.92)
    before = re.split(r"[,;。:\n]", clean[max(0, start - 60) : start])[-1]
    after = re.split(r"[,;。\n]", clean[end : end + 60])[0]
    if match["many"] or match["once"]:
        every_n, factor = _many(match)
        return Cadence(start, end, every_n, factor, "cadence.many", 0.9)
    if match["next_year"]:  # 于次年1月底前通报
        return Cadence(start, end, "year", 1, "cadence.next_year", 0.75, "“次年…前”按每年一次理解")
    if match["next_month"]:  # 于次月10日前报送; with another period in its sentence it is that one's day
        said = re.split(r"[;。\n]", clean[max(0, start - 60) : start])[-1]
        if _OTHER_PERIOD.search(said):
            return None
        return Cadence(start, end, "month", 1, "cadence.next_month", 0.75, "“次月…前”按每月一次理解")
    if match["day"]:
        return Cadence(start, end, None, 1, "cadence.day", 0.6, "每日的事，没有对应的周期")
    if match["short"]:
        times = 3.0 if match["short"] == "旬" else 1.0
        return Cadence(start, end, _SHORT[match["short"]], times, "cadence.short", 0.85)
    if match["yearly"]:
        return _yearly(start, end, before, after)
    if match["year_part"]:
        if not after or re.match(r"[、)”]", after) or re.search(r"\d$|(?:到|至|今|明)$", before):
            return None
        return Cadence(start, end, "year", 1, "cadence.year_part", 0.8)
    if match["irregular"]:
        return Cadence(start, end, "event", 1, "cadence.irregular", 0.6, "不定期：按事件理解")
    if match["regular"]:
        if match["regular"].startswith(("常态", "经常", "长期")) and re.match(
            r"(?:机制|制度|$|、|”|化|防控|长效|格局|运行)", after
        ):
            return None
        return Cadence(start, end, None, 1, "cadence.regular", 0.85)
    if match["usual"] or match["daily"]:
        return Cadence(start, end, None, 1, "cadence.daily", 0.75)
    if match["going_on"]:
        return _going_on(start, end, after)
    if match["event"]:
        return Cadence(start, end, "event", 1, "cadence.event", 0.85)
    if re.search(r"(?:帮助|便于|方便|使|让|引导)[^,]{0,10}$", before):
        return None
    return Cadence(start, end, "event", 1, "cadence.prompt", 0.65, "“及时”可能只是要求，不是单独的任务")


def _yearly(start: int, end: int, before: str, after: str) -> Cadence | None:
    """年度工作任务: a plan, list or set of tasks for each year; its completion rate is none."""
    if re.match(r"(?:的)?(?:完成|进展|落实|情况|结果|指标|范围|内容|体系|重要)", after) or re.search(
        r"[“《]$", before
    ):
        return None
    if not _MAKING.search(before) and not _MAKING.search(after[:6]):
        return None
    if re.search(r"纳入[^,]*$|作为[^,]*$", before):
        return Cadence(
            start, end, "year", 1, "cadence.yearly", 0.55, "纳入年度考核等：只提到年度，不一定是单独的任务"
        )
    return Cadence(start, end, "year", 1, "cadence.yearly", 0.7, "年度计划、任务或考核，按每年一次理解")


def _going_on(start: int, end: int, after: str) -> Cadence | None:
    """持续 and 继续 announce a duty only with an activity that is held."""
    if re.match(r"[“(]", after) and not _HOLDING.search(after[:2]):
        return None
    holding = _HOLDING.match(after)
    if not holding and (
        _STATES.match(after) or not _HELD.search(after[:14]) or not re.match(r"[一-龥]", after)
    ):
        return None
    return Cadence(start, end, None, 1, "cadence.going_on", 0.65, "“持续”“继续”开展的活动，没有写明周期")


def find_cadences(clean: str) -> Iterator[Cadence]:
    """Every word of cadence that announces a duty, in order."""
    for match in _CADENCE.finditer(clean):
        cadence = _cadence(match, clean)
        if cadence is not None:
            yield cadence


def count_of(clause: str) -> float | None:
    """How many times the clause says (不少于4次 → 4, 一次 → 1), ``None`` where it does not say."""
    months = _MONTHS.match(clause)
    if months:  # 每年4月、10月各举办一次
        return float(len(re.findall("月", months[0])))
    match = _TIMES.search(clause)
    count = integer_or_none(match["low"]) if match else None
    return None if count is None else float(count)
