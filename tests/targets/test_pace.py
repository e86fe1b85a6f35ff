"""The light of a target: linear schedule, kinds of figures, caps, missing figures."""

import datetime as dt
from decimal import Decimal

import pytest

from lianshu.plans.models import Plan
from lianshu.reference.periods import Period
from lianshu.targets.figures import Figure, added, figures, span_total
from lianshu.targets.models import Indicator, Observation, Target
from lianshu.targets.pace import pace_of, path

MID_2026 = dt.date(2026, 7, 10)


def target(low="100", *, nature="stock", op=">=", basis="level", period="by:2027", measure="亿元", **values):
    plan = values.pop("plan", Plan(start_year=2024, end_year=2027))
    low = None if low is None else Decimal(low)
    indicator = Indicator(name="示例指标", unit=measure, nature=nature)
    return Target(
        name="示例指标", low=low, op=op, basis=basis, period=period, measure=measure,
        indicator=indicator, plan=plan, **values,
    )  # fmt: skip


def values(**by_code):
    return [
        Figure(Period.from_code(code.replace("y", "").replace("_", "-")), Decimal(str(amount)))
        for code, amount in by_code.items()
    ]


@pytest.mark.parametrize(
    ("figure", "light"),
    [("62.6", "green"), ("60", "amber"), ("50", "red"), ("100", "green")],
)
def test_stock_is_held_against_the_line_from_the_start_of_the_plan(figure, light):
    # 912 of 1461 days gone by the end of June 2026: 62.4 of 100 are due
    pace = pace_of(target(), {}, values(y2026_06=figure), MID_2026)
    assert pace.light == light
    assert round(pace.expected, 1) == Decimal("62.4")
    assert "截至2026年6月" in pace.why and pace.why.endswith("。")


def test_line_starts_at_the_baseline_and_the_year_after_it():
    one = target(baseline=Decimal(60), baseline_period="2023")
    pace = pace_of(one, {}, values(y2026_06=80), MID_2026)
    # 60 + 40 * 912/1461
    assert round(pace.expected, 2) == Decimal("84.97")
    assert pace.light == "amber" and pace.gap == 20


def test_no_figure_is_grey_and_says_so():
    pace = pace_of(target(), {}, [], MID_2026)
    assert pace.light == "grey" and "还没有填报数" in pace.why and pace.gap is None


def test_background_targets_are_not_judged():
    pace = pace_of(target(background=True), {}, values(y2026_06=1), MID_2026)
    assert pace.light == "grey" and "背景" in pace.why


def test_yearly_additions_add_up_inside_the_year_only():
    one = target("20", nature="flow", basis="added", period="annual", measure="家")
    figures_ = values(y2025Q4=9, y2026Q1=4, y2026Q2=5)
    pace = pace_of(one, {}, figures_, MID_2026)
    assert pace.actual == 9
    # 181 of 365 days: 9.9 firms, and nobody owes nine tenths of one
    assert pace.expected == 9 and pace.light == "green"


def test_additions_until_a_year_count_from_the_start_of_the_plan():
    one = target("40", nature="flow", basis="added", period="by:2027", measure="家")
    pace = pace_of(one, {}, values(y2024=10, y2025=8, y2026Q1=1, y2026Q2=1), MID_2026)
    assert pace.actual == 20 and pace.expected == 24 and pace.light == "red"
    assert "落后 4\N{NO-BREAK SPACE}家" in pace.why


def test_figures_cumulated_from_january_are_not_added():
    one = target("20", nature="ytd", basis="added", period="annual", measure="家")
    assert pace_of(one, {}, values(y2026_05=8, y2026_06=10), MID_2026).actual == 10
    until = target("40", nature="ytd", basis="added", period="by:2027", measure="家")
    assert pace_of(until, {}, values(y2025_11=9, y2025_12=12, y2026_06=10), MID_2026).actual == 22


def test_growth_every_year_holds_or_does_not():
    one = target("20", nature="rate", basis="growth", period="annual", measure="%")
    assert pace_of(one, {}, values(y2026Q2="20.3"), MID_2026).light == "green"
    assert pace_of(one, {}, values(y2026Q2="18.5"), MID_2026).light == "amber"
    assert pace_of(one, {}, values(y2026Q2="9"), MID_2026).light == "red"
    assert pace_of(one, {}, values(y2025="25"), MID_2026).light == "grey"


