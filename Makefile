# Everything a person does with this project. `make help` lists it.
# A machine needs Python 3.11 or newer, make and the package registries; the rest is installed here.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo run sandbox check format test proofs conformance bench lock clean

export PYTHON
# What Python has compiled once it keeps, whatever the shell says: a start takes half the time then.
unexport PYTHONDONTWRITEBYTECODE
bin := .venv/bin
ready := .venv/.ready

# What is installed is remembered by these files; each is newer than what it was installed from.
build_packages := $(ready)-build
dev_packages := $(ready)-dev
kit := node_modules/.ready
assets := static/build/manifest.json

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(assets) ## Start the app and a sandbox EHR, and print one address to open
	@exec $(bin)/python scripts/demo.py

run: $(assets) ## Start the app alone, from the environment (see README.md)
	@exec $(bin)/gunicorn -c gunicorn.conf.py smartapp.wsgi:app

sandbox: $(build_packages) ## Start the sandbox EHR alone
	@exec $(bin)/python -m sandbox

check: $(dev_packages) ## Check format, lint, types and the direction of imports
	@$(bin)/ruff format --check
	@$(bin)/ruff check
	@$(bin)/mypy
	@$(bin)/lint-imports

format: $(dev_packages) ## Format the code and mend what the linter can mend
	@$(bin)/ruff format
	@$(bin)/ruff check --fix

test: $(dev_packages) $(assets) ## Check, then run all tests; gets a browser and Redis where missing
	@scripts/test.sh

proofs: $(dev_packages) $(assets) ## Run the long proofs (thousands of cases), and print their figures
	@scripts/test.sh -m proof -s

conformance: $(dev_packages) ## Write docs/conformance.md from the marks on tests
	@$(bin)/python scripts/conformance.py

bench: $(dev_packages) $(assets) ## Measure a patient's summary against a stub EHR; fails where a limit is not kept
	@$(bin)/python -m bench.summary

lock: $(dev_packages) ## Write down package versions and hashes after a change in requirements/*.in
	@scripts/lock.sh

clean: ## Remove all that was installed, built or started here
	@rm -rf .venv node_modules static/build .demo .mypy_cache .pytest_cache .ruff_cache \
		.hypothesis .import_linter_cache

$(build_packages): requirements/build.txt requirements/uv.txt scripts/install.sh
	@scripts/install.sh build
	@touch $@

$(dev_packages): requirements/dev.txt requirements/uv.txt scripts/install.sh
	@scripts/install.sh dev
	@touch $(build_packages) $@

$(kit): package.json package-lock.json .npmrc scripts/install_kit.py | $(build_packages)
	@$(bin)/python scripts/install_kit.py
	@touch $@

$(assets): $(shell find assets -type f) $(kit) scripts/build_assets.py | $(build_packages)
	@$(bin)/python scripts/build_assets.py
