"""Tables that ship inside the package (``lianshu/reference/data``)."""

from __future__ import annotations

import csv
import io
from importlib import resources


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of ``data/<name>.csv`` as dictionaries of text, in the order of the file."""
    path = resources.files("lianshu.reference").joinpath(f"data/{name}.csv")
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
