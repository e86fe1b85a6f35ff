"""我的工作: groups, counts, changes by others, what was handed out."""

import datetime as dt

import pytest
from tests.conftest import signed_in
from tests.targets.samples import make_plan, make_target
from tests.tasks.samples import make_duty, make_task

from lianshu.insight import selectors
from lianshu.insight.changes import recent_changes
from lianshu.tasks import services


@pytest.mark.parametrize(
    ("due", "group"),
    [
        (None, "undated"),
        (dt.date(2026, 7, 9), "late"),
        (dt.date(2026, 7, 10), "soon"),
        (dt.date(2026, 7, 15), "soon"),
        (dt.date(2026, 7, 16), "later"),
    ],
)
def test_groups_follow_the_working_week(today, due, group):
    assert selectors.group_of(due, today) == group


def test_the_rest_of_the_week_has_a_group_of_its_own():
    assert selectors.group_of(dt.date(2026, 7, 10), dt.date(2026, 7, 6)) == "week"


def test_every_kind_of_work_of_the_own_unit_appears_once(world, today):
    make_task(world, "查缺补链", dt.date(2026, 7, 1))
    make_task(world, "别家的事", lead_unit=world.other_department)
    make_duty(world, "走访企业", unit=world.department, chain=None, starts=dt.date(2026, 7, 1))
    plan = make_plan(world)
    make_target(
        world, "企业", "20", basis="added", measure="家", period="annual", plan=plan, unit=world.department
    )
    services.notice_send(world.owner, to_unit=world.department, title="催办", text="文")
    agenda = selectors.agenda(world.department_user, today)
    kinds = [item.kind for items in agenda.groups.values() for item in items]
    assert sorted(kinds) == ["任务", "填报", "履职", "督办单"]
    assert agenda.late == 1 and agenda.filings == 1
    page = signed_in(world.department_user).get("/").content.decode()
    assert "查缺补链" in page and "别家的事" not in page and "DB-2026-001" in page


def test_changes_by_others_in_what_one_answers_for(world):
    mine, other = make_task(world), make_task(world, "别家", lead_unit=world.other_department)
    for task in (mine, other):
        services.task_report(world.owner, task, progress=10, text="x")
    since = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    found = recent_changes(world.department_user, since=since)
    assert [change.entry.object_id for change in found] == [str(mine.pk)]
    assert found[0].url == f"/tasks/{mine.pk}/"
    assert recent_changes(world.owner, since=since) == []
    assert recent_changes(world.stranger, since=since) == []
    assert "梳理缺失环节" in signed_in(world.department_user).get("/recent/").content.decode()


def test_what_i_handed_out_says_in_whose_hands_it_is(world, today):
    task = make_task(world, lead_unit=None)
    services.task_hand_out(world.owner, task, lead_unit=world.park, due=dt.date(2026, 8, 1))
    item = selectors.handed_out(world.owner, today)[0]
    assert "青澜高新区管委会" in item.why and item.due == dt.date(2026, 8, 1)
    services.task_finish(world.owner, task, text="完成")
    assert selectors.handed_out(world.owner, today) == []


def test_an_administrator_has_an_empty_page_not_an_error(world):
    for who in ("system_admin", "security_admin", "audit_admin", "observer"):
        answer = signed_in(world.people[who]).get("/")
        assert answer.status_code == 200


def test_the_page_needs_no_query_per_row(as_owner, world, django_assert_max_num_queries):
    for number in range(20):
        make_task(world, f"任务{number}", lead_unit=world.office)
        services.task_report(world.owner, make_task(world), progress=1, text="x")
    with django_assert_max_num_queries(60):
        as_owner.get("/")
