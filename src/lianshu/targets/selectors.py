"""Reads of this room: targets with their lights, values by period, parts against the whole."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from lianshu.core.scope import get_visible, grants_of
from lianshu.organisation.models import Region, Unit
from lianshu.reference.periods import Kind, Period

from . import figures
from .models import Observation, Target, TargetYear
from .pace import Pace, counts_up, pace_of

#: what a figure is about: indicator, region, chain, unit (numbers; None for the whole)
Key = tuple[int, int, int | None, int | None]

_RELATED = ("region", "chain", "unit", "subject_unit", "indicator", "plan", "item")


def key_of(row: Target | Observation) -> Key:
    """What a target's or observation's figures are about."""
    return row.indicator_id, row.region_id, row.chain_id, row.subject_unit_id


def targets_visible(
    user: Any,
    action: str = "view",
    *,
    region_path: str = "",
    chain: int | None = None,
    background: bool = False,
) -> QuerySet:
    """Standing targets a person may see (or act on); those quoted from the upper level only on request."""
    rows = Target.objects.visible_to(user, action).filter(state=Target.State.ACTIVE)
    if not background:
        rows = rows.filter(background=False)
    if region_path:
        rows = rows.filter(region__path__startswith=region_path)
    if chain:
        rows = rows.filter(chain_id=chain)
    return rows.select_related(*_RELATED)


def target_of(user: Any, pk: int) -> Target:
    """One target through the gate; E1002 otherwise."""
    return get_visible(user, Target.objects.select_related(*_RELATED, "whole", "upper__region"), pk=pk)


def observations_by_key(targets: Iterable[Target]) -> dict[Key, list[Observation]]:
    """The standing observations of many targets' subjects, in one query."""
    rows = list(targets)
    if not rows:
        return {}
    found: dict[Key, list[Observation]] = defaultdict(list)
    wanted = {key_of(target) for target in rows}
    for one in _standing(rows).select_related("unit", "by").order_by("period", "id"):
        if key_of(one) in wanted:
            found[key_of(one)].append(one)
    return found


def _standing(targets: Sequence[Target]) -> QuerySet:
    """The standing observations of all indicators in all regions of some targets."""
    return Observation._base_manager.filter(
        superseded=False,
        indicator__in={target.indicator_id for target in targets},
        region__in={target.region_id for target in targets},
    )


def years_by_target(targets: Iterable[Target]) -> dict[int, dict[int, Decimal]]:
    """Yearly demanded values by target, in one query."""
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for row in TargetYear.objects.filter(target__in=[target.pk for target in targets]):
        found[row.target_id][row.year] = row.value
    return found


@dataclass(slots=True)
class Line:
    """A target with its light and its figures."""

    target: Target
    pace: Pace
    observations: list[Observation] = field(default_factory=list)
    years: dict[int, Decimal] = field(default_factory=dict)

    @property
    def figures(self) -> list[figures.Figure]:
        return figures.figures(self.observations)


def lines(targets: Iterable[Target], today: dt.date) -> list[Line]:
    """Targets with their lights: two queries, however many they are."""
    rows = list(targets)
    observations, years = observations_by_key(rows), years_by_target(rows)
    found = []
    for target in rows:
        of_target = observations.get(key_of(target), [])
        goals = years.get(target.pk, {})
        pace = pace_of(target, goals, figures.figures(of_target), today)
        found.append(Line(target, pace, of_target, goals))
    return found


#: what a light is judged by, of a target and of its figures
_JUDGED = (
    "region", "chain", "subject_unit", "indicator__nature", "plan__start_year", "plan__end_year", "plan__issued",
    "plan__published", "low", "high", "op", "basis", "period", "measure", "baseline", "baseline_period", "background",
)  # fmt: skip
_TOLD = (
    "pk", "indicator_id", "region_id", "chain_id", "subject_unit_id", "period", "value", "state", "superseded", "at",
)  # fmt: skip
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Light:
    """A target's number, region, chain and light."""

    pk: int
    region: int
    chain: int | None
    light: str


