"""What targets ask of whom: each period's figure, and its approval (see `lianshu.obligations.sources`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.urls import reverse

from lianshu.obligations.models import Obligation
from lianshu.obligations.sources import Kind, Owed, declare, source
from lianshu.reference.periods import Period
from lianshu.reference.workdays import add_workdays

from . import figures
from .models import Observation, Target
from .selectors import frequency, key_of, observations_by_key

#: working days after a period's end within which its figure is owed
_WITHIN = 10


def _cells(rows: Sequence[Obligation]) -> tuple[str, str, str]:
    period = Period.from_code(rows[0].group.rpartition(":")[2])
    names = "、".join(dict.fromkeys(row.title for row in rows[:3]))
    more = f"等 {len(rows)} 项" if len(rows) > 3 else ""
    return f"{period.text}数：{names}{more}", f"填 {len(rows)} 格", rows[0].address


def _approvals(rows: Sequence[Obligation]) -> tuple[str, str, str]:
    return f"{len(rows)} 个填报数等审定", "审定", rows[0].address


FIGURE = declare(Kind("figure", "填报", files=True, fold=_cells))
APPROVAL = declare(Kind("approval", "审定", fold=_approvals))


@source(Target)
def owed_by_targets(rows: QuerySet, today: dt.date) -> Iterator[Owed]:
    """The figure of the last finished period nobody has entered yet; that of the running one waits from the
    day after its end, and takes the other's place one period later."""
    standing = list(
        rows.filter(state=Target.State.ACTIVE, background=False).select_related("indicator", "plan")
    )
    observations = observations_by_key(standing)
    for target in standing:
        ended = target.when.deadline() if target.when.yearly else None
        if ended is not None and ended.year < today.year - 1:
            continue
        running = Period.containing(today, frequency(target))
        known = figures.figures(observations.get(key_of(target), []))
        latest = max((one.period.end for one in known), default=None)
        for period in (running.previous(), running):
            if latest is not None and latest >= period.end:
                continue
            yield Owed(
                f"figure:{target.pk}:{period.code}",
                FIGURE,
                target,
                region=target.region_id,
                chain=target.chain_id,
                title=target.name,
                address=f"{reverse('targets-entry')}?kind={period.kind.value}",
                verb="填 1 格",
                unit=target.unit_id or target.subject_unit_id,
                note=f"{period.text}数",
                group=f"figures:{period.code}",
                due=add_workdays(period.end, _WITHIN),
                opens=period.end + dt.timedelta(days=1),
                closes=period.next().end,
                simulated=target.simulated,
            )


@source(Observation)
def owed_by_observations(rows: QuerySet, today: dt.date) -> Iterator[Owed]:
    """Figures that wait for approval."""
    waiting = rows.filter(superseded=False, state=Observation.State.SUBMITTED)
    for row in waiting.select_related("indicator"):
        yield Owed(
            f"approve:{row.pk}",
            APPROVAL,
            row,
            region=row.region_id,
            chain=row.chain_id,
            title=f"{row.indicator.name} {Period.from_code(row.period).text}",
            address=reverse("values-review"),
            verb="审定",
            action="approve",
            group="approvals",
            simulated=row.simulated,
        )
