"""Calls to file: nobody is asked twice, everything known is filled in, who owes is plain."""

import datetime as dt

import pytest
from django.urls import reverse

from lianshu.core.errors import LianshuError
from lianshu.core.models import Notice
from lianshu.matters import services as matters
from lianshu.obligations.selectors import mine
from lianshu.obligations.services import follow
from lianshu.organisation.models import Unit, User
from lianshu.reports import services
from lianshu.reports.models import Collection, Filing
from lianshu.tasks.models import Task, TaskReport

DUE = dt.date(2026, 4, 5)


@pytest.fixture
def year_plans(world):
    return services.collection_open(
        world.owner, region=world.county, kind="year_plan", title="2026年度工作计划", period="2026", due=DUE,
        headings=["工作目标", "重点任务"], units=[world.department, world.other_department],
    )  # fmt: skip


@pytest.fixture
def month(world):
    return services.collection_open(
        world.owner, region=world.county, kind="month", title="3月月报", period="2026-03", due=DUE,
        headings=["工作进展", "企业诉求", "下步打算"], chains=[world.chain],
    )  # fmt: skip


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


@pytest.mark.system("S053")
def test_office_collects_each_units_plan_and_sees_who_has_not_filed(client, world):
    sign_in(client, world.owner)
    answer = client.post(
        reverse("collection-new"),
        {"region": world.county.pk, "kind": "year_plan", "title": "2026年度工作计划", "period": "2026",
         "due": "2026-04-05", "units": [world.department.pk, world.other_department.pk], "headings": "工作目标\n重点任务"},
    )  # fmt: skip
    assert answer.status_code == 302
    collection = Collection.objects.get()
    filing = collection.filings.get(unit=world.department)
    sign_in(client, world.department_user)
    assert "2026年度工作计划" in client.get(reverse("collections")).content.decode()
    client.post(
        reverse("filing", args=[filing.pk]), {"part-0": "新增两个平台", "part-1": "揭榜挂帅", "do": "file"}
    )
    sign_in(client, world.owner)
    page = client.get(reverse("collection", args=[collection.pk])).content.decode()
    assert "应报 2 家，未报 1 家" in page
    assert client.post(reverse("collection-remind", args=[collection.pk])).status_code == 302
    assert collection.filings.get(unit=world.other_department).reminded_on is not None
    assert collection.filings.get(unit=world.department).reminded_on is None


def test_same_units_are_not_asked_twice(world, year_plans):
    with pytest.raises(LianshuError) as caught:
        services.collection_open(
            world.owner, region=world.county, kind="year_plan", title="再报一次", period="2026", due=DUE,
            headings=["目标"], units=[world.department],
        )  # fmt: skip
    assert "青澜县科技局" in caught.value.sentence
    assert Collection.objects.count() == 1


def test_empty_parts_are_named_and_nothing_is_filed(world, year_plans):
    filing = year_plans.filings.get(unit=world.department)
    with pytest.raises(LianshuError) as caught:
        services.filing_save(world.department_user, filing, texts=["目标", " "], file_it=True)
    assert "重点任务" in caught.value.sentence
    filing.refresh_from_db()
    assert filing.state == Filing.State.OWED


def test_another_unit_cannot_file_and_the_stranger_sees_nothing(client, world, year_plans):
    filing = year_plans.filings.get(unit=world.other_department)
    with pytest.raises(LianshuError) as caught:
        services.filing_save(world.department_user, filing, texts=["a", "b"], file_it=True)
    assert caught.value.status == 403
    sign_in(client, world.stranger)
    assert client.get(reverse("filing", args=[filing.pk])).status_code == 404
    assert client.get(reverse("collection", args=[year_plans.pk])).status_code == 404


def test_returned_filing_comes_back_as_a_new_version(world, year_plans):
    filing = year_plans.filings.get(unit=world.department)
    filing = services.filing_save(world.department_user, filing, texts=["一", "二"], file_it=True)
    with pytest.raises(LianshuError):
        services.filing_return(world.owner, filing, reason=" ")
    filing = services.filing_return(world.owner, filing, reason="缺数据")
    assert Notice.objects.filter(user=world.department_user, title__contains="退回重报").exists()
    # the clock beside it says how late it is, the words why it is back
    (owed,) = mine(world.department_user, filing.collection.due + dt.timedelta(days=9))
    assert owed.due < filing.collection.due + dt.timedelta(days=9) and owed.note == "被退回：缺数据"
    filing = services.filing_save(world.department_user, filing, texts=["一二", "二"], file_it=True)
    filing = services.filing_accept(world.owner, filing)
    assert (filing.version, filing.state) == (2, Filing.State.ACCEPTED)
    assert [version.sections[0]["text"] for version in filing.versions.all()] == ["一二", "一"]
    with pytest.raises(LianshuError) as caught:
        services.filing_save(world.department_user, filing, texts=["x", "y"], file_it=True)
    assert caught.value.code == "E3001"


