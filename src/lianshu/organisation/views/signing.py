"""Signing in and out, changing one's password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lianshu.core import audit
from lianshu.core.attempt import attempt
from lianshu.core.models import Setting

from .. import accounts
from ..forms import PasswordForm, SignInForm


class SignIn(LoginView):
    """The sign-in page; a signed-in person is sent on."""

    template_name = "organisation/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        owner = Setting.objects.filter(key="owner_name").first()
        notes = Setting.objects.filter(key="demo_accounts").first()
        return super().get_context_data(
            **kwargs, owner=owner.value if owner else "", demo_accounts=notes.value if notes else []
        )

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        audit.record(self.request.user, "登录", self.request.user)
        return response


class SignOut(LogoutView):
    """Sign out (POST only)."""

    http_method_names = ["post", "options"]


def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the session goes on."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: accounts.password_change(request.user, old=data["old"], new=data["new"])):
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已修改。")
            return redirect("home")
    return render(request, "organisation/change_password.html", {"form": form})
