"""Dictionaries of general morphemes, kept as data.

One TOML file per subject. They hold words of the administrative language (verbs of building, suffixes of
bodies and firms, names of industries' parts), never the names of one document's firms or projects.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The dictionary ``name`` (file ``name.toml`` of this package) as parsed TOML, read once."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def words(name: str, key: str) -> tuple[str, ...]:
    """The word list ``key`` of dictionary ``name``; the lists are written as words parted by blanks."""
    return tuple(table(name)[key].split())


def either(items: Iterable[str]) -> str:
    """A regular expression that matches any of the words, the longest first."""
    return "(?:" + "|".join(re.escape(item) for item in sorted(set(items), key=lambda w: (-len(w), w))) + ")"


def once(*items: str) -> str:
    """Like :func:`either`, but what was taken stays taken. Inside a repeat it must be this one: words that are
    put together from others (先进制造 from 先进 and 制造) would else be tried in every way they part, 2^n ways for
    a row of n."""
    return "(?>" + either(items).removeprefix("(?:")


def choice(name: str, *keys: str) -> str:
    """:func:`either` over one or more word lists of a dictionary."""
    return either(word for key in keys for word in words(name, key))
