"""Sealed backups: an archive only who knows the passphrase can open, by age's two standard files.

A sealed archive is a plain tar of two members, so that nothing but `tar` and the `age` program is needed to open it:

* `key.age`: a fresh X25519 identity, encrypted with the passphrase (scrypt);
* `archive.age`: the archive of :mod:`lianshu.platform.archive`, encrypted to that identity, written and read in
  pieces whatever its size.

    tar xf backup.sealed; age -d key.age > key.txt; age -d -i key.txt archive.age | tar xz
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import IO, Any

import pyrage

from .archive import BackupError

_KEY, _BODY = "key.age", "archive.age"
SHORTEST = 12
_BLOCK = tarfile.BLOCKSIZE


def is_sealed(source: Path) -> bool:
    """Whether a file is a sealed archive, by its first member's name."""
    with source.open("rb") as stream:
        head = stream.read(_BLOCK)
    return head[:100].rstrip(b"\x00") == _KEY.encode()


def checked(passphrase: str) -> str:
    """The passphrase, without the line's end of the file it came from; raises BackupError when it is too short."""
    passphrase = passphrase.strip("\r\n")
    if len(passphrase) < SHORTEST:
        raise BackupError(f"备份口令至少 {SHORTEST} 个字符。忘记口令，备份就打不开：请另行妥善保管。")
    return passphrase


def seal(plain: Path, target: Path, passphrase: str) -> None:
    """Write ``plain`` sealed to ``target``."""
    identity = pyrage.x25519.Identity.generate()
    wrapped = pyrage.passphrase.encrypt(str(identity).encode(), passphrase)
    with target.open("xb") as sink:
        sink.write(_header(_KEY, len(wrapped)) + wrapped)
        sink.write(_padding(len(wrapped)))
        place = sink.tell()
        # the length is known at the end only
        sink.write(_header(_BODY, 0))
        with plain.open("rb") as source:
            pyrage.encrypt_io(source, sink, [identity.to_public()])
        size = sink.tell() - place - _BLOCK
        sink.write(_padding(size) + b"\x00" * 2 * _BLOCK)
        sink.seek(place)
        sink.write(_header(_BODY, size))


def content_digest(source: Path, passphrase: str) -> str:
    """SM3 of the archive inside a sealed one, read back without a place on disk."""
    digest = hashlib.new("sm3")
    with tarfile.open(source, "r:") as tar:
        identity = _identity(tar.extractfile(_KEY).read(), passphrase)
        _decrypt(tar.extractfile(_BODY), _Digesting(digest), identity)
    return digest.hexdigest()


def unseal(source: Path, target: Path, passphrase: str) -> None:
    """Write the archive inside a sealed one to ``target``; raises BackupError for a wrong passphrase or damage."""
    try:
        with tarfile.open(source, "r:") as tar:
            wrapped = tar.extractfile(_KEY).read()
            identity = _identity(wrapped, passphrase)
            with target.open("xb") as sink:
                _decrypt(tar.extractfile(_BODY), sink, identity)
    except (KeyError, tarfile.TarError, AttributeError, EOFError) as error:
        raise BackupError("加密的备份文件不完整。请换一份完整的备份。") from error


def _identity(wrapped: bytes, passphrase: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(wrapped, passphrase).decode())
    except pyrage.DecryptError as error:
        raise BackupError(
            "备份口令不对（或文件头已损坏），没有恢复。请核对口令，注意大小写和空格。"
        ) from error


def _decrypt(body: IO[bytes], sink: IO[bytes], identity: pyrage.x25519.Identity) -> None:
    try:
        pyrage.decrypt_io(body, sink, [identity])
    except pyrage.DecryptError as error:
        raise BackupError("加密的备份文件已损坏，解不开。请换一份备份。") from error
    except OSError as error:
        if error.errno is None:
            raise BackupError("加密的备份文件不完整或已损坏，解不开。请换一份备份。") from error
        raise


class _Digesting(io.RawIOBase):
    """A sink that only counts into a digest."""

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, piece: Any) -> int:
        self._digest.update(piece)
        return len(piece)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return b"\x00" * (-size % _BLOCK)
