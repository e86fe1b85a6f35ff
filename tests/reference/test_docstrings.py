"""The examples in the docstrings of the reference room hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import lianshu.reference

MODULES = [module.name for module in pkgutil.iter_modules(lianshu.reference.__path__, "lianshu.reference.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0
    assert module.__doc__
