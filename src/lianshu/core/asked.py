"""What an address or a form asks for, read within bounds.

For parameters of lists and pages: what cannot be read counts as not asked for. Where a person enters a value
that is to be kept, services refuse it with a sentence instead (:mod:`lianshu.reference.bounded`).
"""

from __future__ import annotations

import datetime as dt

from django.http import QueryDict

from lianshu.reference.bounded import FIRST_YEAR, LAST_YEAR, OutsideError, read_day, whole_or

#: characters of words that are searched for; the databases' patterns are bounded too
WORDS = 80


def words_asked(params: QueryDict, name: str = "q", longest: int = WORDS) -> str:
    """The words of a parameter, without blanks around them."""
    return params.get(name, "").strip()[:longest]


def key_asked(params: QueryDict, name: str) -> int | None:
    """The key of a row; None for anything that can be none."""
    return key_of(params.get(name, ""))


def keys_asked(params: QueryDict, name: str) -> list[int]:
    """The keys of several rows."""
    return [key for value in params.getlist(name) if (key := key_of(value)) is not None]


def key_of(text: str) -> int | None:
    """A text as the key of a row; None for anything that can be none."""
    return whole_or(text, None)


def year_asked(params: QueryDict, name: str, default: int) -> int:
    """A year with a calendar."""
    return whole_or(params.get(name, ""), None, low=FIRST_YEAR, high=LAST_YEAR) or default


def day_asked(params: QueryDict, name: str) -> dt.date | None:
    """A day; None for anything else."""
    try:
        return read_day(params.get(name, ""))
    except OutsideError:
        return None
