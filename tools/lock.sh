#!/bin/sh
# Resolve pyproject.toml into requirements.lock and its companions (-dev: tests; -bench: what `make
# bench` measures against; -edge: a base's small machine): exact versions with hashes, one set for every supported Python, no index address.
set -eu
cd "$(dirname "$0")/.."

# The resolver itself is no dependency of the portal; it lives in an environment of its own.
tool=.venv/lock-tool
[ -x "$tool/bin/uv" ] || { python3 -m venv "$tool" && "$tool/bin/pip" install --quiet uv; }

resolve() {
    "$tool/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --no-emit-index-url --no-emit-find-links --no-header --generate-hashes "$@"
}
# The existing file is the starting point: only what must change does. `make lock UPGRADE=1`
# takes the newest of everything.
resolve ${UPGRADE:+--upgrade} --output-file requirements.lock pyproject.toml
resolve ${UPGRADE:+--upgrade} --output-file requirements-dev.lock \
    --constraint requirements.lock --group dev pyproject.toml
resolve ${UPGRADE:+--upgrade} --output-file requirements-bench.lock \
    --constraint requirements-dev.lock --group bench
resolve ${UPGRADE:+--upgrade} --output-file requirements-edge.lock \
    --constraint requirements.lock --group edge
