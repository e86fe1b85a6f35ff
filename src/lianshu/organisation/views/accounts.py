"""Accounts (system administrator) and grants (security administrator)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from lianshu.core.asked import words_asked
from lianshu.core.attempt import attempt
from lianshu.core.errors import LianshuError
from lianshu.core.scope import may, require

from .. import accounts
from ..forms import AccountForm, GrantForm
from ..models import Grant, User


def _accounts(request: HttpRequest) -> QuerySet[User]:
    """The accounts the administrator answers for; E1001 for everybody else."""
    action = "grant" if may(request.user, "grant") else "manage_users"
    require(request.user, action)
    return accounts.administered(request.user, action)


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
        {"page": page, "text": text, "may_make": may(request.user, "manage_users")},
    )


def account_new(request: HttpRequest) -> HttpResponse:
    """Make an account; its one-time password is shown on the answer page, once."""
    require(request.user, "manage_users")
    form = AccountForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: accounts.user_create(request.user, **form.cleaned_data))
        if made is not None:
            account, secret = made
            return render(request, "organisation/account_secret.html", {"account": account, "secret": secret})
    return render(request, "organisation/account_new.html", {"form": form})


def account_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its grants, and what each administrator may do with it."""
    account = _account(request, pk)
    form = None
    if may(request.user, "grant"):
        form = GrantForm(request.POST or None, granter=request.user, account=account)
        if request.method == "POST" and form.is_valid():
            given = attempt(form, lambda: accounts.grant_give(request.user, account, **form.cleaned_data))
            if given is not None:
                messages.success(request, f"已给{account.name}授权。")
                return redirect("account", pk=pk)
    elif request.method == "POST":
        require(request.user, "grant")
    grants = account.grants.select_related("region", "unit", "given_by").prefetch_related("chains")
    in_force = set(account.grants.filter(Grant.in_force()).values_list("pk", flat=True))
    return render(
        request,
        "organisation/account_page.html",
        {
            "account": account,
            "grants": [(grant, grant.pk in in_force) for grant in grants],
            "form": form,
            "may_make": may(request.user, "manage_users"),
        },
    )


@require_POST
def account_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch an account on or off."""
    account = _account(request, pk)
    accounts.user_set_active(request.user, account, active=request.POST.get("active") == "1")
    messages.success(request, f"账号“{account.username}”已{'启用' if account.is_active else '停用'}。")
    return redirect("account", pk=pk)


@require_POST
def account_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a new one-time password."""
    account = _account(request, pk)
    try:
        secret = accounts.user_reset_password(request.user, account)
    except LianshuError as error:
        if not error.problems:
            raise
        messages.error(request, error.sentence)
        return redirect("account", pk=pk)
    return render(request, "organisation/account_secret.html", {"account": account, "secret": secret})


@require_POST
def account_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a lockout."""
    account = _account(request, pk)
    accounts.user_unlock(request.user, account)
    messages.success(request, f"账号“{account.username}”已解除锁定。")
    return redirect("account", pk=pk)


@require_POST
def grant_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a grant back."""
    require(request.user, "grant")
    grant = Grant.objects.select_related("user", "region").filter(pk=pk).first()
    if grant is None:
        raise LianshuError("E1002")
    accounts.grant_end(request.user, grant)
    messages.success(request, "授权已收回。")
    return redirect("account", pk=grant.user_id)
