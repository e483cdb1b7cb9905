# Turnpoint. `make` lists what can be done; it needs Python 3.11 to 3.14 with pip, and nothing else.

SHELL := /bin/sh
.SHELLFLAGS := -euc
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test bench lint lock clean

# PYTHON=… chooses the interpreter; without it the first that fits is taken.
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3.14 python3)
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))

# Stamps are named by what they stand for: HERE for a sound .venv of this folder, RUN and DEV for a lock installed
# in it. An installation takes all of them away first, so one that is killed leaves none and starts afresh.
checksum = $(shell { $(1); } | cksum | cut -d' ' -f1)
HERE := .venv/.here-$(call checksum,pwd)
RUN := .venv/.run-$(call checksum,pwd; cat pyproject.toml requirements/run.txt)
DEV := .venv/.dev-$(call checksum,pwd; cat pyproject.toml requirements/dev.txt)

BIN := .venv/bin
PIP := PIP_USER=0 $(BIN)/python -m pip --disable-pip-version-check --no-input

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

run: $(RUN)  ## Run everything on this machine; PORT=8010 and TURNPOINT_HOME=/folder are heeded
	@exec $(BIN)/turnpoint run

test: $(DEV)  ## Run the tests; ARGS="-k settle" reaches pytest
	@$(BIN)/turnpoint fetch
	@$(BIN)/python -m pytest $(ARGS)

bench: $(DEV)  ## Measure it; ARGS reaches the benchmark
	@$(BIN)/turnpoint fetch
	@$(BIN)/python -m bench $(ARGS)

lint: $(DEV)  ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

LOCK = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-build --no-annotate --no-emit-index-url --custom-compile-command "make lock" \
	--group build $(ARGS)

lock: $(DEV)  ## Write requirements/*.txt anew; ARGS=--upgrade takes the newest versions
	$(LOCK) --all-extras --output-file requirements/dev.txt
	$(LOCK) --extra embedded --extra train --constraint requirements/dev.txt --output-file requirements/run.txt
	$(LOCK) --constraint requirements/dev.txt --output-file requirements/server.txt

clean:  ## Remove .venv and caches, never your data
	rm -rf .venv .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist htmlcov
	find app bench migrations tests -name __pycache__ -prune -exec rm -rf {} +

$(HERE):
	@bare=; for python in $(PYTHONS) ''; do \
		$$python -c '$(FITS)' 2>/dev/null || continue; \
		$$python -c 'import ensurepip, venv' 2>/dev/null && break || bare=$$python; \
	done; \
	if [ -z "$$python" ] && [ "$$bare" ]; then \
		echo "$$bare has no venv module: install it (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; \
	elif [ -z "$$python" ]; then \
		echo "Turnpoint needs Python 3.11 to 3.14 and found none (looked for $(PYTHONS)):" \
			"install one, or name it with PYTHON=/path/to/python3." >&2; exit 1; \
	fi; \
	echo "Making .venv with $$($$python --version); packages follow, about a minute the first time."; \
	$$python -m venv --clear .venv; \
	touch $@

$(RUN): | $(HERE)
	$(call install,run)

$(DEV): | $(HERE)
	$(call install,dev)
	@touch $(RUN)

define install
@trap 'exit 130' HUP INT TERM; \
rm -f .venv/.here-* .venv/.run-* .venv/.dev-*; \
$(PIP) install --require-hashes --only-binary :all: --requirement requirements/$(1).txt && \
$(PIP) install --quiet --no-deps --no-build-isolation --editable . || { \
	touch $(HERE); \
	echo "The packages are not installed; pip says why above. If it cannot connect, this machine does not reach" \
		"its package index: mend that and run make again." >&2; \
	exit 1; \
}; \
touch $(HERE) $@
endef
