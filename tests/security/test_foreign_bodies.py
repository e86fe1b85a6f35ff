"""Every form of every page × every role of a county, sent with numbers of the county next door's rows.

A row of another county must not be shown, changed or tied to an own row, whichever field names it.
"""

from __future__ import annotations

import csv
import importlib
import inspect
import io
import os
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404
from django.urls import resolve, reverse

from lianshu.core.importing import services as importing
from lianshu.core.ledger.declaration import ledgers
from lianshu.core.models import Comment
from lianshu.organisation.models import Unit
from lianshu.tasks.models import Task
from tests.conftest import signed_in
from tests.factories import make_user
from tests.security.foreign_rows import FIRST, SECRET, ForeignRows
from tests.security.page_forms import PageForm, forms_of, names_read
from tests.test_every_url import PATTERNS

pytestmark = pytest.mark.unowed

#: of the roles below, the one with most forms, for every change; bench/attack/foreign.py takes all of them
QUICK = ("general_office",)
#: end the session they are sent with
SKIPPED = {"sign-out", "sign-in", "change-password"}


def fill(world) -> dict[str, tuple]:
    """Rows of every room in the world's county; arguments of addresses that name them."""
    found: dict[str, tuple] = {}
    for path in sorted(Path(__file__).parents[1].glob("*/url_cases.py")):
        found |= importlib.import_module(f"tests.{path.parent.name}.url_cases").cases(world)
    return found


@pytest.fixture
def given(world):
    return fill(world)


@pytest.fixture
def foreign(world, given):
    return ForeignRows(world, fill)


@pytest.fixture
def attackers(world, given, foreign):
    """People of the own county, one of each role."""
    people = {
        "general_office": world.owner,
        "chain_office": world.colleague,
        "responsible_unit": world.department_user,
        "chief": world.chief,
    }
    for role in (
        "general_chief", "commissar", "supervisor", "system_admin", "security_admin", "audit_admin",
    ):  # fmt: skip
        people[role] = make_user(f"own_{role}", "本县账号", role, world.county)
    if os.environ.get("LIANSHU_ATTACK_ROLES") == "all":
        return people
    return {role: people[role] for role in QUICK}


class Attack:
    """Requests of one person; each is taken back, and judged by what it did to the county next door."""

    def __init__(self, person, foreign: ForeignRows) -> None:
        self.client = signed_in(person)
        self.client.raise_request_exception = False
        self.foreign = foreign
        self.sent = self.accepted = self.written = 0
        self.harm: list[str] = []

    def ask(self, method: str, address: str, body=None, files=(), *, told: str = "") -> tuple[int, str]:
        """(status, text); ``told`` names the case in a finding."""
        values = dict(body or {})
        values |= {name: SimpleUploadedFile("佐证.txt", "佐证".encode()) for name in files}
        cookies = self.client.cookies.copy()
        mark = transaction.savepoint()
        try:
            with self.foreign.watched() as tables:
                answer = getattr(self.client, method)(address, values)
                text = self._text(answer)
                # what the next page would say about it
                text += "".join(map(str, get_messages(answer.wsgi_request)))
            if told:
                self._judge(told, answer.status_code, text, tables)
        finally:
            transaction.savepoint_rollback(mark)
            self.client.cookies = cookies
        return answer.status_code, text

    @staticmethod
    def _text(answer) -> str:
        if answer.streaming:
            return b"".join(answer.streaming_content).decode(errors="replace")
        return answer.content.decode(errors="replace")

    def _judge(self, told: str, status: int, text: str, tables: set[str]) -> None:
        self.sent += 1
        self.accepted += status < 400
        self.written += bool(tables)
        if SECRET in text:
            at = text.index(SECRET)
            self.harm.append(f"{told}: shows {text[max(0, at - 60) : at + 20]!r}")
        if status >= 500:
            self.harm.append(f"{told}: HTTP {status}")
        self.harm += [f"{told}: {harm}" for harm in self.foreign.harm(tables)]


def _name_of(path: str) -> str | None:
    try:
        return resolve(path).url_name
    except Http404:
        return None


def _extra(given, world) -> list[PageForm]:
    """What scripts on the pages send and no form shows."""
    slug, unit = given["ledger-row"]
    bulk = reverse("ledger-bulk", args=[slug])
    forms = []
    for step in ("choose", "preview", "apply"):
        body = {"row": [str(unit)], "column": ["phone"], "phone": ["1"], "step": [step]}
        forms.append(PageForm("post", bulk, body, offers={"row": [str(unit)]}))
    for ledger in ("tasks", "enterprises", "projects", "targets", "units"):
        body = {"row": ["1"], "step": ["apply"]}
        forms.append(PageForm("post", reverse("ledger-bulk", args=[ledger]), body, offers={"row": ["1"]}))
    return forms


def _forms(attack: Attack, addresses: dict[str, str]) -> list[PageForm]:
    """Forms of every page this person may open, each kind once."""
    found: dict[tuple, PageForm] = {}
    for address in addresses.values():
        status, text = attack.ask("get", address)
        if status != 200 or "<" not in text[:2000]:
            continue
        for form in forms_of(text, address):
            name = _name_of(form.path)
            if name is not None and name not in SKIPPED:
                kwargs = resolve(form.path).kwargs
                found.setdefault(
                    (name, kwargs.get("slug"), kwargs.get("pk"), form.method, *form.offers), form
                )
    return list(found.values())


