"""Zip files from outside, opened only after their directory is known to be small, unpacked only as far as allowed.

`zipfile` makes an object per entry of the directory before anybody can count them, and believes the size a directory
claims for a part, while other readers of the same file unpack what is really there. So the directory's own size is
read from the last bytes of the file first, and whoever hands a file on asks :func:`unpacked` what is in it.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import IO

#: bytes a directory may have: 46 and a name per part, so some 20,000 parts
DIRECTORY_LIMIT = 2 * 1024 * 1024
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
#: an end record has 22 bytes and a remark of at most 65,535
_TAIL = 22 + 65_535
_PIECE = 1024 * 1024


class ArchiveError(ValueError):
    """A zip that cannot be opened within bounds; the message (Chinese) says why."""


def open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """The zip in ``file``. Raises ArchiveError for damaged ones and for directories over `DIRECTORY_LIMIT`."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL - 20))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < 22:
        raise ArchiveError("已损坏或不完整")
    # no file below four gigabytes needs the larger records, and they would be believed instead of the small one
    if _END_64 in tail[max(0, end - 20) : end]:
        raise ArchiveError("已损坏或不完整")
    if struct.unpack_from("<L", tail, end + 12)[0] > DIRECTORY_LIMIT:
        raise ArchiveError("里面的部件太多")
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise ArchiveError("已损坏或不完整") from error


def unpacked(file: IO[bytes], member: zipfile.ZipInfo, limit: int) -> int:
    """Bytes a part really has when unpacked, whatever the directory claims; counts no further than ``limit`` + 1.

    Raises ArchiveError for a part that is not stored or deflated, is encrypted or damaged.
    """
    # a directory that claims to begin later than it does puts parts before the file
    file.seek(max(0, member.header_offset))
    head = file.read(30)
    if member.header_offset < 0 or len(head) < 30 or head[:4] != b"PK\x03\x04" or member.flag_bits & 1:
        raise ArchiveError("已损坏或加了密码")
    name, extra = struct.unpack_from("<HH", head, 26)
    file.seek(member.header_offset + 30 + name + extra)
    if member.compress_type == zipfile.ZIP_STORED:
        return member.compress_size
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise ArchiveError("用了不常见的压缩方式")
    inflate, count, left = zlib.decompressobj(-15), 0, member.compress_size
    try:
        while left > 0 and count <= limit and not inflate.eof:
            piece = file.read(min(_PIECE, left))
            if not piece:
                raise ArchiveError("已损坏或不完整")
            left -= len(piece)
            while piece and count <= limit:
                count += len(inflate.decompress(piece, _PIECE))
                piece = inflate.unconsumed_tail
    except zlib.error as error:
        raise ArchiveError("已损坏或不完整") from error
    return count
