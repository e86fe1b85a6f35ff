"""What the sub-commands share: the input options, loading, and printing tables and problems."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from lianshu.network.links import UNITS
from lianshu.network.links_network import Loaded, load_network
from lianshu.network.measures_months import MonthStore
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import NOTE, InputError, Report

SAMPLE_UNIT, SAMPLE_HOME = "万元", "990101"
PIPED_WIDTH = 120  # columns of a table that goes into a file or a pipe


def add_inputs(
    parser: argparse.ArgumentParser, *, essential: bool = True, sample: bool = False, months: bool = False
) -> None:
    """Add the options that name links (or a month store), firms and class matrix and how to read them."""
    parser.add_argument(
        "--links", metavar="文件", help="交易链接：csv、xlsx、parquet、库.duckdb#表、postgresql://…#表"
    )
    if months:
        parser.add_argument("--months", type=Path, metavar="文件夹", help="不用 --links，从月度库读链接")
        parser.add_argument(
            "--period", action="append", metavar="期间", help="只算这些期间（月度库），可多次给出"
        )
    parser.add_argument("--firms", metavar="文件", help="企业表")
    if essential:
        parser.add_argument(
            "--essential", metavar="文件", help="重要性矩阵；不给则用默认规则（需国民经济行业代码）"
        )
    if sample:
        parser.add_argument("--sample", action="store_true", help="用随软件的模拟县数据")
    parser.add_argument("--unit", choices=list(UNITS), default="", help="金额单位")
    parser.add_argument(
        "--home", default="", metavar="区划代码", help="本地是哪里，如 990101；下级自动算本地"
    )
    parser.add_argument("--simulated", action="store_true", help="数据是模拟的，所有输出标明模拟")
    parser.add_argument(
        "--keep-unlisted", action="store_true", help="链接里未登记的企业按地区不明保留，不作错误"
    )
    add_workspace(parser)


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Add the options of the analysis workspace."""
    parser.add_argument("--memory", default=None, metavar="上限", help="内存上限，如 2GB；超过部分写到磁盘")
    parser.add_argument("--threads", type=_positive, metavar="N", help="线程数；结果与线程数无关")
    parser.add_argument("--problems", type=Path, default=None, metavar="文件.csv", help="把全部问题写到文件")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"应为 1 或更大的整数，得到 {text}")
    return int(text)


def use_sample(args: argparse.Namespace) -> None:
    """Fill the inputs with the fictional county that ships with the package."""
    folder = resources.files("lianshu.network") / "data"
    args.links, args.firms, args.essential = (
        str(folder / f"{n}.csv") for n in ("links", "firms", "essential")
    )
    args.unit, args.home, args.simulated = SAMPLE_UNIT, SAMPLE_HOME, True


def need(args: argparse.Namespace, *names: str) -> None:
    """Raise InputError when an option that this run cannot do without is missing."""
    from lianshu.network.tables_problems import fatal

    missing = [f"--{name}" for name in names if not getattr(args, name, None)]
    if missing:
        raise fatal("A01", "命令行", f"缺少 {'、'.join(missing)}", "用 --help 查看各选项的含义")


@contextmanager
def loaded(args: argparse.Namespace) -> Iterator[Loaded]:
    """Load the network the options name; problems go to ``--problems``, notes to standard error."""
    if getattr(args, "sample", False):
        use_sample(args)
    months = None if args.links else getattr(args, "months", None)
    need(args, *(() if months else ("links",)), "firms")
    with Workspace(args.memory, args.threads, on_disk=bool(args.memory)) as work:
        try:
            found = load_network(
                work,
                MonthStore(months).links(work, args.period) if months else args.links,
                args.firms,
                getattr(args, "essential", None),
                unit=args.unit,
                home=args.home,
                simulated=args.simulated,
                keep_unlisted=args.keep_unlisted,
            )
        except InputError as error:
            write_problems(args, error_report(error))
            raise
        report = Report()
        report.extend(found.links.report)
        report.extend(found.firms.report)
        write_problems(args, report)
        tell_notes(report)
        yield found


def write_record(
    args: argparse.Namespace,
    out: Path,
    kind: str,
    inputs: dict[str, str],
    *names: str,
    seed: int | None = None,
) -> None:
    """Store beside a result what decided it: input hashes, the options named, seed and code version."""
    from lianshu.network.runs import RunRecord

    parameters = {name: getattr(args, name) for name in (*names, "unit", "home", "keep_unlisted")}
    record = RunRecord(kind, inputs, parameters, seed, simulated=args.simulated)
    out.with_name(out.name + ".run.json").write_text(record.to_json(), encoding="utf-8")


def error_report(error: InputError) -> Report:
    """The problems of an error as a report."""
    report = Report()
    for problem in error.problems:
        report.add(problem)
    return report


def write_problems(args: argparse.Namespace, report: Report) -> None:
    """Write the problems to the file asked for, if any."""
    if args.problems is not None:
        report.write_csv(args.problems)


def tell_notes(report: Report, limit: int = 5) -> None:
    """Print the first notes and how many there are."""
    notes = report.notes()
    for note in notes[:limit]:
        print(f"提示 {note}", file=sys.stderr)
    if report.total(NOTE) > limit:
        print(f"提示 共 {report.total(NOTE)} 处，用 --problems 文件名 导出全部。", file=sys.stderr)


def print_table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[Any]], *, simulated: bool = False
) -> None:
    """Print a table to the terminal; wide characters are aligned."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold")
    for i, name in enumerate(head):
        numeric = bool(rows) and all(_is_number(row[i]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))  # a name in square brackets is no markup
    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(width=PIPED_WIDTH)
    # Above the table, not in it: a title is often wider than a narrow table.
    console.print(Text(f"{title}{'（模拟）' if simulated else ''}", style="bold"), soft_wrap=True)
    console.print(table)


def _is_number(cell: Any) -> bool:
    text = str(cell).replace(",", "").replace("%", "").replace("～", "").replace(".", "").strip()
    return text.isdigit() or text in {"", "—"}


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage, a dash when unknown."""
    return "—" if value is None else f"{value:.{digits}%}"


def between(low: float, high: float, digits: int = 1) -> str:
    """Bounds of a share; one figure when they agree to the digits shown."""
    a, b = percent(low, digits), percent(high, digits)
    return a if a == b else f"{a}～{b}"


@contextmanager
def progress(total: int, done: int) -> Iterator[Any]:
    """A bar with the time left on a terminal; nothing when standard error goes elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("推演"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("还需"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total, completed=done)
        yield lambda completed, of: bar.update(task, completed=completed, total=of)
