# Two commands do everything on a fresh machine: `make book` and `make test`.

PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help book test update serve check status lint bench clean lock

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

book: $(INSTALLED) ## Check the data, execute what is stale, build the site
	@$(RUN) -m analysis build

test: $(INSTALLED) ## Run the whole test suite
	@$(RUN) -m pytest -n auto --dist loadgroup

update: $(INSTALLED) ## From new search exports to an updated site
	@$(RUN) -m analysis update

serve: $(INSTALLED) ## Serve the built site on this machine
	@$(RUN) -m analysis serve

check: $(INSTALLED) ## Validate every data file
	@$(RUN) -m analysis check

status: $(INSTALLED) ## Say which pages are stale, and why
	@$(RUN) -m analysis status

lint: $(INSTALLED) ## Format, lint, check types and imports
	@$(RUN) -m ruff format . && $(RUN) -m ruff check . && $(RUN) -m mypy
	@$(VENV)/bin/lint-imports --no-logo

bench: $(INSTALLED) ## Measure speed and memory, beside peers (an hour)
	@$(RUN) -m tests.benchmarks

clean: ## Remove everything that was generated, but not the environment
	@rm -rf _build results .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find chapters -name '*.ipynb' -delete

lock: ## Resolve requirements.in into requirements.txt (needs uv)
	@uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header -q \
		requirements.in -o requirements.txt

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@echo "Installing the pinned requirements into $(VENV) (once; about a minute) ..."
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@
