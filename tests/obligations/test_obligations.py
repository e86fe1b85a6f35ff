"""What waits is a row: it follows its object, is held by the right people, and is compared with the facts."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import make_user
from tests.tasks.samples import make_duty, make_task

from lianshu.core import health
from lianshu.obligations import registration, selectors, services
from lianshu.obligations.models import Obligation
from lianshu.obligations.sources import Kind, declare, kind_of
from lianshu.tasks import services as tasks
from lianshu.tasks.models import Task

TODAY = dt.date(2026, 7, 10)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)


def keys(user) -> set[str]:
    return set(selectors.mine(user, TODAY).values_list("key", flat=True))


def test_a_row_follows_its_object_to_its_end(world):
    task = make_task(world, chain=world.chain)
    row = Obligation.objects.get(key=f"task:{task.pk}")
    assert (row.unit, row.chain, row.due, row.kind) == (world.department, world.chain, task.due, "task")
    tasks.task_hand_out(world.owner, task, lead_unit=world.park, due=dt.date(2026, 8, 1))
    row.refresh_from_db()
    assert (row.unit, row.due, row.given_by, row.given_on) == (world.park, task.due, world.owner, TODAY)
    tasks.task_cancel(world.owner, task, reason="合并到别的任务")
    assert not Obligation.objects.filter(key=row.key).exists()


def test_each_holds_what_is_his(world):
    mine = make_task(world, "科技局的", chain=world.chain)
    nobodys = make_task(world, "没人的", lead_unit=None, chain=world.chain)
    elsewhere = make_task(world, "园区的", lead_unit=world.park)
    chiefs = make_duty(world, "链长每季度调研", every="quarter", unit=None, who="链长")
    visits = {f"occurrence:{row.pk}" for row in chiefs.occurrences.all()}
    assert keys(world.department_user) == {f"task:{mine.pk}"}
    # what nobody leads waits for who hands out, and for the chain's own office until then
    assert f"task:{nobodys.pk}" in keys(world.owner) and f"task:{nobodys.pk}" in keys(world.colleague)
    assert f"task:{elsewhere.pk}" not in keys(world.owner) | keys(world.colleague)
    assert keys(world.chief) & visits and not keys(world.owner) & visits
    assert keys(world.stranger) == set()
    assert keys(world.people["system_admin"]) == set()


def test_a_unit_limited_grant_of_another_unit_holds_nothing(world):
    task = make_task(world)
    other = make_user(
        "other", "财政局小赵", "responsible_unit", world.county, unit=world.other_department, own=True
    )
    assert f"task:{task.pk}" not in keys(other)


def test_returns_wait_from_six_weeks_before_their_day_and_supporters_are_not_counted(world):
    duty = make_duty(world, "年度总结", every="year")
    duty.support_units.add(world.department)
    services.follow(duty)
    (row,) = duty.occurrences.filter(due__year=2026)
    waiting = Obligation.objects.filter(key__startswith=f"occurrence:{row.pk}")
    assert {(one.unit, one.counted) for one in waiting} == {
        (world.chain_office, True), (world.department, False),
    }  # fmt: skip
    assert not keys(world.department_user)
    soon = dt.date(2026, 12, 1)
    assert selectors.mine(world.department_user, soon).count() == 1
    tallies = selectors.tallies(world.owner, [world.chain], soon)
    assert tallies[world.chain.pk]["duty"].open == 1


def test_the_comparison_tells_what_is_missing_wrong_and_too_much_and_puts_it_right(world):
    first, second = make_task(world, "甲"), make_task(world, "乙")
    assert services.differences() == []
    Task.objects.filter(pk=first.pk).update(title="改名")
    Obligation.objects.filter(key=f"task:{second.pk}").update(key="task:999999")
    told = "\n".join(services.differences())
    assert f"task:{first.pk} 不符：title=甲（应为 改名）" in told
    assert f"task:{second.pk} 缺失" in told and "task:999999 多余" in told
    assert registration.waiting_is_true(True).light == "amber"
    assert registration.compare() == 3 and services.differences() == []
    assert registration.waiting_is_true(False).light == "amber", "last night's finding stays told"
    assert registration.waiting_is_true(True).light == "green"
    assert any(line.key == "obligations" for line in health.lines())


def test_many_objects_are_followed_in_a_few_queries(world):
    made = [Task.objects.create(region=world.county, title=f"任务{n}", due=TODAY) for n in range(60)]
    with CaptureQueriesContext(connection) as queries, services.collected():
        for task in made:
            services.follow(task)
    assert Obligation.objects.count() == 60
    assert len(queries) <= 8


def test_a_refused_block_leaves_no_note_behind(world):
    task = make_task(world)
    with pytest.raises(ZeroDivisionError), services.collected():
        Task.objects.filter(pk=task.pk).update(title="不算数")
        services.follow(task)
        raise ZeroDivisionError
    assert Obligation.objects.get(key=f"task:{task.pk}").title == "梳理缺失环节"
    Task.objects.filter(pk=task.pk).update(title="梳理缺失环节")


def test_a_code_is_one_kind():
    with pytest.raises(ValueError, match="two kinds"):
        declare(Kind("task", "别的"))
    assert kind_of("task").word == "任务"


@pytest.mark.parametrize(
    ("tally", "light", "words"),
    [
        (selectors.Tally(3, 1, 1), "red", "滞后 1／共 3"), (selectors.Tally(3, 0, 2), "amber", "临期 2／共 3"),
        (selectors.Tally(3), "green", "在办 3"), (selectors.Tally(), "grey", "在办 0"),
    ],
)  # fmt: skip
def test_one_number_has_one_meaning(tally, light, words):
    assert (tally.light, tally.words) == (light, words)


def test_the_day_decides_the_light():
    days = [
        (None, "grey"),
        (TODAY - dt.timedelta(days=1), "red"),
        (TODAY, "amber"),
        (dt.date(2026, 7, 15), "amber"),
    ]
    assert [selectors.light_of(day, TODAY) for day, _ in days] == [light for _, light in days]
    assert selectors.light_of(dt.date(2026, 7, 16), TODAY) == "green"
