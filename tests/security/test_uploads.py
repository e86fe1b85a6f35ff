"""Files made to harm: tiny workbooks that span a whole sheet, archives that swell, pages in disguise."""

import io
import zipfile

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from lianshu.core.models import ImportRun
from lianshu.reference import workbook_extent
from lianshu.reference.workbook_extent import WorkbookExtentError, refuse_oversized


def book(*cells, **options) -> bytes:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer)
    sheet = made.add_worksheet("表")
    for row, column, value in cells:
        if value is None:
            sheet.write_blank(row, column, None, made.add_format({"bold": True}))
        else:
            sheet.write(row, column, value)
    made.close()
    return buffer.getvalue()


def rewritten(data: bytes, old: bytes, new: bytes) -> bytes:
    """The same workbook with another text in its sheet."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return buffer.getvalue()


CORNERS = book((0, 0, "名称"), (1_048_575, 16_383, 1))


def test_a_kilobyte_that_spans_the_whole_sheet_is_refused(as_owner):
    file = SimpleUploadedFile("单位.xlsx", CORNERS)
    answer = as_owner.post("/ledger/units/import/", {"file": file}, follow=True)
    assert "表格范围过大" in answer.content.decode()
    assert ImportRun.objects.get().status == "failed"


def test_cells_without_a_place_are_counted_in_order():
    placeless = rewritten(book((0, 0, 1), (0, 1, 2), (1, 0, 3)), b' r="', b' x="')
    refuse_oversized(placeless)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook_extent, "CELL_LIMIT", 3)
        with pytest.raises(WorkbookExtentError):
            refuse_oversized(placeless)


def test_formats_far_below_the_data_do_no_harm():
    refuse_oversized(book((0, 0, "名称"), (1, 0, "甲"), (1_048_575, 16_383, None)))


def test_an_archive_that_swells_is_refused(monkeypatch):
    monkeypatch.setattr(workbook_extent, "UNPACKED_LIMIT", 1000)
    with pytest.raises(WorkbookExtentError, match="展开后过大"):
        refuse_oversized(book((0, 0, "名称")))


def test_other_archives_are_no_workbooks():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    with pytest.raises(WorkbookExtentError, match="不是 xlsx"):
        refuse_oversized(buffer.getvalue())
