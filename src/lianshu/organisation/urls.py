"""Addresses of this room."""

from django.urls import path

from .views import accounts, signing, why

urlpatterns = [
    path("sign-in/", signing.SignIn.as_view(), name="sign-in"),
    path("sign-out/", signing.SignOut.as_view(), name="sign-out"),
    path("password/", signing.change_password, name="change-password"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account-new"),
    path("accounts/<int:pk>/", accounts.account_page, name="account"),
    path("accounts/<int:pk>/switch/", accounts.account_switch, name="account-switch"),
    path("accounts/<int:pk>/reset/", accounts.account_reset, name="account-reset"),
    path("accounts/<int:pk>/unlock/", accounts.account_unlock, name="account-unlock"),
    path("grants/<int:pk>/end/", accounts.grant_end, name="grant-end"),
    path("why/<str:label>/<str:pk>/", why.why, name="why"),
]
