"""Word documents: paragraphs with their automatic numbers, headings from styles, tables."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

from lianshu.policy import limits
from lianshu.policy.intake_build import SourceBuilder
from lianshu.policy.model import Source, UnusableInputError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_CN = "〇一二三四五六七八九"
#: Deleted text, text that moved away, fallbacks of drawings: no words of the document.
_SKIPPED = {
    _W + "del",
    _W + "moveFrom",
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
#: The mark of an entry in an archive's directory.
_END = b"PK\x05\x06"
_OTHERS = ("xl/workbook.xml", "ppt/presentation.xml", "content.xml")
_ENTRY = b"PK\x01\x02"


def read_docx(data: bytes, name: str) -> Source:
    """Read a docx. Raises :class:`UnusableInputError` for other zip files, damage and encryption."""
    if data.count(_ENTRY) > limits.PARTS:
        raise limits.TooBigError(f"压缩包内文件超过 {limits.PARTS} 个", "请用 Word 或 WPS 另存后再读")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if any(member.flag_bits & 1 for member in members):
                raise UnusableInputError(f"{name}：文件已加密，请先取消密码再读。")
            if not any(member.startswith("word/document") for member in names):
                raise UnusableInputError(_other_zip(name, names))
            parts = _parts(archive)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, zlib.error, EOFError, NotImplementedError):
        raise UnusableInputError(f"{name}：文件已损坏，请重新导出后再读。") from None
    build = SourceBuilder()
    numbering = _Numbering(parts.get("styles"), parts.get("numbering"))
    body = parts["document"].find(_W + "body")
    for block in _blocks(body if body is not None else parts["document"]):
        if block.tag == _W + "p":
            for text, heading in _paragraph(block, numbering):
                build.line(text, heading)
        else:
            _table(block, numbering, build)
    core = parts.get("core")
    title = None if core is None else (core.findtext(_DC + "title") or "")[:300]
    source = build.source(name, "docx", meta={"title": title or None})
    if not source.text.strip() and any(member.startswith("word/media/") for member in names):
        raise UnusableInputError(
            f"{name}：文件里只有图片没有文字，请导出为 PDF 并安装文字识别组件（ocr）后再读。"
        )
    return source


def refuse_from_directory(data: bytes, name: str) -> None:
    """Raise for an archive that is no Word file or has no directory, told from its bytes without opening it."""
    if _END not in data[-70_000:]:
        raise UnusableInputError(f"{name}：文件已损坏，请重新导出后再读。")
    if b"word/" not in data:
        known = {mark for mark in _OTHERS if mark.encode() in data}
        raise UnusableInputError(_other_zip(name, known))


def _parts(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The parsed parts that are read: ``document``, and where they exist ``styles``, ``numbering``, ``core``.
    Their places come from the relationships, because not every program calls them by the usual names."""
    # Without huge_tree the parser itself refuses elements nested deeper than 256 and texts of 10 MB.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    found: dict[str, Any] = {}
    names = set(archive.namelist())
    left = limits.PART_BYTES

    def parsed(path: str) -> Any:
        nonlocal left
        content = _unpacked(archive, path, left)
        left -= len(content)
        return etree.fromstring(content, parser)

    def related(rels: str, folder: str, wanted: dict[str, str]) -> dict[str, str]:
        places: dict[str, str] = {}
        if rels in names:
            for relation in parsed(rels):
                key = wanted.get(str(relation.get("Type", "")).rsplit("/", 1)[-1])
                target = str(relation.get("Target", ""))
                if key and target:
                    path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
                    places[key] = posixpath.normpath(path)
        return places

    top = related("_rels/.rels", "", {"officeDocument": "document", "core-properties": "core"})
    place = top.setdefault("document", "word/document.xml")
    folder, file = posixpath.split(place)
    below = related(f"{folder}/_rels/{file}.rels", folder, {"styles": "styles", "numbering": "numbering"})
    for key, path in {**top, **below}.items():
        if key == "document" or path in names:
            found[key] = parsed(path)
    return found


def _unpacked(archive: zipfile.ZipFile, path: str, most: int) -> bytes:
    """The bytes of a part of at most ``most`` bytes; the directory's word for its size is not trusted."""
    if archive.getinfo(path).file_size <= most:
        with archive.open(path) as part:
            content = part.read(most + 1)
        if len(content) <= most and content.count(b"<") <= 2 * limits.ELEMENTS:
            return content
    raise limits.TooBigError("文件展开后正文过大", "请删去附表、附图后另存，或拆分后再读")


def _number(value: Any, default: int, low: int = 0, high: int = 10_000) -> int:
    """An attribute's whole number between ``low`` and ``high``; the default for anything else."""
    text = str(value).strip() if value is not None else ""
    if not _WHOLE.fullmatch(text):
        return default
    return int(text) if low <= int(text) <= high else default


def _other_zip(name: str, names: set[str]) -> str:
    if "xl/workbook.xml" in names:
        return f"{name}：这是表格（xlsx），不是文稿，请另存为 docx、pdf 或 txt。"
    if "ppt/presentation.xml" in names:
        return f"{name}：这是演示文稿（pptx），不是文稿，请另存为 docx、pdf 或 txt。"
    if "content.xml" in names:
        return f"{name}：这是 OpenDocument 文件，请另存为 docx 后再读。"
    return f"{name}：这是压缩包，请解压后逐个读。"


