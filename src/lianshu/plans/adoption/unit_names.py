"""Names of units as plans write them: 市工信局, 县工业和信息化局, 通城县工信局 mean one body.

Pure functions; the table of abbreviations holds general knowledge about departments, not any plan's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from lianshu.organisation.models import Region, Unit

# short form → full form; both sides without place and suffix 局/厅/委
_FULL = {
    "工信": "工业和信息化",
    "经信": "经济和信息化",
    "科经": "科学技术和经济信息化",
    "科技": "科学技术",
    "发改": "发展和改革",
    "自然资源": "自然资源和规划",
    "资规": "自然资源和规划",
    "住建": "住房和城乡建设",
    "人社": "人力资源和社会保障",
    "农业农村": "农业农村",
    "生环": "生态环境",
    "环保": "生态环境",
    "市场监管": "市场监督管理",
    "市监": "市场监督管理",
    "应急": "应急管理",
    "文旅": "文化和旅游",
    "交通": "交通运输",
    "政务": "政务服务和大数据管理",
    "行政审批": "行政审批",
    "卫健": "卫生健康",
    "国资": "国有资产监督管理",
    "金融": "金融工作",
    "金融办": "金融工作",
    "招商": "招商服务",
    "商务": "商务",
    "水利": "水利",
    "统计": "统计",
}
_SUFFIX = re.compile(r"(?:委员会|管理局|服务局|局|厅|委|办公室|办)$")
_DEPARTMENT = re.compile(
    r"(?:局|厅|委|委员会|办公室|办|部|院|中心|支行|总工会|工商联|团委|妇联|科协|税务局)$"
)
_COLLECTIVE = re.compile(
    r"^(?:各|有关|相关|其他|全[市县省区]|[省市县区]直|[省市县区]级)|(?:等(?:部门|单位)|各(?:部门|单位))"
)


def is_collective(name: str) -> bool:
    """Whether the words mean many bodies (各县市区, 相关部门), not one."""
    return bool(_COLLECTIVE.search(name))


@dataclass(frozen=True, slots=True)
class UnitWords:
    """A mention taken apart: ``core`` compares, ``name`` is what a new unit would be called."""

    mention: str
    core: str
    name: str
    short_name: str


def _localised(name: str, region: Region) -> str:
    """The mention as the region itself would write it: 云溪县科技局 → 县科技局, 云溪科技局 → 科技局."""
    text = re.sub(r"[\s“”\"'《》]", "", name)
    text = re.sub(r"[(（][^)）]*[)）]$", "", text)
    if text.startswith(region.name) and len(text) > len(region.name):
        return text[len(region.name) - 1 :]
    for short in {region.short_name, region.name[:-1]}:
        if len(short) > 1 and text.startswith(short) and len(text) > len(short) + 2:
            return text[len(short) :]
    return text


def _without_level(text: str, region: Region) -> str:
    """县科技局 → 科技局; 县委, 县政府, 县直单位, 市场监管局 stay, and so does another level's 市科技局."""
    own = len(text) > 2 and text[0] == region.name[-1]
    kept = re.match(r".(?:委|政|人大|纪委|直|级|场|块|村|内|外)", text)
    return text[1:] if own and not kept else text


def core_of(name: str, region: Region) -> str:
    """The comparable core: place and level taken off, abbreviations spelt out, 委/办/局 kept as one class."""
    text = _without_level(_localised(name, region), region)
    match = _SUFFIX.search(text)
    if match:
        stem = text[: match.start()]
        if stem in _FULL or stem in _FULL.values():
            return _FULL.get(stem, stem) + "局"
    return text


def words_of(mention: str, region: Region) -> UnitWords:
    """Take a mention apart for one region."""
    text = re.sub(r"[\s“”\"']", "", mention)
    core = core_of(text, region)
    if is_collective(text) or "、" in text:
        return UnitWords(text, core, text, "")
    local = _localised(text, region)
    if local != text:
        return UnitWords(text, core, text, local)
    if text[0] == region.name[-1] and re.match(r".(?:委|政|人大|纪委)", text):
        return UnitWords(text, core, region.name + text[1:], text)
    bare = _without_level(text, region)
    if bare == text and (above := _above(text, region)):
        return UnitWords(text, core, above, text)
    if _DEPARTMENT.search(bare) and not re.match(r".{1,6}(?:园|区|管委会|街道)", bare):
        return UnitWords(text, core, f"{region.name}{bare}", text)
    return UnitWords(text, core, text, "")


def _above(text: str, region: Region) -> str:
    """The full name of a body of a region above (市科技局 in a county's plan), "" when it is none."""
    if not re.match(r"[省市州](?!场|区|县|直|级|域|政|委|内|外)", text) or not _DEPARTMENT.search(text):
        return ""
    parent = region.parent
    while parent is not None:
        if parent.name.endswith(text[0]):
            return parent.name + text[1:]
        parent = parent.parent
    return ""


@dataclass(slots=True)
class UnitMatch:
    """What a mention means: ``unit`` when sure, else ``candidates`` that a person must choose from."""

    words: UnitWords
    unit: Unit | None = None
    candidates: tuple[tuple[Unit, float], ...] = ()


# Above: the same body, written differently. Between: a person decides. Below: another body.
SURE, DOUBTFUL = 96.0, 80.0


def match_unit(mention: str, region: Region, units: Iterable[Unit]) -> UnitMatch:
    """Find the unit that ``mention`` names among ``units`` of the region by name, alias and likeness."""
    words = words_of(mention, region)
    exact: list[Unit] = []
    scored: list[tuple[Unit, float]] = []
    for unit in units:
        names = [unit.name, unit.short_name, *unit.aliases]
        if words.mention in names or words.name in names:
            return UnitMatch(words, unit)
        cores = {core_of(name, region) for name in names if name}
        if words.core in cores:
            exact.append(unit)
        elif unit.pk and not is_collective(words.mention):
            # two names in one plan mean two bodies: likeness is asked about only with existing units
            best = max((fuzz.ratio(words.core, core) for core in cores), default=0.0)
            inside = any(_abbreviates(words.core, core) or _abbreviates(core, words.core) for core in cores)
            if best >= DOUBTFUL or inside:
                scored.append((unit, max(best, DOUBTFUL if inside else 0.0)))
    if len(exact) == 1:
        return UnitMatch(words, exact[0])
    if exact:
        return UnitMatch(words, None, tuple((unit, 100.0) for unit in exact))
    scored.sort(key=lambda pair: (-pair[1], pair[0].pk))
    if scored and scored[0][1] >= SURE and (len(scored) == 1 or scored[1][1] < SURE):
        return UnitMatch(words, scored[0][0])
    return UnitMatch(words, None, tuple(scored[:5]))


def _abbreviates(short: str, long_: str) -> bool:
    """Whether ``short`` is ``long_`` with characters left out, same first and last (科经局, 科技和经济局)."""
    if not 3 <= len(short) < len(long_) or short[0] != long_[0] or short[-1] != long_[-1]:
        return False
    rest = iter(long_)
    return all(char in rest for char in short)
