"""我的工作, 看板 and the chief's page in Chromium; a mayor decides on a phone."""

import datetime as dt

from tests.tasks.samples import make_task

from lianshu.tasks import services


def test_my_work_leads_to_the_thing_to_do(page, live, world, assert_accessible):
    task = make_task(world, due=dt.date(2026, 1, 5))
    live.sign_in(page, world.department_user)
    page.goto(live.url("/"))
    assert page.get_by_role("heading", name="超期").count() == 1
    assert_accessible(page)
    page.get_by_role("link", name="填进展：梳理缺失环节").click()
    page.wait_for_url(f"**/tasks/{task.pk}/")


def test_the_chief_decides_on_a_phone(phone, live, world, assert_accessible):
    task = make_task(world, chain=world.chain, due=dt.date(2026, 1, 5))
    services.task_report(world.owner, task, progress=20, text="谈了两家", obstacle="缺标准厂房")
    live.sign_in(phone, world.chief)
    phone.goto(live.url("/"))
    phone.get_by_role("link", name="电子信息产业链一页纸").click()
    phone.get_by_text("缺标准厂房").wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(phone)
    phone.get_by_label("批示意见").fill("本周内解决")
    phone.get_by_role("button", name="同意").click()
    phone.get_by_text("批示已下达").wait_for()
    assert task.reports.filter(kind="decided").get().text == "同意：本周内解决"


def test_the_board_opens_the_rows_behind_a_cell(page, live, world, assert_accessible):
    make_task(world, chain=world.chain, due=dt.date(2026, 1, 5))
    live.sign_in(page, world.owner)
    page.goto(live.url("/board/"))
    assert_accessible(page)
    page.get_by_role("link", name="滞后 1／共 1").click()
    page.get_by_role("link", name="梳理缺失环节").wait_for()
