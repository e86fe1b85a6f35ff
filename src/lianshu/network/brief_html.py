"""The brief as one self-contained page of HTML: two A4 pages in print, one column on a phone.

No script, no address outside the file; every text is escaped. Simulated input is marked on each page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from lianshu.network.brief import Brief, Findings
from lianshu.network.charts import Bar, bars, line
from lianshu.network.firms import PLACE_NAMES
from lianshu.network.gaps import BOUGHT_OUTSIDE, EMPTY
from lianshu.network.links_anonymous import amount_range, code_names
from lianshu.network.paths import Hit
from lianshu.network.resilience import CLOSED_DAYS, CRITICAL_LOSS, DEFINITIONS, HORIZON_DAYS, NORMAL
from lianshu.reference.industries import IndustryError, industries

STYLE = """
:root{--ink:#1f2933;--muted:#52606d;--line:#d9e2ec;--blue:#1d4e89;--red:#b42318;--soft:#f4f7fa}
*{box-sizing:border-box}
body{margin:0;background:#e9eef3;color:var(--ink);font:14px/1.55 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif}
.page{background:#fff;max-width:210mm;margin:16px auto;padding:14mm 14mm 10mm;position:relative}
h1{font-size:22px;margin:0 0 2px}
h2{font-size:15px;margin:12px 0 4px;padding-left:8px;border-left:4px solid var(--blue)}
p{margin:4px 0}.sub,.note{color:var(--muted);font-size:12px}
.mark{color:var(--red);border:2px solid var(--red);border-radius:4px;padding:0 8px;font-weight:700;float:right;margin-left:8px}
.cover{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:8px 12px;margin:8px 0}
.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:8px;margin:8px 0}
.card{border:1px solid var(--line);border-radius:6px;padding:6px 10px}
.card b{display:block;font-size:18px;color:var(--blue);font-variant-numeric:tabular-nums}.card span{font-size:12px;color:var(--muted)}
.two{display:grid;grid-template-columns:1fr 1fr;gap:12px}.two>*{min-width:0}
table{border-collapse:collapse;width:100%;font-size:12.5px}
th,td{border-bottom:1px solid var(--line);padding:3px 6px;text-align:left;vertical-align:top}
th{background:var(--soft);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
ul.why{columns:2;column-gap:28px}ul{margin:2px 0;padding:0 0 0 1.6em}li{margin:0}
.chart{width:100%;height:auto;display:block}
footer{border-top:1px solid var(--line);margin-top:10px;padding-top:4px;font-size:11px;color:var(--muted);overflow-wrap:anywhere}
@media (max-width:700px){.page{padding:16px 14px;margin:0 0 8px}.cards{grid-template-columns:1fr 1fr}.two{grid-template-columns:1fr}ul.why{columns:1}.scroll{overflow-x:auto}.wide table{min-width:480px}}
@media print{@page{size:A4;margin:11mm 12mm}body{background:#fff;font-size:11.5px;line-height:1.4}.page{margin:0;padding:0;max-width:none;break-after:page}.page:last-child{break-after:auto}
h1{font-size:19px}h2{font-size:13px;margin:8px 0 3px}table{font-size:10.5px}th,td{padding:2px 5px}.note,.sub{font-size:10px}.card b{font-size:15px}.chart{max-height:62mm}footer{font-size:9px;margin-top:6px}tr,.card,.cover{break-inside:avoid}}
"""


@dataclass(frozen=True)
class Shown:
    """How this reader sees firms and amounts: by name and figure, or by code and range."""

    firm: Callable[[int], str]
    amount: Callable[[float], str]
    limited: bool

    @classmethod
    def of(cls, brief: Brief, key: bytes | None = None) -> Shown:
        """Names and figures; with a key, code names and ranges for a reader without the right."""
        network = brief.trades.network
        if key is None:
            return cls(network.name, lambda value: f"{value:,.0f} {brief.unit}", False)
        codes = code_names(key, network.firms)
        return cls(lambda i: codes[i], lambda value: amount_range(value, brief.yuan), True)


def render(brief: Brief, shown: Shown) -> str:
    """The whole page as text."""
    body = _refusal(brief, shown) if brief.findings is None else _pages(brief, brief.findings, shown)
    title = f"{brief.chain}供应网络简报{'（模拟）' if brief.simulated else ''}"
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )


def percent(value: float, digits: int = 1) -> str:
    """A share as a percentage."""
    return f"{value:.{digits}%}"


def between(bounds: tuple[float, float], digits: int = 1) -> str:
    """Bounds of a share; one figure when they agree to the digits shown."""
    low, high = (percent(v, digits) for v in bounds)
    return low if low == high else f"{low}～{high}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()) -> str:
    """An HTML table of escaped texts; ``numeric`` names the right-aligned columns."""
    if not rows:
        return '<p class="note">没有。</p>'

    def cells(tag: str, row: Sequence[str]) -> str:
        kind = [' class="n"' if i in numeric else "" for i in range(len(row))]
        return "".join(f"<{tag}{k}>{escape(c)}</{tag}>" for k, c in zip(kind, row, strict=True))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    wide = " wide" if len(head) > 4 else ""
    return f'<div class="scroll{wide}" tabindex="0"><table><thead><tr>{cells("th", head)}</tr></thead><tbody>{body}</tbody></table></div>'


def sector_name(code: str) -> str:
    """The name of a GB/T 4754 code with the code before it, or the code alone when it is none."""
    try:
        return f"{code} {industries().get(code).name}"
    except IndustryError:
        return code


def _head(brief: Brief, shown: Shown, number: int, of: int) -> str:
    mark = '<span class="mark">模拟</span>' if brief.simulated else ""
    span = "".join(brief.periods[:1])
    if len(brief.periods) > 1:
        span += f" 至 {brief.periods[-1]}（{len(brief.periods)} 期）"
    limited = "；企业以代号、金额以区间显示" if shown.limited else ""
    sub = f"期间 {span or '未声明'}；金额单位 {brief.unit}{limited}；第 {number} 页，共 {of} 页"
    return f'{mark}<h1>{escape(brief.chain)}供应网络简报</h1><p class="sub">{escape(sub)}</p>'


def _coverage(brief: Brief) -> str:
    c = brief.coverage
    covered = (
        "没有企业申报采购总额，覆盖率未知"
        if c.covered is None
        else f"链接解释了申报采购额的 {percent(c.covered)}"
    )
    text = f"本链本地企业 {c.firms} 家，{c.declaring} 家申报了采购总额；来源地不明的采购占 {percent(c.unknown_share)}。"
    return f'<div class="cover"><b>先看覆盖：{escape(covered)}。</b> {escape(text)}下面各数只对链接看得见的部分成立。</div>'


def _pages(brief: Brief, found: Findings, shown: Shown) -> str:
    first = "".join(
        (
            _head(brief, shown, 1, 2),
            _coverage(brief),
            _cards(found),
            _leaders(found, shown),
            _gaps(found, shown),
            _critical(brief, found, shown),
            _footer(brief),
        )
    )
    second = "".join(
        (
            _head(brief, shown, 2, 2),
            _single(brief, found, shown),
            _replacements(found, shown),
            _what_if(found, shown),
            _recovery(found, shown),
            _definitions(),
            _footer(brief),
        )
    )
    return f'<section class="page">{first}</section><section class="page">{second}</section>'


def _cards(found: Findings) -> str:
    card = found.card
    items = (
        (between(found.supply.amount), "本地配套率 · 按金额"),
        (between(found.supply.supplier), "本地配套率 · 按供应商"),
        (between(found.supply.product), "本地配套率 · 按产品"),
        (between(card.outside), "区外和境外采购占比"),
        (between(card.imported), "境外采购占比"),
        (percent(card.single_share), "单一来源采购额占比"),
        (between(card.substitutable, 0), "断供后可由他家补上"),
        ("未掌握" if card.stock_days is None else f"{card.stock_days:.0f} 天", "平均库存缓冲"),
    )
    return f'<div class="cards">{"".join(f"<div class=card><b>{escape(v)}</b><span>{escape(n)}</span></div>" for v, n in items)}</div>'


def _leaders(found: Findings, shown: Shown) -> str:
    led = found.leadership
    rows = "".join(
        f"<tr><td class=n>{c.rank}</td><td>{escape(shown.firm(c.firm))}</td><td class=n>{c.score:.2f}</td>"
        f"<td class=n>{percent(c.stability, 0)}</td></tr>"
        f"<tr><td></td><td colspan=3><ul class=why>{''.join(f'<li>{escape(r)}</li>' for r in c.reasons)}</ul></td></tr>"
        for c in led.candidates
        if c.proposed
    )
    note = (
        f"{led.quota_reason}。稳定性：随机去掉一成链接 {led.runs} 次，仍在名额内的比例；名次相关系数平均 {led.kendall:.2f}。"
        "名次供评选参考，不代替评选办法。"
    )
    return (
        f"<h2>谁在带链：链主候选 {led.quota} 家</h2>"
        '<table><thead><tr><th class="n">名次</th><th>企业和理由</th><th class="n">得分</th>'
        f'<th class="n">稳定性</th></tr></thead><tbody>{rows}</tbody></table><p class="note">{escape(note)}</p>'
    )


def _gaps(found: Findings, shown: Shown) -> str:
    lacking = found.gaps[:7]
    chart = bars(
        "缺口环节的本地占比",
        [Bar(g.node, g.low, g.high, between((g.low, g.high), 0), EMPTY in g.kinds) for g in lacking],
        maximum=1.0,
    )
    rows = [
        [g.node, "、".join(g.kinds), shown.amount(g.amount), f"{g.suppliers}／{g.local_suppliers}"]
        for g in lacking
    ]
    listed = table(["环节", "类型", "采购额", "供应商／本地"], rows, (2, 3))
    return (
        f"<h2>缺什么：空白、薄弱、单一来源、外购为主的环节（{len(found.gaps)} 个，按外购额列前 {len(lacking)}）</h2>"
        f'<div class="two"><div>{chart}<p class="note">深色为已知本地，浅色为来源不明、可能本地的部分；红字环节没有已知的本地供应商。</p></div><div>{listed}</div></div>'
        '<p class="note">这是要问清原因的清单（本地没有、价高、质量、账期、不知道），不是要求本地采购。</p>'
    )


def _critical(brief: Brief, found: Findings, shown: Shown) -> str:
    few = found.card.critical[:8]
    trades = brief.trades
    chart = bars(
        "单独停产使本链损失的比例", [Bar(shown.firm(c.firm), c.loss, c.loss, percent(c.loss)) for c in few]
    )
    rows = [
        [
            shown.firm(c.firm),
            sector_name(trades.network.sectors[int(trades.network.sector[c.firm])]),
            PLACE_NAMES[str(trades.place[c.firm])],
        ]
        for c in few
    ]
    told = f"单独停产会使本链损失 {CRITICAL_LOSS:.0%} 以上的企业共 {len(found.card.critical)} 家。"
    listed = table(["企业", "行业", "所在"], rows, (2,))
    return f'<h2>什么会断：关键少数</h2><p>{told}</p><div class="two"><div>{chart if few else ""}</div><div>{listed}</div></div>'


def _single(brief: Brief, found: Findings, shown: Shown) -> str:
    card, trades = found.card, brief.trades
    rows = [
        [shown.firm(s.buyer), trades.items[s.item], shown.firm(s.supplier), shown.amount(s.amount)]
        for s in card.single_sources[:6]
    ]
    outside = [
        [
            g.node,
            shown.amount(g.outside + g.abroad),
            percent(g.outside / g.amount, 0),
            percent(g.abroad / g.amount, 0),
        ]
        for g in sorted(found.gaps, key=lambda g: -(g.outside + g.abroad))
        if g.amount > 0 and (BOUGHT_OUTSIDE in g.kinds or EMPTY in g.kinds)
    ][:6]
    return (
        '<div class="two"><div>'
        f"<h2>单一来源（共 {len(card.single_sources)} 对）</h2>{table(['采购方', '产品', '唯一供应商', '金额'], rows, (3,))}"
        f"</div><div><h2>外部依赖</h2>{table(['环节', '外购额', '区外', '境外'], outside, (1, 2, 3))}</div></div>"
    )


def _replacements(found: Findings, shown: Shown) -> str:
    rows = []
    for gap, others in found.replacements:
        for i, s in enumerate(others[:2]):
            covers = "未掌握" if s.covers is None else percent(s.covers, 0)
            away = "—" if s.distance_km is None else f"{s.distance_km:,.0f}"
            rows.append(
                [
                    f"{gap.item}（现由 {shown.firm(gap.largest)}）"
                    if i == 0 and gap.largest is not None
                    else "",
                    shown.firm(s.firm),
                    "同产品" if s.same_product else "同行业",
                    "已供货" if s.connected else "无往来",
                    covers,
                    away,
                ]
            )
    head = ["要替的环节", "谁能替", "产品", "往来", "富余产能可补", "公里"]
    return f"<h2>谁能替</h2>{table(head, rows, (4, 5))}"


def _way(hit: Hit, shown: Shown) -> str:
    """The firms between the one that closed and the one that is hit."""
    between_them = " → ".join(shown.firm(i) for i in hit.path[1:-1])
    return f"经 {between_them}" if between_them else "直接往来"


def _what_if(found: Findings, shown: Shown) -> str:
    w = found.what_if
    sectors = bars("各行业损失", [Bar(sector_name(name), v, v, percent(v)) for name, v in w.by_sector])
    rows = [[shown.firm(hit.firm), percent(hit.loss), hit.direction_name, _way(hit, shown)] for hit in w.hits]
    who = "；".join(
        f"{item}：{'、'.join(shown.firm(s.firm) for s in others)}" for item, others in w.substitutes if others
    )
    told = (
        f"{shown.firm(w.firm)} 停产：全部数据内企业合计损失 {percent(w.esri, 2)}（断供 {percent(w.esri_down, 2)}，"
        f"断单 {percent(w.esri_up, 2)}），本链损失 {percent(w.chain_loss)}，传导 {w.steps} 步。"
    )
    return (
        f"<h2>推演一例</h2><p>{escape(told)}{escape(f'可接替供货：{who}。' if who else '')}</p>"
        f'<div class="two"><div>{sectors}</div><div>{table(["受损企业", "损失", "方向", "传导路径"], rows, (1,))}</div></div>'
    )


def _recovery(found: Findings, shown: Shown) -> str:
    r = found.card.recovery
    if r is None:
        return ""
    if r.below_on is None:
        text = f"{shown.firm(r.firm)} 停产 {CLOSED_DAYS} 天，靠库存本链产出未低于正常的 {NORMAL:.0%}。"
    else:
        back = (
            f"{HORIZON_DAYS} 天内没有恢复"
            if r.days_back is None
            else f"复产{f'后第 {r.days_back} 天' if r.days_back else '当天'}回到 {NORMAL:.0%} 以上"
        )
        text = (
            f"{shown.firm(r.firm)} 停产 {CLOSED_DAYS} 天：第 {r.below_on + 1} 天起本链产出低于正常的 {NORMAL:.0%}，"
            f"最低 {r.lowest:.0%}，{back}。"
        )
    drawn = line("本链产出占正常的比例（按日）", r.curve, "停产之日", f"第 {HORIZON_DAYS} 天")
    return f"<h2>断了多久能恢复</h2><p>{escape(text)}</p>{drawn}"


def _definitions() -> str:
    lines = "".join(f"<li>{escape(text)}</li>" for text in DEFINITIONS.values())
    return f'<h2>口径</h2><ul class="note">{lines}</ul>'


def _footer(brief: Brief) -> str:
    from lianshu import __version__

    inputs = "；".join(f"{name} {value[:12]}" for name, value in brief.inputs.items())
    settings = "；".join(f"{name} {value}" for name, value in brief.parameters.items())
    mark = "<b>模拟数据，不代表任何真实企业。</b>" if brief.simulated else ""
    return f"<footer>{mark}输入指纹：{escape(inputs)}。参数：{escape(settings)}。链枢 {escape(__version__)}。</footer>"


def _refusal(brief: Brief, shown: Shown) -> str:
    rows = [
        [str(i + 1), shown.firm(w.firm), w.what, "未知" if w.amount is None else shown.amount(w.amount)]
        for i, w in enumerate(brief.wanted)
    ]
    c = brief.coverage
    covered = "未知（没有企业申报采购总额）" if c.covered is None else percent(c.covered)
    return (
        f'<section class="page">{_head(brief, shown, 1, 1)}'
        f'<div class="cover"><b>资料不足，不出数。</b>链接解释的采购额占比为 {escape(covered)}，低于下限 {percent(brief.floor, 0)}。'
        "在这样的覆盖下，排名和损失会误导人。</div>"
        f"<h2>下一步先收这些</h2>{table(['序', '企业', '要什么', '涉及采购额'], rows, (0, 3))}{_footer(brief)}</section>"
    )
