"""Proper names of firms: telling them from kinds of firms and cutting a brand off a longer name."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import rjieba

from lianshu.policy.extract.enumeration import without_gloss
from lianshu.policy.lexicon import choice, once, words
from lianshu.reference.regions import Level, regions

LEGAL = re.compile(rf"{choice('enterprises', 'legal')}$")
_TAIL_WORDS = frozenset((*words("enterprises", "tail"), *words("enterprises", "legal")))
_OWN_TAIL = frozenset(words("enterprises", "own_tail"))
_TAIL = re.compile(rf"{choice('enterprises', 'tail', 'legal')}$")
_KIND = re.compile(choice("enterprises", "kind"))
_INDUSTRY_WORD = re.compile(
    rf"{choice('chains', 'industry')}|智慧|美丽|幸福|和谐|文明|长江|黄河|国家|中国|中华|中部|华中|华东|华南|西部"
)
_PROPER_TAGS = frozenset(("nr", "nt", "nz", "ns"))
_LOOSE = frozenset(
    "及和与新大小中高低双多一二三四五六七八九十类型化性区园级期号第前后上下内外总分在以为对到从双"
)
_INDUSTRY = re.compile(
    f"{once(*words('chains', 'industry'), *words('chains', 'modifier'), *'新大及和与的业其链群基型类')}+"
)
_KNOWN = frozenset(words("enterprises", "known")) - frozenset(words("enterprises", "ambiguous"))
# The look at the first character spares the long alternatives at most places of a text.
KNOWN = re.compile(
    rf"(?=[{''.join(sorted({re.escape(w[0]) for w in _KNOWN}))}])"
    rf"(?:(?<![\u4e00-\u9fff])(?:{'|'.join(map(re.escape, _KNOWN))})|(?:{'|'.join(w for w in _KNOWN if len(w) > 2)}))"
)
_NO_FIRM = re.compile(
    r"(?:大学|学院|学校|研究院|研究所|研究中心|院所|科学院|中科院|工程院|协会|商会|学会|联盟|联合会|委员会|管委会|政府|[市县区省]委|发改委|改革委|经信委|国资委|卫健委|商务委|局|厅|办|部门|法院|医院|中心"
    r"|银行业|论坛|大会|博览会|展会|基金会|党校|站|实验室|平台|小镇|街道|乡|镇|县|示范区|试验区|开发区|高新区|经开区|园|园区|街|街区|车间|厂房|产线|生产线)$"
)
_VERBS = frozenset((*words("enterprises", "lead"), "深化", "加深", "合作"))
_ODD = re.compile(
    r"[。；;：:？?！!“”《》%]|\d{3}|的|了|等|把|将|被|我|每|各|第|及其|以及|或|按|不|大力|加快|推进|建立|落实|营造|广泛|至|培养|完善|健全|强化|降低|实施|开展|建设|发展|提升|加强"
)
_PLACE_LETTERS = frozenset(
    "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川蜀贵黔云滇陕秦甘陇青台蒙桂藏宁新港澳东西南北中"
)
_MATERIAL = "铝铜钢铁锂硅锌钛镁锰钨锡镍碳硼磷硫氟盐煤油气茶酒粮药纸木竹石砂"
_PARK = re.compile(
    r"(?:产业园|工业园|科技园|物流园|智造园|生产基地|总部基地|基地|产业城|食品城|服装城|医药城|建材城|总部)$"
)
_PHASE = re.compile(r"(?:[一二三四五六七八九十]|\d)期(?:工程|项目)?$")


@cache
def _places() -> frozenset[str]:
    names: set[str] = set()
    for region in regions():
        if region.level is not Level.COUNTY or region.current:
            names.update((region.name, *region.short_names))
    return frozenset(names)


def _pieces(name: str) -> list[str]:
    return list(rjieba.cut(name, False))


def is_known(name: str) -> bool:
    """Whether the whole name is a firm known all over the country."""
    return name in _KNOWN


@lru_cache(maxsize=8192)
def looks_like_brand(name: str) -> bool:
    """Whether a name holds a word that is no common noun: a run of two or more single characters that is no
    list of provinces, or a word that the tagger knows as a proper name and that is no place or industry."""
    if is_known(name) or LEGAL.search(name):
        return True
    run = ""
    for piece, tag in [*rjieba.tag(name, False), ("", "")]:
        if len(piece) == 1 and "\u4e00" <= piece <= "\u9fff":
            run += piece
            continue
        letters = set(run)
        if len(run) >= 2 and not (
            letters <= _LOOSE or letters <= _PLACE_LETTERS or letters <= set(_MATERIAL)
        ):
            return True
        run = ""
        proper = tag[:2] in _PROPER_TAGS and len(piece) >= 2
        if (
            proper
            and piece not in _places()
            and not set(piece) <= _PLACE_LETTERS
            and not _INDUSTRY_WORD.search(piece)
        ):
            return True
    return False


def is_firm(name: str, *, strong: bool) -> bool:
    """Whether a member of a list names a firm.

    ``strong`` is True where the words around say firm (``等企业``, ``以X为龙头``): then anything counts that is
    no kind of firm, no industry and no other body. Otherwise a firm's last word or an unknown word is asked.
    """
    if not 2 <= len(name) <= 22 or _ODD.search(name) or name in _VERBS:
        return False
    if is_known(name) or re.search(r"(?:公司|集团)$", name) and len(name) >= 4:
        return not _KIND.match(name)
    if _NO_FIRM.search(name) or name in _places() or _INDUSTRY.fullmatch(name):
        return False
    if _KIND.search(name) and not (len(name) > 4 and looks_like_brand(name) and not _KIND.match(name)):
        return False
    if strong:
        return len(name) <= 8 or bool(_TAIL.search(name))
    tail = _TAIL.search(name)
    return bool(tail and tail.start() >= 2 and looks_like_brand(name))


def brand(name: str) -> str | None:
    """The firm inside a project's or park's name, or None when it names no firm.

    ``X四期`` → ``X``; a firm's last word of two or three characters stays (``XX药业``), a longer word for the
    product goes (``XX卫生湿巾`` → ``XX``).
    """
    name = without_gloss(name)
    name = re.sub(r"(?:项目|工程)$", "", name)
    name = re.sub(r"(?:迁扩建|改扩建|扩建|续建|新建|技改|搬迁|扩产|扩能|增资扩产|二次创业)$", "", name)
    name = re.split(r"年产|年加工|年处理|日产|\d|(?<=..)[一二三四五六七八九十]期", name)[0] or name
    name = _PHASE.sub("", name)
    park = _PARK.search(name)
    if park and park.start() >= 2:
        name = name[: park.start()]
    known = KNOWN.match(name)
    if known:
        return known[0]
    pieces = _pieces(name)
    lead = ""
    while pieces and pieces[0] in _places():
        lead += pieces.pop(0)
    if lead[-1:] in "县区市镇乡" and lead:
        return None
    body = last = ""
    while pieces and not (len(body) >= 2 and len(pieces[0]) > 1 and looks_like_brand(body)):
        last = pieces.pop(0)
        body += last
    rest = "".join(pieces)
    stem = body.rstrip(_MATERIAL) if len(body) > 2 and len(last) == 1 else body
    if len(stem) < 2 or not looks_like_brand(stem):
        return _plain_brand(name)
    if re.match(r"新?[区县镇乡村河湖山路港湾]|开发区|高新区|街道", rest):
        return None
    if pieces and pieces[0] in ("集团", "股份", "公司"):
        return lead + body + pieces[0]
    if pieces and pieces[0] in _OWN_TAIL:
        return lead + body + pieces[0]
    if rest and len(rest) <= 3 and (rest in _TAIL_WORDS or _INDUSTRY.fullmatch(rest)):
        return lead + body + rest
    return lead + stem


def _plain_brand(name: str) -> str | None:
    """A firm whose brand is a plain word: two characters and a firm's last word open the name (明远光电…)."""
    tail = name[2:4]
    plain = tail in _OWN_TAIL and not _KIND.search(name[:2]) and not _INDUSTRY.fullmatch(name[:2])
    return name[:4] if plain and not _ODD.search(name[:2]) and name[:2] not in _places() else None


def without_tail(name: str) -> str:
    """A firm's name without its last word (``某江铜业`` → ``某江``); whole where less than two characters or a
    place would be left."""
    tail = _TAIL.search(name)
    stem = name[: tail.start()] if tail else name
    return stem if len(stem) >= 2 and stem not in _places() and not _INDUSTRY.fullmatch(stem) else name


def places_in(name: str) -> list[str]:
    """Names of regions (full or short) that a name begins with or holds as a word of its own."""
    return [piece for piece in _pieces(name) if len(piece) >= 2 and piece in _places()]


def is_industry(name: str) -> bool:
    """Whether a name is made of industries' words only (``碳基材料``, ``电子信息``)."""
    return bool(_INDUSTRY.fullmatch(name))


def is_kind(name: str) -> bool:
    """Whether a name begins as a kind of firm (``龙头…``, ``上市公司``)."""
    return bool(_KIND.match(name))
