"""Entering, conflicting, approving, locking and returning figures."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.factories import make_user

from lianshu.core.errors import LianshuError
from lianshu.core.scope import SYSTEM
from lianshu.obligations.selectors import mine
from lianshu.targets import selectors, services
from lianshu.targets.models import Observation

from .samples import make_plan, make_target

TODAY = dt.date(2026, 7, 10)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)


def record(user, target, value, period="2026-06", **values):
    return services.observation_record(user, target=target, period=period, value=value, today=TODAY, **values)


def test_a_second_figure_of_the_same_unit_replaces_the_first_and_keeps_it(world):
    target = make_target(world)
    record(world.owner, target, "120")
    second = record(world.owner, target, " 1,25.5 ".replace("1,25.5", "125.5"))
    assert list(Observation.objects.visible_to(world.owner).filter(superseded=False)) == [second]
    assert Observation.objects.visible_to(world.owner).count() == 2
    assert record(world.owner, target, "125.5").pk == second.pk


def test_two_units_stand_side_by_side_and_are_told_apart(world):
    target = make_target(world)
    record(world.owner, target, "120")
    record(world.owner, target, "118", unit=world.department)
    row = selectors.value_rows(selectors.lines([target], TODAY)[0].observations)[0]
    assert row.disputed and len(row.by_unit) == 2
    assert "不一致" in selectors.lines([target], TODAY)[0].pace.why


def test_the_approved_figure_counts_against_a_later_one(world):
    target = make_target(world)
    first = record(world.owner, target, "120")
    services.observation_approve(world.owner, first)
    record(world.owner, target, "150", unit=world.department)
    assert selectors.lines([target], TODAY)[0].pace.actual == 120


@pytest.mark.parametrize("text", ["十二", "", "1e20", "nan", "0.1234567"])
def test_what_is_no_figure_is_refused_with_a_sentence(world, text):
    with pytest.raises(LianshuError) as refusal:
        record(world.owner, make_target(world), text)
    assert refusal.value.code == "E2001" and refusal.value.problems[0][0] == "value"


@pytest.mark.parametrize("period", ["2026-13", "2026-08", "2026-W09", "FYP15", "x"])
def test_periods_that_cannot_be_reported_are_refused(world, period):
    with pytest.raises(LianshuError) as refusal:
        record(world.owner, make_target(world), "1", period=period)
    assert refusal.value.problems[0][0] == "period"


def test_approved_figures_are_locked_until_returned(world):
    target = make_target(world)
    row = record(world.owner, target, "120")
    services.observation_approve(world.owner, row)
    with pytest.raises(LianshuError) as refusal:
        record(world.owner, target, "130")
    assert refusal.value.code == "E3001"
    services.observation_return(world.owner, row, reason="口径不对")
    assert selectors.lines([target], TODAY)[0].pace.light == "grey"
    record(world.owner, target, "130")
    assert selectors.lines([target], TODAY)[0].pace.actual == 130


def test_only_the_upper_level_unlocks_what_it_confirmed(world):
    target = make_target(world)
    row = record(world.owner, target, "120")
    services.observation_approve(world.owner, row)
    city = make_user("city", "市总链办", "general_office", world.city)
    services.observation_approve(city, row)
    row.refresh_from_db()
    assert row.state == Observation.State.CONFIRMED
    with pytest.raises(LianshuError) as refusal:
        services.observation_return(world.owner, row, reason="想改")
    assert refusal.value.code == "E3001"
    services.observation_return(city, row, reason="请核对")
    row.refresh_from_db()
    assert row.state == Observation.State.RETURNED and row.reason == "请核对"


def test_the_stranger_can_neither_see_nor_enter(world):
    target = make_target(world)
    with pytest.raises(LianshuError) as refusal:
        record(world.stranger, target, "1")
    assert refusal.value.code == "E1001"
    with pytest.raises(LianshuError) as hidden:
        selectors.target_of(world.stranger, target.pk)
    assert hidden.value.code == "E1002"


def test_a_department_enters_only_what_it_answers_for(world):
    own = make_target(world, unit=world.department)
    other = make_target(world, "税收", unit=world.other_department)
    assert record(world.department_user, own, "5").unit == world.department
    with pytest.raises(LianshuError):
        record(world.department_user, other, "5")


def test_an_emptied_cell_takes_the_own_figure_back_only(world):
    target = make_target(world)
    mine = record(world.owner, target, "120")
    services.observation_withdraw(world.owner, mine, target=target)
    assert not selectors.observations_by_key([target])
    others = record(world.owner, target, "1", unit=world.department)
    with pytest.raises(LianshuError):
        services.observation_withdraw(world.owner, others, target=target)


def test_figures_owed_are_those_of_the_own_unit_and_vanish_when_entered(world):
    plan = make_plan(world)
    target = make_target(
        world, "企业", "20", basis="added", measure="家", period="annual", plan=plan, unit=world.department
    )
    owed = mine(world.department_user, TODAY).filter(kind="figure")
    assert [row.object_id for row in owed] == [str(target.pk)]
    assert not mine(world.owner, TODAY).filter(kind="figure").exists()
    record(world.department_user, target, "3")
    assert not owed.all().exists()


def test_the_system_may_enter_simulated_figures(world):
    target = make_target(world, simulated=True)
    row = record(SYSTEM, target, Decimal("7"), unit=world.department)
    assert row.simulated and row.by is None


def test_a_thousand_targets_need_no_more_queries_than_one(world, django_assert_num_queries):
    rows = [make_target(world, f"指标{number}") for number in range(12)]
    with django_assert_num_queries(2):
        assert len(selectors.lines(rows, TODAY)) == 12
