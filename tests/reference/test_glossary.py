"""The glossary is well formed and the names in its last column exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| 中文"))
]


def test_terms_are_many_complete_and_unique():
    assert len(ROWS) >= 120
    assert all(len(row) == 4 and all(row[:3]) for row in ROWS)
    terms = [row[0] for row in ROWS]
    assert len(terms) == len(set(terms))


@pytest.mark.parametrize("name", sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[3])}))
def test_names_in_code_exist(name):
    path = ROOT / "src" / "lianshu"
    *parents, last = name.split(".")
    inside = path.joinpath(*parents, last)
    if inside.is_dir() or inside.with_suffix(".py").is_file():
        return
    module = path.joinpath(*parents).with_suffix(".py")
    assert module.is_file(), f"docs/glossary.md names {name}, but there is no {module.relative_to(ROOT)}"
    defined = {
        node.name
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    assert last in defined, f"docs/glossary.md names {name}, which {module.relative_to(ROOT)} does not define"
