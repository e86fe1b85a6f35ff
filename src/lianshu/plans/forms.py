"""Forms of this room; rules stand in the services."""

from __future__ import annotations

from typing import Any

from django import forms

from lianshu.organisation.models import Region

from .models import Plan
from .services.plans import FIELDS

ACCEPTED_FILES = ".txt,.md,.html,.htm,.docx,.pdf,.png,.jpg,.jpeg,.tif,.tiff,.bmp"


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """A file field that takes several files and gives a list."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(SeveralFiles, self).clean(one, initial) for one in files]


class UploadForm(forms.Form):
    """Files or pasted text, and the region they are for (empty: as the text says)."""

    files = SeveralFiles(label="文件", required=False)
    text = forms.CharField(label="或粘贴正文", required=False, widget=forms.Textarea(attrs={"rows": 8}))
    region = forms.ModelChoiceField(
        Region.objects.none(), label="地区", required=False, empty_label="按文件里写的地区识别"
    )

    def __init__(self, *args: Any, regions: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions if regions is not None else Region.objects.none()
        self.fields["files"].widget.attrs.update({"accept": ACCEPTED_FILES, "multiple": True})
        _style(self)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("files") and not (values.get("text") or "").strip():
            self.add_error("files", "请选择文件，或把方案正文粘贴到下面的框里。")
        return values


class EditionForm(forms.Form):
    """One new edition of a plan."""

    file = forms.FileField(label="文件", required=False)
    text = forms.CharField(label="或粘贴正文", required=False, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ACCEPTED_FILES
        _style(self)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("file") and not (values.get("text") or "").strip():
            self.add_error("file", "请选择文件，或把方案正文粘贴到下面的框里。")
        return values


class PlanForm(forms.ModelForm):
    """A plan's facts."""

    class Meta:
        model = Plan
        fields = FIELDS
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2}),
            "issued": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "published": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, regions: Any, uppers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions
        self.fields["upper"].queryset = uppers
        self.fields["upper"].empty_label = "没有"
        self.fields["upper"].label_from_instance = lambda plan: f"{plan.region.name}：{plan.title}"
        _style(self)


def _style(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        select = isinstance(field.widget, forms.Select)
        field.widget.attrs["class"] = "form-select" if select else "form-control"
