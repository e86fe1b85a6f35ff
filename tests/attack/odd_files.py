"""Odd workbooks and csv files by number, for the import desk: well-made ones mutated, and bombs made on purpose."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import xlsxwriter

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>'
)
_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="{type}" Target="{target}"/>{more}</Relationships>'
)
HEADS = ("名称", "地区", "类别", "成立日期", "电话", "别名")


def package(
    sheet: str | bytes, *, strings: bytes = b"", workbook: str = "", extra: dict[str, bytes] | None = None
) -> bytes:
    """An xlsx whose first sheet is ``sheet`` (the inside of <worksheet> or the whole part as bytes)."""
    whole = sheet if isinstance(sheet, bytes) else f'<worksheet xmlns="{_NS}">{sheet}</worksheet>'.encode()
    more = (
        f'<Relationship Id="r2" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/>' if strings else ""
    )
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _RELS.format(
            type=f"{_REL}/officeDocument", target="xl/workbook.xml", more=""
        ).encode(),
        "xl/workbook.xml": (
            workbook
            or f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": _RELS.format(
            type=f"{_REL}/worksheet", target="worksheets/sheet1.xml", more=more
        ).encode(),
        "xl/worksheets/sheet1.xml": whole,
    } | (extra or {})
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def row(number: int, *cells: str) -> str:
    """A row of inline texts; a cell that begins with < is taken as it stands."""
    inside = "".join(
        cell if cell.startswith("<") else f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells
    )
    return f'<row r="{number}">{inside}</row>'


def sheet(*rows: str) -> str:
    return f"<sheetData>{row(1, *HEADS)}{''.join(rows)}</sheetData>"


def lying(data: bytes, name: str, claimed: int) -> bytes:
    """The package whose directory says that a part has ``claimed`` bytes, with the digest of those."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        digest = zlib.crc32(archive.read(name)[:claimed])
    found = bytearray(data)
    for mark, at, length in ((b"PK\x01\x02", 16, 46), (b"PK\x03\x04", 14, 30)):
        place = -1
        while (place := found.find(mark, place + 1)) >= 0:
            if found[place + length : place + length + len(name)] == name.encode():
                struct.pack_into("<I", found, place + at, digest)
                struct.pack_into("<I", found, place + at + 8, claimed)
    return bytes(found)


def directory(entries: int) -> bytes:
    """A zip that holds nothing but a directory of ``entries`` empty parts."""
    one = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"a"
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, entries % 65536, entries % 65536, len(one) * entries, len(local), 0
    )
    return local + one * entries + end


def bombs(scale: float = 1.0) -> dict[str, tuple[str, bytes]]:
    """name → (file name, content): each small on disk and without end when taken at its word."""

    def times(number: int) -> int:
        return int(number * scale)

    corner = '<c r="XFD1048576"><v>1</v></c>'
    zeros = b"<sst>" + b"<si/>" * times(60_000_000) + b"</sst>"
    long_text = "一" * times(4_000_000)
    return {
        "corner": ("角.xlsx", package(sheet(f'<row r="1048576">{corner}</row>'))),
        "empty cells": ("空格.xlsx", package(sheet(*[row(n, '<c r="XFD2" s="1"/>' * 30) for n in range(2, 40)]))),
        "shared texts": ("共享.xlsx", package(sheet(), strings=zeros)),
        "repeated text": (
            "重复.xlsx",
            package(
                sheet(*[row(n, *['<c t="s"><v>0</v></c>'] * 20) for n in range(2, times(20_000))]),
                strings=b"<sst><si><t>" + b"a" * 30_000 + b"</t></si></sst>",
            ),
        ),
        "three million figures": (
            "满.xlsx",
            package(sheet(*[row(n, *["<c><v>1.5</v></c>"] * 20) for n in range(2, times(149_000))])),
        ),
        "sheets": (
            "表多.xlsx",
            package(
                sheet(),
                workbook=f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets>'
                + '<sheet name="表" sheetId="1" r:id="r1"/>' * times(300_000)
                + "</sheets></workbook>",
            ),
        ),
        "same sheet": (
            "同表.xlsx",
            package(
                sheet(*[row(n, *["甲"] * 6) for n in range(2, times(20_000))]),
                workbook=f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets>'
                + "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, times(2000)))
                + "</sheets></workbook>",
            ),
        ),
        "unclosed tags": ("标签.xlsx", package(b"<worksheet><sheetData>" + b"<c " * times(8_000_000))),
        "nested": ("嵌套.xlsx", package(b"<worksheet>" + b"<a>" * times(3_000_000))),
        "lying": ("谎.xlsx", lying(package(sheet(), strings=b"<sst>" + b"<si><t>a</t></si>" * times(15_000_000) + b"</sst>"), "xl/sharedStrings.xml", 40)),
        "directory": ("目录.xlsx", directory(times(500_000))),
        "entities": (
            "实体.xlsx",
            package(
                b'<!DOCTYPE x [<!ENTITY a "'
                + b"a" * 1000
                + b'"><!ENTITY b "'
                + b"&a;" * 1000
                + b'"><!ENTITY c "'
                + b"&b;" * 1000
                + b'">]><worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>'
            ),
        ),
        "long cell": ("长格.xlsx", package(sheet(row(2, "甲局", "青澜县", long_text)))),
        "wide csv": ("宽.csv", ("名称,地区," + "," * times(1_000_000) + "\n甲,乙\n").encode()),
        "long csv": ("长.csv", b"\n" * times(25_000_000)),
        "commas": ("逗号.csv", b"a,b\n" + b",,,,,,,,,\n" * times(2_900_000)),
        "quote": ("引号.csv", ("名称,地区\n\"" + "甲" * times(8_000_000)).encode()),
        "random text": ("乱.csv", random.Random(1).randbytes(times(20_000_000)).replace(b"\x00", b"\x01")),
        "old workbook": ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(2).randbytes(times(5_000_000))),
    }  # fmt: skip


