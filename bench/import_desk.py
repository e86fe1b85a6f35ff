"""Time and memory of the import desk: take a workbook in, check its rows, write them in one transaction.

    .venv/bin/python bench/import_desk.py [ROWS] [--one-by-one]

Prints seconds per step (elapsed and of the processor) and the peak resident size; ``--one-by-one`` writes through the service of single rows
instead of the one for many. Uses a data folder of its own that is deleted at the end.
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


def workbook(path: Path, rows: int, region: str) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["名称", "类别", "地区", "简称", "电话", "产业链"])
    for number in range(rows):
        chain = "电子信息" if number % 3 == 0 else ""
        values = [f"第{number}工作组", "部门", region, f"组{number}", f"0000-{number}", chain]
        sheet.write_row(number + 1, 0, values)
    book.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int, nargs="?", default=50_000)
    parser.add_argument("--one-by-one", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["LIANSHU_HOME"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command
        from tests.core.sample_ledger import SampleLedger
        from tests.factories import World

        from lianshu.core.importing import services
        from lianshu.core.ledger import plain_create_many
        from lianshu.organisation.models import Unit

        call_command("migrate", verbosity=0)
        world = World.build()
        SampleLedger.create_many = None if args.one_by_one else staticmethod(plain_create_many(Unit))
        path = Path(home) / "rows.xlsx"
        workbook(path, args.rows, world.county.name)
        marks = [(time.perf_counter(), time.process_time())]
        run = services.import_start(world.owner, SampleLedger(), data=path.read_bytes(), name=path.name)
        marks.append((time.perf_counter(), time.process_time()))
        services.check(run, world.owner)
        run.refresh_from_db()
        marks.append((time.perf_counter(), time.process_time()))
        written = services.write(run, world.owner)
        marks.append((time.perf_counter(), time.process_time()))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{args.rows:,} rows, {written:,} written, peak {peak:.0f} MB")
        for name, before, after in zip(("take in", "check", "write"), marks, marks[1:], strict=False):
            print(
                f"  {name:8} {after[0] - before[0]:6.1f} s elapsed, {after[1] - before[1]:6.1f} s of processor"
            )


if __name__ == "__main__":
    main()
