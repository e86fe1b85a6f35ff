"""Pages of targets through the browser's eyes."""

import datetime as dt
from decimal import Decimal

import pytest

from lianshu.targets import services
from lianshu.targets.models import Observation, Target

from .samples import make_plan, make_target


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: dt.date(2026, 7, 10))


def test_progress_filters_by_light_and_shows_why(as_owner, world):
    plan = make_plan(world)
    late = make_target(world, "税收", "100", plan=plan)
    make_target(world, "出口额", "100", plan=plan)
    services.observation_record(world.owner, target=late, period="2026-06", value="1")
    page = as_owner.get("/targets/?light=red").content.decode()
    assert "税收" in page and "出口额" not in page and "落后" in page


def test_progress_page_needs_no_query_per_row(as_owner, world, django_assert_max_num_queries):
    for number in range(30):
        make_target(world, f"指标{number}")
    with django_assert_max_num_queries(16):
        assert as_owner.get("/targets/").status_code == 200


def test_cell_saves_refuses_and_locks(as_owner, world):
    target = make_target(world)
    url = f"/targets/{target.pk}/value/"
    assert "is-saved" in as_owner.post(url, {"period": "2026-06", "value": "120"}).content.decode()
    bad = as_owner.post(url, {"period": "2026-06", "value": "abc"}).content.decode()
    assert "不是数字" in bad and 'value="abc"' in bad
    row = Observation.objects.visible_to(world.owner).get(superseded=False)
    services.observation_approve(world.owner, row)
    refused = as_owner.post(url, {"period": "2026-06", "value": "121"}).content.decode()
    assert "已审" in refused and "请先请审定单位退回" in refused
    assert Observation.objects.visible_to(world.owner).get(superseded=False).value == 120
    assert "entry-locked" in as_owner.get("/targets/entry/").content.decode()


def test_target_page_shows_source_sentence_and_both_units(as_owner, world):
    target = make_target(world)
    services.observation_record(world.owner, target=target, period="2026-06", value="120")
    services.observation_record(
        world.owner, target=target, period="2026-06", value="118", unit=world.department
    )
    page = as_owner.get(f"/targets/{target.pk}/").content.decode()
    assert "两家不一致" in page and "采用" in page and "青澜县科技局" in page
    source = as_owner.get(f"/targets/{target.pk}/source/?period=2026-06").content.decode()
    assert (
        "120\N{NO-BREAK SPACE}亿元" in source
        and "118\N{NO-BREAK SPACE}亿元" in source
        and "总链办小周" in source
    )


def test_review_approves_ticked_figures(as_owner, world):
    target = make_target(world)
    row = services.observation_record(world.owner, target=target, period="2026-06", value="120")
    assert "工业总产值" in as_owner.get("/targets/review/").content.decode()
    as_owner.post("/targets/review/decide/", {"row": [row.pk]})
    row.refresh_from_db()
    assert row.state == Observation.State.APPROVED and row.decided_by == world.owner


def test_a_target_is_made_with_its_period_in_words(as_owner, world):
    sent = {
        "region": world.county.pk, "name": "规上工业企业", "measure": "家", "basis": "added", "op": ">=",
        "low": "15", "state": "active", "period_kind": "annual", "period_first": "2026", "period_last": "2028",
    }  # fmt: skip
    assert as_owner.post("/ledger/targets/new/", sent).status_code == 302
    target = Target.objects.visible_to(world.owner).get(name="规上工业企业")
    assert target.period == "annual:2026-2028"
    assert (target.indicator.name, target.indicator.nature) == ("新增规上工业企业", "flow")
    refused = as_owner.post("/ledger/targets/new/", sent | {"period_kind": "by", "period_first": ""})
    assert refused.status_code == 422 and "请填写年份" in refused.content.decode()


def test_the_indicators_meaning_is_changed_by_who_has_all_its_targets(as_owner, world):
    target = make_target(world)
    sent = {"definition": "全部规上工业企业的总产值", "nature": "ytd"}
    as_owner.post(f"/targets/{target.pk}/define/", sent)
    target.indicator.refresh_from_db()
    assert target.indicator.nature == "ytd"
    make_target(world, region=world.neighbour)
    page = as_owner.post(f"/targets/{target.pk}/define/", sent | {"nature": "flow"}, follow=True)
    assert "多个地区共用" in page.content.decode()


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("observer", "/targets/", 200),
        ("observer", "/targets/entry/", 403),
        ("department", "/targets/review/", 403),
        ("stranger", "/targets/{pk}/", 404),
        ("stranger", "/targets/{pk}/split/", 404),
        ("observer", "/targets/{pk}/", 200),
    ],
)
def test_who_may_open_which_page(world, who, path, status):
    from tests.conftest import signed_in

    target = make_target(world)
    assert signed_in(world.people[who]).get(path.format(pk=target.pk)).status_code == status


def test_the_page_shows_running_sums_and_a_history_in_words(client, world):
    target = make_target(world, plan=make_plan(world), nature="flow")
    for period, value in (("2026-01", "7.5"), ("2026-02", "8")):
        services.observation_record(world.owner, target=target, period=period, value=value)
    services.target_update(world.owner, target, baseline=Decimal("60.5"), baseline_period="2023")
    client.force_login(world.owner)
    page = client.get(f"/targets/{target.pk}/").content.decode()
    assert "自1月累计" in page and 'data-title="自1月累计">15.5' in page
    # the history says fields by their Chinese names and figures without hanging noughts
    assert "基期值：" in page and "<ins>60.5</ins>" in page and "baseline" not in page.split("记录</h2>")[1]
