"""Revealed comparative advantage, proximity, density and economic complexity (ECI, PCI, COI, COG).

Input: values X of shape (places, products), for one period. Definitions (Hidalgo-Hausmann; order of
normalisation as the Growth Lab's public program):

    RCA = (X_cp / X_c) / (X_p / X),  M = [RCA >= 1],  diversity k_c, ubiquity u_p
    ECI, PCI: second eigenvector q of (M/u)^T (M/k); e = (M/k) q; sign so that corr(k, e) >= 0
    proximity = min of the two conditional probabilities; density d = (M proximity) / column sums
    COI = sum_p d (1 - M) q;  COG = (1 - M) * sum_p' (1 - M) proximity q / column sums
    PCI = (q - mean e) / sd e, COG = COG / sd e, ECI = (e - mean e) / sd e, COI = (COI - mean) / sd

Standard deviations with ddof 0. With few places the second eigenvector is fragile: ``enough`` says when
ECI may be shown at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianshu.network.network import FloatArray

MIN_PLACES = 20
MIN_PRODUCTS = 50


@dataclass(frozen=True)
class Complexity:
    """Results for C places and P products; a place or product of no value keeps NaN.

    rca, density, cog : (C, P); mcp : (C, P) of 0/1; diversity, eci, coi : (C,); ubiquity, pci : (P,);
    proximity : (P, P). ``enough`` is False when ECI and PCI must not be shown.
    """

    places: tuple[str, ...]
    products: tuple[str, ...]
    rca: FloatArray
    mcp: NDArray[np.int8]
    diversity: NDArray[np.int64]
    ubiquity: NDArray[np.int64]
    proximity: FloatArray
    density: FloatArray
    eci: FloatArray
    pci: FloatArray
    coi: FloatArray
    cog: FloatArray
    enough: bool


def pivot(rows: Iterable[tuple[str, str, float]]) -> tuple[tuple[str, ...], tuple[str, ...], FloatArray]:
    """Turn (place, product, value) rows into sorted names and a matrix, absent pairs being 0.

    Raises
    ------
    ValueError : a pair stands twice, or a value is negative or not finite.
    """
    cells: dict[tuple[str, str], float] = {}
    for place, product, value in rows:
        if (place, product) in cells:
            raise ValueError(f"地区 {place} 的产品 {product} 出现两次，请先合计")
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"地区 {place} 的产品 {product} 的数值 {value} 不是非负有限数")
        cells[place, product] = float(value)
    places = tuple(sorted({place for place, _ in cells}))
    products = tuple(sorted({product for _, product in cells}))
    row = {place: i for i, place in enumerate(places)}
    column = {product: j for j, product in enumerate(products)}
    X = np.zeros((len(places), len(products)))
    for (place, product), value in cells.items():
        X[row[place], column[product]] = value
    return places, products, X


def rca(values: ArrayLike) -> FloatArray:
    """Revealed comparative advantage, (C, P); NaN for a place or product without any value."""
    X = np.asarray(values, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: FloatArray = (X / X.sum(axis=1, keepdims=True)) / (X.sum(axis=0, keepdims=True) / X.sum())
    return result


def proximity(mcp: ArrayLike) -> FloatArray:
    """Minimum of the two conditional probabilities that a place has both products, (P, P)."""
    M = np.asarray(mcp, dtype=np.float64)
    both = M.T @ M
    larger = np.maximum.outer(M.sum(axis=0), M.sum(axis=0))
    result: FloatArray = np.divide(both, larger, out=np.zeros_like(both), where=larger > 0)
    return result


def complexity(values: ArrayLike, places: Iterable[str], products: Iterable[str]) -> Complexity:
    """Compute everything for one period.

    Raises
    ------
    ValueError : the shape does not fit the names, a value is negative, or fewer than two places or
        products have an advantage anywhere (there is then no second eigenvector).
    """
    X = np.asarray(values, dtype=np.float64)
    names, goods = tuple(places), tuple(products)
    if X.shape != (len(names), len(goods)):
        raise ValueError(f"数值表应为 {len(names)}×{len(goods)}，得到 {X.shape}")
    if not np.isfinite(X).all() or (X < 0).any():
        raise ValueError("数值表含有负数或非有限的数")
    ratio = rca(X)
    M = np.nan_to_num(ratio, nan=0.0) >= 1
    rows: NDArray[np.bool_] = np.asarray(M.any(axis=1))
    columns: NDArray[np.bool_] = np.asarray(M.any(axis=0))
    if rows.sum() < 2 or columns.sum() < 2:
        raise ValueError("至少要有两个地区、两种产品具有比较优势，才能计算复杂度")
    m = M[np.ix_(rows, columns)].astype(np.float64)
    k, u = m.sum(axis=1), m.sum(axis=0)
    e, q = _second(m / k[:, None], m / u[None, :])
    sign = np.sign(np.corrcoef(k, e)[0, 1]) if k.std() > 0 and e.std() > 0 else 1.0
    e, q = e * (sign or 1.0), q * (sign or 1.0)
    phi = proximity(m)
    total = phi.sum(axis=0)
    density = (m @ phi) / total
    lacking = 1.0 - m
    coi = (density * lacking) @ q
    # phi[p', p] weighs the missing products p' that p would bring nearer.
    cog = lacking * ((lacking * (q / total)) @ phi)
    sd = e.std()
    if sd == 0:
        raise ValueError("各地区的结构完全相同，复杂度没有意义")
    return Complexity(
        places=names,
        products=goods,
        rca=ratio,
        mcp=M.astype(np.int8),
        diversity=M.sum(axis=1),
        ubiquity=M.sum(axis=0),
        proximity=_spread2(phi, columns, columns),
        density=_spread2(density, rows, columns),
        eci=_spread((e - e.mean()) / sd, rows),
        pci=_spread((q - e.mean()) / sd, columns),
        coi=_spread((coi - coi.mean()) / coi.std() if coi.std() > 0 else coi * 0.0, rows),
        cog=_spread2(cog / sd, rows, columns),
        enough=bool(rows.sum() >= MIN_PLACES and columns.sum() >= MIN_PRODUCTS),
    )


def _second(by_place: FloatArray, by_product: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Raw ECI and PCI: q the second eigenvector of the product matrix, unit length, e = by_place q.

    The product matrix U^T K and the place matrix K U^T share their nonzero eigenvalues; taking the
    smaller of the two keeps the cost at the cube of the smaller side.
    """
    places, products = by_place.shape
    if products <= places:
        q = _eigenvector(by_product.T @ by_place)
    else:
        q = by_product.T @ _eigenvector(by_place @ by_product.T)
        q = q / np.linalg.norm(q)
    return by_place @ q, q


def _eigenvector(matrix: FloatArray) -> FloatArray:
    eigenvalues, vectors = np.linalg.eig(matrix)
    second = np.argsort(eigenvalues.real)[-2]
    result: FloatArray = vectors[:, second].real
    return result


def _spread(values: FloatArray, kept: NDArray[np.bool_]) -> FloatArray:
    out = np.full(kept.shape, np.nan)
    out[kept] = values
    return out


def _spread2(values: FloatArray, rows: NDArray[np.bool_], columns: NDArray[np.bool_]) -> FloatArray:
    out = np.full((rows.size, columns.size), np.nan)
    out[np.ix_(rows, columns)] = values
    return out
