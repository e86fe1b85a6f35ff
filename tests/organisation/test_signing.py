"""Signing in, lockout, changing a password."""

import pytest
from django.urls import reverse
from tests.factories import PASSWORD


def sign_in(client, username, password):
    return client.post(reverse("sign-in"), {"username": username, "password": password})


def test_sign_in_and_out(client, owner):
    assert sign_in(client, "owner", PASSWORD).status_code == 302
    assert client.get(reverse("change-password")).status_code == 200
    assert client.post(reverse("sign-out")).status_code == 302
    assert client.get(reverse("change-password")).status_code == 302


def test_refusal_does_not_say_which_was_wrong(client, owner):
    known = sign_in(client, "owner", "wrong").content.decode()
    unknown = sign_in(client, "nobody", "wrong").content.decode()
    assert "登录名或密码不正确" in known
    assert "登录名或密码不正确" in unknown


def test_five_failures_lock_even_the_right_password(client, owner):
    for _ in range(5):
        last = sign_in(client, "owner", "wrong")
    assert last.status_code == 429
    answer = sign_in(client, "owner", PASSWORD)
    assert answer.status_code == 429
    assert "已锁定 30 分钟" in answer.content.decode()


def test_administrator_lifts_a_lockout(client, world):
    for _ in range(5):
        sign_in(client, "owner", "wrong")
    admin = world.people["system_admin"]
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("account-unlock", args=[world.owner.pk])).status_code == 302
    client.logout()
    assert sign_in(client, "owner", PASSWORD).status_code == 302


def test_switched_off_account_cannot_sign_in(client, owner):
    owner.is_active = False
    owner.save()
    assert "登录名或密码不正确" in sign_in(client, "owner", PASSWORD).content.decode()


@pytest.mark.parametrize(
    ("new", "complaint"),
    [("short-A1", "10"), ("alllowercaseletters", "三种"), (PASSWORD, "不能与原密码相同")],
)
def test_new_password_must_keep_the_rules(as_owner, new, complaint):
    answer = as_owner.post(reverse("change-password"), {"old": PASSWORD, "new": new, "again": new})
    assert complaint in answer.content.decode()


def test_change_password(as_owner, owner):
    new = "Chuntian-hao-58"
    answer = as_owner.post(reverse("change-password"), {"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(new)
    wrong = as_owner.post(
        reverse("change-password"), {"old": PASSWORD, "new": "Zai-gai-2026x", "again": "Zai-gai-2026x"}
    )
    assert "原密码不正确" in wrong.content.decode()


def test_one_time_password_opens_only_the_change_page(as_owner, owner):
    owner.must_change_password = True
    owner.save()
    answer = as_owner.get(reverse("notices"))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("change-password")
