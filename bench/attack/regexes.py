"""Every regular expression of the package: its shape, and its time on texts of doubling length.

Usage: regexes.py [--count N] [--seconds S] [--seed N] [--degree N]

The shape (``regex_shapes.py``) finds what may take exponential time. Then each expression is searched in texts made
from its own parse tree: what its loops read, over and over, closed by a character that makes it fail. The text
doubles until ``--count`` characters; an expression fails when one search takes longer than ``--seconds`` or the time
grows more than with the square of the length. Exit status 1 on any failure.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from regex_shapes import shape
from regex_sources import Expression, all_expressions

#: An expression whose last doubling multiplied the time by more than this grows faster than the square.
_SQUARE = 6.0
_MEASURABLE = 0.05


class OverTimeError(Exception):
    """A search ran into the hard limit."""


def _alarm(*_: object) -> None:
    raise OverTimeError


def _sample(op: Any, value: Any, rng: random.Random) -> str:
    """A text that one element of a parse tree matches, as nearly as is simple."""
    if op is c.LITERAL:
        return chr(value)
    if op in (c.NOT_LITERAL, c.ANY):
        return rng.choice("一产a1")
    if op is c.IN:
        return _member(value, rng)
    if op is c.BRANCH:
        return words(rng.choice(value[1]), rng)
    if op is c.SUBPATTERN:
        return words(value[3], rng)
    if op is c.ATOMIC_GROUP:
        return words(value, rng)
    if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        low, high, body = value
        times = min(int(high), max(int(low), rng.randint(1, 3)))
        return "".join(words(body, rng) for _ in range(times))
    return ""


def _member(members: Any, rng: random.Random) -> str:
    if members[0][0] is c.NEGATE:
        barred = {chr(value) for op, value in members if op is c.LITERAL}
        return rng.choice([one for one in "一产a1年、（《" if one not in barred] or ["龥"])
    op, value = rng.choice(members)
    if op is c.LITERAL:
        return chr(value)
    if op is c.RANGE:
        return chr(rng.randint(value[0], value[1]))
    return {c.CATEGORY_DIGIT: "1", c.CATEGORY_SPACE: " "}.get(value, "产")


def words(tree: Any, rng: random.Random) -> str:
    """A text that a parse tree matches, looks aside."""
    return "".join(_sample(op, value, rng) for op, value in tree)


def loops(tree: Any) -> list[Any]:
    """The bodies of all repeats of a tree, inner ones too."""
    found: list[Any] = []
    todo = [tree]
    while todo:
        part = todo.pop()
        for op, value in part:
            if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
                found.append(value[2])
                todo.append(value[2])
            elif op is c.BRANCH:
                todo += value[1]
            elif op is c.SUBPATTERN:
                todo.append(value[3])
            elif op is c.ATOMIC_GROUP:
                todo.append(value)
            elif op in (c.ASSERT, c.ASSERT_NOT):
                todo.append(value[1])
    return found


def texts(one: Expression, rng: random.Random) -> list[str]:
    """Short texts to repeat: the words of each loop, the words of the whole."""
    tree = _parser.parse(one.pattern, one.flags)
    pieces = [words(body, rng) for body in loops(tree)] + [words(tree, rng), words(tree, rng)[:4]]
    return [piece for piece in dict.fromkeys(pieces) if piece]


def timed(one: Expression, count: int, seconds: float, rng: random.Random) -> tuple[float, float, str]:
    """The longest search in seconds, the factor of its last doubling, and what was repeated."""
    compiled = re.compile(one.pattern, one.flags)
    worst = (0.0, 0.0, "")
    for piece in texts(one, rng):
        size, before = min(16, count), 0.0
        while size <= count:
            body = (piece * (size // len(piece) + 1))[:size] + "\x01"
            text: Any = body.encode("utf-8") if isinstance(one.pattern, bytes) else body
            start = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, seconds * 2)
            try:
                for match in compiled.finditer(text):
                    if match.end() == len(text):
                        break
                compiled.match(text)
                compiled.fullmatch(text)
            except OverTimeError:
                return seconds * 2, 99.0, piece
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            took = time.process_time() - start
            factor = took / before if before > _MEASURABLE else 0.0
            worst = max(worst, (took, factor, piece))
            before, size = took, size * 2
            if took > seconds:
                break
    return worst


def main() -> int:
    """Print what is worth a look and the closing line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=16384, help="characters of the longest text")
    parser.add_argument("--seconds", type=float, default=5.0, help="the longest a search may take")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--degree", type=int, default=3, help="list shapes from this power on")
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
    os.environ.setdefault("LIANSHU_HOME", tempfile.mkdtemp(prefix="lianshu-regexes-"))
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, _alarm)
    expressions = all_expressions()
    degrees: Counter[str] = Counter()
    over: list[str] = []
    for one in expressions:
        found = shape(one.pattern, one.flags)
        degrees["exponential" if found.exponential else str(found.degree)] += 1
        if found.exponential or found.degree >= args.degree:
            print(f"{one.place}: shape {found.degree}: {str(one.pattern)[:100]}")
        took, factor, piece = timed(one, args.count, args.seconds, random.Random(args.seed))
        if found.exponential or took > args.seconds or (took > 1 and factor > _SQUARE):
            over.append(one.place)
            print(f"{one.place}: {took:.2f} s, last doubling times {factor:.1f}, repeated {piece[:20]!r}")
    for degree, number in sorted(degrees.items()):
        print(f"shape {degree}: {number}")
    print(
        f"{len(expressions)} expressions on texts of up to {args.count} characters: "
        f"{degrees['exponential']} exponential, {len(over)} over the limit"
    )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
