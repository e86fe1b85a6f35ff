"""What shape a regular expression has: may it take exponential or cubic time on some text?

The parse tree of :mod:`re` becomes an automaton of positions (one per character the pattern consumes, Glushkov's
construction). Two findings:

* ``exponential``: some loop can read one and the same text in two ways, so that n repetitions give 2^n ways to fail.
  Exact for the loops themselves; what is possessive or atomic has one way only and counts as one sign of its own.
* ``degree``: the power of the text's length that the remaining time may grow with: adjacent loops over the same
  characters, one more where a search may begin anywhere in what a loop reads. Loops over one character class are
  followed; loops over longer words are left to the timed form (``regexes.py``).

Repeats with an upper bound are written out up to a few copies; their cost is bounded by their bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

#: Characters beyond the first plane fall together on its last place; the bits above name atomic groups.
_PLANE = 0x10000
_ALL = (1 << _PLANE) - 1
#: Optional copies written out of a bounded repeat: two suffice to see an ambiguity.
_COPIES = 3
_REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT)


@dataclass(frozen=True, slots=True)
class Shape:
    """The verdict on one pattern. ``degree`` 1 is linear; ``why`` quotes the part of the tree."""

    exponential: bool
    degree: int
    why: str = ""


@dataclass(slots=True)
class _Part:
    """A part of the automaton: may it be empty, its first and last positions, may it fail at its end."""

    nullable: bool
    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)


@cache
def _category(name: Any) -> int:
    tests = {
        c.CATEGORY_DIGIT: str.isdecimal,
        c.CATEGORY_SPACE: str.isspace,
        c.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    }
    for positive, test in tests.items():
        if name is positive:
            return sum(1 << code for code in range(_PLANE) if test(chr(code)))
    opposite = {
        c.CATEGORY_NOT_DIGIT: c.CATEGORY_DIGIT,
        c.CATEGORY_NOT_SPACE: c.CATEGORY_SPACE,
        c.CATEGORY_NOT_WORD: c.CATEGORY_WORD,
    }
    return _ALL ^ _category(opposite[name])


def _literal(code: int, flags: int) -> int:
    codes = {code}
    if flags & re.IGNORECASE:
        codes |= {ord(other) for other in (chr(code).lower(), chr(code).upper()) if len(other) == 1}
    return sum(1 << min(one, _PLANE - 1) for one in codes)


def _class(members: Iterable[tuple[Any, Any]], flags: int) -> int:
    mask, negated = 0, False
    for op, value in members:
        if op is c.NEGATE:
            negated = True
        elif op is c.LITERAL:
            mask |= _literal(value, flags)
        elif op is c.RANGE:
            low, high = (min(one, _PLANE - 1) for one in value)
            mask |= (1 << (high + 1)) - (1 << low)
        else:
            mask |= _category(value)
    return _ALL ^ mask if negated else mask


class _Automaton:
    """Positions with the characters they take and the positions that may follow, counted by their ways."""

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.masks: list[int] = []
        self.follow: list[dict[int, int]] = []
        #: positions after which something that consumes nothing (a look, an edge) can still fail
        self.guarded: set[int] = set()
        self.atoms: list[Any] = []
        self.anchored = False
        #: what must not stand before the beginning of a match: ``(?<!…)`` as the pattern's first element
        self.barred = 0

    def position(self, mask: int) -> _Part:
        self.masks.append(mask)
        self.follow.append({})
        at = len(self.masks) - 1
        return _Part(False, {at}, {at})

    def atom(self, tree: Any) -> _Part:
        self.atoms.append(tree)
        low, _ = tree.getwidth()
        part = self.position(1 << (_PLANE + len(self.masks)))
        part.nullable = low == 0
        return part

    def link(self, lasts: Iterable[int], firsts: Iterable[int]) -> None:
        firsts = list(firsts)
        for one in lasts:
            ways = self.follow[one]
            for other in firsts:
                ways[other] = ways.get(other, 0) + 1

    def join(self, left: _Part, right: _Part) -> _Part:
        self.link(left.last, right.first)
        return _Part(
            left.nullable and right.nullable,
            left.first | right.first if left.nullable else left.first,
            left.last | right.last if right.nullable else right.last,
        )

    def sequence(self, tree: Any) -> _Part:
        part = _Part(True)
        for op, value in tree:
            step = self.step(op, value)
            if step is None:
                self.guarded |= part.last
                if op is c.ASSERT_NOT and value[0] < 0 and part.nullable and not part.first:
                    self.barred |= self.behind(value[1])
                if op is c.AT and value in (c.AT_BEGINNING, c.AT_BEGINNING_STRING) and part.nullable:
                    self.anchored = True
                continue
            part = self.join(part, step)
        return part

    def step(self, op: Any, value: Any) -> _Part | None:
        """The part of one element; None for what consumes nothing."""
        if op is c.LITERAL:
            return self.position(_literal(value, self.flags))
        if op is c.NOT_LITERAL:
            return self.position(_ALL ^ _literal(value, self.flags))
        if op is c.ANY:
            return self.position(_ALL if self.flags & re.DOTALL else _ALL ^ (1 << 10))
        if op is c.IN:
            return self.position(_class(value, self.flags))
        if op is c.BRANCH:
            return self.branch(value[1])
        if op is c.SUBPATTERN:
            return self.group(value)
        if op in _REPEATS:
            return self.repeat(*value)
        if op is c.ATOMIC_GROUP:
            return self.atom(value)
        if op is c.POSSESSIVE_REPEAT:
            low, _, body = value
            part = self.atom(body)
            part.nullable = part.nullable or low == 0
            return part
        if op in (c.ASSERT, c.ASSERT_NOT):
            self.atoms.append(value[1])
        elif op is c.GROUPREF_EXISTS:
            return self.branch([tree for tree in value[1:] if tree is not None])
        return None

    def behind(self, tree: Any) -> int:
        """The characters that a negative look behind bars, where it looks at one character."""
        alone = _Automaton(self.flags)
        part = alone.sequence(tree)
        single = not any(alone.follow) and not part.nullable and not alone.atoms
        return sum(alone.masks) if single and len(alone.masks) == 1 else 0

    def group(self, value: Any) -> _Part:
        _, added, removed, tree = value
        flags = self.flags
        self.flags = (flags | added) & ~removed
        part = self.sequence(tree)
        self.flags = flags
        return part

    def branch(self, trees: Iterable[Any]) -> _Part:
        """Alternatives; those that open with one letter share it, as in a dictionary: word lists stay small."""
        by_letter: dict[int, list[Any]] = {}
        parts = []
        for tree in trees:
            if len(tree) and tree[0][0] is c.LITERAL:
                by_letter.setdefault(tree[0][1], []).append(tree[1:])
            else:
                parts.append(self.sequence(tree))
        for letter, rests in by_letter.items():
            head = self.position(_literal(letter, self.flags))
            parts.append(self.join(head, self.branch(rests) if len(rests) > 1 else self.sequence(rests[0])))
        out = _Part(any(part.nullable for part in parts))
        for part in parts:
            out.first |= part.first
            out.last |= part.last
        return out

    def repeat(self, low: int, high: Any, body: Any) -> _Part:
        part = _Part(True)
        if high is not c.MAXREPEAT:
            # x{2,4} is xx(x(x)?)?: counted, so with one way for every length
            for _ in range(min(int(high) - int(low), _COPIES)):
                part = self.join(self.sequence(body), part)
                part.nullable = True
            for _ in range(int(low)):
                part = self.join(self.sequence(body), part)
            return part
        for _ in range(max(0, int(low) - 1)):
            part = self.join(part, self.sequence(body))
        loop = self.sequence(body)
        self.link(loop.last, loop.first)
        loop.nullable = loop.nullable or low == 0
        return self.join(part, loop)


def _components(nodes: Iterable[Any], after: Any) -> Iterator[list[Any]]:
    """Strongly connected components (Tarjan, without recursion) of the graph that ``after`` gives."""
    number: dict[Any, int] = {}
    low: dict[Any, int] = {}
    stack: list[Any] = []
    held: set[Any] = set()
    for root in nodes:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        held.add(root)
        work = [(root, iter(after(root)))]
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in number:
                    number[other] = low[other] = len(number)
                    stack.append(other)
                    held.add(other)
                    work.append((other, iter(after(other))))
                    break
                if other in held:
                    low[node] = min(low[node], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    found = []
                    while True:
                        one = stack.pop()
                        held.discard(one)
                        found.append(one)
                        if one == node:
                            break
                    yield found


def _ambiguous(auto: _Automaton) -> bool:
    """Whether a loop reads one text in two ways (Weber and Seidl's criterion on the squared automaton)."""
    for loop in _components(range(len(auto.masks)), lambda at: auto.follow[at]):
        inside = set(loop)
        if len(loop) == 1 and loop[0] not in auto.follow[loop[0]]:
            continue
        if any(ways > 1 for at in loop for to, ways in auto.follow[at].items() if to in inside):
            return True

        def after(pair: tuple[int, int], inside: set[int] = inside) -> list[tuple[int, int]]:
            return [
                (one, other)
                for one in auto.follow[pair[0]]
                if one in inside
                for other in auto.follow[pair[1]]
                if other in inside and auto.masks[one] & auto.masks[other]
            ]

        for component in _components([(at, at) for at in loop], after):
            equal = any(one == other for one, other in component)
            if equal and any(one != other for one, other in component):
                return True
    return False


def _degree(auto: _Automaton, whole: _Part) -> int:
    """The longest chain of loops that may share one text, a search's free beginning counted as the first."""
    loops = [at for at, ways in enumerate(auto.follow) if at in ways]

    def reaches(starts: Iterable[int], shared: int) -> set[int]:
        seen: set[int] = set()
        todo = [at for at in starts if auto.masks[at] & shared]
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                todo += [to for to in auto.follow[at] if auto.masks[to] & shared]
        return seen

    def fails(at: int) -> bool:
        return at not in whole.last or at in auto.guarded

    below: dict[int, int] = {}

    def chain(at: int, shared: int, seen: frozenset[int]) -> int:
        """Loops from ``at`` on, ``shared`` the characters that all loops so far read."""
        best = 1 if fails(at) else 0
        for other in loops:
            both = shared & auto.masks[other]
            if other != at and other not in seen and both and other in reaches(auto.follow[at], both):
                if at in reaches(auto.follow[other], both):
                    continue  # one loop around both: looked at as such
                deeper = chain(other, both, seen | {at})
                best = max(best, deeper + 1 if deeper else 0)
        below[at] = max(below.get(at, 0), best)
        return best

    best = 0
    for at in loops:
        length = chain(at, auto.masks[at], frozenset())
        free = not auto.anchored and at in reaches(whole.first, auto.masks[at] & ~auto.barred)
        best = max(best, length + (1 if free and length else 0))
    return max(1, best)


def shape(pattern: str | bytes, flags: int = 0) -> Shape:
    """The shape of a pattern; raises ``re.error`` for what is no pattern."""
    tree = _parser.parse(pattern, flags)
    worst = Shape(False, 1)
    todo = [tree]
    while todo:
        part = todo.pop()
        auto = _Automaton(tree.state.flags)
        whole = auto.sequence(part)
        auto.anchored = auto.anchored or part is not tree
        todo += auto.atoms
        if _ambiguous(auto):
            return Shape(True, 99, str(pattern)[:200])
        worst = max(worst, Shape(False, _degree(auto, whole), str(pattern)[:200]), key=lambda s: s.degree)
    return worst
