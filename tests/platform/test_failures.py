"""Full disks, damaged databases, lost keys: a sentence that says what to do, in every command and on every page."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import sqlite3
from pathlib import Path

import pytest
from django.db import utils as django_errors
from tests.conftest import signed_in
from tests.platform.homes import STORED, lianshu, several, stored_home

from lianshu.core.failures import failure_of, sentence_of
from lianshu.platform import home as homes

PLAN = (
    Path(__file__).resolve().parents[2] / "src/lianshu/platform/demo/files/青澜县重点产业链链长制实施方案.txt"
)


def _free_port() -> str:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return str(held.getsockname()[1])


PORT = _free_port()


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> Path:
    return stored_home("second", tmp_path_factory.mktemp("landed") / "home")


@pytest.fixture
def copy(landed, tmp_path) -> Path:
    return Path(shutil.copytree(landed, tmp_path / "copy"))


def every_command(tmp_path: Path) -> list[list[str]]:
    return [
        ["serve", "--port", PORT],
        ["demo", "--port", PORT],
        ["adopt", str(PLAN), "--region", "421222"],
        ["status"],
        ["status", "--json"],
        ["work"],
        ["verify-audit"],
        ["backup", str(tmp_path / "b.tar.gz")],
        ["account", "a", "甲", "system_admin", "--region", "421222"],
        ["password", "xitong"],
    ]


def told(answers: list[list], commands: list[list[str]], word: str) -> list:
    """The commands that did not end with status 2 and the sentence."""
    return [
        (args, status, err[-300:])
        for args, (status, _, err) in zip(commands, answers, strict=True)
        if status != 2 or word not in err or "Traceback" in err
    ]


# --- the database


@pytest.mark.parametrize("kind", ["garbage", "half"])
def test_every_command_tells_of_a_damaged_database(kind, copy, tmp_path):
    database = copy / "lianshu.sqlite3"
    if kind == "garbage":
        database.write_bytes(os.urandom(100_000))
    else:
        database.write_bytes(database.read_bytes()[:300_000])
    before = database.read_bytes()
    commands = every_command(tmp_path) if kind == "garbage" else [["status"], ["verify-audit"]]
    *answers, (status, out, _) = several(copy, [*commands, ["check", "--json"]])
    assert told(answers, commands, "已损坏") == []
    assert database.read_bytes() == before, "what is damaged is not touched"
    assert status == 1
    lights = {line["key"]: line["light"] for line in json.loads(out)["checks"]}
    assert lights["database"] == "red" and lights["key"] == "green"


def test_status_never_prints_zeros_for_what_it_cannot_read(copy):
    (copy / "lianshu.sqlite3").write_bytes(b"\x00" * 5000)
    (status, out, err), (_, plain, _) = several(copy, [["status", "--json"], ["status"]])
    found = json.loads(out)
    assert status == 2
    assert {value for key, value in found.items() if key != "problems"} == {None}
    assert "已损坏" in found["problems"][0]
    assert plain.count("读不出") == 11 and "0" not in plain
    assert "已损坏" in err


def test_a_database_of_a_newer_version_is_told_and_not_touched(copy, tmp_path):
    connection = sqlite3.connect(copy / "lianshu.sqlite3")
    connection.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('tasks', '9999_future', '2030-01-01')"
    )
    connection.commit()
    before = list(connection.iterdump())
    connection.close()
    commands = [args for args in every_command(tmp_path) if args[0] not in ("status", "backup")]
    assert told(several(copy, commands), commands, "数据库比程序新") == []
    connection = sqlite3.connect(copy / "lianshu.sqlite3")
    assert list(connection.iterdump()) == before
    connection.close()


def test_a_server_of_postgresql_that_is_down_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT", "postgres://nobody:wrong@127.0.0.1:9/none")
    code = (
        "import os, sys; os.environ['LIANSHU_DATABASE_URL'] = os.environ['KEPT'];"
        "from lianshu import cli; sys.exit(cli.main(sys.argv[1:]))"
    )
    from tests.platform.homes import python

    for args in (["status"], ["verify-audit"]):
        run = python(tmp_path, "-c", code, *args)
        assert run.returncode == 2 and "连不上数据库服务器" in run.stderr, run.stderr
        assert "Traceback" not in run.stderr and "wrong" not in run.stderr
        assert "0" not in run.stdout


# --- the key and the folder


def test_every_command_refuses_to_make_up_a_new_key_beside_data(copy, tmp_path):
    key = copy / "secret.key"
    key.unlink()
    commands = every_command(tmp_path)
    assert told(several(copy, commands), commands, "secret.key") == []
    assert not key.exists()
    (status, out, _), (renewed, said, _), (again, _, err) = several(
        copy, [["check"], ["new-key"], ["new-key"]]
    )
    assert status == 1 and "密钥" in out
    assert renewed == 0 and "重新登录" in said
    assert again == 2 and "没有更换" in err
    assert len(key.read_text()) > 60


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff\xfe" * 40])
def test_an_empty_or_garbled_key_is_told_and_left(copy, content):
    (copy / "secret.key").write_bytes(content)
    with pytest.raises(homes.HomeError, match="空的或已损坏.*new-key"):
        homes.secret_key(copy)
    assert (copy / "secret.key").read_bytes() == content
    kept = homes.renew_key(copy)
    assert kept.read_bytes() == content and len(homes.secret_key(copy)) > 60


def test_a_new_folder_gets_a_key_of_its_own_and_is_closed(tmp_path):
    place = tmp_path / "new"
    assert lianshu(place, "status").returncode == 0
    assert len((place / "secret.key").read_text()) > 60
    assert homes.open_to_others(place) == []
    assert place.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    run = lianshu(tmp_path / "file", "status")
    assert run.returncode == 2 and "不是文件夹" in run.stderr


def test_rights_are_mended_at_the_start_and_told_before(copy):
    for path, mode in ((copy, 0o755), (copy / "files", 0o755), (copy / "secret.key", 0o644)):
        path.chmod(mode)
    (copy / "mine.txt").write_text("not of the installation")
    (copy / "mine.txt").chmod(0o644)
    found = homes.open_to_others(copy)
    assert found[0] == copy and {copy / "files", copy / "secret.key"} <= set(found)
    assert homes.mend_rights(copy) == []
    assert homes.open_to_others(copy) == []
    assert (copy / "mine.txt").stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_more_than_a_data_folder_is_not_closed(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "secret.key").write_text("k" * 60)
    (shared / "secret.key").chmod(0o644)
    assert homes.mend_rights(shared) == [shared]
    assert shared.stat().st_mode & 0o7777 == 0o1777
    assert (shared / "secret.key").stat().st_mode & 0o777 == 0o600


# --- the translation


def of_sqlite(code: int, words: str = "x", kind: type = sqlite3.OperationalError) -> Exception:
    inner = kind(words)
    inner.sqlite_errorcode = code
    outer = django_errors.OperationalError(words)
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), "磁盘已满"),
        (of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), "不可写"),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), "正被占用"),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), "读写磁盘出错"),
        (of_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), "磁盘已满"),
        (of_sqlite(sqlite3.SQLITE_CORRUPT), "已损坏"),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), "打不开"),
        (of_sqlite(sqlite3.SQLITE_ERROR, "no such table: x"), "缺少表"),
        (OSError(errno.ENOSPC, "full"), "磁盘已满"),
        (OSError(errno.EROFS, "ro"), "不可写"),
        (PermissionError(errno.EACCES, "no"), "没有权限"),
    ],
)  # fmt: skip
def test_each_failure_of_the_machine_has_its_sentence(error, word):
    assert word in sentence_of(error)
    wrapped = RuntimeError("in the middle of work")
    wrapped.__cause__ = error
    assert word in sentence_of(wrapped)


def test_what_is_a_fault_of_the_program_stays_one():
    for error in (
        ValueError("x"),
        KeyError("x"),
        FileNotFoundError(errno.ENOENT, "x"),
        of_sqlite(sqlite3.SQLITE_CONSTRAINT),
    ):
        assert failure_of(error) is None


def test_postgresqls_own_words_are_told_apart():
    import psycopg

    for words, told in (
        ('connection failed: FATAL:  password authentication failed for user "a"', "账号或密码"),
        ('connection failed: FATAL:  database "b" does not exist', "没有 LIANSHU_DATABASE_URL"),
        ("connection failed: Connection refused", "连不上"),
        ("consuming input failed: server closed the connection unexpectedly", "连不上"),
    ):
        assert told in sentence_of(psycopg.OperationalError(words))
    assert "磁盘已满" in sentence_of(psycopg.errors.DiskFull("x"))
    assert sentence_of(psycopg.errors.UniqueViolation("x")) is None


# --- the pages


@pytest.fixture
def failing(world, monkeypatch):
    """A client whose every page meets an error of the machine; ``failing.error`` is that error."""
    client = signed_in(world.owner)
    client.raise_request_exception = False

    def fails(request):
        raise client.error

    monkeypatch.setattr("lianshu.core.idle.IdleMiddleware.process_view", lambda *args: fails(None))
    return client


def test_a_full_disk_is_a_page_that_says_so(failing):
    failing.error = of_sqlite(sqlite3.SQLITE_FULL)
    answer = failing.get("/notices/")
    assert answer.status_code == 503
    assert "磁盘已满，没有保存" in answer.content.decode() and "链枢" in answer.content.decode()
    assert "Retry-After" not in answer


def test_a_locked_database_asks_to_try_again(failing):
    failing.error = of_sqlite(sqlite3.SQLITE_BUSY)
    answer = failing.get("/notices/", headers={"HX-Request": "true"})
    assert answer.status_code == 503 and answer["Retry-After"] == "10"
    assert answer["HX-Retarget"] == "#toasts" and "<html" not in answer.content.decode()
    answer = failing.get("/notices/", headers={"accept": "application/json"})
    assert answer.json()["code"] == "E5003"


def test_an_unreachable_database_needs_no_database_for_its_page(client, monkeypatch, db):
    import psycopg
    from django.contrib.sessions.backends.db import SessionStore

    def down(self):
        raise django_errors.OperationalError("x") from psycopg.OperationalError("connection failed: refused")

    monkeypatch.setattr(SessionStore, "load", down)
    client.cookies["sessionid"] = "x" * 32
    client.raise_request_exception = False
    answer = client.get("/notices/")
    assert answer.status_code == 503 and "连不上数据库" in answer.content.decode()


def test_a_fault_of_the_program_is_still_called_one(failing):
    failing.error = ValueError("a bug")
    answer = failing.get("/notices/")
    assert answer.status_code == 500 and "系统出错" in answer.content.decode()


def test_the_stored_archives_are_there():
    assert sorted(path.name for path in STORED.glob("*.tar.xz")) == ["first.tar.xz", "second.tar.xz"]
