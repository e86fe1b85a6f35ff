"""Accounts and grants: three administrators who cannot stand in for each other."""

import datetime as dt

import pytest
from django.urls import reverse

from lianshu.core.errors import LianshuError
from lianshu.core.models import AuditEntry
from lianshu.organisation import accounts
from lianshu.organisation.models import Chain, Grant, User


@pytest.fixture
def admin(world):
    return world.people["system_admin"]


@pytest.fixture
def guard(world):
    return world.people["security_admin"]


def test_a_new_account_has_no_password_and_its_maker_half_a_code(client, admin):
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    given = {"username": "xin", "name": "新人", "reason": "新到任", "days": "1"}
    answer = client.post(reverse("account-new"), given)
    assert 'id="secret">' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    account = User.objects.get(username="xin")
    assert not account.has_usable_password()
    assert AuditEntry.objects.filter(action="新建账号", object_id=str(account.pk)).exists()
    again = client.post(reverse("account-new"), {**given, "name": "再来"}).content.decode()
    assert "已被使用" in again


def test_business_people_see_no_accounts(as_owner, world):
    assert as_owner.get(reverse("accounts")).status_code == 403
    assert as_owner.get(reverse("account", args=[world.colleague.pk])).status_code == 403


def test_system_administrator_gives_no_rights(admin, world):
    with pytest.raises(LianshuError) as caught:
        accounts.grant_give(admin, world.colleague, role="general_office", region=world.county)
    assert caught.value.status == 403


def test_security_administrator_makes_no_accounts_and_not_himself_great(guard, world):
    with pytest.raises(LianshuError):
        accounts.user_create(guard, username="x", name="x")
    with pytest.raises(LianshuError) as caught:
        accounts.grant_give(guard, guard, role="general_office", region=world.county)
    assert "不能给自己授权" in caught.value.sentence


@pytest.mark.parametrize("role", ["audit_admin", "security_admin", "general_office"])
def test_administrators_hold_one_office(guard, admin, world, role):
    with pytest.raises(LianshuError) as caught:
        accounts.grant_give(guard, admin, role=role, region=world.province)
    assert "三员分立" in caught.value.sentence


def test_business_person_cannot_become_administrator_beside(guard, world):
    with pytest.raises(LianshuError) as caught:
        accounts.grant_give(guard, world.owner, role="audit_admin", region=world.county)
    assert "三员分立" in caught.value.sentence


def test_grant_opens_and_closes_the_gate(client, guard, admin, world):
    account, _ = accounts.user_create(admin, username="xin", name="新人")
    assert not Chain.objects.visible_to(account).exists()
    client.force_login(guard, backend="django.contrib.auth.backends.ModelBackend")
    data = {"role": "chain_office", "region": world.county.pk, "chains": [world.chain.pk]}
    assert client.post(reverse("account", args=[account.pk]), data).status_code == 302
    account = User.objects.get(pk=account.pk)
    assert list(Chain.objects.visible_to(account)) == [world.chain]
    grant = account.grants.get()
    assert client.post(reverse("grant-end", args=[grant.pk])).status_code == 302
    assert not Chain.objects.visible_to(User.objects.get(pk=account.pk)).exists()


def test_a_chain_office_is_offered_the_tasks_of_its_own_unit(client, guard, world):
    account = User.objects.create_user("chainer", None, name="链办", unit=world.chain_office)
    client.force_login(guard, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("account", args=[account.pk])
    assert "限本人单位的事项" in client.get(address).content.decode()
    data = {"role": "chain_office", "region": world.county.pk, "chains": [world.chain.pk], "own_unit": "on"}
    assert client.post(address, data).status_code == 302
    held = {(grant.role, grant.unit) for grant in account.grants.all()}
    assert held == {("chain_office", None), ("responsible_unit", world.chain_office)}
    # a second chain later does not double it, and other roles do not bring it along
    accounts.grant_give(
        guard, account, role="chain_office", region=world.county, chains=[world.other_chain], own_unit=True
    )
    assert client.post(address, {**data, "role": "commissar"}).status_code == 302
    assert account.grants.filter(role="responsible_unit").count() == 1
    nowhere = User.objects.create_user("nowhere", None, name="无单位")
    assert "限本人单位的事项" not in client.get(reverse("account", args=[nowhere.pk])).content.decode()


def test_grant_holds_within_its_dates_only(guard, world):
    account = User.objects.create_user("later", None, name="以后")
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    accounts.grant_give(guard, account, role="observer", region=world.county, valid_from=tomorrow)
    assert not Chain.objects.visible_to(account).exists()
    Grant.objects.update(valid_from=dt.date(2020, 1, 1))
    assert Chain.objects.visible_to(User.objects.get(pk=account.pk)).count() == 2


def test_chain_outside_the_region_is_refused(guard, world):
    account = User.objects.create_user("x", None, name="x")
    with pytest.raises(LianshuError) as caught:
        accounts.grant_give(
            guard, account, role="chain_office", region=world.county, chains=[world.foreign_chain]
        )
    assert "不在青澜县范围内" in caught.value.sentence
    assert not account.grants.exists()


def test_nobody_switches_himself_off(client, admin):
    with pytest.raises(LianshuError):
        accounts.user_set_active(admin, admin, active=False)


def test_why_page_explains_and_hides(as_colleague, world):
    good = as_colleague.get(reverse("why", args=["organisation.chain", world.chain.pk]))
    assert "青澜县及以下 · 链条办（限1 条产业链）" in good.content.decode().replace("（限 1", "（限1")
    assert (
        as_colleague.get(reverse("why", args=["organisation.chain", world.foreign_chain.pk])).status_code
        == 404
    )
    assert as_colleague.get(reverse("why", args=["organisation.user", 1])).status_code == 404


def test_security_administrator_asks_about_another(client, guard, world):
    client.force_login(guard, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("why", args=["organisation.chain", world.chain.pk])
    page = client.get(url, {"user": "stranger"}).content.decode()
    assert "没有任何授权覆盖这条记录" in page
    assert "没有登录名为" in client.get(url, {"user": "nobody"}).content.decode()