def lights(targets: QuerySet, today: dt.date) -> list[Light]:
    """The lights of targets in their order, for counting and paging many of them.

    A light follows from all figures of a target and the day, which no condition of a query says without telling
    the rules of `pace` a second time. But no more is read than they need: no names, no units, no persons, some
    targets at a time; :func:`lines` reads the rest of those that are shown.
    """
    rows = targets.select_related(None).select_related("indicator", "plan").only(*_JUDGED)
    found: list[Light] = []
    some: list[Target] = []
    for target in rows.iterator(chunk_size=_CHUNK):
        some.append(target)
        if len(some) == _CHUNK:
            found += _lights(some, today)
            some = []
    return found + _lights(some, today)


def _lights(some: Sequence[Target], today: dt.date) -> list[Light]:
    if not some:
        return []
    told: dict[Key, list[Any]] = defaultdict(list)
    # plain rows with the names of the model's fields: making models of them costs more than all the rest
    for one in _standing(some).order_by("period", "id").values_list(*_TOLD, named=True):
        told[key_of(one)].append(one)
    years = years_by_target(some)
    found = []
    for target in some:
        values = figures.figures(told.get(key_of(target), ()))
        pace = pace_of(target, years.get(target.pk, {}), values, today)
        found.append(Light(target.pk, target.region_id, target.chain_id, pace.light))
    return found


def lines_of(user: Any, numbers: Sequence[int], today: dt.date) -> list[Line]:
    """The lines of some targets a person may see, in the order of their numbers."""
    rows = Target.objects.visible_to(user).filter(pk__in=numbers).select_related(*_RELATED)
    found = {line.target.pk: line for line in lines(rows, today)}
    return [found[number] for number in numbers if number in found]


_WORST = {"red": 0, "amber": 1, "green": 2, "grey": 3}


def worst_first(rows: Iterable[Line]) -> list[Line]:
    """Late ones first, then those without figures last."""
    return sorted(rows, key=lambda line: (_WORST[line.pace.light], line.target.pk))


def lights_by_chain(user: Any, chains: Iterable[Any], today: dt.date) -> dict[int, dict[str, int]]:
    """{chain id: {light: how many targets}} of the targets a person may see."""
    ids = [chain.pk for chain in chains]
    rows = targets_visible(user).filter(chain_id__in=ids)
    found: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    for one in lights(rows, today):
        counts = found[one.chain]
        counts[one.light] = counts.get(one.light, 0) + 1
    return found


# --- one target's page


@dataclass(slots=True)
class ValueRow:
    """One period of a target: the figure that counts and every unit's own, side by side."""

    period: Period
    chosen: Observation | None
    by_unit: list[Observation]

    @property
    def disputed(self) -> bool:
        standing = [one for one in self.by_unit if one.state != Observation.State.RETURNED]
        return len({one.value for one in standing}) > 1


def value_rows(observations: Sequence[Observation]) -> list[ValueRow]:
    """A target's periods, latest first."""
    groups: dict[str, list[Observation]] = defaultdict(list)
    for one in observations:
        groups[one.period].append(one)
    rows = [
        ValueRow(Period.from_code(code), figures.best(group), sorted(group, key=lambda one: -one.pk))
        for code, group in groups.items()
    ]
    return sorted(rows, key=lambda row: row.period, reverse=True)


@dataclass(slots=True)
class Split:
    """Parts of a target against the whole: ``assigned`` is what the parts demand together."""

    parts: list[Line]
    whole: Decimal | None
    assigned: Decimal
    reached: Decimal
    kinds: str

    @property
    def difference(self) -> Decimal | None:
        """What is assigned beyond the whole (negative: not yet assigned)."""
        return None if self.whole is None else self.assigned - self.whole

    @property
    def words(self) -> str:
        """The check in a sentence."""
        if self.difference is None:
            return ""
        if self.difference == 0:
            return "各部分相加正好等于总目标"
        return "各部分相加超过总目标" if self.difference > 0 else "还没有分解完"


def split_of(user: Any, target: Target, today: dt.date) -> Split:
    """The parts of a target a person may see, each with its own light and gap, and their sum."""
    rows = targets_visible(user).filter(whole=target).order_by("id")
    found = lines(rows, today)
    zero = Decimal(0)
    assigned = sum((line.pace.goal or line.target.low or zero for line in found), zero)
    reached = sum((line.pace.actual or zero for line in found), zero)
    kinds = {"对象单位" if line.target.subject_unit_id else "产业链" for line in found}
    kinds |= {"地区" for line in found if line.target.region_id != target.region_id}
    whole = target.low if target.low is not None else target.high
    return Split(found, whole, assigned, reached, "、".join(sorted(kinds)))


