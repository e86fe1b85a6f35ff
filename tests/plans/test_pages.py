"""Pages of the room: who sees what, what the desk answers, how many queries a page takes."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.conftest import signed_in
from tests.plans.samples import accept_all, add_items, plan_text

from lianshu.core.errors import LianshuError
from lianshu.core.models import Job
from lianshu.core.processes import process_name
from lianshu.plans import selectors
from lianshu.plans.adoption import engine
from lianshu.plans.adoption.undoing import undo
from lianshu.plans.models import Adoption, Document, Item, Plan

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _eager(settings):
    settings.LIANSHU_JOBS_EAGER = True


@pytest.fixture
def adoption(owner, document):
    accept_all(document)
    return engine.adopt(owner, document, unanswered="create").adoption


def addresses(document, item):
    return [
        f"/plans/{document.plan_id}/", f"/plans/{document.plan_id}/edit/", f"/plans/{document.plan_id}/edition/",
        f"/plans/documents/{document.pk}/desk/", f"/plans/documents/{document.pk}/desk/text/",
        f"/plans/documents/{document.pk}/desk/changes/?since=0", f"/plans/documents/{document.pk}/desk/new/",
        f"/plans/documents/{document.pk}/adopt/", f"/plans/items/{item.pk}/form/",
        f"/plans/items/{item.pk}/split-form/",
    ]  # fmt: skip


def posts(document, item):
    return [
        f"/plans/{document.plan_id}/edit/", f"/plans/{document.plan_id}/delete/", f"/plans/{document.plan_id}/edition/",
        f"/plans/documents/{document.pk}/read/", f"/plans/documents/{document.pk}/desk/add/",
        f"/plans/documents/{document.pk}/desk/accept/", f"/plans/documents/{document.pk}/desk/undo/",
        f"/plans/documents/{document.pk}/adopt/", f"/plans/items/{item.pk}/accept/", f"/plans/items/{item.pk}/split/",
    ]  # fmt: skip


def test_the_stranger_finds_nothing(as_stranger, document, item, adoption):
    paths = [
        *addresses(document, item),
        f"/plans/adoptions/{adoption.pk}/",
        f"/plans/documents/{document.pk}/file/",
    ]
    assert {path: as_stranger.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    sent = [*posts(document, item), f"/plans/adoptions/{adoption.pk}/undo/"]
    assert {path: as_stranger.post(path, {"n": "2"}).status_code for path in sent} == dict.fromkeys(sent, 404)
    assert document.plan.title not in as_stranger.get("/plans/").content.decode()
    assert Adoption.objects.get(pk=adoption.pk).undone_at is None


def test_the_chain_office_reads_and_may_not_decide(as_colleague, document, item):
    assert as_colleague.get(f"/plans/documents/{document.pk}/desk/").status_code == 200
    sent = posts(document, item)
    answers = {
        path: as_colleague.post(
            path, {"n": "2", "quote": "总体目标", "kind": "tasks", "confidence": "0.9"}
        ).status_code
        for path in sent
    }
    assert answers == dict.fromkeys(sent, 403)
    assert set(Item.objects.values_list("state", flat=True)) == {"pending"}


def test_the_desk_of_a_reader_without_rights_offers_no_verbs(as_colleague, as_owner, document):
    page = as_colleague.get(f"/plans/documents/{document.pk}/desk/").content.decode()
    assert 'data-verb="accept"' not in page and "批量采用" not in page
    page = as_owner.get(f"/plans/documents/{document.pk}/desk/").content.decode()
    assert 'data-verb="accept"' in page


def test_visitors_are_sent_to_the_sign_in(client, document, item):
    for path in addresses(document, item):
        assert client.get(path).url.startswith("/sign-in/")


def test_pages_take_few_queries(as_owner, document, adoption, django_assert_max_num_queries):
    limits = {
        "/plans/": 14,
        f"/plans/{document.plan_id}/": 24,
        f"/plans/{document.plan_id}/?tab=items": 22,
        f"/plans/{document.plan_id}/?tab=programmes": 20,
        f"/plans/{document.plan_id}/?tab=editions": 20,
        f"/plans/documents/{document.pk}/desk/": 16,
        f"/plans/documents/{document.pk}/desk/changes/?since=-1": 10,
    }
    for path, limit in limits.items():
        as_owner.get(path)
        with django_assert_max_num_queries(limit):
            assert as_owner.get(path).status_code in (200, 204)


def test_no_page_has_inline_script_or_style(as_owner, document, item, adoption):
    for path in [*addresses(document, item), "/plans/", "/plans/new/", f"/plans/adoptions/{adoption.pk}/"]:
        answer = as_owner.get(path)
        page = answer.content.decode()
        assert " style=" not in page and "<style" not in page and " onclick" not in page, path
        assert "<script>" not in page, path


def test_the_desk_shows_text_and_items_and_counts(as_owner, document):
    Item.objects.filter(kind="targets", fields__low=30).update(confidence=0.5, reason="时间不明")
    page = as_owner.get(f"/plans/documents/{document.pk}/desk/").content.decode()
    assert 'data-counts="targets"' in page
    assert page.index("高新技术企业") < page.index(
        "规模以上工业产值</button>"
    )  # the uncertain one comes first
    assert "时间不明" in page
    for item in document.items.all():
        assert f'id="item-{item.pk}"' in page


def decide(client, item, verb, **values):
    return client.post(f"/plans/items/{item.pk}/{verb}/", {"since": "0", **values}, **JSON)


def test_a_decision_answers_with_what_changed(as_owner, document, item):
    answer = decide(as_owner, item, "accept", seen="0")
    found = answer.json()
    assert answer.status_code == 200
    assert [one["id"] for one in found["items"]] == [item.pk]
    assert "已核" in found["items"][0]["html"] and "总链办小周" in found["items"][0]["html"]
    assert found["counts"]["targets"] == {"all": 2, "done": 1, "uncertain": 0}
    assert found["revision"] == 1


def test_another_person_sees_it_at_the_next_poll(as_owner, client, world, document, item):
    from tests.factories import make_user

    mate = make_user("second", "总链办小钱", "general_office", world.county)
    decide(as_owner, item, "edit", low="130", seen="0")
    client.force_login(mate, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/plans/documents/{document.pk}/desk/changes/"
    found = client.get(f"{path}?since=0", **JSON).json()
    assert "总链办小周" in found["items"][0]["html"] and "130" in found["items"][0]["html"]
    assert client.get(f"{path}?since={found['revision']}", **JSON).status_code == 204
    refused = decide(client, item, "accept", seen="0")
    assert refused.status_code == 409
    assert "总链办小周" in refused.json()["message"]


def test_edit_form_and_wrong_values(as_owner, item):
    form = as_owner.get(f"/plans/items/{item.pk}/form/").content.decode()
    assert 'value="到2027年"' in form and 'value="120"' in form and "新材料产业链" in form
    refused = decide(as_owner, item, "edit", low="许多", period="总有一天")
    assert refused.status_code == 422
    assert "数值：要填数字" in refused.json()["message"] and "时间" in refused.json()["message"]


def test_split_over_the_page(as_owner, document, item):
    assert "第 3 条" in as_owner.get(f"/plans/items/{item.pk}/split-form/?n=3").content.decode()
    found = decide(
        as_owner, item, "split",
        **{"n": "2", "0-name": "甲", "0-low": "1", "1-name": "乙", "1-low": "2", "0-scope": "region", "1-scope": "region"},
    ).json()  # fmt: skip
    assert found["gone"] == [item.pk]
    assert sorted(Item.objects.filter(parent=item).values_list("fields__name", flat=True)) == ["乙", "甲"]
    undone = as_owner.post(
        f"/plans/documents/{document.pk}/desk/undo/", {"since": found["revision"]}, **JSON
    ).json()
    assert [one["id"] for one in undone["items"]] == [item.pk] and len(undone["gone"]) == 2


def test_add_from_a_selection(as_owner, document):
    path = f"/plans/documents/{document.pk}/desk/"
    quote = "技改投资占工业投资比重达到45%"
    form = as_owner.get(f"{path}new/", {"kind": "targets", "quote": quote, "start": "5"}).content.decode()
    assert quote in form
    sent = {"kind": "targets", "quote": quote, "start": "5", "name": "技改投资占比", "low": "45", "unit": "%",
            "op": ">=", "basis": "share", "scope": "region", "period": "到2027年", "since": "0"}  # fmt: skip
    found = as_owner.post(f"{path}add/", sent, **JSON).json()
    row = Item.objects.get(pk=found["items"][0]["id"])
    assert (row.evidence, row.start) == (quote, document.text.index(quote))
    text = as_owner.get(f"{path}text/").content.decode()
    assert str(row.pk) in text
    # a selection over several lines comes without their breaks
    found = as_owner.post(f"{path}add/", {**sent, "quote": "二、重点任务（一）开展产业链招商"}, **JSON).json()
    row = Item.objects.get(pk=max(one["id"] for one in found["items"]))
    assert row.evidence == "二、重点任务\n\n（一）开展产业链招商"
    refused = as_owner.post(f"{path}add/", {**sent, "quote": "文中没有的话"}, **JSON)
    assert refused.status_code == 422 and "找不到这段原文" in refused.json()["message"]


def test_bulk_acceptance_over_the_page(as_owner, document):
    found = as_owner.post(
        f"/plans/documents/{document.pk}/desk/accept/", {"confidence": "0.90", "since": "0"}, **JSON
    ).json()
    assert len(found["items"]) == document.items.count()
    assert set(document.items.values_list("state", flat=True)) == {"accepted"}


def test_unknown_verbs_do_not_exist(as_owner, item):
    assert decide(as_owner, item, "explode").status_code == 404


# --- upload and plan pages


def test_upload_leads_to_the_desk(as_owner, world):
    file = SimpleUploadedFile("方案.txt", plan_text(world.county).encode())
    answer = as_owner.post("/plans/new/", {"files": [file]})
    document = Document.objects.get()
    assert answer.url == f"/plans/documents/{document.pk}/reading/"
    assert as_owner.get(answer.url).url == f"/plans/documents/{document.pk}/desk/"
    assert document.items.count() > 10
    assert Job.objects.get().status == "done"
    stored = as_owner.get(f"/plans/documents/{document.pk}/file/")
    assert b"".join(stored.streaming_content).decode() == plan_text(world.county)


def test_pasted_text_is_a_plan_too(as_owner, world):
    as_owner.post("/plans/new/", {"text": plan_text(world.county), "region": world.county.pk})
    assert Plan.objects.get().title == f"{world.county.name}重点产业链建设实施方案"


def test_a_bad_file_is_told_on_the_form(as_owner):
    answer = as_owner.post("/plans/new/", {"files": [SimpleUploadedFile("空.txt", b" ")]})
    assert answer.status_code == 422
    assert "文件是空的" in answer.content.decode()
    answer = as_owner.post("/plans/new/", {})
    assert "请选择文件" in answer.content.decode()
    assert not Plan.objects.exists()


def test_several_files_are_several_plans_and_bad_ones_are_named(as_owner, world):
    good = [
        SimpleUploadedFile(f"{n}.txt", plan_text(world.county).replace("120", n).encode())
        for n in ("90", "80")
    ]
    answer = as_owner.post("/plans/new/", {"files": [*good, SimpleUploadedFile("空.txt", b" ")]}, follow=True)
    assert Plan.objects.count() == 2
    assert "空.txt" in answer.content.decode()


def test_a_failed_reading_says_why_and_can_be_deleted(as_owner):
    as_owner.post("/plans/new/", {"files": [SimpleUploadedFile("坏.pdf", b"%PDF-1.4 broken")]})
    document = Document.objects.get()
    page = as_owner.get(f"/plans/documents/{document.pk}/reading/").content.decode()
    assert document.error in page
    assert as_owner.post(f"/plans/{document.plan_id}/delete/").url == "/plans/"
    assert not Plan.objects.exists()


def test_facts_can_be_corrected(as_owner, document, world):
    values = {
        "title": "新标题",
        "region": world.county.pk,
        "kind": "实施方案",
        "start_year": "2025",
        "end_year": "2024",
    }
    answer = as_owner.post(f"/plans/{document.plan_id}/edit/", values)
    assert answer.status_code == 422
    answer = as_owner.post(f"/plans/{document.plan_id}/edit/", {**values, "end_year": "2027"})
    assert answer.status_code == 302
    document.plan.refresh_from_db()
    assert (document.plan.title, document.plan.years) == ("新标题", "2025—2027年")


def test_a_lower_plan_hangs_under_an_upper_one_only(as_owner, world, document):
    above = Plan.objects.create(region=world.city, title="市方案")
    beside = Plan.objects.create(region=world.county, title="另一方案")
    values = {"title": "标题", "region": world.county.pk}
    # the owner of the county does not see the city's plan
    assert as_owner.post(f"/plans/{document.plan_id}/edit/", {**values, "upper": above.pk}).status_code == 422
    assert (
        as_owner.post(f"/plans/{document.plan_id}/edit/", {**values, "upper": beside.pk}).status_code == 422
    )


def test_adopted_plans_are_not_deleted(as_owner, document, adoption):
    answer = as_owner.post(f"/plans/{document.plan_id}/delete/")
    assert answer.status_code == 409
    assert Plan.objects.filter(pk=document.plan_id).exists()


def test_an_edition_is_compared_on_a_page(as_owner, document, world):
    from tests.plans.samples import PLAN_NEXT

    file = SimpleUploadedFile("二.txt", plan_text(world.county, PLAN_NEXT).encode())
    answer = as_owner.post(f"/plans/{document.plan_id}/edition/", {"file": file})
    newest = Document.objects.get(edition=2)
    assert answer.url == f"/plans/documents/{newest.pk}/reading/"
    page = as_owner.get(f"/plans/documents/{newest.pk}/difference/").content.decode()
    assert "150" in page and "120" in page
    assert as_owner.get(f"/plans/documents/{document.pk}/difference/").status_code == 302
    assert (
        f"/plans/documents/{newest.pk}/desk/"
        in as_owner.get(f"/plans/documents/{document.pk}/desk/").content.decode()
    )


# --- adoption over the pages


def test_preview_then_adopt_then_undo(as_owner, document, world):
    accept_all(document)
    path = f"/plans/documents/{document.pk}/adopt/"
    page = as_owner.get(path).content.decode()
    assert "食品加工" in page and "新建" in page and "每条" in page
    assert not Adoption.objects.exists()
    answer = as_owner.post(path)
    job = Job.objects.get(kind="plans.adopt")
    adoption = Adoption.objects.get()
    assert answer.url == job.result["url"] == f"/plans/adoptions/{adoption.pk}/"
    page = as_owner.get(job.result["url"]).content.decode()
    assert "食品加工" in page and "撤回采纳" in page
    assert "没有新的内容" in as_owner.get(path).content.decode()
    answer = as_owner.post(f"/plans/adoptions/{adoption.pk}/undo/")
    job = Job.objects.get(kind="plans.undo")
    assert (job.status, job.result["words"]) == ("done", "已撤回采纳")
    assert answer.url == job.result["url"] == f"/plans/adoptions/{adoption.pk}/"
    page = as_owner.get(answer.url).content.decode()
    assert "已撤回采纳：总链办小周" in page and "撤回采纳</button>" not in page
    again = as_owner.post(f"/plans/adoptions/{adoption.pk}/undo/")
    assert again.status_code == 409 and "已撤回" in again.content.decode()


def test_undo_page_says_what_hangs(as_owner, world, document, adoption):
    from lianshu.organisation.models import Chain, Grant

    grant = Grant.objects.create(user=world.colleague, role="chain_office", region=world.county)
    grant.chains.add(Chain.objects.get(region=world.county, name="食品加工"))
    answer = as_owner.post(f"/plans/adoptions/{adoption.pk}/undo/", follow=True)
    page = answer.content.decode()
    assert "没有写入任何数据" in page and "还有 1 条授权" in page
    assert "撤回采纳</button>" in page, "it can be tried again"
    job = Job.objects.get(kind="plans.undo")
    assert job.status == "failed" and len(job.result["problems"]) == 1
    assert Adoption.objects.get(pk=adoption.pk).undone_at is None
    # who did not ask for it reads nothing of the attempt
    assert (
        "还有 1 条授权"
        not in signed_in(world.people["observer"]).get(answer.request["PATH_INFO"]).content.decode()
    )


@pytest.fixture
def running(world, document):
    """An adoption of the plan that runs in this very process, asked for by somebody else."""

    def start(kind, **given):
        return Job.objects.create(
            kind=kind, title="正在办", status="running", asked_by=world.chief, owner_process=process_name(),
            input={"plan": document.plan_id, **given}, started_at=timezone.now(),
        )  # fmt: skip

    return start


@pytest.mark.parametrize(("kind", "words"), [("plans.adopt", "正在采纳"), ("plans.undo", "正在撤回采纳")])
def test_one_adoption_of_a_plan_at_a_time(as_owner, document, adoption, running, kind, words):
    running(kind, adoption=adoption.pk)
    undone = as_owner.post(f"/plans/adoptions/{adoption.pk}/undo/")
    assert undone.status_code == 409
    assert words in undone.content.decode() and "不能撤回采纳，请等它办完" in undone.content.decode()
    adopted = as_owner.post(f"/plans/documents/{document.pk}/adopt/")
    assert adopted.status_code == 409 and "不能再采纳" in adopted.content.decode()
    assert Job.objects.count() == 1
    assert Adoption.objects.get(pk=adoption.pk).undone_at is None


def test_an_undo_under_way_is_told_to_everybody_who_sees_the_adoption(as_owner, adoption, running):
    running("plans.undo", adoption=adoption.pk)
    page = as_owner.get(f"/plans/adoptions/{adoption.pk}/").content.decode()
    assert "正在撤回这次采纳" in page and "撤回采纳</button>" not in page


def test_a_killed_adoption_does_not_bar_undo(as_owner, adoption, running):
    job = running("plans.adopt")
    Job.objects.filter(pk=job.pk).update(owner_process=process_name() + "0")
    as_owner.post(f"/plans/adoptions/{adoption.pk}/undo/")
    assert Adoption.objects.get(pk=adoption.pk).undone_at is not None
    job.refresh_from_db()
    assert job.status == "failed"


def test_adoption_page_asks_the_database_per_kind_of_row(as_owner, owner, document):
    def queries():
        accept_all(document)
        adoption = engine.adopt(owner, document, unanswered="create").adoption
        with CaptureQueriesContext(connection) as captured:
            page = as_owner.get(f"/plans/adoptions/{adoption.pk}/").content.decode()
        undo(owner, adoption)
        return len(captured), page

    few, _ = queries()
    target = {
        "high": None,
        "unit": "家",
        "op": ">=",
        "basis": "level",
        "period": "by:2027",
        "scope": "region",
    }
    rows = [
        ("targets", "高新技术企业不少于30家", {"name": f"第{number}项", "low": number, **target})
        for number in range(25)
    ]
    add_items(document, rows)
    many, page = queries()
    assert "第24项" in page and many <= few


def test_questions_must_be_answered_before_adoption(as_owner, world, document):
    add_items(document, [("chains", "技改投资", {"name": "电子信息制造"})])
    document.items.filter(fields__name="电子信息制造").update(state="accepted")
    path = f"/plans/documents/{document.pk}/adopt/"
    page = as_owner.get(path).content.decode()
    assert "是已有的哪条产业链" in page
    refused = as_owner.post(path)
    assert refused.status_code == 422 and "还有 1 个问题没有选" in refused.content.decode()
    key = engine.preview(world.owner, document).questions[0].key
    as_owner.post(path, {f"choice:{key}": str(world.chain.pk)})
    assert Adoption.objects.get().choices == {key: str(world.chain.pk)}
    world.chain.refresh_from_db()
    assert world.chain.aliases == ["电子信息制造"]


def test_the_list_counts_and_filters(as_owner, document):
    page = as_owner.get("/plans/").content.decode()
    assert document.plan.title in page and ">12</td>" in page
    assert document.plan.title not in as_owner.get("/plans/?q=没有这份").content.decode()
    assert document.plan.title in as_owner.get("/plans/?status=draft").content.decode()
    assert document.plan.title not in as_owner.get("/plans/?status=adopted").content.decode()


def test_answers_are_json(as_owner, document):
    found = json.loads(as_owner.get(f"/plans/documents/{document.pk}/desk/changes/?since=5").content)
    assert found["revision"] == 0 and found["items"] == []


def test_my_work_names_plans_that_wait(world, document):
    import datetime as dt

    from lianshu.plans.registration import agenda, search

    today = dt.date(2026, 3, 5)
    (entry,) = agenda(world.owner, today)
    assert entry.verb == "核对" and f"还有 {document.items.count()} 条待核" in entry.why
    accept_all(document)
    (entry,) = agenda(world.owner, today)
    assert entry.verb == "采纳" and entry.url == f"/plans/documents/{document.pk}/adopt/"
    assert not list(agenda(world.colleague, today)) and not list(agenda(world.stranger, today))
    engine.adopt(world.owner, document, unanswered="create")
    assert not list(agenda(world.owner, today))
    assert [url for _, _, url in search(world.owner, "重点产业链")] == [f"/plans/{document.plan_id}/"]
    assert not list(search(world.stranger, "重点产业链"))


def test_programmes_list_their_parts_with_the_tasks(as_owner, world):
    rows = [
        ("mechanisms", "二、重点任务", {"name": "两大行动", "items": ["招商行动", "培育行动"]}),
        ("tasks", "（一）开展产业链招商", {"title": "招商行动", "section": "", "no": "1"}),
        ("tasks", "1.组建驻外招商队伍", {"title": "组建队伍", "section": "招商行动", "no": "2"}),
        ("mechanisms", "三、工作机制", {"name": "五个一", "items": ["一个专班"]}),
    ]
    from tests.plans.samples import make_document

    document = make_document(world.county, rows)
    (programme,) = selectors.programmes(list(document.items.standing()))
    assert programme.item.label == "两大行动"
    assert [(part, itself and itself.label, [task.label for task in tasks]) for part, itself, tasks in programme.parts] == [
        ("招商行动", "招商行动", ["组建队伍"]), ("培育行动", None, []),
    ]  # fmt: skip
    page = as_owner.get(f"/plans/{document.plan_id}/?tab=programmes").content.decode()
    assert "两大行动" in page and "组建队伍" in page and "五个一" not in page


def test_the_result_page_links_to_every_room(as_owner, adoption):
    page = as_owner.get(f"/plans/adoptions/{adoption.pk}/").content.decode()
    for address in (
        "/chains/",
        "/targets/",
        "/tasks/",
        "/duties/",
        "/ledger/units/",
        "/ledger/appointments/",
    ):
        assert f'href="{address}' in page, address


def test_a_lost_file_is_told_in_words(as_owner, document):
    answer = as_owner.get(f"/plans/documents/{document.pk}/file/")
    assert answer.status_code == 422
    assert "原文件不在服务器上了" in answer.content.decode()


def test_what_changed_after_the_preview_is_shown_before_it_is_adopted(as_owner, world, document):
    accept_all(document)
    path = f"/plans/documents/{document.pk}/adopt/"
    assert 'name="seen" value="0"' in as_owner.get(path).content.decode()
    decide(as_owner, document.items.get(fields__name="食品加工"), "reject")
    refused = as_owner.post(path, {"seen": "0"})
    assert refused.status_code == 409 and "又有人改过" in refused.content.decode()
    assert not Adoption.objects.exists()
    with pytest.raises(LianshuError, match="总链办小周"):
        engine.adopt(world.owner, document, unanswered="create", seen_revision=0)
    as_owner.post(path, {"seen": "1"})
    assert Adoption.objects.get().effects.filter(label__contains="食品加工").count() == 0


@pytest.mark.parametrize("junk", ["²", "-5", "x", "9" * 40])
def test_junk_numbers_break_nothing(as_owner, document, item, junk):
    path = f"/plans/documents/{document.pk}/desk/"
    assert as_owner.get(f"{path}changes/", {"since": junk}).status_code in (200, 204)
    assert as_owner.get(f"/plans/items/{item.pk}/split-form/", {"n": junk}).status_code == 200
    values = {"n": junk, "seen": junk, "since": junk, "start": junk, "quote": "总体目标", "kind": junk,
              "confidence": junk, "title": "事", "0-name": "甲", "1-name": "乙"}  # fmt: skip
    for address in (
        f"/plans/items/{item.pk}/split/",
        f"{path}add/",
        f"{path}accept/",
        f"/plans/documents/{document.pk}/adopt/",
    ):
        assert as_owner.post(address, values, **JSON).status_code < 500


INTERNET_PLAN = """{county}工业互联网发展规划

