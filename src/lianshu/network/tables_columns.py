"""Columns a table may have, the headings offices give them, and the row checks shared by all tables."""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lianshu.network.tables import RawTable, Workspace, literal, quoted
from lianshu.network.tables_problems import ERROR, NOTE, Problem, Report, fatal

# A number as offices write it, in complete groups of three digits.
GROUPED_PATTERN = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
NUMERIC_TYPES: tuple[str, ...] = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
)
NUMERIC_TYPES += ("UBIGINT", "FLOAT", "DOUBLE", "REAL", "DECIMAL")


@dataclass(frozen=True)
class Column:
    """A column of one of our tables: its name, other headings it may bear, and whether it must be there."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    number: bool = False


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong in a row, as an SQL condition over the staged columns."""

    code: str
    column: str
    condition: str
    message: str
    remedy: str
    level: str = ERROR


def match_columns(raw: RawTable, columns: Sequence[Column]) -> dict[str, str]:
    """Find for each of our columns the heading in the file.

    Raises
    ------
    InputError : a required column is missing, or two headings mean the same column.
    """
    headings: dict[str, list[str]] = {}
    for heading in raw.columns:
        headings.setdefault(_plain(heading), []).append(heading)
    found: dict[str, str] = {}
    for column in columns:
        hits = [
            heading
            for name in dict.fromkeys(_plain(n) for n in (column.name, *column.aliases))
            for heading in headings.get(name, ())
        ]
        if len(hits) > 1:
            raise fatal(
                "C02",
                raw.label,
                f"有多列都表示 {(*column.aliases, column.name)[0]}：{'、'.join(hits)}",
                "请只留一列，或把其余列改名",
            )
        if hits:
            found[column.name] = hits[0]
    missing = [column for column in columns if column.required and column.name not in found]
    if missing:
        wanted = "；".join(_wanted(column) for column in missing)
        remedy = f"表头要在第一行，上方的标题、单位行请删去。现有列：{'、'.join(raw.columns)}"
        raise fatal("C01", raw.label, f"缺少列 {wanted}", remedy)
    return found


def _wanted(column: Column) -> str:
    first, *others = (*column.aliases[:3], column.name)
    return f"{first}（也可叫{'、'.join(others)}）" if others else first


def _plain(heading: str) -> str:
    return heading.strip().lower().replace(" ", "").replace("_", "")


def text_of(raw: RawTable, heading: str | None) -> str:
    """SQL for a column as trimmed text, empty when it is absent, null or blank."""
    if heading is None:
        return "''"
    value = quoted(heading)
    if raw.columns[heading].startswith("TIMESTAMP"):
        value = f"CAST({value} AS DATE)"
    text = f"CAST({value} AS VARCHAR)"
    # Trimming a set of characters is slow; most cells need none.
    edged = r"regexp_matches(" + text + r", '^[\s\x{3000}\x{feff}]|[\s\x{3000}\x{feff}]$')"
    return f"CASE WHEN {edged} THEN trim({text}, ' \t\r\n\u3000\ufeff') ELSE coalesce({text}, '') END"


def number_of(raw: RawTable, heading: str | None) -> str:
    """SQL for a column as DOUBLE, null when absent or no number, plain or in groups of three digits."""
    if heading is None:
        return "CAST(NULL AS DOUBLE)"
    if raw.columns[heading].startswith(NUMERIC_TYPES):
        return f"CAST({quoted(heading)} AS DOUBLE)"
    text = f"trim(CAST({quoted(heading)} AS VARCHAR))"
    return (
        f"CASE WHEN contains({text}, '_') THEN NULL WHEN regexp_matches({text}, {literal(GROUPED_PATTERN)}) "
        f"THEN TRY_CAST(replace({text}, ',', '') AS DOUBLE) ELSE TRY_CAST({text} AS DOUBLE) END"
    )


def number_checks(code: str, column: str, what: str) -> list[Check]:
    """Checks of an optional, non-negative number column (staged as ``column`` and ``column_text``)."""
    return [
        Check(
            code + "1",
            column,
            f"{column}_text <> '' AND {column} IS NULL",
            f"{what}不是数字",
            "请只填数字，单位写在列名或用 --unit 声明",
        ),
        Check(code + "2", column, f"NOT isfinite({column})", f"{what}不是有限的数", "请删去或改为实际数值"),
        Check(code + "3", column, f"{column} < 0", f"{what}是负数", "请核对；红字冲销请先与原单相抵"),
    ]


def flag_sql(checks: Sequence[Check]) -> str:
    """SQL of a BIGINT in which bit i is set when the row fails check i."""
    return " + ".join(
        f"CASE WHEN {check.condition} THEN {1 << i} ELSE 0 END" for i, check in enumerate(checks)
    )


def tell_flags(
    work: Workspace,
    raw: RawTable,
    staged: str,
    checks: Sequence[Check],
    report: Report,
    headings: Mapping[str, str],
) -> None:
    """Turn the flags of a staged table into problems, in the order of the rows, all of them counted.

    ``headings`` (of ``match_columns``) says what each of our columns is called in the file.
    """
    totals = work.row(
        "SELECT "
        + ", ".join(f"count(*) FILTER (flags & {1 << i} <> 0)" for i in range(len(checks)))
        + f" FROM {staged} WHERE flags <> 0"
    )
    counts = [(flag, int(total)) for flag, total in enumerate(totals) if total]
    shown: list[tuple[int, int, str]] = []
    for flag, _ in counts:
        column = checks[flag].column
        value = f"{column}_text" if _has(work, staged, f"{column}_text") else column
        shown += [
            (int(record), int(flag), str(text))
            for record, text in work.con.execute(
                f"SELECT _row, CAST({value} AS VARCHAR) FROM {staged} WHERE flags & {1 << flag} <> 0 "
                f"ORDER BY _row LIMIT {report.keep}"
            ).fetchall()
        ]
    rows = raw.rows_of([record for record, _, _ in shown])
    for flag, total in counts:
        check = checks[flag]
        problems = [
            Problem(
                check.code,
                check.level,
                raw.label,
                check.message,
                check.remedy,
                row=rows[record],
                column=headings.get(check.column, check.column),
                value=text[:80],
            )
            for record, found, text in shown
            if found == flag
        ]
        report.add_counted(problems, check.code, check.level, total)


def _has(work: Workspace, table: str, column: str) -> bool:
    rows = work.con.execute(f"DESCRIBE {table}").fetchall()
    return any(name == column for name, *_ in rows)


def error_flags(checks: Sequence[Check]) -> int:
    """The bits of the checks that set a row aside."""
    return sum(1 << i for i, check in enumerate(checks) if check.level == ERROR)


__all__ = [
    "NOTE",
    "Check",
    "Column",
    "error_flags",
    "flag_sql",
    "match_columns",
    "number_checks",
    "number_of",
    "tell_flags",
    "text_of",
]
