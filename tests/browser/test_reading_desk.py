"""The reading desk in Chromium: upload, find, decide by keys, edit, split, add, two people, adopt, undo."""

import pytest
from tests.factories import make_user
from tests.plans.samples import accept_all, make_document, plan_text

from lianshu.organisation.models import Chain
from lianshu.plans.models import Adoption, Document, Item


@pytest.fixture(autouse=True)
def _eager(settings):
    settings.LIANSHU_JOBS_EAGER = True


@pytest.fixture
def document(live, world) -> Document:
    document = make_document(world.county)
    Item.objects.filter(fields__name="高新技术企业").update(confidence=0.6, reason="时间不明")
    Item.objects.filter(kind="recurring").update(confidence=0.5)
    return document


@pytest.fixture
def desk(page, live, world, document):
    """The desk, opened by the owner."""
    live.open(page, world.owner, f"/plans/documents/{document.pk}/desk/")
    page.wait_for_selector(".desk-item:not([hidden])")
    return page


def state(item):
    return Item.objects.get(pk=item.pk).state


def current(page) -> str:
    return page.locator(".desk-item.current .desk-item-name").inner_text()


def settled(page) -> None:
    page.wait_for_function("!document.querySelector('.is-sending')")


def test_upload_read_decide_adopt_and_undo(page, live, world, tmp_path, assert_accessible, assert_fits):
    file = tmp_path / "方案.txt"
    file.write_text(plan_text(world.county), "utf-8")
    live.open(page, world.owner, "/plans/")
    assert_accessible(page)
    page.click("text=上传方案 >> nth=0")
    assert_accessible(page)
    page.set_input_files("input[type=file]", str(file))
    page.wait_for_selector("text=已选 1 份")
    page.click("text=上传并读取")
    page.wait_for_url("**/desk/")
    assert_accessible(page)
    assert_fits(page)
    document = Document.objects.get()
    page.click("summary:has-text('批量采用')")
    page.click("[data-accept-above='0.80']")
    page.wait_for_selector("text=按 u 可以撤销")
    assert document.items.filter(state="accepted").exists()
    page.click("text=采纳…")
    page.wait_for_selector("h1:has-text('采纳之前看一遍')")
    assert_accessible(page)
    assert not Adoption.objects.exists()
    page.click("form button:has-text('采纳')")
    page.wait_for_selector("h1:has-text('采纳结果')")
    assert_accessible(page)
    assert Chain.objects.filter(region=world.county, name="食品加工").exists()
    page.click("button:has-text('撤回采纳')")
    page.click("#confirm-verb")
    page.wait_for_selector("text=已撤回采纳")
    assert not Chain.objects.filter(region=world.county, name="食品加工").exists()
    assert_accessible(page)


def test_uncertain_items_come_first_and_keys_decide(desk, document):
    page = desk
    assert page.locator(".desk-item:not([hidden]) .desk-item-name").first.inner_text() == "高新技术企业"
    assert "指标 2 · 已核 0 · 存疑 1" in page.locator(".desk-counts").inner_text()
    page.keyboard.press("n")
    assert current(page) == "高新技术企业"
    page.keyboard.press("a")
    page.wait_for_selector(".desk-counts >> text=已核 1")
    settled(page)
    firm = document.items.get(fields__name="高新技术企业")
    assert state(firm) == "accepted"
    # the next one is current; x refuses it, u takes that back
    assert current(page) == "规模以上工业产值"
    page.keyboard.press("x")
    page.wait_for_selector(".state-rejected:not([hidden])")
    figure = document.items.get(fields__name="规模以上工业产值")
    assert state(figure) == "rejected"
    page.keyboard.press("u")
    page.wait_for_selector(".desk-counts >> text=已核 1")
    page.wait_for_function("!document.querySelector('.state-rejected')")
    assert state(figure) == "pending"
    # the next uncertain one stands under another tab
    page.keyboard.press("n")
    assert current(page) == "外出招商"
    assert page.locator("#kind-recurring").get_attribute("aria-selected") == "true"
    page.keyboard.press("k")
    assert current(page) == "外出招商"
    # nothing is lost on reload
    page.reload()
    page.wait_for_selector(".desk-item:not([hidden])")
    assert page.locator(f"#item-{firm.pk}").get_attribute("data-state") == "accepted"


def test_text_and_items_find_each_other(desk, document):
    page = desk
    figure = document.items.get(fields__name="规模以上工业产值")
    page.click("#desk-text .hl:has-text('达到120亿元')")
    assert current(page) == "规模以上工业产值"
    page.click(f"#item-{document.items.get(fields__name='高新技术企业').pk} [data-find]")
    assert "不少于30家" in page.locator("#desk-text .found").first.inner_text()
    page.click("#kind-chains")
    page.click("#desk-text .hl:has-text('三条产业链')")
    first = current(page)
    page.click("#desk-text .hl:has-text('三条产业链')")
    assert current(page) != first, "clicking again goes on to the next item under the same words"
    page.goto(f"{page.url.split('?')[0]}?item={figure.pk}")
    page.wait_for_selector(".desk-item.current")
    assert current(page) == "规模以上工业产值"


