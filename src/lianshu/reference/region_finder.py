"""Find administrative divisions in running text.

>>> found = find_in_text("汨罗市先进制造业建链强链补链延链实施方案")
>>> [(m.text, m.region.code) for m in found]
[('汨罗市', '430681')]
>>> [m.text for m in find_in_text("以创新乡村治理为抓手，推进各市和县域经济发展")]
[]

Full names count wherever they stand, with three cautions: names of two characters (和县) only after their
parent or where no Chinese character precedes, names that are common nouns (城区, 郊区) only right after
their parent or, for a few, with it in the text; abolished names only when no region in force has the name. Short names count for
provinces and cities; for counties only where their city, or they themselves by full name, are in the
text. Short names that are also words (朝阳产业, 文山会海) are in ``data/region_false_friends.csv``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from lianshu.reference import packaged
from lianshu.reference.region_names import root_of
from lianshu.reference.regions import Level, Region, RegionTable, regions


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the text that names a region.

    ``text`` is ``source[start:end]``. ``region`` is None where several regions bear the name and nothing in
    the text decides; ``candidates`` always lists all, the likeliest first. ``full`` says whether the full
    name stands there.
    """

    start: int
    end: int
    text: str
    region: Region | None
    candidates: tuple[Region, ...]
    full: bool


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    full: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _FalseFriend:
    before: tuple[str, ...]
    after: tuple[str, ...]
    needs_context: bool


# A short name followed by these names a street or a station, not the region.
_STREET = ("路", "街", "大道", "巷")
# 和县域经济, 市中区域: the ending belongs to the next word.
_SPLIT_ENDING = ("域", "级")


