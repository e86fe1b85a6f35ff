"""Plain text, bytes, folders and everything that is refused."""

from __future__ import annotations

import io
import zipfile

import opencc
import pytest

from lianshu.policy import intake, intake_pdf
from lianshu.policy.intake import expand, load
from lianshu.policy.intake_text import decode
from lianshu.policy.model import UnusableInputError
from lianshu.policy.repair import repair

SAMPLE = "澄江县现代种业产业链建设方案\n一、工作目标\n到2027年，种业产值达到80亿元以上，培育龙头企业6家。\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_detect_encoding(encoding, found):
    source = load(SAMPLE.encode(encoding), "a.txt")
    assert source.text == SAMPLE
    assert source.encoding == found


def test_detect_big5():
    traditional = opencc.OpenCC("s2t").convert(SAMPLE)
    source = load(traditional.encode("big5hkscs"), "a.txt")
    assert source.text == traditional
    assert source.encoding == "big5hkscs"


def test_undo_utf8_read_as_latin1():
    assert load(SAMPLE.encode().decode("latin-1").encode(), "a.txt").text == SAMPLE


def test_read_utf8_cut_in_the_middle_of_a_character():
    text = SAMPLE * 20
    assert load(text.encode()[:-2], "a.txt").text[:-1] == text[:-2]


def test_line_ends_become_newlines():
    assert load("甲方案\r\n乙任务\r丙目标".encode(), "a.txt").text == "甲方案\n乙任务\n丙目标"


def test_decode_refuses_noise():
    assert decode(bytes(range(1, 256)) * 8) is None


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("空.txt", b"", "空的"),
        ("空白.txt", b" \n\t", "空的"),
        ("噪声.txt", bytes(range(256)) * 20, "不是文本文件"),
        ("旧稿.doc", OLE, "另存为 docx"),
        ("加密.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "已加密"),
        ("旧表.xls", OLE + "Workbook".encode("utf-16-le"), "旧版表格"),
        ("坏.docx", b"PK\x03\x04" + b"zz" * 40, "已损坏"),
        ("表.xlsx", _zip("xl/workbook.xml"), "不是文稿"),
        ("演示.pptx", _zip("ppt/presentation.xml"), "不是文稿"),
        ("包.zip", _zip("a.txt"), "压缩包"),
        ("坏.docx", _zip("word/document.xml"), "已损坏"),
        ("坏.pdf", b"%PDF-1.7 nothing", "已损坏"),
        ("稿.rtf", b"{\\rtf1\\ansi abc def}", "RTF"),
        ("空页.html", b"<html><script>var a</script></html>", "没有正文"),
        ("只有空.html", "<p> \u3000</p>".encode(), "没有正文"),
    ],
)
def test_refuse_with_name_and_cause(name, data, words):
    with pytest.raises(UnusableInputError) as error:
        load(data, name)
    assert name in str(error.value)
    assert words in str(error.value)


def test_refuse_missing_file_and_folder(tmp_path):
    with pytest.raises(UnusableInputError, match=r"没有的\.txt：找不到"):
        load(tmp_path / "没有的.txt")
    with pytest.raises(UnusableInputError, match="文件夹"):
        load(tmp_path)


def test_refuse_over_the_size_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "SIZE_LIMIT", 100)
    file = tmp_path / "大.txt"
    file.write_text("产业" * 100, encoding="utf-8")
    with pytest.raises(UnusableInputError, match="上限"):
        load(file)
    with pytest.raises(UnusableInputError, match="上限"):
        load(file.read_bytes(), "大.txt")


def test_read_standard_input(monkeypatch):
    class Stdin:
        buffer = io.BytesIO(SAMPLE.encode())

    monkeypatch.setattr("sys.stdin", Stdin)
    assert load("-").text == SAMPLE


def test_expand_folder_in_order_without_hidden_files(tmp_path):
    for name in ("b.docx", "a.txt", "sub/c.PDF", "~$b.docx", ".x.txt", "pic.png"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x")
    found = [str(file) for file in expand([str(tmp_path), "-"])]
    assert found == [str(tmp_path / "a.txt"), str(tmp_path / "b.docx"), str(tmp_path / "sub/c.PDF"), "-"]


@pytest.mark.parametrize("seed", range(4))
def test_one_plan_in_four_formats_repairs_to_one_text(plan_files, seed):
    plan = plan_files.plan(seed)
    files = {
        "a.txt": plan_files.as_txt(plan),
        "a.html": plan_files.as_html(plan),
        "a.docx": plan_files.as_docx(plan),
        "a.pdf": plan_files.as_pdf(plan, header="云川市人民政府公报"),
    }
    sources = {name: load(data, name) for name, data in files.items()}
    texts = {name: repair(source) for name, source in sources.items()}
    assert {text.clean for text in texts.values()} == {texts["a.txt"].clean}
    rows = next(content for kind, content in plan.blocks if kind == "table")
    for name in ("a.html", "a.docx", "a.pdf"):
        (table,) = sources[name].tables
        assert (table.rows, table.columns) == (len(rows), 4)
        cells = {(cell.row, cell.column): sources[name].text[cell.start : cell.end] for cell in table.cells}
        assert [[cells[r, c] for c in range(4)] for r in range(len(rows))] == rows


def test_picture_without_the_extra_names_it(monkeypatch):
    monkeypatch.setattr(intake_pdf, "_engine", lambda: None)
    with pytest.raises(UnusableInputError, match=r"lianshu\[ocr\]"):
        load(b"\x89PNG\r\n\x1a\nrest", "扫描.png")


BARS = """分工如下：
| 序号 | 任务 | 牵头单位 |
| --- | --- | --- |
| 1 | 建图谱 | 县工信局 |
| 2 | 建台账 | 县发改局 |
以上任务按月调度。
甲	乙
丙	丁
"""


def test_tables_between_bars_and_tabs_in_plain_text():
    source = load(BARS.encode(), "a.txt")
    tables = [
        [[source.text[c.start : c.end] for c in table.cells if c.row == r] for r in range(table.rows)]
        for table in source.tables
    ]
    assert tables == [
        [["序号", "任务", "牵头单位"], ["1", "建图谱", "县工信局"], ["2", "建台账", "县发改局"]],
        [["甲", "乙"], ["丙", "丁"]],
    ]


@pytest.mark.parametrize("text", ["首页 | 新闻 | 政务\n正文一段。", "甲|乙\n丙|丁", "一\t二\n正文。"])
def test_a_single_row_is_no_table(text):
    assert load(text.encode(), "a.txt").tables == ()
