# `make demo` and `make test` are all a newcomer needs: Python 3.11 or newer, git and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
UV ?= uv

.DEFAULT_GOAL := help
.PHONY: help setup models demo test check bench lock clean

help:  ## This list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY)  ## Make .venv with the pinned packages and fetch the OCR models

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("zvity needs Python 3.11 or newer: make setup PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	@echo "Installing the pinned packages (about a minute)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pipeline.models || echo "Set-up goes on: everything but scans works." >&2
	@touch $(READY)

models: $(READY)  ## Fetch the OCR models, if they are not there
	@$(BIN)/python -m pipeline.models

demo: $(READY)  ## Read data/raw, write data/processed
	$(BIN)/zvity run

test: $(READY)  ## Run the tests
	$(BIN)/python -m pytest

check: $(READY)  ## All that must hold before a change lands
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

bench: $(READY)  ## Measure accuracy and speed
	$(BIN)/python -m bench

lock:  ## Renew requirements.lock after a change in pyproject.toml (UPGRADE=--upgrade: newest versions)
	$(UV) pip compile --universal --fork-strategy fewest --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 --extra dev $(UPGRADE) --quiet -o requirements.lock pyproject.toml

clean:  ## Remove .venv, caches and the demo's output
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find data/processed -mindepth 1 ! -name .gitkeep -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
