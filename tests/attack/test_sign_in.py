"""The sign-in page under attack, without a server: spraying, guessing, a colleague's typing errors, floods.

The long form against a real server is bench/attack/sign_in.py.
"""

import datetime as dt
import threading

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import signed_in
from tests.factories import PASSWORD

from lianshu.core.models import AuditEntry
from lianshu.organisation import access_log, accounts, credentials, sign_in_limits
from lianshu.organisation.hashers import OfficeArgon2Hasher
from lianshu.organisation.models import SignInAttempt, User

WRONG = "Chuntian-hao-58"


@pytest.fixture(autouse=True)
def _quiet_minute(monkeypatch):
    """Every test has the audit log's minute for itself."""
    monkeypatch.setattr(access_log, "_written", access_log.Counter())
    monkeypatch.setattr(access_log, "_left_out", access_log.Counter())


def sign_in(username, password=PASSWORD, *, client=None, address="10.1.1.1", **values):
    client = client or Client()
    form = {"username": username, "password": password, **values}
    return client.post(reverse("sign-in"), form, REMOTE_ADDR=address)


def states(*answers):
    return [answer.status_code for answer in answers]


@pytest.fixture
def sixty(world):
    """Sixty accounts of the office."""
    password = make_password(PASSWORD)
    return User.objects.bulk_create(
        User(username=f"ren{number}", password=password, name=f"示例{number}") for number in range(60)
    )


# --- limits


def test_one_password_sprayed_over_sixty_accounts_is_stopped(sixty):
    found = states(*(sign_in(account.username, WRONG) for account in sixty))
    assert found.count(200) <= 20
    assert found[-1] == 429
    # nor does the right password open an account to an address that was stopped
    stopped = sign_in("ren59")
    assert stopped.status_code == 429
    assert "分钟内暂停新设备登录" in stopped.content.decode()
    assert int(stopped["Retry-After"]) > 600


def test_many_addresses_guessing_at_one_account_are_stopped(owner):
    mine = Client()
    sign_in("owner", client=mine)
    mine.post(reverse("sign-out"))
    found = states(*(sign_in("owner", WRONG, address=f"10.2.{number}.1") for number in range(40)))
    assert found.count(200) <= 20
    # the person's own browser is not shut out by it
    assert sign_in("owner", client=mine).status_code == 302


def test_a_colleagues_guesses_do_not_lock_the_person_out(owner):
    mine = Client()
    assert sign_in("owner", client=mine).status_code == 302
    mine.post(reverse("sign-out"))
    for _ in range(6):
        locked = sign_in("owner", WRONG)
    assert locked.status_code == 429
    assert sign_in("owner", client=mine).status_code == 302


def test_a_known_browser_has_a_limit_of_its_own(owner):
    mine = Client()
    sign_in("owner", client=mine)
    mine.post(reverse("sign-out"))
    found = states(*(sign_in("owner", WRONG, client=mine) for _ in range(6)))
    assert found == [200, 200, 200, 200, 429, 429]


def test_a_forged_browser_is_not_known(owner):
    mine = Client()
    sign_in("owner", client=mine)
    value = mine.cookies["lianshu_device"].value
    forged = Client()
    forged.cookies["lianshu_device"] = value.replace(value[:4], "AAAA", 1)
    for _ in range(6):
        answer = sign_in("owner", WRONG, client=forged, address="10.3.3.3")
    assert answer.status_code == 429
    assert not SignInAttempt.objects.filter(address="10.3.3.3").exclude(device="").exists()


def test_an_office_behind_one_address_mistypes_and_goes_on(sixty):
    """Everybody signs in from one address, every third one after an error: nobody is stopped."""
    for number, account in enumerate(sixty):
        if number % 3 == 0:
            assert sign_in(account.username, WRONG).status_code == 200
        assert sign_in(account.username).status_code == 302


def test_one_colleague_who_forgot_the_password_stops_nobody_else(sixty):
    for _ in range(8):
        sign_in("ren0", WRONG)
    assert sign_in("ren1").status_code == 302


