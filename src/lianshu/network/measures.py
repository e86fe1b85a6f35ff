"""Measures over trade links, written once in Ibis: DuckDB by default, Spark where one machine is outgrown.

Every function takes and gives unbound Ibis tables; ``run`` compiles them to DuckDB's SQL and computes them,
``lianshu.network.spark`` does the same on Spark. Amounts keep the unit of the links. "Local" is what the firms table's ``place`` says; a supplier nobody knows has the
place ``unknown`` and is never counted on either side, but widens the bounds.

Local supply rate has no official formula. Three definitions are computed side by side and always named:

* by amount: purchases of local buyers from local suppliers / all their purchases;
* by supplier: distinct local suppliers / distinct suppliers;
* by product: distinct products with at least one local supplier / distinct products bought.

Bounds: everything unknown counted as outside, and everything unknown counted as local.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import pyarrow as pa

from lianshu.network.firms import IMPORT, LOCAL, OUTSIDE, UNKNOWN, Firms
from lianshu.network.links import Links
from lianshu.network.tables import Workspace

# Ibis builds expressions dynamically; its own types say no more than this.
Table = Any

GROUPINGS = ("all", "firm", "sector", "node", "chain", "region", "park")
PLACES = (LOCAL, OUTSIDE, IMPORT, UNKNOWN)


LINK_SCHEMA = {
    "supplier": "string",
    "buyer": "string",
    "product": "string",
    "sector": "string",
    "amount": "float64",
    "period": "string",
    "source": "string",
}
FIRM_SCHEMA = {
    "firm": "string",
    "sector": "string",
    "place": "string",
    "region": "string",
    "park": "string",
    "chain": "string",
    "node": "string",
    "costs": "float64",
}


@dataclass(frozen=True)
class MeasureTables:
    """Links and firms as unbound Ibis tables, named as the engine that will compute them names them.

    links : supplier, buyer, product, sector, amount, period, source.
    firms : firm, sector, place, and for groupings region, park, chain, node; costs for coverage.
    """

    links: Table
    firms: Table

    def with_suppliers(self, links: Table) -> Table:
        """Links with ``supplier_place`` and ``item``, the thing traded.

        ``item`` is the product, else the sector the link names, else the supplier's sector.
        """
        f = self.firms
        t = links.left_join(f.select(firm=f.firm, place=f.place, own=f.sector), links.supplier == f.firm)
        item = ibis.cases(
            (t["product"] != "", t["product"]), (t.sector != "", t.sector), else_=t.own.fill_null("")
        )
        return t.select(*links.columns, item=item, supplier_place=t.place.fill_null(UNKNOWN))

    def with_buyers(self, links: Table) -> Table:
        """Links with ``buyer_place``."""
        f = self.firms
        t = links.left_join(f.select(firm=f.firm, place=f.place), links.buyer == f.firm)
        return t.select(*links.columns, buyer_place=t.place.fill_null(UNKNOWN))

    @cached_property
    def pairs(self) -> Table:
        """Amount per supplier and buyer over all products and periods."""
        return self.links.group_by("supplier", "buyer").agg(amount=self.links.amount.sum())

    def labelled(self, by: str) -> Table:
        """Local firms with their ``label`` in a grouping; a firm of several chains stands once in each."""
        if by not in GROUPINGS:
            raise ValueError(f"不认识的分组「{by}」，可用：{'、'.join(GROUPINGS)}")
        f = self.firms.filter(self.firms.place == LOCAL)
        if by == "all":
            return f.select("firm", "costs", label=ibis.literal("全部"))
        if by == "chain":
            parts = f.chain.fill_null("").re_replace("[；、,，]", ";").split(";")
            chains = f.select("firm", "costs", label=parts).unnest("label")
            chains = chains.mutate(label=chains.label.strip())
            return chains.filter(chains.label != "").distinct()
        found = f.select("firm", "costs", label=f[by].fill_null(""))
        return found.filter(found.label != "")


def named_tables(links: str, firms: str) -> MeasureTables:
    """Measure tables over two tables of any engine that have ``LINK_SCHEMA`` and ``FIRM_SCHEMA`` columns."""
    return MeasureTables(ibis.table(LINK_SCHEMA, name=links), ibis.table(FIRM_SCHEMA, name=firms))


def from_tables(links: Links, firms: Firms) -> MeasureTables:
    """Measure tables over checked links and firms of one workspace."""
    return named_tables(links.table, firms.table)


def run(work: Workspace, expression: Table) -> pa.Table:
    """Compute an expression on the workspace's DuckDB."""
    found: pa.Table = work.con.sql(str(ibis.to_sql(expression, dialect="duckdb"))).to_arrow_table()
    return found


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def max_by(value: str, weight: float) -> str:  # type: ignore[empty-body]
    """The value of the row with the largest weight; DuckDB and Spark both call it so.

    Ibis' own ``argmax`` becomes a sorted aggregate on DuckDB, a third slower.
    """


