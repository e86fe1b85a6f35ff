"""Handing out, reporting, finishing, returning; the year's list and its time line."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.conftest import signed_in

from lianshu.core.attachments import attachments_of
from lianshu.core.errors import LianshuError
from lianshu.core.notices import notices_of
from lianshu.tasks import selectors, services
from lianshu.tasks.models import Task

from .samples import make_task


def test_a_task_goes_from_hand_out_to_finish_with_evidence_and_back(world):
    task = make_task(world, due=None, lead_unit=None)
    owner, department = signed_in(world.owner), signed_in(world.department_user)
    sent = {"lead_unit": world.department.pk, "support_units": [world.park.pk], "due": "2026-09-30"}
    assert owner.post(f"/tasks/{task.pk}/hand-out/", sent).status_code == 302
    task.refresh_from_db()
    assert (task.lead_unit, task.next_due) == (world.department, dt.date(2026, 9, 30))
    assert "交办" in notices_of(world.department_user).get().title
    page = department.get("/").content.decode()
    assert task.title in page
    report = {"progress": "40", "text": "已走访 3 家", "obstacle": "缺数据口径"}
    department.post(f"/tasks/{task.pk}/report/", report)
    assert "缺数据口径" in owner.get(f"/tasks/{task.pk}/").content.decode()
    proof = SimpleUploadedFile("总结.txt", "示例总结".encode(), "text/plain")
    department.post(f"/tasks/{task.pk}/report/", {"finish": "1", "text": "已报清单", "file": proof})
    task.refresh_from_db()
    assert (task.state, task.progress, task.next_due) == ("done", 100, None)
    assert attachments_of(task).count() == 1
    owner.post(f"/tasks/{task.pk}/return/", {"reason": "清单不全"})
    task.refresh_from_db()
    assert task.state == "doing" and task.next_due == dt.date(2026, 9, 30)
    kinds = [one.get_kind_display() for one in selectors.time_line(task)]
    assert sorted(kinds) == ["交办", "办结", "填报进展", "退回"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"progress": "120", "text": "超额"}, "0 到 100"),
        ({"progress": "x", "text": "没有数"}, "0 到 100"),
        ({"finish": "1", "text": ""}, "请写明完成情况"),
    ],
)
def test_a_refused_report_keeps_what_was_typed(as_owner, world, sent, sentence):
    task = make_task(world)
    answer = as_owner.post(f"/tasks/{task.pk}/report/", sent | {"obstacle": "示例困难"})
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page and "示例困难" in page
    assert task.reports.count() == 0


def test_a_report_says_something(world):
    with pytest.raises(LianshuError) as refusal:
        services.task_report(world.owner, make_task(world), progress=20, text=" ")
    assert refusal.value.problems == [("text", "请写一句进展或困难。")]


def test_only_the_responsible_unit_reports_and_only_command_hands_out(world):
    task = make_task(world, lead_unit=world.other_department)
    with pytest.raises(LianshuError) as refusal:
        services.task_report(world.department_user, task, progress=10, text="x")
    assert refusal.value.code == "E1001"
    with pytest.raises(LianshuError):
        services.task_hand_out(world.department_user, task, lead_unit=world.department)
    assert signed_in(world.stranger).get(f"/tasks/{task.pk}/").status_code == 404


def test_a_chief_hands_out_on_the_own_chain(world):
    task = make_task(world, chain=world.chain)
    services.task_hand_out(world.chief, task, lead_unit=world.department, due=dt.date(2026, 8, 1))
    with pytest.raises(LianshuError):
        services.task_hand_out(
            world.chief, make_task(world, chain=world.other_chain), lead_unit=world.department
        )


def test_a_task_with_reports_is_cancelled_not_deleted(world):
    task = make_task(world)
    services.task_report(world.owner, task, progress=10, text="启动")
    with pytest.raises(LianshuError):
        services.task_delete(world.owner, task)
    services.task_cancel(world.owner, task, reason="并入另一任务")
    task.refresh_from_db()
    assert task.state == "cancelled" and task.next_due is None


def test_year_tasks_of_a_chain_are_held_and_rolled_over(as_owner, world):
    from tests.targets.samples import make_plan, make_target

    plan = make_plan(world)
    make_target(world, "电子信息产值", plan=plan, chain=world.chain)
    source = make_task(world, "补齐封装环节", None, plan=plan, chain=world.chain, number="三(一)1")
    as_owner.post("/tasks/year/fill/", {"year": "2026", "what": "plan"})
    this_year = Task.objects.visible_to(world.owner).get(parent=source)
    assert (this_year.year, this_year.due, this_year.chain) == (2026, dt.date(2026, 12, 31), world.chain)
    # once more adds nothing
    as_owner.post("/tasks/year/fill/", {"year": "2026", "what": "plan"})
    assert source.children.count() == 1
    finished = make_task(world, "已办的事", year=2026, state="done", next_due=None)
    as_owner.post("/tasks/year/fill/", {"year": "2026", "what": "next"})
    carried = Task.objects.visible_to(world.owner).get(rolled_from=this_year)
    assert (carried.year, carried.due, carried.state) == (2027, dt.date(2027, 12, 31), "pending")
    assert not Task.objects.visible_to(world.owner).filter(rolled_from=finished).exists()
    page = as_owner.get(f"/tasks/year/?year=2027&chain={world.chain.pk}").content.decode()
    assert "补齐封装环节" in page and "上年结转" in page
    # goals and path of the same chain stand one click away
    assert "电子信息产值" in as_owner.get(f"/targets/?chain={world.chain.pk}").content.decode()
    timeline = as_owner.get(f"/tasks/timeline/?plan={plan.pk}")
    assert timeline.status_code == 200


@pytest.mark.system("S046")
def test_the_years_list_names_place_project_date_owner_and_is_seen_as_a_time_line(as_owner, world):
    sent = {
        "region": world.county.pk, "title": "建成示例检测平台", "lead_unit": world.department.pk,
        "place": "青澜高新区", "project": "示例检测平台", "year": "2026", "start": "2026-03-01",
        "due": "2026-10-31",
    }  # fmt: skip
    assert as_owner.post("/ledger/tasks/new/", sent).status_code == 302
    make_task(world, "另一件事", dt.date(2026, 11, 30), year=2026, lead_unit=world.park)
    page = as_owner.get("/tasks/year/?year=2026").content.decode()
    assert all(words in page for words in ("青澜高新区", "示例检测平台", "10-31", "青澜县科技局"))
    only = as_owner.get("/tasks/year/?year=2026&project=示例检测平台").content.decode()
    assert "建成示例检测平台" in only and "另一件事" not in only
    page = as_owner.get("/tasks/timeline/?year=2026").content.decode()
    assert '<svg class="gantt"' in page and page.count('class="bar-done"') == 2
    assert "建成示例检测平台" in page and "today-line" in page


def test_time_line_geometry_follows_the_dates(world, today):
    from lianshu.tasks.timeline import AXIS, NAMES, draw

    task = make_task(world, due=dt.date(2026, 12, 31), start=dt.date(2026, 1, 1), progress=50)
    drawing = draw([task, make_task(world, "无期", None)], dt.date(2026, 1, 1), dt.date(2026, 12, 31), today)
    bar = drawing.bars[0]
    assert (bar.x, bar.width, bar.done) == (NAMES, AXIS, AXIS / 2)
    assert drawing.undated == 1 and len(drawing.months) == 12 and drawing.today > NAMES
