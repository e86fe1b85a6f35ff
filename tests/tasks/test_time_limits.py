"""A plan's time limit on its way: sentence → task → task list → decomposition table; and edited afterwards."""

import io

import openpyxl
import pytest
from tests.conftest import signed_in

from lianshu.plans.commandline import adopt_files
from lianshu.plans.models import Item, Plan
from lianshu.plans.services import desk
from lianshu.tasks.models import Task

TEXT = """青澜县推进重点产业链建设实施方案

为推进青澜县产业链建设，制定本方案。本方案实施期为2026年至2028年。

一、重点产业链
全县重点建设电子信息、新材料2条产业链。

二、重点任务
1. 培育壮大骨干企业。支持企业技术改造。（责任单位：县科技局、县财政局；完成时限：2027年6月底前）
2. 引进配套企业。开展以商招商。（责任单位：高新区管委会；完成时限：长期坚持）
3. 建设公共服务平台。支持企业与高校共建研发平台。（牵头单位：县科技局；配合单位：县财政局）
"""


@pytest.fixture
def tasks(world, tmp_path) -> dict[str, Task]:
    path = tmp_path / "方案.txt"
    path.write_text(TEXT, "utf-8")
    done = adopt_files([path], world.county.code)
    assert not done[0].error, done[0].error
    return {task.title: task for task in Task.objects.visible_to(world.owner)}


def test_the_limit_reaches_the_list_and_the_table(world, tasks):
    owner = signed_in(world.owner)
    listed = owner.get("/ledger/tasks/").content.decode()
    assert "2027年6月底前" in listed and "长期坚持" in listed
    plan = Plan.objects.visible_to(world.owner).get()
    table = owner.get(f"/tasks/table/?plan={plan.pk}").content.decode()
    assert "2027年6月底前" in table and "长期坚持" in table
    book = openpyxl.load_workbook(io.BytesIO(owner.get(f"/tasks/table/{plan.pk}/a4.xlsx").content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=4)]
    # where the plan names no limit, none is invented from its last year
    assert [row[7] for row in rows] == ["—", "2027年6月底前", "长期坚持", "—"]
    page = owner.get(f"/tasks/{tasks['培育壮大骨干企业'].pk}/").content.decode()
    assert "2027年6月底前" in page


def test_a_day_set_by_a_person_replaces_the_words(world, tasks):
    task = tasks["培育壮大骨干企业"]
    owner = signed_in(world.owner)
    fields = {"region": task.region_id, "title": task.title, "due": "2026-12-15", "limit": task.limit}
    assert owner.post(f"/ledger/tasks/{task.pk}/edit/", fields).status_code == 302
    task.refresh_from_db()
    assert (str(task.time_limit), task.limit) == ("2026年12月15日", "")
    fields |= {"limit": "2028年", "due": "2026-12-15"}
    assert owner.post(f"/ledger/tasks/{task.pk}/edit/", fields).status_code == 302
    task.refresh_from_db()
    assert (str(task.time_limit), task.due.isoformat()) == ("2028年", "2028-12-31")


def test_a_finished_task_whose_plan_date_is_edited_stays_off_the_late_list(world, tasks):
    task = tasks["培育壮大骨干企业"]
    department = signed_in(world.department_user)
    told = {"finish": "1", "text": "已完成技改 12 项"}
    assert department.post(f"/tasks/{task.pk}/report/", told).status_code == 302
    item = Item.objects.visible_to(world.owner).select_related("document").get(pk=task.item_id)
    desk.item_edit(world.owner, item, values={"due": "2026年1月"})
    owner = signed_in(world.owner)
    address = f"/plans/documents/{item.document_id}/adopt/"
    assert "2026年1月" in owner.get(address).content.decode()
    assert owner.post(address).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.due.isoformat(), task.next_due) == (Task.State.DONE, "2026-01-31", None)
    assert task.title not in owner.get("/supervision/").content.decode()
