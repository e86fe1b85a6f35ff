"""Lists, drawer, filters, export, bulk change and import in Chromium."""

import io
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from tests.core import sample_ledger  # noqa: F401  (registers the ledger)

from lianshu.core.models import ImportRun
from lianshu.organisation.models import Unit

LIST = "/ledger/sample-units/"


@pytest.fixture
def units(live, world):
    Unit.objects.bulk_create(
        Unit(region=world.county, name=f"第{number:02}专班", kind="task_force", chain=world.chain)
        for number in range(60)
    )
    return world


def test_list_is_worked_by_keys(page, live, units, assert_accessible):
    live.open(page, units.owner, LIST)
    assert_accessible(page)
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    name = page.locator("tr.current-row a[data-open-drawer]").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#drawer:not([hidden]) h2")
    assert page.locator("#drawer h2").inner_text().startswith(name)
    assert_accessible(page)
    page.keyboard.press("Escape")
    assert page.locator("#drawer").is_hidden()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")
    assert name in page.locator("h1").inner_text()
    assert_accessible(page)


def test_filters_become_chips_and_are_removed_one_by_one(page, live, units, assert_accessible):
    live.open(page, units.owner, LIST)
    page.fill("#ledger-q", "专班")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=共 60 条")
    page.click("#ledger-filters summary")
    page.check("input[name=kind][value=park]")
    assert_accessible(page)
    page.click("#ledger-filters button:has-text('筛选')")
    page.wait_for_selector("text=没有符合条件的记录")
    assert page.locator(".chip").all_inner_texts() == ["含“专班”", "类别：园区"]
    assert "kind=park" in page.url, "the address can be sent to a colleague"
    page.click("a[aria-label='去掉筛选：类别：园区']")
    page.wait_for_selector("text=共 60 条")


def test_export_gives_the_current_filter(page, live, units):
    live.open(page, units.owner, f"{LIST}?kind=park")
    page.click("summary:has-text('导出')")
    with page.expect_download() as waiting:
        page.click("text=CSV，当前筛选和列")
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    assert units.park.name in text and "专班" not in text
    assert waiting.value.suggested_filename.startswith("样例单位")


def test_bulk_change_previews_and_writes(page, live, units, assert_accessible):
    live.open(page, units.owner, f"{LIST}?kind=task_force")
    page.check("[data-tick-all]")
    assert page.inner_text("[data-bulk-count]") == "50"
    page.click("[data-bulk-all]")
    assert page.inner_text("[data-bulk-count]") == "60"
    page.click("button:has-text('批量修改')")
    page.wait_for_selector("#modal h2:has-text('批量修改 60 条')")
    page.select_option("#bulk-column", "phone")
    page.wait_for_selector("#id_phone")
    page.fill("#id_phone", "0000-7")
    assert_accessible(page)
    page.click("text=看看会改多少")
    page.wait_for_selector("text=将修改 60 条")
    page.click("text=修改这 60 条")
    page.wait_for_selector("text=已修改 60 条")
    assert Unit.objects.filter(phone="0000-7").count() == 60


def test_delete_asks_first(page, live, units):
    live.open(page, units.owner, f"{LIST}{units.park.pk}/")
    page.click("button:has-text('删除')")
    page.wait_for_selector("#confirm[open]")
    page.click("#confirm button:has-text('先不')")
    assert Unit.objects.filter(pk=units.park.pk).exists()
    page.click("main button:has-text('删除')")
    page.click("#confirm-verb")
    page.wait_for_selector("text=已删除")
    assert not Unit.objects.filter(pk=units.park.pk).exists()


def workbook(path, rows):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def test_import_with_errors(page, live, world, tmp_path, assert_accessible):
    rows = [
        ["单位名称", "归口", "所属地区"],
        ["新设局", "部门", world.county.name],
        ["怪局", "没有的类", world.county.name],
        [world.park.name, "园区", world.county.name],
    ]
    live.open(page, world.owner, f"{LIST}import/")
    assert_accessible(page)
    page.set_input_files("#import-file", workbook(tmp_path / "单位.xlsx", rows))
    page.click("button:has-text('上传')")
    page.wait_for_selector("h1:has-text('对应列')")
    page.select_option("select[name=head-1]", "kind")
    assert_accessible(page)
    page.click("button:has-text('检查这 3 行')")
    page.wait_for_selector("h1:has-text('核对')")
    assert "没有“没有的类”这一项" in page.inner_text("main")
    assert_accessible(page)
    with page.expect_download() as waiting:
        page.click("text=下载有误的 1 行")
    data = io.BytesIO(Path(waiting.value.path()).read_bytes())
    table = CalamineWorkbook.from_filelike(data).get_sheet_by_index(0).to_python()
    assert "没有“没有的类”这一项" in table[1][-2]
    page.click("button:has-text('导入 1 行，跳过有误')")
    page.click("#confirm-verb")
    page.wait_for_selector("h1:has-text('已导入')")
    assert Unit.objects.filter(name="新设局").exists() and not Unit.objects.filter(name="怪局").exists()
    assert ImportRun.objects.get().status == "done"


def test_phone_has_no_sideways_scroll_and_a_bottom_bar(phone, live, units, assert_fits, assert_accessible):
    live.sign_in(phone, units.owner)
    for path in (
        LIST,
        f"{LIST}?kind=task_force&q=专班",
        f"{LIST}new/",
        f"{LIST}{units.park.pk}/",
        f"{LIST}{units.park.pk}/?tab=history",
        f"{LIST}import/",
        "/notices/",
        "/jobs/",
        "/search/",
        "/no-such-page/",
    ):
        phone.goto(live.url(path))
        assert_fits(phone)
        assert_accessible(phone)
    phone.goto(live.url(LIST))
    phone.tap(".bottombar button")
    assert phone.locator("#navigation").is_visible()
    assert_fits(phone)


def test_shell_search_keys_lens_and_menu(page, live, units, assert_accessible):
    live.open(page, units.owner, "/jobs/")
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#search[open]")
    page.keyboard.type("没有这个词")
    page.wait_for_selector("text=没有找到")
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.click(".lens summary")
    page.wait_for_selector("#lens-chain")
    assert_accessible(page)
    page.select_option("#lens-chain", str(units.chain.pk))
    page.click("text=看这里")
    page.wait_for_selector(f".lens-words:has-text('{units.chain}')")
