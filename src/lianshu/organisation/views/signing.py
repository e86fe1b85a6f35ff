"""Signing in and out, changing one's password, setting one with a code in two halves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from lianshu.core.addresses import client_address
from lianshu.core.attempt import attempt
from lianshu.core.models import Setting

from .. import access_log, credentials, sign_in_limits
from ..forms import CodeForm, PasswordForm, SignInForm
from ..models import SignInAttempt, User

#: where the session keeps the words about the sign-in before this one
BEFORE = "sign_in_before"


def _typed(request: HttpRequest) -> str:
    """The login name as typed, fit for a look-up whatever a program sent."""
    return request.POST.get("username", "").replace("\0", "")[: SignInForm.LONGEST].strip()


def _named(username: str) -> User | None:
    return User.objects.filter(username=username).first()


def _not_judged(request: HttpRequest, refused: sign_in_limits.Refusal, username: str) -> HttpResponse:
    """The page of who must wait; nothing was hashed."""
    words = {
        "account": "账号连续登录不成功",
        "address": "本地址登录不成功过多",
        "total": "全系统登录不成功过多",
    }
    access_log.door(
        "锁定", _named(username), address=client_address(request), words=words[refused.what], typed=username
    )
    response = render(request, "organisation/locked.html", {"refused": refused}, status=429)
    return _quiet(response, 60 * refused.minutes)


def _quiet(response: HttpResponse, seconds: int) -> HttpResponse:
    """An answer to come back later, without a line in the server's own log: a flood would fill it."""
    response["Retry-After"] = str(seconds)
    response._has_been_logged = True
    return response


def _busy(request: HttpRequest) -> HttpResponse:
    return _quiet(render(request, "organisation/busy.html", status=429), 5)


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

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        username = _typed(request)
        self.attempt = sign_in_limits.try_of(request, username)
        if refused := sign_in_limits.refusal(self.attempt):
            return _not_judged(request, refused, username)
        try:
            with sign_in_limits.hashing(sign_in_limits.standing_of(self.attempt)):
                return super().post(request, *args, **kwargs)
        except sign_in_limits.TooBusyError:
            return _busy(request)

    def form_invalid(self, form) -> HttpResponse:
        username, password = form.cleaned_data.get("username"), form.cleaned_data.get("password")
        if username and password:
            self._failed(form, username, password)
            if refused := sign_in_limits.refusal(self.attempt):
                return _not_judged(self.request, refused, username)
        return super().form_invalid(form)

    def _failed(self, form: Any, username: str, password: str) -> None:
        account = _named(username)
        sign_in_limits.note(self.attempt, succeeded=False)
        words = "账号已停用" if account and not account.is_active else "登录名或密码不正确"
        replaced = credentials.replaced_password(account, password)
        if replaced is not None:
            words = "用重置前的密码"
            form.add_error(
                None,
                f"这个密码已于 {timezone.localtime(replaced.at):%Y-%m-%d %H:%M} 被重置替换（{replaced.words}）。"
                "不是您本人办理的，请立即告诉审计管理员。",
            )
        access_log.door("登录失败", account, address=self.attempt.address, words=words, typed=username)

    def form_valid(self, form) -> HttpResponse:
        user, address = form.get_user(), self.attempt.address
        before = _before(user, self.attempt)
        response = super().form_valid(form)
        User.objects.filter(pk=user.pk).update(last_address=address)
        self.request.session[BEFORE] = before
        messages.info(self.request, before)
        sign_in_limits.note(self.attempt, succeeded=True)
        sign_in_limits.remember_device(self.request, response, user.username)
        words = "成功" if self.attempt.device else "成功，此浏览器首次登录本账号"
        access_log.door("登录", user, address=address, words=words, by=user)
        return response


def _before(user: User, attempt: sign_in_limits.Try) -> str:
    """The sign-in before this one in words, with the failures since: who did not make them should say so."""
    if user.last_login is None:
        return "这是本账号第一次登录。"
    words = f"上次登录：{timezone.localtime(user.last_login):%Y-%m-%d %H:%M}，地址 {user.last_address or '无记录'}"
    failures = SignInAttempt.objects.filter(
        name=attempt.name, succeeded=False, at__gt=user.last_login
    ).count()
    return words + (f"；其后 {failures} 次登录不成功" if failures else "")


class SignOut(LogoutView):
    """Sign out (POST only)."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            access_log.door("退出", user, address=client_address(request), words="本人退出", by=user)
        return super().post(request, *args, **kwargs)


@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; this session goes on, all others of the account end."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: credentials.password_change(request.user, old=data["old"], new=data["new"])):
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已修改。本账号在别处的登录已全部退出。")
            return redirect("home")
    return render(
        request,
        "organisation/change_password.html",
        {"form": form, "expired": credentials.password_expired(request.user)},
    )


@method_decorator([login_not_required, never_cache, sensitive_post_parameters()], name="dispatch")
class UseCode(FormView):
    """Set one's password with the two halves of a code. Opens no session; limited like signing in."""

    template_name = "organisation/use_code.html"
    form_class = CodeForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        username = _typed(request)
        self.attempt = sign_in_limits.try_of(request, username)
        if refused := sign_in_limits.refusal(self.attempt):
            return _not_judged(request, refused, username)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form) -> HttpResponse:
        data = form.cleaned_data
        address = self.attempt.address
        refused: list[bool] = []

        def use() -> User | None:
            account = credentials.code_use(
                username=data["username"],
                first=data["first"],
                second=data["second"],
                new=data["new"],
                address=address,
            )
            refused.append(account is None)
            return account

        account = attempt(form, use)
        if account is not None:
            messages.success(self.request, "密码已设好，请用新密码登录。")
            return redirect("sign-in")
        if refused:
            sign_in_limits.note(self.attempt, succeeded=False)
            account = _named(data["username"])
            access_log.door(
                "登录失败", account, address=address, words="一次性码不正确", typed=data["username"]
            )
            form.add_error(None, credentials.code_refusal())
        return self.form_invalid(form)
