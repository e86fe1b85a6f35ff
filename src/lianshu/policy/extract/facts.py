"""Facts of the document: title, kind, region, level, issuer, number and dates.

They are read from the head of the page (labels such as 发布日期, the title's lines, the red head), from
the closing date line and, in an interpretation, from the sentence that tells when the plan was issued.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lianshu.policy.extract.dates import DATE, iso_date, plan_years
from lianshu.policy.lexicon import choice
from lianshu.policy.model import Outline, Text
from lianshu.reference.region_finder import find_in_text
from lianshu.reference.regions import Level, Region, regions

_LABELS = choice("facts", "issuer_label", "published_label", "issued_label", "number_label", "title_label")
_LABEL = re.compile(
    rf"(?:^|(?<=[\s\n|:：;；】]))(?P<label>{_LABELS}|[\u4e00-\u9fff]{{2,6}}(?=\s*[:：]))\s*[:：]?\s+?(?=\S)"
    rf"|(?:^|(?<=[\s\n|】]))(?P<tight>{_LABELS}|[\u4e00-\u9fff]{{2,6}})\s*[:：]",
    re.MULTILINE,
)
#: Labels that a page prints behind the title, sometimes without a line break.
_BEHIND_TITLE = re.compile(
    r"(?<=[\u4e00-\u9fff》)])\s*(?:发布日期|发布时间|来源|信息来源|发文字号|索引号|作者)\s*[:：]"
)
_GENRE_END = re.compile(rf"{choice('facts', 'genre')}(?:\s*[(（【][^()（）]{{0,20}}[)）】])?(?:的通知)?$")
_GENRE = re.compile(choice("facts", "genre"))
_ISSUER_END = re.compile(rf"{choice('facts', 'issuer_tail')}$")
_DOC_NO = re.compile(
    r"[\u4e00-\u9fff]{1,12}\s?[〔\[(（【﹝]\s?(?:19|20)\d\d\s?[〕\])）】﹞]\s?第?\s?\d{1,4}\s?号"
)
#: A line that is the paper's own number, or that opens with it before the title.
_OWN_NO = re.compile(rf"{_DOC_NO.pattern}(?=$|\s)")
#: A story in the press that tells of a plan in its first sentence: who put out which paper.
_TOLD_PLAN = re.compile(
    r"(?:^|[,，。;；\n])(?P<who>[^,，。;；\n《》]{4,24}?)(?:近日|日前|今日|已|正式|联合)*(?:印发|出台|发布)了?《(?P<title>[^《》\n]{6,60})》"
)
#: The line of an agency's story: its date and hour before the source.
_PRESS_LINE = re.compile(
    rf"^\s*(?P<day>{DATE.pattern})(?:\s+\d{{1,2}}:\d\d(?::\d\d)?)?\s*(?:来源|作者|记者)", re.MULTILINE
)
#: 时间:2024-11-01 at the end of a line of head words that have lost their blanks.
_PUT_OUT = re.compile(rf"(?:时间|日期)\s*[:：]\s*(?P<day>{DATE.pattern})")
_CRUMBS = re.compile(r"首页|当前位置|您(?:现在|当前)?的?位置|>|›|»|热词|搜索|无障碍|登录")
#: A region no table knows (a new or a made-up one), where titles name their region.
_UNKNOWN_REGION = re.compile(
    r"(?:^|】|关于印发|关于|印发|《|推进|加快|深化|建设|促进)(?!全|关于|印发)([\u4e00-\u9fff]{2,4}?[省市县区州旗])(?![场域委直级领])"
)
_ISSUE_VERB = re.compile(r"印发|出台|发布|审议通过|颁布|下发")
_LEVEL_WORDS = {
    Level.PROVINCE: re.compile(r"全省|我省|省人民政府|省政府|省委|省直"),
    Level.CITY: re.compile(r"全市|我市|市人民政府|市政府|市委|市直|各县\(?市"),
    Level.COUNTY: re.compile(r"全县|我县|全区|我区|县人民政府|县政府|县委|县直|区政府|区委|各乡镇|各镇"),
}


def _head(clean: str, outline: Outline) -> str:
    """The text before the first numbered part, at most the first 1,500 characters."""
    first = next((n.start for n in outline.root.walk() if n.kind in ("part", "section", "item")), len(clean))
    return clean[: min(max(first, 200), 1500, len(clean))]


def _labelled(head: str, key: str) -> Iterator[str]:
    """Values behind the labels of one kind in the head lines, in the order of the text."""
    wanted = re.compile(choice("facts", key))
    for line in head.split("\n"):
        marks = list(_LABEL.finditer(line))
        for i, mark in enumerate(marks):
            if wanted.fullmatch(mark["label"] or mark["tight"]):
                stop = marks[i + 1].start() if i + 1 < len(marks) else len(line)
                value = line[mark.end() : stop].strip(" |：:\t【】")
                if re.search(r"\w", value):
                    yield value


def _is_title_line(line: str) -> bool:
    return (
        4 <= len(line) <= 60
        and not re.search(r"[。;；!！?？,，]", re.sub(r"《[^》]*》", "", line))
        and not _CRUMBS.search(line)
        and not re.match(r"[一二三四五六七八九十]+、|\(|（|附件|\d+[.、]|第[一二三]", line)
        and not re.search(r"https?:|\d{4}年\d{1,2}月\d{1,2}日$", line)
        and not _DOC_NO.fullmatch(line)
        and re.search(r"[\u4e00-\u9fff]{3}", line) is not None
        and not _GENRE.fullmatch(line)
        and not re.search(r"(?:19|20)\d\d-\d{1,2}-\d{1,2}", line)
        and re.match(rf"{_LABELS}\s*[:：]|[\u4e00-\u9fff]{{2,6}}[:：]|索引号", line) is None
    )


def _title(head: str) -> str | None:
    """The first run of one to four lines that together end in a genre word."""
    lines = [_BEHIND_TITLE.split(line)[0].strip() for line in head.split("\n")]
    for i, line in enumerate(lines[:25]):
        if not _is_title_line(line):
            continue
        joined = ""
        for taken, piece in enumerate(lines[i : i + 4], 1):
            if joined and not (_is_title_line(piece) or (len(piece) < 12 and _GENRE_END.search(piece))):
                break
            joined += piece
            if _GENRE_END.search(joined.rstrip("》 ")):
                after = next((line for line in lines[i + taken :] if line), "")
                if re.fullmatch(r"的?通知|[(（][^()（）]{2,20}[)）]", after) and not joined.endswith("通知"):
                    joined += after
                return _tidy_title(joined)
    labelled = next(_labelled(head, "title_label"), None)
    if labelled:
        return _tidy_title(labelled)
    plain = (
        line for line in lines[:10] if _is_title_line(line) and not _ISSUER_END.search(line.rstrip(":："))
    )
    return next((_tidy_title(line) for line in plain), None)


def _tidy_title(title: str) -> str:
    """The title without a red head (``…文件``), a site's name behind a bar and blanks between characters."""
    title = re.split(r"\s*[_|]\s*(?=[\u4e00-\u9fff])", title)[0]
    title = re.sub(rf"^{_DOC_NO.pattern}\s*", "", title)  # number and title on one line
    title = re.sub(
        r"^[\u4e00-\u9fff]{2,30}(?:人民政府|办公室|办公厅|委员会|局)文件(?=[\u4e00-\u9fff])", "", title
    )
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", title).strip()


