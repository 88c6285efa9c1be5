# Everything a person does with this checkout. `make` alone lists it.
PYTHON ?= python3
ARGS ?=
WORKERS ?= 3
SEED ?= fresh
BIN := .venv/bin

.PHONY: help install demo gallery test trouble fuzz check fix crashes soak bench lock clean

help: ## list what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: .venv/ready ## create .venv with everything, hashes checked

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q bot handlers sandbox  # pip did that for everything else
	touch $@

demo: install ## the whole bot against a sandbox, on one local address (ARGS=--script plays it unattended)
	$(BIN)/dr demo $(ARGS)

gallery: install ## write what every message looks like now, to be read as a diff (`dr demo --gallery` shows it)
	$(BIN)/python -m tests.gallery

test: install ## run every test; starts what it needs itself (WORKERS=0 runs them one by one)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

trouble: install ## run every test with a low rate of trouble behind it (SEED=7 meets the same again)
	DR_TROUBLE=$(SEED) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

fuzz: install ## try new hostile inputs for as long as ARGS="--minutes 5" says
	$(BIN)/python -m tests.fuzz $(ARGS)

.venv-audit/ready: audit.lock
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r audit.lock
	touch $@

check: install .venv-audit/ready ## style, types, floors, known holes, and everything the documents claim
	@$(BIN)/python -m tests.check

fix: install ## mend what can be mended
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

crashes: install ## kill the bot's processes, and Redis, at every point there is, one after the other
	$(BIN)/python -m tests.crashes $(ARGS)

soak: install ## people and trouble at random (ARGS="--minutes 5 --seed 7"), and an account of it
	$(BIN)/python -m tests.soak $(ARGS)

bench: install ## measure everything side by side (ARGS="votes --rounds 3": some of it); JSON in .bench
	$(BIN)/python -m benchmarks $(ARGS)

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-header --upgrade

lock: ## renew requirements.lock and audit.lock (needs uv on the path)
	$(LOCK) pyproject.toml --all-extras --output-file requirements.lock
	$(LOCK) --group audit --output-file audit.lock

clean: ## remove what the other targets made
	rm -rf .venv .venv-audit .demo .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis
