"""Networks for the cascade tests: random ones, and the golden cases beside the project where present."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lianshu.network.links_network import load_network
from lianshu.network.network import Network
from lianshu.network.tables import Workspace

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def golden_folder(room: str, case: str = "") -> Path:
    """Folder of a golden case; the test is skipped where the shared material is not at hand."""
    folder = SHARED / room / case
    if not folder.is_dir():
        pytest.skip(f"golden cases not at hand: no folder shared/{room}/{case}")
    return folder


def golden_network(folder: Path) -> Network:
    """The network of a golden case, through the same readers as the command line uses."""
    with Workspace() as work:
        return load_network(
            work, str(folder / "links.csv"), str(folder / "firms.csv"), str(folder / "essential.csv")
        ).network


def random_network(firms: int, links: int, sectors: int, seed: int, *, corrections: bool = False) -> Network:
    """A small random network with all three classes; with `corrections`, some revenues and costs known."""
    rng = np.random.default_rng(seed)
    supplier, buyer = rng.integers(0, firms, (2, links))
    extra = {}
    if corrections:
        sold = np.bincount(supplier, minlength=firms) + 1.0
        extra = {
            "revenue": np.where(rng.random(firms) < 0.7, sold * rng.uniform(20.0, 60.0, firms), np.nan),
            "costs": np.where(rng.random(firms) < 0.7, sold * rng.uniform(20.0, 60.0, firms), np.nan),
        }
    network, _ = Network.build(
        firms=[f"f{at}" for at in range(firms)],
        sectors=[f"s{at}" for at in range(sectors)],
        supplier=supplier,
        buyer=buyer,
        amount=rng.lognormal(1.0, 1.0, links),
        sector=rng.integers(0, sectors, firms),
        classes=rng.integers(0, 3, (sectors, sectors)),
        **extra,
    )
    return network
