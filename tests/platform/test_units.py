"""The systemd units of the manual, judged by systemd itself."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess

import pytest
from tests.platform.tls_servers import put_in, snippet


@pytest.fixture
def verify(tmp_path):
    """``verify(**{"name.service": text})``: what systemd says about units whose program and user exist here."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")

    def run(**units: str) -> str:
        for name, text in units.items():
            path = tmp_path / name
            text = re.sub(r"(?<=[=' ])/opt/lianshu/current/bin/lianshu", "/bin/true", text)
            text = re.sub(r"^(User|Group)=lianshu$", rf"\1={getpass.getuser()}", text, flags=re.MULTILINE)
            path.write_text(text, "utf-8")
        command = [program, "verify", "--man=no", *(str(tmp_path / name) for name in units)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr

    return run


def _own(said: str) -> list[str]:
    # other units of the machine may have faults of their own
    return [line for line in said.splitlines() if "lianshu" in line]


def test_the_service_is_accepted_by_systemd(verify):
    assert _own(verify(**{"lianshu.service": snippet("ini")})) == []
    broken = put_in(snippet("ini"), {"ProtectSystem=strict": "ProtectSystem=streng"})
    assert _own(verify(**{"lianshu.service": broken}))


def test_the_nightly_backup_is_accepted_by_systemd(verify):
    units = {"lianshu-backup.service": "systemd-backup", "lianshu-backup.timer": "systemd-timer"}
    assert _own(verify(**{name: snippet(language) for name, language in units.items()})) == []


def test_the_service_leaves_little_open(tmp_path):
    """systemd's own judgement of the hardening: 0 is closed, 10 is open."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    (tmp_path / "lianshu.service").write_text(snippet("ini"), "utf-8")
    command = [program, "security", "--offline=true", "--threshold=30", "--no-pager"]
    said = subprocess.run(
        [*command, str(tmp_path / "lianshu.service")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stdout[-600:] + said.stderr
