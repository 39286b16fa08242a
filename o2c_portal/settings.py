"""The portal's settings; the only reader of the environment.

Without any variable the portal talks to the stand-ins on this machine; README and `.env.example`
name what a real installation sets. Secrets have no default.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from environs import Env, validate

from o2c_portal.alarm_settings import alarm_settings
from o2c_portal.audited import AUDITED
from o2c_portal.log_settings import log_settings
from sync.shop_variables import shop_variables

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# ---- Django -------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
ROOT_URLCONF = "o2c_portal.urls"
WSGI_APPLICATION = "o2c_portal.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "auditlog",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_rq",
    "django_tables2",
    "sync",
]

MIDDLEWARE = [
    "sync.views.access_log.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "sync.views.odd_requests.OddRequestMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sync.views.safe_answers.SafeAnswersMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # masks its lengths against BREACH
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sync.views.busy_database.BusyDatabaseMiddleware",
    "sync.views.audit_trail.AuditTrailMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sync.views.time_zone.ReaderTimeZoneMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    }
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds; chosen in the menu
LANGUAGE_COOKIE_SAMESITE = "Lax"
FORMAT_MODULE_PATH = "o2c_portal.formats"
TIME_ZONE = env.str("TIME_ZONE", "UTC")  # shown until the reader's browser has told its own
USE_TZ = True
USE_THOUSAND_SEPARATOR = False  # it would split the keys in addresses; |count and |money group

# A list may post as many ticked rows, and a few fields more; without them Django says 1,000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_100

# ---- Data ---------------------------------------------------------------------------------------
DATA_DIR = env.path("DATA_DIR", BASE_DIR / ".demo")
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
# Connections are kept between requests and tasks; one found dead is replaced. How a worker's
# thread finds out: sync.jobs.kept_connection.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE_SECONDS", 600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # opening a file costs nothing
    # Measured in stack.md section 5: without these, writers lock each other out.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
        "PRAGMA busy_timeout=20000;",
    }

# ---- Sign-in and security -----------------------------------------------------------------------
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "sync:home"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUDITLOG_INCLUDE_TRACKING_MODELS = AUDITED
AUDITLOG_CID_GETTER = "sync.log_context.request_id"
AUDITLOG_DISABLE_ON_RAW_SAVE = True
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # whoever has it reads /metrics; empty: nobody does
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a successful sign-in resets this pair
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # a try does not prolong the wait
AXES_HANDLER = "sync.views.sign_in_rules.SignInHandler"
AXES_USERNAME_CALLABLE = "sync.views.sign_in_rules.counted_name"
AXES_LOCKOUT_CALLABLE = "sync.views.sign_in_rules.wait_page"
AXES_CLIENT_IP_CALLABLE = "o2c_portal.client_address.client_address"
AXES_CLIENT_STR_CALLABLE = "o2c_portal.client_address.described"
# Networks of the proxies in front, or "unix": only they are believed about whom they speak for.
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", [])
SECURE_COOKIES = env.bool("SECURE_COOKIES", False)
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
# Browsers remember for so long that the portal is served by https alone.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if SECURE_COOKIES else 0
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", SECURE_COOKIES)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked within the machine
# Other hosts of the company's domain are not the portal's to promise anything for.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}

# ---- Static files -------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


# ---- Queue --------------------------------------------------------------------------------------
# Time-outs stand in the address, the only place django-rq passes on (stack.md section 2).
def _redis_socket() -> Path:
    """In DATA_DIR, unless its path is too long for a socket or has a blank in it."""
    socket = DATA_DIR.resolve() / "redis.sock"
    if re.fullmatch(r"[\w./-]{1,100}", str(socket), re.ASCII):
        return socket
    name = hashlib.sha256(str(socket).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"o2c-{name}" / "redis.sock"


REDIS_SOCKET = _redis_socket()
REDIS_URL = env.str("REDIS_URL", f"unix://{REDIS_SOCKET}")
_REDIS = REDIS_URL + ("&" if "?" in REDIS_URL else "?")
_REDIS += "socket_timeout=2&socket_connect_timeout=1"
LAST_NET_SECONDS = 4 * 60 * 60  # seconds; leases and the time limits of each call come long before
_JSON = "rq.serializers.JSONSerializer"  # nothing from Redis is ever unpickled
RQ_QUEUES = {
    "interactive": {"URL": _REDIS, "DEFAULT_TIMEOUT": LAST_NET_SECONDS, "SERIALIZER": _JSON},
    "bulk": {"URL": _REDIS, "DEFAULT_TIMEOUT": LAST_NET_SECONDS, "SERIALIZER": _JSON},
}
RQ = {
    "COMMIT_MODE": "auto",  # the ledger rings after its own commit
    "JOB_CLASS": "sync.jobs.rings.Ring",  # which carries out tasks and nothing else
}
RQ_SHOW_ADMIN_LINK = False

# ---- Work ---------------------------------------------------------------------------------------
WORKER_THREADS = env.int("WORKER_THREADS", 8)  # tasks that one worker process runs at once
LEASE_SECONDS = env.int("LEASE_SECONDS", 300)
# After a write whose answer was lost nothing is concluded before the longest server time is over.
MAGENTO_SETTLE_SECONDS = env.int("MAGENTO_SETTLE_SECONDS", 120)
SAP_SETTLE_SECONDS = env.int("SAP_SETTLE_SECONDS", 120)
PULL_OVERLAP_SECONDS = env.int("PULL_OVERLAP_SECONDS", 300)
# Statuses the fetch of deliveries has read count for the fetch of billing documents so long.
SAP_STATUSES_FOR_SECONDS = env.int("SAP_STATUSES_FOR_SECONDS", 120)
# Parcel numbers and billing documents change after an order is complete: SAP is asked again.
FOLLOW_COMPLETE_EVERY_SECONDS = env.int("FOLLOW_COMPLETE_EVERY_SECONDS", 3600)
FOLLOW_COMPLETE_DAYS = env.float("FOLLOW_COMPLETE_DAYS", 14.0)
# After that, so many complete orders at a time are looked at for later billing documents.
WATCH_BILLING_DAYS = env.float("WATCH_BILLING_DAYS", 730.0)
WATCH_BILLING_ORDERS = env.int("WATCH_BILLING_ORDERS", 100)
# What the ledger keeps, and how long; 0: for ever (docs/ledger.md).
LEDGER_FULL_DAYS = env.int("LEDGER_FULL_DAYS", 30)
LEDGER_WRITES_FULL_DAYS = env.int("LEDGER_WRITES_FULL_DAYS", 365)
LEDGER_KEEP_DAYS = env.int("LEDGER_KEEP_DAYS", 90)
LEDGER_CLICK_DAYS = env.int("LEDGER_CLICK_DAYS", 14)
RETRY_SCALE = env.float("RETRY_SCALE", 1.0)  # below 1: every retry comes sooner (chaos, demo)

# ---- Alarms -------------------------------------------------------------------------------------
ALARMS = alarm_settings(env)

# ---- Magento ------------------------------------------------------------------------------------
# MAGENTO_SHOPS names the shops; each has variables of its own, such as MAGENTO_DEMO_BASE_URL.
MAGENTO_SHOP_CODES = [code.lower() for code in env.list("MAGENTO_SHOPS", ["demo"])]
# The stand-in shop's address, and the keys it shows to everyone.
SHOP_STANDIN = {
    "base_url": f"http://127.0.0.1:{env.int('SHOP_PORT', 8001)}",
    "consumer_key": "demoConsumerKey00000000000000001",
    "consumer_secret": "demoConsumerSecret00000000000001",
    "access_token": "demoAccessToken00000000000000001",
    "access_token_secret": "demoAccessTokenSecret00000000001",
}


def _magento(code: str) -> dict[str, Any]:
    """One shop's address and credentials; "demo" is the stand-in."""
    known = SHOP_STANDIN if code == "demo" else dict.fromkeys(SHOP_STANDIN, "")
    with env.prefixed(shop_variables(code)):
        return {
            **{name: env.str(name.upper(), value) for name, value in known.items()},
            "auth": env.str("AUTH", "oauth"),  # or bearer (TOKEN), or admin (USERNAME, PASSWORD)
            "token": env.str("TOKEN", ""),
            "username": env.str("USERNAME", ""),
            "password": env.str("PASSWORD", ""),
            "store_code": env.str("STORE_CODE", ""),
            "version": env.str("VERSION", ""),  # such as 2.4.8-p1, for Connections
            "connect_timeout_seconds": env.float("CONNECT_TIMEOUT_SECONDS", 5.0),
            "read_timeout_seconds": env.float("READ_TIMEOUT_SECONDS", 60.0),
            "call_timeout_seconds": env.float("CALL_TIMEOUT_SECONDS", 120.0),
            # Of all processes together; 0: as many as there are threads.
            "connections": env.int("CONNECTIONS", 16),
            "calls_per_second": env.float("CALLS_PER_SECOND", 0.0),
        }


