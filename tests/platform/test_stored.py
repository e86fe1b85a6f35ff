"""Upgrades: the stored database of each landed version is brought to today's with every row in its place."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from tests.platform.homes import STORED, python, stored_home

VERSIONS = sorted(path.name.partition(".")[0] for path in STORED.glob("*.tar.xz"))
#: tables an upgrade itself writes to: its own records, notices and the acts it notes
_GROW = {
    "core_auditentry", "core_setting", "core_notice", "django_migrations", "django_content_type", "auth_permission",
    "tasks_occurrence", "django_session",
    "sqlite_sequence",
}  # fmt: skip

#: runs inside an upgraded data folder: signs people in by their password and opens pages
LOOK = """
import json, os
from lianshu.platform import running
running.open_only()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
running.prepare()
from django.test import Client
from lianshu.plans.models import Plan
from lianshu.core.models import Setting
accounts = {row["username"]: row["password"] for row in Setting.objects.get(key="demo_accounts").value}
found = {}
plan = Plan.objects.get(title__startswith="青澜县")
for name, pages in {
    "zonglianban": ["/", "/board/", "/plans/", f"/plans/{plan.pk}/", "/ledger/duties/", "/ledger/tasks/", "/reports/", "/targets/"],
    "xitong": ["/check/"],
}.items():
    client = Client()
    answer = client.post("/sign-in/", {"username": name, "password": accounts[name]})
    found[f"sign in {name}"] = answer.status_code
    for page in pages:
        found[page] = client.get(page, follow=True).status_code
print(json.dumps(found))
"""


def tables(home: Path) -> dict[str, int]:
    connection = sqlite3.connect(home / "lianshu.sqlite3")
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    connection.close()
    return found


def rows(home: Path, query: str) -> list[tuple]:
    connection = sqlite3.connect(home / "lianshu.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture(scope="module", params=VERSIONS)
def upgraded(request, tmp_path_factory) -> tuple[str, Path, dict[str, int], dict]:
    """(version, upgraded data folder, rows by table before, what the pages answered)."""
    home = stored_home(request.param, tmp_path_factory.mktemp(request.param) / "home")
    before = tables(home)
    run = python(home, "-c", LOOK)
    assert run.returncode == 0, run.stderr
    return request.param, home, before, json.loads(run.stdout.splitlines()[-1])


def test_every_row_is_kept(upgraded):
    _, home, before, _ = upgraded
    after = tables(home)
    lost = {name: (count, after.get(name)) for name, count in before.items() if after.get(name, -1) < count}
    grown = {name for name, count in before.items() if after.get(name, 0) > count} - _GROW
    assert not lost
    assert not {name for name in grown if not name.startswith("axes_")}


def test_people_sign_in_and_pages_open(upgraded):
    _, _, _, answers = upgraded
    assert {name: status for name, status in answers.items() if status not in (200, 302)} == {}
    assert len(answers) == 11


def test_the_audit_chain_goes_on_whole(upgraded):
    from lianshu.platform.archive import inspect

    _, home, before, _ = upgraded
    hashes = rows(home, "SELECT previous_hash, hash FROM core_auditentry ORDER BY id")
    assert len(hashes) >= before["core_auditentry"]
    assert all(one[1] == following[0] for one, following in zip(hashes, hashes[1:], strict=False))
    assert inspect(home / "lianshu.sqlite3")[0]["core_auditentry"] == len(hashes)


def test_duties_of_before_due_days_get_the_day_their_plan_names(upgraded):
    version, home, _, _ = upgraded
    named = rows(
        home, "SELECT every, due, count(*) FROM tasks_duty WHERE due <> '' GROUP BY every, due ORDER BY due"
    )
    assert named == [("year", "12月底前", 1), ("year", "1月底前", 4), ("month", "次月5日前", 4)]
    moved = rows(
        home,
        "SELECT DISTINCT substr(o.due, 9) FROM tasks_occurrence o JOIN tasks_duty d ON d.id = o.duty_id "
        "WHERE d.due = '次月5日前' AND o.state = 'open'",
    )
    assert moved == [("05",)]
    told = rows(home, "SELECT count(*) FROM core_auditentry WHERE note LIKE '升级：%'")
    assert told == ([(9,)] if version == "first" else [(0,)])
