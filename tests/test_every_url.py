"""Every address × every role: who may open it, and that the county next door never gets in.

Addresses without arguments are found by themselves. For addresses with arguments a room gives
``tests/<room>/url_cases.py`` with ``cases(world) -> {url name: args}``, the arguments naming rows of the
owner's county; an address nobody gave arguments for fails here.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.conftest import signed_in

#: open to everybody, signed in or not, with the answer (no built-in certificate is in use here)
PUBLIC = {"sign-in": 200, "sign-in-code": 200, "healthz": 200, "certificate": 200, "certificate-file": 404}
#: addresses of one's own account or of nothing in particular: the stranger may open them, and sees the own
PERSONAL = {"why"}
ROLES = (
    "owner", "colleague", "stranger", "department", "chief", "observer", "system_admin", "security_admin",
    "audit_admin",
)  # fmt: skip


def patterns(resolver: Any = None) -> Iterator[URLPattern]:
    """All url patterns of the installation."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


PATTERNS = {one.name: one for one in patterns()}
PLAIN = sorted(name for name, one in PATTERNS.items() if not one.pattern.converters)
WITH_ARGS = sorted(name for name, one in PATTERNS.items() if one.pattern.converters)


@pytest.fixture
def given(world) -> dict[str, tuple]:
    """Arguments of every address that needs some, from the rooms' url_cases."""
    found: dict[str, tuple] = {}
    for path in sorted(Path(__file__).parent.glob("*/url_cases.py")):
        module = importlib.import_module(f"tests.{path.parent.name}.url_cases")
        found |= module.cases(world)
    return found


def asked(client: Any, method: str, address: str) -> Any:
    """One request whose writes are taken back, so that cases do not disturb each other."""
    cookies = client.cookies.copy()
    mark = transaction.savepoint()
    try:
        answer = getattr(client, method)(address)
        if answer.streaming:
            # read to the end: closing it early would close the test's own connection on PostgreSQL
            for _ in answer.streaming_content:
                pass
    finally:
        transaction.savepoint_rollback(mark)
        # signing out is taken back too
        client.cookies = cookies
    return answer


def addresses(given: dict[str, tuple]) -> dict[str, str]:
    """Every address that can be written down; what is missing fails its own test."""
    return {name: reverse(name, args=given.get(name, ())) for name in (*PLAIN, *given) if name in PATTERNS}


def test_every_address_has_a_name():
    assert None not in PATTERNS


def test_every_address_with_arguments_has_a_case(given):
    missing = [name for name in WITH_ARGS if name not in given]
    assert not missing, f"give arguments for {missing} in the room's tests/<room>/url_cases.py"


def test_visitors_are_sent_to_the_sign_in_page(client, given):
    for name, address in addresses(given).items():
        if name in PUBLIC:
            assert client.get(address).status_code == PUBLIC[name], name
            continue
        for method in ("get", "post"):
            answer = asked(client, method, address)
            assert answer.status_code == 302, (name, method, answer.status_code)
            assert answer.url.startswith(reverse("sign-in")), (name, method)


def test_no_address_breaks_for_any_role(world, given):
    # one test for all roles: making the rows of every room costs more than asking for them
    broken = []
    for role in ROLES:
        client = signed_in(world.people[role])
        for name, address in addresses(given).items():
            for method in ("get", "post"):
                status = asked(client, method, address).status_code
                if status >= 500:
                    broken.append((role, name, method, status))
    assert not broken


def test_the_stranger_reaches_nothing_of_this_county(world, given):
    client = signed_in(world.stranger)
    secrets = [world.department.name, world.park.name, world.county.name]
    for name, address in addresses(given).items():
        answer = asked(client, "get", address)
        if names_a_row(name) and name not in PERSONAL:
            # 405: the address knows only the other method
            for one in (answer, asked(client, "post", address)):
                assert one.status_code in (403, 404, 405), (name, one.status_code)
        if answer.status_code == 200 and not answer.streaming:
            text = answer.content.decode(errors="replace")
            assert not [secret for secret in secrets if secret in text], name


def names_a_row(name: str) -> bool:
    """Whether an address names a row (by number or uuid), not only a ledger or a format."""
    return "pk" in PATTERNS[name].pattern.converters


def test_the_owner_opens_every_page_of_the_own_rows(world, given):
    client = signed_in(world.owner)
    for name, address in addresses(given).items():
        if names_a_row(name):
            status = asked(client, "get", address).status_code
            assert status in (200, 204, 302, 403, 405, 409), (name, status)
