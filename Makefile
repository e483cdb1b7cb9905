# Turnpoint. `make` lists what can be done; it needs Python 3.11 to 3.14 with pip, and nothing else.

SHELL := /bin/sh
.SHELLFLAGS := -euc
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Packages are compiled to bytecode by whoever imports them first. Were it not kept, each process would compile all anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run dev test test-parts unit coverage test-faults test-train test-vllm torch bench screenshots evaluate finetune format lint typecheck environment build lock secrets digests sbom vulnerabilities clean

# PYTHON=… chooses the interpreter; without it the first that fits is taken.
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3.14 python3)
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))

# Stamps are named by what they stand for: HERE for a sound .venv of this folder, RUN and DEV for a lock installed
# in it. An installation takes all of them away first, so one that is killed leaves none and starts afresh.
PROJECTS := cat pyproject.toml turnpoint/pyproject.toml; grep ^__version__ turnpoint/__init__.py
checksum = $(shell { $(1); } | cksum | cut -d' ' -f1)
HERE := .venv/.here-$(call checksum,pwd)
BENCH_HERE := $(HERE:.venv/%=.venv-bench/%)
RUN := .venv/.run-$(call checksum,pwd; $(PROJECTS); cat requirements/run.txt)
DEV := .venv/.dev-$(call checksum,pwd; $(PROJECTS); cat requirements/dev.txt)
# The peers that `make bench` measures bring packages of their own: they get an environment of their own.
BENCH := .venv-bench/.bench-$(call checksum,pwd; $(PROJECTS); cat requirements/bench.txt)
# So does MLServer, a server that hosts classifiers: the tests run the gateway against it.
MLSERVER := .venv-mlserver/.mlserver-$(call checksum,pwd; cat requirements/mlserver.txt)
# And what the tests generate clients from the OpenAPI document with: one in Python, one in TypeScript.
CLIENTS := .venv-clients/.clients-$(call checksum,pwd; cat requirements/clients.txt)
TYPESCRIPT := tests/contract/typescript/node_modules/.installed-$(call checksum,cat tests/contract/typescript/package-lock.json)
# vLLM and PyTorch, too: gigabytes that neither a run nor the tests need.
VLLM := .venv-vllm/.vllm-$(call checksum,pwd; cat requirements/vllm.txt)
TRAIN := .venv-train/.train-$(call checksum,pwd; $(PROJECTS); cat requirements/train.txt)

BIN := .venv/bin
# A process more than there are cores, at most four: each has servers, a gateway and a browser of its own, 2 GB in all,
# and waits for them now and then. A file stays in one process, and files go out in their order: browsers and servers
# first, the quick ones when cores fall idle. Each process has one core: threads of OpenMP would only wait for each other.
CORES = $(shell getconf _NPROCESSORS_ONLN)
SPREAD = -n $(shell expr $(CORES) + 1) --maxprocesses 4 --dist loadfile --no-loadscope-reorder
MYPY = --num-workers $(CORES)
# Client and server, two distributions of one repository: pyproject.toml and turnpoint/pyproject.toml.
OURS := --no-deps --no-build-isolation --editable ./turnpoint --editable .
PIP = PIP_USER=0 $(@D)/bin/python -m pip --disable-pip-version-check --no-input

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

run: $(RUN) $(if $(filter vllm,$(LLM)),$(VLLM))  ## Run everything on this machine; PORT, TURNPOINT_HOME, LLM=vllm and EHR=mock are heeded
	@exec $(BIN)/turnpoint run $(if $(LLM),--llm $(LLM)) $(if $(EHR),--ehr $(EHR))

dev: $(RUN)  ## Run everything, the gateway anew whenever its code changes; DATABASE_URL, REDIS_URL, LLM_URL are heeded
	@exec $(BIN)/turnpoint run --reload

test: test-parts  ## Run the tests; ARGS="-k repair" reaches pytest, ARGS=-n0 takes one process
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(SPREAD) $(ARGS)

test-parts: $(DEV) $(MLSERVER) $(CLIENTS) $(TYPESCRIPT)  ## Install and compile what the tests take
	@$(BIN)/turnpoint fetch
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/turnpoint compile

unit: $(DEV)  ## Run the unit tests alone, a minute or two
	@$(BIN)/turnpoint compile
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(SPREAD) tests/unit $(ARGS)

coverage: $(DEV) $(MLSERVER)  ## Measure what unit and integration tests cover; ARGS=tests/unit takes those alone
	@$(BIN)/turnpoint fetch
	@$(BIN)/turnpoint compile
	@$(BIN)/coverage erase
	@OMP_NUM_THREADS=1 $(BIN)/coverage run -m pytest $(SPREAD) $(or $(ARGS),tests/unit tests/integration)
	@$(BIN)/coverage combine --quiet .coverage.*.H*  # those of processes that a test killed are unfinished, and have no H
	@rm -f .coverage.*
	@$(BIN)/coverage report

