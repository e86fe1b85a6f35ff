"""A matter from receipt to closing, with the clock and the people at each step."""

import datetime as dt

import pytest
from django.urls import reverse

from lianshu.core.errors import LianshuError
from lianshu.matters import selectors, services
from lianshu.matters.models import Matter
from lianshu.obligations.services import follow
from lianshu.organisation.models import Unit, User

THURSDAY = dt.date(2026, 3, 5)


@pytest.fixture
def raised(world):
    return services.matter_receive(
        world.colleague, region=world.county, chain=world.chain, title="变压器容量不足", text="扩产要再加 2000 千伏安。",
        raised_by="示例企业", on=THURSDAY,
    )  # fmt: skip


@pytest.fixture
def handed_out(world, raised):
    return services.matter_hand_out(
        world.owner, raised, lead=world.department, support=[world.park], kind="energy", on=THURSDAY
    )


def test_received_matter_has_a_number_and_a_clock(world, raised):
    assert raised.number == "BJ-2026-001"
    assert raised.due == dt.date(2026, 3, 6), "to be handed out within one working day"
    second = services.matter_receive(
        world.owner, region=world.county, title="缺工", text="缺 30 人。", on=THURSDAY
    )
    assert second.number == "BJ-2026-002"


def test_missing_words_are_told_together(world):
    with pytest.raises(LianshuError) as caught:
        services.matter_receive(world.owner, region=world.county, title="", text="")
    assert [name for name, _ in caught.value.problems] == ["title", "text"]


@pytest.mark.system("S008")
def test_office_sorts_and_hands_out_from_the_inbox(client, world, raised):
    client.force_login(world.owner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("matters")).content.decode()
    assert "变压器容量不足" in page
    answer = client.post(
        reverse("matter-step", args=[raised.pk, "hand_out"]),
        {"hand_out-kind": "energy", "hand_out-lead": world.department.pk, "hand_out-support": [world.park.pk],
         "hand_out-days": 5},
    )  # fmt: skip
    assert answer.status_code == 302
    raised.refresh_from_db()
    assert raised.state == Matter.State.HANDED_OUT
    assert raised.kind == Matter.Kind.ENERGY
    assert set(raised.assignments.values_list("unit__name", "lead")) == {
        ("青澜县科技局", True), ("青澜高新区管委会", False),
    }  # fmt: skip
    sorted_page = client.get(reverse("ledger-list", args=["matters"]), {"kind": "energy"}).content.decode()
    assert raised.number in sorted_page


def test_unit_signs_answers_raiser_confirms_office_closes(world, handed_out):
    matter = services.matter_sign(world.department_user, handed_out, on=dt.date(2026, 3, 6))
    assert matter.due == dt.date(2026, 3, 19), "ten working days from handing out"
    matter = services.matter_answer(
        world.department_user, matter, answer="已批复增容。", on=dt.date(2026, 3, 10)
    )
    assert matter.state == Matter.State.ANSWERED
    matter = services.matter_confirm(world.colleague, matter, satisfied=True, on=dt.date(2026, 3, 11))
    matter = services.matter_close(world.owner, matter, on=dt.date(2026, 3, 12))
    assert matter.state == Matter.State.CLOSED
    assert matter.due is None
    assert list(matter.steps.values_list("action", flat=True)) == [
        "受理",
        "交办",
        "签收",
        "答复",
        "确认解决",
        "销号",
    ]


def test_unsolved_goes_back_to_the_unit_and_is_counted(world, handed_out):
    services.matter_sign(world.department_user, handed_out, on=THURSDAY)
    matter = services.matter_answer(world.department_user, handed_out, answer="已转供电公司。", on=THURSDAY)
    with pytest.raises(LianshuError):
        services.matter_confirm(world.colleague, matter, satisfied=False, on=THURSDAY)
    matter = services.matter_confirm(world.colleague, matter, satisfied=False, text="还没通电", on=THURSDAY)
    assert (matter.state, matter.reopened) == (Matter.State.SIGNED, 1)


def test_closing_needs_confirmation_and_reopening_a_reason(world, handed_out):
    with pytest.raises(LianshuError) as caught:
        services.matter_close(world.owner, handed_out)
    assert caught.value.code == "E3001"
    Matter.objects.filter(pk=handed_out.pk).update(state=Matter.State.CLOSED)
    with pytest.raises(LianshuError):
        services.matter_reopen(world.colleague, handed_out, reason=" ")
    matter = services.matter_reopen(world.colleague, handed_out, reason="又停电了", on=THURSDAY)
    assert matter.state == Matter.State.RECEIVED


def test_late_steps_are_written_down(world, handed_out):
    matter = services.matter_sign(world.department_user, handed_out, on=dt.date(2026, 3, 10))
    assert matter.steps.last().late_days == 2
    assert selectors.light_of(matter, dt.date(2026, 3, 25))[0] == "red"
    assert "超期 4 个工作日" in selectors.light_of(matter, dt.date(2026, 3, 25))[1]


def test_another_unit_cannot_act_and_the_stranger_sees_nothing(client, world, handed_out):
    other = User.objects.create_user("other", None, name="财政局小赵", unit=world.other_department)
    from lianshu.organisation.models import Grant

    Grant.objects.create(
        user=other, role="responsible_unit", region=world.county, unit=world.other_department
    )
    with pytest.raises(LianshuError) as caught:
        services.matter_sign(other, handed_out)
    assert caught.value.status == 403
    client.force_login(world.stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("matter", args=[handed_out.pk])).status_code == 404
    assert client.post(reverse("matter-step", args=[handed_out.pk, "sign"])).status_code == 404
    handed_out.refresh_from_db()
    assert handed_out.state == Matter.State.HANDED_OUT


