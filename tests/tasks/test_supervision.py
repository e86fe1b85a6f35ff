"""Supervision notices and circulars; the overdue list of the leading group."""

import datetime as dt

import pytest
from tests.conftest import signed_in
from tests.factories import make_user

from lianshu.core.errors import LianshuError
from lianshu.organisation.models import Unit
from lianshu.tasks import services
from lianshu.tasks.models import Notice

from .samples import make_duty, make_task


@pytest.fixture
def supervisor(world):
    group = Unit.objects.create(region=world.county, name="领导小组办公室", kind=Unit.Kind.LEADING_GROUP)
    return make_user("supervisor", "领导小组办小高", "supervisor", world.county, unit=group)


@pytest.mark.system("S021")
def test_the_leading_group_owns_the_decomposition_and_sees_what_is_overdue(world, supervisor):
    from tests.targets.samples import make_plan

    plan = make_plan(world)
    make_task(world, "做强主导产业", dt.date(2026, 6, 30), plan=plan, section="产业")
    make_task(world, "建设物流园", dt.date(2026, 12, 31), plan=plan, section="产业")
    client = signed_in(supervisor)
    table = client.get(f"/tasks/table/?plan={plan.pk}").content.decode()
    assert "做强主导产业" in table and "建设物流园" in table
    page = client.get("/supervision/").content.decode()
    assert "做强主导产业" in page and "建设物流园" not in page
    assert "青澜县科技局" in page and "超期 8 个工作日" in page
    # it commands the tasks of its table: dates and units are its to set
    task = plan.tasks.get(title="建设物流园")
    sent = {"lead_unit": world.park.pk, "due": "2026-11-30"}
    assert client.post(f"/tasks/{task.pk}/hand-out/", sent).status_code == 302
    task.refresh_from_db()
    assert task.lead_unit == world.park


def test_a_notice_goes_from_one_click_to_closing(world, supervisor):
    task = make_task(world)
    office, department = signed_in(supervisor), signed_in(world.department_user)
    form = office.get(f"/supervision/new/?task={task.pk}").content.decode()
    assert "梳理缺失环节" in form and "青澜县科技局" in form
    sent = {"kind": "supervision", "to_unit": world.department.pk, "title": "督办梳理", "text": "请抓紧。"}
    office.post(f"/supervision/new/?task={task.pk}", sent)
    notice = Notice.objects.visible_to(supervisor).get()
    assert (notice.number, notice.task, notice.due) == ("DB-2026-001", task, dt.date(2026, 7, 17))
    assert "DB-2026-001" in department.get("/").content.decode()
    department.post(f"/supervision/{notice.pk}/sign/")
    department.post(f"/supervision/{notice.pk}/answer/", {"answer": "人手不足，7月底完成"})
    notice.refresh_from_db()
    assert notice.state == "answered" and notice.signed_by == world.department_user
    office.post(f"/supervision/{notice.pk}/return/", {"reason": "没有措施"})
    department.post(f"/supervision/{notice.pk}/answer/", {"answer": "已增派两人"})
    office.post(f"/supervision/{notice.pk}/close/")
    notice.refresh_from_db()
    assert notice.state == "closed" and notice.closed_at is not None


def test_an_overdue_duty_is_supervised_and_numbers_run_on_by_kind(world):
    duty = make_duty(world)
    row = duty.occurrences.get(period="2026-06")
    page = signed_in(world.owner).get("/supervision/").content.decode()
    assert f"/supervision/new/?occurrence={row.pk}" in page
    first = services.notice_send(
        world.owner, to_unit=world.chain_office, title="催月报", text="请补报", occurrence=row
    )
    second = services.notice_send(world.owner, to_unit=world.park, title="二", text="二")
    circular = services.notice_send(world.owner, to_unit=world.park, title="通报", text="x", kind="circular")
    numbers = [one.number for one in (first, second, circular)]
    assert numbers == ["DB-2026-001", "DB-2026-002", "TB-2026-001"]
    assert first.chain == world.chain and circular.due is None
    park = make_user("park", "园区小赵", "responsible_unit", world.county, unit=world.park, own=True)
    services.notice_sign(park, circular)
    assert circular.state == "closed"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"title": " "}, "title"), ({"text": ""}, "text"), ({"due": dt.date(2026, 7, 1)}, "due")],
)
def test_an_incomplete_notice_is_refused_beside_its_field(world, values, field):
    good = {"to_unit": world.park, "title": "题", "text": "文"}
    with pytest.raises(LianshuError) as refusal:
        services.notice_send(world.owner, **(good | values))
    assert refusal.value.problems[0][0] == field


def test_steps_out_of_order_are_refused(world):
    notice = services.notice_send(world.owner, to_unit=world.department, title="题", text="文")
    with pytest.raises(LianshuError) as refusal:
        services.notice_close(world.owner, notice)
    assert refusal.value.code == "E3001"
    with pytest.raises(LianshuError):
        services.notice_answer(world.stranger, notice, answer="x")
    assert signed_in(world.stranger).get(f"/supervision/{notice.pk}/").status_code == 404


def test_a_chief_supervises_on_the_own_chain_only(world):
    own, other = make_task(world, chain=world.chain), make_task(world, "别的", chain=world.other_chain)
    assert services.notice_send(world.chief, to_unit=world.department, title="题", text="文", task=own)
    with pytest.raises(LianshuError):
        services.notice_send(world.chief, to_unit=world.department, title="题", text="文", task=other)
