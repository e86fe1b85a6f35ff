"""`lianshu network brief`: a two-page brief in Chinese as HTML and a workbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

SAMPLE_CHAIN = "模拟装备链"


def register(subparsers: Any) -> None:
    """Add the parser of ``brief``."""
    from lianshu.network.command_inputs import add_inputs

    parser = subparsers.add_parser("brief", help="两页简报（网页与工作簿）；--sample 用随软件的模拟县")
    add_inputs(parser, sample=True, months=True)
    parser.add_argument("--chain", metavar="产业链", help="哪条链；不给则全部本地企业")
    parser.add_argument("--floor", type=float, default=0.5, metavar="比例", help="覆盖率下限，低于它不出数")
    parser.add_argument("--what-if", metavar="企业编号", help="推演哪家停产；不给则取本链影响最大的一家")
    parser.add_argument("--runs", type=int, default=20, metavar="次", help="随机去掉一成链接重排的次数")
    parser.add_argument("--seed", type=int, default=1, help="随机种子")
    parser.add_argument("--epsilon", type=float, default=1e-4, help="推演容差")
    parser.add_argument(
        "--limited", type=Path, metavar="密钥文件", help="给无权看明细的人：企业用代号，金额用区间"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("brief.html"), metavar="文件.html", help="网页写到哪里"
    )
    parser.add_argument("--xlsx", type=Path, metavar="文件.xlsx", help="工作簿写到哪里；不给则与网页同名")
    parser.set_defaults(func=brief)


def brief(args: argparse.Namespace) -> int:
    """Write the brief; 2 when the coverage is below the floor (what to collect next is written then)."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network.brief import make_brief
    from lianshu.network.brief_book import sheets
    from lianshu.network.brief_html import Shown, render
    from lianshu.network.links_anonymous import read_key
    from lianshu.network.tables_out import write_sheets
    from lianshu.network.tables_problems import fatal

    if not 0 <= args.floor <= 1:
        raise fatal("A02", "--floor", f"覆盖率下限 {args.floor} 不在 0 与 1 之间", "请写成 0.5 这样的比例")
    if args.sample:
        inputs.use_sample(args)
        args.chain = args.chain or SAMPLE_CHAIN
    if args.links and not args.unit:
        raise fatal("A01", "命令行", "没有声明金额单位", "请加 --unit 万元 之类")
    key = read_key(args.limited) if args.limited else None
    with inputs.loaded(args) as found:
        if not found.links.unit:
            raise fatal(
                "A01", "月度库", "没有声明金额单位", "请用 check --months --unit --replace 重新导入各月"
            )
        made = make_brief(
            found,
            args.chain,
            floor=args.floor,
            what_if=args.what_if,
            runs=args.runs,
            seed=args.seed,
            epsilon=args.epsilon,
            threads=args.threads,
        )
    shown = Shown.of(made, key)
    book = args.xlsx or args.out.with_suffix(".xlsx")
    fresh = args.out.with_name(args.out.name + ".part")
    try:
        fresh.write_text(render(made, shown), encoding="utf-8")
        fresh.replace(args.out)
    except OSError as error:
        raise fatal(
            "O02", args.out.name, f"写不了文件：{error.strerror}", "请检查文件夹是否存在、是否有权限"
        ) from error
    write_sheets(book, sheets(made, shown), simulated=made.simulated)
    names = ("chain", "floor", "what_if", "runs", "epsilon")
    inputs.write_record(args, args.out, "brief", made.fingerprints, *names, seed=args.seed)
    print(f"已写出 {args.out} 和 {book}")
    if made.findings is None:
        covered = "未知" if made.coverage.covered is None else f"{made.coverage.covered:.1%}"
        print(f"资料不足，不出数：覆盖率 {covered}，低于下限 {args.floor:.0%}。要补的资料已列在文件里。")
        return 2
    return 0
