"""Backups and restores as an operator runs them: nothing lost, nothing said that is not so."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.platform.homes import lianshu, python, stored_archive, stored_home

PASSPHRASE = "青澜县的备份口令2026"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A data folder at today's version that grew from the last landed one."""
    place = stored_home("second", tmp_path_factory.mktemp("grown") / "home")
    assert lianshu(place, "verify-audit").returncode == 0
    return place


@pytest.fixture(scope="module")
def archive(home, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("archives") / "backup.tar.gz"
    run = lianshu(home, "backup", str(target))
    assert run.returncode == 0, run.stderr
    return target


@pytest.fixture
def copy(home, tmp_path) -> Path:
    return Path(shutil.copytree(home, tmp_path / "copy"))


def bench(name: str):
    spec = importlib.util.spec_from_file_location(f"attack_{name}", ROOT / "bench/attack" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def damage(database: Path) -> None:
    """Overwrite pages in the middle of a database file."""
    size = database.stat().st_size
    with database.open("r+b") as stream:
        stream.seek(size // 2 // 4096 * 4096)
        stream.write(b"\x5a" * 40 * 4096)


def rows(home: Path, query: str) -> list[tuple]:
    connection = sqlite3.connect(home / "lianshu.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def go_on(home: Path) -> None:
    """The installation works on after its backup: old and new data can be told apart."""
    connection = sqlite3.connect(home / "lianshu.sqlite3")
    connection.execute("INSERT INTO core_setting (key, value) VALUES ('after', '1')")
    connection.commit()
    connection.close()


def went_on(home: Path) -> bool:
    return rows(home, "SELECT count(*) FROM core_setting WHERE key = 'after'") == [(1,)]


# --- a backup


def test_a_backup_says_what_it_holds_and_is_its_owners_alone(home, archive):
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        manifest = json.loads(tar.extractfile("manifest.json").read())
    assert names[0] == "manifest.json" and {"lianshu.sqlite3", "secret.key"} <= set(names)
    assert {one["name"] for one in manifest["members"]} == set(names) - {"manifest.json"}
    assert all(len(one["sm3"]) == 64 for one in manifest["members"])
    assert manifest["counts"]["tasks_task"] == 49
    assert archive.stat().st_mode & 0o077 == 0


def test_a_backup_of_a_damaged_database_is_no_success(copy, tmp_path):
    damage(copy / "lianshu.sqlite3")
    target = tmp_path / "bad.tar.gz"
    target.write_bytes(b"the backup of yesterday")
    run = lianshu(copy, "backup", str(target))
    assert run.returncode == 2 and "已损坏" in run.stderr and "Traceback" not in run.stderr
    assert target.read_bytes() == b"the backup of yesterday"
    assert not list(copy.glob("backing-*")) and not list(tmp_path.glob("*.partial"))


def test_a_backup_is_noted_with_its_time(home, archive):
    noted = json.loads((home / "backup-log.json").read_text("utf-8"))[-1]
    assert noted["file"] == str(archive) and noted["size"] == archive.stat().st_size


def test_a_sound_archive_verifies_and_a_changed_one_does_not(home, archive, tmp_path):
    run = lianshu(home, "verify-backup", str(archive))
    assert run.returncode == 0 and "完整，可以恢复" in run.stdout and "版本 0.1.0" in run.stdout
    changed = bench("archives").changed_file(archive, tmp_path / "changed.tar.gz")
    run = lianshu(home, "verify-backup", str(changed))
    assert run.returncode == 2 and "不符" in run.stderr


def test_files_that_come_and_go_meanwhile_do_not_break_a_backup(copy, tmp_path, monkeypatch):
    from lianshu.platform import backup

    monkeypatch.setenv("LIANSHU_HOME", str(copy))
    monkeypatch.delenv("LIANSHU_DATABASE_URL", raising=False)
    victim = next(path for path in (copy / "files").rglob("*") if path.is_file())
    inspect = backup.inspect

    def meanwhile(database):
        # the row still named it when the database was copied
        victim.unlink()
        (copy / "files" / "later.txt").write_text("x")
        return inspect(database)

    monkeypatch.setattr(backup, "inspect", meanwhile)
    written = backup.write(tmp_path / "b.tar.gz")
    assert str(victim.relative_to(copy)) in written.manifest.members
    assert "files/later.txt" not in written.manifest.members


# --- sealed


@pytest.fixture(scope="module")
def sealed(tmp_path_factory) -> tuple[Path, Path]:
    """(plain file, the same sealed): every opening of a passphrase costs a second, by design."""
    from lianshu.platform import sealing

    place = tmp_path_factory.mktemp("sealed")
    (place / "plain").write_bytes(os.urandom(300_000))
    sealing.seal(place / "plain", place / "sealed", PASSPHRASE)
    return place / "plain", place / "sealed"


def test_a_sealed_backup_is_restored_with_its_passphrase(home, tmp_path):
    secret, target = tmp_path / "secret", tmp_path / "sealed"
    secret.write_text(PASSPHRASE + "\n", "utf-8")
    assert lianshu(home, "backup", str(target), "--passphrase-file", str(secret)).returncode == 0
    assert b"SQLite format" not in target.read_bytes() and b"manifest" not in target.read_bytes()
    fresh = tmp_path / "fresh"
    run = lianshu(fresh, "restore", str(target), "--passphrase-file", str(secret))
    assert run.returncode == 0, run.stderr
    assert rows(fresh, "SELECT count(*) FROM tasks_task") == [(49,)]


def test_a_sealed_backup_is_two_standard_age_files_in_a_tar(sealed):
    import pyrage

    with tarfile.open(sealed[1]) as tar:
        assert tar.getnames() == ["key.age", "archive.age"]
        key, body = (tar.extractfile(name).read() for name in tar.getnames())
    assert key.startswith(b"age-encryption.org/v1\n-> scrypt")
    assert body.startswith(b"age-encryption.org/v1\n-> X25519")
    identity = pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(key, PASSPHRASE).decode())
    assert pyrage.decrypt(body, [identity]) == sealed[0].read_bytes()


def test_a_missing_wrong_or_short_passphrase_is_told(sealed, tmp_path):
    from lianshu.platform import backup, sealing

    with (
        pytest.raises(backup.BackupError, match="--passphrase-file"),
        backup.opened(sealed[1], tmp_path, None),
    ):
        pass
    with pytest.raises(backup.BackupError, match="口令不对"):
        sealing.unseal(sealed[1], tmp_path / "out", PASSPHRASE + "!")
    with pytest.raises(backup.BackupError, match="至少"):
        sealing.checked("123456\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [200_000, 800])
def test_a_cut_sealed_file_is_refused(sealed, tmp_path, cut):
    from lianshu.platform import sealing
    from lianshu.platform.archive import BackupError

    (tmp_path / "short").write_bytes(sealed[1].read_bytes()[:cut])
    with pytest.raises(BackupError, match="不完整|损坏"):
        sealing.unseal(tmp_path / "short", tmp_path / "out", PASSPHRASE)


# --- a restore


def test_a_restore_says_exactly_what_was_restored_keeps_the_old_and_is_on_record(copy, archive):
    go_on(copy)
    run = lianshu(copy, "restore", str(archive), "--force")
    assert run.returncode == 0, run.stderr
    for words in ("backup.tar.gz", "版本 0.1.0", "账号 20", "任务 49", "附件 3", "before-restore-"):
        assert words in run.stdout
    (kept,) = copy.glob("before-restore-*")
    assert went_on(kept) and not went_on(copy)
    assert not list(copy.glob("restore-*"))
    run = lianshu(copy, "verify-audit")
    assert run.returncode == 0 and "已从备份恢复" in run.stdout
    assert rows(copy, "SELECT count(*) FROM core_auditentry WHERE action = '从备份恢复'") == [(1,)]


def test_a_restore_beside_a_user_of_the_data_is_refused(copy, archive, tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import sys, time, pathlib; from lianshu.platform import home_lock;"
         "home_lock.hold(pathlib.Path(sys.argv[1])); print('held', flush=True); time.sleep(60)", str(copy)],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == b"held\n"
        run = lianshu(copy, "restore", str(archive), "--force")
        assert run.returncode == 2 and "正在使用" in run.stderr and "先停止" in run.stderr
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert not list(copy.glob("before-restore-*"))
    # a killed holder leaves nothing behind
    from lianshu.platform import home_lock

    assert not home_lock.held(copy)


def test_a_program_that_knows_no_lock_is_noticed_too(copy):
    from lianshu.platform import restoring
    from lianshu.platform.archive import BackupError

    connection = sqlite3.connect(copy / "lianshu.sqlite3")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("SELECT count(*) FROM organisation_user").fetchone()
    try:
        with pytest.raises(BackupError, match="正在使用"):
            restoring._nobody_else(copy / "lianshu.sqlite3")
    finally:
        connection.close()
    restoring._nobody_else(copy / "lianshu.sqlite3")


def test_a_damaged_installation_without_key_is_restored(copy, archive):
    damage(copy / "lianshu.sqlite3")
    (copy / "secret.key").unlink()
    run = lianshu(copy, "restore", str(archive), "--force")
    assert run.returncode == 0, run.stderr
    assert rows(copy, "SELECT count(*) FROM tasks_task") == [(49,)]
    assert len((copy / "secret.key").read_text()) > 60


def test_an_archive_of_a_landed_version_is_restored(tmp_path):
    archive = stored_archive("first", tmp_path / "old.tar.gz")
    run = lianshu(tmp_path / "home", "restore", str(archive))
    assert run.returncode == 0, run.stderr
    assert "2026年12月1日 06:2" in run.stdout, (
        "the time of the office, also where the first format did not say"
    )
    assert "账号 20、方案 3、产业链 9、任务 49、观测值 488" in run.stdout


# --- killed at any moment


class Killed(BaseException):
    """Stands for kill -9: nothing runs after it."""


def broken_off(monkeypatch, after: int):
    """Let the process die at rename number ``after``; returns the renames counted so far."""
    done: list[Path] = []
    replace = Path.replace

    def dying(self, target):
        if len(done) == after:
            raise Killed
        done.append(self)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dying)
    return done


def exchange_of(base: Path, place: Path):
    """A small data folder with a staged archive, ready to be exchanged: (folder, journal)."""
    from lianshu.platform import restoring

    home = place
    for folder, words in ((home, "old"), (home / "restore-x/content", "new")):
        (folder / "files").mkdir(parents=True)
        (folder / "files/a.txt").write_text(words)
        (folder / "lianshu.sqlite3").write_text(words)
        (folder / "secret.key").write_text(words)
    (home / "lianshu.sqlite3-wal").write_text("old")
    (home / "before-restore-x").mkdir()
    had = ["lianshu.sqlite3", "lianshu.sqlite3-wal", "files", "secret.key"]
    return home, restoring._Journal(
        "exchanging",
        "restore-x/content",
        "before-restore-x",
        had,
        "a.tar.gz",
        "0" * 64,
        "2026-12-01T08:00:00+08:00",
    )


def content(home: Path) -> dict[str, str]:
    names = ("lianshu.sqlite3", "lianshu.sqlite3-wal", "secret.key", "files/a.txt")
    return {name: (home / name).read_text() for name in names if (home / name).exists()}


OLD = {"lianshu.sqlite3": "old", "lianshu.sqlite3-wal": "old", "secret.key": "old", "files/a.txt": "old"}
NEW = {"lianshu.sqlite3": "new", "secret.key": "new", "files/a.txt": "new"}


def test_a_restore_killed_at_any_step_leaves_the_old_or_the_new_whole(tmp_path, monkeypatch):
    from lianshu.platform import restoring

    seen = []
    for step in range(20):
        home, journal = exchange_of(tmp_path, tmp_path / f"home{step}")
        with monkeypatch.context() as patch:
            broken_off(patch, step)
            try:
                restoring._exchange(home, journal)
            except Killed:
                pass
            else:
                break
        restoring.settle(home)
        seen.append(content(home))
        if seen[-1] == OLD:
            assert not (home / "restore-journal.json").exists()
    assert step >= 9, "every rename was tried"
    assert all(one in (OLD, NEW) for one in seen)
    assert seen[-1] == OLD and content(home) == NEW


def test_undoing_may_itself_be_killed(tmp_path, monkeypatch):
    from lianshu.platform import restoring

    for step in range(20):
        home, journal = exchange_of(tmp_path, tmp_path / f"home{step}")
        with monkeypatch.context() as patch:
            broken_off(patch, 8)
            with pytest.raises(Killed):
                restoring._exchange(home, journal)
        with monkeypatch.context() as patch:
            done = broken_off(patch, step)
            try:
                restoring.settle(home)
            except Killed:
                pass
            else:
                break
        restoring.settle(home)
        assert content(home) == OLD
    assert step >= 6 and len(done) == step
    assert content(home) == OLD


def test_a_restore_killed_after_the_exchange_is_finished_by_the_next_command(copy, archive):
    script = (
        "import os, sys; from lianshu.platform import restoring;"
        "restoring.complete = lambda home: os._exit(137);"
        "from lianshu import cli; cli.main(sys.argv[1:])"
    )
    go_on(copy)
    assert python(copy, "-c", script, "restore", str(archive), "--force").returncode == 137
    assert (copy / "restore-journal.json").exists()
    run = lianshu(copy, "verify-audit")
    assert run.returncode == 0 and "已从备份恢复" in run.stdout
    assert not (copy / "restore-journal.json").exists() and not list(copy.glob("restore-*"))
    assert not went_on(copy)


def test_a_step_that_fails_brings_the_old_data_back(copy, archive):
    go_on(copy)
    script = (
        "import sys; from lianshu.platform import running\n"
        "def fails(**kwargs): raise OSError(28, 'No space left on device')\n"
        "running.prepare = fails\n"
        "from lianshu import cli; sys.exit(cli.main(sys.argv[1:]))"
    )
    run = python(copy, "-c", script, "restore", str(archive), "--force")
    assert run.returncode == 2 and "数据没有改动" in run.stderr and "磁盘已满" in run.stderr
    assert went_on(copy)
    assert not list(copy.glob("before-restore-*")) and not list(copy.glob("restore-*"))


def test_too_little_room_is_told_before_anything_is_done(home, archive, monkeypatch):
    from lianshu.platform import backup

    monkeypatch.setattr(
        backup.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 1000)
    )
    with pytest.raises(backup.BackupError, match="空间不够"), backup.opened(archive, home, None):
        pass


def test_the_root_certificate_moves_to_a_fresh_machine_and_replaces_none(copy, tmp_path):
    """The browsers that trust an office's certificate go on doing so after a move; another's stays its own."""
    (copy / "tls").mkdir(mode=0o700)
    for name, text in (("ca.crt", "public"), ("ca.key", "secret")):
        (copy / "tls" / name).write_text(text)
    target = tmp_path / "moved.tar.gz"
    assert lianshu(copy, "backup", str(target)).returncode == 0
    fresh = tmp_path / "fresh"
    run = lianshu(fresh, "restore", str(target))
    assert run.returncode == 0, run.stderr
    assert (fresh / "tls/ca.key").read_text() == "secret"
    assert (fresh / "tls/ca.key").stat().st_mode & 0o077 == 0
    (fresh / "tls/ca.crt").write_text("another")
    run = lianshu(fresh, "restore", str(target), "--force")
    assert run.returncode == 0, run.stderr
    assert (fresh / "tls/ca.crt").read_text() == "another"