def _kind(title: str) -> str | None:
    """The genre; a notice that carries a plan is that plan, since its text is the plan's."""
    bare = re.sub(r"[(（][^()（）]*[)）]", "", title)
    if re.search(r"解读|访谈|图解", bare):
        return "政策解读"
    found = _GENRE.findall(re.sub(r"(?:的)?通知$", "", bare).rstrip("》"))
    carried = "印发" in bare or "》" in bare or bare.endswith("方案的通知")
    if found and (
        (carried and re.search(rf"{found[-1]}[》)）]*的?通知$", bare)) or not bare.endswith("通知")
    ):
        return str(found[-1])
    return "通知" if bare.endswith("通知") else (str(found[-1]) if found else None)


def _named(words: str) -> list[Region]:
    """Regions named with their full names in a text."""
    return [m.region or m.candidates[0] for m in find_in_text(words) if m.full and m.candidates]


def _region(title: str, head: str, clean: str) -> tuple[str | None, Level | None, Region | None]:
    """Region by the title, then the head, then the body. The lowest region in a place wins."""
    for place in (title, *_labelled(head, "issuer_label"), *re.findall(r"^[^\n]{4,40}文件$", head, re.M)):
        found = _named(place)
        if found:
            best = max(found, key=lambda r: r.level.rank)
            return best.name, best.level, best
    unknown = _UNKNOWN_REGION.search(title)
    if unknown:
        tail = {"省": Level.PROVINCE, "县": Level.COUNTY, "区": Level.COUNTY, "旗": Level.COUNTY}
        return unknown[1], tail.get(unknown[1][-1]) or _city_or_county(clean), None
    level = _level_by_words(title) or _level_by_words(head) or _level_by_words(clean)
    mentions = [m for m in find_in_text(clean[:4000]) if m.candidates]
    read = [(m.full, m.region or m.candidates[0]) for m in mentions]
    fitting = [(full, region) for full, region in read if level is None or region.level is level]
    named = Counter(region for full, region in fitting if full) or Counter(region for _, region in fitting)
    short = _short_region(title, clean, level)
    if short is not None and (not named or not title or short.short in title):
        return short.name, short.level, short
    if named:
        best = named.most_common(1)[0][0]
        return best.name, best.level, best
    return None, level, None


