"""Sub-commands that run the platform: demo, serve, adopt, status, work, verify-audit, account, password."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from . import command_audit, command_backup, command_check


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
    serve.add_argument("--https", action="store_true", help="用自带证书提供 HTTPS（见 lianshu certificate）")
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

    work = subparsers.add_parser(
        "work", help="执行后台任务（PostgreSQL 部署时另开的进程；SQLite 由 serve 自带）"
    )
    work.set_defaults(func=_work)

    command_audit.register(subparsers)
    command_backup.register(subparsers)
    command_check.register(subparsers)

    account = subparsers.add_parser("account", help="建立首个管理账号（新装系统没有账号时用）")
    account.add_argument("username", metavar="登录名")
    account.add_argument("name", metavar="姓名")
    account.add_argument("role", choices=("system_admin", "security_admin", "audit_admin"), metavar="角色")
    account.add_argument("--region", required=True, metavar="代码", help="行政区划代码")
    account.set_defaults(func=_account)

    password = subparsers.add_parser(
        "password", help="应急：给账号一个新的一次性密码（写入审计日志并通知有关管理员）"
    )
    password.add_argument("username", metavar="登录名")
    password.set_defaults(func=_password)


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="监听地址（缺省 127.0.0.1）")
    parser.add_argument("--port", type=_port, default=8000, help="端口（缺省 8000）")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 65535):
        raise argparse.ArgumentTypeError("端口须是 1 到 65535 之间的整数")
    return int(text)


def _address_of(args: argparse.Namespace) -> socket.socket:
    """The address the server will listen on, held from here; ends with a sentence when it cannot."""
    from . import address

    try:
        return address.take(args.host, args.port)
    except address.AddressError as error:
        print(str(error), file=sys.stderr)
        sys.exit(2)


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

    held = None if args.no_serve else _address_of(args)
    running.prepare(static=not args.no_serve)
    from .demo import build

    try:
        build.run()
    except build.DemoError as error:
        print(str(error), file=sys.stderr)
        return 2
    if held is None:
        return 0
    build.print_sign_ins(args.host, args.port)
    return running.serve(args.host, args.port, workers=1, held=held)


def _serve(args: argparse.Namespace) -> int:
    from . import running

    held = _address_of(args)
    if args.https:
        # read by the settings, here and in the server's own processes
        os.environ["LIANSHU_HTTPS"] = "own"
    running.prepare(static=True)
    from . import command_certificate, tls

    try:
        command_certificate.tell_left_out(tls.left_out())
        print(f"链枢已打开：{tls.scheme()}://{args.host}:{args.port}", flush=True)
        return running.serve(args.host, args.port, workers=args.workers, held=held)
    except tls.CertificateError as error:
        print(str(error), file=sys.stderr)
        return 2


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
    from . import running, status

    running.open_only()
    counts = status.counts()
    if args.json:
        more = {"problems": counts.problems} if counts.problems else {}
        print(json.dumps({**counts.rows, **more}, ensure_ascii=False))
    else:
        words = {
            "regions": "地区", "plans": "方案", "chains": "产业链", "targets": "目标", "tasks": "任务",
            "duties": "职责", "projects": "项目", "enterprises": "企业", "matters": "办件",
            "observations": "观测值", "users": "账号",
        }  # fmt: skip
        for key, label in words.items():
            count = counts.rows[key]
            print(f"{label:　<6}{'读不出' if count is None else f'{count:,}':>10}")
    for problem in counts.problems:
        print(problem, file=sys.stderr)
    return 2 if counts.problems else 0


def _work(args: argparse.Namespace) -> NoReturn:
    from . import running

    running.prepare()
    print("后台任务进程已启动，按 Ctrl-C 停止。", flush=True)
    # a process of its own, which loads none of the other commands
    command = [sys.executable, "-m", "lianshu.platform.runner"]
    os.execv(sys.executable, command)  # noqa: S606 - fixed command


def _account(args: argparse.Namespace) -> int:
    from . import running

    running.prepare()
    from django.db import transaction

    from lianshu.core.errors import LianshuError
    from lianshu.core.scope import SystemActor
    from lianshu.organisation import accounts, telling
    from lianshu.organisation.adopting import region_ensure
    from lianshu.reference.regions import RegionError

    try:
        with transaction.atomic():
            region, console = region_ensure(args.region), SystemActor("控制台")
            made, secret = accounts.user_create(console, username=args.username, name=args.name)
            granted = accounts.grant_give(console, made, role=args.role, region=region)
            telling.tell(made, f"在服务器控制台新建了账号“{made}”（{granted}）。", light="red")
    except (LianshuError, RegionError) as error:
        print(str(error), file=sys.stderr)
        return 2
    print(f"已建立账号 {made.username}，一次性密码 {secret}（首次登录须修改）。")
    return 0


def _password(args: argparse.Namespace) -> int:
    from . import running

    running.prepare()
    from lianshu.core.scope import SystemActor
    from lianshu.organisation import credentials
    from lianshu.organisation.models import User

    account = User.objects.filter(username=args.username).first()
    if account is None:
        print(f"没有登录名为“{args.username}”的账号。", file=sys.stderr)
        return 2
    secret = credentials.user_reset_password(SystemActor("控制台"), account)
    print(f"账号 {account.username} 的一次性密码 {secret}（登录后须修改）。已写入审计日志并通知有关管理员。")
    if not account.is_active:
        print("这个账号已停用，启用前不能登录。", file=sys.stderr)
    return 0
