"""Many rows at once: the same checks, gate and entries as row by row, in statements per batch."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.importing import services as desk
from lianshu.core.ledger import ledger_for
from lianshu.core.ledger.many import RowRefusedError
from lianshu.core.models import AuditEntry
from lianshu.enterprises import services as firms
from lianshu.enterprises.models import Enterprise
from lianshu.projects import services as projects
from lianshu.projects.models import Project
from lianshu.reference.credit_code import fictional_credit_code

#: ledger → (heads, the cells of a row by number and round)
TABLES = {
    "enterprises": (
        ["企业名称", "联系电话", "状态", "地区"],
        lambda number, turn, region: [f"示例第{number}厂", f"{turn}-{number}", "在营", region],
    ),
    "projects": (
        ["项目名称", "计划投资", "阶段（自报）", "地区"],
        lambda number, turn, region: [f"示例项目{number}", str(number + turn), "签约", region],
    ),
}


def sent(user, slug, rows, turn, region):
    heads, values = TABLES[slug]
    text = io.StringIO()
    csv.writer(text).writerows([heads, *(values(number, turn, region) for number in range(rows))])
    run = desk.import_start(user, ledger_for(slug), data=text.getvalue().encode(), name="表.csv")
    desk.check(run, user)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("slug", sorted(TABLES))
def test_a_thousand_rows_are_written_in_statements_per_batch(owner, world, slug):
    model = ledger_for(slug).model
    for turn, verb in enumerate(("新建", "修改")):
        run = sent(owner, slug, 1000, turn, world.county.name)
        with CaptureQueriesContext(connection) as captured:
            assert desk.write(run, owner) == 1000
        assert len(captured) <= 80, f"{verb}: {len(captured)} statements"
        entries = AuditEntry.objects.filter(action=verb, object_type=model._meta.label_lower)
        assert entries.values("object_id").distinct().count() == entries.count() == 1000
        assert set(entries.values_list("region_path", flat=True)) == {world.county.path}
    assert model.objects.filter(region=world.county).count() == 1000
    assert audit.verify()[1] is None


def changes_of(obj):
    """The row's history, oldest first, without what names the row."""
    return [
        (one.action, one.actor_name, one.note, {k: v for k, v in one.changes.items() if k != "name"})
        for one in audit.history(obj).order_by("id")
    ]


def test_history_is_that_of_single_rows(owner, world):
    code = fictional_credit_code(7, region="990121")
    given = {"region": world.county, "state": "operating", "products": "示例产品", "site": world.park}
    alone = firms.enterprise_create(owner, name="甲厂", **given)
    [among] = firms.enterprise_create_many(owner, [{"name": "乙厂", **given}])
    assert changes_of(alone) == changes_of(among) != []
    change = {"phone": "1", "site": world.office, "state": "operating"}
    firms.enterprise_update(owner, alone, **change)
    firms.enterprise_update_many(owner, [(Enterprise.objects.get(pk=among.pk), change)])
    assert changes_of(alone) == changes_of(among)
    assert changes_of(among)[1][3] == {"phone": ["", "1"], "site": [world.park.name, world.office.name]}
    # the rules of the room hold as well: the former name is kept, the code is set in capitals
    firms.enterprise_update_many(owner, [(among, {"name": "丙厂", "credit_code": code.lower()})])
    among.refresh_from_db()
    assert (among.aliases, among.credit_code) == (["乙厂"], code)


