"""The checks of an installation itself: disk, database, key, rights, backups, work, versions, clock, HTTPS."""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import sqlite3
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from lianshu import __version__
from lianshu.core import audit, audit_anchor
from lianshu.core.health import Finding, register_check
from lianshu.core.jobs import runner_state
from lianshu.core.models import AuditEntry, Job, Setting
from lianshu.core.words import file_size

from . import backup, home, restoring, schema

_GB = 1 << 30
#: a database up to this size is read whole for the page too; beyond it only by the command
_READ_ON_PAGE = 64 << 20


def _postgres() -> bool:
    return connection.vendor != "sqlite"


def _database() -> Path | None:
    """The SQLite file; None where there is none yet or the database is PostgreSQL."""
    if _postgres():
        return None
    path = Path(settings.DATABASES["default"]["NAME"])
    return path if path.exists() and path.stat().st_size else None


def _no_database() -> Finding | None:
    if _postgres() or _database() is not None:
        return None
    return Finding("amber", "还没有建库。", "启动一次 lianshu serve，或用 lianshu restore 恢复备份。")


@register_check("disk", "磁盘空间", 10)
def disk(thorough: bool) -> Finding:
    """Room for the data, and for one more copy of the database, which a backup needs."""
    usage = shutil.disk_usage(settings.HOME)
    database = _database()
    needed = 2 * database.stat().st_size if database else 0
    words = f"{settings.HOME} 所在磁盘剩 {file_size(usage.free)}（共 {file_size(usage.total)}）。"
    if usage.free < max(_GB // 2, needed):
        return Finding("red", words, "马上腾出空间：删去旧备份、before-restore-… 文件夹、日志，或换大磁盘。")
    if usage.free < max(5 * _GB, needed * 2) or usage.free < usage.total * 0.05:
        return Finding("amber", words, "近期腾出空间，或换大磁盘。")
    return Finding("green", words)


@register_check("database", "数据库", 20)
def database(thorough: bool) -> Finding:
    """Whether it opens, its size, and, where it is small or time is given, every page of it."""
    if (none := _no_database()) is not None:
        return none
    if _postgres():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
            version, size = cursor.fetchone()
        return Finding("green", f"PostgreSQL {version}，{file_size(size)}。")
    path = _database()
    size = path.stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master")
        if not thorough and size > _READ_ON_PAGE:
            return Finding(
                "green", f"能打开，{file_size(size)}。库较大，完整性请在服务器上用 lianshu check 查。"
            )
        cursor.execute("PRAGMA quick_check(1)")
        (answer,) = cursor.fetchone()
        cursor.execute("PRAGMA foreign_key_check")
        dangling = cursor.fetchone()
    todo = "停止使用，把整个数据文件夹复制留存，再用最近的备份恢复（lianshu restore 备份文件 --force）。"
    if answer != "ok":
        return Finding("red", f"数据库已损坏：{answer.splitlines()[-1]}。", todo)
    if dangling is not None:
        return Finding("red", f"表 {dangling[0]} 里有指向不存在记录的行。", todo)
    return Finding("green", f"完整，{file_size(size)}。")


@register_check("schema", "数据库结构", 30)
def structure(thorough: bool) -> Finding:
    """Whether database and code are of one version."""
    if (none := _no_database()) is not None:
        return none
    if strange := schema.unknown(schema.applied()):
        return Finding(
            "red",
            f"数据库比程序新（不认识 {'.'.join(strange[0])} 等 {len(strange)} 处）。",
            "请用写入它的那个版本或更新的版本；要退回旧版本，请恢复升级前的备份。",
        )
    if missing := schema.missing():
        return Finding(
            "amber",
            f"数据库比程序旧，差 {len(missing)} 步升级。",
            "先备份，再重启 lianshu serve，启动时自动升级。",
        )
    return Finding("green", "与程序版本一致。")


@register_check("key", "密钥", 40)
def key(thorough: bool) -> Finding:
    """Whether the signing key is there and whole."""
    try:
        home.read_key(settings.HOME / home.KEY)
    except home.HomeError as error:
        return Finding("red", str(error), "处理之前不要重启服务。")
    return Finding("green", "在，可读。")


@register_check("rights", "文件权限", 50)
def rights(thorough: bool) -> Finding:
    """Whether the data are readable by their owner alone."""
    if found := home.open_to_others(settings.HOME):
        more = f" 等 {len(found)} 处" if len(found) > 1 else ""
        return Finding(
            "red",
            f"{found[0]}{more}别的账号也能读写。",
            f"重启 lianshu serve 会自动收紧；没有收紧的运行 chmod -R go-rwx {settings.HOME}。",
        )
    return Finding("green", "数据、附件、密钥只有运行账号能读写。")


@register_check("audit", "审计日志", 60)
def audit_log(thorough: bool) -> Finding:
    """Its guards, and the last verification."""
    if (none := _no_database()) is not None:
        return none
    if wrong := audit_anchor.problems():
        return Finding("red", "".join(wrong), "运行 lianshu verify-audit 查明，并报告审计管理员。")
    verified = Setting.objects.filter(key=audit.VERIFIED).first()
    if verified is None:
        return Finding(
            "amber", "还没有校验过。", "请审计管理员在“审计日志”页面点“校验”，或运行 lianshu verify-audit。"
        )
    at, well = (
        dt.datetime.fromisoformat(verified.value["at"]),
        verified.value.get("state") != audit.State.BROKEN,
    )
    when = f"上次校验 {_day(at)}"
    if not well:
        return Finding("red", f"{when}：有记录被改动过。", "报告审计管理员，保全现场和备份。")
    if timezone.now() - at > dt.timedelta(days=31):
        return Finding("amber", f"{when}，已过一个月。", "请审计管理员再校验一次。")
    return Finding("green", f"{when}，完好。")


@register_check("backup", "最近备份", 70)
def last_backup(thorough: bool) -> Finding:
    """How old the last backup is that was read back."""
    if _postgres():
        return Finding(
            "amber", "PostgreSQL 由 pg_dump 备份，这里查不到。", "请核对 pg_dump 的定时任务和最近一次的结果。"
        )
    if (none := _no_database()) is not None:
        return none
    todo = "运行 lianshu backup 备份文件，并设定时任务（见《备份与恢复》）。"
    last = backup.last(settings.HOME)
    if last is None:
        return Finding("red", "还没有备份过。", todo)
    at = dt.datetime.fromisoformat(last["at"])
    age = timezone.now() - at
    sealed = "，已加密" if last.get("sealed") else ""
    words = f"{_day(at)} 备份到 {last['file']}（{file_size(last['size'])}{sealed}）"
    if age > dt.timedelta(days=7):
        return Finding("red", f"{words}，已过 {age.days} 天。", todo)
    if age > dt.timedelta(days=2):
        return Finding("amber", f"{words}，已过 {age.days} 天。", todo)
    if not Path(last["file"]).exists():
        return Finding("green", f"{words}；文件已移走，请确认另存在安全的地方。")
    return Finding("green", f"{words}。另存一份到别的机器更稳妥。")


@register_check("restore", "恢复留存", 75)
def leftovers(thorough: bool) -> Finding:
    """What restores left: a step not done, old data set aside."""
    if (settings.HOME / restoring.JOURNAL).exists():
        return Finding("red", "上次恢复还差最后一步。", "重启 lianshu serve，或运行 lianshu verify-audit。")
    kept = sorted(settings.HOME.glob("before-restore-*"))
    if kept:
        return Finding(
            "amber",
            f"恢复前的数据还留着：{kept[-1].name} 等 {len(kept)} 份。",
            "确认恢复无误后删去，省出磁盘。",
        )
    return Finding("green", "没有遗留。")


@register_check("jobs", "后台任务", 80)
def background(thorough: bool) -> Finding:
    """Work that waits too long, whose process is gone, or that failed this week."""
    if (none := _no_database()) is not None:
        return none
    state = runner_state()
    failed = Job.objects.filter(
        status=Job.Status.FAILED, ended_at__gte=timezone.now() - dt.timedelta(days=7)
    ).count()
    words = f"等待 {state.waiting} 个，进行中 {state.running} 个，近七天失败 {failed} 个。"
    if state.dead_jobs:
        return Finding(
            "red",
            f"{state.dead_jobs} 个任务的进程已经没有了。{words}",
            "重启 lianshu serve（或 lianshu work），会自动接续或作废。",
        )
    if state.late_jobs:
        return Finding(
            "red",
            f"{state.late_jobs} 个任务等得太久或超过了时限。{words}",
            "看看 lianshu serve（PostgreSQL：lianshu work）是否在运行。",
        )
    if failed:
        return Finding("amber", words, "在“后台任务”页面看失败的原因。")
    return Finding("green", words)


@register_check("runner", "后台任务进程", 85)
def runner(thorough: bool) -> Finding:
    """Whether a process takes up background work: part of `serve` on SQLite, `lianshu work` on PostgreSQL."""
    if (none := _no_database()) is not None:
        return none
    state = runner_state()
    if not state.alive:
        start = "lianshu work" if _postgres() else "lianshu serve（systemctl start lianshu）"
        return Finding("amber", "后台任务进程没有运行，读取、导入、导出等都在等待。", f"启动 {start}。")
    return Finding(
        "green", f"后台任务进程在运行，自 {_day(state.since)} 起。" if state.since else "后台任务进程在运行。"
    )


@register_check("sessions", "登录会话", 90)
def sessions(thorough: bool) -> Finding:
    """How many are signed in, and how many expired sessions lie about."""
    if (none := _no_database()) is not None:
        return none
    now = timezone.now()
    expired = Session.objects.filter(expire_date__lt=now).count()
    words = f"有效 {Session.objects.filter(expire_date__gte=now).count():,} 个，过期未清 {expired:,} 个。"
    if expired > 10_000:
        return Finding("amber", words, "过期会话每天自动清理；长期不减请重启 lianshu serve。")
    return Finding("green", words)


@register_check("clock", "时钟和时区", 95)
def clock(thorough: bool) -> Finding:
    """Deadlines and the audit log need a right clock: it must not run behind what was already written."""
    now = timezone.now()
    words = f"现在 {_day(now)}（{settings.TIME_ZONE}）"
    todo = "请校准服务器时钟（timedatectl set-ntp true）。"
    if now.astimezone(ZoneInfo("Asia/Shanghai")).utcoffset() != timezone.localtime(now).utcoffset():
        return Finding("red", f"{words}，不是北京时间。", "请恢复程序的时区设置。")
    if abs(time.time() - now.timestamp()) > 60 or now.year < 2025:
        return Finding("red", f"{words}，时钟不对。", todo)
    newest = (
        AuditEntry.objects.order_by("-id").values_list("at", flat=True).first()
        if _no_database() is None
        else None
    )
    if newest is not None and newest - now > dt.timedelta(minutes=5):
        return Finding("red", f"{words}，比最后一条审计记录（{_day(newest)}）还早。", todo)
    return Finding("green", f"{words}。")


@register_check("https", "HTTPS 和主机名", 110)
def https(thorough: bool) -> Finding:
    """Whether passwords travel in the open, and whether any name is served."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    anywhere = "*" in settings.ALLOWED_HOSTS
    words = "HTTPS 已开" if secure else "HTTPS 没有开，密码在网络上是明文"
    words += "，任何主机名都应答。" if anywhere else f"，主机名：{'、'.join(settings.ALLOWED_HOSTS)}。"
    if secure and not anywhere:
        return Finding("green", words)
    return Finding("amber", words, "按《部署》设 HTTPS 和 LIANSHU_HOSTS；只在本机使用可以不设。")


@register_check("versions", "版本", 120)
def versions(thorough: bool) -> Finding:
    """Of the program and of what it stands on."""
    base = f"SQLite {sqlite3.sqlite_version}" if not _postgres() else "PostgreSQL"
    return Finding(
        "green",
        f"链枢 {__version__}，Python {platform.python_version()}，{base}，{platform.system()} {platform.release()}。",
    )


def _day(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
