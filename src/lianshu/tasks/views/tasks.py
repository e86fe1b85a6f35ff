"""One task's page and what is done there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from lianshu.core.asked import key_asked
from lianshu.core.attachments import attachments_of
from lianshu.core.errors import LianshuError
from lianshu.core.receiving import accepts_upload
from lianshu.core.scope import get_visible, may
from lianshu.organisation.models import Unit
from lianshu.reference.bounded import whole_or
from lianshu.targets.acting import act
from lianshu.tasks import selectors, services
from lianshu.tasks.forms import HandOutForm
from lianshu.tasks.models import Task
from lianshu.tasks.services.tasks import OPEN


def _url(pk: int) -> str:
    return reverse("task-page", args=(pk,))


def _page(
    request: HttpRequest,
    task: Task,
    *,
    form: HandOutForm | None = None,
    typed: dict[str, Any] | None = None,
    problem: str = "",
) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    reports = selectors.time_line(task)
    light, why = selectors.task_light(task, today)
    is_open = task.state in OPEN
    may_give = may(user, "hand_out", task) or may(user, "edit", task)
    return render(
        request,
        "tasks/task.html",
        {
            "task": task,
            "light": light,
            "why": why,
            "reports": reports,
            "obstacle": selectors.standing_obstacle(reports),
            "files": attachments_of(task),
            "children": selectors.tasks_visible(user).filter(parent=task),
            "rolled_to": selectors.tasks_visible(user).filter(rolled_from=task),
            "notices": selectors.open_notices(user).filter(task=task),
            "leader": task.leader
            or selectors.chiefs([task.chain_id], today).get(task.chain_id or 0, "")
            or "未定",
            "hand_out": (form or HandOutForm(user=user, task=task)) if may_give and is_open else None,
            "hand_out_open": form is not None or (task.lead_unit_id is None and is_open),
            "may_report": is_open and may(user, "report", task),
            "may_edit": may(user, "edit", task),
            "may_decide": is_open and may(user, "decide", task),
            "units": selectors.units_under(user, task.region),
            "may_return": task.state == Task.State.DONE and may_give,
            "may_cancel": is_open and may(user, "hand_out", task),
            "may_supervise": is_open and task.lead_unit_id is not None and may(user, "hand_out", task),
            "typed": typed or {},
            "problem": problem,
            "today": today,
        },
        status=422 if problem or form else 200,
    )


@require_safe
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is, where it comes from, what happened, and the one action that is mine now."""
    return _page(request, selectors.task_of(request.user, pk))


@accepts_upload()
@require_POST
def task_report(request: HttpRequest, pk: int) -> HttpResponse:
    """State progress, or finish the task with what proves it; a refusal keeps what was typed."""
    task = selectors.task_of(request.user, pk)
    typed = {name: request.POST.get(name, "") for name in ("text", "obstacle", "progress")}
    files = request.FILES.getlist("file")
    try:
        if request.POST.get("finish"):
            services.task_finish(request.user, task, text=typed["text"], files=files)
        else:
            progress = whole_or(typed["progress"], None, high=100)
            services.task_report(
                request.user,
                task,
                # the service says what is asked for
                progress=-1 if progress is None else progress,
                text=typed["text"],
                obstacle=typed["obstacle"],
                files=files,
            )
    except LianshuError as error:
        if error.status not in (409, 413, 422):
            raise
        return _page(request, selectors.task_of(request.user, pk), typed=typed, problem=error.sentence)
    return redirect(_url(pk))


@require_POST
def task_hand_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the task to a unit with a date."""
    task = selectors.task_of(request.user, pk)
    form = HandOutForm(request.POST, user=request.user, task=task)
    if form.is_valid():
        try:
            services.task_hand_out(request.user, task, **form.cleaned_data)
        except LianshuError as error:
            if error.status not in (409, 422):
                raise
            for name, sentence in error.problems or [("", error.sentence)]:
                form.add_error(name if name in form.fields else None, sentence)
        else:
            return redirect(_url(pk))
    return _page(request, task, form=form)


@require_POST
def task_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a finished task back."""
    task, reason = selectors.task_of(request.user, pk), request.POST.get("reason", "")
    return act(
        request,
        _url(pk),
        lambda: services.task_return(request.user, task, reason=reason),
        "已退回，责任单位会收到通知。",
    )


@require_POST
def task_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an open task."""
    task, reason = selectors.task_of(request.user, pk), request.POST.get("reason", "")
    return act(
        request,
        _url(pk),
        lambda: services.task_cancel(request.user, task, reason=reason),
        "已取消，仍留在台账里。",
    )


@require_POST
def task_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A chief's decision about a difficulty, from the task's page or the chief's."""
    task, user = selectors.task_of(request.user, pk), request.user
    chosen = key_asked(request.POST, "unit")
    unit = get_visible(user, Unit.objects, pk=chosen) if chosen is not None else None
    values = {"verb": request.POST.get("verb", ""), "text": request.POST.get("text", "")}
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return act(
        request,
        address if safe else _url(pk),
        lambda: services.task_decide(user, task, unit=unit, **values),
        "批示已下达，责任单位会收到通知。",
    )
