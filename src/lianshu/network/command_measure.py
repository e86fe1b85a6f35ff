"""`lianshu network measure`: local supply rates, coverage, concentration, dependence; and more on request."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

GROUPS = {
    "all": "全部",
    "chain": "产业链",
    "node": "环节",
    "sector": "行业",
    "region": "地区",
    "park": "园区",
    "firm": "企业",
}


def register(subparsers: Any) -> None:
    """Add the parser of ``measure``."""
    from lianshu.network.command_inputs import add_inputs

    parser = subparsers.add_parser("measure", help="本地配套率（三种口径）、集中度、依赖、单一来源等指标")
    add_inputs(parser, sample=True, months=True)
    parser.add_argument("--by", choices=list(GROUPS), default="all", help="按什么分组")
    parser.add_argument("--io", metavar="文件", help="投入产出表：影响力系数、感应度系数")
    parser.add_argument("--complexity", metavar="文件", help="地区、产品、数值表：比较优势、邻近度、复杂度")
    parser.add_argument(
        "--card", nargs="?", const="", metavar="产业链", help="韧性卡（不写链名则全部本地企业）"
    )
    parser.add_argument("--graph", action="store_true", help="加算 PageRank 与 k 核")
    parser.add_argument("--out", type=Path, metavar="文件", help="结果写成 xlsx 或 csv")
    parser.set_defaults(func=measure)


def measure(args: argparse.Namespace) -> int:
    """Compute and print the measures asked for."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network.tables import Workspace
    from lianshu.network.tables_out import Sheet, write_sheets

    sheets: dict[str, Sheet] = {}
    hashes: dict[str, str] = {}
    if args.sample:
        inputs.use_sample(args)
    if args.links or args.months:
        sheets.update(_link_measures(args, hashes))
    with Workspace(args.memory, args.threads) as work:
        if args.io:
            sheets["影响力与感应度"] = _io_measures(work, args, hashes)
        if args.complexity:
            sheets["复杂度"] = _complexity(work, args, hashes)
    if not sheets:
        inputs.need(args, "links")
    if args.out:
        write_sheets(args.out, sheets, simulated=args.simulated)
        inputs.write_record(args, args.out, "measure", hashes, "by", "period", "graph", "card")
        print(f"已写出 {args.out}")
    return 0


