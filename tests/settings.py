"""The portal's settings for the tests: none of the developer's own files, environment or mail."""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The example names every setting (tests/portal/test_settings.py).
for _name in re.findall(r"^(?:# )?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.M):
    os.environ.pop(_name, None)
os.environ["READ_DOTENV"] = "false"
# TEST_DATABASE_URL=postgres://... runs the whole suite there.
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
_folder = tempfile.mkdtemp(prefix="portal-tests-")
os.environ["VAR_DIR"] = _folder
_owner = os.getpid()


def _remove() -> None:
    if os.getpid() == _owner:  # not in a forked child
        shutil.rmtree(_folder, ignore_errors=True)


atexit.register(_remove)

from portal.settings import *  # noqa: E402, F403

# Argon2 is slow on purpose; what is tested here is not its strength.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