def _city_or_county(clean: str) -> Level:
    """Whether a 市 or 州 that no table knows is a city over counties or one of county level."""
    towns = len(re.findall(r"各乡镇|各镇|各乡|各街道|镇人民政府", clean))
    counties = len(re.findall(r"各县|县区|县\(市|各区", clean))
    return Level.COUNTY if towns > counties else Level.CITY


def _level_by_words(words: str) -> Level | None:
    plain = re.sub(r"《[^《》\n]*》", "", words)
    counts = {
        level: sum(3 if word[0] in "我全" else 1 for word in pattern.findall(plain))
        for level, pattern in _LEVEL_WORDS.items()
    }
    best = max(counts, key=lambda level: counts[level])
    return best if counts[best] else None


def _short_region(title: str, clean: str, level: Level | None) -> Region | None:
    """A region called by its short name: in the title, or most often in the body for a province."""
    table = regions()
    for size in (4, 3, 2):
        for start in range(len(title) - size + 1):
            found = [r for r in table.lookup(title[start : start + size]) if r.current and r.short_names]
            found = [r for r in found if level is None or r.level is level]
            if len(found) == 1 and found[0].short in clean and clean.count(found[0].short) >= 2:
                return found[0]
    if level is Level.PROVINCE:
        counts = {r: clean.count(r.short) for r in table.current(Level.PROVINCE)}
        best = max(counts, key=lambda r: counts[r])
        return best if counts[best] else None
    return None


def _with_region(unit: str, region: str | None) -> str:
    """``市工业和信息化局`` with the region's name put before it."""
    if region and re.match(r"[省市县区州旗](?!直)", unit) and unit[0] == region[-1]:
        return region[:-1] + unit
    if region and unit.startswith("人民政府"):
        return region + unit
    return unit


