#!/bin/sh
# Install what the portal needs: Debian packages, a virtual environment in .venv with the
# locked Python packages, and the compiled translations. With --tests also what the tests need, with
# --bench also what the benchmarks measure against.
# What is there already is left alone, so a second call takes no time and no network.
set -eu
cd "$(dirname "$0")/.."

lock=requirements.lock
# libharfbuzz-subset0: without it PDFs are ten times slower, silently. fonts-noto-cjk: without a
# Chinese font PDFs are made with no Chinese glyphs, silently. poppler-utils draws the previews.
packages="gettext libmagic1 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk poppler-utils"
if [ "${1:-}" = "--tests" ] || [ "${1:-}" = "--bench" ]; then
    lock=requirements-dev.lock
    packages="$packages chromium postgresql redis-server softhsm2"
    # The edge node collects from these; it is tested against the real ones.
    packages="$packages prometheus prometheus-node-exporter"
fi

say() { printf '%s\n' "$*" >&2; }

# A Python of at least 3.11; PYTHON=... chooses another one.
find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

installed() {
    # From Debian 13 on some libraries carry t64 at the end of their name.
    dpkg-query --show --showformat='${db:Status-Status}\n' "$1" "$1t64" 2>/dev/null |
        grep -qx installed
}

python=$(find_python)
if [ -z "$python" ]; then
    packages="$packages python3 python3-venv"
elif [ ! -x .venv/bin/python ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    packages="$packages python3-venv"
fi

if command -v dpkg-query >/dev/null; then
    missing=""
    for package in $packages; do
        installed "$package" || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        if [ "$(id -u)" -ne 0 ]; then
            say "These Debian packages are missing. Install them, then call make again:"
            say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
            exit 1
        fi
        say "Installing Debian packages:$missing"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        # shellcheck disable=SC2086
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
    fi
else
    say "Not a Debian system: please see to it that these are installed: $packages"
fi

python=$(find_python)
if [ -z "$python" ]; then
    say "Python 3.11 or later was not found; name one with PYTHON=/path/to/python3."
    exit 1
fi

# A virtual environment stops working when its Python goes or the folder is moved.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "Making the virtual environment .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

# The stamp holds the sum of the lock that was installed. The development lock holds all of
# the other one (tests/portal/test_locks.py), so it also counts for that.
sum=$(sha256sum "$lock" | cut -d' ' -f1)
if ! grep -qsx "$sum" .venv/installed-locks; then
    say "Installing Python packages from $lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --requirement "$lock"
    if [ "$lock" = requirements-dev.lock ]; then
        sha256sum requirements.lock requirements-dev.lock | cut -d' ' -f1 >.venv/installed-locks
    else
        echo "$sum" >.venv/installed-locks
    fi
fi

sum=$(sha256sum requirements-bench.lock | cut -d' ' -f1)
if [ "${1:-}" = "--bench" ] && ! grep -qsx "$sum" .venv/installed-locks; then
    say "Installing Python packages from requirements-bench.lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --requirement requirements-bench.lock
    echo "$sum" >>.venv/installed-locks
fi

for catalogue in locale/*/LC_MESSAGES/*.po; do
    [ -f "$catalogue" ] || continue
    compiled="${catalogue%.po}.mo"
    if [ ! "$compiled" -nt "$catalogue" ]; then
        msgfmt --check-format --output-file="$compiled" "$catalogue"
    fi
done
