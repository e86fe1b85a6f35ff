"""Code names for firms and ranges for amounts, for readers without the right to see either.

A code is the first ten hex digits of HMAC-SHA256 of the firm id under a secret key, so the same firm
keeps its code from month to month, and nobody without the key can find the firm by trying ids. Names,
coordinates and exact sizes are left out. This hides identities from readers; it is no protection against
somebody who already knows most of a firm's trades.
"""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

import argparse
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from lianshu.network.firms import read_firms, with_unlisted
from lianshu.network.links import read_links
from lianshu.network.tables import Workspace, literal
from lianshu.network.tables_problems import fatal

CODE_DIGITS = 10
# Bounds of the ranges in yuan, and what each is called.
RANGES = (1e5, 1e6, 5e6, 1e7, 5e7, 1e8, 5e8, 1e9, 1e10)


def code_name(key: bytes, firm: str) -> str:
    """The code of a firm id under a key, e.g. ``企-3f9a0c41d2``."""
    return "企-" + hmac.new(key, firm.encode(), hashlib.sha256).hexdigest()[:CODE_DIGITS]


def code_names(key: bytes, firms: Sequence[str]) -> list[str]:
    """Codes of many firms.

    Raises
    ------
    InputError : two firms get the same code (ten digits are then too few for so many firms).
    """
    codes = [code_name(key, firm) for firm in firms]
    if len(set(codes)) != len(codes):
        raise fatal("K02", "代号", "两家企业得到同一代号", "请换一个密钥文件再试")
    return codes


def amount_range(amount: float, yuan: float = 1.0) -> str:
    """The range an amount falls in, in words; ``yuan`` is how many yuan one unit is."""
    value = amount * yuan
    if value <= 0:
        return "无"
    low = [bound for bound in RANGES if bound <= value]
    high = [bound for bound in RANGES if bound > value]
    if not low:
        return f"{_words(high[0])}以下"
    if not high:
        return f"{_words(low[-1])}以上"
    return f"{_words(low[-1])}～{_words(high[0])}"


def _words(yuan: float) -> str:
    return f"{yuan / 1e8:g} 亿元" if yuan >= 1e8 else f"{yuan / 1e4:g} 万元"


def read_key(path: Path) -> bytes:
    """The secret key of a file, made and written when the file is not there.

    Raises
    ------
    InputError : the file is not a key of at least 16 bytes in hex, or cannot be written.
    """
    if not path.exists():
        try:
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
        except OSError as error:
            raise fatal("K01", path.name, f"写不了密钥文件：{error.strerror}", "请换一个文件夹") from error
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise fatal("K01", path.name, "不是密钥文件", "请给出原来的密钥文件，或一个新文件名") from error
    if len(key) < 16:
        raise fatal("K01", path.name, "密钥太短", "请给出原来的密钥文件，或一个新文件名")
    return key


def anonymous_files(args: argparse.Namespace) -> tuple[int, int]:
    """Write ``links.csv`` and ``firms.csv`` with code names into ``args.out``; returns firms and links."""
    key = read_key(args.key)
    with Workspace(args.memory, args.threads, on_disk=bool(args.memory)) as work:
        links = read_links(work, args.links, args.unit)
        links.report.raise_errors()
        firms = read_firms(work, args.firms, args.home)
        firms.report.raise_errors()
        firms = with_unlisted(firms, links)
        codes = code_names(key, firms.ids)
        work.con.register(
            "codes",
            pa.table({"firm": pa.array(firms.ids, pa.string()), "code": pa.array(codes, pa.string())}),
        )
        args.out.mkdir(parents=True, exist_ok=True)
        signature = "\ufeff"  # at the start of a file it tells a spreadsheet that the text is UTF-8
        # Only what the measures need goes out: no name, coordinates, revenue, jobs or tax.
        for name, sql in (
            (
                "links",
                f'SELECT s.code AS "{signature}供应商", b.code AS 采购方, l.product AS 产品, l.sector AS 行业, '
                "l.amount AS 金额, l.period AS 期间, l.source AS 来源 "
                f"FROM {links.table} l JOIN codes s ON s.firm = l.supplier JOIN codes b ON b.firm = l.buyer "
                "ORDER BY ALL",
            ),
            (
                "firms",
                f'SELECT c.code AS "{signature}企业编号", f.sector AS 行业, CASE f.place '
                "WHEN 'local' THEN '否' WHEN 'import' THEN '境外' WHEN 'outside' THEN '是' ELSE '不明' END AS 区外, "
                f"f.chain AS 产业链, f.node AS 环节, f.costs AS 采购总额 FROM {firms.table} f "
                "JOIN codes c USING (firm) ORDER BY ALL",
            ),
        ):
            target = literal(str(args.out / f"{name}.csv"))
            work.con.execute(f"COPY ({sql}) TO {target} (FORMAT csv, HEADER)")
        return len(firms.ids), links.count()
