"""Background jobs: states, progress, stopping, recovery after a killed process, the runner's signs of life.

The runner with its forks is tried in tests/platform/test_server.py: it needs a database of its own.
"""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import timezone

from lianshu.core import jobs
from lianshu.core.errors import LianshuError, invalid
from lianshu.core.jobs import chores, heartbeat, lifecycle
from lianshu.core.models import Job, Notice, Setting
from lianshu.core.processes import process_name
from lianshu.core.scope import SYSTEM
from lianshu.organisation.models import Chain


@jobs.register_job("test.ok")
def _ok(job, report):
    report(50, "一半")
    return {"words": f"收到 {job.input['n']}", "url": "/jobs/"}


@jobs.register_job("test.refused")
def _refused(job, report):
    raise invalid(("x", "第 3 行缺名称。"))


@jobs.register_job("test.broken", retry=True)
def _broken(job, report):
    with transaction.atomic():
        Chain.objects.filter(pk=job.input["chain"]).update(position="写了一半")
        report.finish({"words": "完成"})
        raise RuntimeError("in the middle")


@jobs.register_job("test.finish")
def _finish(job, report):
    with transaction.atomic():
        Chain.objects.filter(pk=job.input["chain"]).update(position="写完")
        report.finish({"words": "写完"})


@pytest.fixture
def waiting(settings):
    """Jobs stay waiting until a runner takes them."""
    settings.LIANSHU_JOBS_EAGER = False


def test_job_runs_and_keeps_its_result(owner):
    job = jobs.start_job(owner, "test.ok", title="试", input={"n": 7})
    assert (job.status, job.progress, job.result["words"]) == ("done", 100, "收到 7")
    assert job.attempts == 1 and job.ended_at >= job.started_at


def test_refusal_becomes_the_jobs_sentence(owner):
    job = jobs.start_job(owner, "test.refused", title="试")
    assert job.status == "failed" and "第 3 行缺名称" in job.error


def test_error_in_the_middle_leaves_nothing_and_no_traceback_on_screen(owner, world, caplog):
    job = jobs.start_job(owner, "test.broken", title="试", input={"chain": world.chain.pk})
    assert job.status == "failed" and "没有写入任何数据" in job.error and "Runtime" not in job.error
    assert Chain.objects.get(pk=world.chain.pk).position == ""
    assert "in the middle" in caplog.text, "the log has the cause"


def test_result_and_state_are_one_commit(owner, world):
    job = jobs.start_job(owner, "test.finish", title="试", input={"chain": world.chain.pk})
    assert job.status == "done" and job.result == {"words": "写完"}


def test_unknown_kind_is_a_programming_error(owner):
    with pytest.raises(KeyError, match="no job kind"):
        jobs.start_job(owner, "test.nothing", title="试")


def test_job_whose_process_was_killed_is_failed_or_tried_again(owner, waiting):
    gone = {"status": "running", "owner_process": "elsewhere:1:1", "beat": timezone.now() - jobs.SILENCE * 2}
    once = Job.objects.create(kind="test.ok", title="一次", attempts=1, asked_by=owner, **gone)
    again = Job.objects.create(kind="test.broken", title="可重来", attempts=1, asked_by=owner, **gone)
    often = Job.objects.create(kind="test.broken", title="重来过", attempts=2, asked_by=owner, **gone)
    alive = Job.objects.create(
        kind="test.ok", title="在办", status="running", owner_process=process_name(), asked_by=owner
    )
    assert jobs.recover() == 3
    states = {job.title: job.status for job in Job.objects.all()}
    assert states == {"一次": "failed", "可重来": "waiting", "重来过": "failed", "在办": "running"}
    once.refresh_from_db()
    assert "没有写入任何数据" in once.error
    assert again.pk and often.pk and alive.pk


def test_number_of_a_dead_process_given_to_another_is_not_taken_for_alive(owner, waiting):
    host, pid, started = process_name().rsplit(":", 2)
    Job.objects.create(
        kind="test.ok", title="旧", status="running", owner_process=f"{host}:{pid}:{int(started) + 1}"
    )
    assert jobs.recover() == 1


def test_looking_at_a_dead_job_recovers_it(owner, waiting, as_owner):
    job = Job.objects.create(
        kind="test.ok",
        title="旧",
        status="running",
        owner_process="elsewhere:1:1",
        asked_by=owner,
        attempts=1,
    )
    assert "处理被中断" in as_owner.get(f"/jobs/{job.pk}/").content.decode()


