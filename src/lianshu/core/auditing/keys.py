"""The key that signs checkpoints (Ed25519), kept apart from the database it vouches for.

It stands in ``LIANSHU_HOME/audit.key`` (mode 0600) or where ``LIANSHU_AUDIT_KEY`` says, for example on another
medium. Its fingerprint is shown wherever a verdict is, so that the auditor can keep it on paper.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from lianshu.core.failures import OperatorError

from .digest import sm3


class AuditKeyError(OperatorError):
    """The key is missing or unusable; the message says where and what to do."""


def path() -> Path:
    """Where the key stands."""
    named = getattr(settings, "LIANSHU_AUDIT_KEY", "")
    return Path(named) if named else Path(settings.HOME) / "audit.key"


def load() -> Ed25519PrivateKey:
    """The key; raises AuditKeyError when it is missing or no such key."""
    place = path()
    try:
        key = load_pem_private_key(place.read_bytes(), None)
    except FileNotFoundError:
        raise AuditKeyError(
            f"审计密钥 {place} 不在。放回密钥（插回存放密钥的介质）；确已遗失时运行 lianshu verify-audit --new-key。"
        ) from None
    except OSError as error:
        raise AuditKeyError(f"审计密钥 {place} 读不出：{error.strerror}。请核对它的属主和权限。") from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise AuditKeyError(
            f"审计密钥 {place} 已损坏。请用留存的密钥替换，或运行 lianshu verify-audit --new-key。"
        )
    return key


def create() -> Ed25519PrivateKey:
    """Make a new key in its place; whatever stood there is kept beside it under another name."""
    place = path()
    place.parent.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    temporary = place.with_name(f"{place.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    if place.exists():
        place.replace(_free(place))
    temporary.replace(place)
    return key


def _free(place: Path) -> Path:
    number = 1
    while (kept := place.with_name(f"{place.name}.old{number}")).exists():
        number += 1
    return kept


def readable_by_others() -> bool:
    """Whether anybody but the owner may read the key."""
    try:
        return bool(path().stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half as hex (64 characters)."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def fingerprint(public: str) -> str:
    """Sixteen hex characters that name a public key (given as hex)."""
    return sm3(bytes.fromhex(public))[:16]


def sign(key: Ed25519PrivateKey, data: bytes) -> str:
    """Signature as hex."""
    return key.sign(data).hex()


def signed_by(public: str, data: bytes, signature: str) -> bool:
    """Whether ``signature`` (hex) over ``data`` was made by the key whose public half is ``public`` (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
