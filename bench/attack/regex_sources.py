"""Every regular expression of the package, with the place it is written at.

Two ways, because neither sees all. While the whole package is imported and a plan is read, everything that
:mod:`re` compiles for the package is noted, wherever it is kept (globals, tables, closures). And the source is
searched for calls of ``re`` whose pattern can be told from the text: functions that did not run.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _compiler  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

_CALLS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "finditer", "findall"}
#: Modules that act when they are imported.
_ACTING = {"__main__", "wsgi", "asgi", "manage"}


@dataclass(frozen=True, slots=True)
class Expression:
    """A pattern, its flags and the file and line of the package that holds it."""

    pattern: str | bytes
    flags: int
    place: str


def _home() -> Path:
    import lianshu

    return Path(str(lianshu.__file__)).resolve().parent


class Recorder:
    """Notes what :mod:`re` compiles on behalf of the package while the block lasts."""

    def __init__(self) -> None:
        self.found: dict[tuple[str | bytes, int], str] = {}
        self._home = str(_home())
        self._compile = _compiler.compile

    def __enter__(self) -> Recorder:
        re.purge()
        _compiler.compile = self._note
        return self

    def __exit__(self, *_: object) -> None:
        _compiler.compile = self._compile

    def _note(self, pattern: Any, flags: int = 0) -> Any:
        place = self._place(sys._getframe(1))
        if place and isinstance(pattern, str | bytes):
            self.found.setdefault((pattern, int(flags)), place)
        return self._compile(pattern, flags)

    def _place(self, frame: FrameType | None) -> str:
        while frame is not None and Path(frame.f_code.co_filename).parent.name == "re":
            frame = frame.f_back
        # importlib and dataclass machinery between a module and its caller compile nothing of their own
        if frame is None or not frame.f_code.co_filename.startswith(self._home):
            return ""
        return f"{Path(frame.f_code.co_filename).relative_to(self._home)}:{frame.f_lineno}"


def import_all() -> list[str]:
    """Import every module of the package that does not act on import; their names."""
    import django

    import lianshu

    django.setup()
    names = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in pkgutil.walk_packages(lianshu.__path__, "lianshu."):
            if module.name.rpartition(".")[2] not in _ACTING and ".migrations." not in module.name:
                importlib.import_module(module.name)
                names.append(module.name)
    return names


def _flags(node: ast.Call, space: dict[str, Any]) -> int:
    given = [word.value for word in node.keywords if word.arg == "flags"]
    for argument in [*node.args[1:], *given]:
        words = ast.unparse(argument)
        if re.fullmatch(r"(?:re\.[A-Z]+\s*\|?\s*)+", words):
            return int(eval(words, {"re": re}))  # noqa: S307 - only names of flags
    return 0


def written() -> Iterator[Expression]:
    """Patterns of calls in the source: literals, and expressions over constants of their module."""
    for path in sorted(_home().rglob("*.py")):
        name = "lianshu." + ".".join(path.relative_to(_home()).with_suffix("").parts)
        module = sys.modules.get(name.removesuffix(".__init__"))
        space = dict(vars(module)) if module else {}
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in _CALLS
                and node.args
            ):
                continue
            place = f"{path.relative_to(_home())}:{node.lineno}"
            try:
                code = compile(ast.Expression(node.args[0]), place, "eval")
                pattern = eval(code, space)  # noqa: S307 - the package's own source
            except NameError:
                continue  # made of values of the function: seen when it runs
            if isinstance(pattern, str | bytes):
                yield Expression(pattern, _flags(node, space), place)


def all_expressions(read: bool = True) -> list[Expression]:
    """Every expression once. Must run in a process that has not imported the package before: what was compiled
    earlier is not seen. ``read`` also reads a plan, for patterns that are made while reading."""
    with Recorder() as recorder:
        import_all()
        if read:
            _read_samples()
    found = {key: Expression(*key, place) for key, place in recorder.found.items()}
    for one in written():
        found.setdefault((one.pattern, one.flags), one)
    return list(found.values())


def _read_samples() -> None:
    from lianshu.policy.intake import from_bytes
    from lianshu.policy.reader import read

    folder = Path(__file__).resolve().parents[2] / "tests" / "policy" / "plans"
    for path in sorted(folder.glob("*.txt")):
        read(from_bytes(path.read_bytes(), path.name))
