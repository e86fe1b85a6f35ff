"""Texts made from what the system holds already: pre-filled filings and the quarter report's draft."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from lianshu.core.words import with_unit
from lianshu.matters import selectors as matter_selectors
from lianshu.matters.models import Matter
from lianshu.organisation.models import Chain, Region
from lianshu.reference.periods import Period
from lianshu.targets import selectors as target_selectors
from lianshu.targets.models import Target
from lianshu.targets.wording import number_words, target_words
from lianshu.tasks.models import Task

from .models import Collection, Filing

_NUMERALS = "一二三四五六七八九十"


def span_of(period: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of a period code; this year up to today without one."""
    if period:
        known = Period.from_code(period)
        return known.start, known.end
    return dt.date(today.year, 1, 1), today


def figures_text(user: Any, *, region: Region, chain: Chain | None, today: dt.date) -> str:
    """Targets with their newest figures and lights, a line each; "" when nothing was entered."""
    rows = (
        Target.objects.visible_to(user)
        .filter(region=region, background=False)
        .select_related("indicator", "chain__region")
    )
    rows = rows.filter(chain=chain) if chain is not None else rows
    words = []
    for line in target_selectors.lines(rows, today):
        figures = line.figures
        if not figures:
            continue
        last = figures[-1]
        whose = f"{line.target.chain}" if chain is None and line.target.chain_id else ""
        whose = "" if line.target.chain_id and line.target.chain.name in line.target.name else whose
        words.append(
            f"{whose}{line.target.name}：{last.period.text}为 "
            f"{with_unit(number_words(last.amount), line.target.measure)}，目标 {target_words(line.target)}。"
        )
    return "\n".join(words)


def tasks_text(
    user: Any, *, region: Region, chain: Chain | None, unit: Any, span: tuple[dt.date, dt.date]
) -> str:
    """Progress reported within the span, by task; then what is late at its end."""
    rows = Task.objects.visible_to(user).filter(region=region)
    if chain is not None:
        rows = rows.filter(Q(chain=chain) | Q(lead_unit=unit) | Q(support_units=unit))
    elif unit is not None:
        rows = rows.filter(Q(lead_unit=unit) | Q(support_units=unit))
    words, late = [], []
    for task in rows.distinct().prefetch_related("reports"):
        reports = [one for one in task.reports.all() if span[0] <= one.on <= span[1]]
        if reports:
            newest = max(reports, key=lambda one: (one.on, one.pk))
            words.append(f"{task}：完成 {newest.progress}%。{newest.text}")
        if (
            task.next_due
            and task.next_due <= span[1]
            and task.state in (Task.State.PENDING, Task.State.DOING)
        ):
            late.append(f"{task}（时限 {task.next_due:%Y-%m-%d}，完成 {task.progress}%）")
    if late:
        words.append("逾期未完成：" + "；".join(late) + "。")
    return "\n".join(words)


def matters_text(user: Any, *, region: Region, chain: Chain | None, span: tuple[dt.date, dt.date]) -> str:
    """Matters received and closed within the span, and what is open and late at its end."""
    rows = Matter.objects.visible_to(user).filter(region=region)
    rows = rows.filter(chain=chain) if chain is not None else rows
    received = rows.filter(received_on__range=span).distinct().count()
    closed = rows.filter(closed_on__range=span).distinct().count()
    open_rows = rows.filter(state__in=Matter.OPEN).distinct()
    if not received and not closed and not open_rows.exists():
        return ""
    late = [matter for matter in open_rows if matter_selectors.light_of(matter, span[1])[0] == "red"]
    words = f"收到 {received} 件，销号 {closed} 件，在办 {open_rows.count()} 件"
    words += f"，其中超期 {len(late)} 件：" + "；".join(map(str, late)) if late else "，无超期"
    return words + "。"


#: Words in a heading → what the system can say about it.
_SOURCES = (
    (("指标", "目标", "数据", "运行"), "figures"),
    (("任务", "进展", "工作", "清单", "要点"), "tasks"),
    (("问题", "困难", "诉求", "办件"), "matters"),
)


def prefill(user: Any, filing: Filing, today: dt.date) -> list[str]:
    """A text per heading of the call, from figures, task reports and matters entered before."""
    collection = filing.collection
    span = span_of(collection.period, today)
    texts = []
    for heading in collection.headings:
        source = next((name for words, name in _SOURCES if any(word in heading for word in words)), "")
        common = {"region": collection.region, "chain": filing.chain}
        if source == "figures":
            texts.append(figures_text(user, **common, today=min(today, span[1])))
        elif source == "tasks":
            texts.append(tasks_text(user, **common, unit=filing.unit, span=span))
        elif source == "matters":
            texts.append(matters_text(user, **common, span=span))
        else:
            texts.append("")
    return texts


def quarter_draft(user: Any, *, region: Region, period: str, today: dt.date) -> tuple[str, str]:
    """(title, body) of a period's report to the leaders, from the filings of that period and the figures."""
    span = span_of(period, today)
    title = f"{region}重点产业链{Period.from_code(period).text}推进情况报告"
    parts = [
        ("目标指标进展", figures_text(user, region=region, chain=None, today=min(today, span[1]))),
        ("重点任务推进", tasks_text(user, region=region, chain=None, unit=None, span=span)),
        ("企业问题办理", matters_text(user, region=region, chain=None, span=span)),
        ("各产业链情况", _filed(user, region, span)),
        ("存在问题和下步打算", ""),
    ]
    body = []
    for numeral, (heading, text) in zip(_NUMERALS, parts, strict=False):
        body.append(f"{numeral}、{heading}")
        body.append(text or "（本期系统内没有这方面的数据，请补充。）")
    return title, "\n".join(body)


def _filed(user: Any, region: Region, span: tuple[dt.date, dt.date]) -> str:
    filings = (
        Filing.objects.visible_to(user)
        .filter(
            collection__region=region,
            collection__kind=Collection.Kind.MONTH,
            collection__due__range=(span[0], span[1] + dt.timedelta(days=15)),
            state__in=(Filing.State.FILED, Filing.State.ACCEPTED),
        )
        .select_related("unit", "chain", "collection")
        .order_by("chain__name", "unit__name", "collection__due")
    )
    # each month's filing builds on the one before: the last one of the span speaks for the chain
    newest = {(filing.chain_id, filing.unit_id): filing for filing in filings}
    words = []
    for number, filing in enumerate(newest.values(), start=1):
        words.append(f"{number}.{filing.chain or filing.unit}（据{filing.collection.title}）")
        words += [f"{part['heading']}：{part['text']}" for part in filing.sections]
    return "\n".join(words)
