"""Long work as rows (:class:`~lianshu.core.models.Job`): started from a page, followed on screen.

A room registers a function per kind and starts it::

    @register_job("plan.read", retry=True, given_up=back_to_unread)
    def read_plan(job: Job, report: Report) -> dict:
        ...                       # long computing; report(40, "识别条目") now and then
        with transaction.atomic():
            ...                   # all writing in one transaction
            report.finish({"url": plan.get_absolute_url(), "words": "识别出 120 条"})
        return {}

    job = start_job(request.user, "plan.read", title="识别《…方案》", input={"document": 7})
    return redirect("job", job.pk)          # or include core/job_progress.html in the own page

``report.finish`` inside the transaction makes the result and the state of the job one commit: a process
killed at any moment leaves either everything or nothing. Whatever a room's row said while its job was under
way ("写入中") is put back by ``given_up``, in the transaction that ends the job without its result.

Jobs never run in a web process: a runner (:mod:`.runner`, started by ``lianshu serve`` on SQLite and by
``lianshu work`` on PostgreSQL) forks a process for each, with limits of time and memory, and stops it on demand.
A job whose process was killed is found by :func:`recover` and run again if its kind says ``retry``; the second
time it is given up. With ``LIANSHU_JOBS_EAGER`` (tests) jobs run at once inside :func:`start_job`.
"""

from .chores import register_chore
from .heartbeat import SILENCE, RunnerState, runner_state
from .kinds import JobCancelledError, register_job
from .lifecycle import Report, claim, job_cancel, run, start_job
from .progress import progress_path
from .recovery import recover, seconds_left, under_way, with_progress
from .runner import work

__all__ = [
    "SILENCE",
    "JobCancelledError",
    "Report",
    "RunnerState",
    "claim",
    "job_cancel",
    "progress_path",
    "recover",
    "register_chore",
    "register_job",
    "run",
    "runner_state",
    "seconds_left",
    "start_job",
    "under_way",
    "with_progress",
    "work",
]
