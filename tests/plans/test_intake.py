"""Uploading, reading, reading again, new editions. The reader is the real one where a text is read; where a
newer reader is needed, its result is put in its place."""

from dataclasses import replace

import pytest
from tests.plans.samples import PLAN_NEXT, ROWS, add_items, make_document, plan_text

from lianshu.core.errors import LianshuError
from lianshu.organisation.models import Region
from lianshu.plans import reading, selectors
from lianshu.plans.models import Document, Item, Plan
from lianshu.plans.reading import Understood
from lianshu.plans.services import desk, intake
from lianshu.policy import model as policy


def upload(user, region, text, name="方案.txt", **values):
    return intake.plan_upload(user, name=name, data=text.encode(), region=region, **values)


def read(user, document, **values):
    return intake.document_read(user, document, **values)


@pytest.fixture
def real(owner, world):
    """The sample plan, uploaded and read by the real reader."""
    document = upload(owner, world.county, plan_text(world.county))
    return read(owner, document)


def test_reading_writes_text_items_and_facts(real, world):
    assert real.text == plan_text(world.county)
    assert real.read_at is not None and real.reader_version
    assert {entry["heading"] for entry in real.outline} >= {"总体目标", "重点任务", "工作机制"}
    kinds = set(real.items.values_list("kind", flat=True))
    assert {"chains", "targets", "tasks", "recurring", "orgs"} <= kinds
    for item in real.items.all():
        assert item.evidence == real.text[item.start : item.end]
        assert item.state == "pending" and item.lineage == item.fingerprint
    plan = real.plan
    assert plan.title == f"{world.county.name}重点产业链建设实施方案"
    assert (plan.kind, plan.doc_no, plan.region) == ("实施方案", "示政发〔2024〕3号", world.county)
    assert plan.end_year == 2027


def test_the_text_decides_the_region_when_nobody_chose(world):
    lin = world.people["observer"]
    from lianshu.organisation.models import Grant

    Grant.objects.create(user=lin, role="general_office", region=world.city)
    document = upload(lin, world.city, plan_text(world.county))
    document = read(lin, document, region_chosen=False)
    assert document.plan.region == world.county


def test_a_foreign_plan_stays_where_it_was_put_and_says_so(owner, world):
    document = upload(owner, world.county, plan_text(world.neighbour))
    document = read(owner, document, region_chosen=False)
    assert document.plan.region == world.county
    assert any(world.neighbour.name in note and "不在您的管辖范围" in note for note in document.notes)


def test_a_chosen_region_wins_over_the_text(world):
    from tests.factories import make_user

    above = make_user("above", "市总链办", "general_office", world.city)
    document = upload(above, world.neighbour, plan_text(world.county))
    document = read(above, document, region_chosen=True)
    assert document.plan.region == world.neighbour
    assert any("已按上传时的选择" in note for note in document.notes)


def test_a_region_unknown_here_comes_from_the_reference_data(owner, world):
    from lianshu.organisation.adopting import region_ensure
    from lianshu.plans.regions import region_recognised

    county = region_ensure("421222")
    assert [part.name for part in (county.parent.parent, county.parent, county)] == [
        "湖北省",
        "咸宁市",
        "通城县",
    ]
    assert county.path == "/420000/421200/421222/"
    assert region_ensure("421222") == county
    assert region_recognised({"region": "通城县", "region_code": None}) == county
    assert region_recognised({"region": None, "region_code": "999999"}) is None
    assert Region.objects.filter(code__startswith="42").count() == 3


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("空.txt", b"  \n ", "文件是空的"),
        ("表.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "旧版"),
        ("乱.bin", bytes(range(256)) * 9, "不是文本文件"),
        ("包.docx", b"PK\x03\x04" + b"\0" * 99, "包.docx"),
    ],
)
def test_unusable_files_are_refused_with_cause_and_nothing_is_kept(owner, world, name, data, cause):
    with pytest.raises(LianshuError, match=cause) as refused:
        intake.plan_upload(owner, name=name, data=data, region=world.county)
    assert refused.value.status == 422
    assert not Plan.objects.exists()


def test_too_large_a_file_is_refused(owner, world, monkeypatch):
    monkeypatch.setattr(reading, "SIZE_LIMIT", 10)
    with pytest.raises(LianshuError, match="超过上限") as refused:
        upload(owner, world.county, "一二三四五六七八九十")
    assert refused.value.status == 413


