"""Targets made, changed, split into parts, handed down and taken over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.ledger import plain_create, plain_delete, plain_update
from lianshu.core.scope import recheck, require
from lianshu.obligations.services import follow, follow_keys
from lianshu.organisation.models import Chain, Region, Unit
from lianshu.reference.plan_periods import PlanPeriod, PlanPeriodError
from lianshu.reference.quantity import unit_kinds
from lianshu.targets import selectors
from lianshu.targets.models import Indicator, Target, TargetYear

#: words at an indicator's end that say "what came about in the period" rather than "what stands"
FLOW_WORDS = (
    "产值", "收入", "产量", "营收", "销售额", "税收", "投资", "投资额", "进出口额", "增加值", "利润",
)  # fmt: skip
_ADDING = ("新增", "培育", "引进", "招引", "新建", "净增", "新进", "新引进", "举办", "组织", "实施", "举行")


def indicator_name(name: str, basis: str) -> str:
    """The indicator behind a target's name: what is added, grows or is a share is named so, because the
    level of the same thing is another figure."""
    if basis == Target.Basis.ADDED and not name.startswith(_ADDING):
        return f"新增{name}"
    if basis == Target.Basis.GROWTH and not re.search(r"增长|增速|增幅|翻番", name):
        return f"{name}增速"
    if basis == Target.Basis.SHARE and not re.search(r"占|率|比重|比例|强度|覆盖|面$|“上云”", name):
        return f"{name}占比"
    return name


def indicator_for(target: Target) -> Indicator:
    """The indicator of a target: found by name and unit, else made."""
    nature = Indicator.Nature.STOCK
    if target.basis in (Target.Basis.GROWTH, Target.Basis.SHARE):
        nature = Indicator.Nature.RATE
    elif target.basis in (Target.Basis.ADDED, Target.Basis.TIMES) or target.name.endswith(FLOW_WORDS):
        nature = Indicator.Nature.FLOW
    elif target.when.yearly and unit_kinds().get(target.measure) == "count":
        # 每年实施项目 100 个: what the year brings
        nature = Indicator.Nature.FLOW
    direction = Indicator.Direction.LOWER if target.op == Target.Op.AT_MOST else Indicator.Direction.HIGHER
    indicator, _ = Indicator.objects.get_or_create(
        name=indicator_name(target.name, target.basis)[:120],
        unit=target.measure,
        defaults={"nature": nature, "direction": direction},
    )
    return indicator


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    problems = []
    try:
        PlanPeriod.from_code(values.get("period"))
    except PlanPeriodError as error:
        problems.append(("period", f"{error}。"))
    low, high = values.get("low"), values.get("high")
    if low is None and high is None:
        problems.append(("low", "请填写目标值。"))
    if values.get("op") == Target.Op.RANGE and (low is None or high is None or low > high):
        problems.append(("high", "区间要有两头，且上限不低于下限。"))
    if problems:
        raise invalid(*problems)
    return values


_create = plain_create(Target)
_update = plain_update(Target)
_delete = plain_delete(Target)
_FIELDS = ("name", "low", "high", "measure", "op", "basis", "period")


@transaction.atomic
def target_create(user: Any, **values: Any) -> Target:
    """Set a target; without ``indicator`` it is found or made by name and unit."""
    require(user, "edit")
    _checked(values)
    if values.get("indicator") is None:
        draft = Target(**{name: values[name] for name in _FIELDS if values.get(name) is not None})
        values["indicator"] = indicator_for(draft)
    target = _create(user, **values)
    follow(target)
    return target


@transaction.atomic
def target_update(user: Any, target: Target, **values: Any) -> Target:
    """Change a target; figures entered so far stay with its indicator."""
    merged = {name: getattr(target, name) for name in _FIELDS} | values
    _checked(merged)
    _update(user, target, **values)
    follow(target)
    return target


def target_delete(user: Any, target: Target) -> None:
    """Delete a target nothing hangs on."""
    parts = target.parts.count()
    if parts:
        raise LianshuError("E1005", what=target.name, count=f" {parts} ", children="分解目标")
    key = target.pk
    _delete(user, target)
    follow_keys(Target, [key])


@transaction.atomic
def target_years_set(user: Any, target: Target, values: Mapping[int, Decimal | None]) -> Target:
    """Set what each year demands; None takes a year's value away."""
    require(user, "edit", target)
    before = {str(row.year): row.value for row in target.years.all()}
    for year, value in values.items():
        if not 1990 <= year <= 2199:
            raise invalid(("year", f"“{year}”不是可用的年份。"))
        if value is None:
            target.years.filter(year=year).delete()
        else:
            TargetYear.objects.update_or_create(target=target, year=year, defaults={"value": value})
    after = {str(row.year): row.value for row in target.years.all()}
    changes = audit.difference(before, after)
    if changes:
        audit.record(
            user, "分解到年度", target, changes={f"{year}年": pair for year, pair in changes.items()}
        )
    return target


Part = tuple[Unit | Chain | Region, Decimal | None]