def _blocks(body: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, also inside content controls."""
    for child in body:
        if child.tag in (_W + "p", _W + "tbl"):
            yield child
        elif child.tag in (_W + "sdt", _W + "ins", _W + "moveTo", _W + "customXml", _W + "smartTag"):
            content = child.find(_W + "sdtContent")
            yield from _blocks(child if content is None else content)


def _text(element: Any) -> str:
    """The words of an element, as printed: without deletions, with tabs and line breaks."""
    out: list[str] = []

    def walk(node: Any) -> None:
        for child in node:
            tag = child.tag
            if tag in _SKIPPED or tag == _W + "txbxContent":
                continue
            if tag == _W + "t":
                out.append(child.text or "")
            elif tag == _W + "tab":
                out.append("\t" if node.tag == _W + "r" else "")
            elif tag in (_W + "br", _W + "cr"):
                out.append("\n")
            elif tag == _W + "noBreakHyphen":
                out.append("-")
            else:
                walk(child)

    walk(element)
    return "".join(out)


def _paragraph(element: Any, numbering: _Numbering) -> Iterator[tuple[str, int]]:
    """Lines of a paragraph with their heading level; text boxes anchored in it follow."""
    text = _text(element).replace("\t", " ")
    number = numbering.label(element) if text.strip() else ""
    heading = numbering.heading(element)
    for i, line in enumerate(text.split("\n")):
        yield (number + line if i == 0 else line), heading if i == 0 else 0
    for box in element.iter(_W + "txbxContent"):
        if not any(ancestor.tag in _SKIPPED for ancestor in box.iterancestors()):
            for inner in box.iter(_W + "p"):
                words = _text(inner)
                if words.strip():
                    yield words, 0


def _table(element: Any, numbering: _Numbering, build: SourceBuilder) -> None:
    grid: list[list[tuple[int, str]]] = []
    identity = 0
    cells = 0
    above: dict[int, tuple[int, str]] = {}
    for row in element.iter(_W + "tr"):
        if next(row.iterancestors(_W + "tbl")) is not element:
            continue
        line: list[tuple[int, str]] = []
        properties = row.find(_W + "trPr")
        before = None if properties is None else properties.find(_W + "gridBefore")
        skipped = _number(before.get(_W + "val"), 0, high=2**31) if before is not None else 0
        _bounded(skipped, cells)
        for _ in range(skipped):
            identity += 1
            line.append((identity, ""))
        for cell in row.iter(_W + "tc"):
            if next(cell.iterancestors(_W + "tr")) is not row:
                continue
            span, continued = _cell_spans(cell)
            column = len(line)
            _bounded(column + span, cells)
            if continued and column in above:
                entry = above[column]
            else:
                identity += 1
                words = [numbering.label(p) + _text(p) for p in cell.iter(_W + "p") if _text(p).strip()]
                entry = (identity, " ".join(words))
            for i in range(span):
                above[column + i] = entry
                line.append(entry)
        grid.append(line)
        cells += len(line)
    distinct = {identity for row in grid for identity, _ in row}
    if len(distinct) == 1 or max((len(row) for row in grid), default=0) == 1:
        # A frame around text, not a table.
        for paragraph in element.iter(_W + "p"):
            for text, heading in _paragraph(paragraph, numbering):
                build.line(text, heading)
        return
    build.table(grid)


def _bounded(columns: int, cells: int) -> None:
    if columns > limits.COLUMNS or cells > limits.CELLS:
        raise limits.TooBigError(
            f"表格过大（超过 {limits.COLUMNS} 列或 {limits.CELLS} 格）", "请删去附表后再读"
        )


def _cell_spans(cell: Any) -> tuple[int, bool]:
    """(columns spanned, whether the cell goes on from the row above)."""
    properties = cell.find(_W + "tcPr")
    if properties is None:
        return 1, False
    grid_span = properties.find(_W + "gridSpan")
    merge = properties.find(_W + "vMerge")
    span = _number(grid_span.get(_W + "val"), 1, low=1, high=100) if grid_span is not None else 1
    return span, merge is not None and merge.get(_W + "val", "continue") != "restart"


class _Numbering:
    """Automatic numbers of paragraphs, counted as Word counts them, and heading levels from styles."""

    def __init__(self, styles: Any, numbering: Any) -> None:
        self._levels: dict[str, dict[int, dict[str, Any]]] = {}
        self._abstract: dict[str, str] = {}
        self._counters: dict[tuple[str, int], int] = {}
        self._styles: dict[str, Any] = {}
        if styles is not None:
            self._styles = {style.get(_W + "styleId"): style for style in styles.iter(_W + "style")}
        if numbering is None:  # a document without lists
            return
        abstracts = {a.get(_W + "abstractNumId"): a for a in numbering.iter(_W + "abstractNum")}
        for num in numbering.iter(_W + "num"):
            reference = num.find(_W + "abstractNumId")
            abstract = abstracts.get(reference.get(_W + "val")) if reference is not None else None
            if abstract is None:
                continue
            number_id = num.get(_W + "numId")
            self._abstract[number_id] = reference.get(_W + "val")
            levels = {
                _number(lvl.get(_W + "ilvl"), -1, high=8): _level(lvl) for lvl in abstract.findall(_W + "lvl")
            }
            for override in num.findall(_W + "lvlOverride"):
                index = _number(override.get(_W + "ilvl"), -1, high=8)
                own = override.find(_W + "lvl")
                if own is not None:
                    levels[index] = _level(own)
                start = override.find(_W + "startOverride")
                if start is not None and index in levels:
                    first = _number(start.get(_W + "val"), 1)
                    levels[index] = {**levels[index], "start": first, "own": True}
            self._levels[number_id] = levels

    def _chain(self, element: Any) -> Iterator[Any]:
        """Paragraph properties from the paragraph itself up through its styles."""
        properties = element.find(_W + "pPr")
        style_id = None
        if properties is not None:
            yield properties
            style = properties.find(_W + "pStyle")
            style_id = style.get(_W + "val") if style is not None else None
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            style = self._styles[style_id]
            own = style.find(_W + "pPr")
            if own is not None:
                yield own
            based = style.find(_W + "basedOn")
            style_id = based.get(_W + "val") if based is not None else None

    def heading(self, element: Any) -> int:
        """Heading level from 1, 0 for body text."""
        for properties in self._chain(element):
            outline = properties.find(_W + "outlineLvl")
            if outline is not None:
                level = _number(outline.get(_W + "val"), 9, high=9)
                return level + 1 if level < 9 else 0
        properties = element.find(_W + "pPr")
        style = properties.find(_W + "pStyle") if properties is not None else None
        known = self._styles.get(style.get(_W + "val")) if style is not None else None
        called = known.find(_W + "name") if known is not None else None
        title = called.get(_W + "val", "").lower() if called is not None else ""
        return _number(title[8:], 0, high=9) if title.startswith("heading ") else 0

    def label(self, element: Any) -> str:
        """The number printed before a paragraph, such as ``（一）``; empty without one."""
        number_id, level = None, None
        for properties in self._chain(element):
            num = properties.find(_W + "numPr")
            if num is None:
                continue
            if number_id is None and num.find(_W + "numId") is not None:
                number_id = num.find(_W + "numId").get(_W + "val")
            if level is None and num.find(_W + "ilvl") is not None:
                level = _number(num.find(_W + "ilvl").get(_W + "val"), 0, high=8)
        levels = self._levels.get(number_id or "")
        index = level or 0
        if number_id in (None, "0") or not levels or index not in levels:
            return ""
        # Lists of one abstract definition count on together, unless an override restarts them.
        key = str(number_id) if levels[index].get("own") else "a" + self._abstract[str(number_id)]
        count = self._counters.get((key, index))
        self._counters[key, index] = levels[index]["start"] if count is None else count + 1
        for deeper in range(index + 1, 9):
            self._counters.pop((key, deeper), None)
        text: str = levels[index]["text"]
        if levels[index]["format"] == "bullet":
            return "·"
        if levels[index]["format"] == "none":
            return ""
        for i in range(index + 1):
            value = self._counters.get((key, i), levels.get(i, {"start": 1})["start"])
            shape = "decimal" if levels[index]["legal"] else levels.get(i, levels[index])["format"]
            text = text.replace(f"%{i + 1}", format_number(value, shape))
        return text


def _level(element: Any) -> dict[str, Any]:
    def value(tag: str, default: str) -> str:
        child = element.find(_W + tag)
        return str(child.get(_W + "val", default)) if child is not None else default

    return {
        "start": _number(value("start", "1"), 1),
        "format": value("numFmt", "decimal"),
        "text": value("lvlText", "")[:60],
        "legal": element.find(_W + "isLgl") is not None,
    }


def format_number(value: int, shape: str) -> str:
    """A number in a Word number format; unknown formats print decimal."""
    if shape in (
        "chineseCounting",
        "chineseCountingThousand",
        "chineseLegalSimplified",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographDigital",
        "japaneseDigitalTenThousand",
    ):
        if not 0 < value < 100:
            return "".join(_CN[int(digit)] for digit in str(value))
        tens, ones = divmod(value, 10)
        head = "" if not tens else ("十" if tens == 1 else _CN[tens] + "十")
        return head + (_CN[ones] if ones else "")
    if shape.startswith("decimalEnclosedCircle") and 1 <= value <= 20:
        return chr(ord("①") + value - 1)
    if shape in ("lowerLetter", "upperLetter") and 1 <= value <= 26:
        return chr(ord("a" if shape == "lowerLetter" else "A") + value - 1)
    if shape in ("lowerRoman", "upperRoman") and 1 <= value < 40:
        units = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
        roman = "x" * (value // 10) + units[value % 10]
        return roman if shape == "lowerRoman" else roman.upper()
    if shape == "decimalZero":
        return f"{value:02d}"
    if shape == "decimalFullWidth":
        return str(value).translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    return str(value)