def _where(table: Table, column: str, place: str) -> Table:
    return table.amount.sum(where=table[column] == place).fill_null(0.0)


def firm_totals(tables: MeasureTables) -> Table:
    """Per firm: sales and purchases by place of the other side, and number of customers and suppliers.

    Columns firm, sales, sales_local, sales_outside, sales_import, sales_unknown, customers, and the same
    for purchases and suppliers. Firms with neither sales nor purchases are not listed.
    """
    sold, bought = tables.with_buyers(tables.links), tables.with_suppliers(tables.links)
    sales = sold.group_by(firm=sold.supplier).agg(
        sales=sold.amount.sum(),
        customers=sold.buyer.nunique(),
        **{f"sales_{place}": _where(sold, "buyer_place", place) for place in PLACES},
    )
    purchases = bought.group_by(firm=bought.buyer).agg(
        purchases=bought.amount.sum(),
        suppliers=bought.supplier.nunique(),
        **{f"purchases_{place}": _where(bought, "supplier_place", place) for place in PLACES},
    )
    joined = sales.outer_join(purchases, "firm")
    numbers = [name for name in (*sales.columns, *purchases.columns) if name != "firm"]
    return joined.select(
        firm=ibis.coalesce(joined.firm, joined.firm_right),
        **{name: joined[name].fill_null(0) for name in numbers},
    )


def _bought(tables: MeasureTables, by: str) -> Table:
    """Links of local buyers with the label of the buyer, ``item`` and ``supplier_place``."""
    f = tables.labelled(by)
    t = tables.links.join(f.select("firm", "label"), tables.links.buyer == f.firm).drop("firm")
    return tables.with_suppliers(t)


def local_supply(tables: MeasureTables, by: str = "all") -> Table:
    """Local supply rate of local buyers in the three definitions, with bounds.

    Columns label; total, local, unknown (amounts); amount_low, amount_high; suppliers, local_suppliers,
    unknown_suppliers, supplier_low, supplier_high; products, local_products, unknown_products,
    product_low, product_high. Purchases the links do not show at all are the business of ``coverage``.
    """
    t = _bought(tables, by)
    s = t.group_by("label", "supplier").agg(supplier_place=t.supplier_place.max(), amount=t.amount.sum())
    suppliers = s.group_by("label").agg(
        total=s.amount.sum(),
        local=_where(s, "supplier_place", LOCAL),
        unknown=_where(s, "supplier_place", UNKNOWN),
        suppliers=s.count(),
        local_suppliers=s.count(where=s.supplier_place == LOCAL),
        unknown_suppliers=s.count(where=s.supplier_place == UNKNOWN),
    )
    p = t.group_by("label", "item").agg(
        has_local=(t.supplier_place == LOCAL).any(), has_unknown=(t.supplier_place == UNKNOWN).any()
    )
    products = p.group_by("label").agg(
        products=p.count(),
        local_products=p.count(where=p.has_local),
        unknown_products=p.count(where=p.has_unknown & ~p.has_local),
    )
    r = suppliers.join(products, "label")
    return r.mutate(
        amount_low=r.local / r.total,
        amount_high=(r.local + r.unknown) / r.total,
        supplier_low=r.local_suppliers / r.suppliers,
        supplier_high=(r.local_suppliers + r.unknown_suppliers) / r.suppliers,
        product_low=r.local_products / r.products,
        product_high=(r.local_products + r.unknown_products) / r.products,
    )


