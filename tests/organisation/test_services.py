"""Bodies, persons, appointments."""

import datetime as dt

import pytest

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.organisation import services
from lianshu.organisation.merging import unit_merge
from lianshu.organisation.models import Appointment, Chain, Person, Unit


def test_unit_is_created_once_per_region(owner, world):
    unit = services.unit_create(owner, region=world.county, name="青澜县工信局")
    assert audit.history(unit).get().action == "新建"
    with pytest.raises(LianshuError) as caught:
        services.unit_create(owner, region=world.county, name="青澜县工信局")
    assert caught.value.code == "E2001"
    assert Unit.objects.filter(name="青澜县工信局").count() == 1


def test_unit_outside_the_region_is_refused_and_not_written(owner, world):
    with pytest.raises(LianshuError) as caught:
        services.unit_create(owner, region=world.neighbour, name="越界局")
    assert caught.value.code == "E1003"
    assert not Unit.objects.filter(name="越界局").exists()


def test_chain_office_cannot_change_units(colleague, world):
    with pytest.raises(LianshuError) as caught:
        services.unit_update(colleague, world.department, phone="1")
    assert caught.value.status == 403


def test_renamed_unit_keeps_its_old_name_as_alias(owner, world):
    services.unit_update(owner, world.department, name="青澜县科学技术局")
    world.department.refresh_from_db()
    assert "青澜县科技局" in world.department.aliases


def test_merge_moves_everything_and_keeps_names(owner, world):
    double = services.unit_create(owner, region=world.county, name="县科技局", short_name="县科局")
    person = services.person_create(owner, region=world.county, name="示例乙", unit=double)
    unit_merge(owner, keep=world.department, away=double)
    person.refresh_from_db()
    world.department.refresh_from_db()
    assert person.unit == world.department
    assert {"县科技局", "县科局"} <= set(world.department.aliases)
    assert not Unit.objects.filter(pk=double.pk).exists()


def test_merge_stays_inside_one_region(world):
    foreign = Unit.objects.create(region=world.neighbour, name="科技局")
    with pytest.raises(LianshuError):
        unit_merge(world.owner, keep=world.department, away=foreign)
    assert Unit.objects.filter(pk=foreign.pk).exists()


def test_unit_in_use_is_not_deleted(owner, world):
    services.appointment_create(
        owner, region=world.county, role=Appointment.Role.LEAD_DEPARTMENT, chain=world.chain,
        holder_unit=world.department,
    )  # fmt: skip
    with pytest.raises(LianshuError) as caught:
        services.unit_delete(owner, world.department)
    assert caught.value.code == "E1005"


def test_one_chief_at_a_time(owner, world):
    values = {"region": world.county, "role": Appointment.Role.CHIEF, "chain": world.chain}
    first = services.appointment_create(
        owner, person=world.chief_person, valid_from=dt.date(2025, 1, 1), **values
    )
    second_person = Person.objects.create(region=world.county, name="示例丙", title="副县长")
    with pytest.raises(LianshuError) as caught:
        services.appointment_create(owner, person=second_person, **values)
    assert "现由示例甲（副县长）担任链长" in caught.value.sentence
    services.appointment_create(
        owner, person=second_person, valid_from=dt.date(2026, 3, 1), replace=True, **values
    )
    first.refresh_from_db()
    assert first.valid_to == dt.date(2026, 2, 28)
    assert Appointment.objects.filter(Appointment.in_force(dt.date(2026, 3, 5)), role="chief").count() == 1


def test_a_post_may_stand_without_a_person(owner, world):
    post = services.appointment_create(
        owner, region=world.county, role=Appointment.Role.GENERAL_CHIEF, post="县长"
    )
    assert post.holder == "县长"
    with pytest.raises(LianshuError):
        services.appointment_create(owner, region=world.county, role=Appointment.Role.GENERAL_CHIEF)


def test_chain_office_keeps_its_own_team(colleague, world):
    expert = Person.objects.create(region=world.county, name="示例丁")
    services.appointment_create(
        colleague, region=world.county, role=Appointment.Role.EXPERT, chain=world.chain, person=expert
    )
    with pytest.raises(LianshuError):
        services.appointment_create(
            colleague,
            region=world.county,
            role=Appointment.Role.EXPERT,
            chain=world.other_chain,
            person=expert,
        )
    assert Appointment.objects.filter(person=expert).count() == 1


def test_chains_get_different_colours(owner, world):
    made = [services.chain_create(owner, region=world.county, name=name) for name in ("茶饮", "竹材")]
    assert len({chain.colour for chain in made}) == 2
    with pytest.raises(LianshuError):
        services.chain_create(owner, region=world.county, name="茶饮")
    assert Chain.objects.filter(name="茶饮").count() == 1
