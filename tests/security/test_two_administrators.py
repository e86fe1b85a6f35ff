"""Two administrators for what one could do to another: nobody acts as somebody else, nobody clears the field.

Each pair of administrators × each act: alone refused, together done, written down, told where the actor cannot
clear it.
"""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.models import AuditEntry, Notice
from lianshu.core.scope import SYSTEM, SystemActor
from lianshu.organisation import access_log, accounts, credentials, joint
from lianshu.organisation.models import Handover, JointAct, SplitCode, User
from tests.conftest import signed_in
from tests.factories import PASSWORD, make_user

Kind = JointAct.Kind
NEW = "Chuntian-hao-58"
OFFICES = ("system_admin", "security_admin", "audit_admin")


@pytest.fixture(autouse=True)
def _quiet_minute(monkeypatch):
    """Every test has the audit log's minute for itself."""
    monkeypatch.setattr(access_log, "_written", access_log.Counter())


@pytest.fixture
def admin(world):
    return world.people["system_admin"]


@pytest.fixture
def guard(world):
    return world.people["security_admin"]


@pytest.fixture
def auditor(world):
    return world.people["audit_admin"]


def sign_in(username, password, client=None):
    return (client or Client()).post(reverse("sign-in"), {"username": username, "password": password})


def opens(username, password):
    return sign_in(username, password).status_code == 302


def use(username, first, second, new=NEW):
    form = {"username": username, "first": first, "second": second, "new": new, "again": new}
    return Client().post(reverse("sign-in-code"), form)


def told(user):
    return list(Notice.objects.filter(user=user).values_list("title", flat=True))


def reset(asker, second, account, **values):
    """A whole reset up to the two halves."""
    act, first = joint.ask(asker, Kind.RESET_PASSWORD, [account], reason="忘记密码", **values)[0]
    return act, first, joint.confirm(second, [act])[0][1]


# --- a password for somebody else


def test_a_reset_asked_for_by_one_changes_nothing_yet(world, admin):
    answer = signed_in(admin).post(
        reverse("account-reset", args=[world.owner.pk]), {"reason": "本人到场", "days": "1"}
    )
    half = answer.content.decode().split('id="secret">')[1].split("<")[0]
    assert opens("owner", PASSWORD)
    assert not opens("owner", half)
    # the half twice is no code, and nothing is a code before the second administrator
    assert "一次性码不正确" in use("owner", half, half).content.decode()
    assert not User.objects.get(pk=world.owner.pk).check_password(NEW)


@pytest.mark.parametrize("mine", ["first", "second"])
def test_neither_administrator_alone_holds_a_credential(world, admin, guard, mine):
    _, first, second = reset(admin, guard, world.owner)
    known = first if mine == "first" else second
    for other in (known, "", "AAAA-AAAA"):
        use("owner", known, other)
        use("owner", other, known)
    assert opens("owner", PASSWORD)


@pytest.mark.parametrize("second_office", ["security_admin", "audit_admin"])
def test_together_they_let_the_holder_set_a_password(world, admin, second_office):
    second = world.people[second_office]
    _, first, other = reset(admin, second, world.owner)
    assert opens("owner", PASSWORD), "the password before stays valid until the new one is set"
    old_session = signed_in(User.objects.get(pk=world.owner.pk))
    answer = use("owner", other.lower().replace("-", " "), first)
    assert answer.status_code == 302
    assert "sessionid" not in answer.cookies, "a code opens no session"
    assert old_session.get(reverse("notices")).status_code == 302
    assert opens("owner", NEW) and not opens("owner", PASSWORD)
    # once
    assert use("owner", first, other, "Qiutian-lai-93").status_code == 200
    assert opens("owner", NEW)


def test_a_refused_new_password_leaves_the_code_good(world, admin, guard):
    _, first, second = reset(admin, guard, world.owner)
    assert "自己想的字符" in use("owner", first, second, "Admin@123456").content.decode()
    assert use("owner", first, second).status_code == 302


