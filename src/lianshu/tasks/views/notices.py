"""督查督办: what is overdue, notices and circulars from sending to closing."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianshu.core.asked import key_asked
from lianshu.core.errors import LianshuError
from lianshu.core.lens import lens_of
from lianshu.core.scope import get_visible, may, require
from lianshu.core.words import long_date
from lianshu.obligations import selectors as obligations
from lianshu.obligations.models import Obligation
from lianshu.obligations.sources import kind_of
from lianshu.organisation.models import Chain
from lianshu.reference.periods import Period
from lianshu.targets.acting import act
from lianshu.tasks import selectors, services
from lianshu.tasks.forms import NoticeForm
from lianshu.tasks.models import Notice
from lianshu.tasks.owing import CIRCULAR, DUTY, REPORT, SUPERVISION, TASK
from lianshu.tasks.services.notices import may_answer

LONGEST = 100


@require_safe
def overdue(request: HttpRequest) -> HttpResponse:
    """Everything late with who holds it, each one click from a supervision notice."""
    user, today, lens = request.user, timezone.localdate(), lens_of(request)
    asked = key_asked(request.GET, "chain")
    chain = get_visible(user, Chain.objects, pk=asked) if asked is not None else None
    scope: dict[str, Any] = {
        "region_path": "" if chain else lens.region_path,
        "chain": chain.pk if chain else lens.chain_id,
    }
    page = Paginator(obligations.late(user, today, **scope), LONGEST).get_page(request.GET.get("page"))
    supervises = may(user, "hand_out")
    return render(
        request,
        "tasks/overdue.html",
        {
            "page": page,
            "rows": [
                (row, kind_of(row.kind).word, _supervision_of(row) if supervises else "") for row in page
            ],
            "late": obligations.late_holders(user, today, **scope),
            "chain": chain,
            "today": today,
            "may_supervise": supervises,
        },
    )


def _supervision_of(row: Obligation) -> str:
    """The address of a notice about something late, filled in; "" where nobody holds it or a notice went out."""
    if row.unit_id is None or row.kind in (SUPERVISION.code, CIRCULAR.code):
        return ""
    if row.kind == TASK.code:
        about = f"task={row.object_id}"
    elif row.kind in (DUTY.code, REPORT.code):
        about = f"occurrence={row.key.split(':')[1]}"
    else:
        about = f"waiting={row.pk}"
    return f"{reverse('notice-new')}?{about}"


def _initial(request: HttpRequest) -> dict[str, Any]:
    """A notice from an overdue task or duty starts filled in."""
    user, today = request.user, timezone.localdate()
    initial: dict[str, Any] = {"kind": request.GET.get("kind", Notice.Kind.SUPERVISION)}
    if (asked := key_asked(request.GET, "task")) is not None:
        task = selectors.task_of(user, asked)
        due = f"应于{long_date(task.due)}完成，" if task.due else ""
        initial |= {
            "subject": task,
            "to_unit": task.lead_unit,
            "title": f"关于“{task.title}”的督办",
            "text": f"“{task.title}”{due}截至{long_date(today)}进度 {task.progress}%。"
            "请抓紧办理，并反馈原因、措施和完成时间。",
        }
    elif (asked := key_asked(request.GET, "occurrence")) is not None:
        row = selectors.occurrence_of(user, asked)
        period = Period.from_code(row.period).text
        initial |= {
            "subject": row,
            "to_unit": row.duty.unit,
            "title": f"关于“{row.duty.what}”的督办"[:160],
            "text": f"“{row.duty.what}”{period}应于{long_date(row.due)}前完成 {row.needed} 次，"
            f"已完成 {row.done} 次。请尽快补办，并反馈原因。",
        }
    elif (asked := key_asked(request.GET, "waiting")) is not None:
        waiting = get_visible(user, Obligation.objects.select_related("unit"), pk=asked)
        due = f"应于{long_date(waiting.due)}前办结，" if waiting.due else ""
        initial |= {
            "to_unit": waiting.unit,
            "title": f"关于“{waiting.title}”的督办"[:160],
            "text": f"“{waiting.title}”{due}截至{long_date(today)}仍未办结（{waiting.note or '未办'}）。"
            "请抓紧办理，并反馈原因、措施和完成时间。",
        }
    return initial


@require_http_methods(["GET", "POST"])
def notice_new(request: HttpRequest) -> HttpResponse:
    """Write and send; from an overdue task or duty everything is filled in already."""
    require(request.user, "hand_out")
    initial = _initial(request)
    subject = initial.pop("subject", None)
    form = NoticeForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        about = {}
        if subject is not None:
            about = {"task" if subject._meta.model_name == "task" else "occurrence": subject}
        try:
            notice = services.notice_send(request.user, **form.cleaned_data, **about)
        except LianshuError as error:
            if error.status not in (409, 422):
                raise
            for name, sentence in error.problems or [("", error.sentence)]:
                form.add_error(name if name in form.fields else None, sentence)
        else:
            return redirect("notice-page", notice.pk)
    return render(
        request,
        "tasks/notice_new.html",
        {"form": form, "subject": subject},
        status=422 if form.errors else 200,
    )


@require_safe
def notice_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice with its way so far and the action that is mine now."""
    notice = selectors.notice_of(request.user, pk)
    user, state = request.user, notice.state
    own = may_answer(user, notice)
    sends = may(user, "hand_out", notice)
    return render(
        request,
        "tasks/notice.html",
        {
            "notice": notice,
            "may_sign": own and state == Notice.State.SENT,
            "may_answer": own
            and notice.kind == Notice.Kind.SUPERVISION
            and state in (Notice.State.SENT, Notice.State.SIGNED),
            "may_close": sends and state == Notice.State.ANSWERED,
            "today": timezone.localdate(),
        },
    )


_DONE = {"sign": "已签收。", "answer": "已反馈。", "close": "已办结。", "return": "已退回，请对方重新反馈。"}


@require_POST
def notice_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Sign, answer, close or return."""
    notice, user = selectors.notice_of(request.user, pk), request.user
    work = {
        "sign": lambda: services.notice_sign(user, notice),
        "answer": lambda: services.notice_answer(user, notice, answer=request.POST.get("answer", "")),
        "close": lambda: services.notice_close(user, notice),
        "return": lambda: services.notice_return(user, notice, reason=request.POST.get("reason", "")),
    }.get(verb)
    if work is None:
        raise LianshuError("E1002")
    return act(request, reverse("notice-page", args=(pk,)), work, _DONE[verb])
