"""The chain page: head, tabs, team, experts."""

from __future__ import annotations

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
from lianshu.core.lens import lens_of
from lianshu.core.receiving import accepts_upload
from lianshu.core.registries import registry
from lianshu.core.scope import get_visible, may
from lianshu.organisation.models import Appointment, Chain
from lianshu.organisation.services import appointment_end

from .. import selectors, services
from ..checklist import checklists_of
from ..forms import ChainItemForm, PostForm, QuestionForm
from ..models import ChainItem, Consultation

_OWN_TABS = (("overview", "概览"), ("team", "班子与专班"), ("experts", "专家咨询"))


def _chain(request: HttpRequest, pk: int) -> Chain:
    return get_visible(request.user, Chain.objects.select_related("region"), pk=pk)


def chain_list(request: HttpRequest) -> HttpResponse:
    """All chains in scope as cards: chief, how complete the checklists are."""
    chains = list(Chain.objects.visible_to(request.user).filter(Chain.in_force()).select_related("region"))
    lens = lens_of(request)
    chains = [chain for chain in chains if chain.region.path.startswith(lens.region_path)]
    chiefs = selectors.chiefs_by_chain(chains)
    items: dict[int, list[int]] = {}
    rows = ChainItem._base_manager.filter(chain__in=chains, item__mechanism__per_chain=True)
    for chain_id, state in rows.values_list("chain_id", "state"):
        count = items.setdefault(chain_id, [0, 0])
        count[0] += state == ChainItem.State.PRESENT
        count[1] += 1
    groups: dict[str, list[dict[str, Any]]] = {}
    for chain in chains:
        groups.setdefault(str(chain.region), []).append(
            {"chain": chain, "chiefs": chiefs.get(chain.pk, []), "items": items.get(chain.pk)}
        )
    return render(request, "chains/list.html", {"groups": groups, "total": len(chains)})


def chain_page(
    request: HttpRequest, pk: int, forms: dict[str, Any] | None = None, tab: str = ""
) -> HttpResponse:
    """One chain: who answers for it, which of the "ones" exist, everything other rooms know of it."""
    chain = _chain(request, pk)
    panels = registry.panels_of("chain")
    tabs = [(key, title, None) for key, title in _OWN_TABS]
    tabs += [
        (panel.key, panel.title, panel.count(request.user, chain) if panel.count else None)
        for panel in panels
    ]
    tab = tab or request.GET.get("tab", "overview")
    if tab not in {key for key, *_ in tabs}:
        raise LianshuError("E1002")
    can_edit = may(request.user, "edit", chain)
    forms = forms or {}
    context: dict[str, Any] = {
        "chain": chain,
        "chiefs": selectors.chiefs_by_chain([chain]).get(chain.pk, []),
        "checklists": checklists_of(chain),
        "tabs": tabs,
        "tab": tab,
        "can_edit": can_edit,
        "today": timezone.localdate(),
    }
    if tab == "overview":
        context["parties"] = selectors.parties_of(chain)
    elif tab == "team":
        context |= {"team": selectors.team_of(chain), "former": selectors.former_posts(chain)}
        if can_edit:
            context["form"] = forms.get("post") or PostForm(user=request.user)
    elif tab == "experts":
        context["consultations"] = chain.consultations.select_related("expert", "asked_by")
        context["experts"] = [
            post
            for title, posts in selectors.team_of(chain)
            if title in ("专家团队", "科技特派员")
            for post in posts
        ]
        if can_edit:
            context["form"] = forms.get("question") or QuestionForm(chain=chain)
    else:
        panel = next(panel for panel in panels if panel.key == tab)
        context["panel"] = panel.render(request, chain)
    return render(request, "chains/page.html", context, status=422 if forms else 200)


@require_POST
def team_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody on the team."""
    chain = _chain(request, pk)
    form = PostForm(request.POST, user=request.user)
    if form.is_valid():
        made = attempt(form, lambda: services.team_add(request.user, chain, **form.cleaned_data))
        if made is not None:
            messages.success(request, f"已登记：{made}。")
            return redirect(f"/chains/{pk}/?tab=team")
    return chain_page(request, pk, {"post": form}, "team")


@require_POST
def team_end(request: HttpRequest, pk: int, post: int) -> HttpResponse:
    """End a post today."""
    chain = _chain(request, pk)
    held = get_visible(request.user, Appointment.objects, pk=post, chain=chain)
    appointment_end(request.user, held, on=timezone.localdate())
    messages.success(request, f"{held}任职到今天为止，历任名单里可查。")
    return redirect(f"/chains/{pk}/?tab=team")


@require_POST
def consult(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask an expert."""
    chain = _chain(request, pk)
    form = QuestionForm(request.POST, chain=chain)
    if form.is_valid():
        asked = attempt(
            form, lambda: services.consultation_ask(request.user, chain=chain, **form.cleaned_data)
        )
        if asked is not None:
            messages.success(request, "已登记咨询，收到意见后在这里归档。")
            return redirect(f"/chains/{pk}/?tab=experts")
    return chain_page(request, pk, {"question": form}, "experts")


@accepts_upload()
@require_POST
def consult_answer(request: HttpRequest, pk: int, consultation: int) -> HttpResponse:
    """File an expert's opinion, with its signed original as attachment."""
    chain = _chain(request, pk)
    asked = get_visible(request.user, Consultation.objects, pk=consultation, chain=chain)
    services.consultation_answer(request.user, asked, opinion=request.POST.get("opinion", ""))
    for file in request.FILES.getlist("file"):
        attachment_add(request.user, asked, file=file)
    messages.success(request, "专家意见已归档。")
    return redirect(f"/chains/{pk}/?tab=experts")


@transaction.atomic
def _record(request: HttpRequest, item: ChainItem, values: dict[str, Any]) -> ChainItem:
    for file in request.FILES.getlist("file"):
        attachment_add(request.user, item, file=file, action="edit")
    return services.chain_item_update(request.user, item, **values)


@accepts_upload()
def chain_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item of one chain: its state, its proof, its files."""
    item = get_visible(
        request.user,
        ChainItem.objects.select_related("chain__region", "item__mechanism", "person", "unit"),
        pk=pk,
    )
    can_edit = may(request.user, "edit", item)
    initial = {name: getattr(item, name) for name in ("state", "progress", "person", "unit", "text")}
    form = ChainItemForm(request.POST or None, user=request.user, initial=initial) if can_edit else None
    if request.method == "POST":
        if form is None:
            raise LianshuError("E1001", where=item, action="编辑")
        if form.is_valid() and attempt(form, lambda: _record(request, item, form.cleaned_data)) is not None:
            messages.success(request, "已登记。")
            return redirect("chain", pk=item.chain_id)
    return render(request, "chains/item.html", {"item": item, "form": form, "files": attachments_of(item)})
