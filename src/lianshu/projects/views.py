"""Pages of projects beyond the ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lianshu.core.attempt import attempt
from lianshu.core.scope import get_visible, require
from lianshu.organisation.models import Person, Unit

from . import services
from .models import Project


class AttachForm(forms.Form):
    """Who is attached to the project."""

    person = forms.ModelChoiceField(Person._base_manager.none(), label="领导", required=False)
    unit = forms.ModelChoiceField(Unit._base_manager.none(), label="或部门", required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(user)
        self.fields["unit"].queryset = Unit.objects.visible_to(user)


def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a leader or department to a project."""
    project = get_visible(request.user, Project.objects.select_related("region"), pk=pk)
    require(request.user, "edit", project)
    form = AttachForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: services.project_attach(request.user, project, **form.cleaned_data))
        if made is not None:
            messages.success(request, "已登记，联系包保表会跟着更新。")
            return redirect("ledger-row", slug="projects", pk=pk)
    return render(request, "projects/attach.html", {"project": project, "form": form})
