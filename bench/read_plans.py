"""Cost of reading the sample plans, in passes of rjieba over the same text.

Usage: read_plans.py [--rounds N] [--folder DIR] [--limit PASSES]

One round tokenises all texts once with rjieba and reads them all (decode, repair, outline, every
extractor), one after the other in the same process. Both are measured in processor time, because on a
shared machine waiting for a core would fall on one of them. The median of the rounds' ratios counts. Exit
status 1 when it is above the limit of 60 passes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import rjieba

from lianshu.policy.intake import from_bytes
from lianshu.policy.reader import read

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "policies" / "text"
LIMIT = 60.0


def main() -> int:
    """Run the bench and print one line per round and the median."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--limit", type=float, default=LIMIT)
    args = parser.parse_args()
    files = sorted(args.folder.glob("*.txt"))
    if not files:
        print(f"no plans in {args.folder}", file=sys.stderr)
        return 2
    data = [(file.read_bytes(), file.name) for file in files]
    texts = [content.decode("utf-8") for content, _ in data]
    characters = sum(map(len, texts))

    def passes() -> float:
        # Several passes per measurement: one takes only milliseconds.
        start = time.process_time()
        for _ in range(10):
            for text in texts:
                rjieba.cut(text)
        return (time.process_time() - start) / 10

    def reading() -> float:
        start = time.process_time()
        for content, name in data:
            read(from_bytes(content, name))
        return time.process_time() - start

    passes()
    reading()
    ratios = []
    for number in range(args.rounds):
        token, full = passes(), reading()
        ratios.append(full / token)
        print(
            f"round {number + 1}: rjieba {token * 1e3:.2f} ms, reading {full * 1e3:.1f} ms, {ratios[-1]:.1f} passes"
        )
    median = statistics.median(ratios)
    print(
        f"{len(files)} plans, {characters} characters: {median:.1f} passes of rjieba (limit {args.limit:g})"
    )
    return 0 if median <= args.limit else 1


if __name__ == "__main__":
    sys.exit(main())
