"""Whose figure it is: the region, each chain, each county, a park, one chain, or the upper level's own goal."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from lianshu.policy.lexicon import choice, words

_EACH_CHAIN = re.compile(choice("targets", "each_chain"))
_EACH_COUNTY = re.compile(choice("targets", "each_county"))
_EACH_PARK = re.compile(choice("targets", "each_park"))
_PARK = re.compile(choice("targets", "parks"))
_PARK_NUMBER = re.compile(r"^(?:的)?(?:建设|创建|认定|入园)*(?:数量|总数|个数|总量)?$")
_OUTPUT = re.compile(choice("targets", "outputs"))
_SUBJECT_VERB = (
    r"(?=[^,;。]{0,30}?(?:印发|出台|提出|明确|部署|召开|确定)"
    r"|(?:也|已|正|今年|重点)?(?:将|要|力争|计划|聚焦|围绕|推动|实施|培育|打造|建成|实现|达到|形成|到20|的目标|规划))"
)
_START = r"(?:^|[,;。:\n])(?:[^,;。:\n]{0,6}\d{1,2}[月日],?)?(?:近年来,?|目前,?|其中,?)?"
# 城区, 园区, 示范区 … are no counties.
_COUNTY = re.compile(
    r"(?!全|各|我|本|该|每|中心|主城)[\u4e00-\u9fff]{1,3}(?:县|旗|(?<![上城股超夜都门地县])市|(?<![城园发新范济业税聚能片作行领验港矿林小社山库景牧灾地特辖郊展假务])区)"
    r"(?![块域级场直政委属内外县间位分别民])"
)
_GENERAL = re.compile(r"产业链|规上|规模以上|全[市县省区州]|研发|企业|高新")
_WHOLE = re.compile(r"全[市县省区州]|我[市县省区州]")
_OWN = re.compile(r"我市|我县|我区|全县|全区|全旗|我旗|全州|我州|本市|本县|本区|结合[^,。;]{2,6}实际")


def chain_stem(name: str) -> str:
    """A chain's name without 产业链, 产业, 链 at its end."""
    return re.sub(r"(?:配套)?(?:产业链|产业集群|产业|链)$", "", name)


