"""What tasks, recurring duties and notices ask of whom (see `lianshu.obligations.sources`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from lianshu.obligations.models import Obligation
from lianshu.obligations.sources import BoardColumn, Kind, Owed, declare, source
from lianshu.reference.periods import Period

from .models import Duty, Notice, Occurrence, Task, TaskReport
from .selectors import standing_decision, without_parts
from .services.tasks import OPEN

#: how long before its day a return of a duty begins to wait
_AHEAD = dt.timedelta(days=45)


def _address(slug: str) -> Any:
    def address(chain: int, late: bool) -> str:
        page = reverse("overdue") if late else reverse("ledger-list", args=(slug,))
        return f"{page}?chain={chain}"

    return address


TASKS = BoardColumn("tasks", "任务", 20, _address("tasks"))
DUTIES = BoardColumn("duties", "职责", 30, _address("duties"))
NOTICES = BoardColumn("notices", "督办", 50, _address("notices"))


def _unassigned(rows: Sequence[Obligation]) -> tuple[str, str, str]:
    page = reverse("ledger-list", args=("tasks",))
    return f"{len(rows)} 项任务还没有牵头单位", "去交办", f"{page}?lead_unit=none"


TASK = declare(Kind("task", "任务", TASKS))
UNASSIGNED = declare(Kind("unassigned", "交办", TASKS, fold=_unassigned))
DECISION = declare(Kind("decision", "批示"))
DUTY = declare(Kind("duty", "履职", DUTIES))
REPORT = declare(Kind("report", "报送", DUTIES, files=True))
SUPERVISION = declare(Kind("supervision", "督办单", NOTICES))
CIRCULAR = declare(Kind("circular", "通报", NOTICES))


@source(Task)
def owed_by_tasks(rows: QuerySet, today: dt.date) -> Iterator[Owed]:
    """Open tasks of their leading unit; difficulties that wait for a decision. A plan's task whose work
    stands on a year's list waits there."""
    reports = TaskReport.objects.select_related("unit")
    parts = set(without_parts(rows).values_list("pk", flat=True))
    open_rows = rows.filter(state__in=OPEN).select_related("lead_unit")
    for task in open_rows.prefetch_related(Prefetch("reports", queryset=reports)):
        told = list(task.reports.all())
        given = next((one for one in told if one.kind == TaskReport.Kind.HANDED_OUT), None)
        about = {
            "subject": task,
            "region": task.region_id,
            "chain": task.chain_id,
            "address": reverse("task-page", args=(task.pk,)),
            "simulated": task.simulated,
        }
        if task.pk in parts:
            held = task.lead_unit_id is not None
            yield Owed(
                f"task:{task.pk}",
                TASK if held else UNASSIGNED,
                title=str(task),
                verb="填进展",
                unit=task.lead_unit_id,
                action="" if held else "adopt",
                note=f"进度 {task.progress}%",
                due=task.next_due,
                given_on=given.on if given else None,
                given_by=given.by_id if given else None,
                **about,
            )
        obstacle = standing_decision(told)
        if obstacle is not None:
            yield Owed(
                f"decide:{task.pk}",
                DECISION,
                title=f"{task.title}：{obstacle.obstacle}",
                verb="定",
                action="decide",
                note=f"{obstacle.unit or task.lead_unit or '未定单位'}提出",
                given_on=obstacle.on,
                **about,
            )


@source(Duty)
def owed_by_duties(rows: QuerySet, today: dt.date) -> Iterator[Owed]:
    """Open returns of active duties: of the responsible unit, of supporting ones (not counted again), or of
    the chain's chief where the plan asks the chief."""
    open_rows = Occurrence.objects.filter(state=Occurrence.State.OPEN)
    found = rows.filter(active=True).prefetch_related(
        "support_units", Prefetch("occurrences", queryset=open_rows, to_attr="open_occurrences")
    )
    for duty in found:
        chiefs_own = duty.unit_id is None and duty.chain_id is not None and "链长" in duty.who
        for row in duty.open_occurrences:
            yield from _returns(duty, row, "chief" if chiefs_own else "")


def _returns(duty: Duty, row: Occurrence, role: str) -> Iterator[Owed]:
    period = Period.from_code(row.period)
    about = {
        "kind": REPORT if duty.counts == "report_filed" else DUTY,
        "subject": duty,
        "region": duty.region_id,
        "chain": duty.chain_id,
        "title": f"{duty.what}（{period.text}）",
        "address": reverse("occurrence-prove", args=(row.pk,)),
        "verb": "登记",
        "note": f"{duty.cadence}，已完成 {row.done}／{row.needed} 次",
        "due": row.due,
        "opens": max(period.start, row.due - _AHEAD),
        "simulated": duty.simulated,
    }
    yield Owed(f"occurrence:{row.pk}", unit=duty.unit_id, role=role, **about)
    for unit in duty.support_units.all():
        if unit.pk != duty.unit_id:
            yield Owed(f"occurrence:{row.pk}:{unit.pk}", unit=unit.pk, counted=False, **about)


@source(Notice)
def owed_by_notices(rows: QuerySet, today: dt.date) -> Iterator[Owed]:
    """Notices a unit has to sign or answer; answers their sender has to read."""
    for row in rows.exclude(state=Notice.State.CLOSED):
        answered = row.state == Notice.State.ANSWERED
        verb = "看反馈" if answered else "签收" if row.state == Notice.State.SENT else "反馈"
        sender = row.sent_by_id
        yield Owed(
            f"notice:{row.pk}",
            SUPERVISION if row.kind == Notice.Kind.SUPERVISION else CIRCULAR,
            row,
            region=row.region_id,
            chain=row.chain_id,
            title=str(row),
            address=reverse("notice-page", args=(row.pk,)),
            verb=verb,
            unit=None if answered else row.to_unit_id,
            person=sender if answered else None,
            action="hand_out" if answered and sender is None else "",
            note=row.get_state_display(),
            due=None if answered else row.due,
            given_on=timezone.localtime(row.sent_at).date(),
            given_by=sender,
            simulated=row.simulated,
        )
