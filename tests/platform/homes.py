"""Data folders for tests that run the real commands."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
from pathlib import Path

STORED = Path(__file__).parent / "stored"


def lianshu(home: Path, *args: str, **kwargs) -> subprocess.CompletedProcess:
    """Run one command on a data folder."""
    return python(home, "-m", "lianshu.cli", *args, **kwargs)


def python(home: Path, *args: str, **kwargs) -> subprocess.CompletedProcess:
    environment = {**os.environ, "LIANSHU_HOME": str(home)}
    for name in ("LIANSHU_DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, *args],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **kwargs,
    )


def counts(home: Path) -> dict:
    return json.loads(lianshu(home, "status", "--json").stdout)


def stored_archive(version: str, target: Path) -> Path:
    """The archive of a landed version as that version wrote it."""
    target.write_bytes(gzip.compress(lzma.decompress((STORED / f"{version}.tar.xz").read_bytes()), 1))
    return target


def stored_home(version: str, home: Path) -> Path:
    """A data folder of a landed version."""
    data = lzma.decompress((STORED / f"{version}.tar.xz").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        tar.extractall(home, filter="data")
    (home / "manifest.json").unlink()
    return home


#: runs several commands one after the other in one process and prints [status, stdout, stderr] of each as JSON
SEVERAL = """
import contextlib, io, json, sys, traceback
from lianshu import cli
answers = []
for args in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.main(args)
        except SystemExit as error:
            status = error.code
        except Exception:
            status = -1
            traceback.print_exc()
    answers.append([status, out.getvalue(), err.getvalue()])
print(json.dumps(answers))
"""


def several(home: Path, commands: list[list[str]]) -> list[list]:
    run = python(home, "-c", SEVERAL, json.dumps(commands))
    return json.loads(run.stdout.splitlines()[-1])
