"""Write a fictional county's trade links, firms, class matrix and nodes; all simulated, all from one seed.

    python bench/network_sample.py OUT [--firms 300] [--seed 7]

With 300 firms and seed 7 this wrote src/lianshu/network/data/. Regions begin with 99, a code no real place
has, and coordinates lie at sea. Sectors are GB/T 4754 divisions; amounts are in 万元.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Node:
    """A kind of firm: what it makes, its division, and what it buys (item, share of its purchases)."""

    item: str
    sector: str
    chain: str
    share: float
    local: float
    buys: tuple[tuple[str, float], ...]
    size: float


EQUIPMENT, FOOD = "模拟装备链", "模拟食品链"
NODES = (
    Node(
        "整机",
        "35",
        EQUIPMENT,
        0.05,
        1.0,
        (("减速器", 3), ("电机", 3), ("控制器", 3), ("机加件", 2), ("软件", 1), ("物流", 1)),
        9.3,
    ),
    Node("减速器", "34", EQUIPMENT, 0.04, 0.8, (("轴承", 2), ("机加件", 3), ("特种钢", 3), ("电力", 1)), 8.3),
    Node(
        "电机",
        "38",
        EQUIPMENT,
        0.05,
        0.7,
        (("磁材", 3), ("铜线", 3), ("机加件", 1), ("轴承", 1), ("电力", 1)),
        8.2,
    ),
    Node(
        "控制器", "39", EQUIPMENT, 0.04, 0.6, (("芯片", 4), ("电子元件", 3), ("塑料件", 1), ("软件", 1)), 8.4
    ),
    Node("传感器", "40", EQUIPMENT, 0.03, 0.6, (("芯片", 3), ("电子元件", 2), ("磁材", 1)), 7.4),
    Node("电子元件", "39", EQUIPMENT, 0.08, 0.6, (("铜线", 2), ("塑料件", 2), ("芯片", 1), ("电力", 1)), 7.3),
    Node("机加件", "34", EQUIPMENT, 0.14, 1.0, (("铸件", 4), ("特种钢", 2), ("电力", 1), ("物流", 1)), 7.0),
    Node("铸件", "33", EQUIPMENT, 0.08, 0.9, (("生铁", 4), ("电力", 2), ("物流", 1)), 7.2),
    Node("轴承", "34", EQUIPMENT, 0.02, 0.3, (("特种钢", 4), ("电力", 1)), 7.8),
    Node("塑料件", "29", EQUIPMENT, 0.07, 0.9, (("树脂", 4), ("电力", 1), ("包装", 1)), 6.8),
    Node("芯片", "39", "", 0.02, 0.0, (), 9.0),
    Node("磁材", "38", "", 0.02, 0.3, (("电力", 1),), 7.6),
    Node("铜线", "32", "", 0.02, 0.4, (("电力", 1),), 8.0),
    Node("特种钢", "31", "", 0.02, 0.0, (("生铁", 3),), 9.0),
    Node("生铁", "31", "", 0.02, 0.2, (), 8.8),
    Node("树脂", "26", "", 0.02, 0.0, (), 8.6),
    Node(
        "肉制品",
        "13",
        FOOD,
        0.05,
        1.0,
        (("生猪", 5), ("调味料", 1), ("包装", 1), ("冷链", 1), ("电力", 1)),
        8.4,
    ),
    Node("生猪", "03", FOOD, 0.08, 1.0, (("饲料", 5), ("兽药", 1)), 7.4),
    Node("饲料", "13", FOOD, 0.03, 0.9, (("玉米", 4), ("豆粕", 3), ("电力", 1)), 8.2),
    Node("玉米", "01", FOOD, 0.04, 0.7, (), 7.2),
    Node("豆粕", "13", "", 0.01, 0.0, (), 8.8),
    Node("兽药", "27", "", 0.01, 0.0, (), 7.2),
    Node("调味料", "14", FOOD, 0.02, 0.8, (("包装", 1), ("电力", 1)), 6.8),
    Node("包装", "22", FOOD, 0.04, 0.9, (("树脂", 2), ("电力", 1)), 7.0),
    Node("冷链", "59", FOOD, 0.01, 1.0, (("电力", 2),), 7.0),
    Node("软件", "65", "", 0.02, 0.3, (("电力", 1),), 6.8),
    Node("物流", "54", "", 0.04, 0.9, (("电力", 1),), 6.6),
    Node("电力", "44", "", 0.01, 1.0, (), 9.2),
)
HOME = "990101"


def generate(count: int, seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """Rows of links.csv and firms.csv."""
    rng = np.random.default_rng(seed)
    share = np.array([node.share for node in NODES])
    numbers = np.maximum(1, np.floor(share / share.sum() * count)).astype(int)
    numbers[int(np.argmax(numbers))] += count - int(numbers.sum())
    kind = np.repeat(np.arange(len(NODES)), numbers)
    size = np.exp(rng.normal([NODES[k].size for k in kind], 1.0))
    place = [_place(rng, NODES[k].local) for k in kind]
    sellers = {node.item: np.flatnonzero(kind == k) for k, node in enumerate(NODES)}
    links: list[list[str]] = []
    bought, sold = np.zeros(count), np.zeros(count)
    for buyer in range(count):
        node = NODES[kind[buyer]]
        if place[buyer] != "local" or not node.buys:
            continue
        whole = sum(weight for _, weight in node.buys)
        for item, weight in node.buys:
            choice = sellers[item][sellers[item] != buyer]
            if not choice.size:
                continue
            k = min(choice.size, 1 + int(rng.poisson(1.6)))
            odds = size[choice] / size[choice].sum()
            picked = np.sort(rng.choice(choice, size=k, replace=False, p=odds))
            parts = rng.dirichlet(np.full(k, 1.5))
            for supplier, part in zip(picked, parts, strict=True):
                amount = round(0.62 * float(size[buyer]) * weight / whole * float(part), 2)
                if amount <= 0:
                    continue
                links.append([_id(supplier), _id(buyer), item, f"{amount:.2f}", "2025", "模拟"])
                bought[buyer] += amount
                sold[supplier] += amount
    firms = [
        _firm(rng, i, NODES[kind[i]], place[i], float(size[i]), float(bought[i]), float(sold[i]))
        for i in range(count)
    ]
    return links, firms


def _place(rng: np.random.Generator, local: float) -> str:
    if rng.random() < local:
        return "local"
    return str(rng.choice(["outside", "outside", "outside", "import", "unknown"]))


def _id(position: int) -> str:
    return f"M{position + 1:06d}"


def _firm(
    rng: np.random.Generator, i: int, node: Node, place: str, size: float, bought: float, sold: float
) -> list[str]:
    region = {"local": HOME, "outside": "990200", "import": "境外", "unknown": ""}[place]
    local = place == "local"
    revenue = max(size, sold / 0.95)
    costs = bought / rng.uniform(0.66, 0.92) if local and bought and rng.random() < 0.85 else 0.0
    return [
        _id(i),
        f"模拟{node.item}企业{i + 1:03d}",
        node.sector,
        region,
        f"模拟{'东西'[int(rng.integers(2))]}园区" if local else "",
        node.chain if local else "",
        node.item if local else "",
        f"{revenue:.0f}" if local else "",
        f"{costs:.0f}" if costs else "",
        f"{max(5, revenue / 90):.0f}" if local else "",
        f"{revenue * rng.uniform(0.01, 0.05):.0f}" if local else "",
        f"{revenue * rng.uniform(1.0, 1.4):.0f}" if rng.random() < 0.7 else "",
        f"{rng.uniform(0.2, 0.95):.2f}" if local and rng.random() < 0.6 else "",
        f"{rng.integers(3, 31)}" if local else "",
        f"{125 + rng.uniform(0, 0.6):.4f}",
        f"{28 + rng.uniform(0, 0.5):.4f}",
    ]


FIRM_HEAD = [
    "firm",
    "name",
    "sector",
    "region",
    "park",
    "chain",
    "node",
    "revenue",
    "costs",
    "jobs",
    "tax",
    "capacity",
    "technology",
    "stock_days",
    "longitude",
    "latitude",
]


def classes() -> list[list[str]]:
    """Class matrix: goods are essential to goods makers, packaging and services are not, power always is."""
    sectors = sorted({node.sector for node in NODES})
    rows = []
    for supplier in sectors:
        for buyer in sectors:
            goods = int(supplier) <= 50 and int(buyer) <= 50
            value = 2 if supplier == "44" or (goods and supplier != "22") else 1
            rows.append([supplier, buyer, str(value)])
    return rows


def write(folder: Path, count: int, seed: int) -> None:
    """Write links.csv, firms.csv, essential.csv and nodes.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    links, firms = generate(count, seed)
    nodes = [[node.item, node.item] for node in NODES]
    for name, head, rows in (
        ("links", ["supplier", "buyer", "product", "amount", "period", "source"], links),
        ("firms", FIRM_HEAD, firms),
        ("essential", ["supplier_sector", "buyer_sector", "class"], classes()),
        ("nodes", ["node", "product"], nodes),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--firms", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    write(args.out, args.firms, args.seed)


if __name__ == "__main__":
    main()
