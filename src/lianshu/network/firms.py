"""The firms of a network: id, sector, place, and what is known of size, chain, node and stock.

A firm in the links that the table does not list is kept, as a firm outside whose sector and place are
unknown, and told; the cascade, which needs every sector, asks for a complete table instead.
"""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianshu.network.links import ID_MAX, Links
from lianshu.network.tables import RawTable, Workspace, open_table
from lianshu.network.tables_columns import (
    Check,
    Column,
    error_flags,
    flag_sql,
    match_columns,
    number_checks,
    number_of,
    tell_flags,
    text_of,
)
from lianshu.network.tables_problems import ERROR, NOTE, Problem, Report

LOCAL, OUTSIDE, IMPORT, UNKNOWN = "local", "outside", "import", "unknown"
PLACE_NAMES = {LOCAL: "本地", OUTSIDE: "区外", IMPORT: "境外", UNKNOWN: "地区不明"}

TEXTS = ("name", "region", "park", "chain", "node", "group", "outside")
NUMBERS = ("revenue", "costs", "jobs", "tax", "longitude", "latitude", "capacity", "technology", "stock_days")

COLUMNS = (
    Column("firm", ("企业", "企业编号", "编号", "统一社会信用代码", "纳税人识别号"), required=True),
    Column("sector", ("行业", "行业代码", "行业小类"), required=True),
    Column("name", ("名称", "企业名称")),
    Column("region", ("地区", "区划代码", "所在地区")),
    Column("park", ("园区", "所在园区")),
    Column("chain", ("产业链", "所属产业链")),
    Column("node", ("环节", "所属环节")),
    Column("group", ("集团", "所属集团")),
    Column("outside", ("区外", "是否区外")),
    Column("market", ("市场", "竞争市场")),
    Column("revenue", ("营业收入", "营收", "主营业务收入"), number=True),
    Column("costs", ("采购总额", "营业成本", "采购成本"), number=True),
    Column("jobs", ("从业人数", "职工人数", "用工人数"), number=True),
    Column("tax", ("税收", "纳税额", "实缴税金"), number=True),
    Column("longitude", ("经度",), number=True),
    Column("latitude", ("纬度",), number=True),
    Column("capacity", ("产能", "年产能"), number=True),
    Column("technology", ("技术水平", "技术分"), number=True),
    Column("stock_days", ("库存天数",), number=True),
)

_YES = "('1', 'true', 'yes', '是', '区外')"
_NO = "('', '0', 'false', 'no', '否', '区内', '本地')"
_ABROAD = "('境外', '国外', '进口')"
_UNSURE = "('不明', '未知')"

CHECKS = (
    Check("F01", "firm", "firm = ''", "企业编号为空", "请补上编号，或删去合计行"),
    Check("F02", "sector", "firm <> '' AND sector = ''", "行业为空", "请补上行业代码"),
    Check("F03", "firm", f"length(firm) > {ID_MAX}", f"编号超过 {ID_MAX} 个字符", "请核对是否错列"),
    Check(
        "F04",
        "firm",
        r"regexp_matches(firm, '^\d(\.\d+)?[eE]\+\d+$')",
        "编号被电子表格改成了科学计数，已失真",
        "请把该列设为文本后重新导出",
    ),
    Check(
        "F05",
        "region",
        rf"region <> '' AND region NOT IN {_ABROAD} AND NOT regexp_matches(region, '^\d{{6}}(\d{{6}})?$')",
        "地区不是六位区划代码",
        "请填六位区划代码；境外企业填“境外”；不明留空",
    ),
    Check(
        "F06",
        "outside",
        f"lower(outside) NOT IN {_YES} AND lower(outside) NOT IN {_NO} AND outside NOT IN {_ABROAD} "
        f"AND outside NOT IN {_UNSURE}",
        "是否区外的写法不认识",
        "请填 是、否、境外或不明",
    ),
    *number_checks("F1", "revenue", "营业收入"),
    *number_checks("F2", "costs", "采购总额"),
    *number_checks("F3", "jobs", "从业人数"),
    *number_checks("F4", "tax", "税收"),
    *number_checks("F5", "capacity", "产能"),
    *number_checks("F6", "stock_days", "库存天数"),
    Check("F71", "longitude", "longitude_text <> '' AND longitude IS NULL", "经度不是数字", "请填十进制度数"),
    Check("F72", "longitude", "longitude NOT BETWEEN -180 AND 180", "经度超出范围", "请核对经纬度是否填反"),
    Check("F73", "latitude", "latitude_text <> '' AND latitude IS NULL", "纬度不是数字", "请填十进制度数"),
    Check("F74", "latitude", "latitude NOT BETWEEN -90 AND 90", "纬度超出范围", "请核对经纬度是否填反"),
    Check(
        "F75",
        "technology",
        "technology_text <> '' AND (technology IS NULL OR technology NOT BETWEEN 0 AND 1)",
        "技术水平不在 0 到 1 之间",
        "请填 0～1 的分值；未掌握就留空",
    ),
)


