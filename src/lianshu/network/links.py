"""Trade links in: supplier, buyer, product or sector, amount, period, source.

A link says that in a period the supplier sold goods worth ``amount`` to the buyer. Rows are checked one
by one; a row is either kept, or named in the report with the cause, never dropped in silence. Self-links
are set aside and told; links alike in every dimension are summed and told (analytics: duplicates are
summed before the cascade, not after).
"""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

import math
from dataclasses import dataclass

from lianshu.network.tables import RawTable, Workspace, open_table
from lianshu.network.tables_columns import (
    Check,
    Column,
    error_flags,
    flag_sql,
    match_columns,
    number_of,
    tell_flags,
    text_of,
)
from lianshu.network.tables_problems import ERROR, NOTE, Problem, Report, fatal

COLUMNS = (
    Column("supplier", ("供应商", "供应方", "销方", "销售方", "卖方", "销方名称"), required=True),
    Column("buyer", ("采购商", "采购方", "购方", "购买方", "买方", "购方名称"), required=True),
    Column("product", ("产品", "商品", "货物", "产品名称", "商品编码")),
    Column("sector", ("行业", "行业代码", "供方行业")),
    Column("amount", ("金额", "交易额", "不含税金额", "销售额", "采购额"), required=True, number=True),
    Column("period", ("期间", "所属期", "月份", "开票月份", "年月")),
    Column("source", ("来源", "数据来源")),
    Column("currency", ("币种",)),
)

# Units a declared amount may have, in yuan.
UNITS = {"元": 1.0, "千元": 1e3, "万元": 1e4, "百万元": 1e6, "亿元": 1e8}

PERIOD_PATTERN = r"^(19|20)\d{2}(-?(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|-?[Qq][1-4])?$"

ID_MAX = 64
PERIOD_KINDS = {4: "年", 6: "季", 7: "月"}

CHECKS = (
    Check("L01", "supplier", "supplier = ''", "供应商为空", "请补上供应商编号，或删去合计行"),
    Check("L02", "buyer", "buyer = ''", "采购方为空", "请补上采购方编号，或删去合计行"),
    Check("L03", "amount", "amount_text = ''", "金额为空", "请补上金额；没有交易就删去该行"),
    Check(
        "L04",
        "amount",
        "amount_text <> '' AND amount IS NULL",
        "金额不是数字",
        "请只填半角数字（可用千分位逗号），单位用 --unit 声明",
    ),
    Check("L05", "amount", "NOT isfinite(amount)", "金额不是有限的数", "请删去或改为实际金额"),
    Check(
        "L06", "amount", "isfinite(amount) AND amount < 0", "金额是负数", "红字发票请先与原票相抵，再导入净额"
    ),
    Check("L07", "amount", "amount = 0", "金额是零，不成为一条链接", "没有交易就删去该行"),
    Check(
        "L08",
        "period",
        f"period_text <> '' AND NOT regexp_matches(period_text, '{PERIOD_PATTERN}')",
        "期间写法不认识",
        "请写成 2025、2025Q1、2025-03 或 2025-03-31",
    ),
    Check(
        "L09",
        "supplier",
        r"contains(supplier, '+') AND regexp_matches(supplier, '^\d(\.\d+)?[eE]\+\d+$')",
        "编号被电子表格改成了科学计数，已失真",
        "请把该列设为文本后重新导出",
    ),
    Check(
        "L10",
        "buyer",
        r"contains(buyer, '+') AND regexp_matches(buyer, '^\d(\.\d+)?[eE]\+\d+$')",
        "编号被电子表格改成了科学计数，已失真",
        "请把该列设为文本后重新导出",
    ),
    Check("L11", "supplier", f"length(supplier) > {ID_MAX}", f"编号超过 {ID_MAX} 个字符", "请核对是否错列"),
    Check("L12", "buyer", f"length(buyer) > {ID_MAX}", f"编号超过 {ID_MAX} 个字符", "请核对是否错列"),
    Check(
        "L13",
        "supplier",
        r"regexp_matches(supplier, '[\x00-\x1f\x7f]')",
        "编号里有控制字符或换行",
        "请清除不可见字符",
    ),
    Check(
        "L14",
        "buyer",
        r"regexp_matches(buyer, '[\x00-\x1f\x7f]')",
        "编号里有控制字符或换行",
        "请清除不可见字符",
    ),
    Check("L15", "supplier", "supplier IN ('合计', '总计', '小计')", "这是合计行，不是企业", "请删去合计行"),
    Check(
        "L20",
        "buyer",
        "supplier <> '' AND supplier = buyer",
        "供应商和采购方是同一家（自己卖给自己），已剔除",
        "总分支机构之间的调拨不算产业链交易",
        NOTE,
    ),
)
SELF_LINK = 1 << (len(CHECKS) - 1)


