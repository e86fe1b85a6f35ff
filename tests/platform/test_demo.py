"""The demonstration as `lianshu demo` builds it, in a process and data folder of its own."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

#: opens the pages named on standard input with each account and prints {account: {path: status}}
VISIT = """
import json, sys
from lianshu.platform import running
running.prepare(static=True)
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
from lianshu.organisation.models import User
found = {}
for username, paths in json.load(sys.stdin).items():
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    answers = {path: client.get(path) for path in paths}
    found[username] = {path: [one.status_code, one.content.decode()] for path, one in answers.items()}
print(json.dumps(found, ensure_ascii=False))
"""

WORK_PAGES = (
    "/", "/plans/", "/chains/", "/targets/", "/tasks/year/", "/tasks/timeline/", "/duties/calendar/",
    "/duties/year/", "/matters/", "/supervision/", "/collections/", "/reports/", "/mechanisms/", "/linkage/",
    "/ledger/enterprises/", "/ledger/projects/", "/ledger/units/", "/notices/",
)  # fmt: skip


def run(home: Path, *args: str, **kwargs) -> subprocess.CompletedProcess:
    environment = {**os.environ, "LIANSHU_HOME": str(home)}
    environment.pop("LIANSHU_DATABASE_URL", None)
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, *args], env=environment, capture_output=True, text=True, check=False, **kwargs
    )


def lianshu(home: Path, *args: str) -> subprocess.CompletedProcess:
    return run(home, "-m", "lianshu.cli", *args)


def rows(home: Path, query: str) -> list[tuple]:
    with sqlite3.connect(home / "lianshu.sqlite3") as database:
        return database.execute(query).fetchall()


def carry_keys(source: Path, home: Path) -> None:
    """Beside a copied database: the keys and checkpoints without which a start would tell of their loss."""
    for name in ("secret.key", "audit.key"):
        shutil.copy(source / name, home)
    shutil.copytree(source / "audit", home / "audit")


def everything(home: Path) -> list[str]:
    """The whole database in SQL, but for what every start may write (finished jobs swept, sessions)."""
    with sqlite3.connect(home / "lianshu.sqlite3") as database:
        return list(database.iterdump())


@pytest.fixture(scope="module")
def built(demonstration, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    shutil.copytree(demonstration, home)
    return home


@pytest.fixture(scope="module")
def visited(built) -> dict[str, dict[str, list]]:
    """Pages opened by each account, in one process."""
    worker = {
        "zonglianban",
        "lianzhang",
        "zonglianzhang",
        "zhengwei",
        "liantiaoban",
        "zirangju",
        "ducha",
        "shiji",
    }
    chain = rows(built, "SELECT id FROM organisation_chain WHERE name = '电子元器件'")[0][0]
    matter = rows(built, "SELECT id FROM matters_matter WHERE state = 'decision' LIMIT 1")[0][0]
    wanted = {name: [*WORK_PAGES, f"/chains/{chain}/", f"/matters/{matter}/"] for name in worker}
    wanted["linxian"] = ["/", "/plans/", f"/chains/{chain}/", f"/matters/{matter}/", "/matters/"]
    wanted |= {"xitong": ["/", "/accounts/"], "anquan": ["/", "/accounts/"], "shenji": ["/", "/audit/"]}
    done = run(built, "-c", VISIT, input=json.dumps(wanted))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    found["chain"], found["matter"] = f"/chains/{chain}/", f"/matters/{matter}/"
    return found


def test_the_year_fills_every_ledger(built):
    counts = json.loads(lianshu(built, "status", "--json").stdout)
    assert counts["regions"] == 4
    assert counts["plans"] == 3
    assert counts["chains"] == 9
    assert counts["users"] == 20
    for key, least in (("targets", 50), ("tasks", 40), ("duties", 60), ("projects", 12), ("enterprises", 28),
                       ("matters", 17), ("observations", 300)):  # fmt: skip
        assert counts[key] >= least, key


def test_only_fictional_regions_and_simulated_rows(built):
    assert rows(built, "SELECT count(*) FROM organisation_region WHERE NOT fictional") == [(0,)]
    tables = [name for (name,) in rows(built, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    marked = [
        table
        for table in tables
        if any(column[1] == "simulated" for column in rows(built, f"PRAGMA table_info({table})"))
    ]
    assert len(marked) > 15
    for table in marked:
        assert rows(built, f"SELECT count(*) FROM {table} WHERE NOT simulated") == [(0,)], table


def test_matters_stand_in_every_state(built):
    found = {state for (state,) in rows(built, "SELECT DISTINCT state FROM matters_matter")}
    assert found == {
        "received", "handed_out", "signed", "answered", "decision", "confirmed", "closed", "withdrawn",
    }  # fmt: skip


def test_some_work_is_late_and_some_done(built):
    late = rows(built, "SELECT count(*) FROM tasks_task WHERE next_due < date('now')")[0][0]
    done = rows(built, "SELECT count(*) FROM tasks_task WHERE state = 'done'")[0][0]
    assert late >= 3
    assert done >= 4
    assert rows(built, "SELECT count(*) FROM reports_filing WHERE state = 'owed'") == [(2,)]
    assert rows(built, "SELECT count(*) FROM reports_filing WHERE state = 'returned'") == [(1,)]


def test_two_units_state_a_month_differently(built):
    disputed = rows(
        built,
        "SELECT count(*) FROM (SELECT 1 FROM targets_observation WHERE NOT superseded AND chain_id IS NOT NULL"
        " GROUP BY indicator_id, chain_id, period HAVING count(DISTINCT value) > 1)",
    )
    assert disputed == [(2,)]


def test_every_plan_was_read_by_the_pipeline(built):
    assert rows(built, "SELECT count(*) FROM plans_document WHERE read_at IS NULL") == [(0,)]
    assert rows(built, "SELECT count(*) FROM plans_plan WHERE status = 'adopted'") == [(2,)]
    waiting = "SELECT count(*) FROM plans_item i JOIN plans_document d ON d.id = i.document_id WHERE i.state = 'pending' AND d.name LIKE '禾渡%'"
    assert rows(built, waiting)[0][0] > 10


def test_the_audit_chain_is_whole(built):
    done = lianshu(built, "verify-audit")
    assert done.returncode == 0
    assert "完好" in done.stdout


def test_a_second_run_changes_nothing(built):
    before = everything(built)
    done = lianshu(built, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert everything(built) == before


def test_a_broken_off_run_goes_on(built, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with (
        sqlite3.connect(built / "lianshu.sqlite3") as whole,
        sqlite3.connect(home / "lianshu.sqlite3") as half,
    ):
        whole.backup(half)
        steps = json.loads(
            half.execute("SELECT value FROM core_setting WHERE key = 'demo_steps'").fetchone()[0]
        )
        half.execute("UPDATE core_setting SET value = ? WHERE key = 'demo_steps'", [json.dumps(steps[:-1])])
        half.execute("UPDATE core_notice SET read_at = NULL")
    carry_keys(built, home)
    done = lianshu(home, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert json.loads(rows(home, "SELECT value FROM core_setting WHERE key = 'demo_steps'")[0][0]) == steps
    unread = rows(
        home, "SELECT max(n) FROM (SELECT count(*) n FROM core_notice WHERE read_at IS NULL GROUP BY user_id)"
    )
    assert unread == [(5,)]


def test_an_installation_with_accounts_is_refused(built, tmp_path):
    with (
        sqlite3.connect(built / "lianshu.sqlite3") as whole,
        sqlite3.connect(tmp_path / "lianshu.sqlite3") as own,
    ):
        whole.backup(own)
        own.execute("DELETE FROM core_setting WHERE key = 'demo_steps'")
    carry_keys(built, tmp_path)
    before = rows(tmp_path, "SELECT count(*) FROM core_auditentry")
    done = lianshu(tmp_path, "demo", "--no-serve")
    assert done.returncode == 2
    assert "LIANSHU_HOME" in done.stderr
    assert rows(tmp_path, "SELECT count(*) FROM core_auditentry") == before


@pytest.mark.parametrize(
    "username",
    ["zonglianban", "lianzhang", "zonglianzhang", "zhengwei", "liantiaoban", "zirangju", "ducha", "shiji"],
)
def test_pages_open_for_every_role(visited, username):
    # a page that is not this role's business answers 403 in words, never an error
    bad = {path: status for path, (status, _) in visited[username].items() if status not in (200, 403)}
    assert bad == {}
    assert visited[username]["/"][0] == 200
    assert visited[username][visited["chain"]][0] == 200
    assert "模拟" in visited[username][visited["chain"]][1]


def test_the_office_opens_everything(visited):
    assert {status for status, _ in visited["zonglianban"].values()} == {200}


def test_the_county_next_door_sees_nothing_of_it(visited):
    pages = visited["linxian"]
    assert pages[visited["chain"]][0] == pages[visited["matter"]][0] == 404
    assert "青澜微电子" not in pages["/matters/"][1] + pages["/"][1] + pages["/plans/"][1]
    assert "禾渡县" in pages["/plans/"][1]


def test_administrators_open_their_pages(visited):
    for name in ("xitong", "anquan", "shenji"):
        assert {status for status, _ in visited[name].values()} == {200}, name


def test_the_sign_in_page_names_the_accounts(built):
    account = json.loads(rows(built, "SELECT value FROM core_setting WHERE key = 'demo_accounts'")[0][0])
    assert {"role", "username", "password"} == set(account[0])
    roles = {role for (role,) in rows(built, "SELECT DISTINCT role FROM organisation_grant")}
    assert len(roles) == 11