def test_nothing_is_recorded_of_a_row_that_stays_as_it_is(owner, world):
    firm = firms.enterprise_create(owner, region=world.county, name="甲厂", phone="1")
    before = AuditEntry.objects.count()
    firms.enterprise_update_many(owner, [(firm, {"phone": "1"})])
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"name": "甲厂"}, "不能重复登记"),
        ({"name": ""}, "name|不能|空"),
        ({"name": "坏代码厂", "credit_code": "123"}, "统一社会信用代码|18"),
        ({"name": "没有的状态厂", "state": "asleep"}, "asleep"),
    ],
)
def test_a_refused_firm_is_named_and_nothing_is_written(owner, world, bad, words):
    rows = [{"region": world.county, "name": name} for name in ("甲厂", "乙厂")]
    with pytest.raises(RowRefusedError, match=words) as refused:
        firms.enterprise_create_many(owner, [*rows, {"region": world.county, **bad}])
    assert refused.value.place == 2
    assert not Enterprise.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_refused_change_is_named_and_nothing_is_written(owner, world):
    made = [
        projects.project_create(owner, region=world.county, name=f"示例项目{number}", amount=Decimal(1))
        for number in range(3)
    ]
    before = AuditEntry.objects.count()
    # the database alone knows that an amount is never negative and a name stands once
    for bad in ({"amount": Decimal(-1)}, {"name": "示例项目0"}):
        rows = [(one, {"amount": Decimal(2)}) for one in Project.objects.order_by("id")[:2]]
        with pytest.raises(RowRefusedError) as refused:
            projects.project_update_many(owner, [*rows, (Project.objects.get(pk=made[2].pk), bad)])
        assert refused.value.place == 2
        assert set(Project.objects.values_list("amount", flat=True)) == {Decimal(1)}
    assert AuditEntry.objects.count() == before


def test_names_passed_on_within_a_file_are_written_as_row_by_row(owner, world):
    old, new = (projects.project_create(owner, region=world.county, name=name) for name in ("甲", "乙"))
    projects.project_update_many(owner, [(new, {"name": "丙"}), (old, {"name": "乙"})])
    assert set(Project.objects.values_list("pk", "name")) == {(old.pk, "乙"), (new.pk, "丙")}


def test_every_row_passes_the_gate_before_and_after(owner, world):
    mine = [firms.enterprise_create(owner, region=world.county, name=name) for name in ("甲厂", "乙厂")]
    foreign = Enterprise.objects.create(region=world.neighbour, name="邻县厂")
    before = AuditEntry.objects.count()
    with pytest.raises(RowRefusedError) as refused:
        firms.enterprise_update_many(owner, [(mine[0], {"phone": "1"}), (foreign, {"phone": "1"})])
    assert (refused.value.place, refused.value.error.code) == (1, "E1001")
    with pytest.raises(RowRefusedError) as refused:
        firms.enterprise_update_many(
            owner,
            [(mine[0], {}), (mine[0], {"phone": "1"}), (mine[1], {"region": world.neighbour})],
        )
    assert (refused.value.place, refused.value.error.code) == (2, "E1003")
    with pytest.raises(RowRefusedError) as refused:
        firms.enterprise_create_many(
            owner, [{"region": world.county, "name": "丙厂"}, {"region": world.neighbour, "name": "丁厂"}]
        )
    assert (refused.value.place, refused.value.error.code) == (1, "E1003")
    with pytest.raises(LianshuError) as barred:
        firms.enterprise_create_many(world.people["observer"], [{"region": world.county, "name": "戊厂"}])
    assert barred.value.code == "E1001"
    assert set(Enterprise.objects.values_list("name", "phone")) == {
        ("甲厂", ""),
        ("乙厂", ""),
        ("邻县厂", ""),
    }
    assert AuditEntry.objects.count() == before


def test_the_import_names_the_row_of_the_file(owner, world):
    run = sent(owner, "enterprises", 3, 0, world.county.name)
    Enterprise.objects.create(region=world.county, name="示例第1厂")
    with pytest.raises(LianshuError, match="第 3 行：.*不能重复登记"):
        desk.write(run, owner)
    assert Enterprise.objects.count() == 1
    run = sent(owner, "enterprises", 3, 1, world.county.name)
    Enterprise.objects.filter(name="示例第1厂").update(phone="9")
    with pytest.raises(LianshuError, match="第 3 行：这条记录在检查之后被别人改过"):
        desk.write(run, owner)
    assert Enterprise.objects.count() == 1