def test_a_code_ends_by_time_by_wrong_tries_and_by_a_new_one(world, admin, guard):
    _, first, second = reset(admin, guard, world.owner)
    SplitCode.objects.update(valid_until=timezone.now() - dt.timedelta(minutes=1))
    assert use("owner", first, second).status_code == 200
    _, first, second = reset(admin, guard, world.owner)
    for _ in range(credentials.TRIES):
        credentials.code_use(username="owner", first=first, second="AAAA-AAAA", new=NEW)
    assert credentials.code_use(username="owner", first=first, second=second, new=NEW) is None
    _, first, second = reset(admin, guard, world.owner)
    reset(admin, guard, world.owner)
    assert credentials.code_use(username="owner", first=first, second=second, new=NEW) is None
    assert User.objects.get(pk=world.owner.pk).check_password(PASSWORD)


def test_a_code_holds_to_the_end_of_a_working_day(world, admin, guard, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2026, 9, 30))
    reset(admin, guard, world.owner)
    # the first to the seventh of October are off: it holds to the end of the eighth
    assert timezone.localtime(SplitCode.objects.get().valid_until).date() == dt.date(2026, 10, 9)


def test_a_half_is_printed_anew_by_its_own_administrator_only(world, admin, guard, auditor):
    act, first, second = reset(admin, guard, world.owner)
    page = signed_in(admin).post(reverse("joint-reprint", args=[act.pk])).content.decode()
    again = page.split('id="secret">')[1].split("<")[0]
    assert use("owner", first, second).status_code == 200
    with pytest.raises(LianshuError):
        joint.reprint(auditor, act)
    assert use("owner", again, second).status_code == 302


def test_codes_stand_nowhere_in_the_clear(world, admin, guard):
    _, first, second = reset(admin, guard, world.owner)
    kept = str(list(SplitCode.objects.values())) + str(
        list(AuditEntry.objects.values_list("note", "changes"))
    )
    assert not [half for half in (first, second) if half in kept or half.replace("-", "") in kept]


def test_a_new_account_is_opened_by_two(world, admin, guard):
    client = signed_in(admin)
    form = {"username": "xin", "name": "新人", "reason": "新到任", "days": "1"}
    half = client.post(reverse("account-new"), form).content.decode().split('id="secret">')[1].split("<")[0]
    assert not opens("xin", half)
    act = JointAct.objects.get(subject__username="xin")
    answer = signed_in(guard).post(reverse("joint-decide"), {"decision": "confirm", "act": act.pk})
    second = answer.content.decode().split('id="secret">')[1].split("<")[0]
    assert use("xin", half, second).status_code == 302
    assert opens("xin", NEW)
    assert User.objects.get(username="xin").audit_mark == "〔首次设密后〕"


def test_sixty_accounts_take_two_pages(world, admin, guard):
    people = [
        User.objects.create_user(f"ren{number}", PASSWORD, name=f"示例{number}") for number in range(60)
    ]
    form = {"account": [one.pk for one in people], "reason": "年初统一重置", "days": "5"}
    page = signed_in(admin).post(reverse("account-codes"), form).content.decode()
    assert page.count("slip-code") == 60
    assert Notice.objects.filter(user=guard, title__contains="60 个账号").count() == 1
    acts = [str(pk) for pk in JointAct.objects.values_list("pk", flat=True)]
    with CaptureQueriesContext(connection) as asked:
        listed = signed_in(guard).get(reverse("joint-acts")).content.decode()
    assert listed.count('name="act"') == 60
    assert len(asked) < 60
    page = (
        signed_in(guard).post(reverse("joint-decide"), {"decision": "confirm", "act": acts}).content.decode()
    )
    assert page.count("slip-code") == 60


def test_the_console_is_the_emergency_way_and_is_told(world, admin, guard, auditor):
    with pytest.raises(LianshuError):
        credentials.user_reset_password(admin, world.owner)
    secret = credentials.user_reset_password(SystemActor("控制台"), guard)
    assert opens("secadmin", secret)
    entry = AuditEntry.objects.get(action="重置密码")
    assert (entry.actor_name, entry.note) == ("控制台", "控制台")
    for one in (admin, guard, auditor):
        assert any("控制台" in title for title in told(one))


