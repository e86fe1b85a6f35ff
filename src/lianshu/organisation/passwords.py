"""Password rules and the answer to a locked account (等保 2.0: identity, lockout)."""

from __future__ import annotations

import string

from django.core.exceptions import ValidationError
from django.shortcuts import render


class MixedCharactersValidator:
    """At least three of: small letters, capitals, digits, signs."""

    def validate(self, password: str, user=None) -> None:
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        found = sum(any(char in kind for char in password) for kind in kinds)
        found += any(char not in "".join(kinds) for char in password)
        if found < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return "密码须含大写字母、小写字母、数字、符号中的三种。"


def locked_out(request, credentials=None, *args, **kwargs):
    """The page shown while an account is locked after repeated failures."""
    return render(request, "organisation/locked.html", status=429)