def whole_workbook() -> bytes:
    """A workbook as an office sends it, with everything a sheet may hold."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("单位")
    page.write_row(0, 0, HEADS)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number in range(1, 30):
        page.write_row(number, 0, [f"第{number}局", "青澜县", "部门"])
        page.write_number(number, 3, 46000 + number, day)
        page.write_formula(number, 4, "=1/0", None, "#DIV/0!")
        page.write_string(number, 5, "甲、乙")
    page.merge_range(31, 0, 33, 2, "合并")
    page.write_number(34, 3, 1e308)
    page.write_number(35, 3, -5)
    page.write_number(36, 3, 60, day)
    page.write_boolean(37, 0, True)
    page.write_comment(1, 1, "批注")
    book.add_worksheet("空")
    book.close()
    return buffer.getvalue()


_CELLS = (
    '<c><v>1e308</v></c>', '<c><v>-1</v></c>', '<c t="e"><v>#REF!</v></c>', '<c t="s"><v>99999999</v></c>', '<c t="s"><v>-1</v></c>',
    '<c t="b"><v>7</v></c>', '<c t="d"><v>1900-02-29</v></c>', '<c t="d"><v>99999-01-01T25:00:00</v></c>', '<c><v>nan</v></c>', '<c><v>inf</v></c>',
    '<c><f>SUM(A1:XFD1048576)</f></c>', '<c r="A0"><v>1</v></c>', '<c r="ZZZZ9"><v>1</v></c>', '<c r="A99999999"><v>1</v></c>', "<c r='' ><v/></c>",
    '<c s="99999"><v>60</v></c>', '<c t="zzz"><v>1</v></c>', "<c><v>1e1000000</v></c>", '<c t="inlineStr"><is><t>a&#10;b</t></is></c>',
)  # fmt: skip
_TEXTS = (
    "", "1e1000000", "-1", "²", "2026-02-30", "1900-02-29", "99999-01-01", "0000-00-00", "60", "-5", "2958466", "9" * 400, "NaN", "=1+1", "＝1",
    "'=1", "\x00", "a\x00b", "\x01", "\ufffe", "一" * 40_000, '"', '""', "\r", "\n\n", "，" * 50, "部门", "青澜县",
)  # fmt: skip


def odd_file(seed: int, number: int) -> tuple[str, bytes]:
    """(file name, content) of file ``number`` of a seed."""
    dice = random.Random(f"{seed}:{number}")
    kind = number % 5
    if kind == 0:
        return "改.xlsx", _mutated(dice, whole_workbook())
    if kind == 1:
        return "改件.xlsx", _mutated_part(dice, whole_workbook())
    if kind == 2:
        rows = [row(n, *[dice.choice((*_CELLS, "甲", "青澜县")) for _ in HEADS]) for n in range(2, 12)]
        return "怪格.xlsx", package(sheet(*rows))
    lines = "\n".join(",".join(dice.choice(_TEXTS) for _ in HEADS) for _ in range(10))
    text = f"{','.join(HEADS)}\n{lines}"
    data = text.encode(dice.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")), "replace")
    if kind == 3:
        data = _mutated(dice, data)
    return dice.choice(("怪.csv", "怪.txt", "怪.xlsx", "怪.xls", "怪")), data + b"\xff" * dice.choice(
        (0, 0, 1)
    )


def _mutated(dice: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(dice.choice((1, 2, 5, 30))):
        if not found:
            break
        at = dice.randrange(len(found))
        what = dice.randrange(4)
        if what == 0:
            found[at] = dice.randrange(256)
        elif what == 1:
            del found[at : at + dice.randrange(1, 200)]
        elif what == 2:
            found[at:at] = dice.randbytes(dice.randrange(1, 50))
        else:
            found = found[: max(4, at)] if dice.random() < 0.2 else found + found[at : at + 100]
    return bytes(found)


def _mutated_part(dice: random.Random, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = dice.choice(names)
        for name in names:
            if name == chosen and dice.random() < 0.1:
                continue
            content = old.read(name)
            new.writestr(name, _mutated(dice, content) if name == chosen else content)
    return buffer.getvalue()
