"""All settings, by environment. SUBSIDY_MODE is demo (default), test or production.

README.md lists the variables; safety.py says with which of them production refuses to start.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from subsidy import demo_clock, embedded, logs, safety
from subsidy.database import Address

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ
SUBSIDY_MODE = ENVIRONMENT.get("SUBSIDY_MODE") or ("test" if "pytest" in sys.modules else "demo")
if SUBSIDY_MODE not in {"demo", "test", "production"}:
    raise ImproperlyConfigured(f"SUBSIDY_MODE must be demo, test or production, not {SUBSIDY_MODE!r}")
IS_PRODUCTION = SUBSIDY_MODE == "production"
IS_TEST = SUBSIDY_MODE == "test"
if IS_PRODUCTION and (REFUSALS := safety.refusals(ENVIRONMENT)):
    raise ImproperlyConfigured("unsafe for production: " + "; ".join(REFUSALS))
VAR = embedded.var_folder()

# --- the measures ---------------------------------------------------------------------------------------------
SUBSIDY_POLICIES = ["policies.jilin:EDITIONS", "policies.zhongshan:EDITIONS"]
HISTORY_ALGORITHM = ENVIRONMENT.get("HISTORY_ALGORITHM", "sha256")
# Seconds by which the clocks of the machines that write and seal the history may differ.
SEAL_CLOCK_SLACK = 60
DEMO_DAY = ENVIRONMENT.get("SUBSIDY_DEMO_DAY", "2026-05-20") if SUBSIDY_MODE == "demo" else ""
DEMO_CLOCK_FILE = VAR / "demo-clock"
CLOCK_OFFSET = demo_clock.offset(DEMO_CLOCK_FILE, DEMO_DAY)

# --- Django ---------------------------------------------------------------------------------------------------
SECRET_KEY = ENVIRONMENT.get("SECRET_KEY") or safety.SAMPLE_SECRET_KEY
DEBUG = safety.is_on(ENVIRONMENT, "SUBSIDY_DEBUG")
ADMINISTRATION_PAGES = not IS_PRODUCTION or safety.is_on(ENVIRONMENT, "SUBSIDY_ADMINISTRATION_PAGES")
ALLOWED_HOSTS = [host.strip() for host in ENVIRONMENT.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
if not IS_PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [o.strip() for o in ENVIRONMENT.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o.strip()]
ROOT_URLCONF = "subsidy.urls"
WSGI_APPLICATION = "subsidy.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "workflow",
    "subsidy.reference",
    "subsidy.accounts",
    "subsidy.messages",
    "subsidy.papers",
    "subsidy.imports",
    "subsidy.enterprises",
    "subsidy.clusters",
    "subsidy.projects",
    "subsidy.calls",
    "subsidy.journal",
    "subsidy.cases",
    "subsidy.panels",
    "subsidy.performance",
    "subsidy.funding",
    "subsidy.notices",
    "subsidy.calendar",
    "subsidy.desk",
    "subsidy.ops",
    "subsidy.api",
    # Simple: nothing registers itself, subsidy/accounts/site.py says what there is.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    # First, so that refusals of the layers below carry the header too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "subsidy.middleware.VisitorsAddress",
    "subsidy.middleware.ErrorPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "subsidy.accounts.middleware.CurrentActor",
    "subsidy.accounts.middleware.WholeSignIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "subsidy.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# --- database, broker, cache ----------------------------------------------------------------------------------
DATABASE_URL = ENVIRONMENT.get("DATABASE_URL") or embedded.app_address().url
DATABASE_OWNER_URL = ENVIRONMENT.get("DATABASE_OWNER_URL", "")
DATABASE_ADMIN_URL = ENVIRONMENT.get("DATABASE_ADMIN_URL", "")
REDIS_URL = ENVIRONMENT.get("REDIS_URL") or embedded.redis_url()
STATEMENT_SECONDS = int(ENVIRONMENT.get("SUBSIDY_STATEMENT_SECONDS", "10"))
PATIENCE = 6 if IS_TEST else 1  # no test fails because its machine was busy with something else
_address = Address.parse(DATABASE_URL)
_limits = {
    "statement_timeout": f"{STATEMENT_SECONDS * PATIENCE}s",
    "lock_timeout": f"{5 * PATIENCE}s",
    "idle_in_transaction_session_timeout": f"{30 * PATIENCE}s",
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_address.settings(),
        "CONN_MAX_AGE": 0 if IS_TEST else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": " ".join(f"-c {name}={value}" for name, value in _limits.items()),
            **dict(_address.options),
        },
    }
}
# Test runs share a broker with others: each keeps its keys apart.
KEY_PREFIX = ENVIRONMENT.get("SUBSIDY_KEY_PREFIX") or (f"test-{os.getpid()}:" if IS_TEST else "subsidy:")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": KEY_PREFIX,
    }
}

# --- jobs -----------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = embedded.broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": KEY_PREFIX, "visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# Tests of worker and broker switch this off.
CELERY_TASK_ALWAYS_EAGER = IS_TEST or safety.is_on(ENVIRONMENT, "SUBSIDY_JOBS_EAGER")
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "send what was lost": {"task": "workflow.sweep", "schedule": 60.0},
    "clear sessions that ran out": {"task": "accounts.clear", "schedule": 3600.0},
    "seal the history": {"task": "workflow.seal", "schedule": 300.0},
}

# --- people, sessions, headers --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if IS_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "subsidy.accounts.passwords.Breached"},
    {"NAME": "subsidy.accounts.passwords.InProfile"},
]
# Profiles of subsidy/accounts/passwords.py: of staff, experts and administrators, and of everybody else.
PASSWORD_PROFILE_OF_STAFF = ENVIRONMENT.get("SUBSIDY_PASSWORD_PROFILE", "dengbao")
PASSWORD_PROFILE_OF_OTHERS = "asvs"  # noqa: S105  a name
SESSION_ENGINE = "subsidy.accounts.sessions"
SESSIONS_AT_MOST = int(ENVIRONMENT.get("SUBSIDY_SESSIONS_AT_MOST", "3"))
# How long a code or password just given counts for what asks for it again (trust.md row 8).
FRESH_SECONDS = 10 * 60
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Whose word about the visitor's address is taken: networks of the proxies in front, none by default.
TRUSTED_PROXIES = [one.strip() for one in ENVIRONMENT.get("SUBSIDY_PROXIES", "").split(",") if one.strip()]
SESSION_COOKIE_NAME = "__Host-session" if IS_PRODUCTION else "session"
SESSION_COOKIE_AGE = int(ENVIRONMENT.get("SUBSIDY_SESSION_IDLE_MINUTES", "30")) * 60
SESSION_TOTAL_AGE = int(ENVIRONMENT.get("SUBSIDY_SESSION_HOURS", "12")) * 60 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_PRODUCTION
CSRF_COOKIE_NAME = "__Host-csrf" if IS_PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_PRODUCTION
CSRF_FAILURE_VIEW = "subsidy.pages.csrf_failure"
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION
SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if safety.is_on(ENVIRONMENT, "SUBSIDY_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
FIELD_KEYS = ENVIRONMENT.get("FIELD_KEYS") or safety.SAMPLE_FIELD_KEYS
FIELD_DIGEST_KEY = ENVIRONMENT.get("FIELD_DIGEST_KEY") or safety.SAMPLE_DIGEST_KEY

# --- language and time ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英文"))]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# --- files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(ENVIRONMENT.get("STATIC_ROOT") or VAR / "static")
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
# Without it every start reads all files of all packages, and a missing folder is a warning.
WHITENOISE_AUTOREFRESH = not IS_PRODUCTION
MEDIA_ROOT = Path(ENVIRONMENT.get("MEDIA_ROOT") or VAR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_MAX_BYTES = 50 * 1024 * 1024
PAPER_FONTS_FOLDER = ENVIRONMENT.get("PAPER_FONTS_FOLDER", "")
# Printed on papers, where anybody can check them.
PUBLIC_ADDRESS = (ENVIRONMENT.get("PUBLIC_ADDRESS") or "http://localhost:8000").rstrip("/")

# --- mail, logs, API ------------------------------------------------------------------------------------------
# The demo lays its mail into a folder, one file a letter.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if IS_PRODUCTION else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST = ENVIRONMENT.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(ENVIRONMENT.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = ENVIRONMENT.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = ENVIRONMENT.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = safety.is_on(ENVIRONMENT, "EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = ENVIRONMENT.get("DEFAULT_FROM_EMAIL", "subsidy@localhost")
LOGGING = logs.configuration(as_json=IS_PRODUCTION, level=ENVIRONMENT.get("LOG_LEVEL", "INFO"))
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "EXCEPTION_HANDLER": "subsidy.api.doors.answer",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("奖补资金办理平台"),
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
SILENCED_SYSTEM_CHECKS: list[str] = []
