# PhuSong: two commands from nothing. `make run` serves, `make test` tests.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
PHUSONG_HOME ?= $(CURDIR)/.phusong
export PHUSONG_HOME PORT
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup dev run test pictures fuzz faults clients lint audit bundle clean

setup: $(BIN)/phusong

$(BIN)/phusong: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "PhuSong needs Python 3.11 or newer as $(PYTHON): apt install python3, or name one: make PYTHON=python3.12 $(or $(MAKECMDGOALS),run)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "PhuSong needs the venv module: apt install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up in $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/phusong pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

dev: $(VENV)/.dev

run: setup
	@exec $(BIN)/phusong serve --demo --port $(PORT)

test: dev
	@$(BIN)/python -m pytest --numprocesses 2 $(ARGS)

# Every page as each person sees it, into docs/pictures; ARGS="--all FOLDER" keeps all of them whole.
pictures: dev
	@$(BIN)/python tests/run.py tests.pictures.taking $(ARGS)

fuzz: dev
	@$(BIN)/python tests/run.py tests.fuzz.asking $(ARGS)

# Clients that are installed by hand: QGIS (Debian: python3-qgis) and, from npm, ogc-client.
clients: dev
	@npm install --silent --no-audit --no-fund --prefix .clients @camptocamp/ogc-client@1.3.0
	@$(BIN)/python tests/clients/run.py .clients

# Kills and a full disk at random under write load, FAULTS on each database; SEED says which.
FAULTS ?= 100
SEED ?= 20250701
faults: dev
	@$(BIN)/python -P tests/faults/run.py --faults $(FAULTS) --seed $(SEED) $(ARGS)

lint: dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# What ruff's own rules of security (S) do not see, licences that we may not build on, and, where that
# is asked for, what is known to be broken in what is installed.
# psycopg and its pool are libraries under LGPL-3.0-only, whose name holds that of a licence that is refused.
audit: dev
	@$(BIN)/bandit --quiet --recursive propagation gis maps api data -lll
	@$(BIN)/pip-licenses --ignore-packages psycopg psycopg-binary psycopg-pool --partial-match --fail-on "Affero;GPLv2;GPL-2.0;GPLv3);GPL-3.0-only;SSPL" > /dev/null
	@if [ -n "$(ADVISORIES)" ]; then $(BIN)/pip-audit --skip-editable --progress-spinner off; \
	  else echo "What is installed was not looked up: make audit ADVISORIES=1 asks the internet."; fi

bundle: dev
	@.ci/bundle $(BIN)/python

clean:
	@rm -rf build dist $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
