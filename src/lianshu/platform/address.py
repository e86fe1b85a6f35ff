"""The address a server listens on, taken before anything is started."""

from __future__ import annotations

import errno
import socket


class AddressError(Exception):
    """The server cannot listen there; the message (Chinese) says why and what to do."""


def take(host: str, port: int) -> socket.socket:
    """Hold ``host:port`` for the server to come; raises AddressError when that is not possible.

    The web server shares its port (SO_REUSEPORT), with any second one too: two servers would start without a
    word and answer in turns. So it is first asked for without sharing, and then held, shared but silent, by a
    socket on which nobody listens: whoever asks meanwhile is refused.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise AddressError(_foreign(host)) from error
    held = socket.socket(family, kind)
    try:
        with socket.socket(family, kind) as alone:
            alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            alone.bind(place)
            alone.listen()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(place)
    except OSError as error:
        held.close()
        raise AddressError(_why(error, host, port)) from error
    return held


def _foreign(host: str) -> str:
    return (
        f"本机没有地址“{host}”，未启动。请用 --host 指定本机的地址：127.0.0.1（只供本机）、"
        "0.0.0.0（供局域网访问），或 ip addr 列出的一个。"
    )


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"端口 {port} 已被占用（可能链枢已在运行），未启动。"
            f"请先停止占用它的程序（ss -ltnp 可查看），或用 --port 换一个端口。"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"没有权限使用端口 {port}，未启动。请用 --port 指定 1024 以上的端口，由代理转发。"
    if error.errno == errno.EADDRNOTAVAIL:
        return _foreign(host)
    return f"不能在 {host}:{port} 上监听（{error.strerror}），未启动。请用 --host、--port 另行指定。"
