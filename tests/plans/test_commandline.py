"""Adopting from the command line."""

import pytest
from tests.plans.samples import PLAN_NEXT, plan_text

from lianshu.organisation.models import Appointment, Chain, Region, Unit
from lianshu.plans.commandline import adopt_files
from lianshu.plans.models import Adoption, AdoptionEffect, Document, Plan
from lianshu.targets.models import Target
from lianshu.tasks.models import Duty, Task

MODELS = (Region, Chain, Unit, Appointment, Target, Task, Duty, Plan, Document, Adoption, AdoptionEffect)


def counts():
    return {model.__name__: model._base_manager.count() for model in MODELS}


@pytest.fixture
def file(tmp_path, world):
    path = tmp_path / "方案.txt"
    path.write_text(plan_text(world.county), "utf-8")
    return path


def test_a_file_is_read_accepted_and_adopted(world, file):
    told = []
    (result,) = adopt_files([file], tell=told.append)
    assert told == [result] and not result.error
    assert result.region == world.county.name and result.accepted > 5
    assert Plan.objects.get().status == "adopted"
    assert Chain.objects.filter(region=world.county, name="食品加工").exists()
    assert world.county.name in result.words


def test_twice_changes_nothing(world, file):
    adopt_files([file])
    before = counts()
    (result,) = adopt_files([file])
    assert result.counts == {} and "没有新的内容" in result.words
    assert counts() == before


def test_only_items_of_enough_confidence_are_taken(world, file):
    (result,) = adopt_files([file], accept=0.9)
    document = Document.objects.get()
    assert all(item.confidence >= 0.9 for item in document.items.taken())
    assert result.left_open == document.items.filter(state="pending").count()


def test_a_later_text_is_a_new_edition(world, file, tmp_path):
    adopt_files([file])
    later = tmp_path / "方案2.txt"
    later.write_text(plan_text(world.county, PLAN_NEXT), "utf-8")
    (result,) = adopt_files([later])
    assert Plan.objects.count() == 1
    assert Document.objects.latest("edition").edition == 2
    assert result.counts.get("change", 0) >= 1


def test_bad_files_are_reported_and_do_not_stop_the_rest(world, file, tmp_path):
    (tmp_path / "空.txt").write_text(" ", "utf-8")
    (tmp_path / "别处.txt").write_text("关于做好工作的方案\n一、要求\n每年开会不少于2次。", "utf-8")
    results = {one.name: one for one in adopt_files([tmp_path])}
    assert "文件是空的" in results["空.txt"].error
    assert "--region" in results["别处.txt"].error
    assert not results["方案.txt"].error
    assert Plan.objects.count() == 1


def test_the_region_can_be_given(world, tmp_path):
    path = tmp_path / "方案.txt"
    path.write_text("关于做好产业链工作的实施方案\n一、要求\n每年开会不少于2次。", "utf-8")
    (result,) = adopt_files([path], region_code=world.neighbour.code)
    assert not result.error and Plan.objects.get().region == world.neighbour
    (result,) = adopt_files([path], region_code="123456")
    assert "123456" in result.error


def test_an_upper_plan_is_adopted_first_and_linked(world, file, tmp_path):
    above = tmp_path / "市方案.txt"
    above.write_text(plan_text(world.city).replace("全县", "全市").replace("我县", "我市"), "utf-8")
    results = adopt_files([file, above])
    assert [one.region for one in results] == [world.city.name, world.county.name]
    lower = Plan.objects.get(region=world.county)
    assert lower.upper == Plan.objects.get(region=world.city)


@pytest.fixture(scope="module")
def five(django_db_setup, django_db_blocker, shared_texts):
    """The five real plans adopted twice, once for the tests of this module; rolled back at its end."""
    from django.db import transaction

    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            first = adopt_files(shared_texts)
            between = counts()
            second = adopt_files(shared_texts)
            yield first, between, second, counts()
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


@pytest.fixture(scope="module")
def shared_texts():
    from tests.conftest import SHARED

    folder = SHARED / "policies" / "text"
    if not folder.is_dir():
        pytest.skip("the folder of shared inputs is not beside the project")
    return sorted(folder.glob("*.txt"))


def test_five_real_plans_on_an_empty_database(five):
    first, between, second, after = five
    assert [one.error for one in (*first, *second)] == [""] * 10
    assert between == after
    regions = {region.name: region for region in Region._base_manager.all()}
    assert regions["通城县"].parent.name == regions["赤壁市"].parent.name == "咸宁市"
    assert regions["咸宁市"].parent.name == "湖北省"
    assert regions["汨罗市"].parent.name == "岳阳市" and regions["岳阳市"].parent.name == "湖南省"
    assert Plan._base_manager.count() == 5


def test_miluo_has_four_chains_with_their_offices_and_duties(five):
    chains = Chain._base_manager.filter(region__name="汨罗市")
    assert chains.count() == 4
    for chain in chains:
        assert Unit._base_manager.filter(chain=chain, kind="chain_office").count() == 1
        assert Appointment._base_manager.filter(chain=chain, role="chief").count() == 1
    general = Unit._base_manager.get(region__name="汨罗市", kind="general_office")
    assert general.seat is not None and "工信局" in general.seat.name
    reports = Duty._base_manager.filter(region__name="汨罗市", every="month", times=1)
    for whom in ("链长", "总链办"):
        assert {duty.chain for duty in reports.filter(to__contains=whom)} == set(chains)


def test_miluo_counts_its_investment_trips_by_the_year(five):
    trips = Duty._base_manager.filter(region__name="汨罗市", what__contains="招商活动", every="year")
    assert [duty.times for duty in trips] == [4]


def test_tongcheng_wants_300_by_2025(five):
    found = Target._base_manager.filter(region__name="通城县", low=300, measure="亿元")
    assert [(target.name, target.period, target.op) for target in found] == [("工业总产值", "by:2025", ">=")]


def test_every_chain_and_unit_was_made_once(five):
    for model in (Chain, Unit):
        names = list(model._base_manager.values_list("region", "name"))
        assert len(names) == len(set(names))
    assert not Unit._base_manager.filter(region__name="汨罗市", name="市工信局").exists()