def test_chain_office_files_the_month_for_its_own_chain_prefilled(client, world, month):
    task = Task.objects.create(region=world.county, chain=world.chain, title="编制图谱", number="1")
    TaskReport.objects.create(task=task, progress=60, text="完成初稿", on=dt.date(2026, 3, 20))
    follow(task)
    matters.matter_receive(
        world.colleague,
        region=world.county,
        chain=world.chain,
        title="缺电",
        text="缺电",
        on=dt.date(2026, 3, 3),
    )
    filing = month.filings.get()
    sign_in(client, world.colleague)
    page = client.get(reverse("filing", args=[filing.pk])).content.decode()
    assert "编制图谱：完成 60%。完成初稿" in page
    assert "收到 1 件" in page
    answer = client.post(
        reverse("filing", args=[filing.pk]),
        {"part-0": "图谱初稿完成", "part-1": "缺电 1 件", "part-2": "评审图谱", "do": "file"},
    )
    assert answer.status_code == 302
    other = Unit.objects.create(
        region=world.county, name="新材料链条办", kind=Unit.Kind.CHAIN_OFFICE, chain=world.other_chain
    )
    foreign = services.collection_open(
        world.owner, region=world.county, kind="month", title="新材料月报", period="2026-03", due=DUE,
        headings=["工作进展"], chains=[world.other_chain],
    ).filings.get()  # fmt: skip
    assert foreign.unit == other
    assert client.get(reverse("filing", args=[foreign.pk])).status_code == 404, "own chain only"


