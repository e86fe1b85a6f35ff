"""A restore that is told, and one that is not."""

from datetime import UTC, datetime

import pytest
from tests.core.audit_cases import database_with

from lianshu.core import audit, audit_anchor
from lianshu.core.audit_anchor import Left
from lianshu.core.models import AuditEntry, Notice

MADE = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def restored(**more):
    return audit_anchor.restored(archive="周五.tar.gz", digest="ab" * 32, made_at=MADE, **more)


def test_a_restore_is_told_by_name_and_numbers(anchored, tmp_path):
    anchored.write(10)
    older = anchored.rows()
    anchored.write(20)
    audit_anchor.flush()
    anchored.write(5)
    anchored.put_back(older)
    kept = tmp_path / "before-restore-20261130-101500"
    database_with(kept, 35)
    assert restored(by="张三", left_in=kept) == Left(11, 35)
    anchored.start()
    verdict = audit.verify()
    assert verdict.state == audit.State.RESTORED and not verdict.findings and verdict.count == 11
    (words,) = verdict.explained
    assert "张三从备份 周五.tar.gz（2026-11-20 10:00 制作" in words
    assert "第 11 号到第 35 号共 25 条留在 before-restore-20261130-101500 里" in words
    entry = AuditEntry.objects.get(pk=11)
    assert (entry.action, entry.actor_name) == ("从备份恢复", "张三") and "第 11 号到第 35 号" in entry.note
    assert Notice.objects.get(user=anchored.world.people["audit_admin"]).title.startswith("从备份恢复")
    anchored.start()
    anchored.write(60)
    assert audit.verify().state == audit.State.RESTORED, "told once, and the log goes on"
    assert AuditEntry.objects.filter(action="从备份恢复").count() == 1


def test_an_older_database_put_in_place_silently_is_told_as_cut(anchored):
    anchored.write(10)
    older = anchored.rows()
    anchored.write(20)
    audit_anchor.flush()
    anchored.put_back(older)
    assert "第 11 号到第 30 号共 20 条被删（第 2 个检查点" in anchored.words()
    anchored.start()
    assert AuditEntry.objects.get(pk=11).action == "审计记录与检查点不符"
    anchored.write(60)
    audit_anchor.flush()
    assert "第 11 号到第 30 号共 20 条被删" in anchored.words(), "growing past the old end hides nothing"


def test_what_is_cut_after_a_restore_is_seen(anchored):
    anchored.write(10)
    older = anchored.rows()
    anchored.write(20)
    anchored.start()
    anchored.put_back(older)
    restored()
    anchored.start()
    anchored.write(4)
    audit_anchor.flush()
    anchored.cut(12)
    assert "第 13 号到第 15 号共 3 条被删" in anchored.words()


def test_going_back_to_the_newer_database_is_a_restore_too(anchored):
    anchored.write(10)
    older = anchored.rows()
    anchored.write(20)
    audit_anchor.flush()
    newer = anchored.rows()
    anchored.put_back(older)
    assert restored() == Left(11, 30)
    anchored.start()
    anchored.put_back(newer)
    assert restored() is None
    anchored.start()
    assert audit.verify().state == audit.State.RESTORED
    assert len(audit.verify().explained) == 2


def test_a_forged_archive_is_not_washed_clean_by_a_restore(anchored):
    anchored.write(30)
    audit_anchor.flush()
    anchored.rewrite(7)
    restored()
    anchored.start()
    assert anchored.kinds() == ["rewritten"]
    assert "恢复所用的备份 周五.tar.gz 从第 1 号起与此前的检查点不符" in anchored.words()


@pytest.mark.parametrize("other_installation_was_there", [False, True])
def test_a_fresh_machine_takes_the_archives_checkpoints_over(
    anchored, tmp_path, settings, other_installation_was_there
):
    anchored.write(30)
    audit_anchor.flush()
    rows, kept = anchored.rows(), tmp_path / "archive-checkpoints.jsonl"
    kept.write_bytes(anchored.file.read_bytes())
    settings.HOME = anchored.home = tmp_path / "fresh"
    settings.HOME.mkdir()
    if other_installation_was_there:
        anchored.cut(0)
        anchored.sql("DELETE FROM core_setting")
        anchored.start()
        anchored.write(3)
        anchored.start()
        anchored.put_back(rows)
    restored(archive_checkpoints=kept)
    anchored.start()
    verdict = audit.verify()
    assert verdict.state == audit.State.RESTORED, verdict.findings
    assert anchored.key.stat().st_mode & 0o777 == 0o600
    aside = list((settings.HOME / "audit").glob("checkpoints-*.jsonl"))
    assert len(aside) == other_installation_was_there
    assert ("另一套系统的" in verdict.explained[0]) == other_installation_was_there
    anchored.rewrite(5)
    assert "rewritten" in anchored.kinds(), "the anchors of the old machine hold"


def test_the_right_database_put_back_after_a_foreign_one_was_started(anchored):
    anchored.write(30)
    anchored.start()
    own = anchored.rows()
    anchored.rewrite(7)
    (memory,) = anchored.memory()
    memory.value["line"] = memory.value["line"].replace('"kind":"start"', '"kind":"other"')
    memory.save()
    anchored.start()
    assert {"file", "rewritten"} <= set(anchored.kinds()), "it remembers a file that is not ours"
    anchored.put_back(own)
    restored()
    anchored.start()
    assert audit.verify().state == audit.State.RESTORED, anchored.words()
    anchored.rewrite(7)
    assert "rewritten" in anchored.kinds(), "what the foreign one did not touch still vouches"
