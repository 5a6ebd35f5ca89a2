# Two commands do everything on a fresh machine: `make book` and `make test`.
# What runs in the environment runs through ./review, which makes it.

.DEFAULT_GOAL := help
.PHONY: help book test update desk serve watch check status lint bench clean lock

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

book: ## Check the data, execute what is stale, build the site
	@./review build

test: ## Run the whole test suite
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 ./review -m pytest -n auto --dist loadgroup

update: ## From new search exports to an updated site
	@./review update

desk: ## The daily work as pages in the browser
	@./review desk

serve: ## Serve the built site on this machine
	@./review serve

watch: ## Build and serve the site, and follow what is saved
	@./review watch

check: ## Validate every data file
	@./review check

status: ## Say which pages are stale, and why
	@./review status

lint: ## Format, lint, check types, imports and spelling
	@./review -m ruff format .
	@./review -m ruff check .
	@./review -m mypy
	@./review -c "from importlinter.cli import lint_imports_command as check; check()" --no-logo
	@./review -m codespell_lib

bench: ## Measure speed and memory, beside peers (an hour)
	@./review -m tests.benchmarks

clean: ## Remove everything that was generated, but not the environment
	@rm -rf _build results .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find chapters -name '*.ipynb' -delete

lock: ## Resolve each requirements*.in into its lock, with hashes (needs uv)
	@for lock in requirements requirements-test requirements-cluster; do \
		uv pip compile --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header -q $$lock.in -o $$lock.txt || exit 1; done
