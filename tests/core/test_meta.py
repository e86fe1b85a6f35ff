"""What must exist beside the code: a test class per ledger."""

import ast

from tests.conftest import ROOT

from lianshu.core.ledger import ledgers


def ledgers_with_tests() -> set[str]:
    """Names of ledger classes that some LedgerCases subclass names as its ``ledger``."""
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            if not any(
                getattr(base, "id", getattr(base, "attr", "")) == "LedgerCases" for base in node.bases
            ):
                continue
            for part in node.body:
                if isinstance(part, ast.Assign) and part.targets[0].id == "ledger":
                    found.add(getattr(part.value, "id", getattr(part.value, "attr", "")))
    return found


def test_every_ledger_inherits_the_tests():
    missing = {type(ledger).__name__ for ledger in ledgers()} - ledgers_with_tests()
    assert not missing, f"write a LedgerCases subclass for {sorted(missing)} (docs/adding-a-ledger.md)"


def test_every_ledger_stands_on_solid_ground():
    for ledger in ledgers():
        slug = ledger.slug
        for column in ledger.columns:
            assert column.value or column.render or ledger.field(column.name), f"{slug}: {column.name}"
            assert not column.importable or ledger.field(column.name), f"{slug}: {column.name} is no field"
        for name in (*ledger.form_fields, *(path.lstrip("-") for path in ledger.order), *ledger.search):
            assert name == "pk" or ledger.field(name), f"{slug}: {name}"
        for name in ledger.key:
            assert ledger.by_name[name].importable, f"{slug}: key {name} must be importable"
        assert ledger.model._meta.verbose_name != ledger.model._meta.model_name, f"{slug}: no Chinese name"
