"""The audit log on screen, idle sign-out, entries kept to the end of a block."""

import pytest
from tests.conftest import signed_in

from lianshu.core import audit
from lianshu.core.models import AuditEntry, Setting


@pytest.fixture
def auditor(world):
    return signed_in(world.people["audit_admin"])


def test_only_the_audit_administrator_reads_the_log(auditor, as_owner, world):
    audit.record(world.owner, "修改", world.chain, changes={"position": ["旧", "新"]})
    page = auditor.get("/audit/").content.decode()
    assert "产业定位：旧 → 新" in page and "电子信息产业链" in page
    assert as_owner.get("/audit/").status_code == 403
    assert as_owner.post("/audit/verify/").status_code == 403


def test_log_is_narrowed_by_every_filter(auditor, world):
    audit.record(world.owner, "修改", world.chain, note="甲")
    audit.record(world.stranger, "删除", world.foreign_chain, note="乙")
    for query, count in (
        ("who=小周", 1), ("action=删除", 1), ("kind=organisation.chain", 2), ("q=甲", 1), ("q=电子", 2),
        ("from=2000-01-01&to=2000-12-31", 0), ("from=x&to=2024-13-40", 2), ("kind=nothing", 2),
    ):  # fmt: skip
        assert len(auditor.get(f"/audit/?{query}").context["page"].object_list) == count, query


def test_county_auditor_reads_the_own_county_only(world):
    from tests.factories import make_user

    audit.record(world.owner, "修改", world.chain)
    audit.record(world.stranger, "导出", world.stranger)
    audit.record(None, "修改", world.people["owner"], note="系统自己")
    local = make_user("local-audit", "县审计", "audit_admin", world.county)
    assert [entry.action for entry in audit.entries_visible_to(local)] == ["修改"]
    assert audit.entries_visible_to(world.people["audit_admin"]).count() == 3
    assert not audit.entries_visible_to(world.owner).exists()


def test_verification_runs_as_a_job_and_its_result_is_shown(auditor, world):
    for number in range(3):
        audit.record(world.owner, "修改", world.chain, note=str(number))
    assert auditor.post("/audit/verify/").status_code == 302
    assert Setting.objects.get(key=audit.VERIFIED).value["count"] == 3
    assert "审计日志完好" in auditor.get("/audit/").content.decode()
    middle = AuditEntry.objects.order_by("id")[1]
    AuditEntry.objects.filter(pk=middle.pk).update(note="改过")
    auditor.post("/audit/verify/")
    assert f"第 {middle.pk} 号内容被改" in auditor.get("/audit/").content.decode()


def test_what_a_verification_found_is_on_the_page_and_told_to_the_auditors(anchored):
    from lianshu.core.models import Notice

    page = signed_in(anchored.world.people["audit_admin"])
    anchored.write(60)
    page.post("/audit/verify/")
    shown = page.get("/audit/").content.decode()
    assert "审计日志完好" in shown and "最近的检查点是第 2 个" in shown and "记到第 50 号" in shown
    anchored.cut(20)
    page.post("/audit/verify/")
    shown = page.get("/audit/").content.decode()
    assert "审计日志有问题" in shown and "第 21 号到第 50 号共 30 条被删" in shown
    assert "第 21 号到第 50 号" in Notice.objects.get(light="red").title


def test_collected_entries_are_chained_at_the_end_or_not_at_all(world):
    with audit.collected():
        audit.record(world.owner, "修改", world.chain)
        audit.record(world.owner, "修改", world.other_chain)
        assert not AuditEntry.objects.exists()
    assert audit.verify()[:2] == (2, None)
    with pytest.raises(RuntimeError), audit.collected():
        audit.record(world.owner, "修改", world.chain)
        raise RuntimeError
    assert audit.verify()[:2] == (2, None)


def test_who_was_away_too_long_is_signed_out(as_owner, settings):
    assert as_owner.get("/jobs/").status_code == 200
    session = as_owner.session
    session["seen"] -= settings.LIANSHU_IDLE_MINUTES * 60 + 1
    session.save()
    part = as_owner.get("/search/quick/?q=x", headers={"hx-request": "true", "hx-current-url": "/jobs/"})
    assert part.status_code == 204 and part["HX-Redirect"].endswith("next=/jobs/")
    assert as_owner.get("/jobs/").status_code == 302


def test_signing_in_again_after_the_time_out_leads_back(as_owner, settings):
    as_owner.get("/jobs/")
    session = as_owner.session
    session["seen"] -= settings.LIANSHU_IDLE_MINUTES * 60 + 1
    session.save()
    assert as_owner.get("/notices/?page=2").url.endswith("next=/notices/%3Fpage%3D2")


def test_a_page_that_only_asks_for_progress_keeps_nobody_signed_in(as_owner, owner):
    from lianshu.core.models import Job

    job = Job.objects.create(kind="x", title="x", status="done", asked_by=owner)
    as_owner.get("/jobs/")
    session = as_owner.session
    session["seen"] -= 1000
    session.save()
    as_owner.get(f"/jobs/{job.pk}/progress/")
    assert as_owner.session["seen"] == session["seen"]
    as_owner.get("/jobs/")
    assert as_owner.session["seen"] > session["seen"]
