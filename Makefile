# Two commands do all the set-up on a fresh clone: `make demo` and `make test`.
# They need Python 3.12 and nothing else: uv comes from pip into .uv, the locked packages into .venv.
PYTHON ?= python3.12
UV_VERSION := 0.13.9
OUT ?= out/demo
UV := .uv/bin/uv
ENV := .venv/.synced
BIN := .venv/bin
AXE := tests/browser/node_modules/axe-core/axe.min.js
# Without bytecode each of the many processes of the book and the tests compiles pandas again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test quality parity faults bench lint book clean

help: ## what each command does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

$(UV):
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(ENV): $(UV) uv.lock pyproject.toml .python-version
	$(UV) sync --locked --quiet --compile-bytecode --python .uv/bin/python
	@touch $(ENV)

demo: $(ENV) ## the whole job on a synthetic trial: export, report, SDTM datasets, book (OUT=DIR)
	$(BIN)/trialbook demo --out $(OUT)

# The accessibility tests skip, with the reason, where npm can't give them their engine.
$(AXE): tests/browser/package-lock.json
	-npm ci --prefix tests/browser --no-audit --no-fund --silent

test: $(ENV) $(AXE) ## all tests
	$(BIN)/pytest -n 2 --dist loadgroup --no-loadscope-reorder

lint: $(ENV) ## style, types, and the study's specifications
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/trialbook specs lint --brief

bench: $(ENV) ## how long a million laboratory results take: read, map, check, write; 10,000 trials; CDISC's rules on its pilot (RULES=DIR)
	$(UV) sync --locked --inexact --quiet --group bench --python .uv/bin/python
	$(BIN)/python benchmarks/bench_validate.py
	$(BIN)/python benchmarks/bench_analysis.py
	$(BIN)/python benchmarks/bench_core.py $(if $(RULES),--rules $(RULES))

quality: $(ENV) ## how much of what is broken the rules find, on 20 broken exports
	$(BIN)/python benchmarks/quality.py

parity: $(ENV) ## CDISC's test cases through its engine, against the published results (CASES=DIR RULES=DIR)
	$(BIN)/python benchmarks/parity.py $(if $(CASES),--cases $(CASES)) $(if $(RULES),--rules $(RULES))

faults: $(ENV) ## what a run leaves behind that is killed, has no space, or is not alone: 200 kills and more
	$(BIN)/python benchmarks/faults.py

book: $(ENV) ## the book alone
	$(BIN)/trialbook book build

clean: ## remove what the commands made, not what you wrote
	rm -rf tests/browser/node_modules out _build .venv .uv .pytest_cache .mypy_cache .ruff_cache .hypothesis
