"""Turns refusals into pages; nothing is swallowed, nothing technical is shown."""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from .errors import CATALOGUE, LianshuError, invalid

log = logging.getLogger("lianshu")


def error_page(request: HttpRequest, status: int, sentence: str, code: str = "") -> HttpResponse:
    """A full page, a toast for htmx or JSON for programs, by what the caller asked for."""
    if request.headers.get("accept", "").startswith("application/json"):
        return JsonResponse({"code": code, "message": sentence}, status=status)
    template = "core/error_toast.html" if getattr(request, "htmx", False) else "core/error.html"
    response = render(
        request, template, {"status": status, "sentence": sentence, "code": code}, status=status
    )
    if getattr(request, "htmx", False):
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
    return response


class ErrorMiddleware:
    """Shows a LianshuError as what it is: a sentence with a code."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, LianshuError):
            return error_page(request, exception.status, exception.sentence, exception.code)
        if isinstance(exception, ValidationError):
            # a service's model refused what no form had looked at
            refusal = invalid(*(("", sentence) for sentence in exception.messages))
            return error_page(request, refusal.status, refusal.sentence, refusal.code)
        if isinstance(exception, Http404):
            return error_page(request, 404, CATALOGUE["E1002"][1], "E1002")
        return None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404, "没有这个页面，或它不在您的管辖范围内。请从左侧导航进入。", "E1002")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, "您的账号不能办理这件事。需要时请联系本级安全管理员授权。", "E1001")


def server_error(request: HttpRequest) -> HttpResponse:
    log.error("unhandled error on %s %s", request.method, request.path)
    return render(
        request,
        "core/error.html",
        {
            "status": 500,
            "sentence": "系统出错，刚才的操作没有保存。请重试；再次出现时把时间和页面告诉系统管理员。",
        },
        status=500,
    )