def test_guesses_from_everywhere_leave_the_known_networks_open(sixty):
    sign_in("ren0", address="10.4.4.4")
    SignInAttempt.objects.bulk_create(
        SignInAttempt(address=f"10.5.{number}.1", name=f"{number}", succeeded=False)
        for number in range(sign_in_limits.TOTAL_FAILURES)
    )
    stopped = sign_in("ren1", address="10.6.6.6")
    assert stopped.status_code == 429 and "全系统" in stopped.content.decode()
    assert sign_in("ren1", address="10.4.4.4").status_code == 302


def test_limits_end_by_themselves_and_old_tries_are_dropped(owner):
    for _ in range(5):
        sign_in("owner", WRONG)
    SignInAttempt.objects.update(at=timezone.now() - sign_in_limits.HALF_HOUR - dt.timedelta(seconds=1))
    assert sign_in("owner").status_code == 302
    SignInAttempt.objects.update(at=timezone.now() - sign_in_limits.DAY - dt.timedelta(seconds=1))
    sign_in("owner")
    sign_in_limits.forget_old_attempts()
    assert SignInAttempt.objects.count() == 1


def test_what_is_not_judged_is_neither_hashed_nor_stored(owner, monkeypatch):
    for _ in range(5):
        sign_in("owner", WRONG)
    before = SignInAttempt.objects.count()
    monkeypatch.setattr(User, "check_password", lambda *_: pytest.fail("hashed"))
    for _ in range(20):
        assert sign_in("owner", WRONG).status_code == 429
    assert SignInAttempt.objects.count() == before


def test_too_many_at_once_are_told_to_wait(owner, monkeypatch):
    monkeypatch.setattr(sign_in_limits, "_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(sign_in_limits, "_HASHING", threading.BoundedSemaphore(1))
    with sign_in_limits.hashing("stranger"):
        answer = sign_in("owner")
    assert answer.status_code == 429 and "较多" in answer.content.decode()
    # and it cost the person nothing
    assert not SignInAttempt.objects.exists()
    assert sign_in("owner").status_code == 302


def test_the_line_keeps_places_for_known_browsers(monkeypatch):
    monkeypatch.setattr(sign_in_limits, "_waiting", sign_in_limits._LINE["stranger"])
    with pytest.raises(sign_in_limits.TooBusyError), sign_in_limits.hashing("stranger"):
        pass
    with sign_in_limits.hashing("known"):
        pass


def test_while_strangers_fail_everywhere_they_are_judged_one_at_a_time(sixty):
    sign_in("ren0", address="10.4.4.4")
    SignInAttempt.objects.bulk_create(
        SignInAttempt(address=f"10.5.{number}.1", name=f"{number}", succeeded=False)
        for number in range(sign_in_limits.PRESSED_FAILURES)
    )
    with sign_in_limits.hashing("suspect"):
        assert sign_in("ren1", address="10.6.6.6").status_code == 429
        # an office whose people signed in is not held up
        assert sign_in("ren1", address="10.4.4.4").status_code == 302
    assert sign_in("ren2", address="10.6.6.6").status_code == 302


def test_codes_are_guessed_under_the_same_limits(owner):
    form = {"username": "owner", "first": "AAAA-AAAA", "second": "BBBB-BBBB", "new": WRONG, "again": WRONG}
    found = [Client().post(reverse("sign-in-code"), form).status_code for _ in range(7)]
    assert found[:5] == [200] * 5 and found[-1] == 429


@pytest.mark.parametrize("name", ["own\0er", "²", "x" * 5000, "'; --", "😀"])
def test_odd_names_are_only_wrong(owner, name):
    """Also where the account they stand for is locked."""
    for _ in range(7):
        # what no keyboard types is refused before anybody looks who it names
        assert sign_in(name, WRONG).status_code in (200, 400, 429)


# --- what is told, and what not


def test_existing_and_made_up_accounts_cost_and_say_the_same(owner, monkeypatch):
    """Counted in hashings, because a clock would be a flaky test."""
    counted = []
    hasher = identify_hasher(owner.password).__class__
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *args: counted.append(1) or encode(*args))
    User.objects.create_user("fresh", None, name="未设密码")
    off = User.objects.create_user("off", PASSWORD, name="停用")
    accounts.account_switch(off, off, active=False)
    costs, pages = [], []
    for name in ("owner", "nobody", "fresh", "off"):
        counted.clear()
        page = sign_in(name, WRONG, address=f"10.7.7.{len(costs)}").content.decode()
        costs.append(len(counted))
        pages.append("登录名或密码不正确" in page)
    assert len(set(costs)) == 1 and costs[0] > 0, costs
    assert all(pages)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(owner, target):
    assert sign_in("owner", next=target)["Location"] == "/"
    assert sign_in("owner", next="/notices/")["Location"] == "/notices/"


