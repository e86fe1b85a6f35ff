"""Decisions on the reading desk, as services."""

import pytest

from lianshu.core.audit import history, verify
from lianshu.core.errors import LianshuError
from lianshu.plans.models import Item
from lianshu.plans.services import desk


def fresh(item):
    return Item.objects.get(pk=item.pk)


def test_accept_says_who_and_when_and_raises_the_revision(owner, document, item):
    desk.item_accept(owner, item)
    found = fresh(item)
    assert (found.state, found.decided_by, found.decided) == ("accepted", owner, None)
    assert found.decided_at is not None
    document.refresh_from_db()
    assert document.revision == found.revision == 1
    assert "采用" in history(document).first().action
    assert verify()[1] is None


def test_edit_keeps_what_was_read_beside_what_was_decided(owner, item):
    desk.item_edit(owner, item, values={"low": "130", "period": "到2026年", "op": "="})
    found = fresh(item)
    assert found.state == "edited"
    assert found.fields["low"] == 120
    assert found.values["low"] == 130 and found.values["period"] == "by:2026" and found.values["op"] == "="
    assert found.values["name"] == "规模以上工业产值"
    assert history(item).first().changes["low"] == [120, 130]


def test_an_edit_back_to_what_was_read_is_a_plain_acceptance(owner, item):
    desk.item_edit(owner, item, values={"low": "120"})
    assert (fresh(item).state, fresh(item).decided) == ("accepted", None)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"low": "很多"}, "数值：要填数字"),
        ({"low": "nan"}, "数值：要填数字"),
        ({"name": "  "}, "指标：不能为空"),
        ({"period": "尽快"}, "时间"),
        ({"scope": "别处"}, "范围"),
        ({"op": "range", "high": ""}, "上限"),
        ({"low": "9", "high": "3"}, "上限：不能小于数值"),
    ],
)
def test_wrong_values_are_refused_with_the_field_named(owner, document, item, values, word):
    with pytest.raises(LianshuError, match=word):
        desk.item_edit(owner, item, values=values)
    assert fresh(item).state == "pending"
    document.refresh_from_db()
    assert document.revision == 0


def test_reject_and_reset(owner, item):
    desk.item_reject(owner, item)
    assert fresh(item).state == "rejected"
    desk.item_reset(owner, item)
    assert (fresh(item).state, fresh(item).decided_by) == ("pending", None)


def test_split_replaces_the_item_by_its_parts(owner, document, item):
    parts = desk.item_split(
        owner, item, parts=[{"name": "工业产值", "low": "100"}, {"name": "产值", "low": "20"}]
    )
    assert fresh(item).state == "split"
    assert [part.parent_id for part in parts] == [item.pk, item.pk]
    assert {part.evidence for part in parts} == {item.evidence}
    assert item.pk not in document.items.standing().values_list("pk", flat=True)
    with pytest.raises(LianshuError, match="拆分至少要两条"):
        desk.item_split(owner, parts[0], parts=[{"name": "只有一条"}])


def test_added_items_rest_on_a_passage_of_the_text(owner, document):
    start = document.text.index("技改投资占工业投资比重达到45%")
    row = desk.item_add(
        owner, document, kind="targets", start=start, end=start + 16,
        values={"name": "技改投资占比", "low": "45", "unit": "%", "op": ">=", "basis": "share", "scope": "region"},
    )  # fmt: skip
    assert row.evidence == document.text[start : start + 16]
    assert (row.origin, row.state) == ("person", "accepted")
    with pytest.raises(LianshuError, match="选中原文"):
        desk.item_add(owner, document, kind="tasks", start=5, end=10**6, values={"title": "太远"})


def test_the_same_thing_may_be_added_twice(owner, document):
    for _ in range(2):
        desk.item_add(owner, document, kind="tasks", start=0, end=5, values={"title": "办一件事"})
    assert document.items.filter(origin="person").count() == 2


def test_bulk_acceptance_takes_only_the_sure_and_undecided(owner, document, item):
    Item.objects.filter(kind="orgs").update(confidence=0.6)
    desk.item_reject(owner, item)
    taken = desk.items_accept_above(owner, document, confidence=0.9)
    assert taken == document.items.exclude(kind="orgs").count() - 1
    assert fresh(item).state == "rejected"
    assert set(document.items.filter(kind="orgs").values_list("state", flat=True)) == {"pending"}


def test_undo_takes_back_my_last_step_only(owner, document, item):
    other = document.items.filter(kind="chains").first()
    desk.item_accept(owner, item)
    desk.items_accept_above(owner, document, confidence=0.5)
    desk.decision_undo(owner, document)
    assert fresh(item).state == "accepted"
    assert fresh(other).state == "pending"
    desk.decision_undo(owner, document)
    assert fresh(item).state == "pending"
    with pytest.raises(LianshuError, match="没有可撤销的步骤"):
        desk.decision_undo(owner, document)


def test_undo_of_split_and_add_leaves_no_trace_on_the_desk(owner, document, item):
    before = set(document.items.standing().values_list("pk", flat=True))
    desk.item_split(owner, item, parts=[{"name": "甲"}, {"name": "乙"}])
    desk.item_add(owner, document, kind="tasks", start=0, end=5, values={"title": "办一件事"})
    desk.decision_undo(owner, document)
    desk.decision_undo(owner, document)
    assert set(document.items.standing().values_list("pk", flat=True)) == before
    desk.item_add(owner, document, kind="tasks", start=0, end=5, values={"title": "办一件事"})


def second_office(world):
    from tests.factories import make_user

    return make_user("second", "总链办小钱", "general_office", world.county, unit=world.office)


def test_two_people_do_not_overwrite_each_other(owner, world, document, item):
    mate = second_office(world)
    seen = item.revision
    desk.item_edit(mate, item, values={"low": "140"}, seen=seen)
    with pytest.raises(LianshuError, match="总链办小钱"):
        desk.item_accept(owner, item, seen=seen)
    assert fresh(item).values["low"] == 140


def test_undo_refuses_when_somebody_went_on_from_there(owner, world, document, item):
    mate = second_office(world)
    desk.item_accept(owner, item)
    desk.item_reject(mate, item)
    with pytest.raises(LianshuError, match="总链办小钱"):
        desk.decision_undo(owner, document)
    assert fresh(item).state == "rejected"


@pytest.mark.parametrize("name", ["colleague", "stranger", "department", "chief", "observer"])
def test_only_the_general_office_decides(world, item, name):
    with pytest.raises(LianshuError) as refused:
        desk.item_accept(world.people[name], item)
    assert refused.value.status == 403
    assert fresh(item).state == "pending"