def test_returned_matter_waits_for_the_office_again(world, handed_out):
    matter = services.matter_return(world.department_user, handed_out, reason="属住建局职责", on=THURSDAY)
    assert matter.state == Matter.State.RECEIVED
    assert (matter.pk, "交办") in [(m.pk, verb) for m, verb in selectors.waiting_for(world.owner, THURSDAY)]


def test_question_goes_from_lead_firm_to_innovation_team_to_chief(client, world):
    """链主 asks, 链创 answers, 链长 decides: all three see it on the chain."""
    institute = Unit.objects.create(region=world.county, name="青澜产业技术研究院", kind=Unit.Kind.INSTITUTE)
    team = User.objects.create_user("team", None, name="研究院小许", unit=institute)
    from lianshu.organisation.models import Grant

    Grant.objects.create(user=team, role="responsible_unit", region=world.county, unit=institute)

    def step(user, name, data):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        url = reverse("matter-step", args=[matter.pk, name])
        answer = client.post(
            url, {f"{name}-{key}" if key != "choice" else key: value for key, value in data.items()}
        )
        assert answer.status_code == 302, answer.content.decode()[:2000]
        matter.refresh_from_db()

    client.force_login(world.colleague, backend="django.contrib.auth.backends.ModelBackend")
    client.post(
        reverse("matter-new"),
        {"region": world.county.pk, "chain": world.chain.pk, "nature": "question", "channel": "firm",
         "title": "镀层厚度不均", "text": "希望联合攻关。", "raised_by": "示例链主企业"},
    )  # fmt: skip
    matter = Matter.objects.get(title="镀层厚度不均")
    step(world.owner, "hand_out", {"kind": "technology", "lead": institute.pk, "days": 10})
    step(team, "sign", {})
    step(team, "answer", {"text": "可改脉冲电镀，需试验经费。"})
    assert matter.state == Matter.State.DECISION
    assert selectors.waiting_for(world.chief, THURSDAY) == [(matter, "批示")]
    step(world.chief, "decide", {"text": "同意列入年度攻关。", "choice": "agree"})
    assert matter.state == Matter.State.ANSWERED
    page = client.get(reverse("matter", args=[matter.pk])).content.decode()
    assert "可改脉冲电镀" in page
    assert "同意列入年度攻关" in page


def test_chief_sends_back_to_be_handled_again(world, raised):
    matter = services.matter_escalate(world.colleague, raised, text="请协调供电公司", on=THURSDAY)
    matter = services.matter_decide(world.chief, matter, text="由县发改局牵头", agree=False, on=THURSDAY)
    assert matter.state == Matter.State.RECEIVED


def test_same_step_twice_is_refused(world, handed_out):
    services.matter_sign(world.department_user, handed_out)
    with pytest.raises(LianshuError) as caught:
        services.matter_sign(world.department_user, handed_out)
    assert caught.value.code == "E3001"
    assert handed_out.steps.filter(action="签收").count() == 1


def test_inbox_needs_few_queries(client, world, django_assert_max_num_queries):
    for number in range(12):
        services.matter_receive(
            world.owner, region=world.county, title=f"件{number}", text="内容", on=THURSDAY
        )
    client.force_login(world.owner, backend="django.contrib.auth.backends.ModelBackend")
    with django_assert_max_num_queries(25):
        page = client.get(reverse("matters")).content.decode()
    assert page.count("BJ-2026-0") >= 12


def test_each_role_is_offered_what_is_its_own(client, world, raised):
    from tests.factories import make_user

    supervisor = make_user("duc", "督查小任", "supervisor", world.county)
    offered = {
        "received": {
            world.owner: ["hand_out", "escalate", "withdraw"],
            world.chief: ["hand_out"],
            supervisor: ["hand_out", "escalate"],
            world.department_user: [],
        },
        "handed_out": {
            world.owner: ["sign", "hand_out", "return", "escalate", "withdraw"],
            world.chief: [],
            supervisor: ["hand_out", "escalate"],
            world.department_user: ["sign", "return", "escalate"],
        },
        "decision": {
            world.owner: ["hand_out"],
            world.chief: ["decide"],
            supervisor: ["hand_out"],
            world.department_user: [],
        },
        "confirmed": {world.owner: ["close"], world.chief: [], supervisor: []},
        "closed": {world.owner: ["reopen"], world.chief: ["reopen"], supervisor: ["reopen"]},
    }
    services.matter_hand_out(world.owner, raised, lead=world.department, on=THURSDAY)
    raised.refresh_from_db()
    for state, roles in offered.items():
        Matter.objects.visible_to(world.owner).filter(pk=raised.pk).update(state=state)
        raised.refresh_from_db()
        for user, steps in roles.items():
            if state == "received" and user == world.department_user:
                raised.assignments.update(active=False)
            assert selectors.actions_for(user, raised) == steps, (state, user)
        raised.assignments.update(active=True)
    # what is offered and what waits agree
    Matter.objects.visible_to(world.owner).filter(pk=raised.pk).update(state="confirmed")
    follow(raised)
    assert [verb for _, verb in selectors.waiting_for(world.owner, THURSDAY)] == ["销号"]
    assert selectors.waiting_for(supervisor, THURSDAY) == selectors.waiting_for(world.chief, THURSDAY) == []
    client.force_login(world.chief)
    Matter.objects.visible_to(world.owner).filter(pk=raised.pk).update(state="decision")
    follow(raised)
    page = client.get(reverse("matter", args=[raised.pk])).content.decode()
    assert "批示</summary>" in page and "交办</summary>" not in page
