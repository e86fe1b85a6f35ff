"""A thousand mixed plans through ``lianshu read``: rate per second, cores used, peak memory flat.

Usage: read_thousand.py [--count N] [--seed N]

Writes N plans made up from a seed (txt in two encodings, html, docx, pdf) into a temporary folder, reads
them in one batch with JSON, workbook and page, and prints the rate, the processor time against the wall
time, and the peak resident memory of the command with its workers after a tenth of the batch and at its
end. Exit status 1 when the memory grows by more than a third or a file could not be read.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import plan_files


def write_plans(folder: Path, count: int, seed: int) -> dict[str, int]:
    """Write the plans; returns how many of each format."""
    writers = (
        ("txt", plan_files.as_txt),
        ("html", plan_files.as_html),
        ("docx", plan_files.as_docx),
        ("pdf", plan_files.as_pdf),
        ("txt", lambda plan: plan_files.as_txt(plan, "gb18030")),
    )
    counts: dict[str, int] = {}
    for number in range(count):
        suffix, write = writers[number % len(writers)]
        plan = plan_files.plan(seed + number)
        (folder / f"plan{number:04d}.{suffix}").write_bytes(write(plan))
        counts[suffix] = counts.get(suffix, 0) + 1
    return counts


def resident(process: int) -> int:
    """Resident memory in bytes of a process and its children, shared pages counted once each."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
            if int(status.parent.name) == process or int(fields[1]) == process:
                smaps = (status.parent / "smaps_rollup").read_text()
                total += int(smaps.split("Pss:")[1].split()[0]) * 1024
        except (OSError, IndexError, ValueError):
            continue
    return total


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name) / "in", Path(name) / "out"
        folder.mkdir()
        counts = write_plans(folder, args.count, args.seed)
        print("plans:", ", ".join(f"{count} {suffix}" for suffix, count in counts.items()))
        command = [sys.executable, "-m", "lianshu.cli", "read", str(folder), "--json", str(out)]
        command += ["--xlsx", str(Path(name) / "all.xlsx"), "--html", str(Path(name) / "all.html")]
        start, before = time.perf_counter(), os.times()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        early = late = 0
        while process.poll() is None:
            done = len(list(out.glob("*.json"))) if out.is_dir() else 0
            now = resident(process.pid)
            if done <= args.count // 10:
                early = max(early, now)
            else:
                late = max(late, now)
            time.sleep(0.5)
        wall, after = time.perf_counter() - start, os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        written = len(list(out.glob("*.json")))
    print(
        f"{written} of {args.count} read in {wall:.1f} s: {written / wall:.1f} plans/s, {cpu / wall:.2f} cores busy"
    )
    print(f"peak memory: {early / 2**20:.0f} MB in the first tenth, {late / 2**20:.0f} MB after it")
    return 0 if process.returncode == 0 and written == args.count and late <= early * 4 / 3 else 1


if __name__ == "__main__":
    sys.exit(main())
