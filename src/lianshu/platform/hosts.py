"""The names an installation answers to: the machine's own, and those the operator gives in LIANSHU_HOSTS.

Nothing here asks a name server: an office without one would wait for it at every start.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_NAME = re.compile(r"\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?")
_ENTRY = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]+)(:(?P<port>[0-9]{1,5}))?")
_FIB = Path("/proc/net/fib_trie")
_SIX = Path("/proc/net/if_inet6")
_HOSTS = Path("/etc/hosts")
_RESOLVER = Path("/etc/resolv.conf")


@dataclass(frozen=True, slots=True)
class Served:
    """One configured host: ``name`` as Django compares it (IPv6 in brackets), the port people type or None."""

    name: str
    port: int | None = None

    @property
    def origin(self) -> str:
        """What a browser sends as Origin over HTTPS; empty for ``*``, which stands for no origin."""
        if self.name == "*":
            return ""
        name = f"*{self.name}" if self.name.startswith(".") else self.name
        return f"https://{name}" + (f":{self.port}" if self.port not in (None, 443) else "")


def bracketed(address: str) -> str:
    """An address as it stands in a Host header."""
    return f"[{address}]" if ":" in address else address


def _served(entry: str) -> Served:
    text = re.sub(r"^https?://", "", entry.strip().lower()).rstrip("/")
    try:
        # an IPv6 address without brackets has no port
        return Served(bracketed(str(ipaddress.ip_address(text))))
    except ValueError:
        pass
    found = _ENTRY.fullmatch(text)
    if found:
        name, port = found["name"], int(found["port"]) if found["port"] else None
        bare = name.strip("[]")
        good = name == "*" or _NAME.fullmatch(name) or _is_address(bare)
        if good and (port is None or 0 < port < 65536):
            return Served(name, port)
    raise ValueError(
        f"LIANSHU_HOSTS 里的“{entry.strip()}”不是主机名或地址。写法如 oa.example.gov.cn,10.1.2.3:8443"
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def configured(text: str) -> list[Served]:
    """The entries of LIANSHU_HOSTS (names or addresses, each with a port if it is not the usual one).

    Raises ValueError with a sentence for an entry that is none.
    """
    return [_served(entry) for entry in text.replace("，", ",").split(",") if entry.strip()]


def networks(text: str) -> list[str]:
    """The entries of LIANSHU_PROXY as networks ("10.1.2.7/32"); raises ValueError with a sentence."""
    found = []
    for entry in text.replace("，", ",").split(","):
        if not entry.strip():
            continue
        try:
            found.append(str(ipaddress.ip_network(entry.strip(), strict=False)))
        except ValueError as error:
            raise ValueError(
                f"LIANSHU_PROXY 里的“{entry.strip()}”不是地址或网段。写法如 127.0.0.1,10.1.2.0/24"
            ) from error
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def kernel_addresses(fib: Path = _FIB, six: Path = _SIX) -> list[str]:
    """Addresses of the machine's interfaces, without loopback and link-local ones; [] where not Linux."""
    found: dict[str, None] = {}
    last = ""
    for line in _lines(fib):
        words = line.split()
        if words[:1] == ["|--"]:
            last = words[1]
        elif words[:3] == ["/32", "host", "LOCAL"]:
            found[last] = None
    for line in _lines(six):
        found[str(ipaddress.IPv6Address(int(line.split()[0], 16)))] = None
    return [one for one in found if not (ipaddress.ip_address(one).is_loopback or _link_local(one))]


def _link_local(address: str) -> bool:
    return ipaddress.ip_address(address).is_link_local


def _names(own: str, addresses: Iterable[str]) -> list[str]:
    """The machine's names: its own, those beside it in /etc/hosts, and with the office's domain behind it."""
    known = {own, *addresses}
    names = [own]
    for line in _lines(_HOSTS):
        words = line.partition("#")[0].lower().split()
        if known & set(words):
            names += words[1:]
    for line in _lines(_RESOLVER):
        words = line.lower().split()
        if words[:1] in (["search"], ["domain"]) and "." not in own:
            names += [f"{own}.{domain}" for domain in words[1:]]
    return [name.rstrip(".") for name in names if _NAME.fullmatch(name)]


def own_hosts() -> list[str]:
    """Names and addresses of this machine as they stand in a Host header, each once, loopback first."""
    addresses = kernel_addresses()
    names = _names(socket.gethostname().lower(), addresses)
    return list(dict.fromkeys([*LOOPBACK, *names, *map(bracketed, addresses)]))
