"""The first thing a request meets: who speaks for the caller, and whether it came to the right door."""

from __future__ import annotations

import logging
import re

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from lianshu.core.addresses import from_trusted_proxy
from lianshu.core.middleware import error_page

log = logging.getLogger("lianshu")

#: asked by watchdogs on the machine itself, past any proxy
_HEALTH = "/healthz"
_PLAIN = re.compile(r"[\w.:\[\]-]{1,80}", re.ASCII)


def _drop_forwarded(request: HttpRequest) -> None:
    for name in [name for name in request.META if name.startswith("HTTP_X_FORWARDED_")]:
        del request.META[name]
    for name in ("HTTP_FORWARDED", "HTTP_X_REAL_IP"):
        request.META.pop(name, None)


class EdgeMiddleware:
    """Drops what only a proxy may say unless a trusted one said it; answers wrong doors with a page.

    Behind a proxy that speaks HTTPS, a request that came past it (or through one that does not say how it was
    asked) would otherwise be redirected to HTTPS for ever.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trusted = from_trusted_proxy(request)
        if not trusted:
            _drop_forwarded(request)
        refusal = _wrong_host(request) or _past_the_proxy(request, trusted)
        if refusal:
            log.warning("refused: %s", refusal)
            return error_page(request, 400, refusal)
        return self.get_response(request)


def _wrong_host(request: HttpRequest) -> str:
    try:
        request.get_host()
    except DisallowedHost:
        asked = request.META.get("HTTP_HOST", "")
        shown = f"“{asked}”" if _PLAIN.fullmatch(asked) else "（无法识别）"
        return (
            f"本系统不接受用主机名{shown}访问。请使用单位公布的网址。"
            "运维人员：若这确是本系统的网址，请把它写进环境变量 LIANSHU_HOSTS（多个用逗号隔开）后重启服务；"
            "若是服务器新换的地址，重启服务即可。"
        )
    return ""


def _past_the_proxy(request: HttpRequest, trusted: bool) -> str:
    if settings.LIANSHU_HTTPS != "proxy" or request.path == _HEALTH:
        return ""
    if not trusted:
        remote = request.META.get("REMOTE_ADDR", "")
        return (
            "本系统只通过 HTTPS 网址访问，这次访问没有经过受信任的代理。请使用 https:// 开头的网址。"
            f"运维人员：若 {remote} 就是您的反向代理，请把它写进环境变量 LIANSHU_PROXY 后重启服务。"
        )
    if "HTTP_X_FORWARDED_PROTO" not in request.META:
        return (
            "本系统只通过 HTTPS 网址访问，这次访问没有说明是否经过 HTTPS。请使用 https:// 开头的网址。"
            "运维人员：反向代理须送来 X-Forwarded-Proto，配置样例见《部署》。"
        )
    return ""