MAGENTO = {code: _magento(code) for code in MAGENTO_SHOP_CODES}

# ---- SAP ----------------------------------------------------------------------------------------
SAP_STANDIN_URL = f"http://127.0.0.1:{env.int('SAP_PORT', 8002)}"
SAP_RFC_CONNECT = env.str("SAP_RFC_CONNECT", "sync.sandbox.sap.connect")
SAP_STANDIN_PARAMETERS = {
    "ashost": "127.0.0.1",
    "sysnr": "00",
    "client": "100",
    "user": "PORTAL",
    "passwd": "secret",
    "lang": "EN",
    "standin_url": SAP_STANDIN_URL,
}
SAP_RFC_PARAMETERS: dict[str, str] = env.dict(
    "SAP_RFC_PARAMETERS",
    SAP_STANDIN_PARAMETERS if SAP_RFC_CONNECT == "sync.sandbox.sap.connect" else {},
)
if password := env.str("SAP_RFC_PASSWORD", ""):  # it may hold commas, unlike the list above
    SAP_RFC_PARAMETERS = {**SAP_RFC_PARAMETERS, "passwd": password}
SAP_RFC_TIMEOUT_SECONDS = env.int("SAP_RFC_TIMEOUT_SECONDS", 60)
# Of all processes together; 0: as many as there are threads.
SAP_SESSIONS = env.int("SAP_SESSIONS", 8)
SAP_CALLS_PER_SECOND = env.float("SAP_CALLS_PER_SECOND", 0.0)
# What else differs between SAP systems, as JSON by the names of SapOptions (docs/sap.md).
SAP_OPTIONS: Any = env.json("SAP_OPTIONS", {})
SAP_TIME_ZONE = env.str("SAP_TIME_ZONE", "Europe/Berlin")
SAP_TRACKING_SOURCES = env.list(
    "SAP_TRACKING_SOURCES", ["handling_unit_2", "bill_of_lading", "external_delivery_id"]
)
SAP_CARRIER_SOURCES = env.list("SAP_CARRIER_SOURCES", ["forwarding_agent"])
# Where people open a document in SAP; {number} stands for its number. Empty: no such link.
SAP_PAGES = {
    "orders": env.str("SAP_ORDER_URL", ""),
    "deliveries": env.str("SAP_DELIVERY_URL", ""),
    "billing_documents": env.str("SAP_BILLING_DOCUMENT_URL", ""),
}

# ---- Going live ---------------------------------------------------------------------------------
# The demo, and tests: everything may be missing. In production each part that may is named.
DEMO = env.bool("DEMO", False)
PARTS = ["database", "redis", "key", "shop", "sap", "stand-in"]
ALLOW_MISSING: list[str] = env.list("ALLOW_MISSING", PARTS if DEMO else [])
_ONLY_STANDINS = set(MAGENTO) <= {"demo"} and SAP_RFC_CONNECT == "sync.sandbox.sap.connect"
# Whether a person must say so before the portal sends anything by itself (Readiness).
NEEDS_RELEASE = env.bool("NEEDS_RELEASE", not (DEMO or _ONLY_STANDINS))

# ---- Logs ---------------------------------------------------------------------------------------
LOGGING = log_settings(
    env.str("LOG_LEVEL", "INFO"),
    env.str("LOG_FORMAT", "plain", validate=validate.OneOf(["plain", "json"])),
)
