"""From the plan's words to the calendar: days that plans name, set by people, shown on pages."""

import datetime as dt

import pytest
from django.urls import reverse

from lianshu.core.errors import LianshuError
from lianshu.core.ledger import ledger_for
from lianshu.core.words import work_clock
from lianshu.obligations.selectors import light_of, mine
from lianshu.plans.adoption.engine import adopt
from lianshu.plans.commandline import adopt_files
from lianshu.plans.models import AdoptionEffect, Document, Item
from lianshu.plans.services.desk import item_edit
from lianshu.plans.services.intake import document_read
from lianshu.tasks import services
from lianshu.tasks.calendar import occurrences_rebuild
from lianshu.tasks.models import Duty

from .samples import make_duty, make_task

TEXT = """青澜县产业链链长制工作规则

一、目标
全县建设电子信息、新材料2条产业链。

二、工作制度
1.月报制度。各专班每月5日前向总链办报送项目进展。（责任单位：县科技局）
2.季报制度。高新区管委会每季度末月25日前上报园区运行情况。（责任单位：高新区管委会）
3.总结制度。县科技局每半年结束后10个工作日内形成工作小结。（责任单位：县科技局）
4.计划制度。各牵头部门每年1月底前制定工作计划。（责任单位：县科技局）
5.周报制度。县科技局每周五前更新项目台账。（责任单位：县科技局）
6.报告制度。县科技局于次月10日前报送上月要素保障情况。（责任单位：县科技局）
7.会议制度。总链长每季度召开一次调度会。（责任单位：县科技局）
"""


@pytest.fixture
def adopted(world, tmp_path):
    path = tmp_path / "规则.txt"
    path.write_text(TEXT, "utf-8")
    done = adopt_files([path], world.county.code)
    assert not done[0].error
    return path


def duty_of(world, words):
    return Duty.objects.visible_to(world.owner).get(what__contains=words)


@pytest.mark.parametrize(
    ("words", "cadence", "first"),
    [
        ("项目进展", "每月5日前", (2026, 8, 5)),
        ("园区运行", "每季度末月25日前", (2026, 9, 25)),
        ("工作小结", "每半年结束后10个工作日内", (2027, 1, 15)),
        ("工作计划", "每年1月底前", (2027, 1, 31)),
        ("项目台账", "每周五前", (2026, 7, 10)),
        ("要素保障", "每月，次月10日前", (2026, 8, 10)),
        ("调度会", "每季度", (2026, 9, 30)),
    ],
)
def test_adopted_duties_fall_due_on_the_day_of_their_plan(world, adopted, words, cadence, first):
    duty = duty_of(world, words)
    assert duty.cadence == cadence
    assert duty.occurrences.order_by("due").first().due == dt.date(*first)


def test_pages_lists_and_work_say_the_day(world, adopted, as_owner, today):
    duty = duty_of(world, "项目进展")
    assert "每月5日前" in as_owner.get(f"/duties/{duty.pk}/").content.decode()
    assert "末月25日前" in as_owner.get(reverse("ledger-list", args=("duties",))).content.decode()
    august = as_owner.get("/duties/calendar/?month=2026-08").content.decode()
    fifth = august.split('class="day-number">5日')[1].split('class="day-number">')[0]
    assert "项目进展" in fifth
    plan = as_owner.get(f"/plans/{duty.plan_id}/?tab=duties").content.decode()
    assert "每半年结束后10个工作日内" in plan and "每月，次月10日前" in plan


def test_my_work_follows_the_day(world, today):
    duty = make_duty(world, due="5日前", starts=dt.date(2026, 7, 1))
    late = mine(world.colleague, today).first()
    assert (late.due, light_of(late.due, today), late.note) == (
        dt.date(2026, 7, 5),
        "red",
        "每月5日前，已完成 0／1 次",
    )
    services.duty_update(world.owner, duty, due="20日前")
    soon = mine(world.colleague, today).first()
    assert (soon.due, light_of(soon.due, today)) == (dt.date(2026, 7, 20), "green")


