"""Short names of administrative divisions, derived from the full name.

Official texts rarely print a full name twice: 咸宁市 becomes 咸宁, 恩施土家族苗族自治州 becomes 恩施州.
The rules below are the usual ones of official writing: drop the generic ending (省, 市, 区, 县 …), in
autonomous areas drop the names of the nationalities as well. A short name has at least two characters;
房县 has none, because nobody writes 房.
"""

from __future__ import annotations

import re

# One-character abbreviations of provinces (车牌 and headline style); several have two in use.
PROVINCE_ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "110000": ("京",),
    "120000": ("津",),
    "130000": ("冀",),
    "140000": ("晋",),
    "150000": ("蒙",),
    "210000": ("辽",),
    "220000": ("吉",),
    "230000": ("黑",),
    "310000": ("沪", "申"),
    "320000": ("苏",),
    "330000": ("浙",),
    "340000": ("皖",),
    "350000": ("闽",),
    "360000": ("赣",),
    "370000": ("鲁",),
    "410000": ("豫",),
    "420000": ("鄂",),
    "430000": ("湘",),
    "440000": ("粤",),
    "450000": ("桂",),
    "460000": ("琼",),
    "500000": ("渝",),
    "510000": ("川", "蜀"),
    "520000": ("贵", "黔"),
    "530000": ("云", "滇"),
    "540000": ("藏",),
    "610000": ("陕", "秦"),
    "620000": ("甘", "陇"),
    "630000": ("青",),
    "640000": ("宁",),
    "650000": ("新",),
    "710000": ("台",),
    "810000": ("港",),
    "820000": ("澳",),
}

# Usual abbreviations that no rule yields.
_IRREGULAR: dict[str, tuple[str, ...]] = {
    "巴音郭楞蒙古自治州": ("巴音郭楞", "巴州"),
    "博尔塔拉蒙古自治州": ("博尔塔拉", "博州"),
    "克孜勒苏柯尔克孜自治州": ("克孜勒苏", "克州"),
    "伊犁哈萨克自治州": ("伊犁", "伊犁州"),
    "锡林郭勒盟": ("锡林郭勒", "锡盟"),
    "前郭尔罗斯蒙古族自治县": ("前郭尔罗斯", "前郭", "前郭县"),
    "内蒙古自治区": ("内蒙古",),
}

_NATIONALITIES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|"
    "纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|"
    "鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
# Four nationalities with long names are written without 族 in the names of their areas.
_AUTONOMOUS = re.compile(
    rf"^(?P<root>.*?)(?P<people>(?:(?:{_NATIONALITIES})族|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|维吾尔|鄂伦春){{0,8}})"
    r"自治(?P<kind>[州县旗区])$"
)
_ENDING = re.compile(r"(?:特别行政区|行政区|新区|特区|林区|地区|省|市|区|县|盟|旗)$")


def short_names(name: str) -> tuple[str, ...]:
    """Return the short names of a division, the most usual first; empty when there is none.

    >>> short_names("咸宁市"), short_names("房县")
    (('咸宁',), ())
    >>> short_names("恩施土家族苗族自治州")
    ('恩施', '恩施州')
    >>> short_names("东乡族自治县"), short_names("浦东新区")
    (('东乡', '东乡县'), ('浦东',))
    """
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    if name.endswith(
        "矿区"
    ):  # 井陉矿区 lies beside 井陉县: cutting the ending would give the neighbour's name.
        return ()
    match = _AUTONOMOUS.match(name)
    if match:
        root = match["root"]
        if not root:  # The area bears the nationality's name: 东乡族自治县, 鄂伦春自治旗.
            root = match["people"].removesuffix("族")
        kind = match["kind"]
        return (root,) if kind == "区" else (root, root + kind)
    root = _ENDING.sub("", name)
    return (root,) if root != name and len(root) >= 2 else ()


def root_of(name: str) -> str:
    """Return what stays of a name when it is upgraded: 监利县 and 监利市 both give 监利, 郧县 gives 郧.

    Used to recognise a division under its next code, so one character is enough here.
    """
    names = short_names(name)
    return names[0] if names else _ENDING.sub("", name) or name[:-1]