def test_the_session_gets_a_new_key(owner):
    client = Client()
    client.get(reverse("sign-in"))
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    sign_in("owner", client=client)
    assert client.session.session_key != planted


# --- the audit log


@pytest.mark.parametrize("action", ["登录", "登录失败", "锁定", "退出", "拒绝"])
def test_what_happens_at_the_door_stands_in_the_audit_log(world, action):
    for _ in range(6):
        sign_in("owner", WRONG, address="10.9.8.7")
    client = Client()
    sign_in("owner", client=client, address="10.9.8.8")
    client.get(reverse("accounts"), REMOTE_ADDR="10.9.8.8")
    client.post(reverse("sign-out"), REMOTE_ADDR="10.9.8.8")
    entry = AuditEntry.objects.filter(action=action).first()
    assert entry is not None
    assert "10.9.8." in entry.note
    page = signed_in(world.people["audit_admin"]).get(reverse("audit"), {"action": action}).content.decode()
    assert entry.note in page


def test_writes_out_of_sight_are_recorded(world):
    client = signed_in(world.stranger)
    client.post(reverse("ledger-edit", args=["units", world.department.pk]), {"name": "x"})
    assert "404" in AuditEntry.objects.get(action="拒绝").note


def test_an_idle_sign_out_is_recorded(as_owner, settings):
    session = as_owner.session
    session["seen"] = 1
    session.save()
    as_owner.get(reverse("notices"))
    assert "没有操作" in AuditEntry.objects.get(action="超时退出").note


def test_a_flood_does_not_fill_the_log(world, monkeypatch):
    before = AuditEntry.objects.count()
    for number in range(300):
        access_log.door("锁定", None, address=f"10.{number}.1.1", words="示例", typed=f"x{number}")
        access_log.door("锁定", None, address="10.0.0.1", words="示例", typed=f"y{number}")
    assert AuditEntry.objects.count() - before == access_log.ALL
    # the person's own sign-in is not drowned
    assert sign_in("owner").status_code == 302
    assert AuditEntry.objects.first().action == "登录"
    monkeypatch.setattr(access_log, "_minute", 0)
    access_log.flush()
    rest = AuditEntry.objects.first()
    assert rest.action == "锁定" and f"另有 {600 - access_log.ALL} 次" in rest.note


def test_a_typed_password_does_not_land_in_the_log(world):
    sign_in("Mima-wo-de-2026x", WRONG)
    entry = AuditEntry.objects.get(action="登录失败")
    assert "Mima" not in entry.object_label + entry.note
    assert entry.region_path == world.province.path, "an auditor can read it"


# --- passwords


@pytest.mark.parametrize(
    "password",
    [
        "Lianshu@2026", "Admin@123456", "Qinglan@2026", "Kejiju@12345", "1qaz@WSX3edc", "Passw0rd@2026",
        "Aa11111111!!", "Department#26", "Qwer!@#$1234", "QLXkjj@2025", "Zhengfu_888888", "Kejju.20261130",
        "Wang@19880808", "Woaini5201314!", "P@ssw0rd123456", "Ｌianshu＠2026",
    ],
)  # fmt: skip
def test_a_password_of_office_habit_is_refused(world, password):
    world.department_user.name = "王示例"
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, world.department_user)
    assert all("密码" in text for text in refusal.value.messages)


