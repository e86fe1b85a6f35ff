"""Step of the demonstration: what each target demands by year, and a year of figures entered for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from lianshu.core.scope import SYSTEM
from lianshu.reference.periods import Period
from lianshu.targets.models import Observation, Target
from lianshu.targets.services import (
    observation_approve,
    observation_record,
    observation_return,
    target_hand_down,
    target_split,
    target_update,
    target_years_set,
)

from .cast import CHAINS, Demo

BASE_YEAR, LAST_YEAR = 2024, 2027


@dataclass(frozen=True, slots=True)
class Course:
    """How a target's figures ran. ``pace`` is the part of the schedule that was reached; ``behind`` the
    number of finished periods nobody has entered yet; ``base`` the value of `BASE_YEAR`."""

    target: str
    unit: str
    pace: float
    base: float | None = None
    behind: int = 0
    places: int = 0


#: counted month by month toward a yearly number
COUNTED = (
    Course("新增规模以上工业企业", "青澜县工信局", 0.95),
    Course("新引进亿元以上工业项目", "青澜县招商服务中心", 1.05),
    Course("5亿元以上项目", "青澜县招商服务中心", 0.7),
    Course("落地开工亿元以上工业项目", "青澜县发改局", 1.0),
    Course("组织外出招商活动", "青澜县招商服务中心", 1.2),
    Course("举办项目集中签约", "青澜县招商服务中心", 1.0),
    Course("举行集中开工仪式", "青澜县发改局", 1.0),
    Course("组织产销对接活动", "青澜县工信局", 0.8),
    Course("入库培育企业", "青澜县工信局", 1.1),
    Course("推荐申报省级专精特新企业", "青澜县工信局", 1.0, behind=1),
    Course("征集关键技术需求", "青澜县科技局", 1.15),
    Course("举办校企招聘活动", "青澜县人社局", 1.1),
    Course("培训产业技能人才", "青澜县人社局", 0.82, behind=2),
)
#: a year's amount, entered month by month
AMOUNTS = (
    Course("规模以上工业总产值", "青澜县统计局", 1.01, base=185, places=2),
    Course("电子元器件产业链年产值", "电子元器件链条办", 1.04, base=62, places=2),
    Course("精密铸件产业链年产值", "精密铸件链条办", 0.94, base=44, places=2),
    Course("生态茶饮产业链年产值", "生态茶饮链条办", 1.0, base=33, places=2),
    Course("竹基新材料产业链年产值", "竹基新材料链条办", 0.83, base=12, behind=2, places=2),
)
#: what stands at the end of a quarter
STANDING = (
    Course("规模以上工业企业", "青澜县统计局", 0.99, base=95),
    Course("省级以上专精特新“小巨人”企业", "青澜县工信局", 1.0, base=4),
    Course("高新技术企业", "青澜县科技局", 1.02, base=41),
    Course("省级以上创新平台", "青澜县科技局", 0.75, base=3),
    Course("突破关键核心技术", "青澜县科技局", 1.0, base=0),
    Course("盘活闲置工业用地", "青澜县自然资源局", 0.7, base=0, behind=1),
    Course("重点产业链本地配套率", "青澜县工信局", 0.98, base=34, places=1),
    Course("研发经费投入强度", "青澜县科技局", 0.99, base=1.6, places=2),
    Course("4条重点产业链产值占规模以上工业总产值的比重", "青澜县统计局", 1.01, base=69, places=1),
    Course("规模以上工业总产值年均增长", "青澜县统计局", 1.02, places=1),
    Course("企业满意率", "青澜县总链办", 1.01, places=1),
    Course("重点产业链贷款余额年均增长", "青澜县政府办", 0.93, places=1),
    Course("一般诉求", "青澜县总链办", 0.8, places=1),
)


def enter_figures(demo: Demo) -> None:
    """Yearly values, baselines, answering units; figures by month and quarter; some approved, some disputed."""
    targets = {
        target.name: target
        for target in Target._base_manager.filter(region=demo.county, whole=None).exclude(
            coverage="each_chain"
        )
    }
    for course in (*COUNTED, *AMOUNTS, *STANDING):
        _set_up(demo, course, targets[course.target])
    for course in COUNTED:
        _counted(demo, course, targets[course.target])
    for course in AMOUNTS:
        _amounts(demo, course, targets[course.target])
    for course in STANDING:
        _standing(demo, course, targets[course.target])
    _of_every_chain(demo)
    _dispute(demo, targets)
    _split(demo, targets["新增规模以上工业企业"])
    _backdate(demo)
    _decide(demo, targets)
    for target in Target._base_manager.filter(
        region=demo.city, name__in=("新增规模以上工业企业", "新增高新技术企业")
    ):
        target_hand_down(SYSTEM, target)


def _set_up(demo: Demo, course: Course, target: Target) -> None:
    values: dict[str, object] = {"unit": demo.unit(course.unit)}
    if course.base is not None:
        values |= {"baseline": Decimal(str(course.base)), "baseline_period": str(BASE_YEAR)}
    target_update(SYSTEM, target, **values)
    if course.base is not None:
        goals = {
            year: Decimal(str(round(_path(course, target, year), course.places)))
            for year in range(BASE_YEAR + 1, LAST_YEAR + 1)
        }
        target_years_set(SYSTEM, target, goals)


def _path(course: Course, target: Target, year: float) -> float:
    """The linear way from the base year's value to the demanded one."""
    base, goal = course.base or 0.0, float(target.low or target.high or 0)
    return base + (goal - base) * min(year - BASE_YEAR, LAST_YEAR - BASE_YEAR) / (LAST_YEAR - BASE_YEAR)


