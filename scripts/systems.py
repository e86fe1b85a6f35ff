"""`make systems`: run the tests marked ``system`` and print the table of rows against them.

A row is working when at least one test names it and every test that names it passed. Names come from
the shared systems.json where it stands beside the project; without it the table shows the ids alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "build" / "systems.json"
SHARED = ROOT.parent / "shared" / "systems.json"
#: rows of the table, for a copy of the project that stands alone
TOTAL = 221


def main() -> int:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.unlink(missing_ok=True)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--only-systems",
            f"--systems-out={RESULTS}",
            "-p",
            "no:cacheprovider",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if not RESULTS.exists():
        sys.stderr.write(run.stdout[-4000:] + run.stderr[-4000:])
        return 1
    results: dict[str, list[list[str]]] = json.loads(RESULTS.read_text("utf-8"))
    names = {}
    if SHARED.is_file():
        names = {row["id"]: (row["name"], row["core"]) for row in json.loads(SHARED.read_text("utf-8"))}
    keys = sorted(names) or [f"S{number:03d}" for number in range(1, TOTAL + 1)]
    working = 0
    for key in keys:
        tests = results.get(key, [])
        good = bool(tests) and all(outcome == "passed" for _, outcome in tests)
        working += good
        name, core = names.get(key, ("", False))
        state = "working" if good else "FAILING" if tests else "-"
        print(f"{key} {'*' if core else ' '} {state:8} {len(tests):2} tests  {name}")
    print(run.stdout.strip().splitlines()[-1])
    print(f"{working} of {len(keys)} working")
    return 0 if all(outcome == "passed" for tests in results.values() for _, outcome in tests) else 1


if __name__ == "__main__":
    sys.exit(main())
