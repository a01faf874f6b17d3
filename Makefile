# PhuSong: two commands from nothing. `make run` serves, `make test` tests.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
PHUSONG_HOME ?= $(CURDIR)/.phusong
export PHUSONG_HOME

.PHONY: setup dev run test lint bundle clean

setup: $(BIN)/phusong

$(BIN)/phusong: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "PhuSong needs Python 3.11 or newer: apt install python3 python3-venv, or make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "PhuSong needs python3-venv: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@
