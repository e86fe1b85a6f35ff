"""From checked links, firms and classes to the arrays of a ``Network``."""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lianshu.network.classes import ClassMatrix, default_classes, lost_zero, read_classes, sort_codes
from lianshu.network.firms import LOCAL, Firms, read_firms, unlisted, with_unlisted
from lianshu.network.links import Links, read_links
from lianshu.network.network import FloatArray, LinkRepairs, Network
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import ERROR, InputError, Problem

UNKNOWN_SECTOR = "未知"


@dataclass(frozen=True)
class Loaded:
    """A network with the tables it came from and what was changed on the way."""

    network: Network
    links: Links
    firms: Firms
    classes: ClassMatrix
    repairs: LinkRepairs

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of every input, for the record of a run."""
        return {
            "links": self.links.fingerprint,
            "firms": self.firms.fingerprint,
            "essential": self.classes.fingerprint,
        }


def load_network(
    work: Workspace,
    links_source: str | Links,
    firms_source: str,
    essential_source: str | None = None,
    *,
    unit: str = "",
    home: str = "",
    simulated: bool = False,
    keep_unlisted: bool = False,
) -> Loaded:
    """Read the three files strictly and build the network.

    Parameters
    ----------
    links_source : a source as ``lianshu.network.tables`` writes it, or links read before (a month store's).
    essential_source : class matrix; ``None`` takes the rule of 2022 over GB/T 4754 codes.
    keep_unlisted : keep firms of the links that the firms table lacks (sector from the links, else
        ``未知`` with class 0 to everything); otherwise they are an error.

    Raises
    ------
    InputError : any row of any file is wrong; all problems of all three files are told at once.
    """
    problems: list[Problem] = []
    total = 0
    links = read_links(work, links_source, unit) if isinstance(links_source, str) else links_source
    firms = read_firms(work, firms_source, home)
    for report in (links.report, firms.report):
        problems += report.errors()
        total += report.total(ERROR)
    strangers = unlisted(firms, links)
    if strangers and not keep_unlisted:
        problems += [
            Problem("L25", ERROR, links.label, "链接里的企业不在企业表", "请补入企业表并给出行业", value=firm)
            for firm in strangers[:1000]
        ]
        total += len(strangers)
    if problems:
        raise InputError(problems, total)
    if keep_unlisted:
        firms = with_unlisted(firms, links)
    classes = fitting_classes(work, essential_source, firms)
    network, repairs = build_network(links, firms, classes, simulated=simulated)
    return Loaded(network, links, firms, classes, repairs)


def fitting_classes(work: Workspace, source: str | None, firms: Firms) -> ClassMatrix:
    """The class matrix of a file, or of the rule of 2022 (``None``), for the sectors of these firms.

    Raises
    ------
    InputError : the file is wrong, a firm's sector is not in the matrix, or a pair of present sectors is missing.
    """
    named = _sectors(firms)
    classes = _classes(work, source, named)
    _check_sectors(firms, classes)
    classes.matrix(classes.sectors(), set(named))
    return classes


def _sectors(firms: Firms) -> list[str]:
    return [sector or UNKNOWN_SECTOR for sector in firms.texts("sector")]


def _classes(work: Workspace, source: str | None, named: Sequence[str]) -> ClassMatrix:
    classes = (
        read_classes(work, source) if source else default_classes(c for c in named if c != UNKNOWN_SECTOR)
    )
    if UNKNOWN_SECTOR not in named:
        return classes
    pairs = dict(classes.pairs)
    for code in {*named, *classes.sectors()}:
        pairs.setdefault((UNKNOWN_SECTOR, code), 0)
        pairs.setdefault((code, UNKNOWN_SECTOR), 0)
    return ClassMatrix(pairs, classes.fingerprint, classes.label)


def build_network(
    links: Links, firms: Firms, classes: ClassMatrix, *, simulated: bool = False
) -> tuple[Network, LinkRepairs]:
    """Build the arrays; links of one pair over several products and periods are summed.

    Raises
    ------
    InputError : a firm's sector is not in the class matrix, or a pair of present sectors is missing.
    """
    _check_sectors(firms, classes)
    named, markets = _sectors(firms), firms.texts("market")
    sectors = sort_codes(classes.sectors())
    position = {code: i for i, code in enumerate(sectors)}
    sector = np.array([position[code] for code in named], dtype=np.int32)
    supplier, buyer, amount = _pairs(links, firms)
    places = firms.texts("place")
    network, repairs = Network.build(
        firms=firms.ids,
        sectors=sectors,
        supplier=supplier,
        buyer=buyer,
        amount=amount,
        sector=sector,
        classes=classes.matrix(sectors, set(named)),
        market=np.array([position[m or s] for m, s in zip(markets, named, strict=True)], dtype=np.int32)
        if any(markets)
        else None,
        revenue=_known(firms, "revenue"),
        costs=_known(firms, "costs"),
        jobs=_known(firms, "jobs"),
        tax=_known(firms, "tax"),
        longitude=_known(firms, "longitude"),
        latitude=_known(firms, "latitude"),
        labels={name: tuple(firms.texts(name)) for name in ("region", "park", "node", "group", "place")},
        chains={name: np.array(members, dtype=np.int32) for name, members in firms.chains().items()},
        names=tuple(n or i for n, i in zip(firms.texts("name"), firms.ids, strict=True)),
        outside=np.array([place != LOCAL for place in places], dtype=np.bool_),
        unit=links.unit or "单位未声明",
        simulated=simulated,
    )
    return network, repairs


def _check_sectors(firms: Firms, classes: ClassMatrix) -> None:
    known = set(classes.sectors())
    wrong = [
        Problem(
            "F81",
            ERROR,
            firms.label,
            "行业不在重要性矩阵里",
            lost_zero(code) if f"0{code}" in known else "请核对代码或补全矩阵",
            None,
            "行业",
            f"{firm}:{code}",
        )
        for firm, code in zip(firms.ids, _sectors(firms), strict=True)
        if code not in known
    ]
    wrong += [
        Problem(
            "F82", ERROR, firms.label, "竞争市场不在行业表里", "请填行业代码", None, "市场", f"{firm}:{code}"
        )
        for firm, code in zip(firms.ids, firms.texts("market"), strict=True)
        if code and code not in known
    ]
    if wrong:
        raise InputError(wrong[:1000], len(wrong))


def _known(firms: Firms, column: str) -> FloatArray | None:
    values = firms.numbers(column)
    return None if np.isnan(values).all() else values


def _pairs(links: Links, firms: Firms) -> tuple[np.ndarray, np.ndarray, FloatArray]:
    """Supplier and buyer positions and amounts of every link, in a fixed order."""
    con = links.work.con
    ids = pa.table(
        {"id": pa.array(firms.ids, pa.string()), "at": pa.array(range(len(firms.ids)), pa.int32())}
    )
    con.register("firm_positions", ids)
    found = con.execute(
        f"SELECT s.at AS supplier, b.at AS buyer, l.amount FROM {links.table} l "
        "JOIN firm_positions s ON l.supplier = s.id JOIN firm_positions b ON l.buyer = b.id "
        "ORDER BY supplier, buyer, l.first_row"
    ).fetchnumpy()
    con.unregister("firm_positions")
    return (
        np.asarray(found["supplier"], dtype=np.int64),
        np.asarray(found["buyer"], dtype=np.int64),
        np.asarray(found["amount"], dtype=np.float64),
    )
