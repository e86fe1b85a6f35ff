"""Rows for the addresses of the base room."""

from __future__ import annotations

from django.core.files.base import ContentFile
from tests.core.sample_ledger import SampleLedger

from lianshu.core.attachments import attachment_add
from lianshu.core.importing.services import import_start
from lianshu.core.jobs import start_job
from lianshu.core.ledger.large import export_start
from lianshu.core.ledger.services import view_save
from lianshu.core.notices import notices_of, notify


def cases(world):
    slug, unit = "sample-units", world.department.pk
    text = f"名称,地区\n{world.department.name},{world.county.name}\n".encode()
    run = import_start(world.owner, SampleLedger(), data=text, name="单位.csv")
    file = attachment_add(world.owner, world.department, file=ContentFile(b"%PDF-1.7", name="a.pdf"))
    view = view_save(world.owner, ledger=slug, name="视图", query={}, columns=[])
    job = start_job(world.owner, "audit.verify", title="校验")
    notify([world.owner], title="通知")
    exported = export_start(world.owner, SampleLedger(), form="csv", query="", columns=["name"])
    rows = {
        f"ledger-{name}": (slug, unit) for name in ("row", "drawer", "edit", "delete", "comment", "attach")
    }
    whole = ("list", "create", "bulk", "columns", "view-save", "import", "import-template")
    runs = ("import-run", "import-check", "import-write", "import-errors")
    return (
        rows
        | {f"ledger-{name}": (slug,) for name in whole}
        | {f"ledger-{name}": (slug, run.pk) for name in runs}
        | {
            "ledger-view-delete": (slug, view.pk),
            "ledger-pick": (slug, "parent"),
            "ledger-export": (slug, "csv"),
            "ledger-export-file": (exported.pk,),
            "attachment": (file.pk,),
            "attachment-delete": (file.pk,),
            "job": (job.pk,),
            "job-progress": (job.pk,),
            "job-cancel": (job.pk,),
            "notice-open": (notices_of(world.owner).first().pk,),
        }
    )
