"""Whoever owns the database (or the files beside it) tampers with the audit log; the verification says so exactly."""

import os
import threading

import pytest
from django.db import DatabaseError, connection, transaction
from tests.core.audit_cases import TABLE

from lianshu.core import audit, audit_anchor, audit_guard
from lianshu.core.auditing import checkpoints, copies, evidence, keys, notes
from lianshu.core.auditing.chain import entry_digest
from lianshu.core.models import AuditEntry, Notice, Setting


@pytest.fixture
def log(anchored):
    """Four hundred entries, one checkpoint in the middle, one at the end, then three more entries."""
    for _ in range(2):
        with audit.collected():
            anchored.write(200)
        audit_anchor.mark("count")
    anchored.write(3)
    assert audit.verify().state == audit.State.INTACT
    return anchored


def test_last_three_hundred_cut(log):
    log.cut(103)
    assert "第 104 号到第 400 号共 297 条被删（第 3 个检查点" in log.words()
    assert audit.verify().broken == 104
    log.start()
    assert "第 104 号到第 400 号共 297 条被删" in log.words(), "the same after a start, which writes an entry"
    assert Notice.objects.filter(
        user=log.world.people["audit_admin"], title__startswith="审计记录与检查点不符"
    ).exists()


def test_all_deleted(log):
    log.cut(0)
    assert "全部 400 条记录被删" in log.words()
    log.start()
    assert "全部 400 条记录被删" in log.words()


def test_some_deleted_in_the_middle(log):
    with log.unguarded():
        log.sql(f"DELETE FROM {TABLE} WHERE id BETWEEN 90 AND 99")
    assert log.words() == f"第 90 号到第 99 号共 10 条被删（第 2 个检查点（{when(2)}）记到第 200 号）。"


def when(sequence):
    (line,) = checkpoints.find(sequence)
    return evidence.moment(line.at)


def test_chain_rewritten_with_every_digest_made_anew(log):
    log.rewrite(50)
    assert "整条链被重写（第 2 个检查点" in log.words()
    assert log.kinds() == ["rewritten"]


def test_chain_rewritten_from_somewhere(log):
    log.rewrite(300)
    assert "第 201 号到第 400 号之间起的记录被重写" in log.words()


def test_the_newest_entries_cut_before_any_checkpoint_knew_them(log):
    with log.unguarded():
        log.sql(f"DELETE FROM {TABLE} WHERE id > 401")
    if connection.vendor == "sqlite":
        assert "第 402 号到第 403 号共 2 条被删（数据库给过的最大编号是 403）" in log.words()
    else:
        # at most this much can be lost unseen: EVERY - 1 entries, SECONDS seconds
        assert log.kinds() == []


def test_one_entry_edited(log):
    with log.unguarded():
        log.sql(f"UPDATE {TABLE} SET note = 'x' WHERE id = 120")
    assert log.words().startswith("第 120 号内容被改") and log.kinds() == ["edited"]


def test_one_entry_edited_with_its_digest(log):
    with log.unguarded():
        entry = AuditEntry.objects.get(pk=120)
        entry.note = "x"
        entry.hash = entry_digest(entry.previous_hash, entry)
        entry.save()
    assert log.words() == "第 120 号被改写：第 121 号记着的前一条摘要与它不符。"


def test_triggers_dropped(log):
    audit_guard.remove(connection)
    first = "audit_no_update" if connection.vendor == "sqlite" else "audit_append_only"
    assert audit_anchor.problems()[0] == f"审计触发器 {first} 缺失"
    assert f"审计触发器不对：{first} 缺失" in log.words()
    assert audit_guard.check(connection) == [], "put back"
    entry = AuditEntry.objects.get(action="审计触发器被移除")
    assert "缺失" in entry.note
    verdict = audit.verify()
    assert verdict.state == audit.State.INTACT and f"第 {entry.pk} 号记着" in verdict.remarks[0]


def test_triggers_dropped_while_the_platform_was_down(log):
    audit_guard.remove(connection)
    log.start()
    assert log.kinds() == ["triggers"], "the first verification of the process that found it says so"
    assert Notice.objects.filter(title__startswith="审计触发器被移除").count() == 1
    assert log.kinds() == []


