"""Whose address a request comes from: the one that limits, the audit log and the last sign-in speak of.

A header that anybody can write proves nothing. ``X-Forwarded-For`` counts only when the connection itself comes
from a proxy named in the setting ``LIANSHU_TRUSTED_PROXIES`` (networks, from the environment's ``LIANSHU_PROXY``),
and then its last entry that is no such proxy.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

#: shown and kept where a connection has no address (a local socket)
UNKNOWN = "本机"


@lru_cache(maxsize=8)
def _networks(entries: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(entry, strict=False) for entry in entries)


def _trusted(address: Any) -> bool:
    return any(address in network for network in _networks(tuple(settings.LIANSHU_TRUSTED_PROXIES)))


def from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether the connection itself comes from one of ``settings.LIANSHU_TRUSTED_PROXIES``."""
    near = _parsed(request.META.get("REMOTE_ADDR", ""))
    return near is not None and _trusted(near)


def _parsed(text: str) -> Any:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def client_address(request: HttpRequest) -> str:
    """The address a request comes from, as text: the person's computer, or the office's router before it."""
    near = _parsed(request.META.get("REMOTE_ADDR", ""))
    if near is None:
        return UNKNOWN
    if not _trusted(near):
        return str(near)
    for text in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        far = _parsed(text)
        if far is None:
            # what stands further left passed through something unreadable: nothing there can be believed
            break
        near = far
        if not _trusted(far):
            break
    return str(near)
