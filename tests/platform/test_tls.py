"""The built-in certificate: what it is good for, who may read it, when it is made anew."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.platform.tls_servers import environment

NAMES = ["localhost", "127.0.0.1", "[::1]", "lianshu-fuwuqi", "10.1.2.3"]
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def tls():
    from lianshu.platform import tls

    return tls


def _read(path):
    from cryptography import x509

    return x509.load_pem_x509_certificate(path.read_bytes())


def _alternatives(certificate):
    from cryptography import x509

    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(one.value) for one in found}


def _handshake(files, name):
    """Connect to a server holding ``files`` as ``name``, trusting its CA alone; raises what ssl raises."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    client = ssl.create_default_context(cafile=str(files.ca))
    near, far = socket.socketpair()

    def serve():
        try:
            server.wrap_socket(far, server_side=True).close()
        except (OSError, ssl.SSLError):
            far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(near, server_hostname=name) as made:
            return made.version()
    finally:
        near.close()
        thread.join(10)


def test_every_name_and_address_is_accepted_by_a_client_that_trusts_the_ca(tls, tmp_path):
    files = tls.ensure(tmp_path, NAMES)
    assert _alternatives(_read(files.certificate)) == {name.strip("[]") for name in NAMES}
    for name in ("localhost", "127.0.0.1", "::1", "lianshu-fuwuqi", "10.1.2.3"):
        assert _handshake(files, name)
    for name in ("evil.example", "10.1.2.4"):
        with pytest.raises(ssl.SSLCertVerificationError):
            _handshake(files, name)


def test_keys_and_folder_are_readable_by_their_owner_alone(tls, tmp_path):
    previous = os.umask(0)
    try:
        files = tls.ensure(tmp_path, NAMES)
    finally:
        os.umask(previous)
    assert files.key.parent.stat().st_mode & 0o777 == 0o700
    for path in files.key.parent.iterdir():
        if b"PRIVATE KEY" in path.read_bytes():
            assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in files.key.parent.iterdir()) == [
        "ca.crt", "ca.key", "server.crt", "server.key",
    ]  # fmt: skip


def test_the_ca_can_speak_only_for_this_machine_and_private_addresses(tls, tmp_path):
    """A stolen key of ours must not open other sites to whoever trusts our CA."""
    from cryptography import x509

    files = tls.ensure(tmp_path, [*NAMES, "59.1.2.3", "oa.example.gov.cn"])
    ca = _read(files.ca)
    limits = ca.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    names = {one.value for one in limits.value.permitted_subtrees if isinstance(one, x509.DNSName)}
    assert names == {"localhost", "lianshu-fuwuqi", "oa.example.gov.cn"}
    basic = ca.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert basic.ca and basic.path_length == 0
    networks = [one.value for one in limits.value.permitted_subtrees if isinstance(one, x509.IPAddress)]
    assert any(ipaddress.ip_address("59.1.2.3") in network for network in networks)
    assert not any(ipaddress.ip_address("59.1.2.4") in network for network in networks)
    # a forged certificate under the same CA is refused by the client, not only left unmade by us
    tls._issue(files.ca.parent, ["bank.example"], tls._now())
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(files, "bank.example")


def test_nothing_is_made_anew_without_reason(tls, tmp_path):
    first = tls.ensure(tmp_path, NAMES, START)
    before = {path.name: path.read_bytes() for path in first.key.parent.iterdir()}
    tls.ensure(tmp_path, list(reversed(NAMES)), START + timedelta(days=30))
    assert {path.name: path.read_bytes() for path in first.key.parent.iterdir()} == before


def test_the_certificate_is_renewed_before_it_ends_under_the_same_ca(tls, tmp_path):
    files = tls.ensure(tmp_path, NAMES, START)
    old, ca = _read(files.certificate), files.ca.read_bytes()
    assert not tls.due(tmp_path, NAMES, START + timedelta(days=100))
    late = old.not_valid_after_utc - timedelta(days=30)
    assert tls.due(tmp_path, NAMES, late)
    tls.ensure(tmp_path, NAMES, late)
    new = _read(files.certificate)
    assert new.not_valid_after_utc > old.not_valid_after_utc
    assert new.serial_number != old.serial_number
    assert files.ca.read_bytes() == ca
    assert not tls.due(tmp_path, NAMES, late)


def test_a_new_address_is_taken_in_and_a_name_the_ca_does_not_cover_is_told(tls, tmp_path):
    files = tls.ensure(tmp_path, NAMES)
    assert tls.due(tmp_path, [*NAMES, "10.1.2.99"])
    again = tls.ensure(tmp_path, [*NAMES, "10.1.2.99", "xin.example.gov.cn"])
    assert again.left_out == ("xin.example.gov.cn",)
    assert "10.1.2.99" in _alternatives(_read(files.certificate))
    assert "xin.example.gov.cn" not in _alternatives(_read(files.certificate))
    # told at every start, not made anew at every start
    assert not tls.due(tmp_path, [*NAMES, "10.1.2.99", "xin.example.gov.cn"])


