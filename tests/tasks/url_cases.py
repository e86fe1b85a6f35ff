"""Rows for the addresses of tasks, duties and supervision."""

import datetime as dt

from tests.targets.samples import make_plan

from lianshu.obligations.services import follow
from lianshu.tasks.models import Notice, OccurrenceEvidence

from .samples import make_duty, make_task


def cases(world):
    plan = make_plan(world)
    task = (make_task(world, plan=plan).pk,)
    duty = make_duty(world)
    occurrence = duty.occurrences.first()
    evidence = OccurrenceEvidence.objects.create(
        occurrence=occurrence, on=dt.date(2026, 1, 20), text="示例", by=world.colleague
    )
    notice = Notice.objects.create(
        region=world.county, number="DB-2026-900", title="示例", text="示例", to_unit=world.department
    )
    follow(notice)
    names = ("page", "report", "hand-out", "return", "cancel", "decide")
    return {f"task-{name}": task for name in names} | {
        "tasks-table-xlsx": (plan.pk, "a4"),
        "duty-page": (duty.pk,),
        "occurrence-prove": (occurrence.pk,),
        "occurrence-waive": (occurrence.pk,),
        "evidence-withdraw": (evidence.pk,),
        "notice-page": (notice.pk,),
        "notice-step": (notice.pk, "sign"),
    }
