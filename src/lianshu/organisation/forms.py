"""Forms of accounts and grants."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.validators import MaxLengthValidator

from lianshu.core.scope import ROLES

from .models import Chain, Region, Unit, User
from .passwords import MOST


class SignInForm(AuthenticationForm):
    """Sign-in; the refusal never says which of the two was wrong."""

    LONGEST = 60
    error_messages = {
        "invalid_login": "登录名或密码不正确。连续 5 次不正确，账号将锁定 30 分钟。",
        "inactive": "登录名或密码不正确。连续 5 次不正确，账号将锁定 30 分钟。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "登录名"
        self.fields["password"].label = "密码"
        self.fields["password"].max_length = MOST
        self.fields["password"].validators.append(MaxLengthValidator(MOST, "密码太长。"))


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    new = forms.CharField(
        label="新密码",
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少 10 位，含大写字母、小写字母、数字、符号中的三种；不要用姓名、单位、地区加年份或连号。",
    )
    again = forms.CharField(
        label="再输一次新密码",
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的新密码不一致")
        return data


class CodeForm(NewPasswordForm):
    """The two halves of a one-time code and a new password."""

    _half = {
        "autocomplete": "off",
        "autocapitalize": "characters",
        "spellcheck": "false",
        "placeholder": "XXXX-XXXX",
    }
    username = forms.CharField(
        label="登录名",
        max_length=SignInForm.LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    first = forms.CharField(label="第一半码", max_length=20, widget=forms.TextInput(attrs=_half))
    second = forms.CharField(label="第二半码", max_length=20, widget=forms.TextInput(attrs=_half))

    field_order = ["username", "first", "second", "new", "again"]


class PasswordForm(NewPasswordForm):
    """Old password, new password twice."""

    old = forms.CharField(
        label="原密码",
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    field_order = ["old", "new", "again"]


class CodesForm(forms.Form):
    """Why accounts need a code, and how long it holds."""

    reason = forms.CharField(label="事由", max_length=200, initial="本人到场申请")
    days = forms.TypedChoiceField(
        label="一次性码有效期",
        coerce=int,
        initial=1,
        choices=[(1, "到下一个工作日为止"), (3, "3 个工作日"), (5, "5 个工作日")],
    )


class AccountForm(CodesForm):
    """A new account."""

    username = forms.CharField(label="登录名", max_length=60)
    name = forms.CharField(label="姓名", max_length=40)
    unit = forms.ModelChoiceField(Unit._base_manager.none(), label="单位", required=False)

    field_order = ["username", "name", "unit", "reason", "days"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = Region.objects.visible_to(user, "manage_users")
        self.fields["unit"].queryset = Unit._base_manager.filter(region__in=within).select_related("region")
        self.fields["unit"].label_from_instance = lambda unit: f"{unit.region} · {unit}"


class GrantForm(forms.Form):
    """A role for an account."""

    role = forms.ChoiceField(label="角色", choices=[(code, name) for code, (name, _) in ROLES.items()])
    region = forms.ModelChoiceField(Region._base_manager.all(), label="地区及以下")
    chains = forms.ModelMultipleChoiceField(
        Chain._base_manager.select_related("region"),
        label="限产业链",
        required=False,
        help_text="不选表示全部产业链",
    )
    unit = forms.ModelChoiceField(
        Unit._base_manager.all(),
        label="限本单位事项",
        required=False,
        help_text="选定后，只能填报由这个单位负责的事项",
    )
    own_unit = forms.BooleanField(
        label="另授责任单位一角，限本人单位的事项",
        required=False,
        initial=True,
        help_text="链条办牵头的全区任务不属于哪一条链，要有这一角才能填报进展",
    )
    valid_from = forms.DateField(label="起", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(label="止", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label="事由",
        max_length=200,
        required=False,
        help_text="授予管理员角色时必填，由另一名管理员复核后生效",
    )

    def __init__(self, *args: Any, granter: User, account: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = Region.objects.visible_to(granter, "grant")
        if account.unit_id is None:
            del self.fields["own_unit"]
        self.fields["region"].queryset = within
        self.fields["chains"].queryset = Chain._base_manager.filter(region__in=within).select_related(
            "region"
        )
        self.fields["unit"].queryset = Unit._base_manager.filter(region__in=within)
        self.fields["chains"].label_from_instance = lambda chain: f"{chain.region} · {chain}"
        self.fields["unit"].label_from_instance = lambda unit: f"{unit.region} · {unit}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # Only a grant limited to chains leaves the tasks of the whole region out.
        data["own_unit"] = bool(
            data.get("own_unit") and data.get("role") == "chain_office" and data.get("chains")
        )
        return data