def test_a_new_ca_covers_the_new_name(tls, tmp_path):
    files = tls.ensure(tmp_path, NAMES)
    old = files.ca.read_bytes()
    assert tls.ensure(tmp_path, [*NAMES, "xin.example.gov.cn"], new_ca=True).left_out == ()
    assert files.ca.read_bytes() != old
    assert _handshake(files, "xin.example.gov.cn")


@pytest.mark.parametrize("name", ["ca.key", "ca.crt", "server.key", "server.crt"])
@pytest.mark.parametrize("damage", ["gone", "empty", "words"])
def test_a_damaged_file_is_mended_or_told(tls, tmp_path, name, damage):
    files = tls.ensure(tmp_path, NAMES)
    path = files.key.parent / name
    if damage == "gone":
        path.unlink()
    else:
        path.write_text("" if damage == "empty" else "这不是证书")
    if name.startswith("ca."):
        # an own CA is installed in browsers: it is never replaced unasked
        with pytest.raises(tls.CertificateError, match="--new-ca"):
            tls.ensure(tmp_path, NAMES)
        tls.ensure(tmp_path, NAMES, new_ca=True)
    else:
        tls.ensure(tmp_path, NAMES)
    assert _handshake(files, "localhost")


def test_hosts_that_are_patterns_are_left_to_a_proxy(tls, tmp_path):
    files = tls.ensure(tmp_path, ["localhost", "*", ".example.gov.cn"])
    assert _alternatives(_read(files.certificate)) == {"localhost"}
    assert files.left_out == (".example.gov.cn",)


def test_the_command_makes_it_tells_it_and_gives_the_ca_out(tmp_path):
    home = tmp_path / "home"
    out = tmp_path / "ca.crt"
    command = [sys.executable, "-m", "lianshu.cli", "certificate", "--export", str(out)]
    values = environment(home, LIANSHU_HOSTS="oa.example.gov.cn")
    run = subprocess.run(command, env=values, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "oa.example.gov.cn" in run.stdout and "SHA-256" in run.stdout and "受信任的根证书" in run.stdout
    assert out.read_bytes() == (home / "tls" / "ca.crt").read_bytes()
    assert b"PRIVATE" not in out.read_bytes()
    values["LIANSHU_HOSTS"] = "xin.example.gov.cn"
    again = subprocess.run(command[:4], env=values, capture_output=True, text=True, timeout=60)
    assert again.returncode == 1 and "--new-ca" in again.stderr
    refused = subprocess.run(
        [*command[:4], "--export", str(tmp_path / "nowhere" / "ca.crt")],
        env=values, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert refused.returncode == 2 and "Traceback" not in refused.stderr


def test_the_page_gives_out_the_ca_to_everybody_and_nothing_else(client, settings, tmp_path, tls):
    settings.HOME = tmp_path
    page = client.get("/certificate/")
    assert page.status_code == 200 and "没有使用自带证书" in page.content.decode()
    assert client.get("/certificate/ca.crt").status_code == 404
    files = tls.ensure(tmp_path, NAMES)
    settings.LIANSHU_HTTPS = "own"
    page = client.get("/certificate/", secure=True)
    assert tls.fingerprint(files.ca) in page.content.decode()
    given = client.get("/certificate/ca.crt", secure=True)
    assert given.content == files.ca.read_bytes()
    assert (
        given["Content-Type"] == "application/x-x509-ca-cert" and "attachment" in given["Content-Disposition"]
    )


_RENEWING = """
import signal, time
from django.conf import settings
from lianshu.platform import tls
told = []
signal.signal(signal.SIGHUP, lambda *_: told.append(tls.ends(tls.files_of(settings.HOME).certificate)))
tls.keep_renewed(every=0.05)
end = time.monotonic() + 60
while not told and time.monotonic() < end:
    time.sleep(0.05)
print(len(told), told[0].isoformat())
"""


def test_a_server_that_runs_for_months_renews_and_is_told(tls, tmp_path):
    from lianshu.platform import hosts

    files = tls.ensure(tmp_path, hosts.own_hosts(), datetime.now(UTC) - timedelta(days=390))
    soon = tls.ends(files.certificate)
    values = environment(tmp_path, LIANSHU_HTTPS="own", DJANGO_SETTINGS_MODULE="lianshu.platform.settings")
    run = subprocess.run(
        [sys.executable, "-c", _RENEWING], env=values, capture_output=True, text=True, timeout=90
    )
    assert run.returncode == 0, run.stderr
    times, until = run.stdout.split()
    assert times == "1" and datetime.fromisoformat(until) > soon + timedelta(days=300)
    # plain HTTP: nothing runs and nothing is made
    values["LIANSHU_HTTPS"] = ""
    quiet = "import threading; from lianshu.platform import tls; tls.keep_renewed(); print(threading.active_count())"
    assert (
        subprocess.run([sys.executable, "-c", quiet], env=values, capture_output=True, text=True).stdout
        == "1\n"
    )
