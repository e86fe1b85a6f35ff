"""The forms of a page as a browser would send them."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html

_FILLED = {"date": "2026-03-31", "month": "2026-03", "number": "1", "email": "a@example.cn", "tel": "1"}


@dataclass
class PageForm:
    """One form: where it goes, what it would send, which of its fields may name a row."""

    method: str
    action: str
    body: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    #: field → values it offers
    offers: dict[str, list[str]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return urlsplit(self.action).path

    def naming(self) -> Iterator[str]:
        """Fields that stand for rows: those that offer or hold something that ends in a number, or nothing yet."""
        for name, values in self.offers.items():
            if name != "csrfmiddlewaretoken" and (
                not any(values) or any(re.search(r"\d$", one) for one in values)
            ):
                yield name

    def with_row(self, name: str, number: int) -> dict[str, list[str]]:
        """The body with ``name`` pointing to row ``number``, in the field's own way of writing (``unit-12``)."""
        pattern = next((one for one in self.offers.get(name, ()) if re.search(r"\d+$", one)), "")
        value = re.sub(r"\d+$", str(number), pattern) if pattern else str(number)
        return {**self.body, name: [value]}


def _values(node: Any) -> tuple[list[str], list[str]]:
    """(what a field would send, what it offers)."""
    kind = (node.get("type") or node.tag).lower()
    if node.tag == "select":
        options = [one.get("value", one.text_content().strip()) for one in node.iter("option")]
        chosen = [one.get("value", "") for one in node.iter("option") if one.get("selected") is not None] or [
            value for value in options if value
        ][:1]
        return chosen, options
    if node.tag == "textarea":
        return [node.text_content().strip() or "示例文字"], ["文字"]
    value = node.get("value", "")
    if kind in ("checkbox", "radio"):
        return [value or "on"], [value or "on"]
    if kind == "hidden":
        return [value], [value]
    return [value or _FILLED.get(kind, "示例文字")], ["文字"]


def _fields(form: Any, page: Any) -> Iterator[Any]:
    wanted = ("input", "select", "textarea", "button")
    yield from (node for node in form.iter(*wanted))
    if form.get("id"):
        yield from page.xpath(f'//*[@form="{form.get("id")}"]')


def _read(form: Any, page: Any, address: str) -> PageForm:
    method = "post" if form.get("hx-post") else (form.get("method") or "get").lower()
    target = form.get("hx-post") or form.get("hx-get") or form.get("action") or ""
    made = PageForm(method, urljoin(address, target))
    for node in _fields(form, page):
        name, kind = node.get("name"), (node.get("type") or "").lower()
        if not name or node.get("disabled") is not None:
            continue
        if kind == "file":
            made.files.append(name)
        elif node.tag == "button" or kind == "submit":
            made.body.setdefault(name, [node.get("value", "")])
        else:
            sent, offered = _values(node)
            made.offers.setdefault(name, []).extend(offered)
            if kind == "radio" and name in made.body:
                continue
            made.body.setdefault(name, []).extend(sent)
    return made


def forms_of(text: str, address: str) -> list[PageForm]:
    """Forms of a page or a fragment, and lone buttons that send something by htmx."""
    if not text.strip():
        return []
    page = lxml.html.fromstring(text)
    found = [_read(form, page, address) for form in page.iter("form")]
    for node in page.xpath("//*[@hx-post][not(self::form)]"):
        made = PageForm("post", urljoin(address, node.get("hx-post")))
        for name, value in json.loads(node.get("hx-vals") or "{}").items():
            made.body[name] = made.offers[name] = [str(value)]
        found.append(made)
    return found


@cache
def names_read(module: Any) -> frozenset[str]:
    """Names a module of views reads from a form by hand: ``request.POST.get("unit")``."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            whole = ast.unparse(node.func)
            if re.search(r"\bPOST\.(get|getlist)$", whole) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return frozenset(found)
