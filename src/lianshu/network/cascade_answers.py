"""One scenario looked at closely, for the command line: whom it hits along which path, and how far it can be trusted."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lianshu.network import command_inputs as inputs
from lianshu.network.tables_out import Sheet, write_sheets

if TYPE_CHECKING:
    from lianshu.network.cascade import Cascade, Scenario
    from lianshu.network.runs import RunRecord


def tell_paths(args: argparse.Namespace, engine: Cascade, scenario: Scenario, record: RunRecord) -> None:
    """Print the firms worst hit and the path each loss took; with ``--out`` write them too."""
    from lianshu.network.paths import explain

    name = engine.network.name
    hits = explain(engine, scenario, args.paths)
    paths = [" → ".join(name(firm) for firm in hit.path) for hit in hits]
    head = ["企业", "损失", "方向", "路径", "此路径所占"]
    inputs.print_table(
        f"受损企业与传导路径：{scenario.name}",
        head,
        [
            [name(hit.firm), f"{hit.loss:.2%}", hit.direction_name, path, inputs.percent(hit.share)]
            for hit, path in zip(hits, paths, strict=True)
        ],
        simulated=args.simulated,
    )
    rows = [
        [name(hit.firm), hit.loss, hit.direction_name, path, hit.share]
        for hit, path in zip(hits, paths, strict=True)
    ]
    _store(args, {"传导路径": Sheet(head, rows, ("损失", "此路径所占"))}, record)


def tell_interval(args: argparse.Namespace, engine: Cascade, scenario: Scenario, record: RunRecord) -> None:
    """Print the interval of a scenario and what to ask next; with ``--out`` write the samples too."""
    from lianshu.network.cascade_incomplete import SUPPLIERS, interval

    network = engine.network
    with inputs.progress(0, 0) as advance:
        found = interval(
            network,
            scenario,
            epsilon=engine.epsilon,
            market=engine.market,
            samples=args.interval,
            seed=args.seed,
            threads=engine.threads,
            progress=advance,
        )
    covered = "" if found.coverage is None else f"已知链接占采购的 {found.coverage:.1%}。"
    print(
        f"{scenario.name}：已知链接下损失 {found.as_known:.2%}；补全缺失链接 {args.interval} 次（种子 {found.seed}），"
        f"九成落在 {inputs.between(found.low, found.high, 2)}，全部在 {inputs.between(found.least, found.most, 2)}。{covered}"
    )
    head = ["企业", "要问什么", f"未知金额（{network.unit}）", "问清后不确定性减少"]
    questions = [
        (
            network.name(question.firm),
            "还向谁采购" if question.side == SUPPLIERS else "还卖给谁",
            question.missing,
            question.narrows,
        )
        for question in found.questions
    ]
    inputs.print_table(
        "最该补问的企业",
        head,
        [
            [firm, what, f"{missing:,.0f}", inputs.percent(narrows, 0)]
            for firm, what, missing, narrows in questions
        ],
        simulated=args.simulated,
    )
    sheets = {
        "各次补全": Sheet(
            ["补全", "损失"],
            [
                ["已知链接", found.as_known],
                *([n, value] for n, value in enumerate(found.samples.tolist(), 1)),
            ],
            ("损失",),
        ),
        "该问谁": Sheet(head, questions, ("问清后不确定性减少",)),
    }
    _store(args, sheets, record)


def _store(args: argparse.Namespace, sheets: Mapping[str, Sheet], record: RunRecord) -> None:
    if args.out is None:
        return
    write_sheets(args.out, sheets, simulated=args.simulated)
    args.out.with_name(args.out.name + ".run.json").write_text(record.to_json(), encoding="utf-8")
    print(f"已写出 {args.out}")
