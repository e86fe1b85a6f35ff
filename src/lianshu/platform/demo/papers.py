"""Steps of the demonstration: calls to file and filings, the quarter's report, the score sheet, read notices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from lianshu.core.models import Notice
from lianshu.core.notices import mark_read, notices_of
from lianshu.reference.periods import Period
from lianshu.reports.drafting import prefill, quarter_draft
from lianshu.reports.models import Collection, Filing
from lianshu.reports.services import (
    collection_open,
    collection_remind,
    filing_accept,
    filing_return,
    filing_save,
    report_draft,
    report_issue,
    report_update,
    scores_enter,
    sheet_create,
    sheet_publish,
)
from lianshu.tasks.models import Duty

from .cast import CHAINS, Demo
from .work import FILED, FILED_MONTHS

MONTH_PARTS = ("主要指标完成情况", "重点任务进展", "存在的问题和诉求", "下步打算")
NEXT_STEPS = "继续跟进在建项目和未办结诉求，补齐缺项，按时填报指标。"
#: notices left unread at the end of the year
UNREAD = 5


def file_months(demo: Demo) -> None:
    """The last months' reports of the chain offices: on time, late, returned, and one still owed."""
    duty = Duty._base_manager.filter(region=demo.county, what__contains=FILED).first()
    months = demo.months(FILED_MONTHS)
    for month in months:
        due = month.end + dt.timedelta(days=5)
        collection = collection_open(
            demo.general, region=demo.county, kind=Collection.Kind.MONTH, title=f"{month.text}链条办月报", due=due,
            headings=MONTH_PARTS, period=month.code, chains=demo.chains, duty=duty, simulated=True,
        )  # fmt: skip
        newest = month == months[-1]
        for number, chain in enumerate(demo.chains):
            if newest and number == 3:
                continue
            filing = Filing._base_manager.get(collection=collection, chain=chain)
            on = due + dt.timedelta(days=3 if number == 1 and month == months[0] else -1)
            _file(demo, number, filing, on, month)
            if newest and number == 2:
                filing_return(demo.general, filing, reason="“存在的问题”与办件台账不一致，请核对。")
            elif not newest:
                filing_accept(demo.general, filing)
        if newest and demo.today > due:
            collection_remind(demo.general, collection, on=demo.today)


def _file(demo: Demo, number: int, filing: Filing, on: dt.date, month: Period) -> None:
    clerk = demo.clerk(number)
    texts = [text or NEXT_STEPS for text in prefill(clerk, filing, min(on, demo.today))]
    filing_save(clerk, filing, texts=texts, file_it=True, on=min(on, demo.today))


def file_year_plans(demo: Demo) -> None:
    """The lead departments' work points of the year: one never came."""
    departments = ("青澜县工信局", "青澜县发改局", "青澜县科技局", "青澜县自然资源局", "青澜县人社局")
    due = dt.date(demo.year, 2, 10)
    collection = collection_open(
        demo.general, region=demo.county, kind=Collection.Kind.YEAR_PLAN, title=f"{demo.year}年产业链工作要点", due=due,
        headings=("工作目标", "主要举措", "时间安排"), period=str(demo.year),
        units=[demo.unit(name) for name in departments], simulated=True,
    )  # fmt: skip
    for filing in collection.filings.select_related("unit"):
        if filing.unit.name == "青澜县自然资源局":
            continue
        name = filing.unit.name.removeprefix("青澜")
        texts = (
            f"{name}承担的方案目标按年度分解值完成。",
            f"{name}按年度任务清单逐项推进。",
            "上半年过半，四季度收尾。",
        )
        filing_save(
            demo.speaker(filing.unit), filing, texts=texts, file_it=True, on=due - dt.timedelta(days=4)
        )
        filing_accept(demo.general, filing)


def issue_report(demo: Demo) -> None:
    """The last quarter's report was issued; this quarter's stands as a draft."""
    quarter = demo.quarters(1)[0]
    on = min(quarter.end + dt.timedelta(days=12), demo.today)
    to = "县委、县政府主要领导，各链长"
    title, body = quarter_draft(demo.general, region=demo.county, period=quarter.code, today=on)
    body = body.replace("（本期系统内没有这方面的数据，请补充。）", NEXT_STEPS)
    report = report_draft(
        demo.general,
        region=demo.county,
        title=title,
        body=body,
        period=quarter.code,
        to=to,
        on=on,
        simulated=True,
    )
    report_issue(demo.general, report, on=on)
    now = quarter.next()
    title, body = quarter_draft(demo.general, region=demo.county, period=now.code, today=demo.today)
    draft = report_draft(
        demo.general,
        region=demo.county,
        title=title,
        body=body,
        period=now.code,
        on=demo.today,
        simulated=True,
    )
    report_update(demo.general, draft, title=title, to=to, body=body)


CRITERIA = (("目标完成", 40), ("任务推进", 25), ("诉求办理", 20), ("报送质量", 15))
POINTS = ((38, 23, 18, 14), (35, 22, 17, 12), (37, 21, 18, 13), (28, 17, 15, 9))


def publish_scores(demo: Demo) -> None:
    """The last quarter's scores of the chain offices, published."""
    quarter = demo.quarters(1)[0]
    sheet = sheet_create(
        demo.general, region=demo.county, title=f"{quarter.text}链条办考核评分", criteria=CRITERIA,
        period=quarter.code, simulated=True,
    )  # fmt: skip
    offices = [demo.office(number) for number in range(len(CHAINS))]
    for office, points in zip(offices, POINTS, strict=True):
        reasons = [
            f"{name}：满分 {full} 分，扣 {full - got} 分"
            for (name, full), got in zip(CRITERIA, points, strict=True)
        ]
        scores_enter(
            demo.general, sheet, unit=office, points=[Decimal(one) for one in points], reasons=reasons
        )
    sheet_publish(demo.general, sheet, units=offices, on=min(quarter.end + dt.timedelta(days=15), demo.today))


def read_notices(demo: Demo) -> None:
    """A year's notices were read as they came; the last few wait."""
    for user_id in Notice.objects.values_list("user_id", flat=True).distinct():
        rows = list(notices_of(user_id).values_list("pk", flat=True))
        mark_read(user_id, rows[UNREAD:])
