"""Turns refusals into pages; nothing is swallowed, nothing technical is shown."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from .errors import CATALOGUE, LianshuError, invalid
from .failures import Failure, failure_of

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
        if isinstance(exception, OverflowError):
            # a key beyond what the database counts to: no such row, in a place no form looked at one by one
            refusal = invalid(("", "填写的编号超出范围，没有保存。请返回重选"))
            return error_page(request, refusal.status, refusal.sentence, refusal.code)
        if isinstance(exception, Http404):
            return error_page(request, 404, CATALOGUE["E1002"][1], "E1002")
        return None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404, "没有这个页面，或它不在您的管辖范围内。请从左侧导航进入。", "E1002")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, "您的账号不能办理这件事。需要时请联系本级安全管理员授权。", "E1001")


def failure_page(request: HttpRequest, failure: Failure) -> HttpResponse:
    """What the machine refused, as a page that itself needs no database; a toast for htmx, JSON for programs."""
    log.error("%s on %s %s", failure.sentence, request.method, request.path)
    values = {"sentence": failure.short, "passing": failure.passing}
    if request.headers.get("accept", "").startswith("application/json"):
        response: HttpResponse = JsonResponse({"code": "E5003", "message": failure.short}, status=503)
    elif request.headers.get("HX-Request"):
        response = HttpResponse(render_to_string("core/error_toast.html", values), status=503)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
    else:
        response = HttpResponse(render_to_string("core/failure.html", values), status=503)
    if failure.passing:
        response["Retry-After"] = "10"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """A full disk, a locked or damaged database in a sentence of their own; everything else as a fault of ours."""
    if (failure := failure_of(sys.exc_info()[1])) is not None:
        return failure_page(request, failure)
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
