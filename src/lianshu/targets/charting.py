"""What a target's chart draws: like against like.

What comes about in the course of a year (产值、新增家数) is shown as its running sum against the path of the
same sum, and the single periods in a panel of their own: a month held against a year's demand would look
like a failure. A stock or a rate is held against its path as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lianshu.reference.periods import Kind

from . import figures, pace
from .models import Indicator, Target

Years = Mapping[int, Decimal]

#: [day, value or None where the line breaks, what the point is]
Point = list[Any]

#: kinds of period from the shortest, with the words over their bars
_BARS = {
    Kind.WEEK: "每周数",
    Kind.MONTH: "每月数",
    Kind.QUARTER: "每季数",
    Kind.HALF: "每半年数",
    Kind.YEAR: "每年数",
}


def runs(target: Target) -> bool:
    """Whether the target's figures are sums that grow from a beginning."""
    return target.indicator.nature in (Indicator.Nature.FLOW, Indicator.Nature.YTD)


def running_since(
    target: Target, years: Years, values: Sequence[figures.Figure], today: dt.date
) -> dt.date | None:
    """The day from which everything is added up; None where every January begins anew (as `pace` judges)."""
    schedule = pace.schedule_of(target, years, values, today)
    if schedule is None or schedule.yearly or not pace.counts_up(target):
        return None
    return schedule.start


def running_name(target: Target, years: Years, values: Sequence[figures.Figure], today: dt.date) -> str:
    """What the running sums are called; "" for what does not run."""
    if not runs(target):
        return ""
    since = running_since(target, years, values, today)
    return f"自{since.year}年{since.month}月累计" if since else "自1月累计"


def running(
    target: Target, years: Years, values: Sequence[figures.Figure], today: dt.date
) -> dict[str, figures.Sum]:
    """{period code: the sum up to the period's end}; empty for what does not run."""
    if not runs(target):
        return {}
    since = running_since(target, years, values, today)
    found = {}
    for one in values:
        end = one.period.end
        start = since or dt.date(end.year, 1, 1)
        known = [other for other in values if other.period.end <= end]
        total = figures.span_total(known, target.indicator.nature, start, end, end)
        if total is not None and one.period.kind in _BARS:
            found[one.period.code] = total
    return found


def chart(target: Target, years: Years, values: Sequence[figures.Figure], today: dt.date) -> dict[str, Any]:
    """Names, path, figures and bars for the page's script; amounts in ``target.measure``."""
    cap = target.op == Target.Op.AT_MOST
    yearly = pace.path(target, years, values, today)
    drawn: dict[str, Any] = {"unit": target.measure, "bars": [], "bars_name": ""}
    if not runs(target):
        return drawn | {
            "path_name": "上限" if cap else "目标路径",
            "figures_name": "填报数",
            "path": [[f"{year}-12-31", float(value), f"{year}年末"] for year, value in yearly],
            "figures": [[one.period.end.isoformat(), float(one.amount), one.period.text] for one in values],
            "zero": False,
        }
    since = running_since(target, years, values, today)
    sums = running(target, years, values, today)
    return (
        drawn
        | {
            "path_name": "时序上限" if cap else "时序应达",
            "figures_name": running_name(target, years, values, today),
            "path": _slope(since, yearly) if since else _teeth(target, yearly),
            "figures": _sums(values, sums, since),
            "zero": True,
        }
        | _bars(target, values)
    )


def _slope(since: dt.date, yearly: Sequence[tuple[str, Decimal]]) -> list[Point]:
    """One line from nothing on the first day to the demand on the last."""
    ends = [
        [f"{year}-12-31", float(value), f"{year}年末"] for year, value in yearly if int(year) >= since.year
    ]
    return [[since.isoformat(), 0.0, "起点"], *ends]


def _teeth(target: Target, yearly: Sequence[tuple[str, Decimal]]) -> list[Point]:
    """A line per year from nothing in January to the year's demand; the baseline's year is no demand."""
    found: list[Point] = []
    for year, value in yearly:
        if target.baseline is not None and year == target.baseline_period[:4]:
            continue
        found += [
            [f"{year}-01-01", 0.0, f"{year}年初"],
            [f"{year}-12-31", float(value), f"{year}年末"],
            [f"{year}-12-31", None, ""],
        ]
    return found


def _sums(
    values: Sequence[figures.Figure], sums: Mapping[str, figures.Sum], since: dt.date | None
) -> list[Point]:
    found: list[Point] = []
    year = 0
    for one in values:
        total = sums.get(one.period.code)
        if total is None:
            continue
        end = one.period.end
        if found and found[-1][0] == end.isoformat():
            # a quarter and its last month end together and say the same
            continue
        if not found or (since is None and end.year != year):
            if found:
                found.append([end.isoformat(), None, ""])
            start = since or dt.date(end.year, 1, 1)
            if one.period.start <= start:
                found.append([start.isoformat(), 0.0, "起点"])
        year = end.year
        words = f"截至{one.period.text}" + ("（中间有缺数）" if total.gaps else "")
        found.append([end.isoformat(), float(total.amount), words])
    return found


def _bars(target: Target, values: Sequence[figures.Figure]) -> dict[str, Any]:
    """The single periods of the shortest kind there is; figures that are sums already have none."""
    if target.indicator.nature == Indicator.Nature.YTD:
        return {}
    kind = next((kind for kind in _BARS if any(one.period.kind is kind for one in values)), None)
    if kind is None:
        return {}
    found = []
    for one in values:
        if one.period.kind is kind:
            middle = one.period.start + dt.timedelta(days=one.period.days // 2)
            found.append([middle.isoformat(), float(one.amount), one.period.text])
    return {"bars": found, "bars_name": _BARS[kind]}
