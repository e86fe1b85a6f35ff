"""What can be wrong with an input file, told row by row.

A problem names the file, the row as a spreadsheet shows it (the header is row 1), the column, the value
found, what is wrong and what to do. Levels: ``error`` rows are set aside and stop a strict run; ``note``
rows are kept or merged, and the reader is told how.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ERROR = "error"
NOTE = "note"


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one place of one file."""

    code: str
    level: str
    file: str
    message: str
    remedy: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        place = self.file + (f" 第 {self.row} 行" if self.row is not None else "")
        if self.column:
            place += f"「{self.column}」列"
        found = f"（值：{self.value}）" if self.value else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"[{self.code}] {place}：{self.message}{found}。{remedy}".rstrip()


class InputError(Exception):
    """The input cannot be used; ``problems`` says why, one entry per row and cause."""

    def __init__(self, problems: Sequence[Problem], total: int | None = None) -> None:
        self.problems = list(problems)
        self.total = len(self.problems) if total is None else total
        lines = [str(problem) for problem in self.problems[:20]]
        if self.total > len(lines):
            lines.append(f"……共 {self.total} 处问题，仅列前 {len(lines)} 处；用 --problems 文件名 导出全部。")
        super().__init__("\n".join(lines))


@dataclass
class Report:
    """Problems of one or several files: every one counted, the first ``keep`` of each code kept in full."""

    keep: int = 1000
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, problem: Problem) -> None:
        """Count one problem and keep its text while there is room for its code."""
        self.add_counted([problem], problem.code, problem.level, 1)

    def add_counted(self, shown: Iterable[Problem], code: str, level: str, total: int) -> None:
        """Keep the problems given and count ``total`` of their code."""
        room = self.keep - self.counts[(level, code)]
        self.counts[(level, code)] += total
        for number, problem in enumerate(shown):
            if number >= room:
                break
            self.problems.append(problem)

    def extend(self, other: Report) -> None:
        """Take over all problems of another report."""
        self.problems.extend(other.problems)
        self.counts.update(other.counts)

    def total(self, level: str | None = None) -> int:
        """Number of problems, of one level or of all."""
        return sum(n for (found, _), n in self.counts.items() if level in (None, found))

    def errors(self) -> list[Problem]:
        """The kept problems that stop a strict run."""
        return [problem for problem in self.problems if problem.level == ERROR]

    def notes(self) -> list[Problem]:
        """The kept problems that are only told."""
        return [problem for problem in self.problems if problem.level == NOTE]

    def raise_errors(self) -> None:
        """Raise ``InputError`` when any error was counted."""
        if self.total(ERROR):
            raise InputError(self.errors(), self.total(ERROR))

    def write_csv(self, path: Path) -> None:
        """Write the kept problems as a csv an office opens in a spreadsheet (UTF-8 with signature)."""
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["编号", "级别", "文件", "行", "列", "值", "问题", "怎么办"])
            for p in self.problems:
                level = "错误" if p.level == ERROR else "提示"
                value = "'" + p.value if p.value[:1] in "=+-@\t\r" and p.value else p.value
                writer.writerow([p.code, level, p.file, p.row or "", p.column, value, p.message, p.remedy])


def fatal(code: str, file: str, message: str, remedy: str = "") -> InputError:
    """The error for a file that cannot be read at all."""
    return InputError([Problem(code, ERROR, file, message, remedy)])
