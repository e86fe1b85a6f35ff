"""Files as an office has them, and answers a reader of Chinese can use: what a newcomer stumbled over."""

from __future__ import annotations

import csv
import subprocess
import tomllib
from importlib import resources
from pathlib import Path

import pytest
import xlsxwriter
from tests.network.network_files import CLASSES, FIRMS, LINKS, write_inputs

from lianshu.cli import main
from lianshu.network import command_inputs

ROOT = Path(__file__).resolve().parents[2]
HEADINGS = {
    "supplier": "供应商",
    "buyer": "采购方",
    "product": "产品",
    "amount": "金额",
    "period": "期间",
    "source": "来源",
}


def network(*arguments):
    return main(["network", *map(str, arguments)])


@pytest.fixture
def office(tmp_path):
    """Links and firms with Chinese headings, the month written out."""
    links = LINKS
    for name, heading in HEADINGS.items():
        links = links.replace(name, heading, 1)
    firms = FIRMS.replace("firm,name,sector", "企业编号,企业名称,行业代码", 1)
    write_inputs(tmp_path, links.replace(",2025,", ",2025-03,"), firms)
    return tmp_path


def inputs_of(folder, *, essential=True):
    given = ["--links", folder / "links.csv", "--firms", folder / "firms.csv", "--home", "990101"]
    return [*given, *(["--essential", folder / "essential.csv"] if essential else [])]