def test_a_file_that_fails_later_keeps_the_reason(owner, world):
    document = intake.plan_upload(owner, name="坏.pdf", data=b"%PDF-1.4 broken", region=world.county)
    with pytest.raises(LianshuError):
        read(owner, document)
    document.refresh_from_db()
    assert document.error and document.read_at is None


@pytest.mark.parametrize("name", ["stranger", "colleague", "chief", "department"])
def test_only_the_general_office_of_the_region_uploads(world, name):
    with pytest.raises(LianshuError) as refused:
        upload(world.people[name], world.county, "方案")
    assert refused.value.status == 403
    assert not Plan.objects.exists()


# --- reading again


def newer(document, rows, **changes):
    """What a newer reader makes of ``document``: ``rows`` of (kind, evidence, values)."""
    items = []
    for kind, evidence, values in rows:
        start = document.text.index(evidence)
        items.append(policy.Item(kind, values, start, start + len(evidence), 0.9, "", "newer"))
    source = policy.Source(name=document.name, text=document.text)
    made = Understood(source, {"title": document.plan.title}, items, [], [], [], True)
    return replace(made, **changes)


@pytest.fixture
def stored(owner, world):
    """A document with a stored file and the sample rows, as an older reader left it."""
    document = make_document(world.county)
    file = upload(owner, world.county, document.text, plan=document.plan)
    Document.objects.filter(pk=document.pk).update(file=file.file.name)
    file.delete()
    return Document.objects.select_related("plan__region").get(pk=document.pk)


def test_reading_again_keeps_decisions(owner, stored, monkeypatch):
    target = stored.items.get(fields__name="规模以上工业产值")
    firm = stored.items.get(fields__name="高新技术企业")
    task = stored.items.get(kind="tasks")
    duty = stored.items.get(kind="recurring")
    desk.item_edit(owner, target, values={"low": "125"})
    desk.item_accept(owner, firm)
    desk.item_reject(owner, task)
    desk.item_accept(owner, duty)
    rows = [row for row in ROWS if row[0] not in ("recurring", "orgs")]
    # the newer reader sees more in the same passage, and finds one thing more
    changed = [
        (kind, "到2027年，全县规模以上工业产值达到120亿元" if values.get("low") == 120 else evidence,
         {**values, "name": "规上工业产值"} if values.get("low") == 120
         else {**values, "period": "none"} if values.get("low") == 30 else values)
        for kind, evidence, values in rows
    ]  # fmt: skip
    changed.append(
        ("targets", "技改投资占工业投资比重达到45%", {"name": "技改投资占比", "low": 45, "unit": "%"})
    )
    monkeypatch.setattr(intake, "understand", lambda source: newer(stored, changed))
    read(owner, stored)
    target.refresh_from_db()
    assert (target.state, target.values["low"], target.fields["name"]) == ("edited", 125, "规上工业产值")
    assert target.evidence.startswith("到2027年")
    firm.refresh_from_db()
    # the person said yes to the figure with its period: that stays, whatever is read now
    assert (firm.state, firm.values["period"], firm.fields["period"]) == ("accepted", "by:2027", "none")
    task.refresh_from_db()
    assert task.state == "rejected"
    duty.refresh_from_db()
    assert (duty.state, duty.stale) == ("accepted", True)
    assert not stored.items.filter(kind="orgs").exists()
    assert stored.items.filter(fields__name="技改投资占比", state="pending").count() == 1


def test_reading_again_with_the_same_reader_changes_nothing(owner, real):
    desk.items_accept_above(owner, real, confidence=0.5)
    before = list(
        real.items.order_by("pk").values("pk", "state", "fields", "decided", "fingerprint", "stale")
    )
    read(owner, real)
    assert (
        list(real.items.order_by("pk").values("pk", "state", "fields", "decided", "fingerprint", "stale"))
        == before
    )


def test_split_and_added_items_survive_a_newer_reader(owner, stored, monkeypatch):
    target = stored.items.get(fields__name="规模以上工业产值")
    parts = desk.item_split(owner, target, parts=[{"name": "甲"}, {"name": "乙"}])
    start = stored.text.index("技改投资")
    own = desk.item_add(
        owner, stored, kind="targets", start=start, end=start + 4, values={"name": "丙", "low": "1"}
    )
    monkeypatch.setattr(intake, "understand", lambda source: newer(stored, ROWS))
    read(owner, stored)
    standing = set(stored.items.standing().filter(kind="targets").values_list("fields__name", flat=True))
    assert {"甲", "乙", "丙"} <= standing and "规模以上工业产值" not in standing
    assert {Item.objects.get(pk=one.pk).state for one in (*parts, own)} == {"accepted"}


