"""Kinds of jobs that misbehave: they hold the interpreter, take memory, write and never end."""

import os
import re
import signal
import time

from django.db import transaction

from lianshu.core.jobs import register_job
from lianshu.core.models import Setting


def _held(seconds: float = 600) -> None:
    """Hold the interpreter in C code: no signal handler of Python runs meanwhile."""
    re.match(r"(a+)+$", "a" * 60 + "b")


@register_job("trial.regex", retry=True)
def regex(job, report):
    _held()


@register_job("trial.once")
def once(job, report):
    _held()


@register_job("trial.writing", retry=True)
def writing(job, report):
    """Writes, then spins with its transaction open: on SQLite nobody else can write."""
    with transaction.atomic():
        Setting.objects.create(key="trial.half", value=1)
        while True:
            pass


@register_job("trial.long", seconds=1)
def long(job, report):
    while True:
        pass


@register_job("trial.memory")
def memory(job, report):
    held = []
    while True:
        held.append(bytearray(64 << 20))


@register_job("trial.suicide", retry=True)
def suicide(job, report):
    os.kill(os.getpid(), signal.SIGKILL)


@register_job("trial.crash", retry=True)
def crash(job, report):
    os.kill(os.getpid(), signal.SIGSEGV)


@register_job("trial.quick")
def quick(job, report):
    report.finish({"words": "好"})


@register_job("trial.slow", retry=True)
def slow(job, report):
    time.sleep(600)
