"""Data of the repair: characters that are folded and misreadings that the context makes sure.

Everything here is about shapes of characters and general words of public administration; nothing comes
from one document. A misreading is only listed where the wrong form is no word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Folded one to one. Full-width forms, compatibility ideographs and Kangxi radicals come from NFKC below.
PUNCTUATION = {
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "﹣": "-",
    "―": "—", "─": "—", "━": "—", "﹘": "—",
    "∼": "~", "〜": "~", "˜": "~",
    "「": "“", "」": "”", "『": "‘", "』": "’", "〝": "“", "〞": "”", "‟": "“", "„": "“",
    "﹝": "〔", "﹞": "〕", "❲": "〔", "❳": "〕", "⦗": "〔", "⦘": "〕",
    "‹": "〈", "›": "〉", "⟨": "〈", "⟩": "〉", "«": "《", "»": "》", "⟪": "《", "⟫": "》",
    "•": "·", "・": "·", "‧": "·", "∙": "·", "⋅": "·", "●": "·", "▪": "·", "■": "·", "◆": "·",
    "◇": "·", "□": "·", "★": "·", "▲": "·", "➢": "·", "✓": "·", "✔": "·", "\uf06c": "·", "\uf0b7": "·",
    "︰": ":", "∶": ":", "﹕": ":", "﹔": ";", "﹐": ",", "‚": ",", "﹑": "、", "﹒": ".",
    "\u00a0": " ", "\u3000": " ", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n",
    "○": "〇",
}  # fmt: skip

#: CJK radicals which PDF fonts put in the place of whole characters and which NFKC leaves alone.
RADICALS = dict(
    zip(
        "⻓⻋⻛⻅⻔⻚⻜⻢⻥⻩⻄⺠⻬⻝⻆⻉⻘⻰⻦⻨⻣⻤⻮⻳⺟⻁⻩⺓⺁⻅⻙⻰",
        "长车风见门页飞马鱼黄西民齐食角贝青龙鸟麦骨鬼齿龟母虎黄幺厂见韦龙",
        strict=True,
    )
)


def _folding() -> dict[int, str]:
    table: dict[int, str] = {}
    ranges = ((0xFF00, 0xFFEF), (0x2F00, 0x2FDF), (0xF900, 0xFAFF), (0xFE10, 0xFE6F), (0x2000, 0x200A))
    for first, last in ranges:
        for code in range(first, last + 1):
            folded = unicodedata.normalize("NFKC", chr(code))
            if len(folded) == 1 and folded != chr(code):
                table[code] = folded
    table.update({ord(char): to for char, to in (PUNCTUATION | RADICALS).items()})
    return table


#: Code point → character; every entry keeps the length.
FOLDING = _folding()

#: Characters without width or meaning: they are dropped.
INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffc\ufffe\x00-\x08\x0e-\x1f\x7f]+|\r"
)

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ"


@dataclass(frozen=True, slots=True)
class Confusion:
    """A misreading: what ``pattern`` matches becomes ``right``.

    For speed the text is searched for the literal ``trigger`` first; the match has to begin ``offset``
    characters behind the trigger's first one.
    """

    trigger: str
    pattern: re.Pattern[str]
    right: str
    offset: int


def _c(trigger: str, pattern: str, right: str, offset: int = 0) -> Confusion:
    return Confusion(trigger, re.compile(pattern), right, offset)


_COUNTED = "年月日号个家项条户名人次件亩万亿吨元台套座批倍成%"

#: Misreadings with the context that makes them sure. Every pattern was held against words in which its
#: characters meet by chance (公平合理, 今日标准, 休闲环境, 材料技术 …): those must come through unchanged.
CONFUSIONS: tuple[Confusion, ...] = (
    # Digits and letters inside numbers.
    _c("O", rf"(?<=\d)[Oo](?=[\d.{_COUNTED}])", "0"),
    _c("o", rf"(?<=\d)[Oo](?=[\d.{_COUNTED}])", "0"),
    _c("l", rf"(?<=\d)l(?=[\d{_COUNTED}])|(?<![A-Za-z\d])l(?=\d+[{_COUNTED}])", "1"),
    _c("I", rf"(?<=\d)I(?=[\d{_COUNTED}])|(?<![A-Za-z\d])I(?=\d+[{_COUNTED}])", "1"),
    _c("|", rf"(?<=\d)\|(?=[\d{_COUNTED}])", "1"),
    _c("Z", r"(?<![A-Za-z])Z(?=0[12]\d年)", "2"),
    # A stray digit before the real number: "至4 50%".
    _c(" ", r"(?<=[至到为达超过占])\d (?=\d{2,}(?:\.\d+)?%)", "", -1),
    # A wrong character for the dash between years or counts.
    _c("国", r"(?<=20\d\d)国(?=20\d\d)", "-"),
    _c("一", r"(?<=20\d\d)一(?=20\d\d)|(?<=\d)一(?=\d+(?:%|[个家项条亿万]))", "-"),
    _c("年一", r"(?<=20\d\d)年一(?=20\d\d)", "-"),
    # 一 read for the dash of a chain of products that holds a Latin name.
    _c("一", r"(?<=[\u4e00-\u9fff])(?<![唯之第统单同任每逐某造设育])一(?=[A-Z]{2,}[一—])", "—"),
    _c("一", r"(?<=[A-Z]{2})一(?=[\u4e00-\u9fff]{2,8}?(?:[一—]|产品|全产业链|产业链))(?!季度|[个种批项次直般些定])", "—"),
    # A character torn into two, or a part of it read as a digit or letter.
    _c("口电", r"(?<=[\d万亿])口电", "吨"),
    _c("口屯", r"(?<=[\d万亿])口屯", "吨"),
    _c("口吨", r"(?<=[\d万亿])口吨", "吨"),
    _c("力口", r"力口(?=[大快强速工入深密])|(?<=[增参追附])力口", "加"),
    _c("31", r"(?<=[,、。;:和及\n])31(?=进(?!位|入|行))", "引"),
    _c("弓", r"弓[|l1](?=[进导领入])", "引"),
    _c("足进", r"[il1亻]足(?=进)", "促", -1),
    _c("亻本", r"亻本(?=[系制])", "体"),
    _c("木几", r"木几(?=[制构械])", "机"),
    _c("禾口", r"禾口", "和"),
    _c("讠十", r"讠十(?=划)", "计"),
    _c("氵气", r"氵气", "汽"),
    _c("钅连", r"钅连", "链"),
    _c("金连", r"(?<=产业)金连", "链"),
    # What a wrongly cut GBK text leaves behind beside its pinyin: half characters and lost brackets.
    _c("?jié)摿", r"\?jié\)摿Υ?", "潜力"),
    _c("?jié)撛", r"\?jié\)撛", "潜在"),
    _c("?nèi)f", r"\?nèi\)f", "万"),
    _c("^", r"\^(?=[好大高快强低多少长短])", "较"),
    # Whole characters of nearly the same shape.
    _c("入才", r"(?<![投引加收])入才(?=优先|队伍|引进|培[养育]|政策|强|工作|支撑|服务|公寓|池|专项|发展|计划|工程|保障)", "人才"),
    _c("问环", r"问环(?![境节保卫评])", "闭环"),
    _c("示在", r"(?<![展显表公提指揭警启])示在(?=基地|区|园|县|项目|工程|企业|点)", "示范"),
    _c("保博", r"(?<!环)保博(?![览物士会弈大])", "保障"),
    _c("破中和", r"(?<=碳达峰)破中和", "碳中和"),
    _c("出合", r"出合(?=一批|政策|措施|支持|专项|实施|方案|意见|办法|细则)", "出台"),
    _c("平合", r"(?<=服务|交易|信息|合作|创新|公共|共享|对接|融资)平合(?![理法规同并作])", "平台"),
    _c("著", r"(?<![显昭名论专编])著(?=[眼力手重])", "着"),
    _c("年未", r"年未(?=[前对向报考完组开进形总召由,])", "年末"),
    _c("再生钢", r"(?<=再生)钢(?=[^。;\n]{0,18}[,、;]铜)", "铜", 2),
    _c(".", r"(?<=[\u4e00-\u9fff”》]{3})\.(?=[\u4e00-\u9fff“《\n]|$)|(?<=\))\.(?=\n|$)", "。"),
)  # fmt: skip

#: Words of public administration with characters that scanners confuse: wrong form → right form, of the
#: same length. No wrong form is a word, nor do its characters meet inside other words.
WORDS: dict[str, str] = {
    wrong: right
    for right, wrongs in {
        "人才": "人オ 人扌",
        "纾困": "纤困 纡困 抒困",
        "示范": "示苑 示氾 示笵",
        "保障": "保陣 保隌",
        "碳中和": "炭中和",
        "碳达峰": "破达峰 炭达峰 碳达蜂",
        "广播电台": "广播电合",
        "平台": "乎台",
        "产业链": "产业键 产亚链 产业涟",
        "链长": "链氏 涟长",
        "链主": "涟主",
        "链条": "涟条",
        "工作专班": "工作专斑 工作专玨",
        "责任": "贵任 责仕",
        "牵头": "牵夹 奉头",
        "单位": "单仕 单泣",
        "机制": "机剖 杌制",
        "规模以上": "规模以土",
        "制造业": "制造亚 制适业",
        "新材料": "新村料",
        "电子信息": "电子倍息",
        "汽车": "汽牟",
        "园区": "圆区 囤区",
        "项目": "顼目",
        "科技": "科枝",
        "创新": "刨新",
        "企业": "企亚",
        "招商引资": "招商弓资 招商引贷",
        "季度": "李度",
        "每年": "毎年",
        "增长": "增氏",
    }.items()
    for wrong in wrongs.split()
}
