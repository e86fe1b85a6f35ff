"""Exports too large for a request: written in the background, opened by who may have every row of them."""

import io
import os
import time

import pytest
from python_calamine import CalamineWorkbook
from tests.conftest import signed_in
from tests.core.sample_ledger import SampleLedger

from lianshu.core.errors import LianshuError
from lianshu.core.jobs import run
from lianshu.core.ledger import export, large
from lianshu.core.models import AuditEntry, Job
from lianshu.organisation.models import Grant, Unit

LIST = SampleLedger().url()


@pytest.fixture
def low(monkeypatch, world):
    """A limit of two rows, and the units of the county beyond it."""
    monkeypatch.setattr(large, "LIMIT", 2)
    for number in range(3):
        Unit.objects.create(region=world.county, name=f"示例园区{number}", kind="park")


def content(answer):
    return b"".join(answer.streaming_content)


def status(user, address):
    """The answer's code; a file is read to its end, which closes it."""
    answer = signed_in(user).get(address)
    if answer.streaming:
        content(answer)
    return answer.status_code


def exported(client, form="csv", query="kind=park&cols=name,region"):
    answer = client.get(f"{LIST}export.{form}?{query}")
    job = Job.objects.get(kind="ledger.export")
    assert answer.url == f"/jobs/{job.pk}/"
    return job


def left_behind():
    return sorted(one.name for one in large._folder().glob("*")) if large._folder().is_dir() else []


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.HOME = tmp_path


def test_up_to_the_limit_the_request_gives_the_file_itself(as_owner, low, world):
    Unit.objects.filter(name="示例园区2").delete()
    Unit.objects.filter(name="示例园区1").delete()
    answer = as_owner.get(f"{LIST}export.csv?kind=park&cols=name,region")
    assert answer.status_code == 200 and "示例园区0" in content(answer).decode()
    assert not Job.objects.exists()


def test_beyond_the_limit_the_same_file_comes_from_a_job(as_owner, low, monkeypatch):
    job = exported(as_owner)
    assert (job.status, job.result["words"].split("（")[0]) == ("done", "已导出 4 行")
    page = as_owner.get(f"/jobs/{job.pk}/").content.decode()
    assert f'href="{job.result["download"]}"' in page
    answer = as_owner.get(job.result["download"])
    kept = content(answer)
    assert "attachment" in answer["Content-Disposition"] and answer["Content-Type"].startswith("text/csv")
    assert AuditEntry.objects.get(action="导出").note == "样例单位 csv：类别：园区，4 行"
    assert "总链办小周导出" in AuditEntry.objects.get(action="下载导出").note
    monkeypatch.undo()
    large.LIMIT = 5000
    assert content(as_owner.get(f"{LIST}export.csv?kind=park&cols=name,region")) == kept


def test_a_workbook_from_a_job(as_owner, low):
    job = exported(as_owner, "xlsx", "kind=park&cols=name")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content(as_owner.get(job.result["download"]))))
    assert book.get_sheet_by_index(0).to_python()[:2] == [["名称"], ["示例园区0"]]


def test_who_may_export_every_row_may_open_the_file_and_nobody_else(as_owner, world, low):
    Unit.objects.create(region=world.county, name="别链园区", kind="park", chain=world.other_chain)
    address = exported(as_owner).result["download"]
    seen = {name: status(user, address) for name, user in world.people.items()}
    # the city sees all of the county; the office of one chain does not see the other chain's unit
    assert {name: seen[name] for name in ("owner", "observer", "colleague", "stranger")} == {
        "owner": 200, "observer": 200, "colleague": 404, "stranger": 404,
    }  # fmt: skip
    assert seen["system_admin"] == seen["audit_admin"] == 403
    # a row that went elsewhere since then is no longer theirs to read
    Unit.objects.filter(name="示例园区1").update(region=world.province)
    assert status(world.people["observer"], address) == 404
    assert status(world.owner, address) == 200


def test_who_asked_and_has_other_grants_now_is_asked_like_anybody_else(as_owner, world, low):
    address = exported(as_owner).result["download"]
    Grant.objects.filter(user=world.owner).update(region=world.neighbour)
    assert status(world.owner, address) == 404


def test_a_file_is_kept_for_some_days(as_owner, low):
    job = exported(as_owner)
    assert len(left_behind()) == 2
    Job.objects.filter(pk=job.pk).update(asked_at=job.asked_at - large.KEPT - large.dt.timedelta(minutes=1))
    assert as_owner.get(job.result["download"]).status_code == 404
    old = time.time() - large.KEPT.total_seconds() - 60
    for one in large._folder().iterdir():
        os.utime(one, (old, old))
    as_owner.get(f"{LIST}export.xlsx?kind=park")
    newer = Job.objects.exclude(pk=job.pk).get()
    assert left_behind() == [f"{newer.pk}.keys", f"{newer.pk}.xlsx"]


def test_a_file_that_is_gone_is_not_found(as_owner, low):
    job = exported(as_owner)
    large._path(job).unlink()
    assert as_owner.get(job.result["download"]).status_code == 404


def test_what_breaks_off_leaves_no_file(as_owner, low, monkeypatch):
    def breaks(file, form, ledger, columns, rows):
        file.write(next(iter(rows)).name.encode())
        raise LianshuError("E1003")

    monkeypatch.setattr(export, "write", breaks)
    job = exported(as_owner)
    assert job.status == "failed" and left_behind() == []
    assert not AuditEntry.objects.filter(action="导出").exists()


def test_more_rows_than_a_sheet_holds_are_refused_not_cut(as_owner, low, monkeypatch):
    monkeypatch.setattr(large, "SHEET_ROWS", 3)
    job = exported(as_owner, "xlsx", "kind=park")
    assert job.status == "failed" and "请改导 CSV" in job.error


def test_the_same_export_asked_for_twice_is_one_job(as_owner, world, low, settings):
    settings.LIANSHU_JOBS_EAGER = False
    first = as_owner.get(f"{LIST}export.csv?kind=park").url
    assert as_owner.get(f"{LIST}export.csv?kind=park").url == first
    assert signed_in(world.people["observer"]).get(f"{LIST}export.csv?kind=park").url != first
    assert as_owner.get(f"{LIST}export.csv?kind=park&cols=name").url != first
    job = Job.objects.order_by("asked_at").first()
    # what a list shows is asked for again when the job runs: rights lost meanwhile count
    Grant.objects.filter(user=world.owner).delete()
    run(job.pk)
    job.refresh_from_db()
    assert job.status == "failed" and left_behind() == []
