"""链长一页纸: one chain on one page, put together from what the rooms know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from lianshu.core.registries import AgendaItem, registry
from lianshu.organisation.models import Appointment, Chain
from lianshu.reference.periods import Period
from lianshu.targets import selectors as targets
from lianshu.tasks import selectors as tasks
from lianshu.tasks.models import Occurrence, Task
from lianshu.tasks.panels import DECISION
from lianshu.tasks.services.tasks import OPEN

from .changes import Change, recent_changes
from .selectors import agenda

#: panels shown by their own sections of this page
_OWN = ("targets", "tasks", "duties")
_LIGHTS = ("red", "amber", "green", "grey")


@dataclass(slots=True)
class Reason:
    """Why something is red: what, one sentence, who, when, its page."""

    kind: str
    name: str
    why: str
    who: str
    url: str
    due: dt.date | None = None
    simulated: bool = False


@dataclass(slots=True)
class Sheet:
    """Everything on the chief's page of a chain."""

    chain: Chain
    chief: str
    as_of: dt.datetime | None
    lights: dict[str, int]
    changes: list[Change]
    decisions: list[tuple[Any, Any]]
    waiting: list[AgendaItem]
    reasons: list[Reason]
    open_tasks: list[tuple[Task, str, str]]
    open_duties: list[tuple[Occurrence, str, tuple[str, str]]]
    panels: list[tuple[str, str]] = field(default_factory=list)

    @property
    def to_decide(self) -> int:
        """How many things wait for a decision or an act of the person."""
        return len(self.decisions) + len(self.waiting)


def chains_of(user: Any) -> QuerySet:
    """The chains a person may look at, in force."""
    return (
        Chain.objects.visible_to(user)
        .filter(Chain.in_force())
        .select_related("region")
        .order_by("region__path", "id")
    )


def chief_name(chain: Chain, today: dt.date) -> str:
    """The chain's chief in words; 待定 while nobody is named."""
    row = (
        Appointment._base_manager.filter(
            Appointment.in_force(today), chain=chain, role=Appointment.Role.CHIEF
        )
        .select_related("person", "holder_unit")
        .first()
    )
    return row.holder if row is not None else "待定"


def sheet(request: Any, chain: Chain, today: dt.date) -> Sheet:
    """Put the page together for the person of ``request``."""
    user = request.user
    lines = targets.lines(targets.targets_visible(user).filter(chain=chain), today)
    rows = list(tasks.tasks_visible(user).filter(chain=chain, state__in=OPEN).order_by("next_due", "id"))
    judged = [(task, *tasks.task_light(task, today)) for task in rows]
    duties = list(
        tasks.occurrences_visible(user, chain=chain.pk).filter(
            state=Occurrence.State.OPEN, due__lte=today + dt.timedelta(days=31)
        )
    )
    shown = [(row, Period.from_code(row.period).text, tasks.occurrence_light(row, today)) for row in duties]
    counts = dict.fromkeys(_LIGHTS, 0)
    for light in (
        *(line.pace.light for line in lines),
        *(light for _, light, _ in judged),
        *(light for _, _, (light, _) in shown),
    ):
        counts[light] += 1
    changes = recent_changes(
        user, since=timezone.now() - dt.timedelta(days=7), chain=chain, own=True, limit=20
    )
    stamps = [one.at for line in lines for one in line.observations]
    stamps += [change.entry.at for change in changes]
    decisions = tasks.undecided(user, chain)
    waiting = [item for items in agenda(user, today).groups.values() for item in items]
    return Sheet(
        chain=chain,
        chief=chief_name(chain, today),
        as_of=max(stamps, default=None),
        lights=counts,
        changes=changes,
        decisions=decisions,
        waiting=[item for item in waiting if item.chain == str(chain) and not item.key.startswith(DECISION)],
        reasons=_reasons(lines, judged, shown),
        open_tasks=judged,
        open_duties=shown,
        panels=[
            (panel.title, html)
            for panel in registry.panels_of("chain")
            if panel.key not in _OWN and (html := panel.render(request, chain))
        ],
    )


def _reasons(lines: list[Any], judged: list[Any], shown: list[Any]) -> list[Reason]:
    found = [
        Reason(
            "目标",
            line.target.name,
            line.pace.why,
            str(line.target.unit or "未定责任单位"),
            reverse("target-page", args=(line.target.pk,)),
            line.pace.deadline,
            line.target.simulated,
        )
        for line in lines
        if line.pace.light == "red"
    ]
    found += [
        Reason(
            "任务",
            task.title,
            f"{why}。",
            str(task.lead_unit or "未定牵头单位"),
            reverse("task-page", args=(task.pk,)),
            task.due,
            task.simulated,
        )
        for task, light, why in judged
        if light == "red"
    ]
    found += [
        Reason(
            "职责",
            f"{row.duty.what}（{period}）",
            f"应完成 {row.needed} 次，已完成 {row.done} 次。",
            str(row.duty.unit or row.duty.who or "未定单位"),
            reverse("duty-page", args=(row.duty_id,)),
            row.due,
            row.duty.simulated,
        )
        for row, period, (light, _) in shown
        if light == "red"
    ]
    return found
