"""Signing in with a real browser, lockout included."""

from tests.factories import PASSWORD


def _try(page, password):
    page.get_by_label("登录名").fill("owner")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state()


def test_five_wrong_passwords_lock_even_the_right_one(page, live, world, assert_accessible, assert_fits):
    page.goto(live.url("/sign-in/"))
    assert_accessible(page)
    _try(page, "wrong-1")
    assert page.get_by_text("登录名或密码不正确").is_visible()
    for number in range(2, 6):
        _try(page, f"wrong-{number}")
    assert page.get_by_role("heading", name="账号已锁定").is_visible()
    assert_accessible(page)
    page.goto(live.url("/sign-in/"))
    _try(page, PASSWORD)
    assert page.get_by_text("已锁定 30 分钟").is_visible()
    page.goto(live.url("/matters/"))
    assert "/sign-in/" in page.url


def test_sign_in_on_a_phone_leads_to_my_work(phone, live, world, assert_fits):
    phone.goto(live.url("/sign-in/"))
    assert_fits(phone)
    _try(phone, PASSWORD)
    assert phone.get_by_role("heading", name="我的工作").is_visible()
    assert_fits(phone)