test-faults: $(DEV)  ## Kill and freeze each part under load, some minutes; FAULT_FREEZE_S=20 freezes for longer, build/faults.md has the table
	@$(BIN)/turnpoint fetch
	@$(BIN)/turnpoint compile
	@TEST_FAULTS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/faults tests/integration/test_augmentation_faults.py \
		tests/integration/test_augmentation_servers.py $(ARGS)

# Without the fuzzing of every operation, most of which know nothing of the language model: it is the longest of them.
test-vllm: $(DEV) $(VLLM) $(CLIENTS) $(TYPESCRIPT)  ## Run the gateway's tests on vLLM, which takes 4 GB and some minutes
	@$(BIN)/turnpoint fetch
	@TEST_LLM=vllm $(BIN)/python -m pytest tests/vllm tests/contract --ignore tests/contract/test_openapi.py \
		tests/integration/test_counterfactuals.py $(ARGS)

torch: $(TRAIN) $(VLLM)  ## Install what tests of fine-tuning and of vLLM take: gigabytes

test-train: $(TRAIN)  ## Run the tests of fine-tuning, which take PyTorch
	@.venv-train/bin/python -m pytest tests/train $(ARGS)

finetune: $(TRAIN)  ## Make examples and tune the language model on them; ARGS="--base folder" takes another base
	@test -s $(or $(TURNPOINT_HOME),.turnpoint)/finetuning/$(or $(MODEL),dysglycaemia).jsonl || .venv-train/bin/turnpoint pairs $(or $(MODEL),dysglycaemia)
	@.venv-train/bin/turnpoint finetune $(or $(MODEL),dysglycaemia) $(ARGS)

bench: $(BENCH) $(if $(filter vllm,$(ARGS)),$(VLLM))  ## Measure it and its peers; ARGS="peers --quick" reaches the benchmark
	@.venv-bench/bin/turnpoint fetch
	@.venv-bench/bin/python -m bench $(ARGS)

screenshots: $(BENCH)  ## Take the README's pictures anew; they need Chromium
	@.venv-bench/bin/turnpoint fetch
	@.venv-bench/bin/python -m tests.browser.chromium
	@.venv-bench/bin/python -m bench.screenshots

evaluate: $(BENCH)  ## Make the study anew, which takes hours; ARGS="--quick" takes minutes
	@.venv-bench/bin/turnpoint fetch
	@.venv-bench/bin/turnpoint evaluate $(ARGS)

format: $(DEV)  ## Format the code and mend what can be mended without thought
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

typecheck: $(DEV)  ## Check types alone
	$(BIN)/mypy $(MYPY)

environment: $(DEV)  ## Make .venv, with all that a change takes

build: $(DEV)  ## Build both distributions, client and server, into dist
	@rm -rf dist
	$(BIN)/python -m hatchling build --directory dist
	cd turnpoint && ../$(BIN)/python -m hatchling build --directory ../dist

lint: $(DEV)  ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@! git grep -nE '^(<{7}|>{7}) ' -- . || { echo "These are marks of a merge that was not finished." >&2; exit 1; }
	$(BIN)/mypy $(MYPY)
	$(BIN)/lint-imports

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-build --no-annotate --no-emit-index-url --custom-compile-command "make lock" $(ARGS)
LOCK = $(COMPILE) pyproject.toml turnpoint/pyproject.toml --extra cli --group build

lock: $(DEV)  ## Write requirements/*.txt anew; ARGS=--upgrade takes the newest versions
	$(LOCK) --extra dev --extra embedded --extra fit --extra report --extra telemetry --output-file requirements/dev.txt
	$(LOCK) --extra embedded --extra fit --extra report --constraint requirements/dev.txt --output-file requirements/run.txt
	$(LOCK) --extra report --extra telemetry --constraint requirements/dev.txt --output-file requirements/server.txt
	$(LOCK) --extra embedded --group bench --constraint requirements/dev.txt --output-file requirements/bench.txt
	$(COMPILE) --group mlserver --output-file requirements/mlserver.txt
	$(COMPILE) --group clients --output-file requirements/clients.txt
	$(filter-out --universal,$(COMPILE)) --group vllm --output-file requirements/vllm.txt
	echo "torch==2.13.0+cpu" | $(filter-out --universal,$(LOCK)) --extra train --extra dev --constraint requirements/dev.txt \
		--constraint - --output-file requirements/train.txt

secrets:  ## Make random secrets for docker-compose.yml; SECRETS=folder puts them elsewhere
	@deploy/secrets.sh

digests: $(DEV)  ## Pin container images by digest, where Docker reaches a registry
	@$(BIN)/python deploy/digests.py docker-compose.yml Dockerfile deploy/kubernetes/cache.yaml

