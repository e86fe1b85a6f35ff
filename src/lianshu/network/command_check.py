"""`lianshu network check`: every problem of the input files, row by row, and clean tables for later."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def register(subparsers: Any) -> None:
    """Add the parser of ``check`` and of ``anonymise``."""
    from lianshu.network.command_inputs import add_inputs

    parser = subparsers.add_parser("check", help="逐行检查链接、企业表和重要性矩阵")
    add_inputs(parser, sample=True)
    parser.add_argument(
        "--clean", type=Path, metavar="文件夹", help="把通过检查的行写成 Parquet（links、firms）"
    )
    parser.add_argument("--months", type=Path, metavar="文件夹", help="按月加入月度库，不重读往月")
    parser.add_argument("--replace", action="store_true", help="月度库里已有的月份用本次数据替换")
    parser.set_defaults(func=check)

    parser = subparsers.add_parser("anonymise", help="把企业编号换成代号，供无权看明细的人使用")
    add_inputs(parser, essential=False)
    parser.add_argument(
        "--key", type=Path, required=True, metavar="文件", help="密钥文件（不存在则新建，请妥善保管）"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="文件夹", help="写到哪里")
    parser.set_defaults(func=anonymise)


def check(args: argparse.Namespace) -> int:
    """Check the files named and print what was found; 2 when anything stops a strict run."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network.classes import read_classes
    from lianshu.network.firms import read_firms, unlisted, with_unlisted
    from lianshu.network.links import read_links
    from lianshu.network.links_network import fitting_classes
    from lianshu.network.measures_months import MonthStore
    from lianshu.network.tables import Workspace
    from lianshu.network.tables_problems import ERROR, NOTE, InputError, Problem, Report

    if args.sample:
        inputs.use_sample(args)
    inputs.need(args, "links")
    report = Report()
    with Workspace(args.memory, args.threads, on_disk=bool(args.memory)) as work:
        links = read_links(work, args.links, args.unit)
        report.extend(links.report)
        print(
            f"链接：读入 {links.rows_read:,} 行，可用 {links.rows_kept:,} 行，合并为 {links.count():,} 条；"
        )
        periods = links.periods()
        span = f"{periods[0]} 至 {periods[-1]}，{len(periods)} 期" if periods else "未声明"
        print(f"　　　期间 {span}；单位 {links.unit or '未声明'}，币种 {links.currency or '未声明'}")
        firms = None
        if args.firms:
            firms = read_firms(work, args.firms, args.home)
            report.extend(firms.report)
            strangers = unlisted(firms, links)
            level = NOTE if args.keep_unlisted else ERROR
            shown = [
                Problem(
                    "L25", level, links.label, "链接里的企业不在企业表", "请补入企业表并给出行业", value=i
                )
                for i in strangers
            ]
            report.add_counted(shown, "L25", level, len(strangers))
            print(f"企业：{len(firms.ids):,} 家；链接里未登记的 {len(strangers):,} 家")
        try:
            classes = None
            if firms is not None:
                listed = with_unlisted(firms, links) if args.keep_unlisted else firms
                classes = fitting_classes(work, args.essential, listed)
            elif args.essential:
                classes = read_classes(work, args.essential)
            if classes is not None and args.essential:
                print(f"重要性矩阵：{len(classes.sectors())} 个行业，{len(classes.pairs):,} 对")
        except InputError as error:
            report.extend(inputs.error_report(error))
        inputs.write_problems(args, report)
        _print_problems(report)
        if args.clean and firms is not None:
            _write_clean(links, firms, args.clean)
        if args.months and not report.total(ERROR):
            added = MonthStore(args.months).add(links, replace=args.replace)
            print(
                f"月度库：新增 {len(added.new)} 期，替换 {len(added.replaced)} 期，未变 {len(added.unchanged)} 期"
            )
    return 2 if report.total(ERROR) else 0


def _print_problems(report: Any) -> None:
    from lianshu.network.tables_problems import ERROR, NOTE

    print(f"问题：错误 {report.total(ERROR):,} 处，提示 {report.total(NOTE):,} 处")
    for problem in [*report.errors()[:20], *report.notes()[:10]]:
        print(f"  {problem}")
    if report.total() > 30:
        print("  ……用 --problems 文件.csv 导出清单")


def _write_clean(links: Any, firms: Any, folder: Path) -> None:
    from lianshu.network.measures import FIRM_SCHEMA, LINK_SCHEMA
    from lianshu.network.tables import literal, quoted

    folder.mkdir(parents=True, exist_ok=True)
    for name, table, schema in (("links", links.table, LINK_SCHEMA), ("firms", firms.table, FIRM_SCHEMA)):
        columns = ", ".join(quoted(column) for column in schema)
        target = literal(str(folder / f"{name}.parquet"))
        links.work.con.execute(f"COPY (SELECT {columns} FROM {table}) TO {target} (FORMAT parquet)")  # noqa: S608
    print(f"已写出 {folder / 'links.parquet'}、{folder / 'firms.parquet'}")


def anonymise(args: argparse.Namespace) -> int:
    """Write links and firms under code names; the key file alone can repeat or link the codes."""
    from lianshu.network import command_inputs as inputs
    from lianshu.network.links_anonymous import anonymous_files

    inputs.need(args, "links", "firms")
    firms, rows = anonymous_files(args)
    print(f"已写出 {args.out}：企业 {firms:,} 家，链接 {rows:,} 条。密钥 {args.key} 请勿随数据外发。")
    return 0
