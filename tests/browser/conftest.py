"""Headless Chromium for the pages: a live server, signing in, accessibility.

def test_x(page, live, world):
    live.sign_in(page, world.owner)
    page.goto(live.url("/ledger/units/"))
    assert_accessible(page)
"""

from __future__ import annotations

import os
import shutil

import pytest

CHROMIUM = os.environ.get("LIANSHU_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items):
    """Everything in this folder is marked ``browser``."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """One browser for the whole run."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    from playwright.sync_api import sync_playwright

    # playwright keeps an event loop in this thread; Django would refuse database work beside one
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        yield browser
        browser.close()


def _opened(chromium, size, **options):
    context = chromium.new_context(viewport=size, locale="zh-CN", accept_downloads=True, **options)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(f"script: {error}"))
    page.on(
        "console",
        lambda line: (
            page.problems.append(line.text)
            if line.type == "error" and "Content Security Policy" in line.text
            else None
        ),
    )
    return context, page


@pytest.fixture
def page(chromium):
    """A desktop page; fails the test for script errors and violations of the content policy."""
    context, page = _opened(chromium, DESKTOP)
    yield page
    problems = page.problems
    context.close()
    assert problems == []


@pytest.fixture
def phone(chromium):
    """A page as wide as a phone, with touch."""
    context, page = _opened(chromium, PHONE, has_touch=True, is_mobile=True)
    yield page
    problems = page.problems
    context.close()
    assert problems == []


class Live:
    """The live server and how to get in."""

    def __init__(self, server) -> None:
        self.server = server

    def url(self, path: str = "/") -> str:
        return f"{self.server.url}{path}"

    def sign_in(self, page, user) -> None:
        """Give the page the session of a signed-in user (the sign-in form has a test of its own)."""
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": self.server.url}]
        )

    def open(self, page, user, path: str):
        """Sign in and open a page; returns the response."""
        self.sign_in(page, user)
        return page.goto(self.url(path))


@pytest.fixture
def live(live_server):
    """The live server; the tables are emptied after the test."""
    return Live(live_server)


@pytest.fixture
def sign_in(live):
    """``sign_in(page, user)``."""
    return live.sign_in


@pytest.fixture
def assert_accessible():
    """``assert_accessible(page)``: axe finds nothing serious or critical on the page as it is now."""

    def check(page, *, context: str | None = None) -> None:
        from axe_playwright_python.sync_playwright import Axe

        # axe is put in by the driver, past the page's content policy
        found = Axe().run(page, context=context).response["violations"]
        bad = [
            (one["impact"], one["id"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not bad, bad

    return check


@pytest.fixture
def assert_fits():
    """``assert_fits(page)``: nothing sticks out sideways."""

    def check(page) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{over} px wider than the window at {page.url}"

    return check
