"""Pages of firms beyond the ledger: log a service, attach people, place in a chain, firms without contact."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from lianshu.core.attempt import attempt
from lianshu.core.scope import get_visible, require
from lianshu.organisation.models import Appointment

from . import selectors, services
from .forms import AttachForm, PlaceForm, ServiceForm
from .models import Enterprise


def _firm(request: HttpRequest, pk: int) -> Enterprise:
    return get_visible(request.user, Enterprise.objects.select_related("region"), pk=pk)


def _back(pk: int, tab: str) -> HttpResponse:
    return redirect(f"/ledger/enterprises/{pk}/?tab={tab}")


def service_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a visit or service."""
    firm = _firm(request, pk)
    require(request.user, "report")
    form = ServiceForm(request.POST or None, user=request.user, initial={"on": timezone.localdate()})
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: services.service_log(request.user, enterprise=firm, **form.cleaned_data))
    ):
        messages.success(
            request, "已登记。" + ("承诺已建成任务，到期会提醒。" if form.cleaned_data["promise"] else "")
        )
        return _back(pk, "services")
    return render(request, "enterprises/form.html", {"firm": firm, "form": form, "verb": "登记走访服务"})


def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a leader, department or envoy."""
    firm = _firm(request, pk)
    require(request.user, "edit", firm)
    form = AttachForm(request.POST or None, user=request.user)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: services.attach(request.user, firm, **form.cleaned_data))
    ):
        messages.success(request, "已登记联系人员，联系包保表会跟着更新。")
        return _back(pk, "contacts")
    return render(request, "enterprises/form.html", {"firm": firm, "form": form, "verb": "登记联系包保"})


@require_POST
def detach(request: HttpRequest, pk: int, post: int) -> HttpResponse:
    """End an attachment."""
    firm = _firm(request, pk)
    held = get_visible(
        request.user, Appointment.objects, pk=post, subject_type=services.SUBJECT, subject_id=firm.pk
    )
    services.detach(request.user, held)
    messages.success(request, "已解除联系。")
    return _back(pk, "contacts")


def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Place the firm in a chain."""
    firm = _firm(request, pk)
    require(request.user, "edit")
    form = PlaceForm(request.POST or None, user=request.user)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: services.chain_role_set(request.user, firm, **form.cleaned_data))
    ):
        messages.success(request, "已登记链上角色。")
        return _back(pk, "chains")
    return render(request, "enterprises/form.html", {"firm": firm, "form": form, "verb": "登记链上角色"})


def uncontacted(request: HttpRequest) -> HttpResponse:
    """Firms nobody is attached to."""
    rows = selectors.without_contact(request.user).order_by("region__path", "name")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "enterprises/uncontacted.html", {"page": page})
