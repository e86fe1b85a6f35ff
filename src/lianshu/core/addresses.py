"""Whose address a request comes from: the one that limits, the audit log and the last sign-in speak of.

A header that anybody can write proves nothing. ``X-Forwarded-For`` counts only when the connection itself comes
from a proxy named in the setting ``LIANSHU_TRUSTED_PROXIES`` (addresses or networks, comma-separated in the
environment variable of that name), and then its last entry that is no such proxy.
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
def networks(names: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks of the trusted proxies; raises ValueError, in Chinese, for a name that is no address."""
    found = []
    for name in names:
        try:
            found.append(ip_network(name.strip(), strict=False))
        except ValueError as error:
            raise ValueError(f"LIANSHU_TRUSTED_PROXIES 里的“{name}”不是 IP 地址或网段") from error
    return tuple(found)


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
    trusted = networks(tuple(settings.LIANSHU_TRUSTED_PROXIES))
    if not any(near in network for network in trusted):
        return str(near)
    for text in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        far = _parsed(text)
        if far is None:
            # what stands further left passed through something unreadable: nothing there can be believed
            break
        near = far
        if not any(far in network for network in trusted):
            break
    return str(near)
