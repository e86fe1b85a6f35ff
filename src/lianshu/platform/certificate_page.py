"""Where an office's machines fetch the built-in CA; open to everybody, because it is public by nature."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import tls


def _in_use() -> bool:
    return settings.LIANSHU_HTTPS == "own" and tls.files_of(settings.HOME).ca.is_file()


@login_not_required
@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """How to install the CA, with its fingerprint."""
    context = {}
    if _in_use():
        ca = tls.files_of(settings.HOME).ca
        context = {"fingerprint": tls.fingerprint(ca), "ends": tls.ends(ca)}
    return render(request, "platform/certificate.html", context)


@login_not_required
@require_safe
def certificate_file(request: HttpRequest) -> HttpResponse:
    """The CA's certificate, without its key."""
    if not _in_use():
        raise Http404
    return HttpResponse(
        tls.files_of(settings.HOME).ca.read_bytes(),
        content_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="lianshu-ca.crt"'},
    )
