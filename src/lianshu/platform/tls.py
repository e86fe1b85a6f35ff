"""A certificate of the installation's own, for an office without a proxy: a small CA and a server certificate.

Everything stands in ``LIANSHU_HOME/tls``. The CA's certificate goes into the office's browsers once; the server's
is made anew whenever names change or its end comes near, under the same CA. The CA can only speak for this
machine's names and for private addresses, so that its key, if stolen, opens nothing else to those browsers.
"""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS = 3650
#: browsers refuse more than 398 or 825 days, by maker
SERVER_DAYS = 397
RENEW_DAYS = 60
_DAY = 86_400.0
#: seconds an old worker serves on beside the one that follows it, which has to load first
_OVERLAP = "10"
#: clocks of office machines go wrong by days
_EARLIER = timedelta(days=3)
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")


class CertificateError(Exception):
    """A sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the three files stand, and the served names the certificate cannot speak for."""

    ca: Path
    certificate: Path
    key: Path
    left_out: tuple[str, ...] = ()


def _now() -> datetime:
    return datetime.now(UTC)


def files_of(home: Path, left_out: tuple[str, ...] = ()) -> Files:
    """The files of an installation, whether they exist or not."""
    folder = home / "tls"
    return Files(folder / "ca.crt", folder / "server.crt", folder / "server.key", left_out)


def fingerprint(path: Path) -> str:
    """SHA-256 of a certificate as browsers show it (AB:CD:…)."""
    return x509.load_pem_x509_certificate(path.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()


def names_of(path: Path) -> list[str]:
    """Names and addresses a certificate speaks for."""
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(one.value) for one in found]


def ends(path: Path) -> datetime:
    """When a certificate ends (UTC)."""
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _nameable(names: Iterable[str]) -> list[str]:
    """Names a certificate can hold: no patterns; each once."""
    return list(dict.fromkeys(name for name in names if name != "*" and not name.startswith(".")))


