"""Mechanisms as checklists of chains: which of the "ones" exist, with the proof, and which are missing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lianshu.chains import services
from lianshu.chains.checklist import is_checklist
from lianshu.chains.models import ChainItem, Mechanism
from lianshu.core.errors import LianshuError

SIX = ["一位县领导", "一个牵头部门", "一个工作专班", "一个专家团队", "一套支持政策", "一张图谱"]


@pytest.fixture
def six(world):
    return services.mechanism_save(world.owner, region=world.county, name="六个一", items=SIX)


def item_of(mechanism, chain, name):
    return ChainItem.objects.get(chain=chain, item__mechanism=mechanism, item__name=name)


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_every_chain_of_the_region_gets_every_item(world, six):
    assert ChainItem.objects.filter(item__mechanism=six).count() == 12
    assert not ChainItem.objects.filter(chain=world.foreign_chain).exists()


@pytest.mark.system("S004")
def test_chain_page_shows_which_ones_exist_with_person_or_file_and_which_are_missing(client, world, six):
    sign_in(client, world.colleague)
    leader = item_of(six, world.chain, "一位县领导")
    answer = client.post(
        reverse("chain-item", args=[leader.pk]), {"state": "present", "person": world.chief_person.pk}
    )
    assert answer.status_code == 302
    policy = item_of(six, world.chain, "一套支持政策")
    client.post(
        reverse("chain-item", args=[policy.pk]),
        {"state": "present", "file": SimpleUploadedFile("政策.txt", "支持政策".encode(), "text/plain")},
    )
    page = client.get(reverse("chain", args=[world.chain.pk])).content.decode()
    assert "2/6 项" in page
    assert "缺一个牵头部门、一个工作专班、一个专家团队、一张图谱" in page
    assert "示例甲" in page
    assert "政策.txt" in client.get(reverse("chain-item", args=[policy.pk])).content.decode()


@pytest.mark.system("S005")
def test_the_list_of_items_is_configurable(client, world, six):
    sign_in(client, world.owner)
    services.chain_item_update(
        world.owner, item_of(six, world.chain, "一个工作专班"), state="doing", progress=30
    )
    seven = "\n".join([*SIX, "一个行动方案"])
    url = reverse("mechanism-edit", args=[six.pk])
    assert client.post(url, {"region": world.county.pk, "name": "七个一", "items": seven}).status_code == 302
    six.refresh_from_db()
    assert six.name == "七个一"
    assert item_of(six, world.chain, "一个行动方案").state == ChainItem.State.MISSING
    assert item_of(six, world.chain, "一个工作专班").progress == 30, "what was recorded stays"
    page = client.get(reverse("mechanism", args=[six.pk])).content.decode()
    assert "2 条产业链 × 7 项，还缺 14 项" in page
    refused = client.post(url, {"region": world.county.pk, "name": "七个一", "items": "一位县领导"})
    assert "已有 1 条产业链登记了落实情况" in refused.content.decode()
    assert six.items.count() == 7


def test_items_carry_progress_and_an_evidence_file(client, world):
    five = services.mechanism_save(
        world.owner, region=world.county, name="五个一", items=["一个发展规划", "一个供需对接平台"]
    )
    sign_in(client, world.colleague)
    plan = item_of(five, world.chain, "一个发展规划")
    client.post(
        reverse("chain-item", args=[plan.pk]),
        {"state": "doing", "progress": 60, "text": "征求意见稿",
         "file": SimpleUploadedFile("规划稿.txt", "规划".encode(), "text/plain")},
    )  # fmt: skip
    plan.refresh_from_db()
    assert (plan.state, plan.progress) == (ChainItem.State.DOING, 60)
    page = client.get(reverse("chain", args=[world.chain.pk])).content.decode()
    assert "征求意见稿" in page
    assert "0/2 项" in page


def test_present_needs_proof(world, six):
    with pytest.raises(LianshuError) as caught:
        services.chain_item_update(world.owner, item_of(six, world.chain, "一个专家团队"), state="present")
    assert "依据" in caught.value.sentence


def test_other_chains_item_is_read_only_for_a_chain_office_and_hidden_from_strangers(client, world, six):
    other = item_of(six, world.other_chain, "一张图谱")
    sign_in(client, world.colleague)
    assert client.get(reverse("chain-item", args=[other.pk])).status_code == 404
    sign_in(client, world.stranger)
    own = item_of(six, world.chain, "一张图谱")
    assert (
        client.post(reverse("chain-item", args=[own.pk]), {"state": "present", "text": "x"}).status_code
        == 404
    )
    assert client.get(reverse("mechanism", args=[six.pk])).status_code == 404
    own.refresh_from_db()
    assert own.state == ChainItem.State.MISSING


@pytest.mark.parametrize(
    ("name", "items", "expected"),
    [
        ("六个一", SIX, True),
        ("四个一批", ["签约一批", "开工一批"], False),
        ("五图", ["技术结构图", "应用领域图"], False),
        ("一链一策", [], False),
        ("三个一", ["一个规划", "一个专班", "一个平台"], True),
    ],
)
def test_only_lists_of_ones_become_checklists(name, items, expected):
    assert is_checklist(name, items) is expected


def test_matrix_needs_few_queries(client, world, six, django_assert_max_num_queries):
    sign_in(client, world.owner)
    with django_assert_max_num_queries(22):
        assert client.get(reverse("mechanism", args=[six.pk])).status_code == 200
    assert Mechanism.objects.visible_to(world.stranger).count() == 0
