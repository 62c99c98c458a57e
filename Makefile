# Two environments: .venv answers questions (about 170 MB, no torch), .venv-dev runs the tests.
PYTHON ?= python3
PIP_FLAGS := --quiet --disable-pip-version-check

# The question reaches the command as it was typed: make would expand `$$` in it, a shell would
# expand quotes and backticks, so it goes through the environment and standard input unread.
export KB_QUESTION := $(value Q)
unexport Q
MAKEOVERRIDES :=

.DEFAULT_GOAL := help
.PHONY: help setup ask build test check lint types quality floors golden torture model clean

help:  ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/ready  ## Set up the light environment that answers questions

ask: .venv/ready  ## Answer a question: make ask Q="Kaj je NPS?"
	@printf '%s' "$$KB_QUESTION" | .venv/bin/kb ask -

build: .venv/ready  ## Bring the index in step with the articles in corpus/
	@.venv/bin/kb build

test: .venv-dev/ready  ## Set up everything and run the tests
	.venv-dev/bin/python -m pytest

check: lint types test  ## All that has to pass before a commit

lint: .venv-dev/ready  ## Check style and format
	.venv-dev/bin/ruff check .
	.venv-dev/bin/ruff format --check .

types: .venv-dev/ready  ## Check types
	.venv-dev/bin/mypy

quality: .venv-dev/ready  ## Check retrieval quality against its floors
	.venv-dev/bin/python -m pytest tests/quality

floors: .venv-dev/ready  ## Raise the floors of retrieval quality to what is reached now
	.venv-dev/bin/python tests/quality/gate.py --raise

golden: .venv-dev/ready  ## Write the golden files anew; look at the difference before committing
	KB_WRITE_GOLDEN=1 .venv-dev/bin/python -m pytest tests/golden tests/test_readme.py

torture: .venv-dev/ready  ## Kill, starve and damage an index; takes about 20 minutes
	OMP_NUM_THREADS=1 .venv-dev/bin/python -m tests.reliability.torture

model: .venv-dev/ready  ## Train the embedded model: make model BENCH=bench DATA="train more"
	.venv-dev/bin/python -m training $(BENCH) $(DATA)

clean:  ## Remove environments and the index; saved answers in it are lost
	rm -rf .venv .venv-dev .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find index -mindepth 1 ! -name README.md -delete

.venv/ready: requirements/ask.txt pyproject.toml
	@echo "Setting up .venv (about 170 MB, once) ..."
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install $(PIP_FLAGS) --no-deps --no-compile -r requirements/ask.txt
	@.venv/bin/python -m pip install $(PIP_FLAGS) --no-deps --no-compile --editable .
	@touch $@

.venv-dev/ready: requirements/constraints.txt pyproject.toml
	@echo "Setting up .venv-dev (torch included, once) ..."
	@rm -rf .venv-dev
	@$(PYTHON) -m venv .venv-dev
	@.venv-dev/bin/python -m pip install $(PIP_FLAGS) --constraint requirements/constraints.txt --editable '.[dev]'
	@touch $@