def _write(path: Path, data: bytes, mode: int) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as stream:
        # the process's mask may be wider or narrower than what this file needs
        os.fchmod(stream.fileno(), mode)
        stream.write(data)
        os.fsync(stream.fileno())
    temporary.replace(path)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _make_ca(folder: Path, names: list[str], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    wanted = [_general(name) for name in names]
    networks = [ipaddress.ip_network(text) for text in _PRIVATE]
    for one in wanted:
        if isinstance(one, x509.IPAddress) and not any(one.value in network for network in networks):
            networks.append(ipaddress.ip_network(one.value))
    domains = [one for one in wanted if isinstance(one, x509.DNSName)]
    title = next((one.value for one in domains if one.value != "localhost"), "localhost")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"链枢根证书 {title} {now:%Y-%m-%d}"[:64])])
    certificate = (
        _builder(name, name, key.public_key(), now)
        .not_valid_after(now + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.NameConstraints([*domains, *map(x509.IPAddress, networks)], excluded_subtrees=None),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    _write(folder / "ca.key", _pem(key), 0o600)
    _write(folder / "ca.crt", certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _issue(folder: Path, names: list[str], now: datetime) -> None:
    ca = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    ca_key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0].strip("[]")[:64])])
    certificate = (
        _builder(subject, ca.subject, key.public_key(), now)
        .not_valid_after(min(now + timedelta(days=SERVER_DAYS), ca.not_valid_after_utc))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    _write(folder / "server.key", _pem(key), 0o600)
    _write(folder / "server.crt", certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _pair(certificate: Path, key: Path) -> x509.Certificate | None:
    """A certificate whose key fits; None where either is missing, unreadable as such or of another pair."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        secret = serialization.load_pem_private_key(key.read_bytes(), None)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return found if secret.public_key() == found.public_key() else None


def _ca(folder: Path, now: datetime) -> x509.Certificate:
    """The CA in ``folder``; raises CertificateError with what to do."""
    found = _pair(folder / "ca.crt", folder / "ca.key")
    if found is None:
        raise CertificateError(
            f"{folder} 里的根证书（ca.crt、ca.key）缺失或损坏。请从备份恢复这两个文件；没有备份时运行"
            " lianshu certificate --new-ca 另做一份，各电脑须重新安装新的根证书。"
        )
    if found.not_valid_after_utc <= now:
        raise CertificateError(
            f"{folder} 里的根证书已于 {found.not_valid_after_utc:%Y-%m-%d} 到期。请运行"
            " lianshu certificate --new-ca 另做一份，各电脑须重新安装新的根证书。"
        )
    return found


def _covers(ca: x509.Certificate, name: str) -> bool:
    limits = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    wanted = _general(name)
    if isinstance(wanted, x509.IPAddress):
        return any(isinstance(one, x509.IPAddress) and wanted.value in one.value for one in limits)
    return any(
        isinstance(one, x509.DNSName) and (name == one.value or name.endswith(f".{one.value}"))
        for one in limits
    )


def _fits(files: Files, ca: x509.Certificate, names: list[str], now: datetime) -> bool:
    found = _pair(files.certificate, files.key)
    if found is None:
        return False
    near = found.not_valid_after_utc - now < timedelta(days=RENEW_DAYS)
    if near and found.not_valid_after_utc < ca.not_valid_after_utc:
        # near the CA's own end a new certificate would end no later
        return False
    try:
        found.verify_directly_issued_by(ca)
    except (InvalidSignature, ValueError):
        return False
    return set(names_of(files.certificate)) == {str(_general(name).value) for name in names}


def due(home: Path, names: Iterable[str], now: datetime | None = None) -> bool:
    """Whether :func:`ensure` would make a new server certificate; raises CertificateError without a CA."""
    now = now or _now()
    files = files_of(home)
    ca = _ca(files.ca.parent, now)
    return not _fits(files, ca, [name for name in _nameable(names) if _covers(ca, name)], now)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Two processes started together must not mix their keys."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def ensure(home: Path, names: Iterable[str], now: datetime | None = None, *, new_ca: bool = False) -> Files:
    """Make what is missing, out of date or near its end; returns the files.

    ``names``: host names and addresses as in ALLOWED_HOSTS. Patterns, and names the CA was not made for, come back
    as ``left_out``. ``new_ca`` makes a new CA, which has to be installed in every browser again. Raises
    CertificateError for a CA that is damaged or at its end, OSError where the folder cannot be written.
    """
    now = now or _now()
    names = list(names)
    wanted = _nameable(names)
    folder = home / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with _locked(folder):
        if new_ca or not any(folder.iterdir()):
            _make_ca(folder, wanted, now)
        ca = _ca(folder, now)
        covered = [name for name in wanted if _covers(ca, name)]
        if not _fits(files_of(home), ca, covered, now):
            _issue(folder, covered, now)
    return files_of(home, tuple(name for name in names if name != "*" and name not in covered))


def scheme() -> str:
    """How this server itself is asked: ``https`` only with the built-in certificate."""
    from django.conf import settings

    return "https" if settings.LIANSHU_HTTPS == "own" else "http"


def left_out() -> tuple[str, ...]:
    """Names served over the built-in certificate that it cannot speak for; makes the certificate."""
    from django.conf import settings

    return ensure(settings.HOME, settings.ALLOWED_HOSTS).left_out if scheme() == "https" else ()


def granian_arguments() -> list[str]:
    """What the server's command line needs for the built-in certificate; [] where it is not used."""
    from django.conf import settings

    if scheme() != "https":
        return []
    files = ensure(settings.HOME, settings.ALLOWED_HOSTS)
    # 1.2: browsers of older office systems
    return [
        "--ssl-certificate", str(files.certificate), "--ssl-keyfile", str(files.key), "--ssl-protocol-min", "tls1.2",
        "--respawn-interval", _OVERLAP,
    ]  # fmt: skip


def keep_renewed(every: float = _DAY / 2) -> None:
    """In the server's main process, which may run for months: renew in the background, and take it up by SIGHUP.

    ``every``: seconds between two looks. Does nothing where the built-in certificate is not used. A look that
    fails is told and tried again at the next.
    """
    if scheme() == "https":
        threading.Thread(target=_renewing, args=(every,), name="tls", daemon=True).start()


def _renewing(every: float) -> None:
    from django.conf import settings

    while True:
        time.sleep(every)
        try:
            if due(settings.HOME, settings.ALLOWED_HOSTS):
                ensure(settings.HOME, settings.ALLOWED_HOSTS)
                # the server starts new workers, which read the files, before it ends the old
                os.kill(os.getpid(), signal.SIGHUP)
        except (CertificateError, OSError) as error:
            print(f"HTTPS 证书没有更换：{error}", file=sys.stderr, flush=True)