def test_problems_name_the_headings_of_the_file(office, capsys):
    with (office / "links.csv").open("a", encoding="utf-8") as stream:
        stream.write("s1,,steel,４,2025-03,i\n")
    problems = office / "问题.csv"
    assert network("check", *inputs_of(office), "--problems", problems) == 2
    out = capsys.readouterr().out
    assert "「采购方」列" in out and "「金额」列" in out and "buyer" not in out
    assert "半角" in out
    rows = list(csv.DictReader(problems.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["列"] for row in rows} == {"采购方", "金额"}


def test_a_title_above_the_headings_is_explained(office, capsys):
    lines = (office / "links.csv").read_text(encoding="utf-8").splitlines()
    book = xlsxwriter.Workbook(str(office / "links.xlsx"))
    page = book.add_worksheet()
    page.merge_range(0, 0, 0, 5, "某某县进项发票明细（单位：万元）")
    for row, line in enumerate(lines, 1):
        page.write_row(row, 0, line.split(","))
    book.close()
    assert network("check", "--links", office / "links.xlsx", "--firms", office / "firms.csv") == 2
    told = capsys.readouterr().err
    assert "缺少列 供应商" in told and "表头要在第一行" in told
    (office / "links.csv").write_text("\n".join(["某某县进项发票明细" + "," * 5, *lines]), encoding="utf-8")
    assert network("check", "--links", office / "links.csv", "--firms", office / "firms.csv") == 2
    assert "标题行，请删去" in capsys.readouterr().err


@pytest.mark.parametrize("essential", [True, False])
def test_check_finds_a_sector_whose_leading_zero_a_spreadsheet_dropped(office, capsys, essential):
    firms = office / "firms.csv"
    firms.write_text(firms.read_text(encoding="utf-8").replace("w1,电一,44", "w1,电一,3"), encoding="utf-8")
    (office / "essential.csv").write_text(CLASSES.replace("44", "03"), encoding="utf-8")
    assert network("check", *inputs_of(office, essential=essential)) == 2
    out = capsys.readouterr().out
    assert ("[F81]" if essential else "[M07]") in out
    assert "写成 03" in out


def test_check_finds_pairs_the_class_matrix_lacks(office, capsys):
    (office / "essential.csv").write_text(CLASSES.replace("35,44,1\n", ""), encoding="utf-8")
    assert network("check", *inputs_of(office)) == 2
    assert "缺少 35 供给 44 的级别" in capsys.readouterr().out


def test_check_notes_codes_that_may_have_lost_a_zero_unseen(office, capsys):
    firms = office / "firms.csv"
    text = firms.read_text(encoding="utf-8").replace("s1,钢一,31", "s1,钢一,3110")
    firms.write_text(text.replace("w1,电一,44", "w1,电一,511"), encoding="utf-8")
    assert network("check", *inputs_of(office, essential=False)) == 0
    out = capsys.readouterr().out
    assert "[F08]" in out and "1 个三位的" in out
    firms.write_text(text.replace("w1,电一,44", "w1,电一,4411"), encoding="utf-8")
    assert network("check", *inputs_of(office, essential=False)) == 0
    assert "[F08]" not in capsys.readouterr().out


def test_every_answer_can_be_had_from_a_month_store(office, capsys):
    store = office / "月度库"
    assert network("check", *inputs_of(office), "--unit", "万元", "--months", store) == 0
    whole = ["--months", store, "--firms", office / "firms.csv", "--home", "990101"]
    given = [*whole, "--essential", office / "essential.csv"]
    assert network("measure", *given, "--graph", "--card", "甲链") == 0
    assert network("cascade", *given, "--close", "s1") == 0
    assert network("leaders", *given, "--chain", "甲链", "--runs", "2") == 0
    assert network("gaps", *given, "--chain", "甲链") == 0
    assert network("simulate", *given, "--close", "s1", "--days", "5") == 0
    page = office / "简报.html"
    assert network("brief", *given, "--chain", "甲链", "--runs", "2", "--out", page) in (0, 2)
    assert "期间 2025-03" in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert network("cascade", *given, "--period", "2025-09", "--close", "s1") == 2
    assert "2025-09" in capsys.readouterr().err


def test_a_brief_from_months_without_a_unit_is_refused(office, capsys):
    assert network("check", *inputs_of(office), "--months", office / "库") == 0
    given = ["--months", office / "库", "--firms", office / "firms.csv"]
    assert network("brief", *given, "--essential", office / "essential.csv", "--out", office / "b.html") == 2
    assert "没有声明金额单位" in capsys.readouterr().err
    assert network("brief") == 2
    assert "--links" in capsys.readouterr().err


@pytest.mark.parametrize("comma", [",", "，", "、"])
def test_firms_to_close_may_be_parted_by_any_comma(office, capsys, comma):
    assert network("cascade", *inputs_of(office), "--close", f"s1{comma}s2") == 0
    assert "按营业收入加权" in capsys.readouterr().out
    assert network("simulate", *inputs_of(office), "--close", f"s1{comma}s2", "--days", "5") == 0


@pytest.mark.parametrize("threads", ["0", "-1", "两"])
def test_an_impossible_number_of_threads_is_told_in_words(capsys, threads):
    with pytest.raises(SystemExit) as ended:
        network("cascade", "--sample", f"--threads={threads}")
    assert ended.value.code == 2
    assert "应为 1 或更大的整数" in capsys.readouterr().err


def test_results_open_in_a_spreadsheet_and_say_that_they_are_simulated(tmp_path):
    out, losses, groups = (tmp_path / name for name in ("推演.csv", "企业.csv", "分组.csv"))
    more = ["--losses", "1", "--losses-out", losses, "--by", "chain", "--groups-out", groups]
    more += ["--headings", "zh"]
    assert network("cascade", "--sample", "--firms-range", "0:2", "--out", out, *more) == 0
    for path, first in ((out, "情景,损失"), (losses, "情景,企业"), (groups, "情景,分组,名称")):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        head, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
        assert ",".join(head).startswith(first)
        assert rows and all(row[head.index("说明")] == "模拟" for row in rows)


def test_programs_get_the_plain_columns_they_rely_on(tmp_path):
    out, losses = tmp_path / "out.csv", tmp_path / "firms.csv"
    more = ["--losses", "1", "--losses-out", losses]
    assert network("cascade", "--sample", "--firms-range", "0:2", "--out", out, *more) == 0
    assert out.read_bytes().startswith(b"scenario,esri,esri_down,esri_up,steps\n")
    assert losses.read_bytes().startswith(b"scenario,firm,loss_down,loss_up\n")


def test_anonymised_files_open_in_a_spreadsheet_and_are_read_again(office, capsys):
    out = office / "代号版"
    assert (
        network("anonymise", *inputs_of(office, essential=False), "--key", office / "钥", "--out", out) == 0
    )
    for name, first in (("links", "供应商,采购方"), ("firms", "企业编号,行业")):
        assert (out / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        assert (out / f"{name}.csv").read_text(encoding="utf-8-sig").startswith(first)
    assert network("check", "--links", out / "links.csv", "--firms", out / "firms.csv") == 0


def test_tables_keep_long_titles_whole_and_brackets_in_names(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    title = "损失最大的情景（共 4 个，ε=0.0001，计可替代性，按营业收入加权）"
    command_inputs.print_table(title, ["企业", "路径"], [["某某[a]公司", "甲 → 乙 → " * 8]])
    out = capsys.readouterr().out.splitlines()
    assert out[0] == title
    assert any("某某[a]公司" in line and "甲 → 乙 → " * 6 in line for line in out)


def test_the_wheel_takes_along_what_is_no_code():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = config["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {"packages": ["src/lianshu"]}, (
        "something is left out of the wheel: list what it lacks here"
    )
    assert set(config["tool"]["hatch"]["build"]) == {"targets"}
    inside = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src" / "lianshu").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc", ".nbi", ".nbc"}
    ]
    for kind in ("network/data/links.csv", "templates/", "static/", "lexicon/"):
        assert any(kind in path for path in inside), kind
    # The builder leaves out what git ignores, even where it is tracked.
    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],  # noqa: S607
        input="\n".join(inside), capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert ignored.stdout == ""


@pytest.mark.parametrize("name", ["links", "firms", "essential", "nodes"])
def test_the_sample_lies_in_the_package(name):
    assert (resources.files("lianshu.network") / "data" / f"{name}.csv").read_text(encoding="utf-8")
