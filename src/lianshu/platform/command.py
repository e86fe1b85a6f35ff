"""Sub-commands that run the platform: demo, serve, adopt, status, work, verify-audit, backup, restore."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def register(subparsers: Any) -> None:
    """Add this room's sub-commands to the parser."""
    demo = subparsers.add_parser("demo", help="建好示例县并打开网站（http://127.0.0.1:8000）")
    _address(demo)
    demo.add_argument("--no-serve", action="store_true", help="只建数据，不打开网站")
    demo.set_defaults(func=_demo)

    serve = subparsers.add_parser("serve", help="打开网站，使用 LIANSHU_HOME 里的数据")
    _address(serve)
    serve.add_argument(
        "--workers", type=int, default=None, help="进程数（缺省：SQLite 1 个，PostgreSQL 2 个）"
    )
    serve.set_defaults(func=_serve)

    adopt = subparsers.add_parser("adopt", help="把方案文件读成产业链、目标、任务、职责")
    adopt.add_argument("files", nargs="+", metavar="文件", help="txt、html、docx、pdf 或文件夹")
    adopt.add_argument("--region", metavar="代码", help="行政区划代码；缺省从正文识别")
    adopt.add_argument(
        "--accept", type=_share, default=None, metavar="把握", help="采纳不低于此把握的条目（0—1）"
    )
    adopt.set_defaults(func=_adopt)

    status = subparsers.add_parser("status", help="看看系统里有多少数据")
    status.add_argument("--json", action="store_true", help="输出 JSON")
    status.set_defaults(func=_status)

    work = subparsers.add_parser("work", help="执行后台任务（PostgreSQL 部署时另开的进程）")
    work.set_defaults(func=_work)

    verify = subparsers.add_parser("verify-audit", help="校验审计日志的哈希链")
    verify.set_defaults(func=_verify_audit)

    backup = subparsers.add_parser("backup", help="把数据库和附件备份成一个文件")
    backup.add_argument("file", type=Path, metavar="备份文件")
    backup.set_defaults(func=_backup)

    restore = subparsers.add_parser("restore", help="从备份文件恢复到空的 LIANSHU_HOME")
    restore.add_argument("file", type=Path, metavar="备份文件")
    restore.add_argument("--force", action="store_true", help="现有数据改名留存后恢复")
    restore.set_defaults(func=_restore)

    account = subparsers.add_parser("account", help="建立首个管理账号（新装系统没有账号时用）")
    account.add_argument("username", metavar="登录名")
    account.add_argument("name", metavar="姓名")
    account.add_argument("role", choices=("system_admin", "security_admin", "audit_admin"), metavar="角色")
    account.add_argument("--region", required=True, metavar="代码", help="行政区划代码")
    account.set_defaults(func=_account)

    password = subparsers.add_parser("password", help="给账号一个新的一次性密码（管理员自己忘记密码时用）")
    password.add_argument("username", metavar="登录名")
    password.set_defaults(func=_password)


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="监听地址（缺省 127.0.0.1）")
    parser.add_argument("--port", type=int, default=8000, help="端口（缺省 8000）")


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("须是 0 到 1 之间的小数")
    return value


def _demo(args: argparse.Namespace) -> int:
    from . import running

    running.prepare(static=not args.no_serve)
    from .demo import build

    try:
        build.run()
    except build.DemoError as error:
        print(str(error), file=sys.stderr)
        return 2
    if args.no_serve:
        return 0
    build.print_sign_ins(args.host, args.port)
    return running.serve(args.host, args.port, workers=1)


def _serve(args: argparse.Namespace) -> int:
    from . import running

    running.prepare(static=True)
    print(f"链枢已打开：http://{args.host}:{args.port}", flush=True)
    return running.serve(args.host, args.port, workers=args.workers)


