"""Addresses of this room."""

from django.urls import path

from .views import accounts, joint, signing, why

urlpatterns = [
    path("sign-in/", signing.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", signing.UseCode.as_view(), name="sign-in-code"),
    path("sign-out/", signing.SignOut.as_view(), name="sign-out"),
    path("password/", signing.change_password, name="change-password"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/codes/", accounts.account_codes, name="account-codes"),
    path("accounts/new/", accounts.account_new, name="account-new"),
    path("accounts/<int:pk>/", accounts.account_page, name="account"),
    path("accounts/<int:pk>/switch/", accounts.account_switch, name="account-switch"),
    path("accounts/<int:pk>/reset/", accounts.account_reset, name="account-reset"),
    path("accounts/<int:pk>/unlock/", accounts.account_unlock, name="account-unlock"),
    path("grants/<int:pk>/end/", accounts.grant_end, name="grant-end"),
    path("joint-acts/", joint.joint_acts, name="joint-acts"),
    path("joint-acts/decide/", joint.joint_decide, name="joint-decide"),
    path("joint-acts/settle/", joint.handovers_settle, name="handovers-settle"),
    path("joint-acts/<int:pk>/withdraw/", joint.joint_withdraw, name="joint-withdraw"),
    path("joint-acts/<int:pk>/reprint/", joint.joint_reprint, name="joint-reprint"),
    path("why/<str:label>/<str:pk>/", why.why, name="why"),
]
