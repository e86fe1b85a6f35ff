"""The brief as a workbook: the same figures, one sheet a subject, for offices that go on in a spreadsheet."""

from __future__ import annotations

from lianshu.network.brief import Brief, Findings
from lianshu.network.brief_html import Shown, sector_name
from lianshu.network.leaders import CRITERIA, CRITERIA_NAMES
from lianshu.network.resilience import DEFINITIONS
from lianshu.network.tables_out import Sheet


def sheets(brief: Brief, shown: Shown) -> dict[str, Sheet]:
    """All sheets of the workbook; below the floor only coverage and what to collect next."""
    c = brief.coverage
    pages = {
        "覆盖": Sheet(
            ["项目", "值"],
            [
                ["产业链", brief.chain],
                ["期间", "、".join(brief.periods)],
                ["金额单位", brief.unit],
                ["本地企业数", c.firms],
                ["申报采购总额的企业数", c.declaring],
                ["覆盖率", "未知" if c.covered is None else f"{c.covered:.1%}"],
                ["来源不明的采购占比", f"{c.unknown_share:.1%}"],
                *([f"输入指纹 {name}", value] for name, value in brief.inputs.items()),
                *([f"参数 {name}", value] for name, value in brief.parameters.items()),
            ],
        ),
        "下一步收集": Sheet(
            ["企业", "要什么", "涉及采购额"],
            [
                [shown.firm(w.firm), w.what, "" if w.amount is None else shown.amount(w.amount)]
                for w in brief.wanted
            ],
        ),
    }
    return pages if brief.findings is None else {**pages, **_findings(brief, brief.findings, shown)}


def _findings(brief: Brief, found: Findings, shown: Shown) -> dict[str, Sheet]:
    trades, card, w = brief.trades, found.card, found.what_if
    network = trades.network
    rates = (
        ("按金额", found.supply.amount),
        ("按供应商", found.supply.supplier),
        ("按产品", found.supply.product),
    )
    card_rows = [
        ["区外和境外采购占比", *card.outside, DEFINITIONS["outside"]],
        ["境外采购占比", *card.imported, DEFINITIONS["imported"]],
        ["单一来源采购额占比", card.single_share, card.single_share, DEFINITIONS["single_items"]],
        ["断供后可由他家补上", *card.substitutable, DEFINITIONS["substitutable"]],
    ]
    return {
        "配套率与韧性": Sheet(
            ["指标", "下限", "上限", "口径"],
            [*([f"本地配套率 {name}", low, high, ""] for name, (low, high) in rates), *card_rows],
            ("下限", "上限"),
        ),
        "链主候选": Sheet(
            [
                "名次",
                "企业",
                "建议",
                "得分",
                *(CRITERIA_NAMES[n] for n in CRITERIA),
                "稳定性",
                "最好名次",
                "最差名次",
                "理由",
            ],
            [
                [x.rank, shown.firm(x.firm), x.proposed, x.score, *(x.criteria[n] for n in CRITERIA)]
                + [x.stability, *x.ranks, "；".join(x.reasons)]
                for x in found.leadership.candidates
            ],
            ("稳定性",),
            found.leadership.quota_reason,
        ),
        "关键少数": Sheet(
            ["企业", "行业", "本链损失"],
            [
                [shown.firm(x.firm), sector_name(network.sectors[int(network.sector[x.firm])]), x.loss]
                for x in card.critical
            ],
            ("本链损失",),
            DEFINITIONS["critical"],
        ),
        "单一来源": Sheet(
            ["采购方", "产品", "唯一供应商", "金额"],
            [
                [shown.firm(s.buyer), trades.items[s.item], shown.firm(s.supplier), shown.amount(s.amount)]
                for s in card.single_sources
            ],
        ),
        "缺口环节": Sheet(
            ["环节", "产品", "类型", "采购额", "本地占比下限", "本地占比上限", "供应商数", "本地供应商数"],
            [
                [
                    g.node,
                    g.item,
                    "、".join(g.kinds),
                    shown.amount(g.amount),
                    g.low,
                    g.high,
                    g.suppliers,
                    g.local_suppliers,
                ]
                for g in found.gaps
            ],
            ("本地占比下限", "本地占比上限"),
        ),
        "谁能替": Sheet(
            ["环节", "现供应商", "替代企业", "同产品", "已供货", "富余产能可补", "公里"],
            [
                [
                    g.item,
                    shown.firm(g.largest),
                    shown.firm(s.firm),
                    s.same_product,
                    s.connected,
                    s.covers,
                    s.distance_km,
                ]
                for g, others in found.replacements
                if g.largest is not None
                for s in others
            ],
            ("富余产能可补",),
        ),
        "推演到企业": Sheet(
            ["企业", "行业", "断供损失", "断单损失", "传导路径", "此路径所占"],
            [
                [
                    shown.firm(hit.firm),
                    sector_name(network.sectors[int(network.sector[hit.firm])]),
                    hit.loss_down,
                    hit.loss_up,
                    " → ".join(shown.firm(i) for i in hit.path),
                    hit.share,
                ]
                for hit in w.hits
            ],
            ("断供损失", "断单损失", "此路径所占"),
            f"{shown.firm(w.firm)} 停产",
        ),
        "推演到行业": Sheet(
            ["行业", "损失"], [[sector_name(code), loss] for code, loss in w.by_sector], ("损失",)
        ),
    }
