# `make demo` and `make test` need only Python 3.11 or newer and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# The oldest and the newest MLflow that stores are exchanged with; by hand: make mlflow MLFLOW="3.6.0 3.12.0"
MLFLOW ?= 2.22.5 3.17.2

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check lint format docs bench mlflow clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/mlctl: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mlctl needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(BIN)/mlctl  ## set up, then climb the ladder on iris in a fresh store
	@PATH="$(abspath $(BIN)):$$PATH" sh sample_configs/demo.sh

test: $(BIN)/mlctl lint  ## set up, then every gate and the whole test suite
	$(BIN)/python -m coverage erase
	COVERAGE_FILE="$(CURDIR)/.coverage" $(BIN)/python -m pytest -n $(WORKERS) --cov --cov-report=term -m "not slow" $(ARGS)

test-slow: $(BIN)/mlctl  ## the tests that take minutes
	$(BIN)/python -m pytest -m slow $(ARGS)

lint: $(BIN)/mlctl  ## ruff, mypy, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(BIN)/mlctl  ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(BIN)/mlctl  ## write the generated pages of docs/
	$(BIN)/python docs/generate.py

bench: $(BIN)/mlctl  ## measure what the README claims, side by side
	$(BIN)/python -m benchmarks

mlflow: $(MLFLOW:%=.mlflow/%/made)  ## make .mlflow/VERSION, real MLflows that the tests compare with

# Whole or not at all: a directory that pip has not finished has no "made".
.mlflow/%/made:
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check 'mlflow==$*' || { rm -rf $(@D); exit 1; }
	@touch $@

clean:  ## remove what make made
	rm -rf $(VENV) demo .coverage* .mypy_cache .ruff_cache .pytest_cache
