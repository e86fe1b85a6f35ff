"""Settings of one installation; what differs between installations comes from the environment.

LIANSHU_HOME          data folder (database, files, key, static files)
LIANSHU_DATABASE_URL  postgres://user:password@host:port/name; without it SQLite inside LIANSHU_HOME
LIANSHU_HOSTS         comma-separated host names served besides the machine's own, with the port people type
LIANSHU_PASSWORD_DAYS days after which a password must be changed (default 0: never)
LIANSHU_AUDIT_KEY     file of the key that signs audit checkpoints (default: audit.key in LIANSHU_HOME)
LIANSHU_AUDIT_COPY    file elsewhere that every audit checkpoint is appended to
LIANSHU_AUDIT_SYSLOG  host:port or a local socket that every audit checkpoint is sent to
LIANSHU_JOB_MEMORY    megabytes one background job may take (default 2048)
LIANSHU_DEBUG         1 only for development
LIANSHU_HTTPS         1 when a proxy speaks HTTPS, own when the built-in certificate does (`serve --https`)
LIANSHU_PROXY         comma-separated addresses or networks of proxies whose word about the caller is taken
                      (default: this machine where LIANSHU_HTTPS is 1, otherwise none)
LIANSHU_HSTS          seconds for which browsers then insist on HTTPS (default: a year, own: 30 days; 0: not at all)
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlparse

from csp.constants import NONE, SELF

from . import hosts
from .home import data_home, secret_key
from .restoring import settle

HOME = data_home()
settle(HOME)
SECRET_KEY = secret_key(HOME)
DEBUG = os.environ.get("LIANSHU_DEBUG") == "1"

_SERVED = hosts.configured(os.environ.get("LIANSHU_HOSTS", ""))
ALLOWED_HOSTS = list(dict.fromkeys([*hosts.own_hosts(), *(one.name for one in _SERVED)]))
_HTTPS = {"": "", "0": "", "1": "proxy", "own": "own"}
if os.environ.get("LIANSHU_HTTPS", "") not in _HTTPS:
    raise ValueError("LIANSHU_HTTPS 只能是 1（前面有 HTTPS 代理）、own（自带证书）或 0")
LIANSHU_HTTPS = _HTTPS[os.environ.get("LIANSHU_HTTPS", "")]
LIANSHU_TRUSTED_PROXIES = hosts.networks(
    os.environ.get("LIANSHU_PROXY", "127.0.0.1,::1" if LIANSHU_HTTPS == "proxy" else "")
)
# Whether this header counts is decided in edge.py, by who sent it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if LIANSHU_HTTPS == "proxy" else None
SECURE_SSL_REDIRECT = LIANSHU_HTTPS == "proxy"
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
CSRF_TRUSTED_ORIGINS = [one.origin for one in _SERVED if one.origin] if LIANSHU_HTTPS else []
# Of the own certificate less: a browser that met it and later meets another refuses without a way out.
SECURE_HSTS_SECONDS = int(
    os.environ.get("LIANSHU_HSTS") or {"proxy": 31_536_000, "own": 2_592_000}.get(LIANSHU_HTTPS, 0)
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "lianshu.core",
    "lianshu.organisation",
    "lianshu.obligations",
    "lianshu.plans",
    "lianshu.targets",
    "lianshu.tasks",
    "lianshu.chains",
    "lianshu.enterprises",
    "lianshu.projects",
    "lianshu.matters",
    "lianshu.reports",
    "lianshu.insight",
    "lianshu.platform",
]

MIDDLEWARE = [
    "lianshu.platform.edge.EdgeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "lianshu.core.receiving.ReceivingMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "lianshu.organisation.middleware.AccessLogMiddleware",
    "lianshu.organisation.middleware.MustChangePasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lianshu.core.idle.IdleMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lianshu.core.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "lianshu.platform.urls"
WSGI_APPLICATION = "lianshu.platform.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lianshu.core.context.shell",
            ],
            "builtins": ["lianshu.core.templatetags.lianshu"],
        },
    }
]


def _whole_number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"{name} 须是整数，如 {default}")
    return int(text or default)


def _database() -> dict[str, object]:
    address = os.environ.get("LIANSHU_DATABASE_URL")
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "lianshu.sqlite3",
            # One connection a thread for the life of the process: see docs/benchmarks.md.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    url = urlparse(address)
    if url.scheme not in ("postgres", "postgresql"):
        raise ValueError("LIANSHU_DATABASE_URL 只支持 postgres:// 开头的地址")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": url.port or "",
        "CONN_MAX_AGE": None,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "lianshu.organisation.hashers.OfficeArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"lianshu.organisation.passwords.{name}Validator"}
    for name in ("Length", "MixedCharacters", "Common", "Habits")
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# 等保 2.0 asks for lockout (organisation.sign_in_limits) and session timeout; the numbers are the usual ones.
try:
    LIANSHU_PASSWORD_DAYS = int(os.environ.get("LIANSHU_PASSWORD_DAYS") or 0)
except ValueError as error:
    raise ValueError("LIANSHU_PASSWORD_DAYS 须是天数（整数），0 或不设表示不限") from error
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LIANSHU_IDLE_MINUTES = 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(LIANSHU_HTTPS)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# What a request may bring at all is decided by address and person: lianshu.core.receiving. Here: what of it is held
# in memory (fields, and the beginning of each file; the rest of a file goes to disk) and in how many pieces.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
# Files are their owner's alone, as everything in HOME is.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
CSRF_FAILURE_VIEW = "lianshu.core.refusals.form_refused"

MESSAGE_TAGS = {40: "danger"}

# Megabytes one background job may take above what its process starts with; 0: no limit.
LIANSHU_JOB_MEMORY = _whole_number("LIANSHU_JOB_MEMORY", 2048)

# Signed checkpoints of the audit log: lianshu.core.auditing.
LIANSHU_AUDIT_ANCHOR = True
LIANSHU_AUDIT_KEY = os.environ.get("LIANSHU_AUDIT_KEY", "")
LIANSHU_AUDIT_COPY = os.environ.get("LIANSHU_AUDIT_COPY", "")
LIANSHU_AUDIT_SYSLOG = os.environ.get("LIANSHU_AUDIT_SYSLOG", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
