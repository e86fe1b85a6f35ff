"""A day's work in a real browser through TLS, certificates verified: behind nginx and with the built-in one."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from tests.browser.conftest import ARGS, CHROMIUM
from tests.factories import PASSWORD
from tests.platform.tls_servers import NGINX, Client, build_home, caddy, free_port, nginx, serving


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An installation with people, and a CA with a certificate for localhost."""
    folder = tmp_path_factory.mktemp("https-home")
    build_home(folder)
    from lianshu.platform import tls

    tls.ensure(folder, ["localhost", "127.0.0.1"])
    return folder


@pytest.fixture(scope="module")
def files(home):
    from lianshu.platform import tls

    return tls.files_of(home)


@pytest.fixture
def trusting(chromium, files, tmp_path):
    """A page of a browser that holds our CA as a clerk's browser does; errors of certificates count."""
    certutil = shutil.which("certutil")
    if certutil is None:
        pytest.skip("certutil is not installed (Debian package libnss3-tools)")
    store = tmp_path / ".pki" / "nssdb"
    store.mkdir(parents=True)
    for command in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "lianshu", "-i", str(files.ca)]):
        subprocess.run([certutil, "-d", f"sql:{store}", *command], check=True, timeout=30)
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM, args=list(ARGS), env={**os.environ, "HOME": str(tmp_path)}
    )
    page = browser.new_context(locale="zh-CN").new_page()
    page.set_default_timeout(15_000)
    yield page
    browser.close()


def _a_days_work(page, base, tmp_path):
    """Sign in, send a form, upload a file, sign out; nothing goes out of https."""
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{base}/sign-in/")
    page.get_by_label("登录名").fill("owner")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="我的工作").wait_for()
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert kept["sessionid"]["secure"] and kept["csrftoken"]["secure"]
    name = f"加密传输示例企业{os.urandom(3).hex()}"
    page.goto(f"{base}/ledger/enterprises/new/")
    page.get_by_label("企业名称").fill(name)
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("heading", name=name).wait_for()
    page.goto(f"{page.url.split('?')[0]}?tab=files")
    proof = tmp_path / "佐证.txt"
    proof.write_text("佐证材料" * 50_000, "utf-8")
    page.set_input_files("#attach-file", str(proof))
    page.get_by_role("button", name="上传").click()
    page.get_by_text("已上传 1 个附件").wait_for()
    page.get_by_label("我：总链办小周").click()
    page.get_by_role("button", name="退出").click()
    page.get_by_role("button", name="登录").wait_for()
    page.goto(f"{base}/ledger/enterprises/")
    assert "/sign-in/" in page.url
    assert asked and all(one.startswith(base) for one in asked)


def test_through_nginx_as_the_manual_has_it(home, files, trusting, tmp_path):
    if NGINX is None:
        pytest.skip("nginx is not installed (Debian package nginx-light)")
    backend, https, http = free_port(), free_port(), free_port()
    base = f"https://localhost:{https}"
    behind = {"LIANSHU_HTTPS": "1", "LIANSHU_PROXY": "127.0.0.1", "LIANSHU_HOSTS": f"localhost:{https}"}
    with (
        serving(home, backend, **behind),
        nginx(tmp_path / "nginx", backend, https, http, files.certificate, files.key),
    ):
        plain = Client(f"http://localhost:{http}", files.ca)
        with pytest.raises(OSError):
            # led to https on the usual port, where nothing listens in a test
            plain.ask("/sign-in/")
        client = Client(base, files.ca)
        status, headers, _, _ = client.ask("/sign-in/")
        assert status == 200 and headers["Strict-Transport-Security"] == "max-age=31536000"
        foreign = client.ask("/sign-in/", {"username": "owner"}, Origin="https://evil.example")
        assert foreign[0] == 403
        _a_days_work(trusting, base, tmp_path)
        direct = Client(f"http://127.0.0.1:{backend}", files.ca)
        assert direct.ask("/healthz")[0] == 200
        around, _, text, _ = direct.ask("/sign-in/")
        assert around == 400 and "X-Forwarded-Proto" in text


def test_through_caddy_as_the_manual_has_it(home, files, tmp_path):
    if not shutil.which("caddy"):
        pytest.skip("caddy is not installed (Debian package caddy)")
    backend, https, http = free_port(), free_port(), free_port()
    base = f"https://localhost:{https}"
    with (
        serving(home, backend, LIANSHU_HTTPS="1", LIANSHU_HOSTS=f"localhost:{https}"),
        caddy(tmp_path / "caddy", backend, https, http, files.certificate, files.key),
    ):
        client = Client(base, files.ca)
        status, _, text, address = client.sign_in("owner", PASSWORD)
        assert (status, address) == (200, f"{base}/")
        assert "我的工作" in text
        assert all(cookie.secure for cookie in client.cookies)


def test_with_the_built_in_certificate(home, files, trusting, tmp_path):
    port = free_port()
    base = f"https://localhost:{port}"
    with serving(home, port, "--https"):
        client = Client(base, files.ca)
        status, headers, text, _ = client.ask("/sign-in/")
        assert status == 200 and headers["Strict-Transport-Security"]
        assert client.ask("/certificate/ca.crt")[2] == files.ca.read_text()
        forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example"}
        assert client.ask("/sign-in/", **forged)[0] == 200
        _a_days_work(trusting, base, tmp_path)