@dataclass
class Links:
    """Checked links as a DuckDB table in a workspace.

    Columns of ``table``: supplier, buyer, product, sector, amount (DOUBLE, in ``unit`` of ``currency``),
    period (``2025``, ``2025Q1`` or ``2025-03``, empty if undeclared), source; one row for each distinct
    combination of the others. ``unit`` and ``currency`` are empty when nobody declared them.
    """

    work: Workspace
    table: str
    report: Report
    fingerprint: str
    label: str
    unit: str = ""
    currency: str = ""
    rows_read: int = 0
    rows_kept: int = 0

    def count(self) -> int:
        """Number of distinct links."""
        return int(self.work.row(f"SELECT count(*) FROM {self.table}")[0])

    def periods(self) -> list[str]:
        """The periods that occur, in order, without the undeclared one."""
        rows = self.work.con.execute(
            f"SELECT DISTINCT period FROM {self.table} WHERE period <> '' ORDER BY period"
        ).fetchall()
        return [str(period) for (period,) in rows]

    def yuan(self) -> float:
        """Yuan in one unit of ``amount``; raises KeyError when the unit is undeclared."""
        return UNITS[self.unit]


def read_links(work: Workspace, source: str, unit: str = "", currency: str = "CNY") -> Links:
    """Read and check links from any supported source.

    Parameters
    ----------
    source : file or table as ``lianshu.network.tables`` writes it.
    unit : unit of the amounts, a key of ``UNITS``; empty when undeclared.
    currency : currency of the amounts unless the file has a currency column.

    Returns
    -------
    Links with all rows that passed; its report names every row that did not. Call
    ``links.report.raise_errors()`` for a strict run.

    Raises
    ------
    InputError : the source cannot be read at all, or has no usable row.
    """
    if unit and unit not in UNITS:
        raise fatal("L30", source, f"不认识的金额单位「{unit}」", f"可用：{'、'.join(UNITS)}")
    raw = open_table(work, source)
    found = match_columns(raw, COLUMNS)
    staged = _stage(work, raw, found)
    report = Report()
    report.extend(raw.report)
    tell_flags(work, raw, staged, CHECKS, report, found)
    currency = _one_currency(work, raw, staged, found, currency)
    table, kept = _merge(work, raw, staged, report)
    read = int(work.row(f"SELECT count(*) FROM {staged}")[0])
    work.con.execute(f"DROP TABLE {staged}")
    links = Links(work, table, report, raw.fingerprint, raw.label, unit, currency, read, kept)
    _check_granularity(links)
    if kept == 0 and not report.total(ERROR):
        report.add(Problem("L31", ERROR, raw.label, "没有一条可用的链接", "请核对是否只有表头或全是自我交易"))
    return links


