"""Earlier codes and names of administrative divisions.

The facts come with python-stdnum (``stdnum/cn/loc.dat``): each code of GB/T 2260 with the names it had and
the years they held, for example ``[1994-2020]监利县``. The year is all that is known, so validity here is
in calendar years. Which new code took over from an old one is not in that file; it follows from the name
(监利县 421023 until 2020 → 监利市 421088 from 2020), and where the name changed, from the packaged table
``data/region_successions.csv``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from lianshu.reference import packaged
from lianshu.reference.region_names import root_of


@dataclass(frozen=True, slots=True)
class NamePeriod:
    """A name that a code bore. ``first``/``last`` are calendar years, None where the source has none."""

    name: str
    first: int | None
    last: int | None


_LINE = re.compile(r'^(?:\s+(?P<rest>\d{4}) county|(?P<province>\d\d) province)="(?P<value>[^"]*)"')
_PIECE = re.compile(r"^(?:\[(?P<first>\d{4})?-(?P<last>\d{4})?\])?(?P<name>.+)$")
# Headings of the code table, not divisions: 421201 市辖区, 429000 省直辖县级行政单位, 500200 县.
_HEADING = re.compile(r"^(?:市辖区|县|市区|市|林区|(?:省|自治区)直辖县级行政(?:单位|区划))$")
# A few rows of the source are in traditional characters; their names are of no use in simplified texts.
_TRADITIONAL = re.compile("[區縣齊嶺員會門別達奇港澳島]")


def name_periods() -> dict[str, tuple[NamePeriod, ...]]:
    """Return for each six-digit code the names it bore, oldest first."""
    text = resources.files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8")
    found: dict[str, tuple[NamePeriod, ...]] = {}
    province = ""
    for line in text.splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        if match["province"]:
            province = match["province"]
            continue
        code = province + match["rest"]
        pieces = [_period(piece) for piece in match["value"].split(",")]
        if _HEADING.match(pieces[-1].name) or _TRADITIONAL.search(match["value"]):
            continue
        found[code] = tuple(pieces)
    return found


def _period(piece: str) -> NamePeriod:
    match = _PIECE.match(piece.strip())
    if match is None:  # pragma: no cover - the file of the locked package has no such piece
        raise ValueError(f"loc.dat: cannot read {piece!r}")
    first, last = match["first"], match["last"]
    return NamePeriod(match["name"], int(first) if first else None, int(last) if last else None)


def successions(
    history: dict[str, tuple[NamePeriod, ...]], current: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Map each abolished code to the codes that took over from it.

    ``current`` are the codes in force. A code is followed by another one of the same province when that
    one begins in the year the first ends (or the year after) under the same root name and there is just
    one such code; the packaged table adds mergers and changes of name.
    """
    in_force = set(current)
    starts: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for code, periods in history.items():
        if periods[0].first is not None:
            starts[code[:2], root_of(periods[0].name)].append((periods[0].first, code))
    table = {row["code"]: tuple(row["successors"].split()) for row in packaged.rows("region_successions")}
    found: dict[str, tuple[str, ...]] = {}
    for code, periods in history.items():
        end = periods[-1].last
        if end is None or code in in_force:
            continue
        if code in table:
            found[code] = table[code]
            continue
        candidates = [
            (abs(first - end), other)
            for first, other in starts.get((code[:2], root_of(periods[-1].name)), ())
            if other != code and end <= first <= end + 1
        ]
        if candidates:
            best = min(candidates)[0]
            nearest = [other for distance, other in candidates if distance == best]
            # 咸宁地区 → 咸宁市 and 县级咸宁市 → 咸安区 end in one year: keep to the same level.
            level = [other for other in nearest if other.endswith("00") == code.endswith("00")]
            if len(level) == 1:
                found[code] = (level[0],)
    return found