为推动{county}工业互联网发展，制定本规划。

一、主要任务

（一）建设网络基础设施。加快园区网络改造，到2027年建成5G基站200个。（责任单位：县科技局）

（二）推动企业上云。每年组织培训不少于4次。（责任单位：县科技局、县财政局）
"""


@pytest.mark.system("S054")
def test_a_plan_and_its_measures_are_held_as_tasks(as_owner, world):
    from lianshu.tasks.models import Task

    file = SimpleUploadedFile("规划.txt", plan_text(world.county, INTERNET_PLAN).encode())
    as_owner.post("/plans/new/", {"files": [file]})
    document = Document.objects.get()
    as_owner.post(f"/plans/documents/{document.pk}/desk/accept/", {"confidence": "0.5"}, **JSON)
    as_owner.post(f"/plans/documents/{document.pk}/adopt/", {"seen": "2"})
    tasks = {task.title: task for task in Task.objects.filter(plan=document.plan)}
    assert set(tasks) == {"建设网络基础设施", "推动企业上云"}
    assert tasks["建设网络基础设施"].lead_unit == world.department
    page = as_owner.get(f"/plans/{document.plan_id}/?tab=tasks").content.decode()
    assert all(title in page for title in tasks)
    page = as_owner.get(f"/plans/{document.plan_id}/?tab=items&kind=tasks").content.decode()
    assert "推动企业上云" in page