def test_a_trigger_that_does_nothing(log):
    if connection.vendor == "sqlite":
        log.sql("DROP TRIGGER audit_no_delete")
        log.sql(f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT 1; END")
    else:
        log.sql(f"ALTER TABLE {TABLE} DISABLE TRIGGER audit_append_only")
    assert "被改" in log.words()
    assert audit_guard.check(connection) == []


def test_a_foreign_trigger_is_told_and_left(log):
    if connection.vendor == "sqlite":
        log.sql(f"CREATE TRIGGER swallow BEFORE INSERT ON {TABLE} BEGIN SELECT RAISE(IGNORE); END")
    else:
        log.sql(
            f"CREATE TRIGGER swallow BEFORE INSERT ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
    assert audit_guard.check(connection) == ["多出 swallow"]
    log.sql("DROP TRIGGER swallow" + ("" if connection.vendor == "sqlite" else f" ON {TABLE}"))


def row_like_the_last(**changes):
    columns = [field.column for field in AuditEntry._meta.concrete_fields]
    row = dict(zip(columns, AuditEntry.objects.order_by("-id").values_list(*columns)[0], strict=True))
    row |= {"note": "换过", "changes": "{}", "at": "2026-11-30 10:00:00+00:00", **changes}
    marks = ",".join(["%s"] * len(columns))
    return f"{TABLE} ({','.join(columns)}) VALUES ({marks})", list(row.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 403, "hash": "f" * 64},  # the same number: REPLACE would take the old row away
        {"id": 120, "hash": "f" * 64},
        {"id": 405, "hash": "f" * 64},  # a number left out
        {"id": 404},  # the digest of a row that stands there: REPLACE would take that row away
        {"id": 404, "hash": "f" * 64, "previous_hash": "e" * 64},  # hung on nothing
    ],
)
def test_nothing_but_the_next_entry_is_taken(log, changes):
    last = AuditEntry.objects.get(pk=403)
    into, values = row_like_the_last(**{"previous_hash": last.hash, **changes})
    verbs = ("INSERT OR REPLACE INTO", "REPLACE INTO", "INSERT INTO")
    for verb in verbs if connection.vendor == "sqlite" else verbs[-1:]:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            log.sql(f"{verb} {into}", values)
    assert AuditEntry.objects.count() == 403


def test_the_table_cannot_be_emptied(log):
    texts = [f"DELETE FROM {TABLE}", f"UPDATE {TABLE} SET note = ''", f"UPDATE {TABLE} SET id = id + 1000"]
    if connection.vendor == "postgresql":
        texts += [f"TRUNCATE {TABLE}", f"TRUNCATE {TABLE} CASCADE"]
    for text in texts:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            log.sql(text)


def test_checkpoint_file_truncated(log):
    # the database learns of a line with the next entries
    whole = log.file.read_bytes()
    assert notes.read().sequence == 3
    log.file.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))
    assert "检查点文件被截断：数据库记得第 3 个检查点" in log.words()
    log.start()
    assert "检查点文件曾被截断或移除：原有第 3 个检查点" in log.words(), "also after the file went on"
    assert AuditEntry.objects.filter(action="检查点文件被动过").count() == 1
    log.start()
    log.write(60)
    assert log.kinds() == ["file"]
    log.cut(399)
    assert "cut" in log.kinds(), "the lost line, kept in the database, still vouches"


def test_checkpoint_file_truncated_under_the_running_process(log):
    Setting.objects.all().delete()
    log.file.write_bytes(b"".join(log.file.read_bytes().splitlines(keepends=True)[:2]))
    log.write(60)
    assert log.kinds() == ["file"] and "原有第 3 个检查点" in log.words()


def test_checkpoint_file_removed(log):
    log.file.unlink()
    assert "被移除或清空：数据库记得第 3 个检查点" in log.words()
    log.start()
    assert log.kinds() == ["file"]


def test_checkpoint_file_and_the_databases_memory_removed(log):
    log.file.unlink()
    Setting.objects.all().delete()
    assert "数据库里也没有它的记录" in log.words()
    log.start()
    verdict = audit.verify()
    assert verdict.state == audit.State.INTACT, "only a copy elsewhere sees both gone"
    assert "此前 403 条只有哈希链可以核对" in verdict.remarks[0]


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (b'"number":400', b'"number":103', {"signature"}),
        (b'"count":200', b'"count":100', {"signature", "file"}),
        (b'{"at"', b'{"at', {"file"}),
    ],
)
def test_checkpoint_file_edited(log, old, new, kinds):
    log.file.write_bytes(log.file.read_bytes().replace(old, new, 1))
    assert kinds <= set(log.kinds())


