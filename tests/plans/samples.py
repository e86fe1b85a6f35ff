"""Plans written for the tests (the county and its names are fictional) and builders of desk rows."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from lianshu.organisation.models import Region
from lianshu.plans.fingerprints import fingerprints
from lianshu.plans.models import Document, Item, Plan

#: {county} is the county the test lives in
PLAN = """{county}重点产业链建设实施方案

示政发〔2024〕3号

为加快{county}工业强县步伐，推动我县制造业提档升级，结合实际，制定本方案。

一、总体目标

重点建设电子信息、新材料、食品加工三条产业链。到2027年，全县规模以上工业产值达到120亿元，高新技术企业不少于30家，技改投资占工业投资比重达到45%。

二、重点任务

（一）开展产业链招商

1.组建驻外招商队伍。每年外出招商不少于6次。（责任单位：县科技局、县商务局、各链条办）

2.建立项目储备清单。（责任单位：县发改局、高新区管委会）

（二）培育优质企业

3.完善企业培育梯队。到2026年新增专精特新企业8家。（责任单位：县科技局、县财政局）

三、工作机制

（一）组织领导机制。县长任产业链总链长，每条产业链由一名县级领导担任链长。在县科技局设立产业链办公室（简称“总链办”），由分管副县长任办公室主任。

（二）日常调度机制。各链条办每月向链长汇报一次工作进展。总链办每季度召开一次调度会议。
"""

#: the same plan a year later: one figure raised, one task gone, one added
PLAN_NEXT = (
    PLAN.replace("达到120亿元", "达到150亿元")
    .replace("示政发〔2024〕3号", "示政发〔2025〕8号")
    .replace(
        "2.建立项目储备清单。（责任单位：县发改局、高新区管委会）",
        "2.办好产业链供需对接会。（责任单位：县商务局）",
    )
)

Row = tuple[str, str, dict[str, Any]]

#: (kind, evidence, values): what a good reader finds in PLAN, for tests that must not depend on the reader
ROWS: list[Row] = [
    ("chains", "电子信息、新材料、食品加工三条产业链", {"name": "电子信息"}),
    ("chains", "电子信息、新材料、食品加工三条产业链", {"name": "新材料"}),
    ("chains", "电子信息、新材料、食品加工三条产业链", {"name": "食品加工"}),
    (
        "targets",
        "规模以上工业产值达到120亿元",
        {"name": "规模以上工业产值", "low": 120, "high": None, "unit": "亿元", "op": ">=", "basis": "level",
         "period": "by:2027", "scope": "region"},
    ),
    (
        "targets",
        "高新技术企业不少于30家",
        {"name": "高新技术企业", "low": 30, "high": None, "unit": "家", "op": ">=", "basis": "level",
         "period": "by:2027", "scope": "region"},
    ),
    (
        "tasks",
        "1.组建驻外招商队伍",
        {"no": "二(一)1", "section": "开展产业链招商", "title": "组建驻外招商队伍",
         "responsible": ["县科技局", "县商务局", "各链条办"], "lead": [], "support": [], "due": None},
    ),
    (
        "recurring",
        "每年外出招商不少于6次",
        {"what": "外出招商", "who": "县商务局", "to": None, "every": "year", "times": 6},
    ),
    ("orgs", "县长任产业链总链长", {"name": "总链长", "role": "县长任产业链总链长", "leader": "县长"}),
    ("orgs", "每条产业链由一名县级领导担任链长",
     {"name": "链长", "role": "每条产业链由一名县级领导担任链长", "leader": "一名县级领导"}),
    ("orgs", "在县科技局设立产业链办公室（简称“总链办”）",
     {"name": "总链办", "role": "负责日常工作", "kind": "general_office", "seat": "县科技局"}),
    ("orgs", "各链条办", {"name": "链条办", "role": "负责本链工作", "kind": "chain_office"}),
    ("orgs", "由分管副县长任办公室主任",
     {"name": "总链办主任", "role": "由分管副县长任办公室主任", "leader": "分管副县长"}),
]  # fmt: skip


def plan_text(region: Region, text: str = PLAN) -> str:
    """The sample as a plan of ``region``."""
    return text.replace("{county}", region.name)


def make_document(
    region: Region, rows: list[Row] | None = None, *, confidence: float = 0.95, **values: Any
) -> Document:
    """A plan with one read document holding ``rows``."""
    text = plan_text(region)
    plan = Plan.objects.create(region=region, title=f"{region.name}重点产业链建设实施方案", **values)
    document = Document.objects.create(
        plan=plan, name="方案.txt", digest="0" * 64, text=text, read_at=timezone.now(), reader_version="1"
    )
    add_items(document, ROWS if rows is None else rows, confidence)
    return document


def add_items(document: Document, rows: list[Row], confidence: float = 0.95) -> list[Item]:
    marks = fingerprints([(kind, values, evidence) for kind, evidence, values in rows])
    items = []
    for place, ((kind, evidence, values), mark) in enumerate(zip(rows, marks, strict=True)):
        start = document.text.index(evidence)
        items.append(
            Item(
                document=document, kind=kind, fields=values, start=start, end=start + len(evidence),
                evidence=evidence, confidence=confidence, position=place, fingerprint=mark, lineage=mark,
            )
        )  # fmt: skip
    return Item.objects.bulk_create(items)


def accept_all(document: Document) -> None:
    document.items.filter(state="pending").update(state="accepted")
