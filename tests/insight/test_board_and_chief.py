"""看板 for the general chief and the commissar; 链长一页纸 for the chief."""

import datetime as dt
import re

import pytest
from tests.conftest import signed_in
from tests.factories import make_user
from tests.targets.samples import make_plan, make_target
from tests.tasks.samples import make_duty, make_task

from lianshu.core.notices import notices_of
from lianshu.insight import board as boards
from lianshu.matters import services as matters
from lianshu.organisation.models import Appointment, Unit
from lianshu.reports import services as reports
from lianshu.reports.models import Report
from lianshu.reports.services import report_issue
from lianshu.targets.services import observation_record
from lianshu.tasks import services
from lianshu.tasks.models import Task


@pytest.fixture
def busy(world):
    """The county's first chain with a target behind, a task overdue with a difficulty, a duty missed."""
    plan = make_plan(world)
    target = make_target(world, "电子信息产值", "100", plan=plan, chain=world.chain, unit=world.department)
    observation_record(world.owner, target=target, period="2026-06", value="5")
    task = make_task(world, "引进封装企业", chain=world.chain)
    services.task_report(world.department_user, task, progress=20, text="谈了两家", obstacle="缺标准厂房")
    make_duty(world)
    day = dt.date(2026, 6, 1)
    matter = matters.matter_receive(
        world.owner, region=world.county, chain=world.chain, title="变压器扩容", text="用电紧张", on=day
    )
    matters.matter_hand_out(world.owner, matter, lead=world.department, on=day)
    filing = reports.collection_open(
        world.owner, region=world.county, kind="month", title="5月月报", period="2026-05",
        due=dt.date(2026, 6, 5), headings=["进展"], chains=[world.chain],
    )  # fmt: skip
    services.notice_send(
        world.owner, to_unit=world.department, task=task, title="抓紧办理", text="请反馈", today=day
    )
    assert filing.filings.count() == 1
    return task


@pytest.mark.system("S001")
def test_a_chain_has_its_chief_who_sees_everything_open_in_one_view(world, busy):
    Appointment.objects.create(
        region=world.county, chain=world.chain, role="chief", person=world.chief_person, post="副县长"
    )
    chief = signed_in(world.chief)
    assert chief.get("/chief/").status_code in (200, 302)
    page = chief.get(f"/chief/{world.chain.pk}/").content.decode()
    assert "链长：示例甲（副县长）" in page
    # the target, the task with its difficulty and the missed duty, each with a reason and who
    assert "电子信息产值" in page and "落后" in page
    assert "引进封装企业" in page and "缺标准厂房" in page and "青澜县科技局" in page
    assert "向总链办书面汇报（2026年6月）" in page
    # so are the overdue problem, the report nobody filed and the notice nobody answered
    reasons = page.split("红灯为什么红")[1].split("这周变了什么")[0]
    for words in ("变压器扩容", "5月月报", "抓紧办理", "引进封装企业", "向总链办书面汇报"):
        assert words in reasons, words
    assert "待签收" in reasons and "电子信息链条办" in reasons
    assert re.search(r"滞后</span><b>(\d+)</b>", page)[1] == str(reasons.count("light-red"))
    assert "这周变了什么" in page and "填报进展" in page
    # another chain of the same county carries none of it
    other = signed_in(world.owner).get(f"/chief/{world.other_chain.pk}/").content.decode()
    assert "引进封装企业" not in other and "没有红灯" in other
    assert signed_in(world.stranger).get(f"/chief/{world.chain.pk}/").status_code == 404


def test_the_chief_decides_on_the_page_and_decisions_become_work(world, busy):
    chief = signed_in(world.chief)
    assert "引进封装企业：缺标准厂房" in chief.get("/").content.decode()
    back = f"/chief/{world.chain.pk}/"
    sent = {"verb": "pass_on", "unit": world.park.pk, "text": "请园区调剂厂房", "next": back}
    answer = chief.post(f"/tasks/{busy.pk}/decide/", sent)
    assert answer.status_code == 302 and answer.url == back
    assert "引进封装企业：缺标准厂房" not in chief.get("/").content.decode()
    assert world.park in busy.support_units.all()
    assert "批示" in notices_of(world.department_user).first().title
    page = chief.get(back).content.decode()
    assert 'name="verb" value="agree"' not in page
    # a new difficulty asks again; a meeting becomes a task with a date
    services.task_report(world.department_user, busy, progress=25, text="x", obstacle="资金未到位")
    assert 'name="verb" value="agree"' in chief.get(back).content.decode()
    chief.post(f"/tasks/{busy.pk}/decide/", {"verb": "meet", "next": back})
    meeting = Task.objects.visible_to(world.chief).get(parent=busy)
    assert (meeting.lead_unit, meeting.due) == (world.chain_office, dt.date(2026, 7, 17))
    refused = chief.post(f"/tasks/{busy.pk}/decide/", {"verb": "pass_on", "next": back}, follow=True)
    assert "请选择批转给哪个单位" in refused.content.decode()
    assert signed_in(world.owner).post(f"/tasks/{busy.pk}/decide/", {"verb": "agree"}).status_code == 403


