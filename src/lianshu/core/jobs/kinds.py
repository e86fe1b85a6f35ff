"""The registry of kinds of jobs, and the sentences with which a job ends that came to nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lianshu.core.models import Job

#: a job that takes longer is stopped, unless its kind declares its own limit
SECONDS = 15 * 60
#: a job whose process died so often is given up
ATTEMPTS = 2

STOPPED = "已按要求停止，没有写入任何数据。"
BROKEN = "处理被中断（系统重启或进程被终止），没有写入任何数据。请重新发起。"
DIED_TWICE = (
    "处理两次都被中断（系统重启或进程被终止），不再自动重试，没有写入任何数据。"
    "请核对所用的文件后重新发起；再次出现时把这条任务告诉系统管理员。"
)
FAILED = "处理时系统出错，没有写入任何数据。请重试；再次出现时把这条任务告诉系统管理员。"
MEMORY = (
    "处理所需的内存超过上限，已停止，没有写入任何数据。"
    "请把文件拆小后重新发起；确需更多内存时请系统管理员调高 LIANSHU_JOB_MEMORY。"
)
CRASHED = (
    "处理时程序崩溃（多半是文件损坏或内存超过上限），没有写入任何数据。"
    "请核对文件、另存或拆小后重新发起；再次出现时把这条任务告诉系统管理员。"
)


def too_late(seconds: float) -> str:
    """The sentence of a job that was stopped by its limit of time."""
    span = f"{seconds / 60:.0f} 分钟" if seconds >= 60 else f"{seconds:.0f} 秒"
    return (
        f"处理超过时间上限 {span}，已停止，没有写入任何数据。"
        "请把文件或范围拆小后重新发起；再次出现时把这条任务告诉系统管理员。"
    )


class JobCancelledError(Exception):
    """Raised by ``report`` in a job whose stop was asked: the open transaction rolls back."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: what it does, whether it is tried again, its limit, what is put back."""

    run: Callable[..., dict[str, Any] | None]
    retry: bool
    seconds: float
    given_up: Callable[[Job], None] | None


KINDS: dict[str, Kind] = {}


def register_job(
    kind: str,
    *,
    retry: bool = False,
    seconds: float = SECONDS,
    given_up: Callable[[Job], None] | None = None,
) -> Callable:
    """Register ``(job, report) -> result`` for a kind.

    ``retry``: may be run again after a killed process. ``seconds``: longer it may not take. ``given_up(job)``
    returns the job's record to a state in which a person can go on; it is called in the transaction that ends
    a job without its result (failed, stopped, died too often), with the reason in ``job.error``.
    """

    def add(run: Callable[..., dict[str, Any] | None]) -> Callable:
        KINDS[kind] = Kind(run, retry, seconds, given_up)
        return run

    return add


def limit_of(kind: str) -> float:
    """Seconds a job of this kind may take."""
    return KINDS[kind].seconds if kind in KINDS else SECONDS
