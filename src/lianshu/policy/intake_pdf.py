"""PDF files and images: the text layer with indents and pages, tables, scanned pages by recognition."""

from __future__ import annotations

import io
import logging
import re
import time
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from lianshu.policy import limits
from lianshu.policy.intake_build import SourceBuilder
from lianshu.policy.model import Source, UnusableInputError

Grid = list[list[tuple[int, str]]]

log = logging.getLogger("lianshu.policy")

_STREAM = re.compile(rb"stream\r?\n")
_PAGE_NUMBER = re.compile(r"[-—–·\s]*(?:第\s*)?\d{1,4}\s*(?:页)?[-—–·\s]*")
#: Fewer characters than this on a page with a picture mean that the page is a scan.
_SCANNED_BELOW = 12
_NEEDS_OCR = "需要文字识别组件：安装 lianshu[ocr] 后再读，或换用可复制文字的版本"


@dataclass(slots=True)
class _Page:
    """Blocks of a page in reading order: a line of text (str) or a table (Grid)."""

    blocks: list[str | Grid] = field(default_factory=list)
    recognised: bool = False


def read_pdf(data: bytes, name: str) -> Source:
    """Read a PDF. Raises :class:`UnusableInputError` when it is encrypted, damaged, longer than 1000 pages
    or made of pictures only while the ``ocr`` extra is not installed."""
    import pypdfium2 as pdfium

    _refuse_bomb(data)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnusableInputError(f"{name}：文件已加密，请先取消密码再读。") from None
        raise UnusableInputError(f"{name}：文件已损坏，请重新导出后再读。") from None
    try:
        if len(document) > limits.PAGES:
            raise UnusableInputError(
                f"{name}：共 {len(document)} 页，超过 {limits.PAGES} 页的上限，请拆分后再读。"
            )
        pages = []
        skipped = []
        broken = []
        tables = _Tables(data)
        characters = 0
        for index in range(len(document)):
            try:
                page = document[index]
            except pdfium.PdfiumError:
                broken.append(index + 1)
                pages.append(_Page())
                continue
            try:
                read = _read_page(page, index, tables)
            except pdfium.PdfiumError:
                broken.append(index + 1)
                read = _Page()
            finally:
                page.close()
            if read is None:
                skipped.append(index + 1)
            pages.append(read or _Page())
            characters += sum(len(block) for block in pages[-1].blocks if isinstance(block, str))
            if characters > limits.CHARACTERS:
                raise limits.TooBigError(f"正文超过 {limits.CHARACTERS // 10000} 万字")
    finally:
        document.close()
    if skipped and len(skipped) == len(pages):
        raise UnusableInputError(f"{name}：只有图片没有文字，{_NEEDS_OCR}。")
    if broken and len(broken) == len(pages):
        raise UnusableInputError(f"{name}：文件已损坏，请重新导出后再读。")
    source = _assemble(pages, name, "pdf")
    notes = []
    if skipped:
        notes.append(f"第 {_listed(skipped)} 页是图片，没有读；{_NEEDS_OCR}。")
    if broken:
        notes.append(f"第 {_listed(broken)} 页已损坏，没有读，请重新导出后再读。")
    if tables.left_out:
        notes.append(
            f"第 {_listed(tables.left_out)} 页表格过多或线条过密，未按表格读，只读了文字，请对照原件核对。"
        )
    if notes:
        source.meta["notes"] = notes
    return source


def _listed(pages: list[int]) -> str:
    """Page numbers for a sentence; of many, the first twenty."""
    more = f" 等 {len(pages)}" if len(pages) > 20 else ""
    return "、".join(map(str, pages[:20])) + more


def _refuse_bomb(data: bytes) -> None:
    """Raise when the packed streams, pictures aside, unpack to more than the bound. Unpacked piece by piece."""
    total = 0
    for mark in _STREAM.finditer(data):
        head = data[max(0, mark.start() - 400) : mark.start()]
        head = head[head.rfind(b" obj") :]
        if b"FlateDecode" not in head or b"/Image" in head:
            continue
        unpacking = zlib.decompressobj()
        end = data.find(b"endstream", mark.end())
        rest = data[mark.end() : end if end >= 0 else len(data)]
        try:
            while rest and not unpacking.eof:
                total += len(unpacking.decompress(rest, 1 << 20))
                rest = unpacking.unconsumed_tail
                if total > limits.STREAM_BYTES:
                    raise limits.TooBigError("文件展开后过大", "请重新导出，或拆分后再读")
        except zlib.error:
            continue


def read_image(data: bytes, name: str) -> Source:
    """Read a picture of a page by recognition."""
    engine = _engine()
    if engine is None:
        raise UnusableInputError(f"{name}：这是图片，{_NEEDS_OCR}。")
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > limits.PIXELS:
                raise limits.TooBigError("图片过大", "请缩小后再读")
            import numpy as np

            pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError):
        raise UnusableInputError(f"{name}：图片已损坏，请重新扫描后再读。") from None
    page = _Page(list(_recognise(engine, pixels)), recognised=True)
    return _assemble([page], name, "image")


