# Every command of the project. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help install demo serve test test-fast lint format types contracts migrations postgres-test \
        browser-test bench bundle attack attack-quick systems screenshots lock clean

PYTHON  ?= $(shell command -v python3.11 || command -v python3)
BIN     := .venv/bin
WORKERS ?= 2
PORT    ?= 8000
UV      := VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes
# tests that touch no database, or data folders of their own on SQLite only
OWN_HOMES := tests/policy tests/network tests/reference \
  $(patsubst %,tests/platform/test_%.py,backup commands demo failures server stored units) \
  $(patsubst %,tests/attack/test_%.py,kills readers regexes restore)
RUNTIME := .venv/.runtime-installed
DEV     := .venv/.dev-installed

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(RUNTIME): requirements/runtime.txt requirements/bootstrap.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed: apt-get install python3.11 python3.11-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(UV) -r requirements/runtime.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

$(DEV): $(RUNTIME) requirements/dev.txt
	@$(UV) -r requirements/dev.txt
	@touch $@

install: $(RUNTIME) ## build .venv with the `lianshu` command in it

demo: install ## set everything up, read the sample plans, serve at http://127.0.0.1:8000 (PORT=… for another)
	@$(BIN)/lianshu demo --port $(PORT)

serve: install ## serve what is in LIANSHU_HOME, without demonstration data
	@$(BIN)/lianshu serve --port $(PORT)

test: $(DEV) ## everything the project promises: engines, web, browser (installs Chromium if missing)
	@scripts/system-packages chromium tls
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile

test-fast: $(DEV) ## tests without the browser
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not browser and not spark"

browser-test: $(DEV) ## only the tests that drive Chromium
	@scripts/system-packages chromium tls
	@$(BIN)/pytest -m browser

postgres-test: $(DEV) ## the web rooms' tests on PostgreSQL 15 (installed and started by the script)
	@scripts/system-packages postgres
	@scripts/with-postgres $(BIN)/pytest tests/network/test_links.py -k postgres
	@scripts/with-postgres $(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not browser and not spark" \
	  $(addprefix --ignore=,$(OWN_HOMES))

lint: $(DEV) ## format check and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

format: $(DEV) ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

types: $(DEV) ## strict types on the engines
	@$(BIN)/mypy

contracts: $(DEV) ## imports go only to lower floors
	@$(BIN)/lint-imports --no-cache

migrations: $(DEV) ## no model change without its migration
	@$(BIN)/python -m lianshu.platform.manage makemigrations --check --dry-run

systems: $(DEV) ## the table of systems against passing tests; last line: N of 221 working
	@scripts/system-packages chromium
	@$(BIN)/python -m scripts.systems

screenshots: $(DEV) ## pictures of every page at 1440 and 390 px into docs/screenshots
	@scripts/system-packages chromium
	@$(BIN)/python -m scripts.screenshots

bench: $(DEV) ## every benchmark, one after the other (long)
	@for script in bench/*_bench.py; do $(BIN)/python $$script || exit 1; done

bundle: ## dist/lianshu-….tar.gz: the program and its packages, to be installed without a network
	@scripts/bundle $(PYTHON) dist

attack: $(DEV) ## the long attacks, one after the other (hours); the figures of docs/security.md
	@for script in $$(grep -l __main__ bench/attack/*.py); do echo "== $$script"; $(BIN)/python $$script || exit 1; done

attack-quick: $(DEV) ## the attacks' short forms that run with every change
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile tests/attack tests/security

lock: ## write the hash-locked requirements anew
	@for name in bootstrap runtime dev ocr spark; do \
	  $(BIN)/uv pip compile --generate-hashes --no-header --no-annotate --python-version 3.11 --quiet \
	    requirements/$$name.in -o requirements/$$name.txt; done

clean: ## remove build products, never the data folder
	@rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
