"""`lianshu verify-audit`: the audit log against its chain, its checkpoints and a copy of them."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def register(subparsers: Any) -> None:
    """Add the sub-command to the parser."""
    verify = subparsers.add_parser(
        "verify-audit", help="校验审计日志：哈希链、检查点、触发器（完好或已说明的恢复 0，有问题 1）"
    )
    verify.add_argument(
        "--against", type=Path, metavar="副本", help="再与另存的检查点副本对照（文件或 syslog 记录）"
    )
    other = verify.add_mutually_exclusive_group()
    other.add_argument(
        "--restored",
        type=Path,
        metavar="备份",
        help="声明数据库是从这个备份恢复的（pg_restore 或整盘恢复之后用）",
    )
    other.add_argument("--new-key", action="store_true", help="审计密钥确已遗失：另做一把，记入日志")
    verify.set_defaults(func=_verify)


def _verify(args: argparse.Namespace) -> int:
    for place in (args.against, args.restored):
        if place is not None and not place.is_file():
            print(f"找不到文件 {place}。请核对路径。", file=sys.stderr)
            return 2
    from . import running

    if args.restored is not None and not _restored(args.restored):
        return 2
    running.prepare()
    from lianshu.core import audit, audit_anchor

    if args.new_key:
        try:
            print(
                f"已更换审计密钥，新密钥指纹 {audit_anchor.new_key()}。请另行留存密钥，并把指纹抄给审计管理员。"
            )
        except (OSError, audit_anchor.AuditKeyError) as error:
            print(f"密钥没有做成：{error}", file=sys.stderr)
            return 2
    try:
        verdict = audit.verify(against=args.against)
    except OSError as error:
        print(f"副本 {args.against} 读不出：{error.strerror}。", file=sys.stderr)
        return 2
    audit.keep_verdict(verdict)
    _print(verdict, audit.State.BROKEN)
    return 1 if verdict.state is audit.State.BROKEN else 0


def _restored(archive: Path) -> bool:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
    import django

    django.setup()
    from lianshu.core import audit, audit_anchor

    with archive.open("rb") as file:
        digest = audit.sm3_file(file)
    try:
        audit_anchor.restored(
            archive=archive.name, digest=digest, made_at=datetime.fromtimestamp(archive.stat().st_mtime, UTC)
        )
    except (OSError, audit_anchor.AuditKeyError) as error:
        print(f"恢复没有记下：{error}", file=sys.stderr)
        return False
    return True


def _print(verdict: Any, broken: Any) -> None:
    out = sys.stderr if verdict.state is broken else sys.stdout
    if verdict.state is broken:
        print(f"审计日志有问题（读到 {verdict.count:,} 条）：", file=out)
        for finding in verdict.findings:
            print(f"  · {finding.words}", file=out)
    else:
        print(verdict.words, file=out)
    for words in (*verdict.explained, *verdict.remarks):
        print(f"  {words}", file=out)
    if verdict.checkpoint is not None:
        newest = verdict.checkpoint
        print(
            f"  最近的检查点是第 {newest.sequence} 个，记到第 {newest.number} 号；其后 {verdict.outside} 条还没有检查点。"
            f"密钥指纹 {verdict.fingerprint or '（密钥不在）'}。",
            file=out,
        )