@dataclass(frozen=True)
class Firms:
    """Firms in the order of the file; unlisted firms of the links follow when asked for.

    ``table`` is a DuckDB table with columns firm, sector, name, region, park, chain, node, group,
    outside, market, the numbers of ``NUMBERS`` (null = unknown) and ``place`` (local, outside, import,
    unknown). ``ids`` are the firm ids in order.
    """

    work: Workspace
    table: str
    report: Report
    fingerprint: str
    label: str
    ids: tuple[str, ...]
    home: str = ""

    def texts(self, column: str) -> list[str]:
        """A text column in order; empty where unknown."""
        rows = self.work.con.execute(f"SELECT coalesce(\"{column}\", '') FROM {self.table} ORDER BY _row")
        return [str(value) for (value,) in rows.fetchall()]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A number column in order, NaN where unknown; shape (n,)."""
        rows = self.work.con.execute(f'SELECT "{column}" FROM {self.table} ORDER BY _row').fetchall()
        return np.array([np.nan if value is None else float(value) for (value,) in rows], dtype=np.float64)

    def chains(self) -> dict[str, list[int]]:
        """Chain name to the positions of its firms; a firm may name several, parted by ``；;、,``."""
        found: dict[str, list[int]] = {}
        for position, text in enumerate(self.texts("chain")):
            for chain in filter(None, (part.strip() for part in re.split(r"[;；、,，]", text))):
                found.setdefault(chain, []).append(position)
        return found


def home_prefix(region: str) -> str:
    """Digits shared by all codes of a region and below: 421222 -> 421222, 421200 -> 4212, 420000 -> 42."""
    return re.sub(r"(00){1,2}$", "", region[:6])


def read_firms(work: Workspace, source: str, home: str = "") -> Firms:
    """Read and check the firms table.

    Parameters
    ----------
    home : region code of the region under study; decides with the ``region`` column who is local. An
        ``outside`` column, when filled, wins. Without both every firm listed counts as local.
    """
    raw = open_table(work, source)
    found = match_columns(raw, COLUMNS)
    staged = work.name("staged_firms")
    parts = [
        f"{text_of(raw, found.get(name))} AS {_q(name)}" for name in ("firm", "sector", "market", *TEXTS)
    ]
    for name in NUMBERS:
        heading = found.get(name)
        parts += [f"{number_of(raw, heading)} AS {name}", f"{text_of(raw, heading)} AS {name}_text"]
    work.con.execute(
        f"CREATE TABLE {staged} AS SELECT *, {flag_sql(CHECKS)} AS flags "
        f"FROM (SELECT _row, {', '.join(parts)} FROM {raw.relation})"
    )
    report = Report()
    report.extend(raw.report)
    tell_flags(work, raw, staged, CHECKS, report, found)
    _tell_twice(work, raw, staged, report, found["firm"])
    _tell_lengths(work, raw, staged, report, found["sector"])
    table = work.name("firms")
    numbers = ", ".join(NUMBERS)
    texts = ", ".join(_q(name) for name in ("firm", "sector", "market", *TEXTS))
    has_place = bool(home) and "region" in found
    work.con.execute(
        f"CREATE TABLE {table} AS SELECT _row, {texts}, {numbers}, "
        f"{_place_sql(home if has_place else '', bool(home))} AS place FROM {staged} "
        f"WHERE flags & {error_flags(CHECKS)} = 0 "
        f"QUALIFY row_number() OVER (PARTITION BY firm ORDER BY _row) = 1 ORDER BY _row"
    )
    work.con.execute(f"DROP TABLE {staged}")
    ids = tuple(str(i) for (i,) in work.con.execute(f"SELECT firm FROM {table} ORDER BY _row").fetchall())
    if not ids and not report.total(ERROR):
        report.add(Problem("F80", ERROR, raw.label, "企业表没有一家企业", "请核对是否只有表头"))
    return Firms(work, table, report, raw.fingerprint, raw.label, ids, home)


def _q(name: str) -> str:
    return f'"{name}"'


def _place_sql(home: str, home_declared: bool) -> str:
    # Without a region column nothing says where a firm is, unless the outside column does.
    fallback = f"'{UNKNOWN}'" if home_declared and not home else f"'{LOCAL}'"
    if home:
        fallback = (
            f"CASE WHEN region = '' THEN '{UNKNOWN}' WHEN region IN {_ABROAD} THEN '{IMPORT}' "
            f"WHEN starts_with(region, '{home_prefix(home)}') THEN '{LOCAL}' ELSE '{OUTSIDE}' END"
        )
    return (
        f"CASE WHEN outside IN {_ABROAD} OR region IN {_ABROAD} THEN '{IMPORT}' "
        f"WHEN lower(outside) IN {_YES} THEN '{OUTSIDE}' "
        f"WHEN outside IN {_UNSURE} THEN '{UNKNOWN}' WHEN outside <> '' THEN '{LOCAL}' ELSE {fallback} END"
    )


def _tell_lengths(work: Workspace, raw: RawTable, staged: str, report: Report, heading: str) -> None:
    """A spreadsheet that drops a leading zero turns 0511 (farm services) into 511 (wholesale) unseen."""
    classes, groups = work.row(
        r"SELECT count(*) FILTER (regexp_full_match(sector, '\d{4}')), "
        rf"count(*) FILTER (regexp_full_match(sector, '[1-9]\d{{2}}')) FROM {staged}"
    )
    if classes and groups:
        report.add(
            Problem(
                "F08",
                NOTE,
                raw.label,
                f"行业代码有四位的，也有 {groups} 个三位的；丢了前面的零会归到别的行业（0511 变成 511）",
                "请核对三位的是不是中类代码；不是就把该列设为文本后重新导出",
                column=heading,
            )
        )


def _tell_twice(work: Workspace, raw: RawTable, staged: str, report: Report, heading: str) -> None:
    rows = work.con.execute(
        f"SELECT _row, firm FROM {staged} WHERE firm <> '' "
        "QUALIFY row_number() OVER (PARTITION BY firm ORDER BY _row) > 1 ORDER BY _row"
    ).fetchall()
    places = raw.rows_of([int(record) for record, _ in rows])
    for record, firm in rows:
        report.add(
            Problem(
                "F07",
                ERROR,
                raw.label,
                "同一企业编号出现多行",
                "每家企业只留一行",
                row=places[int(record)],
                column=heading,
                value=str(firm),
            )
        )


def unlisted(firms: Firms, links: Links) -> list[str]:
    """Ids that occur in the links but not in the firms table, sorted."""
    rows = links.work.con.execute(
        f"SELECT DISTINCT id FROM (SELECT supplier AS id FROM {links.table} UNION ALL "
        f"SELECT buyer FROM {links.table}) ANTI JOIN {firms.table} f ON id = f.firm ORDER BY id"
    ).fetchall()
    return [str(i) for (i,) in rows]


def with_unlisted(firms: Firms, links: Links) -> Firms:
    """Add the unlisted firms as outside firms of unknown place and tell them as a note.

    Their sector is the ``sector`` of their largest link where the links name one, else empty.
    """
    ids = unlisted(firms, links)
    if not ids:
        return firms
    rows = links.work.con.execute(
        f"SELECT supplier, arg_max(sector, (amount, sector)) FROM {links.table} WHERE sector <> '' GROUP BY supplier"
    ).fetchall()
    sectors = {str(firm): str(sector) for firm, sector in rows}
    table = firms.work.name("firms")
    first = int(firms.work.row(f"SELECT coalesce(max(_row), -1) + 1 FROM {firms.table}")[0])
    firms.work.con.register(
        "incoming",
        pa.table(
            {
                "_row": pa.array(range(first, first + len(ids)), pa.int64()),
                "firm": pa.array(ids, pa.string()),
                "sector": pa.array([sectors.get(i, "") for i in ids], pa.string()),
            }
        ),
    )
    firms.work.con.execute(
        f"CREATE TABLE {table} AS SELECT * FROM {firms.table} UNION ALL BY NAME "
        f"SELECT *, '{UNKNOWN}' AS place FROM incoming"
    )
    firms.work.con.unregister("incoming")
    report = replace_report(firms.report)
    shown = [
        Problem(
            "F90",
            NOTE,
            links.label,
            "链接里的企业不在企业表，按地区不明的区外企业保留",
            "如在本地请补入企业表",
            value=i,
        )
        for i in ids
    ]
    report.add_counted(shown, "F90", NOTE, len(ids))
    return replace(firms, table=table, ids=(*firms.ids, *ids), report=report)


def replace_report(report: Report) -> Report:
    """A copy of a report that can be added to."""
    copy = Report(keep=report.keep)
    copy.extend(report)
    return copy


def positions(ids: Sequence[str]) -> dict[str, int]:
    """Firm id to position."""
    return {firm: i for i, firm in enumerate(ids)}
