"""Doors for tables: csv, Parquet, xlsx, a DuckDB table or a PostgreSQL table, as one DuckDB relation.

Nothing here interprets a value. Every source becomes a DuckDB table or view whose first column ``_row``
numbers its records from 0; csv, Parquet and database tables are streamed by DuckDB under the memory
limit of the workspace and spill to its folder, so that a file larger than memory can be read.

Written addresses: ``links.csv``, ``links.parquet``, ``book.xlsx#Sheet``, ``store.duckdb#table``,
``postgresql://user@host/base#schema.table``.
"""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

import codecs
import csv
import datetime as dt
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from lianshu.network.tables_problems import ERROR, Problem, Report, fatal

CSV_SUFFIXES = {".csv", ".txt", ".tsv"}
PARQUET_SUFFIXES = {".parquet", ".pq"}
BOOK_SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods"}
STORE_SUFFIXES = {".duckdb", ".ddb"}
POSTGRES_BATCH = 50_000
# DuckDB's own buffer of 32 MB would not fit beside the data under a small memory limit.
CSV_BUFFER = 8 * 2**20


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def path_literal(path: Path) -> str:
    """Return an existing file's path as an SQL literal that DuckDB does not take for a pattern."""
    return literal(re.sub(r"[\[*?]", r"[\g<0>]", str(path)))