class _Tables:
    """Finds the tables of a document's pages as long as that is cheap; ``left_out`` are the pages not looked at."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left_out: list[int] = []
        self._drawn = 0
        self._end: float | None = None
        self._opened: Any = None

    def _pages(self) -> list[Any]:
        """The pages as the library that finds tables sees them; it is opened once, and only when it is needed."""
        import pdfplumber

        if self._opened is None:
            self._opened = pdfplumber.open(io.BytesIO(self.data))
        pages: list[Any] = self._opened.pages
        return pages

    def kinds(self, page: Any) -> Counter[int]:
        """How many objects of each type a page has, counted up to the bound."""
        most = limits.DRAWN + 1 if self._drawn < limits.ALL_DRAWN else 50
        found = Counter(item.type for item in islice(page.get_objects(max_depth=3), most))
        self._drawn += sum(found.values())
        return found

    def blocks(self, index: int, drawn: int, characters: int) -> list[str | Grid] | None:
        """Lines and tables of a page, None when it has no table or is not looked at for one."""
        if self._end is None:
            self._end = time.thread_time() + limits.TABLE_SECONDS
        crowded = drawn > limits.DRAWN or characters > limits.CHARACTERS_OF_PAGE
        if crowded or self._drawn > limits.ALL_DRAWN or time.thread_time() > self._end:
            self.left_out.append(index + 1)
            return None
        try:
            page = self._pages()[index]
            try:
                return _page_with_tables(page)
            finally:
                page.close()
        except Exception as error:
            # The slower library stumbles over damage that the text layer survives.
            log.warning("no tables on page %d", index + 1, exc_info=error)
            self.left_out.append(index + 1)
            return None


def _read_page(page: Any, index: int, tables: _Tables) -> _Page | None:
    """One page; None when it is a scan that cannot be recognised here."""
    import pypdfium2.raw as raw

    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        kinds = tables.kinds(page)
        if count < _SCANNED_BELOW and kinds[raw.FPDF_PAGEOBJ_IMAGE]:
            engine = _engine()
            if engine is None:
                return None
            wide, high = page.get_size()
            if wide * high * (200 / 72) ** 2 > limits.PIXELS:
                return None
            pixels = page.render(scale=200 / 72, rev_byteorder=False).to_numpy()[:, :, :3]
            return _Page(list(_recognise(engine, pixels)), recognised=True)
        # Opening the slow table finder only pays where lines are drawn.
        if kinds[raw.FPDF_PAGEOBJ_PATH] >= 4:
            blocks = tables.blocks(index, sum(kinds.values()), count)
            if blocks is not None:
                return _Page(blocks)
        return _Page(list(_lines(text_page)))
    finally:
        text_page.close()


def _lines(text_page: Any) -> Iterable[str]:
    """Lines of a text layer; an indented line begins with two full-width spaces."""
    placed: list[tuple[float, float, str]] = []
    at = 0
    whole = text_page.get_text_range()
    count = text_page.count_chars()
    for line in whole.split("\r\n"):
        body = line.lstrip()
        if body:
            first = at + len(line) - len(body)
            left, _, right, _ = text_page.get_charbox(min(first, count - 1), loose=True)
            placed.append((left, max(right - left, 1.0), line.strip()))
        at += len(line) + 2
    return _indented(placed)


def _indented(placed: list[tuple[float, float, str]]) -> Iterable[str]:
    """Mark indents in lines given as (left edge, width of a character, text)."""
    bins = Counter(round(left / 3) for left, _, text in placed if len(text) > 1)
    often = [value for value, count in bins.items() if count >= 2]
    margin = min(often or bins or [0]) * 3.0
    for left, wide, text in placed:
        deep = left - margin > 1.2 * min(wide, 30.0)
        yield "　　" + text if deep and not _PAGE_NUMBER.fullmatch(text) else text


def _page_with_tables(page: Any) -> list[str | Grid] | None:
    """Lines and tables of a page in reading order, None when it has no table."""
    tables = [table for table in page.find_tables() if len(table.cells) >= 3 and len(table.columns) > 1]
    if not tables:
        return None
    if sum(len(table.cells) for table in tables) > limits.CELLS_OF_PAGE:
        raise limits.TooBigError("too many cells")
    boxes = [table.bbox for table in tables]

    def outside(item: dict[str, Any]) -> bool:
        middle = (item["top"] + item["bottom"]) / 2
        centre = (item["x0"] + item["x1"]) / 2
        return not any(b[0] <= centre <= b[2] and b[1] <= middle <= b[3] for b in boxes)

    rest = page.filter(lambda item: item["object_type"] != "char" or outside(item))
    lines = rest.extract_text_lines(return_chars=True)
    texts = list(_indented([(ln["x0"], ln["chars"][0]["width"], ln["text"]) for ln in lines]))
    placed: list[tuple[float, str | Grid]] = [
        (line["top"], text) for line, text in zip(lines, texts, strict=True)
    ]
    placed += [(table.bbox[1], _grid(page, table)) for table in tables]
    placed.sort(key=lambda entry: entry[0])
    return [block for _, block in placed]


def _edges(values: Iterable[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > 3:
            edges.append(value)
    return edges


def _grid(page: Any, table: Any) -> Grid:
    """A table as a grid; a merged cell covers all grid positions inside its box."""
    xs = _edges(x for cell in table.cells for x in (cell[0], cell[2]))
    ys = _edges(y for cell in table.cells for y in (cell[1], cell[3]))
    grid: Grid = [[(-1 - r * len(xs) - c, "") for c in range(len(xs) - 1)] for r in range(len(ys) - 1)]
    for identity, (x0, top, x1, bottom) in enumerate(table.cells):
        lines = (page.crop((x0, top, x1, bottom)).extract_text() or "").split("\n")
        text = "".join(
            (" " if i and line[:1].isascii() and lines[i - 1][-1:].isascii() else "") + line.strip()
            for i, line in enumerate(lines)
        )
        for r in range(len(ys) - 1):
            for c in range(len(xs) - 1):
                if top < (ys[r] + ys[r + 1]) / 2 < bottom and x0 < (xs[c] + xs[c + 1]) / 2 < x1:
                    grid[r][c] = (identity, text)
    return grid


def _assemble(pages: list[_Page], name: str, format: str) -> Source:
    """Lines and tables of all pages; a table that goes on over the page break stays one table."""
    build = SourceBuilder()
    held: Grid | None = None
    furniture = _furniture(pages)
    for page in pages:
        blocks = list(page.blocks)
        words = [
            i for i, block in enumerate(blocks) if not (isinstance(block, str) and _shape(block) in furniture)
        ]
        if held is not None:
            follower = blocks[words[0]] if words else None
            if isinstance(follower, list) and len(follower[0]) == len(held[0]):
                held = _continued(held, follower)
                blocks = blocks[words[0] + 1 :]
                if len(words) == 1:
                    build.page()
                    continue
            build.table(held)
            held = None
        build.page()
        last = blocks[words[-1] - len(page.blocks)] if words else None
        for block in blocks:
            if isinstance(block, str):
                build.line(block)
            elif block is last:
                held = block
                break  # only the page's number stands below
            else:
                build.table(block)
    if held is not None:
        build.table(held)
    recognised = [i + 1 for i, page in enumerate(pages) if page.recognised]
    source = build.source(name, format)
    if recognised:
        source.meta["recognised_pages"] = recognised
    return source


def _shape(line: str) -> str:
    """A line without its figures: page numbers all look alike."""
    return re.sub(r"\d+", "#", re.sub(r"\s", "", line))


def _furniture(pages: list[_Page]) -> set[str]:
    """Shapes of page numbers and of lines that stand at the edge of most pages."""
    shapes: Counter[str] = Counter()
    found: set[str] = set()
    for page in pages:
        edges = [b for b in (*page.blocks[:2], *page.blocks[-2:]) if isinstance(b, str) and "。" not in b]
        shapes.update({_shape(line) for line in edges})
        found |= {_shape(line) for line in edges if _PAGE_NUMBER.fullmatch(line)}
    if len(pages) > 1:
        found |= {shape for shape, count in shapes.items() if count >= max(2, (len(pages) + 1) // 2)}
    return found


def _continued(upper: Grid, lower: Grid) -> Grid:
    """Two halves of a table; a header row repeated on the new page is dropped."""
    if [text for _, text in upper[0]] == [text for _, text in lower[0]]:
        lower = lower[1:]
    shift = 1 + max(identity for row in upper for identity, _ in row)
    moved = [
        [(identity + shift if identity >= 0 else identity - 10**6 - shift, text) for identity, text in row]
        for row in lower
    ]
    return [*upper, *moved]


@lru_cache(maxsize=1)
def _engine() -> Any:
    """The recognition engine of the ``ocr`` extra, None when it is not installed."""
    try:
        from rapidocr import RapidOCR
    except ImportError:
        return None
    return RapidOCR(params={"Global.log_level": "error"})


def _recognise(engine: Any, pixels: Any) -> Iterable[str]:
    """Lines of a picture from top to bottom: boxes at one height are one line."""
    result = engine(pixels)
    if result is None or result.txts is None:
        return []
    boxes = []
    for box, text in zip(result.boxes, result.txts, strict=True):
        xs, ys = [float(p[0]) for p in box], [float(p[1]) for p in box]
        boxes.append((min(ys), max(ys), min(xs), max(xs), str(text)))
    boxes.sort(key=lambda box: (box[0] + box[1]) / 2)
    rows: list[list[tuple[float, float, float, float, str]]] = []
    for box in boxes:
        middle = (box[0] + box[1]) / 2
        if rows and rows[-1][0][0] <= middle <= rows[-1][0][1]:
            rows[-1].append(box)
        else:
            rows.append([box])
    placed = []
    for row in rows:
        row.sort(key=lambda box: box[2])
        text = " ".join(box[4] for box in row)
        wide = (row[0][3] - row[0][2]) / max(1, len(row[0][4]))
        placed.append((row[0][2], wide, text))
    return _indented(placed)
