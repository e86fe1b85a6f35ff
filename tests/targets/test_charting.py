"""What a target's chart draws: sums against the path of sums, months apart, levels as they are."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.targets.test_pace import target, values

from lianshu.targets.charting import chart, running, running_name
from lianshu.targets.pace import pace_of

TODAY = dt.date(2026, 4, 10)
MONTHS = values(y2025_11=4, y2025_12=6, y2026_01=7, y2026_02=8, y2026_03=9)
YEARS = {2025: Decimal(80), 2026: Decimal(100)}


def of_a_year():
    """年产值 100 by 2026 with 60 in 2024."""
    return target("100", nature="flow", period="by:2026", baseline=Decimal(60), baseline_period="2024")


def test_months_are_summed_from_january_and_drawn_apart():
    drawn = chart(of_a_year(), YEARS, MONTHS, TODAY)
    assert drawn["figures_name"] == "自1月累计" and drawn["path_name"] == "时序应达" and drawn["zero"]
    # a year that begins with a gap has no point of nothing; between two years the line breaks
    assert [point[1] for point in drawn["figures"]] == [4, 10, None, 0, 7, 15, 24]
    assert drawn["figures"][-1] == ["2026-03-31", 24.0, "截至2026年3月"]
    assert drawn["figures"][0][2] == "截至2025年11月（中间有缺数）"
    # the baseline's year demands nothing; every January begins at nothing
    assert [point[:2] for point in drawn["path"]] == [
        ["2025-01-01", 0.0], ["2025-12-31", 80.0], ["2025-12-31", None],
        ["2026-01-01", 0.0], ["2026-12-31", 100.0], ["2026-12-31", None],
    ]  # fmt: skip
    assert drawn["bars_name"] == "每月数" and [point[1] for point in drawn["bars"]] == [4, 6, 7, 8, 9]


def test_the_last_sum_is_the_amount_the_light_is_judged_by():
    one = of_a_year()
    judged = pace_of(one, YEARS, MONTHS, TODAY)
    assert running(one, YEARS, MONTHS, TODAY)["2026-03"].amount == judged.actual == 24


def test_what_is_added_over_several_years_runs_from_their_beginning():
    one = target("30", nature="flow", basis="added", period="by:2027", measure="家")
    drawn = chart(one, {}, values(y2024=5, y2025=8, y2026Q1=2), TODAY)
    assert drawn["figures_name"] == "自2024年1月累计"
    assert [point[1] for point in drawn["figures"]] == [0, 5, 13, 15]
    assert drawn["path"][0][:2] == ["2024-01-01", 0.0] and drawn["path"][-1][:2] == ["2027-12-31", 30.0]
    # years and quarters never share an axis
    assert drawn["bars_name"] == "每季数" and [point[1] for point in drawn["bars"]] == [2]


def test_figures_cumulated_by_the_reporter_are_not_added_again_and_have_no_bars():
    one = target("100", nature="ytd", period="annual")
    drawn = chart(one, {}, values(y2026_02=15, y2026_03=24), TODAY)
    assert [point[1] for point in drawn["figures"]] == [15, 24] and drawn["bars"] == []


@pytest.mark.parametrize("nature", ["stock", "rate"])
def test_a_level_is_held_against_its_path_as_it_is(nature):
    one = target("100", nature=nature, baseline=Decimal(60), baseline_period="2023")
    drawn = chart(one, {}, values(y2025=75, y2026_03=80), TODAY)
    assert [point[1] for point in drawn["figures"]] == [75, 80] and drawn["bars"] == []
    assert drawn["path"][0] == ["2023-12-31", 60.0, "2023年末"] and not drawn["zero"]
    assert running(one, {}, values(y2025=75), TODAY) == {} and running_name(one, {}, [], TODAY) == ""


def test_a_cap_is_called_a_cap():
    assert chart(target("5", nature="stock", op="<="), {}, [], TODAY)["path_name"] == "上限"
    capped = target("5", nature="flow", op="<=", period="annual", measure="起")
    assert chart(capped, {}, [], TODAY)["path_name"] == "时序上限"
