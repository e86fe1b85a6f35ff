"""Every form × every role of a county, sent with numbers of the county next door's rows (some minutes).

    python bench/attack/foreign.py

The attack stands in ``tests/security/test_foreign_bodies.py``, which tries the role with most forms at every change.
Prints ``1,300 bodies with foreign rows by 10 roles: 0 reached one``; exit code 1 when one did.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEST = "tests/security/test_foreign_bodies.py"


def main() -> int:
    """Run the attack with all roles; returns the exit code."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-n", "0", "--show-capture=no", TEST],
        cwd=ROOT,
        env={**os.environ, "LIANSHU_ATTACK_ROLES": "all"},
        capture_output=True,
        text=True,
        check=False,
    )
    figures = re.search(r"[\d,]+ bodies with foreign rows by .*", run.stdout)
    if run.returncode:
        print(run.stdout[-20_000:])
    print(figures[0] if figures else "the attack did not come to its end")
    return 0 if figures and run.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
