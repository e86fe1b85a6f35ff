"""Time and memory of exporting a ledger: where does an export become too long for a request?

    .venv/bin/python bench/export.py [ROWS ...] [--ledger projects|enterprises]

Prints per number of rows and form the seconds (elapsed and of the processor), the size of the file and by how much
the peak of memory grew over the exports so far. Uses a data folder of its own that is deleted at the end.
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


def rows_of(ledger: str, world, first: int, number: int) -> None:
    from lianshu.enterprises.models import Enterprise
    from lianshu.projects.models import Project

    for start in range(first, number, 5000):
        some = range(start, min(start + 5000, number))
        if ledger == "enterprises":
            Enterprise.objects.bulk_create(
                Enterprise(
                    region=world.county, name=f"示例第{one}厂", products="示例产品甲、示例产品乙", state="operating",
                    contact="示例甲", phone=f"0000-{one}",
                )
                for one in some
            )  # fmt: skip
        else:
            Project.objects.bulk_create(
                Project(
                    region=world.county, chain=world.chain, name=f"示例项目{one}", amount=one % 90, stage="signed",
                    lead_unit=world.department, leader="示例甲",
                )
                for one in some
            )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int, nargs="*", default=[1000, 5000, 20_000, 100_000])
    parser.add_argument("--ledger", choices=("enterprises", "projects"), default="enterprises")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["LIANSHU_HOME"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.platform.settings")
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command
        from django.http import QueryDict
        from tests.factories import World

        from lianshu.core.ledger import export, ledger_for
        from lianshu.core.ledger.filters import Listing

        call_command("migrate", verbosity=0)
        world = World.build()
        ledger = ledger_for(args.ledger)
        made = 0
        for number in sorted(args.rows):
            rows_of(args.ledger, world, made, number)
            made = number
            for form in ("csv", "xlsx"):
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                begin, began = time.perf_counter(), time.process_time()
                rows = Listing(ledger, world.owner, QueryDict()).rows(ledger.export_action)
                path = Path(home) / f"out.{form}"
                with path.open("wb") as file:
                    export.write(file, form, ledger, list(ledger.columns), export.streamed(rows))
                elapsed, processor = time.perf_counter() - begin, time.process_time() - began
                grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
                print(
                    f"{args.ledger} {number:8,} rows {form:4} {elapsed:6.1f} s elapsed, {processor:6.1f} s of "
                    f"processor, {path.stat().st_size / 2**20:6.1f} MB, peak grew by {grown:.0f} MB"
                )


if __name__ == "__main__":
    main()
