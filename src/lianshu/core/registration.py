"""What this room hangs into the shell, and its background work."""

from __future__ import annotations

import datetime as dt

from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from . import audit
from .importing import services  # noqa: F401  (registers the import jobs)
from .jobs import Report, register_chore, register_job
from .ledger import large  # noqa: F401  (registers the export job)
from .models import Job, Setting
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
    """Recompute the chain of the audit log and keep the result for its page."""
    count, broken = audit.verify(report)
    value = {"at": timezone.now().isoformat(), "count": count, "broken": broken}
    words = (
        f"哈希链完好，共 {count} 条"
        if broken is None
        else f"哈希链在第 {broken} 号处断开，此前 {count} 条完好"
    )
    with transaction.atomic():
        Setting.objects.update_or_create(key=audit.VERIFIED, defaults={"value": value})
        report.finish({"url": reverse("audit"), "words": words})
