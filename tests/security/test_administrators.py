"""三员分立 against itself: a county's administrators stay in the county, and none becomes another."""

import datetime as dt

import pytest
from django.urls import reverse

from lianshu.core.errors import LianshuError
from lianshu.core.models import Job
from lianshu.core.scope import SYSTEM
from lianshu.organisation import accounts, credentials
from lianshu.organisation.models import Appointment, Grant, User
from lianshu.organisation.services import appointment_update
from tests.conftest import signed_in
from tests.factories import make_user


@pytest.fixture
def near_guard(world):
    """The security administrator of the county next door."""
    return make_user("linguard", "邻县安全员", "security_admin", world.neighbour)


@pytest.fixture
def near_admin(world):
    """The system administrator of the county next door."""
    return make_user("linadmin", "邻县系统员", "system_admin", world.neighbour)


def test_accounts_of_another_county_are_not_found(world, near_admin, near_guard):
    for who in (near_admin, near_guard):
        client = signed_in(who)
        page = client.get(reverse("accounts")).content.decode()
        assert world.stranger.name in page and world.owner.name not in page
        assert client.get(reverse("account", args=[world.owner.pk])).status_code == 404
    client = signed_in(near_admin)
    for name in ("account-switch", "account-reset", "account-unlock"):
        assert client.post(reverse(name, args=[world.owner.pk])).status_code == 404
    world.owner.refresh_from_db()
    assert world.owner.is_active


def test_rights_of_another_county_are_neither_given_nor_taken(world, near_guard):
    grant = world.owner.grants.get()
    assert signed_in(near_guard).post(reverse("grant-end", args=[grant.pk])).status_code == 404
    grant.refresh_from_db()
    assert grant.valid_to is None
    with pytest.raises(LianshuError) as refusal:
        accounts.grant_give(near_guard, world.stranger, role="observer", region=world.county)
    assert refusal.value.status == 403
    assert not Grant.objects.filter(user=world.stranger, region=world.county).exists()


def test_an_account_is_made_for_units_of_the_own_county(world, near_admin):
    client = signed_in(near_admin)
    page = client.get(reverse("account-new")).content.decode()
    assert world.department.name not in page
    client.post(reverse("account-new"), {"username": "x1", "name": "甲", "unit": world.department.pk})
    assert not User.objects.filter(username="x1").exists()


def test_why_tells_a_security_administrator_about_the_own_regions_only(world, near_guard):
    assert (
        signed_in(near_guard).get(reverse("why", args=["organisation.unit", world.park.pk])).status_code
        == 404
    )
    guard = signed_in(world.people["security_admin"])
    assert guard.get(reverse("why", args=["organisation.unit", world.park.pk])).status_code == 200
    assert guard.get(reverse("why", args=["organisation.unit", "²"])).status_code == 404


def test_two_offices_are_kept_apart_in_the_future_too(world):
    guard, account = world.people["security_admin"], User.objects.create_user("later", name="后来")
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    accounts.grant_give(
        guard, account, role="general_office", region=world.county, valid_from=tomorrow + dt.timedelta(days=9)
    )
    with pytest.raises(LianshuError, match="三员分立"):
        accounts.grant_give(guard, account, role="system_admin", region=world.county)
    accounts.grant_give(SYSTEM, account, role="system_admin", region=world.county, valid_to=tomorrow)
    assert account.grants.count() == 2


def test_a_switched_off_or_ended_account_loses_its_open_session(world):
    client = signed_in(world.owner)
    assert client.get("/").status_code == 200
    Grant.objects.filter(user=world.owner).update(valid_to=dt.date.today() - dt.timedelta(days=1))
    assert client.get("/board/").status_code == 403
    accounts.user_set_active(world.people["system_admin"], world.owner, active=False)
    assert client.get("/").status_code == 302


def test_a_reset_password_ends_open_sessions(world):
    client = signed_in(world.owner)
    credentials.user_reset_password(SYSTEM, world.owner)
    assert client.get("/board/").status_code == 302


def test_work_of_another_county_is_not_seen(world, near_admin):
    job = Job.objects.create(kind="audit.verify", title="读取青澜方案", asked_by=world.owner)
    client = signed_in(near_admin)
    assert job.title not in client.get(reverse("jobs")).content.decode()
    assert client.get(reverse("job", args=[job.pk])).status_code == 404
    assert signed_in(world.people["system_admin"]).get(reverse("job", args=[job.pk])).status_code == 200


def test_a_chain_office_moves_no_post_out_of_its_chain(world):
    office = make_user("allchains", "全部链条办", "chain_office", world.county)
    post = Appointment.objects.create(region=world.county, chain=world.chain, role="liaison", post="联络员")
    with pytest.raises(LianshuError, match="E1001"):
        appointment_update(office, post, chain=None)
    post.refresh_from_db()
    assert post.chain == world.chain
