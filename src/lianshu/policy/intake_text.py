"""Bytes to characters: which encoding a plain text or page has."""

from __future__ import annotations

import codecs

import ftfy

#: Characters of which every Chinese administrative text is full, simplified and traditional.
_COMMON = frozenset(
    "的一是在和了有大中业为发展产企市区县省工作建设推进实施项目加强技术创新服务政府部门单位责任领导经济重点各年月日"
    "机制链长主管理组织开提高升级制造新材料信息化科持续会人民要以上级方案任务目标资金人才平台园地力动合同质量全国"
    "業為發產縣設進實項強術創務門單責領經濟點機鏈長組織開階級製資標關國會萬與對從過電車訊區務專"
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What a page may say of itself. Python knows more (punycode, idna, unicode_escape), none meant by any page.
_DECLARABLE = frozenset(
    ("utf-8", "gb2312", "gbk", "gb18030", "hz", "big5", "big5hkscs", "cp950", "ascii", "iso8859-1", "cp1252")
)


def familiarity(text: str) -> float:
    """Share of common Chinese characters among the non-ASCII characters, 0 to 1."""
    wide = [char for char in text[:20000] if char > "\x7f"]
    return sum(char in _COMMON for char in wide) / len(wide) if wide else 0.0


def decode(data: bytes, declared: str | None = None) -> tuple[str, str] | None:
    """The text of ``data`` and the encoding's name, or None when the bytes are no text.

    Order: byte order mark, strict UTF-8, UTF-16 without a mark, the ``declared`` encoding, then whichever
    of GB18030 and Big5 gives the more familiar characters. Line ends become ``\\n``.
    """
    found = _decode(data, declared)
    if found is None:
        return None
    text, encoding = found
    if "\u00e4" in text or "\u00e5" in text or "\u00e7" in text:
        repaired = ftfy.fix_encoding(text)
        if familiarity(repaired) > familiarity(text) + 0.2:
            text = repaired
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _is_plain(declared: str) -> bool:
    """Whether a page's word for its encoding names one of the encodings of Chinese and western pages."""
    try:
        return codecs.lookup(declared).name in _DECLARABLE
    except (LookupError, ValueError):
        return False


def _decode(data: bytes, declared: str | None) -> tuple[str, str] | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            unit = {"utf-16": 2, "utf-32": 4}.get(encoding, 1)
            whole = data[: len(data) // unit * unit]  # a file cut short ends inside a character
            try:
                return whole.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                return None
    if b"\x00" in data[:4096]:
        return _utf16(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    candidates = ["gb18030", "big5hkscs"]
    if declared and _is_plain(declared):
        candidates.insert(0, declared)
    best: tuple[float, str, str] | None = None
    for encoding in dict.fromkeys(candidates):
        try:
            text = data.decode(encoding, errors="replace")
        except (LookupError, ValueError):
            continue
        bad = text.count("\ufffd") + sum(text.count(c) for c in "\x01\x02\x03\x04\x05\x06\x0e\x0f\x10\x1a")
        score = familiarity(text) - 10 * bad / max(1, len(text))
        if best is None or score > best[0] + 0.02:
            best = (score, text, encoding)
    # Damaged UTF-8 (cut in the middle of a character, a few bad bytes) still reads best as UTF-8.
    damaged = data.decode("utf-8", errors="replace")
    share = damaged.count("\ufffd") / max(1, len(damaged))
    if share < 0.01 and familiarity(damaged) > (best[0] if best else 0):
        return damaged, "utf-8"
    if best is None or best[0] < 0.08:
        return None
    return best[1], best[2]


def _utf16(data: bytes) -> tuple[str, str] | None:
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and (familiarity(text) > 0.1 or text.isascii()):
            return text, encoding
    return None