def _stage(work: Workspace, raw: RawTable, found: dict[str, str]) -> str:
    """One row per record: trimmed texts, the amount as a number, the checks it fails."""
    staged = work.name("staged")
    texts = ", ".join(
        f"{text_of(raw, found.get(name))} AS {name}"
        for name in ("supplier", "buyer", "product", "sector", "source", "currency")
    )
    work.con.execute(
        f"CREATE TABLE {staged} AS SELECT *, {flag_sql(CHECKS)} AS flags FROM (SELECT _row, {texts}, "
        f"{number_of(raw, found.get('amount'))} AS amount, {text_of(raw, found.get('amount'))} AS amount_text, "
        f"{text_of(raw, found.get('period'))} AS period_text FROM {raw.relation})"
    )
    kind = "VIEW" if not raw.relation_is_table else "TABLE"
    work.con.execute(f"DROP {kind} {raw.relation}")
    return staged


def _one_currency(work: Workspace, raw: RawTable, staged: str, found: dict[str, str], declared: str) -> str:
    if "currency" not in found:
        return declared
    names = [
        str(name)
        for (name,) in work.con.execute(
            f"SELECT DISTINCT currency FROM {staged} WHERE currency <> '' ORDER BY currency"
        ).fetchall()
    ]
    if len(names) > 1:
        raise fatal("L32", raw.label, f"混有多种币种：{'、'.join(names[:5])}", "请先按交易日汇率折成一种币种")
    return names[0] if names else declared


def _period_sql() -> str:
    return (
        "CASE WHEN length(period_text) = 4 OR period_text = '' THEN period_text "
        "WHEN contains(upper(period_text), 'Q') THEN left(period_text, 4) || 'Q' || right(period_text, 1) "
        "ELSE left(period_text, 4) || '-' || substr(replace(period_text, '-', ''), 5, 2) END"
    )


def _merge(work: Workspace, raw: RawTable, staged: str, report: Report) -> tuple[str, int]:
    """Sum rows alike in every dimension; tell how many and the first of them."""
    table = work.name("links")
    keep = f"flags & {error_flags(CHECKS) | SELF_LINK} = 0"
    # Amounts are added as integers, multiples of a power of two so small that none is rounded visibly: the
    # sum is then the same whatever the order of the rows and the number of threads, and it can spill.
    largest = float(work.row(f"SELECT coalesce(max(amount), 1) FROM {staged} WHERE isfinite(amount)")[0])
    scale = repr(2.0 ** (62 - math.frexp(largest)[1])) if largest > 0 else "1.0"
    work.con.execute(
        f"CREATE TABLE {table} AS SELECT supplier, buyer, product, sector, CASE WHEN count(*) = 1 THEN any_value(amount) "
        f"ELSE CAST(sum(CAST(round(amount * {scale}) AS HUGEINT)) AS DOUBLE) / {scale} END AS amount, "
        f"{_period_sql()} AS period, source, min(_row) AS first_row, count(*) AS merged "
        f"FROM {staged} WHERE {keep} GROUP BY supplier, buyer, product, sector, 6, source"
    )
    kept, distinct = map(int, work.row(f"SELECT coalesce(sum(merged), 0), count(*) FROM {table}"))
    if kept > distinct:
        rows = work.con.execute(
            f"SELECT first_row, supplier || '→' || buyer, merged FROM {table} WHERE merged > 1 "
            f"ORDER BY first_row LIMIT {report.keep}"
        ).fetchall()
        places = raw.rows_of([int(record) for record, _, _ in rows])
        shown = [
            Problem(
                "L21",
                NOTE,
                raw.label,
                f"与其他行在供方、购方、产品、期间、来源上都相同，{times} 行已合计为一条",
                "如属重复导出请先去重",
                row=places[int(record)],
                value=str(pair),
            )
            for record, pair, times in rows
        ]
        report.add_counted(shown, "L21", NOTE, kept - distinct)
    return table, kept


def _check_granularity(links: Links) -> None:
    kinds = sorted({len(period) for period in links.periods()})
    if len(kinds) > 1:
        names = "、".join(PERIOD_KINDS[kind] for kind in kinds)
        links.report.add(
            Problem(
                "L33",
                ERROR,
                links.label,
                f"期间粒度混用（{names}），会重复计算",
                "请只留一种粒度的行",
                column="period",
            )
        )
