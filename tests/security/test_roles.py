"""Every role does its own work only: what a page does not offer, a hand-written request does not do."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lianshu.core.attachments import attachment_add
from lianshu.core.errors import LianshuError
from lianshu.core.ledger.services import view_save
from lianshu.core.models import Attachment, Notice
from lianshu.core.scope import SYSTEM
from lianshu.enterprises.models import Enterprise, ServiceLog
from lianshu.matters import selectors as matter_selectors
from lianshu.matters import services as matters
from lianshu.matters.models import Matter
from lianshu.obligations.services import follow
from lianshu.organisation.models import Grant, Unit, User
from lianshu.organisation.selectors import people_of
from lianshu.reports import services as reports
from lianshu.reports.models import Report
from lianshu.tasks import services as tasks
from lianshu.tasks.models import Task
from tests.conftest import signed_in
from tests.factories import make_user


def task_made(**values) -> Task:
    task = Task.objects.create(**values)
    follow(task)
    return task


def note(name="凭证.txt", text="证明材料") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


@pytest.fixture
def matter(world):
    """A matter handed to the department."""
    row = matters.matter_receive(world.owner, region=world.county, title="缺电", text="线路老化")
    return matters.matter_hand_out(world.owner, row, lead=world.department)


@pytest.fixture
def draft(world):
    return reports.report_draft(world.owner, region=world.county, title="一季度报告", body="一、情况")


@pytest.mark.parametrize("role", ["supervisor", "general_chief"])
def test_a_draft_report_is_the_offices_to_change_and_issue(world, draft, role):
    client = signed_in(make_user("other", "旁人", role, world.county))
    assert client.post(reverse("report-issue", args=[draft.pk])).status_code == 403
    assert client.post(reverse("report", args=[draft.pk]), {"title": "x", "body": "x"}).status_code == 404
    with pytest.raises(LianshuError):
        reports.report_draft(User.objects.get(username="other"), region=world.county, title="x", body="x")
    draft.refresh_from_db()
    assert draft.state == Report.State.DRAFT


@pytest.mark.parametrize("who", ["owner", "colleague"])
def test_a_supervision_notice_is_answered_by_its_unit_only(world, who):
    task = task_made(region=world.county, chain=world.chain, title="建平台", lead_unit=world.department)
    notice = tasks.notice_send(world.owner, to_unit=world.department, title="催", text="请办", task=task)
    client = signed_in(world.people[who])
    for verb in ("sign", "answer"):
        answer = client.post(reverse("notice-step", args=[notice.pk, verb]), {"answer": "已办"})
        assert answer.status_code == 403, verb
    notice.refresh_from_db()
    assert (notice.state, notice.answer) == ("sent", "")


def test_a_unit_that_gave_a_matter_back_has_no_more_say_in_it(world, matter):
    matters.matter_return(world.department_user, matter, reason="不属本单位")
    matter.refresh_from_db()
    assert "escalate" not in matter_selectors.actions_for(world.department_user, matter)
    with pytest.raises(LianshuError, match="E1001"):
        matters.matter_escalate(world.department_user, matter, text="请定")
    assert "escalate" in matter_selectors.actions_for(world.owner, matter)


def test_a_refused_file_takes_the_step_back(world, matter):
    matters.matter_sign(world.department_user, matter)
    client = signed_in(world.department_user)
    address = reverse("matter-step", args=[matter.pk, "answer"])
    answer = client.post(address, {"answer-text": "已换线路", "file": note("坏.exe", "MZ\0\0")})
    assert answer.status_code == 422
    matter.refresh_from_db()
    assert matter.state == Matter.State.SIGNED
    assert client.post(address, {"answer-text": "已换线路", "file": note()}).status_code == 302
    assert Attachment.objects.count() == 1


def test_whoever_only_reads_a_region_registers_nothing_there(world):
    """A city's observer who also works in one county stays an observer in the others."""
    user = make_user("both", "两地", "observer", world.city)
    Grant.objects.create(user=user, role="chain_office", region=world.county)
    firm = Enterprise.objects.create(region=world.neighbour, name="邻县示例厂")
    with pytest.raises(LianshuError, match="E1001"):
        matters.matter_receive(user, region=world.neighbour, title="题", text="文")
    with pytest.raises(LianshuError, match="E1001"):
        matters_visit(user, firm)
    assert not Matter.objects.exists() and not ServiceLog.objects.exists() and not Task.objects.exists()


def matters_visit(user, firm, **more):
    from lianshu.enterprises.services import service_log

    return service_log(user, enterprise=firm, on=dt.date(2026, 3, 2), who="某", text="走访", **more)


def test_a_department_makes_no_promise_for_another(world):
    firm = Enterprise.objects.create(region=world.county, name="示例厂")
    promise = {"promise": "三天内解决", "promise_due": dt.date(2026, 3, 9)}
    with pytest.raises(LianshuError, match="只能替本单位"):
        matters_visit(world.department_user, firm, unit=world.park, **promise)
    assert not Task.objects.exists()
    matters_visit(world.department_user, firm, unit=world.department, **promise)
    assert Task.objects.get().lead_unit == world.department


