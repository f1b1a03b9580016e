"""An environment like production's, for what needs its settings but none of its services:

    python -m tools.production collectstatic --no-input

runs a management command in it. `make check` judges these settings, and the image build
collects static files with them. No value here is a secret, and none is a default of anything.
"""

import os
import sys

ENVIRONMENT = {
    "DJANGO_ENV": "production",
    "READ_DOTENV": "false",
    "SECRET_KEY": "not-a-secret-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "CONTACT_KEYS": "bm90LWEtc2VjcmV0LWtleS1mb3ItdGhlLWNoZWNrcyE=",
    "ALLOWED_HOSTS": "portal.example.org",
    "PUBLIC_URL": "https://portal.example.org",
    "DATABASE_URL": "postgres://portal:none@database.example.org/portal",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "DEFAULT_FROM_EMAIL": "secretariat@example.org",
}


def main() -> None:
    os.environ.update(ENVIRONMENT)
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
