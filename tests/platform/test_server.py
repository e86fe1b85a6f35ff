"""The real server as processes: port, SIGTERM, kill -9 of each part, jobs that hold the interpreter."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from bench.attack.serving import Server, environment, free_port, processes_of, until

from lianshu.platform import address

SETTINGS = "tests.platform.trial.settings"

#: makes the database and one signed-in person; prints the session's key and the person's
PREPARE = """
from lianshu.platform import running
running.prepare()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from lianshu.organisation.models import User
user = User.objects.create_user("ren", None, name="某人")
store = SessionStore()
store[SESSION_KEY] = str(user.pk)
store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.create()
print(store.session_key, user.pk)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder with an empty database and a person's session: (folder, session key, person's key)."""
    folder = tmp_path_factory.mktemp("served")
    done = subprocess.run(
        [sys.executable, "-c", PREPARE],
        env=environment(folder, SETTINGS),
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    session, person = done.stdout.split()
    return folder, session, int(person)


@pytest.fixture(scope="module")
def served(home):
    one = Server(home[0], settings=SETTINGS)
    yield one
    one.kill()


@pytest.fixture
def server(served):
    """The running server; a test may leave it in pieces or ended."""
    if not served.running():
        served.start()
    return served


def threads_of(pid):
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())


def refused(home, *args):
    done = subprocess.run(
        [sys.executable, "-m", "lianshu.cli", "serve", *args],
        env=environment(home[0], SETTINGS), capture_output=True, text=True, cwd=home[0], timeout=60,
    )  # fmt: skip
    assert done.returncode == 2, done
    assert not done.stdout, "nothing was announced"
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_in_use_and_a_foreign_address_are_refused_before_anything_starts(home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        other.listen()
        port = other.getsockname()[1]
        sentence = refused(home, "--port", str(port))
        assert f"端口 {port}" in sentence and "--port" in sentence
    sentence = refused(home, "--host", "192.0.2.1", "--port", str(free_port()))
    assert "192.0.2.1" in sentence and "--host" in sentence
    assert "65535" in refused(home, "--port", "70000")


def test_an_address_is_held_by_one_server_only():
    port = free_port()
    with address.take("127.0.0.1", port), pytest.raises(address.AddressError, match="占用"):
        address.take("127.0.0.1", port)
    address.take("127.0.0.1", port).close()


def test_a_part_that_always_ends_is_not_started_for_ever():
    parts = json.dumps([["甲服务", ["false"]], ["乙服务", ["sleep", "600"]]])
    command = [sys.executable, "-m", "lianshu.platform.supervisor", parts]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.count("正在重新启动") == 5 and "已停止全部服务" in done.stderr


def test_limits_of_time_and_memory_end_a_job_with_a_sentence(server):
    kinds = ("trial.long", "trial.memory", "trial.suicide", "trial.crash", "trial.quick")
    keys = {kind: server.ask_for(kind) for kind in kinds}
    found = {kind: server.wait_for(key, "done", "failed", seconds=60) for kind, key in keys.items()}
    assert found["trial.quick"][0] == "done"
    for kind, words in (("long", "时间"), ("memory", "内存"), ("suicide", "两次"), ("crash", "内存")):
        status, error, attempts = found[f"trial.{kind}"]
        assert status == "failed" and words in error and "没有写入任何数据" in error, (kind, error)
    assert found["trial.suicide"][2] == 2


def test_a_killed_part_is_started_anew_and_a_killed_main_process_leaves_nothing(server, home):
    job = server.ask_for("trial.slow")
    server.wait_for(job, "running")
    served, runner = server.parts()
    os.kill(runner, signal.SIGKILL)
    until(lambda: server.parts()[1] not in (None, runner), 30, "another runner")
    until(lambda: server.job(job)[2] == 2, 30, "the job is tried again")
    os.kill(served, signal.SIGKILL)
    until(lambda: server.parts()[0] not in (None, served), 30, "another web server")
    until(server.healthy, 30, "it answers")
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    until(lambda: not processes_of(home[0]), 5, f"nothing left: {processes_of(home[0])}")
    with pytest.raises(ConnectionError):
        server.get("/healthz")
    server.start()
    status, error, attempts = server.wait_for(job, "failed")
    assert attempts == 2 and "两次" in error


def test_jobs_that_hold_the_interpreter_stop_nobody(server, home):
    """One that spins in C code and one that spins with the database's only write lock: pages answer, both
    are stopped on demand at once, and SIGTERM ends everything."""
    _, session, person = home
    first = server.ask_for("trial.regex", person)
    server.wait_for(first, "running")
    assert server.get("/healthz")[0] == 200
    second = server.ask_for("trial.writing", person)
    server.wait_for(second, "running")
    cookie = f"sessionid={session}; csrftoken={'a' * 32}"
    for key in (second, first):
        assert "进行中" in server.ask("GET", "/jobs/", Cookie=cookie)[1]
        form = {"Cookie": cookie, "X-CSRFToken": "a" * 32}
        assert server.ask("POST", f"/jobs/{key}/cancel/", **form)[0] == 302
        status, error, _ = server.wait_for(key, "cancelled", seconds=15)
        assert "已按要求停止" in error
    assert server.rows("SELECT count(*) FROM core_setting WHERE key = 'trial.half'") == [(0,)]
    again, once = server.ask_for("trial.regex"), server.ask_for("trial.once")
    for key in (again, once):
        server.wait_for(key, "running")
    assert threads_of(server.parts()[1]) == 1, "a process that forks has no threads"
    assert server.stop() == 0
    assert server.job(again) == ("waiting", "", 0), "goes on after the next start, not counted as a try"
    status, error, _ = server.job(once)
    assert status == "failed" and "中断" in error and "没有写入" in error
