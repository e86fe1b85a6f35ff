"""kill -9 in the middle of an import: nothing half written, and the next process finishes the work."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest
from django.db import connection
from tests.conftest import ROOT

from lianshu.core import audit
from lianshu.core.importing.judging import Judged
from lianshu.core.importing.services import _kept
from lianshu.core.models import ImportRow, ImportRun, Job

ROWS = 40

# Runs one job as a web process would; dies by kill -9 from outside once the tenth row is written.
SCRIPT = """
import sys, time
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from lianshu.core import jobs
from lianshu.core.ledger import services
import tests.core.sample_ledger as sample
if sys.argv[3] == "stall":
    create, written = sample.SampleLedger.create, []
    def stalling(user, **values):
        made = create(user, **values)
        written.append(made)
        if len(written) == 10:
            print("ten rows written", flush=True)
            time.sleep(600)
        return made
    sample.SampleLedger.create = staticmethod(stalling)
jobs.recover()
jobs.run(sys.argv[2])
"""


@pytest.fixture
def installation(world, tmp_path):
    """A data folder of its own with the world in it and an import waiting to be written."""
    if connection.vendor != "sqlite":
        pytest.skip("the copy of the test database in a file of its own is made from SQLite")
    run = ImportRun.objects.create(
        ledger="sample-units", name="单位.xlsx", status="writing", by=world.owner, file="imports/x.xlsx"
    )
    ImportRow.objects.bulk_create(
        _kept(run, Judged(number, {"name": f"第{number}局", "region": world.county.pk}, {}))
        for number in range(2, ROWS + 2)
    )
    job = Job.objects.create(
        kind="import.write", title="导入", input={"run": str(run.pk)}, asked_by=world.owner
    )
    ImportRun.objects.filter(pk=run.pk).update(job=job)
    with sqlite3.connect(tmp_path / "lianshu.sqlite3") as copy:
        # a dump sees this test's open transaction, a backup would wait for its end
        copy.executescript("\n".join(connection.connection.iterdump()))
    copy.close()
    # data without its key is refused
    (tmp_path / "secret.key").write_text("k" * 60)
    return tmp_path, str(job.pk)


def started(home, job: str, how: str) -> subprocess.Popen:
    environment = {
        **os.environ,
        "LIANSHU_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "lianshu.platform.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(ROOT), job, how],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def asked(home, sql: str):
    with sqlite3.connect(home / "lianshu.sqlite3") as database:
        rows = database.execute(sql).fetchall()
    database.close()
    return rows


def test_killed_import_leaves_nothing_and_is_finished_by_the_next_process(installation):
    home, job = installation
    before = asked(home, "SELECT count(*) FROM organisation_unit")[0][0]
    with started(home, job, "stall") as process:
        assert process.stdout.readline() == "ten rows written\n"
        process.send_signal(signal.SIGKILL)
    assert asked(home, "SELECT count(*) FROM organisation_unit")[0][0] == before
    assert asked(home, "SELECT count(*) FROM core_auditentry")[0][0] == 0
    assert asked(home, "SELECT status FROM core_job") == [("running",)]
    with started(home, job, "go") as process:
        assert process.wait() == 0
    assert asked(home, "SELECT status, attempts FROM core_job") == [("done", 2)]
    assert asked(home, "SELECT status FROM core_importrun") == [("done",)]
    assert asked(home, "SELECT count(*) FROM organisation_unit")[0][0] == before + ROWS
    chain = asked(home, "SELECT hash, previous_hash FROM core_auditentry ORDER BY id")
    assert len(chain) == ROWS + 1
    assert [previous for _, previous in chain] == [audit.GENESIS, *(digest for digest, _ in chain[:-1])]
