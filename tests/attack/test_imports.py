"""The import desk and attachments on odd files: a sentence, little memory, the work in a job; csv gives back what it took."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.attack import odd_files
from tests.attack.test_values import in_child
from tests.core.sample_ledger import SampleLedger

from lianshu.core import attachments
from lianshu.core.errors import LianshuError
from lianshu.core.importing import services, sheets
from lianshu.core.importing.values import text_of
from lianshu.core.ledger import export
from lianshu.core.models import ImportRow, ImportRun

DESK = "/ledger/sample-units/import/"
#: odd files read whole; thousands more in bench/attack/imports.py
FILES = 80


def read(name: str, data: bytes) -> int:
    """1 for a refusal with a sentence, 0 for a table."""
    try:
        sheets.read_sheet(data, name, {"名称", "地区"})
    except LianshuError as error:
        assert name in error.sentence and "None" not in error.sentence
        return 1
    return 0


def test_a_bomb_is_refused_or_read_within_bounds():
    # a fifth of the size the long form sends, so a fifth of the bounds
    bombs = odd_files.bombs(0.2)
    ended = {
        bomb: in_child(lambda name=name, data=data: read(name, data), seconds=3, memory=300 * 1024 * 1024)
        for bomb, (name, data) in bombs.items()
    }
    assert [bomb for bomb, code in ended.items() if code not in (0, 1)] == []


def test_odd_files_are_read_or_refused_with_a_sentence(world):
    for number in range(FILES):
        name, data = odd_files.odd_file(1, number)
        try:
            run = services.import_start(world.owner, SampleLedger(), data=data, name=name)
        except LianshuError as error:
            assert name in error.sentence, number
            continue
        if run.status == ImportRun.Status.FAILED:
            assert name in run.counts["refusal"], number
            continue
        run.mapping = {
            str(place): column
            for place, column in enumerate(("name", "region", "kind", "valid_from", "phone", "aliases"))
            if place < len(run.heads)
        }
        services.check(run, world.owner)
        for row in ImportRow.objects.filter(run=run, verdict="refused"):
            assert row.number > 1 and all(sentence for _, sentence in row.errors)
        ImportRun.objects.filter(pk=run.pk).delete()


def test_the_file_is_read_in_a_job_and_its_refusal_is_kept(as_owner, monkeypatch, settings):
    asked = []
    monkeypatch.setattr(services, "start_job", lambda user, kind, **rest: asked.append(kind))
    answer = as_owner.post(DESK, {"file": SimpleUploadedFile("坏.xlsx", b"PK\x03\x04xx")})
    assert answer.status_code == 302 and asked == ["import.read"]
    monkeypatch.undo()
    answer = as_owner.post(DESK, {"file": SimpleUploadedFile("坏.xlsx", b"PK\x03\x04xx")}, follow=True)
    page = answer.content.decode()
    assert (
        answer.status_code == 200 and "坏.xlsx" in page and "不是能读的工作簿" in page and "换个文件" in page
    )
    assert ImportRun.objects.filter(status="failed").count() == 1


def test_a_reader_that_gives_up_is_a_refusal(monkeypatch):
    def open_it(_file):
        raise type("PanicException", (BaseException,), {})("index out of bounds")

    monkeypatch.setattr(sheets, "CalamineWorkbook", SimpleNamespace(from_filelike=open_it))
    assert read("单位.xlsx", odd_files.whole_workbook()) == 1


def test_columns_rows_and_cells_are_bounded():
    for data, told in (
        ("名称," + "a," * 400 + "\n甲,乙\n", "列"),
        ("名称,地区\n" + "甲,乙\n" * 250_000, "行"),
    ):
        with pytest.raises(LianshuError, match=told):
            sheets.read_sheet(data.encode(), "大.csv", {"名称"})


def test_a_long_or_unprintable_cell_names_itself(as_owner, world):
    table = f"名称,地区,电话\n甲局,{world.county.name},{'1' * 40_000}\n乙\x00局,{world.county.name},1\n"
    answer = as_owner.post(DESK, {"file": SimpleUploadedFile("单位.csv", table.encode())})
    run = ImportRun.objects.get()
    as_owner.post(f"{answer.url}check/", {"head-0": "name", "head-1": "region", "head-2": "phone"})
    rows = {row.number: row for row in run.rows.all()}
    assert "32767" in rows[2].errors[0][1] and rows[2].errors[0][0] == "phone"
    assert "控制字符" in rows[3].errors[0][1] and rows[3].errors[0][0] == "name"
    assert len(rows[2].values["texts"]["phone"]) < 200


def test_an_attachment_is_recognised_without_reading_a_directory_without_end():
    file = ContentFile(odd_files.directory(400_000))
    assert in_child(lambda: len(attachments.kind_of(file)), memory=100 * 1024 * 1024) == 0


# --- csv that a spreadsheet would run


ODD_TEXTS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", "\t=1", "\r=1", "'=1", "''＝1", "'甲", "=", "＝", "甲=1", "-",
)  # fmt: skip


def test_no_cell_of_a_csv_begins_like_a_formula_and_the_text_comes_back():
    data = b"".join(export.csv_bytes(["名称", "备注"], [["甲", text] for text in ODD_TEXTS]))
    table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    assert [cell for _, cell in table if cell[0] in "=+-@＝＋－＠\t\r\n"] == []
    sheet = sheets.read_sheet(data, "单位.csv", {"名称", "备注"})
    assert tuple(text_of(row[1]) for row in sheet.rows) == ODD_TEXTS


def test_a_workbook_gives_the_text_back_too():
    texts = [text for text in ODD_TEXTS if text == text.strip()]
    with export.workbook([("表", ["名称", "备注"], [["甲", text] for text in texts])]) as file:
        sheet = sheets.read_sheet(file.read(), "单位.xlsx", {"名称", "备注"})
    assert [text_of(row[1]) for row in sheet.rows] == texts
