"""Periods as plans write them: 到2025年, 2027年前, “十五五”期间, 五年内, 每年, 年均, 全年, 明年年底, 首年.

:func:`find_periods` gives every mention in a text; :meth:`Calendar.resolve` turns one into the value of the
reading (``by:2025``, ``year:2025``, ``within:5y``, ``annual``, ``annual:2021-2025``, ``none``). The rules are the
section "Periods and cadences" of ``policies/SCHEMA.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lianshu.reference.numerals import parse_integer

_YEAR = r"(?:20\d\d|二[〇零]二[〇零一二三四五六七八九]|二[〇零]三[〇零一二三四五六七八九])"
_SMALL = r"(?:\d{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_END = r"(?:年?底(?:之?前|以前)?|年?末(?:之?前|以前)?|年?终|以前|之前|前)"

# The look at the first character spares the alternatives at most places of a text.
_FIRST = '(?=[\\d一二三四五六七八九十两到至截在于较比以自从超是为按占同距达相不“"近过去前连最用再利经通未今接力争满每第逐年平全明本后次翌上首])'
_PERIOD = re.compile(
    f"{_FIRST}(?:"
    # 2021-2025年, 2021年至2025年
    rf"(?P<from>{_YEAR})年?\s?(?:-|—|~|至|到){{1,2}}\s?(?P<to>{_YEAR})年?(?P<span_end>底|末)?"
    # 到2025年, 2025年底前, 2025年6月底前, 2027年前
    rf"|(?P<pre>到|至|截至|截止到|截止|在|于|较|比|以|自|从|超|是|为|按|占|同|距|达到|相比|不低于)?(?P<year>{_YEAR})"
    rf"年(?:度)?(?:的?\d{{1,2}}月(?:份)?)?(?P<tail>{_END})?(?P<base>(?:的?基础上|为基数|基数|的?水平|同期|以来|相比)?)"
    # “十五五”期间, 到“十四五”末
    r"|(?P<fyp_pre>到|至)?[“\"]?(?P<fyp>十[一二三四五六七八九]|二十)五[”\"]?(?P<fyp_when>期间|时期|末期|期末|末|收官|以来|初期|初|中期|规划)?"
    # 五年内, 用3年时间, 经过三年的努力, 未来五年
    rf"|(?P<within_pre>近|过去|前|连续|连|最近|用|再用|利用|经过|通过|未来|今后|接下来|力争用|争取用|满|每|第)?(?P<within>{_SMALL})"
    rf"(?:(?:-|~|至|到)(?P<within_to>{_SMALL}))?(?:个)?年(?P<within_tail>(?:左右)?(?:内|之内|以内|的?时间|的?[^\s,。;、]{{0,4}}努力|的?培育|累计|后|期间))?"
    # 每年, 年均, 年新增
    r"|(?P<annual>每一?年度?|每个?年度|逐年|年均|年平均|平均每年|按年(?:度)?)(?:年?(?:初|底|末|终|中)(?:之?前)?)?"
    r"|(?P<yearly>(?<![\d今明去全当首上本前近多每几两一二三四五六七八九十历整周翌次后往同半])年(?=新增|引进|培育|招引|增长|净增|新建|完成|递增|举办|组织|开展))"
    r"|(?P<full>全年)"
    # 明年年底, 今年, 年底前, 年内
    rf"|(?P<rel>明|今|本|后|次|翌|去|上)年(?:度)?年?(?P<rel_tail>{_END})?(?=[^\s]|$)"
    r"|(?<![每\d全历半一二三四五六七八九十两])年(?P<own>底(?:之?前|以前)?|末(?:之?前|以前)?|内)(?!容|涵|部|在|外|控|需|陆|生)"
    # 首年, 第二年
    r"|(?P<nth>首|第[一二三四五])年(?!级))"
)
#: 三年实施…, 三年翻番: a number of years right before a verb is a span to come.
_AHEAD = frozenset(
    [
        "实施",
        "培育",
        "引进",
        "新增",
        "完成",
        "建成",
        "打造",
        "投入",
        "改造",
        "推进",
        "招引",
        "净增",
        "盘活",
        "新建",
        "引育",
        "累计",
    ]
)
_NTH = {"首": 0, "第一": 0, "第二": 1, "第三": 2, "第四": 3, "第五": 4}
_BASE_PREFIXES = frozenset(
    {"较", "比", "以", "自", "从", "超", "是", "为", "按", "占", "同", "距", "达到", "相比", "不低于"}
)
_TITLED = re.compile(
    r"《[^《》\n]{2,120}》|〔[^〕\n]{0,60}〕|(?<=[案划要见知])\([^()\n]{0,100}20\d\d[^()\n]{0,100}\)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A period in the text. ``kind``: ``by``, ``year`` (bare year), ``span``, ``within``, ``annual`` (每年), ``yearly`` (年均, 年新增: its own figure only), ``full`` (全年),
    ``past`` (a base year, 较2020年), ``gone`` (近三年, 去年), ``relative`` (already an offset to the text's year), ``nth``."""

    start: int
    end: int
    kind: str
    first: int = 0
    last: int = 0


def year_number(text: str) -> int:
    """``2025`` or ``二〇二五`` as a number."""
    return int(text) if text.isdigit() else parse_integer(text)


def masked(clean: str) -> str:
    """The text with titles in 《》, document numbers and the years of a plan's name blanked, same length."""
    return _TITLED.sub(lambda m: "□" * len(m[0]), clean)


