"""The work of ``lianshu read``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lianshu.policy.intake import expand, load
from lianshu.policy.model import KINDS, UnusableInputError
from lianshu.policy.reader import read


def run(args: argparse.Namespace) -> int:
    """Read every file and write what was asked for; 0 when all were read, 2 when one could not be."""
    status = 0
    for file in expand(args.files):
        try:
            reading = read(load(file))
        except UnusableInputError as error:
            print(error, file=sys.stderr)
            status = 2
            continue
        print(reading.source.name, {kind: len(reading.of(kind)) for kind in KINDS})
        if args.json:
            target = Path(args.json) / (Path(reading.source.name).stem + ".json")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(reading.as_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
    return status
