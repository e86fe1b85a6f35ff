"""Files that no office writes: plans of every format made up from a seed and then damaged, and named hostile ones.

``mutated(seed)`` always gives the same file for the same seed, so that a failure can be replayed by its number.
``hostile()`` gives the files that once froze or filled the machine, each with its name.
"""

from __future__ import annotations

import io
import random
import re
import sys
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import plan_files

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

#: Values that programs write where a small number is meant, or that nobody meant at all.
ODD_VALUES = (
    "", "-1", "0", "2000000000", "9" * 30, "-" + "9" * 30, "1e28", "1e999999", "NaN", "Infinity", "²", "٣", "３", "1.5",
    "0x10", " 7 ", "一", "true", "\u200b", "&#0;", "A" * 300,
)  # fmt: skip
CHARSETS = (
    "utf-8", "gb2312", "gbk", "big5", "utf-16", "utf-7", "hex", "base64", "zip", "idna", "punycode", "rot13", "unicode_escape",
    "no-such-charset", "", "x" * 200, "latin-1", "utf_8_sig", "mbcs", "undefined",
)  # fmt: skip
#: Pieces of which texts are made that are nothing but marks, numerals and the words that open lists.
# fmt: off
PIECES = (
    "《", "》", "（", "）", "(", ")", "“", "”", "〔", "〕", "【", "】", "一", "二",
    "十", "百", "千", "万", "亿", "、", "，", "：", "；", "。", "\n", "\t", "1", "2",
    "2025", "20", "年", "月", "日", "%", "①", "（一）", "一、", "1.", "(1)", "——", "第一章", "第一条",
    "一是", "产业链", "电子信息产业链", "重点产业链", "集群", "企业", "公司", "等企业", "项目", "投资", "亿元", "个", "家", "一个",
    "两个", "三分之", "百分之", "成", "翻番", "全覆盖", "零突破", "每年", "每月", "每季度", "定期", "不少于", "力争", "达到",
    "新增", "培育", "引进", "由", "以", "与", "和", "及", "等", "市发改委", "县工信局", "牵头", "配合", "责任单位：",
    "牵头单位：", "领导小组", "办公室", "链长", "链主", "专班", "先进制造", "先进", "制造", "新兴", "战略性", "“链长制”", "一图", "二核三带",
    "到2025年", "“十四五”", "上半年", "同志", "驻深圳", "目标", "任务", "|", "1e28", "20212022202320242025", "9999999999999999999999",
)
# fmt: on


# --- writers


def docx(body: str, parts: dict[str, str] | None = None, level: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A Word file with this body and further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as archive:
        archive.writestr("word/document.xml", f"<w:document {_W}><w:body>{body}</w:body></w:document>")
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraph(words: str) -> str:
    """A Word paragraph."""
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def pdf(content: bytes, pages: int = 1, packed: bool = False) -> bytes:
    """A PDF whose pages all show one content stream."""
    stream = zlib.compress(content, 9) if packed else content
    kids = " ".join(f"{4 + i} 0 R" for i in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 3 0 R /Resources << /Font << /F1 "
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Length %d %s>>\nstream\n" % (len(stream), b"/Filter /FlateDecode " if packed else b"")
        + stream
        + b"\nendstream",
        *[page] * pages,
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table))
    return out.getvalue()


def xlsx(seed: int) -> bytes:
    """A workbook, which somebody uploads as a plan."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for row in range(8):
        sheet.write_row(row, 0, [f"企业{row}", seed, row])
    book.close()
    return out.getvalue()


# --- mutators: bytes to bytes

Mutator = Callable[[random.Random, bytes], bytes]


def flip(rng: random.Random, data: bytes) -> bytes:
    """Some bytes become others."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 4, 30, 300))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(rng: random.Random, data: bytes) -> bytes:
    """The end, the beginning or a piece inside is missing."""
    a, b = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return rng.choice((data[:a], data[a:], data[:a] + data[b:]))


