# The commands of the portal; each installs what it needs first. See docs/operations.md.
export PORT ?= 8000

.PHONY: run setup setup-tests setup-bench test test-long check screenshots bench trust lock

run: setup        ## start the portal with example data on http://localhost:$PORT
	@.venv/bin/python -m tools.run

setup:            ## install what `make run` needs
	@tools/setup.sh

setup-tests:
	@tools/setup.sh --tests

test: setup-tests ## every test but the long ones; ARGS="tests/portal -k health" for some, whether long or not
	@.venv/bin/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(or $(ARGS),-m "not long")

test-long: setup-tests ## the long ones: every stage, moment and kill of what another test shows once
	@.venv/bin/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m long $(ARGS)

check: setup-tests ## lint, format, types, contracts, migrations, deployment, templates, translations
	@.venv/bin/python -m tools.check

screenshots: setup-tests ## the pictures of the guides, from the example data, in both languages
	@.venv/bin/python -m tools.screenshots

setup-bench:
	@tools/setup.sh --bench

bench: setup-bench ## the benchmarks beside their baselines; ARGS="startup" for some
	@.venv/bin/python -m benchmarks $(ARGS)

trust: setup-tests ## kill -9 at random, tamper with the audit chain; ARGS=races, statements, soak, fuzz, permissions or migrations for one of the long trials
	@.venv/bin/python -m tools.trust $(ARGS)

lock:             ## resolve pyproject.toml anew into requirements*.lock; for maintainers
	@tools/lock.sh
