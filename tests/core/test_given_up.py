"""A job that ended without its result, however it ended: its record returns to where a person can go on."""

import pytest
from django.utils import timezone
from tests.core.sample_ledger import SampleLedger
from tests.core.test_import_desk import checked, sent, workbook

from lianshu.core import jobs
from lianshu.core.ledger import large
from lianshu.core.models import ImportRun, Job
from lianshu.organisation.models import Unit

DESK = "/ledger/sample-units/import/"


@pytest.fixture
def run(as_owner, world) -> ImportRun:
    """An import that was checked and waits for its confirmation."""
    heads = ["单位名称", "单位类型", "地区", "联系电话"]
    made = sent(as_owner, workbook([heads, ["新设甲局", "部门", world.county.name, "1"]]))
    made = checked(as_owner, made, **{"head-1": "kind", "head-2": "region"})
    assert made.status == "ready"
    return made


def left_behind(job: Job, attempts: int) -> None:
    """As a process killed with kill -9 leaves a job it had taken."""
    Job.objects.filter(pk=job.pk).update(
        status="running",
        attempts=attempts,
        owner_process="elsewhere:1:1",
        beat=timezone.now() - timezone.timedelta(hours=1),
    )


@pytest.fixture
def waiting(settings):
    settings.LIANSHU_JOBS_EAGER = False


def test_an_import_whose_writing_died_twice_can_be_written_again(as_owner, run, waiting, settings):
    as_owner.post(f"{DESK}{run.pk}/write/")
    run.refresh_from_db()
    assert run.status == "writing"
    left_behind(run.job, attempts=2)
    page = as_owner.get(f"{DESK}{run.pk}/").content.decode()
    assert "两次" in page and "没有写入任何数据" in page
    assert f"{DESK}{run.pk}/write/" in page, "the button is there again"
    settings.LIANSHU_JOBS_EAGER = True
    assert as_owner.post(f"{DESK}{run.pk}/write/").status_code == 302
    run.refresh_from_db()
    assert run.status == "done" and Unit.objects.filter(name="新设甲局").count() == 1


def test_an_import_stopped_while_it_waits_can_be_written_again(as_owner, run, waiting):
    as_owner.post(f"{DESK}{run.pk}/write/")
    run.refresh_from_db()
    as_owner.post(f"/jobs/{run.job_id}/cancel/")
    run.refresh_from_db()
    assert run.status == "ready"
    page = as_owner.get(f"{DESK}{run.pk}/").content.decode()
    assert "停止" in page and f"{DESK}{run.pk}/write/" in page


def test_a_check_that_died_twice_goes_back_to_matching_columns(as_owner, run, waiting):
    posted = {f"head-{number}": name for number, name in run.mapping.items()}
    as_owner.post(f"{DESK}{run.pk}/check/", posted)
    run.refresh_from_db()
    assert run.status == "checking"
    left_behind(run.job, attempts=2)
    page = as_owner.get(f"{DESK}{run.pk}/").content.decode()
    assert "两次" in page and f"{DESK}{run.pk}/check/" in page
    run.refresh_from_db()
    assert run.status == "mapping"


def test_a_stopped_import_leaves_a_waiting_one_to_the_next_start(as_owner, run, waiting):
    as_owner.post(f"{DESK}{run.pk}/write/")
    run.refresh_from_db()
    left_behind(run.job, attempts=1)
    assert jobs.recover() == 1
    run.refresh_from_db()
    assert (run.status, run.job.status) == ("writing", "waiting"), "it will be tried again"
    assert jobs.runner_state().waiting == 1


def test_a_record_that_cannot_be_put_back_does_not_keep_its_job_running(owner, waiting, caplog):
    @jobs.register_job("test.hook", given_up=lambda job: 1 / 0)
    def hooked(job, report):
        raise AssertionError

    job = jobs.start_job(owner, "test.hook", title="试")
    left_behind(job, attempts=1)
    assert jobs.recover() == 1
    job.refresh_from_db()
    assert job.status == "failed" and "ZeroDivisionError" in caplog.text


def test_an_export_that_died_leaves_no_part_of_its_file(owner, waiting):
    job = large.export_start(owner, SampleLedger(), form="csv", query="", columns=["name"])
    folder = large._folder()
    folder.mkdir(exist_ok=True)
    for ending in ("partial", "keys"):
        (folder / f"{job.pk}.{ending}").write_text("half")
    left_behind(job, attempts=2)
    assert jobs.recover() == 1
    assert not [one for one in folder.iterdir() if str(job.pk) in one.name]
