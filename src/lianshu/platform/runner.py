"""`python -m lianshu.platform.runner`: the process that runs the jobs, a part of `serve` or what `work` becomes.

It forks, so it loads only what the jobs need, and no numeric library may keep threads in it.
"""

from __future__ import annotations

import os
import signal
import sys

from lianshu.core.processes import die_with_parent


def main() -> int:
    """Run jobs until SIGTERM or SIGINT."""
    part_of = os.environ.get("LIANSHU_MAIN")
    if part_of:
        die_with_parent(int(part_of))
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: asked.append(number))
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from . import running

    running.ready()
    from lianshu.core import jobs

    done = jobs.work(lambda: bool(asked))
    if not part_of:
        print(f"共执行 {done} 个任务。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
