"""Thousands of odd workbooks and csv files through the import desk's reader, and every bomb at its full size.

    .venv/bin/python bench/attack/imports.py [--count 5000] [--seed 1]

Each file is read in a child process; its processor seconds and peak memory are taken from the system. Prints what was not
handled, took over ten seconds of processor or over a gigabyte, with the number that makes the same file again, and closes
with one line; exit code 1 on any failure.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
SECONDS, MEGABYTES = 10.0, 1024.0
#: files one child reads: what they took together stays far below the bounds of one
_PART = 25


def _read(name: str, data: bytes) -> str:
    from lianshu.core.errors import LianshuError
    from lianshu.core.importing import sheets

    try:
        sheets.read_sheet(data, name, {"名称", "地区"})
    except LianshuError:
        return "refused"
    return "read"


def measured(files: list[tuple[str, str, bytes]], counts: Counter[str], failed: list[str]) -> None:
    """Read files in one child; a child that fails is tried again file by file."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS) * 3, int(SECONDS) * 3))
        code = 1
        try:
            for _, name, data in files:
                os.write(writer, (_read(name, data) + "\n").encode())
            code = 0
        except BaseException as error:
            os.write(writer, f"unhandled {error!r}"[:2000].encode())
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as lines:
        told = lines.read().decode(errors="replace").splitlines()
    _, status, used = os.wait4(child, 0)
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    if len(files) > 1 and (status or seconds > SECONDS or megabytes > MEGABYTES):
        for one in files:
            measured([one], counts, failed)
        return
    counts.update(one for one in told if one in ("read", "refused"))
    label = files[0][0]
    if len(files) == 1 and not label.isdigit():
        print(
            f"  {label:16} {len(files[0][2]) / 1e6:6.1f} MB {seconds:5.1f} s {megabytes:6.0f} MB  {told[-1] if told else status}"
        )
    for kind, bad in (
        ("slow", seconds > SECONDS),
        ("large", megabytes > MEGABYTES),
        ("unhandled", status != 0),
    ):
        if bad:
            counts[kind] += 1
            failed.append(f"{kind}: file {label}, {seconds:.1f} s, {megabytes:.0f} MB, {told[-1:]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    os.environ["LIANSHU_HOME"] = tempfile.mkdtemp(prefix="lianshu-odd-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "lianshu.platform.settings"
    import django

    django.setup()
    from tests.attack.odd_files import bombs, odd_file

    counts: Counter[str] = Counter()
    failed: list[str] = []
    for label, (name, data) in bombs().items():
        measured([(label, name, data)], counts, failed)
    for first in range(0, given.count, _PART):
        numbers = range(first, min(given.count, first + _PART))
        measured([(str(number), *odd_file(given.seed, number)) for number in numbers], counts, failed)
    for one in failed:
        print(one)
    print(f"read {counts['read']:,}, refused {counts['refused']:,}")
    print(
        f"{given.count + len(bombs()):,} files: {counts['unhandled']} unhandled, {counts['slow']} over 10 s, "
        f"{counts['large']} over 1 GB"
    )
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