@pytest.mark.system("S002")
def test_the_general_chief_sees_all_chains_side_by_side_and_drills_into_one(world, busy):
    general = make_user("general", "示例县长", "general_chief", world.county)
    client = signed_in(general)
    page = client.get("/board/").content.decode()
    assert page.index("电子信息") and "新材料" in page
    found = boards.board(general, dt.date(2026, 7, 10))
    assert found.titles == ["目标", "任务", "职责", "办件", "督办", "报送"]
    row = next(row for row in found.rows if row.chain == world.chain)
    cells = dict(row.pairs)
    assert (cells["目标"].light, cells["任务"].light, cells["职责"].light) == ("red", "red", "red")
    # one number, one meaning: what is late, of how many that are open
    assert cells["任务"].words == cells["办件"].words == cells["督办"].words == "滞后 1／共 1"
    assert cells["职责"].words == "滞后 6／共 7" and cells["报送"].words == "滞后 1／共 1"
    # problems stand there too, and each cell leads to the rows behind it
    behind = {title: client.get(cells[title].url).content.decode() for title in found.titles}
    assert "变压器扩容" in behind["办件"] and "5月月报" in behind["报送"] and "抓紧办理" in behind["督办"]
    assert "滞后 1／共 1" in page and "变压器扩容" not in page
    assert "电子信息产值" in client.get(cells["目标"].url).content.decode()
    assert "引进封装企业" in client.get(cells["任务"].url).content.decode()
    assert "红灯为什么红" in client.get(f"/chief/{world.chain.pk}/").content.decode()
    # task, problem and notice of one department, told together
    assert ("青澜县科技局", 3) in found.late


@pytest.mark.system("S016")
def test_the_commissar_has_a_read_only_top_view_and_receives_the_quarterly_report(world, busy):
    commissar = make_user("commissar", "示例书记", "commissar", world.county)
    client = signed_in(commissar)
    report = Report.objects.create(
        region=world.county, title="二季度产业链建设情况报告", period="2026Q2", to="县委、县政府主要领导",
        body="示例正文", by=world.owner, made_on=dt.date(2026, 7, 5),
    )  # fmt: skip
    assert "二季度" not in client.get("/board/").content.decode()
    report_issue(world.owner, report)
    assert "二季度" in notices_of(commissar).get().title
    page = client.get("/board/").content.decode()
    assert "电子信息" in page and "二季度产业链建设情况报告" in page
    assert "示例正文" in client.get(f"/reports/{report.pk}/").content.decode()
    # nothing can be changed
    assert client.post(f"/tasks/{busy.pk}/decide/", {"verb": "agree"}).status_code == 403
    assert client.post(f"/tasks/{busy.pk}/report/", {"progress": "9", "text": "x"}).status_code == 403
    assert client.get("/supervision/new/").status_code == 403
    assert 'name="verb"' not in client.get(f"/chief/{world.chain.pk}/").content.decode()


def test_the_board_needs_no_query_per_chain(world, busy, django_assert_max_num_queries):
    from lianshu.organisation.models import Chain

    for number in range(12):
        Chain.objects.create(region=world.county, name=f"示例链{number}")
    client = signed_in(world.owner)
    with django_assert_max_num_queries(30):
        assert client.get("/board/").status_code == 200


def test_worst_chains_come_first_when_asked(world, busy):
    rows = boards.board(world.owner, dt.date(2026, 7, 10), worst=True).rows
    assert rows[0].chain == world.chain


def test_the_stranger_sees_only_the_own_county_on_the_board(world, busy):
    rows = boards.board(world.stranger, dt.date(2026, 7, 10)).rows
    assert [row.chain for row in rows] == [world.foreign_chain]


def test_two_chains_of_one_name_are_never_mixed(world, busy):
    """The city's chief sees both counties' chains of the same name, and on each page only its own."""
    neighbours = Unit.objects.create(region=world.neighbour, name="禾渡县工信局")
    foreign = make_task(
        world, "邻县引进模组企业", region=world.neighbour, chain=world.foreign_chain, lead_unit=neighbours
    )
    matters.matter_escalate(
        world.stranger,
        matters.matter_receive(
            world.stranger, region=world.neighbour, chain=world.foreign_chain, title="邻县用地", text="缺地"
        ),
        text="请定用地",
    )
    client = signed_in(make_user("citychief", "示例市长", "general_chief", world.city))
    own = client.get(f"/chief/{world.chain.pk}/").content.decode()
    other = client.get(f"/chief/{world.foreign_chain.pk}/").content.decode()
    assert "引进封装企业" in own and foreign.title not in own and "邻县用地" not in own
    assert foreign.title in other and "邻县用地" in other and "引进封装企业" not in other
