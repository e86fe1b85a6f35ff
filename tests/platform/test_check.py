"""The state of an installation: every line with a light, a sentence and what to do."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from tests.conftest import signed_in
from tests.platform.homes import several, stored_home

from lianshu.core import health
from lianshu.core.health import Check, Finding
from lianshu.core.models import AuditEntry, Job, Setting
from lianshu.platform import backup, checks, schema


@pytest.fixture
def here(settings, tmp_path) -> Path:
    """A data folder of its own, beside the test database."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir(mode=0o700)
    (settings.HOME / "secret.key").write_text("k" * 60)
    (settings.HOME / "secret.key").chmod(0o600)
    return settings.HOME


@pytest.fixture
def with_database(monkeypatch, db):
    """The test database may lie in memory: it counts as there."""
    monkeypatch.setattr(checks, "_no_database", lambda: None)


def test_disk_tells_before_it_is_full(here, monkeypatch):
    free = {"green": 200 << 30, "amber": 3 << 30, "red": 100 << 20}
    for wanted, left in free.items():
        usage = checks.shutil._ntuple_diskusage(400 << 30, (400 << 30) - left, left)
        monkeypatch.setattr(checks.shutil, "disk_usage", lambda path, usage=usage: usage)
        found = checks.disk(False)
        assert found.light == wanted and bool(found.todo) == (wanted != "green")


def test_key_and_rights(here):
    assert checks.key(False).light == "green" and checks.rights(False).light == "green"
    (here / "secret.key").chmod(0o644)
    assert checks.rights(False).light == "red" and "secret.key" in checks.rights(False).sentence
    (here / "secret.key").write_text("")
    assert checks.key(False).light == "red"


@pytest.mark.parametrize(("days", "wanted"), [(0, "green"), (3, "amber"), (9, "red"), (None, "red")])
def test_backup_grows_old(here, with_database, days, wanted, monkeypatch):
    monkeypatch.setattr(checks, "_postgres", lambda: False)
    if days is not None:
        at = (timezone.now() - dt.timedelta(days=days)).isoformat()
        entry = {"at": at, "file": "/backups/a", "size": 10, "sealed": True}
        (here / backup.LOG).write_text(json.dumps([entry]))
    found = checks.last_backup(False)
    assert found.light == wanted
    assert days is None or "已加密" in found.sentence


def test_jobs_late_dead_and_failed(with_database):
    assert checks.background(False).light == "green"
    Job.objects.create(kind="x", title="failed", status=Job.Status.FAILED, ended_at=timezone.now())
    assert checks.background(False).light == "amber"
    late = Job.objects.create(kind="x", title="late")
    Job.objects.filter(pk=late.pk).update(asked_at=timezone.now() - dt.timedelta(hours=1))
    assert "1 个任务等得太久" in checks.background(False).sentence
    Job.objects.create(kind="x", title="dead", status=Job.Status.RUNNING, owner_process="nowhere:1:1")
    assert checks.background(False).light == "red" and "进程已经没有了" in checks.background(False).sentence


def test_schema_older_and_newer(with_database, monkeypatch):
    assert checks.structure(False).light == "green"
    monkeypatch.setattr(schema, "applied", lambda: {("tasks", "9999_future")})
    assert checks.structure(False).light == "red"


def test_clock_that_runs_behind(with_database, world):
    assert checks.clock(False).light == "green"
    ahead = timezone.now() + dt.timedelta(days=1)
    AuditEntry.objects.bulk_create([AuditEntry(at=ahead, actor_name="x", action="x", object_type="x", object_id="1",
                                               object_label="x", previous_hash="0" * 64, hash="f" * 64)])  # fmt: skip
    assert checks.clock(False).light == "red"


def test_audit_guards_and_verification(with_database, monkeypatch):
    monkeypatch.setattr(checks.audit_anchor, "problems", lambda: ["触发器不见了。"])
    assert checks.audit_log(False).light == "red"
    monkeypatch.setattr(checks.audit_anchor, "problems", list)
    assert checks.audit_log(False).light == "amber"
    for state, days, wanted in (("intact", 1, "green"), ("intact", 60, "amber"), ("broken", 1, "red")):
        value = {"at": (timezone.now() - dt.timedelta(days=days)).isoformat(), "state": state}
        Setting.objects.update_or_create(key="audit_verified", defaults={"value": value})
        assert checks.audit_log(False).light == wanted


def test_sessions_left_lying(with_database):
    Session.objects.create(
        session_key="a", session_data="", expire_date=timezone.now() - dt.timedelta(days=1)
    )
    assert "过期未清 1 个" in checks.sessions(False).sentence


def test_https_and_hosts(settings):
    settings.SESSION_COOKIE_SECURE, settings.ALLOWED_HOSTS = True, ["lianshu.example"]
    assert checks.https(False).light == "green"
    settings.ALLOWED_HOSTS = ["*"]
    assert checks.https(False).light == "amber"


def test_a_check_that_fails_is_a_red_line(monkeypatch):
    def fails(thorough: bool) -> Finding:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(health, "_CHECKS", [Check("x", "某项", fails)])
    (line,) = health.lines()
    assert line.light == "red" and "磁盘已满" in line.sentence


def test_every_light_that_is_not_green_says_what_to_do(here, db):
    for line in health.lines():
        assert line.sentence and (line.light == "green" or line.todo), line


# --- the page and the command


def test_the_page_is_for_two_of_the_administrators(world, here):
    for role, wanted in (
        ("system_admin", 200),
        ("audit_admin", 200),
        ("security_admin", 403),
        ("owner", 403),
    ):
        assert signed_in(world.people[role]).get("/check/").status_code == wanted, role


def test_the_page_shows_every_check_and_stands_in_the_navigation(world, here):
    page = signed_in(world.people["system_admin"]).get("/check/").content.decode()
    for check in health._CHECKS:
        assert check.title in page
    assert 'href="/check/" class="current"' in page


def test_the_command_counts_problems_in_its_status(tmp_path):
    home = stored_home("second", tmp_path / "home")
    (_, _, _), (status, out, _), (plain_status, plain, _) = several(
        home, [["verify-audit"], ["check", "--json"], ["check"]]
    )
    found = json.loads(out)
    red = {line["key"] for line in found["checks"] if line["light"] == "red"}
    assert status == 1 and found["problems"] == len(red)
    assert red == {"backup"}, "never backed up; everything else is mended or fine"
    assert plain_status == 1 and "[有问题] 最近备份" in plain and "→ 运行 lianshu backup" in plain
    assert {"disk", "database", "schema", "key", "rights", "audit", "jobs", "clock", "versions"} <= {
        line["key"] for line in found["checks"]
    }