def coverage(tables: MeasureTables, by: str = "all") -> Table:
    """Share of purchases the links explain, over local firms that declare ``costs``.

    Columns label, firms (local firms), declaring (those with costs), costs, seen (their purchases in the
    links, at most their costs), covered = seen / costs; null where nobody declares.
    """
    t = tables.links
    bought = t.group_by(buyer=t.buyer).agg(purchases=t.amount.sum())
    f = tables.labelled(by)
    known = f.left_join(bought, f.firm == bought.buyer)
    purchases = known.purchases.fill_null(0.0)
    # Costs of nought say nothing; an unknown cost must not look like full coverage.
    costs = known.costs.fill_null(0.0)
    declares = costs > 0
    seen = ibis.least(purchases, costs)
    total = known.group_by("label").agg(
        firms=known.count(),
        declaring=known.count(where=declares),
        costs=costs.sum(where=declares).fill_null(0.0),
        seen=seen.sum(where=declares).fill_null(0.0),
    )
    return total.mutate(covered=ibis.ifelse(total.costs > 0, total.seen / total.costs, ibis.null("float64")))


def concentration(tables: MeasureTables, side: str = "supplier") -> Table:
    """Herfindahl-Hirschman index per firm over its suppliers or its customers.

    Parameters
    ----------
    side : ``supplier`` (whom a buyer depends on) or ``customer`` (whom a supplier depends on).

    Returns
    -------
    Columns firm, partners, amount, hhi = sum of squared shares in (0, 1], largest, largest_share.
    """
    firm, partner = ("buyer", "supplier") if side == "supplier" else ("supplier", "buyer")
    p = tables.pairs
    r = p.group_by(firm=p[firm]).agg(
        partners=p.count(),
        amount=p.amount.sum(),
        squares=(p.amount * p.amount).sum(),
        largest_amount=p.amount.max(),
        largest=max_by(p[partner], p.amount),
    )
    return r.select(
        "firm",
        "partners",
        "amount",
        "largest",
        hhi=r.squares / (r.amount * r.amount),
        largest_share=r.largest_amount / r.amount,
    )


def market_concentration(tables: MeasureTables) -> Table:
    """HHI of the suppliers of each item: item, suppliers, amount, hhi, local_share (of amount)."""
    t = tables.with_suppliers(tables.links)
    s = t.group_by("item", "supplier").agg(amount=t.amount.sum(), place=t.supplier_place.max())
    r = s.group_by("item").agg(
        suppliers=s.count(),
        amount=s.amount.sum(),
        squares=(s.amount * s.amount).sum(),
        local=_where(s, "place", LOCAL),
    )
    return r.select(
        "item", "suppliers", "amount", hhi=r.squares / (r.amount * r.amount), local_share=r.local / r.amount
    )


def single_source(tables: MeasureTables) -> Table:
    """Items a local buyer gets from one supplier only: buyer, item, supplier, place, amount."""
    t = _bought(tables, "all")
    r = t.group_by("buyer", "item").agg(
        first=t.supplier.min(),
        last=t.supplier.max(),
        place=t.supplier_place.max(),
        amount=t.amount.sum(),
    )
    r = r.filter(r["first"] == r["last"])
    return r.select("buyer", "item", "amount", "place", supplier=r["first"])


def import_share(tables: MeasureTables, by: str = "sector") -> Table:
    """Purchases from abroad of local buyers: label, total, imported, share_low, share_high.

    The upper bound counts purchases of unknown origin as imported.
    """
    t = _bought(tables, by)
    r = t.group_by("label").agg(
        total=t.amount.sum(),
        imported=_where(t, "supplier_place", IMPORT),
        unknown=_where(t, "supplier_place", UNKNOWN),
    )
    return r.mutate(share_low=r.imported / r.total, share_high=(r.imported + r.unknown) / r.total)


def location_quotients(values: Table) -> Table:
    """Location quotient (q_i/q)/(Q_i/Q) from a table place, industry, value (output or jobs).

    Columns place, industry, value, lq. Rows without value are dropped by the caller.
    """
    v = values.group_by("place", "industry").agg(value=values.value.sum())
    places = v.group_by("place").agg(place_total=v.value.sum())
    industries = v.group_by("industry").agg(industry_total=v.value.sum())
    whole = v.agg(whole=v.value.sum())
    r = v.join(places, "place").join(industries, "industry").cross_join(whole)
    return r.select("place", "industry", "value", lq=(r.value / r.place_total) / (r.industry_total / r.whole))