def double(rng: random.Random, data: bytes) -> bytes:
    """A block stands there many times."""
    a = rng.randrange(len(data) + 1)
    block = data[a : a + rng.choice((1, 16, 200, 4000))]
    times = min(rng.choice((2, 50, 2000)), max(2, longest_block // max(1, len(block))))
    return data[:a] + block * times + data[a:]


#: The longest text that is made up, and the most that a doubled block adds; the quick form of the tests sets less.
longest_text = 70_000
longest_block = 400_000


def odd_text(rng: random.Random, length: int | None = None) -> str:
    """A text out of few pieces, repeated."""
    pieces = rng.sample(PIECES, rng.choice((1, 2, 3, 8, 25)))
    size = min(length or rng.choice((50, 2_000, 20_000, 70_000)), longest_text)
    out = []
    total = 0
    while total < size:
        piece = rng.choice(pieces) * rng.choice((1, 1, 1, 3, 40))
        out.append(piece)
        total += len(piece)
    return "".join(out)


def _in_archive(change: Callable[[random.Random, str], str]) -> Mutator:
    """A mutator of the XML parts of a Word file."""

    def mutate(rng: random.Random, data: bytes) -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
        except Exception:  # damaged by the mutator before
            return flip(rng, data)
        names = [name for name in parts if name.endswith((".xml", ".rels"))]
        likely = [name for name in names if name.startswith("word/")]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            chosen = rng.choice(likely or names or list(parts) or ["-"])
            for name, content in parts.items():
                if name == chosen:
                    content = change(rng, content.decode("utf-8", "replace")).encode("utf-8", "replace")
                archive.writestr(name, content)
        return out.getvalue()

    return mutate


def _odd_attributes(rng: random.Random, xml: str) -> str:
    share = rng.choice((0.02, 0.2, 1.0))
    return re.sub(
        r'="[^"]*"', lambda m: f'="{rng.choice(ODD_VALUES)}"' if rng.random() < share else m[0], xml
    )


_TAGS = (
    "w:tbl", "w:tr", "w:tc", "w:p", "w:r", "w:t", "w:sdt", "w:sdtContent", "w:ins", "w:del", "w:txbxContent", "w:pPr", "w:numPr",
)  # fmt: skip


def _nested(rng: random.Random, xml: str) -> str:
    tag, depth = rng.choice(_TAGS), rng.choice((3, 30, 200, 3_000))
    at = xml.find("<w:p>") if "<w:p>" in xml else len(xml) // 2
    return xml[:at] + f"<{tag}>" * depth + paragraph("加强领导") + f"</{tag}>" * depth + xml[at:]


def _odd_properties(rng: random.Random, xml: str) -> str:
    """Properties of tables, lists and headings with values nobody meant."""
    value = rng.choice(ODD_VALUES)
    piece = rng.choice(
        (
            f'<w:pPr><w:outlineLvl w:val="{value}"/></w:pPr>',
            "<w:pPr><w:outlineLvl/></w:pPr>",
            f'<w:pPr><w:numPr><w:ilvl w:val="{value}"/><w:numId w:val="1"/></w:numPr></w:pPr>',
            f'<w:pPr><w:numPr><w:ilvl/><w:numId w:val="{value}"/></w:numPr></w:pPr>',
            f'<w:pPr><w:pStyle w:val="{value}"/></w:pPr>',
        )
    )
    table = (
        f'<w:tbl><w:tr><w:trPr><w:gridBefore w:val="{rng.choice(ODD_VALUES)}"/></w:trPr><w:tc><w:tcPr>'
        f'<w:gridSpan w:val="{rng.choice(ODD_VALUES)}"/><w:vMerge w:val="{value}"/></w:tcPr>{paragraph("指标")}</w:tc>'
        f"<w:tc>{paragraph('100家')}</w:tc></w:tr></w:tbl>"
    )
    xml = xml.replace("<w:p>", f"<w:p>{piece}", rng.choice((1, 500)))
    return xml.replace("<w:body>", f"<w:body>{table * rng.choice((1, 3, 300))}", 1)


def _entities(rng: random.Random, xml: str) -> str:
    inner = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "产业链"}">' for i in range(9))
    start = xml.find("<w:") if "<w:" in xml else 0
    return f"<!DOCTYPE x [{inner}]>" + xml[start:].replace("<w:t>", "<w:t>&e8;", rng.choice((1, 50)))


def _odd_words(rng: random.Random, xml: str) -> str:
    words = odd_text(rng, rng.choice((200, 20_000))).translate({9: " ", 10: " "})
    return xml.replace("<w:body>", f"<w:body>{paragraph(words)}", 1)


def _html_tags(rng: random.Random, data: bytes) -> bytes:
    tag, depth = (
        rng.choice(("div", "table", "b", "td", "ul", "font", "a", "p", "li", "tr")),
        rng.choice((30, 190, 600, 30_000)),
    )
    return data.replace(b"<body>", b"<body>" + f"<{tag}>".encode() * depth, 1)


def _html_attributes(rng: random.Random, data: bytes) -> bytes:
    spans = "".join(
        f"<td rowspan='{rng.choice(ODD_VALUES)}' colspan='{rng.choice(('999', '1000', rng.choice(ODD_VALUES)))}'>"
        f"{rng.randrange(99)}家"
        for _ in range(rng.choice((2, 30, 400)))
    )
    table = f"<table><tr>{spans}</tr>{'<tr><td>指标<td>100家</tr>' * rng.choice((2, 900))}</table>"
    return data.replace(b"<body>", b"<body>" + table.encode(), 1)


def _html_charset(rng: random.Random, data: bytes) -> bytes:
    head = f'<meta charset="{rng.choice(CHARSETS)}">'.encode()
    text = data.decode("utf-8", "replace").encode(
        rng.choice(("utf-8", "gb18030", "big5", "utf-16")), "replace"
    )
    return b"<html><head>" + head + b"</head>" + text


def _pdf_tree(rng: random.Random, data: bytes) -> bytes:
    """Numbers and names of a PDF's objects change: page trees that point anywhere."""
    words = (
        (rb"/Count \d+", b"/Count %d" % rng.choice((-1, 0, 999, 10**9))),
        (rb"/Kids ?\[[^\]]*\]", b"/Kids [2 0 R 1 0 R 999 0 R]"),
        (rb"\d+ 0 R", b"%d 0 R" % rng.randrange(1, 40)),
        (rb"/MediaBox ?\[[^\]]*\]", b"/MediaBox [0 0 1e28 -1e28]"),
        (rb"/Length \d+", b"/Length %d" % rng.choice((-5, 0, 3, 10**12))),
        (rb"/Type ?/Page\b", b"/Type /Pages"),
        (rb"/FlateDecode", rng.choice((b"/LZWDecode", b"/ASCII85Decode", b"/Nonsense"))),
        (rb"endobj", b""),
    )
    for pattern, new in rng.sample(words, rng.choice((1, 2))):
        data = re.sub(pattern, lambda _, new=new: new, data, count=rng.choice((0, 1, 3)))
    return data


def _pdf_drawn(rng: random.Random, _: bytes) -> bytes:
    number = rng.choice((10, 300, 3_000))
    lines = b"".join(
        b"%d %d %d %d re S\n" % tuple(rng.randrange(-50, 900) for _ in range(4)) for _ in range(number)
    )
    rows = b"".join(b"50 %d m 550 %d l S\n" % (y, y) for y in range(50, 750, rng.choice((4, 14, 60))))
    columns = b"".join(b"%d 50 m %d 750 l S\n" % (x, x) for x in range(50, 551, rng.choice((5, 50, 120))))
    text = b"BT /F1 12 Tf 50 700 Td (abc 12) Tj ET\n"
    return pdf(
        text + rng.choice((lines, rows + columns)),
        rng.choice((1, 3, 40)) if longest_text > 10_000 else 1,
        rng.random() < 0.5,
    )


def _odd_bytes(rng: random.Random, data: bytes) -> bytes:
    """A text in another encoding, with an odd byte or a false mark."""
    text = data.decode("utf-8", "replace")
    changed = text.encode(
        rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5")), "replace"
    )
    mark = rng.choice((b"", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00", b"\xef\xbb\xbf", b"\x00"))
    return mark + changed + rng.choice((b"", b"\x00", b"\xd8", b"\xff"))


def _odd_numbers(rng: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    share = rng.choice((0.1, 1.0))
    values = (
        *ODD_VALUES,
        "9" * 5_000,
        "1,000,000,000,000,000,000",
        "零" * 60,
        "九" * 400,
        "1e28亿",
        "万" * 50,
        "0.0000000000001",
    )
    return re.sub(r"\d+", lambda m: rng.choice(values) if rng.random() < share else m[0], text).encode()


_ANY: tuple[Mutator, ...] = (flip, cut, double)
_OF: dict[str, tuple[Mutator, ...]] = {
    "docx": (*map(_in_archive, (_odd_attributes, _nested, _odd_properties, _entities, _odd_words)), *_ANY),
    "html": (_html_tags, _html_attributes, _html_charset, _odd_numbers, *_ANY),
    "pdf": (_pdf_tree, _pdf_drawn, *_ANY),
    "txt": (_odd_bytes, _odd_numbers, lambda rng, data: odd_text(rng).encode(), *_ANY),
    "xlsx": _ANY,
    "zip": _ANY,
}


def base(kind: str, seed: int) -> bytes:
    """A sound file of a kind."""
    if kind == "xlsx":
        return xlsx(seed)
    if kind == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("方案.txt", "加强领导。")
            archive.writestr("word/document.xml", b"\0" * 10**6 if seed % 2 else "<a/>")
        return out.getvalue()
    doc = plan_files.plan(seed)
    writers = {
        "docx": plan_files.as_docx, "html": plan_files.as_html, "pdf": plan_files.as_pdf, "txt": plan_files.as_txt,
    }  # fmt: skip
    return writers[kind](doc)


#: txt and docx are what offices send.
_KINDS = ("docx", "docx", "docx", "txt", "txt", "txt", "html", "html", "pdf", "pdf", "xlsx", "zip")


def quick() -> None:
    """Make smaller files from here on: the same faults in a tenth of the time."""
    global longest_text, longest_block
    longest_text, longest_block = 4_000, 20_000


def mutated(seed: int) -> tuple[str, bytes]:
    """The name and the bytes of the file number ``seed``."""
    rng = random.Random(seed)
    kind = rng.choice(_KINDS)
    data = base(kind, seed % 40)
    for _ in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(_OF[kind])(rng, data)
        if not data:
            break
    suffix = kind if rng.random() < 0.9 else rng.choice(("docx", "txt", "html", "pdf", "md"))
    return f"{seed}.{suffix}", data[: 4 << 20]


def _repeated(mark: str, times: int) -> bytes:
    return (mark * times).encode()


def _boxes() -> bytes:
    rng = random.Random(1)
    boxes = b"".join(b"%d %d 10 10 re S\n" % (rng.randrange(590), rng.randrange(790)) for _ in range(200_000))
    return pdf(b"BT /F1 12 Tf 50 700 Td (abc) Tj ET\n" + boxes)


def _ruled() -> bytes:
    rule = b"".join(b"50 %d m 550 %d l S\n" % (y, y) for y in range(50, 750, 14))
    rule += b"".join(b"%d 50 m %d 750 l S\n" % (x, x) for x in range(50, 551, 50))
    return pdf(b"BT /F1 12 Tf 50 700 Td (abc) Tj ET\n" + rule, 1_000)


def hostile() -> dict[str, tuple[str, Callable[[], bytes]]]:
    """What each file is → its name and what makes its bytes: those that once froze or filled the machine."""
    return {
        "digits": ("a.txt", lambda: ("加强领导。专项资金账号：" + "6" * 60 + "。").encode()),
        "years": ("a.txt", lambda: "指标20212022202320242025202620272028202920302031。".encode()),
        **{f"2 MB of {mark}": ("a.txt", partial(_repeated, mark, 660_000)) for mark in "《（）“一十"},
        **{f"bound of {mark}": ("a.txt", partial(_repeated, mark, 190_000)) for mark in "《（）“一十"},
        "list": ("a.txt", lambda: ("电子信息产业链、" * 8_000).encode()),
        "adjectives": ("a.txt", lambda: ("先进制造" * 20_000 + "项目").encode()),
        "fractions": ("a.txt", lambda: ("三分之" * 60_000).encode()),
        "firms": ("a.txt", lambda: ("等企业" * 60_000).encode()),
        "paragraphs": (
            "a.docx",
            lambda: docx("".join(paragraph(f"（一）到2025年新增企业{i}家。") for i in range(20_000))),
        ),
        "lines": (
            "a.txt",
            lambda: "".join(f"（一）推进产业链，新增企业{i}家。\n" for i in range(9_000)).encode(),
        ),
        "grid before": (
            "a.docx",
            lambda: docx(
                f'<w:tbl><w:tr><w:trPr><w:gridBefore w:val="2000000000"/></w:trPr><w:tc>{paragraph("a")}</w:tc></w:tr></w:tbl>'
            ),
        ),
        "unpacks to 380 MB": ("a.docx", lambda: docx(paragraph("加强领导") + "<w:p/>" * 63_000_000)),
        "wide cells": (
            "a.docx",
            lambda: docx(
                "<w:tbl><w:tr>"
                + "<w:tc><w:tcPr><w:gridSpan w:val='100'/></w:tcPr><w:p/></w:tc>" * 1_000
                + "</w:tr></w:tbl>"
            ),
        ),
        "nested controls": (
            "a.docx",
            lambda: docx("<w:sdt><w:sdtContent>" * 120 + paragraph("推进") + "</w:sdtContent></w:sdt>" * 120),
        ),
        "nested tables": (
            "a.docx",
            lambda: docx("<w:tbl><w:tr><w:tc>" * 80 + paragraph("推进") + "</w:tc></w:tr></w:tbl>" * 80),
        ),
        "many parts": (
            "a.docx",
            lambda: docx(paragraph("推进"), {f"word/{i}.xml": "" for i in range(6_000)}),
        ),
        "nested page": ("a.html", lambda: ("<html><body>" + "<div>" * 100_000 + "加强领导，推进。").encode()),
        "nested bold": ("a.html", lambda: ("<html><body>" + "<b>" * 5_000 + "加强领导，推进。").encode()),
        "spans": (
            "a.html",
            lambda: (
                "<html><body><p>推进，建设，</p><table><tr>"
                + "<td rowspan=999 colspan=999>a</td>" * 200
                + "</tr>"
                + "<tr><td>a<td>b</tr>" * 1_000
                + "</table>"
            ).encode(),
        ),
        "200,000 boxes": ("a.pdf", lambda: _boxes()),
        "1,000 ruled pages": ("a.pdf", lambda: _ruled()),
        "packed stream": ("a.pdf", lambda: pdf(b"0 0 m\n" * 60_000_000, packed=True)),
        "odd byte": ("a.txt", lambda: "方案".encode("utf-16") + b"\0"),
        "charset": ("a.html", lambda: b'<html><meta charset="hex"><body>\xff\xfe\xfd'),
        "recursion": ("a.md", lambda: ("- " * 50_000 + "\n" + "(" * 50_000).encode()),
        "numbers": (
            "a.txt",
            lambda: f"新增企业{'9' * 400}家，增长1e28%，完成{'九' * 400}个，投资{'1' * 5000}亿元。".encode(),
        ),
    }
