"""How large a workbook (xlsx) is when laid out, before a reader lays its cells out in memory.

Readers make room for the whole rectangle a sheet spans and copy a shared text into every cell that names it. Two
cells in opposite corners of a sheet (1,048,576 rows by 16,384 columns by ECMA-376 part 1, 18.3) are a file of one
kilobyte and ask for half a terabyte, which ends the process. So the package is measured first, piece by piece, by
patterns that look at every byte once.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

from .archives import ArchiveError, open_archive, unpacked

#: cells one sheet may span: 200,000 rows of 15 columns; a reader takes 40 bytes for each and as much again for texts
CELL_LIMIT = 3_000_000
#: bytes a workbook may have when unpacked, and bytes of text its cells may hold together
UNPACKED_LIMIT = 256 * 1024 * 1024
TEXT_LIMIT = 256 * 1024 * 1024
#: bytes of the parts that are read into memory whole: lists of sheets, relations, styles
LIST_LIMIT = 16 * 1024 * 1024
_LISTS = ("xl/workbook.xml", "[content_types].xml", "xl/styles.xml")

_PIECE = 4 * 1024 * 1024
_PREFIX = rb"<(?:[^<>\s:/]*:)?"
_CELL = re.compile(_PREFIX + rb"c(?=[\s/>])")
_COLUMN = re.compile(_PREFIX + rb"""c\s[^<>]*?\br\s*=\s*["']([A-Za-z]{1,3})\d""")
_ROW = re.compile(_PREFIX + rb"""c\s[^<>]*?\br\s*=\s*["'][A-Za-z]{1,3}(\d{1,7})["']""")
_TAG = re.compile(_PREFIX + rb"(row|c)(?=[\s/>])([^<>]*)>")
_GIVEN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{0,7})["']""")
_TEXT = re.compile(_PREFIX + rb"si(?=[\s/>])")
#: the number of a shared text; formulas' values and figures look the same and only raise the estimate
_NUMBER = re.compile(rb">(\d{1,9})</")


class WorkbookExtentError(ValueError):
    """A workbook that cannot be laid out; the message (Chinese) says why."""


def refuse_oversized(data: bytes) -> None:
    """Raise WorkbookExtentError for a zipped workbook that is no xlsx, is damaged, unpacks to more than
    `UNPACKED_LIMIT` bytes, has a sheet that spans more than `CELL_LIMIT` cells or cells that hold more than
    `TEXT_LIMIT` bytes of text. Other files pass."""
    if not data.startswith(b"PK\x03\x04"):
        return
    try:
        file = io.BytesIO(data)
        with open_archive(file) as archive:
            members = archive.infolist()
            _refuse_swelling(file, members)
            if not any(member.filename.lower() == "xl/workbook.xml" for member in members):
                raise WorkbookExtentError("不是 xlsx 工作簿")
            lengths = [length for m in members if _is_strings(m) for length in _texts(archive, m)]
            # a sheet may lie in any part
            for member in members:
                if _spanned(archive, member) > CELL_LIMIT and _filled(archive, member) > CELL_LIMIT:
                    raise WorkbookExtentError("表格范围过大，请删去数据以外的空行、空列")
                _refuse_repeated(archive, member, lengths)
    except (ArchiveError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise WorkbookExtentError("不是能读的工作簿，或已损坏") from error


def _is_strings(member: zipfile.ZipInfo) -> bool:
    # readers find the part by its relation, which may name another file: its usual name's end is what they look for
    return member.filename.lower().endswith("sharedstrings.xml")


def _refuse_swelling(file: io.BytesIO, members: list[zipfile.ZipInfo]) -> None:
    """What the parts really hold, which a directory may understate, is what counts."""
    left = UNPACKED_LIMIT
    if sum(member.file_size for member in members) > left:
        raise WorkbookExtentError("展开后过大")
    for member in members:
        size = unpacked(file, member, left)
        left -= size
        if left < 0:
            raise WorkbookExtentError("展开后过大")
        if size != member.file_size:
            raise ArchiveError("目录与内容不符")
        name = member.filename.lower()
        if size > LIST_LIMIT and (name in _LISTS or name.endswith(".rels")):
            raise WorkbookExtentError("工作表或样式太多")


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes, never cut inside a tag."""
    rest = b""
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            piece = rest + piece
            if not rest and piece[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
                raise ArchiveError("编码不是 UTF-8")
            cut = piece.rfind(b"<")
            rest = piece[cut:] if cut > 0 else b""
            yield piece[: len(piece) - len(rest)]
    yield rest


def _texts(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> list[int]:
    """Bytes of every shared text with its tags."""
    lengths, at, last = [], 0, -1
    for piece in _pieces(archive, member):
        for match in _TEXT.finditer(piece):
            if last >= 0:
                lengths.append(at + match.start() - last)
            last = at + match.start()
            if len(lengths) > CELL_LIMIT:
                raise WorkbookExtentError("文字太多，请拆分后再传")
        at += len(piece)
    return [*lengths, at - last] if last >= 0 else []


def _refuse_repeated(archive: zipfile.ZipFile, member: zipfile.ZipInfo, lengths: list[int]) -> None:
    """Cells that name a long shared text again and again hold it as often once they are read."""
    longest = max(lengths, default=0)
    if longest * (member.file_size // 12) <= TEXT_LIMIT:
        return
    named: Counter[bytes] = Counter()
    for piece in _pieces(archive, member):
        named.update(_NUMBER.findall(piece))
    total = sum(
        times * lengths[place] for number, times in named.items() if (place := int(number)) < len(lengths)
    )
    if total > TEXT_LIMIT:
        raise WorkbookExtentError("文字太多，请拆分后再传")


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
        if count > 2 * CELL_LIMIT:
            raise WorkbookExtentError("单元格太多，请删去数据以外的格子，或拆分后再传")
    if placed != count:
        return CELL_LIMIT + 1
    return max(rows) * max(_number(letters.decode()) for letters in columns)


def _filled(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Rows times columns of the cells that hold something; slower."""
    last_row = last_column = row = column = 0
    for piece in _pieces(archive, member):
        for match in _TAG.finditer(piece):
            name, given = match.groups()
            if given.count(b'"') % 2 or given.count(b"'") % 2:
                raise ArchiveError("标签不完整")
            place = _GIVEN.search(given)
            if name == b"row":
                row, column = int(place[2]) if place and place[2] else row + 1, 0
                continue
            column = _number(place[1].decode()) if place and place[1] else column + 1
            row = int(place[2]) if place and place[1] and place[2] else row
            if not given.endswith(b"/"):
                last_row, last_column = max(last_row, row), max(last_column, column)
    return last_row * last_column


def _number(letters: str) -> int:
    """A column's number from its letters: A is 1, XFD 16384."""
    value = 0
    for letter in letters.upper():
        value = value * 26 + ord(letter) - 64
    return value
