"""Sub-commands around backups: backup, verify-backup, restore, new-key."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lianshu.core.failures import sentence_of

if TYPE_CHECKING:
    from .archive import Manifest


def register(subparsers: Any) -> None:
    """Add the sub-commands to the parser."""
    backup = subparsers.add_parser("backup", help="把数据库、附件和密钥备份成一个文件")
    backup.add_argument("file", type=Path, metavar="备份文件")
    backup.add_argument("--seal", action="store_true", help="用口令加密备份（在终端里输入口令）")
    _passphrase(backup, "用这个文件里的口令加密备份")
    backup.set_defaults(func=_backup)

    verify = subparsers.add_parser("verify-backup", help="查验一个备份是否完整、能否恢复")
    verify.add_argument("file", type=Path, metavar="备份文件")
    _passphrase(verify, "加密备份的口令文件")
    verify.set_defaults(func=_verify)

    restore = subparsers.add_parser("restore", help="从备份文件恢复到 LIANSHU_HOME")
    restore.add_argument("file", type=Path, metavar="备份文件")
    restore.add_argument("--force", action="store_true", help="现有数据改名留存后恢复")
    _passphrase(restore, "加密备份的口令文件")
    restore.set_defaults(func=_restore)

    key = subparsers.add_parser("new-key", help="密钥丢失且没有备份时换一个新的（所有人须重新登录）")
    key.set_defaults(func=_new_key)


def _passphrase(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="口令文件", default=None, help=words)


def _from_file(path: Path) -> str:
    from .archive import BackupError

    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"口令文件 {path} 读不出。请核对路径；文件应是一行文字。") from error


def _passphrase_to_seal(args: argparse.Namespace) -> str | None:
    from .archive import BackupError
    from .sealing import checked

    if args.passphrase_file is not None:
        return checked(_from_file(args.passphrase_file))
    if not args.seal:
        return None
    if not sys.stdin.isatty():
        raise BackupError("这里不能输入口令。请改用 --passphrase-file 口令文件。")
    first = checked(getpass.getpass("备份口令："))
    if getpass.getpass("再输一遍：") != first:
        raise BackupError("两遍口令不一样，没有备份。")
    return first


def _passphrase_to_open(args: argparse.Namespace) -> str | None:
    from .sealing import is_sealed

    if args.passphrase_file is not None:
        return _from_file(args.passphrase_file).strip("\r\n")
    if args.file.is_file() and sys.stdin.isatty() and is_sealed(args.file):
        return getpass.getpass("备份口令：")
    return None


def _backup(args: argparse.Namespace) -> int:
    from . import backup

    try:
        passphrase = _passphrase_to_seal(args)
        backup.refuse_postgres()
        doubt = _mark_audit()
        written = backup.write(args.file, passphrase=passphrase)
    except backup.BackupError as error:
        print(str(error), file=sys.stderr)
        return 2
    print(f"已备份到 {args.file}（{written.size / 1e6:.1f} MB），已读回核对。{_content(written.manifest)}。")
    print(f"SM3 {written.digest}")
    for remark in filter(None, (doubt, written.remark)):
        print(remark, file=sys.stderr)
    return 0


def _mark_audit() -> str:
    """Let the archive's checkpoints reach as far as its audit log; returns a remark where they do not.

    A backup is made all the same: what is damaged it finds itself, and a lost audit key is no reason for none.
    """
    from . import running

    running.open_only()
    from django.db import Error, connection

    from lianshu.core import audit_anchor

    try:
        if connection.vendor != "sqlite" or connection.settings_dict["NAME"].exists():
            audit_anchor.mark("backup")
    except (OSError, Error, audit_anchor.AuditKeyError) as error:
        return f"注意：没有写审计检查点（{sentence_of(error) or error}），备份照常。"
    finally:
        connection.close()
    return ""


def _verify(args: argparse.Namespace) -> int:
    from . import backup

    try:
        manifest, tables = backup.verify(args.file, passphrase=_passphrase_to_open(args))
    except backup.BackupError as error:
        print(f"{args.file}：{error}", file=sys.stderr)
        return 2
    manifest.counts = tables
    print(f"{args.file} 完整，可以恢复：{_made(manifest)}。{_content(manifest)}。")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from . import backup, restoring

    try:
        done = restoring.restore(args.file, force=args.force, passphrase=_passphrase_to_open(args))
    except backup.BackupError as error:
        print(str(error), file=sys.stderr)
        return 2
    words = {"users": "账号", "plans": "方案", "chains": "产业链", "tasks": "任务", "observations": "观测值"}
    counts = "、".join(f"{label} {done.counts[key]:,}" for key, label in words.items())
    print(f"已恢复 {args.file.name}：{_made(done.manifest)}。现有{counts}，附件 {done.files:,} 个。")
    if done.kept is not None:
        print(f"原有数据留在 {done.kept}，确认恢复无误后可以删去。")
    return 0


def _new_key(args: argparse.Namespace) -> int:
    from . import home, home_lock

    place = home.data_home()
    with home_lock.alone(place, "更换"):
        try:
            home.read_key(place / home.KEY)
        except home.HomeError as error:
            if isinstance(error.__cause__, PermissionError):
                raise
            kept = home.renew_key(place)
        else:
            print(f"密钥 {place / home.KEY} 完好，没有更换。", file=sys.stderr)
            return 2
    print("已换新密钥，所有人须重新登录。" + (f"原来的文件留在 {kept}。" if kept else ""))
    return 0


def _made(manifest: Manifest) -> str:
    at = manifest.made_at
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M} 由版本 {manifest.version} 写成"


def _content(manifest: Manifest) -> str:
    files = sum(1 for name in manifest.members if name.startswith("files/"))
    rows = sum(manifest.counts.values())
    words = f"数据库 {len(manifest.counts)} 张表、{rows:,} 行"
    # the first format lists no files
    return f"{words}，附件 {files:,} 个" if manifest.members else words
