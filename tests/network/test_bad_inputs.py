"""Every kind of bad input gives an error that names file, row, cause and remedy, and loses no good row."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from lianshu.network.classes import default_classes, read_classes
from lianshu.network.firms import read_firms
from lianshu.network.links import read_links
from lianshu.network.links_network import load_network
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import NOTE, InputError, Report
from lianshu.reference.user_table import UserTableError, read_user_table

HEAD = "supplier,buyer,amount\n"
FULL = "supplier,buyer,product,amount,period,source,currency\n"


@pytest.fixture
def work():
    with Workspace(threads=1) as workspace:
        yield workspace


def write(tmp_path: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return str(path)


# code, file text, row told, piece of the message
ROWS = [
    ("L01", HEAD + "a,b,1\n,b,2\n", 3, "供应商为空"),
    ("L02", HEAD + "a,,1\n", 2, "采购方为空"),
    ("L03", HEAD + "a,b,1\nb,c,\n", 3, "金额为空"),
    ("L04", HEAD + "a,b,12万\n", 2, "金额不是数字"),
    ("L04", HEAD + 'a,b,"1,23"\n', 2, "金额不是数字"),
    ("L05", HEAD + "a,b,nan\n", 2, "有限"),
    ("L05", HEAD + "a,b,inf\n", 2, "有限"),
    ("L06", HEAD + "a,b,-3\n", 2, "负数"),
    ("L07", HEAD + "a,b,0\n", 2, "零"),
    ("L08", FULL + "a,b,p,1,2024-13,x,CNY\n", 2, "期间写法"),
    ("L09", HEAD + "9.11E+17,b,1\n", 2, "科学计数"),
    ("L10", HEAD + "a,9.11E+17,1\n", 2, "科学计数"),
    ("L11", HEAD + "a" * 65 + ",b,1\n", 2, "64"),
    ("L12", HEAD + "a," + "b" * 65 + ",1\n", 2, "64"),
    ("L13", HEAD + '"a\nx",b,1\nb,c,1\n', 2, "控制字符"),
    ("L14", HEAD + "a,b\tx,1\n", 2, "控制字符"),
    ("L15", HEAD + "a,b,1\n\n合计,x,1\n", 4, "合计行"),
    ("T07", HEAD + "a,b,1\na,b\n", 3, "列数不对"),
    ("T07", HEAD + "a,b,1\na,b,3,4\n", 3, "列数不对"),
    ("L33", FULL + "a,b,p,1,2024,x,CNY\na,b,p,1,2024-03,x,CNY\n", None, "粒度混用"),
    ("L31", HEAD, None, "没有一条可用"),
]


@pytest.mark.parametrize(("code", "text", "row", "words"), ROWS)
def test_bad_link_row_is_named_with_its_row(work, tmp_path, code, text, row, words):
    links = read_links(work, write(tmp_path, "links.csv", text))
    problem = next(p for p in links.report.errors() if p.code == code)
    assert problem.row == row
    assert words in problem.message
    assert problem.remedy
    assert problem.file == "links.csv"
    with pytest.raises(InputError, match=code):
        links.report.raise_errors()


FILES = [
    ("C01", "supplier,amount\na,1\n", "buyer"),
    ("C02", "supplier,供应商,buyer,amount\na,a,b,1\n", "供应商"),
    ("T05", "supplier,,amount\na,b,1\n", "没有列名"),
    ("T05", "\na,b,1\n", "表头"),
    ("T09", "supplier,supplier,buyer,amount\na,a,b,1\n", "重名"),
    ("L32", FULL + "a,b,p,1,2024,x,CNY\na,c,p,1,2024,x,USD\n", "币种"),
    ("T02", "", "空"),
]


@pytest.mark.parametrize(("code", "text", "words"), FILES)
def test_unusable_link_file_is_refused_whole(work, tmp_path, code, text, words):
    with pytest.raises(InputError, match=code) as caught:
        read_links(work, write(tmp_path, "links.csv", text))
    assert words in str(caught.value)


def test_missing_unknown_and_damaged_files(work, tmp_path):
    for name, code in (("none.csv", "T01"), (str(tmp_path), "T01")):
        with pytest.raises(InputError, match=code):
            read_links(work, name)
    for name, code in (("a.doc", "T03"), ("a.parquet", "T10"), ("a.xlsx", "T13"), ("a.duckdb#t", "T12")):
        write(tmp_path, name.split("#")[0], "not such a file")
        with pytest.raises(InputError, match=code):
            read_links(work, str(tmp_path / name))


def test_binary_rubbish_named_csv_is_an_encoding_error(work, tmp_path):
    (tmp_path / "a.csv").write_bytes(bytes([0xFF, 0x00, 0x81, 0x00, 0xFF] * 20))
    with pytest.raises(InputError, match="T04"):
        read_links(work, str(tmp_path / "a.csv"))


def test_unclosed_quote_is_told(work, tmp_path):
    text = HEAD + "a,b,1\n" + '"c,d,2\n' + "e,f,3\n"
    with pytest.raises(InputError, match="T0[678]"):
        read_links(work, write(tmp_path, "links.csv", text)).report.raise_errors()


def test_table_or_sheet_that_is_not_there(work, tmp_path):
    store = tmp_path / "s.duckdb"
    with duckdb.connect(str(store)) as con:
        con.execute("CREATE TABLE deals AS SELECT 'a' AS supplier, 'b' AS buyer, 1.5 AS amount")
    with pytest.raises(InputError, match="T11.*deals"):
        read_links(work, f"{store}#none")
    with pytest.raises(InputError, match="T11"):
        read_links(work, str(store))
    book = xlsxwriter.Workbook(str(tmp_path / "b.xlsx"))
    book.add_worksheet("甲")
    book.close()
    with pytest.raises(InputError, match="T14.*甲"):
        read_links(work, f"{tmp_path / 'b.xlsx'}#乙")
    with pytest.raises(InputError, match="T02"):
        read_links(work, str(tmp_path / "b.xlsx"))


def test_a_small_workbook_that_spans_the_whole_sheet_is_refused(work, tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "b.xlsx"))
    sheet = book.add_worksheet("甲")
    sheet.write(0, 0, "supplier")
    sheet.write(1_048_575, 16_383, 1)
    book.close()
    with pytest.raises(InputError, match="T17.*表格范围过大"):
        read_links(work, str(tmp_path / "b.xlsx"))
    with pytest.raises(UserTableError, match="表格范围过大"):
        read_user_table(tmp_path / "b.xlsx", ("supplier",))


def test_unreachable_postgres_is_told_without_the_password(work):
    with pytest.raises(InputError, match="T15") as caught:
        read_links(work, "postgresql://someone:secret@127.0.0.1:1/none#links")
    assert "secret" not in str(caught.value)


def test_unknown_unit_is_refused(work, tmp_path):
    with pytest.raises(InputError, match="L30"):
        read_links(work, write(tmp_path, "links.csv", HEAD + "a,b,1\n"), unit="块")


def test_good_rows_survive_beside_bad_ones_and_all_are_accounted_for(work, tmp_path):
    text = HEAD + "a,b,1\n,b,2\na,a,5\nc,d,-1\na,b,2\n"
    links = read_links(work, write(tmp_path, "links.csv", text))
    assert work.con.execute(f"SELECT supplier, buyer, amount FROM {links.table}").fetchall() == [
        ("a", "b", 3.0)
    ]
    assert links.rows_read == 5
    told = {p.code: p.row for p in links.report.problems}
    assert told == {"L01": 3, "L20": 4, "L06": 5, "L21": 2}
    assert {p.code for p in links.report.notes()} == {"L20", "L21"}
    assert links.rows_kept + links.report.total() - 1 == links.rows_read  # the merged pair is kept twice


FIRMS = [
    ("F01", "firm,sector\n,1\n", 2),
    ("F02", "firm,sector\na,\n", 2),
    ("F03", "firm,sector\n" + "a" * 65 + ",1\n", 2),
    ("F04", "firm,sector\n9.1E+17,1\n", 2),
    ("F05", "firm,sector,region\na,1,4212\n", 2),
    ("F06", "firm,sector,outside\na,1,也许\n", 2),
    ("F07", "firm,sector\na,1\nb,1\na,2\n", 4),
    ("F11", "firm,sector,revenue\na,1,很多\n", 2),
    ("F12", "firm,sector,revenue\na,1,inf\n", 2),
    ("F13", "firm,sector,revenue\na,1,-5\n", 2),
    ("F23", "firm,sector,costs\na,1,-5\n", 2),
    ("F31", "firm,sector,jobs\na,1,x\n", 2),
    ("F43", "firm,sector,tax\na,1,-1\n", 2),
    ("F72", "firm,sector,longitude\na,1,200\n", 2),
    ("F74", "firm,sector,latitude\na,1,-91\n", 2),
    ("F75", "firm,sector,technology\na,1,3\n", 2),
    ("F80", "firm,sector\n", None),
]


@pytest.mark.parametrize(("code", "text", "row"), FIRMS)
def test_bad_firm_row_is_named_with_its_row(work, tmp_path, code, text, row):
    firms = read_firms(work, write(tmp_path, "firms.csv", text))
    problem = next(p for p in firms.report.errors() if p.code == code)
    assert problem.row == row
    assert problem.remedy


CLASSES = [
    ("M01", "supplier_sector,buyer_sector,class\n,1,2\n"),
    ("M02", "supplier_sector,buyer_sector,class\n1,,2\n"),
    ("M03", "supplier_sector,buyer_sector,class\n1,1,3\n"),
    ("M04", "supplier_sector,buyer_sector,class\n1,1,2\n1,1,0\n"),
    ("M06", "supplier_sector,buyer_sector,class\n"),
    ("C01", "supplier_sector,class\n1,2\n"),
]


@pytest.mark.parametrize(("code", "text"), CLASSES)
def test_bad_class_matrix_is_refused(work, tmp_path, code, text):
    with pytest.raises(InputError, match=code):
        read_classes(work, write(tmp_path, "essential.csv", text))


def test_class_matrix_must_cover_the_sectors_that_occur(work, tmp_path):
    links = write(tmp_path, "links.csv", HEAD + "a,b,1\n")
    firms = write(tmp_path, "firms.csv", "firm,sector\na,1\nb,2\n")
    half = write(tmp_path, "half.csv", "supplier_sector,buyer_sector,class\n1,2,2\n1,1,1\n2,2,0\n")
    with pytest.raises(InputError, match="M05.*2 供给 1"):
        load_network(work, links, firms, half)
    other = write(tmp_path, "other.csv", "supplier_sector,buyer_sector,class\n1,1,2\n")
    with pytest.raises(InputError, match="F81"):
        load_network(work, links, firms, other)


def test_default_classes_refuse_codes_that_are_not_gbt4754():
    with pytest.raises(InputError, match="M07"):
        default_classes(["C39", "自编"])


def test_firm_of_a_link_missing_from_the_table_is_an_error_or_kept_on_request(work, tmp_path):
    links = write(tmp_path, "links.csv", HEAD + "a,b,1\nz,b,4\n")
    firms = write(tmp_path, "firms.csv", "firm,sector\na,39\nb,39\n")
    with pytest.raises(InputError, match="L25"):
        load_network(work, links, firms)
    loaded = load_network(work, links, firms, keep_unlisted=True)
    assert loaded.network.firms == ("a", "b", "z")
    assert loaded.network.outside.tolist() == [False, False, True]
    assert [p.code for p in loaded.firms.report.notes()] == ["F90"]


def test_problems_of_all_files_are_told_at_once(work, tmp_path):
    links = write(tmp_path, "links.csv", HEAD + "a,b,x\n")
    firms = write(tmp_path, "firms.csv", "firm,sector\na,\n")
    with pytest.raises(InputError) as caught:
        load_network(work, links, firms)
    assert {p.code for p in caught.value.problems} == {"L04", "F02"}


def test_every_problem_is_counted_even_when_only_the_first_are_shown(work, tmp_path):
    text = HEAD + "".join(f"a{i},b,-1\n" for i in range(1500))
    links = read_links(work, write(tmp_path, "links.csv", text))
    assert links.report.total() == 1500
    assert len(links.report.problems) == links.report.keep == 1000
    with pytest.raises(InputError, match="共 1500 处"):
        links.report.raise_errors()


def test_problem_file_is_defused_against_formulas(work, tmp_path):
    links = read_links(work, write(tmp_path, "links.csv", HEAD + "a,b,=1+1\n"))
    out = tmp_path / "problems.csv"
    links.report.write_csv(out)
    rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1][0] == "L04"
    assert rows[1][5] == "'=1+1"


def test_notes_do_not_stop_a_strict_run():
    report = Report()
    assert report.total(NOTE) == 0
    report.raise_errors()