def test_key_removed(log):
    log.key.unlink()
    assert log.kinds() == ["key"] and "审计密钥" in log.words()
    log.start()
    assert log.kinds() == ["key"] and AuditEntry.objects.get(pk=404).action == "审计密钥不符"
    assert not log.key.exists(), "no new key is made by itself"
    audit_anchor.new_key("张三")
    verdict = audit.verify()
    assert verdict.state == audit.State.RESTORED and "由张三更换审计密钥" in verdict.explained[0]


def test_key_replaced_signs_nothing(log):
    log.key.unlink()
    keys.create()
    lines = log.file.read_bytes()
    log.write(60)
    log.start()
    assert log.file.read_bytes() == lines
    assert log.kinds() == ["key"] and "审计密钥被更换" in log.words()


def test_file_signed_anew_with_another_key(log):
    heads = [checkpoints.parse(line) for line in checkpoints.read_all()]
    log.file.unlink()
    log.key.unlink()
    keys.create()
    log.rewrite(50)
    digests = dict(AuditEntry.objects.values_list("id", "hash"))
    with checkpoints.locked() as file:
        for old in heads:
            digest = digests.get(old.number, audit.GENESIS)
            checkpoints.add(file, "begin", checkpoints.Head(old.number, old.count, digest))
    assert "检查点文件被换过：其中第 3 个不是数据库记得的那个" in log.words()


def test_the_copy_sees_what_was_cut_everywhere(log, tmp_path, settings):
    settings.LIANSHU_AUDIT_COPY = str(tmp_path / "elsewhere.jsonl")
    log.write(60)
    copy = tmp_path / "elsewhere.jsonl"
    assert copy.read_bytes() == log.file.read_bytes(), "a copy that missed lines is brought up"
    assert log.kinds(against=copy) == []
    # entries, file and memory cut back to the same point
    log.cut(400)
    log.file.write_bytes(b"".join(log.file.read_bytes().splitlines(keepends=True)[:3]))
    Setting.objects.all().delete()
    notes.store(checkpoints.last())
    assert log.kinds() == []
    words = log.words(against=copy)
    assert "副本里的第 4 个到第 4 个检查点，本机文件里没有" in words
    assert "第 401 号到第 450 号共 50 条被删" in words


def test_the_copy_may_be_a_syslog_of_another_machine(log, tmp_path, settings):
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        settings.LIANSHU_AUDIT_SYSLOG = f"127.0.0.1:{receiver.getsockname()[1]}"
        log.write(60)
        message = receiver.recv(4096)
    assert message.startswith(b"<85>lianshu-audit: {")
    copy = tmp_path / "syslog"
    first = log.file.read_bytes().splitlines()[0]
    copy.write_bytes(
        first + b"\nNov 30 10:00:00 county sshd: {}\n" + (b"Nov 30 county " + message[4:] + b"\n") * 2
    )
    assert log.kinds(against=copy) == []
    log.rewrite(50)
    assert "rewritten" in log.kinds(against=copy)


def test_a_copy_that_cannot_be_written_stops_nothing(log, settings, caplog):
    settings.LIANSHU_AUDIT_COPY = str(log.home / "no-such-folder" / "x")
    settings.LIANSHU_AUDIT_SYSLOG = "/no/such/socket"
    log.write(60)
    assert caplog.text.count("was not copied") == caplog.text.count("was not sent to syslog") == 1
    assert log.kinds() == []


def test_a_copy_that_hangs_holds_nobody_up(log, settings, caplog, monkeypatch):
    free = threading.Event()
    monkeypatch.setattr(copies, "WAIT", 0.01)
    monkeypatch.setattr(copies, "_append", lambda *_: free.wait(60))
    settings.LIANSHU_AUDIT_COPY = "hangs"
    log.write(100)
    assert "still hangs" in caplog.text
    free.set()
    copies._sending.join(60)
    assert log.kinds() == []


def test_nobody_else_may_read_the_key(log):
    assert log.key.stat().st_mode & 0o777 == 0o600
    assert log.file.stat().st_mode & 0o777 == 0o600
    os.chmod(log.key, 0o644)  # noqa: PTH101
    assert "仅属主可读" in audit_anchor.problems()[0]
