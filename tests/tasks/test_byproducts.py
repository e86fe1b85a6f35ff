"""What is done elsewhere fulfils a duty, once, for the right chain and period."""

import datetime as dt

import pytest

from lianshu.organisation.models import Unit
from lianshu.tasks.byproducts import byproduct_for, count_byproduct, uncount_byproduct
from lianshu.tasks.models import Occurrence

from .samples import make_duty


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("更新完善产业链全景图、现状图", "chart_published"),
        ("组织外出专题招商活动不少于4次", "trip"),
        ("举办项目集中签约不少于2次", "signing"),
        ("书面向总链办汇报工作情况", "report_filed"),
        ("常态化开展培训", "training"),
        ("按时发放补助", ""),
    ],
)
def test_a_dutys_words_name_what_fulfils_it(what, kind):
    assert byproduct_for(what) == kind


def test_four_trips_a_year_are_counted_from_trips(world):
    duty = make_duty(world, "组织外出专题招商活动不少于4次", "year", times=4, counts="trip")
    other = make_duty(
        world, "组织外出招商", "year", times=1, counts="trip", chain=world.other_chain, unit=None
    )
    trips = [Unit.objects.create(region=world.county, name=f"行程{n}") for n in range(4)]
    for number, trip in enumerate(trips):
        grown = count_byproduct(
            world.owner, "trip", trip, on=dt.date(2026, 2 + number, 3), chain=world.chain,
            unit=world.chain_office,
        )  # fmt: skip
        assert [row.duty for row in grown] == [duty]
    # telling it twice counts once
    assert count_byproduct(world.owner, "trip", trips[0], on=dt.date(2026, 2, 3), chain=world.chain) == []
    row = duty.occurrences.get(period="2026")
    assert (row.done, row.state) == (4, Occurrence.State.DONE)
    assert other.occurrences.get(period="2026").done == 0
    assert uncount_byproduct(world.owner, trips[3]) == 1
    row.refresh_from_db()
    assert (row.done, row.state) == (3, Occurrence.State.OPEN)


def test_a_report_filed_late_counts_for_its_own_month(world):
    duty = make_duty(world, counts="report_filed")
    report = Unit.objects.create(region=world.county, name="六月月报")
    count_byproduct(world.colleague, "report_filed", report, chain=world.chain, period="2026-06")
    assert duty.occurrences.get(period="2026-06").done == 1
    assert duty.occurrences.get(period="2026-07").done == 0


def test_what_is_done_in_time_counts_for_the_month_still_open(world):
    """Owed by the tenth of the month after: what happens until then answers the month before."""
    duty = make_duty(world, counts="visit", due="次月10日前")

    def visit(day):
        log = Unit.objects.create(region=world.county, name=f"走访{day}")
        grown = count_byproduct(world.colleague, "visit", log, on=day, chain=world.chain)
        return [row.period for row in grown]

    assert visit(dt.date(2026, 7, 8)) == ["2026-06"]
    assert visit(dt.date(2026, 7, 9)) == ["2026-07"]  # June is answered already
    assert visit(dt.date(2026, 5, 20)) == ["2026-05"]
    report = Unit.objects.create(region=world.county, name="三月月报")
    duty.counts = "report_filed"
    duty.save()
    count_byproduct(world.colleague, "report_filed", report, chain=world.chain, period="2026-03")
    assert duty.occurrences.get(period="2026-03").done == 1


def test_nothing_counts_across_counties(world):
    make_duty(world, counts="visit")
    visit = Unit.objects.create(region=world.neighbour, name="邻县走访")
    assert count_byproduct(world.stranger, "visit", visit, chain=world.foreign_chain) == []


def test_an_unknown_kind_is_a_programming_error(world):
    with pytest.raises(KeyError):
        count_byproduct(world.owner, "no-such-kind", world.office)