def test_edit_in_place(desk, document, assert_accessible):
    page = desk
    figure = document.items.get(fields__name="规模以上工业产值")
    page.click(f"#item-{figure.pk} [data-verb=edit]")
    page.wait_for_selector(".desk-form")
    assert_accessible(page)
    page.fill(".desk-form [name=low]", "许多")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".desk-form-error:has-text('要填数字')")
    page.fill(".desk-form [name=low]", "130")
    page.fill(".desk-form [name=period]", "到2026年")
    page.select_option(".desk-form [name=scope]", "chain:新材料")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"#item-{figure.pk}.state-edited")
    figure.refresh_from_db()
    assert (figure.values["low"], figure.values["period"], figure.values["scope"]) == (
        130,
        "by:2026",
        "chain:新材料",
    )
    assert "≥ 130 亿元" in page.locator(f"#item-{figure.pk}").inner_text()
    assert "总链办小周" in page.locator(f"#item-{figure.pk}").inner_text()


def test_split_and_undo(desk, document):
    page = desk
    figure = document.items.get(fields__name="规模以上工业产值")
    page.click(f"#item-{figure.pk} [data-find]")
    page.keyboard.press("s")
    page.wait_for_selector(".desk-form")
    page.fill("[name='0-name']", "甲区产值")
    page.fill("[name='1-name']", "乙区产值")
    page.click("text=拆成 2 条")
    page.wait_for_selector(".desk-item-name:has-text('乙区产值')")
    assert state(figure) == "split"
    page.keyboard.press("u")
    page.wait_for_selector(f"#item-{figure.pk}:not([hidden])")
    assert state(figure) == "pending"
    assert page.locator(".desk-item-name:has-text('乙区产值')").count() == 0


def test_add_from_a_selection(desk, document, assert_accessible):
    page = desk
    page.evaluate(
        """() => {
          const run = [...document.querySelectorAll("#desk-text [data-start]")].find((one) => one.textContent.includes("技改投资占"));
          const at = run.textContent.indexOf("技改投资占");
          const range = document.createRange();
          range.setStart(run.firstChild, at);
          range.setEnd(run.firstChild, at + "技改投资占工业投资比重达到45%".length);
          const selection = getSelection();
          selection.removeAllRanges();
          selection.addRange(range);
        }"""
    )
    page.wait_for_selector("text=用选中的 16 字添加")
    page.keyboard.press("i")
    page.wait_for_selector(".desk-add-form")
    assert_accessible(page)
    assert page.input_value("#add-quote") == "技改投资占工业投资比重达到45%"
    page.fill(".desk-add-form [name=name]", "技改投资占比")
    page.fill(".desk-add-form [name=low]", "45")
    page.fill(".desk-add-form [name=unit]", "%")
    page.click(".desk-add-form button:has-text('添加')")
    page.wait_for_selector(".desk-item.current .desk-item-name:has-text('技改投资占比')")
    item = document.items.get(fields__name="技改投资占比")
    assert item.evidence == document.text[item.start : item.end] == "技改投资占工业投资比重达到45%"
    # the text knows it at once
    page.wait_for_function(
        f"[...document.querySelectorAll('.hl')].some((one) => one.dataset.items?.split(' ').includes('{item.pk}'))"
    )


def test_only_uncertain(desk, document):
    page = desk
    page.check("#only-uncertain")
    assert page.locator(".desk-item:not([hidden])").count() == 1
    page.click("#kind-chains")
    page.wait_for_selector("text=没有存疑的条目了")


def test_two_people_see_each_other(desk, chromium, live, world, document):
    mate = make_user("second", "总链办小钱", "general_office", world.county)
    other = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    theirs = other.new_page()
    live.open(theirs, mate, f"/plans/documents/{document.pk}/desk/")
    figure = document.items.get(fields__name="规模以上工业产值")
    theirs.click(f"#item-{figure.pk} [data-verb=accept]")
    theirs.wait_for_selector(f"#item-{figure.pk}.state-accepted")
    # no reload here: the poll brings it, with the name
    desk.wait_for_selector(f"#item-{figure.pk}.state-accepted")
    assert "总链办小钱" in desk.locator(f"#item-{figure.pk}").inner_text()
    other.close()


def test_the_desk_on_a_phone(phone, live, world, document, assert_accessible, assert_fits):
    live.open(phone, world.owner, f"/plans/documents/{document.pk}/desk/")
    phone.wait_for_selector(".desk-item:not([hidden])")
    assert_accessible(phone)
    assert_fits(phone)
    assert phone.locator("#desk-text").is_hidden()
    phone.tap("#show-text")
    assert phone.locator("#desk-text").is_visible()
    assert_fits(phone)
    phone.tap("#desk-text .hl:has-text('达到120亿元')")
    assert phone.locator(".desk-item.current").is_visible()
    assert current(phone) == "规模以上工业产值"
    phone.tap(".desk-item.current [data-verb=accept]")
    phone.wait_for_selector(".desk-counts >> text=已核 1")


def test_the_other_pages_on_a_phone(phone, live, world, document, assert_accessible, assert_fits):
    accept_all(document)
    live.sign_in(phone, world.owner)
    plan = f"/plans/{document.plan_id}/"
    paths = [f"{plan}?tab={tab}" for tab in ("overview", "items", "programmes", "editions")]
    paths += ["/plans/", "/plans/new/", f"{plan}edit/", f"/plans/documents/{document.pk}/adopt/"]
    for path in paths:
        phone.goto(live.url(path))
        assert_accessible(phone)
        assert_fits(phone)
