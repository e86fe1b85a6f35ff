"""``lianshu read``: plans in, readings out as a summary, JSON, a workbook and a page."""

from __future__ import annotations

import argparse
from typing import Any


def register(subparsers: Any) -> None:
    """Add ``read`` to the parser."""
    parser = subparsers.add_parser("read", help="读方案文件，列出目标、任务、职责等，每项附原文依据")
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="txt、html、docx、pdf 文件，文件夹，或 - 表示标准输入"
    )
    parser.add_argument("--json", metavar="DIR", help="每份文件写一个 JSON 到此文件夹，文件名同原文件")
    parser.add_argument("--xlsx", metavar="FILE", help="写一个工作簿，目标、任务、例行职责等各一张表")
    parser.add_argument("--html", metavar="FILE", help="写一个网页，原文中标出读到的各项")
    parser.add_argument("--explain", action="store_true", help="列出每一项由哪条规则读出")
    parser.set_defaults(func=_run)


def _run(args: argparse.Namespace) -> int:
    from lianshu.policy.read_command import run

    return run(args)
