"""Unified social credit codes (GB 32100-2015), organisation codes (GB 11714-1997), old registration numbers.

A credit code has 18 characters: registering department (1), category (1), region of registration (6),
organisation code (9), check character (1). The check character is computed by python-stdnum; its own
validator is not used because it refuses departments written with letters (N, rural collectives; Y, others).

>>> code = parse_credit_code("914403001922038216")
>>> code.authority, code.category, code.region, code.organisation
('市场监管', '企业', '440300', '192203821')
>>> is_credit_code("914403001922038217")
False
>>> fictional_credit_code(7)
'91990121000000078P'
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn.uscc import calc_check_digit

# Digits and capital letters without I, O, S, V, Z (GB 32100-2015, 4.2).
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# Registering departments and categories (GB 32100-2015, table 1, as extended since).
AUTHORITIES: dict[str, tuple[str, dict[str, str]]] = {
    "1": ("机构编制", {"1": "机关", "2": "事业单位", "3": "编办直接管理机构编制的群众团体", "9": "其他"}),
    "2": ("外交", {"1": "外国常驻新闻机构", "9": "其他"}),
    "3": (
        "司法行政",
        {
            "1": "律师执业机构",
            "2": "公证处",
            "3": "基层法律服务所",
            "4": "司法鉴定机构",
            "5": "仲裁委员会",
            "9": "其他",
        },
    ),
    "4": ("文化", {"1": "外国在华文化中心", "9": "其他"}),
    "5": ("民政", {"1": "社会团体", "2": "民办非企业单位", "3": "基金会", "9": "其他"}),
    "6": ("旅游", {"1": "外国旅游部门常驻代表机构", "2": "港澳台地区旅游部门常驻代表机构", "9": "其他"}),
    "7": ("宗教", {"1": "宗教活动场所", "2": "宗教院校", "9": "其他"}),
    "8": ("工会", {"1": "基层工会", "9": "其他"}),
    "9": ("市场监管", {"1": "企业", "2": "个体工商户", "3": "农民专业合作社"}),
    "A": ("军队编制", {"1": "军队事业单位", "9": "其他"}),
    "N": (
        "农业农村",
        {"1": "组级集体经济组织", "2": "村级集体经济组织", "3": "乡镇级集体经济组织", "9": "其他"},
    ),
    "Y": ("其他", {"1": "其他"}),
}

# Letters that the alphabet leaves out because they are taken for these.
_LOOK_ALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# No province's codes begin with 99: a code registered there belongs to nobody.
_FICTIONAL_REGION = "990121"


class CreditCodeError(ValueError):
    """A code is wrong; the message (Chinese) says where and what to check."""


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A credit code whose check character is right."""

    code: str

    @property
    def authority(self) -> str:
        """The registering department: 市场监管, 民政 …; 未知 when the standard has no such one."""
        return AUTHORITIES[self.code[0]][0] if self.code[0] in AUTHORITIES else "未知"

    @property
    def category(self) -> str:
        """The kind of body: 企业, 个体工商户, 社会团体 …; 未知 when the standard has no such one."""
        return AUTHORITIES.get(self.code[0], ("", {}))[1].get(self.code[1], "未知")

    @property
    def region(self) -> str:
        """Six-digit code of the region of first registration; it may have been abolished since."""
        return self.code[2:8]

    @property
    def organisation(self) -> str:
        """The nine-character organisation code inside."""
        return self.code[8:17]

    @property
    def organisation_valid(self) -> bool:
        """Whether the organisation code's own check character is right.

        A few codes issued in the first years fail it, so it is a warning and not an error.
        """
        return organisation_check(self.organisation[:8]) == self.organisation[8]

    @property
    def fictional(self) -> bool:
        """Whether the code belongs to a made-up firm (:func:`fictional_credit_code`)."""
        return self.region.startswith("99")

    def __str__(self) -> str:
        return self.code


def normalise(text: str) -> str:
    """Half width, capitals, without blanks and hyphens."""
    return re.sub(r"[\s\-－—]", "", unicodedata.normalize("NFKC", text)).upper()


def parse_credit_code(text: str) -> CreditCode:
    """Return the code of a text; blanks, hyphens, full width and small letters do not matter.

    Raises CreditCodeError naming the first thing wrong: length, a character and its place, the check
    character.
    """
    code = normalise(text)
    if len(code) != 18:
        raise CreditCodeError(
            f"“{text}”不是统一社会信用代码：应为 18 位，现有 {len(code)} 位{_other_kind(code)}。"
        )
    for place, char in enumerate(code, start=1):
        if char not in ALPHABET:
            like = _LOOK_ALIKES.get(char)
            hint = f"，是否应为“{like}”" if like else ""
            raise CreditCodeError(f"“{text}”第 {place} 位“{char}”不在代码字符集内{hint}。")
    if not code[2:8].isdigit():
        raise CreditCodeError(f"“{text}”第 3 至 8 位应为六位行政区划代码，现为“{code[2:8]}”。")
    if calc_check_digit(code[:17]) != code[17]:
        raise CreditCodeError(f"“{text}”校验码不符，代码中至少有一位写错，请对照营业执照逐位核对。")
    return CreditCode(code)


def is_credit_code(text: str) -> bool:
    """Whether the text is a credit code with a right check character."""
    try:
        parse_credit_code(text)
    except CreditCodeError:
        return False
    return True


def _other_kind(code: str) -> str:
    if len(code) == 15 and code.isdigit():
        return "（15 位是旧的工商注册号，请改用营业执照上的 18 位代码）"
    if len(code) == 9:
        return "（9 位是组织机构代码）"
    return ""


def organisation_check(body: str) -> str:
    """Return the check character of an organisation code's first eight characters (GB 11714-1997).

    ``11 - sum(value * weight) mod 11``, where 10 is written X and 11 is written 0.
    """
    if len(body) != 8 or any(char not in _ORGANISATION_ALPHABET for char in body):
        raise CreditCodeError(f"组织机构代码本体“{body}”应为 8 位数字或大写字母。")
    total = sum(
        _ORGANISATION_ALPHABET.index(char) * weight
        for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def parse_organisation_code(text: str) -> str:
    """Return an old nine-character organisation code without its hyphen (00013141-9 → 000131419).

    Raises CreditCodeError when the length, a character or the check character is wrong.
    """
    code = normalise(text)
    if len(code) != 9:
        raise CreditCodeError(f"“{text}”不是组织机构代码：应为 9 位，现有 {len(code)} 位。")
    if organisation_check(code[:8]) != code[8]:
        raise CreditCodeError(f"组织机构代码“{text}”校验码不符，请逐位核对。")
    return code


def fictional_credit_code(number: int, region: str = _FICTIONAL_REGION) -> str:
    """Return a well-formed code of a made-up firm, the ``number``-th of its region.

    The region must begin with 99, which no real registry has, so the code can belong to nobody; both check
    characters are right. ``number`` is from 0 to 99,999,999. Raises CreditCodeError otherwise.
    """
    if not (region.isdigit() and len(region) == 6 and region.startswith("99")):
        raise CreditCodeError(f"示例企业的登记地区代码“{region}”应为 99 开头的六位数字，以免与真实企业混淆。")
    if not 0 <= number <= 99_999_999:
        raise CreditCodeError(f"示例企业的序号 {number} 超出范围（0—99999999）。")
    body = f"{number:08d}"
    code = f"91{region}{body}{organisation_check(body)}"
    return code + str(calc_check_digit(code))
