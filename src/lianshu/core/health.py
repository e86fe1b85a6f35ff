"""The state of an installation as a list of checks: declared by rooms, shown by `lianshu check` and its page.

A room declares a check with :func:`register_check`; each answers with a light, a sentence and what to do. A check
that itself fails is a red line, never an empty page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from .failures import sentence_of

log = logging.getLogger("lianshu")

#: light → the word operators read
WORDS = {"green": "正常", "amber": "注意", "red": "有问题"}


@dataclass(frozen=True, slots=True)
class Finding:
    """``light`` is green, amber or red; ``todo`` says what to do where it is not green."""

    light: str
    sentence: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """``look(thorough)`` may take minutes when ``thorough``, and must not take a second otherwise."""

    key: str
    title: str
    look: Callable[[bool], Finding]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer."""

    key: str
    title: str
    light: str
    sentence: str
    todo: str

    @property
    def word(self) -> str:
        return WORDS[self.light]


_CHECKS: list[Check] = []


def register_check(key: str, title: str, order: int = 100) -> Callable:
    """Declare ``(thorough) -> Finding`` as a check."""

    def add(look: Callable[[bool], Finding]) -> Callable[[bool], Finding]:
        _CHECKS.append(Check(key, title, look, order))
        return look

    return add


def lines(*, thorough: bool = False) -> list[Line]:
    """Every check's answer, in order. Reads only."""
    return [_line(check, thorough) for check in sorted(_CHECKS, key=lambda check: check.order)]


def _line(check: Check, thorough: bool) -> Line:
    try:
        found = check.look(thorough)
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            log.exception("check %s failed", check.key)
        found = Finding("red", f"查不出：{sentence or type(error).__name__}", "按说明处理后再查一次。")
    return Line(check.key, check.title, found.light, found.sentence, found.todo)
