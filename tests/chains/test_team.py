"""The people of a chain: task force with its phone list, experts and their opinions, envoys, pairings."""

import datetime as dt

import pytest
from django.urls import reverse

from lianshu.chains import services
from lianshu.core.errors import LianshuError
from lianshu.organisation.models import Appointment, Person
from lianshu.organisation.services import appointment_create


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_task_force_has_a_phone_list_and_its_members_file_problems(client, world):
    sign_in(client, world.colleague)
    answer = client.post(
        reverse("chain-team-add", args=[world.chain.pk]),
        {"role": "group_member", "new_name": "示例戊", "new_phone": "0000-1234567", "post": "专班成员"},
    )
    assert answer.status_code == 302
    page = client.get(reverse("chain", args=[world.chain.pk]), {"tab": "team"}).content.decode()
    assert "示例戊" in page
    assert "tel:0000-1234567" in page
    client.post(
        reverse("matter-new"),
        {"region": world.county.pk, "chain": world.chain.pk, "nature": "problem", "channel": "task_force",
         "title": "专班反映缺电", "text": "企业扩产缺电。"},
    )  # fmt: skip
    page = client.get(reverse("chain", args=[world.chain.pk]), {"tab": "matters"}).content.decode()
    assert "专班反映缺电" in page


@pytest.mark.system("S012")
def test_expert_register_question_and_filed_opinion(client, world):
    sign_in(client, world.colleague)
    client.post(
        reverse("chain-team-add", args=[world.chain.pk]),
        {"role": "expert", "new_name": "示例己", "new_field": "表面处理"},
    )
    expert = Person.objects.get(name="示例己")
    url = reverse("chain-consult", args=[world.chain.pk])
    assert client.post(url, {"expert": expert.pk, "question": "镀层如何均匀？"}).status_code == 302
    asked = world.chain.consultations.get()
    answer = client.post(
        reverse("chain-consult-answer", args=[world.chain.pk, asked.pk]), {"opinion": "建议脉冲电镀。"}
    )
    assert answer.status_code == 302
    page = client.get(reverse("chain", args=[world.chain.pk]), {"tab": "experts"}).content.decode()
    assert "表面处理" in page
    assert "建议脉冲电镀" in page
    with pytest.raises(LianshuError) as caught:
        services.consultation_answer(world.colleague, asked, opinion="改一改")
    assert caught.value.code == "E3001"


def test_only_registered_experts_are_asked(world):
    outsider = Person.objects.create(region=world.county, name="示例庚")
    with pytest.raises(LianshuError) as caught:
        services.consultation_ask(world.colleague, chain=world.chain, expert=outsider, question="？")
    assert "不在电子信息产业链的专家名册里" in caught.value.sentence


def test_leaving_keeps_the_post_as_history(client, world):
    post = appointment_create(
        world.owner, region=world.county, role=Appointment.Role.CHIEF, chain=world.chain,
        person=world.chief_person, valid_from=dt.date(2025, 1, 1),
    )  # fmt: skip
    sign_in(client, world.owner)
    assert "示例甲" in client.get(reverse("chain", args=[world.chain.pk])).content.decode()
    client.post(reverse("chain-team-end", args=[world.chain.pk, post.pk]))
    post.refresh_from_db()
    Appointment.objects.filter(pk=post.pk).update(valid_to=dt.date(2025, 6, 30))
    page = client.get(reverse("chain", args=[world.chain.pk]), {"tab": "team"}).content.decode()
    assert "历任" in page
    assert "2025年6月30日" in page


def test_stranger_and_other_chain_cannot_touch_the_team(client, world):
    data = {"role": "expert", "new_name": "外人"}
    sign_in(client, world.stranger)
    assert client.post(reverse("chain-team-add", args=[world.chain.pk]), data).status_code == 404
    sign_in(client, world.department_user)
    assert client.post(reverse("chain-team-add", args=[world.chain.pk]), data).status_code == 403
    assert not Person.objects.filter(name="外人").exists()


def test_chain_list_shows_chiefs_and_only_own_region(client, world):
    appointment_create(
        world.owner, region=world.county, role=Appointment.Role.CHIEF, chain=world.chain, post="副县长"
    )
    sign_in(client, world.owner)
    page = client.get(reverse("chains")).content.decode()
    assert "电子信息产业链" in page
    assert "链长：副县长" in page
    assert "禾渡县" not in page