def _issuer(title: str, head: str, clean: str, kind: str | None, region: str | None) -> str | None:
    lead = re.match(r"^(.{3,40}?)(?:关于|印发)", title)
    by_title = lead[1].strip("《【】") if lead and _ISSUER_END.search(lead[1]) else None
    labelled = [v for v in _labelled(head, "issuer_label") if _ISSUER_END.search(v.split()[0])]
    if by_title and kind != "政策解读":
        return _with_region(by_title, region)
    if labelled:
        return _with_region(labelled[0].split()[0], region)
    red = re.search(r"^([\u4e00-\u9fff]{4,30}(?:人民政府|办公室|办公厅|委员会|局|委))文件$", head, re.M)
    if red:
        return _with_region(red[1], region)
    first = head.split("\n", 1)[0].strip()
    if (
        not title
        and len(first) <= 30
        and re.fullmatch(r"[\u4e00-\u9fff]+", first)
        and _ISSUER_END.search(first)
    ):
        return _with_region(first, region)  # the unit's line opens a notice whose title is lost
    lines = [line.strip() for line in clean[-1200:].split("\n")] + [line.strip() for line in head.split("\n")]
    for i, line in enumerate(lines):
        if not re.fullmatch(DATE.pattern, line):
            continue
        signed: list[str] = []
        while i and 4 <= len(lines[i - 1]) <= 40 and _ISSUER_END.search(lines[i - 1]):
            i -= 1
            signed.insert(0, _with_region(lines[i], region))
        if signed:
            return "、".join(signed)
    return None


def _teller(told: re.Match[str], region: str | None) -> str | None:
    """The unit that a story names as having put the plan out."""
    return _with_region(told["who"], region) if _ISSUER_END.search(told["who"]) else None


def _issued_in_story(clean: str, title: str, published: str | None) -> str | None:
    """The day an interpretation says its plan was issued: ``于7月16日正式印发《…》``."""
    plan = re.search(r"《([^》]{6,200})》", title)
    name = plan[1][:8] if plan else ""
    for mark in re.finditer(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日([^。；;\n]{0,40})", clean):
        rest = clean[mark.end(3) : mark.end() + 30]
        if not _ISSUE_VERB.search(mark[4]) or (name and name not in rest):
            continue
        year = mark[1] or (published or "")[:4]
        if not year:
            continue
        day = f"{int(year):04d}-{int(mark[2]):02d}-{int(mark[3]):02d}"
        if not mark[1] and published and day > published:
            day = f"{int(year) - 1:04d}{day[4:]}"
        return day
    return None


def _closing_date(head: str, clean: str) -> str | None:
    """The date that stands alone on a line in the head or at the end of the paper."""
    for zone in (head, clean[-1500:]):
        for line in zone.split("\n"):
            if re.fullmatch(rf"[(（]?\s*(?:{DATE.pattern})\s*(?:印发|发布)?\s*[)）]?", line.strip()):
                day = iso_date(line)
                if day:
                    return day
    return None


def extract(text: Text, outline: Outline) -> dict[str, Any]:
    """The document's facts, keyed as ``policies/SCHEMA.md`` names them, and ``region_code``.

    Dates are ISO days, years integers; what the text does not say is None.
    """
    clean = text.clean
    head = _head(clean, outline)
    title = _title(head) or ""
    told = None if title else _TOLD_PLAN.search(clean[:300])
    if told and _GENRE_END.search(told["title"]):
        title = _tidy_title(told["title"])
    kind = _kind(title) if title else None
    region, level, known = _region(title, head, clean)
    published = next((day for v in _labelled(head, "published_label") if (day := iso_date(v))), None)
    if published is None and (press := _PRESS_LINE.search(head) or _PUT_OUT.search(head)):
        published = iso_date(press["day"])
    issued = next((day for v in _labelled(head, "issued_label") if (day := iso_date(v))), None)
    if issued is None:
        if kind == "政策解读":
            issued = _issued_in_story(clean, title, published)
        else:
            issued = _closing_date(head, clean)
    labelled = next((m[0] for v in _labelled(head, "number_label") if (m := _DOC_NO.search(v))), None)
    lines = (line.strip(" ()（）") for line in head.split("\n"))
    number = labelled or next((m[0] for line in lines if (m := _OWN_NO.match(line))), None)
    start, end = plan_years(title, clean, issued or published)
    return {
        "title": title or None,
        "kind": kind,
        "region": region,
        "level": level.value if level else None,
        "issuer": _issuer(title, head, clean, kind, region) or (_teller(told, region) if told else None),
        "doc_no": re.sub(r"\s", "", number) if number else None,
        "published": published,
        "issued": issued,
        "plan_start": start,
        "plan_end": end,
        "region_code": known.code if known else None,
    }
