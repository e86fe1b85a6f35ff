"""The shell around every page: navigation, lens, search, notices, health, error pages."""

import pytest
from django.db import connection

from lianshu.core.notices import mark_read, notices_of, notify, unread_count
from lianshu.core.registries import NavItem, registry


@pytest.mark.parametrize("path", ["/notices/", "/jobs/", "/search/?q=云溪"])
def test_shell_pages_open_with_few_queries(as_owner, path, django_assert_max_num_queries, monkeypatch):
    # what each room's search costs is that room's affair
    monkeypatch.setattr(registry, "searches", [])
    with django_assert_max_num_queries(14):
        answer = as_owner.get(path)
    assert answer.status_code == 200
    assert "链枢</title>" in answer.content.decode()


def test_title_stands_in_the_head_too(as_owner):
    assert "<title>通知 · 链枢</title>" in as_owner.get("/notices/").content.decode()


def test_health_needs_no_sign_in(client, db):
    assert client.get("/healthz").json() == {"status": "ok", "database": connection.vendor}


def test_lens_is_kept_and_offers_only_the_own_regions(as_owner, world):
    offered = as_owner.get("/lens/").content.decode()
    assert world.county.name in offered
    assert world.neighbour.name not in offered
    answer = as_owner.post("/lens/", {"region": world.county.pk, "chain": world.chain.pk, "next": "/jobs/"})
    assert answer.url == "/jobs/"
    assert f"{world.county.name} · 电子信息产业链" in as_owner.get("/jobs/").content.decode()


def test_lens_refuses_a_foreign_chain_and_a_foreign_address(as_owner, world):
    assert as_owner.post("/lens/", {"chain": world.foreign_chain.pk}).status_code == 404
    assert as_owner.post("/lens/", {"next": "https://elsewhere.example/"}).url == "/"


def test_search_asks_the_providers_and_marks_the_words(as_owner, monkeypatch):
    monkeypatch.setattr(registry, "searches", [lambda user, text: [("云溪电子", "企业", "/x/")] * 9])
    quick = as_owner.get("/search/quick/?q=电子").content.decode()
    assert quick.count("云溪<mark>电子</mark>") == 5, "a provider gives at most five while typing"
    assert as_owner.get("/search/?q=电子").content.decode().count("<mark>电子</mark>") == 9


def test_notice_is_said_once_opened_and_read(as_owner, owner, stranger):
    assert notify([owner], title="办件退回", url="/jobs/", key="m:1") == 1
    assert notify([owner], title="办件退回", url="/jobs/", key="m:1") == 0
    notice = notices_of(owner).get()
    assert "办件退回" in as_owner.get("/notices/").content.decode()
    assert as_owner.post(f"/notices/{notice.pk}/").url == "/jobs/"
    assert unread_count(owner) == 0
    other = notify([stranger], title="别人的") and notices_of(stranger).get()
    assert as_owner.post(f"/notices/{other.pk}/").status_code == 404
    assert mark_read(stranger) == 1


def test_navigation_shows_what_exists_and_is_allowed(as_owner, monkeypatch):
    items = [
        NavItem("企业", "jobs", order=1),
        NavItem("报告", "jobs", order=2, action="audit"),
        NavItem("项目", "no-such-page", order=3),
    ]
    monkeypatch.setattr(registry, "navigation", items)
    monkeypatch.setattr(registry, "menu_items", {})
    body = as_owner.get("/jobs/").content.decode()
    assert "企业</a>" in body
    assert "报告</a>" not in body, "the action is not allowed"
    assert "项目</a>" not in body, "the room is not installed"


def test_unknown_page_says_so_in_chinese(as_owner):
    answer = as_owner.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.content.decode()
