"""Tasks and duties for tests, in a county that does not exist."""

from __future__ import annotations

import datetime as dt

from lianshu.obligations.services import follow
from lianshu.tasks.calendar import occurrences_refresh
from lianshu.tasks.models import Duty, Task


def make_task(world, title="梳理缺失环节", due=dt.date(2026, 6, 30), **values) -> Task:
    values = {"region": world.county, "lead_unit": world.department, "next_due": due} | values
    task = Task.objects.create(title=title, due=due, **values)
    follow(task)
    return task


def make_duty(world, what="向总链办书面汇报", every="month", **values) -> Duty:
    values = {
        "region": world.county, "unit": world.chain_office, "chain": world.chain,
        "starts": dt.date(2026, 1, 1),
    } | values  # fmt: skip
    duty = Duty.objects.create(what=what, every=every, **values)
    occurrences_refresh(duty, today=dt.date(2026, 7, 10))
    return duty
