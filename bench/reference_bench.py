"""Speed of the reference room: loading, finding regions in texts, counting working days.

The finder is stated in passes of rjieba over the same text in the same run, which holds on any machine.
Run: ``python bench/reference_bench.py``.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import rjieba

from lianshu.reference.region_finder import find_in_text
from lianshu.reference.regions import Level, regions
from lianshu.reference.workdays import WorkCalendar

FILLER = "推进产业链企业培育，加快重点项目建设；完善配套设施，组织专题招商活动，落实责任单位和完成时限。"


def timed(action: Callable[[], object], rounds: int = 5) -> float:
    """Median seconds of some rounds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def sample_text(length: int, seed: int = 7) -> str:
    """A text of our own with a county's name in every third sentence or so."""
    rng = random.Random(seed)
    counties = regions().current(Level.COUNTY)
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        parts.append(FILLER if rng.random() < 0.66 else regions().full_name(rng.choice(counties).code) + "，")
    return "".join(parts)[:length]


def main() -> None:
    """Print the figures."""
    start = time.perf_counter()
    table = regions()
    print(f"regions loaded: {len(table)} codes, {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    find_in_text("")
    find_in_text("咸宁市")
    print(f"finder's index: {time.perf_counter() - start:.2f} s, once per process")
    text = sample_text(100_000)
    rjieba.cut(text, False)
    passes = timed(lambda: rjieba.cut(text, False))
    finding = timed(lambda: find_in_text(text))
    print(
        f"finding in {len(text):,} characters: {len(find_in_text(text)):,} mentions, {finding * 1000:.0f} ms, "
        f"{finding / passes:.2f} passes of rjieba"
    )
    calendar = WorkCalendar()
    days = [date(2020, 1, 1) + timedelta(days=n % 4000) for n in range(20_000)]
    calendar.workdays_between(days[0], date(2031, 12, 31))
    seconds = timed(lambda: [calendar.add_workdays(day, 15) for day in days])
    print(f"add_workdays: {len(days) / seconds:,.0f} a second")
    seconds = timed(lambda: [calendar.workdays_between(days[0], day) for day in days])
    print(f"workdays_between over up to 11 years: {len(days) / seconds:,.0f} a second")


if __name__ == "__main__":
    main()