def test_new_accounts_of_the_console_are_marked_too(world):
    account, _ = accounts.user_create(SYSTEM, username="first", name="首个")
    assert account.audit_mark
    given, _ = accounts.user_create(SYSTEM, username="shili", name="示例", password=PASSWORD)
    assert not given.audit_mark and not given.must_change_password


# --- what a reset leaves behind


@pytest.fixture
def taken_over(world, admin, guard):
    """The owner's account after two administrators in league entered it."""
    _, first, second = reset(admin, guard, world.owner)
    use("owner", first, second)
    client = Client()
    assert sign_in("owner", NEW, client).status_code == 302
    return client


def test_the_account_cannot_clear_what_it_is_told(world, taken_over, auditor):
    taken_over.post(reverse("notices"))
    taken_over.post(
        reverse("change-password"), {"old": NEW, "new": "Qiutian-lai-93", "again": "Qiutian-lai-93"}
    )
    page = taken_over.get(reverse("notices")).content.decode()
    assert "standing-line" in page and "系统管理员申请、安全管理员复核" in page
    assert any("凭一次性码设好密码" in title for title in told(auditor))
    assert Notice.objects.filter(user=auditor, read_at=None).exists()
    # who still knows the old password hears of it at the door
    assert "被重置替换" in sign_in("owner", PASSWORD).content.decode()


def test_acts_after_a_reset_are_marked_until_an_auditor_asked(world, taken_over, auditor):
    account = User.objects.get(pk=world.owner.pk)
    audit.record(account, "修改", world.department, note="改电话")
    assert AuditEntry.objects.filter(action="修改").first().note == "〔重置后〕改电话"
    assert "〔重置后〕" in signed_in(auditor).get(reverse("audit"), {"q": "〔重置后〕"}).content.decode()
    handover = Handover.objects.get(account=account)
    page = signed_in(auditor).get(reverse("joint-acts")).content.decode()
    assert "待向本人核实" in page and account.username in page
    settle = reverse("handovers-settle")
    signed_in(auditor).post(settle, {"handover": handover.pk, "known": "0"})
    account.refresh_from_db()
    assert account.audit_mark, "an account whose holder knew nothing stays marked"
    signed_in(auditor).post(settle, {"handover": handover.pk, "known": "1"})
    account.refresh_from_db()
    assert not account.audit_mark
    assert "standing-line" not in signed_in(account).get(reverse("notices")).content.decode()


@pytest.mark.parametrize("office", ["system_admin", "security_admin"])
def test_only_an_auditor_settles_and_never_his_own(world, taken_over, auditor, office):
    handover = Handover.objects.get()
    with pytest.raises(LianshuError):
        credentials.handover_settle(world.people[office], handover, known=True)
    own = credentials.hand_over(auditor, "reset", "示例")
    with pytest.raises(LianshuError, match="与本人有关"):
        credentials.handover_settle(auditor, own, known=True)


def test_marks_end_by_themselves(world, taken_over):
    account = User.objects.get(pk=world.owner.pk)
    account.marked_until = timezone.now() - dt.timedelta(minutes=1)
    assert account.audit_mark == ""


def test_the_sign_in_before_is_shown(world, owner):
    client = Client()
    assert opens("owner", PASSWORD)
    sign_in("owner", "Qiutian-lai-93")
    sign_in("owner", PASSWORD, client)
    page = client.get(reverse("notices")).content.decode()
    assert "上次登录" in page and "地址 127.0.0.1" in page and "其后 1 次登录不成功" in page


# --- administrators against each other


def acts_against(world, actor, victim):
    """Every act by which one administrator could put another out of the way, alone."""
    grant = victim.grants.get()
    return {
        "switch": lambda: accounts.user_set_active(actor, victim, active=False),
        "reset": lambda: credentials.user_reset_password(actor, victim),
        "end": lambda: accounts.grant_end(actor, grant),
        "give": lambda: accounts.grant_give(actor, victim, role=grant.role, region=world.county),
    }