class RegionFinder:
    """An index over a table's names. Build once, use for many texts; follows additions to the table."""

    def __init__(self, table: RegionTable) -> None:
        self.table = table
        self._version = -1
        self._index: dict[str, list[_Name]] = {}
        self._friends = _false_friends()

    def find(self, text: str, *, within: str | None = None, year: int | None = None) -> list[Mention]:
        """Return the mentions in the order of the text, none overlapping another.

        ``within`` settles names that several regions bear in favour of those at or below that region and
        lets the short names of its counties count. ``year`` makes names of that year count as current.
        """
        raw = self._scan(text)
        context = self._context(raw, within)
        mentions: list[Mention] = []
        for start, name in raw:
            previous = mentions[-1] if mentions and mentions[-1].end == start else None
            every = [self.table.get(code) for code in name.codes]
            candidates = self._in_force(every, year)
            # Below the region just named, or inside ``within``, an abolished one is likelier than a
            # namesake elsewhere: 重庆市江北区 is not the 江北区 of Ningbo.
            below = self._in_force(self._below(every, previous), year)
            if within is not None:
                inside = [c for c in every if self.table.is_within(c.code, within)]
                candidates = self._in_force(inside, year) or candidates
            if below:
                candidates = below
            elif not self._stands_alone(text, start, name, candidates, context):
                continue
            region = self._decide(candidates, name, context)
            if region is not None:
                candidates = [region, *(c for c in candidates if c.code != region.code)]
            end = start + len(name.text)
            mentions.append(Mention(start, end, name.text, region, tuple(candidates), name.full))
        return mentions

    def _scan(self, text: str) -> list[tuple[int, _Name]]:
        if self._version != self.table.version:
            self._build()
        index, found = self._index, []
        position, last = 0, len(text) - 1
        while position < last:
            step = 1
            for name in index.get(text[position : position + 2], ()):
                if text.startswith(name.text, position) and self._fits(text, position, name):
                    found.append((position, name))
                    step = len(name.text)
                    break
            position += step
        return found

    def _fits(self, text: str, start: int, name: _Name) -> bool:
        """Whether the neighbouring characters allow the name, whatever region it may be."""
        end = start + len(name.text)
        if name.full:
            short_root = len(name.text) == 2 or name.text.endswith("区")
            if short_root and text.startswith(_SPLIT_ENDING, end):
                return False
        elif text.startswith(_STREET, end):
            return False
        friend = self._friends.get(name.text)
        return friend is None or not (
            (friend.after and text.startswith(friend.after, end))
            or (friend.before and text.endswith(friend.before, 0, start))
        )

    def _context(self, raw: list[tuple[int, _Name]], within: str | None) -> dict[str, int]:
        """Count for each region how often the text names it, or something below it, by full name."""
        counts: dict[str, int] = defaultdict(int)
        for _, name in raw:
            if name.text in self._friends and self._friends[name.text].needs_context:
                continue
            codes = [c for c in name.codes if self.table.get(c).current]
            # A name shared by many says nothing about any of them; provinces' short names are unmistakable.
            sure = name.full or any(self.table.get(c).level is Level.PROVINCE for c in codes)
            if sure and len(codes) == 1 and len(name.text) > 2 - (not name.full):
                for code in self.table.path(codes[0]):
                    counts[code] += 1
        if within is not None:
            for code in self.table.path(within):
                counts[code] += 1
        return counts

    def _in_force(self, candidates: list[Region], year: int | None) -> list[Region]:
        """Those in force (in ``year``, or now); all of them when none is."""
        fits = [c for c in candidates if (c.current if year is None else c.valid_in(year))]
        return fits or candidates

    def _below(self, candidates: list[Region], previous: Mention | None) -> list[Region]:
        """The candidates that lie below the region named immediately before: 北京市|朝阳区."""
        if previous is None:
            return []
        above = {previous.region} if previous.region else set(previous.candidates)
        return [
            c
            for c in candidates
            if any(c.code != a.code and self.table.is_within(c.code, a.code) for a in above)
        ]

    def _stands_alone(
        self, text: str, start: int, name: _Name, candidates: list[Region], context: dict[str, int]
    ) -> bool:
        """Whether the name counts without its parent before it."""
        friend = self._friends.get(name.text)
        common_noun = friend is not None and friend.needs_context
        # 公园区, 滨海区, 桥头区 were divisions once; today they are words.
        gone = name.full and name.text.endswith("区") and not any(c.current for c in candidates)
        if common_noun or gone:
            return any(context.get(c.parent or c.code if name.full else c.code, 0) for c in candidates)
        if name.full:
            if len(root_of(name.text)) > 1:
                return True
            # 郊区, 城区, 东区 are common nouns; 和县, 房县 are names but easily the end of another word.
            return name.text.endswith("县") and not (start and _is_han(text[start - 1]))
        if any(c.level is not Level.COUNTY for c in candidates):
            return True
        return any(context.get(c.code, 0) or self._city_named(c, context) for c in candidates)

    def _city_named(self, county: Region, context: dict[str, int]) -> bool:
        """Whether the text names the city, or municipality, right above a county."""
        if county.parent is None or not context.get(county.parent, 0):
            return False
        above = self.table.get(county.parent)
        return above.level is Level.CITY or above.kind == "直辖市"

    def _decide(self, candidates: list[Region], name: _Name, context: dict[str, int]) -> Region | None:
        if not name.full:
            candidates = self._for_short_name(candidates, context)
        if len(candidates) == 1:
            return candidates[0]

        def weight(region: Region) -> tuple[int, int, int, int]:
            """Who bears the very name, then what the text says of it or its parents, then age."""
            path = self.table.path(region.code)
            near = max((context.get(code, 0) for code in path[1:]), default=0)
            return (region.name == name.text, near, context.get(path[0], 0), region.valid_to or 9999)

        ordered = sorted(candidates, key=weight, reverse=True)
        # Equal weights leave it open.
        return ordered[0] if weight(ordered[0]) != weight(ordered[1]) else None

    def _for_short_name(self, candidates: list[Region], context: dict[str, int]) -> list[Region]:
        """Whom a short name means: the highest level, unless the text speaks of a county's city and not at
        all of the province the higher region lies in (朝阳 in a plan of Beijing).

        Provinces and their capitals are named all over the country: 西安 in a plan of 牡丹江 is still the
        capital of 陕西, not the 西安区 there.
        """
        rank = min(c.level.rank for c in candidates)
        higher = [c for c in candidates if c.level.rank == rank]
        lower = [c for c in candidates if c.level.rank > rank and self._city_named(c, context)]
        known = any(
            c.level is Level.PROVINCE or c.code.endswith("0100") or context.get(self.table.path(c.code)[0], 0)
            for c in higher
        )
        return lower if lower and not known else higher

    def _build(self) -> None:
        names: dict[tuple[str, bool], list[str]] = defaultdict(list)
        for region in self.table:
            # Abolished regions are found by full name only: short names live on in their successors. Their
            # shortest names (新区, 郊区, 沙县) are too often words or another region's short name.
            if region.current or len(root_of(region.name)) > 1:
                names[region.name, True].append(region.code)
            if region.current:
                for short in region.short_names:
                    if len(short) > 1:
                        names[short, short.endswith("新区")].append(region.code)
                for former in region.former_names:
                    if len(root_of(former.name)) > 1:
                        names[former.name, True].append(region.code)
        index: dict[str, list[_Name]] = defaultdict(list)
        for (text, full), codes in names.items():
            if len(text) > 1:
                index[text[:2]].append(_Name(text, full, tuple(dict.fromkeys(codes))))
        for entries in index.values():
            # The longest first; the full name before a short name of the same letters.
            entries.sort(key=lambda n: (-len(n.text), not n.full))
        self._index = dict(index)
        self._version = self.table.version


def _is_han(char: str) -> bool:
    return "一" <= char <= "鿿"


@lru_cache(maxsize=1)
def _false_friends() -> dict[str, _FalseFriend]:
    return {
        row["name"]: _FalseFriend(
            tuple(row["before"].split()), tuple(row["after"].split()), bool(row["needs_context"])
        )
        for row in packaged.rows("region_false_friends")
    }


@lru_cache(maxsize=1)
def _national_finder() -> RegionFinder:
    return RegionFinder(regions())


def find_in_text(text: str, *, within: str | None = None, year: int | None = None) -> list[Mention]:
    """Find the country's regions in a text; see :meth:`RegionFinder.find`."""
    return _national_finder().find(text, within=within, year=year)