def test_two_rows_may_trade_fingerprints(owner, stored, monkeypatch):
    swapped = [
        (kind, evidence, {**values, "name": {"电子信息": "新材料", "新材料": "电子信息"}.get(values["name"], values["name"])}
         if kind == "chains" else values)
        for kind, evidence, values in ROWS
    ]  # fmt: skip
    monkeypatch.setattr(intake, "understand", lambda source: newer(stored, swapped))
    read(owner, stored)
    assert stored.items.filter(kind="chains").count() == 3


# --- new editions


def test_a_new_edition_carries_decisions_and_shows_the_difference(owner, world, real):
    desk.items_accept_above(owner, real, confidence=0.0)
    task = real.items.filter(kind="tasks").order_by("position").first()
    desk.item_edit(owner, task, values={"due": "2026年6月"})
    text = plan_text(world.county, PLAN_NEXT)
    second = read(owner, upload(owner, world.county, text, plan=real.plan))
    assert (second.edition, second.previous) == (2, real)
    shown = selectors.difference(second, real)
    changed = {
        new.label: {label: (old, now) for label, old, now in rows} for _, _, new, rows in shown.changes
    }
    figure = next(rows for label, rows in changed.items() if "工业产值" in label)
    assert figure["数值"] == ("120", "150")
    assert any(
        "供需对接会" in item.label for item in (*shown.merge.added, *[p.new for p in shown.merge.changed])
    )
    assert shown.unchanged > len(changed)
    # what did not change needs no second look; what did, does
    kept = second.items.get(lineage=task.lineage)
    assert (kept.state, kept.values["due"]) == ("edited", "2026年6月")
    raised = second.items.get(kind="targets", fields__low=150)
    assert raised.state == "pending"
    assert raised.lineage == real.items.get(kind="targets", fields__low=120).lineage
    real.plan.refresh_from_db()
    assert real.plan.doc_no == "示政发〔2025〕8号"


def test_adoption_of_the_new_edition_changes_the_rows_of_the_old(owner, world, real):
    from lianshu.plans.adoption import engine
    from lianshu.targets.models import Target

    desk.items_accept_above(owner, real, confidence=0.0)
    engine.adopt(owner, real, unanswered="create")
    count = Target.objects.count()
    second = read(owner, upload(owner, world.county, plan_text(world.county, PLAN_NEXT), plan=real.plan))
    desk.items_accept_above(owner, second, confidence=0.0)
    outcome = engine.adopt(owner, second, unanswered="create")
    assert Target.objects.count() == count
    assert outcome.counts["change"] >= 1
    changed = [effect.label for effect in outcome.adoption.effects.filter(action="change", kind="targets")]
    assert any("工业产值" in label for label in changed)


def test_the_same_file_is_no_new_edition(owner, world, real):
    with pytest.raises(LianshuError, match="与第1版完全相同"):
        upload(owner, world.county, plan_text(world.county), plan=real.plan)
    assert real.plan.documents.count() == 1


def test_own_additions_go_over_where_their_words_still_stand(owner, world, real):
    for words in ("建立项目储备清单", "每月向链长汇报"):
        start = real.text.index(words)
        desk.item_add(
            owner, real, kind="tasks", start=start, end=start + len(words), values={"title": f"自加：{words}"}
        )
    second = read(owner, upload(owner, world.county, plan_text(world.county, PLAN_NEXT), plan=real.plan))
    titles = set(second.items.filter(origin="person").values_list("fields__title", flat=True))
    assert titles == {"自加：每月向链长汇报"}


def test_added_rows_do_not_disturb_positions(real):
    add_items(real, [("tasks", "工作机制", {"title": "另一件"})])
    assert [item.pk for item in selectors.desk_items(real)]


def test_units_changed_in_the_plan_change_on_the_task(owner, world, real):
    from lianshu.plans.adoption import engine
    from lianshu.tasks.models import Task

    desk.items_accept_above(owner, real, confidence=0.0)
    engine.adopt(owner, real, unanswered="create")
    item = real.items.get(kind="tasks", fields__title="建立项目储备清单")
    desk.item_edit(owner, item, values={"responsible": "县财政局、县科技局"})
    outcome = engine.adopt(owner, real, unanswered="create")
    assert outcome.counts == {"change": 1}
    task = Task.objects.get(title="建立项目储备清单")
    assert task.lead_unit == world.other_department
    assert list(task.support_units.all()) == [world.department]
    assert engine.adopt(owner, real, unanswered="create").adoption is None
