"""The import desk: reading files, matching columns, judging rows, one transaction, error workbook."""

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook
from tests.core.sample_ledger import SampleLedger

from lianshu.core import audit
from lianshu.core.errors import LianshuError
from lianshu.core.importing import mapping, services, sheets
from lianshu.core.importing.values import CellError, Readers
from lianshu.core.models import AuditEntry, ImportMapping, ImportRun, Job
from lianshu.organisation.models import Unit

DESK = "/ledger/sample-units/import/"
LEDGER = SampleLedger()


def workbook(rows, title_rows=()) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("单位")
    for number, row in enumerate([*title_rows, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def sent(client, data: bytes, name="单位.xlsx") -> ImportRun:
    answer = client.post(DESK, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])


def checked(client, run: ImportRun, **extra) -> ImportRun:
    posted = {f"head-{number}": name for number, name in run.mapping.items()} | extra
    assert client.post(f"{DESK}{run.pk}/check/", posted).status_code == 302
    run.refresh_from_db()
    return run


@pytest.fixture
def heads():
    return ["单位名称", "归口", "哪里的", "联系电话", "备注"]


def rows_of(world):
    return [
        ["新设甲局", "部门", world.county.name, "0000-1", "x"],
        [world.park.name, "园区", world.county.name, "0000-2", ""],
        [world.office.name, "总链办", world.county.name, "", ""],
        ["", "协会团体", "没有的县", "1" * 60, ""],
        ["新设甲局", "部门", world.county.name, "", ""],
    ]


def test_a_whole_import_from_file_to_rows(as_owner, world, heads):
    run = sent(as_owner, workbook([heads, *rows_of(world)], [["青澜县单位一览表"], []]))
    assert run.mapping == {"0": "name", "3": "phone"}, "归口 and 哪里的 are no known heads"
    page = as_owner.get(f"{DESK}{run.pk}/").content.decode()
    assert "新设甲局" in page and "对应列" in page
    run = checked(as_owner, run, **{"head-1": "kind", "head-2": "region"})
    assert run.status == "ready"
    assert {key: run.counts[key] for key in ("new", "changed", "same", "refused")} == {
        "new": 1, "changed": 1, "same": 1, "refused": 2,
    }  # fmt: skip
    preview = as_owner.get(f"{DESK}{run.pk}/?verdict=refused").content.decode()
    for sentence in (
        "名称不能空着",
        "没有“协会团体”这一项",
        "没有找到“没有的县”",
        "有 60 字，最多 40 字",
        "与第 4 行重复",
    ):
        assert sentence in preview, sentence
    assert not Unit.objects.filter(name="新设甲局").exists(), "nothing is written before it is confirmed"
    assert as_owner.post(f"{DESK}{run.pk}/write/").status_code == 302
    run.refresh_from_db()
    assert run.status == "done"
    assert Unit.objects.get(name="新设甲局").phone == "0000-1"
    assert Unit.objects.get(pk=world.park.pk).phone == "0000-2"
    assert audit.history(world.park).get().changes == {"phone": ["", "0000-2"]}
    assert (
        AuditEntry.objects.filter(action="导入").get().note == "样例单位：新增 1 · 更新 1 · 无变化 1 · 有误 2"
    )
    assert audit.verify()[1] is None
    assert as_owner.post(f"{DESK}{run.pk}/write/").status_code == 409, "a second press writes nothing"


def test_choices_are_remembered_for_the_next_file(as_owner, world, heads):
    data = workbook([heads, *rows_of(world)])
    checked(as_owner, sent(as_owner, data), **{"head-1": "kind", "head-2": "region"})
    assert ImportMapping.objects.get(head="归口").column == "kind"
    assert sent(as_owner, data).mapping == {"0": "name", "1": "kind", "2": "region", "3": "phone"}


def test_error_workbook_holds_the_refused_rows_and_can_be_sent_again(as_owner, world, heads):
    run = sent(as_owner, workbook([heads, *rows_of(world)]))
    checked(as_owner, run, **{"head-1": "kind", "head-2": "region"})
    data = b"".join(as_owner.get(f"{DESK}{run.pk}/errors.xlsx").streaming_content)
    table = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert table[0] == ["名称", "类别", "地区", "电话", "错误说明", "原行号"]
    assert table[1][-1] == 5 and "名称：名称不能空着" in table[1][-2]
    assert sent(as_owner, data).mapping.keys() >= {"0", "1", "2", "3"}


def test_region_for_the_whole_file_where_it_has_no_such_column(as_owner, world):
    run = sent(as_owner, workbook([["名称"], ["丙局"], ["丁局"]]))
    page = as_owner.get(f"{DESK}{run.pk}/").content.decode()
    assert "文件里没有“地区”列时" in page
    as_owner.post(f"{DESK}{run.pk}/check/", {"head-0": "name"})
    run.refresh_from_db()
    assert run.status == "mapping", "the region is missing"
    run = checked(as_owner, run, **{"whole-region": str(world.county.pk)})
    as_owner.post(f"{DESK}{run.pk}/write/")
    assert Unit.objects.filter(name__in=["丙局", "丁局"], region=world.county).count() == 2


def test_rows_out_of_scope_are_refused_not_written(as_owner, as_colleague, world):
    foreign = Unit.objects.create(region=world.neighbour, name="别县局")
    table = [
        ["名称", "地区", "电话"],
        [foreign.name, world.neighbour.name, "1"],
        ["新局", world.county.name, "1"],
    ]
    run = checked(as_owner, sent(as_owner, workbook(table)))
    assert run.counts["refused"] == 1 and run.counts["new"] == 1
    mine = checked(as_colleague, sent(as_colleague, workbook(table)))
    assert mine.counts["refused"] == 2
    assert "您不能在这个地区" in as_colleague.get(f"{DESK}{mine.pk}/").content.decode()


def test_a_row_one_may_only_read_cannot_be_changed_by_a_file(as_colleague, world):
    table = [["名称", "地区", "电话"], [world.office.name, world.county.name, "1"]]
    run = checked(as_colleague, sent(as_colleague, workbook(table)))
    assert run.counts["refused"] == 1
    assert "只能看，不能修改" in as_colleague.get(f"{DESK}{run.pk}/").content.decode()


def test_a_refusal_in_the_middle_writes_nothing(as_owner, world):
    table = [["名称", "地区"], *([f"第{number}局", world.county.name] for number in range(5))]
    run = checked(as_owner, sent(as_owner, workbook(table)))
    before = AuditEntry.objects.count()
    # somebody registers one of them between preview and import
    Unit.objects.create(region=world.county, name="第3局")
    as_owner.post(f"{DESK}{run.pk}/write/")
    run.refresh_from_db()
    assert run.status == "ready" and Unit.objects.filter(name__startswith="第").count() == 1
    assert AuditEntry.objects.count() == before
    page = as_owner.get(f"{DESK}{run.pk}/").content.decode()
    assert "第 5 行" in page and "没有写入任何数据" in page


def test_a_row_changed_since_the_preview_stops_the_import(as_owner, world):
    table = [["名称", "地区", "电话"], [world.park.name, world.county.name, "1"]]
    run = checked(as_owner, sent(as_owner, workbook(table)))
    Unit.objects.filter(pk=world.park.pk).update(phone="别人改的")
    as_owner.post(f"{DESK}{run.pk}/write/")
    assert Unit.objects.get(pk=world.park.pk).phone == "别人改的"
    assert "被别人改过" in as_owner.get(f"{DESK}{run.pk}/").content.decode()


def test_somebody_elses_import_is_not_found(as_owner, as_colleague, as_stranger, world):
    run = sent(as_owner, workbook([["名称", "地区"], ["丙局", world.county.name]]))
    for client in (as_colleague, as_stranger):
        assert client.get(f"{DESK}{run.pk}/").status_code == 404
        assert client.post(f"{DESK}{run.pk}/write/").status_code == 404
        assert client.get(f"{DESK}{run.pk}/errors.xlsx").status_code == 404


def test_who_may_not_import_is_refused(client, world):
    client.force_login(world.department_user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(DESK).status_code == 403


def test_template_is_read_back_with_every_column_matched(as_owner, world):
    data = b"".join(as_owner.get(f"{DESK}template.xlsx").streaming_content)
    heads = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[0]
    assert set(mapping.guess(LEDGER, heads).values()) == {column.name for column in LEDGER.importable}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_any_encoding(encoding, delimiter):
    text = "\r\n".join(
        delimiter.join(row) for row in (["名称", "地区"], ["甲局", "青澜县"], ["乙局", "青澜县"])
    )
    sheet = sheets.read_sheet(text.encode(encoding), "单位.csv", {"名称", "地区"})
    assert sheet.heads == ["名称", "地区"] and sheet.rows[1] == ["乙局", "青澜县"]


@pytest.mark.parametrize(
    ("data", "name", "cause"),
    [
        (b"", "空.xlsx", "文件是空的"),
        (b"PK\x03\x04xx", "坏.xlsx", "不是能读的工作簿"),
        (b"name,x", "假.xlsx", "内容不是 Excel 工作簿"),
        (b"\x00\x01\x02", "怪.csv", "内容不是表格"),
        (workbook([["名称"]]), "没有行.xlsx", "没有数据行"),
        (workbook([]), "空表.xlsx", "里面没有表格"),
    ],
)
def test_unusable_files_are_refused_with_the_cause(as_owner, data, name, cause):
    if not data:
        with pytest.raises(LianshuError, match=cause):
            sheets.read_sheet(data, name, set())
        return
    answer = as_owner.post(DESK, {"file": SimpleUploadedFile(name, data)}, follow=True)
    assert cause in answer.content.decode()
    # what the first bytes tell is refused at once, the rest by the job that reads the file
    assert answer.status_code == 422 or ImportRun.objects.get().status == "failed"


def test_near_heads_are_matched_and_no_column_twice(db):
    found = mapping.guess(LEDGER, ["单位名称 *", "简 称", "类别（必填）", "备用电话号码", "名称"])
    assert found == {"0": "name", "1": "short_name", "2": "kind"}


def test_values_are_read_as_offices_write_them(world):
    read = Readers(LEDGER, world.owner).read
    column = LEDGER.by_name
    for written in ("2026年3月5日", "2026-03-05", "2026/3/5", "2026.3.5", "20260305", "46086", 46086.0):
        assert read(column["valid_from"], written) == "2026-03-05", written
    assert read(column["valid_from"], "2026年3月") == "2026-03-01"
    assert read(column["chain"], "电子信息产业链") == read(column["chain"], "电子信息") == world.chain.pk
    assert read(column["aliases"], "甲、乙，丙") == ["甲", "乙", "丙"]
    assert read(column["phone"], 7150000.0) == "7150000"
    assert read(column["phone"], "'-1") == "-1", "the apostrophe of our own csv is taken off again"
    for wrong in ("2026-13-01", "三月", "20269999"):
        with pytest.raises(CellError, match="不是日期"):
            read(column["valid_from"], wrong)


def test_chain_of_the_own_county_wins_over_the_same_name_elsewhere(world):
    readers = Readers(LEDGER, world.people["observer"])
    column = LEDGER.by_name["chain"]
    assert readers.read(column, "电子信息", world.county) == world.chain.pk
    assert readers.read(column, "电子信息", world.neighbour) == world.foreign_chain.pk
    with pytest.raises(CellError, match="有 2 个都叫"):
        readers.read(column, "电子信息")


def test_command_line_takes_the_same_way(world, tmp_path):
    path = tmp_path / "单位.csv"
    path.write_text(f"名称,地区\n丙局,{world.county.name}\n,{world.county.name}\n", "utf-8")
    run = services.import_file(world.owner, LEDGER, path)
    assert run.status == "done" and run.counts["refused"] == 1
    assert Unit.objects.filter(name="丙局").exists()


def test_jobs_of_an_import_are_listed(as_owner, world):
    checked(as_owner, sent(as_owner, workbook([["名称", "地区"], ["丙局", world.county.name]])))
    job = Job.objects.get(kind="import.check")
    assert job.status == "done" and job.result["words"] == "新增 1 · 更新 0 · 无变化 0 · 有误 0"
    assert "检查“单位.xlsx”" in as_owner.get("/jobs/").content.decode()