def adds_up(target: Target) -> bool:
    """Whether the parts of a target can be added: rates and growth cannot."""
    return target.basis not in (Target.Basis.GROWTH, Target.Basis.SHARE)


def split_units(target: Target) -> QuerySet:
    """Units of the region a target may be split by: towns and parks first, then the others."""
    return (
        Unit._base_manager.filter(Unit.in_force(), region=target.region)
        .exclude(kind__in=[Unit.Kind.LEADING_GROUP, Unit.Kind.GENERAL_OFFICE, Unit.Kind.EXPERT_TEAM])
        .order_by("kind", "id")
    )


def split_regions(target: Target) -> QuerySet:
    """The regions directly below a target's region."""
    return Region._base_manager.filter(parent=target.region).order_by("code")


# --- three levels


def regions_above(user: Any) -> set[str]:
    """Paths of all regions above those a person's grants name."""
    found: set[str] = set()
    for grant in grants_of(user):
        codes = grant.region_path.strip("/").split("/")
        found |= {"/" + "/".join(codes[:end]) + "/" for end in range(1, len(codes))}
    return found


def targets_from_above(user: Any) -> QuerySet:
    """Targets that a region above handed down: the one thing of an upper level that lower levels read.

    Handing down is the upper office's own decision (`services.target_hand_down`), so these rows need no
    grant in the upper region.
    """
    return (
        Target._base_manager.filter(
            region__path__in=regions_above(user), handed_down=True, state=Target.State.ACTIVE
        )
        .select_related(*_RELATED)
        .order_by("region__path", "id")
    )


def takeable(user: Any) -> QuerySet:
    """What may be taken over: targets handed down from above, and upper goals quoted in one's own plan."""
    own = Target.objects.visible_to(user, "edit").filter(background=True, state=Target.State.ACTIVE)
    return (
        Target._base_manager.filter(
            Q(pk__in=own.values("pk")) | Q(pk__in=targets_from_above(user).values("pk"))
        )
        .select_related(*_RELATED)
        .order_by("region__path", "id")
    )


# --- entering


@dataclass(slots=True)
class GridRow:
    """A row of the entry grid: a target and this unit's figures per period."""

    target: Target
    cells: list[tuple[Period, Observation | None, list[Observation]]]


#: kinds of period the grid offers, and how many columns
GRID_KINDS = {Kind.MONTH: 6, Kind.QUARTER: 5, Kind.YEAR: 5}


def grid_periods(kind: Kind, today: dt.date) -> list[Period]:
    """The columns of the entry grid, oldest first; the running period is the last one."""
    last = Period.containing(today, kind)
    return [last.shift(-back) for back in range(GRID_KINDS[kind] - 1, -1, -1)]


def grid(user: Any, targets: Sequence[Target], periods: Sequence[Period]) -> list[GridRow]:
    """The entry grid of some targets: one's own figures to edit, other units' figures beside them."""
    observations = observations_by_key(targets)
    codes = {period.code for period in periods}
    rows = []
    for target in targets:
        by_period: dict[str, list[Observation]] = defaultdict(list)
        for one in observations.get(key_of(target), []):
            if one.period in codes:
                by_period[one.period].append(one)
        reporter = reporting_unit(user, target)
        cells = []
        for period in periods:
            found = by_period.get(period.code, [])
            own = next((one for one in found if one.unit_id == (reporter.pk if reporter else None)), None)
            cells.append((period, own, [one for one in found if one is not own]))
        rows.append(GridRow(target, cells))
    return rows


def reporting_unit(user: Any, target: Target) -> Unit | None:
    """In whose name a person's figure is kept: the person's unit, else the unit that answers for the target."""
    return getattr(user, "unit", None) or target.unit


# --- what is owed each period


def frequency(target: Target) -> Kind:
    """How often figures are asked for: monthly for what adds up in the year, else once a quarter."""
    return Kind.MONTH if counts_up(target) and target.when.yearly else Kind.QUARTER
