"""Odd values by address and form: no answer is HTTP 500, none takes long, none asks the database without end."""

from __future__ import annotations

import json
import os
import re
import resource
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.attack import odd_requests as odd
from tests.attack.odd_requests import Ask, Campaign, Raised, asked
from tests.conftest import signed_in

import lianshu.core
from lianshu.core.importing.values import CellError, Readers
from lianshu.core.ledger.declaration import ledger_for
from lianshu.core.middleware import ErrorMiddleware
from lianshu.reference.bounded import OutsideError, read_day, read_decimal, whole_or
from lianshu.reports.official import report_docx

#: single requests besides those that put odd values into everything
SINGLE = 100
#: queries of one page; the longest page that works needs a fifth
QUERIES = 400


def in_child(work: Callable[[], int], *, seconds: int = 10, memory: int = 1024**3) -> int | None:
    """What ``work`` returned in a process of its own; None where it took too long or too much memory."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
        try:
            os._exit(work() % 251)
        except BaseException:
            os._exit(255)
    status = os.waitpid(child, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    return code if 0 <= code < 255 else None


@pytest.mark.parametrize("address", ["/ledger/tasks/?progress_from=", "/ledger/projects/?amount_to="])
def test_a_link_with_a_huge_number_is_answered(as_owner, address):
    for value in ("1e99999999", "-1e99999999", "1e-99999999", "9" * 5000):
        assert in_child(lambda value=value: as_owner.get(address + value).status_code) == 200, value[:20]


def test_a_filter_that_cannot_be_read_says_so(as_owner):
    page = as_owner.get("/ledger/tasks/?progress_from=1e400&due_to=2026-02-30").content.decode()
    assert "“1e400”太大" in page and "“2026-02-30”不是日期" in page and "没有按它筛选" in page


def test_a_cell_with_a_huge_number_is_refused(world):
    ledger = ledger_for("tasks")
    column, readers = ledger.by_name["progress"], Readers(ledger, world.owner)

    def read(value: str) -> int:
        try:
            readers.read(column, value)
        except CellError:
            return 7
        return 0

    for value in ("1e1000000", "1e99999999", "1e400", "NaN", "Infinity", "²", "9" * 5000):
        assert in_child(lambda value=value: read(value)) == 7, value[:20]


def test_odd_values_never_break_a_page(world):
    # two ledgers (the sample's has its addresses in url_cases) stand for all, which share their code; the long form
    # asks them all
    campaign = Campaign(world, 7, ledgers=("tasks",))
    known = {place.address: place for place in campaign.places}
    assert {"progress_from", "due_to", "q", "sort", "cols"} <= set(known["/ledger/tasks/"].parameters)
    assert {"username", "password"} <= set(known["/sign-in/"].fields)
    assert "period" in known["/collections/new/"].filled
    assert str(campaign.ask(5)) == str(campaign.ask(5)) != str(campaign.ask(6))
    asks = [ask for number in range(len(campaign.places)) for ask in campaign.whole(number)]
    asks += [campaign.ask(number) for number in range(SINGLE)]
    broken: list[str] = []
    with Raised() as raised:
        for ask in asks:
            raised.clear()
            with CaptureQueriesContext(connection) as queries:
                answer = asked(campaign.clients[ask.role], ask)
            if answer.status_code >= 500 or raised:
                broken.append(f"{answer.status_code} {raised} {ask}")
            if len(queries) > QUERIES:
                broken.append(f"{len(queries)} queries {ask}")
    assert not broken, "\n".join(broken[:20])


BROKE = (
    ("/tasks/year/?year=²", None),
    ("/ledger/projects/?chain=③", None),
    ("/ledger/units/?chain=9223372036854775808", None),
    ("/accounts/?q=" + "一" * 20_000, None),
    ("/lens/", {"next": "-nan"}),
    ("/lens/", {"region": "9" * 30}),
    ("/ledger/sample-units/bulk/", {"row": "9" * 30}),
    ("/ledger/sample-units/bulk/", {"whole": "1", "query": "chain=²&q=%00"}),
    ("/search/?q=%00", None),
    ("/why/organisation.unit/" + "9" * 5000 + "/", None),
)


def test_values_that_broke_a_page(world):
    broken = []
    for address, form in BROKE:
        role = "system_admin" if address.startswith("/accounts/") else "owner"
        client = signed_in(world.people[role])
        client.raise_request_exception = False
        answer = client.get(address) if form is None else client.post(address, form)
        if answer.status_code >= 500:
            broken.append(address[:60])
    assert broken == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_zero_character_is_refused_before_the_database(as_owner, method):
    pairs = [("name", "甲\x00乙"), ("q", "\x00")]
    answer = odd.asked(as_owner, Ask("0", "owner", method, "/ledger/sample-units/new/", pairs))
    assert answer.status_code == 400
    assert "不可见的控制字符" in answer.content.decode()
    hidden = {"whole": "1", "query": "q=%00", "name": "视图"}
    for address in ("/ledger/units/views/", "/ledger/units/columns/"):
        assert as_owner.post(address, hidden).status_code == 400


def test_a_report_with_unseen_characters_still_becomes_a_word_file():
    content = report_docx(
        title="一季度\x1b报告", to="县委\ufffe", body="一、\x01总体\n正文\x0b", signer="办", date="今天"
    )
    assert content.startswith(b"PK")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1e16", "太大"), ("1e400", "太大"), ("1e99999999", "不是数字"), ("9" * 61, "太长"), ("NaN", "不是数字"), ("Infinity", "不是数字"),
        ("²", "不是数字"), ("١٢", "不是数字"), ("1_000", "不是数字"), ("0x10", "不是数字"), ("", "不是数字"), ("--1", "不是数字"), ("\x00", "不是数字"),
    ],
)  # fmt: skip
def test_numbers_from_outside_are_refused_with_a_reason(text, told):
    with pytest.raises(OutsideError, match=told):
        read_decimal(text)


def test_numbers_from_outside_are_read_as_people_and_workbooks_write_them():
    read = {
        "1,234.50": "1234.50",
        "１２．５": "12.5",
        "-3": "-3",
        "1e-05": "0.00001",
        "2.5E+3": "2500",
        ".5": "0.5",
        "1 000": "1000",
    }
    assert {text: read_decimal(text) for text in read} == {
        text: Decimal(value) for text, value in read.items()
    }
    assert whole_or("9223372036854775807", None) == 2**63 - 1
    for text in ("9223372036854775808", "-1", "²", "1.0", "", None, "9" * 5000):
        assert whole_or(text, None) is None
    for text in ("0000-00-00", "1899-12-31", "2200-01-01", "99999-01-01", "2026-02-30", "²²²²-01-01"):
        with pytest.raises(OutsideError):
            read_day(text)


#: where int(), float() or Decimal() may stand in code that pages run: what they read does not come from outside
_READ_INSIDE = re.compile(
    r"\b(?:int|float|Decimal)\((?!\)|read_decimal)[^)]*(?:GET|POST|params|asked|request\.)"
)


def test_no_page_reads_a_number_past_the_bounded_parser():
    found = [
        f"{path.name}: {line.strip()}"
        for path in Path(lianshu.core.__path__[0]).parent.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if _READ_INSIDE.search(line) or re.search(r"request\.\w+\S*\.isdigit\(\)", line)
    ]
    assert found == []


def test_what_a_model_refuses_in_a_service_is_a_refusal(rf):
    page = ErrorMiddleware(lambda request: None).process_exception(
        rf.get("/", headers={"accept": "application/json"}), ValidationError({"due": ["时限不对"]})
    )
    assert page.status_code == 422 and "时限不对" in json.loads(page.content)["message"]