def test_waiting_job_is_stopped_at_once_and_a_finished_one_not(owner, waiting, as_owner):
    job = jobs.start_job(owner, "test.ok", title="试", input={"n": 1})
    assert job.status == "waiting"
    as_owner.post(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.status == "cancelled"
    assert not jobs.run(job.pk)
    with pytest.raises(LianshuError, match="已取消"):
        jobs.job_cancel(owner, job)


def test_running_job_stops_at_its_next_report_and_writes_nothing(owner, world, waiting):
    @jobs.register_job("test.stopped")
    def stopped(job, report):
        with transaction.atomic():
            Chain.objects.filter(pk=world.chain.pk).update(position="不该留下")
            jobs.job_cancel(owner, job)
            report(60, "第二步")

    job = jobs.start_job(owner, "test.stopped", title="试")
    jobs.run(job.pk)
    job.refresh_from_db()
    # the wish to stop was rolled back with the job's own transaction here, as it came from inside
    assert job.status == "cancelled" and "没有写入" in job.error
    assert Chain.objects.get(pk=world.chain.pk).position == ""


def test_two_runners_take_a_job_once(owner, waiting):
    job = jobs.start_job(owner, "test.ok", title="试", input={"n": 1})
    assert jobs.claim(job.pk).pk == job.pk
    assert jobs.claim(job.pk) is None


def test_progress_on_screen_with_time_left(owner, as_owner, waiting):
    job = Job.objects.create(
        kind="test.ok",
        title="识别",
        status="running",
        asked_by=owner,
        owner_process=process_name(),
        started_at=timezone.now() - timezone.timedelta(seconds=30),
    )
    report = jobs.Report(job)
    report(25, "识别条目")
    if connection.vendor != "sqlite":
        # there the beat thread of the runner writes it, once a second
        Job.objects.filter(pk=job.pk).update(progress=25, step="识别条目")
    page = as_owner.get(f"/jobs/{job.pk}/progress/?follow=1").content.decode()
    assert "识别条目" in page and "25%" in page and "约还需 2 分钟" in page
    assert "load delay" in page, "asks again"
    Job.objects.filter(pk=job.pk).update(status="done", result={"url": "/notices/", "words": "好了"})
    assert as_owner.get(f"/jobs/{job.pk}/progress/?follow=1")["HX-Redirect"] == "/notices/"
    assert "HX-Redirect" not in as_owner.get(f"/jobs/{job.pk}/progress/")


def test_jobs_of_others_are_not_found_but_by_the_system_administrator(owner, as_stranger, client, world):
    job = jobs.start_job(owner, "test.ok", title="我的活", input={"n": 1})
    for page in ("", "progress/"):
        assert as_stranger.get(f"/jobs/{job.pk}/{page}").status_code == 404
    assert as_stranger.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert "我的活" not in as_stranger.get("/jobs/").content.decode()
    client.force_login(world.people["system_admin"], backend="django.contrib.auth.backends.ModelBackend")
    assert "我的活" in client.get("/jobs/").content.decode()


def test_long_work_is_announced_short_work_is_not(owner, monkeypatch):
    jobs.start_job(owner, "test.ok", title="短", input={"n": 1})
    monkeypatch.setattr(lifecycle, "NOTICE_AFTER", timezone.timedelta(0))
    jobs.start_job(owner, "test.ok", title="长", input={"n": 1})
    jobs.start_job(SYSTEM, "test.ok", title="系统", input={"n": 1})
    assert [notice.title for notice in Notice.objects.all()] == ["长：完成"]


def test_a_job_that_another_process_has_by_now_cannot_finish(owner, world, waiting):
    """Taken for dead and taken up by another: what the first one wrote must not be committed."""

    @jobs.register_job("test.taken")
    def taken(job, report):
        with transaction.atomic():
            Chain.objects.filter(pk=world.chain.pk).update(position="写了两遍")
            Job.objects.filter(pk=job.pk).update(owner_process="elsewhere:1:1", attempts=2)
            report.finish({"words": "写完"})

    job = jobs.start_job(owner, "test.taken", title="试")
    jobs.run(job.pk)
    assert Chain.objects.get(pk=world.chain.pk).position == ""
    job.refresh_from_db()
    assert job.status != "done"


def test_memory_that_runs_out_is_told_as_such(owner):
    @jobs.register_job("test.starved")
    def starved(job, report):
        raise MemoryError

    job = jobs.start_job(owner, "test.starved", title="试")
    assert job.status == "failed" and "内存" in job.error and "LIANSHU_JOB_MEMORY" in job.error


def test_a_page_tells_when_nobody_is_there_to_take_a_waiting_job(owner, as_owner, waiting):
    job = jobs.start_job(owner, "test.ok", title="试", input={"n": 1})
    words = "后台任务进程没有运行"
    pages = [f"/jobs/{job.pk}/", f"/jobs/{job.pk}/progress/", "/jobs/"]
    assert not any(words in as_owner.get(page).content.decode() for page in pages), "just asked for"
    Job.objects.filter(pk=job.pk).update(asked_at=timezone.now() - dt.timedelta(minutes=1))
    assert all(words in as_owner.get(page).content.decode() for page in pages)
    heart = heartbeat.Heart()
    heart.beat()
    assert not any(words in as_owner.get(page).content.decode() for page in pages)
    heart.stop()
    assert all(words in as_owner.get(page).content.decode() for page in pages)


def test_state_of_the_runner_for_the_operator(owner, waiting):
    assert jobs.runner_state() == jobs.RunnerState(False, None, 0, 0, 0, 0)
    heart = heartbeat.Heart()
    heart.beat()
    now = timezone.now()
    jobs.start_job(owner, "test.ok", title="等", input={"n": 1})
    late = jobs.start_job(owner, "test.ok", title="久等", input={"n": 1})
    Job.objects.filter(pk=late.pk).update(asked_at=now - dt.timedelta(hours=1))
    for title, process, since in (
        ("在办", process_name(), now),
        ("超时", process_name(), now - dt.timedelta(hours=9)),
        ("已死", "elsewhere:1:1", now),
    ):
        Job.objects.create(
            kind="test.ok", title=title, status="running", owner_process=process, started_at=since
        )
    state = jobs.runner_state()
    heart.stop()
    assert state.alive and abs((state.since - now).total_seconds()) < 60
    assert (state.running, state.waiting, state.dead_jobs, state.late_jobs) == (3, 2, 1, 2)
    assert Job.objects.get(title="已死").status == "running", "looking changes nothing"


def test_a_chore_is_done_once_when_its_time_has_come(db, monkeypatch, caplog):
    done = []
    monkeypatch.setattr(chores, "CHORES", {})
    jobs.register_chore("test", dt.timedelta(days=1), lambda: done.append(1))
    jobs.register_chore("broken", dt.timedelta(days=1), lambda: 1 / 0)
    assert chores.due() == ["test", "broken"]
    for name in ("test", "broken"):
        assert chores.do(name)
    assert chores.due() == [] and done == [1]
    assert "ZeroDivisionError" in caplog.text
    yesterday = (timezone.now() - dt.timedelta(days=1)).isoformat()
    Setting.objects.filter(key="chore:test").update(value=yesterday)
    assert chores.due() == ["test"]


def test_sessions_and_old_sign_in_attempts_are_cleared(client, owner):
    from django.contrib.sessions.models import Session

    from lianshu.organisation.sign_in_models import SignInAttempt

    now = timezone.now()
    for name, expires in (("old", now - dt.timedelta(days=1)), ("new", now + dt.timedelta(days=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=expires)
    for name, hours in (("old", 25), ("new", 23)):
        row = SignInAttempt.objects.create(address="10.1.2.3", name=name, succeeded=False)
        SignInAttempt.objects.filter(pk=row.pk).update(at=now - dt.timedelta(hours=hours))
    for name in ("sessions", "sign-in attempts"):
        assert chores.do(name)
    assert [row.session_key for row in Session.objects.all()] == ["new"]
    assert [row.name for row in SignInAttempt.objects.all()] == ["new"]


def test_a_waiting_write_does_not_keep_a_page_from_showing(owner, as_owner, monkeypatch):
    """That somebody is there is noted when the database has time; a session ended meanwhile is none."""
    from django.contrib.sessions.backends.base import UpdateError
    from django.contrib.sessions.backends.db import SessionStore

    def locked(self, must_create=False):
        raise UpdateError

    with monkeypatch.context() as patch:
        patch.setattr(SessionStore, "save", locked)
        assert as_owner.get("/jobs/").status_code == 200
    assert "seen" not in SessionStore(as_owner.session.session_key).load()
    as_owner.get("/jobs/")
    assert "seen" in SessionStore(as_owner.session.session_key).load()
