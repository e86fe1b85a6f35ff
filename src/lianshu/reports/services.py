"""Calls to file, filings, reports, score sheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lianshu.core import audit
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.notices import notify
from lianshu.core.scope import ACTIONS, SystemActor, may, require
from lianshu.obligations.services import follow
from lianshu.organisation.models import Chain, Region, Unit, User
from lianshu.organisation.selectors import people_of
from lianshu.tasks.byproducts import count_byproduct, uncount_byproduct
from lianshu.tasks.models import Duty

from .models import Collection, Filing, FilingVersion, Report, Score, ScoreSheet

State = Filing.State


def _person(user: Any) -> Any:
    return None if isinstance(user, SystemActor) else user


def _require_office(user: Any, region: Region, action: str = "hand_out") -> None:
    if (
        not isinstance(user, SystemActor)
        and not Region.objects.visible_to(user, action).filter(pk=region.pk).exists()
    ):
        raise LianshuError("E1001", where=region, action=ACTIONS[action])


@transaction.atomic
def collection_open(
    user: Any,
    *,
    region: Region,
    kind: str,
    title: str,
    due: dt.date,
    headings: Sequence[str],
    period: str = "",
    units: Iterable[Unit] = (),
    chains: Iterable[Chain] = (),
    duty: Any = None,
    simulated: bool = False,
) -> Collection:
    """Call for filings from ``units`` and, by chain, from the chain offices of ``chains``.

    Raises E2001 without anybody to ask or anything to ask for, or when the same units were asked for the
    same kind and period already: nobody is asked twice.
    """
    _require_office(user, region)
    units, chains = list(dict.fromkeys(units)), list(dict.fromkeys(chains))
    asked: list[tuple[Unit, Chain | None]] = [(unit, None) for unit in units]
    for chain in chains:
        office = chain.units.filter(kind=Unit.Kind.CHAIN_OFFICE).first()
        if office is None:
            raise invalid(("chains", f"{chain}还没有链条办，请先在“单位”里登记"))
        asked.append((office, chain))
    headings = [words.strip() for words in headings if words.strip()]
    problems = [
        ("units", f"{unit}不在{region}，不能向它收报")
        for unit, _ in asked
        if not unit.region.path.startswith(region.path)
    ]
    if not asked:
        problems.append(("units", "请选择由谁报送"))
    if not headings:
        problems.append(("headings", "请写明要报哪些内容"))
    if not title.strip():
        problems.append(("title", "请填写名称"))
    if problems:
        raise invalid(*problems)
    if period:
        _refuse_twice(region, kind, period, asked)
    collection = Collection(
        region=region, kind=kind, title=title.strip(), period=period, due=due, headings=headings,
        duty=duty, by=_person(user), simulated=simulated,
    )  # fmt: skip
    collection.full_clean(exclude=["by"])
    collection.save()
    Filing.objects.bulk_create(
        Filing(collection=collection, unit=unit, chain=chain, simulated=simulated) for unit, chain in asked
    )
    follow(*collection.filings.all())
    audit.record(user, "发起收报", collection, note=f"{len(asked)} 家单位，{due} 前报送")
    _tell(collection.filings.select_related("unit"), f"请报送：{collection.title}")
    return collection


def _refuse_twice(region: Region, kind: str, period: str, asked: list[tuple[Unit, Chain | None]]) -> None:
    earlier = Filing._base_manager.filter(
        collection__region=region, collection__kind=kind, collection__period=period, collection__closed=False
    ).select_related("unit")
    pairs = {(filing.unit_id, filing.chain_id): filing for filing in earlier}
    twice = [unit.name for unit, chain in asked if (unit.pk, chain.pk if chain else None) in pairs]
    if twice:
        raise invalid(("units", f"同一期已向{'、'.join(twice)}要过这份材料，不能重复收报"))


def _tell(filings: Iterable[Filing], words: str, light: str = "amber") -> None:
    for filing in filings:
        notify(people_of([filing.unit]), title=words, url=reverse("filing", args=[filing.pk]), light=light)


def may_file(user: Any, filing: Filing) -> bool:
    """Whether the person files for this unit: its own people, or the office on its behalf."""
    own = getattr(user, "unit_id", None) == filing.unit_id
    return own and may(user, "report", filing) or may(user, "hand_out", filing)


@transaction.atomic
def filing_save(
    user: Any, filing: Filing, *, texts: Sequence[str], file_it: bool, on: dt.date | None = None
) -> Filing:
    """Save a draft or file it. Filing needs every part filled; a filed one makes a new version."""
    if not may_file(user, filing):
        raise LianshuError("E1001", where=filing, action="填报")
    filing = Filing._base_manager.select_for_update().get(pk=filing.pk)
    headings = filing.collection.headings
    if filing.state == State.ACCEPTED:
        raise LianshuError("E3001", what=filing, state=filing.get_state_display(), action="再改")
    if len(texts) != len(headings):
        raise invalid(("sections", "内容与要求的部分不一致，请刷新后重填"))
    filing.sections = [
        {"heading": heading, "text": text.strip()} for heading, text in zip(headings, texts, strict=True)
    ]
    if not file_it:
        filing.save(update_fields=["sections"])
        return filing
    empty = [part["heading"] for part in filing.sections if not part["text"]]
    if empty:
        raise invalid(("sections", f"还没有填写：{'、'.join(empty)}"))
    filing.version += 1
    filing.state, filing.filed_by, filing.filed_on = State.FILED, _person(user), on or timezone.localdate()
    filing.save()
    FilingVersion.objects.create(
        filing=filing, number=filing.version, sections=filing.sections, by=_person(user)
    )
    follow(filing)
    audit.record(user, "报送", filing, note=f"第 {filing.version} 版")
    _count(user, filing)
    return filing


def _count(user: Any, filing: Filing) -> None:
    """A filing answers the duty its call stands for: the row of this chain where the duty has one per chain."""
    collection, duty = filing.collection, filing.collection.duty
    if duty is None:
        return
    same = Duty._base_manager.filter(region=collection.region, plan=duty.plan, what=duty.what)
    count_byproduct(
        user,
        "report_filed",
        filing,
        on=filing.filed_on,
        chain=filing.chain,
        unit=filing.unit,
        text=f"{collection.title}（第 {filing.version} 版）",
        region=collection.region,
        period=collection.period,
        duties=same,
    )


@transaction.atomic
def filing_return(user: Any, filing: Filing, *, reason: str) -> Filing:
    """Give a filing back to be mended."""
    require(user, "hand_out", filing)
    filing = Filing._base_manager.select_for_update().get(pk=filing.pk)
    if filing.state != State.FILED:
        raise LianshuError("E3001", what=filing, state=filing.get_state_display(), action="退回")
    if not reason.strip():
        raise invalid(("reason", "请写明退回理由"))
    filing.state, filing.remark = State.RETURNED, reason.strip()
    filing.save()
    follow(filing)
    audit.record(user, "退回报送", filing, note=reason)
    uncount_byproduct(user, filing)
    _tell([filing], f"退回重报：{filing.collection.title}", "red")
    return filing


@transaction.atomic
def filing_accept(user: Any, filing: Filing, *, remark: str = "") -> Filing:
    """Accept a filing; from then on it stands."""
    require(user, "hand_out", filing)
    filing = Filing._base_manager.select_for_update().get(pk=filing.pk)
    if filing.state != State.FILED:
        raise LianshuError("E3001", what=filing, state=filing.get_state_display(), action="审收")
    filing.state, filing.remark = State.ACCEPTED, remark
    filing.save()
    follow(filing)
    audit.record(user, "审收报送", filing)
    return filing


@transaction.atomic
def collection_remind(user: Any, collection: Collection, *, on: dt.date | None = None) -> list[Filing]:
    """Remind everybody who still owes; once a day."""
    require(user, "hand_out", collection)
    today = on or timezone.localdate()
    owed = list(
        collection.filings.filter(state__in=(State.OWED, State.RETURNED))
        .exclude(reminded_on=today)
        .select_related("unit")
    )
    Filing._base_manager.filter(pk__in=[filing.pk for filing in owed]).update(reminded_on=today)
    late = " 已过期" if today > collection.due else ""
    _tell(owed, f"催报{late}：{collection.title}", "red" if late else "amber")
    if owed:
        audit.record(user, "催报", collection, note="、".join(filing.unit.name for filing in owed))
    return owed


@transaction.atomic
def report_draft(
    user: Any, *, region: Region, title: str, body: str, period: str = "", to: str = "",
    on: dt.date | None = None, simulated: bool = False,
) -> Report:  # fmt: skip
    """Keep a drafted report."""
    _require_office(user, region, "approve")
    if not title.strip():
        raise invalid(("title", "请填写标题"))
    report = Report.objects.create(
        region=region, title=title.strip(), period=period, to=to, body=body, by=_person(user),
        made_on=on or timezone.localdate(), simulated=simulated,
    )  # fmt: skip
    audit.record(user, "起草报告", report)
    return report


@transaction.atomic
def report_update(user: Any, report: Report, *, title: str, to: str, body: str) -> Report:
    """Change a draft; an issued report is frozen."""
    require(user, "approve", report)
    report = Report._base_manager.select_for_update().get(pk=report.pk)
    if report.state != Report.State.DRAFT:
        raise LianshuError("E3001", what=report, state=report.get_state_display(), action="修改")
    if not title.strip() or not body.strip():
        raise invalid(("body", "标题和正文都不能空"))
    before = audit.snapshot(report, ("title", "to", "body"))
    report.title, report.to, report.body = title.strip(), to.strip(), body
    report.save()
    audit.record(user, "修改", report, changes=audit.difference(before, audit.snapshot(report, before)))
    return report


@transaction.atomic
def report_issue(user: Any, report: Report, *, on: dt.date | None = None) -> Report:
    """Issue a report: it is frozen, and those who receive it (chiefs, commissar) are told."""
    require(user, "approve", report)
    report = Report._base_manager.select_for_update().get(pk=report.pk)
    if report.state != Report.State.DRAFT:
        raise LianshuError("E3001", what=report, state=report.get_state_display(), action="发出")
    report.state, report.issued_on = Report.State.ISSUED, on or timezone.localdate()
    report.save()
    audit.record(user, "发出报告", report)
    receivers = User.objects.filter(
        is_active=True,
        grants__role__in=("general_chief", "chief", "commissar"),
        grants__region=report.region,
    ).distinct()
    notify(receivers, title=f"请阅：{report.title}", url=reverse("report", args=[report.pk]))
    return report


@transaction.atomic
def sheet_create(
    user: Any, *, region: Region, title: str, criteria: Sequence[tuple[str, int]], period: str = "",
    simulated: bool = False,
) -> ScoreSheet:  # fmt: skip
    """A score sheet; criteria are (name, full points)."""
    _require_office(user, region, "approve")
    kept = [{"name": name.strip(), "points": int(points)} for name, points in criteria if name.strip()]
    if not kept or any(one["points"] <= 0 for one in kept):
        raise invalid(("criteria", "每个评分项都要有名称和大于 0 的满分"))
    sheet = ScoreSheet.objects.create(
        region=region,
        title=title.strip(),
        period=period,
        criteria=kept,
        by=_person(user),
        simulated=simulated,
    )
    audit.record(user, "建立评分表", sheet)
    return sheet


@transaction.atomic
def scores_enter(
    user: Any, sheet: ScoreSheet, *, unit: Unit, points: Sequence[Decimal | None], reasons: Sequence[str]
) -> None:
    """Enter one unit's points, all criteria at once. Raises E2001 for points outside 0..full points."""
    require(user, "approve", sheet)
    sheet = ScoreSheet._base_manager.select_for_update().get(pk=sheet.pk)
    if sheet.published_on:
        raise LianshuError("E3001", what=sheet, state="已公布", action="改分")
    problems = []
    for number, (one, value) in enumerate(zip(sheet.criteria, points, strict=True)):
        if value is not None and not 0 <= value <= one["points"]:
            problems.append((f"points-{number}", f"“{one['name']}”应在 0 到 {one['points']} 分之间"))
    if problems:
        raise invalid(*problems)
    for number, value in enumerate(points):
        if value is None:
            sheet.scores.filter(unit=unit, criterion=number).delete()
            continue
        Score.objects.update_or_create(
            sheet=sheet, unit=unit, criterion=number,
            defaults={"points": value, "reason": reasons[number][:300]},
        )  # fmt: skip
    audit.record(user, "评分", sheet, note=f"{unit} {sum(value or 0 for value in points)} 分")


@transaction.atomic
def sheet_publish(
    user: Any, sheet: ScoreSheet, *, units: Sequence[Unit], on: dt.date | None = None
) -> ScoreSheet:
    """Publish: every unit must have points for every criterion; then the sheet is frozen."""
    require(user, "approve", sheet)
    sheet = ScoreSheet._base_manager.select_for_update().get(pk=sheet.pk)
    if sheet.published_on:
        raise LianshuError("E3001", what=sheet, state="已公布", action="再次公布")
    missing = [unit.name for unit in units if sheet.scores.filter(unit=unit).count() < len(sheet.criteria)]
    if missing:
        raise invalid(("units", f"还没有评完：{'、'.join(missing)}"))
    sheet.published_on = on or timezone.localdate()
    sheet.save(update_fields=["published_on"])
    audit.record(user, "公布评分", sheet)
    notify(people_of(units), title=f"评分已公布：{sheet.title}", url=reverse("score-sheet", args=[sheet.pk]))
    return sheet
