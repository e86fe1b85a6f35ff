"""Rows for the addresses of the reports room."""

from __future__ import annotations

import datetime as dt

from lianshu.reports import services


def cases(world):
    call = services.collection_open(
        world.owner, region=world.county, kind="month", title="月报", due=dt.date(2026, 4, 5), headings=["进展"],
        chains=[world.chain],
    )  # fmt: skip
    filing = call.filings.get()
    report = services.report_draft(world.owner, region=world.county, title="季报", body="一、进展")
    sheet = services.sheet_create(world.owner, region=world.county, title="评分", criteria=[("任务", 100)])
    return {
        "collection": (call.pk,),
        "collection-remind": (call.pk,),
        "filing": (filing.pk,),
        "filing-judge": (filing.pk,),
        "report": (report.pk,),
        "report-issue": (report.pk,),
        "report-word": (report.pk,),
        "score-sheet": (sheet.pk,),
        "score-sheet-publish": (sheet.pk,),
    }
