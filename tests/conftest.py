"""Shared fixtures: three standing people, a fictional region tree, paths to the shared inputs.

`owner` runs the fictional county's general office, `colleague` works in the office of one of its chains,
`stranger` runs the general office of the county next door and must never see anything of this one.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

os.environ["LIANSHU_HOME"] = tempfile.mkdtemp(prefix="lianshu-tests-")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared inputs; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared inputs is not beside the project")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _test_settings(tmp_path_factory):
    """A data folder of our own, plain static files, fast passwords, jobs at once.

    For the whole session, because the live server starts before any test. pytest-django reads the settings
    before this file is loaded: the data folder is set here again.
    """
    from django.conf import settings

    home = tmp_path_factory.mktemp("home")
    (home / "static").mkdir()
    settings.HOME = home
    settings.STATIC_ROOT = home / "static"
    settings.MEDIA_ROOT = home / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # tests/core/test_jobs.py tries the real threads
    settings.LIANSHU_JOBS_EAGER = True
    # the audit table is emptied between tests; the fixture `anchored` switches the checkpoints on
    settings.LIANSHU_AUDIT_ANCHOR = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty every table at their end, which the audit guard would refuse."""
    from django.db import connection

    from lianshu.core import audit_guard

    with django_db_blocker.unblock():
        audit_guard.remove(connection)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory) -> Path:
    """A data folder with the demonstration in it, built once for all workers. Copy it before writing."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    home = shared / "demonstration"
    with (shared / "demonstration.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not home.exists():
            environment = {**os.environ, "LIANSHU_HOME": str(home)}
            for name in ("LIANSHU_DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
                environment.pop(name, None)
            done = subprocess.run(
                [sys.executable, "-m", "lianshu.cli", "demo", "--no-serve"],
                env=environment, capture_output=True, text=True,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(autouse=True)
def _own_minute():
    """What one test did at the sign-in door is not written down in the next one's minute."""
    from lianshu.organisation import access_log

    access_log._written.clear()
    access_log._left_out.clear()


@pytest.fixture(autouse=True)
def _one_writer(request):
    """Every test with a database holds the rooms to their own tables (tests/writers.py)."""
    if not {"db", "transactional_db"} & set(request.fixturenames):
        yield
        return
    from tests.writers import one_writer

    with one_writer():
        yield


@pytest.fixture
def world(db):
    """The fictional region tree with people, units and chains (see tests/factories.py)."""
    from tests.factories import World

    return World.build()


@pytest.fixture
def anchored(transactional_db, tmp_path, settings):
    """An installation of its own on the test database, audit log guarded and under checkpoints, just started."""
    from django.db import connection

    from lianshu.core import audit_guard
    from lianshu.core.auditing import pending
    from tests.core.audit_cases import Installation
    from tests.factories import World

    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    settings.LIANSHU_AUDIT_ANCHOR = True
    made = Installation(settings.HOME, World.build())
    made.forget_sequence()
    audit_guard.install(connection)
    made.start()
    yield made
    pending.forget()
    audit_guard.remove(connection)


@pytest.fixture
def owner(world):
    return world.owner


@pytest.fixture
def colleague(world):
    return world.colleague


@pytest.fixture
def stranger(world):
    return world.stranger


def signed_in(user):
    """A client of its own for each person, so that two may act in one test."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_owner(owner):
    return signed_in(owner)


@pytest.fixture
def as_colleague(colleague):
    return signed_in(colleague)


@pytest.fixture
def as_stranger(stranger):
    return signed_in(stranger)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After every scenario in the fictional county: what waits for whom is what the facts say.

    In the call itself, so that the day a test made up still holds.
    """
    result = yield
    if "world" in getattr(item, "fixturenames", ()) and item.get_closest_marker("unowed") is None:
        from lianshu.obligations.services import differences

        wrong = differences()
        assert not wrong, "what waits is not what the facts say:\n" + "\n".join(wrong[:20])
    return result


def pytest_addoption(parser):
    parser.addoption("--systems-out", default="", help="write {system id: [[test, outcome]]} to this file")
    parser.addoption("--only-systems", action="store_true", help="run only tests that name a system")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--only-systems"):
        kept = [item for item in items if item.get_closest_marker("system")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    for item in items:
        named = [key for mark in item.iter_markers("system") for key in mark.args]
        item.user_properties.append(("systems", named))


def pytest_sessionfinish(session):
    target = session.config.getoption("--systems-out")
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not target or reporter is None:
        return
    found: dict[str, list[list[str]]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in reporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == "systems":
                    for key in value:
                        found.setdefault(key, []).append([report.nodeid, outcome])
    Path(target).write_text(json.dumps(found, ensure_ascii=False), "utf-8")
