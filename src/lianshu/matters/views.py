"""Pages of matters: inbox, one matter, its steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from lianshu.core.attachments import attachment_add, attachments_of
from lianshu.core.attempt import attempt
from lianshu.core.errors import LianshuError
from lianshu.core.receiving import accepts_upload
from lianshu.core.scope import get_visible, may, require

from . import selectors, services
from .forms import HandOutForm, ReceiveForm, WordsForm
from .models import Matter

#: step → (verb on the button, label of its words or "" for none, words required)
STEPS: dict[str, tuple[str, str, bool]] = {
    "hand_out": ("交办", "", False),
    "sign": ("签收", "", False),
    "answer": ("答复", "办理结果", True),
    "decide": ("批示", "批示意见", True),
    "confirm": ("确认", "还有什么没解决（已解决可不填）", False),
    "close": ("销号", "备注", False),
    "return": ("退回", "退回理由", True),
    "escalate": ("提请链长批示", "要链长决定什么", True),
    "withdraw": ("撤回", "撤回理由", True),
    "reopen": ("重新办理", "理由", True),
}


def inbox(request: HttpRequest) -> HttpResponse:
    """What waits at each stage, the person's own first."""
    today = timezone.localdate()
    mine = [
        (matter, verb, selectors.light_of(matter, today))
        for matter, verb in selectors.waiting_for(request.user, today)
    ]
    others = selectors.open_matters(request.user).exclude(pk__in=[row[0].pk for row in mine])
    groups = []
    for state in Matter.OPEN:
        rows = [(matter, selectors.light_of(matter, today)) for matter in others if matter.state == state]
        if rows:
            groups.append((Matter.State(state).label, rows))
    return render(
        request,
        "matters/inbox.html",
        {"mine": mine, "groups": groups, "may_raise": may(request.user, "report")},
    )


def matter_new(request: HttpRequest) -> HttpResponse:
    """Register a matter."""
    require(request.user, "report")
    form = ReceiveForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        matter = attempt(form, lambda: services.matter_receive(request.user, **form.cleaned_data))
        if matter is not None:
            messages.success(request, f"已登记，编号 {matter.number}。")
            return redirect("matter", pk=matter.pk)
    return render(request, "matters/new.html", {"form": form})


def _form(request: HttpRequest, matter: Matter, step: str) -> Any:
    data = (
        request.POST
        if request.method == "POST" and request.resolver_match.kwargs.get("step") == step
        else None
    )
    if step == "hand_out":
        days = services.LIMITS["answer_urgent" if matter.urgent else "answer"]
        initial = {"days": days, "kind": matter.kind or Matter.Kind.OTHER}
        return HandOutForm(data, user=request.user, initial=initial, prefix=step)
    _, label, required = STEPS[step]
    return WordsForm(data, label=label, required=required, prefix=step) if label else None


def matter_page(request: HttpRequest, pk: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    """One matter: facts, time line, and the step that is mine now."""
    matter = get_visible(request.user, Matter.objects, pk=pk)
    steps = [
        (name, STEPS[name][0], (bound or {}).get(name) or _form(request, matter, name))
        for name in selectors.actions_for(request.user, matter)
    ]
    return render(
        request,
        "matters/page.html",
        {
            "matter": matter,
            "light": selectors.light_of(matter, timezone.localdate()),
            "steps": steps,
            "timeline": matter.steps.select_related("actor"),
            "assignments": matter.assignments.select_related("unit"),
            "files": attachments_of(matter),
        },
        status=422 if bound else 200,
    )


@accepts_upload()
@require_POST
def matter_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take one step."""
    matter = get_visible(request.user, Matter.objects, pk=pk)
    if step not in STEPS:
        raise LianshuError("E1002")
    form = _form(request, matter, step)
    if form is not None and not form.is_valid():
        return matter_page(request, pk, {step: form})
    data = form.cleaned_data if form is not None else {}
    words = data.get("text", "")
    user = request.user
    do: dict[str, Callable[[], Matter]] = {
        "hand_out": lambda: services.matter_hand_out(user, matter, **data),
        "sign": lambda: services.matter_sign(user, matter),
        "answer": lambda: services.matter_answer(user, matter, answer=words),
        "decide": lambda: services.matter_decide(
            user, matter, text=words, agree=request.POST.get("choice") != "again"
        ),
        "confirm": lambda: services.matter_confirm(
            user, matter, satisfied=request.POST.get("choice") != "again", text=words
        ),
        "close": lambda: services.matter_close(user, matter, text=words),
        "return": lambda: services.matter_return(user, matter, reason=words),
        "escalate": lambda: services.matter_escalate(user, matter, text=words),
        "withdraw": lambda: services.matter_withdraw(user, matter, reason=words),
        "reopen": lambda: services.matter_reopen(user, matter, reason=words),
    }

    @transaction.atomic
    def taken() -> Matter:
        """The step with its files, both or neither; who may take the step may prove it."""
        done = do[step]()
        for file in request.FILES.getlist("file"):
            attachment_add(user, done, file=file, action="view")
        return done

    done = attempt(form, taken) if form is not None else taken()
    if done is None:
        return matter_page(request, pk, {step: form})
    messages.success(request, f"已{STEPS[step][0]}，现在：{done.get_state_display()}。")
    return redirect("matter", pk=pk)
