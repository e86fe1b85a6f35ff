"""Months kept apart, so that a new month is added without reading the past again.

A store is a folder with one Parquet file per period (amounts per supplier, buyer, product, sector and
source) and ``months.json`` (fingerprint of the input, unit and currency of each). Every measure is computed from these
partial sums; the raw invoices of past months are not needed any more. A period is replaced as a whole,
under a temporary name first, so a broken run leaves the old month as it was.
"""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lianshu.network.links import Links
from lianshu.network.tables import Workspace, literal, path_literal
from lianshu.network.tables_problems import ERROR, Report, fatal


@dataclass(frozen=True)
class Added:
    """What one addition did: periods written new, replaced, and left because the same input is there."""

    new: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]


class MonthStore:
    """A folder of monthly partial sums."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index = folder / "months.json"

    def periods(self) -> dict[str, str]:
        """Period to fingerprint of the input it came from, in order."""
        return {period: entry["input"] for period, entry in self._read().items()}

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._index.exists():
            return {}
        try:
            found = json.loads(self._index.read_text(encoding="utf-8"))
        except ValueError as error:
            raise fatal(
                "P01", self._index.name, "月度库的目录文件损坏", "请从备份恢复，或重新逐月导入"
            ) from error
        return dict(sorted(found.items()))

    def add(self, links: Links, *, replace: bool = False) -> Added:
        """Write the periods of checked links.

        Raises
        ------
        InputError : the links have errors or rows without period, or a period is there already from another
            input and ``replace`` is not set, or the unit or currency is not that of the store.
        """
        if links.report.total(ERROR):
            links.report.raise_errors()
        con = links.work.con
        periods = links.periods()
        undated = int(links.work.row(f"SELECT count(*) FROM {links.table} WHERE period = ''")[0])
        if undated or not periods:
            raise fatal("P02", links.label, f"{undated} 条链接没有期间，不能按月入库", "请补上期间列")
        entries = self._read()
        for name, own in (("unit", links.unit), ("currency", links.currency)):
            others = {entry[name] for p, entry in entries.items() if p not in periods} - {own}
            if others:
                what = "单位" if name == "unit" else "币种"
                message = (
                    f"{what}是「{own or '未声明'}」，月度库是「{others.pop() or '未声明'}」，混在一起会算错"
                )
                raise fatal("P05", links.label, message, "请用与月度库相同的单位和币种导入")
        present = {period: entry["input"] for period, entry in entries.items()}
        clash = [p for p in periods if p in present and present[p] != links.fingerprint]
        if clash and not replace:
            raise fatal(
                "P03", links.label, f"月度库里已有 {'、'.join(clash)}", "确认以新数据替换请加 --replace"
            )
        unchanged = [p for p in periods if present.get(p) == links.fingerprint]
        for period in periods:
            if period in unchanged:
                continue
            target = self._file(period)
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_suffix(".new")
            con.execute(
                f"COPY (SELECT supplier, buyer, product, sector, amount, period, source FROM {links.table} "
                f"WHERE period = {literal(period)} ORDER BY supplier, buyer, product, sector, source) "
                f"TO {literal(str(fresh))} (FORMAT parquet)"
            )
            fresh.replace(target)
            entries[period] = {"input": links.fingerprint, "unit": links.unit, "currency": links.currency}
            self._write(entries)
        return Added(
            tuple(p for p in periods if p not in unchanged and p not in clash), tuple(clash), tuple(unchanged)
        )

    def links(self, work: Workspace, periods: Sequence[str] | None = None) -> Links:
        """The links of some periods, or of all, as a view over their files; nothing is read yet.

        Raises
        ------
        InputError : the store is empty or lacks a period asked for.
        """
        entries = self._read()
        present = {period: entry["input"] for period, entry in entries.items()}
        wanted = list(present) if periods is None else list(periods)
        missing = [p for p in wanted if p not in present]
        if missing or not wanted:
            raise fatal(
                "P04", self.folder.name, f"月度库里没有 {'、'.join(missing) or '任何期间'}", "请先导入该期间"
            )
        files = ", ".join(path_literal(self._file(p)) for p in wanted)
        table = work.name("months")
        work.con.execute(
            f"CREATE VIEW {table} AS SELECT *, row_number() OVER () - 1 AS first_row FROM read_parquet([{files}])"
        )
        fingerprint = ",".join(f"{p}:{present[p]}" for p in wanted)
        first = entries[wanted[0]]
        return Links(
            work,
            table,
            Report(),
            fingerprint,
            self.folder.name,
            unit=first["unit"],
            currency=first["currency"],
        )

    def _file(self, period: str) -> Path:
        return self.folder / f"period={period}" / "links.parquet"

    def _write(self, entries: dict[str, dict[str, str]]) -> None:
        fresh = self._index.with_suffix(".new")
        fresh.write_text(json.dumps(entries, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
        fresh.replace(self._index)
