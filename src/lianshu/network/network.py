"""The value every computation of this room starts from: firms, sectors, links, classes, weights.

A `Network` holds plain arrays and no file knowledge. Readers (`links`, `firms`, `classes`) fill it, the
cascade, the inventory simulation and the measures read it. It is immutable: a what-if makes a new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int32]
FloatArray = NDArray[np.float64]
ClassMatrix = NDArray[np.int8]

NEGLIGIBLE, NON_ESSENTIAL, ESSENTIAL = 0, 1, 2
WEIGHT_NAMES = {"revenue": "营业收入", "sales": "销售额", "jobs": "从业人数", "tax": "税收"}


class NetworkError(ValueError):
    """The arrays given do not describe a network; the message (Chinese) says what, where and what to do."""


@dataclass(frozen=True, eq=False)
class Network:
    """A firm-level production network of one period.

    n firms, m sectors, e links; every link has a positive amount, no firm sells to itself and no pair
    occurs twice (`build` sums duplicates and drops self-links first, and says how many).

    Attributes:
        firms: n identifiers, in the order of every per-firm array.
        sectors: m sector codes, in the order of `classes`.
        sector: (n,) index into `sectors`: the product a firm makes.
        supplier, buyer: (e,) firm indices of each link.
        amount: (e,) money the supplier sold to the buyer in the period, in `unit`, > 0.
        classes: (m, m) importance of the row sector's product to a buyer of the column sector:
            0 negligible, 1 non-essential, 2 essential.
        market: (n,) sector index of the market a firm's output competes on; equals `sector` unless given.
        revenue, costs: (n,) from the income statement, same unit as `amount`; NaN where unknown.
            They correct for sales and purchases the links do not show. None: no correction at all.
        weights: (n,) ≥ 0, used to add up losses; None: revenue where known, else sales in the links.
        weight_name: what the weights are (revenue, jobs, tax, sales).
        jobs, tax: (n,) NaN where unknown, or None.
        labels: per grouping (`region`, `park`, …) the label of each firm ("" where unknown).
        chains: per chain the indices of its firms; a firm may stand in several.
        longitude, latitude: (n,) degrees, NaN where unknown, or None.
        names: what to show for each firm; `firms` when None.
        outside: (n,) True for firms outside the region under study; None: all inside.
        unit: currency and unit of the amounts, declared by whoever brings the data.
        simulated: True when the data is not about real firms; every output must say so.
    """

    firms: tuple[str, ...]
    sectors: tuple[str, ...]
    sector: IntArray
    supplier: IntArray
    buyer: IntArray
    amount: FloatArray
    classes: ClassMatrix
    market: IntArray | None = None
    revenue: FloatArray | None = None
    costs: FloatArray | None = None
    weights: FloatArray | None = None
    weight_name: str = "revenue"
    jobs: FloatArray | None = None
    tax: FloatArray | None = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chains: Mapping[str, IntArray] = field(default_factory=dict)
    longitude: FloatArray | None = None
    latitude: FloatArray | None = None
    names: tuple[str, ...] | None = None
    outside: NDArray[np.bool_] | None = None
    unit: str = "元"
    simulated: bool = False

    def __post_init__(self) -> None:
        """Freeze and check every array; raise `NetworkError` naming the first firm or link that is wrong."""
        n, m = len(self.firms), len(self.sectors)
        _unique("企业编号", self.firms)
        _unique("行业代码", self.sectors)
        for name in ("sector", "supplier", "buyer"):
            _freeze(self, name, np.int32)
        _freeze(self, "amount", np.float64)
        _freeze(self, "classes", np.int8)
        if self.sector.shape != (n,):
            raise NetworkError(f"企业 {n} 家，但行业序号有 {self.sector.shape[0]} 个；两者须一一对应。")
        if self.classes.shape != (m, m):
            raise NetworkError(f"重要性矩阵应为 {m}×{m}，得到 {'×'.join(map(str, self.classes.shape))}。")
        if self.classes.size and (self.classes.min() < NEGLIGIBLE or self.classes.max() > ESSENTIAL):
            row, column = np.argwhere((self.classes < NEGLIGIBLE) | (self.classes > ESSENTIAL))[0]
            raise NetworkError(
                f"重要性矩阵中 {self.sectors[row]}→{self.sectors[column]} 的取值为 "
                f"{self.classes[row, column]}，只能是 0（可忽略）、1（非必需）、2（必需）。"
            )
        self._in_range("sector", m)
        if self.market is not None:
            _freeze(self, "market", np.int32)
            self._per_firm("market")
            self._in_range("market", m)
        self._check_links(n)
        for name in ("revenue", "costs", "weights", "jobs", "tax", "longitude", "latitude"):
            if getattr(self, name) is not None:
                _freeze(self, name, np.float64)
                self._per_firm(name)
        for name in ("revenue", "costs", "weights", "jobs", "tax"):
            self._not_negative(name)
        if self.weights is not None and not np.isfinite(self.weights).all():
            bad = self.firms[int(np.argmin(np.isfinite(self.weights)))]
            raise NetworkError(f"企业 {bad} 的权重不是有限数；请补上或改用已知销售额。")
        for grouping, labels in self.labels.items():
            if len(labels) != n:
                raise NetworkError(f"分组“{grouping}”有 {len(labels)} 个标签，企业有 {n} 家。")
        for chain, members in self.chains.items():
            indices = np.asarray(members)
            if indices.size and (indices.min() < 0 or indices.max() >= n):
                raise NetworkError(f"产业链“{chain}”含有不存在的企业序号；序号应在 0 到 {n - 1} 之间。")
        if self.names is not None and len(self.names) != n:
            raise NetworkError(f"企业名称有 {len(self.names)} 个，企业有 {n} 家。")
        if self.outside is not None:
            _freeze(self, "outside", np.bool_)
            self._per_firm("outside")

    @classmethod
    def build(
        cls,
        *,
        firms: Sequence[str],
        sectors: Sequence[str],
        supplier: Any,
        buyer: Any,
        amount: Any,
        **rest: Any,
    ) -> tuple[Network, LinkRepairs]:
        """Sum duplicate links, drop self-links and zero amounts, and return the network with what was done.

        Takes the same keywords as the constructor. Links come out sorted by supplier, then buyer, so the
        order of the input rows changes no result.
        """
        supplier = np.asarray(supplier, dtype=np.int64)
        buyer = np.asarray(buyer, dtype=np.int64)
        amount = np.asarray(amount, dtype=np.float64)
        if not supplier.shape == buyer.shape == amount.shape or supplier.ndim != 1:
            raise NetworkError("供方、买方与金额三列的行数不同。")
        n = len(firms)
        for title, ends in (("供方", supplier), ("买方", buyer)):
            if ends.size and (ends.min() < 0 or ends.max() >= n):
                row = int(np.argmax((ends < 0) | (ends >= n)))
                raise NetworkError(f"第 {row + 1} 条链接的{title}序号 {ends[row]} 不在 0 到 {n - 1} 之间。")
        own = supplier == buyer
        empty = (amount == 0.0) & ~own
        keep = ~(own | empty)
        key = supplier[keep] * n + buyer[keep]
        order = np.lexsort((amount[keep], key))
        key, money = key[order], amount[keep][order]
        starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if key.size else key
        pairs = key[starts]
        summed = np.add.reduceat(money, starts) if key.size else money
        network = cls(
            firms=tuple(firms),
            sectors=tuple(sectors),
            supplier=(pairs // n if n else pairs).astype(np.int32),
            buyer=(pairs % n if n else pairs).astype(np.int32),
            amount=summed,
            **rest,
        )
        repairs = LinkRepairs(
            self_links=int(own.sum()),
            self_amount=float(amount[own].sum()),
            duplicates=int(key.size - pairs.size),
            zero_amounts=int(empty.sum()),
        )
        return network, repairs

    @property
    def firm_count(self) -> int:
        """Number of firms n."""
        return len(self.firms)

    @property
    def sector_count(self) -> int:
        """Number of sectors m."""
        return len(self.sectors)

    @property
    def link_count(self) -> int:
        """Number of links e."""
        return int(self.amount.shape[0])

    @property
    def markets(self) -> IntArray:
        """(n,) market of each firm: `market`, or `sector` where none was given."""
        return self.sector if self.market is None else self.market

    @cached_property
    def sales(self) -> FloatArray:
        """(n,) what each firm sold along the links (out-strength), in `unit`."""
        return _sums(self.supplier, self.amount, self.firm_count)

    @cached_property
    def purchases(self) -> FloatArray:
        """(n,) what each firm bought along the links (in-strength), in `unit`."""
        return _sums(self.buyer, self.amount, self.firm_count)

    @cached_property
    def loss_weights(self) -> FloatArray:
        """(n,) weights losses are added up with: given ones, else revenue where known, else sales seen."""
        if self.weights is not None:
            return self.weights
        if self.revenue is None:
            return self.sales
        return np.where(self.revenue > 0, self.revenue, self.sales)

    def weighted_by(self, name: str) -> Network:
        """Return the network with losses weighted by `revenue`, `sales`, `jobs` or `tax`.

        Raises NetworkError when the data lacks that column or a firm's value (unknown is not zero).
        """
        if name == "revenue":
            return replace(self, weights=None, weight_name="revenue")
        if name == "sales":
            return replace(self, weights=self.sales, weight_name="sales")
        if name not in {"jobs", "tax"}:
            raise NetworkError(f"不认识的权重“{name}”；可用 revenue、sales、jobs、tax。")
        values: FloatArray | None = getattr(self, name)
        title = {"jobs": "从业人数（jobs）", "tax": "税收（tax）"}[name]
        if values is None:
            raise NetworkError(f"企业表没有{title}一列，不能按它加权；请补上这一列或改用 revenue。")
        unknown = np.flatnonzero(~np.isfinite(values))
        if unknown.size:
            raise NetworkError(
                f"{unknown.size} 家企业没有{title}（第一家是 {self.firms[unknown[0]]}）；"
                "未知不能当作零，请补齐或改用 revenue。"
            )
        return replace(self, weights=values, weight_name=name)

    def index(self, firm: str) -> int:
        """Return the index of a firm id; raises NetworkError for an unknown one."""
        try:
            return self._positions[firm]
        except KeyError:
            raise NetworkError(f"没有编号为“{firm}”的企业；请核对企业表。") from None

    def name(self, index: int) -> str:
        """What to show for a firm."""
        return self.firms[index] if self.names is None else self.names[index]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything that can change a result (ids, arrays, labels), as 64 hex digits."""
        digest = hashlib.sha256()
        for item in fields(self):
            value = getattr(self, item.name)
            digest.update(f"|{item.name}:".encode())
            if isinstance(value, np.ndarray):
                digest.update(f"{value.dtype.str}{value.shape}".encode())
                digest.update(np.ascontiguousarray(value).tobytes())
            elif isinstance(value, Mapping):
                for key in sorted(value):
                    content = value[key]
                    rows = content.tolist() if isinstance(content, np.ndarray) else list(content)
                    digest.update(repr((key, rows)).encode())
            else:
                digest.update(repr(value).encode())
        return digest.hexdigest()

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {firm: position for position, firm in enumerate(self.firms)}

    def _per_firm(self, name: str) -> None:
        shape = getattr(self, name).shape
        if shape != (self.firm_count,):
            raise NetworkError(f"“{name}”应每家企业一个值，共 {self.firm_count} 个，得到 {shape}。")

    def _in_range(self, name: str, stop: int) -> None:
        values: IntArray = getattr(self, name)
        wrong = (values < 0) | (values >= stop)
        if wrong.any():
            raise NetworkError(
                f"企业 {self.firms[int(np.argmax(wrong))]} 的行业不在行业表内；请在行业表补上该代码。"
            )

    def _not_negative(self, name: str) -> None:
        values: FloatArray | None = getattr(self, name)
        if values is None:
            return
        wrong = (values < 0) | np.isinf(values)
        if wrong.any():
            where = int(np.argmax(wrong))
            raise NetworkError(
                f"企业 {self.firms[where]} 的“{name}”为 {values[where]}；应为不小于零的有限数，未知则留空。"
            )

    def _check_links(self, n: int) -> None:
        e = self.amount.shape[0]
        if self.supplier.shape != (e,) or self.buyer.shape != (e,):
            raise NetworkError("供方、买方与金额三列的行数不同。")
        if e == 0:
            return
        for title, ends in (("供方", self.supplier), ("买方", self.buyer)):
            if ends.min() < 0 or ends.max() >= n:
                row = int(np.argmax((ends < 0) | (ends >= n)))
                raise NetworkError(f"第 {row + 1} 条链接的{title}序号 {ends[row]} 不在 0 到 {n - 1} 之间。")
        wrong = ~(np.isfinite(self.amount) & (self.amount > 0))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise NetworkError(f"第 {row + 1} 条链接的金额为 {self.amount[row]}；应为大于零的有限数。")
        own = self.supplier == self.buyer
        if own.any():
            firm = self.firms[int(self.supplier[int(np.argmax(own))])]
            raise NetworkError(f"企业 {firm} 向自己供货；自链接须先去掉（Network.build 会去掉并计数）。")
        key = np.sort(self.supplier.astype(np.int64) * n + self.buyer)
        twice = np.flatnonzero(key[1:] == key[:-1])
        if twice.size:
            pair = int(key[twice[0]])
            raise NetworkError(
                f"{self.firms[pair // n]}→{self.firms[pair % n]} 出现不止一次；"
                "重复链接须先合计（Network.build 会合计并计数）。"
            )


@dataclass(frozen=True)
class LinkRepairs:
    """What `Network.build` changed in the links; shown to the user, never silent."""

    self_links: int
    self_amount: float
    duplicates: int
    zero_amounts: int


def _sums(index: IntArray, values: FloatArray, size: int) -> FloatArray:
    return np.asarray(np.bincount(index, weights=values, minlength=size), dtype=np.float64)


def _freeze(network: Network, name: str, dtype: type) -> None:
    given = np.asarray(getattr(network, name))
    array: NDArray[Any] = np.array(given, dtype=dtype, order="C", copy=True)
    if given.size and given.dtype.kind in "iuf" and dtype is not np.float64 and not (array == given).all():
        raise NetworkError(f"“{name}”含有不能作为整数序号的值。")
    array.flags.writeable = False
    object.__setattr__(network, name, array)


def _unique(title: str, values: Sequence[str]) -> None:
    if len(set(values)) == len(values):
        return
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise NetworkError(f"{title}“{value}”出现不止一次；每个只能有一行。")
        seen.add(value)
