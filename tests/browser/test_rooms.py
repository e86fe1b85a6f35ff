"""Chains, firms, matters, reports: accessible, no sideways scroll, at desk and phone width."""

import pytest
from tests.chains.url_cases import cases as chains
from tests.enterprises.url_cases import cases as enterprises
from tests.matters.url_cases import cases as matters
from tests.reports.url_cases import cases as reports


@pytest.fixture
def addresses(world):
    rows = chains(world) | matters(world) | enterprises(world) | reports(world)
    chain = rows["chain"][0]
    return [
        "/chains/",
        f"/chains/{chain}/",
        f"/chains/{chain}/?tab=team",
        f"/chains/{chain}/?tab=experts",
        f"/chain-items/{rows['chain-item'][0]}/",
        f"/mechanisms/{rows['mechanism'][0]}/",
        "/linkage/",
        "/matters/",
        "/matters/new/",
        f"/matters/{rows['matter'][0]}/",
        "/enterprises/uncontacted/",
        f"/enterprises/{rows['service-new'][0]}/service/",
        "/collections/",
        "/collections/new/",
        f"/collections/{rows['collection'][0]}/",
        f"/filings/{rows['filing'][0]}/",
        f"/reports/{rows['report'][0]}/",
        f"/score-sheets/{rows['score-sheet'][0]}/",
    ]


@pytest.mark.parametrize("size", ["page", "phone"])
def test_pages_are_accessible_and_fit(request, size, live, world, addresses, assert_accessible, assert_fits):
    screen = request.getfixturevalue(size)
    live.sign_in(screen, world.owner)
    for address in addresses:
        screen.goto(live.url(address))
        assert_fits(screen)
        assert_accessible(screen)


def test_a_matter_is_handed_out_and_answered_in_the_browser(page, live, world):
    number = matters(world)["matter"][0]
    live.sign_in(page, world.owner)
    page.goto(live.url(f"/matters/{number}/"))
    page.get_by_label("主办单位").select_option(label="青澜县科技局")
    page.get_by_role("button", name="交办", exact=True).click()
    assert page.get_by_text("已交办").is_visible()
    live.sign_in(page, world.department_user)
    page.goto(live.url(f"/matters/{number}/"))
    page.get_by_role("button", name="签收", exact=True).click()
    page.get_by_label("办理结果").fill("已经解决。")
    page.get_by_role("button", name="答复", exact=True).click()
    assert page.get_by_text("现在：待确认").is_visible()