class Scopes:
    """Scopes in one document. ``facts`` give the region, its level and the names of its chains,
    ``clean`` is its text; ``sections`` hold per chain the text of the part that is about it, for goods that name no chain."""

    def __init__(
        self, facts: dict[str, Any], clean: str = "", sections: dict[str, str] | None = None
    ) -> None:
        self.region = str(facts.get("region") or "")
        self.level = facts.get("level")
        self.chains = [(chain_stem(c), c) for c in dict.fromkeys(facts.get("chains") or []) if chain_stem(c)]
        self.sections = sections or {}
        keys = ["upper_nation"]
        if self.level != "省":
            keys.append("upper_province")
        if self.region.endswith(("县", "区", "旗")):
            keys.append("upper_city")
        upper = re.compile(
            rf"{_START}(?:{choice('targets', *keys)}(?![有平前领第范一各乃])|[^,;。:\n]{{0,4}}省(?:委|人民政府)){_SUBJECT_VERB}"
        )
        own = [re.escape(self.region)] if self.region else []
        if not self.region.endswith(("县", "区", "旗")):
            own += ["全市", "市委", "市政府"]
        if self.level == "省":
            own += ["全省", "我省", "省委", "省政府"]
        subjects = list(upper.finditer(clean))
        self._upper_starts = [match.start() for match in subjects]
        self._upper_ends = [match.end() for match in subjects]
        self._own_starts = [match.start() for match in re.finditer("|".join([_OWN.pattern, *own]), clean)]

    def is_upper(self, start: int, end: int) -> bool:
        """Whether the paragraph from ``start`` speaks at ``end`` of the upper level's own goals: it was the last
        subject named."""
        last = bisect_right(self._upper_ends, end) - 1
        if last < 0 or self._upper_starts[last] < start - 1:
            return False
        return bisect_left(self._own_starts, self._upper_ends[last]) == bisect_left(self._own_starts, end)

    def each(self, segment: str, dates: Sequence[int] = ()) -> str | None:
        """``each_chain``, ``each_county`` or ``park`` where the segment distributes the figure; 全市 in between
        takes it back to the region, and so does a clause with a date of its own (``dates``: offsets of the
        periods in the segment)."""
        whole = max((m.end() for m in _WHOLE.finditer(segment)), default=0)
        found = [
            (match.start(), scope)
            for pattern, scope in (
                (_EACH_CHAIN, "each_chain"),
                (_EACH_COUNTY, "each_county"),
                (_EACH_PARK, "park"),
            )
            for match in pattern.finditer(segment, whole)
            if not any("," in segment[match.end() : date] for date in dates if date > match.end())
        ]
        return max(found)[1] if found else None

    def above(self, left: str) -> bool:
        """Whether the figure's own words give it to the whole of the level above (到2025年全省规上工业增加值…)."""
        levels = "" if self.level == "省" else "全省"
        if self.region.endswith(("县", "区", "旗")):
            levels = "全省|全市"
        pattern = rf"(?:到|至)?(?:20\d\d年)?(?:底|末)?,?(?:{levels})(?=[^,;。]{{0,16}}(?:值|收入|投资|总量|比重))(?!平均)"
        return bool(levels) and re.match(pattern, left) is not None

    def park(self, name: str, *, counted: bool = False) -> bool:
        """Whether the figure is a park's: the park is named and something of it is measured; ``counted`` says
        that the name is what the figure counts, so that a park at its head is one of many (100个园区…)."""
        if counted and _PARK.match(name):
            return False
        for match in _PARK.finditer(name):
            rest = name[match.end() :]
            if re.match(r"(?:[(、和及与]|企业|项目|数)", rest):
                continue
            if not _PARK_NUMBER.match(rest) and not re.match(
                r"[^,;]{0,12}(?:全市|全县|全省|全区)", name[: match.start()]
            ):
                return True
        return False

    def county(self, name: str) -> bool:
        """Whether a city's plan gives the figure to one of its counties (咸安区规上工业总产值)."""
        return self.level == "市" and bool(_COUNTY.match(name))

    def chain(self, name: str, headings: Sequence[str] = ()) -> str | None:
        """The one chain whose name stands in the figure's name or in a heading above it."""
        for text in (name, *headings):
            hits: set[str] = {full for stem, full in self.chains if self._mentions(text, stem)}
            if len(hits) == 1 and not re.search(r"等(?:重点|主导|\d|[一二三四五六七八九十]|产业|优势)", text):
                return hits.pop()
            if hits:
                return None
        return None

    @staticmethod
    def _mentions(text: str, stem: str) -> bool:
        if stem in text:
            return True
        if not any(sign in stem for sign in "及和与、"):
            return False
        parts = [p for p in re.split(r"[及和与、]", stem) if len(p) >= 4]
        return any(part in text for part in parts)

    def by_goods(self, name: str) -> str | None:
        """The chain that a good belongs to, by the words that only one chain's part of the text shares with
        the name (再生铝年产量 → the chain whose part speaks of 再生铝). ``None`` when it is not clear."""
        if not self.sections or not _OUTPUT.search(name) or _GENERAL.search(name):
            return None
        bare = _OUTPUT.sub("□", name)
        grams = {bare[i : i + 2] for i in range(len(bare) - 1) if "□" not in bare[i : i + 2]}
        grams -= set(words("targets", "common_pairs"))
        scores: dict[str, float] = dict.fromkeys(self.sections, 0.0)
        for gram in grams:
            counts = {chain: part.count(gram) + 3 * (gram in chain) for chain, part in self.sections.items()}
            total = sum(counts.values())
            if total:
                for chain, count in counts.items():
                    scores[chain] += count / total
        if not scores:
            return None
        best, *rest = sorted(scores.items(), key=lambda item: -item[1])
        second = rest[0][1] if rest else 0.0
        return best[0] if best[1] >= 0.9 and best[1] > 1.3 * second else None