def _adopt(args: argparse.Namespace) -> int:
    from . import running

    missing = [name for name in args.files if not Path(name).exists()]
    if missing:
        print(f"找不到文件：{'、'.join(missing)}。请核对路径。", file=sys.stderr)
        return 2
    running.prepare()
    from lianshu.core.errors import LianshuError
    from lianshu.plans.commandline import ACCEPT, adopt_files
    from lianshu.reference.regions import RegionError

    try:
        results = adopt_files(
            args.files,
            args.region,
            ACCEPT if args.accept is None else args.accept,
            tell=lambda done: print(
                f"{done.name}：{done.words}", file=sys.stderr if done.error else sys.stdout, flush=True
            ),
        )
    except (LianshuError, RegionError) as error:
        print(str(error), file=sys.stderr)
        return 2
    return 2 if not results or any(done.error for done in results) else 0


def _status(args: argparse.Namespace) -> int:
    from . import running

    counts = running.counts()
    if args.json:
        print(json.dumps(counts, ensure_ascii=False))
        return 0
    words = {
        "regions": "地区", "plans": "方案", "chains": "产业链", "targets": "目标", "tasks": "任务",
        "duties": "职责", "projects": "项目", "enterprises": "企业", "matters": "办件",
        "observations": "观测值", "users": "账号",
    }  # fmt: skip
    for key, label in words.items():
        print(f"{label:　<6}{counts[key]:>10,}")
    return 0


def _work(args: argparse.Namespace) -> int:
    import signal
    import threading

    from . import running

    running.prepare()
    from lianshu.core import jobs

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    print("后台任务进程已启动，按 Ctrl-C 停止。", flush=True)
    print(f"共执行 {jobs.work(stop)} 个任务。")
    return 0


def _verify_audit(args: argparse.Namespace) -> int:
    from . import running

    running.prepare()
    from lianshu.core import audit

    count, broken = audit.verify()
    if broken is None:
        print(f"审计日志完好：{count:,} 条，哈希链连续。")
        return 0
    print(
        f"审计日志在第 {broken} 号记录处断开（此前 {count:,} 条完好）。该记录或它之前的记录被改动过。",
        file=sys.stderr,
    )
    return 1


def _backup(args: argparse.Namespace) -> int:
    from . import backup

    try:
        size = backup.write(args.file)
    except backup.BackupError as error:
        print(str(error), file=sys.stderr)
        return 2
    print(f"已备份到 {args.file}（{size / 1e6:.1f} MB）。")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from . import backup

    try:
        kept = backup.restore(args.file, force=args.force)
    except backup.BackupError as error:
        print(str(error), file=sys.stderr)
        return 2
    print("已恢复。" + (f"原有数据留在 {kept}。" if kept else ""))
    return 0


def _account(args: argparse.Namespace) -> int:
    from . import running

    running.prepare()
    from django.db import transaction

    from lianshu.core.errors import LianshuError
    from lianshu.core.scope import SYSTEM
    from lianshu.organisation import accounts
    from lianshu.organisation.adopting import region_ensure
    from lianshu.reference.regions import RegionError

    try:
        with transaction.atomic():
            region = region_ensure(args.region)
            made, secret = accounts.user_create(SYSTEM, username=args.username, name=args.name)
            accounts.grant_give(SYSTEM, made, role=args.role, region=region)
    except (LianshuError, RegionError) as error:
        print(str(error), file=sys.stderr)
        return 2
    print(f"已建立账号 {made.username}，一次性密码 {secret}（首次登录须修改）。")
    return 0


def _password(args: argparse.Namespace) -> int:
    from . import running

    running.prepare()
    from lianshu.core.scope import SYSTEM
    from lianshu.organisation import accounts
    from lianshu.organisation.models import User

    account = User.objects.filter(username=args.username).first()
    if account is None:
        print(f"没有登录名为“{args.username}”的账号。", file=sys.stderr)
        return 2
    secret = accounts.user_reset_password(SYSTEM, account)
    print(f"账号 {account.username} 的一次性密码 {secret}（登录后须修改）。")
    return 0
