"""Time, statements and memory of the import desk: take a workbook in, check its rows, write them in one transaction.

    .venv/bin/python bench/import_desk.py [ROWS] [--ledger sample-units|enterprises|projects] [--one-by-one]

Writes the rows as new ones, then sends the same workbook with one column changed, which updates them all. Prints
per step the seconds (elapsed and of the processor) and the database statements, and the peak resident size;
``--one-by-one`` writes through the services of single rows instead of those for many. Uses a data folder of its
own that is deleted at the end.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: ledger → (heads, the values of a row by number and round)
TABLES = {
    "sample-units": (
        ["名称", "类别", "地区", "简称", "电话", "产业链"],
        lambda number, turn, region: [
            f"第{number}工作组", "部门", region, f"组{number}", f"{turn}-{number}", "" if number % 3 else "电子信息",
        ],
    ),
    "enterprises": (
        ["企业名称", "简称", "主要产品", "状态", "联系人", "联系电话", "地区"],
        lambda number, turn, region: [
            f"示例第{number}厂", f"厂{number}", "示例产品", "在营", "示例甲", f"{turn}-{number}", region,
        ],
    ),
    "projects": (
        ["项目名称", "计划投资", "投资单位", "阶段（自报）", "包保领导", "地区"],
        lambda number, turn, region: [f"示例项目{number}", number % 90 + turn, "亿元", "签约", "示例甲", region],
    ),
}  # fmt: skip


def workbook(path: Path, ledger: str, rows: int, turn: int, region: str) -> None:
    import xlsxwriter

    heads, values = TABLES[ledger]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, heads)
    for number in range(rows):
        sheet.write_row(number + 1, 0, values(number, turn, region))
    book.close()


class Marks:
    """Seconds and statements since the mark before, by name."""

    def __init__(self) -> None:
        self.statements = 0
        self._last = (time.perf_counter(), time.process_time(), 0)

    def count(self, execute, *given):
        self.statements += 1
        return execute(*given)

    def mark(self, name: str) -> None:
        now = (time.perf_counter(), time.process_time(), self.statements)
        elapsed, processor, statements = (
            after - before for before, after in zip(self._last, now, strict=True)
        )
        print(
            f"  {name:16} {elapsed:6.1f} s elapsed, {processor:6.1f} s of processor, {statements:8,} statements"
        )
        self._last = now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int, nargs="?", default=50_000)
    parser.add_argument("--ledger", choices=sorted(TABLES), default="sample-units")
    parser.add_argument("--one-by-one", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["LIANSHU_HOME"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection
        from tests.core import sample_ledger  # noqa: F401  (registers the ledger of units)
        from tests.factories import World

        from lianshu.core.importing import services
        from lianshu.core.ledger.declaration import ledger_for

        call_command("migrate", verbosity=0)
        world = World.build()
        ledger = ledger_for(args.ledger)
        if args.one_by_one:
            type(ledger).create_many = type(ledger).update_many = None
        print(f"{args.ledger}, {args.rows:,} rows")
        marks = Marks()
        with connection.execute_wrapper(marks.count):
            for turn, word in enumerate(("new", "update")):
                path = Path(home) / "rows.xlsx"
                workbook(path, args.ledger, args.rows, turn, world.county.name)
                marks.mark(f"{word}: workbook")
                run = services.import_start(world.owner, ledger, data=path.read_bytes(), name=path.name)
                marks.mark(f"{word}: take in")
                services.check(run, world.owner)
                run.refresh_from_db()
                marks.mark(f"{word}: check")
                written = services.write(run, world.owner)
                marks.mark(f"{word}: write")
                if written != args.rows:
                    raise SystemExit(f"{written:,} rows written instead of {args.rows:,}: {run.counts}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
