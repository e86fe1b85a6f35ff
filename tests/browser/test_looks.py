"""What only the eye sees: badges, cut texts, tables on a phone, file fields, paper."""

import datetime as dt

import pytest
from tests.factories import make_user
from tests.tasks.samples import make_duty, make_task

from lianshu.matters import services as matters
from lianshu.obligations.services import follow

# an A4 page between its margins, at 96 dpi
PAPER = {"width": 688, "height": 1000}


def top(box) -> float:
    return box.bounding_box()["y"]


def test_the_month_cuts_an_entry_at_two_lines_and_shows_it_whole_on_hover_and_focus(page, phone, live, world):
    what = "每月向总链办书面报送产业链运行情况和存在的困难问题以及下一步打算"
    make_duty(world, what, starts=dt.date(2026, 1, 1), chain=world.chain)
    live.open(page, world.owner, "/duties/calendar/?month=2026-06")
    words = page.locator(".calendar-words").first
    line = float(words.evaluate("box => parseFloat(getComputedStyle(box).lineHeight)"))
    assert words.bounding_box()["height"] < 2.5 * line
    assert words.evaluate("box => box.scrollHeight > box.clientHeight + 4")
    page.locator(".calendar-item").first.hover()
    assert words.evaluate("box => box.scrollHeight <= box.clientHeight + 1")
    page.mouse.move(0, 0)
    page.keyboard.press("Tab")
    page.locator(".calendar-item").first.focus()
    assert words.evaluate("box => box.scrollHeight <= box.clientHeight + 1")
    live.open(phone, world.owner, "/duties/calendar/?month=2026-06")
    listed = phone.locator(".calendar-words").first
    assert listed.evaluate("box => box.scrollHeight <= box.clientHeight + 1")
    assert "星期" in phone.locator(".calendar > div:visible").first.inner_text()


def test_a_badge_keeps_its_distance_from_the_next_word(page, live, world):
    task = make_task(world, lead_unit=world.department)
    type(task).objects.visible_to(world.owner).filter(pk=task.pk).update(simulated=True)
    follow(task)
    live.open(page, world.owner, f"/tasks/{task.pk}/")
    style = "box => getComputedStyle(box).marginRight"
    assert float(page.locator(".page-sub .mark").evaluate(style).removesuffix("px")) >= 4


def test_accounts_are_cards_on_a_phone(phone, live, world, assert_fits, assert_accessible):
    keeper = make_user("xt", "系统小沈", "system_admin", world.county)
    live.open(phone, keeper, "/accounts/")
    row = phone.locator("tbody tr").first
    assert row.evaluate("box => getComputedStyle(box).display") == "block"
    assert row.locator("td").nth(1).bounding_box()["width"] > 250
    assert_fits(phone)
    assert_accessible(phone)


@pytest.fixture
def handed_out(world):
    matter = matters.matter_receive(
        world.colleague, region=world.county, chain=world.chain, title="变压器容量不足", text="扩产要再加。"
    )
    matters.matter_hand_out(world.owner, matter, lead=world.department)
    return matters.matter_sign(world.department_user, matter)


def test_a_file_field_speaks_chinese_and_says_what_was_chosen(
    page, live, world, handed_out, tmp_path, assert_accessible
):
    live.open(page, world.department_user, f"/matters/{handed_out.pk}/")
    field = page.get_by_label("附件")
    assert page.get_by_text("还没有选择").is_visible()
    # the browser's own button, in the browser's language, is not to be seen; the field still takes the focus
    assert field.evaluate("box => getComputedStyle(box).opacity") == "0"
    page.get_by_label("办理结果").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "file"
    assert page.locator(".file-field .btn").evaluate("box => getComputedStyle(box).outlineStyle") == "solid"
    files = [tmp_path / name for name in ("批复.txt", "照片.txt")]
    for file in files:
        file.write_text("示例", "utf-8")
    field.set_input_files([str(file) for file in files])
    assert page.get_by_text("2 个文件：批复.txt、照片.txt").is_visible()
    assert_accessible(page)


def test_why_one_may_see_it_stands_at_the_foot(phone, live, world, handed_out):
    for address in (f"/matters/{handed_out.pk}/", f"/chains/{world.chain.pk}/"):
        live.open(phone, world.owner, address)
        link = phone.get_by_role("link", name="为什么能看到")
        last = phone.locator("#main > :not(footer)").last
        assert top(link) >= top(last) + last.bounding_box()["height"]


def test_the_board_on_paper_is_a_table_with_nothing_over_it(page, live, world):
    make_task(world, chain=world.chain, lead_unit=world.department, due=dt.date(2026, 1, 31))
    live.open(page, world.owner, "/board/")
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    table, aside = page.locator(".board-table").bounding_box(), page.locator("#main aside").bounding_box()
    assert page.locator(".board-table thead").is_visible()
    assert aside["y"] >= table["y"] + table["height"]
    assert table["x"] + table["width"] <= PAPER["width"]


def test_boxes_side_by_side_begin_at_one_height(page, live, world):
    make_duty(world, starts=dt.date(2026, 1, 1))
    live.open(page, world.owner, "/duties/year/?year=2026")
    first, second = (page.locator(".month-box").nth(number) for number in (0, 1))
    assert top(first) == top(second)


def test_the_open_tab_is_in_sight_on_a_phone(phone, live, world):
    live.open(phone, world.owner, f"/chains/{world.chain.pk}/?tab=reports")
    box = phone.locator(".tabs .current").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_an_accounts_grants_are_cards_on_a_phone(phone, live, world, assert_fits, assert_accessible):
    keeper = make_user("aq", "安全小安", "security_admin", world.county)
    live.open(phone, keeper, f"/accounts/{world.owner.pk}/")
    row = phone.locator("tbody tr").first
    assert row.evaluate("box => getComputedStyle(box).display") == "block"
    assert row.get_by_role("button", name="收回").bounding_box()["x"] > 200
    assert_fits(phone)
    assert_accessible(phone)
