"""When checkpoints are written, by whom, and at what cost."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.conftest import ROOT

from lianshu.core import audit, audit_anchor
from lianshu.core.auditing import checkpoints, notes, pending
from lianshu.core.models import AuditEntry


def heads():
    return [(line.kind, line.number, line.count) for line in map(checkpoints.parse, checkpoints.read_all())]


def test_a_start_writes_a_line_only_when_the_log_grew(anchored):
    assert heads() == [("begin", 0, 0)]
    anchored.start()
    anchored.write(2)
    anchored.start()
    anchored.start()
    assert heads() == [("begin", 0, 0), ("start", 2, 2)]
    assert audit_anchor.mark("backup") is None
    anchored.write(1)
    assert audit_anchor.mark("backup").number == 3
    assert audit_anchor.problems() == []


def test_a_line_every_fifty_entries_and_when_the_process_ends(anchored):
    anchored.write(pending.EVERY - 1)
    assert len(heads()) == 1 and audit.verify().outside == pending.EVERY - 1
    anchored.write(2)
    assert heads()[1:] == [("count", 50, 50)]
    audit_anchor.flush()
    audit_anchor.flush()
    assert heads()[2:] == [("stop", 51, 51)]


def test_a_line_some_time_after_the_first_entry(anchored, monkeypatch):
    written, real = threading.Event(), checkpoints.add

    def add(*args, **kwargs):
        found = real(*args, **kwargs)
        written.set()
        return found

    monkeypatch.setattr(checkpoints, "add", add)
    monkeypatch.setattr(pending, "SECONDS", 0.05)
    anchored.write(1)
    assert written.wait(20)
    assert heads()[1:] == [("time", 1, 1)]


def test_entries_that_roll_back_leave_no_checkpoint_and_no_gap(anchored):
    anchored.write(3)
    with pytest.raises(RuntimeError), transaction.atomic():
        anchored.write(60)
        raise RuntimeError
    assert len(heads()) == 1
    anchored.write(pending.EVERY)
    assert heads()[1:] == [("count", 50, 50)], "numbers follow each other, also where a sequence would not"
    assert [entry.pk for entry in anchored.rows()] == list(range(1, 54))
    assert audit.verify().state == audit.State.INTACT


def test_a_thousand_entries_cost_what_they_did(anchored):
    locks = 0 if connection.vendor == "sqlite" else 1
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        anchored.write(1)
    one = len(captured)
    # a look at the last entry, an insert, a savepoint around them (and the lock on PostgreSQL)
    inner = [query for query in captured if "core_auditentry" in query["sql"]]
    assert len(inner) == 2 and one <= 6 + locks
    with transaction.atomic(), CaptureQueriesContext(connection) as captured, audit.collected():
        anchored.write(1000)
    # SQLite takes 999 values a statement
    assert len([query for query in captured if "core_auditentry" in query["sql"]]) <= 16
    assert [head[0] for head in heads()] == ["begin", "count"], "one line for all of them"
    anchored.write(1)
    with CaptureQueriesContext(connection) as captured:
        anchored.write(pending.EVERY * 4)
    told = [query for query in captured if "core_setting" in query["sql"]]
    assert 1 <= len(told) <= 5 * 4, "the database is told of a line, not of an entry"


def test_the_databases_memory_stays_where_the_file_lost_its_line(anchored):
    anchored.write(60)
    anchored.write(1)
    noted = notes.read()
    assert noted.sequence == 2
    anchored.file.write_bytes(anchored.file.read_bytes().splitlines(keepends=True)[0])
    assert not notes.store(checkpoints.last())
    assert notes.read() == noted


def test_a_write_broken_off_by_a_power_cut_is_no_tampering(anchored):
    anchored.write(60)
    with anchored.file.open("ab") as file:
        file.write(b'{"at":"2026-11-3')
    assert audit.verify().state == audit.State.INTACT
    anchored.write(60)
    audit_anchor.flush()
    assert audit.verify().state == audit.State.INTACT and audit.verify().outside == 0


def test_a_checkpoint_that_cannot_be_written_stops_nobody_and_is_made_up_for(anchored, caplog):
    place = anchored.file.parent
    saved = place.rename(place.with_name("elsewhere"))
    place.write_text("in the way")
    anchored.write(60)
    assert "no audit checkpoint could be written" in caplog.text
    assert AuditEntry.objects.count() == 60
    anchored.start()
    assert "at the start" in caplog.text
    anchored.write(1)
    assert "读不出" in anchored.words()
    place.unlink()
    saved.rename(place)
    audit_anchor.flush()
    assert heads()[-1][1] == 61


def test_gaps_that_postgresql_left_before_the_first_checkpoint_are_no_loss(anchored):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite never left gaps")
    anchored.write(5)
    rows = anchored.rows()
    for entry in rows[2:]:
        entry.pk += 7
    anchored.put_back(rows)
    anchored.file.unlink()
    anchored.sql("DELETE FROM core_setting")
    anchored.start()
    assert heads() == [("begin", 12, 5)]
    anchored.write(60)
    assert audit.verify().state == audit.State.INTACT and heads()[-1] == ("count", 62, 55)


# --- several processes, one of them killed

SCRIPT = """
import json, sys, time
import django
django.setup()
from lianshu.core import audit, audit_anchor
from lianshu.organisation.models import Chain
audit_anchor.at_start(audit_anchor.before_migrations())
if sys.argv[1] == "verify":
    verdict = audit.verify()
    print(json.dumps([verdict.state, verdict.count, verdict.outside, [one.words for one in verdict.findings]]))
else:
    chain = Chain.objects.first()
    for _ in range(int(sys.argv[2])):
        audit.record(None, "修改", chain)
    print("written", flush=True)
    if sys.argv[1] == "stall":
        time.sleep(600)
"""


def started(home, *args):
    environment = {
        **os.environ,
        "LIANSHU_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "lianshu.platform.settings",
    }
    if connection.vendor != "sqlite":
        values = connection.settings_dict
        environment["LIANSHU_DATABASE_URL"] = (
            f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
        )
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *args], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_parallel_writers_one_killed_between_commit_and_checkpoint(anchored):
    if connection.vendor == "sqlite":
        with sqlite3.connect(anchored.home / "lianshu.sqlite3") as copy:
            connection.connection.backup(copy)
        copy.close()
        # a database without its key is refused
        (anchored.home / "secret.key").write_text("k" * 60)
    with started(anchored.home, "stall", "70") as killed, started(anchored.home, "go", "70") as ended:
        assert killed.stdout.readline() == ended.stdout.readline() == "written\n"
        killed.send_signal(signal.SIGKILL)
        assert ended.wait(60) == 0
    assert 3 <= len(heads()) <= 5 and max(head[1] for head in heads()) <= 140
    with started(anchored.home, "verify") as process:
        state, count, outside, findings = json.loads(process.stdout.read())
    assert (state, count, outside, findings) == ("intact", 140, 0, [])
