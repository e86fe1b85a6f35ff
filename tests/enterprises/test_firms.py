"""Firms: the file, visits with promises, who is attached, the linkage table."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.conftest import signed_in

from lianshu.core.errors import LianshuError
from lianshu.enterprises import selectors, services
from lianshu.enterprises.models import Enterprise
from lianshu.organisation.models import Person
from lianshu.organisation.services import appointment_create
from lianshu.reference.credit_code import fictional_credit_code
from lianshu.tasks.models import Task


@pytest.fixture
def firm(world):
    return services.enterprise_create(
        world.owner, region=world.county, name="青澜示例电子有限公司", state="operating"
    )


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_wrong_credit_code_is_refused_with_the_reason(world):
    with pytest.raises(LianshuError) as caught:
        services.enterprise_create(
            world.owner, region=world.county, name="甲", credit_code="91990121MA0000000X"
        )
    assert caught.value.problems[0][0] == "credit_code"
    assert not Enterprise.objects.filter(name="甲").exists()
    good = services.enterprise_create(
        world.owner,
        region=world.county,
        name="乙",
        credit_code=fictional_credit_code(1, region="990121").lower(),
    )
    assert good.credit_code == fictional_credit_code(1, region="990121")


def test_former_name_stays_as_alias(world, firm):
    services.enterprise_update(world.owner, firm, name="青澜示例科技有限公司")
    assert "青澜示例电子有限公司" in firm.aliases


@pytest.mark.system("S007")
def test_leader_serves_an_industry_and_firms_and_visits_and_promises_are_logged(client, world, firm):
    leader = world.chief_person
    appointment_create(world.owner, region=world.county, role="guarantor", chain=world.chain, person=leader)
    sign_in(client, world.owner)
    answer = client.post(
        reverse("enterprise-attach", args=[firm.pk]), {"role": "guarantor", "person": leader.pk}
    )
    assert answer.status_code == 302
    today = dt.date.today()
    data = {
        "kind": "visit", "on": today.isoformat(), "who": "示例甲", "unit": world.department.pk,
        "chain": world.chain.pk, "text": "企业反映用电紧张。", "promise": "协调增容",
    }  # fmt: skip
    page = client.post(reverse("service-new", args=[firm.pk]), data)
    assert "答复或承诺要有时限" in page.content.decode()
    due = today + dt.timedelta(days=20)
    assert (
        client.post(reverse("service-new", args=[firm.pk]), {**data, "promise_due": due}).status_code == 302
    )
    task = Task.objects.get(title__contains="协调增容")
    assert (task.due, task.lead_unit) == (due, world.department), "a promise becomes a task"
    page = client.get(
        reverse("ledger-row", args=["enterprises", firm.pk]), {"tab": "services"}
    ).content.decode()
    assert "企业反映用电紧张" in page
    assert "协调增容" in page
    table = client.get(reverse("linkage")).content.decode()
    assert "电子信息产业链" in table
    assert "青澜示例电子有限公司" in table


def test_departments_are_paired_with_firms_and_firms_without_contact_are_shown(client, world, firm):
    lonely = services.enterprise_create(
        world.owner, region=world.county, name="无人联系的示例厂", state="operating"
    )
    sought = services.enterprise_create(world.owner, region=world.county, name="招引示例公司", state="sought")
    sign_in(client, world.owner)
    client.post(
        reverse("enterprise-attach", args=[firm.pk]), {"role": "guarantor", "unit": world.department.pk}
    )
    again = client.post(
        reverse("enterprise-attach", args=[firm.pk]), {"role": "guarantor", "unit": world.department.pk}
    )
    assert "已经联系" in again.content.decode()
    page = client.get(reverse("enterprises-uncontacted")).content.decode()
    assert lonely.name in page
    assert firm.name not in page
    assert sought.name not in page
    table = client.get(reverse("linkage")).content.decode()
    assert "部门包保表" in table
    assert "青澜县科技局" in table


@pytest.mark.system("S019")
def test_three_pairings_per_leader_in_one_printable_table(client, world, firm):
    from lianshu.projects.models import Project
    from lianshu.projects.services import project_attach

    leader = Person.objects.create(region=world.county, name="示例辛", title="县委常委")
    appointment_create(world.owner, region=world.county, role="chief", chain=world.chain, person=leader)
    services.attach(world.owner, firm, person=leader)
    project = Project.objects.create(region=world.county, name="示例封装项目", chain=world.chain)
    project_attach(world.owner, project, person=leader)
    sign_in(client, world.owner)
    page = client.get(reverse("linkage")).content.decode()
    row = page.split("示例辛")[1].split("</tr>")[0]
    assert "电子信息产业链" in row
    assert "青澜示例电子有限公司" in row
    assert "示例封装项目" in row
    assert "data-print" in page


@pytest.mark.system("S013")
def test_envoys_by_firm_and_chain_with_each_service_logged(client, world, firm):
    envoy = Person.objects.create(region=world.county, name="示例壬", field="模具")
    sign_in(client, world.owner)
    client.post(
        reverse("enterprise-attach", args=[firm.pk]),
        {"role": "envoy", "person": envoy.pk, "chain": world.chain.pk},
    )
    client.post(
        reverse("service-new", args=[firm.pk]),
        {"kind": "service", "on": dt.date.today().isoformat(), "who": "示例壬", "chain": world.chain.pk,
         "text": "指导改进模具寿命。"},
    )  # fmt: skip
    team = client.get(reverse("chain", args=[world.chain.pk]), {"tab": "team"}).content.decode()
    envoys = team.split("<h2>科技特派员")[1]
    assert "示例壬" in envoys
    assert "联系 青澜示例电子有限公司" in envoys
    logged = client.get(reverse("ledger-list", args=["services"])).content.decode()
    assert "指导改进模具寿命" in logged


def test_contact_ends_and_the_firm_is_alone_again(client, world, firm):
    post = services.attach(world.owner, firm, unit=world.department)
    assert not selectors.without_contact(world.owner).exists()
    services.detach(world.owner, post, on=dt.date.today() - dt.timedelta(days=1))
    assert list(selectors.without_contact(world.owner)) == [firm]


def test_place_in_a_chain_is_seen_on_the_chain_page(client, world, firm):
    sign_in(client, world.owner)
    url = reverse("enterprise-place", args=[firm.pk])
    assert client.post(url, {"chain": world.chain.pk, "role": "lead"}).status_code == 302
    assert client.post(url, {"chain": world.foreign_chain.pk, "role": "lead"}).status_code == 200
    page = client.get(reverse("chain", args=[world.chain.pk]), {"tab": "enterprises"}).content.decode()
    assert "链主" in page
    assert firm.name in page
    assert firm.chain_roles.count() == 1
    overview = client.get(reverse("chain", args=[world.chain.pk])).content.decode()
    assert firm.name in overview, "a lead firm is one of the three parties"
    services.chain_role_set(world.owner, firm, chain=world.chain, role="supporting")
    assert firm.name not in client.get(reverse("chain", args=[world.chain.pk])).content.decode()


def test_stranger_sees_and_does_nothing(client, world, firm):
    sign_in(client, world.stranger)
    for name in ("service-new", "enterprise-attach", "enterprise-place"):
        assert client.get(reverse(name, args=[firm.pk])).status_code == 404
    assert firm.name not in client.get(reverse("enterprises-uncontacted")).content.decode()


def test_a_promise_is_handed_out_and_noticed_like_any_task(world, firm):
    """The unit is told, the task's time line begins with the handing out, and it waits on the unit's desk."""
    owner, department = signed_in(world.owner), signed_in(world.department_user)
    due = timezone.localdate() + dt.timedelta(days=10)
    answer = owner.post(
        reverse("service-new", args=[firm.pk]),
        {
            "on": timezone.localdate(), "who": "示例甲", "kind": "visit", "unit": world.department.pk,
            "chain": world.chain.pk, "text": "企业反映用电紧张。", "promise": "协调增容", "promise_due": due,
        },
    )  # fmt: skip
    assert answer.status_code == 302
    task = Task.objects.visible_to(world.owner).get(title__contains="协调增容")
    notices = department.get("/notices/").content.decode()
    assert f"交办：{task.title}" in notices
    page = department.get(f"/tasks/{task.pk}/").content.decode()
    assert "交 青澜县科技局：来自走访承诺" in page
    assert task.title in department.get("/").content.decode()
