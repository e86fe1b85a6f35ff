"""The command line: every sub-command on files and on the sample, exit codes, and what is printed."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from importlib import resources
from pathlib import Path

import openpyxl
import pytest
from tests.network.network_files import LINKS, write_inputs

from lianshu.cli import main

COMPLEXITY = "地区,产品,数值\n甲,p,9\n甲,q,1\n乙,p,1\n乙,q,5\n丙,p,2\n丙,q,2\n丙,r,1\n"
IO_TABLE = "supplier_sector,buyer_sector,amount\n1,1,150\n1,2,500\n2,1,200\n2,2,100\n1,最终使用,350\n2,最终使用,1700\n"


@pytest.fixture
def files(tmp_path):
    links, firms, essential = write_inputs(tmp_path)
    return [
        "--links",
        links,
        "--firms",
        firms,
        "--essential",
        essential,
        "--unit",
        "万元",
        "--home",
        "990101",
    ]


def network(*arguments):
    return main(["network", *map(str, arguments)])


def test_check_tells_counts_and_returns_nought_for_clean_files(files, capsys):
    assert network("check", *files) == 0
    out = capsys.readouterr().out
    assert "读入 11 行，可用 11 行" in out
    assert "错误 0 处" in out


def test_check_returns_two_tells_rows_and_writes_all_problems(files, tmp_path, capsys):
    (tmp_path / "links.csv").write_text(LINKS + "s1,a1,steel,-4,2025,i\nzz,a1,steel,4,2025,i\n")
    problems = tmp_path / "problems.csv"
    assert network("check", *files, "--problems", problems) == 2
    out = capsys.readouterr().out
    assert "links.csv 第 13 行" in out
    rows = list(csv.reader(problems.read_text(encoding="utf-8-sig").splitlines()))
    assert {row[0] for row in rows[1:]} == {"L06", "L25"}


def test_check_writes_clean_tables_and_months(files, tmp_path, capsys):
    (tmp_path / "links.csv").write_text(LINKS.replace(",2025,", ",2025-03,"))
    assert network("check", *files, "--clean", tmp_path / "clean", "--months", tmp_path / "store") == 0
    assert (tmp_path / "clean" / "links.parquet").exists()
    assert "新增 1 期" in capsys.readouterr().out
    args = ["--months", tmp_path / "store", "--firms", tmp_path / "firms.csv", "--home", "990101"]
    out = tmp_path / "m.xlsx"
    assert network("measure", *args, "--out", out) == 0
    assert "385" in capsys.readouterr().out
    record = json.loads((tmp_path / "m.xlsx.run.json").read_text(encoding="utf-8"))
    assert record["inputs"]["links"].startswith("2025-03:")
    assert set(record["inputs"]) == {"links", "firms"}


def test_measure_prints_three_rates_with_bounds_and_writes_a_workbook(files, tmp_path, capsys):
    assert (
        network("measure", *files, "--by", "chain", "--graph", "--card", "甲链", "--out", tmp_path / "m.xlsx")
        == 0
    )
    out = capsys.readouterr().out
    # Local of 385: steel 200, power 15, part 30; the bolt of 20 is unknown.
    assert "63.6%～68.8%" in out
    assert "75.5%" in out  # coverage 385 / 510
    book = openpyxl.load_workbook(tmp_path / "m.xlsx")
    assert {"本地配套率", "单一来源", "供应商集中度", "图指标", "韧性卡"} <= set(book.sheetnames)


def test_measure_reads_input_output_and_complexity_tables(tmp_path, capsys):
    (tmp_path / "io.csv").write_text(IO_TABLE)
    (tmp_path / "x.csv").write_text(COMPLEXITY)
    args = ["--io", tmp_path / "io.csv", "--complexity", tmp_path / "x.csv", "--out", tmp_path / "m.xlsx"]
    assert network("measure", *args) == 0
    out = capsys.readouterr().out
    assert "1.022" in out  # influence of sector 1: 1.518152 / mean(1.518152, 1.452145)
    assert "不予显示" in out
    record = json.loads((tmp_path / "m.xlsx.run.json").read_text(encoding="utf-8"))
    assert set(record["inputs"]) == {"io", "complexity"}
    head = next(openpyxl.load_workbook(tmp_path / "m.xlsx")["复杂度"].iter_rows(values_only=True))
    assert "比较优势（即区位商）" in head
    assert "ECI" not in head


def test_leaders_explains_and_writes_csv(files, tmp_path, capsys):
    out = tmp_path / "l.csv"
    assert network("leaders", *files, "--chain", "甲链", "--quota", "2-3", "--runs", 2, "--out", out) == 0
    printed = capsys.readouterr().out
    assert "停产影响" in printed
    assert "稳定性" in printed
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 4
    record = json.loads((tmp_path / "l.csv.run.json").read_text(encoding="utf-8"))
    assert record["seed"] == 1
    assert record["parameters"]["chain"] == "甲链"
    assert set(record["inputs"]) == {"links", "firms", "essential"}
    assert sum(row["建议"] == "True" for row in rows) in (2, 3)


def test_gaps_lists_nodes_and_substitutes(files, tmp_path, capsys):
    assert network("gaps", *files, "--chain", "甲链", "--out", tmp_path / "g.xlsx") == 0
    out = capsys.readouterr().out
    assert "chip" in out
    assert "不是要求本地采购" in out
    book = openpyxl.load_workbook(tmp_path / "g.xlsx")
    assert book["最大供应商的替代"].max_row > 1


def test_brief_of_the_sample_from_a_fresh_install(tmp_path, capsys):
    page = tmp_path / "brief.html"
    assert network("brief", "--sample", "--runs", 2, "--out", page) == 0
    text = page.read_text(encoding="utf-8")
    assert text.count('class="mark">模拟<') == 2
    assert (tmp_path / "brief.xlsx").exists()
    assert "已写出" in capsys.readouterr().out


def test_brief_below_the_floor_returns_two_and_says_what_to_collect(files, tmp_path, capsys):
    assert network("brief", *files, "--chain", "甲链", "--floor", 0.9, "--out", tmp_path / "b.html") == 2
    assert "不出数" in capsys.readouterr().out
    assert "补齐进项发票" in (tmp_path / "b.html").read_text(encoding="utf-8")


def test_limited_brief_makes_a_key_and_hides_names(files, tmp_path):
    page = tmp_path / "b.html"
    assert (
        network("brief", *files, "--chain", "甲链", "--runs", 0, "--limited", tmp_path / "key", "--out", page)
        == 0
    )
    assert (tmp_path / "key").exists()
    assert "机一" not in page.read_text(encoding="utf-8")


def test_anonymised_files_give_the_same_rates_without_names(files, tmp_path, capsys):
    inputs = [a for a in files if "essential" not in a]
    out = tmp_path / "out"
    assert network("anonymise", *inputs, "--key", tmp_path / "key", "--out", out) == 0
    text = (out / "links.csv").read_text() + (out / "firms.csv").read_text()
    assert "s1" not in text
    assert "机一" not in text
    capsys.readouterr()
    assert (
        network("measure", "--links", out / "links.csv", "--firms", out / "firms.csv", "--by", "chain") == 0
    )
    assert "63.6%～68.8%" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["measure"], "--links"),
        (["leaders", "--sample", "--quota", "x"], "名额"),
        (["leaders", "--sample", "--weight", "influence"], "权重"),
        (["leaders", "--sample", "--chain", "无"], "模拟装备链"),
        (["brief", "--sample", "--floor", "7"], "覆盖率下限"),
        (["check", "--links", "none.csv"], "不存在"),
        (["check", "--sample", "--memory", "lots"], "内存上限"),
    ],
)
def test_wrong_requests_return_two_with_a_sentence(arguments, words, capsys):
    assert network(*arguments) == 2
    assert words in capsys.readouterr().err


def test_brief_without_declared_unit_is_refused(files, capsys):
    assert network("brief", *[a for a in files if a not in ("--unit", "万元")]) == 2
    assert "金额单位" in capsys.readouterr().err


def test_sample_in_the_package_is_what_its_generator_writes(tmp_path):
    bench = Path(__file__).resolve().parents[2] / "bench"
    spec = importlib.util.spec_from_file_location("network_sample", bench / "network_sample.py")
    sample = importlib.util.module_from_spec(spec)
    sys.modules["network_sample"] = sample
    spec.loader.exec_module(sample)
    sample.write(tmp_path, 300, 7)
    shipped = resources.files("lianshu.network") / "data"
    for path in tmp_path.iterdir():
        assert (shipped / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), (
            path.name
        )
    assert len(list(tmp_path.iterdir())) == 4
