"""How large a workbook (xlsx) claims to be, before a reader lays its cells out in memory.

Readers make room for the whole rectangle a sheet spans. Two cells in opposite corners of a sheet
(1,048,576 rows by 16,384 columns by ECMA-376 part 1, 18.3) are a file of one kilobyte and ask for half a
terabyte, which ends the process. So the places of the cells are read first, piece by piece.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

#: cells one sheet may span: 200,000 rows of 50 columns
CELL_LIMIT = 10_000_000
#: bytes a workbook may have when unpacked
UNPACKED_LIMIT = 400 * 1024 * 1024
_PIECE = 4 * 1024 * 1024
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_COLUMN = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Za-z]{1,3})\d""")
_ROW = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["'][A-Za-z]{1,3}(\d{1,7})["']""")
_PLACE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_NO_CELLS = ("xl/sharedStrings.xml", "xl/styles.xml")


class WorkbookExtentError(ValueError):
    """A workbook that cannot be laid out; the message (Chinese) says why."""


def refuse_oversized(data: bytes) -> None:
    """Raise WorkbookExtentError for a zipped workbook that is no xlsx, is damaged, unpacks to more than
    `UNPACKED_LIMIT` bytes or has a sheet that spans more than `CELL_LIMIT` cells. Other files pass."""
    if not data.startswith(b"PK\x03\x04"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > UNPACKED_LIMIT:
                raise WorkbookExtentError("展开后过大")
            if not any(member.filename.lower() == "xl/workbook.xml" for member in members):
                raise WorkbookExtentError("不是 xlsx 工作簿")
            # a sheet may lie anywhere in the package
            for member in members:
                if member.filename.endswith(".rels") or member.filename in _NO_CELLS:
                    continue
                if _spanned(archive, member) > CELL_LIMIT and _filled(archive, member) > CELL_LIMIT:
                    raise WorkbookExtentError("表格范围过大，请删去数据以外的空行、空列")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise WorkbookExtentError("不是能读的工作簿，或已损坏") from error


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes, never cut inside a tag."""
    rest = b""
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            piece = rest + piece
            cut = piece.rfind(b"<")
            rest = piece[cut:] if cut > 0 else b""
            yield piece[: len(piece) - len(rest)]
    yield rest


def _spanned(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Rows times columns of all cells named in a part, empty ones too; quick. Cells without a place may
    stand anywhere: more than any sheet has."""
    rows, columns, count, placed = {0}, {b""}, 0, 0
    for piece in _pieces(archive, member):
        found = _ROW.findall(piece)
        rows.add(max(map(int, set(found)), default=0))
        columns.update(_COLUMN.findall(piece))
        placed += len(found)
        count += len(_CELL.findall(piece))
    if placed != count:
        return CELL_LIMIT + 1
    return max(rows) * max(_number(letters.decode()) for letters in columns)


def _filled(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Rows times columns of the cells that hold something; slow. 0 for a part that is not XML."""
    last_row = last_column = row = column = 0
    with archive.open(member) as stream:
        try:
            for event, element in etree.iterparse(
                stream, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=True
            ):
                name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
                if event == "start":
                    if name == "row":
                        given = element.get("r", "")
                        row, column = int(given) if given.isdecimal() else row + 1, 0
                    elif name == "c":
                        place = _PLACE.fullmatch(element.get("r", ""))
                        column = _number(place[1]) if place else column + 1
                        row = int(place[2]) if place else row
                elif name == "c":
                    if len(element):
                        last_row, last_column = max(last_row, row), max(last_column, column)
                    element.clear()
                elif name == "row":
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except etree.XMLSyntaxError:
            return 0
    return last_row * last_column


def _number(letters: str) -> int:
    """A column's number from its letters: A is 1, XFD 16384."""
    value = 0
    for letter in letters.upper():
        value = value * 26 + ord(letter) - 64
    return value
