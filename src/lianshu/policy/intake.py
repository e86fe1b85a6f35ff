"""What came in becomes a ``Source``: a file of any supported format, bytes, a folder, standard input."""

from __future__ import annotations

import codecs
import logging
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lianshu.policy import limits
from lianshu.policy.intake_tables import tables_in_text
from lianshu.policy.intake_text import decode
from lianshu.policy.limits import TooBigError
from lianshu.policy.model import Source, UnusableInputError

log = logging.getLogger("lianshu.policy")

#: Files larger than this are refused before they are read.
SIZE_LIMIT = 50 * 1024 * 1024

SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
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
    try:
        source = _dispatch(data, name)
    except UnusableInputError:
        raise
    except TooBigError as error:
        raise error.unusable(name) from None
    except RecursionError:
        raise TooBigError("内容嵌套过深", "请在 Word 或浏览器里另存后再读").unusable(name) from None
    except MemoryError:
        raise TooBigError("内容过大，内存不够").unusable(name) from None
    except Exception as error:
        # Files come from everywhere and the libraries below raise whatever they like on damaged ones: the
        # person is told, the cause stays in the log.
        log.warning("%s cannot be read", name, exc_info=error)
        raise UnusableInputError(
            f"{name}：文件已损坏或格式不规范，请用 Word、WPS 或浏览器另存后再读。"
        ) from error
    if not source.text.strip():
        raise UnusableInputError(f"{name}：文件里没有文字，请检查内容。")
    return source


def refuse_from_outside(data: bytes, name: str) -> None:
    """Raise :class:`UnusableInputError` for what can be told without opening the file: empty, too large, of a
    format that is not read. Takes milliseconds whatever the file holds."""
    if len(data) > SIZE_LIMIT:
        raise UnusableInputError(_too_large(name, len(data)))
    if not data or data[:4096].isspace() and data.isspace():
        raise UnusableInputError(f"{name}：文件是空的，请检查是否上传完整。")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnusableInputError(_ole_message(data, name))
    if data.startswith(b"PK\x03\x04"):
        from lianshu.policy.intake_docx import refuse_from_directory

        refuse_from_directory(data, name)
    elif b"%PDF-" not in data[:1024] and not data.startswith(_IMAGES):
        _refuse_binary(data, name)


def _refuse_binary(data: bytes, name: str) -> None:
    """The first pages of what should be a text or a web page, decoded to see whether it is one."""
    bound = limits.PAGE_BYTES if name.lower().endswith((".html", ".htm")) else limits.TEXT_BYTES
    head = data[:2048].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        bound = limits.PAGE_BYTES
    if len(data) > bound:
        raise UnusableInputError(
            f"{name}：文本 {len(data) / 1048576:.0f} MB，超过 {bound // 1048576} MB 的上限，请拆分后再读。"
        )
    head = data[: 1 << 16]
    if len(data) > len(head) and (head.startswith(_MARKS) or _begins_as_utf8(head)):
        return
    decoded = decode(head)
    if decoded is None or _controls(decoded[0]):
        raise UnusableInputError(f"{name}：不是文本文件，支持 txt、html、docx、pdf。")


def _begins_as_utf8(head: bytes) -> bool:
    """Whether a piece of a file is UTF-8, a character cut at its end aside."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not _controls(text)


def _controls(text: str) -> bool:
    """Whether a text holds more control characters than a text does."""
    controls = sum(1 for char in text[:4096] if char < " " and char not in "\n\t\x0c\x0b")
    return controls > 0.02 * min(len(text), 4096)


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
    if len(data) > limits.PAGE_BYTES:
        raise limits.TooBigError(
            f"文本 {len(data) / 1048576:.0f} MB，超过 {limits.PAGE_BYTES // 1048576} MB 的上限"
        )
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
    if len(data) > limits.TEXT_BYTES:
        raise limits.TooBigError(
            f"文本 {len(data) / 1048576:.0f} MB，超过 {limits.TEXT_BYTES // 1048576} MB 的上限"
        )
    decoded = decode(data)
    if decoded is None:
        raise UnusableInputError(f"{name}：不是文本文件，支持 txt、html、docx、pdf。")
    text, encoding = decoded
    if _controls(text):
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