class Workspace:
    """A DuckDB connection with a memory limit and a folder to spill to.

    Parameters
    ----------
    memory_limit : text as DuckDB takes it, e.g. ``"2GB"``; ``None`` leaves DuckDB's own limit.
    threads : number of threads, ``None`` for all cores.
    on_disk : keep the tables in a file of the workspace folder (for inputs larger than memory).
    """

    def __init__(
        self, memory_limit: str | None = None, threads: int | None = None, on_disk: bool = False
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lianshu-network-"))
        config: dict[str, Any] = {"temp_directory": str(self.folder / "spill")}
        if memory_limit:
            config["memory_limit"] = memory_limit
        if threads:
            config["threads"] = threads
        base = str(self.folder / "work.duckdb") if on_disk else ":memory:"
        try:
            self.con = duckdb.connect(base, config=config)
        except duckdb.Error as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise fatal("T00", "工作区", f"无法按内存上限 {memory_limit} 打开分析库：{error}") from error
        self.con.execute("SET enable_progress_bar=false")
        self._numbers = 0

    def name(self, stem: str) -> str:
        """Return a table name not used before in this workspace."""
        self._numbers += 1
        return f"{stem}_{self._numbers}"

    def row(self, sql: str) -> tuple[Any, ...]:
        """The single row of a query, read to its end so that the connection is free again."""
        rows: list[tuple[Any, ...]] = self.con.execute(sql).fetchall()
        return rows[0]

    def close(self) -> None:
        """Close the connection and remove the spill folder."""
        self.con.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass
class RawTable:
    """A source opened: relation name, its columns with DuckDB types, and how to number its rows."""

    relation: str
    label: str
    columns: dict[str, str]
    fingerprint: str
    report: Report = field(default_factory=Report)
    csv_path: Path | None = None
    csv_dialect: tuple[str, int] = (",", 0)
    first_row: int = 2
    relation_is_table: bool = True

    def rows_of(self, records: Sequence[int]) -> dict[int, int]:
        """Map record numbers to row numbers as a spreadsheet shows them (header = row 1).

        For csv the file is walked again as far as the last record asked for, because blank lines, refused
        rows and line breaks inside quotes shift the numbers.
        """
        if self.csv_path is None or not records:
            return {record: record + self.first_row for record in records}
        wanted, found = set(records), {}
        last, record = max(wanted), -1
        delimiter, width = self.csv_dialect
        with self.csv_path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
            reader = csv.reader(stream, delimiter=delimiter)
            next(reader, None)
            begin = reader.line_num + 1
            for cells in reader:
                if len(cells) == width:
                    record += 1
                    if record in wanted:
                        found[record] = begin
                    if record >= last:
                        break
                begin = reader.line_num + 1
        return {record: found.get(record, record + self.first_row) for record in records}


def split_address(source: str) -> tuple[str, str | None]:
    """Split ``file#part`` into the file or DSN and the table or sheet name."""
    head, mark, part = source.rpartition("#")
    return (head, part) if mark else (source, None)


def shown_address(source: str) -> str:
    """Return an address for messages, without a password."""
    if "://" in source:
        return re.sub(r"//([^:/@]+):[^@]*@", r"//\1:***@", source)
    head, part = split_address(source)
    return Path(head).name + (f"#{part}" if part else "")


def open_table(work: Workspace, source: str) -> RawTable:
    """Open any of the supported sources.

    Raises
    ------
    InputError : the file is missing, empty, of an unknown kind, damaged, or the table is not there.
    """
    label = shown_address(source)
    if source.startswith(("postgresql://", "postgres://")):
        return _open_postgres(work, source, label)
    head, part = split_address(source)
    path = Path(head)
    if not path.exists() and Path(source).exists():
        path, part = Path(source), None
    if not path.exists():
        raise fatal("T01", label, "文件不存在", "请核对路径和文件名")
    if path.is_dir():
        raise fatal("T01", label, "这是文件夹，不是文件", "请给出文件夹里的具体文件")
    if path.stat().st_size == 0:
        raise fatal("T02", label, "文件是空的", "请重新导出数据")
    suffix = path.suffix.lower()
    if suffix in CSV_SUFFIXES:
        return _open_csv(work, path, label)
    if suffix in PARQUET_SUFFIXES:
        return _open_parquet(work, path, label)
    if suffix in BOOK_SUFFIXES:
        return _open_book(work, path, part, label)
    if suffix in STORE_SUFFIXES:
        return _open_store(work, path, part, label)
    raise fatal(
        "T03", label, f"不认识的文件类型 {suffix or '（无扩展名）'}", "请用 csv、xlsx、parquet 或 duckdb"
    )


def file_fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _columns(work: Workspace, relation: str) -> dict[str, str]:
    rows = work.con.execute(f"DESCRIBE {relation}").fetchall()
    return {str(name): str(kind) for name, kind, *_ in rows if name != "_row"}


# --- csv ---------------------------------------------------------------------------------------------


def _as_utf8(work: Workspace, path: Path, label: str) -> Path:
    """Return the file itself when it is UTF-8, else a UTF-8 copy in the workspace (GB18030, UTF-16)."""
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        copy = work.folder / f"utf8-{path.stem}-{encoding}.csv"
        try:
            _transcode(path, encoding, None if encoding == "utf-8" else copy)
        except UnicodeError:
            copy.unlink(missing_ok=True)
            continue
        return path if encoding == "utf-8" else copy
    raise fatal(
        "T04", label, "文字编码无法识别（不是 UTF-8、GB18030 或 UTF-16）", "请另存为 UTF-8 编码的 csv"
    )


def _transcode(path: Path, encoding: str, copy: Path | None) -> None:
    """Walk the file as the encoding says, writing UTF-8 when ``copy`` is given; raises UnicodeError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    out = copy.open("w", encoding="utf-8", newline="") if copy else None
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                text = decoder.decode(block)
                if "\x00" in text:
                    raise UnicodeError("binary zero")
                if out:
                    out.write(text)
        decoder.decode(b"", final=True)
    finally:
        if out:
            out.close()


def _open_csv(work: Workspace, path: Path, label: str) -> RawTable:
    fingerprint = file_fingerprint(path)
    source = _as_utf8(work, path, label)
    with source.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline()
        if not first.strip():
            raise fatal("T05", label, "第 1 行是空的，找不到表头", "第 1 行应是列名")
        delimiter = max(",\t;", key=first.count)
        stream.seek(0)
        header = [cell.strip() for cell in next(csv.reader(stream, delimiter=delimiter))]
    _check_header(header, label)
    columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header) + "}"
    table = work.name("raw")
    rejects = work.name("rejects")
    sql = (
        f"CREATE TABLE {table} AS SELECT row_number() OVER () - 1 AS _row, * FROM read_csv({path_literal(source)}, "
        f"auto_detect=false, header=true, columns={columns}, delim={literal(delimiter)}, quote='\"', "
        f"escape='\"', new_line={literal(_new_line(source))}, ignore_errors=true, store_rejects=true, "
        f"rejects_table={literal(rejects)}, rejects_scan={literal(rejects + '_scan')}, rejects_limit=100000, "
        f"buffer_size={CSV_BUFFER})"
    )
    try:
        work.con.execute(sql)
    except duckdb.OutOfMemoryException as error:
        raise fatal(
            "T16", label, "内存上限太小，读不了这个文件", "请把 --memory 调大，64MB 以上为宜"
        ) from error
    except duckdb.Error as error:
        raise fatal(
            "T06", label, f"csv 无法读取：{_first_line(error)}", "请检查引号是否成对、分隔符是否一致"
        ) from error
    raw = RawTable(
        relation=table,
        label=label,
        columns=dict.fromkeys(header, "VARCHAR"),
        fingerprint=fingerprint,
        csv_path=source,
        csv_dialect=(delimiter, len(header)),
    )
    _tell_rejects(work, raw, rejects, len(header))
    return raw


def _new_line(path: Path) -> str:
    with path.open("rb") as stream:
        block = stream.read(1 << 16)
    if b"\r\n" in block:
        return "\\r\\n"
    return "\\r" if b"\r" in block and b"\n" not in block else "\\n"


def _tell_rejects(work: Workspace, raw: RawTable, rejects: str, width: int) -> None:
    rows = work.con.execute(
        f"SELECT line, any_value(CAST(error_type AS VARCHAR)), any_value(csv_line) FROM {rejects} GROUP BY line ORDER BY line"
    ).fetchall()
    for line, kind, text in rows:
        if "QUOTE" in kind:
            code, message, remedy = "T08", "引号没有成对", "请补上缺的引号，或去掉多余的引号"
        elif "COLUMNS" in kind:
            code, message, remedy = (
                "T07",
                f"列数不对，应为 {width} 列",
                "请检查该行是否缺列、多列或含未加引号的逗号",
            )
        else:
            code, message, remedy = "T06", f"该行无法读取（{kind}）", "请检查该行的文字编码和分隔符"
        value = str(text or "")[:80]
        raw.report.add(Problem(code, ERROR, raw.label, message, remedy, row=int(line), value=value))


def _check_header(header: Sequence[str], label: str) -> None:
    empty = [str(i + 1) for i, name in enumerate(header) if not name]
    if empty:
        raise fatal(
            "T05", label, f"表头第 {'、'.join(empty)} 列没有列名", "请给每一列起名；上方若有标题行，请删去"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise fatal("T09", label, f"表头有重名的列：{'、'.join(twice)}", "请删除或改名，使每列名字唯一")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]


# --- Parquet, DuckDB --------------------------------------------------------------------------------


def _open_parquet(work: Workspace, path: Path, label: str) -> RawTable:
    table = work.name("raw")
    try:
        work.con.execute(
            f"CREATE VIEW {table} AS SELECT file_row_number AS _row, * EXCLUDE (file_row_number) "
            f"FROM read_parquet({path_literal(path)}, file_row_number=true)"
        )
    except duckdb.Error as error:
        raise fatal(
            "T10", label, f"Parquet 文件损坏或不是 Parquet：{_first_line(error)}", "请重新导出"
        ) from error
    return RawTable(
        table, label, _columns(work, table), file_fingerprint(path), first_row=1, relation_is_table=False
    )


def _open_store(work: Workspace, path: Path, part: str | None, label: str) -> RawTable:
    if not part:
        raise fatal("T11", label, "没有指明库中的表", "请写成 文件.duckdb#表名")
    attached = work.name("store")
    try:
        work.con.execute(f"ATTACH {literal(str(path))} AS {attached} (READ_ONLY)")
    except duckdb.Error as error:
        raise fatal(
            "T12", label, f"无法打开 DuckDB 库：{_first_line(error)}", "请核对文件，或关闭占用它的程序"
        ) from error
    names = [
        str(name)
        for (name,) in work.con.execute(
            f"SELECT table_name FROM information_schema.tables WHERE table_catalog = {literal(attached)}"
        ).fetchall()
    ]
    if part not in names:
        raise fatal("T11", label, f"库中没有表 {part}", f"现有的表：{'、'.join(sorted(names)) or '无'}")
    table = work.name("raw")
    work.con.execute(
        f"CREATE VIEW {table} AS SELECT rowid AS _row, * FROM {attached}.{quoted(part)}"
        if part in _base_tables(work, attached)
        else f"CREATE VIEW {table} AS SELECT row_number() OVER () - 1 AS _row, * FROM {attached}.{quoted(part)}"
    )
    return RawTable(
        table, label, _columns(work, table), file_fingerprint(path), first_row=1, relation_is_table=False
    )


def _base_tables(work: Workspace, attached: str) -> set[str]:
    rows = work.con.execute(
        "SELECT table_name FROM information_schema.tables "
        f"WHERE table_catalog = {literal(attached)} AND table_type = 'BASE TABLE'"
    ).fetchall()
    return {str(name) for (name,) in rows}


# --- workbooks --------------------------------------------------------------------------------------


def _open_book(work: Workspace, path: Path, sheet: str | None, label: str) -> RawTable:
    from python_calamine import CalamineError, CalamineWorkbook

    from lianshu.reference.workbook_extent import WorkbookExtentError, refuse_oversized

    try:
        refuse_oversized(path.read_bytes())
        book = CalamineWorkbook.from_path(str(path))
    except WorkbookExtentError as error:
        raise fatal("T17", label, f"工作簿不能读：{error}", "请另存为 csv 再试") from error
    except (CalamineError, OSError) as error:
        raise fatal(
            "T13", label, f"工作簿打不开（损坏、加密或不是表格）：{_first_line(error)}", "请另存为 xlsx 再试"
        ) from error
    if sheet and sheet not in book.sheet_names:
        raise fatal("T14", label, f"没有名为「{sheet}」的工作表", f"现有：{'、'.join(book.sheet_names)}")
    rows = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python(skip_empty_area=False)
    while rows and not any(_cell_text(cell) for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise fatal("T02", label, "工作表是空的", "请把数据放在第一个工作表，或用 文件.xlsx#表名 指定")
    header = [_cell_text(cell) for cell in rows[0]]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise fatal("T05", label, "第 1 行是空的，找不到表头", "第 1 行应是列名")
    _check_header(header, label)
    width = len(header)
    cells = [[_cell_text(cell) for cell in row[:width]] + [""] * (width - len(row)) for row in rows[1:]]
    kept = [(number, row) for number, row in enumerate(cells) if any(row)]
    data: dict[str, Any] = {"_row": pa.array([number for number, _ in kept], pa.int64())}
    for i, name in enumerate(header):
        data[name] = pa.array([row[i] for _, row in kept], pa.string())
    table = work.name("raw")
    incoming = pa.table(data)
    work.con.register("incoming", incoming)
    work.con.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
    work.con.unregister("incoming")
    return RawTable(table, label, dict.fromkeys(header, "VARCHAR"), file_fingerprint(path))


def _cell_text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.isoformat()[:10]
    return str(cell).strip() if cell is not None else ""


# --- PostgreSQL -------------------------------------------------------------------------------------


def _open_postgres(work: Workspace, source: str, label: str) -> RawTable:
    import psycopg
    from psycopg import sql

    dsn, part = split_address(source)
    if not part:
        raise fatal("T11", label, "没有指明表", "请写成 postgresql://用户@主机/库#模式.表")
    names = part.split(".")
    digest = hashlib.sha256()
    table = work.name("raw")
    try:
        with psycopg.connect(dsn, connect_timeout=10) as base, base.cursor(name="lianshu_links") as cursor:
            cursor.itersize = POSTGRES_BATCH
            cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(*names)))
            header = [column.name for column in cursor.description or ()]
            _check_header(header, label)
            listed = ", ".join(f"{quoted(name)} VARCHAR" for name in header)
            work.con.execute(f"CREATE TABLE {table} (_row BIGINT, {listed})")
            for start, batch in _batches(cursor, POSTGRES_BATCH):
                texts = [["" if v is None else _cell_text(v) for v in row] for row in batch]
                digest.update(repr(texts).encode())
                data: dict[str, Any] = {"_row": pa.array(range(start, start + len(batch)), pa.int64())}
                for i, name in enumerate(header):
                    data[name] = pa.array([row[i] for row in texts], pa.string())
                work.con.register("incoming", pa.table(data))
                work.con.execute(f"INSERT INTO {table} SELECT * FROM incoming")
                work.con.unregister("incoming")
    except psycopg.errors.UndefinedTable as error:
        raise fatal("T11", label, f"库中没有表 {part}", "请核对模式名和表名") from error
    except psycopg.Error as error:
        raise fatal(
            "T15", label, f"PostgreSQL 读取失败：{_first_line(error)}", "请核对地址、账号和权限"
        ) from error
    return RawTable(table, label, dict.fromkeys(header, "VARCHAR"), digest.hexdigest(), first_row=1)


def _batches(rows: Iterable[Any], size: int) -> Iterator[tuple[int, list[Any]]]:
    start, batch = 0, []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield start, batch
            start, batch = start + size, []
    if batch:
        yield start, batch