def _mention(match: re.Match[str]) -> Mention | None:
    start, end = match.span()
    group = match.lastgroup
    if match["from"]:
        return Mention(start, end, "span", year_number(match["from"]), year_number(match["to"]))
    if match["year"]:
        year = year_number(match["year"])
        pre, tail, base = match["pre"] or "", match["tail"] or "", match["base"] or ""
        # 2020年的1.8倍: the year is what the figure is measured against.
        if base or pre in _BASE_PREFIXES or re.match(r"的[\d一二两三]", match.string[end : end + 2]):
            return Mention(start, end, "past", year, year)
        kind = "by" if tail or pre in ("到", "至", "截至", "截止到", "截止") else "year"
        return Mention(start, end, kind, year, year)
    if match["fyp"]:
        when = match["fyp_when"] or ""
        if when == "规划" or (not when and not match["fyp_pre"]):
            return None
        last = 2025 + 5 * (parse_integer(match["fyp"]) - 14)
        if when in ("以来",):
            return Mention(start, end, "gone", last - 4, last)
        kind = "by" if match["fyp_pre"] or when in ("末", "末期", "期末", "收官") else "span"
        return Mention(start, end, kind, last - 4, last)
    if match["within"]:
        pre, tail = match["within_pre"] or "", match["within_tail"] or ""
        years = parse_integer(match["within_to"] or match["within"])
        ahead = match.string[end : end + 2] in _AHEAD
        if pre in ("每", "第", "满") or (not pre and not tail and not ahead) or tail in ("后", "期间"):
            return None
        if pre in ("近", "过去", "前", "连续", "连", "最近"):
            return Mention(start, end, "gone") if pre in ("近", "过去", "最近") else None
        return Mention(start, end, "within", years, years)
    if match["annual"] or match["yearly"]:
        # 每年 reaches on through its list, 年均 and 年新增 belong to their own figure.
        reaches = match["annual"] and "均" not in match["annual"]
        return Mention(start, end, "annual" if reaches else "yearly")
    if match["full"]:
        return Mention(start, end, "full")
    if match["rel"]:
        offset = {"明": 1, "次": 1, "翌": 1, "后": 2, "去": -1, "上": -1}.get(match["rel"], 0)
        if offset < 0:
            based = match.string[max(0, start - 1) : start] in ("较", "比", "同", "按", "超")
            return Mention(start, end, "past" if based else "gone")
        return Mention(start, end, "relative_by" if match["rel_tail"] else "relative", offset, offset)
    if match["own"]:
        return Mention(start, end, "relative_by" if match["own"] != "内" else "relative")
    if group == "nth" or match["nth"]:
        nth = _NTH[match["nth"]]
        return Mention(start, end, "nth", nth, nth)
    return None


def find_periods(clean: str) -> list[Mention]:
    """Every period in the text, in order; years inside titles and document numbers are left out."""
    out = []
    for match in _PERIOD.finditer(masked(clean)):
        try:
            mention = _mention(match)
        except ValueError:  # “一一十五”期间: no number
            continue
        if mention is not None:
            out.append(mention)
    return out


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the document says about its own years; every field may be ``None``.

    ``text_year`` is the year of the text's date, ``start`` and ``end`` the plan's years, ``named`` the one year
    that the text is the plan or report of.
    """

    text_year: int | None = None
    start: int | None = None
    end: int | None = None
    named: int | None = None

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Calendar:
        """From the facts of the reading (``issued``, ``published``, ``plan_start``, ``plan_end``, ``title``)."""
        numbered = re.search(r"[〔\[(【](20\d\d)", str(facts.get("doc_no") or ""))
        dated = str(facts.get("issued") or facts.get("published") or (numbered[1] if numbered else ""))[:4]
        title = str(facts.get("title") or "")
        years = re.findall(rf"{_YEAR}(?![”\"》])", title)  # “中国制造2025” is a name
        start, end = facts.get("plan_start"), facts.get("plan_end")
        named = year_number(years[0]) if len(years) == 1 else None
        if named and re.search(rf"{years[0]}年?[-—~至到]|[到至]{years[0]}|{years[0]}年?[)）]?》?远景", title):
            named = None
        if named is None and start and start == end:
            named = int(start)
        text_year = int(dated) if dated.isdigit() else named
        return cls(text_year, start, end, named)

    def is_past(self, year: int) -> bool:
        """Whether the year lies before everything the document plans."""
        begins = [y for y in (self.start, self.named, self.text_year) if y]
        return bool(begins) and year < min(begins)

    def is_over(self, mention: Mention) -> bool:
        """Whether the mention is a year gone by when the text was written (2021年,… in a text of 2022)."""
        if mention.kind == "year" and self.text_year and self.named is None and mention.last < self.text_year:
            return True
        return mention.kind in ("year", "by", "span") and self.is_past(mention.last)

    def resolve(self, mention: Mention, *, steps: bool = False) -> str:
        """The period's value in the reading. ``steps`` says that several bare years stand beside each other,
        each with its own figure: then a bare year is that year's value, not a date to reach."""
        kind, last = mention.kind, mention.last
        if kind in ("by", "span"):
            return f"by:{last}"
        if kind == "year":
            several_years = self.end == last and self.start != self.end and self.named is None
            later = self.text_year is not None and last > self.text_year and self.named is None
            return (
                f"by:{last}"
                if (several_years or (later and self.end is None)) and not steps
                else f"year:{last}"
            )
        if kind == "within":
            return f"within:{last}y"
        if kind in ("annual", "yearly"):
            return "annual"
        if kind == "full":
            return f"year:{self.named}" if self.named else "none"
        if kind in ("relative", "relative_by") and self.text_year:
            year = self.text_year + last
            if self.named and last == 0:
                year = self.named
            return f"by:{year}" if kind == "relative_by" else f"year:{year}"
        if kind == "nth" and self.start:
            return f"year:{self.start + last}"
        return "none"
