"""SM3 (GB/T 32905-2016), the digest of the audit log."""

from __future__ import annotations

import hashlib

#: the digest before the first entry
GENESIS = "0" * 64


def sm3(data: bytes) -> str:
    """Hex digest by SM3."""
    return hashlib.new("sm3", data).hexdigest()