# Both tools run in environments of their own, which uv fetches where a network allows. A package that cannot be
# asked about fails the check (--strict): unknown is not harmless.
sbom: $(DEV)  ## List what the service is made of, as CycloneDX: dist/sbom.json
	@mkdir -p dist
	@$(BIN)/uvx --from "cyclonedx-bom>=7,<8" cyclonedx-py requirements requirements/server.txt --pyproject pyproject.toml \
		--mc-type application --output-reproducible --of JSON -o dist/sbom.json || { \
		echo "No list was made. cyclonedx-py says why above; to be had it takes a network with a package index." >&2; exit 1; }
	@echo "dist/sbom.json lists the packages of requirements/server.txt."

vulnerabilities: $(DEV)  ## Ask which locked packages have known vulnerabilities; SERVICE=osv asks osv.dev
	@for lock in $(or $(LOCKS),server run bench); do \
		echo "requirements/$$lock.txt:"; \
		$(BIN)/uvx pip-audit --requirement requirements/$$lock.txt --require-hashes --disable-pip --strict --progress-spinner off \
			--vulnerability-service $(or $(SERVICE),pypi) || { echo "Some package has a known" \
			"vulnerability or could not be asked about: pip-audit says which above. It takes a network with a package" \
			"index, and pypi.org or osv.dev." >&2; exit 1; }; \
	done

clean:  ## Remove .venv and caches, never your data
	rm -rf .venv .venv-bench .venv-clients .venv-mlserver .venv-train .venv-vllm .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache build dist htmlcov tests/contract/typescript/node_modules
	find app bench migrations research tests turnpoint -name __pycache__ -prune -exec rm -rf {} +

$(HERE) $(BENCH_HERE):
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
	echo "Making $(@D) with $$($$python --version); packages follow, about a minute the first time."; \
	$$python -m venv --clear $(@D); \
	touch $@

$(RUN): | $(HERE)
	$(call install,run)

$(DEV): | $(HERE)
	$(call install,dev)
	@touch $(RUN)

# --no-deps: the lock is complete, and one peer caps NumPy far below what it works with (pyproject.toml).
$(BENCH): | $(BENCH_HERE)
	$(call install,bench,--no-deps)

$(MLSERVER): | $(DEV)
	@rm -rf $(@D); \
	if $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 13))'; then \
		echo "MLServer needs Python 3.11 or 3.12: the tests against it are skipped."; exit 0; \
	fi; \
	echo "Making $(@D) for the tests against MLServer, half a minute the first time."; \
	$(BIN)/python -m venv $(@D); \
	$(PIP) install --require-hashes --only-binary :all: --no-deps --no-compile \
		--requirement requirements/mlserver.txt; \
	touch $@

$(CLIENTS): | $(DEV)
	@rm -rf $(@D); \
	echo "Making $(@D) for the tests that generate a client, some seconds the first time."; \
	$(BIN)/python -m venv $(@D); \
	$(PIP) install --require-hashes --only-binary :all: --no-deps --no-compile \
		--requirement requirements/clients.txt; \
	touch $@

$(TYPESCRIPT):
	@if ! command -v npm >/dev/null; then \
		echo "npm is not found: the tests of the TypeScript client are skipped."; exit 0; \
	fi; \
	npm ci --prefix tests/contract/typescript --ignore-scripts --no-audit --no-fund --silent && touch $@ || \
		echo "npm cannot install what the tests of the TypeScript client need: they are skipped."

$(VLLM): | $(DEV)
	$(call on_torch,vllm)
	@touch $@

$(TRAIN): | $(DEV)
	$(call on_torch,train)
	@$(PIP) install --quiet $(OURS)
	@touch $@

# PyTorch's build for CPUs is not on the usual package index but on its own, unless a machine is set up for it.
define on_torch
@rm -rf $(@D); \
$(BIN)/python -c 'import platform as p, sys; sys.exit((sys.version_info[:2], p.machine()) != ((3, 11), "x86_64"))' || { \
	echo "This needs Python 3.11 on x86-64: name it with PYTHON=/path/to/python3.11 after make clean." >&2; exit 1; \
}; \
echo "Making $(@D), some gigabytes and minutes the first time."; \
$(BIN)/python -m venv $(@D); \
for index in "" "--extra-index-url https://download.pytorch.org/whl/cpu"; do \
	$(PIP) install --require-hashes --only-binary :all: --no-deps $$index --requirement requirements/$(1).txt && exit; \
done; \
exit 1
endef

define install
@trap 'exit 130' HUP INT TERM; \
rm -f $(@D)/.here-* $(@D)/.run-* $(@D)/.dev-* $(@D)/.bench-*; \
$(PIP) install --require-hashes --only-binary :all: --no-compile $(2) --requirement requirements/$(1).txt && \
$(PIP) install --quiet $(OURS) || { \
	touch $(@D)/$(notdir $(HERE)); \
	echo "The packages are not installed; pip says why above. If it cannot connect, this machine does not reach" \
		"its package index: mend that and run make again." >&2; \
	exit 1; \
}; \
touch $(@D)/$(notdir $(HERE)) $@
endef