def test_times_in_a_year_are_floored_to_whole_ones():
    one = target("4", nature="flow", basis="times", period="annual", measure="次")
    pace = pace_of(one, {}, values(y2026Q1=0), dt.date(2026, 4, 5))
    assert pace.expected == 0 and pace.light == "green"
    assert pace_of(one, {}, values(y2026Q2=1), MID_2026).light == "green"
    assert pace_of(one, {}, values(y2026Q3=1), dt.date(2026, 10, 9)).light == "red"


def test_a_cap_is_judged_the_other_way_round():
    cap = target("35", op="<=", measure="个工作日", period="none")
    assert pace_of(cap, {}, values(y2026_06=34), MID_2026).light == "green"
    assert pace_of(cap, {}, values(y2026_06=37), MID_2026).light == "amber"
    assert pace_of(cap, {}, values(y2026_06=60), MID_2026).light == "red"
    falling = target("35", op="<=", measure="个工作日", baseline=Decimal(60), baseline_period="2023")
    # due by June 2026: 60 - 25 * 912/1461 = 44.4
    assert pace_of(falling, {}, values(y2026_06=44), MID_2026).light == "green"
    assert pace_of(falling, {}, values(y2026_06=55), MID_2026).light == "red"


def test_a_yearly_cap_may_be_used_up_but_not_exceeded():
    cap = target("10", op="<=", nature="flow", basis="added", period="annual", measure="起")
    assert pace_of(cap, {}, values(y2026Q2=4), MID_2026).light == "green"
    assert pace_of(cap, {}, values(y2026Q2=8), MID_2026).light == "amber"
    assert pace_of(cap, {}, values(y2026Q2=11), MID_2026).light == "red"


def test_a_range_is_reached_at_its_lower_end():
    one = target("24", high=Decimal(40), op="range", measure="家")
    assert pace_of(one, {}, values(y2026_06=24), MID_2026).light == "green"


def test_after_the_deadline_the_final_figure_decides():
    one = target(period="by:2025")
    assert pace_of(one, {}, values(y2025=99), MID_2026).light == "red"
    assert pace_of(one, {}, values(y2025=120), MID_2026).light == "green"
    late = pace_of(one, {}, values(y2025_06=80), MID_2026)
    assert late.light == "grey" and "期末" in late.why


def test_a_yearly_amount_is_prorated_inside_its_year():
    one = target("300", nature="flow", period="by:2027")
    # 300 by 2027 over four years: 225 in 2026, half of it by June
    pace = pace_of(one, {}, values(y2025=150, y2026Q1=60, y2026Q2=60), MID_2026)
    assert pace.actual == 120 and 111 < pace.expected < 112 and pace.light == "green"


def test_a_year_with_a_value_of_its_own_is_judged_by_it():
    one = target("100")
    years = {2025: Decimal(40), 2026: Decimal(60)}
    pace = pace_of(one, years, values(y2026_06=50), MID_2026)
    assert pace.goal == 60 and 49 < pace.expected < 50 and pace.light == "green"


def test_no_deadline_and_not_reached_is_grey():
    one = target(period="none", plan=None)
    assert pace_of(one, {}, values(y2026_06=80), MID_2026).light == "grey"
    assert pace_of(one, {}, values(y2026_06=100), MID_2026).light == "green"


def test_periods_are_not_counted_twice():
    found = added(
        values(y2026Q1=10, y2026_01=3, y2026_02=3, y2026_04=5), dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    )
    assert found.amount == 15 and not found.gaps
    gap = added(values(y2026_01=3, y2026_03=4), dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert gap.amount == 7 and gap.gaps
    assert span_total([], "flow", dt.date(2026, 1, 1), MID_2026, MID_2026) is None


def test_path_runs_from_baseline_to_deadline():
    one = target(baseline=Decimal(60), baseline_period="2023")
    assert [year for year, _ in path(one, {}, [], MID_2026)] == ["2023", "2024", "2025", "2026", "2027"]
    assert path(one, {}, [], MID_2026)[-1][1] == 100
    assert path(target(period="annual:2026-2027"), {2027: Decimal(5)}, [], MID_2026) == [
        ("2026", Decimal(100)),
        ("2027", Decimal(5)),
    ]


def test_figures_of_returned_observations_do_not_count():
    at = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)

    def one(pk, period, value, state):
        return Observation(pk=pk, period=period, value=Decimal(value), state=state, at=at)

    rows = [
        one(1, "2026-05", 5, "returned"),
        one(2, "2026-06", 6, "submitted"),
        one(3, "2026-06", 7, "approved"),
    ]
    found = figures(rows)
    assert [(figure.period.code, figure.amount, figure.disputed) for figure in found] == [
        ("2026-06", 7, True)
    ]