def test_a_corrected_day_outlasts_adopting_again_until_the_plan_itself_changes(world, adopted):
    duty = duty_of(world, "项目进展")
    services.duty_update(world.owner, duty, due="8日前")
    document = Document.objects.get(plan=duty.plan)
    rows = Item.objects.filter(document=document, kind="recurring")
    item = next(one for one in rows if "项目进展" in one.evidence)
    adopt(world.owner, document)
    duty.refresh_from_db()
    assert duty.due == "8日前"

    def decide(**values):
        item.refresh_from_db()
        item_edit(world.owner, item, values=values)
        adopt(world.owner, Document.objects.get(pk=document.pk))
        duty.refresh_from_db()

    decide(to="县委")
    assert (duty.to, duty.due) == ("县委", "8日前")
    decide(due="每月 12 号前")
    assert duty.due == "12日前" and duty.occurrences.get(period="2026-09").due == dt.date(2026, 9, 12)


def test_a_person_sets_the_day_in_the_form(world, as_owner):
    duty = make_duty(world)
    address = reverse("ledger-edit", args=("duties", duty.pk))
    form = as_owner.get(address).content.decode()
    assert 'name="due"' in form and "末月25日前" in form
    assert "每月，期末" in as_owner.get(f"/duties/{duty.pk}/").content.decode()
    values = {"region": world.county.pk, "what": duty.what, "every": "month", "times": "1", "anchor": "end",
              "unit": duty.unit_id, "chain": duty.chain_id, "starts": "2026-01-01", "active": "on"}  # fmt: skip
    bad = as_owner.post(address, values | {"due": "有空时"})
    assert bad.status_code == 422 and "看不懂时限“有空时”" in bad.content.decode()
    assert as_owner.post(address, values | {"due": "每月 5 号前"}).status_code == 302
    assert "每月5日前" in as_owner.get(f"/duties/{duty.pk}/").content.decode()
    assert duty.occurrences.get(period="2026-09").due == dt.date(2026, 9, 5)


def test_import_names_the_cell_of_a_day_that_does_not_fit(world):
    ledger = ledger_for("duties")
    bad = ledger.check_import(world.owner, {"every": "quarter", "due": "5日前"}, None)
    assert bad[0][0] == "due" and "末月25日前" in bad[0][1]
    assert ledger.check_import(world.owner, {"due": "每月5日前"}, make_duty(world)) == []
    assert ledger.check_import(world.owner, {"every": "week", "due": ""}, None) == []


def test_a_day_without_a_period_is_refused(world):
    with pytest.raises(LianshuError):
        services.duty_create(world.owner, region=world.county, what="适时会商", every="", due="5日前")


def test_lateness_is_said_once(world, as_owner, today):
    task = make_task(world)
    page = as_owner.get(f"/tasks/{task.pk}/").content.decode()
    verdict = page.split('class="verdict"')[1].split("</p>")[0]
    assert work_clock(task.due, today)[0] in verdict and "滞后" not in verdict
    done = make_task(world, "已办结的", state="done", next_due=None, done_at=dt.date(2026, 6, 1))
    verdict = as_owner.get(f"/tasks/{done.pk}/").content.decode().split('class="verdict"')[1]
    assert "正常" in verdict.split("</p>")[0]


def test_duties_adopted_before_days_were_read_get_theirs_when_read_and_adopted_again(world, adopted):
    """As an older reader left them: the day among the duty's words, every return at the month's end.

    What a person accepted stays; the day nobody could decide about comes in.
    """
    duty = duty_of(world, "项目进展")
    document = Document.objects.get(plan=duty.plan)
    rows = Item.objects.filter(document=document, kind="recurring")
    item = next(one for one in rows if "项目进展" in one.evidence)
    item.fields = {key: value for key, value in item.fields.items() if key != "due"}
    item.fields["what"] = duty.what = "5日前向总链办报送项目进展"
    item.save()
    AdoptionEffect.objects.filter(lineage=item.lineage).update(values=item.fields)
    duty.due = ""
    duty.save()
    occurrences_rebuild(duty, today=dt.date(2026, 7, 10))
    assert duty.occurrences.get(period="2026-09").due == dt.date(2026, 9, 30)
    document_read(world.owner, document)
    adopt(world.owner, Document.objects.get(pk=document.pk))
    duty.refresh_from_db()
    assert (duty.what, duty.due) == ("5日前向总链办报送项目进展", "5日前")
    assert duty.occurrences.get(period="2026-09").due == dt.date(2026, 9, 5)
