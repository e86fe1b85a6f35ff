"""Plans written by this project, made up from a seed, and writers of every format that is read.

The places, firms and figures are invented. ``plan(seed)`` gives a document as blocks; ``as_txt``,
``as_html``, ``as_docx`` and ``as_pdf`` give its bytes. Benches use it for volume, tests for formats.
"""

from __future__ import annotations

import html
import io
import random
from dataclasses import dataclass, field

Row = list[str]


@dataclass
class Plan:
    """Blocks: (kind, text) with kind ``title``, ``head``, ``h1``, ``h2``, ``p``; or ("table", rows)."""

    name: str
    blocks: list[tuple[str, str | list[Row]]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The document as lines of text, tables with tabs."""
        out: list[str] = []
        for _, content in self.blocks:
            if isinstance(content, str):
                out.append(content)
            else:
                out.extend("\t".join(row) for row in content)
        return out


PLACES = ["云川市", "青梧县", "临渚市", "白石坡区", "澄江县", "远岫市", "松陵县", "南浔湾区"]
CHAINS = [
    "智能装备",
    "绿色食品",
    "新型显示",
    "生物医药",
    "储能材料",
    "精细陶瓷",
    "现代纺织",
    "轨道交通",
    "竹木加工",
    "光电信息",
]
UNITS = [
    "市工信局",
    "市发改局",
    "市财政局",
    "市科技局",
    "市商务局",
    "市人社局",
    "市自然资源局",
    "市金融办",
    "市市场监管局",
    "高新区管委会",
]
FIRMS = ["远帆精工", "禾悦食品", "澄光显示", "康柏生物", "恒储新材", "瓷都精陶"]
VERBS = ["加快建设", "稳步推进", "大力培育", "着力完善", "全面提升"]


def plan(seed: int) -> Plan:
    """A plan of some forty paragraphs; the same seed gives the same plan."""
    pick = random.Random(seed)
    place = pick.choice(PLACES)
    chains = pick.sample(CHAINS, pick.randint(3, 6))
    year = pick.choice([2025, 2026, 2027])
    out = Plan(f"plan{seed:04d}")
    add = out.blocks.append
    add(("title", f"{place}重点产业链链长制工作实施方案"))
    add(
        (
            "head",
            f"发布日期：{year - 3}年{pick.randint(1, 12)}月{pick.randint(1, 28)}日 来源：{place}工业和信息化局",
        )
    )
    add(
        (
            "p",
            f"为推动{place}制造业稳链强链，按照上级统一安排，结合本地产业基础，制定本方案（{year - 3}—{year}年）。",
        )
    )
    add(("h1", "一、总体要求"))
    add(
        (
            "p",
            f"围绕{'、'.join(chains)}{len(chains)}条重点产业链，坚持链长统筹、部门协同、企业主体，把各项工作落到项目上。",
        )
    )
    add(("h1", "二、工作目标"))
    for chain in chains:
        low = pick.randint(5, 90) * 10
        add(
            (
                "p",
                f"{chain}产业链。到{year}年，力争产值达到{low}亿元以上，年均增长{pick.randint(6, 15)}%左右；"
                f"培育链主企业{pick.randint(1, 4)}—{pick.randint(5, 9)}家，新增省级专精特新企业{pick.randint(3, 30)}家。",
            )
        )
    add(("h1", "三、重点任务"))
    titles = ["抓好企业引育", "抓好项目建设", "抓好协同创新", "抓好要素保障", "抓好园区提升"]
    for i, title in enumerate(titles[: pick.randint(3, 5)]):
        add(("h2", f"（{'一二三四五'[i]}）{title}"))
        for j in range(pick.randint(2, 4)):
            units = "、".join(pick.sample(UNITS, pick.randint(1, 4)))
            add(
                (
                    "p",
                    f"{j + 1}.{pick.choice(VERBS)}{pick.choice(chains)}产业链配套体系。每年组织招商活动不少于{pick.randint(2, 6)}次，"
                    f"支持{pick.choice(FIRMS)}等企业实施技术改造，推进投资{pick.randint(2, 40)}亿元的{pick.choice(FIRMS)}"
                    f"{'一二三'[pick.randrange(3)]}期项目建设，建成省级创新平台{pick.randint(1, 8)}个。（责任单位：{units}）",
                )
            )
    add(("h1", "四、工作机制"))
    add(
        (
            "p",
            "（一）链长负责。每条产业链由一名市领导担任链长，建立一个专班、一张图谱、一份清单、一套政策、一个智库的“五个一”机制。",
        )
    )
    add(("p", "（二）调度通报。各链条办每月向链长报告工作进展，总链办每季度通报一次，每年年底开展考核。"))
    add(("h1", "五、任务分解"))
    table = [["序号", "工作任务", "牵头单位", "完成时限"]]
    for i in range(pick.randint(3, 8)):
        table.append(
            [str(i + 1), f"完成{pick.choice(chains)}产业链图谱更新", pick.choice(UNITS), f"{year - 1}年12月"]
        )
    add(("table", table))
    return out


def as_txt(doc: Plan, encoding: str = "utf-8") -> bytes:
    """Plain text, one paragraph per line."""
    return "\n".join(doc.lines()).encode(encoding)


def as_html(doc: Plan) -> bytes:
    """A page of a government site with navigation, links and a footer around the text."""
    body = []
    for kind, content in doc.blocks:
        if isinstance(content, list):
            rows = "".join(
                "<tr>" + "".join(f"<td><p>{html.escape(c)}</p></td>" for c in row) + "</tr>"
                for row in content
            )
            body.append(f"<table border=1><tbody>{rows}</tbody></table>")
        elif kind == "title":
            body.append(f"<h1>{html.escape(content)}</h1>")
        else:
            body.append(f"<p style='text-indent:2em'>　　{html.escape(content)}</p>")
    links = "".join(f'<li><a href="/{i}.html">栏目{i}，新闻动态</a></li>' for i in range(8))
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{doc.name}_政务网</title><script>var a="、，。";</script></head>'
        f'<body><div class="nav"><ul>{links}</ul></div><div class="crumb"><a href="/">首页</a> &gt; <a href="/zc">政策</a></div>'
        f'<div id="wrap"><div class="content">{"".join(body)}</div></div>'
        f'<div class="side"><h3>热点</h3><ul>{links}</ul></div><footer><p>版权所有，联系电话：000-0000000，邮编：000000</p></footer></body></html>'
    )
    return page.encode()


def as_docx(doc: Plan) -> bytes:
    """A Word document with heading styles and tables."""
    from docx import Document

    document = Document()
    for kind, content in doc.blocks:
        if isinstance(content, list):
            table = document.add_table(rows=len(content), cols=len(content[0]))
            for cells, row in zip(table.rows, content, strict=True):
                for cell, text in zip(cells.cells, row, strict=True):
                    cell.text = text
        elif kind in ("h1", "h2"):
            document.add_heading(content, level=int(kind[1]))
        else:
            document.add_paragraph(content)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


class PdfWriter:
    """A small writer of A4 pages in one of the standard Chinese fonts, which is named and not embedded."""

    WIDTH, HEIGHT, MARGIN, SIZE, LEADING = 595, 842, 72, 12, 20

    def __init__(self, header: str = "") -> None:
        self.header = header
        self.pages: list[list[bytes]] = []
        self._y = 0.0
        self._new_page()

    def _new_page(self) -> None:
        self.pages.append([])
        self._y = self.HEIGHT - self.MARGIN
        if self.header:
            self.text(200, self.HEIGHT - 40, self.header)
        self.text(self.WIDTH / 2 - 12, 40, f"- {len(self.pages)} -")

    def text(self, x: float, y: float, words: str) -> None:
        """Print words at a point of the current page, in points from the lower left."""
        code = words.encode("utf-16-be").hex().upper()
        self.pages[-1].append(f"BT /F1 {self.SIZE} Tf {x:.1f} {y:.1f} Td <{code}> Tj ET".encode())

    def paragraph(self, words: str, indent: int = 2) -> None:
        """Break a paragraph into lines of 37 characters, the first one indented."""
        width = (self.WIDTH - 2 * self.MARGIN) // self.SIZE
        first = True
        while words:
            room = width - indent if first else width
            piece, words = words[:room], words[room:]
            if self._y < self.MARGIN + self.LEADING:
                self._new_page()
            self.text(self.MARGIN + (indent * self.SIZE if first else 0), self._y, piece)
            self._y -= self.LEADING
            first = False

    def table(self, rows: list[Row]) -> None:
        """A ruled table with columns of equal width; rows that do not fit go to the next page."""
        wide = (self.WIDTH - 2 * self.MARGIN) / len(rows[0])
        room = int(wide // self.SIZE)
        for row in rows:
            high = max(1, max(-(-len(cell) // room) for cell in row)) * 15 + 8
            if self._y - high < self.MARGIN:
                self._new_page()
            for i, cell in enumerate(row):
                x = self.MARGIN + i * wide
                self.pages[-1].append(f"{x:.1f} {self._y - high:.1f} {wide:.1f} {high:.1f} re S".encode())
                for k in range(0, len(cell), room):
                    self.text(x + 2, self._y - 15 - 15 * (k // room), cell[k : k + room])
            self._y -= high
        self._y -= self.LEADING

    def image_page(self) -> None:
        """A page that holds a picture only."""
        self.pages.append([b"q 400 0 0 400 90 200 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\xff\xff\x00 EI Q"])

    def bytes(self, encrypted: bool = False) -> bytes:
        """The finished file; ``encrypted`` marks it as locked by a password nobody knows."""
        objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
        kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(self.pages)))
        objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode())
        objects.append(
            b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts "
            b"[<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) "
            b"/Ordering (GB1) /Supplement 4 >> /DW 1000 /W [814 939 500] /FontDescriptor << /Type /FontDescriptor "
            b"/FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 "
            b"/CapHeight 880 /StemV 93 >> >>] >>"
        )
        for i, page in enumerate(self.pages):
            stream = b"\n".join(page)
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {self.WIDTH} {self.HEIGHT}] /Contents {5 + 2 * i} 0 R "
                f"/Resources << /Font << /F1 3 0 R >> >> >>".encode()
            )
            objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
        extra = b""
        if encrypted:
            lock = "41" * 32
            objects.append(f"<< /Filter /Standard /V 1 /R 2 /O <{lock}> /U <{lock}> /P -4 >>".encode())
            extra = f" /Encrypt {len(objects)} 0 R /ID [<{lock[:32]}> <{lock[:32]}>]".encode()
        out = bytearray(b"%PDF-1.5\n")
        offsets = []
        for number, content in enumerate(objects, 1):
            offsets.append(len(out))
            out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
        start = len(out)
        out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
        out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R".encode() + extra
        out += f" >>\nstartxref\n{start}\n%%EOF\n".encode()
        return bytes(out)


def as_pdf(doc: Plan, header: str = "") -> bytes:
    """A PDF with wrapped lines, page numbers and ruled tables."""
    writer = PdfWriter(header)
    for kind, content in doc.blocks:
        if isinstance(content, list):
            writer.table(content)
        else:
            writer.paragraph(content, indent=0 if kind == "title" else 2)
    return writer.bytes()
