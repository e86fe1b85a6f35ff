"""Only a proxy that the office named may say whose address a request comes from."""

import pytest
from django.test import RequestFactory

from lianshu.core.addresses import UNKNOWN, client_address


@pytest.mark.parametrize(
    ("trusted", "near", "header", "expected"),
    [
        ((), "10.1.2.3", "", "10.1.2.3"),
        ((), "10.1.2.3", "1.1.1.1", "10.1.2.3"),
        (("127.0.0.1",), "127.0.0.1", "10.1.2.3", "10.1.2.3"),
        (("127.0.0.1",), "10.9.9.9", "10.1.2.3", "10.9.9.9"),
        # what the person's own request brought along stands further left and is not believed
        (("127.0.0.1",), "127.0.0.1", "1.1.1.1, 10.1.2.3", "10.1.2.3"),
        (("127.0.0.1", "10.0.0.0/24"), "127.0.0.1", "10.1.2.3, 10.0.0.7", "10.1.2.3"),
        (("127.0.0.1",), "127.0.0.1", "1.1.1.1, <script>", "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", "", "127.0.0.1"),
        (("127.0.0.1",), "::ffff:127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ((), "", "10.1.2.3", UNKNOWN),
    ],
)
def test_the_address_of_a_request(settings, trusted, near, header, expected):
    settings.LIANSHU_TRUSTED_PROXIES = trusted
    values = {"HTTP_X_FORWARDED_FOR": header} if header else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=near, **values)) == expected
