"""The name of what a figure counts: on its left (孵化器3家) or on its right (5个先进制造业集群)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lianshu.policy.grammar.measures import ADDING, after_words
from lianshu.policy.grammar.periods import find_periods
from lianshu.policy.lexicon import choice, once, words
from lianshu.reference.quantity import Found

_EACH = choice("targets", "each_chain", "each_county", "each_park")
_LEAD = re.compile(
    rf"^(?:\((?:[一二三四五六七八九十]{{1,3}}|\d{{1,2}})\)|[一二三四五六七八九十]{{1,3}}、|[\s,、;:。()]|\d{{1,2}}[.、](?!\d)|(?:将|把|使|让)(?!来|军)|力争|力求|争取|确保|(?:和|及|以及|与|并|且|其中|同时|此外|另外|至少|到(?!位|期)|至(?!少)|力争|力求|争取|确保|努力|预计|预期|计划|要|应|须|需|均|使得|推动|推进|促进|实现|完成|达到|打造|建成|建设|建立|创建|组建|设立|形成|支持|引导|带动|全面|加快|着力|大力|重点|积极|稳步|持续|逐步|基本|成功|累计|分别|共|总共|至少|不少于|新一轮)(?!产业|化|型|中心|率|企业)"
    rf"|(?:全|我|本)(?:市|县|省|区|州|旗)|{_EACH}|(?:较|比)20\d\d年(?:底|末)?|(?:是|一是|二是|三是|四是|五是|六是)(?=[一-龥]))"
)
_TRAIL = re.compile(
    rf"(?:{choice('targets', 'at_least')}|{choice('targets', 'at_most')}|(?<![签合契公节制])约|{choice('targets', 'about')}|分别|均|都|就|已|将|各|数量|总数|实现|完成|力争|争取|累计|了|为|的|在|不|由|，|\s)$"
)
_VERB_END = re.compile(
    rf"(?:{choice('targets', 'adding')}|{choice('targets', 'working')}|至少|分别|重点|各|要|每年|年均)(?:好|了|出|一批|省外|域外|市外|国内外|并|的)?$"
)
_LEVEL = r"(?:国家级|国家|省级|省|市级|市|县级|县|区级|州级|部级|世界级|国际级|全国|省部级|国省级|地市级|厅级)(?:及以上|以上|和省级|、省级|、市级)?"
_LEVEL_ONLY = re.compile(rf"^{_LEVEL}$")
_LEVEL_HEAD = re.compile(rf"^{_LEVEL}")
_ADDING_HEAD = re.compile(
    r"^(?:新增|净增|新进规|新引进|引进|培育|新建|招引|新入规|新培育|累计|新)(?!材料|能源|兴|型|区|一代|城)"
)
_LEFT_TAIL = re.compile(r"^(?:并|且|和|及|以及|用于|其中|的?目标|,|进一步|后|时|来|,)")
_FROM = re.compile(
    r"(?:由|从)(?:(?:20\d\d年(?:底|末)?|目前|当前|现在|现有)的?)?(?:[\d.]{1,16}|[一二两三四五六七八九十百千万]{1,12})[^,;]{0,200}$"
)
_KEEPS = re.compile(r"(?:不少于|不低于|至少|超过|不小于)$")
_VERB_INSIDE = re.compile(rf"{choice('targets', 'working')}|{choice('targets', 'totals')}|达到")
_VERBS_ONLY = re.compile(
    f"^{once('新', '其中', *words('targets', 'adding'), *words('targets', 'working'))}+$"
)
_SOURCE = re.compile(r"从[^,;。]{1,12}中")  # 从新增财力中安排: no adding
_POSTED_TO = re.compile(r"驻[^、,;。]{2,6}(?:、(?:驻[^、,;。]{1,6}|[^驻、,;。][^、,;。]{1,5}))*$")
_FOR_EACH = re.compile(r"每[^,;。、]{1,7}$")
_DATE_INSIDE = re.compile(r"在20\d\d年的?基础上|(?<![较比在以于])到?20\d\d年(?:底|末)?(?![的基度])")
_GROWTH_ONLY = re.compile(rf"^(?:同比|平均|累计)*(?:{choice('targets', 'growing')})(?:率|速度|幅度)?$")
_NEXT_ITEM = re.compile(r"(?:、|和|及|与|以及|,)\s*$")


@dataclass(frozen=True, slots=True)
class Name:
    """A name and where it stands; ``start``/``end`` span name and figure, so they are the evidence."""

    text: str
    start: int
    end: int
    side: str  # "left", "right" or "none"


def strip_lead(clean: str, start: int, end: int) -> int:
    """Where the name proper begins in ``clean[start:end]``, after dates, adverbs, scopes and auxiliary verbs."""
    dates = {
        start + m.start: start + m.end
        for m in find_periods(clean[start:end])
        if m.kind not in ("past", "gone")
    }
    while start < end:
        match = _LEAD.match(clean[start:end])
        if start in dates:
            start = dates[start]
        elif match and match.end():
            start += match.end()
        else:
            break
    return start


def strip_trail(text: str) -> str:
    """The name without comparators and auxiliaries at its end."""
    dates = [
        m
        for m in find_periods(text)
        if m.kind not in ("past", "gone", "annual", "yearly") and m.end >= len(text) - 4 and m.start
    ]
    if dates:
        text = text[: dates[-1].start]
    text = _FROM.sub("", text)
    while True:
        match = _TRAIL.search(text)
        if not match or match.start() == len(text):
            return text.strip(" ,、;:(")
        text = text[: match.start()]


def right_named(left: str, right: str) -> bool:
    """Whether the counted thing stands to the right of the unit."""
    tail = right[after_words(right) :]
    if not tail or not ("\u4e00" <= tail[0] <= "\u9fff" or tail[0] in "“《A5" or tail[0].isalpha()):
        return False
    if _LEFT_TAIL.match(tail):
        return False
    bare = strip_trail(left)
    if tail.startswith("的") and bare.endswith("规模"):  # 总规模500亿元的基金
        return True
    if _POSTED_TO.search(bare):  # 驻深圳、驻苏州三支招商分队
        return True
    if _FOR_EACH.search(bare):  # 每县一个产业研究院
        return True
    return not bare or bool(_VERB_END.search(bare)) or bool(_VERB_END.search(left)) or not strip_trail(bare)


def left_name(clean: str, start: int, found: Found) -> Name:
    """The name to the left of the figure, from ``start``."""
    begin = strip_lead(clean, start, found.start)
    text = strip_trail(clean[begin : found.start]).replace("分别", "")
    text = _DATE_INSIDE.sub("", text)
    end = found.end + after_words(clean[found.end : found.end + 8])
    return Name(text, begin if text else found.start, end, "left" if text else "none")


def right_name(clean: str, start: int, found: Found, stop: int) -> Name:
    """The name to the right, up to ``stop``; the evidence begins with the verb before the number."""
    after = found.end + after_words(clean[found.end : found.end + 8])
    text = _NEXT_ITEM.sub("", clean[after:stop]).strip(" ,、;:。(")
    if text.startswith("的"):
        text = text[1:]
    begin = strip_lead(clean, start, found.start)
    verb = clean[begin : found.start]
    first = begin if len(verb) <= 20 else found.start
    return Name(text, first, after + len(clean[after:stop].rstrip(" ,、;:。(和及与")), "right")


def complete(name: str, base: str) -> str:
    """A name that is only a level (省级) completed with the noun of the item before it."""
    if base and _LEVEL_ONLY.match(name):
        return name + _LEVEL_HEAD.sub("", _ADDING_HEAD.sub("", base))
    return name


def is_level(name: str) -> bool:
    """Whether the name is only a level such as 国家级."""
    return bool(_LEVEL_ONLY.match(name))


def noun_of(name: str) -> str:
    """The counted noun without a leading verb of adding and without its level."""
    return _LEVEL_HEAD.sub("", _ADDING_HEAD.sub("", name))


def is_adding(name: str) -> bool:
    """Whether the name is nothing but a verb of adding (净增)."""
    return bool(name) and not _ADDING_HEAD.sub("", name)


def is_growing(name: str) -> bool:
    """Whether the name is nothing but a word of growth (增长, 同比增长)."""
    return bool(_GROWTH_ONLY.match(name))


def is_verb(name: str) -> bool:
    """Whether the name is nothing but verbs (新开工, 竣工投产)."""
    return bool(_VERBS_ONLY.match(name))


def shares(name: str, count: int) -> list[str] | None:
    """The names behind ``A、B和C分别达到…``, one for each of ``count`` figures; ``None`` when they do not fit."""
    parts = [part for part in re.split(r"、|和|与|以及|及(?!以上|其)", name) if part]
    if len(parts) != count or re.search(r"20\d\d", name):
        return None
    noun = noun_of(parts[-1])
    return [part + noun if _LEVEL_ONLY.match(part) else part for part in parts]


def stock_name(name: str) -> str:
    """The name of the stock behind an added number: 新增高新技术企业 → 高新技术企业."""
    return re.sub(r"(?:新增|净增|增加)$", "", _ADDING_HEAD.sub("", name))


def measured(name: str) -> str:
    """What is measured behind a name of growth or share: 税收收入年均增长 → 税收收入, 制造业产值占比 → 制造业产值."""
    name = re.sub(r"占比$|占[^、]{0,8}比重$", "", name)
    return re.sub(rf"(?:年均|同比|平均|累计|总量)*(?:{choice('targets', 'growing')})(?:率|速度)?$", "", name)


def keeps_verb(left: str) -> bool:
    """Whether the words before the number hold no verb but 不少于, 不低于 …: then the list's verb goes on."""
    found = _KEEPS.search(left)
    return found is not None and not _VERB_INSIDE.search(left[: found.start()])


def adds(left: str) -> bool:
    """Whether a verb of adding (培育, 新增, 引进, 新建, 净增 …) governs the figure."""
    return bool(ADDING.search(_SOURCE.sub("", left)))
