"""Writes of this room."""

from lianshu.tasks.byproducts import count_byproduct, uncount_byproduct

from .duties import (
    calendar_keep,
    duty_create,
    duty_delete,
    duty_update,
    evidence_record,
    evidence_withdraw,
    occurrence_waive,
    occurrences_refresh_all,
)
from .notices import notice_answer, notice_close, notice_return, notice_send, notice_sign
from .tasks import (
    task_cancel,
    task_create,
    task_decide,
    task_delete,
    task_finish,
    task_hand_out,
    task_report,
    task_return,
    task_update,
    tasks_roll_over,
)

__all__ = [
    "calendar_keep",
    "count_byproduct",
    "duty_create",
    "duty_delete",
    "duty_update",
    "evidence_record",
    "evidence_withdraw",
    "notice_answer",
    "notice_close",
    "notice_return",
    "notice_send",
    "notice_sign",
    "occurrence_waive",
    "occurrences_refresh_all",
    "task_cancel",
    "task_create",
    "task_decide",
    "task_delete",
    "task_finish",
    "task_hand_out",
    "task_report",
    "task_return",
    "task_update",
    "tasks_roll_over",
    "uncount_byproduct",
]
