"""Scenarios worth asking about: firms, a park, a region, a sector, a flood, an import ban, or a file of shocks."""

# Table names are made by this room and what comes from users passes through `quoted` or `literal`.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianshu.network.cascade import Scenario
from lianshu.network.network import Network, NetworkError
from lianshu.network.tables import Workspace, open_table
from lianshu.network.tables_columns import (
    Check,
    Column,
    flag_sql,
    match_columns,
    number_of,
    tell_flags,
    text_of,
)
from lianshu.network.tables_problems import ERROR, InputError, Problem, Report

COLUMNS = (
    Column("scenario", ("情景", "情景编号"), required=True),
    Column("firm", ("企业", "企业编号"), required=True),
    Column("loss", ("损失", "损失比例"), required=True, number=True),
    Column("loss_up", ("需求损失", "上游损失"), number=True),
)
CHECKS = (
    Check("S01", "scenario", "scenario = ''", "情景为空", "请给每行写上情景编号"),
    Check("S02", "firm", "firm = ''", "企业为空", "请补上企业编号"),
    Check("S03", "loss", "loss IS NULL", "损失不是数字或为空", "请填 0 到 1 之间的比例，如 0.3"),
    Check("S04", "loss", "NOT (loss BETWEEN 0 AND 1)", "损失不在 0 到 1 之间", "三成写 0.3，停产写 1"),
    Check(
        "S05",
        "loss_up",
        "loss_up_text <> '' AND loss_up IS NULL",
        "需求损失不是数字",
        "请填 0 到 1 之间的比例",
    ),
    Check("S06", "loss_up", "NOT (loss_up BETWEEN 0 AND 1)", "需求损失不在 0 到 1 之间", "三成写 0.3"),
)
ABROAD = ("境外", "国外", "进口")
DIRECTIONS = ("both", "down", "up")
GROUPING_NAMES = {"region": "地区", "park": "园区", "group": "集团", "node": "环节"}


def shock(
    network: Network, name: str, firms: Iterable[int], loss: float = 1.0, direction: str = "both"
) -> Scenario:
    """The firms with these indices each lose `loss` of their activity directly.

    `direction` says which direct loss is passed on: of supplies (`down`), of orders (`up`), or both. Raises
    NetworkError for a loss outside [0, 1], an unknown direction or no firm at all.
    """
    if not 0.0 <= loss <= 1.0:
        raise NetworkError(f"情景“{name}”的损失 {loss} 不在 0 到 1 之间；三成写 0.3，停产写 1。")
    if direction not in DIRECTIONS:
        raise NetworkError(f"方向“{direction}”不认识；可用 {'、'.join(DIRECTIONS)}。")
    at = np.unique(np.fromiter(firms, dtype=np.int64))
    if at.size == 0:
        raise NetworkError(f"情景“{name}”没有涉及任何企业；请核对名称或范围。")
    if at[0] < 0 or at[-1] >= network.firm_count:
        raise NetworkError(f"情景“{name}”含有不存在的企业序号；序号应在 0 到 {network.firm_count - 1} 之间。")
    full, none = np.full(at.size, loss), np.zeros(at.size)
    return Scenario(name, at, none if direction == "up" else full, none if direction == "down" else full)


def by_label(network: Network, grouping: str, label: str, loss: float = 1.0) -> Scenario:
    """All firms with a label of a grouping: a park, a region, a group of companies, a chain node."""
    title = GROUPING_NAMES.get(grouping, grouping)
    labels = network.labels.get(grouping)
    if labels is None:
        raise NetworkError(f"企业表没有“{title}”一列，不能按它设情景；请补上这一列。")
    firms = [at for at, own in enumerate(labels) if own == label]
    if not firms:
        known = "、".join(sorted({own for own in labels if own})[:5]) or "（全为空）"
        raise NetworkError(f"没有{title}为“{label}”的企业；现有：{known}。")
    return shock(network, f"{title}:{label}", firms, loss)


def of_sector(network: Network, code: str, loss: float = 1.0) -> Scenario:
    """All firms of a sector code."""
    if code not in network.sectors:
        raise NetworkError(f"行业表没有代码“{code}”；请核对。")
    return shock(network, f"行业:{code}", np.flatnonzero(network.sector == network.sectors.index(code)), loss)


def import_ban(network: Network, sector: str | None = None, loss: float = 1.0) -> Scenario:
    """Firms abroad stop delivering (all, or those of one sector); what they buy here is not touched.

    A firm is abroad when its region says so (境外, 国外, 进口) or its place is `import`.
    """
    regions = network.labels.get("region", ())
    places = network.labels.get("place", ())
    abroad = {at for at, region in enumerate(regions) if region in ABROAD}
    abroad |= {at for at, place in enumerate(places) if place == "import"}
    if not abroad:
        raise NetworkError("企业表没有标明境外企业，无法推演断供；请在地区一列把境外供应商填为“境外”。")
    if sector is not None:
        if sector not in network.sectors:
            raise NetworkError(f"行业表没有代码“{sector}”；请核对。")
        code = network.sectors.index(sector)
        abroad = {at for at in abroad if network.sector[at] == code}
    name = "进口断供" if sector is None else f"进口断供:{sector}"
    return shock(network, name, abroad, loss, direction="down")


