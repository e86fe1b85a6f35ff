"""From accepted items to rows and back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.plans.samples import accept_all, add_items

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.models import AuditEntry
from lianshu.organisation.models import Appointment, Chain, Grant, Person, Unit
from lianshu.plans.adoption import engine
from lianshu.plans.adoption.chains import ChainAdopter
from lianshu.plans.adoption.snapshots import raw_values
from lianshu.plans.adoption.undoing import undo
from lianshu.plans.models import Adoption, AdoptionEffect, Item, Plan
from lianshu.plans.services import desk
from lianshu.targets.models import Target
from lianshu.tasks.models import Duty, Task

COUNTED = (Chain, Unit, Appointment, Target, Task, Duty)


def counts():
    return {model.__name__: model._base_manager.count() for model in COUNTED}


@pytest.fixture
def accepted(document):
    accept_all(document)
    return document


def adopt(user, document, **values):
    return engine.adopt(user, document, unanswered="create", **values)


def test_only_accepted_items_are_adopted(owner, world, document):
    before = counts()
    assert adopt(owner, document).adoption is None
    assert counts() == before
    target = document.items.filter(kind="targets").first()
    desk.item_accept(owner, target)
    seen = engine.preview(owner, document)
    assert [proposal.item for proposal in seen.proposals] == [target]
    assert seen.left_out == {"待核": document.items.count() - 1}
    adopt(owner, document)
    assert counts() == {**before, "Target": before["Target"] + 1}


def test_chains_and_units_are_matched_before_they_are_made(owner, world, accepted):
    outcome = adopt(owner, accepted)
    names = set(Chain.objects.filter(region=world.county).values_list("name", flat=True))
    assert names == {"电子信息", "新材料", "食品加工"}
    units = set(Unit.objects.filter(region=world.county).values_list("name", flat=True))
    # 县科技局 is the department that exists; 县商务局 is new
    assert f"{world.county.name}商务局" in units and "县科技局" not in units
    assert sum("科技局" in name for name in units) == 1
    assert outcome.adoption.effects.filter(action="match", object_type="organisation.chain").count() == 2
    assert Plan.objects.get(pk=accepted.plan_id).status == "adopted"


def test_one_office_and_one_chief_for_every_chain(owner, world, accepted):
    adopt(owner, accepted)
    offices = Unit.objects.filter(region=world.county, kind="chain_office")
    assert {office.chain.name for office in offices} == {"电子信息", "新材料", "食品加工"}
    assert world.chain_office in offices
    chiefs = Appointment.objects.filter(region=world.county, role="chief")
    assert sorted(chief.chain.name for chief in chiefs) == ["新材料", "电子信息", "食品加工"]
    assert {chief.post for chief in chiefs} == {"县级领导"}
    general = Appointment.objects.get(region=world.county, role="general_chief")
    assert (general.post, general.chain) == ("县长", None)
    head = Appointment.objects.get(region=world.county, role="office_head", chain=None)
    assert (head.post, head.unit) == ("分管副县长", world.office)


def test_tasks_get_their_units_and_every_chain_office(owner, world, accepted):
    adopt(owner, accepted)
    task = Task.objects.get(region=world.county)
    named = {str(task.lead_unit), *map(str, task.support_units.all())}
    assert {f"{world.county.name}{body}" for body in ("科技局", "商务局")} <= named
    assert {"电子信息链条办", "新材料链条办", "食品加工链条办"} <= named


def test_adopting_twice_changes_nothing_twice(owner, accepted):
    adopt(owner, accepted)
    before, effects = counts(), AdoptionEffect.objects.count()
    again = adopt(owner, accepted)
    assert again.adoption is None
    assert counts() == before
    assert AdoptionEffect.objects.count() == effects
    assert not engine.preview(owner, accepted).changes_anything


def test_adopting_again_adds_only_what_is_new(owner, accepted):
    adopt(owner, accepted)
    before = counts()
    add_items(accepted, [("chains", "技改投资", {"name": "现代物流"})])
    accept_all(accepted)
    outcome = adopt(owner, accepted)
    after = counts()
    assert after["Chain"] == before["Chain"] + 1
    # the new chain gets its office and its chief, nothing else is touched
    assert after["Unit"] == before["Unit"] + 1
    assert after["Appointment"] == before["Appointment"] + 1
    assert after["Target"] == before["Target"]
    assert set(outcome.counts) == {"create"}


def test_an_edit_after_adoption_becomes_a_change(owner, accepted):
    adopt(owner, accepted)
    item = accepted.items.filter(kind="targets").order_by("position").first()
    desk.item_edit(owner, item, values={"low": "150"})
    seen = engine.preview(owner, accepted)
    changed = [proposal for proposal in seen.proposals if proposal.action == "change"]
    assert [proposal.item for proposal in changed] == [item]
    assert changed[0].changes
    count = Target.objects.count()
    outcome = adopt(owner, accepted)
    assert outcome.counts == {"change": 1}
    assert Target.objects.count() == count
    effect = outcome.adoption.effects.get()
    assert effect.before != effect.after
    # taking the change back gives the former figure
    undo(owner, outcome.adoption)
    target = Target.objects.get(pk=effect.object_id)
    assert raw_values(target) | effect.before == raw_values(target)


def test_undo_gives_back_what_was_there_before(owner, world, accepted):
    before = counts()
    outcome = adopt(owner, accepted)
    assert counts() != before
    done = undo(owner, outcome.adoption)
    assert counts() == before
    assert done.undone_by == owner
    assert Plan.objects.get(pk=accepted.plan_id).status == "draft"
    with pytest.raises(LianshuError, match="已撤回"):
        undo(owner, outcome.adoption)
    # and it can be adopted anew
    assert adopt(owner, accepted).counts["create"] == outcome.counts["create"]


def test_undo_says_what_hangs_and_touches_nothing(owner, world, accepted):
    outcome = adopt(owner, accepted)
    chain = Chain.objects.get(region=world.county, name="食品加工")
    grant = Grant.objects.create(user=world.colleague, role="chain_office", region=world.county)
    grant.chains.add(chain)
    before = counts()
    with pytest.raises(LianshuError, match="食品加工.*1 条授权") as refused:
        undo(owner, outcome.adoption)
    assert refused.value.problems
    assert counts() == before
    assert list(grant.chains.all()) == [chain]
    assert Adoption.objects.get(pk=outcome.adoption.pk).undone_at is None


def test_units_still_in_use_stay_when_the_rest_goes(owner, world, accepted):
    outcome = adopt(owner, accepted)
    unit = Unit.objects.get(region=world.county, name=f"{world.county.name}商务局")
    Person.objects.create(region=world.county, name="示例乙", unit=unit)
    undo(owner, outcome.adoption)
    assert Unit.objects.filter(pk=unit.pk).exists()
    kept = outcome.adoption.effects.exclude(kept="").get()
    assert kept.object_id == str(unit.pk) and "1 条人员" in kept.kept


def test_what_somebody_worked_on_is_not_lost_by_undo(owner, world, accepted):
    outcome = adopt(owner, accepted)
    unit = Unit.objects.get(region=world.county, name=f"{world.county.name}商务局")
    general = Appointment.objects.get(region=world.county, role="general_chief")
    general.person = world.chief_person
    general.save()
    for row in (unit, general):
        audit.record(owner, "修改", row)
    undo(owner, outcome.adoption)
    assert Unit.objects.filter(pk=unit.pk).exists() and Appointment.objects.filter(pk=general.pk).exists()
    kept = outcome.adoption.effects.exclude(kept="").values_list("kept", flat=True)
    assert list(kept) == ["总链办小周后来改过"] * 2
    assert not Chain.objects.filter(region=world.county, name="食品加工").exists()


def test_a_chain_somebody_worked_on_forbids_undo(owner, world, accepted):
    outcome = adopt(owner, accepted)
    audit.record(owner, "修改", Chain.objects.get(region=world.county, name="食品加工"))
    before = counts()
    with pytest.raises(LianshuError, match="食品加工.*后来改过"):
        undo(owner, outcome.adoption)
    assert counts() == before


def test_adoptions_are_undone_from_the_last_to_the_first(owner, accepted):
    first = adopt(owner, accepted).adoption
    add_items(accepted, [("chains", "技改投资", {"name": "现代物流"})])
    accept_all(accepted)
    second = adopt(owner, accepted).adoption
    with pytest.raises(LianshuError, match="先撤回它"):
        undo(owner, first)
    undo(owner, second)
    undo(owner, first)


def test_a_doubtful_unit_is_asked_about_and_the_answer_remembered(owner, world, document):
    # 科协局 is no unit of the county, but likely a slip for 科技局
    add_items(
        document,
        [("tasks", "2.建立项目储备清单", {"no": "2", "title": "建立项目储备清单", "section": "",
                                       "responsible": ["高新区管委"], "lead": [], "support": []})],
    )  # fmt: skip
    document.items.filter(fields__no="2").update(state="accepted")
    with pytest.raises(LianshuError, match="是已有的哪个单位"):
        engine.adopt(owner, document)
    assert not Task.objects.exists()
    question = engine.preview(owner, document).questions[0]
    assert (world.park.pk, world.park.name) in question.candidates
    before = Unit.objects.count()
    engine.adopt(owner, document, choices={question.key: str(world.park.pk)})
    assert Unit.objects.count() == before
    world.park.refresh_from_db()
    assert "高新区管委" in world.park.aliases
    task = Task.objects.get()
    assert world.park in {task.lead_unit, *task.support_units.all()}
    assert not engine.preview(owner, document).questions


def test_a_stale_answer_is_refused(owner, document):
    add_items(document, [("chains", "技改投资", {"name": "电子信息制造"})])
    document.items.filter(fields__name="电子信息制造").update(state="accepted")
    question = engine.preview(owner, document).questions[0]
    with pytest.raises(LianshuError, match="重新选择"):
        engine.preview(owner, document, {question.key: "999999"})
    seen = engine.preview(owner, document, {question.key: "skip"})
    assert [proposal.action for proposal in seen.proposals] == ["skip"]


def test_a_failure_in_the_middle_leaves_nothing(owner, accepted, monkeypatch):
    before = counts()
    seen = []
    original = ChainAdopter.apply

    def breaks(self, context, proposal):
        seen.append(proposal.label)
        original(self, context, proposal)
        raise RuntimeError("power cut")

    monkeypatch.setattr(ChainAdopter, "apply", breaks)
    with pytest.raises(RuntimeError, match="power cut"):
        adopt(owner, accepted)
    assert seen == ["食品加工"]
    assert counts() == before
    assert not Adoption.objects.exists()
    assert Plan.objects.get(pk=accepted.plan_id).status == "draft"


def test_rows_of_a_simulated_plan_are_marked(owner, world, accepted):
    Plan.objects.filter(pk=accepted.plan_id).update(simulated=True)
    accepted.plan.refresh_from_db()
    adopt(owner, accepted)
    made = [
        Chain.objects.get(name="食品加工"), Unit.objects.get(name=f"{world.county.name}商务局"),
        Appointment.objects.get(role="general_chief"), Task.objects.get(), Target.objects.first(),
    ]  # fmt: skip
    assert all(row.simulated for row in made)
    world.chain.refresh_from_db()
    assert not world.chain.simulated


def test_what_is_no_longer_accepted_is_told(owner, accepted):
    adopt(owner, accepted)
    item = accepted.items.filter(kind="targets").first()
    desk.item_reject(owner, item)
    gone = engine.preview(owner, accepted).gone
    assert [effect.item_id for effect in gone] == [item.pk]


@pytest.mark.parametrize("name", ["colleague", "stranger", "department", "chief", "observer"])
def test_only_who_may_adopt_adopts(world, accepted, name):
    before = counts()
    with pytest.raises(LianshuError) as refused:
        engine.adopt(world.people[name], accepted)
    assert refused.value.status == 403
    assert counts() == before
    assert not Item.objects.filter(effects__isnull=False).exists()


def more_rows(number):
    """One item of most kinds under a name of its own."""
    name = f"第{number}项"
    target = {
        "name": name,
        "low": 5 + number,
        "high": None,
        "unit": "家",
        "op": ">=",
        "basis": "level",
        "period": "by:2027",
        "scope": "region",
    }
    task = {
        "no": f"二(一){number + 5}",
        "section": "",
        "title": name,
        "responsible": [f"县{name}局"],
        "lead": [],
        "support": ["县商务局"],
        "due": None,
    }
    duty = {"what": name, "who": f"县{name}局", "to": None, "every": "month", "times": 1}
    return [
        ("targets", "高新技术企业不少于30家", target),
        ("tasks", "1.组建驻外招商队伍", task),
        ("recurring", "每年外出招商不少于6次", duty),
        ("enterprises", "优质企业", {"name": f"示例{name}厂", "role": "龙头", "chain": "食品加工"}),
        ("projects", "项目储备清单", {"name": f"示例{name}项目", "amount": 2, "unit": "亿元", "stage": "签约"}),
        ("mechanisms", "日常调度机制", {"name": f"{name}机制", "items": ["甲", "乙"]}),
    ]  # fmt: skip


def undo_queries(user, adoption):
    with CaptureQueriesContext(connection) as captured:
        undo(user, adoption)
    return len(captured)


def test_undo_asks_the_database_per_kind_of_row_not_per_row(owner, world, accepted):
    add_items(accepted, more_rows(0))
    accept_all(accepted)
    adoption = adopt(owner, accepted).adoption
    before, few, made = counts(), undo_queries(owner, adoption), adoption.effects.count()
    add_items(accepted, [row for number in range(1, 31) for row in more_rows(number)])
    accept_all(accepted)
    adoption = adopt(owner, accepted).adoption
    many = undo_queries(owner, adoption)
    assert adoption.effects.count() >= made + 6 * 30
    # Django deletes a hundred rows of a model with one statement: no kind here has more
    assert many <= few + 10, (few, many)
    assert counts() != before


def test_undo_of_changes_asks_per_kind_of_row_too(owner, world, accepted):
    add_items(accepted, [row for number in range(20) for row in more_rows(number)])
    accept_all(accepted)
    adopt(owner, accepted)
    targets = list(accepted.items.filter(kind="targets", fields__name__startswith="第").order_by("position"))
    former = {target.name: target.low for target in Target.objects.all()}

    def changed(items, low):
        for item in items:
            desk.item_edit(owner, item, values={"low": low})
        adoption = adopt(owner, accepted).adoption
        assert adoption.effects.filter(action="change").count() == len(items)
        return adoption

    few = undo_queries(owner, changed(targets[:1], "900"))
    assert undo_queries(owner, changed(targets, "901")) <= few + 2
    assert {target.name: target.low for target in Target.objects.all()} == former


def test_every_row_taken_back_has_its_entry(owner, world, accepted):
    add_items(accepted, more_rows(0))
    accept_all(accepted)
    adoption = adopt(owner, accepted).adoption
    made = {(one.object_type, one.object_id) for one in adoption.effects.filter(action="create")}
    labels = set(AuditEntry.objects.filter(action="采纳新建").values_list("object_id", "object_label"))
    undo(owner, adoption)
    entries = AuditEntry.objects.filter(action="撤回删除")
    assert {(one.object_type, one.object_id) for one in entries} == made
    assert entries.count() == len(made)
    assert set(entries.values_list("region_path", flat=True)) == {world.county.path}
    assert set(entries.values_list("object_id", "object_label")) == labels
    last = AuditEntry.objects.order_by("id").last()
    assert (last.action, last.note) == ("撤回采纳", f"撤回 {len(made)} 项")
    assert audit.verify()[1] is None


def test_undo_gives_back_supporting_units(owner, world, accepted):
    adopt(owner, accepted)
    task = Task.objects.get(region=world.county)
    supporting = set(task.support_units.all())
    item = accepted.items.get(kind="tasks")
    desk.item_edit(owner, item, values={"responsible": "县财政局"})
    outcome = adopt(owner, accepted)
    assert set(task.support_units.all()) != supporting
    undo(owner, outcome.adoption)
    assert set(task.support_units.all()) == supporting
