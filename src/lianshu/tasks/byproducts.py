"""Duties are fulfilled by what is done elsewhere in the system: no second entry, no check-ins.

A room calls :func:`count_byproduct` when something of a known kind happened (a map version was published,
a trip logged, a report filed). Every active duty of the region that counts this kind, on the same chain and
for the same unit, gets an evidence row in the period of that day. Counting one thing twice does nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from lianshu.core import audit
from lianshu.obligations.services import follow
from lianshu.reference.due_days import KINDS
from lianshu.reference.periods import Period

from .calendar import occurrence_about, occurrence_for
from .models import Duty, Occurrence, OccurrenceEvidence


@dataclass(frozen=True, slots=True)
class ByProduct:
    """A kind of by-product: code, name people read, words by which a duty's text asks for it."""

    kind: str
    label: str
    words: re.Pattern[str]


_known: dict[str, ByProduct] = {}


def register_byproduct(kind: str, label: str, words: str) -> None:
    """Make a kind known; ``words`` is a pattern over a duty's text. A room may register kinds of its own."""
    _known[kind] = ByProduct(kind, label, re.compile(words))


def byproducts() -> list[ByProduct]:
    """All kinds in order of registration: the first one whose words fit a duty is offered for it."""
    return list(_known.values())


def byproduct_label(kind: str) -> str:
    """A kind's name; "" for none."""
    return _known[kind].label if kind in _known else ""


def byproduct_for(what: str) -> str:
    """The kind that fulfils a duty by the words of its text; "" where none is known."""
    return next((one.kind for one in _known.values() if one.words.search(what)), "")


register_byproduct("chart_published", "发布产业链图谱", r"全景图|现状图|图谱|五图")
register_byproduct("trip", "外出招商", r"(外出|上门|赴外|驻点).{0,6}招商|招商.{0,4}活动")
register_byproduct("signing", "集中签约", r"集中签约|签约(活动|仪式)")
register_byproduct("groundbreaking", "集中开工", r"集中开工|开工(活动|仪式)")
register_byproduct("job_fair", "招聘活动", r"招聘")
register_byproduct("training", "培训活动", r"培训")
register_byproduct("contest", "大赛活动", r"大赛|竞赛|擂台赛")
register_byproduct("meeting", "会议", r"会议|会商|例会|座谈|调度会|现场办公")
register_byproduct("visit", "走访服务企业", r"走访|调研|联系企业|进企业|入企")
register_byproduct("report_filed", "报送报告", r"报告|汇报|报送|上报|总结|工作计划|工作要点|清单|通报|专报")


def _duties(kind: str, region: Any, chain: Any, unit: Any) -> models.QuerySet:
    rows = Duty._base_manager.filter(counts=kind, active=True, region=region)
    rows = rows.filter(Q(chain=None) | Q(chain=chain)) if chain is not None else rows.filter(chain=None)
    if unit is not None:
        rows = rows.filter(Q(unit=None) | Q(unit=unit) | Q(support_units=unit)).distinct()
    return rows.select_related("region", "chain", "unit")


@transaction.atomic
def count_byproduct(
    user: Any,
    kind: str,
    obj: models.Model,
    *,
    on: dt.date | None = None,
    chain: Any = None,
    unit: Any = None,
    text: str = "",
    region: Any = None,
    period: str = "",
    duties: Any = None,
) -> list[Occurrence]:
    """Count ``obj`` toward every duty it fulfils; returns the occurrences that grew.

    ``on`` is the day it happened (today), or ``period`` names the period it is for (a month's report filed
    in the next month). ``region`` defaults to that of ``obj``, the chain or the unit. ``duties`` limits the
    count to given ones. Raises KeyError for a kind nobody registered.
    """
    if kind not in _known:
        raise KeyError(f"no by-product is called {kind!r}")
    region = region or getattr(obj, "region", None) or getattr(chain or unit, "region", None)
    if region is None:
        return []
    rows = _duties(kind, region, chain, unit)
    if duties is not None:
        rows = rows.filter(pk__in=[duty.pk for duty in duties])
    day = on or timezone.localdate()
    if period:
        day = Period.from_code(period).end
    grown = []
    for duty in rows:
        if duty.every not in KINDS:
            continue
        occurrence = occurrence_about(duty, day) if period else occurrence_for(duty, day)
        _, made = OccurrenceEvidence.objects.get_or_create(
            occurrence=occurrence,
            object_type=obj._meta.label_lower,
            object_id=str(obj.pk),
            defaults={
                "on": on or min(day, timezone.localdate()),
                "text": (text or f"{byproduct_label(kind)}：{obj}")[:300],
                "by": user if getattr(user, "pk", None) else None,
                "simulated": bool(getattr(obj, "simulated", False)),
            },
        )
        if made:
            occurrence_recount(occurrence)
            audit.record(user, "自动计入", duty, changes={occurrence.period: [None, str(obj)]})
            grown.append(occurrence)
    return grown


@transaction.atomic
def uncount_byproduct(user: Any, obj: models.Model) -> int:
    """Take back what ``obj`` counted for (it was deleted or returned); returns how many evidence rows."""
    rows = OccurrenceEvidence.objects.filter(
        object_type=obj._meta.label_lower, object_id=str(obj.pk)
    ).select_related("occurrence__duty")
    count = 0
    for row in rows:
        occurrence = row.occurrence
        row.delete()
        occurrence_recount(occurrence)
        audit.record(user, "取消计入", occurrence.duty, changes={occurrence.period: [str(obj), None]})
        count += 1
    return count


def occurrence_recount(occurrence: Occurrence) -> None:
    """Bring an occurrence's count and state in line with its evidence."""
    rows = list(occurrence.evidence.order_by("on", "id"))
    occurrence.done = len(rows)
    if occurrence.state != Occurrence.State.WAIVED:
        full = occurrence.done >= occurrence.needed
        occurrence.state = Occurrence.State.DONE if full else Occurrence.State.OPEN
        occurrence.done_at = rows[occurrence.needed - 1].on if full else None
    occurrence.save(update_fields=["done", "state", "done_at"])
    follow(occurrence.duty)