def test_a_file_is_taken_off_by_who_hung_it_or_who_keeps_the_row(world):
    task = task_made(region=world.county, title="建平台", lead_unit=world.department)
    file = attachment_add(world.owner, task, file=note())
    own = attachment_add(world.department_user, task, file=note("自己的.txt"))
    client = signed_in(world.department_user)
    assert client.post(reverse("attachment-delete", args=[file.pk])).status_code == 403
    assert client.post(reverse("attachment-delete", args=[own.pk])).status_code == 302
    assert list(Attachment.objects.all()) == [file]
    assert signed_in(world.owner).post(reverse("attachment-delete", args=[file.pk])).status_code == 302


@pytest.mark.parametrize("path", ["users", "region__grants__user", "region__name", "tasks", "name"])
def test_typing_help_leads_to_no_accounts(as_owner, path):
    answer = as_owner.get(reverse("ledger-pick", args=["units", path]), {"q": "邻"})
    assert answer.status_code == 404


def test_shared_views_stay_among_people_of_the_same_regions(world):
    view_save(world.owner, ledger="units", name="青澜园区", query={}, columns=[], shared=True)
    view_save(world.stranger, ledger="units", name="禾渡园区", query={}, columns=[], shared=True)
    address = reverse("ledger-list", args=["units"])
    for who, seen, hidden in (
        (world.colleague, "青澜园区", "禾渡园区"),
        (world.stranger, "禾渡园区", "青澜园区"),
    ):
        page = signed_in(who).get(address + "?q=").content.decode()
        assert seen in page and hidden not in page
    page = signed_in(world.people["observer"]).get(address + "?q=").content.decode()
    assert "青澜园区" in page and "禾渡园区" in page


def test_an_account_without_rights_hears_nothing_of_its_unit(world):
    User.objects.create_user("plant", name="空账号", unit=world.department)
    assert people_of([world.department, None]) == [world.department_user]
    matter = matters.matter_receive(SYSTEM, region=world.county, title="缺电", text="线路老化")
    matters.matter_hand_out(world.owner, matter, lead=world.department)
    assert {notice.user for notice in Notice.objects.all()} == {world.department_user}


def test_words_where_a_number_belongs_are_not_found(as_owner):
    assert as_owner.post(reverse("lens"), {"region": "abc"}).status_code == 404
    assert as_owner.post(reverse("lens"), {"chain": "abc"}).status_code == 404


@pytest.mark.parametrize(
    "address", ["https://boese.example/", "//boese.example", "/\\boese.example", "javascript:1"]
)
def test_no_answer_leads_out_of_the_house(as_owner, address):
    assert as_owner.post(reverse("lens"), {"next": address}).url == "/"


def test_forms_without_their_token_are_refused(world):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("matter-new"), {"title": "x"}).status_code == 403


def test_what_people_type_never_becomes_a_page(world):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    matter = matters.matter_receive(world.owner, region=world.county, title=evil[:110], text=evil)
    matter = matters.matter_hand_out(world.owner, matter, lead=world.department, text=evil)
    task_made(region=world.county, chain=world.chain, title=evil, text=evil, lead_unit=world.department)
    Enterprise.objects.create(region=world.county, name=evil[:100])
    pages = [
        reverse("matter", args=[matter.pk]), reverse("matters"), "/", reverse("search") + "?q=script",
        reverse("ledger-list", args=["tasks"]), reverse("ledger-list", args=["enterprises"]),
        reverse("tasks-table"), reverse("chief", args=[world.chain.pk]), reverse("recent-changes"),
        reverse("notices"),
    ]  # fmt: skip
    for who in (world.owner, world.department_user):
        client = signed_in(who)
        for address in pages:
            text = client.get(address).content.decode()
            assert "<script>alert" not in text and "<img src=x" not in text, address


def test_a_chief_proves_what_the_plan_asks_of_the_chief_and_nothing_else(world):
    duties = [
        tasks.duty_create(
            world.owner, region=world.county, chain=chain, what=what, who=who, unit=unit, every="year"
        )
        for chain, what, who, unit in (
            (world.chain, "主持专题会议", "链长", None),
            (world.chain, "报送情况", "链条办", world.chain_office),
            (world.other_chain, "主持专题会议", "链长", None),
        )
    ]
    client = signed_in(world.chief)
    sent = {"on": dt.date.today().isoformat(), "text": "主持了专题会", "file": note()}
    statuses = [
        client.post(reverse("occurrence-prove", args=[duty.occurrences.first().pk]), sent).status_code
        for duty in duties
    ]
    assert statuses == [302, 403, 404]
    page = client.get(reverse("occurrence-prove", args=[duties[1].occurrences.first().pk])).content.decode()
    assert 'name="text"' not in page and "由电子信息链条办登记" in page


def test_nobody_is_asked_to_file_for_another_county(world):
    user = make_user("both", "两地", "observer", world.city)
    Grant.objects.create(user=user, role="general_office", region=world.county)
    foreign = Unit.objects.create(region=world.neighbour, name="禾渡县科技局")
    with pytest.raises(LianshuError, match="不在青澜县"):
        reports.collection_open(
            user, region=world.county, kind="other", title="材料", due=dt.date(2026, 3, 9), headings=["情况"],
            units=[foreign],
        )  # fmt: skip