def _enter(demo: Demo, course: Course, target: Target, period: Period, value: float) -> None:
    unit = demo.unit(course.unit)
    observation_record(
        demo.speaker(unit), target=target, period=period.code, value=round(value, course.places), unit=unit,
        source_text=f"{unit}{period.text}报表（模拟）", today=demo.today,
    )  # fmt: skip


def _months(demo: Demo, course: Course) -> list[Period]:
    """Two years at most, so that this year's count starts in January."""
    months = demo.months(12)
    months = demo.months(12 + months[0].number - 1)
    return months[: len(months) - course.behind]


def _counted(demo: Demo, course: Course, target: Target) -> None:
    goal = float(target.low or 0)
    reached, year = 0, 0
    for month in _months(demo, course):
        if month.year != year:
            reached, year = 0, month.year
        sum_now = round(goal * month.number / 12 * course.pace)
        _enter(demo, course, target, month, sum_now - reached)
        reached = sum_now


def _amounts(demo: Demo, course: Course, target: Target) -> None:
    dice = demo.dice(course.target)
    for month in _months(demo, course):
        _enter(
            demo,
            course,
            target,
            month,
            _path(course, target, month.year) / 12 * course.pace * dice.uniform(0.97, 1.03),
        )


def _standing(demo: Demo, course: Course, target: Target) -> None:
    quarters = demo.quarters(5)
    for quarter in quarters[: len(quarters) - course.behind]:
        if course.base is None:
            dice = demo.dice(f"{course.target}{quarter.code}")
            value = float(target.low or target.high or 0) * course.pace * dice.uniform(0.995, 1.005)
        else:
            asked = _path(course, target, quarter.year - 1 + quarter.number / 4)
            value = course.base + (asked - course.base) * course.pace
        _enter(demo, course, target, quarter, value)


def _of_every_chain(demo: Demo) -> None:
    """What the plan asks of every chain alike; the fourth has not said yet how many lead firms it has."""
    quarter, year = demo.quarters(1)[0], str(demo.today.year)
    for number, chain in enumerate(demo.chains):
        rows = Target._base_manager.filter(region=demo.county, chain=chain, coverage="each_chain")
        for target in rows.filter(name__in=("培育链主企业", "主办银行")):
            if target.name == "培育链主企业" and number == 3:
                continue
            observation_record(
                demo.clerk(number), target=target, period=quarter.code if target.name == "主办银行" else year, value=1,
                unit=demo.office(number), source_text=f"{demo.office(number)}台账（模拟）", today=demo.today,
            )  # fmt: skip


def _dispute(demo: Demo, targets: dict[str, Target]) -> None:
    """The statistics office states two of the chains' months differently."""
    bureau = demo.unit("青澜县统计局")
    for name, back, factor in ((CHAINS[0], 1, "0.94"), (CHAINS[2], 2, "1.05")):
        target = targets[f"{name}产业链年产值"]
        month = demo.months(back)[0]
        stated = Observation._base_manager.get(
            indicator=target.indicator, region=demo.county, period=month.code, superseded=False
        )
        observation_record(
            demo.general, target=target, period=month.code, value=round(stated.value * Decimal(factor), 2),
            unit=bureau, source_text="县统计局联网直报平台（模拟）", note="口径：规模以上工业法人单位", today=demo.today,
        )  # fmt: skip


def _split(demo: Demo, target: Target) -> None:
    """The year's new firms above scale, told off to the chains: one of the eight is still open."""
    shares = zip(demo.chains, (3, 2, 1, 1), strict=True)
    parts = target_split(demo.general, target, [(chain, Decimal(share)) for chain, share in shares])
    months = [month for month in demo.months(12) if month.year == demo.today.year]
    for number, part in enumerate(parts[:3]):
        for month in months[1::4][: int(part.low or 0)]:
            observation_record(
                demo.clerk(number), target=part, period=month.code, value=1, unit=demo.office(number),
                source_text=f"{demo.office(number)}台账（模拟）", today=demo.today,
            )  # fmt: skip


def _backdate(demo: Demo) -> None:
    """A month's figures came in early in the next month, not on the day the demonstration was built."""
    rows = list(Observation._base_manager.filter(region=demo.county, simulated=True))
    for row in rows:
        day = min(Period.from_code(row.period).end + dt.timedelta(days=4 + row.pk % 5), demo.today)
        row.at = row.at.replace(year=day.year, month=day.month, day=day.day)
        row.at = min(row.at, row.at.now(row.at.tzinfo))
    Observation._base_manager.bulk_update(rows, ["at"], batch_size=200)


def _decide(demo: Demo, targets: dict[str, Target]) -> None:
    """What is older than two months is approved; one recent figure was given back."""
    settled = demo.today - dt.timedelta(days=62)
    for row in Observation._base_manager.filter(region=demo.county, superseded=False, state="submitted"):
        if Period.from_code(row.period).end < settled:
            observation_approve(demo.general, row)
    returned = Observation._base_manager.filter(
        indicator=targets["组织产销对接活动"].indicator,
        region=demo.county,
        superseded=False,
        state="submitted",
    ).order_by("-period")[0]
    observation_return(demo.general, returned, reason="请附活动签到表，核对场次后重报。")