def test_lead_department_uploads_plan_and_charts_and_files_the_year_end_report(client, world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    calls = {
        "development_plan": ["发展规划要点"],
        "charts": ["图表说明"],
        "year_list": ["年度工作清单"],
        "year_end": ["全年工作完成情况", "存在问题"],
    }
    for kind, headings in calls.items():
        services.collection_open(
            world.owner, region=world.county, kind=kind, title=f"2026{kind}", period="2026", due=DUE,
            headings=headings, units=[world.department],
        )  # fmt: skip
    sign_in(client, world.department_user)
    for kind, headings in calls.items():
        filing = Filing.objects.get(collection__kind=kind)
        data = {f"part-{number}": "见附件" for number in range(len(headings))} | {"do": "file"}
        if kind in ("development_plan", "charts"):
            data["file"] = SimpleUploadedFile("规划.txt", "电子信息发展规划".encode(), "text/plain")
        assert client.post(reverse("filing", args=[filing.pk]), data).status_code == 302
        page = client.get(reverse("filing", args=[filing.pk])).content.decode()
        if "file" in data:
            assert "规划.txt" in page
    assert not Filing.objects.exclude(state=Filing.State.FILED).exists()


def test_general_office_gathers_months_writes_the_quarter_and_scores(client, world, month):
    sign_in(client, world.colleague)
    filing = month.filings.get()
    client.post(
        reverse("filing", args=[filing.pk]),
        {"part-0": "图谱完成", "part-1": "缺电 1 件", "part-2": "评审", "do": "file"},
    )
    sign_in(client, world.owner)
    answer = client.post(reverse("report-new"), {"region": world.county.pk, "period": "2026Q1"})
    report_url = answer["Location"]
    page = client.get(report_url).content.decode()
    assert "2026年第一季度" in page
    assert "图谱完成" in page, "the month's filing is in the quarter's draft"
    word = client.get(report_url + "word/")
    assert word.content[:2] == b"PK"
    assert client.post(report_url + "issue/").status_code == 302
    assert client.post(report_url, {"title": "x", "to": "", "body": "y"}).status_code in (302, 200)
    sign_in(client, world.chief)
    assert "图谱完成" in client.get(report_url).content.decode(), "the chief receives what was issued"
    assert Notice.objects.filter(user=world.chief, title__startswith="请阅").exists()

    sign_in(client, world.owner)
    answer = client.post(
        reverse("score-sheet-new"),
        {
            "region": world.county.pk,
            "title": "一季度平时考核",
            "period": "2026Q1",
            "criteria": "任务完成 60\n报送 40",
        },
    )
    sheet_url = answer["Location"]
    scores = {"unit": world.chain_office.pk, "points-0": "55.5", "reason-0": "一项滞后", "points-1": "40"}
    assert client.post(sheet_url, {**scores, "points-1": "41"}).status_code == 422
    assert client.post(sheet_url, scores).status_code == 302
    sign_in(client, world.colleague)
    assert client.get(sheet_url).status_code == 404, "not before it is published"
    sign_in(client, world.owner)
    assert client.post(sheet_url + "publish/").status_code == 302
    sign_in(client, world.colleague)
    page = client.get(sheet_url).content.decode()
    assert "95.5" in page
    assert "一项滞后" in page


def test_sheet_is_published_only_when_everybody_is_scored(world):
    sheet = services.sheet_create(world.owner, region=world.county, title="考核", criteria=[("任务", 100)])
    with pytest.raises(LianshuError) as caught:
        services.sheet_publish(world.owner, sheet, units=[world.chain_office])
    assert "电子信息链条办" in caught.value.sentence


def test_issued_report_is_frozen(world):
    report = services.report_draft(world.owner, region=world.county, title="季报", body="一、进展")
    report = services.report_issue(world.owner, report)
    with pytest.raises(LianshuError) as caught:
        services.report_update(world.owner, report, title="改", to="", body="改")
    assert caught.value.code == "E3001"


def test_word_report_keeps_the_official_geometry():
    import io

    from docx import Document

    from lianshu.reports.official import report_docx

    document = Document(
        io.BytesIO(
            report_docx(
                title="报告",
                to="县委",
                body="一、进展\n（一）图谱\n完成。",
                signer="总链办",
                date="2026年4月5日",
            )
        )
    )
    section = document.sections[0]
    assert [
        round(side.mm)
        for side in (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
    ] == [37, 28, 35, 26]
    fonts = {run.font.name: run.font.size.pt for paragraph in document.paragraphs for run in paragraph.runs}
    assert fonts["方正小标宋简体"] == 22
    assert fonts["仿宋_GB2312"] == fonts["黑体"] == fonts["楷体_GB2312"] == 16


def test_lists_need_few_queries(client, world, year_plans, month, django_assert_max_num_queries):
    sign_in(client, world.owner)
    User.objects.get(pk=world.owner.pk)
    with django_assert_max_num_queries(22):
        assert client.get(reverse("collections")).status_code == 200
    with django_assert_max_num_queries(22):
        assert client.get(reverse("collection", args=[year_plans.pk])).status_code == 200


def test_a_filing_counts_for_the_duty_and_is_not_entered_again(world):
    from lianshu.tasks.calendar import occurrences_refresh
    from lianshu.tasks.models import Duty

    duty = Duty.objects.create(
        region=world.county, chain=world.chain, unit=world.chain_office, what="书面向总链办报送上月情况",
        every="month", counts="report_filed", starts=dt.date(2026, 1, 1),
    )  # fmt: skip
    occurrences_refresh(duty, today=dt.date(2026, 3, 1))
    month = services.collection_open(
        world.owner, region=world.county, kind="month", title="3月月报", period="2026-03", due=DUE,
        headings=["进展"], chains=[world.chain], duty=duty,
    )  # fmt: skip
    filing = services.filing_save(
        world.colleague, month.filings.get(), texts=["图谱完成"], file_it=True, on=DUE
    )
    march = duty.occurrences.get(period="2026-03")
    assert (march.state, march.done) == ("done", 1)
    assert march.evidence.get().text.startswith("3月月报")
    services.filing_return(world.owner, filing, reason="补数据")
    services.filing_save(world.colleague, filing, texts=["图谱完成，数据已补"], file_it=True, on=DUE)
    march.refresh_from_db()
    assert march.done == 1, "a second version is not a second time"


@pytest.mark.system("S020")
def test_leading_groups_office_collects_reports_and_sends_supervision_and_circulars(
    client, world, year_plans
):
    filing = year_plans.filings.get(unit=world.department)
    services.filing_save(world.department_user, filing, texts=["目标", "任务"], file_it=True)
    sign_in(client, world.owner)
    page = client.get(reverse("collection", args=[year_plans.pk])).content.decode()
    assert "应报 2 家，未报 1 家" in page
    sent = client.post(
        reverse("notice-new"),
        {
            "kind": "supervision",
            "to_unit": world.department.pk,
            "title": "催办揭榜挂帅",
            "text": "请报进展。",
            "due": "",
        },
    )
    assert sent.status_code == 302
    notice_url = sent["Location"]
    circular = client.post(
        reverse("notice-new"),
        {
            "kind": "circular",
            "to_unit": world.department.pk,
            "title": "一季度推进情况通报",
            "text": "总体正常。",
            "due": "",
        },
    )
    assert circular.status_code == 302
    sign_in(client, world.department_user)
    assert "催办揭榜挂帅" in client.get(notice_url).content.decode()
    assert client.post(notice_url + "sign/").status_code == 302
    assert client.post(notice_url + "answer/", {"answer": "已发布两个榜单。"}).status_code == 302
    assert "总体正常" in client.get(circular["Location"]).content.decode()
    sign_in(client, world.owner)
    assert client.post(notice_url + "close/").status_code == 302
    assert "已办结" in client.get(notice_url).content.decode()
