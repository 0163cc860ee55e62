# Everything a checkout needs. `make demo` and `make test` do their own set-up.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

# Stamps make a second run quick: an install is repeated only when pyproject.toml changed.
BASE := $(VENV)/.base-installed
DEV  := $(VENV)/.dev-installed
CONFORMANCE := $(VENV)/.conformance-tried

# Developer tools that write pages or schemas; a new one is found by its name. Pages show the samples, which come first.
GENERATORS := $(basename $(notdir $(wildcard tools/samples.py tools/schemas.py tools/*doc.py tools/*docs.py)))

.PHONY: help setup demo test cover explore bench lint format types docs ci clean
.DEFAULT_GOAL := help

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("turnfold needs Python 3.11 or later: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(BASE): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,dev]'
	$(BIN)/python tools/nslinks.py
	@touch $@ $(BASE)

# The real Codex is only there to compare with; without it those tests skip.
$(CONFORMANCE): $(DEV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[conformance]' 2>/dev/null \
	  || echo 'note: no Codex binary to be had here; the conformance tests will skip'
	@touch $@

setup: $(DEV)  ## make .venv with everything to develop with

demo: $(BASE)  ## verify sample sessions, explain them; then run a session, judge and explain it
	@$(BIN)/turnfold demo

test: $(DEV) $(CONFORMANCE)  ## run the tests
	$(BIN)/pytest

cover: $(DEV) $(CONFORMANCE)  ## run the tests under coverage; the vocabulary, the tables and the rules need 100 %
	$(BIN)/coverage erase
	$(BIN)/coverage run $(BIN)/pytest
	$(BIN)/coverage report
	@echo 'and these must be complete:'
	$(BIN)/coverage report --include='events/*,core/*,replay/invariants/*' --omit='core/engine/*' --fail-under=100

# Schedules at most of each race. The longest has some 50,000 with two delays.
BUDGET ?= 200000

explore: $(DEV)  ## every schedule of every race with at most two delays, deep searches, all mutants: takes long
	$(BIN)/turnfold explore --all --strategy cancel:outer
	$(BIN)/turnfold explore --all --strategy dfs:2 --budget $(BUDGET) --workers 2
	$(BIN)/turnfold explore submit-interrupt --strategy dfs:3 --budget $(BUDGET) --workers 2
	$(BIN)/python -P -m turnfold.replay.search
	$(BIN)/pytest -m deep
	PYTHONPATH=. $(BIN)/python -m tests.mutants.table --check

bench: $(DEV)  ## measure; each script prints its figures
	@set -e; for script in tests/bench/[a-z]*.py; do \
	  [ -e "$$script" ] || continue; echo "== $$script"; $(BIN)/python -P "$$script"; done

format: $(DEV)  ## let ruff write what it can
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lint: $(DEV)  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)  ## mypy and pyright, both strict
	$(BIN)/python tools/nslinks.py
	$(BIN)/mypy
	$(BIN)/pyright

# -P: `python -m` would put this folder on the path, and `import core` would work.
docs: $(DEV)  ## write the generated pages and schemas anew
	@set -e; for generator in $(GENERATORS); do echo "turnfold.tools.$$generator"; \
	  $(BIN)/python -P -m turnfold.tools.$$generator; done
	PYTHONPATH=. $(BIN)/python -m tests.mutants.table --page

ci:  ## what the build server runs
	.ci/run

clean:  ## remove everything that was made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
