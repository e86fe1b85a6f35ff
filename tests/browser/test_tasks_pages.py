"""Tasks in Chromium: hand out, report, finish with a file; the table to download; duties."""

import datetime as dt

import openpyxl
from tests.targets.samples import make_plan
from tests.tasks.samples import make_duty, make_task


def test_a_task_is_handed_out_and_finished_with_a_file(page, live, world, tmp_path, assert_accessible):
    task = make_task(world, lead_unit=None, due=None)
    live.sign_in(page, world.owner)
    page.goto(live.url(f"/tasks/{task.pk}/"))
    page.get_by_label("牵头单位").select_option(label="青澜县科技局")
    page.get_by_label("完成时限").fill(f"{dt.date.today().year + 1}-06-30")
    page.get_by_role("button", name="交办", exact=True).click()
    page.get_by_text("交 青澜县科技局").wait_for()
    proof = tmp_path / "总结.txt"
    proof.write_text("示例总结", "utf-8")
    page.get_by_label("进展或完成情况").fill("已全部完成")
    page.get_by_label("佐证材料").set_input_files(str(proof))
    page.get_by_role("button", name="办结").click()
    page.get_by_role("link", name="总结.txt").wait_for()
    task.refresh_from_db()
    assert task.state == "done" and task.lead_unit == world.department
    assert_accessible(page)


def test_the_decomposition_table_is_downloaded(page, live, world, tmp_path, assert_accessible):
    make_task(world, plan=make_plan(world), section="创新")
    live.sign_in(page, world.owner)
    page.goto(live.url("/tasks/table/"))
    assert_accessible(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="A4 表格").click()
    waiting.value.save_as(tmp_path / "table.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "table.xlsx").active
    assert sheet["C4"].value == "梳理缺失环节" and sheet.page_setup.orientation == "landscape"


def test_every_list_of_work_fits_a_phone(phone, live, world, assert_accessible):
    year = dt.date.today().year
    duty = make_duty(world, starts=dt.date(year, 1, 1))
    task = make_task(world, year=year, due=dt.date(year, 1, 31), plan=make_plan(world))
    live.sign_in(phone, world.owner)
    for path in (
        f"/tasks/{task.pk}/", "/tasks/table/", "/tasks/year/", "/tasks/timeline/", f"/duties/{duty.pk}/",
        "/duties/calendar/", "/duties/year/", "/supervision/", f"/supervision/new/?task={task.pk}",
    ):  # fmt: skip
        phone.goto(live.url(path))
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert_accessible(phone)


def test_the_duties_of_a_chain_fit_a_phone(phone, live, world, assert_fits, assert_accessible):
    make_duty(world, starts=dt.date(dt.date.today().year, 1, 1))
    live.sign_in(phone, world.owner)
    for tab in ("targets", "tasks", "duties"):
        phone.goto(live.url(f"/chains/{world.chain.pk}/?tab={tab}"))
        assert_fits(phone)
        assert_accessible(phone)
