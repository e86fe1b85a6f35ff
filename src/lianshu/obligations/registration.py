"""What this room hangs into the shell: the comparison with the facts, every night and on demand."""

from __future__ import annotations

import datetime as dt
import logging

from lianshu.core.health import Finding, register_check
from lianshu.core.jobs import register_chore
from lianshu.core.settings import setting_of, setting_set

from . import services
from .models import Obligation

log = logging.getLogger("lianshu")
#: what the last comparison found: {"wrong": how many rows}
COMPARED = "obligations.compared"


def compare() -> int:
    """Compare what waits with the facts, put it right, and keep how many rows were wrong."""
    wrong = services.differences()
    for sentence in wrong[:50]:
        log.warning("obligations: %s", sentence)
    services.rebuild()
    setting_set(COMPARED, {"wrong": len(wrong)})
    return len(wrong)


register_chore("obligations", dt.timedelta(days=1), compare)


@register_check("obligations", "待办", 88)
def waiting_is_true(thorough: bool) -> Finding:
    """Whether what waits for whom is what the facts say: compared at once when thorough, else as last night."""
    count = Obligation.objects.count()
    if thorough:
        wrong = len(services.differences())
    else:
        known = setting_of(COMPARED)
        if known is None:
            return Finding("green", f"共 {count:,} 条，今晚与业务记录核对。")
        wrong = known["wrong"]
    if wrong:
        return Finding(
            "amber",
            f"{wrong} 条待办与业务记录不一致。",
            "运行 lianshu check --obligations 看是哪些；每晚会自动改正。",
        )
    return Finding("green", f"共 {count:,} 条，与业务记录一致。")
