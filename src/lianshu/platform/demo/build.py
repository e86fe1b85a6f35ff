"""Build the demonstration, step by step, once.

Every step is one transaction that also notes its name in the setting ``demo_steps``: a run that was broken
off goes on with the step it had reached, and a finished demonstration is left alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from lianshu.core import audit, audit_anchor
from lianshu.core.settings import setting_of, setting_set
from lianshu.obligations.services import collected
from lianshu.organisation.models import User

from . import figures, firms, papers, people, problems, work
from .cast import Demo

_DONE = "demo_steps"

#: (name kept in the setting, what the terminal says, work); the order is that of the year
STEPS: tuple[tuple[str, str, Callable[[Demo], None]], ...] = (
    ("regions", "登记示例地区", people.make_regions),
    ("plans", "读取并采纳示例方案", people.adopt_plans),
    ("units", "登记单位别名", people.name_units),
    ("posts", "登记人员和任职", people.appoint),
    ("accounts", "开立示例账号", people.open_accounts),
    ("neighbour", "邻县上传方案", people.upload_neighbour_plan),
    ("checklists", "登记机制落实", work.fill_checklists),
    ("firms", "建立企业档案", firms.open_files),
    ("projects", "登记项目", firms.run_projects),
    ("figures", "填报指标", figures.enter_figures),
    ("tasks", "交办任务", work.run_tasks),
    ("duties", "登记履职", work.prove_duties),
    ("visits", "登记走访", firms.visit_firms),
    ("matters", "办理诉求", problems.raise_matters),
    ("experts", "咨询专家", work.ask_experts),
    ("notices", "发出督办", work.send_notices),
    ("months", "收月报", papers.file_months),
    ("year_plans", "收年度要点", papers.file_year_plans),
    ("reports", "起草季度报告", papers.issue_report),
    ("scores", "公布评分", papers.publish_scores),
    ("read", "清理通知", papers.read_notices),
)


class DemoError(Exception):
    """The demonstration cannot be built here; the message (Chinese) says why and what to do."""


def run() -> bool:
    """Build what is missing of the demonstration; returns whether anything was built.

    Raises DemoError where people already work with the installation: accounts with a published password
    have no place there.
    """
    done = _done()
    missing = [step for step in STEPS if step[0] not in done]
    if not missing:
        return False
    if not done and User.objects.exists():
        raise DemoError(
            "这个数据目录里已经有账号，示例数据（含公开密码的示例账号）不会混入。"
            "请把 LIANSHU_HOME 指到另一个文件夹再运行 lianshu demo。"
        )
    demo = Demo(timezone.localdate())
    for number, (name, words, step) in enumerate(missing, start=1):
        _show(f"[{number}/{len(missing)}] {words}")
        with transaction.atomic(), audit.collected(), collected():
            step(demo)
            setting_set(_DONE, [*_done(), name])
    # the server takes this process's place, which then never ends by itself
    audit_anchor.flush()
    _show("")
    print(f"示例县已建好：{demo.county}（示例），数据均为模拟。", flush=True)
    return True


def _done() -> list[str]:
    return list(setting_of(_DONE) or [])


def _show(words: str) -> None:
    """Progress on one line of a terminal; nothing where the output is kept in a file."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{words}", end="", flush=True)


def print_sign_ins(host: str, port: int) -> None:
    """The address and the demonstration's accounts, for whoever started it."""
    print(f"\n链枢已打开：http://{host}:{port}\n\n示例账号（登录名 / 密码）：")
    for account in setting_of("demo_accounts") or []:
        print(f"  {account['username']:<14} {account['password']}   {account['role']}")
    print("\n按 Ctrl-C 停止。", flush=True)
