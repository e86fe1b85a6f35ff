"""重点任务分解表: from a plan's text to rows with leader, unit, date and measure, and to an office's workbook."""

import io

import openpyxl
import pytest
from tests.conftest import signed_in

from lianshu.organisation.models import Appointment
from lianshu.plans.commandline import adopt_files
from lianshu.plans.models import Plan
from lianshu.tasks.models import Task

from .samples import make_task

TEXT = """青澜县推进重点产业链建设实施方案

为推进青澜县产业链建设，制定本方案。本方案实施期为2026年至2028年。

一、重点产业链
全县重点建设电子信息、新材料2条产业链。

二、重点任务
（一）企业培育
1. 培育壮大骨干企业。到2028年，全县规模以上工业企业达到60家以上。（责任单位：县科技局、县财政局）
2. 引进配套企业。每年新引进配套企业8家以上。（责任单位：高新区管委会）
（二）平台建设
3. 建设公共服务平台。支持企业与高校共建研发平台。（牵头单位：县科技局；配合单位：县财政局）
"""


@pytest.fixture
def adopted(world, tmp_path) -> Plan:
    path = tmp_path / "方案.txt"
    path.write_text(TEXT, "utf-8")
    done = adopt_files([path], world.county.code)
    assert not done[0].error, done[0].error
    return Plan.objects.visible_to(world.owner).get(pk=done[0].plan_id)


@pytest.mark.system("S015")
def test_a_policy_text_becomes_rows_and_an_official_workbook(world, adopted):
    tasks = {task.title: task for task in Task.objects.visible_to(world.owner).filter(plan=adopted)}
    first = tasks["培育壮大骨干企业"]
    assert first.lead_unit == world.department
    assert [unit.name for unit in first.support_units.all()] == ["青澜县财政局"]
    assert "60家" in first.measure
    owner = signed_in(world.owner)
    # leader and date are what the text leaves open: filled in on the ledger
    fields = {
        "region": world.county.pk, "title": first.title, "number": first.number, "section": first.section,
        "text": first.text, "measure": first.measure, "leader": "示例甲", "due": "2028-12-31",
        "lead_unit": world.department.pk,
        "support_units": [unit.pk for unit in first.support_units.all()],
    }  # fmt: skip
    assert owner.post(f"/ledger/tasks/{first.pk}/edit/", fields).status_code == 302
    page = owner.get(f"/tasks/table/?plan={adopted.pk}").content.decode()
    assert all(words in page for words in ("培育壮大骨干企业", "示例甲", "2028年底", "60家", "企业培育"))
    answer = owner.get(f"/tasks/table/{adopted.pk}/a4.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.active
    assert sheet["A1"].value.endswith("重点任务分解表")
    assert sheet["A1"].font.name == "方正小标宋简体" and sheet["A3"].font.name == "黑体"
    assert [cell.value for cell in sheet[3]][2:] == [
        "重点任务", "目标和完成标准", "牵头领导", "牵头单位", "责任单位", "完成时限",
    ]  # fmt: skip
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    row = next(row for row in rows if "培育壮大骨干企业" in row[2])
    assert row[4:] == ["示例甲", "青澜县科技局", "青澜县财政局", "2028年底"] and "60家" in row[3]
    assert len(rows) == len(tasks)
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$3:$3" and sheet["C4"].font.name == "仿宋_GB2312"
    assert sheet["C4"].border.top.style == "thin"
    assert any(str(area).startswith("B") for area in sheet.merged_cells.ranges)
    a3 = openpyxl.load_workbook(io.BytesIO(owner.get(f"/tasks/table/{adopted.pk}/a3.xlsx").content))
    assert a3.active.page_setup.paperSize == 8


def test_adopting_twice_adds_no_task_and_no_duty(world, adopted, tmp_path):
    before = Task.objects.visible_to(world.owner).count()
    path = tmp_path / "again.txt"
    path.write_text(TEXT, "utf-8")
    adopt_files([path], world.county.code)
    assert Task.objects.visible_to(world.owner).count() == before


def test_a_chains_chief_is_the_leader_where_none_is_named(world):
    from tests.targets.samples import make_plan

    plan = make_plan(world)
    make_task(world, chain=world.chain, plan=plan, section="电子信息")
    Appointment.objects.create(
        region=world.county, chain=world.chain, role="chief", person=world.chief_person, post="副县长"
    )
    page = signed_in(world.owner).get(f"/tasks/table/?plan={plan.pk}").content.decode()
    assert "示例甲（副县长）" in page


def test_text_that_looks_like_a_formula_stays_text(world):
    from tests.targets.samples import make_plan

    plan = make_plan(world)
    make_task(world, "=1+1", plan=plan)
    content = signed_in(world.owner).get(f"/tasks/table/{plan.pk}/a4.xlsx").content
    cell = openpyxl.load_workbook(io.BytesIO(content)).active["C4"]
    assert cell.value == "=1+1" and cell.data_type == "s"


def test_the_stranger_gets_neither_table_nor_workbook(world, adopted):
    stranger = signed_in(world.stranger)
    assert stranger.get(f"/tasks/table/?plan={adopted.pk}").status_code == 404
    assert stranger.get(f"/tasks/table/{adopted.pk}/a4.xlsx").status_code == 404
    assert signed_in(world.owner).get(f"/tasks/table/{adopted.pk}/a5.xlsx").status_code == 404
