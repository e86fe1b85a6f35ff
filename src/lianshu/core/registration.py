"""What this room hangs into the shell, and its background work."""

from __future__ import annotations

import datetime as dt

from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from . import audit
from .importing import services  # noqa: F401  (registers the import jobs)
from .jobs import Report, register_chore, register_job
from .ledger import large  # noqa: F401  (registers the export job)
from .models import Job
from .registries import NavItem, registry

registry.menu_items.setdefault("设置", []).extend(
    [
        NavItem("审计日志", "audit", order=800, action="audit"),
        NavItem("后台任务", "jobs", order=900, action=None),
    ]
)


register_chore("sessions", dt.timedelta(days=1), lambda: call_command("clearsessions"))


@register_job("audit.verify", retry=True)
def verify_job(job: Job, report: Report) -> None:
    """Verify the audit log and keep the result for its page."""
    verdict = audit.verify(report)
    with transaction.atomic():
        audit.keep_verdict(verdict)
        report.finish({"url": reverse("audit"), "words": verdict.words})