@pytest.mark.parametrize(
    "password",
    [WRONG, "Qiutian-lai-93", "Yu3Luo-hao-ting", "k8Fw2-qP9zTr", "Zai-gai-2026x-hm"],
)
def test_a_password_of_ones_own_is_taken(world, password):
    world.owner.name = "周工"
    world.province.name = "云岭省"
    world.owner.unit.region.parent.parent.name = "云岭省"
    validate_password(password, world.owner)


def test_one_time_passwords_keep_the_rules(world):
    for _ in range(200):
        validate_password(credentials.one_time_password(), world.department_user)


@pytest.mark.parametrize(
    ("password", "words"), [("Ab-1", "至少 10 位"), ("a" * 129, "最多 128 位"), ("Password12", "太常见")]
)
def test_refusals_read_as_an_official_would_write(owner, password, words):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, owner)
    assert any(words in text for text in refusal.value.messages)


def test_the_last_five_passwords_are_not_taken_again(owner):
    used = [PASSWORD, *(f"{word}-tian-hao-58" for word in ("Chun", "Xia", "Qiu", "Dong", "Yun", "Shan"))]
    for old, new in zip(used, used[1:], strict=False):
        credentials.password_change(owner, old=old, new=new)
    form = {"old": used[-1], "new": used[-4], "again": used[-4]}
    assert "最近 5 次" in signed_in(owner).post(reverse("change-password"), form).content.decode()
    assert owner.earlier_passwords.count() == credentials.KEPT
    # the first is long enough ago
    credentials.password_change(owner, old=used[-1], new="Xue-hua-piao-88")
    with pytest.raises(Exception, match="最近"):
        credentials.password_change(owner, old="Xue-hua-piao-88", new=used[-1])


def test_an_expired_password_opens_only_the_change_page(owner, settings):
    settings.LIANSHU_PASSWORD_DAYS = 90
    client = signed_in(owner)
    assert client.get(reverse("notices")).status_code == 200
    User.objects.update(password_changed_at=timezone.now() - dt.timedelta(days=91))
    assert client.get(reverse("notices"))["Location"] == reverse("change-password")
    assert "已到期" in client.get(reverse("change-password")).content.decode()
    settings.LIANSHU_PASSWORD_DAYS = 0
    assert client.get(reverse("notices")).status_code == 200


def test_older_hashes_are_made_anew_at_the_next_sign_in(owner, settings):
    settings.PASSWORD_HASHERS = [
        "lianshu.organisation.hashers.OfficeArgon2Hasher", "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # fmt: skip
    assert sign_in("owner").status_code == 302
    owner.refresh_from_db()
    assert owner.password.startswith("argon2$argon2id$v=19$m=19456,t=3,p=1$")
    hasher = OfficeArgon2Hasher()
    assert not hasher.must_update(owner.password)
    assert hasher.must_update(owner.password.replace("m=19456", "m=102400"))


# --- other sessions


def test_a_changed_password_ends_the_other_sessions_only(owner):
    here, there = signed_in(owner), signed_in(owner)
    here.post(reverse("change-password"), {"old": PASSWORD, "new": WRONG, "again": WRONG})
    assert here.get(reverse("notices")).status_code == 200
    assert there.get(reverse("notices")).status_code == 302


def test_a_session_does_not_outlive_switching_off_and_on(world):
    client = signed_in(world.owner)
    admin = world.people["system_admin"]
    accounts.user_set_active(admin, world.owner, active=False)
    assert client.get(reverse("notices")).status_code == 302
    world.owner.refresh_from_db()
    client = signed_in(world.owner) if world.owner.is_active else client
    accounts.user_set_active(admin, world.owner, active=True)
    assert client.get(reverse("notices")).status_code == 302
