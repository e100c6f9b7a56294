.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(firstword $(foreach name,python3.11 python3 python3.12 python3.13 python3.14 python,\
	$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
# Not ?=: many systems set LANGUAGE in the environment for another purpose.
LANGUAGE = en
# One process a core, each of which keeps its linear algebra to one thread.
PARALLEL = --numprocesses auto --dist worksteal
export OPENBLAS_NUM_THREADS ?= 1
# Where this is set, every process compiles the package and the tests anew.
export PYTHONDONTWRITEBYTECODE =
NOTEBOOKS = $(wildcard notebooks/*.ipynb)
EXECUTED = $(NOTEBOOKS:%=build/%)
CODE = $(shell find servqual datasets -type f -not -name '*.pyc')
PIP = -m pip install --disable-pip-version-check -q

.PHONY: help
help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: report
report: .venv/all.stamp ## Write servqual-report.html from the bank data (LANGUAGE=zh for Chinese)
	.venv/bin/python -m servqual report datasets/bank.csv --instrument servqual-1991 --points 'points_{}' --missing available --outcome SAT1,SAT2,SAT3 --language $(LANGUAGE) -o servqual-report.html

.PHONY: test
test: .venv/test.stamp ## Run every test, doctest and notebook
	@mkdir -p build/notebooks
	SERVQUAL_REQUIRE_ALL=1 SERVQUAL_NOTEBOOKS=build/notebooks .venv/bin/python -m pytest $(PARALLEL)

.PHONY: test-core
test-core: .venv-core/core.stamp ## Run what must run with no extra installed
	.venv-core/bin/python -m pytest $(PARALLEL) tests

.PHONY: test-lowest
test-lowest: .venv-lowest/lowest.stamp ## Run every test at the lowest declared versions
	SERVQUAL_REQUIRE_ALL=1 .venv-lowest/bin/python -m pytest $(PARALLEL)

.PHONY: lint
lint: .venv/dev.stamp ## Check style and formatting
	.venv/bin/ruff check
	.venv/bin/ruff format --check

.PHONY: type
type: .venv/dev.stamp ## Check types
	.venv/bin/mypy

.PHONY: docs
docs: .venv/docs.stamp $(EXECUTED) ## Build the documentation into docs/_build/html
	SERVQUAL_NOTEBOOKS=build/notebooks .venv/bin/python -m sphinx -q -W --keep-going -b html docs docs/_build/html
	@echo "Written: docs/_build/html/index.html"

.PHONY: notebooks
notebooks: $(EXECUTED) ## Execute the notebooks into build/notebooks, unless the tests have done so

build/notebooks/%.ipynb: notebooks/%.ipynb $(CODE) | .venv/test.stamp
	@mkdir -p build/notebooks
	.venv/bin/jupyter-execute --timeout=300 --output='../$@' $<

.PHONY: bench
bench: .venv/test.stamp ## Run the benchmarks one after the other
	@set -e; for script in benchmarks/*.py; do \
		[ -e "$$script" ] || { echo "No benchmarks to run."; break; }; \
		echo "$$script"; \
		.venv/bin/python "$$script"; \
	done

.PHONY: reference
reference: ## Recompute the reference figures with R
	@command -v Rscript >/dev/null || { \
		echo "Rscript was not found. Install R to recompute tests/reference; the tests do not need it."; \
		exit 1; \
	}
	@set -e; for script in tests/reference/*.R; do \
		[ -e "$$script" ] || { echo "No reference scripts to run."; break; }; \
		echo "$$script"; \
		Rscript "$$script"; \
	done

.PHONY: clean
clean: ## Remove everything that the other targets made
	rm -rf .venv .venv-core .venv-lowest build dist docs/_build docs/generated docs/notebooks
	rm -rf docs/jupyter_execute .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -f servqual-report.html

.venv/bin/python .venv-core/bin/python .venv-lowest/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer was not found. Name it: make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(@D:/bin=)

# All that is in one environment in one go, for .ci/run.
.venv/ci.stamp: pyproject.toml | .venv/bin/python
	.venv/bin/python $(PIP) -e '.[all,test,dev,docs]'
	@touch .venv/all.stamp .venv/test.stamp .venv/dev.stamp .venv/docs.stamp $@

.venv/all.stamp: pyproject.toml | .venv/bin/python
	.venv/bin/python $(PIP) -e '.[all]'
	@touch $@

.venv/test.stamp: pyproject.toml | .venv/bin/python
	.venv/bin/python $(PIP) -e '.[all,test]'
	@touch $@ .venv/all.stamp

.venv/dev.stamp: .venv/test.stamp
	.venv/bin/python $(PIP) -e '.[all,test,dev]'
	@touch $@

.venv/docs.stamp: .venv/test.stamp
	.venv/bin/python $(PIP) -e '.[all,test,docs]'
	@touch $@

.venv-core/core.stamp: pyproject.toml | .venv-core/bin/python
	.venv-core/bin/python $(PIP) -e . hypothesis pytest pytest-xdist
	@touch $@

.venv-lowest/lowest.stamp: pyproject.toml tests/lowest-versions.txt | .venv-lowest/bin/python
	.venv-lowest/bin/python $(PIP) -e '.[all,test]' -c tests/lowest-versions.txt
	@touch $@
