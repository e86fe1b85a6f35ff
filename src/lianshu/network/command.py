"""`lianshu network …`: one parser, the sub-commands in modules of their own."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from typing import Any

MODULES = (
    "lianshu.network.command_check",
    "lianshu.network.command_measure",
    "lianshu.network.command_leaders",
    "lianshu.network.cascade_command",
    "lianshu.network.simulate_command",
    "lianshu.network.brief_command",
)


def register(subparsers: Any) -> None:
    """Add ``network`` and its sub-commands to the parser."""
    parser = subparsers.add_parser("network", help="供应网络：检查、指标、链主、推演、断点、简报")
    inner = parser.add_subparsers(dest="network_command", metavar="子命令", required=True)
    for name in MODULES:
        importlib.import_module(name).register(inner)
    for sub in inner.choices.values():
        sub.set_defaults(func=_guarded(sub.get_default("func")))


def _guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Print what is wrong with the input and return 2 instead of a traceback."""

    def guarded(args: argparse.Namespace) -> int:
        from lianshu.network.network import NetworkError
        from lianshu.network.tables_problems import InputError

        try:
            return run(args)
        except (InputError, NetworkError) as error:
            print(error, file=sys.stderr)
            return 2

    return guarded