def _by_hand(attack: Attack, addresses: dict[str, str], forms: list[PageForm]) -> list[tuple[PageForm, str]]:
    """(form, field) for names a view reads itself though no form of this person's pages holds them."""
    known: dict[str, PageForm] = {form.path: form for form in forms if form.method == "post"}
    found = []
    for name, address in addresses.items():
        if name in SKIPPED:
            continue
        form = known.get(address, PageForm("post", address))
        if attack.ask("post", address, form.body, form.files)[0] in (403, 404, 405):
            continue
        view = inspect.unwrap(PATTERNS[name].callback)
        for field in sorted(names_read(inspect.getmodule(getattr(view, "view_class", view)))):
            if field not in form.offers:
                found.append((form, field))
    return found


def test_no_form_reaches_a_row_of_the_county_next_door(world, given, foreign, attackers):
    addresses = {name: reverse(name, args=given.get(name, ())) for name in PATTERNS}
    slugs = (
        "tasks",
        "duties",
        "enterprises",
        "projects",
        "targets",
        "units",
        "persons",
        "appointments",
        "matters",
    )
    for slug in slugs:
        addresses[f"{slug}-list"] = reverse("ledger-list", args=[slug])
        addresses[f"{slug}-new"] = reverse("ledger-create", args=[slug])
    harm, sent, written = [], 0, 0
    for role, person in attackers.items():
        attack = Attack(person, foreign)
        forms = _forms(attack, addresses) + _extra(given, world)
        cases = [(form, name) for form in forms for name in form.naming()]
        cases += _by_hand(attack, {name: one for name, one in addresses.items() if name in PATTERNS}, forms)
        for form, name in cases:
            told = f"{role} {form.method} {form.path} {name}"
            attack.ask(form.method, form.action, form.with_row(name, FIRST), form.files, told=told)
        harm, sent, written = harm + attack.harm, sent + attack.sent, written + attack.written
    print(f"{sent:,} bodies with foreign rows by {len(attackers)} roles: {len(harm)} reached one")
    assert not harm, "\n".join([f"{len(harm)} of {sent}:", *harm])
    # the bodies are good enough to be written: otherwise the test would show nothing
    assert sent > 250 and written > 50


def test_a_reached_row_would_be_seen(world, foreign):
    """The judgement itself: one of each harm, done on purpose."""
    unit = next(iter(foreign.keys[Unit]))
    cases = {
        "organisation.Unit changed": lambda: Unit.objects.filter(pk=unit).update(phone="1"),
        "tasks.Task.lead_unit tied": lambda: Task.objects.create(
            region=world.county, title="x", lead_unit_id=unit
        ),
        "core.Comment.object_id tied": lambda: Comment.objects.create(
            object_type="organisation.unit", object_id=str(unit), text="x", author=world.owner
        ),
        "tasks.Task_support_units.unit tied": lambda: Task.objects.create(
            region=world.county, title="y", lead_unit=world.department
        ).support_units.add(unit),
    }
    for told, act in cases.items():
        mark = transaction.savepoint()
        with foreign.watched() as tables:
            act()
        assert told in foreign.harm(tables)
        transaction.savepoint_rollback(mark)
    attack = Attack(world.people["observer"], foreign)
    attack.ask("get", reverse("ledger-list", args=["units"]), told="the city above")
    assert "shows" in attack.harm[0]


def _lines(ledger, world, column, names) -> list[list[str]]:
    """Rows for an import: own county, own texts, ``names`` in ``column``."""
    lines = [[one.title for one in ledger.importable]]
    for number, name in enumerate(names):
        line = []
        for one in ledger.importable:
            field = ledger.field(one.name)
            if one.name == column.name:
                line.append(name)
            elif one.name == "region":
                line.append(world.county.name)
            elif field.choices:
                line.append(str(field.flatchoices[0][1]))
            else:
                line.append("" if field.is_relation or field.blank else f"示例{number}")
        lines.append(line)
    return lines


def _imported(world, ledger, lines, foreign) -> list:
    """The judged rows of an import that was checked and written."""
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    run = importing.import_start(world.owner, ledger, data=out.getvalue().encode(), name="x.csv")
    with foreign.watched() as tables:
        importing.import_check(world.owner, run, mapping=run.mapping, defaults={})
        run.refresh_from_db()
        importing.import_write(world.owner, run)
    assert foreign.harm(tables) == []
    return list(run.rows.order_by("number"))


def test_an_import_finds_no_row_of_the_county_next_door_by_its_name(world, foreign):
    """Named in a cell, it is as unknown as a name nobody bears."""
    tried = 0
    for ledger in ledgers():
        for column in ledger.importable:
            field = ledger.field(column.name)
            keys = foreign.keys.get(field.related_model) if field.is_relation else None
            if not keys or not {"name", "title"} & {one.name for one in field.related_model._meta.fields}:
                continue
            names = [f"{SECRET}{min(keys)}", "无人叫此名"]
            rows = _imported(world, ledger, _lines(ledger, world, column, names), foreign)
            assert [row.verdict for row in rows] == ["refused", "refused"], (ledger.slug, column.name)
            said = [str(row.errors).replace(name, "…") for row, name in zip(rows, names, strict=True)]
            assert said[0] == said[1].replace("示例1", "示例0") and "没有找到" in said[0]
            tried += 1
    assert tried >= 10


def test_a_foreign_row_for_a_whole_column_is_refused_before_the_rows_are_judged(world, given, foreign):
    attack = Attack(world.owner, foreign)
    slug, run = given["ledger-import-check"]
    address = reverse("ledger-import-check", args=[slug, run])
    for column in ("region", "chain", "parent"):
        body = {"head-0": ["name"], "whole-region": [str(world.county.pk)], f"whole-{column}": [str(FIRST)]}
        status, said = attack.ask("post", address, body, told=column)
        assert status == 302 and "不在您的管辖范围内" in said
    assert attack.harm == []
