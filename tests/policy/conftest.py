"""Writers of sample files, the ones that the benches use as well, and the scorer of readings."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def plan_files() -> ModuleType:
    """``bench/plan_files.py``: plans made up from a seed and writers of txt, html, docx and pdf."""
    name = "bench_plan_files"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "bench" / "plan_files.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def scorer(shared: Path) -> ModuleType:
    """The scorer of readings against gold, which lies beside the project; skips where it is absent."""
    spec = importlib.util.spec_from_file_location("gold_scorer", shared / "policies" / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
