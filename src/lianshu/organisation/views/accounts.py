"""Accounts (system administrator) and grants (security administrator)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lianshu.core.asked import words_asked
from lianshu.core.attempt import attempt
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.scope import ADMINISTRATORS, may, require

from .. import accounts, joint
from ..forms import AccountForm, CodesForm, GrantForm
from ..models import Grant, JointAct, User
from ..selectors import administered
from ..telling import is_administrator
from .joint import refused_in_words, slips


def _accounts(request: HttpRequest) -> QuerySet[User]:
    """The accounts the administrator answers for; E1001 for everybody else."""
    action = "grant" if may(request.user, "grant") else "manage_users"
    require(request.user, action)
    return administered(request.user, action)


def _account(request: HttpRequest, pk: int) -> User:
    found = _accounts(request).filter(pk=pk).select_related("unit").first()
    if found is None:
        raise LianshuError("E1002")
    return found


def account_list(request: HttpRequest) -> HttpResponse:
    """The accounts of one's regions with their grants; for the two administrators."""
    text = words_asked(request.GET)
    rows = _accounts(request).select_related("unit").prefetch_related("grants__region", "grants__chains")
    if text:
        rows = rows.filter(
            Q(username__icontains=text) | Q(name__icontains=text) | Q(unit__name__icontains=text)
        )
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(
        request,
        "organisation/account_list.html",
        {
            "page": page,
            "text": text,
            "may_make": may(request.user, "manage_users"),
            "form": CodesForm(initial={"reason": "集中重置", "days": 5}),
        },
    )


@require_POST
@never_cache
def account_codes(request: HttpRequest) -> HttpResponse:
    """Ask for codes for the ticked accounts; answers with the sheet of first halves."""
    require(request.user, "manage_users")
    numbers = [text for text in request.POST.getlist("account") if text.isascii() and text.isdigit()][:500]
    ticked = list(
        _accounts(request).filter(pk__in=[int(text[:18]) for text in numbers]).select_related("unit")
    )
    return _ask_codes(request, ticked, "accounts")


def _ask_codes(request: HttpRequest, ticked: list[User], back: str, *args: object) -> HttpResponse:
    form = CodesForm(request.POST)

    def ask() -> list[tuple[JointAct, str]]:
        if not form.is_valid():
            raise invalid(*[("", f"{form[name].label}：{texts[0]}") for name, texts in form.errors.items()])
        return joint.codes_ask(request.user, ticked, **form.cleaned_data)

    made = refused_in_words(request, ask)
    return redirect(back, *args) if made is None else slips(request, made, first=True)


@never_cache
def account_new(request: HttpRequest) -> HttpResponse:
    """Make an account; the answer is the slip with the first half of its first code."""
    require(request.user, "manage_users")
    form = AccountForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: joint.account_open(request.user, **form.cleaned_data))
        if made is not None:
            return slips(request, [made], first=True)
    return render(request, "organisation/account_new.html", {"form": form})


def account_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its grants, what waits for a second administrator, and what this one may do with it."""
    account = _account(request, pk)
    form = None
    if may(request.user, "grant"):
        form = GrantForm(request.POST or None, granter=request.user, account=account)
        if request.method == "POST" and form.is_valid() and _give(request, form, account):
            return redirect("account", pk=pk)
    elif request.method == "POST":
        require(request.user, "grant")
    return render(request, "organisation/account_page.html", _account_context(request, account, form))


def _give(request: HttpRequest, form: GrantForm, account: User) -> bool:
    """Give the grant of a valid form, or ask for it where it is one of the three offices."""
    values = dict(form.cleaned_data)
    reason = values.pop("reason")
    if values["role"] in ADMINISTRATORS:
        done = attempt(form, lambda: joint.grant_ask(request.user, account, reason=reason, **values))
        words = "已申请，由另一名管理员复核后生效。"
    else:
        done = attempt(form, lambda: accounts.grant_give(request.user, account, **values))
        words = f"已给{account.name}授权。"
    if done is not None:
        messages.success(request, words)
    return done is not None


def _account_context(request: HttpRequest, account: User, form: GrantForm | None) -> dict[str, object]:
    user, kinds = request.user, JointAct.Kind
    in_force = set(account.grants.filter(Grant.in_force()).values_list("pk", flat=True))
    ending = joint.may_ask(user, kinds.END_GRANT, account)
    grants = [
        (grant, grant.pk in in_force, ending if grant.role in ADMINISTRATORS else form is not None)
        for grant in account.grants.select_related("region", "unit", "given_by").prefetch_related("chains")
    ]
    two = is_administrator(account)
    may_make = may(user, "manage_users")
    return {
        "account": account,
        "grants": grants,
        "form": form,
        "two": two,
        "may_make": may_make,
        "may_switch": joint.may_ask(user, kinds.SWITCH_OFF, account) if two else may_make and user != account,
        "may_code": joint.may_ask(user, kinds.RESET_PASSWORD, account),
        "codes": CodesForm(auto_id="codes_%s"),
        "waiting": joint.waiting_of(account),
        "handover": account.handovers.select_related("settled_by").first(),
        "offices": any(row[2] and row[0].role in ADMINISTRATORS for row in grants),
    }


@require_POST
def account_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a business account on or off, or ask for it where it is an administrator's."""
    account = _account(request, pk)
    active = request.POST.get("active") == "1"
    if is_administrator(account):
        reason = request.POST.get("reason", "")
        act = refused_in_words(
            request, lambda: joint.switch_ask(request.user, account, active=active, reason=reason)
        )
        if act is not None:
            messages.success(request, "已申请，由另一名管理员复核后生效。")
        return redirect("account", pk=pk)
    accounts.user_set_active(request.user, account, active=active)
    messages.success(request, f"账号“{account.username}”已{'启用' if account.is_active else '停用'}。")
    return redirect("account", pk=pk)


@require_POST
@never_cache
def account_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a code for one account; answers with the slip of its first half."""
    return _ask_codes(request, [_account(request, pk)], "account", pk)


@require_POST
def account_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a lockout."""
    account = _account(request, pk)
    accounts.user_unlock(request.user, account)
    messages.success(request, f"账号“{account.username}”已解除锁定。")
    return redirect("account", pk=pk)


@require_POST
def grant_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a grant back, or ask for it where it is one of the three offices."""
    if not may(request.user, "manage_users"):
        require(request.user, "grant")
    grant = Grant.objects.select_related("user", "region").filter(pk=pk).first()
    if grant is None:
        raise LianshuError("E1002")
    if grant.role in ADMINISTRATORS:
        _account(request, grant.user_id)
        reason = request.POST.get("reason", "")
        act = refused_in_words(request, lambda: joint.grant_end_ask(request.user, grant, reason=reason))
        if act is not None:
            messages.success(request, "已申请，由另一名管理员复核后收回。")
    else:
        accounts.grant_end(request.user, grant)
        messages.success(request, "授权已收回。")
    return redirect("account", pk=grant.user_id)
