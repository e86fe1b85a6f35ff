"""The commands as an operator runs them, each in its own process and data folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FILES = Path(__file__).resolve().parents[2] / "src/lianshu/platform/demo/files"
COUNTY_PLAN = FILES / "青澜县重点产业链链长制实施方案.txt"


def lianshu(home: Path, *args: str, **kwargs) -> subprocess.CompletedProcess:
    environment = {**os.environ, "LIANSHU_HOME": str(home)}
    environment.pop("LIANSHU_DATABASE_URL", None)
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "lianshu.cli", *args], env=environment, capture_output=True, text=True, check=False,
        **kwargs,
    )  # fmt: skip


def counts(home: Path) -> dict[str, int]:
    return json.loads(lianshu(home, "status", "--json").stdout)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A data folder with one adopted plan of a real region's name taken from the command line."""
    home = tmp_path_factory.mktemp("home")
    run = lianshu(home, "adopt", str(COUNTY_PLAN), "--region", "421222")
    assert run.returncode == 0, run.stderr
    return home


def test_status_of_an_empty_home_is_all_zero(tmp_path):
    found = counts(tmp_path)
    assert list(found)[:11] == [
        "regions", "plans", "chains", "targets", "tasks", "duties", "projects", "enterprises", "matters",
        "observations", "users",
    ]  # fmt: skip
    assert set(found.values()) == {0}


def test_adopt_fills_every_ledger(installed):
    found = counts(installed)
    assert found["regions"] == 3, "the county, its city, its province"
    assert found["plans"] == 1
    assert found["chains"] >= 3
    for key in ("targets", "tasks", "duties", "projects", "enterprises"):
        assert found[key] > 0, key


def test_adopting_twice_changes_nothing(installed):
    before = counts(installed)
    run = lianshu(installed, "adopt", str(COUNTY_PLAN), "--region", "421222")
    assert run.returncode == 0
    assert "没有新的内容" in run.stdout
    assert counts(installed) == before


def test_audit_log_verifies(installed):
    run = lianshu(installed, "verify-audit")
    assert run.returncode == 0
    assert "哈希链连续" in run.stdout


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("adopt", "no-such-file.docx"), "找不到文件"),
        (("adopt", str(COUNTY_PLAN), "--region", "000000"), "000000"),
        (("adopt", str(COUNTY_PLAN), "--accept", "7"), "0 到 1"),
        (("restore", "no-such-backup"), "找不到备份文件"),
        (("backup", "no-such-folder/x"), "不存在"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(installed, tmp_path, args, sentence):
    # a restore looks at the home before the archive, so that one needs an empty home
    run = lianshu(tmp_path if args[0] == "restore" else installed, *args, cwd=tmp_path)
    assert run.returncode == 2
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr


def test_backup_and_restore_bring_everything_back(installed, tmp_path):
    archive = tmp_path / "backup.tar.gz"
    assert lianshu(installed, "backup", str(archive)).returncode == 0
    fresh = tmp_path / "fresh"
    assert lianshu(fresh, "restore", str(archive)).returncode == 0
    assert counts(fresh) == counts(installed)
    assert lianshu(fresh, "verify-audit").returncode == 0
    assert (fresh / "secret.key").read_text() == (installed / "secret.key").read_text()


def test_restore_never_overwrites_silently(installed, tmp_path):
    archive = tmp_path / "backup.tar.gz"
    lianshu(installed, "backup", str(archive))
    before = counts(installed)
    run = lianshu(installed, "restore", str(archive))
    assert run.returncode == 2
    assert "--force" in run.stderr
    assert counts(installed) == before


def test_broken_backup_changes_nothing(installed, tmp_path):
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"not an archive")
    fresh = tmp_path / "fresh"
    run = lianshu(fresh, "restore", str(broken))
    assert run.returncode == 2
    assert "不是链枢备份" in run.stderr
    assert set(counts(fresh).values()) == {0}


def test_first_administrator_from_the_command_line(installed):
    run = lianshu(installed, "account", "admin", "管理员", "system_admin", "--region", "421222")
    assert run.returncode == 0
    assert "一次性密码" in run.stdout
    again = lianshu(installed, "account", "admin", "管理员", "system_admin", "--region", "421222")
    assert again.returncode == 2
    assert "已被使用" in again.stderr
    assert counts(installed)["users"] == 1


def test_an_administrator_who_forgot_the_password_gets_a_new_one_on_the_server(installed):
    lianshu(installed, "account", "guard", "安全员", "security_admin", "--region", "421222")
    run = lianshu(installed, "password", "guard")
    assert run.returncode == 0 and "一次性密码" in run.stdout
    unknown = lianshu(installed, "password", "nobody")
    assert unknown.returncode == 2 and "没有登录名" in unknown.stderr
