"""Shared fixtures: three standing people, a fictional region tree, paths to the shared inputs.

`owner` runs the fictional county's general office, `colleague` works in the office of one of its chains,
`stranger` runs the general office of the county next door and must never see anything of this one.
"""

from __future__ import annotations

import os
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


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Manifest static files need collectstatic; tests serve the plain ones and hash passwords fast."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty every table at their end, which the audit guard would refuse."""
    from django.db import connection

    from lianshu.core import audit_guard

    with django_db_blocker.unblock():
        audit_guard.remove(connection)


@pytest.fixture
def world(db):
    """The fictional region tree with people, units and chains (see tests/factories.py)."""
    from tests.factories import World

    return World.build()


@pytest.fixture
def owner(world):
    return world.owner


@pytest.fixture
def colleague(world):
    return world.colleague


@pytest.fixture
def stranger(world):
    return world.stranger


@pytest.fixture
def as_owner(client, owner):
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_colleague(client, colleague):
    client.force_login(colleague, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_stranger(client, stranger):
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    return client
