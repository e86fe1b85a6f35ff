"""The list of a ledger: filters, chips, order, paging, columns, views, export."""

import csv
import io

import pytest
from python_calamine import CalamineWorkbook
from tests.core.sample_ledger import SampleLedger

from lianshu.core.ledger.filters import Listing
from lianshu.core.ledger.services import view_save
from lianshu.core.models import AuditEntry, SavedView
from lianshu.organisation.models import Unit

LIST = "/ledger/sample-units/"


def body(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_list_shows_the_own_county_only(as_owner, as_stranger, world):
    Unit.objects.create(region=world.neighbour, name="别县单位")
    page = body(as_owner.get(LIST))
    assert world.department.name in page and "别县单位" not in page


def test_list_needs_few_queries_whatever_the_number_of_rows(as_owner, world, django_assert_max_num_queries):
    Unit.objects.bulk_create(
        Unit(region=world.county, name=f"第{number}单位", parent=world.office, chain=world.chain)
        for number in range(120)
    )
    with django_assert_max_num_queries(20):
        page = body(as_owner.get(LIST))
    assert "共 125 条，第 1 / 3 页" in page


def test_each_filter_narrows_and_shows_a_chip(as_owner, world):
    Unit.objects.filter(pk=world.park.pk).update(phone="0000-1234", valid_from="2025-03-01", simulated=True)
    for query, chip, name in (
        ("kind=park", "类别：园区", world.park.name),
        (f"chain={world.chain.pk}", "产业链：电子信息产业链", world.chain_office.name),
        ("phone=1234", "电话含“1234”", world.park.name),
        ("valid_from=2025", "成立日期：2025年", world.park.name),
        ("valid_from_from=2025-01-01&valid_from_to=2025-12-31", "成立日期：2025年1月1日", world.park.name),
        ("simulated=yes", "模拟：是", world.park.name),
    ):
        page = body(as_owner.get(f"{LIST}?{query}"))
        assert chip in page and name in page and "共 1 条" in page, query
    assert "共 4 条" in body(as_owner.get(f"{LIST}?chain=none"))


def test_region_filter_takes_the_subtree(client, world):
    client.force_login(world.people["observer"], backend="django.contrib.auth.backends.ModelBackend")
    Unit.objects.create(region=world.neighbour, name="邻县单位")
    assert "共 6 条" in body(client.get(f"{LIST}?region={world.city.pk}"))
    assert "共 1 条" in body(client.get(f"{LIST}?region={world.neighbour.pk}"))


def test_chips_are_removed_one_by_one(world, owner):
    from django.http import QueryDict

    listing = Listing(SampleLedger(), owner, QueryDict("kind=park&kind=bank&q=云"))
    listing.rows()
    without = {chip.words: chip.without for chip in listing.chips}
    assert without["类别：园区"] == "kind=bank&q=%E4%BA%91"
    assert without["含“云”"] == "kind=park&kind=bank"


def test_lens_is_the_default_filter_and_can_be_taken_off(as_owner, world):
    as_owner.post("/lens/", {"chain": world.chain.pk, "region": world.county.pk})
    assert "共 1 条" in body(as_owner.get(LIST))
    assert "共 5 条" in body(as_owner.get(f"{LIST}?chain=&region="))


def test_search_finds_all_words(as_owner, world):
    assert "共 1 条" in body(as_owner.get(LIST, {"q": f"{world.department.name[:2]} 科技"}))
    assert "没有符合条件的记录" in body(as_owner.get(LIST, {"q": "科技 财政"}))


def test_order_by_a_column_both_ways_and_never_by_a_derived_one(world, owner):
    from django.http import QueryDict

    names = [unit.name for unit in Listing(SampleLedger(), owner, QueryDict("sort=-name")).rows()]
    assert names == sorted(names, reverse=True)
    assert Listing(SampleLedger(), owner, QueryDict("sort=people")).ordering == ["region__path", "name", "pk"]
    assert Listing(SampleLedger(), owner, QueryDict("sort=password")).sort == ("", False)


def test_chosen_columns_are_remembered(as_owner):
    as_owner.post(f"{LIST}columns/", {"column": ["name", "people"], "query": "q=科技"})
    page = body(as_owner.get(f"{LIST}?q="))
    assert "人数（人）" in page and ">电话</a>" not in page


def test_views_are_kept_shared_made_default_and_deleted(as_owner, as_colleague):
    answer = as_owner.post(
        f"{LIST}views/", {"name": "园区", "query": "kind=park&page=3", "shared": "on", "default": "on"}
    )
    assert answer.url.startswith(f"{LIST}?kind=park&")
    view = SavedView.objects.get(name="园区")
    assert as_owner.get(LIST).url == answer.url, "the default view opens first"
    assert "总链办小周 共享" in body(as_colleague.get(LIST))
    assert as_colleague.post(f"{LIST}views/{view.pk}/delete/").status_code == 404
    assert as_owner.post(f"{LIST}views/{view.pk}/delete/").status_code == 302
    assert not SavedView.objects.filter(name="园区").exists()


def test_only_one_view_is_the_default(world, owner):
    for name in ("甲", "乙"):
        view_save(owner, ledger="sample-units", name=name, query={}, columns=[], default=True)
    assert [view.name for view in SavedView.objects.filter(is_default=True)] == ["乙"]


def test_export_holds_filter_columns_and_scope(as_owner, world):
    Unit.objects.create(region=world.neighbour, name="别县单位", kind="park")
    answer = as_owner.get(f"{LIST}export.csv?kind=park&cols=name,region")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows == [["名称", "地区"], [world.park.name, world.county.name]]
    assert AuditEntry.objects.filter(action="导出", note__contains="类别：园区").count() == 1


def test_export_defuses_formulas_in_csv_and_xlsx(as_owner, world):
    Unit.objects.filter(pk=world.park.pk).update(phone="=1+1", short_name="-乙")
    answer = as_owner.get(f"{LIST}export.csv?kind=park&cols=short_name,phone")
    assert "'-乙,'=1+1" in b"".join(answer.streaming_content).decode()
    book = b"".join(as_owner.get(f"{LIST}export.xlsx?kind=park&cols=short_name,phone").streaming_content)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert sheet.to_python() == [["简称", "电话"], ["-乙", "=1+1"]]
    import openpyxl

    cell = openpyxl.load_workbook(io.BytesIO(book)).active["B2"]
    assert cell.data_type == "s" and cell.quotePrefix, "text, and text it stays"


def test_responsible_unit_sees_no_button_it_may_not_press(client, world):
    client.force_login(world.department_user, backend="django.contrib.auth.backends.ModelBackend")
    page = body(client.get(LIST))
    assert "新建单位" not in page and "批量修改" not in page
    assert client.get(f"{LIST}new/").status_code == 403


@pytest.mark.parametrize(
    "query",
    ["region=9999999", "region=abc", "chain=abc", "kind=nope", "valid_from_from=x", "page=zzz", "sort=-"],
)
def test_nonsense_in_the_address_is_harmless(as_owner, query):
    assert as_owner.get(f"{LIST}?{query}").status_code == 200
