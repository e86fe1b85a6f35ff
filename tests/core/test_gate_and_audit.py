"""The scope gate and the audit chain."""

import pytest
from django.db import DatabaseError, connection, transaction

from lianshu.core import audit, audit_guard
from lianshu.core.errors import LianshuError
from lianshu.core.scope import MissingScopeError, explain, may, recheck
from lianshu.organisation.models import Chain, Region, Unit


def test_owner_sees_own_county_only(world):
    assert set(Chain.objects.visible_to(world.owner)) == {world.chain, world.other_chain}
    assert set(Chain.objects.visible_to(world.stranger)) == {world.foreign_chain}
    assert world.county in Region.objects.visible_to(world.owner)
    assert world.neighbour not in Region.objects.visible_to(world.owner)


def test_upper_level_sees_all_below(world):
    assert Chain.objects.visible_to(world.people["observer"]).count() == 3


def test_chain_office_may_change_its_chain_only(world):
    assert set(Chain.objects.visible_to(world.colleague)) == {world.chain}
    assert may(world.colleague, "edit", world.chain)
    assert not may(world.colleague, "edit", world.other_chain)
    assert may(world.colleague, "view", world.office), "rows of the whole region may be read"
    assert not may(world.colleague, "edit", world.office)


def test_missing_person_raises(world):
    with pytest.raises(MissingScopeError):
        Chain.objects.visible_to(None)


def test_write_out_of_scope_is_refused(world):
    unit = Unit.objects.create(region=world.neighbour, name="越界单位")
    with pytest.raises(LianshuError) as caught:
        recheck(world.owner, unit)
    assert caught.value.code == "E1003"


def test_explain_names_the_grant(world):
    ((words, verbs),) = explain(world.colleague, world.chain)
    assert "青澜县及以下 · 链条办" in words
    assert "编辑" in verbs
    assert explain(world.stranger, world.chain) == []


def test_audit_chain_breaks_when_touched(world):
    for number in range(3):
        audit.record(world.owner, "修改", world.chain, changes={"position": ["", str(number)]})
    assert audit.verify()[:2] == (3, None)
    second = audit.history(world.chain)[1]
    type(second).objects.filter(pk=second.pk).update(note="改过")
    assert audit.verify()[:2] == (3, second.pk)


def test_database_refuses_to_change_the_log(world):
    entry = audit.record(world.owner, "修改", world.chain)
    audit_guard.install(connection)
    for change in (lambda: type(entry).objects.all().delete(), lambda: entry.save()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    audit_guard.remove(connection)
    assert audit.verify()[:2] == (1, None)
