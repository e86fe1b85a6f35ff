"""The published program's figures, to 1e-9 in every column and equal in steps."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from tests.network.cascade_cases import golden_folder, golden_network

from lianshu.cli import main
from lianshu.network.cascade import Cascade

VARIANTS = ["nosigma_eps0.01", "nosigma_eps1e-08", "sigma_eps0.01", "sigma_eps1e-08"]
NAMED = [(case, variant) for case in ("fig1_linear", "fig1_leontief", "synth60") for variant in VARIANTS]
NAMED.append(("synth60", "sigma_eps0.01_rev1.25_cost1.10"))


def rows_of(path):
    with path.open(newline="") as stream:
        rows = list(csv.reader(stream))
    return rows[0], np.array([[float(cell) for cell in row] for row in rows[1:]])


@pytest.mark.parametrize(("case", "variant"), NAMED)
def test_single_closures_equal_the_published_program(case, variant):
    folder = golden_folder("network", case)
    network = golden_network(folder)
    _, expected = rows_of(folder / f"expected_{variant}.csv")
    corrected = re.search(r"rev([\d.]+)_cost([\d.]+)", variant)
    if corrected:
        network = replace(
            network,
            revenue=network.sales * float(corrected[1]),
            costs=network.purchases * float(corrected[2]),
        )
    epsilon = float(re.search(r"eps([\de.-]+\d)", variant)[1])
    engine = Cascade(network, epsilon=epsilon, market=variant.startswith("sigma"), threads=1)
    result = engine.run(engine.closures())
    found = np.column_stack((result.esri, result.esri_down, result.esri_up))
    assert np.abs(found - expected[:, 1:4]).max() < 1e-9
    assert (result.steps == expected[:, 6]).all()


@pytest.mark.parametrize("case", ["small", "market", "county", "shocks"])
def test_command_writes_the_golden_files(case, tmp_path):
    folder = golden_folder("network", case)
    setting = json.loads((folder / "case.json").read_text())
    head, expected = rows_of(folder / "expected.csv")
    losses_head, losses = rows_of(folder / "expected_firms.csv")
    kept = int(losses[:, 0].max()) + 1
    out, firms_out = tmp_path / "out.csv", tmp_path / "firms.csv"
    options = [f"--{name}={folder / name}.csv" for name in ("links", "firms", "essential")]
    if (folder / "shocks.csv").exists():
        options.append(f"--shocks={folder / 'shocks.csv'}")
    else:
        options.append(f"--firms-range=0:{len(expected)}")
    options.append("--market" if setting["market"] else "--no-market")
    status = main(
        ["network", "cascade", *options, f"--epsilon={setting['epsilon']}", f"--out={out}"]
        + [f"--losses={kept}", f"--losses-out={firms_out}"]
    )
    assert status == 0
    found_head, found = rows_of(out)
    assert found_head == head
    assert np.abs(found - expected).max() < 1e-9
    assert (found[:, 4] == expected[:, 4]).all()
    found_head, found = rows_of(firms_out)
    assert found_head == losses_head
    of_pair = {(row[0], row[1]): row[2:] for row in found}
    assert len(losses) > 100
    for row in losses:
        assert np.abs(of_pair[row[0], row[1]] - row[2:]).max() < 1e-9
