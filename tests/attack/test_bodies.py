"""Bodies of requests are bounded before they are read, by who sends and where; refusals are our own pages."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from selectolax.lexbor import LexborHTMLParser
from tests.conftest import signed_in
from tests.test_every_url import PATTERNS

FORM = "application/x-www-form-urlencoded"


class Counted(io.RawIOBase):
    """A body of ``size`` bytes that counts how many were taken."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        self.left -= size
        self.taken += size
        return b"a" * size


def sent(client: Client, address: str, size: int, *, kind: str = FORM, **more) -> tuple:
    """(answer, bytes taken) of a POST that says it has ``size`` bytes."""
    body = Counted(size)
    values = {"CONTENT_LENGTH": str(size), "CONTENT_TYPE": kind, "wsgi.input": body} | more
    answer = client.generic("POST", address, **values)
    return answer, body.taken


@pytest.mark.parametrize("address", ["/sign-in/", "/ledger/units/import/"])
@pytest.mark.django_db
def test_a_visitor_may_send_only_a_small_form(client, address):
    answer, taken = sent(client, address, 59 * 1024 * 1024)
    assert answer.status_code == 413 and taken == 0
    assert "没有接收" in answer.content.decode()


@pytest.mark.django_db
def test_a_visitor_may_sign_in(client):
    answer, taken = sent(client, "/sign-in/", 2000)
    assert answer.status_code == 200 and taken == 2000


def test_a_signed_in_person_may_send_a_form_but_no_file_where_none_is_expected(world):
    client = signed_in(world.owner)
    answer, taken = sent(client, "/lens/", 3 * 1024 * 1024)
    # what is thrown away is read in small pieces so that the browser shows the answer; nothing is kept
    assert answer.status_code == 413 and taken == 3 * 1024 * 1024
    answer, taken = sent(client, "/lens/", 10**12)
    assert answer.status_code == 413 and taken <= 80 * 1024 * 1024
    answer, _ = sent(client, "/lens/", 1024 * 1024, kind=FORM)
    assert answer.status_code < 400


def test_an_address_that_expects_files_takes_its_own_limit(world):
    client = signed_in(world.owner)
    address = "/ledger/units/import/"
    answer = client.post(address, {"file": SimpleUploadedFile("大.csv", b"a" * 5 * 1024 * 1024)})
    assert answer.status_code in (302, 422)
    answer, _ = sent(client, address, 40 * 1024 * 1024, kind="multipart/form-data; boundary=x")
    assert answer.status_code == 413 and "上限 31" in answer.content.decode()


def test_a_body_without_a_length_is_refused(world):
    for client in (Client(), signed_in(world.owner)):
        body = Counted(10**9)
        answer = client.generic(
            "POST",
            "/sign-in/",
            **{"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input": body},
        )
        assert answer.status_code == 411 and body.taken == 0
        assert "没有说明大小" in answer.content.decode()


def test_too_many_fields_parts_or_headers_are_a_page_of_our_own(world):
    client = signed_in(world.owner)
    client.raise_request_exception = False
    fields = "&".join(f"a{number}=1" for number in range(30_000))
    many = "".join(
        f'--x\r\nContent-Disposition: form-data; name="f"; filename="{n}"\r\n\r\n\r\n' for n in range(2000)
    )
    heads = f"--x\r\nContent-Disposition: form-data; name=a\r\nX: {'y' * 500_000}\r\n\r\n1\r\n--x--\r\n"
    for body, kind in (
        (fields, FORM), (f"{many}--x--\r\n", "multipart/form-data; boundary=x"), (heads, "multipart/form-data; boundary=x"),
        ("x", "multipart/form-data"), ("x", f"multipart/form-data; boundary={'x' * 300}"),
    ):  # fmt: skip
        answer = client.generic("POST", "/ledger/units/import/", body, kind)
        assert answer.status_code in (400, 413, 422), answer.status_code
        assert 'lang="zh' in answer.content.decode(), kind


def test_pages_that_take_files_say_so():
    """A page with a file field whose view declares no limit would refuse its files: every one is named here."""
    from lianshu.core.receiving import upload_limit

    declared = {name for name, one in PATTERNS.items() if upload_limit(one.callback)}
    assert declared == {
        "ledger-import", "ledger-attach", "plan-new", "plan-edition", "task-report", "occurrence-prove",
        "filing", "matter-step", "chain-consult-answer", "chain-item",
    }  # fmt: skip


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_our_own_words(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner, backend="django.contrib.auth.backends.ModelBackend")
    for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
        answer = client.post("/lens/", {"region": ""}, **headers)
        page = LexborHTMLParser(answer.content.decode()).body.text()
        assert answer.status_code == 403
        assert "没有保存" in page and "复制" in page and "刷新" in page
        for technical in ("CSRF", "cookie", "token", "Django", "Referer"):
            assert technical not in page
    visitor = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a", "password": "b"})
    assert visitor.status_code == 403 and "刷新" in visitor.content.decode()


@pytest.mark.django_db
def test_a_bad_request_is_a_page_of_our_own(client, settings):
    settings.ALLOWED_HOSTS = ["lianshu.example"]
    answer = client.get("/sign-in/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'lang="zh' in page and "不接受用主机名“evil.example”访问" in page and "LIANSHU_HOSTS" in page
