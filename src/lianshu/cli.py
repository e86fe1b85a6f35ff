"""The `lianshu` command: one parser, one sub-command module per room.

Each sub-command module offers ``register(subparsers)`` which adds its parser and sets ``func`` to a
callable ``(args) -> int`` giving the exit status. Heavy imports stay inside those callables, so that
``lianshu --help`` answers at once.
"""

from __future__ import annotations

import argparse
import importlib
import sys

COMMANDS = (
    "lianshu.policy.command",
    "lianshu.network.command",
    "lianshu.platform.command",
    "lianshu.platform.command_certificate",
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every room's sub-commands registered."""
    parser = argparse.ArgumentParser(prog="lianshu", description="链枢：方案文件读成一套运转的链长制系统")
    subparsers = parser.add_subparsers(dest="command", metavar="命令", required=True)
    for name in COMMANDS:
        importlib.import_module(name).register(subparsers)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one sub-command and return its exit status (0 done, 2 unusable input or an unusable installation)."""
    try:
        args = build_parser().parse_args(argv)
        return int(args.func(args) or 0)
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)
        return 130
    except Exception as error:
        from lianshu.core.failures import sentence_of

        sentence = sentence_of(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
