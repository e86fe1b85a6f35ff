"""为什么能看到: which grants let a person see or change a row."""

from __future__ import annotations

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lianshu.core.asked import key_of, words_asked
from lianshu.core.errors import LianshuError
from lianshu.core.scope import ScopedModel, explain, get_visible, may

from ..selectors import administered


def why(request: HttpRequest, label: str, pk: str) -> HttpResponse:
    """Explain the gate for one row, for oneself; the security administrator may name another account."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise LianshuError("E1002") from error
    if not issubclass(model, ScopedModel) or key_of(pk) is None:
        raise LianshuError("E1002")
    guard = may(request.user, "grant")
    if guard:
        # of the regions whose rights he gives, without any right to read
        obj = model.objects.visible_to(request.user, "grant").filter(pk=pk).first()
        if obj is None:
            raise LianshuError("E1002")
    else:
        obj = get_visible(request.user, model.objects, pk=pk)
    person, asked = request.user, words_asked(request.GET, "user")
    missing = ""
    if asked and guard:
        person = administered(request.user, "grant").filter(username=asked).first() or request.user
        missing = "" if person.username == asked else f"没有登录名为“{asked}”的账号"
    return render(
        request,
        "organisation/why.html",
        {
            "object": obj,
            "kind": model._meta.verbose_name,
            "person": person,
            "reasons": explain(person, obj),
            "guard": guard,
            "asked": asked,
            "missing": missing,
        },
    )