def _link_measures(args: argparse.Namespace, hashes: dict[str, str]) -> dict[str, Any]:
    """Sheets of the measures over links; what they were computed from is noted in `hashes`."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network import measures
    from lianshu.network.firms import PLACE_NAMES, read_firms, with_unlisted
    from lianshu.network.links import read_links
    from lianshu.network.measures_months import MonthStore
    from lianshu.network.tables import Workspace
    from lianshu.network.tables_out import Sheet

    inputs.need(args, "firms")
    with Workspace(args.memory, args.threads, on_disk=bool(args.memory)) as work:
        if not args.links:
            links = MonthStore(args.months).links(work, args.period)
        else:
            links = read_links(work, args.links, args.unit)
            inputs.write_problems(args, links.report)
            links.report.raise_errors()
        firms = read_firms(work, args.firms, args.home)
        hashes |= {"links": links.fingerprint, "firms": firms.fingerprint}
        firms.report.raise_errors()
        firms = with_unlisted(firms, links)
        inputs.tell_notes(firms.report)
        tables = measures.from_tables(links, firms)

        def rows(expression: Any, order: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = measures.run(work, expression).to_pylist()
            return sorted(found, key=lambda r: (-r[order], *(str(r[k]) for k in sorted(r) if k in _NAMES)))

        group = GROUPS[args.by]
        unit = links.unit or "单位未声明"
        supply = rows(measures.local_supply(tables, args.by), "total")
        covered = {
            r["label"]: r["covered"]
            for r in measures.run(work, measures.coverage(tables, args.by)).to_pylist()
        }
        inputs.print_table(
            f"本地配套率（按{group}，金额单位 {unit}）",
            [group, "采购额", "按金额", "按供应商", "按产品", "采购额覆盖率"],
            [
                [
                    r["label"],
                    f"{r['total']:,.0f}",
                    inputs.between(r["amount_low"], r["amount_high"]),
                    inputs.between(r["supplier_low"], r["supplier_high"]),
                    inputs.between(r["product_low"], r["product_high"]),
                    inputs.percent(covered.get(r["label"])),
                ]
                for r in supply[:30]
            ],
            simulated=args.simulated,
        )
        print("区间：来源不明的全算区外～全算本地。覆盖率：链接解释了申报采购总额的多少，未申报则不知。")
        shares = [n for n in (supply[0] if supply else {}) if n.endswith(("_low", "_high"))]
        totals = rows(measures.firm_totals(tables), "sales")
        single = rows(measures.single_source(tables), "amount")
        sheets = {
            "本地配套率": Sheet(
                [group, *_SUPPLY.values(), "采购额覆盖率"],
                [[r["label"], *(r[n] for n in _SUPPLY), covered.get(r["label"])] for r in supply],
                [*(_SUPPLY[n] for n in shares if n in _SUPPLY), "采购额覆盖率"],
            ),
            "企业购销": _sheet(totals, _TOTALS, ()),
            "供应商集中度": _sheet(
                rows(measures.concentration(tables, "supplier"), "hhi"), _HHI, ("最大占比",)
            ),
            "客户集中度": _sheet(
                rows(measures.concentration(tables, "customer"), "hhi"), _HHI, ("最大占比",)
            ),
            "单一来源": Sheet(
                ["采购方", "产品", "唯一供应商", "供应商所在", "金额"],
                [
                    [r["buyer"], r["item"], r["supplier"], PLACE_NAMES[r["place"]], r["amount"]]
                    for r in single
                ],
            ),
            "产品集中度": _sheet(
                rows(measures.market_concentration(tables), "amount"), _MARKET, ("本地占比",)
            ),
            "进口依赖": _sheet(
                rows(measures.import_share(tables, args.by), "total"), _IMPORT, ("下限", "上限")
            ),
        }
        print(
            f"单一来源：{len(single):,} 对（企业×产品），金额 {sum(r['amount'] for r in single):,.0f} {unit}"
        )
        if args.graph:
            sheets["图指标"] = _graph(args)
        if args.card is not None:
            sheets["韧性卡"] = _card(args)
    return sheets


_NAMES = ("label", "firm", "buyer", "item", "supplier")
_SUPPLY = {
    "total": "采购额",
    "local": "本地",
    "unknown": "来源不明",
    "amount_low": "按金额下限",
    "amount_high": "按金额上限",
    "suppliers": "供应商数",
    "supplier_low": "按供应商下限",
    "supplier_high": "按供应商上限",
    "products": "产品数",
    "product_low": "按产品下限",
    "product_high": "按产品上限",
}
_TOTALS = {
    "firm": "企业",
    "sales": "销售",
    "sales_local": "销往本地",
    "sales_outside": "销往区外",
    "sales_import": "销往境外",
    "sales_unknown": "去向不明",
    "customers": "客户数",
    "purchases": "采购",
    "purchases_local": "购自本地",
    "purchases_outside": "购自区外",
    "purchases_import": "购自境外",
    "purchases_unknown": "来源不明",
    "suppliers": "供应商数",
}
_HHI = {
    "firm": "企业",
    "partners": "对方数",
    "amount": "金额",
    "hhi": "HHI",
    "largest": "最大一家",
    "largest_share": "最大占比",
}
_MARKET = {"item": "产品", "suppliers": "供应商数", "amount": "金额", "hhi": "HHI", "local_share": "本地占比"}
_IMPORT = {"label": "分组", "total": "采购额", "imported": "境外", "share_low": "下限", "share_high": "上限"}


def _sheet(rows: list[dict[str, Any]], columns: dict[str, str], percent: tuple[str, ...]) -> Any:
    from lianshu.network.tables_out import Sheet

    return Sheet(list(columns.values()), [[row[name] for name in columns] for row in rows], percent)


def _graph(args: argparse.Namespace) -> Any:
    from lianshu.network import command_inputs as inputs
    from lianshu.network.measures_graph import k_core, pagerank
    from lianshu.network.tables_out import Sheet

    with inputs.loaded(args) as found:
        network = found.network
        ranks, cores = pagerank(network), k_core(network)
    order = sorted(range(network.firm_count), key=lambda i: (-ranks[i], network.firms[i]))
    rows = [[network.firms[i], network.name(i), float(ranks[i]), int(cores[i])] for i in order]
    inputs.print_table(
        "PageRank 前十",
        ["企业", "名称", "PageRank", "k 核"],
        [[a, b, f"{r:.5f}", k] for a, b, r, k in rows[:10]],
        simulated=args.simulated,
    )
    return Sheet(["企业", "名称", "PageRank", "k 核"], rows)


def _card(args: argparse.Namespace) -> Any:
    from lianshu.network import command_inputs as inputs
    from lianshu.network.links_trades import load_trades
    from lianshu.network.resilience import DEFINITIONS, resilience_card
    from lianshu.network.tables_out import Sheet

    with inputs.loaded(args) as found:
        trades = load_trades(found)
        card = resilience_card(trades, args.card or None, threads=args.threads)
    few = "、".join(f"{found.network.name(c.firm)} {c.loss:.1%}" for c in card.critical[:5])
    stock = (
        "未掌握"
        if card.stock_days is None
        else f"{card.stock_days:.0f} 天（占采购额 {card.stock_known:.0%}）"
    )
    rows = [
        ["关键少数", f"{len(card.critical)} 家：{few}" if few else "没有", DEFINITIONS["critical"]],
        [
            "单点",
            f"{card.single_items}/{card.items} 种产品；单一来源 {card.single_share:.1%}",
            DEFINITIONS["single_items"],
        ],
        ["可替代性", inputs.between(*card.substitutable), DEFINITIONS["substitutable"]],
        ["外部依赖", inputs.between(*card.outside), DEFINITIONS["outside"]],
        ["境外依赖", inputs.between(*card.imported), DEFINITIONS["imported"]],
        ["库存缓冲", stock, DEFINITIONS["stock"]],
        ["恢复", _recovery(found.network.name, card.recovery), DEFINITIONS["recovery"]],
    ]
    inputs.print_table(f"{card.chain}：韧性卡", ["项目", "值", "口径"], rows, simulated=args.simulated)
    return Sheet(["项目", "值", "口径"], rows)


def _recovery(name: Any, recovery: Any) -> str:
    if recovery is None:
        return "没有关键企业或没有营业收入，未推演"
    if recovery.below_on is None:
        return f"{name(recovery.firm)} 停产一个月，本链产出未明显下降（最低 {recovery.lowest:.0%}）"
    back = "半年内未恢复" if recovery.days_back is None else f"复产后 {recovery.days_back} 天恢复"
    if recovery.days_back == 0:
        back = "复产当天恢复"
    return (
        f"{name(recovery.firm)} 停产：第 {recovery.below_on + 1} 天起下降，最低 {recovery.lowest:.0%}，{back}"
    )


def _io_measures(work: Any, args: argparse.Namespace, hashes: dict[str, str]) -> Any:
    from lianshu.network import command_inputs as inputs
    from lianshu.network.measures_io import coefficients, read_io_table
    from lianshu.network.tables_out import Sheet
    from lianshu.network.tables_problems import fatal

    table = read_io_table(work, args.io)
    hashes["io"] = table.fingerprint
    try:
        influence, sensitivity = coefficients(table.flows, table.output)
    except ValueError as error:
        raise fatal("I03", args.io, str(error)) from error
    order = sorted(range(len(table.sectors)), key=lambda i: (-influence[i], table.sectors[i]))
    rows = [(table.sectors[i], float(influence[i]), float(sensitivity[i])) for i in order]
    head = ["行业", "影响力系数", "感应度系数"]
    inputs.print_table("影响力与感应度", head, [[s, f"{a:.3f}", f"{b:.3f}"] for s, a, b in rows[:20]])
    return Sheet(head, rows)


def _complexity(work: Any, args: argparse.Namespace, hashes: dict[str, str]) -> Any:
    from lianshu.network import command_inputs as inputs
    from lianshu.network.complexity import MIN_PLACES, MIN_PRODUCTS, complexity, pivot
    from lianshu.network.tables import open_table
    from lianshu.network.tables_columns import Column, match_columns, number_of, text_of
    from lianshu.network.tables_out import Sheet
    from lianshu.network.tables_problems import fatal

    columns = (
        Column("place", ("loc", "地区"), required=True),
        Column("product", ("prod", "产品", "行业"), required=True),
        Column("value", ("val", "数值", "产值", "金额"), required=True, number=True),
    )
    raw = open_table(work, args.complexity)
    hashes["complexity"] = raw.fingerprint
    raw.report.raise_errors()
    at = match_columns(raw, columns)
    sql = f"SELECT {text_of(raw, at['place'])}, {text_of(raw, at['product'])}, {number_of(raw, at['value'])} "
    rows = work.con.execute(f"{sql} FROM {raw.relation} ORDER BY _row").fetchall()  # noqa: S608
    try:
        places, products, values = pivot((p, q, float("nan") if v is None else v) for p, q, v in rows)
        result = complexity(values, places, products)
    except ValueError as error:
        raise fatal("X01", args.complexity, str(error), "请核对地区、产品、数值三列") from error
    if not result.enough:
        print(
            f"地区不足 {MIN_PLACES} 个或产品不足 {MIN_PRODUCTS} 种，复杂度指数不稳，不予显示；只给比较优势与多样性。"
        )
    head = ["地区", "产品", "比较优势（即区位商）", "有优势", "密度", "多样性", "普遍性"]
    table = [
        [c, p, _finite(result.rca[i, j]), bool(result.mcp[i, j]), _finite(result.density[i, j])]
        + [int(result.diversity[i]), int(result.ubiquity[j])]
        for i, c in enumerate(places)
        for j, p in enumerate(products)
    ]
    if result.enough:
        head += ["ECI", "PCI", "COI", "COG"]
        for row, (i, j) in zip(
            table, ((i, j) for i in range(len(places)) for j in range(len(products))), strict=True
        ):
            row += [
                _finite(result.eci[i]),
                _finite(result.pci[j]),
                _finite(result.coi[i]),
                _finite(result.cog[i, j]),
            ]
    diversity = sorted(zip(result.diversity.tolist(), places, strict=True), reverse=True)[:20]
    inputs.print_table("具有比较优势的产品数", ["地区", "多样性"], [[p, k] for k, p in diversity])
    return Sheet(head, table)


def _finite(value: Any) -> float | None:
    number = float(value)
    return number if number == number else None
