"""From a form to a service and back: refusals go beside the form's fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from .errors import LianshuError


def attempt(form: forms.BaseForm, work: Callable[[], Any]) -> Any:
    """Run ``work`` for a valid form; its result, or None when it was refused and the form now says why.

    A refusal without problems of fields (not allowed, wrong state) is raised on.
    """
    try:
        return work()
    except LianshuError as error:
        if not error.problems:
            raise
        for field, text in error.problems:
            form.add_error(field if field in form.fields else None, text)
        return None
