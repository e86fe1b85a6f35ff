"""复核: what waits for a second administrator, codes on slips, and who was asked afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianshu.core.errors import LianshuError
from lianshu.core.scope import may, require

from .. import credentials, joint
from ..models import Handover, JointAct
from ..selectors import administered


def refused_in_words(request: HttpRequest, work: Callable[[], Any]) -> Any:
    """The result of a service, or None when it was refused and the page now says why; not allowed is raised on."""
    try:
        return work()
    except LianshuError as error:
        if not error.problems and error.code != "E3001":
            raise
        messages.error(request, error.sentence)
        return None


def slips(request: HttpRequest, made: list[tuple[JointAct, str]], *, first: bool) -> HttpResponse:
    """The halves just made, on slips to print; shown this once."""
    rows = [(act, half) for act, half in made if half]
    return render(request, "organisation/slips.html", {"slips": rows, "first": first})


@require_safe
def joint_acts(request: HttpRequest) -> HttpResponse:
    """What waits for this administrator, what the own asks became, whom to ask, and what was decided."""
    user = request.user
    rows = joint.acts_visible_to(user)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    for act in page:
        act.may_withdraw, act.may_reprint = joint.may_withdraw(user, act), joint.may_reprint(user, act)
    return render(
        request,
        "organisation/joint_acts.html",
        {
            "to_decide": joint.acts_to_decide(user)[:200],
            "page": page,
            "handovers": _to_settle(user),
        },
    )


def _to_settle(user: Any) -> list[Handover]:
    """The handovers an audit administrator has still to ask about, and those whose holder knew nothing."""
    if not may(user, "audit"):
        return []
    rows = Handover.objects.exclude(known=True).filter(account__in=administered(user, "audit").values("pk"))
    return list(rows.exclude(account=user).select_related("account__unit", "settled_by")[:200])


def _ticked(request: HttpRequest) -> list[JointAct]:
    """The acts named in a form, of those this administrator may see."""
    numbers = [int(text[:18]) for text in request.POST.getlist("act") if text.isascii() and text.isdigit()]
    return list(joint.acts_visible_to(request.user).filter(pk__in=numbers[:500]))


@require_POST
@never_cache
def joint_decide(request: HttpRequest) -> HttpResponse:
    """Confirm or refuse the ticked acts; answers with the sheet of second halves where there are codes."""
    acts = _ticked(request)
    if not acts:
        messages.error(request, "请先勾选要复核的事项。")
        return redirect("joint-acts")
    if request.POST.get("decision") == "refuse":
        answer = request.POST.get("answer", "")
        refused_in_words(request, lambda: joint.refuse(request.user, acts, answer=answer))
        return redirect("joint-acts")
    done = refused_in_words(request, lambda: joint.confirm(request.user, acts))
    if done is None:
        return redirect("joint-acts")
    messages.success(request, f"已复核通过 {len(done)} 项。")
    if any(half for _, half in done):
        return slips(request, done, first=False)
    return redirect("joint-acts")


def _act(request: HttpRequest, pk: int) -> JointAct:
    found = joint.acts_visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise LianshuError("E1002")
    return found


@require_POST
def joint_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an ask, or void its unused code."""
    act = _act(request, pk)
    joint.withdraw(request.user, act)
    messages.success(request, "已撤回。")
    return redirect("joint-acts")


@require_POST
@never_cache
def joint_reprint(request: HttpRequest, pk: int) -> HttpResponse:
    """A new half in place of the own one that was lost."""
    act = _act(request, pk)
    half = joint.reprint(request.user, act)
    return slips(request, [(act, half)], first=act.asked_by_id == request.user.pk)


@require_POST
def handovers_settle(request: HttpRequest) -> HttpResponse:
    """Note for the ticked accounts whether their holders knew."""
    require(request.user, "audit")
    ticked = set(request.POST.getlist("handover"))
    rows = [row for row in _to_settle(request.user) if str(row.pk) in ticked]
    known = request.POST.get("known") == "1"
    for row in rows:
        credentials.handover_settle(request.user, row, known=known)
    if rows:
        messages.success(request, f"已记下 {len(rows)} 个账号：本人{'知情' if known else '不知情'}。")
    else:
        messages.error(request, "请先勾选账号。")
    return redirect("joint-acts")
