"""链长一页纸: one chain on one page, put together from what the rooms know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from lianshu.core.registries import AgendaItem, registry
from lianshu.obligations import selectors as obligations
from lianshu.obligations.models import Obligation
from lianshu.obligations.sources import kind_of
from lianshu.organisation.models import Appointment, Chain
from lianshu.targets import selectors as targets
from lianshu.tasks import selectors as tasks
from lianshu.tasks.owing import DECISION

from .changes import Change, recent_changes
from .selectors import agenda, on_chain

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
    """Everything on the chief's page of a chain. ``lights`` count targets and what waits on the chain."""

    chain: Chain
    chief: str
    as_of: dt.datetime | None
    lights: dict[str, int]
    changes: list[Change]
    decisions: list[tuple[Any, Any]]
    waiting: list[AgendaItem]
    reasons: list[Reason]
    open: list[tuple[Obligation, str, str]]
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
    owed = list(obligations.visible(user, today, chain=chain.pk).filter(counted=True))
    judged = [(row, kind_of(row.kind).word, obligations.light_of(row.due, today)) for row in owed]
    counts = dict.fromkeys(_LIGHTS, 0)
    # grey is a target without figures; what has no day is neither late nor in time
    dated = (light for row, _, light in judged if row.due is not None)
    for light in (*(line.pace.light for line in lines), *dated):
        counts[light] += 1
    changes = recent_changes(
        user, since=timezone.now() - dt.timedelta(days=7), chain=chain, own=True, limit=20
    )
    stamps = [one.at for line in lines for one in line.observations]
    stamps += [change.entry.at for change in changes]
    mine = [item for items in agenda(user, today).groups.values() for item in items]
    return Sheet(
        chain=chain,
        chief=chief_name(chain, today),
        as_of=max(stamps, default=None),
        lights=counts,
        changes=changes,
        decisions=tasks.undecided(user, [row.object_id for row in owed if row.kind == DECISION.code]),
        # what is decided here with its own form is not listed a second time
        waiting=[item for item in on_chain(mine, chain.pk) if item.kind != DECISION.word],
        reasons=_reasons(lines, [row for row in judged if row[2] == "red"]),
        open=[
            one
            for one in judged
            if one[2] != "red" and one[0].kind != DECISION.code and _near(one[0].due, today)
        ],
        panels=[
            (panel.title, html)
            for panel in registry.panels_of("chain")
            if panel.key not in _OWN and (html := panel.render(request, chain))
        ],
    )


def _near(due: dt.date | None, today: dt.date) -> bool:
    return due is None or due <= today + dt.timedelta(days=31)


def _reasons(lines: list[Any], late: list[tuple[Obligation, str, str]]) -> list[Reason]:
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
            word,
            row.title,
            f"{row.note}。" if row.note else "",
            str(row.unit or row.person or "未定单位"),
            row.address,
            row.due,
            row.simulated,
        )
        for row, word, _ in late
    ]
    return found
