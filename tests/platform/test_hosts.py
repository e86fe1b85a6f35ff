"""Which names the platform answers to, and whose word about the caller it takes."""

from __future__ import annotations

import socket

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory


def test_a_foreign_host_name_is_refused_in_our_own_page(client):
    for host in ("evil.example", "evil.example:8000", "a_b|c", "x" * 300):
        answer = client.get("/sign-in/", headers={"host": host})
        assert answer.status_code == 400
        text = answer.content.decode()
        assert "LIANSHU_HOSTS" in text and "链枢" in text
        assert "x" * 120 not in text


def test_a_host_name_cannot_carry_a_script_into_the_page(client):
    text = client.get("/sign-in/", headers={"host": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in text and "LIANSHU_HOSTS" in text


def test_the_machine_answers_to_its_own_names_and_addresses():
    from lianshu.platform import hosts

    own = hosts.own_hosts()
    assert {"localhost", "127.0.0.1", "[::1]", socket.gethostname().lower()} <= set(own)
    assert "*" not in own and len(own) == len(set(own))
    for address in own:
        assert address == address.lower() and " " not in address and "%" not in address
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # no packet goes out: this only asks which own address would be taken
            probe.connect(("198.51.100.1", 9))
        except OSError:
            return
        assert probe.getsockname()[0] in own


def test_addresses_are_read_from_the_kernels_tables(tmp_path):
    from lianshu.platform import hosts

    four, six = tmp_path / "fib_trie", tmp_path / "if_inet6"
    four.write_text(
        "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.20.0.0\n        /16 link UNICAST\n     |-- 10.20.3.4\n"
        "        /32 host LOCAL\n     |-- 10.20.255.255\n        /32 link BROADCAST\nLocal:\n"
        "     |-- 10.20.3.4\n        /32 host LOCAL\n"
    )
    six.write_text(
        "fd000000000000000000000000000002 02 40 00 80 eth0\n" + "fe80" + "0" * 27 + "1 02 40 20 80 e\n"
    )
    assert hosts.kernel_addresses(four, six) == ["10.20.3.4", "fd00::2"]
    assert hosts.kernel_addresses(tmp_path / "none", tmp_path / "none") == []


@pytest.mark.parametrize(
    ("text", "names", "origins"),
    [
        ("", [], []),
        ("oa.example.gov.cn", ["oa.example.gov.cn"], ["https://oa.example.gov.cn"]),
        (" OA.example.gov.cn:8443 ，10.1.2.3", ["oa.example.gov.cn", "10.1.2.3"],
         ["https://oa.example.gov.cn:8443", "https://10.1.2.3"]),
        ("https://oa.example.gov.cn:8443/", ["oa.example.gov.cn"], ["https://oa.example.gov.cn:8443"]),
        ("[fd00::2]:8443,fd00::3", ["[fd00::2]", "[fd00::3]"], ["https://[fd00::2]:8443", "https://[fd00::3]"]),
        (".example.gov.cn", [".example.gov.cn"], ["https://*.example.gov.cn"]),
        ("*", ["*"], []),
    ],
)  # fmt: skip
def test_configured_names_give_hosts_and_trusted_origins(text, names, origins):
    from lianshu.platform import hosts

    served = hosts.configured(text)
    assert [one.name for one in served] == names
    assert [one.origin for one in served if one.origin] == origins


@pytest.mark.parametrize("text", ["a b", "a:99999", "http//x", "a:b:c", "[::1", "名 称"])
def test_an_unusable_name_is_told(text):
    from lianshu.platform import hosts

    with pytest.raises(ValueError, match="LIANSHU_HOSTS"):
        hosts.configured(text)


def _seen(settings, proxies, remote, **headers):
    """What an inner view sees of the request's headers, and whether it is taken as HTTPS."""
    from lianshu.platform.edge import EdgeMiddleware

    settings.LIANSHU_TRUSTED_PROXIES = proxies
    seen = {}

    def inner(request):
        seen.update(request.META, secure=request.is_secure(), user_agent=request.headers.get("User-Agent"))
        return HttpResponse("ok")

    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)
    answer = EdgeMiddleware(inner)(request)
    return answer, seen


FORGED = {
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "forwarded": "for=203.0.113.9",
    "x-real-ip": "203.0.113.9",
}


def test_forwarded_headers_count_only_from_a_trusted_proxy(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for remote in ("10.9.9.9", "::1", "", "nonsense", "10.1.3.1"):
        _, seen = _seen(settings, ["10.1.2.0/24"], remote, **FORGED)
        assert seen["secure"] is False
        assert not [name for name in seen if "FORWARDED" in name or name == "HTTP_X_REAL_IP"], remote
    for remote in ("10.1.2.7", "::ffff:10.1.2.7"):
        _, seen = _seen(settings, ["10.1.2.0/24"], remote, **FORGED)
        assert seen["secure"] is True and seen["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"


def test_without_proxies_nobodys_word_is_taken(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    _, seen = _seen(settings, [], "127.0.0.1", **FORGED)
    assert seen["secure"] is False and "HTTP_X_FORWARDED_FOR" not in seen


def test_behind_a_proxy_a_way_around_it_is_told_and_not_led_in_a_circle(settings, client):
    settings.LIANSHU_HTTPS = "proxy"
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_REDIRECT_EXEMPT = ["^healthz$"]
    settings.LIANSHU_TRUSTED_PROXIES = ["10.1.2.7"]

    def ask(path="/sign-in/", remote="10.1.2.7", **headers):
        return Client().get(path, headers=headers, REMOTE_ADDR=remote)

    stranger = ask(remote="10.9.9.9", **{"x-forwarded-proto": "https"})
    assert stranger.status_code == 400
    assert "LIANSHU_PROXY" in stranger.content.decode() and "10.9.9.9" in stranger.content.decode()
    silent = ask()
    assert silent.status_code == 400 and "X-Forwarded-Proto" in silent.content.decode()
    plain = ask(**{"x-forwarded-proto": "http"})
    assert plain.status_code == 301 and plain["Location"] == "https://testserver/sign-in/"


@pytest.mark.django_db
def test_behind_a_proxy_the_pages_come_over_https_and_health_is_asked_directly(settings):
    settings.LIANSHU_HTTPS = "proxy"
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_REDIRECT_EXEMPT = ["^healthz$"]
    settings.LIANSHU_TRUSTED_PROXIES = ["10.1.2.7"]
    settings.SECURE_HSTS_SECONDS = 31_536_000
    answer = Client().get("/sign-in/", headers={"x-forwarded-proto": "https"}, REMOTE_ADDR="10.1.2.7")
    assert answer.status_code == 200
    assert answer["Strict-Transport-Security"] == "max-age=31536000"
    assert Client().get("/healthz", REMOTE_ADDR="127.0.0.1").status_code == 200