@transaction.atomic
def target_split(user: Any, target: Target, parts: Iterable[Part]) -> list[Target]:
    """Split a target among units (towns, parks, departments), chains or the regions below; a value of None
    takes a part away again. The parts need not add up: the page says what is missing or over.

    Raises E2001 for a rate or growth (its parts do not add up), for a part of a part's own subject, and
    E1005 for taking away a part that has figures or parts of its own.
    """
    require(user, "edit", target)
    if not selectors.adds_up(target):
        raise invalid(("", "增长率和占比不能相加，不能分解成各部分；可以分别设目标。"))
    made, changes = [], {}
    for subject, value in parts:
        where = _subject_fields(target, subject)
        part = Target._base_manager.filter(whole=target, **where).first()
        before = part.low if part is not None else None
        if value is None:
            if part is not None:
                _part_remove(part)
                changes[str(subject)] = [before, None]
            continue
        if part is None:
            part = Target(
                **where,
                plan=target.plan,
                item=target.item,
                indicator=target.indicator,
                name=target.name,
                measure=target.measure,
                op=Target.Op.AT_LEAST if target.op == Target.Op.RANGE else target.op,
                basis=target.basis,
                period=target.period,
                coverage="part",
                whole=target,
                simulated=target.simulated,
            )
            if isinstance(subject, Unit):
                part.unit = subject
        part.low = value
        part.full_clean()
        part.save()
        follow(part)
        recheck(user, part)
        made.append(part)
        if before != value:
            changes[str(subject)] = [before, value]
    if changes:
        audit.record(user, "分解目标", target, changes=changes)
    return made


def _subject_fields(target: Target, subject: Unit | Chain | Region) -> dict[str, Any]:
    where = {"region": target.region, "chain": target.chain, "subject_unit": target.subject_unit}
    if isinstance(subject, Unit):
        own, where["subject_unit"] = subject.region_id == target.region_id, subject
    elif isinstance(subject, Chain):
        own, where["chain"] = subject.region_id == target.region_id and target.chain is None, subject
    else:
        own = subject.parent_id == target.region_id
        where |= {"region": subject, "chain": None, "subject_unit": None}
    if not own:
        raise invalid(("", f"“{subject}”不在“{target.region}”之内，不能分给它。"))
    return where


def _part_remove(part: Target) -> None:
    figures = selectors.observations_by_key([part]).get(selectors.key_of(part), [])
    if figures:
        raise LianshuError(
            "E1005", what=f"{part.name}（{_part_name(part)}）", count=f" {len(figures)} ", children="填报数"
        )
    if part.parts.exists():
        raise LianshuError("E1005", what=f"{part.name}（{_part_name(part)}）", count="", children="分解目标")
    key = part.pk
    part.delete()
    follow_keys(Target, [key])


def _part_name(part: Target) -> str:
    return str(part.subject_unit or part.chain or part.region)


@transaction.atomic
def target_hand_down(user: Any, target: Target, *, handed_down: bool = True) -> Target:
    """Offer a target to the regions below (or take the offer back): they may read it and take it over."""
    require(user, "edit", target)
    if target.background:
        raise LianshuError("E3001", what=target.name, state="上级目标（背景）", action="再下达")
    before = target.handed_down
    target.handed_down = handed_down
    target.save(update_fields=["handed_down"])
    if before != handed_down:
        audit.record(user, "下达下级承接" if handed_down else "收回下达", target)
    return target


@transaction.atomic
def target_take_over(
    user: Any,
    upper: Target,
    *,
    region: Region,
    low: Decimal,
    unit: Unit | None = None,
    name: str = "",
) -> Target:
    """Take an upper target over as one's own of the same indicator, to report against it.

    ``upper`` must have been handed down from a region above, or be an upper goal quoted in the own plan;
    E1002 otherwise. Taking over twice changes the value of the one taken over before.
    """
    if not selectors.takeable(user).filter(pk=upper.pk).exists():
        raise LianshuError("E1002")
    if not region.path.startswith(upper.region.path):
        raise invalid(("region", f"“{region}”不在“{upper.region}”之下。"))
    mine = Target._base_manager.filter(region=region, upper=upper, whole=None).first()
    if mine is None:
        mine = Target(
            region=region,
            upper=upper,
            indicator=upper.indicator,
            measure=upper.measure,
            op=Target.Op.AT_LEAST if upper.op == Target.Op.RANGE else upper.op,
            basis=upper.basis,
            period=upper.period,
            plan=upper.plan if upper.background else None,
            item=upper.item if upper.background else None,
            coverage="region",
            simulated=upper.simulated,
        )
    before = mine.low
    mine.name, mine.low, mine.unit = (name or mine.name or upper.name)[:160], low, unit or mine.unit
    mine.full_clean()
    mine.save()
    follow(mine)
    recheck(user, mine)
    note = f"{upper.region}《{upper.plan}》" if upper.plan else str(upper.region)
    audit.record(user, "承接上级目标", mine, changes={"目标值": [before, low]}, note=note)
    return mine


@transaction.atomic
def indicator_define(user: Any, target: Target, *, definition: str, nature: str) -> Indicator:
    """Say what a target's indicator means and how its periods make one figure. The indicator is shared:
    E3001 where targets the person may not edit use it as well."""
    require(user, "edit", target)
    indicator = target.indicator
    if nature not in Indicator.Nature.values:
        raise invalid(("nature", "请选择：当期发生、年初累计、期末存量或比率。"))
    users = Target._base_manager.filter(indicator=indicator)
    own = Target.objects.visible_to(user, "edit").filter(indicator=indicator)
    if users.exclude(pk__in=own.values("pk")).exists():
        raise LianshuError(
            "E3001", what=indicator.name, state="多个地区共用", action="由一地改口径，请上级总链办统一改"
        )
    before = audit.snapshot(indicator, ["definition", "nature"])
    indicator.definition, indicator.nature = definition.strip()[:600], nature
    indicator.full_clean()
    indicator.save()
    # what adds up is asked for monthly, the rest each quarter
    follow(*users)
    changes = audit.difference(before, audit.snapshot(indicator, ["definition", "nature"]))
    titles = {"definition": "口径", "nature": "性质"}
    if changes:
        audit.record(user, "改口径", target, changes={titles[name]: pair for name, pair in changes.items()})
    return indicator
