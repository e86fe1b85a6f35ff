"""Targets in Chromium: entering by keyboard, a refused cell, splitting, the chart, the phone."""

import datetime as dt

from tests.targets.samples import make_plan, make_target

from lianshu.targets.models import Observation, Target
from lianshu.targets.services import observation_record


def test_values_are_entered_by_keyboard_and_a_refused_one_stays_in_its_cell(
    page, live, world, assert_accessible
):
    first = make_target(world, "工业总产值")
    make_target(world, "税收收入")
    live.sign_in(page, world.owner)
    page.goto(live.url("/targets/entry/?kind=year"))
    last_year = dt.date.today().year - 1
    cell = page.get_by_label(f"工业总产值 {last_year}年（亿元）")
    cell.fill("120.5")
    with page.expect_response("**/value/"):
        cell.press("Enter")
    page.locator(".is-saved").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("税收收入")
    page.keyboard.type("很多")
    with page.expect_response("**/value/"):
        page.keyboard.press("Enter")
    page.get_by_text("“很多”不是数字").wait_for()
    assert page.get_by_label(f"税收收入 {last_year}年（亿元）").input_value() == "很多"
    row = Observation.objects.visible_to(world.owner).get()
    assert (str(row.value), row.indicator) == ("120.500000", first.indicator)
    assert_accessible(page)


def test_a_target_page_draws_its_chart_and_opens_the_source(page, live, world, assert_accessible):
    target = make_target(world, plan=make_plan(world))
    observation_record(world.owner, target=target, period="2025", value="80")
    observation_record(world.owner, target=target, period="2025", value="82", unit=world.department)
    live.sign_in(page, world.owner)
    page.goto(live.url(f"/targets/{target.pk}/"))
    page.locator("[data-target-chart] svg").wait_for()
    page.get_by_role("button", name="80").click()
    page.locator("#source").get_by_text("青澜县科技局").wait_for()
    page.keyboard.press("Escape")
    assert_accessible(page)


def test_parts_are_summed_while_typing(page, live, world):
    target = make_target(world, "规上工业企业", "30", basis="added", measure="家")
    live.sign_in(page, world.owner)
    page.goto(live.url(f"/targets/{target.pk}/split/?by=unit"))
    page.get_by_label("青澜高新区管委会的目标值").fill("12")
    assert "还差 18" in page.locator("[data-split-sum]").inner_text()
    page.get_by_role("button", name="保存分解").click()
    page.get_by_text("还没有分解完").wait_for()
    assert Target.objects.visible_to(world.owner).get(whole=target).low == 12


def test_progress_fits_a_phone(phone, live, world, assert_accessible):
    for number in range(3):
        make_target(world, f"很长很长的示例指标名称第{number}项", chain=world.chain, plan=make_plan(world))
    live.sign_in(phone, world.owner)
    for path in ("/targets/", "/targets/entry/", "/targets/review/", "/targets/from-above/"):
        phone.goto(live.url(path))
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert_accessible(phone)


def test_months_have_a_panel_of_their_own_on_screen_phone_and_paper(page, phone, live, world, assert_fits):
    target = make_target(world, plan=make_plan(world), nature="flow")
    for period, value in (("2026-01", "7"), ("2026-02", "8")):
        observation_record(world.owner, target=target, period=period, value=value)
    for one in (page, phone):
        live.open(one, world.owner, f"/targets/{target.pk}/")
        chart = one.locator("[data-target-chart] svg")
        chart.wait_for()
        words = chart.text_content()
        # legend, both panels with their unit, the last sum written at its point
        for piece in ("自1月累计", "时序应达", "自1月累计与时序应达（亿元）", "每月数（亿元）", "15"):
            assert piece in words, piece
        assert_fits(one)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("[data-target-chart] svg").bounding_box()["width"] <= 680