PAIRS = [(one, other) for one in OFFICES for other in OFFICES]


@pytest.mark.parametrize("act", ["switch", "reset", "end", "give"])
def test_no_administrator_does_anything_to_another_or_himself_alone(world, act):
    for one, other in PAIRS:
        actor, victim = world.people[one], world.people[other]
        with pytest.raises(LianshuError):
            acts_against(world, actor, victim)[act]()
        assert untouched(victim, other), (one, other)


@pytest.mark.parametrize("path", ["account-switch", "account-reset", "grant-end"])
def test_nor_by_the_pages(world, path):
    for one, other in PAIRS:
        actor, victim = world.people[one], world.people[other]
        client = signed_in(actor)
        row = victim.grants.get() if path == "grant-end" else victim
        client.post(reverse(path, args=[row.pk]), {"reason": "离任", "active": "0", "days": "1"})
        # a person cannot be the own second
        acts = [str(pk) for pk in JointAct.objects.values_list("pk", flat=True)]
        client.post(reverse("joint-decide"), {"decision": "confirm", "act": acts})
        assert untouched(victim, other), (one, other)
        assert not JointAct.objects.filter(subject=actor).exists(), one
        JointAct.objects.all().delete()


def untouched(account, office):
    """Whether an administrator's account stands as it did."""
    now = User.objects.get(pk=account.pk)
    held = [(row.role, row.valid_to) for row in now.grants.all()]
    return now.is_active and now.check_password(PASSWORD) and held == [(office, None)]


@pytest.mark.parametrize(
    ("victim", "asker", "second"),
    [
        ("system_admin", "security_admin", "audit_admin"),
        ("security_admin", "system_admin", "audit_admin"),
        ("audit_admin", "system_admin", "security_admin"),
    ],
)
def test_the_two_others_together_switch_one_off_and_on(world, victim, asker, second):
    one, asking, confirming = world.people[victim], world.people[asker], world.people[second]
    signed_in(asking).post(reverse("account-switch", args=[one.pk]), {"active": "0", "reason": "离任"})
    act = JointAct.objects.get()
    assert not joint.may_decide(one, act) and not joint.may_decide(asking, act)
    signed_in(confirming).post(reverse("joint-decide"), {"decision": "confirm", "act": act.pk})
    one.refresh_from_db()
    assert not one.is_active
    entry = AuditEntry.objects.get(action="停用账号")
    assert entry.actor == confirming and f"{asking}申请" in entry.note
    for someone in (one, asking):
        assert any("停用" in title for title in told(someone))
    act = joint.switch_ask(asking, one, active=True, reason="回任")
    joint.confirm(confirming, [act])
    one.refresh_from_db()
    assert one.is_active


@pytest.mark.parametrize(
    ("victim", "asker", "second"),
    [
        ("system_admin", "security_admin", "audit_admin"),
        ("security_admin", "system_admin", "audit_admin"),
        ("audit_admin", "security_admin", "system_admin"),
    ],
)
def test_the_two_others_together_end_an_office(world, victim, asker, second):
    one, asking, confirming = world.people[victim], world.people[asker], world.people[second]
    grant = one.grants.get()
    signed_in(asking).post(reverse("grant-end", args=[grant.pk]), {"reason": "调离"})
    act = JointAct.objects.get()
    joint.confirm(confirming, [act])
    assert User.objects.get(pk=one.pk).grants_in_force() == ()
    assert AuditEntry.objects.filter(action="收回授权", note__contains=f"{asking}申请").exists()
    assert any("收回" in title for title in told(one))


def test_an_office_is_given_by_two(world, guard, auditor):
    person = User.objects.create_user("new", PASSWORD, name="新审计")
    form = {"role": "audit_admin", "region": world.county.pk}
    address = reverse("account", args=[person.pk])
    assert "请填写事由" in signed_in(guard).post(address, form).content.decode()
    assert signed_in(guard).post(address, {**form, "reason": "增设"}).status_code == 302
    assert not person.grants.exists()
    joint.confirm(auditor, [JointAct.objects.get()])
    assert person.grants.get().given_by == guard
    assert AuditEntry.objects.filter(action="授权", note__contains="复核").exists()


