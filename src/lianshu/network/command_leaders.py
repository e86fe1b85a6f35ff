"""`lianshu network leaders` and `lianshu network gaps`: who leads a chain, what it lacks, who could fill it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def register(subparsers: Any) -> None:
    """Add the parsers of ``leaders`` and ``gaps``."""
    from lianshu.network.command_inputs import add_inputs

    parser = subparsers.add_parser("leaders", help="链主候选：按影响力排名，逐条说明，给出稳定性")
    add_inputs(parser, sample=True, months=True)
    parser.add_argument("--chain", metavar="产业链", help="哪条链；不给则全部本地企业")
    parser.add_argument("--quota", default="2-5", metavar="下限-上限", help="名额，2 到 5 之间")
    parser.add_argument("--weight", action="append", metavar="指标=权重", help="如 influence=0.5，可多次给出")
    parser.add_argument("--runs", type=int, default=20, metavar="次", help="随机去掉一成链接重排的次数")
    parser.add_argument("--seed", type=int, default=1, help="随机种子")
    parser.add_argument("--epsilon", type=float, default=1e-4, help="推演容差")
    parser.add_argument("--out", type=Path, metavar="文件", help="结果写成 xlsx 或 csv")
    parser.set_defaults(func=leaders)

    parser = subparsers.add_parser("gaps", help="断点与短板：空白、薄弱、单一来源、外购为主的环节，谁能补")
    add_inputs(parser, sample=True, months=True)
    parser.add_argument("--chain", metavar="产业链", help="哪条链；不给则全部本地企业")
    parser.add_argument(
        "--nodes", metavar="文件", help="环节清单（环节、产品）；只看清单里的，并列出无人采购的"
    )
    parser.add_argument("--out", type=Path, metavar="文件", help="结果写成 xlsx 或 csv")
    parser.set_defaults(func=gaps)


def leaders(args: argparse.Namespace) -> int:
    """Rank the lead firm candidates of a chain."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network.leaders import CRITERIA, CRITERIA_NAMES, DEFAULT_WEIGHTS, rank_leaders
    from lianshu.network.links_trades import load_trades
    from lianshu.network.tables_out import Sheet, write_sheets

    quota, weights = _quota(args.quota), _weights(args.weight, DEFAULT_WEIGHTS)
    with inputs.loaded(args) as found:
        trades = load_trades(found)
        result = rank_leaders(
            trades,
            args.chain,
            quota=quota,
            weights=weights,
            runs=args.runs,
            seed=args.seed,
            epsilon=args.epsilon,
            threads=args.threads,
        )
        network = found.network
    inputs.print_table(
        f"{result.chain}：链主候选",
        ["名次", "企业", "建议", "得分", "稳定性", "名次范围"],
        [
            [
                c.rank,
                network.name(c.firm),
                "建议" if c.proposed else "",
                f"{c.score:.3f}",
                inputs.percent(c.stability, 0),
                f"{c.ranks[0]}～{c.ranks[1]}",
            ]
            for c in result.candidates
        ],
        simulated=args.simulated,
    )
    for c in (c for c in result.candidates if c.proposed):
        print(f"{c.rank}. {network.name(c.firm)}")
        for reason in c.reasons:
            print(f"   {reason}")
    print(f"名额：{result.quota} 家。{result.quota_reason}。")
    print(
        f"稳定性：随机去掉 10% 的链接 {result.runs} 次（种子 {result.seed}），名次相关系数平均 {result.kendall:.2f}；"
        f"容差 {result.epsilon:g}。名次供评选参考，不代替评选办法。"
    )
    if args.out:
        head = [
            "名次",
            "企业编号",
            "企业",
            "建议",
            "得分",
            *(CRITERIA_NAMES[n] for n in CRITERIA),
            "稳定性",
            "说明",
        ]
        rows = [
            [
                c.rank,
                network.firms[c.firm],
                network.name(c.firm),
                c.proposed,
                c.score,
                *(c.criteria[n] for n in CRITERIA),
                c.stability,
                "；".join(c.reasons),
            ]
            for c in result.candidates
        ]
        write_sheets(args.out, {"链主候选": Sheet(head, rows)}, simulated=args.simulated)
        names = ("chain", "quota", "weight", "runs", "epsilon")
        inputs.write_record(args, args.out, "leaders", found.fingerprints(), *names, seed=args.seed)
        print(f"已写出 {args.out}")
    return 0


