"""From an own-written plan to targets with their indicators and scopes; the five real plans where they are."""

from decimal import Decimal

import pytest

from lianshu.plans.commandline import adopt_files
from lianshu.targets.models import Indicator, Target

TEXT = """青澜县推进重点产业链高质量发展实施方案

一、发展目标
全县重点建设电子信息、新材料2条产业链。
到2028年，全县工业总产值达到300亿元以上，工业总产值年均增长12%以上，规模以上工业企业达到160家以上。
到2028年，电子信息产业产值达到100亿元。
每年新增规模以上工业企业15家以上。
每条产业链培育链主企业2-3家。
企业开办时间压缩至2个工作日以内。
"""


@pytest.fixture
def adopted(world, tmp_path):
    path = tmp_path / "方案.txt"
    path.write_text(TEXT, "utf-8")
    done = adopt_files([path], world.county.code)
    assert not done[0].error
    return {one.name: one for one in Target.objects.visible_to(world.owner)}, path


def test_targets_carry_value_period_and_sentence(world, adopted):
    target = adopted[0]["工业总产值"]
    assert (target.low, target.measure, target.op, target.period) == (Decimal(300), "亿元", ">=", "by:2028")
    assert "300亿元" in target.item.evidence
    assert target.indicator.nature == Indicator.Nature.FLOW


def test_what_is_added_and_what_stands_are_two_indicators(world, adopted):
    rows = Target.objects.visible_to(world.owner).filter(name__contains="规模以上工业企业")
    assert {(one.basis, one.indicator.nature) for one in rows} == {("level", "stock"), ("added", "flow")}
    assert len({one.indicator_id for one in rows}) == 2


def test_a_chains_own_target_hangs_on_the_chain_and_each_chains_on_all(world, adopted):
    own = [one for name, one in adopted[0].items() if "电子信息" in name]
    assert [one.chain for one in own] == [world.chain]
    each = Target.objects.visible_to(world.owner).filter(coverage="each_chain")
    assert {one.chain for one in each} == {world.chain, world.other_chain}
    assert {(one.op, one.low, one.high) for one in each} == {("range", Decimal(2), Decimal(3))}


def test_a_cap_looks_down(world, adopted):
    cap = next(one for one in adopted[0].values() if one.op == "<=")
    assert cap.indicator.direction == Indicator.Direction.LOWER


def test_adopting_twice_adds_nothing(world, adopted):
    before = Target.objects.visible_to(world.owner).count(), Indicator.objects.count()
    adopt_files([adopted[1]], world.county.code)
    assert before == (Target.objects.visible_to(world.owner).count(), Indicator.objects.count())


def test_the_real_plans_give_their_known_targets(db, shared):
    from lianshu.core.scope import SYSTEM

    adopt_files(sorted((shared / "policies" / "text").glob("*.txt")))
    rows = Target.objects.visible_to(SYSTEM)
    total = rows.get(region__name="通城县", name="工业总产值", basis="level")
    assert (total.low, total.measure, total.period) == (Decimal(300), "亿元", "by:2025")
    assert rows.filter(region__name="咸宁市", background=True).exists()
    assert rows.filter(region__name="汨罗市", chain__name="电子信息", measure="亿元").count() == 1
