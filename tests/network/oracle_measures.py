"""Plain-Python oracle for the measures: loops over lists of dicts, nothing clever."""

from __future__ import annotations

import random
from collections import defaultdict

PLACES = ("local", "outside", "import", "unknown")


def sample(seed: int = 1, firms: int = 30, links: int = 200) -> tuple[list[dict], list[dict]]:
    """A small random set of firms and links with every kind of place and two periods."""
    rng = random.Random(seed)
    firm_rows = [
        {
            "firm": f"f{i:02d}",
            "sector": rng.choice(["31", "39", "51"]),
            "place": rng.choice(["local", "local", "outside", "import", "unknown"]),
            "chain": rng.choice(["甲链", "乙链", "甲链；乙链", ""]),
            "node": rng.choice(["上游", "下游", ""]),
            "region": rng.choice(["990101", "990102"]),
            "park": "",
            "costs": rng.choice([None, 500.0, 50.0]),
        }
        for i in range(firms)
    ]
    rows = {}
    while len(rows) < links:
        a, b = rng.sample(range(firms + 2), 2)
        key = (f"f{a:02d}", f"f{b:02d}", rng.choice(["p", "q", ""]), rng.choice(["2025-01", "2025-02"]))
        rows[key] = rng.randint(1, 1000) / 8
    link_rows = [
        {"supplier": s, "buyer": b, "product": p, "sector": "", "amount": v, "period": t, "source": "x"}
        for (s, b, p, t), v in rows.items()
    ]
    return firm_rows, link_rows


def trades(firms: list[dict], links: list[dict]) -> list[dict]:
    known = {f["firm"]: f for f in firms}
    out = []
    for link in links:
        s, b = known.get(link["supplier"]), known.get(link["buyer"])
        out.append(
            {
                **link,
                "item": link["product"] or link["sector"] or (s["sector"] if s else ""),
                "supplier_place": s["place"] if s else "unknown",
                "buyer_place": b["place"] if b else "unknown",
                "buyer_firm": b,
            }
        )
    return out


def labels(firm: dict, by: str) -> list[str]:
    if by == "all":
        return ["全部"]
    if by == "chain":
        return [c for c in firm["chain"].split("；") if c]
    return [firm[by]] if firm[by] else []


def local_supply(firms: list[dict], links: list[dict], by: str) -> dict[str, dict[str, float]]:
    found: dict[str, list[dict]] = defaultdict(list)
    for t in trades(firms, links):
        if t["buyer_place"] == "local":
            for label in labels(t["buyer_firm"], by):
                found[label].append(t)
    out = {}
    for label, rows in found.items():
        total = sum(r["amount"] for r in rows)
        local = sum(r["amount"] for r in rows if r["supplier_place"] == "local")
        unknown = sum(r["amount"] for r in rows if r["supplier_place"] == "unknown")
        place = {r["supplier"]: r["supplier_place"] for r in rows}
        items = defaultdict(set)
        for r in rows:
            items[r["item"]].add(r["supplier_place"])
        n_local = sum(p == "local" for p in place.values())
        n_unknown = sum(p == "unknown" for p in place.values())
        i_local = sum("local" in p for p in items.values())
        i_unknown = sum("unknown" in p and "local" not in p for p in items.values())
        out[label] = {
            "amount_low": local / total,
            "amount_high": (local + unknown) / total,
            "supplier_low": n_local / len(place),
            "supplier_high": (n_local + n_unknown) / len(place),
            "product_low": i_local / len(items),
            "product_high": (i_local + i_unknown) / len(items),
        }
    return out


def hhi(links: list[dict], firm: str, partner: str) -> dict[str, tuple[float, float]]:
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for link in links:
        sums[link[firm]][link[partner]] += link["amount"]
    return {
        f: (
            sum((v / sum(parts.values())) ** 2 for v in parts.values()),
            max(parts.values()) / sum(parts.values()),
        )
        for f, parts in sums.items()
    }


def single_source(firms: list[dict], links: list[dict]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for t in trades(firms, links):
        if t["buyer_place"] == "local":
            found[t["buyer"], t["item"]].append(t)
    return {
        key: sum(r["amount"] for r in rows)
        for key, rows in found.items()
        if len({r["supplier"] for r in rows}) == 1
    }


def totals(firms: list[dict], links: list[dict]) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for t in trades(firms, links):
        out[t["supplier"]]["sales"] += t["amount"]
        out[t["supplier"]][f"sales_{t['buyer_place']}"] += t["amount"]
        out[t["buyer"]]["purchases"] += t["amount"]
        out[t["buyer"]][f"purchases_{t['supplier_place']}"] += t["amount"]
    return out


def coverage(firms: list[dict], links: list[dict], by: str) -> dict[str, float]:
    bought: dict[str, float] = defaultdict(float)
    for link in links:
        bought[link["buyer"]] += link["amount"]
    cost: dict[str, float] = defaultdict(float)
    seen: dict[str, float] = defaultdict(float)
    for f in firms:
        if f["place"] == "local" and f["costs"]:
            for label in labels(f, by):
                cost[label] += f["costs"]
                seen[label] += min(f["costs"], bought[f["firm"]])
    return {label: seen[label] / cost[label] for label in cost}
