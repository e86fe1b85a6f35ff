"""Odd requests by number: every named address, every parameter a view reads, every field of every form.

Shared by ``tests/attack/test_values.py`` (some of each) and ``bench/attack/values.py`` (thousands). What there is to
ask is found, not written down: arguments come from the rooms' ``url_cases``, parameters from the source of the
views, filters from the ledgers' declarations, fields from the forms on the pages themselves. Request number ``n`` of
a seed is always the same one.
"""

from __future__ import annotations

import importlib
import inspect
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import Resolver404, resolve, reverse
from selectolax.lexbor import LexborHTMLParser
from tests.conftest import signed_in
from tests.test_every_url import PATTERNS

from lianshu.core.ledger.declaration import ledgers

ROLES = (
    "owner", "colleague", "stranger", "department", "chief", "observer", "system_admin", "security_admin",
    "audit_admin", "visitor",
)  # fmt: skip

#: numbers, dates, keys and words that no office writes but a link or a script may hold
ODD = (
    "", " ", "0", "-1", "+1", "-0", "00", "1.5", "1,000", "1_000", "²", "③", "１２", "١٢", "½", "一万", "0x10", "1e5", "1E400",
    "1e99999999", "-1e99999999", "1e-99999999", "9" * 30, "-" + "9" * 30, "9" * 5000, "0." + "9" * 5000, "2147483648",
    "9223372036854775807", "9223372036854775808", "NaN", "sNaN", "-nan", "Infinity", "-inf", "1" + "0" * 400, "999999999999999999.99",
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "99999-99-99", "1900-02-29", "2026-02-30", "2026-13-01",
    "2026-W53", "2026Q9", "2026Q1", "0000Q1", "9999", "0000", "99999", "9999-12", "0001-01", "2026-3-5", "by:9999",
    "2026-01-01T25:61", "24:00", "2026-01-01 00:00:00+99:99",
    "\x00", "a\x00b", "1\x00", "\ud800", "\udfff1", "\ufeff", "\u202e", "\u2028", "\x1b[31m", "\x7f", "\r\n", "a\r\nSet-Cookie: x=1",
    "𠮷" * 50, "一" * 300, "一" * 20_000, "(" * 3000, "[" * 3000, "%" * 100, "_" * 100, "\\", "'", '"', "'; --", "<script>",
    "[]", "{}", "[1]", '{"a":1}', "null", "None", "none", "true", "yes", "pk", "-pk", "--", "-", "?", "id__in", "password",
    "name__region__path", "../../etc/passwd", "/", "//x", "https://x", "javascript:1", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
_ODD_ARGS = (
    "0", "1", "9" * 30, "9" * 5000, "9223372036854775808", "-1", "²", "１", "nan", "1e9", "a\x00b", "\x00", "一", "x" * 300, "'",
    "00000000-0000-0000-0000-000000000000", "none", "%", "..",
)  # fmt: skip
_READ = re.compile(r"""(?:GET|POST|FILES|params)(?:\.get|\.getlist)?\W*?[(\[]\s*f?"([^"\n]{1,40})\"""")
_INSIDE = re.compile(r'"([\w-]{1,40})" (?:not )?in (?:request\.)?(?:GET|POST|params)')
_HOLE = re.compile(r"\{[^}]*\}")
#: read somewhere in every room
_EVERYWHERE = (
    "q",
    "page",
    "sort",
    "tab",
    "next",
    "region",
    "chain",
    "year",
    "month",
    "period",
    "row",
    "unit",
)


@dataclass(slots=True)
class Ask:
    """One request: ``pairs`` go into the address (GET) or the body (POST)."""

    number: str
    role: str
    method: str
    address: str
    pairs: list[tuple[str, str]] = field(default_factory=list)
    multipart: bool = False
    htmx: bool = False

    def __str__(self) -> str:
        shown = [
            (name, value if len(value) < 60 else f"{value[:50]}…({len(value)})") for name, value in self.pairs
        ]
        return f"[{self.number}] {self.role} {self.method} {self.address[:120]} {shown!r}"


@dataclass(slots=True)
class Place:
    """An address that can be asked: its parameters, and per form the fields with what stands in them."""

    name: str
    address: str
    parameters: list[str]
    fields: list[str] = field(default_factory=list)
    filled: dict[str, str] = field(default_factory=dict)


def encoded(pairs: list[tuple[str, str]]) -> str:
    """Pairs as in an address or a plain form; unpaired surrogates become the bytes they would be."""
    return "&".join(
        f"{quote_plus(name, errors='surrogatepass')}={quote_plus(value, errors='surrogatepass')}"
        for name, value in pairs
    )


# --- finding


@cache
def _read_in(module: Any) -> tuple[list[str], list[str]]:
    """(parameters, form fields) named in a module of views."""
    source = inspect.getsource(module)
    names = {_HOLE.sub("0", name) for name in (*_READ.findall(source), *_INSIDE.findall(source))}
    fields: set[str] = set()
    for one in vars(module).values():
        if inspect.isclass(one) and issubclass(one, forms.BaseForm):
            fields.update(getattr(one, "base_fields", {}))
    return sorted(names), sorted(fields)


def _module_of(name: str) -> Any:
    view = PATTERNS[name].callback
    view = inspect.unwrap(getattr(view, "view_class", view))
    return inspect.getmodule(view)


def arguments(world: Any) -> dict[str, tuple]:
    """Arguments of every address that needs some, from the rooms' url_cases."""
    found: dict[str, tuple] = {}
    for path in sorted(Path(__file__).parents[1].glob("*/url_cases.py")):
        found |= importlib.import_module(f"tests.{path.parent.name}.url_cases").cases(world)
    return found


def _filters(ledger: Any) -> list[str]:
    names = [column.name for column in ledger.columns if column.filter]
    return [*names, *(f"{name}_{end}" for name in names for end in ("from", "to")), "cols", "view", "all"]


def places(given: dict[str, tuple], only: tuple[str, ...] = ()) -> list[Place]:
    """Every address; those of the ledger machine once per ledger (of those named)."""
    found = []
    for name in PATTERNS:
        if PATTERNS[name].pattern.converters and name not in given:
            continue
        parameters, fields = _read_in(_module_of(name))
        parameters = list(dict.fromkeys((*parameters, *_EVERYWHERE)))
        found.append(Place(name, reverse(name, args=given.get(name, ())), parameters, fields))
    for ledger in ledgers():
        if only and ledger.slug not in only:
            continue
        for name in ("list", "create", "bulk", "columns", "view-save", "import"):
            parameters, fields = _read_in(_module_of(f"ledger-{name}"))
            more = _filters(ledger)
            found.append(
                Place(
                    f"ledger-{name}:{ledger.slug}",
                    ledger.url(name),
                    [*more, "q", "sort", "page", *ledger.form_fields],
                    [*parameters, *fields, *ledger.form_fields, *more],
                )
            )
        found.append(Place(f"ledger-export:{ledger.slug}", ledger.url("export", "csv"), _filters(ledger)))
        for column in ledger.form_fields:
            found.append(Place(f"ledger-pick:{ledger.slug}", ledger.url("pick", column), ["q"]))
    return found


#: who sees the forms of addresses that begin so; everybody else's are the owner's too
_KEEPERS = (
    ("/accounts", "security_admin"),
    ("/accounts", "system_admin"),
    ("/audit", "audit_admin"),
    ("/", "owner"),
)


def crawl(found: list[Place], clients: dict[str, Any]) -> None:
    """Read the forms of every page as people with much to do see it, and note fields with their values."""
    by_address = {place.address: place for place in found}
    for start, role in _KEEPERS:
        for place in [one for one in found if one.address.startswith(start)]:
            answer = asked(clients[role], Ask("crawl", role, "GET", place.address))
            if (
                answer.status_code != 200
                or answer.streaming
                or "text/html" not in answer.get("Content-Type", "")
            ):
                continue
            for action, values in _forms(answer.content.decode(errors="replace"), place.address):
                target = by_address.get(action)
                if target is None:
                    if not _known(action):
                        continue
                    target = Place(f"form:{action}", action, [])
                    found.append(target)
                    by_address[action] = target
                target.filled = values | target.filled
                target.fields = list(dict.fromkeys((*target.fields, *values)))


def _known(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


def _forms(html: str, here: str) -> Iterator[tuple[str, dict[str, str]]]:
    for form in LexborHTMLParser(html).css("form"):
        action = form.attributes.get("action") or form.attributes.get("hx-post") or here
        values: dict[str, str] = {}
        for one in form.css("input, select, textarea, button"):
            name = one.attributes.get("name")
            if not name or name == "csrfmiddlewaretoken":
                continue
            if one.tag == "select":
                chosen = [o.attributes.get("value") or "" for o in one.css("option")]
                values[name] = next((value for value in chosen if value), "")
            else:
                values.setdefault(name, one.attributes.get("value") or one.text(strip=True))
        yield urlsplit(action).path or here, values


# --- asking


class Campaign:
    """The odd requests of one seed; ``len()`` of :attr:`slots` numbers touch every parameter and field once."""

    def __init__(self, world: Any, seed: int, ledgers: tuple[str, ...] = ()) -> None:
        self.seed = seed
        self.clients = {role: signed_in(world.people[role]) for role in ROLES if role != "visitor"}
        from django.test import Client

        self.clients["visitor"] = Client()
        for client in self.clients.values():
            client.raise_request_exception = False
        self.given = arguments(world)
        self.places = places(self.given, ledgers)
        crawl(self.places, self.clients)
        self.slots: list[tuple[Place, str, str]] = []
        for place in self.places:
            self.slots += [(place, "GET", name) for name in place.parameters]
            self.slots += [(place, "POST", name) for name in (place.fields or place.parameters)]
            self.slots.append((place, "path", ""))

    def whole(self, number: int) -> list[Ask]:
        """A few requests of one address that put odd values into everything at once."""
        place = self.places[number % len(self.places)]
        dice = random.Random(f"{self.seed}:whole:{number}")
        role = dice.choice(ROLES[:3]) if number >= len(self.places) else "owner"
        asks = []
        for method, names in (("GET", place.parameters), ("POST", place.fields)):
            if names:
                pairs = [(name, self._value(dice, name)) for name in names]
                asks.append(
                    Ask(
                        f"{self.seed}:whole:{number}", role, method, place.address, pairs, dice.random() < 0.3
                    )
                )
        return asks

    def ask(self, number: int) -> Ask:
        """Request ``number`` of the seed: one parameter or field is odd, the others are as the page had them."""
        dice = random.Random(f"{self.seed}:{number}")
        place, method, name = self.slots[(number * 7919 + self.seed) % len(self.slots)]
        role = dice.choice(ROLES) if dice.random() < 0.4 else "owner"
        label = f"{self.seed}:{number}"
        if method == "path":
            return Ask(label, role, dice.choice(("GET", "POST")), self._odd_path(dice, place))
        pairs = [
            (other, value) for other, value in place.filled.items() if method == "POST" and other != name
        ]
        value = self._value(dice, name)
        pairs.append((name, value))
        if dice.random() < 0.15:
            pairs.append((name, self._value(dice, name)))
        if dice.random() < 0.1:
            pairs.append((f"{name}[]", value))
        return Ask(label, role, method, place.address, pairs, dice.random() < 0.3, dice.random() < 0.3)

    def _value(self, dice: random.Random, name: str) -> str:
        if name == "query":
            # a list's address inside a form
            place = dice.choice([one for one in self.places if one.name.startswith("ledger-list:")])
            return encoded([(one, dice.choice(ODD)) for one in dice.sample(place.parameters, 4)])
        return dice.choice(ODD)

    def _odd_path(self, dice: random.Random, place: Place) -> str:
        name = place.name.partition(":")[0]
        args = list(self.given.get(name, ()))
        if name not in PATTERNS or not args:
            return f"{place.address}{quote(dice.choice(_ODD_ARGS))}/"
        address = place.address
        for value in args:
            address = re.sub(
                rf"(?<=/){re.escape(str(value))}(?=/|\.|$)", quote(dice.choice(_ODD_ARGS)), address, count=1
            )
        return address


def asked(client: Any, ask: Ask) -> Any:
    """One request whose writes are taken back; the answer read to its end."""
    cookies = client.cookies.copy()
    headers = {"HTTP_HX_REQUEST": "true"} if ask.htmx else {}
    with transaction.atomic():
        mark = transaction.savepoint()
        try:
            if ask.method == "GET":
                query = f"?{encoded(ask.pairs)}" if ask.pairs else ""
                answer = client.generic("GET", ask.address + query, **headers)
            elif ask.multipart:
                body = encode_multipart(BOUNDARY, dict(_part(*pair) for pair in ask.pairs))
                answer = client.generic("POST", ask.address, body, MULTIPART_CONTENT, **headers)
            else:
                body = encoded(ask.pairs)
                answer = client.generic(
                    "POST", ask.address, body, "application/x-www-form-urlencoded", **headers
                )
            if answer.streaming:
                for _ in answer.streaming_content:
                    pass
        finally:
            transaction.savepoint_rollback(mark)
            client.cookies = cookies
    return answer


def _part(name: str, value: str) -> tuple[str, Any]:
    text = value.encode("utf-8", "surrogatepass")
    if name in ("file", "files") or (len(value) == 1 and ord(value) % 2):
        return name, SimpleUploadedFile("怪.xlsx", text)
    return name, text


class Raised:
    """While active, notes the exceptions that pages raised."""

    def __enter__(self) -> list[str]:
        self.found: list[str] = []
        got_request_exception.connect(self._note)
        return self.found

    def _note(self, **kwargs: Any) -> None:
        import sys
        import traceback

        kind, error, trace = sys.exc_info()
        last = traceback.extract_tb(trace)[-8:]
        own = [one for one in last if "lianshu" in one.filename] or last
        where = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(own[-3:]))
        self.found.append(f"{kind.__name__ if kind else '?'}: {str(error)[:120]} at {where}")

    def __exit__(self, *_: object) -> None:
        got_request_exception.disconnect(self._note)
