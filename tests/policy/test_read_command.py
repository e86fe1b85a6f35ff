"""``lianshu read``: what is printed and written, bad files, batches, kills."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from lianshu.cli import main
from lianshu.policy import read_command
from lianshu.policy.highlight import segments
from lianshu.policy.model import KINDS, Item, Reading, Source
from lianshu.policy.outputs import Workbook, atomic_path
from lianshu.policy.outputs_page import document_html
from lianshu.policy.outputs_terminal import counts_line, facts_line

KEYS = (
    "doc",
    "title",
    "kind",
    "region",
    "level",
    "issuer",
    "doc_no",
    "published",
    "issued",
    "plan_start",
    "plan_end",
)


def _write(folder: Path, plan_files, count: int, suffix: str = "txt") -> list[Path]:
    files = []
    for seed in range(count):
        plan = plan_files.plan(seed)
        file = folder / f"{plan.name}.{suffix}"
        file.write_bytes(getattr(plan_files, f"as_{suffix}")(plan))
        files.append(file)
    return files


def test_read_one_plan_into_every_output(tmp_path, plan_files, capsys):
    (file,) = _write(tmp_path, plan_files, 1)
    out = [f"{tmp_path}/out", f"{tmp_path}/a.xlsx", f"{tmp_path}/a.html"]
    assert main(["read", str(file), "--json", out[0], "--xlsx", out[1], "--html", out[2]]) == 0
    printed = capsys.readouterr().out
    assert "产业链" in printed and "目标" in printed
    content = json.loads((tmp_path / "out" / "plan0000.json").read_text(encoding="utf-8"))
    assert set(KEYS) <= set(content) and content["is_plan"] is True
    original = file.read_text(encoding="utf-8")
    for kind in KINDS:
        for item in content[kind]:
            assert item["evidence"] == original[item["start"] : item["end"]] != ""
            assert 0 < item["confidence"] <= 1 and item["rule"]
    assert content["targets"] and content["tasks"] and content["recurring"]
    sheets = openpyxl.load_workbook(out[1])
    assert sheets.sheetnames == [
        "文件",
        "产业链",
        "工作机制",
        "目标",
        "任务",
        "例行职责",
        "项目",
        "企业",
        "机构与角色",
    ]
    assert sheets["目标"].max_row == len(content["targets"]) + 1
    page = Path(out[2]).read_text(encoding="utf-8")
    assert page.count("<mark") >= len(content["targets"])
    assert "<script" not in page and "http" not in page
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))


def test_explain_names_rule_confidence_and_evidence(tmp_path, plan_files, capsys):
    (file,) = _write(tmp_path, plan_files, 1)
    assert main(["read", str(file), "--explain"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("规则 ") == printed.count("依据 ") > 5
    assert "规则 未注明" not in printed


def test_bad_files_are_told_and_the_batch_goes_on(tmp_path, plan_files, capsys):
    files = _write(tmp_path, plan_files, 2)
    (tmp_path / "空.txt").write_bytes(b"")
    (tmp_path / "旧.doc").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    names = [
        str(files[0]),
        str(tmp_path / "空.txt"),
        str(tmp_path / "旧.doc"),
        str(tmp_path / "没有.txt"),
        str(files[1]),
    ]
    assert main(["read", *names, "--json", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert "空.txt：文件是空的" in captured.err
    assert "旧.doc：" in captured.err and "没有.txt：找不到" in captured.err
    assert "共 5 份，读完 2 份，3 份不能读" in captured.out
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["plan0000.json", "plan0001.json"]


def test_folder_in_all_formats_keeps_names_apart(tmp_path, plan_files, capsys):
    for suffix in ("txt", "html", "docx", "pdf"):
        _write(tmp_path, plan_files, 1, suffix)
    assert main(["read", str(tmp_path), "--json", str(tmp_path / "out")]) == 0
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert (
        names == ["plan0000.docx.json", "plan0000.html.json", "plan0000.json", "plan0000.pdf.json"]
        or len(names) == 4
    )
    readings = [json.loads(p.read_text(encoding="utf-8")) for p in (tmp_path / "out").iterdir()]
    for kind in ("targets", "recurring", "mechanisms"):
        assert len({len(reading[kind]) for reading in readings}) == 1, kind


def test_standard_input(monkeypatch, tmp_path, plan_files, capsys):
    class Stdin:
        buffer = io.BytesIO(plan_files.as_txt(plan_files.plan(5)))

    monkeypatch.setattr("sys.stdin", Stdin)
    assert main(["read", "-", "--json", str(tmp_path)]) == 0
    assert (tmp_path / "标准输入.json").exists()


def test_text_that_is_no_plan_is_read_and_says_so(tmp_path, capsys):
    file = tmp_path / "故事.txt"
    file.write_text(
        "从前有座山，山上有座庙，庙里有个老和尚在讲故事。\n讲的是从前有座山。\n", encoding="utf-8"
    )
    assert main(["read", str(file), "--json", str(tmp_path)]) == 0
    assert "不像方案" in capsys.readouterr().out
    content = json.loads((tmp_path / "故事.json").read_text(encoding="utf-8"))
    assert content["is_plan"] is False and "不像方案" in content["notes"][0]


def test_outputs_that_cannot_be_written(tmp_path, plan_files, capsys):
    (file,) = _write(tmp_path, plan_files, 1)
    assert main(["read", str(file), "--xlsx", str(tmp_path / "无" / "a.xlsx")]) == 2
    assert main(["read", str(file), "--html", str(tmp_path / "无" / "a.html")]) == 2
    assert main(["read", str(file), "--json", str(file)]) == 2
    empty = tmp_path / "空夹"
    empty.mkdir()
    assert main(["read", str(empty)]) == 2
    assert capsys.readouterr().err.count("\n") >= 4


def test_workbook_defuses_formulas(tmp_path):
    path = tmp_path / "a.xlsx"
    book = Workbook(path)
    for value in ("=HYPERLINK(1)", "+1", "-1", "@x", "正常"):
        book.add("chains", "=cmd|'/c calc'!A1", [value, "\x00依据", "1.00", "", ""])
    book.close()
    sheet = openpyxl.load_workbook(path)["产业链"]
    cells = [sheet.cell(row, 2) for row in range(2, 7)]
    assert [cell.data_type for cell in cells] == ["s"] * 5
    assert [cell.quotePrefix for cell in cells] == [True, True, True, True, False]
    assert sheet.cell(2, 1).data_type == "s" and sheet.cell(2, 3).value == "依据"


def _item(start: int, end: int, kind: str = "targets", **fields) -> Item:
    return Item(kind, fields, start, end, rule="r")


def test_segments_cover_the_text_and_nest():
    items = [_item(2, 8), _item(4, 6, "enterprises"), _item(4, 9, "tasks"), _item(3, 3)]
    found = segments(10, items)
    assert [(s.start, s.end) for s in found] == [(0, 2), (2, 3), (3, 4), (4, 6), (6, 8), (8, 9), (9, 10)]
    assert found[3].items == (1, 2, 0) and found[3].begins == (1, 2)
    assert found[0].items == () and found[5].items == (2,)


def test_page_escapes_what_it_shows():
    text = "<b>产值&达到"
    reading = Reading(
        Source("<i>.txt", text), {"title": "<x>"}, [_item(3, 5, name="<产>", low=1.0, op=">=", unit="亿元")]
    )
    page = document_html(reading, "d1")
    assert "&lt;b&gt;" in page and "&lt;产&gt;" in page and "&lt;i&gt;" in page
    assert "<b>" not in page and "<x>" not in page


def test_summary_words():
    facts = {
        "kind": "实施方案",
        "region": "青梧县",
        "level": "县",
        "plan_start": 2023,
        "plan_end": 2025,
        "published": "2023-02-03",
    }
    reading = Reading(Source("a.txt", "甲"), facts, [])
    assert facts_line(reading) == "实施方案 · 青梧县（县级） · 2023-02-03 发布 · 2023—2025 年"
    assert counts_line(reading) == "没有读到内容"


def test_atomic_path_leaves_the_old_file_after_an_error(tmp_path):
    target = tmp_path / "a.json"
    target.write_text("旧", encoding="utf-8")
    with pytest.raises(RuntimeError), atomic_path(target) as part:
        part.write_text("新的一半", encoding="utf-8")
        raise RuntimeError
    assert target.read_text(encoding="utf-8") == "旧"
    assert list(tmp_path.iterdir()) == [target]


def test_atomic_path_removes_what_a_killed_process_left(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stale = tmp_path / f".lianshu-{gone.pid}-x.part"
    stale.write_text("半", encoding="utf-8")
    alive = tmp_path / f".lianshu-{os.getpid()}-x.part"
    alive.write_text("别人正在写", encoding="utf-8")
    with atomic_path(tmp_path / "a.json") as part:
        part.write_text("全", encoding="utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([alive.name, "a.json"])


def test_pool_survives_a_file_that_kills_its_process(tmp_path, plan_files, monkeypatch, capfd):
    files = _write(tmp_path, plan_files, 8)
    real = read_command.load

    def deadly(path):
        if Path(path).name == "plan0003.txt":
            os._exit(11)
        return real(path)

    monkeypatch.setattr(read_command, "load", deadly)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert main(["read", str(tmp_path), "--json", str(tmp_path / "out")]) == 2
    captured = capfd.readouterr()
    assert "plan0003.txt：读取时程序异常退出" in captured.err
    names = {p.stem for p in (tmp_path / "out").iterdir()}
    assert names == {file.stem for file in files} - {"plan0003"}


def test_a_fault_in_one_document_is_told_with_its_place(tmp_path, plan_files, monkeypatch, capsys):
    (file,) = _write(tmp_path, plan_files, 1)

    def broken(source):
        raise KeyError("x")

    monkeypatch.setattr(read_command, "read", broken)
    assert main(["read", str(file)]) == 2
    assert re.search(
        r"plan0000\.txt：读取时程序出错（KeyError.*test_read_command\.py:\d+", capsys.readouterr().err
    )


def test_results_come_in_order_with_few_waiting(tmp_path, plan_files, monkeypatch):
    files = _write(tmp_path, plan_files, 30)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    jobs = [read_command.Job(str(f), f"d{i}", None, False, False, False) for i, f in enumerate(files)]
    names = [result.name for result in read_command.results(jobs)]
    assert names == [file.name for file in files]


def test_kill_in_the_middle_leaves_no_half_file(tmp_path, plan_files):
    source = tmp_path / "in"
    source.mkdir()
    _write(source, plan_files, 60)
    out = tmp_path / "out"
    command = [
        sys.executable, "-m", "lianshu.cli", "read", str(source),
        "--json", str(out), "--xlsx", str(tmp_path / "a.xlsx"), "--html", str(tmp_path / "a.html"),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while process.poll() is None and not (out.is_dir() and len(list(out.glob("*.json"))) >= 3):
            time.sleep(0.005)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    written = list(out.glob("*.json"))
    assert written
    for file in written:
        assert json.loads(file.read_text(encoding="utf-8"))["reader_version"]
    # Killed before the end, the workbook and the page are not there at all.
    assert not (tmp_path / "a.xlsx").exists() or openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    # A second run finds everything in order and clears what the first left behind.
    assert main(command[3:]) == 0
    assert len(list(out.glob("*.json"))) == 60
    leftovers = [p.name for folder in (tmp_path, out) for p in folder.glob(".lianshu-*")]
    assert leftovers == []


def test_shared_plans_reach_their_figures(shared, tmp_path):
    """The figures that the issue asks for, on the gold."""
    texts = sorted(str(f) for f in (shared / "policies" / "text").glob("*.txt"))
    assert main(["read", *texts, "--json", str(tmp_path)]) == 0
    scored = subprocess.run(
        [sys.executable, str(shared / "policies" / "score.py"), str(tmp_path), "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    figures = json.loads(scored.stdout)
    assert figures["documents"] == 3
    floors = {"targets": 0.95, "tasks": 0.95, "duties": 0.97, "recurring": 0.88, "chains": 1.0,
              "mechanisms": 0.9, "projects": 0.92, "enterprises": 0.88, "orgs": 0.75}  # fmt: skip
    found = {kind: figures["kinds"][kind]["f1"] for kind in floors}
    assert {kind: f1 for kind, f1 in found.items() if f1 < floors[kind]} == {}
    assert figures["facts"] >= 0.95


def test_documents_of_other_offices_are_read_without_stray_evidence(shared, tmp_path):
    """Ten more texts, two of them one line long; the floors only keep what is reached today."""
    folder = shared / "policies" / "more"
    texts = sorted(folder.glob("text/*.txt"))
    assert main(["read", *map(str, texts), "--json", str(tmp_path)]) == 0
    assert {path.stem for path in tmp_path.glob("*.json")} == {path.stem for path in texts}
    scored = subprocess.run(
        [sys.executable, str(shared / "policies" / "score.py"), str(tmp_path), "--json"]
        + ["--gold", str(folder / "gold"), "--text", str(folder / "text")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    # the scorer names every evidence that does not stand in the text
    assert scored.stderr == ""
    figures = json.loads(scored.stdout)
    assert figures["documents"] == 7
    floors = {"targets": 0.7, "tasks": 0.78, "duties": 0.72, "recurring": 0.75}
    found = {kind: figures["kinds"][kind]["f1"] for kind in floors}
    assert {kind: f1 for kind, f1 in found.items() if f1 < floors[kind]} == {}
    assert figures["macro_f1"] >= 0.55