def in_polygon(network: Network, rings: Sequence[Any], name: str = "淹没范围", loss: float = 1.0) -> Scenario:
    """Firms whose coordinates lie inside a polygon: rings of (longitude, latitude), even-odd rule.

    Holes are further rings. Firms without coordinates are counted in no polygon; raises NetworkError when
    no firm has any, or none lies inside.
    """
    if network.longitude is None or network.latitude is None:
        raise NetworkError("企业表没有经纬度，不能按范围设情景；请补上经度、纬度两列。")
    inside = np.zeros(network.firm_count, dtype=np.bool_)
    for ring in rings:
        inside ^= _within(network.longitude, network.latitude, np.asarray(ring, dtype=np.float64))
    if not inside.any():
        unknown = int((~np.isfinite(network.longitude)).sum())
        raise NetworkError(f"范围“{name}”内没有企业（{unknown} 家企业没有坐标）；请核对范围与坐标。")
    return shock(network, name, np.flatnonzero(inside), loss)


def read_polygon(path: Path) -> list[Any]:
    """Rings of a GeoJSON polygon or multipolygon, alone, in a feature or in a collection."""
    try:
        shape = json.loads(path.read_text(encoding="utf-8-sig"))
        if shape["type"] == "FeatureCollection":
            geometries = [feature["geometry"] for feature in shape["features"]]
        else:
            geometries = [shape["geometry"] if shape["type"] == "Feature" else shape]
        rings: list[Any] = []
        for geometry in geometries:
            if geometry["type"] not in {"Polygon", "MultiPolygon"}:
                raise ValueError(f"图形是 {geometry['type']}")
            several = geometry["type"] == "MultiPolygon"
            for polygon in geometry["coordinates"] if several else [geometry["coordinates"]]:
                rings += [[(float(point[0]), float(point[1])) for point in ring] for ring in polygon]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise NetworkError(
            f"读不懂范围文件 {path.name}：{error}；应为 GeoJSON 的 Polygon 或 MultiPolygon（经度、纬度）。"
        ) from error
    if not rings:
        raise NetworkError(f"范围文件 {path.name} 里没有多边形。")
    return rings


def read_shocks(work: Workspace, network: Network, source: str) -> list[Scenario]:
    """Read scenarios from a table: scenario, firm, loss and optionally loss_up, one row per firm.

    Scenarios come in the order of their first row. Raises InputError naming every row that is wrong.
    """
    raw = open_table(work, source)
    found = match_columns(raw, COLUMNS)
    staged = work.name("staged_shocks")
    parts = [f"{text_of(raw, found.get(name))} AS {name}" for name in ("scenario", "firm")]
    for name in ("loss", "loss_up"):
        heading = found.get(name)
        parts += [f"{number_of(raw, heading)} AS {name}", f"{text_of(raw, heading)} AS {name}_text"]
    work.con.execute(
        f"CREATE TABLE {staged} AS SELECT *, {flag_sql(CHECKS)} AS flags "
        f"FROM (SELECT _row, {', '.join(parts)} FROM {raw.relation})"
    )
    report = Report()
    report.extend(raw.report)
    tell_flags(work, raw, staged, CHECKS, report, found)
    report.raise_errors()
    rows = work.con.execute(
        f"SELECT _row, scenario, firm, loss, loss_up FROM {staged} ORDER BY _row"
    ).fetchall()
    scenarios: dict[str, dict[int, tuple[float, float]]] = {}
    wrong: list[tuple[int, str, str, str, str]] = []
    for record, scenario, firm, loss, loss_up in rows:
        members = scenarios.setdefault(scenario, {})
        try:
            at = network.index(firm)
        except NetworkError:
            wrong.append((record, "S07", "企业不在企业表", "请核对企业编号", firm))
            continue
        if at in members:
            wrong.append((record, "S08", f"情景 {scenario} 里同一企业出现两次", "请只留一行", firm))
        members[at] = (loss, loss if loss_up is None else loss_up)
    if not rows:
        wrong.append((0, "S09", "没有一行情景", "请核对是否只有表头", ""))
    if wrong:
        places = raw.rows_of([record for record, *_ in wrong])
        raise InputError(
            [
                Problem(code, ERROR, raw.label, message, remedy, places[record], found["firm"], value)
                for record, code, message, remedy, value in wrong
            ]
        )
    return [_from_rows(name, members) for name, members in scenarios.items()]


def one_way(scenario: Scenario, direction: str) -> Scenario:
    """The scenario with its direct losses passed on in one direction only (`down` or `up`), or in both."""
    up = scenario.down if scenario.up is None else scenario.up
    none = np.zeros(scenario.firms.size)
    if direction == "down":
        return replace(scenario, up=none)
    if direction == "up":
        return replace(scenario, down=none, up=up)
    return scenario


def _from_rows(name: str, members: dict[int, tuple[float, float]]) -> Scenario:
    firms = np.array(list(members), dtype=np.int64)
    losses = np.array(list(members.values()), dtype=np.float64)
    return Scenario(name, firms, losses[:, 0], losses[:, 1])


def _within(x: NDArray[np.float64], y: NDArray[np.float64], ring: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Even-odd rule: True where a ray to the east crosses the ring an odd number of times."""
    inside = np.zeros(x.shape, dtype=np.bool_)
    for (x1, y1), (x2, y2) in zip(ring.tolist(), np.roll(ring, -1, axis=0).tolist(), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside
