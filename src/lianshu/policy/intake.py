"""What came in becomes a ``Source``: a file of any supported format, bytes, a folder, standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lianshu.policy.intake_tables import tables_in_text
from lianshu.policy.intake_text import decode
from lianshu.policy.model import Source, UnusableInputError

#: Files larger than this are refused before they are read.
SIZE_LIMIT = 50 * 1024 * 1024

SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")

_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"BM", b"GIF8")


def load(path_or_bytes: str | Path | bytes, name: str | None = None) -> Source:
    """Read one document.

    ``path_or_bytes`` is a path, ``-`` for standard input, or the bytes themselves (then ``name`` is the
    file name shown to people). Raises :class:`UnusableInputError` with a Chinese sentence that names the
    file, the cause and what to do.
    """
    if isinstance(path_or_bytes, bytes):
        return from_bytes(path_or_bytes, name or "未命名")
    if str(path_or_bytes) == "-":
        return from_bytes(sys.stdin.buffer.read(SIZE_LIMIT + 1), name or "标准输入.txt")
    path = Path(path_or_bytes)
    label = name or path.name
    try:
        if path.is_dir():
            raise UnusableInputError(f"{label}：这是文件夹，请逐个给出其中的文件。")
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise UnusableInputError(_too_large(label, size))
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnusableInputError(f"{label}：找不到这个文件，请检查路径。") from None
    except PermissionError:
        raise UnusableInputError(f"{label}：没有读取权限，请检查文件权限。") from None
    except OSError as error:
        raise UnusableInputError(f"{label}：读取失败（{error.strerror}）。") from None
    return from_bytes(data, label)


def _too_large(label: str, size: int) -> str:
    return (
        f"{label}：文件 {size / 1048576:.0f} MB，超过 {SIZE_LIMIT // 1048576} MB 的上限，"
        "请拆分或压缩其中的图片后再读。"
    )


def from_bytes(data: bytes, name: str) -> Source:
    """Read a document from its bytes; the content decides the format, the name only breaks ties."""
    if len(data) > SIZE_LIMIT:
        raise UnusableInputError(_too_large(name, len(data)))
    if not data or data.isspace():
        raise UnusableInputError(f"{name}：文件是空的，请检查是否上传完整。")
    source = _dispatch(data, name)
    if not source.text.strip():
        raise UnusableInputError(f"{name}：文件里没有文字，请检查内容。")
    return source


def _dispatch(data: bytes, name: str) -> Source:
    if data.startswith(b"%PDF") or b"%PDF-" in data[:1024]:
        from lianshu.policy.intake_pdf import read_pdf

        return read_pdf(data, name)
    if data.startswith(b"PK\x03\x04"):
        from lianshu.policy.intake_docx import read_docx

        return read_docx(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnusableInputError(_ole_message(data, name))
    if data.startswith(_IMAGES):
        from lianshu.policy.intake_pdf import read_image

        return read_image(data, name)
    head = data[:2048].lstrip().lower()
    if name.lower().endswith((".html", ".htm")) or head.startswith((b"<!doctype html", b"<html")):
        from lianshu.policy.intake_html import read_html

        return read_html(data, name)
    return _read_text(data, name)


def _ole_message(data: bytes, name: str) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return f"{name}：文件已加密，请先取消密码再读。"
    if "Workbook".encode("utf-16-le") in data:
        return f"{name}：这是旧版表格（xls），不是文稿，请另存为 docx、pdf 或 txt。"
    return f"{name}：这是旧版 Word 或 WPS 文件（doc/wps），请用 Word 或 WPS 另存为 docx 后再读。"


def _read_text(data: bytes, name: str) -> Source:
    decoded = decode(data)
    if decoded is None:
        raise UnusableInputError(f"{name}：不是文本文件，支持 txt、html、docx、pdf。")
    text, encoding = decoded
    controls = sum(1 for char in text[:4096] if char < " " and char not in "\n\t\x0c\x0b")
    if controls > 0.02 * min(len(text), 4096):
        raise UnusableInputError(f"{name}：不是文本文件，支持 txt、html、docx、pdf。")
    if text.lstrip()[:6].lower() == "{\\rtf1":
        raise UnusableInputError(f"{name}：这是 RTF 文件，请用 Word 或 WPS 另存为 docx 后再读。")
    return Source(name=name, text=text, format="txt", encoding=encoding, tables=tables_in_text(text))


def expand(arguments: Iterable[str]) -> Iterator[str]:
    """The documents that command-line arguments name: a folder stands for the supported files below it,
    in the order of their names; anything else for itself."""
    for argument in arguments:
        path = Path(argument)
        if argument != "-" and path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
                if file.is_file() and file.suffix.lower() in SUFFIXES and not hidden:
                    yield str(file)
        else:
            yield argument