def _quota(text: str) -> tuple[int, int]:
    from lianshu.network.tables_problems import fatal

    low, _, high = text.partition("-")
    if not low.isdecimal() or not (high or low).isdecimal():
        raise fatal("A02", "--quota", f"名额「{text}」看不懂", "请写成 2-5 或 3")
    return int(low), int(high or low)


def _weights(given: list[str] | None, default: dict[str, float]) -> dict[str, float]:
    from lianshu.network.tables_problems import fatal

    weights = dict(default)
    for text in given or ():
        name, _, value = text.partition("=")
        try:
            weights[name] = float(value)
        except ValueError as error:
            raise fatal("A02", "--weight", f"权重「{text}」看不懂", "请写成 influence=0.4") from error
    return weights


def gaps(args: argparse.Namespace) -> int:
    """List what a chain lacks and who could fill it."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network.gaps import gaps as find_gaps
    from lianshu.network.gaps import read_nodes
    from lianshu.network.links_trades import load_trades
    from lianshu.network.substitutes import substitutes
    from lianshu.network.tables_out import Sheet, write_sheets

    with inputs.loaded(args) as found:
        trades = load_trades(found)
        nodes = read_nodes(found.links.work, args.nodes) if args.nodes else None
        every = find_gaps(trades, args.chain, nodes)
        network, unit = found.network, found.network.unit
        others = {
            g.item: substitutes(trades, g.largest, trades.items.index(g.item))
            for g in every
            if g.largest is not None
        }
    lacking = [g for g in every if g.kinds]
    inputs.print_table(
        f"{args.chain or '全部本地企业'}：断点与短板（{unit}）",
        ["环节", "产品", "类型", "采购额", "本地占比", "供应商", "本地供应商"],
        [
            [
                g.node,
                g.item,
                "、".join(g.kinds),
                f"{g.amount:,.0f}",
                inputs.between(g.low, g.high, 0),
                g.suppliers,
                g.local_suppliers,
            ]
            for g in lacking
        ],
        simulated=args.simulated,
    )
    for g in lacking[:5]:
        print(f"{g.node}：")
        for line in g.fillers:
            print(f"   {line}")
    print("这是待问清的清单（没有、价高、质量、账期、不知道），不是要求本地采购。")
    if args.out:
        head = [
            "环节",
            "产品",
            "类型",
            "采购额",
            "本地",
            "区外",
            "境外",
            "来源不明",
            "本地占比下限",
            "本地占比上限",
        ]
        head += ["供应商数", "本地供应商数", "最大供应商", "最大占比", "谁能补"]
        rows = [
            [
                g.node,
                g.item,
                "、".join(g.kinds),
                g.amount,
                g.local,
                g.outside,
                g.abroad,
                g.unknown,
                g.low,
                g.high,
            ]
            + [
                g.suppliers,
                g.local_suppliers,
                network.name(g.largest) if g.largest is not None else "",
                g.largest_share,
            ]
            + ["；".join(g.fillers)]
            for g in every
        ]
        fills = [
            [
                item,
                network.name(s.firm),
                s.same_product,
                s.connected,
                s.covers,
                s.distance_km,
                "；".join(s.reasons),
            ]
            for item, found_for in others.items()
            for s in found_for
        ]
        shares = ("本地占比下限", "本地占比上限", "最大占比")
        sheets = {
            "环节": Sheet(head, rows, shares),
            "最大供应商的替代": Sheet(
                ["产品", "企业", "同产品", "已往来", "可补比例", "公里", "理由"], fills, ("可补比例",)
            ),
        }
        write_sheets(args.out, sheets, simulated=args.simulated)
        inputs.write_record(args, args.out, "gaps", found.fingerprints(), "chain", "nodes")
        print(f"已写出 {args.out}")
    return 0
