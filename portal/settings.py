"""Every setting of the portal. Values come from the environment (docs/operations.md lists them);
the defaults are those of the embedded development portal that `make run` starts."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.secret import check_contact_keys, development_contact_key, development_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if env.bool("READ_DOTENV", default=True) and (BASE_DIR / ".env").exists():
    environ.Env.read_env(str(BASE_DIR / ".env"))

DJANGO_ENV = env.str("DJANGO_ENV", default="development")
PRODUCTION = DJANGO_ENV == "production"
DEBUG = env.bool("DEBUG", default=False) and not PRODUCTION


def in_development(value: str) -> Any:
    """A default for the development portal; in production the setting has to be given."""
    return environ.Env.NOTSET if PRODUCTION else value


# The folder of everything that is written at run time: database, files, broker, keys.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

if PRODUCTION:
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY needs at least 50 characters.")
else:
    SECRET_KEY = env.str("SECRET_KEY", default="") or development_secret(VAR_DIR)
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# Seal contact data where they are kept: the first one seals, every one opens.
CONTACT_KEYS = env.list("CONTACT_KEYS", default=in_development(""))
if not CONTACT_KEYS and not PRODUCTION:
    CONTACT_KEYS = [development_contact_key(VAR_DIR)]
check_contact_keys(CONTACT_KEYS)

# The address that QR codes and mails point to.
PUBLIC_URL = env.str(
    "PUBLIC_URL", default=in_development(f"http://localhost:{env.int('PORT', default=8000)}")
).rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Whether the example data and its accounts are shown as such; never in production.
EXAMPLE_DATA = env.bool("EXAMPLE_DATA", default=not PRODUCTION) and not PRODUCTION

# --- Applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "portal.ledger",
    "portal.contacts",
    "portal.notifications",
    "portal.accounts",
    "dataaccess",
    "evaluation",
    "portal.site",
    "portal.recovery",
]

MIDDLEWARE = [
    "portal.middleware.RequestId",
    "portal.middleware.HeadHasNoBody",
    "portal.middleware.CallsOfMachines",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before WhiteNoise: an SVG opened by itself has it too
    "portal.middleware.ChosenLanguage",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.IdleSessionsEnd",
    "portal.accounts.sessions.SessionsThatEnded",
    "portal.middleware.PrivatePagesAreNotStored",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.accounts.duties.DutiesFirst",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "portal.site.renderer.PortalRenderer"

TEMPLATES = [
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
                "portal.site.context.frame",
            ],
            "builtins": [
                "evaluation.templatetags.standard",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.site.templatetags.ui",
                "portal.site.templatetags.kept",
                "portal.contacts.templatetags.contacts",
            ],
        },
    }
]

# --- Database -------------------------------------------------------------------------------
DATABASES = {
    "default": env.db("DATABASE_URL", default=in_development(f"sqlite:///{VAR_DIR / 'db.sqlite3'}"))
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN, so that two writers queue instead of failing;
    # FULL keeps "2xx means kept" true when the power goes.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
    }
else:
    _database["CONN_MAX_AGE"] = env.int("DB_CONN_MAX_AGE", default=60)
    _database["CONN_HEALTH_CHECKS"] = True
    # A server that vanished without a word is noticed in seconds, not in the kernel's 15 minutes.
    _database["OPTIONS"] = {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        **_database.get("OPTIONS", {}),
    }
# What a 503 tells the reader to wait.
RETRY_AFTER_SECONDS = 30

# --- Redis, cache, Celery -------------------------------------------------------------------
# In production it has to be given; given empty, one machine does without Redis.
REDIS_URL = env.str("REDIS_URL", default=in_development(""))
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | int] = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "portal_cache",
        }
    }
    _broker = VAR_DIR / "broker"
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
    }

CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_IGNORE_RESULT = True
# A task that hangs is ended before its claim in the outbox (5 minutes) runs out.
CELERY_TASK_TIME_LIMIT = 240
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request must not wait for a broker that is away: the outbox sweep makes up for it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "ledger.heartbeat", "schedule": 15.0, "options": {"expires": 15}},
    "sweep the outbox": {"task": "ledger.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "anchor the audit chain": {
        "task": "ledger.anchor",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "clear sessions that ran out": {
        "task": "accounts.clear_sessions",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    "forget unfinished registrations": {
        "task": "accounts.forget_the_unused",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    "forget files of objections never lodged": {
        "task": "evaluation.forget_unused_files",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    "judge windows that closed": {
        "task": "dataaccess.judge_closed_windows",
        "schedule": 120.0,
        "options": {"expires": 120},
    },
    "remind of data calls": {
        "task": "dataaccess.remind_of_data_calls",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "months ahead, and what is older than the retention": {
        "task": "dataaccess.keep_storage",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    "fold the totals of events": {
        "task": "dataaccess.fold_event_totals",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "ask about implausible reports": {
        "task": "dataaccess.watch_reports",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep unfinished uploads": {
        "task": "evaluation.sweep_uploads",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "count the figures of the statistics": {
        "task": "evaluation.count_figures",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "invitations that were not answered": {
        "task": "evaluation.mark_unanswered",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "reminders of deadlines": {
        "task": "evaluation.remind_deadlines",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "annual review reminders": {
        "task": "evaluation.remind_reviews",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

# --- Login ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.ByNameOrAddress"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "portal.accounts.passwords.MinimumLength"},
    {"NAME": "portal.accounts.passwords.CharacterClasses"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "portal.accounts.passwords.NotUsedBefore"},
]
# The default until the security administrator sets another; see portal.accounts.rules.
PASSWORD_MIN_LENGTH = env.int("PASSWORD_MIN_LENGTH", default=10)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "evaluation:desk"
LOGOUT_REDIRECT_URL = "site:home"
ACCOUNT_ADAPTER = "portal.accounts.adapter.ClosedSignup"
MFA_ADAPTER = "portal.accounts.adapter.SecondFactor"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {
    "login": "portal.accounts.sign_in.SignIn",
    "reauthenticate": "portal.accounts.sign_in.ConfirmPassword",
    "change_password": "portal.accounts.sign_in.ChangePassword",
    "reset_password": "portal.accounts.sign_in.AskForReset",
    "reset_password_from_key": "portal.accounts.sign_in.ResetPassword",
}
# By address and by address-and-name together: a limit by name alone would lock out its owner.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "public_form": "10/m/ip,100/h/ip",
}
# How long a mailed invitation to an organisation opens.
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "工业智算基地评估平台"
# Addresses are entered by the secretariat and never "verified" by a link.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# How many proxies of our own stand before the web process: the reader's address, which rate
# limits count by, is taken from X-Forwarded-For that many places from its end.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if PRODUCTION else 0)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", default=4 * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"

# --- Audit ----------------------------------------------------------------------------------
# Where the end of the audit chain is written down, outside the database; best on another machine.
AUDIT_ANCHOR_FILE = env.str("AUDIT_ANCHOR_FILE", default=str(VAR_DIR / "audit-anchors.txt"))

# --- Web security ---------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    if env.bool("BEHIND_TLS_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Language and time ----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# --- Files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "files"  # private: no URL leads here, every download is a checked view
S3_BUCKET = env.str("S3_BUCKET", default="")
_files: dict[str, object] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
if S3_BUCKET:
    from botocore.config import Config

    _files = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
            "region_name": env.str("S3_REGION", default=None),
            "access_key": env.str("S3_ACCESS_KEY", default=None),
            "secret_key": env.str("S3_SECRET_KEY", default=None),
            "file_overwrite": False,
            "default_acl": None,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": env.str("S3_ADDRESSING_STYLE", default="auto")},
                # The newer checksums are unknown to many compatible stores.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=5,
                read_timeout=60,
            ),
        },
    }
STORAGES = {
    "default": _files,
    "staticfiles": {
        "BACKEND": "portal.static_files.ProductionStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False if PRODUCTION else DEBUG
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
# Licences and letters of organisations, which anybody may send.
SCAN_MAX_BYTES = env.int("SCAN_MAX_MIB", default=20) * 1024 * 1024
# A material of Table 1, which arrives in pieces; and whatever comes in one request.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MIB", default=500) * 1024 * 1024
REQUEST_MAX_BYTES = env.int("REQUEST_MAX_MIB", default=100) * 1024 * 1024
UNFINISHED_UPLOAD_DAYS = env.int("UNFINISHED_UPLOAD_DAYS", default=7)
# On the disk where files lie at last: what was put together there is renamed, not copied.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024  # Appendix B batches may hold 10 MiB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Mail -----------------------------------------------------------------------------------
_mail = env.email_url(
    "EMAIL_URL", default=in_development(f"filemail:///{quote(str(VAR_DIR / 'mail'))}")
)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"]
EMAIL_HOST = _mail["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=in_development("秘书处 <secretariat@example.org>")
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Robots in the secretariat's group chat; without an address they are silent.
WECOM_WEBHOOK = env.str("WECOM_WEBHOOK", default="")
DINGTALK_WEBHOOK = env.str("DINGTALK_WEBHOOK", default="")
DINGTALK_SECRET = env.str("DINGTALK_SECRET", default="")
if PRODUCTION and not all(
    webhook.startswith("https://") for webhook in (WECOM_WEBHOOK, DINGTALK_WEBHOOK) if webhook
):
    raise ImproperlyConfigured("WECOM_WEBHOOK and DINGTALK_WEBHOOK need https.")

# --- The API --------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "工业智算基地数据接入接口（附录 B）",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
# Calls a minute and key; 0 sets no limit.
API_RATE_LIMIT = env.int("API_RATE_LIMIT", default=6000)
# Security events are kept for so many whole months, their counts for ever; 0 keeps everything.
EVENT_RETENTION_MONTHS = env.int("EVENT_RETENTION_MONTHS", default=24)
if 0 < EVENT_RETENTION_MONTHS < 6:
    raise ImproperlyConfigured("EVENT_RETENTION_MONTHS is at least 6, or 0 to keep everything.")

# --- The evaluation -------------------------------------------------------------------------
EDITION = env.str("EDITION", default="2024")
# The length of the 公示 is not in the standard (readings, clause 7.1).
OBJECTION_WORKING_DAYS = env.int("OBJECTION_WORKING_DAYS", default=5)
OBJECTION_MIN_WORKING_DAYS = env.int("OBJECTION_MIN_WORKING_DAYS", default=5 if PRODUCTION else 0)
# So long after an objection or a report was closed, its person's contact data may be erased.
CONTACT_RETENTION_DAYS = env.int("CONTACT_RETENTION_DAYS", default=1095)
CERTIFICATE_NUMBER_PATTERN = env.str(
    "CERTIFICATE_NUMBER_PATTERN", default="GYZS-{year}-{type}-{province}-{serial:04d}"
)
# So many days before its due day an annual review is opened and its notice sent.
REVIEW_OPEN_DAYS = env.int("REVIEW_OPEN_DAYS", default=90)
# Days before (positive) and after (negative) the due day of a review or rectification.
REVIEW_REMINDER_DAYS = env.list("REVIEW_REMINDER_DAYS", cast=int, default=[90, 30, 7, 0, -7])
# The pool of experts: its closed list of fields, and what keeps an expert from a case.
EXPERT_FIELDS = env.list("EXPERT_FIELDS", default=["产业", "算力", "网络", "电力", "安全", "数据"])
EXPERT_ANSWER_WORKING_DAYS = env.int("EXPERT_ANSWER_WORKING_DAYS", default=3)
EXPERT_CONFLICT_YEARS = env.int("EXPERT_CONFLICT_YEARS", default=3)
EXPERT_SERVICE_YEARS = env.int("EXPERT_SERVICE_YEARS", default=2)
ISSUER_NAME = env.str("ISSUER_NAME", default="中国工业互联网研究院")
ISSUER_CONTACT = env.str(
    "ISSUER_CONTACT",
    default="示例秘书处，电话 010-00000000，邮箱 secretariat@example.org" if EXAMPLE_DATA else "",
)
# The same for readers in English; without it they read the Chinese.
ISSUER_CONTACT_EN = env.str(
    "ISSUER_CONTACT_EN",
    default="Example Secretariat, telephone 010-00000000, email secretariat@example.org"
    if EXAMPLE_DATA
    else "",
)
POSTAL_ADDRESS = env.str(
    "POSTAL_ADDRESS",
    default="示例地址：北京市示例路1号（100000），收件人 示例秘书处，电话 010-00000000"
    if EXAMPLE_DATA
    else "",
)
# A PKCS#12 file with the key that signs certificates; without it they carry no signature.
SIGNING_KEY_FILE = env.str("SIGNING_KEY_FILE", default="")
SIGNING_KEY_PASSWORD = env.str("SIGNING_KEY_PASSWORD", default="")
# Instead of a file: a hardware module's library (PKCS#11), its token, and the label that key and
# certificate have there. SIGNING_KEY_PASSWORD is the PIN, SIGNING_TRUSTED_FILE the authority.
SIGNING_PKCS11_MODULE = env.str("SIGNING_PKCS11_MODULE", default="")
SIGNING_PKCS11_TOKEN = env.str("SIGNING_PKCS11_TOKEN", default="")
SIGNING_PKCS11_LABEL = env.str("SIGNING_PKCS11_LABEL", default="")
# PEM certificates of earlier keys, whose signatures still count after the key was changed.
SIGNING_TRUSTED_FILE = env.str("SIGNING_TRUSTED_FILE", default="")

# --- Logs -----------------------------------------------------------------------------------
logging.captureWarnings(PRODUCTION)  # a warning is a line like any other
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "portal.middleware.RequestIdFilter"}},
    "formatters": {
        "plain": {"format": "{asctime} {levelname:7} {name} {message}", "style": "{"},
        "json": {
            "()": "portal.logs.PrivateJsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
            "json_ensure_ascii": False,
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if PRODUCTION else "plain",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "pyhanko": {"level": "CRITICAL"},  # what is wrong with a signature is told as its state
        "pypdf": {"level": "CRITICAL"},  # what is wrong with a file is told in the volume
    },
}
