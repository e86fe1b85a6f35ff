"""Sub-command check: the state of an installation, line by line."""

from __future__ import annotations

import argparse
import json
from typing import Any


def register(subparsers: Any) -> None:
    """Add the sub-command to the parser."""
    check = subparsers.add_parser("check", help="检查这套系统：磁盘、数据库、密钥、权限、备份、任务等")
    check.add_argument("--json", action="store_true", help="输出 JSON")
    check.add_argument("--obligations", action="store_true", help="只核对待办与业务记录，逐条列出不一致的")
    check.set_defaults(func=_check)


def _check(args: argparse.Namespace) -> int:
    from . import home, running

    # a lost key is a line of the answer, not its end
    home.do_without_key()
    running.open_only()
    if args.obligations:
        return _obligations()
    from dataclasses import asdict

    from lianshu.core import health

    lines = health.lines(thorough=True)
    bad = sum(line.light == "red" for line in lines)
    if args.json:
        rows = [asdict(line) | {"word": line.word} for line in lines]
        print(json.dumps({"problems": bad, "checks": rows}, ensure_ascii=False))
        return 1 if bad else 0
    for line in lines:
        print(f"[{line.word:　<3}] {line.title:　<7} {line.sentence}")
        if line.todo:
            print(f"{'':>16}→ {line.todo}")
    print(f"共 {len(lines)} 项，{bad} 项有问题。")
    return 1 if bad else 0


def _obligations() -> int:
    from lianshu.obligations.services import differences

    wrong = differences()
    for sentence in wrong:
        print(sentence)
    print(f"{len(wrong)} 条待办与业务记录不一致，今晚自动改正。" if wrong else "待办与业务记录一致。")
    return 1 if wrong else 0