def test_a_second_of_the_same_office_does_not_count(world, admin):
    mate = make_user("sysadmin2", "另一系统管理员", "system_admin", world.province)
    act, _ = joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="忘记")[0]
    with pytest.raises(LianshuError) as refusal:
        joint.confirm(mate, [act])
    assert refusal.value.status == 403


def test_an_administrator_of_another_county_is_no_second(world, admin):
    near = make_user("linguard", "邻县安全员", "security_admin", world.neighbour)
    act, _ = joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="忘记")[0]
    with pytest.raises(LianshuError):
        joint.confirm(near, [act])
    client = signed_in(near)
    assert world.owner.username not in client.get(reverse("joint-acts")).content.decode()
    client.post(reverse("joint-decide"), {"decision": "confirm", "act": act.pk})
    act.refresh_from_db()
    assert act.state == JointAct.State.WAITING


def test_who_left_the_office_asks_for_nothing_any_more(world, admin, guard, auditor):
    act, _ = joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="忘记")[0]
    accounts.user_set_active(SYSTEM, admin, active=False)
    with pytest.raises(LianshuError, match="申请人已不任职"):
        joint.confirm(guard, [act])


def test_an_ask_lapses_is_refused_or_withdrawn(world, admin, guard):
    act, _ = joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="忘记")[0]
    with pytest.raises(LianshuError, match="在等复核"):
        joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="再来")
    JointAct.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(LianshuError, match="已逾期"):
        joint.confirm(guard, [act])
    act, _ = joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="再来")[0]
    signed_in(guard).post(
        reverse("joint-decide"), {"decision": "refuse", "act": act.pk, "answer": "本人未到场"}
    )
    act.refresh_from_db()
    assert (act.state, act.answer) == (JointAct.State.REFUSED, "本人未到场")
    assert any("被退回" in title for title in told(admin))
    act, first = joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="三")[0]
    second = joint.confirm(guard, [act])[0][1]
    act.refresh_from_db()
    signed_in(guard).post(reverse("joint-withdraw", args=[act.pk]))
    assert credentials.code_use(username="owner", first=first, second=second, new=NEW) is None


def test_without_a_second_the_console_is_named(world, admin, guard, auditor):
    for one in (guard, auditor):
        accounts.user_set_active(SYSTEM, one, active=False)
    with pytest.raises(LianshuError, match="lianshu password"):
        joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="忘记")


def test_two_present_are_enough(world, admin, guard, auditor):
    accounts.user_set_active(SYSTEM, guard, active=False)
    _, first, second = reset(admin, auditor, world.owner)
    assert use("owner", first, second).status_code == 302


def test_switching_a_business_account_is_told(world, admin, auditor):
    accounts.user_set_active(admin, world.owner, active=False)
    assert any("停用" in title for title in told(world.owner))
    assert any("停用" in title for title in told(auditor))
    assert AuditEntry.objects.get(action="停用账号").region_path == world.county.path


def test_the_account_page_says_what_waits(world, admin, guard):
    joint.ask(admin, Kind.RESET_PASSWORD, [world.owner], reason="忘记")
    page = signed_in(admin).get(reverse("account", args=[world.owner.pk])).content.decode()
    assert "待复核" in page
    own = signed_in(admin).get(reverse("account", args=[admin.pk])).content.decode()
    assert "申请重置密码" not in own and "申请停用" not in own
    other = signed_in(admin).get(reverse("account", args=[guard.pk])).content.decode()
    assert "申请停用管理员账号" in other and "申请收回" in other


def test_business_people_see_no_acts(world):
    assert signed_in(world.owner).get(reverse("joint-acts")).status_code == 403
    assert signed_in(world.owner).post(reverse("handovers-settle")).status_code == 403
