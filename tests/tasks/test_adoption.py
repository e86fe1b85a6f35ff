"""From an own-written plan to tasks with units and duties on the calendar."""

import pytest
from tests.conftest import signed_in

from lianshu.plans.commandline import adopt_files
from lianshu.plans.models import Adoption
from lianshu.tasks.models import Duty, Occurrence, Task

TEXT = """青澜县深入推进产业链建设工作方案

一、重点产业链
全县重点建设电子信息、新材料2条产业链。

二、重点任务
1. 更新完善图谱。各链条办每年年初更新完善产业链全景图、现状图。（责任单位：各链条办）
2. 开展外出招商。每年组织外出专题招商活动不少于4次。（责任单位：高新区管委会、县科技局）

三、工作机制
各链条办主任每月向产业链链长汇报工作进展情况，并书面向总链办汇报。总链办每季度向县委、县政府主要领导报告。
根据需要召开专题会议。
"""


@pytest.fixture
def adopted(world, tmp_path):
    path = tmp_path / "方案.txt"
    path.write_text(TEXT, "utf-8")
    done = adopt_files([path], world.county.code)
    assert not done[0].error
    return path


def duties(world, words):
    return list(Duty.objects.visible_to(world.owner).filter(what__contains=words).order_by("chain_id"))


def test_a_duty_of_each_chains_office_is_one_row_per_chain(world, adopted):
    monthly = [one for one in duties(world, "链长") if one.every == "month"]
    assert [one.chain for one in monthly] == [world.chain, world.other_chain]
    assert monthly[0].unit == world.chain_office
    charts = duties(world, "全景图")
    assert {one.anchor for one in charts} == {"start"} and {one.counts for one in charts} == {
        "chart_published"
    }


def test_four_trips_a_year_need_four_proofs(world, adopted):
    trips = duties(world, "招商活动")
    assert len(trips) == 1 and trips[0].counts == "trip"
    assert trips[0].unit == world.park and list(trips[0].support_units.all()) == [world.department]
    assert trips[0].occurrences.get(period="2026").needed == 4


def test_nothing_is_late_on_the_day_of_adoption(world, adopted, today):
    rows = Occurrence.objects.visible_to(world.owner)
    assert rows.exists() and not rows.filter(due__lt=today).exists()
    assert rows.order_by("-due").first().due.year == today.year + 1
    page = signed_in(world.owner).get("/supervision/").content.decode()
    assert "没有超期的事项" in page


def test_what_is_done_when_needed_stays_off_the_calendar(world, adopted):
    meeting = duties(world, "专题会议")
    assert all(one.occurrences.count() == 0 for one in meeting if one.every == "event")


def test_the_tasks_text_ends_before_the_next_number(world, adopted):
    first = Task.objects.visible_to(world.owner).get(title__contains="更新完善图谱")
    assert not first.text.rstrip().endswith(("2.", "2"))
    assert {unit.chain for unit in (first.lead_unit, *first.support_units.all())} >= {world.chain}


def test_adopting_twice_adds_nothing(world, adopted):
    counts = [model.objects.visible_to(world.owner).count() for model in (Task, Duty, Occurrence)]
    adopt_files([adopted], world.county.code)
    assert counts == [model.objects.visible_to(world.owner).count() for model in (Task, Duty, Occurrence)]
    assert Adoption.objects.visible_to(world.owner).count() >= 1
