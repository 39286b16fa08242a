# The portal's commands; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo demo-reset scenes chaos rehearse guards test bench million baseline browser check lint errors icons messages pictures docs clean
.DEFAULT_GOAL := help

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: set PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python lacks its venv module: install python3-venv, then try again."; exit 1; }
	@touch $@

$(VENV)/demo: $(VENV)/made requirements.txt requirements-demo.txt
	@echo "Installing what is needed into $(VENV) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-demo.txt
	@touch $@

$(VENV)/dev: $(VENV)/made requirements.txt requirements-demo.txt requirements-dev.txt
	@echo "Installing what is needed into $(VENV) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/demo

setup: $(VENV)/dev  ## everything a developer needs, in .venv

demo: $(VENV)/demo  ## run the portal with a stand-in shop and a stand-in SAP
	@exec $(BIN)/python manage.py demo

demo-reset:  ## forget the demo's data; the next `make demo` starts afresh
	@if [ -f .demo/supervisor.pid ] && kill -0 "$$(cat .demo/supervisor.pid)" 2>/dev/null; then \
	  echo "The demo is running: stop it first (Ctrl-C)."; exit 1; fi
	rm -rf .demo

scenes: $(VENV)/demo  ## play the five scenes against the running demo: SHAPE=virtual SHOP=2.4.7|2.4.8|both
	@$(BIN)/python manage.py scenes $(if $(SHAPE),--shape $(SHAPE)) $(if $(SHOP),--shop-version $(SHOP))

chaos: $(VENV)/demo  ## prove it under faults: ORDERS=300 SEED=1 DB=sqlite|postgres|both SHOP=2.4.7|2.4.8|both
	@$(BIN)/python -m tests.chaos --orders $(or $(ORDERS),300) --seed $(or $(SEED),1) --db $(or $(DB),sqlite) --shop-version $(or $(SHOP),2.4.8)

rehearse: $(VENV)/demo  ## restore yesterday's database while orders are under way: ORDERS=24 SEED=1 DB=sqlite|postgres|both
	@$(BIN)/python -m tests.chaos.rehearse --orders $(or $(ORDERS),24) --seed $(or $(SEED),1) --db $(or $(DB),sqlite)

bench: $(VENV)/demo  ## measure all that docs/performance.md says: PARTS="cost bound hourly steady drain footprint intake click pages"
	@$(BIN)/python -m tests.bench $(PARTS)

million: $(VENV)/demo  ## fill the empty PostgreSQL database named in DATABASE_URL with a million orders: ORDERS=1000000
	@DEMO=true $(BIN)/python -m tests.bench.million $(or $(ORDERS),1000000)

guards: $(VENV)/dev  ## prove that chaos notices a missing guard: SEED=1
	@SEED=$(or $(SEED),1) $(BIN)/python -m pytest -m chaos -s tests/chaos

# One process unless told otherwise: for some files a second one takes as long to come up as it saves.
INNER_LOOP := -m "not slow and not flow and not browser"
test: $(VENV)/dev  ## run all tests (FAST=1: the inner loop; TESTS=tests/steps: some; PROCESSES=2; UNDER="faketime -f +400d": on another day)
	$(UNDER) $(BIN)/python -m pytest $(if $(FAST),$(INNER_LOOP)) $(if $(FAST)$(PROCESSES),-n $(or $(PROCESSES),2) --dist loadfile) $(TESTS)

baseline: $(VENV)/dev  ## count again how many queries each page and step makes, and store it
	REWRITE_BASELINE=1 $(BIN)/python -m pytest tests/baselines

browser: $(VENV)/dev  ## run only the browser tests
	$(BIN)/python -m pytest -m browser

lint: $(VENV)/dev  ## the checks without the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py check --fail-level WARNING
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run

check: lint  ## all that has to hold before a change is handed in
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

errors: $(VENV)/dev  ## print the table of causes as docs/errors.md
	$(BIN)/python -m tests.errors_page

icons: $(VENV)/dev  ## make the sprite of icons anew, once a page uses another one
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.icons

messages: $(VENV)/dev  ## collect the texts for translation, and compile the German ones (needs gettext)
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.messages

pictures: $(VENV)/dev  ## make the README's pictures, from a demo of its own
	$(BIN)/python -m tests.pictures docs/pictures

.venv-docs/made: requirements-docs.txt
	@$(PYTHON) -m venv .venv-docs
	@.venv-docs/bin/pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	@touch $@

docs: .venv-docs/made  ## build the documentation into .site; a warning fails
	.venv-docs/bin/mkdocs build --quiet

clean:  ## remove everything that was made here
	rm -rf $(VENV) .venv-docs .site .demo .coverage .mypy_cache .ruff_cache .pytest_cache staticfiles
